"""Architectures as Keras models, each a flat list of layers, and the same in layers that train faster.

Every model maps float32 (n, 784) in [0, 1] to logits, float32 (n, 10).
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

import keras
import tensorflow as tf
from keras import initializers, layers
from keras.activations import linear

from mnist_demo.data.images import CLASSES, PIXELS, SIDE
from mnist_demo.models.architecture import Architecture, Conv, Dense, Dropout, Pool


def build(architecture: Architecture, seed: int, policy: str = "float32") -> keras.Model:
    """A fresh model of that architecture; the same seed gives the same weights.

    Weights are Glorot-uniform; where a matrix is all there is, it is drawn from a normal distribution with standard
    deviation 0.01. Both are as in the notebook. `policy` is the Keras dtype policy that the layers calculate in;
    weights and logits are float32 in any case.
    """
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        return keras.Sequential([layers.Input((PIXELS,), name="images"), *_layers(architecture, seed)], name="network")
    finally:
        keras.config.set_dtype_policy(usual)


def _layers(architecture: Architecture, seed: int) -> Iterator[keras.Layer]:
    count: Counter[str] = Counter()
    several_dense = sum(isinstance(layer, Dense) for layer in architecture.layers) > 1

    def name(kind: str) -> str:
        count[kind] += 1
        return f"{kind}{count[kind]}" if kind != "dense" or several_dense else kind

    def activation(of: Conv) -> Iterator[keras.Layer]:
        if of.activation == "relu":
            yield layers.ReLU(name=f"relu{count['conv']}")
        elif of.activation != "linear":
            yield layers.Activation(of.activation, name=f"{of.activation}{count['conv']}")

    initial = _initializers(architecture, seed)
    is_picture = architecture.has(Conv) or architecture.has(Pool)
    if is_picture:
        yield layers.Reshape((SIDE, SIDE, 1), name="reshape")
    for before, layer, after in _with_neighbours(architecture):
        match layer:
            case Conv(filters, side):
                yield layers.Conv2D(filters, side, padding="same", kernel_initializer=next(initial), name=name("conv"))
                if not isinstance(after, Pool):
                    yield from activation(layer)
            case Pool(side):
                yield layers.MaxPool2D(side, name=name("pool"))
                if isinstance(before, Conv):
                    # Pooling first gives the same as the activation first, since that never falls where its input
                    # grows; gradients too. And it leaves the activation a quarter of the work.
                    yield from activation(before)
            case Dense(units, function):
                if is_picture:
                    yield layers.Flatten(name="flatten")
                    is_picture = False
                yield layers.Dense(units, activation=function, kernel_initializer=next(initial), name=name("dense"))
            case Dropout(share):
                yield layers.Dropout(share, seed=seed + count["dropout"], name=name("dropout"))
    if is_picture:
        yield layers.Flatten(name="flatten")
    yield layers.Dense(CLASSES, kernel_initializer=next(initial), dtype="float32", name="logits")


def _initializers(architecture: Architecture, seed: int) -> Iterator[initializers.Initializer]:
    """Of each layer that has weights, in order."""
    if architecture.is_affine:
        yield initializers.RandomNormal(0, 0.01, seed)
    for number in itertools.count(1):
        yield initializers.GlorotUniform(seed + number)


def _with_neighbours(architecture: Architecture) -> Iterator[tuple[object, object, object]]:
    """Each layer with the one before it and the one behind it, None where there is none."""
    own = architecture.layers
    return zip((None, *own), own, (*own[1:], None), strict=False)


class PooledConv2D(layers.Conv2D):  # type: ignore[misc]
    """A convolution and the pooling behind it, with the bias added last: a quarter of the work for the bias.

    Gives the same numbers as Conv2D and MaxPool2D, and the same gradients: a maximum does not depend on what is added
    to all it is taken of. Only for training, since a `.keras` file with it could be opened by this program alone.
    """

    pool_side = 1  # pixels

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Convolve, pool, add the bias."""
        features = tf.nn.conv2d(inputs, tf.cast(self.kernel, self.compute_dtype), strides=1, padding="SAME")
        pooled = tf.nn.max_pool2d(features, self.pool_side, self.pool_side, padding="VALID")
        return tf.nn.bias_add(pooled, tf.cast(self.bias, self.compute_dtype))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Of the pooled features."""
        batch, height, width, channels = super().compute_output_shape(input_shape)
        return batch, height // self.pool_side, width // self.pool_side, channels


def for_export(model: keras.Model) -> keras.Model:
    """The same model with the same weights, of which TensorFlow's converter keeps every weight as it is.

    It adds the bias of a dense layer that has no activation to that of the layer behind; not where the numbers are put
    in shape between the two, though they have it.
    """

    def replace(layer: keras.Layer) -> keras.Layer:
        copy = layer.__class__.from_config(layer.get_config())
        if isinstance(layer, layers.Dense) and layer is not model.layers[-1] and layer.activation is linear:
            copy.activation = lambda total: tf.reshape(total, [-1, layer.units])
        return copy

    return _clone(model, replace)


def for_training(model: keras.Model) -> keras.Model:
    """The same model with the same weights, in layers that train faster: a convolution takes over its pooling."""
    pooled = {
        layer.name: after
        for layer, after in itertools.pairwise(model.layers)
        if isinstance(layer, layers.Conv2D) and isinstance(after, layers.MaxPool2D)
    }
    taken_over = {pool.name for pool in pooled.values()}

    def replace(layer: keras.Layer) -> keras.Layer:
        if layer.name in pooled:
            convolution = PooledConv2D.from_config(layer.get_config())
            convolution.pool_side = pooled[layer.name].pool_size[0]
            return convolution
        if layer.name in taken_over:
            return layers.Identity(name=layer.name)
        return layer.__class__.from_config(layer.get_config())

    return _clone(model, replace)


def _clone(model: keras.Model, replace: Callable[[keras.Layer], keras.Layer]) -> keras.Model:
    copy = keras.models.clone_model(model, clone_function=replace)
    copy.set_weights(model.get_weights())
    return copy
