"""From a canvas or a picture to the 28 x 28 image that MNIST would have made of it.

MNIST's digits were cropped, scaled into 20 x 20 with their aspect ratio kept, anti-aliased, and centred by their
centre of mass in 28 x 28 (LeCun, Bottou, Bengio, Haffner 1998, section III.A). A model trained on them reads
drawings only as well as they are treated the same way. Beyond that, strokes are made as thick as MNIST's are, and
half of the slant is taken away: what was drawn with a fine or a broad brush, upright or leaning, comes out alike.
"""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_demo.data.images import SIDE, Bytes, Floats
from mnist_demo.drawing.pictures import LARGEST_PICTURE, SMALLEST_PICTURE, wrong_size
from mnist_demo.errors import UserError

STEPS = ("crop", "upright", "stroke", "scale", "centre")  # in the order in which they are taken
BOX = 20  # the longer side of a digit, pixels
CENTRE = 14  # row and column, counted from 0, of the centre of mass: MNIST's own lie within half a pixel of it
FAINTEST_INK = 24  # of 255: less contrast with the ground than this is paper, not pen
INK_EDGE = 0.2  # of the darkest ink: what is fainter, such as the noise of a JPEG, does not count towards the box
# Pixels, of a digit in its box. Half of MNIST's digits have strokes of 2.1 to 3.1, 5 in 100 broader ones than 4.0.
# These limits and the next were chosen on the pen drawings of writers 1 to 24 and MNIST's validation images.
THINNEST, BROADEST = 2.5, 4.0
UPRIGHTING = 0.5  # of the slant is taken away: all of it would make of some digits what MNIST's writers never wrote
FINE = 4  # strokes are measured and changed on a grid so many times finer than MNIST's


def to_mnist(image: Bytes) -> Floats:
    """A drawing as MNIST would have it: float32 (28, 28) in [0, 1], ink towards 1.

    `image` is uint8 (H, W), (H, W, 3) or (H, W, 4), ink of any colour on any plain ground. Raises UserError where it
    has another form or where there is no ink on it.
    """
    return steps(image)["seen"]


def steps(image: Bytes, skip: Collection[str] = ()) -> dict[str, Floats]:
    """What becomes of a drawing, picture by picture: the ink as `drawn`, after each of STEPS, and as `seen` by a model.

    Takes and raises what `to_mnist` does. All pictures are float32 (H, W) in [0, 1], ink towards 1; `seen` is (28, 28).
    Steps in `skip` are left out: without `scale` and `centre` a digit keeps its size and its place on the canvas. With
    all of them left out, the canvas is only shrunk.
    """
    drawn = ink(image)
    canvas = max(drawn.shape)
    crop = "crop" not in skip
    box = _box(drawn) if crop else (slice(0, drawn.shape[0]), slice(0, drawn.shape[1]))
    digit = drawn[box]
    pictures = {"drawn": drawn, "crop": digit}
    if "upright" not in skip:
        pictures["upright"] = digit = _upright(digit, crop)
    if "stroke" not in skip:
        pictures["stroke"] = digit = _even_stroke(digit, crop)
    length = BOX if "scale" not in skip else max(side.stop - side.start for side in box) * SIDE / canvas
    pictures["scale"] = digit = _fit(digit, length)
    middle = ((side.start + side.stop) / 2 * SIDE / canvas for side in box)
    pictures["seen"] = _center(digit) if "centre" not in skip else _place(digit, *middle)
    return {name: picture for name, picture in pictures.items() if name not in skip}


def ink(image: Bytes) -> Floats:
    """How much ink is on each pixel: float32 (H, W) in [0, 1]. Takes and raises what `to_mnist` does."""
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (3, 4)):
        raise UserError("This is not a picture that can be read: save it as PNG or JPEG and try again.")
    if not SMALLEST_PICTURE <= min(image.shape[:2]) <= max(image.shape[:2]) <= LARGEST_PICTURE:
        raise wrong_size(*image.shape[1::-1])
    distance = _distance_from_ground(image)
    most = distance.max()
    if most < FAINTEST_INK:
        raise UserError("There is no digit on this picture, it is blank: draw one.")
    return np.asarray(distance / np.float32(most), np.float32)


def _distance_from_ground(image: Bytes) -> Bytes:
    """How far each pixel is from the ground's colour, the border's median: uint8 (H, W)."""
    planes = _flatten(image)
    border = np.concatenate([planes[:, 0], planes[:, -1], planes[:, :, 0], planes[:, :, -1]], axis=1)
    ground = np.median(border, axis=1).astype(np.uint8)[:, None, None]
    # Half a million bytes fit the processor's cache, and are several times as fast there as four times as many.
    return np.asarray((np.maximum(planes, ground) - np.minimum(planes, ground)).max(axis=0))


def _flatten(image: Bytes) -> Bytes:
    """Any accepted picture without transparency, its colours one behind the other: uint8 (C, H, W)."""
    if image.ndim == 2:
        return image[None]
    planes = np.ascontiguousarray(np.moveaxis(image[:, :, :3], 2, 0))
    if image.shape[2] == 3 or (image[:, :, 3] == 255).all():
        return planes
    opacity = image[:, :, 3] / np.float32(255)
    visible = opacity > 0.5
    most_is_ground = visible.mean() > 0.5  # a sheet with a transparent margin, rather than ink on nothing
    typical = np.median(planes[:, visible], axis=1) if visible.any() else np.zeros(3)
    ground = typical if most_is_ground else np.full(3, 255 if typical.mean() < 128 else 0)
    return np.round(planes * opacity + (1 - opacity) * ground[:, None, None]).astype(np.uint8)


def _box(ink: Floats) -> tuple[slice, slice]:
    """The rows and columns that hold ink."""
    rows, columns = np.flatnonzero((ink > INK_EDGE).any(axis=1)), np.flatnonzero((ink > INK_EDGE).any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _upright(digit: Floats, crop: bool) -> Floats:
    """Take away UPRIGHTING of the slant: a shear, by how far the ink's columns drift from row to row (its moments).

    With `crop` the picture is as large as the ink on it, else as it was.
    """
    height, width = digit.shape
    rows, columns = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    mass = digit.sum()
    by_row = digit.sum(axis=1)
    row, column = (rows @ by_row) / mass, (columns @ digit.sum(axis=0)) / mass
    variance = ((rows - row) ** 2 @ by_row) / mass
    if variance == 0:
        return digit
    drift = float(((rows - row) @ digit @ (columns - column)) / mass / variance) * UPRIGHTING
    margin = int(np.ceil(abs(drift) * height))
    sheet = Image.fromarray(np.pad(digit, ((0, 0), (margin, margin))))
    shear = (1, drift, -drift * row, 0, 1, 0)
    sheared = np.asarray(sheet.transform(sheet.size, Image.Transform.AFFINE, shear, Image.Resampling.BILINEAR))
    return sheared[_box(sheared)] if crop else sheared[:, margin : margin + width]


def _even_stroke(digit: Floats, crop: bool) -> Floats:
    """Make strokes that are thinner than THINNEST or broader than BROADEST as thick as that, all of them alike.

    The edge of the ink is moved outwards or inwards by the same distance everywhere. Returns the digit on the fine
    grid, and untouched where its strokes are as thick as MNIST's. With `crop` the picture is as large as the ink on it.
    """
    from scipy import ndimage  # noqa: PLC0415 (takes 0.2 s, which the first page need not wait for)

    length = BOX * FINE
    fine = _fit(digit, length)
    margin = 2 * FINE  # the edge is moved by less than that
    solid = np.pad(fine > fine.max() / 2, margin)
    inside = ndimage.distance_transform_edt(solid) - 0.5  # from a pixel's middle to the edge of the ink
    stroke = min(4 * float(inside[solid].mean()), length - 1)  # across a band of width w that mean is w / 4
    final = float(np.clip(stroke / FINE, THINNEST, BROADEST))
    if final == stroke / FINE:
        return digit
    # The pen's path is as long as it was, so that a broader stroke makes the digit larger: this width is `final` once
    # the digit is scaled into its box again.
    wanted = final * (length - stroke) / (BOX - final)
    outside = ndimage.distance_transform_edt(~solid) - 0.5
    even = np.clip(np.where(solid, inside, -outside) + (wanted - stroke) / 2 + 0.5, 0, 1).astype(np.float32)
    if even.max() <= INK_EDGE:
        return digit
    return even[_box(even)] if crop else even[margin:-margin, margin:-margin]


def _fit(digit: Floats, length: float) -> Floats:
    """Scale so that the longer side is `length` pixels; shrinking averages the ink, as anti-aliasing does."""
    height, width = digit.shape
    scale = length / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    resized = Image.fromarray(digit).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC)
    return np.clip(np.asarray(resized, np.float32), 0, 1)


def _center(digit: Floats) -> Floats:
    """Put the digit's centre of mass as near to (CENTRE, CENTRE) as whole pixels allow."""
    from scipy import ndimage  # noqa: PLC0415

    return _paste(digit, *(CENTRE - centre for centre in ndimage.center_of_mass(digit)))


def _place(digit: Floats, row: float, column: float) -> Floats:
    """Put the middle of the digit's box at (row, column), or as near as it fits."""
    return _paste(digit, row - digit.shape[0] / 2, column - digit.shape[1] / 2)


def _paste(digit: Floats, top: float, left: float) -> Floats:
    height, width = digit.shape
    row, column = int(np.clip(round(top), 0, SIDE - height)), int(np.clip(round(left), 0, SIDE - width))
    canvas: npt.NDArray[np.float32] = np.zeros((SIDE, SIDE), np.float32)
    canvas[row : row + height, column : column + width] = digit
    return canvas
