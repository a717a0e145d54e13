package jada.nn.text;

import jada.nn.files.KeyLedger;
import java.util.LinkedHashMap;
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
    return ledgers;
  }
}
