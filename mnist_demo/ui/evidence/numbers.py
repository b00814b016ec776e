"""Numbers as a pupil checks them: in words, in formulas and in tables."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import Bytes, Floats

DARK = 110  # of 255: on a darker ground numbers are white
CELL = "padding:.15em .3em;text-align:right;font-variant-numeric:tabular-nums;border:1px solid #8884;"


def text(value: float, decimals: int = 3) -> str:
    """A number with so many decimals and a true minus."""
    if not math.isfinite(value):
        return "–"
    shown = f"{value:.{decimals}f}"
    return shown.lstrip("-") if float(shown) == 0 else shown.replace("-", "−")


def signed(value: float, decimals: int = 3) -> str:
    """The same with its sign, as it stands within a sum: "+ 1.250"."""
    shown = text(value, decimals)
    return f"− {shown[1:]}" if shown.startswith("−") else f"+ {shown}"


def in_formula(shown: str) -> str:
    """What `text`, `signed` or `words.percent` wrote, for LaTeX."""
    return shown.replace("−", "-").replace(" %", r"\,\%")


def table(header: Sequence[str], rows: Sequence[Sequence[str]], bold: int | None = None) -> None:
    """A table; row number `bold` is in bold."""
    lines = ["".join(f"<th scope='col' style='{CELL}'>{escape(name)}</th>" for name in header)]
    for place, row in enumerate(rows):
        style = f"{CELL}font-weight:700" if place == bold else CELL
        lines.append("".join(f"<td style='{style}'>{escape(cell)}</td>" for cell in row))
    _table("".join(f"<tr>{line}</tr>" for line in lines))


def grid(values: Floats, caption: str, decimals: int, limit: float | None = None) -> None:
    """Numbers, (rows, columns), as a table on the ground of their colours; white where there is no `limit`."""
    ground = maps.signed(np.nan_to_num(values, neginf=0), limit or 1.0) if limit else None
    lines = [f"<caption style='caption-side:top;text-align:left;padding:.2em 0'>{escape(caption)}</caption>"]
    for row, numbers in enumerate(values):
        cells = "".join(_cell(text(number, decimals), ground, row, column) for column, number in enumerate(numbers))
        lines.append(f"<tr>{cells}</tr>")
    _table("".join(lines))


def _table(rows: str) -> None:
    """On a narrow screen it is moved sideways, and the page is not."""
    style = "border-collapse:collapse;font-size:.875rem;line-height:1.35"
    st.html(f"<div style='overflow-x:auto'><table style='{style}'>{rows}</table></div>")


def _cell(shown: str, ground: Bytes | None, row: int, column: int) -> str:
    if ground is None:
        return f"<td style='{CELL}'>{shown}</td>"
    red, green, blue = (int(part) for part in ground[row, column])
    color = "#fff" if (red + green + blue) / 3 < DARK else "#111"
    return f"<td style='{CELL}background:rgb({red},{green},{blue});color:{color}'>{shown}</td>"
