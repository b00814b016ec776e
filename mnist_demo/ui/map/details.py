"""What stands beside the map: the image that was clicked, the visitor's drawing, and the map in words."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_demo import maps, words
from mnist_demo.data.datasets import Split
from mnist_demo.data.images import SIDE, Bytes, Floats
from mnist_demo.inside import digit_map
from mnist_demo.inside.digit_map import DigitMap
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import cards, projector, run_titles, why
from mnist_demo.ui.evidence import choice, subject
from mnist_demo.ui.help import glossary
from mnist_demo.ui.map.layouts import Layout

WIDTH, WIDTH_LARGE = 112, 168  # pixels of an image on the page
SMALL = 56  # pixels of those most like a drawing


def image(split: Split, run: Run, index: int | None) -> None:
    """The image that was clicked, what the model says of it, and the way to why."""
    if index is None:
        st.caption("Click a point to see its image.")
        return
    pixels, label = split.pixels(index, index + 1)[0].reshape(SIDE, SIDE), split.labels[index]
    _picture(pixels, f"Test image {index:,}, a handwritten {label}")
    st.markdown(
        f"Test image {index:,}: label **{label}**. {run_titles.title(run)} says **{cards.in_words(run, pixels)}**",
        help=glossary.meanings("Label", "Test image"),
    )
    with projector.operator_only("map_why"):
        why.link({choice.MODEL: run.id, subject.SPLIT: "test", subject.INDEX: str(index)})


def drawing(split: Split, run: Run, layout: Layout, found: DigitMap | None, pixels: Floats | None) -> None:
    """The visitor's drawing, with the images that are most like it."""
    if pixels is None:
        st.caption("Draw a digit, come back, and find it on the map.")
        st.page_link("mnist_demo/ui/pages/draw.py", label="Draw a digit", icon=":material/draw:")
        return
    _picture(pixels, "Your drawing")
    st.markdown(f"Your drawing: {run_titles.title(run)} says **{cards.in_words(run, pixels)}**")
    if found is None:
        return
    nearest, _ = found.nearest(layout.vector(pixels))
    how = (
        "The cross is its place by the same rule as all the others."
        if found.is_linear
        else "t-SNE has no rule for new images: the cross is amid the places of these."
    )
    st.caption(f"Most like it of all images, by {what(layout)}: {_listed(split.labels[nearest])}. {how}")
    with projector.operator_only("map_alike"), st.container(horizontal=True, gap="xsmall"):
        for each in nearest:
            like = split.pixels(each, each + 1)[0].reshape(SIDE, SIDE)
            st.image(maps.ink(like, SMALL // SIDE), alt=f"Test image {each:,}, a {split.labels[each]}", width=SMALL)


def what(layout: Layout) -> str:
    """What the images are compared by, within a sentence."""
    return "their pixels" if layout.opened is None else "the last hidden layer"


def in_words(name: str, points: Floats, labels: Bytes) -> None:
    """Which digits lie beside which, as a sentence and a table, for those who cannot see the map."""
    shares = _mixing(name, points, labels)
    others = np.where(np.isnan(shares), 0, shares)
    np.fill_diagonal(others, 0)
    digit, other = divmod(int(others.argmax()), len(others))
    st.markdown(
        f"Of the {digit_map.BESIDE} points around a **{digit}**, {words.percent(others[digit, other], 0)} are a "
        f"**{other}**, on average: of all pairs these two lie nearest to each other."
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
    with st.expander("As a table", icon=":material/table:"):
        st.table(pd.DataFrame(rows), hide_index=True)


@st.cache_data(max_entries=20, show_spinner=False)
def _mixing(name: str, _points: Floats, _labels: Bytes) -> Floats:  # noqa: ARG001 (looked up by)
    return digit_map.mixing(_points, _labels)  # type: ignore[return-value]


def _picture(pixels: Floats, title: str) -> None:
    width = WIDTH_LARGE if projector.is_on() else WIDTH
    st.image(maps.ink(pixels, width // SIDE), alt=title, width=width)


def _listed(labels: Bytes) -> str:
    return ", ".join(f"a {label}" for label in labels)
