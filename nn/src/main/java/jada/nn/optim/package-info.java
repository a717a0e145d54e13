/// What changes weights: the optimizer, its learning rate, and the limit on its gradients.
///
/// [jada.nn.optim.AdamW] takes a step along gradients, [jada.nn.optim.LearningRate] says how far,
/// [jada.nn.optim.GradientClipping] first scales gradients whose norm over all parameters is too
/// large. None of them knows what the parameters are for.
package jada.nn.optim;
