"""How well a classifier does on a split."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import CLASSES
from mnist_demo.models.inference import BATCH, Classifier


@dataclass(frozen=True)
class Evaluation:
    """confusion: int64 (10, 10), how many images of digit [row] were taken for digit [column]."""

    confusion: npt.NDArray[np.int64]

    @property
    def images(self) -> int:
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """The fraction of all images that were read right."""
        return float(np.trace(self.confusion) / self.images)


def evaluate(classifier: Classifier, split: Split, on_images: Callable[[int], object] = lambda _: None) -> Evaluation:
    """Classify every image of `split`; `on_images` is told how many more are done, again and again."""
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    for at in range(0, len(split), BATCH):
        predicted = classifier.logits(split.pixels(at, at + BATCH)).argmax(axis=1)
        np.add.at(confusion, (split.labels[at : at + BATCH], predicted), 1)
        on_images(len(predicted))
    return Evaluation(confusion)


def accuracy_interval(accuracy: float, images: int) -> tuple[float, float]:
    """Between which shares the true one lies, nineteen times in twenty, where `accuracy` of so many images were right.

    Wilson's score interval, which is right near 0 and 1 too.
    """
    z = 1.96  # standard deviations around the mean that hold 95 % of a normal distribution
    middle = (accuracy + z**2 / (2 * images)) / (1 + z**2 / images)
    half = z / (1 + z**2 / images) * math.sqrt(accuracy * (1 - accuracy) / images + (z / (2 * images)) ** 2)
    return max(0.0, middle - half), min(1.0, middle + half)
