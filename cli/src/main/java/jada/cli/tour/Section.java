package jada.cli.tour;

import jada.tensor.RandomSource;

/// One section of the tour: an idea of the method on numbers small enough to look at.
public interface Section {
  /// Its name, one word.
  String name();

  /// Its subject, in one line.
  String title();

  /// Computes the numbers and puts them on the page.
  ///
  /// @param random the source of all randomness: the same seed gives the same page; sections that
  ///   build on each other show the same matrices
  void show(Page page, RandomSource random);
}
