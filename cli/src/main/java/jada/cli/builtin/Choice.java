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
import java.util.Optional;
import java.util.Set;

/// Chooses the examples among all candidates, and splits off the held-out ones.
///
/// Every choice is by a hash of library, path and text, never by a random generator or by the order
/// in which files were read; so it is the same on every machine, and an example that is chosen
/// stays chosen when others come or go.
///
/// - Whole source files are held out: comments of one file resemble each other.
/// - A text that occurs in two libraries tells nothing and is dropped; one that is repeated within
///   a library counts once, and so does the second text of a pair.
/// - At most `mostOfAFile` of a file, so that a class with forty like-worded getters does not
///   dominate its library, and at most `mostOfALibrary` of a library.
///
/// @param name what the two datasets are called, before "train" and "dev"
/// @param mostOfALibrary how many examples of a library are chosen at most
/// @param mostOfAFile how many examples of a source file are chosen at most
/// @param heldOutOneIn one source file in so many is held out
record Choice(String name, int mostOfALibrary, int mostOfAFile, int heldOutOneIn) {
  /// An example, its library and the path of its source file.
  record Candidate(String label, String path, Example example) {
    /// A text whose label is its library.
    static Candidate labelled(String label, String path, String text) {
      return new Candidate(label, path, Example.of(text, label));
    }

    private String file() {
      return label + "\n" + path;
    }

    private long hash() {
      return Choice.hash(file() + "\n" + example.text());
    }

    /// What makes two texts the same.
    private String key() {
      return example.text().toLowerCase(Locale.ROOT);
    }

    /// What makes two second texts the same.
    private Optional<String> pairKey() {
      return example.pair().map(pair -> pair.toLowerCase(Locale.ROOT));
    }
  }

  Split of(List<Candidate> candidates) {
    List<Example> train = new ArrayList<>();
    List<Example> dev = new ArrayList<>();
    for (Candidate chosen : chosen(candidates)) {
      (isHeldOut(chosen) ? dev : train).add(chosen.example());
    }
    return new Split(Dataset.of(name + " train", train), Dataset.of(name + " dev", dev));
  }

  private boolean isHeldOut(Candidate candidate) {
    return Long.remainderUnsigned(hash(candidate.file()), heldOutOneIn) == 0;
  }

  /// The chosen candidates, in an order that mixes the libraries.
  List<Candidate> chosen(List<Candidate> candidates) {
    Map<String, Set<String>> libraries = new HashMap<>();
    for (Candidate candidate : candidates) {
      libraries.computeIfAbsent(candidate.key(), _ -> new HashSet<>()).add(candidate.label());
    }
    Map<String, Integer> ofLibrary = new HashMap<>();
    Map<String, Integer> ofFile = new HashMap<>();
    Set<String> taken = new HashSet<>();
    Set<String> takenPairs = new HashSet<>();
    List<Candidate> chosen = new ArrayList<>();
    for (Candidate candidate : byHash(candidates)) {
      String file = candidate.file();
      if (libraries.get(candidate.key()).size() == 1
          && ofLibrary.getOrDefault(candidate.label(), 0) < mostOfALibrary
          && ofFile.getOrDefault(file, 0) < mostOfAFile
          && taken.add(candidate.key())
          && candidate.pairKey().map(takenPairs::add).orElse(true)) {
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
                .thenComparing(hashed -> hashed.candidate().example().text()))
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
