"""The parts of the Mistakes page, of which one is shown at a time."""

import io

import numpy as np
import pandas as pd
import streamlit as st

from mnist_demo import words
from mnist_demo.inside import mistakes
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import projector, run_titles
from mnist_demo.ui.help import glossary
from mnist_demo.ui.mistakes import charts, matrix
from mnist_demo.ui.mistakes.gallery import gallery
from mnist_demo.ui.mistakes.judged import Judged
from mnist_demo.ui.mistakes.source import Source

PARTS = ("Which for which", "How sure", "Digit by digit", "Two models")
CELL = "mistakes_cell"  # of the session: the label and the answer that were clicked


@st.fragment
def which_for_which(source: Source, run: Run, said: Judged) -> None:
    """The confusion matrix, and the images of the cell that was clicked; at first those of the commonest mistake."""
    wrong = said.confusion - np.diag(np.diag(said.confusion))
    label, digit = st.session_state.get(CELL) or divmod(int(wrong.argmax()), len(wrong))

    def choose() -> None:
        st.session_state[CELL] = matrix.chosen("mistakes_matrix") or st.session_state.get(CELL)

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
def how_sure(source: Source, run: Run, said: Judged) -> None:
    """The surest mistakes, the least sure right answers, and whether sureness can be believed."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**The surest mistakes**")
        surest = mistakes.confident_mistakes(said.probabilities, said.labels)
        gallery(source, run, said, surest, "mistakes_surest")
    with right:
        st.markdown("**Right, but least sure**")
        unsure = mistakes.unsure_right_answers(said.probabilities, said.labels)
        gallery(source, run, said, unsure, "mistakes_unsure")
    with projector.operator_only("calibration"):
        st.markdown("**Is it right as often as it is sure?**", help=glossary.meanings("Calibration", "Sure"))
        found = mistakes.calibration(said.probabilities, said.labels)
        st.markdown(
            f"Of its {found.images[-1]:,} surest answers, {words.surety(found.sureness[-1])} sure on average, "
            f"{words.percent(found.right[-1])} are right. On the dashed line, it would be right exactly as often as it "
            "says; below it, the model is too sure of itself."
        )
        st.altair_chart(charts.calibration(found), alt="How often the model is right, by how sure it is")


def digit_by_digit(said: Judged) -> None:
    """Accuracy by digit, as a chart and as a table."""
    found = mistakes.accuracy_by_digit(said.confusion)
    worst = min((one for one in found if one.images), key=lambda one: one.share)
    hardest = f"The **{worst.digit}** is hardest: {words.percent(worst.share)} are read right."
    st.markdown(
        f"{hardest if worst.share < 1 else 'All are read right.'} A line is the 95 % interval: with other images, the "
        "point may lie anywhere on it. Where two lines overlap, the difference may be chance.",
        help=glossary.meanings("Confidence interval"),
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.altair_chart(
            charts.by_digit(found, is_large=projector.is_on()),
            alt="The share of each digit’s images that is read right",
        )
    rows = [
        {
            "digit": one.digit,
            "images": f"{one.images:,}",
            "read right": words.percent(one.share) if one.images else "no images",
            "95 % interval": f"{words.percent(one.low)} to {words.percent(one.high)}" if one.images else "–",
        }
        for one in found
    ]
    with right, projector.operator_only("by_digit"):
        st.table(pd.DataFrame(rows).set_index("digit"))


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
