package jada.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The versions of Jada and Java.
final class Version implements IVersionProvider {
  /// The version of Jada, as the build wrote it down.
  static String ofJada() {
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The Java that runs it.
  static String ofJava() {
    return System.getProperty("java.vm.name") + " " + Runtime.version();
  }

  @Override
  public String[] getVersion() {
    return new String[] {"jada " + ofJada() + ", " + ofJava()};
  }
}
