package jada.nn.text;

import java.util.Map;

/// Each piece is a token, or the unknown one.
///
/// @param vocabulary ids of tokens
/// @param unknownId the id of the unknown token
record WordLevel(Map<String, Integer> vocabulary, int unknownId) implements Model {
  @Override
  public void appendTokens(String text, int from, int to, IdBuffer ids) {
    ids.add(vocabulary.getOrDefault(text.substring(from, to), unknownId), from, to);
  }
}
