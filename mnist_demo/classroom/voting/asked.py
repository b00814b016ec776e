"""What a class is asked to vote on now: the teacher's steps, and looking at them from many pages at little cost."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa

from mnist_demo.classroom.current import current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import Pupil, SchoolClass, Vote
from mnist_demo.errors import UserError

LOOK_EVERY = 1.0  # seconds: what was found out is taken as true for so long


@dataclass(frozen=True)
class Asked:
    """The question that a class is asked, None for nothing, and whether the answer is shown."""

    question: str | None = None
    is_revealed: bool = False


NOTHING = Asked()


def ask(database: Database, class_id: int, question: str, before: str | None) -> None:
    """Ask a class this after what it was asked `before`, which ends; nothing where somebody was faster.

    Raises UserError for what the class has voted on already: it may know the answer.
    """
    is_open = SchoolClass.id == class_id, SchoolClass.closed.is_(None)
    voted = sa.select(Vote.id).join(Pupil).where(Pupil.class_id == class_id, Vote.question == question).limit(1)
    with database.writing() as session:
        one = session.scalars(sa.select(SchoolClass).where(*is_open).with_for_update()).first()
        if one is None or one.question != before:
            return
        if session.scalars(voted).first() is not None:
            raise UserError("The class has voted on this already: choose something else.")
        one.question, one.is_revealed = question, False


def reveal(database: Database, class_id: int, question: str) -> None:
    """Show the answer, after which no more votes are taken; nothing where the class is asked another by now."""
    with database.writing() as session:
        session.execute(_where(class_id, question).values(is_revealed=True))


def end(database: Database, class_id: int, question: str) -> None:
    """Ask the class nothing any more; nothing where it is asked another question by now."""
    with database.writing() as session:
        session.execute(_where(class_id, question).values(question=None, is_revealed=False))


def _where(class_id: int, question: str) -> sa.Update:
    """The class, as long as it is asked this."""
    return sa.update(SchoolClass).where(SchoolClass.id == class_id, SchoolClass.question == question)


def read(database: Database) -> dict[int, Asked]:
    """What each open class is asked, by its id."""
    wanted = sa.select(SchoolClass.id, SchoolClass.question, SchoolClass.is_revealed)
    with database.reading() as session:
        rows = session.execute(wanted.where(SchoolClass.closed.is_(None))).all()
    return {class_id: Asked(question, is_revealed) for class_id, question, is_revealed in rows}


class Lookout:
    """What a server knows of it; for all its threads. However many ask, the database is asked once a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looking = threading.Lock()
        self._known: dict[int, Asked] = {}
        self._looked_at = -LOOK_EVERY

    def asked(self, class_id: int) -> Asked:
        """What the class is asked; where the database cannot be asked, what was so before. NOTHING where it is over."""
        # Who comes while somebody else looks need not wait for the database.
        if self._clock() - self._looked_at >= LOOK_EVERY and self._looking.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looking.release()
        return self._known.get(class_id, NOTHING)

    def look_again(self) -> None:
        """The teacher has pressed something here: the database is asked now."""
        with self._looking:
            self._look()

    def _look(self) -> None:
        with suppress(UserError):
            self._known = read(current.database())
        self._looked_at = self._clock()


lookout = Lookout()  # the server's
