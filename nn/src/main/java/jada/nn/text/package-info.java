/// Texts to token ids.
///
/// An [jada.nn.text.Input] is the input of a model: a text, or two. A [jada.nn.text.Tokenizer]
/// makes an [jada.nn.text.Encoding] of it: the ids of its tokens, with the separators of the
/// model's family around them, cut to a length; or an [jada.nn.text.Alignment], which tells where
/// in the text each token stands, too. [jada.nn.text.Tokenizers] reads that of a model's folder.
///
/// [jada.nn.text.WordPieceTokenizer] does it as BERT's does:
///
///     text → cleaned, lower-case, accents stripped    BertNormalizer
///          → words and punctuation                    BertCharacters
///          → the longest pieces in the vocabulary     WordPiece
///          → [CLS] a [SEP] or [CLS] a [SEP] b [SEP]   Encoding
///
/// [jada.nn.text.PipelineTokenizer] does it with the parts that a `tokenizer.json` names:
///
///     text → rewritten                     Normalizing: UnicodeForm, CharacterMap, BertNormalizer …
///          → cut into pieces               PreTokenizing: Split with an Expression, bytes, metaspace …
///          → tokens of each piece          Model: Bpe, Unigram, WordPiece, WordLevel
///          → special tokens around texts   Template
///
/// Both give the ids that Hugging Face's `tokenizers` gives. A file that asks for an unsupported
/// step is refused by its name.
package jada.nn.text;
