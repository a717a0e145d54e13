package jada.cli.tour;

import jada.tensor.RandomSource;

/// One section of the tour: an idea of the method on numbers small enough to look at.
public interface Section {
  /// One word by which it is called.
  String name();

  /// What it is about, in one line.
  String title();

  /// Computes the numbers and puts them on the page.
  ///
  /// @param random where everything random in it is drawn from: a source of the same seed gives the
  ///   same page; sections that build on each other show the same matrices
  void show(Page page, RandomSource random);
}
