"""What a visitor's session holds of the Draw page."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from mnist_demo.data.images import Bytes, Floats
from mnist_demo.drawing.strokes import Drawing

KEY = "drawing_board"  # of the visitor's session
MODELS = "draw_models"  # the ids of the models that answer


@dataclass
class Drawn:
    """A digit that the visitor drew: float32 (28, 28) in [0, 1], and what it was meant to be, once that is told."""

    pixels: Floats
    label: int | None = None
    is_left_out: bool = False  # for it was meant to be no digit


@dataclass
class Board:
    """The drawing, and what the page has to remember beside it."""

    drawing: Drawing = field(default_factory=Drawing)
    link: str | None = None  # whose drawing was taken last
    loaded: dict[str, Any] | None = None  # what st_canvas began with; another value loads it into the canvas
    loads: int = 0  # how often the server has loaded strokes into the canvas
    cleared: Drawing | None = None  # what Clear took away and st_canvas cannot bring back
    seen: tuple[Bytes | None, Floats | None] = (None, None)  # a picture of it, and that as the models see it
    digits: list[Bytes] = field(default_factory=list)  # that stand side by side on the settled drawing
    drawn: list[Drawn] = field(default_factory=list)  # in this session, the earliest first
    answered: int = 0  # the number of the pen's message whose answer was shown last
    is_revealed: bool = False  # whether the answers of "Guess first" may be seen
    has_changed: bool = False  # whether a widget has changed since the page's board was run
    page: str | None = None  # that was run last
    has_come: bool = True  # whether the visitor has been elsewhere since there was a canvas


def board() -> Board:
    """This visitor's."""
    kept: Board = st.session_state.setdefault(KEY, Board())
    return kept


def note_page(page: str) -> None:
    """Remember which page is run: where another was run since, the canvas begins anew."""
    own = board()
    own.has_come = own.has_come or own.page != page
    own.page = page


def note_absence() -> None:
    """Remember that the page has no canvas now: where it has one again, that begins anew."""
    board().has_come = True


def note_change() -> None:
    """Remember that a widget of the board has changed.

    The browser sends changes that come at the same instant as one, and has only the fragment of the first run again:
    that is the one of the answers where the pen was first, which then has the whole page run.
    """
    board().has_changed = True
