"""A game: draw what people read as one digit and a model as another. What people read is what the pupil claims."""

from dataclasses import dataclass, field

import streamlit as st

from mnist_demo import maps
from mnist_demo.data.images import CLASSES, SIDE
from mnist_demo.drawing import rejection
from mnist_demo.ui.answers import cards
from mnist_demo.ui.breaking.models import Reader
from mnist_demo.ui.common import answer_cards, projector
from mnist_demo.ui.evidence.subject import Subject

KEY = "break_score"  # of the session
LARGE = 308  # pixels of the drawing on a projector
MOST = 500  # drawings that are counted


@dataclass
class Score:
    """Of each drawing, by its pixels: what people are said to read, and what the models read, by their names."""

    claims: dict[bytes, int] = field(default_factory=dict)
    read: dict[bytes, dict[str, int]] = field(default_factory=dict)

    def count(self, drawing: bytes, claim: int, said: dict[str, int]) -> None:
        """A claim, and what the models that are chosen now read, beside what others have read before."""
        self.claims[drawing] = claim
        self.read.setdefault(drawing, {}).update(said)

    def take_back(self, drawing: bytes) -> None:
        """The drawing counts no more."""
        self.claims.pop(drawing, None)
        self.read.pop(drawing, None)

    def fooled(self, name: str) -> tuple[int, int]:
        """How many drawings a model read otherwise than people are said to, and how many it has read."""
        answers = [(self.claims[drawing], said[name]) for drawing, said in self.read.items() if name in said]
        return sum(claim != digit for claim, digit in answers), len(answers)


@st.fragment
def show(readers: list[Reader], digit: Subject) -> None:
    """The claim is asked for before the models answer, so that it is not made to fit."""
    st.markdown(
        "Draw a digit that everybody in class reads as one and the same, and the model as another. No scribbles: where "
        "the app sees no digit at all, it does not count."
    )
    if digit.label is not None:
        st.info("This is an image of the data: draw a digit of your own, then come back here.")
    elif not rejection.is_digit(digit.pixels):
        st.info("The app sees no digit in this drawing, so it does not count: make it clearer.")
    else:
        _round(readers, digit)
    st.page_link("mnist_demo/ui/pages/draw.py", label="Draw another", icon=":material/draw:")
    _say_score(readers)


def _round(readers: list[Reader], digit: Subject) -> None:
    score: Score = st.session_state.setdefault(KEY, Score())
    drawing = digit.pixels.tobytes()
    if projector.is_on():  # elsewhere it is on top of the page
        st.image(maps.ink(digit.pixels, LARGE // SIDE), alt="The drawing", width=LARGE)
    claim = st.pills(
        "What do people read here? Ask somebody who has not seen you draw.",
        range(CLASSES),
        default=score.claims.get(drawing),
        wrap=True,
        key=f"break_claim_{hash(drawing)}",
    )
    if claim is None:
        score.take_back(drawing)
        st.caption("Then the models answer.")
        return
    if drawing in score.claims or len(score.claims) < MOST:
        images = digit.pixels.reshape(1, -1)
        said = {reader.name: int(reader.probabilities(images)[0].argmax()) for reader in readers}
        score.count(drawing, int(claim), said)
    answer_cards.answers([cards.answer(reader.run, digit.pixels) for reader in readers], key="break_answers")


def _say_score(readers: list[Reader]) -> None:
    score: Score = st.session_state.setdefault(KEY, Score())
    counts = {reader.name: score.fooled(reader.name) for reader in readers}
    parts = [f"**{name}** by {fooled} of {asked}" for name, (fooled, asked) in counts.items() if asked]
    if not parts:
        return
    st.markdown(f"Fooled by your drawings: {', '.join(parts)}.")
    st.caption("Only you have said what people read, so the score is as honest as you are.")
