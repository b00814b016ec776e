"""Charts of how often a model is right: data in, chart or figure out."""

import altair as alt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mnist_demo.data.images import CLASSES
from mnist_demo.inside.mistakes import Calibration, DigitAccuracy, Indices
from mnist_demo.plotting import plots

FONT, LARGE_FONT = 12, 26  # pixels; on a projector of 1920 x 1080
LARGE_HEIGHT = 560  # pixels, there
BLUE = "#3f7fe0"  # is seen on paper and on slate


def by_digit(found: list[DigitAccuracy], *, is_large: bool = False) -> alt.LayerChart:
    """A point with its interval for each digit that has images."""
    table = pd.DataFrame([vars(one) for one in found if one.images])
    base = alt.Chart(table).encode(x=alt.X("digit:O", title="digit", axis=alt.Axis(labelAngle=0)))
    scale = alt.Scale(zero=False)
    thick = 2 if is_large else 1
    bars = base.mark_rule(strokeWidth=3 * thick, color=BLUE).encode(
        y=alt.Y("low:Q", title="read right", axis=alt.Axis(labelExpr=plots.PERCENT_TICK), scale=scale), y2="high:Q"
    )
    points = base.mark_point(filled=True, opacity=1, size=90 * thick**2, color=BLUE).encode(
        y="share:Q", tooltip=["digit:O", "right:Q", "images:Q"]
    )
    return _sized(bars + points, is_large)


def calibration(found: Calibration, *, is_large: bool = False) -> alt.LayerChart:
    """How often the model is right beside how sure it is, and the line on which both are equal."""
    table = pd.DataFrame({"sure": found.sureness, "right": found.right, "images": found.images})
    axis, scale = alt.Axis(labelExpr=plots.PERCENT_TICK), alt.Scale(domain=[0, 1])
    x = alt.X("sure:Q", title="how sure the model is", axis=axis, scale=scale)
    y = alt.Y("right:Q", title="how often it is right", axis=axis, scale=scale)
    thick = 2 if is_large else 1
    diagonal = alt.Chart(pd.DataFrame({"sure": [0, 1], "right": [0, 1]}))
    line = diagonal.mark_line(strokeDash=[4, 4], strokeWidth=2 * thick, color="gray")
    point = alt.OverlayMarkDef(size=90 * thick**2, color=BLUE)
    points = alt.Chart(table).mark_line(point=point, strokeWidth=2 * thick, color=BLUE)
    return _sized(line.encode(x=x, y=y) + points.encode(x=x, y=y, tooltip=["images:Q"]), is_large)


def _sized(chart: alt.LayerChart, is_large: bool) -> alt.LayerChart:
    font = LARGE_FONT if is_large else FONT
    high = chart.properties(height=LARGE_HEIGHT if is_large else plots.HEIGHT)
    sized: alt.LayerChart = high.configure_axis(labelFontSize=font, titleFontSize=font)
    return sized


def matrix_picture(confusion: Indices, title: str) -> Figure:
    """The confusion matrix on white, for a worksheet: right answers blue, mistakes orange, as on the page."""
    figure = Figure(figsize=(7, 7), layout="constrained")
    axes = figure.subplots()
    is_right = np.eye(CLASSES, dtype=bool)
    for colors, hidden in (("Blues", ~is_right), ("Oranges", is_right)):
        shown = np.ma.masked_where(hidden, confusion)
        axes.imshow(
            shown, cmap=colors, vmin=0, vmax=max(1.0, 2.0 * float(shown.max() or 0))
        )  # pale: the numbers stand on it
    for label, row in enumerate(confusion):
        for digit, count in enumerate(row):
            axes.text(digit, label, f"{count:,}", ha="center", va="center")
    axes.set(title=title, xlabel="read as", ylabel="label", xticks=range(CLASSES), yticks=range(CLASSES))
    return figure
