package jada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Gauge;
import jada.adalora.LambdaRate;
import jada.adalora.Method;
import jada.adalora.Preset;
import jada.adalora.Scaling;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class MethodOptionsTest {
  private final Captured captured = new Captured();

  @Command
  private static final class Holder {
    @Mixin private final MethodOptions method = new MethodOptions();
  }

  private AdaLoraConfig config(String... arguments) {
    Holder holder = new Holder();
    CommandLine line = new CommandLine(holder);
    Main.configured(captured.console(), line).parseArgs(arguments);
    return holder.method.config(Settings.given(line.getCommandSpec()).keySet());
  }

  @Test
  void without_options_it_is_the_default_configuration() {
    assertThat(config()).isEqualTo(AdaLoraConfig.defaults());
  }

  @Test
  void a_preset_is_the_whole_configuration_of_that_name() {
    for (Preset preset : Preset.values()) {
      assertThat(config("--preset", Choices.name(preset))).isEqualTo(preset.config());
    }
  }

  @Test
  void single_options_override_a_preset() {
    assertThat(config("--preset", "jada", "--gauge", "fixed", "--beta1", "0.9", "--target-r", "1"))
        .isEqualTo(
            AdaLoraConfig.exact()
                .withGauge(Gauge.FIXED)
                .withBetas(0.9, 0.85)
                .withTargetRank(1)
                .withInitRank(2));
    assertThat(config("--preset", "article", "--target-r", "2").initRank()).isEqualTo(6);
    assertThat(config("--target-r", "5").initRank()).isEqualTo(8);
    assertThat(config("--preset", "peft", "--method", "lora"))
        .isEqualTo(Preset.PEFT.config().withMethod(Method.LORA));
    assertThat(config("--scaling", "target-rank", "--lambda-rate", "width"))
        .isEqualTo(
            AdaLoraConfig.defaults()
                .withScaling(Scaling.TARGET_RANK)
                .withLambdaRate(LambdaRate.WIDTH));
  }

  /// What the list has of a preset, given as options, is the preset.
  @Test
  void the_help_says_what_each_preset_sets() {
    assertThat(captured.run("finetune", "--help")).isZero();
    String help = captured.out().replaceAll("\\R {11}(?=--)", " ");
    for (Preset preset : Preset.values()) {
      Matcher line =
          Pattern.compile("(?m)^  %s +(--.*?)(?: \\(.*\\))?$".formatted(Choices.name(preset)))
              .matcher(help);
      assertThat(line.find()).as("%s in %s", preset, help).isTrue();
      List<String> options = List.of(line.group(1).replace("'", "").split(" "));
      assertThat(config(options.toArray(String[]::new)))
          .as(line.group())
          .isEqualTo(preset.config());
    }
  }
}
