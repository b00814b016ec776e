"""Some images with their labels and answers, and one of them large, with the ways to look into it."""

import streamlit as st

from mnist_demo import maps, words
from mnist_demo.data.images import SIDE
from mnist_demo.drawing import pictures
from mnist_demo.inside.mistakes import Indices
from mnist_demo.plotting import plots
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import projector
from mnist_demo.ui.common.components import is_number
from mnist_demo.ui.data import thumbnails
from mnist_demo.ui.draw import ways
from mnist_demo.ui.evidence import choice, subject
from mnist_demo.ui.mistakes.judged import Judged
from mnist_demo.ui.mistakes.source import Source
from mnist_demo.ui.voting import putting

SHOWN, SHOWN_LARGE = 24, 7  # images; in the projector view, one row
COLUMNS = 12  # of the sheet that thumbnails are cut from
WIDTH, WIDTH_LARGE = 112, 168  # pixels of the chosen image on the page


def gallery(source: Source, run: Run, said: Judged, indices: Indices, key: str) -> None:
    """The images `indices` with what `run` said of them, page by page."""
    if len(indices) == 0:
        st.info("There is no such image.")
        return
    place = st.container()
    per_page = SHOWN_LARGE if projector.is_on() else SHOWN
    pages = -(-len(indices) // per_page)
    page = st.pagination(pages, key=f"{key}_page_{indices[0]}_{len(indices)}_{per_page}") if pages > 1 else 1
    shown = indices[(page - 1) * per_page : page * per_page]
    chosen_key = f"{key}_index"
    chosen = st.session_state.get(chosen_key)
    selected = next((position for position, each in enumerate(shown) if each == chosen), 0)

    def choose() -> None:
        position = st.session_state[key].chosen  # from a browser, so it can be anything
        if is_number(position) and 0 <= position < len(shown):
            st.session_state[chosen_key] = int(shown[position])

    captions = [f"{said.labels[each]} → {said.digits[each]}" for each in shown]
    labels = [f"{source.title_of(each)}: a {said.labels[each]}, read as {said.digits[each]}" for each in shown]
    sheet = pictures.data_address(pictures.to_png(plots.sheet(source.split.images[shown], COLUMNS)))
    with place:
        thumbnails.thumbnails(sheet, captions, labels, columns=COLUMNS, selected=selected, key=key, on_chosen=choose)
        _one(source, run, said, int(shown[selected]), f"{key}_vote")


def _one(source: Source, run: Run, said: Judged, index: int, vote_key: str) -> None:
    pixels = source.pixels(index)
    name, label, digit = source.title_of(index), said.labels[index], said.digits[index]
    surety = words.surety(float(said.probabilities[index, digit]))
    with st.container(horizontal=True, vertical_alignment="center"):
        width = WIDTH_LARGE if projector.is_on() else WIDTH
        st.image(maps.ink(pixels, width // SIDE), alt=f"{name}, a handwritten {label}", width=width)
        with st.container(gap="xsmall"):
            st.markdown(f"{name}: label **{label}**, read as **{digit}**, {surety} sure.")
            ways.link({choice.MODEL: run.id, **source.query(index)})
            ways.draw_over(subject.traced(pixels))
            with projector.operator_only(vote_key):
                putting.button(source.data, source.name, index, key=vote_key)
