package jada.cli.builtin;

import jada.adalora.data.Dataset;
import jada.adalora.data.Example;
import jada.adalora.data.Split;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Chooses the examples among all openings, and splits off the held-out ones.
///
/// Every choice is by a hash of library, path and text, never by a random generator or by the order
/// in which files were read; so it is the same on every machine, and an opening that is chosen
/// stays chosen when others come or go.
///
/// - Whole source files are held out, one in six: comments of one file resemble each other.
/// - An opening that occurs in two libraries tells nothing and is dropped; one that is repeated
///   within a library counts once.
/// - At most [#MOST_OF_A_FILE] of a file, so that a class with forty like-worded getters does not
///   dominate its library, and at most [#MOST_OF_A_LIBRARY] of a library.
final class Choice {
  static final int MOST_OF_A_LIBRARY = 1_200;
  static final int MOST_OF_A_FILE = 12;
  private static final int HELD_OUT_ONE_IN = 6;

  private Choice() {}

  /// An opening, its library and the path of its source file.
  record Candidate(String label, String path, String text) {
    private long hash() {
      return Choice.hash(label + "\n" + path + "\n" + text);
    }

    private boolean heldOut() {
      return Long.remainderUnsigned(Choice.hash(label + "\n" + path), HELD_OUT_ONE_IN) == 0;
    }

    /// What makes two openings the same.
    private String key() {
      return text.toLowerCase(Locale.ROOT);
    }
  }

  static Split of(List<Candidate> candidates) {
    List<Example> train = new ArrayList<>();
    List<Example> dev = new ArrayList<>();
    for (Candidate chosen : chosen(candidates)) {
      (chosen.heldOut() ? dev : train).add(Example.of(chosen.text(), chosen.label()));
    }
    return new Split(Dataset.of("built-in train", train), Dataset.of("built-in dev", dev));
  }

  /// The chosen candidates, in an order that mixes the libraries.
  static List<Candidate> chosen(List<Candidate> candidates) {
    Map<String, Set<String>> libraries = new HashMap<>();
    for (Candidate candidate : candidates) {
      libraries.computeIfAbsent(candidate.key(), _ -> new HashSet<>()).add(candidate.label());
    }
    Map<String, Integer> ofLibrary = new HashMap<>();
    Map<String, Integer> ofFile = new HashMap<>();
    Set<String> taken = new HashSet<>();
    List<Candidate> chosen = new ArrayList<>();
    for (Candidate candidate : byHash(candidates)) {
      String file = candidate.label() + "\n" + candidate.path();
      if (libraries.get(candidate.key()).size() == 1
          && ofLibrary.getOrDefault(candidate.label(), 0) < MOST_OF_A_LIBRARY
          && ofFile.getOrDefault(file, 0) < MOST_OF_A_FILE
          && taken.add(candidate.key())) {
        ofLibrary.merge(candidate.label(), 1, Integer::sum);
        ofFile.merge(file, 1, Integer::sum);
        chosen.add(candidate);
      }
    }
    return chosen;
  }

  private static List<Candidate> byHash(List<Candidate> candidates) {
    record Hashed(long hash, Candidate candidate) {}
    return candidates.stream()
        .map(candidate -> new Hashed(candidate.hash(), candidate))
        .sorted(
            Comparator.comparingLong(Hashed::hash)
                .thenComparing(hashed -> hashed.candidate().path())
                .thenComparing(hashed -> hashed.candidate().text()))
        .map(Hashed::candidate)
        .toList();
  }

  /// The first eight bytes of SHA-256.
  private static long hash(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(sha.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
