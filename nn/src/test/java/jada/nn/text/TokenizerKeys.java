package jada.nn.text;

import jada.nn.files.KeyLedger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// The ledgers of the files of a tokenizer, for tests of other packages.
public final class TokenizerKeys {
  private TokenizerKeys() {}

  /// By the name of the file.
  public static SequencedMap<String, KeyLedger> ledgers() {
    SequencedMap<String, KeyLedger> ledgers = new LinkedHashMap<>();
    ledgers.put("tokenizer_config.json", BertRules.CONFIG);
    ledgers.put("special_tokens_map.json", BertRules.SPECIAL_TOKENS_MAP);
    ledgers.put("tokenizer.json", TokenizerJson.KEYS);
    ledgers.put("tokenizer_config.json of other tokenizers", TokenizerRules.CONFIG);
    ledgers.put("special_tokens_map.json of other tokenizers", TokenizerRules.SPECIAL_TOKENS_MAP);
    return ledgers;
  }

  /// The ledgers of the parts of a `tokenizer.json`, their keys behind the name of their kind.
  public static SequencedMap<String, KeyLedger> parts() {
    SequencedMap<String, KeyLedger> ledgers = new LinkedHashMap<>();
    ledgers.put("normalizer", joined(PartKeys.NORMALIZERS));
    ledgers.put("pre_tokenizer", joined(PartKeys.PRE_TOKENIZERS));
    ledgers.put("model", joined(PartKeys.MODELS));
    ledgers.put("post_processor", joined(PartKeys.POST_PROCESSORS));
    return ledgers;
  }

  private static KeyLedger joined(SequencedMap<String, KeyLedger> kinds) {
    KeyLedger all = KeyLedger.of(KeyLedger.Unknown.REFUSED);
    for (Map.Entry<String, KeyLedger> kind : kinds.entrySet()) {
      for (KeyLedger.Entry entry : kind.getValue().entries().values()) {
        String key = kind.getKey() + "." + entry.key();
        all =
            switch (entry.treatment()) {
              case HONOURED -> all.honoured(entry.reason(), key);
              case WITHOUT_EFFECT -> all.withoutEffect(entry.reason(), key);
              case REFUSED_UNLESS_NEUTRAL ->
                  all.refusedUnless(entry.reason(), key, entry.neutral().toArray());
            };
      }
    }
    return all;
  }
}
