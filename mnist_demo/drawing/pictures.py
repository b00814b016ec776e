"""Picture files: decoding PNG and JPEG within bounds, and writing PNG."""

import base64
import io
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps

from mnist_demo.data.images import SIDE, Bytes, Floats, to_bytes
from mnist_demo.errors import UserError

SMALLEST_PICTURE = 8  # pixels a side
LARGEST_PICTURE = 10_000  # pixels a side
MOST_PIXELS = 60_000_000  # in all, as the best phones take: decoding more would take seconds and gigabytes
BYTES_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2}  # of Pillow's modes; all others take 4
MOST_BYTES = 100_000_000  # of a decoded picture; shrinking one with transparency takes as much again
ENOUGH = 40 * SIDE  # pixels a side: what is larger is shrunk before anything else is done with it


def read_picture(file: Path | IO[bytes]) -> Bytes:
    """Decode a PNG or JPEG of any size to uint8 (H, W, 3) or (H, W, 4), upright. Raises UserError with the reason."""
    name = file.name if isinstance(file, Path) else "this file"
    try:
        with Image.open(file, formats=("PNG", "JPEG")) as opened:
            picture: Image.Image = opened
            if not SMALLEST_PICTURE <= min(picture.size) <= max(picture.size) <= LARGEST_PICTURE:
                raise wrong_size(*picture.size)  # before it is decoded: a small file can hold a huge picture
            if picture.width * picture.height > MOST_PIXELS:
                raise UserError(f"This picture has more than {MOST_PIXELS:,} pixels: make it smaller and try again.")
            picture.draft("RGB", (ENOUGH, ENOUGH))  # a JPEG can be decoded at a fraction of its size, a PNG cannot
            if picture.width * picture.height * BYTES_PER_PIXEL.get(picture.mode, 4) > MOST_BYTES:
                raise UserError(
                    "This picture is too large for a PNG: save it as JPEG, or make it smaller, and try again."
                )
            if picture.mode.startswith("I"):  # 16 bits of grey, as scanners write
                picture = Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
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
    grey = to_bytes(1 - pixels)
    buffer = io.BytesIO()
    Image.fromarray(grey.repeat(scale, axis=0).repeat(scale, axis=1)).save(buffer, "PNG")
    return buffer.getvalue()


def colored_png(pixels: Bytes) -> bytes:
    """Pixels, uint8 (H, W, 3), as a PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def wrong_size(width: int, height: int) -> UserError:
    return UserError(
        f"This picture is {width} x {height} pixels: each side must be {SMALLEST_PICTURE} to {LARGEST_PICTURE:,}."
    )


def data_address(png: bytes) -> str:
    """A PNG as an address that a page can show without asking the server again."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def pixels_address(pixels: Floats) -> str:
    """28 x 28 pixels in [0, 1] as a data address, dark ink on white."""
    return data_address(to_png(pixels))
