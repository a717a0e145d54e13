/// AdaLoRA: adapters, the rank budget, fine-tuning and the command line.
module jada.adalora {
  requires transitive jada.nn;
  requires info.picocli;
  requires me.tongfei.progressbar;
  requires org.jline.terminal;
  requires de.siegmar.fastcsv;
  requires eu.maveniverse.maven.mima.context;
  requires org.apache.maven.resolver;
  requires maven.settings;
  requires maven.settings.builder;
  requires jdk.compiler;
  requires jdk.httpserver;
  requires tools.jackson.databind;

  exports jada.adalora;
  exports jada.adalora.artifact;
  exports jada.adalora.cli;
  exports jada.adalora.data;
  exports jada.adalora.report;
  exports jada.adalora.tour;

  // picocli fills the fields of the commands.
  opens jada.adalora.cli to
      info.picocli;
}
