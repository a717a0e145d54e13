package jada.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The page on which runs are shown: one HTML file with its styles, its scripts and its data
/// inside.
///
/// What it may do is said by a content security policy in the page itself: run the scripts of these
/// very bytes, known by their hashes, and nothing else; a report loads nothing from anywhere, the
/// live page listens to the server that it came from.
final class Page {
  private static final List<String> SCRIPTS =
      List.of("page.js", "course.js", "triplets.js", "matrices.js", "live.js");

  /// Where a part stands in the page; looked for there alone, never in what has been put in.
  private static final Pattern PART = Pattern.compile("@([a-z]+)@");

  private static final JsonMapper MAPPER = new JsonMapper();

  private Page() {}

  /// A page that needs nothing else.
  ///
  /// @param title plain text
  /// @param drawing an SVG element, or nothing
  static String complete(String title, ObjectNode data, String drawing) {
    return page(title, data, drawing, "").html();
  }

  /// A page and its policy, which a server may send along.
  record Document(String html, String policy) {}

  /// A page that hears from its server what happens.
  static Document listening(String title, ObjectNode data) {
    return page(title, data, "", " connect-src 'self';");
  }

  private static Document page(String title, ObjectNode data, String drawing, String connections) {
    String charts = resource("echarts.min.js");
    StringBuilder own = new StringBuilder();
    SCRIPTS.forEach(script -> own.append(resource(script)));
    String policy =
        "default-src 'none';%s script-src '%s' '%s'; style-src 'unsafe-inline'; img-src data:;"
                .formatted(connections, hash(charts), hash(own.toString()))
            + " base-uri 'none'; form-action 'none'";
    Map<String, String> parts =
        Map.of(
            "policy", policy,
            "title", escaped(title),
            "style", resource("page.css"),
            "graph", drawing,
            // A script ends at the first "</script", also within a string.
            "data", MAPPER.writeValueAsString(data).replace("<", "\\u003c"),
            "charts", charts,
            "scripts", own.toString());
    String html =
        PART.matcher(resource("page.html"))
            .replaceAll(part -> Matcher.quoteReplacement(parts.get(part.group(1))));
    return new Document(html, policy);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  private static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing beside this class; build again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
