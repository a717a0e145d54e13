package jada.autograd;

import jada.tensor.Blocks;
import jada.tensor.Tensor;
import jada.tensor.Workspace;
import jada.tensor.kernel.Kernels;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/// Reference counts of the arrays that hold gradients during a backward pass: a vjp may return one
/// array for several inputs, or pass on the array it was given.
///
/// The first contribution to a sum is used as it is. The second one allocates an array, into which
/// later ones are added. An array that holds no gradient any more goes back to the workspace if it
/// was lent after the pass began; older arrays belong to the graph.
final class SharedSums {
  private static final Kernels KERNELS = Kernels.fastest();

  private final long began = Workspace.mark();
  private final Map<float[], Integer> users = new IdentityHashMap<>();
  private final Set<float[]> made = Collections.newSetFromMap(new IdentityHashMap<>());

  /// One more gradient uses this tensor's array.
  void hold(Tensor gradient) {
    users.merge(gradient.array(), 1, Integer::sum);
  }

  /// One gradient fewer uses this tensor's array.
  void drop(Tensor gradient) {
    float[] array = gradient.array();
    if (users.merge(array, -1, Integer::sum) == 0) {
      users.remove(array);
      made.remove(array);
      Workspace.giveBack(gradient, began);
    }
  }

  /// sum + next; the caller must not use `sum` afterwards.
  Tensor add(Tensor sum, Tensor next) {
    boolean ours = made.contains(sum.array());
    Tensor total = ours ? sum : Tensor.blank(sum.shape());
    float[] a = sum.array();
    float[] b = next.array();
    float[] out = total.array();
    Blocks.elements(sum.size(), (from, to) -> KERNELS.add(a, b, out, from, to));
    if (!ours) {
      made.add(out);
      hold(total);
      drop(sum);
    }
    hold(next); // frees the array of `next` unless another gradient uses it
    drop(next);
    return total;
  }
}
