"""Photos of digits on paper, made up: light from one side, ruled lines, blur, noise, JPEG."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_demo.data.images import Bytes

WIDTH, HEIGHT = 800, 600


def photo(
    strokes: Sequence[Sequence[tuple[float, float]]],
    *,
    lines: str = "",
    tilt: float = 0.0,
    shadow: float = 0.5,
    ink: int = 60,
    line: int = 165,
    pen: int = 12,
    seed: int = 0,
) -> Bytes:
    """`strokes` (fractions of a square) as a photo, uint8 (600, 800, 3).

    `lines` is "ruled", "squared" or "", `line` how light they are (0 to 255), `tilt` their slope, `shadow` how much
    darker the one corner is.
    """
    rng = np.random.default_rng(seed)
    sheet = Image.new("L", (WIDTH, HEIGHT), 235)
    draw = ImageDraw.Draw(sheet)
    if lines:
        for at in range(30, HEIGHT, 60):
            draw.line([(0, at), (WIDTH, at + tilt * WIDTH)], fill=line, width=2)
    if lines == "squared":
        for at in range(30, WIDTH, 60):
            draw.line([(at, 0), (at - tilt * HEIGHT, HEIGHT)], fill=line, width=2)
    for stroke in strokes:
        points = [(220 + 350 * x, 120 + 350 * y) for x, y in stroke]
        draw.line(points, fill=ink, width=pen, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=ink)
    down, across = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    light = 1 - shadow * (0.6 * across + 0.4 * down**2)
    grey = ndimage.gaussian_filter(np.asarray(sheet, np.float32), 1.2) * light + rng.normal(0, 5, (HEIGHT, WIDTH))
    colour = np.clip(grey[:, :, None] * np.array([1, 0.97, 0.9]), 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(colour).save(buffer, "JPEG", quality=75)
    return np.asarray(Image.open(buffer))
