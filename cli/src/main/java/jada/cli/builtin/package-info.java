/// The built-in data: documentation of libraries, to classify and to search.
///
/// To classify, [jada.cli.builtin.BuiltInData] asks which library an opening is from. The walk:
/// `LibrarySources` has the `sources` jars of twelve Apache libraries fetched; `SourceFile` reads
/// their Java files into memory; `SyntaxTrees` parses them with the JDK's parser; `Comments` finds
/// the comments on types and methods; `PlainText` renders them and `Opening` takes the start, whole
/// sentences of the first paragraph, at least 8 words and at most 220 characters; `Choice` drops
/// what two libraries share, takes at most 1,200 openings a library and 12 a file, and holds one
/// source file in six out; `SplitCache` keeps the result.
///
/// To search, [jada.cli.builtin.SearchData] asks which method a sentence describes. The sources and
/// the steps are the same, but `Methods` finds the comments on methods, and `MethodText` parts each
/// into its first sentence of 4 to 40 words, the query, and a document of at most 80 words:
/// signature, the rest of the description, parameters and result. `Choice` takes at most 500 pairs
/// a library and 6 a file, and holds one source file in five out.
///
/// None of these texts is part of Jada; they are under the Apache License 2.0 in the artifacts that
/// they are read from.
package jada.cli.builtin;
