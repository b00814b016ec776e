"""The parts of the Mistakes page, of which one is shown at a time."""

import io

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mnist_demo import words
from mnist_demo.inside import mistakes
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import projector, run_titles
from mnist_demo.ui.evidence import choice
from mnist_demo.ui.help import glossary
from mnist_demo.ui.mistakes import charts, link, matrix
from mnist_demo.ui.mistakes.gallery import gallery
from mnist_demo.ui.mistakes.judged import Judged
from mnist_demo.ui.mistakes.source import Source

PARTS = {
    "matrix": "Which for which",
    "surest": "Surest mistakes",
    "sure": "Sure and right",
    "digits": "Digit by digit",
    "two": "Two models",
}


@st.fragment
def which_for_which(source: Source, run: Run, said: Judged) -> None:
    """The confusion matrix, and the images of the cell that was clicked; at first those of the commonest mistake."""
    wrong = said.confusion - np.diag(np.diag(said.confusion))
    commonest = wrong if wrong.any() else said.confusion
    asked = choice.asked_place(link.CELL, commonest.shape)
    label, digit = asked or divmod(int(commonest.argmax()), len(commonest))

    def choose() -> None:
        choice.put_place(link.CELL, matrix.chosen("mistakes_matrix") or (label, digit))
        link.remember()

    left, right = st.columns(2, gap="large")
    with left:
        matrix.matrix(said.confusion, (label, digit), key="mistakes_matrix", on_chosen=choose)
        with projector.operator_only("mistakes_download"):
            name = run_titles.title(run)
            st.download_button(
                "Matrix (PNG)",
                lambda: _to_png(said, f"{name}: {source.title}"),
                "confusion-matrix.png",
                "image/png",
                on_click="ignore",
                icon=":material/image:",
                help=glossary.meanings("Confusion matrix"),
            )
    with right:
        count = said.confusion[label, digit]
        images = "image" if count == 1 else "images"
        st.markdown(f"**{count:,} {images} of a {label} read as {digit}**, the surest first")
        found = np.flatnonzero((said.labels == label) & (said.digits == digit))
        surest = found[np.argsort(-said.probabilities[found, digit], kind="stable")]
        gallery(source, run, said, surest, "mistakes_of_cell")


@st.fragment
def surest(source: Source, run: Run, said: Judged) -> None:
    """The surest mistakes, and the least sure right answers."""
    sides = (
        ("The surest mistakes", mistakes.confident_mistakes),
        ("Right, but least sure", mistakes.unsure_right_answers),
    )
    for column, (title, find) in zip(st.columns(2, gap="large"), sides, strict=True):
        with column:
            st.markdown(f"**{title}**", help=glossary.meanings("Sure"))
            gallery(source, run, said, find(said.probabilities, said.labels), f"mistakes_{find.__name__}")


def sure_and_right(said: Judged) -> None:
    """Whether the model is right as often as it says that it is sure."""
    found = mistakes.calibration(said.probabilities, said.labels)
    st.markdown(
        f"Is it right as often as it is sure? Of its {found.images[-1]:,} surest answers, "
        f"{words.surety(found.sureness[-1])} sure on average, {words.percent(found.right[-1])} are right. On the "
        "dashed line both are the same; below it, the model is too sure of itself.",
        help=glossary.meanings("Calibration", "Sure"),
    )
    rows = [
        {"sure, on average": words.surety(sure), "right": words.percent(right), "answers": f"{images:,}"}
        for sure, right, images in zip(found.sureness, found.right, found.images, strict=True)
    ]
    chart = charts.calibration(found, is_large=projector.is_on())
    _beside(chart, "How often the model is right, by how sure it is", rows)


def digit_by_digit(said: Judged) -> None:
    """Accuracy by digit."""
    found = mistakes.accuracy_by_digit(said.confusion)
    worst = min((one for one in found if one.images), key=lambda one: one.share)
    hardest = f"The **{worst.digit}** is hardest: {words.percent(worst.share)} are read right."
    st.markdown(
        f"{hardest if worst.share < 1 else 'All are read right.'} A line is the 95 % interval: with other images, the "
        "point may lie anywhere on it. Where two lines overlap, the difference may be chance.",
        help=glossary.meanings("Confidence interval"),
    )
    rows = [
        {
            "digit": str(one.digit),
            "images": f"{one.images:,}",
            "read right": words.percent(one.share) if one.images else "no images",
            "95 % interval": f"{words.percent(one.low)} to {words.percent(one.high)}" if one.images else "–",
        }
        for one in found
    ]
    chart = charts.by_digit(found, is_large=projector.is_on())
    _beside(chart, "The share of each digit’s images that is read right", rows)


def _beside(chart: alt.LayerChart, title: str, rows: list[dict[str, str]]) -> None:
    """A chart, and what it shows as a table."""
    left, right = st.columns([3, 2], gap="large")
    left.altair_chart(chart, alt=title)
    right.table(pd.DataFrame(rows), hide_index=True)


@st.fragment
def two_models(source: Source, run: Run, said: Judged, other: Run, answers: Judged) -> None:
    """What one model reads right and another does not, both ways."""
    one, two = run_titles.title(run), run_titles.title(other)
    found = mistakes.compare(said.digits, answers.digits, said.labels)
    st.markdown(f"Both are right on **{len(found.both):,}** images, and both wrong on **{len(found.neither):,}**.")
    sides = (
        (one, two, found.only_first, other, answers),
        (two, one, found.only_second, run, said),
    )
    columns = st.columns(2, gap="large")
    for place, (right, wrong, indices, mistaken, read) in enumerate(sides):
        with columns[place]:
            st.markdown(f"**{len(indices):,} that only {right} reads right.** This is what {wrong} made of them:")
            gallery(source, mistaken, read, indices, f"mistakes_only_{place}")


def _to_png(said: Judged, title: str) -> bytes:
    buffer = io.BytesIO()
    charts.matrix_picture(said.confusion, title).savefig(buffer, format="png", dpi=200)
    return buffer.getvalue()
