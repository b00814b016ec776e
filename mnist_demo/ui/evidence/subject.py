"""The digit that the page is about: a drawing or an image, by the page's address or as the visitor drew it."""

from dataclasses import dataclass

import streamlit as st

from mnist_demo import maps
from mnist_demo.data import datasets
from mnist_demo.data.images import CLASSES, SIDE, Floats
from mnist_demo.drawing import links, preprocess, rejection
from mnist_demo.drawing.strokes import paint, trace
from mnist_demo.errors import UserError
from mnist_demo.ui.common import services
from mnist_demo.ui.common.notices import SPLIT_TITLES
from mnist_demo.ui.draw import share, state, ways
from mnist_demo.ui.draw.share import PARAMETER as DRAWING
from mnist_demo.ui.evidence import choice
from mnist_demo.ui.help import glossary

SPLIT, INDEX, DRAWN = "split", "index", "drawn"  # of the page's address
CANVAS_SIDE = 320  # pixels, as on the Draw page
LONGEST_INDEX = 9  # digits
WIDTH = 112  # pixels of the digit on the page


@dataclass(frozen=True)
class Subject:
    """One digit: `pixels` is float32 (28, 28) in [0, 1]. `label` is None for a drawing: only its writer knows it."""

    name: str
    pixels: Floats
    label: int | None
    query: dict[str, str]  # of a link to it; empty for a drawing that only this visitor's session has
    on_canvas: dict[str, str] | None  # of a link to the Draw page that puts it there; None for one that is there


def find() -> Subject | None:
    """The digit that the page is about; None, after one sentence, where the address was forged or cut off."""
    try:
        return shown()
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return None


def show(digit: Subject | None) -> None:
    """The digit, small: beside what is said of it."""
    if digit is not None:
        st.image(maps.ink(digit.pixels, 4), caption=digit.name, alt=f"{digit.name}, 28 × 28 pixels", width=WIDTH)


def ways_to_others(digit: Subject | None) -> None:
    """To the canvas, with the digit where there is one, and to the images of the data."""
    if digit is None:
        st.page_link("mnist_demo/ui/pages/draw.py", label="Draw a digit", icon=":material/draw:")
    else:
        ways.draw_over(digit.on_canvas)
    st.page_link("mnist_demo/ui/pages/data.py", label="Choose an image", icon=":material/grid_view:")


def label_of(digit: Subject, read: int) -> int:
    """The right answer. Only the writer knows that of a drawing; until asked, it is what is `read`."""
    if digit.label is not None:
        st.markdown(f"label **{digit.label}**", width="content", help=glossary.meanings("Label"))
        return digit.label
    label = choice.asked(choice.LABEL, range(CLASSES), read)
    st.selectbox("What was drawn?", range(CLASSES), width=160, **choice.to_address(choice.LABEL, label))
    return label


def say_if_no_digit(digit: Subject) -> None:
    """What a visitor should know before believing what is said of a scribble."""
    if digit.label is None and not rejection.is_digit(digit.pixels):
        st.info("This does not look like any digit. What follows is how the model chooses when it has to choose one.")


def shown() -> Subject:
    """The digit of the page's address, else the visitor's drawing, else the first test image.

    Raises UserError for an address that somebody forged or cut off.
    """
    query = st.query_params
    if DRAWING in query:
        pixels = preprocess.to_mnist(paint(links.decode(query[DRAWING]), CANVAS_SIDE))
        on_canvas = {DRAWING: query[DRAWING]}
        return Subject("A drawing", pixels, None, on_canvas | choice.also_asked(choice.LABEL), on_canvas)
    if DRAWN in query:
        return _earlier(query[DRAWN])
    if SPLIT in query or INDEX in query:
        return _image(query.get(SPLIT, "test"), query.get(INDEX, "0"))
    return _of_session() or _image("test", "0")


def traced(pixels: Floats) -> dict[str, str] | None:
    """The address of the Draw page with an image, float32 (28, 28) in [0, 1], on its canvas."""
    return share.query(trace(pixels, CANVAS_SIDE))


def _image(name: str, text: str) -> Subject:
    if name not in datasets.SPLITS:
        raise UserError(f"There are no {name!r} images: choose an image on the Data page.")
    split = services.current_dataset().split(name)
    index = int(text) if text.isdecimal() and len(text) <= LONGEST_INDEX else len(split)
    if index >= len(split):
        title = SPLIT_TITLES[name].lower()
        raise UserError(f"There is no {title} image {text[:LONGEST_INDEX]!r}: choose one from 0 to {len(split) - 1:,}.")
    pixels = split.pixels(index, index + 1)[0].reshape(SIDE, SIDE)
    query = {SPLIT: name, INDEX: str(index)}
    return Subject(f"{SPLIT_TITLES[name]} image {index:,}", pixels, int(split.labels[index]), query, traced(pixels))


def _earlier(text: str) -> Subject:
    """One of this session's drawings, counted from 1."""
    drawn = state.board().drawn
    number = int(text) if text.isdecimal() and len(text) <= LONGEST_INDEX else 0
    if not 1 <= number <= len(drawn):
        raise UserError(f"There is no drawing {text[:LONGEST_INDEX]!r} in this session: draw a digit on the Draw page.")
    pixels = drawn[number - 1].pixels
    return Subject(f"Your drawing {number}", pixels, drawn[number - 1].label, {}, traced(pixels))


def _of_session() -> Subject | None:
    picture = state.board().drawing.settled
    try:
        return None if picture is None else Subject("Your drawing", preprocess.to_mnist(picture), None, {}, None)
    except UserError:  # a blank canvas
        return None
