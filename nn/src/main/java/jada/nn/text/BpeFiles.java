package jada.nn.text;

import jada.nn.files.InputException;
import jada.nn.text.PipelineTokenizer.Trim;
import java.text.Normalizer.Form;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Reads the byte-level BPE of a folder without `tokenizer.json`: `vocab.json`, the ids of the
/// tokens, and `merges.txt`, a pair a line in the order of the ranks. The other parts are those
/// that transformers makes for the class of the tokenizer: RoBERTa's, GPT-2's or Qwen2's.
final class BpeFiles {
  /// Qwen2's expression: as Llama 3's, but each digit alone.
  static final String QWEN2 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r"
          + "\\n"
          + "\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r"
          + "\\n"
          + "]*|\\s*[\\r"
          + "\\n"
          + "]+|\\s+(?!\\S)|\\s+";

  private BpeFiles() {}

  /// The tokenizer.
  ///
  /// @param vocabulary the text of `vocab.json`
  /// @param merges the text of `merges.txt`
  /// @param folder for errors
  /// @param rules what the other files say, of a class that is read from these
  /// @param files the tokenizer's saved form
  static PipelineTokenizer read(
      String vocabulary,
      String merges,
      String folder,
      TokenizerRules rules,
      SequencedMap<String, String> files) {
    Map<String, Integer> ids = TokenizerJson.ids(vocabulary, folder + "/vocab.json");
    List<AddedToken> added = rules.tokens(ids, List.of());
    Vocabulary all = new Vocabulary(folder + "/vocab.json", ids, added);
    boolean blankBefore = rules.blankBefore().orElse(false);
    boolean isQwen = rules.kind().equals("Qwen2Tokenizer");
    Split split =
        new Split(PartsJson.known(isQwen ? QWEN2 : PartsJson.GPT2), Split.Behavior.ISOLATED, false);
    boolean isRoberta = rules.isRoberta();
    Template template =
        isRoberta
            ? Template.roberta(
                all.require(rules.named("cls_token")), all.require(rules.named("sep_token")))
            : Template.NONE;
    return new PipelineTokenizer(
        new PipelineTokenizer.Parts(
            "BPE",
            all,
            added,
            isQwen ? new UnicodeForm(Form.NFC) : Normalizing.NONE,
            PreTokenizing.bytes(blankBefore, split),
            model(ids, merges, folder + "/merges.txt"),
            rules.tokenTypes() ? template : template.withoutTypes(),
            isRoberta ? Optional.of(new Trim(blankBefore)) : Optional.empty(),
            rules.padding(all, Optional.empty())),
        files);
  }

  private static Bpe model(Map<String, Integer> ids, String merges, String file) {
    List<String> lines = merges.lines().toList();
    Merges ranks = new Merges(ids, "", lines.size());
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("#version")) {
        continue;
      }
      Optional<String> problem = ranks.add(lines.get(i));
      if (problem.isPresent()) {
        throw new InputException(
            "%s: line %s %s: use the file as it was published"
                .formatted(file, i + 1, problem.get()));
      }
    }
    return ranks.model(new Bpe.Options(Optional.empty(), false, "", "", false, false));
  }
}
