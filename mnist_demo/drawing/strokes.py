"""A drawing as strokes of a pen: from what the canvas sends, or an image, to the canvas, painted, of fewer points."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mnist_demo.data.images import Bytes, Floats
from mnist_demo.errors import UserError

MOST_STROKES = 2_000
MOST_POINTS = 5_000  # in all: a drawing has some tens, and each costs time to paint
WIDTHS = range(1, 101)  # pixels
FARTHEST = 1_000  # pixels from the canvas's corner: a pen may leave the canvas, but not by that much
TOLERANCE = 0.5  # pixels
FINER = 4  # strokes are painted on a grid so many times finer and averaged, for their edges to be smooth
TRACED_ROWS = 3  # of strokes, for each row of an image that is traced
CURVE_POINTS = 8  # that a curve of the canvas becomes before those on a line are left out

Point = tuple[int, int]  # x to the right, y downwards, pixels


@dataclass(frozen=True)
class Stroke:
    """One stroke of a round brush. `width` is in pixels; an eraser is a brush too."""

    width: int
    points: tuple[Point, ...]
    erases: bool = False


@dataclass
class Drawing:
    """What somebody has drawn: its strokes, and how it looks.

    `canvas` says the same as `strokes` in st_canvas's own words (Fabric's JSON), which keep each curve as it is, for
    st_canvas to load again. Pictures are uint8 (H, W) or (H, W, 4), and None before there is any.
    """

    strokes: list[Stroke] = field(default_factory=list)
    canvas: dict[str, Any] = field(default_factory=lambda: {"objects": []})
    picture: Bytes | None = None  # now, with the stroke that is being drawn
    settled: Bytes | None = None  # when the pen was up for the last time


def from_canvas(canvas: object, paper: str) -> list[Stroke]:
    """The strokes in what st_canvas says of a drawing (Fabric's JSON); ink of the colour `paper` erases.

    Objects that are no pen strokes are left out. Raises UserError for what no canvas writes: it comes from a browser,
    so it can be anything.
    """
    try:
        objects: list[Any] = canvas["objects"]  # type: ignore[index]
        return [
            Stroke(_checked_width(each["strokeWidth"]), _checked_points(each["path"]), each["stroke"] == paper)
            for each in objects
            if str(each["type"]).lower() == "path"
        ]
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise UserError("The browser sent a drawing that cannot be read: reload the page and draw again.") from error


def to_canvas(strokes: Iterable[Stroke], ink: str, paper: str) -> dict[str, Any]:
    """Strokes as st_canvas takes them for its `initial_drawing`, in the colours `ink` and `paper`."""
    return {
        "objects": [
            {
                "type": "Path",
                # Begins a little aside, or a stroke of one point would not be drawn.
                "path": [["M", stroke.points[0][0] - 0.1, stroke.points[0][1]], *(["L", *xy] for xy in stroke.points)],
                "stroke": paper if stroke.erases else ink,
                "strokeWidth": stroke.width,
                "strokeLineCap": "round",
                "strokeLineJoin": "round",
                "fill": None,
            }
            for stroke in strokes
        ]
    }


def paint(strokes: Sequence[Stroke], side: int, finer: int = FINER) -> Bytes:
    """What a canvas of `side` x `side` pixels shows of the strokes: uint8 (side, side), black on white.

    The edges are averages of `finer` times `finer` dots; with fewer of these it takes less time.
    """
    sheet = Image.new("L", (side * finer, side * finer), 255)
    pen = ImageDraw.Draw(sheet)
    for stroke in strokes:
        colour, radius = 255 if stroke.erases else 0, stroke.width * finer / 2
        points = [(x * finer, y * finer) for x, y in stroke.points]
        pen.line(points, fill=colour, width=stroke.width * finer)
        for x, y in points:  # round caps and joins
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return np.asarray(sheet.reduce(finer))


def trace(pixels: Floats, side: int) -> list[Stroke]:
    """Strokes that look like an image, float32 (n, n) in [0, 1], on a canvas of `side` x `side` pixels.

    Each is a piece of a row in which there is at least half of the darkest ink; [] where there is no ink.
    """
    count = len(pixels) * TRACED_ROWS
    finer = np.asarray(Image.fromarray(pixels).resize((count, count), Image.Resampling.BICUBIC))
    pitch = side / count
    width = round(pitch) + 1  # so that no paper is seen between the rows
    inked = np.pad(finer > finer.max() / 2, ((0, 0), (1, 1)))
    edges = np.diff(inked.astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    strokes = []
    for row, start, end in zip(rows, starts, ends, strict=True):
        y, left, right = (row + 0.5) * pitch, start * pitch + width / 2, end * pitch - width / 2
        middle = (start + end) * pitch / 2
        points = ((left, y), (right, y)) if left < right else ((middle, y),)
        strokes.append(Stroke(width, tuple((round(x), round(y)) for x, y in points)))
    return strokes


def simplify(points: Sequence[Point]) -> tuple[Point, ...]:
    """Leave out points that lie within TOLERANCE of the line that remains (Ramer 1972; Douglas, Peucker 1973)."""
    path = np.asarray(points, np.float64)
    keep = {0, len(path) - 1}
    spans = [(0, len(path) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        distances = _distances(path[first + 1 : last], path[first], path[last])
        if distances.max() > TOLERANCE:
            middle = first + 1 + int(distances.argmax())
            keep.add(middle)
            spans += [(first, middle), (middle, last)]
    return tuple(points[index] for index in sorted(keep))


def _distances(points: npt.NDArray[np.float64], start: npt.NDArray[np.float64], end: npt.NDArray[np.float64]) -> Any:
    """From each of `points` to the straight line between `start` and `end`."""
    along = end - start
    length = float(along @ along)
    share = np.clip((points - start) @ along / length, 0, 1) if length else np.zeros(len(points))
    return np.hypot(*(points - start - share[:, None] * along).T)


def _checked_width(width: float) -> int:
    if round(width) not in WIDTHS:
        raise ValueError(f"no brush is {width} pixels wide")
    return round(width)


def _checked_points(path: Sequence[Sequence[Any]]) -> tuple[Point, ...]:
    points = [(round(x), round(y)) for x, y in _flatten(path)]
    if not points or max(map(abs, (value for point in points for value in point))) > FARTHEST:
        raise ValueError("the stroke is off the canvas")
    return tuple(point for index, point in enumerate(points) if index == 0 or point != points[index - 1])


def _flatten(path: Sequence[Sequence[Any]]) -> Iterator[tuple[float, float]]:
    """The points along a path of Fabric: M and L are points, Q is a quadratic Bézier curve."""
    x = y = 0.0
    for command, *numbers in path:
        *control, end_x, end_y = (float(number) for number in numbers)
        if not all(map(math.isfinite, (*control, end_x, end_y))):
            raise ValueError("not a number")
        if command == "Q":
            for step in range(1, CURVE_POINTS):
                t = step / CURVE_POINTS
                a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
                yield a * x + b * control[0] + c * end_x, a * y + b * control[1] + c * end_y
        elif command not in ("M", "L"):
            raise ValueError(f"{command} is not drawn with a pen")
        x, y = end_x, end_y
        yield x, y
