package jada.nn.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every behaviour gives the pieces that the reference's Split gives.
class SplitTest {
  @ParameterizedTest
  @CsvSource({
    "REMOVED, false, ab|c|d",
    "REMOVED, true, -|-|-|-|-|-",
    "ISOLATED, false, -|ab|-|-|c|-|d|-|-",
    "ISOLATED, true, -|ab|-|-|c|-|d|-|-",
    "MERGED_WITH_PREVIOUS, false, -|ab-|-|c-|d-|-",
    "MERGED_WITH_PREVIOUS, true, -ab|-|-c|-d|-|-",
    "MERGED_WITH_NEXT, false, -ab|-|-c|-d|-|-",
    "MERGED_WITH_NEXT, true, -|ab-|-|c-|d-|-",
    "CONTIGUOUS, false, -|ab|--|c|-|d|--",
    "CONTIGUOUS, true, -|ab|--|c|-|d|--",
  })
  void cuts_at_matches_as_the_reference_does(
      Split.Behavior behavior, boolean inverted, String expected) {
    AlignedText text = AlignedText.of("-ab--c-d--");

    Pieces pieces =
        new Split(Pattern.literal("-"), behavior, inverted)
            .apply(Pieces.of(text, 0, text.length()));

    List<String> found = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      found.add(text.text().substring(pieces.from(i), pieces.to(i)));
    }
    assertThat(String.join("|", found)).isEqualTo(expected);
  }
}
