package jada.cli.artifact;

import jada.adalora.data.Progress;
import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.TransferEvent;

/// Reports the resolver's transfers to a [Progress]. Each repository that is tried counts as
/// separate work; one without the file never starts.
final class Transfers extends AbstractTransferListener implements AutoCloseable {
  private final Progress progress;
  private boolean running;

  Transfers(Progress progress) {
    this.progress = progress;
  }

  @Override
  public void transferStarted(TransferEvent event) {
    close();
    String name = event.getResource().getResourceName();
    progress.started(
        name.substring(name.lastIndexOf('/') + 1),
        "bytes",
        Math.max(0, event.getResource().getContentLength()));
    running = true;
  }

  @Override
  public void transferProgressed(TransferEvent event) {
    progress.advanced(event.getTransferredBytes());
  }

  @Override
  public void transferCorrupted(TransferEvent event) {
    close();
  }

  @Override
  public void transferSucceeded(TransferEvent event) {
    close();
  }

  @Override
  public void transferFailed(TransferEvent event) {
    close();
  }

  @Override
  public void close() {
    if (running) {
      running = false;
      progress.finished();
    }
  }
}
