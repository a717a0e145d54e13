/// AdaLoRA: adapters, the rank budget, fine-tuning and PEFT folders.
module jada.adalora {
  requires transitive jada.nn;
  requires de.siegmar.fastcsv;
  requires tools.jackson.databind;

  exports jada.adalora;
  exports jada.adalora.data;
  exports jada.adalora.model;
  exports jada.adalora.peft;
  exports jada.adalora.training;

  uses jada.adalora.AdapterType;
  uses jada.adalora.model.ModelFetcher;
  uses jada.adalora.model.TaskType;
}
