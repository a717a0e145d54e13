package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.testing.PeftRun;
import jada.adalora.testing.TinyBert;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.files.Safetensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One of the runs of PEFT, repeated with a command. The others are compared in adalora.
class PeftCommandLineTest {
  @Test
  void the_command_line_takes_the_same_steps(@TempDir Path temp) throws IOException {
    PeftRun peft =
        PeftRun.all().stream()
            .filter(r -> r.toString().equals("attention-delta10-tinit20-tfinal80-orth0.5"))
            .findFirst()
            .orElseThrow();
    Path model = temp.resolve("model");
    PretrainedModel base = TinyBert.model(Safetensors.read(PeftRun.base()));
    HuggingFaceFolder.write(model, base);
    Path train = PeftRun.folder().resolve("train.tsv");
    String line =
        "finetune --preset penalized --model %s --init-adapter %s --train %s --dev %s --out %s --no-shuffle"
                .formatted(model, peft.start(), train, train, temp.resolve("out"))
            + " --epochs 24 --batch-size 8 --learning-rate 1.2e-3 --warmup-ratio 0.06"
            + " --weight-decay 0.01 --init-r 4 --target-r 1 --lora-alpha 8 --tinit 20 --tfinal 80"
            + " --delta-t 10 --orth-reg-weight 0.5 --compact never --dropout 0 --threads 1";
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream console = new PrintStream(err, true, StandardCharsets.UTF_8);
    int status = Main.run(line.split(" "), InputStream.nullInputStream(), console, console);
    assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();

    List<JsonNode> trace =
        Files.readAllLines(temp.resolve("out/trace.jsonl")).stream()
            .map(JsonMapper.shared()::readTree)
            .toList();
    assertThat(trace).hasSize(peft.steps());
    assertThat(worst(10, trace, "loss", peft::loss)).isLessThan(1e-5);
    assertThat(worst(peft.steps(), trace, "loss", peft::loss)).isLessThan(1e-3);
    assertThat(worst(peft.steps(), trace, "orth_reg", peft::penalty)).isLessThan(1e-3);
    for (int t = 0; t < peft.steps(); t++) {
      assertThat(trace.get(t).get("budget").asInt()).isEqualTo(peft.budget(t));
      for (Map.Entry<String, JsonNode> rank : trace.get(t).path("ranks").properties()) {
        assertThat(rank.getValue().asInt())
            .as("rank of %s after step %d", rank.getKey(), t)
            .isEqualTo(peft.alive(t).get(rank.getKey()).cardinality());
      }
    }
  }

  /// The greatest |actual − expected| / |expected| of the first steps.
  private static double worst(
      int steps, List<JsonNode> trace, String key, IntToDoubleFunction expected) {
    return IntStream.range(0, steps)
        .mapToDouble(
            t -> {
              double value = expected.applyAsDouble(t);
              double difference = Math.abs(trace.get(t).get(key).asDouble() - value);
              return difference == 0 ? 0 : difference / Math.abs(value);
            })
        .max()
        .orElseThrow();
  }
}
