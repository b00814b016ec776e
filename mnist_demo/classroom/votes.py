"""What pupils take an image for."""

import sqlalchemy as sa

from mnist_demo.classroom.classes import taking_part
from mnist_demo.classroom.database import Database, insert_new
from mnist_demo.classroom.drawings import is_sound
from mnist_demo.classroom.tables import Pupil, SchoolClass, Vote
from mnist_demo.data.images import CLASSES
from mnist_demo.errors import UserError


def vote(database: Database, pupil_id: int, question: str, digit: int) -> bool:
    """Count a pupil's answer to a question; False where one is counted already, which stays.

    Raises UserError where the class is over or is not asked this now, after the reveal, or for what can be no answer.
    """
    if not is_sound(question, digit):
        raise UserError("The browser sent a vote that cannot be counted: reload the page and vote again.")
    with database.writing() as session:
        _, school_class = taking_part(session, pupil_id)
        if school_class.question != question:
            raise UserError("Your class is asked something else by now: look at the projector.")
        if school_class.is_revealed:
            raise UserError("The answer has been shown, so no more votes are taken: wait for the next image.")
        return insert_new(session, Vote, [{"pupil_id": pupil_id, "question": question, "digit": digit}]) == 1


def count_votes(database: Database, class_id: int, question: str) -> list[int]:
    """How many of a class took it for each of the ten digits."""
    wanted = sa.select(Vote.digit, sa.func.count()).join(Pupil).group_by(Vote.digit)
    with database.reading() as session:
        found = dict(session.execute(wanted.where(Pupil.class_id == class_id, Vote.question == question)).all())
    return [found.get(digit, 0) for digit in range(CLASSES)]


def votes_of(database: Database, pupil_id: int) -> dict[str, int]:
    """What one pupil has answered to each question."""
    with database.reading() as session:
        return dict(session.execute(sa.select(Vote.question, Vote.digit).where(Vote.pupil_id == pupil_id)).all())


def list_votes(database: Database, class_id: int) -> list[Vote]:
    """All votes of a class in the order in which they were counted."""
    wanted = sa.select(Vote).join(Pupil).where(Pupil.class_id == class_id).order_by(Vote.id)
    with database.reading() as session:
        return list(session.scalars(wanted))


def collect(database: Database, class_id: int | None = None) -> list[tuple[str, str, int]]:
    """The votes of one class, else of all, as they were counted: the question, who answers, and the digit.

    Who answers is called as the writer of drawings is, such as "K7M3QD_red_fox".
    """
    columns = Vote.question, SchoolClass.code, Pupil.colour, Pupil.animal, Vote.digit
    wanted = sa.select(*columns).select_from(Vote).join(Pupil).join(SchoolClass).order_by(Vote.id)
    if class_id is not None:
        wanted = wanted.where(SchoolClass.id == class_id)
    with database.reading() as session:
        rows = session.execute(wanted).all()
    return [(question, f"{code}_{colour}_{animal}", digit) for question, code, colour, animal, digit in rows]
