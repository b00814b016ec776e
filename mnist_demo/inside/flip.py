"""The smallest change of an image that makes a model read another digit: a gradient attack."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mnist_demo.data.images import CLASSES, SIDE, Floats
from mnist_demo.errors import UserError
from mnist_demo.inside.network.exported import Opened
from mnist_demo.inside.network.network import of_logit, of_loss

MOST_STEPS = 50
STRIDE = 0.5  # of a step towards a digit that is wanted: half the ink of one pixel
OVERSHOOT = 0.02  # of each step's length, as DeepFool has it: to end beyond the boundary, not on it
BISECTIONS = 12  # of the way back to the boundary
LEAST_GAIN = 1e-3  # of the change's length: a step along the boundary that gains less is the last

IsFlipped = Callable[[Floats], bool]


@dataclass(frozen=True)
class Flip:
    """An image that is read otherwise than the one it was made of.

    pixels: float32 (28, 28) in [0, 1]. change: that less the image it was made of. before, after: the digits read.
    l2: the change's Euclidean length. greatest: its greatest change of one pixel (L-infinity).
    """

    pixels: Floats
    change: Floats
    before: int
    after: int
    l2: float
    greatest: float


def flip(opened: Opened, pixels: Floats, wanted: int | None = None) -> Flip:
    """A change, as small as was found, after which the model reads another digit: `wanted`, or whichever is nearest.

    `pixels` is float32 (28, 28) or (784,). DeepFool's steps (Moosavi-Dezfooli, Fawzi, Frossard 2016, arXiv:1511.04599)
    lead across the boundary, and then along it towards the image, each as short as the bounds 0 and 1 allow. LiteRT is
    asked throughout what the image is read as. Raises UserError where no such change is found.
    """
    start = np.asarray(pixels, np.float32).reshape(-1)
    before = _read(opened, start)
    if wanted == before:
        raise UserError(f"The model reads a {before} already: choose another digit.")

    def is_flipped(image: Floats) -> bool:
        digit = _read(opened, image)
        return digit != before if wanted is None else digit == wanted

    found = _cross(opened, start, is_flipped, wanted)
    found = _nearest_on_the_way(start, found, is_flipped)
    for _ in range(MOST_STEPS):
        logits = opened.network.logits(found[None])[0]
        second, first = np.argsort(logits)[-2:].tolist()
        nearer = _step(opened, start, found, second, [first])
        if not is_flipped(nearer):
            break
        nearer = _nearest_on_the_way(start, nearer, is_flipped)
        gain = float(np.linalg.norm(found - start) - np.linalg.norm(nearer - start))
        if gain < LEAST_GAIN:
            break
        found = nearer
    change = found - start
    return Flip(
        found.reshape(SIDE, SIDE),
        change.reshape(SIDE, SIDE),
        before,
        _read(opened, found),
        float(np.linalg.norm(change)),
        float(np.abs(change).max()),
    )


def _read(opened: Opened, image: Floats) -> int:
    return int(opened.classifier.logits(image[None])[0].argmax())


def _cross(opened: Opened, image: Floats, is_flipped: IsFlipped, wanted: int | None) -> Floats:
    """Some image beyond the boundary."""
    for _ in range(MOST_STEPS):
        if is_flipped(image):
            return image
        if wanted is None:
            now = _read(opened, image)
            image = _step(opened, image, image, now, [digit for digit in range(CLASSES) if digit != now])
        else:
            image = _towards(opened, image, wanted)
    raise UserError(
        f"No change was found that makes the model read {'another digit' if wanted is None else f'a {wanted}'}: try "
        "another digit or another image."
    )


def _towards(opened: Opened, image: Floats, wanted: int) -> Floats:
    """STRIDE nearer to where `wanted` is most probable.

    Held against one other digit at a time, as `_step` does, some wanted ones are never reached: a third comes first.
    """
    slope = -opened.network.gradients(image[None], of_loss(opened.network.logits(image[None]), [wanted])).pixels[0]
    slope[((image <= 0) & (slope < 0)) | ((image >= 1) & (slope > 0))] = 0  # no pixel goes farther than that
    length = max(float(np.linalg.norm(slope)), 1e-12)
    return np.asarray(np.clip(image + np.float32(STRIDE / length) * slope, 0, 1), np.float32)


def _step(opened: Opened, start: Floats, image: Floats, digit: int, others: list[int]) -> Floats:
    """The image nearest to `start` where the logit of one of `others` reaches that of `digit`.

    So it would be, were the logits affine with the slopes that they have at `image`.
    """
    network = opened.network
    images = np.repeat(image[None], len(others), axis=0)
    slopes = network.gradients(images, of_logit(others) - of_logit([digit])).pixels
    logits = network.logits(image[None])[0]
    best, length = image, np.inf
    for other, slope in zip(others, slopes, strict=True):
        missing = float(logits[digit] - logits[other] + slope @ (image - start))
        change = _shortest(slope, (1 + OVERSHOOT) * missing, start)
        if 0 < (distance := float(np.linalg.norm(change))) < length:
            best, length = start + change, distance
    return best


def _shortest(slope: Floats, gain: float, start: Floats) -> Floats:
    """The shortest change with slope x change = gain that keeps `start` in [0, 1]; the most that is possible else.

    It is a multiple of the slope, cut off at the bounds; the multiple is found by halving an interval.
    """
    low, high = 0.0, 1.0

    def change(multiple: float) -> Floats:
        return np.asarray(np.clip(start + np.float32(multiple) * slope, 0, 1) - start, np.float32)

    while float(slope @ change(high)) < gain and high < 1e6:
        high *= 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if float(slope @ change(middle)) < gain else (low, middle)
    return change(high)


def _nearest_on_the_way(start: Floats, found: Floats, is_flipped: IsFlipped) -> Floats:
    """The image between `start` and `found` that is just beyond the boundary."""

    def at(share: float) -> Floats:
        return np.clip(start + np.float32(share) * (found - start), 0, 1)

    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_flipped(at(middle)) else (middle, high)
    return at(high)
