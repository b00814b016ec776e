"""Drawings that are no digits, at random: what `rejection` learns to tell from digits, and is tested on."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mnist_demo.data.images import Bytes
from mnist_demo.drawing import handwriting
from mnist_demo.drawing.handwriting import Points

SIDE = 320  # pixels, of the canvas
BRUSHES = (8, 14, 20, 28)  # pixels
FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSerif-Italic", "DejaVuSansMono"),
    *("STIXGeneral", "STIXGeneralItalic", "cmr10", "cmss10", "cmtt10"),
)
LETTERS = "ACDEFGHJKLMNPQRTUVWXYabdefhkmnprtuvwxy&@#?%$+*=<>"  # those that look like no digit


def scribble(rng: np.random.Generator) -> Bytes:
    """One of KINDS, each equally likely: uint8 (320, 320), 255 is ink."""
    return draw(str(rng.choice(list(KINDS))), rng)


def draw(kind: str, rng: np.random.Generator) -> Bytes:
    """A scribble of `kind`, one of KINDS: uint8 (320, 320), 255 is ink."""
    sheet = Image.new("L", (SIDE, SIDE))
    KINDS[kind](ImageDraw.Draw(sheet), rng)
    return np.asarray(sheet)


def ink(paths: Sequence[Points], rng: np.random.Generator) -> Bytes:
    """Strokes drawn with a round brush of any of BRUSHES, at any size and place: uint8 (320, 320), 255 is ink."""
    sheet = Image.new("L", (SIDE, SIDE))
    _draw_paths(ImageDraw.Draw(sheet), paths, rng)
    return np.asarray(sheet)


def _draw_paths(pen: ImageDraw.ImageDraw, paths: Sequence[Points], rng: np.random.Generator) -> None:
    brush, size = int(rng.choice(BRUSHES)), rng.uniform(0.4, 0.85)
    corner = rng.uniform(0.06, 0.94 - size, 2)
    lengths = [len(path) for path in paths]
    for path in np.split(_unit(np.concatenate(paths)), np.cumsum(lengths)[:-1]):
        points = [tuple(point) for point in ((path * size + corner) * SIDE).tolist()]
        pen.line(points, fill=255, width=brush)
        for x, y in points:
            pen.ellipse((x - brush / 2, y - brush / 2, x + brush / 2, y + brush / 2), fill=255)


def _strokes(paths: Callable[[np.random.Generator], Iterator[Points]]) -> Callable[..., None]:
    """A kind that is drawn with a pen along paths."""

    def kind(pen: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
        _draw_paths(pen, list(paths(rng)), rng)

    return kind


def _unit(path: Points) -> Points:
    return np.asarray((path - path.min(axis=0)) / np.ptp(path, axis=0).max())


def _curve(rng: np.random.Generator) -> Iterator[Points]:
    """A smooth line: a few sine waves of random length and height, across and down."""
    time = np.linspace(0, 1, 200)[:, None]
    waves = np.arange(1, rng.integers(4, 9))
    heights = rng.normal(size=(2, len(waves))) / np.sqrt(waves)
    turns = [2 * np.pi * (time * waves * pace + rng.random(len(waves))) for pace in rng.uniform(0.5, 1, 2)]
    yield _unit(np.stack([np.sin(turn) @ height for turn, height in zip(turns, heights, strict=True)], axis=1))


def _curves(rng: np.random.Generator) -> Iterator[Points]:
    for _ in range(rng.integers(2, 5)):
        yield from (path / 2 + rng.uniform(0, 0.5, 2) for path in _curve(rng))


def _zigzag(rng: np.random.Generator) -> Iterator[Points]:
    count = int(rng.integers(6, 15))
    height = np.where(np.arange(count) % 2, rng.uniform(0.5, 1), 0) + rng.normal(0, 0.08, count)
    yield _unit(np.stack([np.linspace(0, 1, count), height], axis=1) @ _turn(rng.uniform(0, 2 * np.pi)))


def _crossing(rng: np.random.Generator) -> Iterator[Points]:
    for _ in range(rng.integers(2, 9)):
        yield rng.random((2, 2))


def _corners(rng: np.random.Generator) -> Iterator[Points]:
    yield rng.random((rng.integers(5, 13), 2))


def _walk(rng: np.random.Generator) -> Iterator[Points]:
    direction = np.cumsum(rng.normal(0, 0.5, 150))
    yield np.cumsum(np.stack([np.cos(direction), np.sin(direction)], axis=1), axis=0)


def _spiral(rng: np.random.Generator) -> Iterator[Points]:
    time = np.linspace(0, 1, 150)
    angle = 2 * np.pi * rng.uniform(2, 5) * time
    yield np.stack([np.cos(angle), np.sin(angle)], axis=1) * time[:, None]


def _spline(rng: np.random.Generator) -> Iterator[Points]:
    """A smooth line through a few random points, closed or open."""
    points = rng.random((rng.integers(6, 12), 2))
    yield handwriting.smooth(np.concatenate([points, points[:1]]) if rng.random() < 0.3 else points, 200)


def _polygon(rng: np.random.Generator) -> Iterator[Points]:
    """Corners around a middle, and back to the first one; at times with a second one inside or beside it."""
    for _ in range(rng.integers(1, 3)):
        count = int(rng.integers(3, 7))
        angle = rng.uniform(0, 2 * np.pi) + (np.arange(count) + rng.normal(0, 0.1, count)) * 2 * np.pi / count
        corners = np.stack([np.cos(angle), np.sin(angle)], axis=1) * rng.uniform(0.3, 1) + rng.uniform(-0.5, 0.5, 2)
        yield np.concatenate([corners, corners[:1]])


def _rings(rng: np.random.Generator) -> Iterator[Points]:
    """Circles and arcs, within and across each other."""
    for _ in range(rng.integers(3, 6)):
        angle = np.linspace(0, rng.choice([np.pi, 2 * np.pi]), 60) + rng.uniform(0, 2 * np.pi)
        circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        yield circle * rng.uniform(0.15, 0.6, 2) + rng.uniform(-0.4, 0.4, 2)


def _marks(rng: np.random.Generator) -> Iterator[Points]:
    """Short strokes here and there."""
    for _ in range(rng.integers(3, 9)):
        angle, length = rng.uniform(0, np.pi), rng.uniform(0.02, 0.35)
        yield rng.random(2) + np.array([[0, 0], [np.cos(angle), np.sin(angle)]]) * length


def _loops(rng: np.random.Generator) -> Iterator[Points]:
    """The loops of a spring, or waves, along a bent line."""
    time = np.linspace(0, 1, 200)
    angle = 2 * np.pi * rng.uniform(2, 6) * time + rng.uniform(0, 2 * np.pi)
    way = np.stack([time, rng.normal(0, 0.4) * time**2], axis=1) * rng.uniform(0.5, 2)
    height, width = rng.uniform(0.15, 0.6), rng.uniform(0, 0.4)
    yield (way + np.stack([np.cos(angle) * width, np.sin(angle) * height], axis=1)) @ _turn(rng.uniform(0, 2 * np.pi))


def _mirrored(rng: np.random.Generator) -> Iterator[Points]:
    for path in handwriting.digit(int(rng.choice([3, 4, 6, 7, 9])), rng):
        yield path * (-1, 1)


def _overwritten(rng: np.random.Generator) -> Iterator[Points]:
    """Two different digits one upon the other."""
    for number in rng.choice(10, 2, replace=False):
        shift = rng.uniform(-0.3, 0.3, 2)
        yield from (path + shift for path in handwriting.digit(int(number), rng))


def _crossed_out(rng: np.random.Generator) -> Iterator[Points]:
    """A digit with a zigzag over it."""
    yield from handwriting.digit(int(rng.integers(10)), rng)
    for path in _zigzag(rng):
        yield path * rng.uniform(0.7, 1.1, 2)


def _turn(angle: float) -> Points:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _blob(pen: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(1, 5)):
        angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 12)))
        rays = np.stack([np.cos(angles), np.sin(angles)], axis=1) * rng.uniform(30, 90, (len(angles), 1))
        pen.polygon([tuple(point) for point in (rays + rng.uniform(80, 240, 2)).tolist()], fill=255)


def _letter(pen: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    _print(pen, str(rng.choice(FONTS)), str(rng.choice(list(LETTERS))), rng.uniform(120, 260))


def printed(font: str, character: str, size: float) -> Bytes:
    """A character in one of matplotlib's fonts: uint8 (320, 320), 255 is ink; `size` is the font's, in pixels."""
    sheet = Image.new("L", (SIDE, SIDE))
    _print(ImageDraw.Draw(sheet), font, character, size)
    return np.asarray(sheet)


def _print(pen: ImageDraw.ImageDraw, font: str, character: str, size: float) -> None:
    import matplotlib as mpl  # noqa: PLC0415 (only for its fonts)

    path = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    pen.text((SIDE / 2, SIDE / 2), character, font=ImageFont.truetype(path, size), fill=255, anchor="mm")


def _dot(pen: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    (x, y), radius = rng.uniform(0.15 * SIDE, 0.85 * SIDE, 2), rng.uniform(3, 16)
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


KINDS: dict[str, Callable[..., None]] = {
    "curve": _strokes(_curve),
    "curves": _strokes(_curves),
    "zigzag": _strokes(_zigzag),
    "crossing": _strokes(_crossing),
    "corners": _strokes(_corners),
    "walk": _strokes(_walk),
    "spiral": _strokes(_spiral),
    "blob": _blob,
    "letter": _letter,
    "dot": _dot,
    "spline": _strokes(_spline),
    "polygon": _strokes(_polygon),
    "rings": _strokes(_rings),
    "marks": _strokes(_marks),
    "loops": _strokes(_loops),
    "mirrored": _strokes(_mirrored),
    "overwritten": _strokes(_overwritten),
    "crossed out": _strokes(_crossed_out),
}
