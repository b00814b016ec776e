"""Which images are most like a picture, by their pixels or by what a model makes of them."""

import numpy as np

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import SIDE, Floats

CELL = 2  # pixels a side are averaged: strokes that run a pixel apart still count as alike


class Vectors:
    """Vectors, such as a model's last hidden layer for each image of a split, ready to be compared with."""

    def __init__(self, vectors: Floats) -> None:
        """`vectors` is float32 (n, d); a copy of them is kept."""
        self._unit_vectors = _to_unit_length(vectors)

    def nearest(self, vector: Floats, count: int) -> list[tuple[int, float]]:
        """The indices of the `count` vectors most like `vector`, float32 (d,), and their likeness; the likest first.

        The likeness is the cosine of the angle between the two (cosine similarity), 0 where it is below.
        """
        likeness = self._unit_vectors @ _to_unit_length(vector[None])[0]
        best = np.argsort(-likeness, kind="stable")[:count]
        return [(int(index), float(np.clip(likeness[index], 0, 1))) for index in best]


class Neighbours:
    """The images of a split, ready to be compared with by their pixels."""

    def __init__(self, split: Split) -> None:
        self.split = split
        self._vectors = Vectors(_cells(split.pixels()))

    def nearest(self, pixels: Floats) -> tuple[int, float]:
        """The index of the image that is most like `pixels`, float32 (28, 28), and their likeness, 0 to 1."""
        return self._vectors.nearest(_cells(pixels.reshape(1, -1))[0], 1)[0]


def _cells(images: Floats) -> Floats:
    """Images made coarser: float32 (n, 784) -> float32 (n, 196)."""
    cells = SIDE // CELL
    means = images.reshape(-1, cells, CELL, cells, CELL).mean(axis=(2, 4))
    return np.asarray(means.reshape(len(images), -1), np.float32)


def _to_unit_length(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)
