/// The built-in data: openings of documentation comments, to be told apart by library.
///
/// The walk: [jada.cli.builtin.BuiltInData] has the `sources` jars of twelve Apache libraries
/// fetched; `SourceFile` reads their Java files into memory; `Comments` finds the comments on types
/// and methods with the JDK's parser; `Opening` renders the start of a comment as plain text, whole
/// sentences of the first paragraph, at least 8 words and at most 220 characters; `Choice` drops
/// what two libraries share, takes at most 1,200 openings a library and 12 a file, and holds one
/// source file in six out; `SplitCache` keeps the result.
///
/// None of these texts is part of Jada; they are under the Apache License 2.0 in the artifacts that
/// they are read from.
package jada.cli.builtin;
