"""From scores to a loss, and what one step of learning changes."""

import math
from dataclasses import dataclass

import numpy as np

from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside.network.layers import WeightGradients
from mnist_demo.inside.network.network import Network, of_loss


@dataclass(frozen=True)
class Softmax:
    """Every number on the way from ten logits to a loss; all arrays are float32 (10,).

    scaled: logit / temperature. exponentials: exp(scaled - the greatest of them), which leaves the result as it is and
    keeps the numbers small; `total` is their sum. probabilities: exponentials / total.
    loss: the cross-entropy, -ln of the label's probability, in nats.
    """

    scaled: Floats
    exponentials: Floats
    total: float
    probabilities: Floats
    loss: float


def softmax_of(logits: Floats, label: int, temperature: float = 1.0) -> Softmax:
    """The steps of the softmax of logits, float32 (10,), at a temperature, and the cross-entropy with `label`.

    Raises UserError for a temperature that is not above 0.
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise UserError(f"A temperature of {temperature:g} cannot be divided by: give a number above 0.")
    scaled = np.asarray(logits / np.float32(temperature), np.float32)
    exponentials = np.exp(scaled - scaled.max())
    total = float(exponentials.sum())
    return Softmax(scaled, exponentials, total, exponentials / np.float32(total), cross_entropy(scaled, label))


def cross_entropy(logits: Floats, label: int) -> float:
    """-ln of the label's softmax probability, in nats; by logarithms, exact where that probability is rounded to 0."""
    scores = logits.astype(np.float64)
    return float(np.logaddexp.reduce(scores) - scores[label])


@dataclass(frozen=True)
class Step:
    """One step of gradient descent on one image.

    changes: what was added to each layer's kernel and bias, by the layer's name: -learning_rate x gradient.
    logits_before, logits_after: of the image, float32 (10,); their loss (nats) is the cross-entropy with its label.
    """

    network: Network  # after the step
    changes: dict[str, WeightGradients]
    logits_before: Floats
    logits_after: Floats
    loss_before: float
    loss_after: float


def sgd_step(network: Network, pixels: Floats, label: int, learning_rate: float) -> Step:
    """Plain gradient descent, w <- w - learning_rate x dloss/dw, on the cross-entropy of one image and its label.

    Without momentum, dropout or distortion. `pixels` is float32 (28, 28) or (784,). Raises UserError for a rate that
    cannot train.
    """
    if not (math.isfinite(learning_rate) and learning_rate > 0):
        raise UserError(f"A learning rate of {learning_rate:g} cannot train: give a number above 0, such as 0.01.")
    image = np.asarray(pixels, np.float32).reshape(1, -1)
    before = network.logits(image)
    rate = np.float32(learning_rate)
    gradients = network.gradients(image, of_loss(before, [label])).weights
    changes = {name: (-rate * kernel, -rate * bias) for name, (kernel, bias) in gradients.items()}
    stepped = network.with_weights(
        {
            layer.name: (layer.kernel + changes[layer.name][0], layer.bias + changes[layer.name][1])
            for layer in network.layers
            if layer.has_weights
        }
    )
    after = stepped.logits(image)
    return Step(stepped, changes, before[0], after[0], cross_entropy(before[0], label), cross_entropy(after[0], label))
