package jada.adalora.testing;

import tools.jackson.databind.JsonNode;

/// Reads what the scripts in src/test/python wrote.
public final class Json {
  private Json() {}

  /// The numbers of an array.
  public static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).asDouble();
    }
    return values;
  }
}
