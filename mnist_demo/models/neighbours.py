"""Which training image is most like a picture."""

import numpy as np

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import SIDE, Floats

CELL = 2  # pixels a side are averaged: strokes that run a pixel apart still count as alike


class Neighbours:
    """The images of a split, ready to be compared with."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self._vectors = _vectors(split.pixels())

    def nearest(self, pixels: Floats) -> tuple[int, float]:
        """The index of the image that is most like `pixels`, float32 (28, 28), and their likeness, 0 to 1.

        The likeness is the cosine of the angle between the two, seen as vectors (cosine similarity).
        """
        likeness = self._vectors @ _vectors(pixels.reshape(1, -1))[0]
        index = int(likeness.argmax())
        return index, float(np.clip(likeness[index], 0, 1))


def _vectors(images: Floats) -> Floats:
    """Images float32 (n, 784) as vectors of length 1: float32 (n, 196)."""
    cells = SIDE // CELL
    small = images.reshape(-1, cells, CELL, cells, CELL).mean(axis=(2, 4)).reshape(len(images), -1)
    return np.asarray(small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-6), np.float32)
