"""The Why page: what speaks for a model's answer to one digit. A part of it is imported when it is looked at."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_demo.errors import UserError
from mnist_demo.inside.network.exported import Opened
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards
from mnist_demo.ui.common import model_choice, projector, run_titles, sharing
from mnist_demo.ui.draw import ways
from mnist_demo.ui.evidence import choice, subject
from mnist_demo.ui.evidence.subject import Subject
from mnist_demo.ui.page_runs import presses

TITLES = {
    "scores": "Scores and probabilities",
    "pixels": "Pixels for and against",
    "hidden": "A part hidden",
    "layers": "Layer by layer",
    "step": "One step of learning",
    "similar": "Similar training images",
}
# What the parts add to the page's address.
CHOICES = (choice.TEMPERATURE, choice.DIGIT, choice.OTHER, choice.LAYER, choice.UNIT, choice.RATE)


def show_ways(run: Run | None, digit: Subject | None) -> None:
    """To other digits, and to others who may look at this one."""
    with projector.operator_only("ways"), st.container(horizontal=True, vertical_alignment="center"):
        subject.ways_to_others(digit)
        if run and digit:
            ways.break_link({choice.MODEL: list(dict.fromkeys([*store.shipped_names(), run.id])), **digit.query})
        if run and digit and digit.query and presses.button("Share", icon=":material/share:", key="share_evidence"):
            name = st.query_params.get(choice.MODEL, run.id)
            part = st.query_params.get(choice.PART, next(iter(TITLES)))
            also = choice.also_asked(*CHOICES)
            sharing.view({choice.MODEL: name, choice.PART: part, **digit.query, **also})


def show(run: Run, digit: Subject, place: DeltaGenerator) -> None:
    """The answer, at `place`, and below it the chosen part of why."""
    try:
        opened = choice.opened(run)
        logits = opened.classifier.logits(digit.pixels.reshape(1, -1))[0]
        choice.check_numbers(logits)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    read = int(logits.argmax())
    with place, st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"{run_titles.title(run)} says **{cards.in_words(run, digit.pixels)}**", width="content")
        label = subject.label_of(digit, read)
    say_what_it_is(run, digit)
    names = [name for name in TITLES if name != "layers" or not opened.network.is_affine]
    part = choice.part(names, TITLES.__getitem__, ("Pixel", "Training image", "Softmax"))
    explain(part, run, opened, digit, label)


def say_what_it_is(run: Run, digit: Subject) -> None:
    """What a visitor should know before believing what follows."""
    subject.say_if_no_digit(digit)
    model_choice.say_if_it_trains(run)


def explain(part: str, run: Run, opened: Opened, digit: Subject, label: int) -> None:
    """One part of the page."""
    match part:
        case "scores":
            from mnist_demo.ui.evidence import scores  # noqa: PLC0415

            scores.show(run, opened, digit.pixels, label)
        case "pixels":
            from mnist_demo.ui.evidence import pixels  # noqa: PLC0415

            pixels.show(opened, digit.pixels)
        case "hidden":
            from mnist_demo.ui.evidence import pixels  # noqa: PLC0415

            pixels.show_hidden(opened, digit.pixels)
        case "layers":
            from mnist_demo.ui.evidence import walk  # noqa: PLC0415

            walk.show(opened, digit.pixels)
        case "step":
            from mnist_demo.ui.evidence import step  # noqa: PLC0415

            step.show(opened, digit.pixels, label)
        case "similar":
            from mnist_demo.ui.evidence import similar  # noqa: PLC0415

            similar.show(opened, digit.pixels)


st.title("Why does it say that?")
found = subject.find()
with st.container(horizontal=True, gap="medium", key="why_head"):
    with st.container(width=subject.WIDTH):
        subject.show(found)
    with st.container(key="why_chosen"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            with st.container(width=320):
                chosen = choice.model()
            show_ways(chosen, found)
        answer_place = st.container()
if chosen is not None and found is not None:
    show(chosen, found, answer_place)
