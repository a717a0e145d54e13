"""Checks that transformers loads a folder that Jada wrote and computes what the ONNX file computes.

Run from the folder of the module, after mvn verify, JAR being the artifact of models-by-name and CP the class
path of the tests (mvn -q dependency:build-classpath -Dmdep.outputFile=/dev/stdout):
    java -cp target/classes:target/test-classes:CP jada.nn.files.HuggingFaceCopy JAR FOLDER
    python src/test/python/hugging_face_copy.py JAR FOLDER
Needs: numpy, onnxruntime, torch, transformers.
"""

import sys
import zipfile

import numpy as np
import onnxruntime
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertModel

SENTENCES = [
    "The river froze over in the second week of January.",
    "Wet paint!",
    "An unhandled exception was thrown while closing the connection: java.io.IOException: Broken pipe",
    "word " * 300,
]


def main(jar, folder):
    with zipfile.ZipFile(jar) as archive:
        session = onnxruntime.InferenceSession(
            archive.read("all-minilm-l6-v2.onnx"), providers=["CPUExecutionProvider"])
    model, info = BertModel.from_pretrained(folder, output_loading_info=True)
    print({key: sorted(value) for key, value in info.items() if value})
    assert all(key.startswith("pooler.") for key in info["missing_keys"]), info
    assert not info["unexpected_keys"] and not info["mismatched_keys"], info
    model.eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    worst = 0.0
    for sentence in SENTENCES:
        batch = tokenizer(sentence, return_tensors="pt", padding=False, truncation=True, max_length=512)
        with torch.no_grad():
            ours = model(**batch).last_hidden_state.numpy()
        (theirs,) = session.run(["last_hidden_state"], {name: value.numpy() for name, value in batch.items()})
        print(f"{ours.shape[1]:4d} tokens, largest difference {np.abs(ours - theirs).max():.2e}")
        worst = max(worst, float(np.abs(ours - theirs).max()))
    assert worst <= 1e-5, worst
    classifier, info = AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=3, output_loading_info=True)
    assert set(info["missing_keys"]) == {
        "bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"}, info
    print(f"{type(model).__name__}, {type(classifier).__name__}, {type(tokenizer).__name__}: loaded; "
          f"largest difference {worst:.2e}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
