/// The command line: fine-tuning, evaluation, prediction, reports, the tour.
module jada.cli {
  requires transitive jada.adalora;
  requires jada.onnx;
  requires info.picocli;
  requires me.tongfei.progressbar;
  requires org.jline.terminal;
  requires eu.maveniverse.maven.mima.context;
  requires org.apache.maven.resolver;
  requires maven.settings;
  requires maven.settings.builder;
  requires jdk.compiler;
  requires jdk.httpserver;
  requires tools.jackson.databind;

  exports jada.cli;
  exports jada.cli.artifact;
  exports jada.cli.report;
  exports jada.cli.tour;

  provides jada.adalora.model.ModelFetcher with
      jada.cli.artifact.MavenModels;

  // picocli fills the fields of the commands.
  opens jada.cli to
      info.picocli;
}
