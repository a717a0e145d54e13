/// Training: the loop, one step of it, and a state on disk from which it goes on.
///
/// The walk: [jada.adalora.training.FineTuner] takes texts, cuts them into batches and runs the
/// epochs; [jada.adalora.training.Trainer] takes one step: loss, penalty, gradients, clipping,
/// optimizer, and then the method's own part in [jada.adalora.AdaptiveRanks]. A
/// [jada.adalora.training.TrainingListener] hears of every step.
///
/// A [jada.adalora.training.CheckpointPlan] says where and how often to write a
/// [jada.adalora.training.Checkpoint]. A run that goes on from it ends with the bits of a run that
/// was never interrupted: the state holds parameters, moments, scores, masks and the places of all
/// random numbers. [jada.adalora.training.HeadBaseline] trains a head alone, to see what the
/// adapters buy.
package jada.adalora.training;
