"""Whether a picture shows a digit at all.

A classifier has to choose among ten digits, and is often sure of what it says of a letter or a scribble. So a small
network of its own answers first, from the directions of the strokes in each part of the picture (histograms of
oriented gradients: Dalal, Triggs 2005). It has learned which digit it is, or that it is none, from MNIST's digits,
bent and stretched, from digits as they are written elsewhere, made from strokes, and from random scribbles and letters
(outlier exposure: Hendrycks, Mazeika, Dietterich 2019). `python -m mnist_demo.drawing.rejection_training` trains it.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from mnist_demo.data.images import SIDE, Floats

WEIGHTS = Path(__file__).parent / "rejection.npz"
NO_DIGIT = "I don't see a digit"
DIRECTIONS = 8
CELL = 4  # pixels a side: the parts of the picture
# That it is a digit. Of the drawings by writers 1 to 24, 0.5 % have less (of any one digit at most 1.3 %, the ones);
# of letters 97 % have, and of doodles of kinds not learned from 86 %.
LEAST_LOG_ODDS = -0.4


def is_digit(pixels: Floats) -> bool:
    """Whether a picture as `preprocess.to_mnist` makes it, float32 (28, 28), shows a digit."""
    return bool(log_odds(pixels.reshape(1, -1))[0] >= LEAST_LOG_ODDS)


def log_odds(images: Floats) -> Floats:
    """The log-odds that a picture shows a digit, by the network: float32 (n, 784) in [0, 1] -> float32 (n,)."""
    layers = _layers()
    values = features(images)
    for weights, bias in layers[:-1]:
        values = np.maximum(values @ weights + bias, 0)
    weights, bias = layers[-1]
    scores = values @ weights + bias  # of each digit, and last of what is none
    return np.asarray(np.logaddexp.reduce(scores[:, :-1], axis=1) - scores[:, -1], np.float32)


def features(images: Floats) -> Floats:
    """How much edge of each direction, and how much ink, is in each cell: float32 (n, 784) -> float32 (n, 441)."""
    pictures = images.reshape(-1, SIDE, SIDE)
    down, across = np.zeros_like(pictures), np.zeros_like(pictures)
    down[:, 1:-1] = pictures[:, 2:] - pictures[:, :-2]
    across[:, :, 1:-1] = pictures[:, :, 2:] - pictures[:, :, :-2]
    direction = np.arctan2(down, across) * np.float32(DIRECTIONS / (2 * np.pi))
    centres = np.arange(DIRECTIONS, dtype=np.float32)[:, None, None, None]
    half = DIRECTIONS / 2
    nearness = np.maximum(1 - np.abs((direction - centres + half) % DIRECTIONS - half), 0)
    planes = np.concatenate([nearness * np.hypot(down, across), pictures[None]])
    cells = SIDE // CELL
    sums = planes.reshape(DIRECTIONS + 1, len(pictures), cells, CELL, cells, CELL).sum(axis=(3, 5)) / CELL
    return np.asarray(np.sqrt(np.moveaxis(sums, 0, 1).reshape(len(pictures), -1)), np.float32)


@lru_cache(maxsize=1)
def _layers() -> list[tuple[Floats, Floats]]:
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        arrays = [stored[name].astype(np.float32) for name in stored.files]
    return list(zip(arrays[::2], arrays[1::2], strict=True))
