/// Transformer encoders, tokenizers, optimizers and model files.
module jada.nn {
  requires transitive jada.autograd;
  requires transitive tools.jackson.databind;

  uses jada.nn.Family;

  exports jada.nn;
  exports jada.nn.checkpoint;
  exports jada.nn.files;
  exports jada.nn.optim;
  exports jada.nn.text;
}
