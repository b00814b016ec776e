"""How well a classifier does on a split."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import CLASSES
from mnist_demo.models.inference import BATCH, Classifier

CONFIDENCE = 0.95  # of an interval as Wilson (1927) gave it


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

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share of all such images lies: see accuracy_interval."""
        return accuracy_interval(self.accuracy, self.images)


def evaluate(classifier: Classifier, split: Split, on_images: Callable[[int], object] = lambda _: None) -> Evaluation:
    """Classify every image of `split`; `on_images` is told how many more are done, again and again."""
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    for at in range(0, len(split), BATCH):
        predicted = classifier.logits(split.pixels(at, at + BATCH)).argmax(axis=1)
        np.add.at(confusion, (split.labels[at : at + BATCH], predicted), 1)
        on_images(len(predicted))
    return Evaluation(confusion)


def accuracy_interval(accuracy: float, images: int) -> tuple[float, float]:
    """Where the share of all such images lies, with CONFIDENCE, if `accuracy` of so many were read right."""
    from scipy import stats  # noqa: PLC0415 (takes half a second, which few pages need wait for)

    found = stats.binomtest(round(accuracy * images), images).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)
