package jada.bench.study;

import java.util.ArrayList;
import java.util.List;

/// A page of headings, paragraphs, tables and drawings, as HTML in one file, or as Markdown with
/// the drawings in files beside it.
final class PageText {
  private final String title;
  private final List<Part> parts = new ArrayList<>();

  private sealed interface Part {}

  private record Heading(int level, String text) implements Part {}

  private record Paragraph(String text) implements Part {}

  private record Table(List<String> head, List<List<String>> rows) implements Part {}

  private record Drawing(String caption, String svg) implements Part {}

  /// A drawing that the page refers to.
  record Picture(String name, String svg) {}

  PageText(String title) {
    this.title = title;
  }

  void heading(int level, String text) {
    parts.add(new Heading(level, text));
  }

  void paragraph(String text) {
    parts.add(new Paragraph(text));
  }

  void table(List<String> head, List<List<String>> rows) {
    parts.add(new Table(List.copyOf(head), List.copyOf(rows)));
  }

  void drawing(String caption, String svg) {
    parts.add(new Drawing(caption, svg));
  }

  String html() {
    StringBuilder html = new StringBuilder();
    html.append(
            """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>%s</title>
            <meta name="viewport" content="width=device-width">
            <style>
            body { font: 15px/1.5 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; }
            table { border-collapse: collapse; margin: 1em 0; }
            th, td { padding: .2em .7em; border-bottom: 1px solid #ccc; text-align: right; }
            th:first-child, td:first-child { text-align: left; }
            div { overflow-x: auto; }
            </style></head><body>
            """
                .formatted(escaped(title)))
        .append("<h1>%s</h1>\n".formatted(escaped(title)));
    for (Part part : parts) {
      html.append(
          switch (part) {
            case Heading h -> "<h%1$d>%2$s</h%1$d>\n".formatted(h.level(), escaped(h.text()));
            case Paragraph p -> "<p>" + escaped(p.text()) + "</p>\n";
            case Table t -> html(t);
            case Drawing d -> "<div>%s</div>\n<p>%s</p>\n".formatted(d.svg(), escaped(d.caption()));
          });
    }
    return html.append("</body></html>\n").toString();
  }

  private static String html(Table table) {
    StringBuilder html = new StringBuilder("<div><table>\n<tr>");
    table.head().forEach(cell -> html.append("<th>").append(escaped(cell)).append("</th>"));
    html.append("</tr>\n");
    for (List<String> row : table.rows()) {
      html.append("<tr>");
      row.forEach(cell -> html.append("<td>").append(escaped(cell)).append("</td>"));
      html.append("</tr>\n");
    }
    return html.append("</table></div>\n").toString();
  }

  /// @param name of the page's file without extension; drawings are `name-1.svg` and so on
  String markdown(String name) {
    StringBuilder text = new StringBuilder("# " + title + "\n\n");
    int drawings = 0;
    for (Part part : parts) {
      text.append(
          switch (part) {
            case Heading h -> "#".repeat(h.level()) + " " + h.text() + "\n\n";
            case Paragraph p -> p.text() + "\n\n";
            case Table t -> markdown(t);
            case Drawing d -> "![%s](%s-%d.svg)\n\n".formatted(d.caption(), name, ++drawings);
          });
    }
    return text.toString().stripTrailing() + "\n";
  }

  private static String markdown(Table table) {
    StringBuilder text = new StringBuilder(row(table.head()));
    text.append("|---".repeat(table.head().size())).append("|\n");
    table.rows().forEach(row -> text.append(row(row)));
    return text.append('\n').toString();
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  /// The drawings of [#markdown].
  List<Picture> pictures(String name) {
    List<Picture> pictures = new ArrayList<>();
    for (Part part : parts) {
      if (part instanceof Drawing d) {
        pictures.add(new Picture("%s-%d.svg".formatted(name, pictures.size() + 1), d.svg()));
      }
    }
    return pictures;
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
