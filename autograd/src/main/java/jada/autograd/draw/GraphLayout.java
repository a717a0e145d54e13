package jada.autograd.draw;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/// Layered layout of a drawing: the root on top, every input in a layer below all its users, few
/// crossings, inputs nearly below their users (Sugiyama, Tagawa, Toda 1981).
///
/// An arrow that crosses a layer has a *bend* in it, which is ordered like a narrow vertex. Cells
/// are the vertices followed by the bends.
final class GraphLayout {
  /// Sweeps up and down; the order rarely improves after the third.
  private static final int ORDERINGS = 8;

  private static final int PLACINGS = 12;

  private final double gap;
  private final double[] widths;
  private final int[] layerOf;
  private final List<List<Integer>> layers = new ArrayList<>();
  private final List<List<Integer>> above = new ArrayList<>();
  private final List<List<Integer>> below = new ArrayList<>();
  private final List<List<Integer>> routes = new ArrayList<>();
  private final double[] centres;

  /// Lays out a drawing.
  ///
  /// @param vertexWidths of each vertex
  /// @param gap least distance between neighbours of one layer
  GraphLayout(Picture picture, double[] vertexWidths, double gap) {
    this.gap = gap;
    int[] vertexLayers = layers(picture);
    List<Integer> cellLayers = new ArrayList<>();
    for (int layer : vertexLayers) {
      addCell(cellLayers, layer);
    }
    for (Picture.Arrow arrow : picture.arrows()) {
      List<Integer> route = new ArrayList<>(List.of(arrow.to()));
      for (int layer = vertexLayers[arrow.to()] + 1; layer < vertexLayers[arrow.from()]; layer++) {
        route.add(addCell(cellLayers, layer));
      }
      route.add(arrow.from());
      for (int i = 1; i < route.size(); i++) {
        below.get(route.get(i - 1)).add(route.get(i));
        above.get(route.get(i)).add(route.get(i - 1));
      }
      routes.add(route.reversed());
    }
    layerOf = cellLayers.stream().mapToInt(Integer::intValue).toArray();
    widths = Arrays.copyOf(vertexWidths, layerOf.length); // bends have no width
    order(depthFirst());
    reduceCrossings();
    centres = new double[layerOf.length];
    place();
  }

  /// The layer of each vertex, 0 for the root: one below the lowest of its users.
  private static int[] layers(Picture picture) {
    int n = picture.vertices().size();
    List<List<Integer>> inputs = new ArrayList<>();
    for (int v = 0; v < n; v++) {
      inputs.add(new ArrayList<>());
    }
    picture.arrows().forEach(arrow -> inputs.get(arrow.to()).add(arrow.from()));
    int[] layers = new int[n];
    IntStream.range(0, n)
        .boxed()
        .sorted(Comparator.comparingInt(v -> -picture.vertices().get(v).depth()))
        .forEach(v -> inputs.get(v).forEach(i -> layers[i] = Math.max(layers[i], layers[v] + 1)));
    return layers;
  }

  private int addCell(List<Integer> cellLayers, int layer) {
    cellLayers.add(layer);
    above.add(new ArrayList<>());
    below.add(new ArrayList<>());
    return cellLayers.size() - 1;
  }

  /// Cells in depth-first order from the root, inputs from left to right.
  private List<Integer> depthFirst() {
    List<Integer> order = new ArrayList<>();
    boolean[] seen = new boolean[layerOf.length];
    Deque<Integer> waiting = new ArrayDeque<>(List.of(0));
    while (!waiting.isEmpty()) {
      int cell = waiting.pop();
      if (!seen[cell]) {
        seen[cell] = true;
        order.add(cell);
        below.get(cell).reversed().forEach(waiting::push);
      }
    }
    return order;
  }

  private void order(List<Integer> cells) {
    int count = 1 + IntStream.of(layerOf).max().orElse(0);
    for (int layer = 0; layer < count; layer++) {
      layers.add(new ArrayList<>());
    }
    cells.forEach(cell -> layers.get(layerOf[cell]).add(cell));
  }

  /// Sorts every layer by the mean position of the neighbours above, then below, and so on, and
  /// keeps the order with the fewest crossings.
  private void reduceCrossings() {
    List<List<Integer>> best = copy(layers);
    long fewest = crossings();
    for (int round = 0; round < ORDERINGS && fewest > 0; round++) {
      boolean down = round % 2 == 0;
      List<List<Integer>> neighbours = down ? above : below;
      double[] positions = positions();
      for (List<Integer> layer : down ? layers : layers.reversed()) {
        layer.sort(Comparator.comparingDouble(cell -> mean(neighbours.get(cell), positions, cell)));
        for (int i = 0; i < layer.size(); i++) {
          positions[layer.get(i)] = i;
        }
      }
      long now = crossings();
      if (now < fewest) {
        fewest = now;
        best = copy(layers);
      }
    }
    layers.clear();
    layers.addAll(best);
  }

  private static List<List<Integer>> copy(List<List<Integer>> layers) {
    return layers.stream().<List<Integer>>map(ArrayList::new).toList();
  }

  private double[] positions() {
    double[] positions = new double[layerOf.length];
    for (List<Integer> layer : layers) {
      for (int i = 0; i < layer.size(); i++) {
        positions[layer.get(i)] = i;
      }
    }
    return positions;
  }

  private static double mean(List<Integer> neighbours, double[] positions, int self) {
    return neighbours.stream().mapToDouble(n -> positions[n]).average().orElse(positions[self]);
  }

  /// The number of crossings of arrows between neighbouring layers.
  private long crossings() {
    double[] positions = positions();
    long crossings = 0;
    for (List<Integer> layer : layers) {
      List<double[]> ends = new ArrayList<>();
      for (int cell : layer) {
        for (int input : below.get(cell)) {
          ends.add(new double[] {positions[cell], positions[input]});
        }
      }
      for (int i = 0; i < ends.size(); i++) {
        for (int j = 0; j < i; j++) {
          double[] a = ends.get(i);
          double[] b = ends.get(j);
          crossings += (a[0] - b[0]) * (a[1] - b[1]) < 0 ? 1 : 0;
        }
      }
    }
    return crossings;
  }

  /// Moves every cell towards the mean of its neighbours, layer by layer, down and up.
  private void place() {
    for (List<Integer> layer : layers) {
      spread(layer, new double[layer.size()]);
    }
    for (int round = 0; round < PLACINGS; round++) {
      boolean down = round % 2 == 0;
      for (List<Integer> layer : down ? layers : layers.reversed()) {
        List<List<Integer>> neighbours = down ? above : below;
        spread(
            layer, layer.stream().mapToDouble(c -> mean(neighbours.get(c), centres, c)).toArray());
      }
    }
    double left =
        IntStream.range(0, centres.length)
            .mapToDouble(c -> centres[c] - widths[c] / 2)
            .min()
            .orElse(0);
    for (int cell = 0; cell < centres.length; cell++) {
      centres[cell] -= left;
    }
  }

  /// Places the cells of a layer as close to their wanted positions as order and gap permit.
  /// Pushing all to the right and pushing all to the left both keep the distances, and so does
  /// their mean.
  private void spread(List<Integer> layer, double[] wanted) {
    int n = layer.size();
    double[] right = wanted.clone();
    double[] left = wanted.clone();
    for (int i = 1; i < n; i++) {
      right[i] = Math.max(right[i], right[i - 1] + distance(layer, i));
    }
    for (int i = n - 2; i >= 0; i--) {
      left[i] = Math.min(left[i], left[i + 1] - distance(layer, i + 1));
    }
    for (int i = 0; i < n; i++) {
      centres[layer.get(i)] = (left[i] + right[i]) / 2;
    }
  }

  private double distance(List<Integer> layer, int i) {
    return (widths[layer.get(i - 1)] + widths[layer.get(i)]) / 2 + gap;
  }

  /// The middle of a cell from the left border.
  double x(int cell) {
    return centres[cell];
  }

  /// The layer of a cell, from 0 on top.
  int layer(int cell) {
    return layerOf[cell];
  }

  int layers() {
    return layers.size();
  }

  double width() {
    return IntStream.range(0, centres.length)
        .mapToDouble(c -> centres[c] + widths[c] / 2)
        .max()
        .orElse(0);
  }

  /// The cells that an arrow passes: its input, its bends, its user.
  List<Integer> route(int arrow) {
    return routes.get(arrow);
  }
}
