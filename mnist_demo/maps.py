"""Numbers as pictures, each number a square of one colour: data in, picture out."""

import matplotlib
import numpy as np

from mnist_demo.data.images import Bytes, Floats

SIGNED = "RdBu_r"  # blue below zero, white at it, red above; ColorBrewer lists it as safe for the colour-blind
INK = "gray_r"  # dark ink on white, as the notebook shows digits


def limit_of(values: Floats) -> float:
    """The number of the darkest red, its negative being the darkest blue: the greatest size of any of `values`."""
    return float(np.abs(values).max()) or 1.0


def signed(values: Floats, limit: float, square: int = 1) -> Bytes:
    """Numbers from -limit to limit, blue to red: uint8 (..., rows * square, columns * square, 3)."""
    return _colored(np.asarray((values / limit + 1) / 2, np.float32), SIGNED, square)


def ink(pixels: Floats, square: int = 1) -> Bytes:
    """An image, (rows, columns) in [0, 1]: uint8 (rows * square, columns * square, 3)."""
    return _colored(pixels, INK, square)


def side_by_side(values: Floats, columns: int) -> Floats:
    """Pictures of one size, (n, rows, columns), as one of so many a row; what is left of the last row is 0."""
    count, height, width = values.shape
    rows = -(-count // columns)
    padded = np.zeros((rows * columns, height, width), np.float32)
    padded[:count] = values
    return padded.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)


def _colored(shares: Floats, colors: str, square: int) -> Bytes:
    colored = matplotlib.colormaps[colors](shares, bytes=True)[..., :3]
    return np.asarray(colored.repeat(square, axis=-3).repeat(square, axis=-2), np.uint8)
