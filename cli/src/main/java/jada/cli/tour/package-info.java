/// The method step by step on small numbers, as `jada tour` shows it, and a problem whose answer is
/// known.
///
/// [jada.cli.tour.Tour] has a [jada.cli.tour.Section] for each idea of the chapter (Brenndoerfer
/// 2025), in its order. A section computes its numbers at the moment it is shown, with the classes
/// that train real models, and writes them to a [jada.cli.tour.Page]; another seed gives other
/// numbers.
///
/// [jada.cli.tour.PlantedRanks] asks the central question of the method: given a network whose
/// layers need updates of known ranks, does the one global budget find them? It is the last section
/// of the tour, a test over twenty seeds, and small enough to play with.
///
/// Letters: L layers, n channels of each, T rows of a batch, r* a planted rank, t a step.
package jada.cli.tour;
