/// LangChain4j's models on Jada's own encoder: in this JVM, without native code.
///
/// [jada.langchain4j.JadaEmbeddingModel] makes the vectors by which texts are found,
/// [jada.langchain4j.JadaScoringModel] judges the texts that were found. Both take what Jada
/// trained as it is in its folder.
package jada.langchain4j;
