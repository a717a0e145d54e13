package jada.nn;

import jada.nn.files.KeyLedger;
import jada.nn.files.KeyLedger.Unknown;
import java.util.List;
import java.util.Map;

/// The keys that every `config.json` may have, whatever the family: those of transformers'
/// `PreTrainedConfig` today and in releases since 2018.
final class ConfigKeys {
  private static final String GENERATION = "decides how text is generated; encoders generate none";
  private static final String ENCODERS = "only encoders are supported";

  /// Why other tokenizer classes are refused.
  static final String TOKENIZER = "it is for tokenizer_config.json to name another tokenizer";

  /// The common part of every ledger of a `config.json`.
  static final KeyLedger COMMON =
      KeyLedger.of(Unknown.ACCEPTED_UP_TO_CHECKED_RELEASE)
          .honoured("the family", "model_type")
          .honoured("names of the classes; their number is that of the head's rows", "id2label")
          .honoured(
              "the number of classes, which must be that of the head's rows; where id2label has"
                  + " another, its names do not count",
              "num_labels")
          .withoutEffect("id2label names the classes", "label2id")
          .honoured("what the head was trained for", "problem_type")
          .honoured("decides about keys that this table lacks", "transformers_version")
          .withoutEffect("the head is found by its weights, others are left alone", "architectures")
          .withoutEffect(
              "weights are read in the type that the file has, and computed with in 32 bits",
              "dtype",
              "torch_dtype",
              "use_bfloat16",
              "fp16",
              "bf16")
          .withoutEffect(
              "a new head is drawn from N(0, 0.02²) whatever it says",
              "initializer_range",
              "initializer_factor")
          .withoutEffect(
              "what a call returns, not what it computes",
              "output_attentions",
              "output_hidden_states",
              "output_past",
              "output_scores",
              "return_dict",
              "return_dict_in_generate",
              "use_return_dict",
              "use_cache")
          .withoutEffect(
              "the same sums in other pieces", "chunk_size_feed_forward", "gradient_checkpointing")
          .withoutEffect(
              "how the same attention is computed",
              "_attn_implementation",
              "_attn_implementation_autoset",
              "attn_implementation",
              "_experts_implementation",
              "torchscript")
          .withoutEffect(
              "ties the word embeddings to a language model's head, which is not read",
              "tie_word_embeddings",
              "tie_encoder_decoder")
          .withoutEffect(
              "a name or a note",
              "_name_or_path",
              "name_or_path",
              "_commit_hash",
              "finetuning_task",
              "task_specific_params",
              "language",
              "name",
              "license")
          .withoutEffect(
              "ids of tokens that the tokenizer puts in; nothing is padded",
              "bos_token_id",
              "eos_token_id",
              "sep_token_id",
              "pad_token_id",
              "cls_token_id",
              "mask_token_id",
              "unk_token_id",
              "decoder_start_token_id")
          .withoutEffect(
              GENERATION,
              "max_length",
              "min_length",
              "do_sample",
              "early_stopping",
              "num_beams",
              "num_beam_groups",
              "diversity_penalty",
              "temperature",
              "top_k",
              "top_p",
              "typical_p",
              "repetition_penalty",
              "length_penalty",
              "no_repeat_ngram_size",
              "encoder_no_repeat_ngram_size",
              "bad_words_ids",
              "num_return_sequences",
              "prefix",
              "forced_bos_token_id",
              "forced_eos_token_id",
              "remove_invalid_values",
              "exponential_decay_length_penalty",
              "suppress_tokens",
              "begin_suppress_tokens")
          .withoutEffect(
              "sizes of heads that BERT's first release had and nothing reads",
              "directionality",
              "pooler_fc_size",
              "pooler_num_attention_heads",
              "pooler_num_fc_layers",
              "pooler_size_per_head",
              "pooler_type",
              "summary_type",
              "summary_use_proj",
              "summary_activation",
              "summary_first_dropout",
              "summary_last_dropout",
              "summary_proj_to_labels")
          .refusedUnless(ENCODERS, "is_decoder", false)
          .refusedUnless(ENCODERS, "is_encoder_decoder", false)
          .refusedUnless(ENCODERS, "add_cross_attention", false)
          .refusedUnless(ENCODERS, "cross_attention_hidden_size")
          .refusedUnless("heads cannot be cut out of layers", "pruned_heads", Map.of())
          .refusedUnless("quantised weights are not read", "quantization_config")
          .refusedUnless("quantised weights are not read", "quantization")
          .refusedUnless("code that comes with a model is not run", "auto_map", Map.of())
          .refusedUnless("positions are learnt", "rope_scaling")
          .refusedUnless("positions are learnt", "rope_parameters")
          .refusedUnless("adapters within a model are not read", "adapters", Map.of(), List.of());

  private ConfigKeys() {}
}
