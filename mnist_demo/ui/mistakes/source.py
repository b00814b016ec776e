"""The images whose mistakes are looked at: those of a split, or what the visitor drew in this session."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import CLASSES, PIXELS, SIDE, Floats, to_bytes
from mnist_demo.ui.common.notices import SPLIT_TITLES
from mnist_demo.ui.draw import drawn, state
from mnist_demo.ui.draw.state import Drawn
from mnist_demo.ui.evidence import choice, subject
from mnist_demo.ui.mistakes import link

DRAWINGS = "drawings"
NAMES = ("test", "validation", DRAWINGS)
NO_DIGIT = "no digit"
WIDTH = 112  # pixels of a drawing on the page


@dataclass(frozen=True)
class Source:
    """Some images with their labels. `numbers` are those of drawings, counted from 1; None for a split's images.

    `data` is the source of the data set that a split is of.
    """

    name: str
    split: Split
    numbers: Sequence[int] | None = None
    data: str = ""

    @property
    def title(self) -> str:
        """What they are called."""
        one = "drawing" if self.name == DRAWINGS else f"{SPLIT_TITLES[self.name].lower()} image"
        return one if len(self.split) == 1 else f"{one}s"

    def title_of(self, index: int) -> str:
        """How one of them is called."""
        if self.numbers is not None:
            return f"Your drawing {self.numbers[index]}"
        return f"{SPLIT_TITLES[self.name]} image {index:,}"

    def query(self, index: int) -> dict[str, str]:
        """Where the Why page shows it."""
        if self.numbers is not None:
            return {subject.DRAWN: str(self.numbers[index])}
        return {subject.SPLIT: self.name, subject.INDEX: str(index)}

    def pixels(self, index: int) -> Floats:
        """One image: float32 (28, 28) in [0, 1]."""
        return np.asarray(self.split.pixels(index, index + 1)[0].reshape(SIDE, SIDE))


def title(name: str) -> str:
    """How the choice of images calls one of NAMES."""
    return "Your drawings" if name == DRAWINGS else SPLIT_TITLES[name]


def choose(dataset: Dataset) -> Source:
    """The visitor's choice of images."""
    words = ("Split", "Validation image", "Test image")
    name = choice.one_of("Images", link.SPLIT, NAMES, title, words, without=link.CELL)
    return _drawings() if name == DRAWINGS else Source(name, dataset.split(name), data=dataset.source)


def _drawings() -> Source:
    """The drawings of which the visitor has told what they were to be."""
    board = state.board()
    drawn.keep(board, board.drawing.picture)
    told = [number for number, each in enumerate(board.drawn, 1) if each.label is not None]
    images = [to_bytes(board.drawn[number - 1].pixels).ravel() for number in told]
    labels = [board.drawn[number - 1].label for number in told]
    split = Split(np.array(images, np.uint8).reshape(-1, PIXELS), np.array(labels, np.uint8))
    return Source(DRAWINGS, split, told)


def ask_for_labels() -> None:
    """What each drawing was meant to be is known to its writer alone: ask, one drawing at a time."""
    board = state.board()
    waiting = [(number, each) for number, each in enumerate(board.drawn, 1) if _is_open(each)]
    if not board.drawn:
        st.info("You have drawn nothing yet: draw some digits on the Draw page, one after the other, and come back.")
        st.page_link("mnist_demo/ui/pages/draw.py", label="Draw a digit", icon=":material/draw:")
    if not waiting:
        return
    number, first = waiting[0]
    with st.container(horizontal=True, vertical_alignment="center", key="mistakes_asking"):
        st.image(maps.ink(first.pixels, 4), alt=f"Your drawing {number}", width=WIDTH)
        with st.container():
            key = f"mistakes_label_{number}"

            def tell() -> None:
                said = st.session_state[key]
                first.label, first.is_left_out = (None, True) if said == NO_DIGIT else (said, False)

            st.pills(
                f"Your drawing {number}: what was it meant to be? ({len(waiting):,} to tell)",
                [*range(CLASSES), NO_DIGIT],
                wrap=True,
                key=key,
                on_change=tell,
            )


def _is_open(each: Drawn) -> bool:
    return each.label is None and not each.is_left_out
