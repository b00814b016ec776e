"""From a canvas or a picture to the 28 x 28 image that MNIST would have made of it.

MNIST's digits were cropped, scaled into 20 x 20 with their aspect ratio kept, anti-aliased, and centred by their
centre of mass in 28 x 28 (LeCun, Bottou, Bengio, Haffner 1998, section III.A). A model trained on them reads
drawings only as well as they are treated the same way.
"""

import io
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from mnist_demo.data import SIDE, Bytes, Floats
from mnist_demo.errors import UserError

BOX = 20  # the longer side of a digit, pixels
CENTRE = 14  # row and column, counted from 0, of the centre of mass: MNIST's own lie within half a pixel of it
FAINTEST_INK = 24  # of 255: less contrast with the ground than this is paper, not pen
INK_EDGE = 0.2  # of the darkest ink: what is fainter, such as the noise of a JPEG, does not count towards the box
SMALLEST_PICTURE = 8  # pixels a side
LARGEST_PICTURE = 10_000  # pixels a side
MOST_PIXELS = 60_000_000  # in all, as the best phones take: decoding more would take seconds and gigabytes
ENOUGH = 40 * SIDE  # pixels a side: what is larger is shrunk before anything else is done with it


def to_mnist(image: Bytes) -> Floats:
    """A drawing as MNIST would have it: float32 (28, 28) in [0, 1], ink towards 1.

    `image` is uint8 (H, W), (H, W, 3) or (H, W, 4), ink of any colour on any plain ground. Raises UserError where it
    has another form or where there is no ink on it.
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (3, 4)):
        raise UserError("This is not a picture that can be read: save it as PNG or JPEG and try again.")
    if not SMALLEST_PICTURE <= min(image.shape[:2]) <= max(image.shape[:2]) <= LARGEST_PICTURE:
        raise _wrong_size(*image.shape[1::-1])
    ink = _ink(image)
    if ink is None:
        raise UserError("There is no digit on this picture, it is blank: draw one.")
    return _center(_fit(_crop(ink)))


def read_picture(file: Path | IO[bytes]) -> Bytes:
    """Decode a PNG or JPEG of any size to uint8 (H, W, 3) or (H, W, 4), upright. Raises UserError with the reason."""
    name = file.name if isinstance(file, Path) else "this file"
    try:
        with Image.open(file, formats=("PNG", "JPEG")) as picture:
            if not SMALLEST_PICTURE <= min(picture.size) <= max(picture.size) <= LARGEST_PICTURE:
                raise _wrong_size(*picture.size)  # before it is decoded: a small file can hold a huge picture
            if picture.width * picture.height > MOST_PIXELS:
                raise UserError(f"This picture has more than {MOST_PIXELS:,} pixels: make it smaller and try again.")
            picture.draft("RGB", (ENOUGH, ENOUGH))
            picture.thumbnail((ENOUGH, ENOUGH), Image.Resampling.BOX)
            upright = ImageOps.exif_transpose(picture)
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            return np.asarray(upright.convert("RGBA" if has_alpha else "RGB"))
    except FileNotFoundError as error:
        raise UserError(f"There is no picture {file}: check its path.") from error
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError) as error:
        raise UserError(f"{name} is not a sound PNG or JPEG picture: save it again and retry.") from error


def to_png(pixels: Floats, scale: int = 1) -> bytes:
    """Pixels (H, W) in [0, 1] as a PNG, dark ink on white, each pixel `scale` x `scale` large."""
    grey = np.round(255 * (1 - pixels)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(np.kron(grey, np.ones((scale, scale), np.uint8))).save(buffer, "PNG")
    return buffer.getvalue()


def _wrong_size(width: int, height: int) -> UserError:
    return UserError(
        f"This picture is {width} x {height} pixels: each side must be {SMALLEST_PICTURE} to {LARGEST_PICTURE:,}."
    )


def _ink(image: Bytes) -> Floats | None:
    """How far each pixel is from the ground's colour, float32 (H, W) in [0, 1]; None where all of it is ground."""
    colour = _flatten(image)
    border = np.concatenate([colour[0], colour[-1], colour[:, 0], colour[:, -1]])
    ground = np.median(border, axis=0)
    distance = np.abs(colour - ground).max(axis=2).astype(np.float32)
    most = float(distance.max())
    return np.asarray(distance / most, np.float32) if most >= FAINTEST_INK else None


def _flatten(image: Bytes) -> Floats:
    """Any accepted picture as float32 (H, W, C) without transparency."""
    colour = image.astype(np.float32)
    if image.ndim == 2:
        return colour[:, :, None]
    if image.shape[2] == 3 or (image[:, :, 3] == 255).all():
        return colour[:, :, :3]
    opacity = colour[:, :, 3:] / 255
    visible = image[:, :, 3] > 127
    most_is_ground = visible.mean() > 0.5  # a sheet with a transparent margin, rather than ink on nothing
    typical = np.median(colour[visible][:, :3], axis=0) if visible.any() else np.zeros(3)
    ground = typical if most_is_ground else np.full(3, 255 if typical.mean() < 128 else 0)
    return np.asarray(colour[:, :, :3] * opacity + (1 - opacity) * ground, np.float32)


def _crop(ink: Floats) -> Floats:
    rows, columns = np.flatnonzero((ink > INK_EDGE).any(axis=1)), np.flatnonzero((ink > INK_EDGE).any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(digit: Floats) -> Floats:
    """Scale so that the longer side is 20 pixels; shrinking averages the ink, as anti-aliasing does."""
    height, width = digit.shape
    scale = BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    resized = Image.fromarray(digit).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
    return np.asarray(resized, np.float32)


def _center(digit: Floats) -> Floats:
    """Put the digit's centre of mass as near to (CENTRE, CENTRE) as whole pixels allow."""
    from scipy import ndimage  # noqa: PLC0415 (takes 0.2 s, which the first page need not wait for)

    centre = ndimage.center_of_mass(digit)
    height, width = digit.shape
    top = int(np.clip(round(CENTRE - centre[0]), 0, SIDE - height))
    left = int(np.clip(round(CENTRE - centre[1]), 0, SIDE - width))
    canvas: npt.NDArray[np.float32] = np.zeros((SIDE, SIDE), np.float32)
    canvas[top : top + height, left : left + width] = np.clip(digit, 0, 1)
    return canvas
