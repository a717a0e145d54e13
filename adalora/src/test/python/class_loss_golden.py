"""Writes class_loss_golden.json: cross entropy with weights and smoothing, and balanced weights.

    python class_loss_golden.py > ../resources/jada/adalora/model/class_loss_golden.json

Made with torch 2.13.0 and scikit-learn 1.9.1; the seed is fixed, so it repeats.
"""

import json

import numpy
import torch
from sklearn.utils.class_weight import compute_class_weight

torch.manual_seed(5)
losses = []
for rows, classes, smoothing, weighted in [
    (4, 3, 0.0, True), (4, 3, 0.1, False), (7, 5, 0.2, True), (1, 2, 0.05, True), (6, 2, 0.0, False),
]:
    logits = (3 * torch.randn(rows, classes)).requires_grad_()
    labels = torch.randint(classes, (rows,))
    weights = torch.rand(classes) + 0.2 if weighted else torch.ones(classes)
    loss = torch.nn.functional.cross_entropy(
        logits, labels, weight=weights, label_smoothing=smoothing)
    loss.backward()
    losses.append({
        "logits": logits.detach().tolist(), "labels": labels.tolist(), "weights": weights.tolist(),
        "smoothing": smoothing, "loss": loss.item(), "gradient": logits.grad.tolist(),
    })

balanced = []
for labels in [[0, 0, 0, 1], [0, 1, 1, 2, 2, 2, 2, 0, 1], [0, 1]]:
    classes = numpy.unique(labels)
    weights = compute_class_weight("balanced", classes=classes, y=numpy.array(labels))
    balanced.append({"labels": labels, "weights": weights.tolist()})

print(json.dumps({"losses": losses, "balanced": balanced}, indent=1))
