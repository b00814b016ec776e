"""Fewer training images, or some with wrong labels: what a model makes of less than the best data."""

import numpy as np
import numpy.typing as npt

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import CLASSES, Bytes

# Beside a run's seed, so that what is drawn here does not depend on the order of its batches.
SUBSET, NOISE = 1, 2
SEEN_IMAGES = 1_000  # of the training images that are evaluated, at most: 2,000 would cost 4 % of a short run


def training_split(train: Split, images: int | None, label_noise: float, seed: int) -> Split:
    """`images` of the training images, all of them where None or where there are no more, with wrong labels among them.

    The share `label_noise` of the labels becomes another digit. The same seed gives the same images and the same wrong
    labels, however often it is asked: a larger number or share has all of a smaller one's, and more.
    """
    if images is not None and images < len(train):
        chosen = balanced(train.labels, images, seed)
        train = Split(train.images[chosen], train.labels[chosen])
    return Split(train.images, with_wrong_labels(train.labels, label_noise, seed)) if label_noise else train


def balanced(labels: Bytes, count: int, seed: int) -> npt.NDArray[np.int64]:
    """Which `count` images to take, in order: of each digit as many as of any other, as long as there are any.

    `labels` is uint8 (n,), 0 to 9, and `count` at most n.
    """
    shuffled = np.random.default_rng([seed, 0, SUBSET]).permutation(len(labels))
    places = np.empty(len(labels), np.int64)  # of each image among those of its digit
    for digit in range(CLASSES):
        own = shuffled[labels[shuffled] == digit]
        places[own] = np.arange(len(own))
    by_place = shuffled[np.argsort(places[shuffled], kind="stable")]  # one of each digit, then one more of each
    return np.sort(by_place[:count])


def with_wrong_labels(labels: Bytes, share: float, seed: int) -> Bytes:
    """Labels of which the share `share`, 0 to 1, says another digit: uint8 (n,), 0 to 9 -> the same."""
    rng = np.random.default_rng([seed, 0, NOISE])
    shuffled = rng.permutation(len(labels))
    wrong = shuffled[: round(share * len(labels))]
    others = rng.integers(1, CLASSES, len(labels))  # how far the wrong digit is from the right one
    changed = labels.copy()
    changed[wrong] = (labels[wrong] + others[wrong]) % CLASSES
    return changed


def evenly_spread(count: int, most: int) -> npt.NDArray[np.int64]:
    """`most` of the numbers 0 to count - 1, or all where there are no more: int64, in order."""
    taken = min(count, most)
    return np.arange(taken) * count // taken
