package jada.nn;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// All known families of encoders: Jada's own, and those that other modules provide as service
/// [Family].
public final class Families {
  /// Devlin et al. 2019.
  public static final Family BERT = new Bert();

  /// Sanh et al. 2019.
  public static final Family DISTILBERT = new DistilBert();

  /// Liu et al. 2019.
  public static final Family ROBERTA =
      new Roberta("roberta", "Roberta", List.of("BPE"), "RobertaTokenizer");

  /// Conneau et al. 2020: RoBERTa for a hundred languages.
  public static final Family XLM_ROBERTA =
      new Roberta("xlm-roberta", "XLMRoberta", List.of("Unigram"), "XLMRobertaTokenizer");

  /// Martin et al. 2020: RoBERTa for French.
  public static final Family CAMEMBERT =
      new Roberta("camembert", "Camembert", List.of("Unigram"), "CamembertTokenizer");

  /// Song et al. 2020.
  public static final Family MPNET = new Mpnet();

  private static final List<Family> OWN =
      List.of(BERT, DISTILBERT, ROBERTA, XLM_ROBERTA, CAMEMBERT, MPNET);

  /// Found once, when first asked for.
  private static final class Provided {
    private static final List<Family> ALL =
        Stream.concat(OWN.stream(), provided(Families.class.getClassLoader())).toList();
  }

  private Families() {}

  /// The families that modules and jars visible to a class loader provide.
  static Stream<Family> provided(ClassLoader loader) {
    return ServiceLoader.load(Family.class, loader).stream().map(ServiceLoader.Provider::get);
  }

  /// All families, Jada's own first.
  public static List<Family> all() {
    return Provided.ALL;
  }

  /// The family of a `model_type`; of several, the first.
  public static Optional<Family> of(String modelType) {
    return all().stream().filter(family -> family.type().equals(modelType)).findFirst();
  }

  /// The model types as a message names them: `'bert', … or 'mpnet'`.
  public static String types() {
    List<String> types = all().stream().map(family -> "'" + family.type() + "'").toList();
    return types.subList(0, types.size() - 1).stream().collect(Collectors.joining(", "))
        + " or "
        + types.getLast();
  }
}
