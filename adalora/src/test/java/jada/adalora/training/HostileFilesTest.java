package jada.adalora.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jada.adalora.AdaLoraConfig;
import jada.adalora.Method;
import jada.adalora.data.Columns;
import jada.adalora.data.DatasetReader;
import jada.adalora.model.AdaLora;
import jada.adalora.model.AdaptedModel;
import jada.adalora.peft.PeftFolder;
import jada.adalora.testing.DamagedCopies;
import jada.adalora.testing.Mutator;
import jada.adalora.testing.TinyBert;
import jada.adalora.testing.TinyRun;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.OnnxBert;
import jada.nn.checkpoint.PretrainedModel;
import jada.nn.checkpoint.TensorFlowBert;
import jada.nn.files.Checksum;
import jada.nn.files.InputException;
import jada.nn.files.Safetensors;
import jada.nn.text.Alignment;
import jada.nn.text.Input;
import jada.nn.text.Tokenizer;
import jada.nn.text.Tokenizers;
import jada.nn.text.WordPieceTokenizer;
import jada.tensor.Workspace;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files that somebody damaged, or made to do damage, of every format that Jada reads; see
/// [DamagedCopies].
@Timeout(value = 3600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileFilesTest {
  private static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [
       {"id": 0, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true},
       {"id": 1, "content": "[UNK]", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true},
       {"id": 2, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true},
       {"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true}],
       "normalizer": {"type": "BertNormalizer", "clean_text": true,
        "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
       "pre_tokenizer": {"type": "BertPreTokenizer"},
       "post_processor": {"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
         {"Sequence": {"id": "A", "type_id": 0}},
         {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
        "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
         {"Sequence": {"id": "A", "type_id": 0}},
         {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
         {"Sequence": {"id": "B", "type_id": 1}},
         {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
        "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
         "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
       "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
       "model": {"type": "WordPiece", "unk_token": "[UNK]",
        "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "some": 4, "te": 5,
         "##xt": 6, "and": 7, "##s": 8}}}
      """;

  private static final PretrainedModel ENCODER = TinyBert.encoder();

  @TempDir private Path temp;

  private void survives(Path file, UnaryOperator<byte[]> damage, Consumer<Path> read)
      throws IOException {
    new DamagedCopies(temp).survivedBy(file, damage, read);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(temp.resolve(name), content);
  }

  private Path adapter(AdaLoraConfig config) {
    AdaptedModel model = AdaLora.adapt(TinyBert.encoder(), TinyRun.TASK, config);
    TinyBert.pretendTraining(model, 3);
    PeftFolder.save(model, temp);
    return temp;
  }

  private static void load(Path file) {
    PeftFolder.load(ENCODER, file.getParent());
  }

  @Test
  void safetensors() throws IOException {
    Path file = adapter(TinyRun.CONFIG).resolve("adapter_model.safetensors");

    survives(file, new Mutator(1)::safetensors, Safetensors::read);
  }

  @Test
  void tensors_of_an_adapter() throws IOException {
    Path file = adapter(TinyRun.CONFIG).resolve("adapter_model.safetensors");

    survives(file, new Mutator(2)::safetensors, HostileFilesTest::load);
  }

  @Test
  void adapter_config() throws IOException {
    Path file = adapter(TinyRun.CONFIG).resolve("adapter_config.json");

    survives(file, new Mutator(3)::json, HostileFilesTest::load);
  }

  @Test
  void adapter_config_of_lora() throws IOException {
    Path file = adapter(TinyRun.CONFIG.withMethod(Method.LORA)).resolve("adapter_config.json");

    survives(file, new Mutator(4)::json, HostileFilesTest::load);
  }

  @Test
  void labels() throws IOException {
    Path file = adapter(TinyRun.CONFIG).resolve("labels.json");

    survives(file, new Mutator(5)::json, HostileFilesTest::load);
  }

  @Test
  void choices() throws IOException {
    Path file = adapter(TinyRun.CONFIG).resolve("jada.json");

    survives(file, new Mutator(7)::json, HostileFilesTest::load);
  }

  /// The file is what `TinyOnnx` in the tests of nn makes.
  @Test
  void onnx() throws IOException {
    Path file = Files.write(temp.resolve("tiny.onnx"), tinyOnnx());

    survives(file, new Mutator(6)::bytes, onnx -> OnnxBert.read(onnx, 2));
  }

  /// A model and its tokenizer as they come from a Maven repository.
  private Path jar(byte[] onnx) throws IOException {
    Path jar = temp.resolve("model.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("tokenizer.json"));
      zip.write(TOKENIZER.getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry("model.onnx"));
      zip.write(onnx);
    }
    return jar;
  }

  private static void readJar(Path jar) {
    OnnxBert.fromJar("tiny", jar, "model.onnx", "tokenizer.json", 2);
  }

  private static byte[] tinyOnnx() throws IOException {
    try (var in = HostileFilesTest.class.getResourceAsStream("tiny.onnx")) {
      return in.readAllBytes();
    }
  }

  @Test
  void jar_with_a_model() throws IOException {
    survives(jar(tinyOnnx()), new Mutator(16)::bytes, HostileFilesTest::readJar);
  }

  @Test
  void jar_that_unpacks_to_a_thousand_times_its_size() throws IOException {
    byte[] bomb = new byte[200 << 20];
    // The graph (field 7) with one initializer (field 5) that holds bytes (field 9), all of them.
    bomb[0] = 7 << 3 | 2;
    writeLength(bomb, 1, bomb.length - 6);
    bomb[6] = 5 << 3 | 2;
    writeLength(bomb, 7, bomb.length - 12);
    bomb[12] = 9 << 3 | 2;
    writeLength(bomb, 13, bomb.length - 18);
    Path jar = jar(bomb);
    assertThat(Files.size(jar)).isLessThan(300_000);
    long bytes = DamagedCopies.allocated();

    assertThatThrownBy(() -> readJar(jar))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(jar + "!/model.onnx: unpacks to more than ");

    assertThat(DamagedCopies.allocated() - bytes).isLessThan(100 << 20);
  }

  /// A varint of five bytes.
  private static void writeLength(byte[] bytes, int at, int length) {
    for (int i = 0; i < 5; i++) {
      bytes[at + i] = (byte) (length >>> 7 * i & 0x7f | (i < 4 ? 0x80 : 0));
    }
  }

  /// The zip is a SavedModel as the tests of TensorFlowBert in nn put it together.
  private static byte[] tinySavedModel() throws IOException {
    try (var in = HostileFilesTest.class.getResourceAsStream("tiny-saved-model.zip")) {
      return in.readAllBytes();
    }
  }

  /// The parts of a SavedModel by name.
  private static SequencedMap<String, byte[]> parts(byte[] archive) throws IOException {
    SequencedMap<String, byte[]> parts = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        parts.put(entry.getName(), zip.readAllBytes());
      }
    }
    return parts;
  }

  private static byte[] zip(Map<String, byte[]> parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> part : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry(part.getKey()));
        zip.write(part.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// Reads a SavedModel out of a jar beside the file that is damaged.
  private void readSavedModel(byte[] archive) {
    Path jar = temp.resolve("saved-model.jar");
    try {
      Files.write(jar, zip(Map.of("archive", archive)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    TensorFlowBert.fromJar("tiny", jar, "archive", 2, true);
  }

  @Test
  void saved_model_of_tensorflow() throws IOException {
    Path file = Files.write(temp.resolve("saved-model.zip"), tinySavedModel());

    survives(file, new Mutator(17)::bytes, zip -> readSavedModel(contentOf(zip)));
  }

  @Test
  void index_of_tensorflows_variables_with_the_right_checksums() throws IOException {
    SequencedMap<String, byte[]> parts = parts(tinySavedModel());
    byte[] index = parts.get("variables/variables.index");
    List<Integer> blocks = TableChecksums.blocks(index);
    Path file = Files.write(temp.resolve("variables.index"), index);

    survives(
        file,
        new Mutator(18)::bytes,
        damaged -> {
          parts.put("variables/variables.index", TableChecksums.set(contentOf(damaged), blocks));
          readSavedModel(zip(parts));
        });
  }

  @Test
  void zip_in_a_jar_that_unpacks_to_a_thousand_times_its_size() throws IOException {
    SequencedMap<String, byte[]> parts = parts(tinySavedModel());
    parts.put("variables/variables.data-00000-of-00001", new byte[400 << 20]);
    byte[] archive = zip(parts);
    assertThat(archive).hasSizeLessThan(500_000);
    long bytes = DamagedCopies.allocated();

    assertThatThrownBy(() -> readSavedModel(archive))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("saved-model.jar!/archive: unpacks to more than ");

    assertThat(DamagedCopies.allocated() - bytes).isLessThan(200 << 20);
  }

  private static byte[] contentOf(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void tokenizer_json() throws IOException {
    survives(
        file("tokenizer.json", TOKENIZER),
        new Mutator(7)::json,
        json -> use(WordPieceTokenizer.fromTokenizerJson(json)));
  }

  @Test
  void vocabulary() throws IOException {
    Path file = file("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nsome\nte\n##xt\nand\n##s\n");

    survives(
        file, new Mutator(8)::bytes, vocab -> use(WordPieceTokenizer.fromVocabulary(vocab, true)));
  }

  private static void use(WordPieceTokenizer tokenizer) {
    tokenizer.encode("some texts and [SEP] more", 16);
    tokenizer.encode("some text", "and more of it", 8);
  }

  /// Byte-level BPE as RoBERTa and Llama 3 have it.
  private static final String BPE =
      """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [
        {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
         "normalized": false, "special": true},
        {"id": 1, "content": "<mask>", "single_word": true, "lstrip": true, "rstrip": false,
         "normalized": true, "special": true}],
       "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
       "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex":
         "(?i:'s|'ll)|[^\\\\r\\\\n\\\\p{L}]?\\\\p{L}+|\\\\p{N}{1,3}|\\\\s+(?!\\\\S)|\\\\s+"},
         "behavior": "Isolated", "invert": false},
        {"type": "Digits", "individual_digits": true},
        {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
         "use_regex": false}]},
       "post_processor": {"type": "Sequence", "processors": [
        {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        {"type": "RobertaProcessing", "sep": ["<s>", 0], "cls": ["<s>", 0],
         "trim_offsets": true, "add_prefix_space": false}]},
       "decoder": {"type": "ByteLevel"},
       "model": {"type": "BPE", "dropout": null, "unk_token": "<s>",
        "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": true,
        "byte_fallback": false, "ignore_merges": true,
        "vocab": {"<s>": 0, "<mask>": 1, "a": 2, "t": 3, "e": 4, "x": 5, "te": 6, "tex": 7},
        "merges": [["t", "e"], "te x"]}}
      """;

  /// Unigram as XLM-R has it; the map of characters makes "a" of "b".
  private static final String UNIGRAM =
      """
      {"version": "1.0", "truncation": null, "padding": {"pad_token": "<pad>"},
       "added_tokens": [
        {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": true,
         "normalized": false, "special": true}],
       "normalizer": {"type": "Sequence", "normalizers": [
        {"type": "Precompiled", "precompiled_charsmap": "%s"},
        {"type": "Strip", "strip_left": true, "strip_right": true}, {"type": "NFKD"},
        {"type": "StripAccents"}, {"type": "Nmt"}, {"type": "Prepend", "prepend": "x"},
        {"type": "Replace", "pattern": {"String": "xx"}, "content": "x"}]},
       "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Contiguous"},
        {"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": true}]},
       "post_processor": {"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
         {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}},
         {"SpecialToken": {"id": "<s>", "type_id": 1}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}},
       "decoder": null,
       "model": {"type": "Unigram", "unk_id": 1, "byte_fallback": true,
        "vocab": [["<s>", 0], ["<unk>", 0.0], ["_", -1.5], ["te", -2.25e0], ["x", -3], ["a", -4.1],
         ["xt", -2.0]]}}
      """;

  /// A double array of one string, "b", whose replacement is "a".
  private static String charactersMap() {
    int[] units = new int[256];
    units[0] = 1 << 10; // the root's children are at 1 ^ label
    units[1 ^ 'b'] = (1 ^ 'b' ^ 2) << 10 | 1 << 8 | 'b'; // its value is at hand, at 2
    units[2] = 1 << 31;
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * units.length + 2).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(4 * units.length);
    for (int unit : units) {
      bytes.putInt(unit);
    }
    bytes.put((byte) 'a').put((byte) 0);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static void useFolder(Path file) {
    Tokenizer tokenizer = Tokenizers.read(file.getParent());
    tokenizer.encode("Some text's  and <mask> 12 é\u0301 more", 16);
    Alignment alignment = tokenizer.align(Input.of("Some text", "and more\tof it b"), 12);
    for (int i = 0; i < alignment.encoding().length(); i++) {
      tokenizer.token(alignment.encoding().id(i));
    }
  }

  @Test
  void tokenizer_json_of_bpe() throws IOException {
    survives(file("tokenizer.json", BPE), new Mutator(22)::json, HostileFilesTest::useFolder);
  }

  @Test
  void tokenizer_json_of_unigram() throws IOException {
    survives(
        file("tokenizer.json", UNIGRAM.formatted(charactersMap())),
        new Mutator(23)::json,
        HostileFilesTest::useFolder);
  }

  @Test
  void map_of_characters() throws IOException {
    byte[] map = Base64.getDecoder().decode(charactersMap());
    Path folder = Files.createDirectory(temp.resolve("map"));
    Path json = Files.writeString(folder.resolve("tokenizer.json"), "");
    survives(
        Files.write(temp.resolve("map.bin"), map),
        new Mutator(24)::bytes,
        file -> {
          String base64 = Base64.getEncoder().encodeToString(contentOf(file));
          try {
            Files.writeString(json, UNIGRAM.formatted(base64));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          useFolder(json);
        });
  }

  private Path byteLevelFolder() throws IOException {
    file("tokenizer_config.json", "{\"tokenizer_class\": \"RobertaTokenizer\"}");
    file("merges.txt", "#version: 0.2\nt e\nte x\n");
    return file(
        "vocab.json",
        "{\"<s>\": 0, \"<pad>\": 1, \"</s>\": 2, \"<unk>\": 3, \"<mask>\": 4, \"t\": 5, \"e\": 6,"
            + " \"x\": 7, \"te\": 8, \"tex\": 9}");
  }

  @Test
  void vocab_json() throws IOException {
    survives(byteLevelFolder(), new Mutator(25)::json, HostileFilesTest::useFolder);
  }

  @Test
  void merges_txt() throws IOException {
    survives(
        byteLevelFolder().resolveSibling("merges.txt"),
        new Mutator(26)::bytes,
        HostileFilesTest::useFolder);
  }

  @Test
  void configuration_of_a_byte_level_tokenizer() throws IOException {
    Path file = byteLevelFolder().resolveSibling("tokenizer_config.json");
    Files.writeString(
        file,
        "{\"tokenizer_class\": \"RobertaTokenizer\", \"add_prefix_space\": true,"
            + " \"cls_token\": \"<s>\", \"added_tokens_decoder\": {\"4\": {\"content\": \"<mask>\","
            + " \"lstrip\": true, \"special\": true}}, \"model_input_names\": [\"input_ids\"]}");

    survives(file, new Mutator(27)::json, HostileFilesTest::useFolder);
  }

  @Test
  void config_of_a_model() throws IOException {
    Path folder = temp.resolve("model");
    PretrainedModel model = TinyBert.classifier(2);
    HuggingFaceFolder.write(folder, model);

    survives(
        folder.resolve("config.json"),
        new Mutator(9)::json,
        config -> HuggingFaceFolder.read(config.getParent()));
  }

  @Test
  void tokenizer_config() throws IOException {
    Path folder = temp.resolve("model");
    HuggingFaceFolder.write(folder, TinyBert.classifier(2));
    Path file =
        Files.writeString(
            folder.resolve("tokenizer_config.json"),
            "{\"do_lower_case\": true, \"strip_accents\": null, \"model_max_length\": 512}");

    survives(file, new Mutator(21)::json, _ -> HuggingFaceFolder.read(folder));
  }

  /// A run that has left checkpoints after 7 and 14 of its 18 steps; a damaged one is named
  /// together with the sound one before it.
  private Path checkpoint() {
    AdaptedModel model = TinyRun.model(TinyRun.CONFIG);
    FineTuner.of(model)
        .options(TinyRun.OPTIONS)
        .checkpoints(temp, 14)
        .run(TinyRun.TRAIN, TinyRun.DEV);
    return temp.resolve("step-14");
  }

  @Test
  void manifest_of_a_checkpoint() throws IOException {
    survives(
        checkpoint().resolve("manifest.json"),
        new Mutator(10)::json,
        manifest -> resume(manifest.getParent()));
  }

  @Test
  void state_of_a_checkpoint_with_the_right_checksum() throws IOException {
    Path folder = checkpoint();
    survives(
        folder.resolve("state.json"), new Mutator(11)::json, _ -> resume(withChecksums(folder)));
  }

  @Test
  void tensors_of_a_checkpoint_with_the_right_checksum() throws IOException {
    Path folder = checkpoint();
    survives(
        folder.resolve("state.safetensors"),
        new Mutator(12)::safetensors,
        _ -> resume(withChecksums(folder)));
  }

  private static Path withChecksums(Path folder) {
    try {
      StringBuilder files = new StringBuilder();
      for (String name : List.of("state.json", "state.safetensors")) {
        Path file = folder.resolve(name);
        files
            .append(files.isEmpty() ? "" : ",")
            .append(
                "\"%s\": {\"bytes\": %d, \"sha256\": \"%s\"}"
                    .formatted(name, Files.size(file), Checksum.of(file)));
      }
      Files.delete(folder.resolve("manifest.json"));
      Files.writeString(
          folder.resolve("manifest.json"),
          "{\"format\": \"jada checkpoint\", \"version\": 1, \"steps\": 14, \"files\": {%s}}"
              .formatted(files));
      return folder;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Everything that is done with a checkpoint before the first step.
  private static void resume(Path folder) {
    TrainingState state = TrainingState.read(Checkpoint.open(folder));
    AdaptedModel model = AdaLora.adapt(ENCODER, TinyRun.TASK, TinyRun.CONFIG);
    state.requireSameRun(
        folder, RunIdentity.of(model, TinyRun.OPTIONS, TinyRun.TRAIN, TinyRun.DEV, 18));
    state.restore(model);
    state.restore(model, new Trainer(model, TinyRun.OPTIONS, 18, new Workspace()));
    state.progress();
  }

  @Test
  void tsv() throws IOException {
    Path file = file("data.tsv", "sentence\tlabel\na fine text\tgood\nanother one\tbad\nx\tgood\n");

    survives(file, new Mutator(13)::bytes, HostileFilesTest::readData);
  }

  @Test
  void tsv_with_columns_by_name() throws IOException {
    Path file = file("named.tsv", "kind\tfirst\tmore\nx\ta text\tand more\ny\tb\tc\n");
    Columns columns = Columns.byHeader().withText("first").withPair("more").withLabel("kind");
    DatasetReader reader = new DatasetReader(columns, StandardCharsets.UTF_8);

    survives(file, new Mutator(19)::bytes, reader::read);
  }

  @Test
  void lines_of_trec() throws IOException {
    Path file = file("data.label", "DESC:manner How did it go ?\nNUM:count How many ?\n");

    survives(file, new Mutator(20)::bytes, HostileFilesTest::readData);
  }

  @Test
  void csv() throws IOException {
    Path file =
        file(
            "data.csv",
            "label,sentence\ngood,\"a, fine \"\"text\"\"\"\nbad,\"two\nlines\"\ngood,x\n");

    survives(file, new Mutator(14)::bytes, HostileFilesTest::readData);
  }

  @Test
  void json_lines() throws IOException {
    Path file =
        file(
            "data.jsonl",
            """
            {"sentence": "a fine text", "label": "good"}
            {"sentence": "another \\u00e9", "label": "bad", "more": {"a": [1, 2]}}
            {"sentence": "x", "label": "1"}
            """);
    Mutator mutator = new Mutator(15);

    survives(file, sound -> lines(mutator, sound), HostileFilesTest::readData);
  }

  /// Damages the tokens of one line, or the bytes of all.
  private static byte[] lines(Mutator mutator, byte[] sound) {
    List<String> lines =
        new ArrayList<>(new String(sound, StandardCharsets.UTF_8).lines().toList());
    int at = mutator.below(lines.size() + 1);
    if (at == lines.size()) {
      return mutator.bytes(sound);
    }
    byte[] line = mutator.json(lines.get(at).getBytes(StandardCharsets.UTF_8));
    lines.set(at, new String(line, StandardCharsets.UTF_8));
    return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
  }

  private static void readData(Path file) {
    new DatasetReader().read(file);
    new DatasetReader().readInputs(file);
  }
}
