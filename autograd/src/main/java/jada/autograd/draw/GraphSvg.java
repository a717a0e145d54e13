package jada.autograd.draw;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Draws a graph as SVG. Lines and letters take the colour of the surrounding text, so that the
/// drawing is legible on a light or dark background. It needs neither style sheet nor script.
final class GraphSvg {
  private static final int LAYER = 76;
  private static final int HEIGHT = 40;
  private static final int MARGIN = 12;
  private static final int GAP = 22;

  /// Width of a letter at 13 pixels.
  private static final double LETTER = 7.9;

  private static final int PADDING = 22;

  /// Longer names are cut at the beginning; the title has the whole name.
  private static final int LONGEST = 24;

  private static final int ARROW = 7;

  private final Picture picture;
  private final double[] widths;
  private final GraphLayout layout;
  private final StringBuilder svg = new StringBuilder();

  private GraphSvg(Picture picture) {
    this.picture = picture;
    this.widths =
        picture.vertices().stream()
            .mapToDouble(
                v -> PADDING + LETTER * Math.max(shown(v).length(), v.shape().toString().length()))
            .toArray();
    this.layout = new GraphLayout(picture, widths, GAP);
  }

  static String of(Picture picture) {
    return new GraphSvg(picture).draw();
  }

  private String draw() {
    Picture.Vertex root = picture.vertices().getFirst();
    double width = layout.width() + 2 * MARGIN;
    double height = (layout.layers() - 1) * LAYER + HEIGHT + 2 * MARGIN;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%1$.0f\" height=\"%2$.0f\""
            + " viewBox=\"0 0 %1$.0f %2$.0f\" font-family=\"ui-monospace, monospace\""
            + " font-size=\"13\" fill=\"currentColor\" text-anchor=\"middle\">\n",
        width, height);
    add("<title>Graph of %s, data flowing upwards</title>\n", escaped(root.toString()));
    add("<desc>%s</desc>\n", escaped(words()));
    add("<g fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.6\">\n");
    for (int arrow = 0; arrow < picture.arrows().size(); arrow++) {
      line(layout.route(arrow));
    }
    add("</g>\n");
    for (int v = 0; v < picture.vertices().size(); v++) {
      vertex(v, picture.vertices().get(v));
    }
    return svg.append("</svg>\n").toString();
  }

  /// From the upper edge of the input, straight through every bend, to the lower edge of the user.
  private void line(List<Integer> route) {
    double x = layout.x(route.getFirst()) + MARGIN;
    double y = middle(route.getFirst()) - HEIGHT / 2.0;
    StringBuilder path = new StringBuilder(format("M%.1f %.1f", x, y));
    for (int cell : route.subList(1, route.size())) {
      boolean end = cell == route.getLast();
      double toX = layout.x(cell) + MARGIN;
      double toY = middle(cell) + HEIGHT / 2.0 + (end ? ARROW : 0);
      double half = (y + toY) / 2;
      path.append(format(" C%.1f %.1f %.1f %.1f %.1f %.1f", x, half, toX, half, toX, toY));
      x = toX;
      y = toY;
      if (!end) {
        y -= HEIGHT;
        path.append(format(" V%.1f", y));
      }
    }
    add("<path d=\"%s\"/>", path);
    add(
        "<path d=\"M%.1f %.1f l-4 %d h8 z\" fill=\"currentColor\" stroke=\"none\"/>\n",
        x, y - ARROW, ARROW + 1);
  }

  private void vertex(int number, Picture.Vertex vertex) {
    double x = layout.x(number) + MARGIN;
    double y = middle(number);
    double w = widths[number];
    String frame =
        switch (vertex.kind()) {
          case OPERATION -> "fill=\"currentColor\" fill-opacity=\"0.06\" stroke=\"currentColor\"";
          case PARAMETER -> "fill=\"#2f81f7\" fill-opacity=\"0.2\" stroke=\"#2f81f7\"";
          case FROZEN ->
              "fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.6\" stroke-dasharray=\"4"
                  + " 3\"";
        };
    int corner = vertex.kind() == Picture.Kind.PARAMETER ? HEIGHT / 2 : 4;
    add("<g><title>%s</title>", escaped(vertex.toString()));
    add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"%d\" %s/>",
        x - w / 2, y - HEIGHT / 2.0, w, HEIGHT, corner, frame);
    add("<text x=\"%.1f\" y=\"%.1f\">%s</text>", x, y - 4, escaped(shown(vertex)));
    add(
        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"12\" fill-opacity=\"0.75\">%s</text></g>\n",
        x, y + 13, escaped(vertex.shape().toString()));
  }

  /// A description for people who cannot see the drawing: every operation with its inputs.
  private String words() {
    Map<Integer, List<String>> inputs = new TreeMap<>();
    for (Picture.Arrow arrow : picture.arrows()) {
      inputs
          .computeIfAbsent(arrow.to(), _ -> new ArrayList<>())
          .add(picture.vertices().get(arrow.from()).toString());
    }
    StringBuilder words = new StringBuilder();
    inputs.forEach(
        (user, used) ->
            words
                .append(picture.vertices().get(user))
                .append(" of ")
                .append(String.join(", ", used))
                .append(";\n"));
    return words.toString();
  }

  private double middle(int cell) {
    return layout.layer(cell) * LAYER + HEIGHT / 2.0 + MARGIN;
  }

  private static String shown(Picture.Vertex vertex) {
    String name = vertex.name();
    return name.length() <= LONGEST ? name : "…" + name.substring(name.length() - LONGEST + 1);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replaceAll("[\\p{Cntrl}&&[^\n]]", "?");
  }

  private void add(String format, Object... values) {
    svg.append(format(format, values));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
