/// Optimization: the optimizer, learning-rate schedules, gradient clipping.
///
/// [jada.nn.optim.AdamW] takes a step, [jada.nn.optim.LearningRate] gives the rate of each step,
/// [jada.nn.optim.GradientClipping] first scales gradients whose global norm is too large. None of
/// them depends on what the parameters belong to.
package jada.nn.optim;
