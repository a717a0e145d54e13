package jada.adalora.model;

/// How much the examples of each class count in the loss of training.
public enum ClassWeights {
  /// Every example counts the same.
  NONE,

  /// An example of class c counts n/(K·n_c), with n examples, K classes and n_c examples of class
  /// c: all classes together count the same, and an example 1 on average (scikit-learn's
  /// `class_weight="balanced"`).
  BALANCED
}
