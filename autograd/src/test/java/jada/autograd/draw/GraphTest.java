package jada.autograd.draw;

import static org.assertj.core.api.Assertions.assertThat;

import jada.autograd.Constant;
import jada.autograd.Fused;
import jada.autograd.Gradients;
import jada.autograd.Ops;
import jada.autograd.Parameter;
import jada.autograd.Variable;
import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class GraphTest {
  private final Constant x = Constant.of(Tensor.zeros(Shape.of(2, 5)));
  private final Parameter pooler = Parameter.of("pooler", Tensor.zeros(Shape.of(4, 5)));
  private final Parameter classifier = Parameter.of("classifier", Tensor.zeros(Shape.of(3, 4)));

  private Variable loss() {
    Variable hidden = Ops.tanh(Fused.linear(x, pooler, frozen(4)));
    Variable logits = Fused.linear(hidden, classifier, frozen(3));
    return Fused.crossEntropy(logits, new int[] {0, 2});
  }

  private static Constant frozen(int... dims) {
    return Constant.of(Tensor.zeros(Shape.of(dims)));
  }

  @Test
  void is_told_as_indented_text() {
    assertThat(Graph.text(loss()))
        .isEqualTo(
            """
            crossEntropy ()
              linear (2, 3)
                tanh (2, 4)
                  linear (2, 4)
                    frozen (2, 5)
                    parameter pooler (4, 5)
                    frozen (4)
                parameter classifier (3, 4)
                frozen (3)
            """);
  }

  @Test
  void tells_what_is_used_twice_once() {
    Parameter a = Parameter.of("a", Tensor.vector(1, 2));
    Variable twice = Ops.scale(a, 2);
    Variable again = Ops.multiply(twice, twice);

    assertThat(Graph.text(Ops.subtract(again, Ops.multiply(again, twice))))
        .isEqualTo(
            """
            subtract (2)
              multiply (2) [1]
                scale (2) [2]
                  parameter a (2)
                scale (2) [2], above
              multiply (2)
                multiply (2) [1], above
                scale (2) [2], above
            """);
  }

  @Test
  void of_a_leaf_is_the_leaf() {
    assertThat(Graph.text(pooler)).isEqualTo("parameter pooler (4, 5)\n");
    assertThat(Graph.text(x)).isEqualTo("frozen (2, 5)\n");
    assertThat(Graph.text(Ops.exp(x))).isEqualTo("frozen (2, 5)\n");
  }

  @Test
  void ends_where_a_backward_pass_let_go() {
    Variable loss = loss();
    Gradients.of(loss);

    assertThat(Graph.text(loss)).isEqualTo("crossEntropy (), released\n");
  }

  @Test
  void is_drawn_as_dot() {
    Parameter quoted = Parameter.of("w\"1\"", Tensor.vector(1, 2));
    Variable twice = Ops.scale(quoted, 2);

    assertThat(Graph.dot(Ops.sum(Ops.multiply(Ops.add(twice, frozen(2)), twice))))
        .isEqualTo(
            """
            digraph autograd {
              rankdir=BT
              node [shape=box]
              n0 [label="sum\\n()"]
              n1 [label="multiply\\n(2)"]
              n1 -> n0
              n2 [label="add\\n(2)"]
              n2 -> n1
              n3 [label="scale\\n(2)"]
              n3 -> n2
              n4 [label="w\\"1\\"\\n(2)", shape=ellipse]
              n4 -> n3
              n5 [label="frozen\\n(2)", style=dashed]
              n5 -> n2
              n3 -> n1
            }
            """);
  }

  @Test
  void of_a_long_chain_needs_no_stack() {
    Variable x = pooler;
    for (int i = 0; i < 20_000; i++) {
      x = Ops.reshape(x, x.shape());
    }

    assertThat(Graph.dot(x).lines()).hasSize(20_001 + 20_000 + 4);
    assertThat(Graph.svg(x)).endsWith("</svg>\n");
  }

  /// A box of the drawing, by what it shows.
  private record Box(double left, double top, double right, double bottom) {}

  private static Map<String, Box> boxes(String svg) {
    Map<String, Box> boxes = new LinkedHashMap<>();
    Matcher box =
        Pattern.compile(
                "<title>([^<]*)</title><rect x=\"([0-9.]+)\" y=\"([0-9.]+)\""
                    + " width=\"([0-9.]+)\" height=\"([0-9]+)\"")
            .matcher(svg);
    while (box.find()) {
      double x = Double.parseDouble(box.group(2));
      double y = Double.parseDouble(box.group(3));
      boxes.put(
          boxes.containsKey(box.group(1)) ? box.group(1) + " " + boxes.size() : box.group(1),
          new Box(
              x, y, x + Double.parseDouble(box.group(4)), y + Double.parseDouble(box.group(5))));
    }
    return boxes;
  }

  @Test
  void is_drawn_as_svg_with_every_input_below_all_its_users() {
    Parameter p = Parameter.of("p", Tensor.vector(1, 2));
    Variable product = Ops.multiply(Ops.tanh(Ops.exp(p)), p);

    Map<String, Box> boxes = boxes(Graph.svg(Ops.sum(product)));

    assertThat(boxes.keySet())
        .containsExactly("sum ()", "multiply (2)", "tanh (2)", "exp (2)", "p (2)");
    assertThat(boxes.values()).extracting(Box::top).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void boxes_of_a_drawing_do_not_touch_and_lie_inside() {
    Variable wide = pooler;
    for (int i = 0; i < 6; i++) {
      Parameter more = Parameter.of("parameter with a long name, number " + i, pooler.value());
      wide = Ops.add(Ops.multiply(wide, more), Ops.multiply(more, wide));
    }
    String svg = Graph.svg(Ops.sum(wide));
    Matcher size = Pattern.compile("viewBox=\"0 0 ([0-9]+) ([0-9]+)\"").matcher(svg);
    assertThat(size.find()).isTrue();

    List<Box> boxes = List.copyOf(boxes(svg).values());

    assertThat(boxes).hasSizeGreaterThan(10);
    for (Box a : boxes) {
      assertThat(a.left).isNotNegative();
      assertThat(a.right).isLessThanOrEqualTo(Double.parseDouble(size.group(1)));
      assertThat(a.bottom).isLessThanOrEqualTo(Double.parseDouble(size.group(2)));
      for (Box b : boxes) {
        boolean apart =
            a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        assertThat(a.equals(b) || apart).as("%s and %s", a, b).isTrue();
      }
    }
  }

  @Test
  void arrows_of_a_drawing_do_not_cross_where_they_need_not() {
    Parameter a = Parameter.of("a", Tensor.vector(1, 2));
    Parameter b = Parameter.of("b", Tensor.vector(1, 2));
    Variable left = Ops.exp(a);
    Variable right = Ops.exp(b);

    Picture picture = Picture.of(Ops.add(Ops.multiply(left, right), Ops.tanh(left)));
    double[] widths = new double[picture.vertices().size()];
    GraphLayout layout = new GraphLayout(picture, widths, 10);

    List<Picture.Arrow> arrows = picture.arrows();
    for (Picture.Arrow one : arrows) {
      for (Picture.Arrow other : arrows) {
        if (layout.layer(one.to()) == layout.layer(other.to())) {
          double ends =
              (layout.x(one.to()) - layout.x(other.to()))
                  * (layout.x(one.from()) - layout.x(other.from()));
          assertThat(ends).isGreaterThan(-1e-6);
        }
      }
    }
  }

  @Test
  void drawing_is_well_formed_whatever_a_parameter_is_called() throws Exception {
    Parameter odd = Parameter.of("<a href=\"x\">&\u0000\n]]>", Tensor.vector(1, 2));

    Document drawing =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(Graph.svg(Ops.sum(odd)))));

    assertThat(drawing.getElementsByTagName("a").getLength()).isZero();
    assertThat(drawing.getElementsByTagName("desc").item(0).getTextContent())
        .startsWith("sum () of <a href=");
  }

  @Test
  void drawing_of_a_leaf_is_one_box() {
    assertThat(boxes(Graph.svg(x))).containsOnlyKeys("frozen (2, 5)");
    assertThat(boxes(Graph.svg(pooler))).containsOnlyKeys("pooler (4, 5)");
  }
}
