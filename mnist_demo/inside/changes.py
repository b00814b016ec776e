"""An image changed little by little, and what a model makes of it on the way."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_demo.data.images import SIDE, Floats
from mnist_demo.errors import UserError
from mnist_demo.models.inference import Classifier

CENTRE = (SIDE - 1) / 2
SHARE = 500  # images at a time
NOISE_SEED = 0


@dataclass(frozen=True)
class Change:
    """One way to change images, by a number from `low` to `high`; `neutral` leaves them as they are."""

    name: str
    title: str  # what the number is, for a pupil
    unit: str
    low: float
    high: float
    neutral: float
    step: float  # between two values of a slider
    stride: float  # between two values at which thousands of images are read
    apply: Callable[[Floats, float], Floats]  # (n, 28, 28) in [0, 1] and the number -> about the same

    def slider_values(self) -> list[float]:
        """From `low` to `high`."""
        return self._values(self.step)

    def few_values(self) -> list[float]:
        """Fewer of them, `neutral` among them."""
        return self._values(self.stride)

    def _values(self, step: float) -> list[float]:
        count = round((self.high - self.low) / step) + 1
        return [round(float(self.low + index * step), 6) for index in range(count)]


def _move(axis: int) -> Callable[[Floats, float], Floats]:
    def apply(images: Floats, distance: float) -> Floats:
        offset = [0.0, 0.0, 0.0]
        offset[axis] = -distance
        return _resample(images, np.eye(3), offset)

    return apply


def _rotate(images: Floats, degrees: float) -> Floats:
    """Clockwise, around the middle."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return _around_centre(images, np.array([[cosine, -sine], [sine, cosine]]))


def _scale(images: Floats, percent: float) -> Floats:
    return _around_centre(images, np.eye(2) * 100 / percent)


def _noise(images: Floats, percent: float) -> Floats:
    """Normal noise. Always the same for the same image, so that it only grows as the slider moves."""
    noise = np.random.default_rng(NOISE_SEED).standard_normal((SIDE, SIDE), np.float32)
    return images + np.float32(percent / 100) * noise


def _thicken(images: Floats, pixels: float) -> Floats:
    """Move the edges of the ink outwards, or inwards where `pixels` is below 0 (grey dilation and erosion)."""
    from scipy import ndimage  # noqa: PLC0415 (takes 0.2 s, which no other page need wait for)

    change = ndimage.grey_dilation if pixels > 0 else ndimage.grey_erosion
    whole = int(abs(pixels))
    distance = np.hypot(*np.mgrid[-whole - 1 : whole + 2, -whole - 1 : whole + 2])

    def changed(radius: int) -> Floats:
        disk = (distance <= radius + 0.5)[None]
        return images if radius == 0 else np.asarray(change(images, footprint=disk, mode="constant"), np.float32)

    share = np.float32(abs(pixels) - whole)  # of the way from one whole pixel to the next
    return changed(whole) if share == 0 else (1 - share) * changed(whole) + share * changed(whole + 1)


def _around_centre(images: Floats, matrix: npt.NDArray[np.float64]) -> Floats:
    """`matrix` leads from (row, column) of the result to that of the image, both measured from its middle."""
    whole = np.eye(3)
    whole[1:, 1:] = matrix
    middle = np.array([0, CENTRE, CENTRE])
    return _resample(images, whole, (middle - whole @ middle).tolist())


def _resample(images: Floats, matrix: npt.NDArray[np.float64], offset: list[float]) -> Floats:
    from scipy import ndimage  # noqa: PLC0415

    return np.asarray(ndimage.affine_transform(images, matrix, offset, order=1, mode="constant"), np.float32)


CHANGES = {
    change.name: change
    for change in (
        Change("right", "Shift to the right", "pixels", -10, 10, 0, 0.5, 2, _move(2)),
        Change("down", "Shift down", "pixels", -10, 10, 0, 0.5, 2, _move(1)),
        Change("rotate", "Turn clockwise", "degrees", -180, 180, 0, 5, 30, _rotate),
        Change("scale", "Size", "percent", 40, 160, 100, 2, 10, _scale),
        Change("noise", "Noise", "percent", 0, 100, 0, 2, 10, _noise),
        Change("thicken", "Thicker strokes", "pixels", -2, 2, 0, 0.1, 0.5, _thicken),
    )
}


def change_images(images: Floats, name: str, value: float) -> Floats:
    """Images float32 (n, 784) changed by the change called `name`: float32 (n, 784) in [0, 1].

    Raises UserError for a change that does not exist or a value out of its range.
    """
    if name not in CHANGES:
        raise UserError(f"An image cannot be changed by {name!r}: choose one of {', '.join(CHANGES)}.")
    change = CHANGES[name]
    if not change.low <= value <= change.high:
        raise UserError(f"{change.title} by {value:g} is out of range: give {change.low:g} to {change.high:g}.")
    if value == change.neutral:
        return images
    changed = change.apply(images.reshape(-1, SIDE, SIDE), float(value))
    return np.clip(changed, 0, 1).reshape(images.shape)


def along(pixels: Floats, name: str, values: npt.ArrayLike) -> Floats:
    """One image, float32 (28, 28) or (784,), changed by each of `values`: float32 (values, 784) in [0, 1]."""
    image = np.asarray(pixels, np.float32).reshape(1, -1)
    return np.concatenate([change_images(image, name, value) for value in np.asarray(values, float).ravel()])


def probabilities_along(classifier: Classifier, pixels: Floats, name: str, values: npt.ArrayLike) -> Floats:
    """What the model says of an image changed by each of `values`: float32 (values, 10)."""
    return classifier.probabilities(along(pixels, name, values))


@dataclass(frozen=True)
class Sound:
    """How far an image may be changed, `low` to `high`, with all between read right; and what is read just beyond.

    `below` and `above` are the next value and the digit that is read there; None where there is no next value.
    """

    low: float
    high: float
    below: tuple[float, int] | None
    above: tuple[float, int] | None


def sound_range(values: Sequence[float], digits: npt.ArrayLike, label: int, neutral: float) -> Sound | None:
    """Around `neutral`, by the digit read at each of the ascending `values`; None where that one is read wrong."""
    read = np.asarray(digits).tolist()
    at = min(range(len(values)), key=lambda index: abs(values[index] - neutral))
    if read[at] != label:
        return None
    first, last = at, at
    while first > 0 and read[first - 1] == label:
        first -= 1
    while last < len(values) - 1 and read[last + 1] == label:
        last += 1
    below = (values[first - 1], read[first - 1]) if first > 0 else None
    above = (values[last + 1], read[last + 1]) if last < len(values) - 1 else None
    return Sound(values[first], values[last], below, above)


def robustness(
    classifier: Classifier, images: Floats, labels: npt.NDArray[np.integer], name: str, values: npt.ArrayLike
) -> Iterator[tuple[float, float]]:
    """Yields each of `values` with the share of the images, float32 (n, 784), that are read right when changed by it.

    It takes its time at each; who has seen enough asks for no more.
    """
    for value in np.asarray(values, float).ravel().tolist():
        right = 0
        for at in range(0, len(images), SHARE):
            changed = change_images(images[at : at + SHARE], name, value)
            right += int((classifier.logits(changed).argmax(axis=1) == labels[at : at + SHARE]).sum())
        yield value, right / len(images)
