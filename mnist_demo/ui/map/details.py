"""What stands beside the map: the image that was clicked, what is most like the drawing, and the map in words."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_demo import maps, words
from mnist_demo.data.datasets import Split
from mnist_demo.data.images import SIDE, Bytes, Floats
from mnist_demo.inside import digit_map
from mnist_demo.inside.digit_map import NEIGHBOURS, DigitMap
from mnist_demo.plotting import plots
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards
from mnist_demo.ui.common import projector, run_titles
from mnist_demo.ui.draw import ways
from mnist_demo.ui.evidence import choice, subject
from mnist_demo.ui.help import glossary
from mnist_demo.ui.map.layouts import Layout

WIDTH, WIDTH_LARGE = 84, 140  # pixels of an image on the page
SMALL = 56  # pixels of those most like a drawing


def image(split: Split, run: Run, index: int | None) -> None:
    """The image that was clicked, what the model says of it, and the way to why."""
    if index is None:
        st.caption("Click a point to see its image. Drag to move the map, turn the wheel to zoom.")
        return
    pixels, label = split.pixels(index, index + 1)[0].reshape(SIDE, SIDE), split.labels[index]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        width = WIDTH_LARGE if projector.is_on() else WIDTH
        st.image(maps.ink(pixels, width // SIDE), alt=f"Test image {index:,}, a handwritten {label}", width=width)
        with st.container(gap=None):
            st.markdown(
                f"Test image {index:,}: label **{label}**. {run_titles.title(run)} says "
                f"**{cards.in_words(run, pixels)}**.",
                help=glossary.meanings("Label", "Test image"),
            )
            with projector.operator_only("map_why"):
                ways.link({choice.MODEL: run.id, subject.SPLIT: "test", subject.INDEX: str(index)})


def most_like(split: Split, layout: Layout, found: DigitMap, pixels: Floats) -> None:
    """The images that are most like the visitor's drawing, float32 (28, 28), and how it got its place on the map."""
    nearest, _ = found.nearest(layout.vector(pixels))
    labels = ", ".join(str(split.labels[each]) for each in nearest)
    by = "pixels" if layout.opened is None else "its last hidden layer"
    st.caption(f"Most like it, by {by}: {labels}.", help=glossary.meanings("Activation", "Pixel"))
    sheet = maps.ink(plots.sheet(split.images[nearest], NEIGHBOURS), SMALL // SIDE)
    st.image(sheet, alt=f"The {len(nearest)} images most like your drawing: {labels}", width=SMALL * NEIGHBOURS)
    with projector.operator_only("map_rule"):
        st.caption(
            "The cross is where the rule that placed all images places your drawing."
            if found.is_linear
            else "t-SNE has no rule for a new image: the cross lies between these images, nearest to the first."
        )


def in_words(points: Floats, labels: Bytes, name: str) -> None:
    """Which digits lie beside which, as a sentence and a table, for those who cannot see the map."""
    shares = _mixing(name, points, labels)
    others = np.where(np.isnan(shares), 0, shares)
    np.fill_diagonal(others, 0)
    digit, other = divmod(int(others.argmax()), len(others))
    around = min(digit_map.BESIDE, len(points) - 1)
    st.markdown(
        f"Of the {around} points around a **{digit}**, {words.percent(others[digit, other], 0)} are a **{other}**, on "
        "average: no other two digits lie so close together."
        if others.any()
        else "Each digit lies among its like only."
    )
    rows = [
        {
            "digit": str(each),
            "around it: the same": words.percent(shares[each, each], 0),
            "most of the others": f"{row.argmax()} ({words.percent(row.max(), 0)})" if row.any() else "none",
        }
        for each, row in enumerate(others)
        if not np.isnan(shares[each, each])
    ]
    with st.expander("The map as a table", icon=":material/table:"):
        st.table(pd.DataFrame(rows), hide_index=True)


@st.cache_data(max_entries=20, show_spinner=False)
def _mixing(name: str, _points: Floats, _labels: Bytes) -> Floats:  # noqa: ARG001 (looked up by)
    return np.asarray(digit_map.mixing(_points, _labels), np.float32)
