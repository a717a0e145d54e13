package jada.cli.report;

import jada.tensor.Shape;
import jada.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Rows of numbers, one below the other, all of the same width.
final class Table {
  private final int width;
  private final List<float[]> rows = new ArrayList<>();

  Table(int width) {
    this.width = width;
  }

  /// A table with the rows of a matrix.
  static Table of(Tensor matrix) {
    Table table = new Table(matrix.shape().dim(1));
    for (int row = 0; row < matrix.shape().dim(0); row++) {
      float[] values = new float[table.width];
      System.arraycopy(matrix.array(), row * table.width, values, 0, table.width);
      table.rows.add(values);
    }
    return table;
  }

  void add(float... row) {
    if (row.length != width) {
      throw new IllegalArgumentException(
          "table: a row of %s does not fit the width %s".formatted(row.length, width));
    }
    rows.add(row.clone());
  }

  /// Adds all rows of another table.
  void addAll(Table other) {
    other.rows.forEach(this::add);
  }

  /// The number of rows.
  int size() {
    return rows.size();
  }

  /// The rows from one on, as a table of their own that does not grow with this one.
  Table from(int first) {
    Table table = new Table(width);
    table.rows.addAll(rows.subList(first, rows.size()));
    return table;
  }

  /// (rows, width).
  Tensor matrix() {
    float[] all = new float[Math.multiplyExact(rows.size(), width)];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(rows.get(row), 0, all, row * width, width);
    }
    return Tensor.of(Shape.of(rows.size(), width), all);
  }
}
