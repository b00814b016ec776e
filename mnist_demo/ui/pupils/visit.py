"""What the session of a pupil's browser holds of the class: who it is, what to draw, and what was sent."""

import threading
import time
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from mnist_demo.classroom import asking, classes, drawings
from mnist_demo.classroom.classes import ClassOverError
from mnist_demo.classroom.current import current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.faults import UnavailableError
from mnist_demo.classroom.tables import Pupil
from mnist_demo.data.images import Bytes
from mnist_demo.errors import UserError
from mnist_demo.ui.answers import cards, loaded, pen_message
from mnist_demo.ui.roles import browser

LOOKED_AT = "class"  # see services.look_every
KEY = "visit_to_class"  # of the visitor's session
AWAY = "The class cannot be reached at this moment: this page tries again by itself."


@dataclass(frozen=True)
class Receipt:
    """What became of a drawing; "unsure" is one that is stored where its pupil sends it all the same."""

    identifier: str
    attempt: int  # of the browser, to send it
    outcome: Literal["stored", "refused", "unsure", "waits"]
    sentence: str


@dataclass
class Visit:
    """A pupil's visit; `pupil` is None before one has joined and after the class has ended."""

    pupil: Pupil | None = None
    digit: int = 0  # that is asked for
    sent: int = 0  # drawings of this pupil
    of_class: int = 0  # of all pupils, without those that are hidden
    counted: float = 0.0  # when, by the monotonic clock
    code: str = ""  # of the class
    joined: list[str] = field(default_factory=list)  # the keys of whom one was in this session
    # Streamlit answers a second press of a button while the first is still being answered.
    joining: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    has_ended: bool = False  # the class that this browser was in
    message: object = None  # that the browser has sent and that is not answered yet, unchecked
    receipt: Receipt | None = None  # of the last one
    picture: Bytes | None = None  # that the models have read last
    said: list[cards.Answer] = field(default_factory=list)  # of it

    def enter(self, database: Database, pupil: Pupil) -> None:
        """Take part as this pupil. Raises UnavailableError."""
        self.go_on(database, pupil)
        self.code = classes.code_of(database, pupil)
        self.pupil, self.has_ended, self.message, self.receipt = pupil, False, None, None

    def arrive(self, key: str) -> None:
        """Come back as the pupil whose key this is, where that class is still open. Raises UnavailableError."""
        found = classes.find_pupil(database(), key)
        if found is None:
            self.leave()
        else:
            self.enter(database(), found)

    def read(self, picture: Bytes | None) -> list[cards.Answer]:
        """What the models say of the drawing, None for a blank canvas; they read each picture once.

        Most runs of the page, as when a drawing is sent, are about a picture that they have read.
        """
        if picture is not self.picture or not self.said:
            self.said = cards.answer_drawing(list(loaded.all_shipped().values()), pen_message.to_mnist(picture))
            self.picture = picture
        return self.said

    def look_again(self) -> None:
        """Leave where the class was closed or deleted meanwhile, else count again. Raises UnavailableError."""
        self.counted = time.monotonic()  # also where the database does not answer: not at each line of a pen
        if self.pupil is None or not self.count(database(), self.pupil):
            self.leave()

    def be_there(self, database: Database) -> Pupil:
        """Who this is in the class: a new pupil where the one that one was had to make room meanwhile.

        The digit that is asked for stays. Raises ClassOverError, and as `classes.join` does.
        """
        with self.joining:
            if self.pupil is None or classes.find_pupil(database, self.pupil.key) is None:
                if not classes.is_open(database, self.code):
                    raise ClassOverError
                self.pupil = classes.join(database, self.code)
                self.joined.append(self.pupil.key)
                browser.keep_pupil_key(self.pupil.key)
            return self.pupil

    def leave(self) -> None:
        """The class is over, and the browser forgets who this was in it."""
        self.pupil, self.has_ended = None, True
        browser.forget_pupil_key()

    def count(self, database: Database, pupil: Pupil) -> bool:
        """Count what is stored; False where the class is over. Raises UnavailableError."""
        tally = drawings.tally(database, pupil)
        if tally is not None:
            self.sent, self.of_class, self.counted = tally.sent, tally.of_class, time.monotonic()
        return tally is not None

    def go_on(self, database: Database, pupil: Pupil) -> None:
        """Ask for the digit that follows what is stored. Raises UnavailableError."""
        self.count(database, pupil)
        self.digit = asking.next_digit(pupil.id, self.sent)


def own() -> Visit:
    """This visitor's."""
    kept: Visit = st.session_state.setdefault(KEY, Visit())
    return kept


def database() -> Database:
    """The database of the class. Raises UnavailableError, whatever the reason: a pupil can only wait."""
    try:
        return current.database()
    except UserError as error:
        raise UnavailableError(str(error)) from error
