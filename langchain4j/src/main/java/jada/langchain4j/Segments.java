package jada.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import java.util.List;

/// Checks of what LangChain4j hands over. A segment is never blank; it sees to that itself.
final class Segments {
  private Segments() {}

  /// LangChain4j drops what is null, and the results then belong to other segments.
  ///
  /// @param who refuses it
  /// @throws IllegalArgumentException if one is null
  static void requireAll(String who, List<TextSegment> segments) {
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i) == null) {
        throw new IllegalArgumentException(
            "%s: segment %s of %s is null; leave it out".formatted(who, i + 1, segments.size()));
      }
    }
  }
}
