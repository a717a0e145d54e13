package jada.adalora.data;

/// Receives the progress of a piece of work: a download, or preparing data. Calls come in order,
/// from the thread that does the work: one [#started], any number of [#advanced], one [#finished],
/// and then perhaps the next piece. A listener must return quickly.
public interface Progress {
  /// A piece of work begins.
  ///
  /// @param what what is being done, such as the name of the file that is fetched
  /// @param unit what is counted: `bytes` or `files`
  /// @param total how many there will be; 0 if that is not known
  void started(String what, String unit, long total);

  /// This many are done since [#started].
  void advanced(long soFar);

  /// The piece of work is over, whether it succeeded or failed.
  void finished();

  /// Ignores all progress.
  static Progress none() {
    return new Progress() {
      @Override
      public void started(String what, String unit, long total) {}

      @Override
      public void advanced(long soFar) {}

      @Override
      public void finished() {}
    };
  }
}
