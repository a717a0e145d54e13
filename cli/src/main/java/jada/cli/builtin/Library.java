package jada.cli.builtin;

import jada.cli.artifact.Coordinates;
import java.util.List;
import java.util.Optional;

/// A library whose documentation is part of the built-in data.
///
/// @param label its short name, the class of its sentences
/// @param sources the artifact that holds its source files
record Library(String label, Coordinates sources) {
  /// The twelve Apache libraries (Apache-2.0), sorted by label.
  static final List<Library> ALL =
      List.of(
          of("org.apache.commons", "commons-collections4", "4.4"),
          of("org.apache.commons", "commons-compress", "1.27.1"),
          of("commons-io", "commons-io", "2.18.0"),
          of("org.apache.commons", "commons-lang3", "3.17.0"),
          of("org.apache.commons", "commons-math3", "3.6.1"),
          of("commons-net", "commons-net", "3.11.1"),
          of("org.apache.httpcomponents.client5", "httpclient5", "5.4.1"),
          of("org.apache.kafka", "kafka-clients", "3.9.0"),
          of("org.apache.logging.log4j", "log4j-core", "2.24.3"),
          of("org.apache.lucene", "lucene-core", "10.1.0"),
          of("org.apache.pdfbox", "pdfbox", "3.0.3"),
          of("org.apache.poi", "poi", "5.4.0"));

  private static Library of(String group, String artifact, String version) {
    return new Library(
        artifact, new Coordinates(group, artifact, version, Optional.of("sources"), "jar"));
  }
}
