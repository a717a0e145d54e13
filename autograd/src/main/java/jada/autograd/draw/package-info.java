/// Drawings of a computation graph: indented text, Graphviz's DOT and SVG.
///
/// [jada.autograd.draw.Graph] is the entry point. It reads the graph through
/// [jada.autograd.Source], [jada.autograd.Node] and [jada.autograd.Edge]; nothing in
/// `jada.autograd` depends on this package.
package jada.autograd.draw;
