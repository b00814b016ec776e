"""A network as its layers: every layer's output, and how the scores depend on each pixel and each weight."""

import dataclasses
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import threadpoolctl

from mnist_demo.data.images import Floats, one_hot
from mnist_demo.errors import UserError
from mnist_demo.inside.network import layers
from mnist_demo.inside.network.layers import Layer, WeightGradients
from mnist_demo.models.inference import softmax

_blas = threadpoolctl.ThreadpoolController()

Digits = npt.NDArray[np.integer] | list[int]


def _in_one_thread() -> AbstractContextManager[object]:
    """Meanwhile NumPy's products take one core: its threads wait for each other.

    Where a training run keeps the cores busy, two of them take thirty times as long as one.
    """
    context: AbstractContextManager[object] = _blas.limit(limits=1, user_api="blas")
    return context


@dataclass(frozen=True)
class Gradients:
    """How one number changes: with the pixels, float32 (n, 784), and with the weights, by the name of their layer."""

    pixels: Floats
    weights: dict[str, WeightGradients]


@dataclass(frozen=True, eq=False)
class Network:
    """The layers of a model from the 784 pixels to the ten logits, in order."""

    layers: tuple[Layer, ...]

    @property
    def is_affine(self) -> bool:
        """Whether it is one matrix and one vector: x W + b."""
        return [layer.kind for layer in self.layers] == ["dense"] and self.layers[0].activation == "linear"

    @property
    def last(self) -> Layer:
        """The dense layer that gives the logits."""
        return self.layers[-1]

    @property
    def last_hidden(self) -> str:
        """The name of the layer whose output the logits are a weighted sum of; "" where that is the image itself."""
        return self.layers[-2].name if len(self.layers) > 1 else ""

    def layer(self, name: str) -> Layer:
        """The layer called `name`. Raises UserError, naming those that there are, for another name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer in self.layers)
        raise UserError(f"This model has no layer {name!r}: choose one of {known}.")

    def hidden(self, images: Floats) -> Floats:
        """The output of `last_hidden`, or the images where there is none: float32 (n, 784) -> float32 (n, units)."""
        if not self.last_hidden:
            return images
        return self.outputs(images)[self.last_hidden].reshape(len(images), -1)

    def outputs(self, images: Floats) -> dict[str, Floats]:
        """Every layer's output by its name, in order: float32 (n, 784) in [0, 1] -> (n, ...), the last the logits."""
        values: dict[str, Floats] = {}
        value = np.asarray(images, np.float32)
        with _in_one_thread():
            for layer in self.layers:
                values[layer.name] = value = layers.forward(layer, value)
        return values

    def inputs(self, images: Floats, outputs: dict[str, Floats]) -> dict[str, Floats]:
        """What each layer is given, by its name; `outputs` is what `outputs` made of `images`."""
        given = [np.asarray(images, np.float32), *outputs.values()]
        return dict(zip(outputs, given[:-1], strict=True))

    def logits(self, images: Floats) -> Floats:
        """Scores before the softmax: float32 (n, 784) in [0, 1] -> float32 (n, 10)."""
        return self.outputs(images)[self.last.name]

    def gradients(self, images: Floats, direction: Floats) -> Gradients:
        """Of the sum of direction x logits, both float32 (n, 10), over all images.

        `of_logit`, `of_probability` and `of_loss` give the directions that are asked for most.
        """
        outputs = self.outputs(images)
        inputs = self.inputs(images, outputs)
        upstream, weights = np.asarray(direction, np.float32), {}
        with _in_one_thread():
            for layer in reversed(self.layers):
                upstream, own = layers.backward(layer, inputs[layer.name], outputs[layer.name], upstream)
                if own is not None:
                    weights[layer.name] = own
        return Gradients(upstream, weights)

    def with_weights(self, weights: Mapping[str, WeightGradients]) -> "Network":
        """The same layers, those named in `weights` with another kernel and bias."""
        changed = [
            dataclasses.replace(layer, kernel=weights[layer.name][0], bias=weights[layer.name][1])
            if layer.name in weights
            else layer
            for layer in self.layers
        ]
        return Network(tuple(changed))


def of_logit(digits: Digits) -> Floats:
    """The direction in which an image's logit of its digit grows: float32 (n, 10)."""
    return one_hot(digits)


def of_probability(logits: Floats, digits: Digits, temperature: float = 1.0) -> Floats:
    """The direction in which the softmax probability of each image's digit grows: float32 (n, 10)."""
    probabilities = softmax(logits / np.float32(temperature))
    chosen = np.take_along_axis(probabilities, np.asarray(digits)[:, None], axis=1)
    return np.asarray(chosen * (one_hot(digits) - probabilities) / np.float32(temperature), np.float32)


def of_loss(logits: Floats, labels: Digits) -> Floats:
    """The direction in which the cross-entropy between softmax and label grows: p - one_hot, float32 (n, 10)."""
    return np.asarray(softmax(logits) - one_hot(labels), np.float32)
