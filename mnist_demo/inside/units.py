"""What a single unit of a network computes from an image, and which hidden units speak for a digit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_demo.data.images import SIDE, Floats
from mnist_demo.errors import UserError
from mnist_demo.inside.network import layers
from mnist_demo.inside.network.layers import Layer
from mnist_demo.inside.network.network import Network


@dataclass(frozen=True)
class Unit:
    """One number of a layer's output, and how it came about.

    inputs: what the unit looks at: of a conv (rows, columns, channels), of a dense layer (inputs,), of a pooling the
    window of its channel (rows, columns), else the one number it is made of, (1,).
    kernel, products: in the same shape, where the unit is a weighted sum: the sum of the products and `bias` is
    `total`. A pooling's `total` is the greatest of its inputs. `value` is what the layer's activation makes of `total`.
    corner: the row and column of the layer's input where `inputs` begins, below 0 in its padding; None for vectors.
    """

    layer: Layer
    position: tuple[int, ...]
    inputs: Floats
    kernel: Floats | None
    products: Floats | None
    bias: float
    total: float
    value: float
    corner: tuple[int, int] | None


def unit(network: Network, pixels: Floats, name: str, position: Sequence[int]) -> Unit:
    """The unit of the layer called `name` at `position`, on an image float32 (28, 28) or (784,) in [0, 1].

    `position` is (row, column, channel) in a layer of pictures, (unit,) in one of numbers. Raises UserError where there
    is no such layer or unit.
    """
    layer = network.layer(name)
    at = tuple(int(index) for index in position)
    if len(at) != len(layer.shape) or not all(0 <= index < size for index, size in zip(at, layer.shape, strict=True)):
        sizes = " x ".join(map(str, layer.shape))
        raise UserError(f"The layer {name} has {sizes} units, counted from 0, and none at {at}: choose one of them.")
    image = np.asarray(pixels, np.float32).reshape(1, -1)
    outputs = network.outputs(image)
    given = network.inputs(image, outputs)[name]
    value = float(outputs[name][(0, *at)])
    if layer.has_weights:
        return _weighted_sum(layer, at, given, value)
    if layer.kind == "pool":
        row, column, channel = at
        seen = layers.windows(layer, given, -np.inf)[0, row, column, :, :, channel]
        return Unit(layer, at, seen, None, None, 0.0, float(seen.max()), value, _corner(layer, at, given))
    one = given.reshape(layer.shape)[at]
    return Unit(layer, at, np.array([one], np.float32), None, None, 0.0, float(one), value, None)


def _weighted_sum(layer: Layer, at: tuple[int, ...], given: Floats, value: float) -> Unit:
    seen = layers.windows(layer, given)[0, at[0], at[1]] if layer.kind == "conv" else given[0]
    own, offset = layer.kernel[..., at[-1]], float(layer.bias[at[-1]])
    products = np.asarray(seen * own, np.float32)
    total = float(products.sum(dtype=np.float64)) + offset
    return Unit(layer, at, seen, own, products, offset, total, value, _corner(layer, at, given))


def _corner(layer: Layer, at: tuple[int, ...], given: Floats) -> tuple[int, int] | None:
    if layer.kind == "dense":
        return None
    return layers.corner(layer, at[0], at[1], (given.shape[1], given.shape[2]))


def first_filters(network: Network) -> Floats | None:
    """The filters that look at the pixels: float32 (filters, rows, columns). None where the first layer has none."""
    first = next(layer for layer in network.layers if layer.has_weights)
    if first.kind != "conv":
        return None
    return np.moveaxis(first.kernel[:, :, 0], -1, 0)


@dataclass(frozen=True)
class Vote:
    """What one hidden unit adds to a logit: `product` = `value` x `weight`."""

    unit: int
    value: float
    weight: float
    product: float


def votes(
    network: Network, pixels: Floats, digit: int, count: int, other: int | None = None
) -> tuple[list[Vote], list[Vote]]:
    """The hidden units that speak most for `digit`, and those that speak most against it, at most `count` of each.

    With `other`, for `digit` rather than `other`. The hidden units are those of `network.last_hidden`, or the pixels
    where a model has none. Strongest first, and only units that say anything.
    """
    image = np.asarray(pixels, np.float32).reshape(1, SIDE * SIDE)
    values = network.hidden(image)[0]
    kernel = network.last.kernel
    weights = kernel[:, digit] - (0 if other is None else kernel[:, other])
    products = values * weights
    order = np.argsort(products)

    def chosen(units: Sequence[int], sign: int) -> list[Vote]:
        numbers = [(index, float(values[index]), float(weights[index]), float(products[index])) for index in units]
        return [Vote(*each) for each in numbers if sign * each[3] > 0]

    return chosen(order[::-1][:count].tolist(), 1), chosen(order[:count].tolist(), -1)
