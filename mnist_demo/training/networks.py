"""The architectures, each a flat list of layers, and the same in layers that train faster.

Every model maps float32 (n, 784) in [0, 1] to logits, float32 (n, 10).
"""

from collections.abc import Callable

import keras
import tensorflow as tf
from keras import initializers, layers

from mnist_demo.data.images import CLASSES, PIXELS, SIDE
from mnist_demo.models.registry import KERNEL_SIDE, POOL_SIDE


def affine(seed: int) -> keras.Model:
    """One matrix and one vector: x W + b, W from a normal distribution with standard deviation 0.01, b zeros."""
    return keras.Sequential(
        [
            layers.Input((PIXELS,), name="images"),
            layers.Dense(
                CLASSES, kernel_initializer=initializers.RandomNormal(0, 0.01, seed), dtype="float32", name="logits"
            ),
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
            # Pooling first gives the same as ReLU first, gradients included, and leaves ReLU a quarter of the work.
            layers.Conv2D(32, KERNEL_SIDE, padding="same", kernel_initializer=glorot(1), name="conv1"),
            layers.MaxPool2D(POOL_SIDE, name="pool1"),
            layers.ReLU(name="relu1"),
            layers.Conv2D(64, KERNEL_SIDE, padding="same", kernel_initializer=glorot(2), name="conv2"),
            layers.MaxPool2D(POOL_SIDE, name="pool2"),
            layers.ReLU(name="relu2"),
            layers.Flatten(name="flatten"),
            layers.Dense(128, activation="relu", kernel_initializer=glorot(3), name="dense"),
            layers.Dense(CLASSES, kernel_initializer=glorot(4), dtype="float32", name="logits"),
        ],
        name="cnn",
    )


MODELS: dict[str, Callable[[int], keras.Model]] = {"affine": affine, "cnn": cnn}


def build(name: str, seed: int, policy: str = "float32") -> keras.Model:
    """A fresh model of the architecture called `name`; the same seed gives the same weights.

    `policy` is the Keras dtype policy that its layers calculate in; weights and logits are float32 in any case.
    """
    if name not in MODELS:
        raise ValueError(f"no model {name!r}: choose one of {', '.join(MODELS)}")
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        return MODELS[name](seed)
    finally:
        keras.config.set_dtype_policy(usual)


class PooledConv2D(layers.Conv2D):  # type: ignore[misc]
    """A convolution and the pooling behind it, with the bias added last: a quarter of the work for the bias.

    Gives the same numbers as Conv2D and MaxPool2D, and the same gradients: a maximum does not depend on what is added
    to all it is taken of. Only for training, since a `.keras` file with it could be opened by this program alone.
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Convolve, pool, add the bias."""
        features = tf.nn.conv2d(inputs, tf.cast(self.kernel, self.compute_dtype), strides=1, padding="SAME")
        pooled = tf.nn.max_pool2d(features, POOL_SIDE, POOL_SIDE, padding="VALID")
        return tf.nn.bias_add(pooled, tf.cast(self.bias, self.compute_dtype))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Of the pooled features."""
        batch, height, width, channels = super().compute_output_shape(input_shape)
        return batch, height // POOL_SIDE, width // POOL_SIDE, channels


def for_training(model: keras.Model) -> keras.Model:
    """The same model with the same weights, in layers that train faster: each convolution takes over its pooling."""

    def replace(layer: keras.Layer) -> keras.Layer:
        if isinstance(layer, layers.Conv2D):
            return PooledConv2D.from_config(layer.get_config())
        if isinstance(layer, layers.MaxPool2D):
            return layers.Identity(name=layer.name)
        return layer.__class__.from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=replace)
    copy.set_weights(model.get_weights())
    return copy
