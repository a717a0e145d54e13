package jada.nn;

import static org.assertj.core.api.Assertions.assertThat;

import jada.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads golden numbers and compares with them.
public final class Golden {
  private Golden() {}

  public static JsonNode read(String resource) {
    try (InputStream in = Golden.class.getResourceAsStream(resource)) {
      return JsonMapper.shared().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static float[] floats(JsonNode array) {
    float[] numbers = new float[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) array.get(i).asDouble();
    }
    return numbers;
  }

  /// The whole numbers of an array.
  public static int[] ints(JsonNode array) {
    int[] numbers = new int[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).asInt();
    }
    return numbers;
  }

  /// Every element within `absolute + relative · |expected|`.
  public static void assertClose(
      String what, Tensor actual, float[] expected, double absolute, double relative) {
    float[] a = actual.array();
    assertThat(a).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < a.length; i++) {
      double error = Math.abs((double) a[i] - expected[i]);
      assertThat(error <= absolute + relative * Math.abs(expected[i]))
          .as("%s[%d]: %s, expected %s", what, i, a[i], expected[i])
          .isTrue();
    }
  }
}
