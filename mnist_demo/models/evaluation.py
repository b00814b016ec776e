"""How well a classifier does on a split."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import CLASSES
from mnist_demo.models.inference import Classifier


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


def evaluate(classifier: Classifier, split: Split) -> Evaluation:
    """Classify every image of `split`."""
    predicted = classifier.logits(split.pixels()).argmax(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    np.add.at(confusion, (split.labels, predicted), 1)
    return Evaluation(confusion)
