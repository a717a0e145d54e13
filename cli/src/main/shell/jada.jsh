import jada.tensor.*;
import jada.autograd.*;
import static jada.autograd.Edge.edge;
import jada.nn.*;
import jada.nn.text.*;
import jada.nn.optim.*;
import jada.nn.files.*;
import jada.nn.checkpoint.*;
import jada.adalora.*;
import jada.adalora.data.*;
import jada.adalora.model.*;
import jada.adalora.peft.*;
import jada.adalora.training.*;
import jada.cli.tour.*;
RandomSource random = RandomSource.of(42);
System.out.println("""
    Jada in JShell: tensors, autograd, nn and adalora are imported; `random` is a RandomSource.
    Three things to try:
      Tensor.normal(Shape.of(3, 4), 1, random)
      Graph.text(Ops.mean(Ops.tanh(Parameter.of("w", Tensor.identity(3)))))
      PlantedRanks.of(1).train((ranks, t) -> { if (t % 100 == 0) System.out.println(t + " " + ranks); })
    /exit leaves, Tab completes.""");
