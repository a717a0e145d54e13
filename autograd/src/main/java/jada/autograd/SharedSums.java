package jada.autograd;

import jada.tensor.Tensor;
import jada.tensor.Workspace;
import jada.tensor.kernel.Kernels;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/// The arrays that a backward walk has collected gradients in, and how many gradients each of them
/// is at the moment: a vjp may hand the same array to several inputs, or on.
///
/// Of a sum the first contribution is taken over as it is; the second makes a new array, which
/// later ones are added into. An array that is no gradient any more goes back to the workspace, if
/// it was lent after the walk began: what is older belongs to the graph.
final class SharedSums {
  private static final Kernels KERNELS = Kernels.fastest();

  private final long began = Workspace.mark();
  private final Map<float[], Integer> users = new IdentityHashMap<>();
  private final Set<float[]> made = Collections.newSetFromMap(new IdentityHashMap<>());

  /// One more gradient lies in this tensor's array.
  void hold(Tensor gradient) {
    users.merge(gradient.array(), 1, Integer::sum);
  }

  /// One gradient less.
  void drop(Tensor gradient) {
    float[] array = gradient.array();
    if (users.merge(array, -1, Integer::sum) == 0) {
      users.remove(array);
      made.remove(array);
      Workspace.giveBack(gradient, began);
    }
  }

  /// sum + next; the sum is not used any more.
  Tensor add(Tensor sum, Tensor next) {
    boolean ours = made.contains(sum.array());
    Tensor total = ours ? sum : Tensor.blank(sum.shape());
    float[] a = sum.array();
    float[] b = next.array();
    float[] out = total.array();
    Blocks.ofElements(sum.size(), (from, to) -> KERNELS.add(a, b, out, from, to));
    if (!ours) {
      made.add(out);
      hold(total);
      drop(sum);
    }
    hold(next); // unless it is another's gradient too, its array is free again
    drop(next);
    return total;
  }
}
