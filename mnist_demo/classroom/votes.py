"""What pupils take an image for."""

import sqlalchemy as sa

from mnist_demo.classroom.classes import writer_of
from mnist_demo.classroom.database import Database, insert_new
from mnist_demo.classroom.drawings import is_sound
from mnist_demo.classroom.tables import Pupil, Vote
from mnist_demo.data.images import CLASSES
from mnist_demo.errors import UserError


def vote(database: Database, pupil_id: int, question: str, digit: int) -> bool:
    """Count a pupil's answer to a question; False where one is counted already, which stays.

    Raises UserError where the class is over, or for what can be no answer.
    """
    if not is_sound(question, digit):
        raise UserError("The browser sent a vote that cannot be counted: reload the page and vote again.")
    with database.writing() as session:
        writer_of(session, pupil_id)
        return insert_new(session, Vote, [{"pupil_id": pupil_id, "question": question, "digit": digit}]) == 1


def count_votes(database: Database, class_id: int, question: str) -> list[int]:
    """How many of a class took it for each of the ten digits."""
    answers = [one.digit for one in list_votes(database, class_id) if one.question == question]
    return [answers.count(digit) for digit in range(CLASSES)]


def list_votes(database: Database, class_id: int) -> list[Vote]:
    """All votes of a class in the order in which they were counted."""
    wanted = sa.select(Vote).join(Pupil).where(Pupil.class_id == class_id).order_by(Vote.id)
    with database.reading() as session:
        return list(session.scalars(wanted))
