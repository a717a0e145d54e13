/// Models as ONNX files, which the inference engines of other languages and programs read.
module jada.onnx {
  requires transitive jada.nn;
  requires com.google.protobuf;
  requires org.tribuo.util.onnx;
  requires tools.jackson.databind;

  exports jada.onnx;
}
