package jada.cli.tour;

import java.util.List;

/// The sections in the order of the chapter (Brenndoerfer 2025, "AdaLoRA: Adaptive Rank Allocation
/// for Efficient Fine-Tuning").
public final class Tour {
  private Tour() {}

  /// All sections.
  public static List<Section> sections() {
    return List.of(
        new Decomposition(),
        new Pruning(),
        new Orthonormality(),
        new Sensitivity(),
        new Smoothing(),
        new Scores(),
        new Ranking(),
        new Schedule(),
        new Masking(),
        new Training());
  }
}
