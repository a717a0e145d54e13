package jada.adalora.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Research corpora that may lie beside the project; where they do not, nothing is tested.
class SharedCorporaTest {
  private static final Path DATA =
      Optional.ofNullable(System.getProperty("jada.shared"))
          .map(Path::of)
          .orElse(Path.of("..", "..", "shared"))
          .resolve("data");

  @ParameterizedTest
  @CsvSource({
    "sst2/train.tsv,,,,6920,2",
    "sst2/dev.tsv,,,,872,2",
    "sst2/test.tsv,,,,1821,2",
    "sst2-glue/train.tsv,,,,60614,2",
    "sst2-glue/dev.tsv,,,,6735,2",
    "sst2-glue/test.tsv,,,,872,2",
    "rte/train.tsv,,,,2490,2",
    "rte/dev.tsv,,,,277,2",
    "mrpc/msr_paraphrase_train.clean.tsv,#1 String,#2 String,Quality,4076,2",
    "mrpc/msr_paraphrase_test.txt,#1 String,#2 String,Quality,1725,2",
    "cola/in_domain_train.tsv,4,,2,8551,2",
    "cola/in_domain_dev.tsv,4,,2,527,2",
    "cola/out_of_domain_dev.tsv,4,,2,516,2",
    "sms/sms.tsv,2,,1,5574,2",
    "trec/TREC.train,,,,5452,6",
    "trec/TREC.test,,,,500,6",
  })
  void loads_with_every_row(
      String file, String text, String pair, String label, int rows, int classes) {
    Path path = DATA.resolve(file);
    assumeThat(path).as("a corpus that may lie beside the project").isRegularFile();
    Columns columns =
        new Columns(
            Optional.ofNullable(text), Optional.ofNullable(pair), Optional.ofNullable(label));
    Charset encoding =
        file.startsWith("trec") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
    Dataset data = new DatasetReader(columns, encoding).read(path);
    assertThat(data.size()).isEqualTo(rows);
    assertThat(Labels.of(data).size()).isEqualTo(classes);
    assertThat(data.examples())
        .allMatch(
            example -> example.pair().isPresent() == (pair != null || file.startsWith("rte")));
  }
}
