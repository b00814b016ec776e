"""The Mistakes page: which images a model reads wrong, and how sure it is of that."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_demo import words
from mnist_demo.data.datasets import Dataset
from mnist_demo.errors import UserError
from mnist_demo.inside import mistakes
from mnist_demo.models import registry
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import model_choice, projector, run_titles, services
from mnist_demo.ui.common.notices import SPLIT_TITLES
from mnist_demo.ui.data import seen
from mnist_demo.ui.help import glossary
from mnist_demo.ui.mistakes import charts, gallery, matrix
from mnist_demo.ui.mistakes.judged import Judged, judged

PARTS = ("Which for which", "How sure", "Digit by digit", "Two models")
SPLITS = ("test", "validation")
CELL = "mistakes_cell"  # of the session: the label and the answer that were clicked
FONT, LARGE_FONT = 12, 26


def choose_model(label: str, key: str, place: int) -> Run:
    """One of the shipped and trained models, at first the one at `place`; stops the page where it is gone."""
    usable = {run.id: run for run in (services.shipped(name) for name in store.shipped_names())}
    usable |= {run.id: run for run in store.list_runs()[0] if run.model_path.is_file()}
    chosen = st.selectbox(
        label,
        list(usable),
        place,
        format_func=run_titles.titles(usable),
        key=key,
        help=glossary.meanings(*(model.title for model in registry.MODELS.values()), "Label"),
    )
    if chosen not in usable:
        st.error("This run was deleted: choose another model.", icon=":material/error:")
        st.stop()
    return model_choice.as_it_is(usable[chosen])


def judge(run: Run, dataset: Dataset, name: str) -> Judged:
    """What the model says, with what is to be known of it; stops the page with one sentence where it is gone."""
    try:
        said = judged(run, dataset, name)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()
    if run.is_active and run.evaluations:
        st.caption(f"{run_titles.title(run)} still trains: this is its model of step {run.evaluations[-1].step:,}.")
    if seen.may_have_seen(run, dataset, name):
        st.caption(f"{run_titles.title(run)} was trained on images of this kind: being right here proves little.")
    return said


def show_matrix(dataset: Dataset, name: str, said: Judged) -> None:
    """The confusion matrix, and the images of the cell that was clicked."""
    wrong = said.confusion - np.diag(np.diag(said.confusion))
    most = divmod(int(wrong.argmax()), len(wrong))
    label, digit = st.session_state.get(CELL, most)

    def choose() -> None:
        cell = matrix.chosen("matrix")
        if cell is not None:
            st.session_state[CELL] = cell

    left, right = st.columns(2, gap="large")
    with left:
        matrix.matrix(said.confusion, (label, digit), key="matrix", on_chosen=choose)
    with right:
        st.markdown(f"**Images of a {label} that were read as {digit}**: {said.confusion[label, digit]:,}")
        cell = np.flatnonzero((said.labels == label) & (said.digits == digit))
        gallery.gallery(dataset, name, cell, said, "cell_images")


def show_sureness(dataset: Dataset, name: str, said: Judged) -> None:
    """The surest mistakes, the least sure right answers, and whether sureness can be believed."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**The surest mistakes**")
        gallery.gallery(dataset, name, mistakes.confident_mistakes(said.probabilities, said.labels), said, "surest")
    with right:
        st.markdown("**Right, but least sure**")
        unsure = mistakes.unsure_right_answers(said.probabilities, said.labels)
        gallery.gallery(dataset, name, unsure, said, "unsure")
    found = mistakes.calibration(said.probabilities, said.labels)
    st.markdown(
        f"Of the {found.images[-1]:,} answers of which it is surest, {words.surety(found.sureness[-1])} on average, "
        f"{words.percent(found.right[-1])} are right. On the dashed line both would be equal."
    )
    st.altair_chart(charts.calibration(found, font()), alt="How often the model is right, by how sure it is")


def show_digits(said: Judged) -> None:
    """Accuracy by digit."""
    found = mistakes.accuracy_by_digit(said.confusion)
    st.markdown("A line shows where the share would lie with other images, 95 times of 100: few images, long line.")
    st.altair_chart(charts.by_digit(found, font()), alt="The share of each digit's images that was read right")
    rows = [
        {
            "digit": one.digit,
            "images": one.images,
            "read right": words.percent(one.share) if one.images else "no images",
            "95 % interval": f"{words.percent(one.low)} to {words.percent(one.high)}",
        }
        for one in found
    ]
    st.table(pd.DataFrame(rows).set_index("digit"))


def show_two(dataset: Dataset, name: str, run: Run, said: Judged) -> None:
    """What one model reads right and another does not, both ways."""
    other = choose_model("Compared with", "mistakes_other", 0)
    answers = judge(other, dataset, name)
    found = mistakes.compare(said.digits, answers.digits, said.labels)
    st.markdown(f"Both right: **{len(found.both):,}**. Both wrong: **{len(found.neither):,}**.")
    sides = ((run, found.only_first, answers, "first"), (other, found.only_second, said, "second"))
    for column, (right, indices, wrong_answers, key) in zip(st.columns(2, gap="large"), sides, strict=True):
        with column:
            st.markdown(f"**Only {run_titles.title(right)} is right**: {len(indices):,}. Below: what the other read.")
            gallery.gallery(dataset, name, indices, wrong_answers, f"only_{key}")


def font() -> int:
    """The size of a chart's text, in pixels."""
    return LARGE_FONT if projector.is_on() else FONT


st.title("Mistakes")
dataset = services.current_dataset()
with st.container(key="mistakes_filters", horizontal=True, vertical_alignment="bottom", gap="medium"):
    run = choose_model("Model", "mistakes_model", 1)
    name = st.segmented_control(
        "Split",
        SPLITS,
        default="test",
        required=True,
        format_func=SPLIT_TITLES.__getitem__,
        key="mistakes_split",
        help=glossary.meanings("Split", "Validation image", "Test image"),
    )
    part = st.segmented_control("Part of the page", PARTS, default=PARTS[0], required=True, key="mistakes_part")
said = judge(run, dataset, name)
right = int(np.trace(said.confusion))
st.markdown(
    f"{run_titles.title(run)} reads **{words.percent(right / len(said.labels))}** right: "
    f"{len(said.labels) - right:,} mistakes in {len(said.labels):,} {SPLIT_TITLES[name].lower()} images."
)
if part == PARTS[0]:
    show_matrix(dataset, name, said)
elif part == PARTS[1]:
    show_sureness(dataset, name, said)
elif part == PARTS[2]:
    show_digits(said)
else:
    show_two(dataset, name, run, said)
