/// LangChain4j on Jada's encoder: embeddings and scores of texts.
module jada.langchain4j {
  requires transitive jada.adalora;
  // Has no descriptor and no name in its manifest: this one is that of its file.
  requires transitive langchain4j.core;

  exports jada.langchain4j;
}
