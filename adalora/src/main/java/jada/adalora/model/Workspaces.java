package jada.adalora.model;

import jada.tensor.Workspace;
import java.lang.ref.SoftReference;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/// Workspaces that no call uses now. Fresh memory costs as much as a third of a batch's time, so it
/// is kept from call to call, but not if the heap becomes short. Safe for several threads.
final class Workspaces {
  private final Deque<SoftReference<Workspace>> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  /// The workspace of an earlier call, or a new one.
  Workspace take() {
    for (var kept = idle.poll(); kept != null; kept = idle.poll()) {
      Workspace workspace = kept.get();
      if (workspace != null) {
        return workspace;
      }
    }
    return new Workspace();
  }

  /// Keeps a workspace for a later call: not more of them than processors, and none once this is
  /// closed.
  void keep(Workspace workspace) {
    if (idle.size() < Runtime.getRuntime().availableProcessors()) {
      idle.push(new SoftReference<>(workspace));
    }
    if (closed) {
      idle.clear(); // closed meanwhile
    }
  }

  /// Drops all of them.
  void close() {
    closed = true;
    idle.clear();
  }
}
