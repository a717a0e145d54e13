package jada.adalora.data;

import jada.nn.files.InputException;
import jada.nn.files.Quoted;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The tuples of a source, of which a dataset is made once they are found fit to learn from.
///
/// @param name the source, as messages name it
/// @param checksum of all that was read
/// @param all in the order of the source, at least one
/// @param columns where they were found; empty for a format without columns
record Tuples(String name, String checksum, List<Tuple> all, Optional<UsedColumns> columns) {
  Tuples(SourceText source, List<Tuple> all, UsedColumns columns) {
    this(source.name(), source.checksum(), all, Optional.of(columns));
  }

  /// A dataset with nothing to search among but its own documents.
  Dataset dataset(EmptyTexts empty) {
    return dataset(empty, List.of(), 0);
  }

  /// @param corpus documents to search among
  /// @param skipped how many of them were left out
  /// @throws InputException if the tuples are of no use; the message names the line, where one is
  ///   to blame
  Dataset dataset(EmptyTexts empty, List<String> corpus, int skipped) {
    List<Tuple> kept = empty.applied(name, all, Tuple::line, Tuple::emptyPart);
    requireScores(kept);
    refuseSamePairs(kept);
    refuseSameTexts(kept);
    return new Dataset(
        name,
        kept.stream().map(Tuple::example).toList(),
        kept.stream().map(Tuple::line).toList(),
        checksum,
        new Dataset.Reading(skipped + all.size() - kept.size(), columns, false, corpus));
  }

  private void requireScores(List<Tuple> tuples) {
    Optional<Tuple> with = tuples.stream().filter(t -> t.score().isPresent()).findFirst();
    Optional<Tuple> without = tuples.stream().filter(t -> t.score().isEmpty()).findFirst();
    if (with.isPresent() && without.isPresent()) {
      throw new InputException(
          "%s:%s: no score, but line %s has one; give all pairs a score, or none"
              .formatted(name, without.get().line(), with.get().line()));
    }
    for (Tuple tuple : tuples) {
      if (!tuple.score().map(FiniteNumber::is).orElse(true)) {
        throw new InputException(
            "%s:%s: the score %s is not a finite number; correct it, or leave the column out"
                .formatted(name, tuple.line(), Quoted.of(tuple.score().get())));
      }
    }
  }

  private void refuseSamePairs(List<Tuple> tuples) {
    Example first = tuples.getFirst().example();
    if (tuples.size() > 1 && tuples.stream().map(Tuple::example).allMatch(first::equals)) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: all %,d rows are the same, so there is nothing to tell apart; give different"
                  + " pairs",
              name,
              tuples.size()));
    }
  }

  private void refuseSameTexts(List<Tuple> tuples) {
    if (tuples.stream().allMatch(tuple -> tuple.query().equals(tuple.document()))) {
      throw new InputException(
          name
              + ": query and document are the same in all rows, so there is nothing to learn; give"
              + " different texts, or say which they are with `text-column` and `pair-column`");
    }
  }

  /// The same, unless a column that is read for texts holds nothing but numbers.
  Tuples withoutNumbersForTexts() {
    List<String> names = columns.orElseThrow().texts();
    BitSet numbers = new BitSet();
    numbers.set(0, names.size());
    BitSet filled = new BitSet();
    for (Tuple tuple : all) {
      for (int i = numbers.nextSetBit(0);
          i >= 0 && i < tuple.size();
          i = numbers.nextSetBit(i + 1)) {
        String text = tuple.text(i);
        filled.set(i, filled.get(i) || !text.isBlank());
        numbers.set(i, text.isBlank() || FiniteNumber.is(text));
      }
    }
    numbers.and(filled);
    if (!numbers.isEmpty()) {
      String column = names.get(numbers.nextSetBit(0));
      throw new InputException(
          name
              + ": column "
              + (FiniteNumber.is(column) ? column : Quoted.of(column))
              + " holds numbers alone, where texts are expected; if it is the score, name it"
              + " label or score, or with `label-column`; else say which columns are the texts"
              + " with `text-column` and `pair-column`");
    }
    return this;
  }
}
