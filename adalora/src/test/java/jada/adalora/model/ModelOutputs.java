package jada.adalora.model;

import jada.autograd.Constant;
import jada.nn.Batch;
import jada.nn.Encoder;
import jada.nn.LinearFactory;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.text.Encoding;
import jada.tensor.Tensor;
import jada.tensor.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What models by name compute, for comparison with other programs: the Hugging Face folder of each
/// and the hidden states of some texts. Run by src/test/python/models_by_name.py.
final class ModelOutputs {
  private static final int LONGEST = 128;

  private ModelOutputs() {}

  /// Arguments: the file of the texts, one a line, a TAB before a second text; the folder for the
  /// results; the models' names.
  public static void main(String[] arguments) throws IOException {
    List<String> texts = Files.readAllLines(Path.of(arguments[0]));
    for (String name : List.of(arguments).subList(2, arguments.length)) {
      long start = System.nanoTime();
      PretrainedModel model = Models.load(name);
      double seconds = (System.nanoTime() - start) / 1e9;
      Path folder = Path.of(arguments[1], name);
      HuggingFaceFolder.write(folder, model);
      Files.writeString(folder.resolve("jada.json"), outputs(model, texts, seconds).toString());
    }
  }

  private static ObjectNode outputs(PretrainedModel model, List<String> texts, double seconds) {
    List<Encoding> encodings = new ArrayList<>();
    for (String text : texts) {
      String[] parts = text.split("\t", -1);
      encodings.add(
          parts.length == 1
              ? model.tokenizer().encode(parts[0], LONGEST)
              : model.tokenizer().encode(parts[0], parts[1], LONGEST));
    }
    Encoder encoder =
        Encoder.build(
            model.config(), name -> Constant.of(model.weights().get(name)), LinearFactory.PLAIN);
    Batch batch = Batch.of(encodings);
    Tensor hidden;
    try (Workers workers = Workers.of(2)) {
      hidden = workers.call(() -> encoder.forward(batch).value()); // (T, C)
    }
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("seconds", seconds);
    json.put("source", model.source());
    json.put("parameters", model.weights().values().stream().mapToLong(Tensor::size).sum());
    var ids = json.putArray("ids");
    encodings.forEach(encoding -> ids.addPOJO(encoding.ids()));
    json.putPOJO("hidden", hidden.array());
    return json;
  }
}
