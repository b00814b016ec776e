"""A drawing as text that fits into a link, and back.

The text is URL-safe base64 (RFC 4648, section 5) of a version byte and a zlib stream of numbers in LEB128, as in
Protocol Buffers: for each stroke twice its width plus 1 if it erases, the number of its points, and the points, each
less the one before it. Points are whole pixels of the canvas; those that lie on a line with their neighbours, to half
a pixel, are left out.
"""

import base64
import binascii
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from mnist_demo.drawing.strokes import FARTHEST, MOST_POINTS, MOST_STROKES, WIDTHS, Stroke, simplify
from mnist_demo.errors import UserError

VERSION = 1
LONGEST_TEXT = 8_000  # characters: what every browser and server takes in an address
MOST_BYTES = 100_000  # after decompression


def encode(strokes: Sequence[Stroke]) -> str:
    """The strokes as text of at most LONGEST_TEXT characters. Raises UserError where there are too many of them."""
    numbers: list[int] = []
    total = 0
    for stroke in strokes:
        points = simplify(stroke.points)
        total += len(points)
        numbers += (2 * stroke.width + stroke.erases, len(points))
        before = (0, 0)
        for point in points:
            numbers += (_fold(after - earlier) for after, earlier in zip(point, before, strict=True))
            before = point
    packed = bytes([VERSION]) + zlib.compress(b"".join(map(_to_leb128, numbers)), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > LONGEST_TEXT or len(strokes) > MOST_STROKES or total > MOST_POINTS:
        raise UserError("This drawing has too many strokes for a link: draw a simpler one, or download it.")
    return text


def decode(text: str) -> list[Stroke]:
    """The strokes in a text that `encode` may have made. Raises UserError for any other."""
    if len(text) > LONGEST_TEXT:
        raise _bad_link()
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if packed[:1] != bytes([VERSION]):
            raise UserError("This link was made by another version of this program: ask for the drawing as a picture.")
        inflate = zlib.decompressobj()
        raw = inflate.decompress(packed[1:], MOST_BYTES)  # no more than that is ever unpacked
        if not inflate.eof:
            raise ValueError("cut off, or too large")
        return _read_strokes(_from_leb128(raw))
    except (binascii.Error, zlib.error, ValueError, StopIteration) as error:
        raise _bad_link() from error


def _fold(number: int) -> int:
    """0, -1, 1, -2, ... as 0, 1, 2, 3, ...: small numbers of either sign take one byte."""
    return 2 * number if number >= 0 else -2 * number - 1


def _unfold(number: int) -> int:
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def _to_leb128(number: int) -> bytes:
    digits = []
    while True:
        digits.append(number & 127 | (128 if number > 127 else 0))
        number >>= 7
        if not number:
            return bytes(digits)


def _from_leb128(raw: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in raw:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
        elif shift > 28:
            raise ValueError("no such number")
    if shift:
        raise ValueError("cut off")


def _read_strokes(numbers: Iterator[int]) -> list[Stroke]:
    strokes: list[Stroke] = []
    total = 0
    for head in numbers:
        count = next(numbers, 0)
        total += count
        if total > MOST_POINTS:
            raise ValueError("no such drawing")
        steps = [(_unfold(next(numbers)), _unfold(next(numbers))) for _ in range(count)]
        points = np.cumsum(steps, axis=0)
        if not count or np.abs(points).max() > FARTHEST or head // 2 not in WIDTHS or len(strokes) == MOST_STROKES:
            raise ValueError("no such stroke")
        strokes.append(Stroke(head // 2, tuple((int(x), int(y)) for x, y in points), bool(head % 2)))
    return strokes


def _bad_link() -> UserError:
    return UserError("This link does not hold a whole drawing: copy it again, all of it.")
