/// A service that trains a small classifier and answers with it.
module service {
  requires jada.adalora;
  requires org.slf4j;
}
