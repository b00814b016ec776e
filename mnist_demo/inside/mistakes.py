"""Where a model is wrong: which digits it takes for which, how surely, and how two models differ."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_demo.data.images import CLASSES, Floats
from mnist_demo.models.evaluation import accuracy_interval

Labels = npt.NDArray[np.integer]
Indices = npt.NDArray[np.int64]

CALIBRATION_BINS = 10


def confusion(labels: Labels, digits: Labels) -> Indices:
    """How many images of digit [row] were taken for digit [column]: int64 (10, 10)."""
    from sklearn import metrics  # noqa: PLC0415 (takes a second, which no other page need wait for)

    return np.asarray(metrics.confusion_matrix(labels, digits, labels=range(CLASSES)), np.int64)


def accuracy(confusion_matrix: Indices) -> float:
    """The fraction of all images that were read right."""
    return float(np.trace(confusion_matrix) / confusion_matrix.sum())


@dataclass(frozen=True)
class DigitAccuracy:
    """How many images of a digit were read right, and between which bounds the share of all such images lies.

    Where there are no images of the digit, `share` is not a number.
    """

    digit: int
    right: int
    images: int
    share: float
    low: float
    high: float


def accuracy_by_digit(confusion_matrix: Indices) -> list[DigitAccuracy]:
    """One for each digit, 0 to 9."""
    found = []
    for digit, row in enumerate(confusion_matrix):
        right, images = int(row[digit]), int(row.sum())
        if images == 0:
            found.append(DigitAccuracy(digit, 0, 0, float("nan"), 0.0, 1.0))
            continue
        found.append(DigitAccuracy(digit, right, images, right / images, *accuracy_interval(right / images, images)))
    return found


def confident_mistakes(probabilities: Floats, labels: Labels) -> Indices:
    """The indices of the images that were read wrong, the surest first; `probabilities` is float32 (n, 10)."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]


def unsure_right_answers(probabilities: Floats, labels: Labels) -> Indices:
    """The indices of the images that were read right, the least sure first."""
    right = np.flatnonzero(probabilities.argmax(axis=1) == labels)
    return right[np.argsort(probabilities[right].max(axis=1), kind="stable")]


@dataclass(frozen=True)
class Calibration:
    """Of the answers whose probability is in a bin: its mean, the share that is right, and how many they are.

    All arrays are of the bins that hold any answer, from the least sure to the surest.
    """

    sureness: npt.NDArray[np.float64]
    right: npt.NDArray[np.float64]
    images: Indices


def calibration(probabilities: Floats, labels: Labels, bins: int = CALIBRATION_BINS) -> Calibration:
    """How often a model is right when it says that it is so sure; `bins` of equal width from 0 to 1."""
    from sklearn.calibration import calibration_curve  # noqa: PLC0415

    sureness = np.clip(probabilities.max(axis=1).astype(np.float64), 0, 1)
    is_right = probabilities.argmax(axis=1) == labels
    share, mean = calibration_curve(is_right.astype(int), sureness, n_bins=bins)
    counts = np.bincount(np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], sureness))  # as scikit-learn bins them
    return Calibration(mean, share, counts[counts > 0])


@dataclass(frozen=True)
class Comparison:
    """The indices of the images that both models read right, only the first, only the second, and neither."""

    both: Indices
    only_first: Indices
    only_second: Indices
    neither: Indices


def compare(first: Labels, second: Labels, labels: Labels) -> Comparison:
    """What two models read, (n,) each, beside the labels."""
    one, two = np.asarray(first) == labels, np.asarray(second) == labels
    return Comparison(*(np.flatnonzero(which) for which in (one & two, one & ~two, ~one & two, ~one & ~two)))
