"""Drawings that are no digits, at random: what `rejection` learns to tell from digits, and is tested on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from mnist_demo.data.images import Bytes

SIDE = 320  # pixels, of the canvas
BRUSHES = (8, 14, 20, 28)  # pixels
FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral", "cmr10", "cmss10")
LETTERS = "ACDEFGHJKLMNPQRTUVWXYabdefhkmnprtuvwxy&@#?%$+*=<>"  # those that look like no digit

Points = npt.NDArray[np.float64]  # (n, 2): x to the right, y downwards


def scribble(rng: np.random.Generator) -> Bytes:
    """One of KINDS, each equally likely: uint8 (320, 320), 255 is ink."""
    return draw(str(rng.choice(list(KINDS))), rng)


def draw(kind: str, rng: np.random.Generator) -> Bytes:
    """A scribble of `kind`, one of KINDS: uint8 (320, 320), 255 is ink."""
    sheet = Image.new("L", (SIDE, SIDE))
    KINDS[kind](ImageDraw.Draw(sheet), rng)
    return np.asarray(sheet)


def _strokes(paths: Callable[[np.random.Generator], Iterator[Points]]) -> Callable[..., None]:
    """A kind that is drawn with a round brush along paths within the unit square."""

    def kind(pen: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
        brush, size = int(rng.choice(BRUSHES)), rng.uniform(0.4, 0.85)
        corner = rng.uniform(0.06, 0.94 - size, 2)
        for path in paths(rng):
            points = [tuple(point) for point in ((path * size + corner) * SIDE).tolist()]
            pen.line(points, fill=255, width=brush)
            for x, y in points:
                pen.ellipse((x - brush / 2, y - brush / 2, x + brush / 2, y + brush / 2), fill=255)

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
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    yield _unit(np.stack([np.linspace(0, 1, count), height], axis=1) @ turn)


def _crossing(rng: np.random.Generator) -> Iterator[Points]:
    for _ in range(rng.integers(2, 9)):
        yield rng.random((2, 2))


def _corners(rng: np.random.Generator) -> Iterator[Points]:
    yield rng.random((rng.integers(5, 13), 2))


def _walk(rng: np.random.Generator) -> Iterator[Points]:
    direction = np.cumsum(rng.normal(0, 0.5, 150))
    yield _unit(np.cumsum(np.stack([np.cos(direction), np.sin(direction)], axis=1), axis=0))


def _spiral(rng: np.random.Generator) -> Iterator[Points]:
    time = np.linspace(0, 1, 150)
    angle = 2 * np.pi * rng.uniform(2, 5) * time
    yield _unit(np.stack([np.cos(angle), np.sin(angle)], axis=1) * time[:, None])


def _blob(pen: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(1, 5)):
        angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 12)))
        rays = np.stack([np.cos(angles), np.sin(angles)], axis=1) * rng.uniform(30, 90, (len(angles), 1))
        pen.polygon([tuple(point) for point in (rays + rng.uniform(80, 240, 2)).tolist()], fill=255)


def _letter(pen: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    import matplotlib as mpl  # noqa: PLC0415 (only for its fonts)

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    font = ImageFont.truetype(folder / f"{rng.choice(FONTS)}.ttf", rng.uniform(120, 260))
    pen.text((SIDE / 2, SIDE / 2), str(rng.choice(list(LETTERS))), font=font, fill=255, anchor="mm")


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
}
