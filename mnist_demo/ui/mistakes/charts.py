"""Charts of how often a model is right: data in, chart out."""

import altair as alt
import pandas as pd

from mnist_demo import plots
from mnist_demo.inside.mistakes import Calibration, DigitAccuracy

PERCENT_AXIS = alt.Axis(format=".0%")


def by_digit(found: list[DigitAccuracy], font_size: int = 12) -> alt.LayerChart:
    """A point with its 95 % interval for each digit that has images."""
    table = pd.DataFrame([vars(one) for one in found if one.images])
    base = alt.Chart(table).encode(x=alt.X("digit:O", title="digit", axis=alt.Axis(labelAngle=0)))
    scale = alt.Scale(zero=False)
    bars = base.mark_rule(strokeWidth=3, color="#3f7fe0").encode(
        y=alt.Y("low:Q", title="read right", axis=PERCENT_AXIS, scale=scale), y2="high:Q"
    )
    return _sized(bars + base.mark_point(filled=True, size=90, color="#3f7fe0").encode(y="share:Q"), font_size)


def calibration(found: Calibration, font_size: int = 12) -> alt.LayerChart:
    """How often the model is right beside how sure it is, and the line on which both are equal."""
    table = pd.DataFrame({"sure": found.sureness, "right": found.right, "images": found.images})
    x = alt.X("sure:Q", title="how sure the model is", axis=PERCENT_AXIS, scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("right:Q", title="how often it is right", axis=PERCENT_AXIS, scale=alt.Scale(domain=[0, 1]))
    line = alt.Chart(pd.DataFrame({"sure": [0, 1], "right": [0, 1]})).mark_line(strokeDash=[4, 4], color="gray")
    points = alt.Chart(table).mark_line(point=alt.OverlayMarkDef(size=90), color="#3f7fe0")
    return _sized(line.encode(x=x, y=y) + points.encode(x=x, y=y, tooltip=["images:Q"]), font_size)


def _sized(chart: alt.LayerChart, font_size: int) -> alt.LayerChart:
    height = plots.HEIGHT if font_size == 12 else 2 * plots.HEIGHT
    sized: alt.LayerChart = chart.properties(height=height)
    return sized.configure_axis(labelFontSize=font_size, titleFontSize=font_size)
