"""Digits that people drew with a pen, as a canvas would hold them. For tests and benchmarks.

`MNIST_DEMO_PEN` names the drawings: UCI's Pen-Based Recognition of Handwritten Digits (Alpaydin and Alimoglu 1998,
CC BY 4.0) as an `.npz` with `points` (n, 2), x to the right and y downwards, `stroke_start`, `drawing_start`, `label`
and `writer`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_demo.data.images import Bytes, Floats

PEN_VARIABLE = "MNIST_DEMO_PEN"
CANVAS_SIDE = 320  # pixels
FINER = 4  # strokes are drawn on a grid so many times finer and averaged: antialiasing, which Pillow lacks


@dataclass(frozen=True)
class Drawing:
    """One digit: its strokes, each float32 (n, 2) of x and y, within a box whose longer side is 1 from (0, 0) on."""

    strokes: list[Floats]
    label: int
    writer: int


def load(writers: Sequence[int]) -> list[Drawing]:
    """The drawings of `writers`, in the file's order. Raises KeyError where MNIST_DEMO_PEN is not set."""
    with np.load(Path(os.environ[PEN_VARIABLE])) as file:
        points, strokes, drawings = file["points"], file["stroke_start"], file["drawing_start"]
        labels, names = file["label"], file["writer"]
    paths = np.split(points.astype(np.float32), strokes[1:])
    return [
        Drawing(_unit(paths[first:last]), int(label), int(writer))
        for first, last, label, writer in zip(drawings, [*drawings[1:], None], labels, names, strict=True)
        if writer in writers
    ]


def _unit(paths: list[Floats]) -> list[Floats]:
    points = np.concatenate(paths)
    return [(path - points.min(axis=0)) / max(1, np.ptp(points, axis=0).max()) for path in paths]


def ink(strokes: Sequence[Floats], size: float, brush: float) -> Bytes:
    """The strokes as ink on a sheet that just holds them: uint8 (H, W), 255 is ink, round caps and joins, antialiased.

    `size` is the length of their unit and `brush` the width of the stroke, in pixels.
    """
    radius = brush / 2 * FINER
    scaled = [np.asarray(path * size + brush / 2 + 1) * FINER for path in strokes]
    width, height = (int(np.ceil(extent / FINER + brush / 2 + 1)) for extent in np.concatenate(scaled).max(axis=0))
    sheet = Image.new("L", (width * FINER, height * FINER))
    pen = ImageDraw.Draw(sheet)
    for path in scaled:
        pen.line([tuple(point) for point in path.tolist()], fill=255, width=round(2 * radius))
        for x, y in path.tolist():
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(sheet.reduce(FINER))


def row(drawings: Sequence[Drawing], rng: np.random.Generator, height: float = 100) -> Bytes:
    """Drawings in a row on one sheet, uint8 (H, W), 255 is ink: close, at times above each other, never touching."""
    digits = [ink(one.strokes, height * rng.uniform(0.85, 1.1), height * rng.uniform(0.05, 0.12)) for one in drawings]
    sheet = np.zeros((round(2 * height), sum(digit.shape[1] + 60 for digit in digits)), np.uint8)
    left = 5
    for digit in digits:
        top = round(rng.uniform(0.2, 0.4) * height)
        while (part := sheet[top : top + digit.shape[0], left : left + digit.shape[1]])[_halo(digit)].any():
            left += 2
        np.maximum(part, digit, out=part)
        left += digit.shape[1] + round(height * rng.uniform(-0.16, 0.14))
    return sheet


def _halo(digit: Bytes, reach: int = 3) -> npt.NDArray[np.bool_]:
    return np.asarray(ndimage.maximum_filter(digit, 2 * reach + 1) > 0)


def on_canvas(digit: Bytes, place: str, side: int = CANVAS_SIDE, margin: int = 2) -> Bytes:
    """`digit`'s ink on an empty canvas, uint8 (side, side); `place` is "centre" or, say, "top left"."""
    room = [side - extent for extent in digit.shape]
    if place == "centre":
        top, left = room[0] // 2, room[1] // 2
    else:
        top = margin if "top" in place else room[0] - margin
        left = margin if "left" in place else room[1] - margin
    canvas = np.zeros((side, side), np.uint8)
    canvas[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return canvas
