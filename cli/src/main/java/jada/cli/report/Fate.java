package jada.cli.report;

/// The fate of a triplet in a run.
///
/// @param alive whether it lives at the end
/// @param lastAlive the last step kept in the history after which it lived, counted from 0; −1 if
///   there is none
/// @param pruned how many times it was masked
/// @param revived how many times it came back
public record Fate(boolean alive, int lastAlive, int pruned, int revived) {}
