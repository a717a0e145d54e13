package jada.nn.checkpoint;

import jada.nn.files.KeyLedger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// The page docs/keys.md: what becomes of each key of the files of a model.
final class KeysPage {
  private static final String HEAD =
      """
      # What becomes of each key

      A model's folder holds JSON files with many keys. Each key that transformers or tokenizers write is in one of these tables, and the readers go by the same
      tables: a key is **honoured** (Jada computes what it asks for, or refuses its value by name), **without effect** (nothing that Jada computes depends on it),
      or **refused** unless it has one of the values shown, which ask for nothing. A key whose value is null counts as absent. The tables know the keys of
      transformers %s; a test compares them. This page is made from the tables by `KeyLedgerTest`.

      The first tables of tokenizers are those of BERT and its kin, whose class makes its parts anew. Of every other tokenizer `tokenizer.json` describes the parts, also where a class
      of transformers would make them anew from its own settings; only the blank before a text follows `tokenizer_config.json` where RoBERTa's, GPT-2's or Qwen2's class is named.
      Expressions have Oniguruma's syntax as far as tokenizers use it: groups, sets, general categories, look-ahead, greedy and possessive quantifiers; an expression that can match
      nothing, or needs more than a fixed number of steps a character, is refused.

      `added_tokens.json` has tokens as keys and their ids as values; each is honoured where `tokenizer_config.json` has no `added_tokens_decoder`, and tokens of
      `tokenizer.json` under the same id count instead. Where `tokenizer.json` and `tokenizer_config.json` contradict each other about lower case, accents,
      ideographs or added tokens, `tokenizer_config.json` decides, as in transformers, unless `tokenizer_class` is the general one (`PreTrainedTokenizerFast`).
      """;

  private KeysPage() {}

  static String of(SequencedMap<String, KeyLedger> ledgers) {
    StringBuilder page = new StringBuilder(HEAD.formatted(KeyLedger.CHECKED_RELEASE));
    ledgers.forEach((file, ledger) -> append(page, file, ledger));
    return page.toString();
  }

  private static void append(StringBuilder page, String file, KeyLedger ledger) {
    page.append("\n## ").append(file).append("\n");
    page.append("| keys | treatment | why |\n|---|---|---|\n");
    Map<List<String>, List<String>> rows = new LinkedHashMap<>();
    for (KeyLedger.Entry entry : ledger.entries().values()) {
      rows.computeIfAbsent(List.of(treatment(entry), entry.reason()), _ -> new ArrayList<>())
          .add("`" + entry.key() + "`");
    }
    rows.forEach(
        (row, keys) ->
            page.append("| ")
                .append(String.join(", ", keys))
                .append(" | ")
                .append(row.getFirst())
                .append(" | ")
                .append(row.getLast())
                .append(" |\n"));
    page.append("| any other | ").append(unknown(ledger.unknown())).append(" |\n");
  }

  private static String treatment(KeyLedger.Entry entry) {
    return switch (entry.treatment()) {
      case HONOURED -> "honoured";
      case WITHOUT_EFFECT -> "without effect";
      case REFUSED_UNLESS_NEUTRAL ->
          entry.neutral().isEmpty()
              ? "refused unless absent"
              : "refused unless "
                  + entry.neutral().stream()
                      .map(value -> "`" + value + "`")
                      .collect(Collectors.joining(" or "));
    };
  }

  private static String unknown(KeyLedger.Unknown unknown) {
    return switch (unknown) {
      case REFUSED -> "refused | the format has no others";
      case ACCEPTED_UNLESS_TOKEN ->
          "without effect; a token (`…_token`) is refused | transformers keeps what it does not"
              + " know and never looks at it, but adds such a token to the vocabulary";
      case ACCEPTED_UP_TO_CHECKED_RELEASE ->
          "without effect if `transformers_version` is at most "
              + KeyLedger.CHECKED_RELEASE
              + " or missing; else refused unless its value is false, 0 or empty | nothing in that"
              + " release reads a key that the table lacks; a later one may have added it";
    };
  }
}
