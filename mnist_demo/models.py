"""The architectures, each a flat list of layers, and how a model is exported.

Every model maps float32 (n, 784) in [0, 1] to logits, float32 (n, 10).
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import keras
import tensorflow as tf
from keras import initializers, layers

from mnist_demo.data import CLASSES, PIXELS, SIDE
from mnist_demo.recipes import KERNEL_SIDE, POOL_SIDE


def affine(seed: int) -> keras.Model:
    """One matrix and one vector: x W + b, W from a normal distribution with standard deviation 0.01, b zeros."""
    return keras.Sequential(
        [
            layers.Input((PIXELS,), name="images"),
            layers.Dense(CLASSES, kernel_initializer=initializers.RandomNormal(0, 0.01, seed), name="logits"),
        ],
        name="affine",
    )


def cnn(seed: int) -> keras.Model:
    """Two convolutions with pooling, then two dense layers; Glorot-uniform weights, as in the notebook."""

    def glorot(layer: int) -> initializers.Initializer:
        return initializers.GlorotUniform(seed + layer)

    return keras.Sequential(
        [
            layers.Input((PIXELS,), name="images"),
            layers.Reshape((SIDE, SIDE, 1), name="reshape"),
            layers.Conv2D(
                32, KERNEL_SIDE, padding="same", activation="relu", kernel_initializer=glorot(1), name="conv1"
            ),
            layers.MaxPool2D(POOL_SIDE, name="pool1"),
            layers.Conv2D(
                64, KERNEL_SIDE, padding="same", activation="relu", kernel_initializer=glorot(2), name="conv2"
            ),
            layers.MaxPool2D(POOL_SIDE, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dense(128, activation="relu", kernel_initializer=glorot(3), name="dense"),
            layers.Dense(CLASSES, kernel_initializer=glorot(4), name="logits"),
        ],
        name="cnn",
    )


MODELS: dict[str, Callable[[int], keras.Model]] = {"affine": affine, "cnn": cnn}


def build(name: str, seed: int) -> keras.Model:
    """A fresh model of the architecture called `name`; the same seed gives the same weights."""
    if name not in MODELS:
        raise ValueError(f"no model {name!r}: choose one of {', '.join(MODELS)}")
    return MODELS[name](seed)


def to_litert(model: keras.Model) -> bytes:
    """The model as a LiteRT file with two signatures over one copy of the weights.

    `logits` takes `images`, float32 (n, 784), and gives `logits`; `activations` gives every layer's output by the
    layer's name.
    """
    with_activations = keras.Model(model.inputs, {layer.name: layer.output for layer in model.layers})
    images = [tf.TensorSpec((None, PIXELS), tf.float32, name="images")]
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("logits", lambda images: {"logits": model(images)}, images)
    archive.add_endpoint("activations", lambda images: with_activations(images), images)  # noqa: PLW0108 (names it)
    with tempfile.TemporaryDirectory() as folder:
        archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["logits", "activations"])
        exported: bytes = converter.convert()
        return exported


def to_keras_file(model: keras.Model) -> bytes:
    """The model as the bytes of a `.keras` file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()
