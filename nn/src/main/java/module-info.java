/// Transformer encoders, tokenizer, optimizer and model files.
module jada.nn {
  requires transitive jada.autograd;
  requires tools.jackson.databind;

  exports jada.nn;
  exports jada.nn.files;
}
