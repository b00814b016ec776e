"""Photos of digits on paper: the pen's ink without shadows, ruled lines and the desk."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_demo.data.images import Bytes
from mnist_demo.drawing.preprocess import FAINTEST_INK

LONGEST = 480  # pixels: enough to see a pen's stroke, little enough to be quick
PLAIN = 0.97  # of the border's pixels are of one colour on a drawing or a scan; less than that is a photo's paper
SAME_COLOUR = 8  # of 255
PAPER_SIZE = 1 / 6  # of the picture: light changes over that length, strokes are narrower
LINE_LENGTH = 1 / 8  # of the picture: level ink that goes on for longer may be a piece of a ruled line
LINE_REACH = 0.6  # of the picture: pieces that together go that far are one
LINE_WIDTH = 1 / 60  # of the picture: broader ink is a stroke
SPECK = 0.12  # of the largest part's ink: less is dirt

Mask = npt.NDArray[np.bool_]


def ink_of(image: Bytes) -> Bytes:
    """A picture as `preprocess.to_mnist` takes it: the ink alone where it is a photo, else the picture as it is."""
    return from_photo(image) if is_photo(image) else image


def is_photo(image: Bytes) -> bool:
    """Whether the ground along the border is uneven, as light on paper is; `image` is uint8, as `to_mnist` takes it."""
    grey = _grey(image)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return bool((np.abs(border - np.median(border)) <= SAME_COLOUR).mean() < PLAIN)


def from_photo(image: Bytes) -> Bytes:
    """The ink alone, uint8 (H, W), 255 is ink on 0; all 0 where none is found.

    `image` is uint8 (H, W), (H, W, 3) or (H, W, 4). Each pixel is compared with the paper around it, so that shadows do
    not matter (adaptive thresholding); the threshold is Otsu's (1979). Long thin straight lines are taken out, and what
    touches the border, such as the edge of the sheet, unless nothing else is there.
    """
    from scipy import ndimage  # noqa: PLC0415 (takes 0.2 s, which the first page need not wait for)

    grey = ndimage.gaussian_filter(_grey(_shrink(image)), 0.8)
    contrast = _contrast(grey)
    threshold = max(_otsu(contrast), FAINTEST_INK / 2)
    ink = _without_lines(contrast > threshold)
    parts, count = ndimage.label(ink, np.ones((3, 3)))
    if not count:
        return np.zeros(grey.shape, np.uint8)
    sizes = ndimage.sum_labels(ink, parts, np.arange(count + 1))
    at_border = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
    if sizes.sum() > sizes[at_border].sum() + SPECK * sizes.max():
        sizes[at_border] = 0
    kept = np.isin(parts, np.flatnonzero(sizes >= max(SPECK * sizes.max(), 1)))
    # Grey at its edges as a pen's ink is, and the whole stroke dark.
    near = ndimage.binary_dilation(kept, iterations=1)
    return np.where(near, np.round(255 * np.clip(contrast / (2 * threshold), 0, 1)), 0).astype(np.uint8)


def _grey(image: Bytes) -> npt.NDArray[np.float32]:
    return np.asarray(image if image.ndim == 2 else image[:, :, :3].mean(axis=2), np.float32)


def _shrink(image: Bytes) -> Bytes:
    picture = Image.fromarray(image)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    return np.asarray(picture)


def _contrast(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How far each pixel is from the paper around it, on the side where the ink is: float32, 0 to 255."""
    from scipy import ndimage  # noqa: PLC0415

    small = grey[::4, ::4]  # a median of many pixels is slow, and light changes slowly
    size = max(3, round(PAPER_SIZE * max(small.shape)))
    paper = ndimage.gaussian_filter(ndimage.median_filter(small, size, mode="nearest"), size / 4)
    zoom = [wanted / have for wanted, have in zip(grey.shape, paper.shape, strict=True)]
    around = ndimage.zoom(paper, zoom, order=1, mode="nearest", grid_mode=True)
    darker, lighter = np.maximum(around - grey, 0), np.maximum(grey - around, 0)
    is_dark = (darker**2).sum() >= (lighter**2).sum()
    # Less light falls on ink in the shadow too: compare with the paper's own brightness.
    scaled = darker / np.maximum(around, 32) if is_dark else lighter / np.maximum(255 - around, 32)
    return np.asarray(255 * np.clip(scaled, 0, 1), np.float32)


def _otsu(values: npt.NDArray[np.float32]) -> float:
    """The threshold that parts the values into the two classes that are farthest apart, weighted by their sizes."""
    counts, edges = np.histogram(values, 64, (0, 255))
    middles = (edges[:-1] + edges[1:]) / 2
    below, mass = np.cumsum(counts)[:-1], np.cumsum(counts * middles)
    above = counts.sum() - below
    means = mass[:-1] / np.maximum(below, 1), (mass[-1] - mass[:-1]) / np.maximum(above, 1)
    between = below * above * (means[0] - means[1]) ** 2
    return float(edges[1 + int(between.argmax())])


def _without_lines(ink: Mask) -> Mask:
    """Take ruled lines out, across and down, and mend the strokes that they crossed."""
    from scipy import ndimage  # noqa: PLC0415

    longest = max(ink.shape)
    length, width = round(LINE_LENGTH * longest), max(3, round(LINE_WIDTH * longest))
    for axis in (0, 1):  # lines along the columns, then along the rows
        along, across = np.ones((length, 1)), np.ones((1, width))
        if axis == 1:
            along, across = along.T, across.T
        pieces = ndimage.binary_opening(ndimage.binary_dilation(ink, across[:3, :3]), along)  # lines that are not level
        parts, _ = ndimage.label(pieces, np.ones((3, 3)))
        reach = [box[axis].stop - box[axis].start for box in ndimage.find_objects(parts)]
        lines = np.isin(parts, 1 + np.flatnonzero(np.array(reach) >= LINE_REACH * ink.shape[axis]))
        removed = lines & ink & ~ndimage.binary_opening(ink, across)  # what is broader is a stroke that goes across
        mended = ndimage.binary_closing(np.pad(ink & ~removed, width), across)[width:-width, width:-width]
        ink = ink & ~removed | mended & removed
    return ink
