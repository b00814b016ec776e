"""What each kind of layer computes, and how that depends on its input and its weights. All arrays are float32."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mnist_demo.data.images import Floats

# Of a layer's output to its kernel and its bias, where it has them.
WeightGradients = tuple[Floats, Floats]

ACTIVATIONS: dict[str, Callable[[Floats], Floats]] = {
    "linear": lambda total: total,
    "relu": lambda total: np.maximum(total, 0),
    "tanh": np.tanh,
    "sigmoid": lambda total: 0.5 * (1 + np.tanh(0.5 * total)),  # cannot overflow
}
# By the value that the activation gave, which is known already.
SLOPES: dict[str, Callable[[Floats], Floats]] = {
    "linear": np.ones_like,
    "relu": lambda value: (value > 0).astype(np.float32),
    "tanh": lambda value: 1 - value**2,
    "sigmoid": lambda value: value * (1 - value),
}


MOST_COLUMNS = 16_000_000  # numbers that a convolution looks at, all its places together; of more, images take turns


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a network as it answers, which never drops anything out.

    kind: "conv", "pool", "dense", "activation", "reshape" or "identity" (a dropout, when it answers).
    kernel: of a conv (rows, columns, channels in, channels out), of a dense layer (inputs, outputs), as Keras has them.
    bias: (channels out,) or (outputs,). Both are empty where a layer has no weights.
    window, stride: the rows and columns that a conv or a pooling looks at, and how far it goes on each time.
    padding: "same", as if there were zeros around the image, or "valid".
    activation: one of ACTIVATIONS, applied to the sum.
    shape: of one output, without the axis of the images.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    kernel: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    bias: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    window: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    padding: str = "valid"
    activation: str = "linear"

    @property
    def has_weights(self) -> bool:
        return self.kernel.size > 0


def forward(layer: Layer, inputs: Floats) -> Floats:
    """What the layer makes of `inputs`, (n, ...) -> (n, *layer.shape)."""
    if _is_too_much(layer, len(inputs)):
        half = len(inputs) // 2
        return np.concatenate([forward(layer, inputs[:half]), forward(layer, inputs[half:])])
    if layer.has_weights:
        total = _columns(layer, inputs) @ layer.kernel.reshape(-1, layer.shape[-1]) + layer.bias
        return ACTIVATIONS[layer.activation](total)
    if layer.kind == "pool":
        return np.asarray(windows(layer, inputs, -np.inf).max(axis=(3, 4)), np.float32)
    return ACTIVATIONS[layer.activation](inputs.reshape(len(inputs), *layer.shape))


def backward(layer: Layer, inputs: Floats, outputs: Floats, upstream: Floats) -> tuple[Floats, WeightGradients | None]:
    """The chain rule through one layer.

    `outputs` is what `forward` made of `inputs`, `upstream` the gradient of some number to those outputs, in the same
    shape. Returns the number's gradient to the inputs, and to the layer's kernel and bias, summed over the images.
    """
    if layer.kind == "pool":
        return _pool_backward(layer, inputs, upstream), None
    if not layer.has_weights:
        return (upstream * SLOPES[layer.activation](outputs)).reshape(inputs.shape), None
    return _weighted_backward(layer, inputs, outputs, upstream)


def _weighted_backward(
    layer: Layer, inputs: Floats, outputs: Floats, upstream: Floats
) -> tuple[Floats, WeightGradients]:
    if _is_too_much(layer, len(inputs)):
        half = len(inputs) // 2
        to_first, (kernel, bias) = _weighted_backward(layer, inputs[:half], outputs[:half], upstream[:half])
        to_rest, (more, more_bias) = _weighted_backward(layer, inputs[half:], outputs[half:], upstream[half:])
        return np.concatenate([to_first, to_rest]), (kernel + more, bias + more_bias)
    slope = upstream * SLOPES[layer.activation](outputs)
    flat = slope.reshape(-1, layer.shape[-1])
    columns = _columns(layer, inputs)
    to_kernel = np.asarray(columns.reshape(len(flat), -1).T @ flat, np.float32).reshape(layer.kernel.shape)
    to_bias: Floats = flat.sum(axis=0)
    to_columns = np.asarray(slope @ layer.kernel.reshape(-1, layer.shape[-1]).T, np.float32)
    to_inputs = _scatter(layer, to_columns, inputs.shape) if layer.kind == "conv" else to_columns
    return to_inputs, (to_kernel, to_bias)


def windows(layer: Layer, inputs: Floats, fill: float = 0.0) -> Floats:
    """What a conv or a pooling looks at for each of its places: (n, rows, columns, window rows, window columns, in).

    `fill` stands around the image where the layer pads it.
    """
    top, left, bottom, right = _margins(layer, inputs.shape)
    if any((top, left, bottom, right)):
        inputs = np.pad(inputs, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=fill)
    seen = np.lib.stride_tricks.sliding_window_view(inputs, layer.window, axis=(1, 2))
    return np.moveaxis(seen[:, :: layer.stride[0], :: layer.stride[1]], 3, -1)


def corner(layer: Layer, row: int, column: int, size: tuple[int, int]) -> tuple[int, int]:
    """The input row and column where the window of the output at (row, column) begins; below 0 in the padding.

    `size` is that of the layer's input, rows and columns.
    """
    top, left, _, _ = _margins(layer, (1, *size, 1))
    return row * layer.stride[0] - top, column * layer.stride[1] - left


def _is_too_much(layer: Layer, images: int) -> bool:
    if layer.kind != "conv" or images == 1:
        return False
    rows, columns, filters = layer.shape
    return images * rows * columns * layer.kernel.size // filters > MOST_COLUMNS


def _columns(layer: Layer, inputs: Floats) -> Floats:
    """All that each output is a weighted sum of, in its last axis: for a conv (n, rows, columns, window x in)."""
    if layer.kind != "conv":
        return inputs
    seen = windows(layer, inputs)
    return seen.reshape(*seen.shape[:3], -1)


def _scatter(layer: Layer, columns: Floats, shape: tuple[int, ...]) -> Floats:
    """The reverse of `_columns`: what belongs to the same input is added up."""
    top, left, bottom, right = _margins(layer, shape)
    count, rows, across, channels = shape
    padded = np.zeros((count, rows + top + bottom, across + left + right, channels), np.float32)
    taps = columns.reshape(*columns.shape[:3], *layer.window, channels)
    for row in range(layer.window[0]):
        for column in range(layer.window[1]):
            _tap(layer, padded, row, column)[:] += taps[:, :, :, row, column]
    return padded[:, top : top + rows, left : left + across]


def _tap(layer: Layer, padded: Floats, row: int, column: int) -> Floats:
    """A view of those inputs that stand at (row, column) of some window."""
    rows, columns = layer.shape[:2]
    down, across = layer.stride
    return padded[:, row : row + down * rows : down, column : column + across * columns : across]


def _pool_backward(layer: Layer, inputs: Floats, upstream: Floats) -> Floats:
    """All of the gradient goes to the first of the greatest inputs in each window, as TensorFlow does it."""
    seen = windows(layer, inputs, -np.inf)
    flat = seen.reshape(*seen.shape[:3], -1, seen.shape[-1])
    is_greatest = np.arange(flat.shape[3])[:, None] == flat.argmax(axis=3)[:, :, :, None]
    return _scatter(layer, np.where(is_greatest, upstream[:, :, :, None], np.float32(0)), inputs.shape)


def _margins(layer: Layer, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Rows and columns of padding at the top, left, bottom and right; the odd one is at the bottom or right."""
    if layer.padding == "valid":
        return 0, 0, 0, 0
    margins = []
    for size, window, stride in zip(shape[1:3], layer.window, layer.stride, strict=True):
        total = max((-(-size // stride) - 1) * stride + window - size, 0)
        margins.append((total // 2, total - total // 2))
    (top, bottom), (left, right) = margins
    return top, left, bottom, right
