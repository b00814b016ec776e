"""Which pixels speak for a digit, and which against it."""

from dataclasses import dataclass

import numpy as np

from mnist_demo.data.images import PIXELS, SIDE, Floats
from mnist_demo.errors import UserError
from mnist_demo.inside.network.network import Network, of_logit
from mnist_demo.models.inference import Classifier

PATCH = 7  # pixels a side, a quarter of the image: hides a stroke's end or a corner, never a whole digit
NO_INK = 0.0  # what the patch leaves: the ground. So the largest patch makes the blank image


@dataclass(frozen=True)
class Evidence:
    """What each pixel adds to a logit (or to a difference of two): the sum of `pixels` and `bias` is `logit`.

    pixels: float32 (28, 28), weight x pixel of an affine model. Any other model's weights are the slopes of the logit
    at this image (gradient x input: Shrikumar, Greenside, Shcherbina, Kundaje 2016, arXiv:1605.01713). With ReLU and
    max pooling it is affine around each image, so that is what its biases add up to there; `weights` has the slopes.
    """

    pixels: Floats
    weights: Floats
    bias: float
    logit: float


def of_digit(network: Network, pixels: Floats, digit: int) -> Evidence:
    """What speaks for `digit` on an image, float32 (28, 28) or (784,) in [0, 1]."""
    return _evidence(network, pixels, of_logit([digit]))


def of_difference(network: Network, pixels: Floats, digit: int, other: int) -> Evidence:
    """What speaks for `digit` rather than `other`; its `logit` is the first one's logit less the second one's."""
    return _evidence(network, pixels, of_logit([digit]) - of_logit([other]))


def _evidence(network: Network, pixels: Floats, direction: Floats) -> Evidence:
    image = np.asarray(pixels, np.float32).reshape(1, -1)
    logit = float((network.logits(image) * direction).sum())
    weights = network.gradients(image, direction).pixels[0]
    products = weights * image[0]
    if network.is_affine:
        bias = float((network.last.bias * direction).sum())
    else:
        bias = logit - float(products.sum(dtype=np.float64))
    return Evidence(products.reshape(SIDE, SIDE), weights.reshape(SIDE, SIDE), bias, logit)


def occlusion(classifier: Classifier, pixels: Floats, digit: int, side: int = PATCH, stride: int = 1) -> Floats:
    """How probable `digit` remains when a patch hides a part of the image (Zeiler, Fergus 2014, arXiv:1311.2901).

    The patch of `side` x `side` pixels slides over the image, float32 (28, 28) or (784,), and leaves NO_INK under it.
    Returns float32 (rows, columns): at [row, column], the probability with the patch's upper left corner at row
    `row * stride` and column `column * stride`. A patch as large as the image leaves one number, that of a blank image.
    Raises UserError for a patch that is no part of an image.
    """
    if not (1 <= side <= SIDE and stride >= 1):
        raise UserError(f"A patch of {side} pixels cannot slide over the image: choose 1 to {SIDE}.")
    image = np.asarray(pixels, np.float32).reshape(SIDE, SIDE)
    starts = np.arange(0, SIDE - side + 1, stride)
    hidden = np.tile(image, (len(starts) ** 2, 1, 1))
    for index, (row, column) in enumerate((row, column) for row in starts for column in starts):
        hidden[index, row : row + side, column : column + side] = NO_INK
    # Where there is no ink to hide, the image is as it was, and need not be read again.
    is_changed = (hidden != image).any(axis=(1, 2))
    to_read = np.concatenate([image[None], hidden[is_changed]]).reshape(-1, PIXELS)
    unchanged, *changed = classifier.probabilities(to_read)[:, digit]
    found = np.full(len(hidden), unchanged, np.float32)
    found[is_changed] = changed
    return found.reshape(len(starts), len(starts))
