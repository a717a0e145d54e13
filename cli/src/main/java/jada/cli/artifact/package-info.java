/// Files from Maven repositories.
///
/// Base models and the sources behind the built-in data are published as Maven artifacts, because a
/// Maven repository is what a JVM developer can reach, also behind a company's mirror and without
/// the internet. [jada.cli.artifact.Artifacts] fetches one file at a time by its
/// [jada.cli.artifact.Coordinates], with the user's own Maven settings, and keeps it in the user's
/// local repository, where Maven itself would have put it.
package jada.cli.artifact;
