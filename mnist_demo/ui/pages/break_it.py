"""The Break it page: how far a digit can be changed until the models read it wrong."""

import streamlit as st

from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.breaking import change, models, parts
from mnist_demo.ui.common import model_choice, projector, sharing
from mnist_demo.ui.draw import ways
from mnist_demo.ui.evidence import choice, subject
from mnist_demo.ui.evidence.subject import Subject
from mnist_demo.ui.page_runs import presses


def show_ways(runs: list[Run], digit: Subject | None) -> None:
    """To other digits, to why the models say what they say, and to others who may look at this."""
    with projector.operator_only("ways"), st.container(horizontal=True, vertical_alignment="center"):
        subject.ways_to_others(digit)
        if runs and digit:
            ways.link({choice.MODEL: runs[-1].id, **digit.query})
        if runs and digit and digit.query and presses.button("Share", icon=":material/share:", key="share_change"):
            part = st.query_params.get(choice.PART, next(iter(parts.TITLES)))
            ids = [run.id for run in runs]
            sharing.view({choice.MODEL: ids, choice.PART: part, **change.query(), **digit.query})


st.title("Break it")
found = subject.find()
with st.container(horizontal=True, gap="medium"):
    if not projector.is_on():  # there it is shown large, changed
        with st.container(width=subject.WIDTH):
            subject.show(found)
    with st.container():
        chosen = model_choice.several_models("break_models", choice.MODEL)
        label_place = st.container()
        show_ways(chosen, found)
if chosen and found is not None:
    readers = models.readers(chosen, found.pixels)
    for run in chosen:
        model_choice.say_if_it_trains(run)
    if readers:
        parts.show(readers, found, label_place)
