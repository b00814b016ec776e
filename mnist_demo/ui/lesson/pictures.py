"""The lesson's pictures, as large as the page's text, black on white on paper too: data in, a page's element out."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import SIDE, Bytes, Floats
from mnist_demo.drawing import pictures

FRAME = (31, 95, 191)  # of the part whose numbers are shown: seen on ink and on paper
IN_A_ROW = 5  # pictures
PART = 8  # pixels a side of that part
DARK = 137  # of 255: ink on which white is read more easily than black
SQUARE = 8  # pixels of the picture for one of the image


def row(images: Sequence[Bytes], captions: Sequence[str], size: float) -> None:
    """Pictures, uint8 (H, W, 3), in rows, each at most `size` rem wide over its caption, which also is its name."""
    figures = "".join(
        f'<figure><img src="{pictures.data_address(pictures.colored_png(image))}" '
        f'alt="{escape(caption)}"><figcaption>{escape(caption)}</figcaption></figure>'
        for image, caption in zip(images, captions, strict=True)
    )
    columns = f"repeat({min(len(images), IN_A_ROW)}, minmax(0, {size}rem))"
    st.html(f'<div class="lesson-row" style="grid-template-columns:{columns}">{figures}</div>')


def image_with_numbers(pixels: Floats, label: int) -> None:
    """An image, float32 (784,) in [0, 1], with a frame around a part of it, and that part's numbers."""
    image = pixels.reshape(SIDE, SIDE)
    top, left = corner_of_part(image)
    part = image[top : top + PART, left : left + PART]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        name = f"A handwritten {label}, {SIDE} × {SIDE} pixels. The frame: rows {top} to {top + PART - 1}"
        row([_framed(image, top, left)], [name], 13)
        st.html(_numbers(part))


def corner_of_part(image: Floats) -> tuple[int, int]:
    """The row and column where the part begins that has the most grey and ink beside paper: a stroke's edge."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (PART, PART))
    spread = windows.std(axis=(2, 3))
    row_, column = np.unravel_index(spread.argmax(), spread.shape)
    return int(row_), int(column)


def _framed(image: Floats, top: int, left: int) -> Bytes:
    picture = maps.ink(image, SQUARE)
    first, last = np.array([top, left]) * SQUARE, (np.array([top, left]) + PART) * SQUARE
    inside = picture[first[0] + 3 : last[0] - 3, first[1] + 3 : last[1] - 3].copy()
    picture[first[0] : last[0], first[1] : last[1]] = FRAME
    picture[first[0] + 3 : last[0] - 3, first[1] + 3 : last[1] - 3] = inside
    return picture


def _numbers(part: Floats) -> str:
    """Each pixel's number, 0 to 255, on the ground of its own grey."""
    lines = []
    for numbers in np.round(255 * part).astype(int).tolist():
        cells = (
            f'<td style="background:rgb({255 - n},{255 - n},{255 - n});color:{"#fff" if n > DARK else "#000"}">{n}</td>'
            for n in numbers
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table class="lesson-pixels">{"".join(lines)}</table>'


def table(header: Sequence[str], rows: Sequence[Sequence[str]], bold: int | None = None) -> None:
    """A table of numbers, each row after its name; row number `bold` stands out."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    lines = [
        f'<tr{" class=chosen" if place == bold else ""}><th scope="row">{escape(cells[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells[1:])
        + "</tr>"
        for place, cells in enumerate(rows)
    ]
    st.html(f'<table class="lesson-table"><tr>{head}</tr>{"".join(lines)}</table>')
