"""Finding several digits on one picture."""

import numpy as np

from mnist_demo.data.images import Bytes, to_bytes
from mnist_demo.drawing import preprocess
from mnist_demo.errors import UserError

SPECK = 0.02  # of the largest part's ink: less than that is no part of a digit
# Of the narrower one's width: parts of one digit lie above each other by more, neighbours by less. Chosen on rows of
# two to four digits composed of drawings by writers 1 to 24.
OVERLAP = 0.5
MARGIN = 4  # pixels of paper around a digit
MOST_DIGITS = 20
MOST_PARTS = 200  # far more than a row of digits has; a printed picture has thousands


def digits(image: Bytes) -> list[Bytes]:
    """The digits on a picture from left to right, each alone on a sheet: uint8 (H, W), 255 is ink.

    Takes and raises what `preprocess.to_mnist` does, which each of the sheets is fit for. Strokes that touch, or lie
    above each other, are one digit. At most MOST_DIGITS are returned. Raises UserError for more than MOST_PARTS spots,
    too.
    """
    from scipy import ndimage  # noqa: PLC0415 (takes 0.2 s, which the first page need not wait for)

    ink = preprocess.ink(image)
    parts, _ = ndimage.label(ink > preprocess.INK_EDGE, np.ones((3, 3)))
    sizes = np.bincount(parts.ravel(), ink.ravel())
    sizes[0] = 0  # the paper
    large = np.flatnonzero(sizes >= SPECK * sizes.max())
    if len(large) > MOST_PARTS:
        raise UserError("There are too many separate spots on this picture: take one of a few digits on plain paper.")
    numbers = np.zeros(len(sizes), parts.dtype)
    numbers[large] = np.arange(1, len(large) + 1)
    parts = numbers[parts]  # the large parts alone, counted from 1
    columns = {number: box[1] for number, box in enumerate(ndimage.find_objects(parts), 1)}
    return [_alone(ink, np.isin(parts, group)) for group in _group(columns)[:MOST_DIGITS]]


def _group(columns: dict[int, slice]) -> list[list[int]]:
    """Which parts make up one digit, from left to right; `columns` are those that each part reaches over."""
    groups: list[tuple[int, int, list[int]]] = []
    for number, reach in sorted(columns.items(), key=lambda item: item[1].start):
        start, stop, members = reach.start, reach.stop, [number]
        for group in list(groups):
            shared = min(stop, group[1]) - max(start, group[0])
            if shared > OVERLAP * min(stop - start, group[1] - group[0]):
                groups.remove(group)
                start, stop, members = min(start, group[0]), max(stop, group[1]), group[2] + members
        groups.append((start, stop, members))
    return [members for *_, members in sorted(groups, key=lambda group: group[0] + group[1])]


def _alone(ink: np.ndarray, mask: np.ndarray) -> Bytes:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return np.pad(to_bytes(ink[box] * mask[box]), MARGIN)
