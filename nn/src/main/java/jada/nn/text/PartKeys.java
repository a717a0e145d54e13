package jada.nn.text;

import jada.nn.files.KeyLedger;
import jada.nn.files.KeyLedger.Unknown;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What Jada does with each key of each kind of part of a `tokenizer.json`. A part whose kind is
/// not here is refused by its name.
final class PartKeys {
  private static final String TYPE = "the kind of part";
  private static final String OFFSETS = "where tokens stand";

  private PartKeys() {}

  /// The normalizers by their type.
  static final SequencedMap<String, KeyLedger> NORMALIZERS = normalizers();

  /// The pre-tokenizers by their type.
  static final SequencedMap<String, KeyLedger> PRE_TOKENIZERS = preTokenizers();

  /// The post-processors by their type.
  static final SequencedMap<String, KeyLedger> POST_PROCESSORS = postProcessors();

  /// The models by their type.
  static final SequencedMap<String, KeyLedger> MODELS = models();

  private static KeyLedger part() {
    return KeyLedger.of(Unknown.REFUSED).honoured(TYPE, "type");
  }

  private static SequencedMap<String, KeyLedger> normalizers() {
    SequencedMap<String, KeyLedger> kinds = new LinkedHashMap<>();
    kinds.put("Sequence", part().honoured("steps, one after the other", "normalizers"));
    kinds.put(
        "BertNormalizer",
        part()
            .honoured(
                "a step of it; tokenizer_config.json decides where a BERT tokenizer is named",
                "clean_text",
                "handle_chinese_chars",
                "strip_accents",
                "lowercase"));
    for (String form : new String[] {"NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"}) {
      kinds.put(form, part());
    }
    kinds.put(
        "Strip", part().honoured("the ends that lose white space", "strip_left", "strip_right"));
    kinds.put(
        "Replace",
        part()
            .honoured("a string, or an expression, see below", "pattern")
            .honoured("what stands in its place", "content"));
    kinds.put("Prepend", part().honoured("what is put before a text", "prepend"));
    kinds.put(
        "Precompiled",
        part().honoured("SentencePiece's map of characters", "precompiled_charsmap"));
    kinds.put("Nmt", part());
    kinds.put("ByteLevel", part());
    return Collections.unmodifiableSequencedMap(kinds);
  }

  private static SequencedMap<String, KeyLedger> preTokenizers() {
    SequencedMap<String, KeyLedger> kinds = new LinkedHashMap<>();
    kinds.put("Sequence", part().honoured("steps, one after the other", "pretokenizers"));
    kinds.put("BertPreTokenizer", part());
    kinds.put("Whitespace", part());
    kinds.put("WhitespaceSplit", part());
    kinds.put("CharDelimiterSplit", part().honoured("the character between words", "delimiter"));
    kinds.put("Punctuation", part().honoured("what becomes of the marks", "behavior"));
    kinds.put("Digits", part().honoured("whether each digit stands alone", "individual_digits"));
    kinds.put(
        "Split",
        part()
            .honoured("a string, or an expression, see below", "pattern")
            .honoured("what becomes of the matches", "behavior", "invert"));
    kinds.put(
        "ByteLevel",
        part()
            .honoured(
                "a blank before the text; tokenizer_config.json decides for RoBERTa and GPT-2",
                "add_prefix_space")
            .honoured("whether GPT-2's expression cuts the text; true if missing", "use_regex")
            .withoutEffect(OFFSETS + ", which the post-processor says", "trim_offsets"));
    kinds.put(
        "Metaspace",
        part()
            .honoured("what stands for a blank", "replacement")
            .honoured("where it is put before a text", "prepend_scheme")
            .honoured("the older form of prepend_scheme", "add_prefix_space")
            .honoured("whether the text is cut there", "split")
            .withoutEffect("the replacement again", "str_rep"));
    return Collections.unmodifiableSequencedMap(kinds);
  }

  private static SequencedMap<String, KeyLedger> postProcessors() {
    SequencedMap<String, KeyLedger> kinds = new LinkedHashMap<>();
    kinds.put("Sequence", part().honoured("steps, at most one of which adds tokens", "processors"));
    kinds.put(
        "TemplateProcessing",
        part().honoured("tokens around the texts", "single", "pair", "special_tokens"));
    kinds.put("BertProcessing", part().honoured("tokens around the texts", "cls", "sep"));
    kinds.put(
        "RobertaProcessing",
        part()
            .honoured("tokens around the texts", "cls", "sep")
            .honoured(OFFSETS, "trim_offsets", "add_prefix_space"));
    kinds.put(
        "ByteLevel",
        part()
            .honoured(OFFSETS, "trim_offsets", "add_prefix_space")
            .withoutEffect("the pre-tokenizer cuts", "use_regex"));
    return Collections.unmodifiableSequencedMap(kinds);
  }

  private static SequencedMap<String, KeyLedger> models() {
    KeyLedger model = part().honoured("tokens and their ids", "vocab");
    SequencedMap<String, KeyLedger> kinds = new LinkedHashMap<>();
    kinds.put(
        "WordPiece",
        model
            .honoured("the token of words that cannot be covered", "unk_token")
            .honoured("the beginning of pieces within a word", "continuing_subword_prefix")
            .honoured("longer words are unknown", "max_input_chars_per_word"));
    kinds.put(
        "BPE",
        model
            .honoured("pairs that are merged, as \"a b\" or [\"a\", \"b\"]", "merges")
            .honoured("the token of characters that the vocabulary lacks", "unk_token")
            .honoured("whether unknown characters that adjoin are one token", "fuse_unk")
            .honoured("the beginning of tokens within a word", "continuing_subword_prefix")
            .honoured("the end of a word's last token", "end_of_word_suffix")
            .honoured("whether unknown characters become bytes", "byte_fallback")
            .honoured("whether whole words are looked up first", "ignore_merges")
            .refusedUnless("merges are not left out at random", "dropout", 0));
    kinds.put(
        "Unigram",
        model
            .honoured("the token of characters that the vocabulary lacks", "unk_id")
            .honoured("whether unknown characters become bytes", "byte_fallback"));
    kinds.put("WordLevel", model.honoured("the token of other words", "unk_token"));
    return Collections.unmodifiableSequencedMap(kinds);
  }
}
