package jada.adalora.examples;

import jada.adalora.SvdLinear;
import jada.adalora.model.AdaptedModel;
import jada.adalora.model.Models;
import jada.adalora.peft.PeftFolder;
import jada.nn.checkpoint.HuggingFaceFolder;
import jada.nn.checkpoint.PretrainedModel;
import jada.tensor.Svd;
import jada.tensor.Tensor;
import java.nio.file.Path;
import java.util.Locale;

/// What an adapter has learned, and the plain model that does the same without it.
///
/// The learned λ take the place of singular values. How far they are from them shows a real SVD of
/// ΔW.
public final class LookAtAdapter {
  private LookAtAdapter() {}

  /// Run it: `LookAtAdapter MODEL ADAPTER MERGED` with the base model's name or folder, the folder
  /// of an adapter, and a folder to write the merged model to.
  public static void main(String[] args) {
    PretrainedModel base = Models.load(args[0]);
    AdaptedModel adapted = PeftFolder.load(base, Path.of(args[1]));
    System.out.println(adapted.budget() + " triplets, " + adapted.ranks());

    for (SvdLinear matrix : adapted.svdAdapters()) {
      if (matrix.rank() > 0) {
        Tensor sigma = Svd.of(matrix.delta()).s(); // (min(out, in)), descending
        System.out.printf(
            Locale.ROOT,
            "%s: largest |scale·λ| %.4f, largest singular value of ΔW %.4f%n",
            matrix.name(),
            largest(matrix.lambda().value()) * matrix.scale(),
            sigma.get(0));
      }
    }

    HuggingFaceFolder.write(Path.of(args[2]), adapted.merged());
    System.out.println("merged: " + Models.load(args[2]).weights().size() + " weights");
  }

  private static float largest(Tensor values) {
    float largest = 0;
    for (float value : values.abs().array()) {
      largest = Math.max(largest, value);
    }
    return largest;
  }
}
