"""What an image and a label are: their size, their type, and how the models take them."""

import numpy as np
import numpy.typing as npt

CLASSES = 10
SIDE = 28
PIXELS = SIDE * SIDE

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def to_pixels(images: Bytes) -> Floats:
    """uint8 0 to 255 -> float32 in [0, 1], same shape."""
    return np.asarray(images / np.float32(255), np.float32)


def to_bytes(pixels: Floats) -> Bytes:
    """float32 in [0, 1] -> uint8 0 to 255, same shape."""
    return np.round(255 * pixels).astype(np.uint8)


def one_hot(labels: npt.ArrayLike) -> Floats:
    """Labels 0 to 9, shape (n,) or () -> float32 (n, 10) or (10,), a one in the label's place."""
    return np.asarray(np.eye(CLASSES)[np.asarray(labels)], np.float32)
