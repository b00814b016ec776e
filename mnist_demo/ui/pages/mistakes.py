"""The Mistakes page: which images a model reads wrong, and how sure it is of that."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_demo import words
from mnist_demo.data.datasets import Dataset
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import model_choice, notices, projector, run_titles, services
from mnist_demo.ui.data import seen
from mnist_demo.ui.evidence import choice
from mnist_demo.ui.help import glossary
from mnist_demo.ui.mistakes import link, parts, source
from mnist_demo.ui.mistakes.judged import Judged, judged
from mnist_demo.ui.mistakes.parts import PARTS
from mnist_demo.ui.mistakes.source import DRAWINGS, Source


def judge(run: Run, images: Source) -> Judged | None:
    """What the model says of the images; None, after one sentence, where it cannot."""
    try:
        return judged(choice.opened(run), images.split)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return None


def say_what_it_is(dataset: Dataset, run: Run, images: Source, said: Judged) -> None:
    """The accuracy, and what a visitor should know before believing it."""
    count, wrong = len(said.labels), len(said.labels) - said.right
    low, high = (words.percent(share) for share in said.interval)
    st.markdown(
        f"{run_titles.title(run)} reads **{words.percent(said.right / count)}** right: **{wrong:,} "
        f"mistake{'' if wrong == 1 else 's'}** in {count:,} {images.title} (95 % interval: {low} to {high}).",
        help=glossary.meanings("Accuracy", "Confidence interval", "Label"),
    )
    model_choice.say_if_it_trains(run)
    if images.name != DRAWINGS and seen.may_have_seen(run, dataset, images.name):
        st.caption(f"{run_titles.title(run)} was trained on images of this kind: being right here proves little.")


def show(dataset: Dataset, run: Run, images: Source, filters: DeltaGenerator) -> None:
    """What the model reads wrong, one part at a time; what it is compared with is chosen in `filters`."""
    if len(images.split) == 0:
        if images.name != DRAWINGS:
            st.info(f"This data set has no {images.title}: choose others.")
        return
    said = judge(run, images)
    if said is None:
        return
    say_what_it_is(dataset, run, images, said)
    part = choice.part(list(PARTS), PARTS.__getitem__, ("Confusion matrix", "Sure", "Accuracy"))
    match part:
        case "matrix":
            parts.which_for_which(images, run, said)
        case "surest":
            parts.surest(images, run, said)
        case "sure":
            parts.sure_and_right(said)
        case "digits":
            parts.digit_by_digit(said)
        case "two":
            show_two(images, run, said, filters)


def show_two(images: Source, run: Run, said: Judged, filters: DeltaGenerator) -> None:
    """The model beside another one."""
    with filters:
        other = choose_model("Compared with", link.OTHER, "affine")
    if other is None:
        return
    if other.id == run.id:
        st.info("These are the same model: choose another to compare with.")
        return
    answers = judge(other, images)
    if answers is not None:
        parts.two_models(images, run, said, other, answers)


def choose_model(label: str, name: str, preset: str) -> Run | None:
    """A choice of one model, which the page's address has as `name`."""
    with st.container(width=320):
        return model_choice.one_model(label, f"mistakes_{name}", preset, name)


st.title("Mistakes")
link.recall()
dataset = services.current_dataset()
with projector.operator_only("data_set"):
    notices.data_set(dataset)
row = st.container(key="mistakes_filters", horizontal=True, vertical_alignment="bottom", gap="medium")
with row:
    chosen = choose_model("Model", choice.MODEL, choice.PRESET)
    shown = source.choose(dataset)
if shown.name == DRAWINGS:
    source.ask_for_labels()
if chosen is not None:
    show(dataset, chosen, shown, row)
