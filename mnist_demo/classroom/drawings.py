"""The drawings of all classes, and those that were imported."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from mnist_demo.classroom.classes import writer_of
from mnist_demo.classroom.database import Database, insert_new
from mnist_demo.classroom.tables import LONGEST_NAME, Drawing, Pupil, SchoolClass
from mnist_demo.data.images import CLASSES, PIXELS, Bytes
from mnist_demo.drawing import links
from mnist_demo.drawing.strokes import Stroke
from mnist_demo.errors import UserError

MOST_DRAWINGS = 500  # of one pupil: a forged one could else fill the disk
BATCH = 500  # ids that are asked for at once: older SQLites take up to 999


@dataclass(frozen=True)
class Collected:
    """Drawings as arrays: images uint8 (n, 784), 255 is ink; labels uint8 (n,); writers str (n,).

    `codes` are those of the classes that drew some of them.
    """

    images: Bytes
    labels: Bytes
    writers: npt.NDArray[np.str_]
    codes: Sequence[str] = ()


@dataclass(frozen=True)
class Earlier:
    """What of a drawing those are compared with that its pupil sends later; see `Drawing`."""

    identifier: str
    image: bytes
    strokes: str | None


@dataclass(frozen=True)
class Tally:
    """How many drawings a pupil has sent that are still there, hidden or not, and how many the class shows."""

    sent: int
    of_class: int


@dataclass
class Writer:
    """How many drawings of each digit somebody has drawn; the hidden ones are counted apart."""

    name: str
    counts: list[int] = field(default_factory=lambda: [0] * CLASSES)
    hidden: int = 0


def add_drawing(
    database: Database,
    pupil_id: int,
    identifier: str,
    *,
    label: int,
    image: Bytes,
    strokes: Sequence[Stroke] | None = None,
) -> bool:
    """Store a drawing; once this returns, it is on the disk. False where the pupil has sent `identifier` before.

    `identifier` is made by the pupil's browser, which sends the same where it got no answer. `image` is uint8,
    (28, 28) or (784,), 255 is ink; `strokes` is None where only that is known. Raises UserError where the class is
    over, the drawing has too many strokes, the pupil too many drawings, or what is sent can be none of this program's.
    """
    if image.dtype != np.uint8 or image.size != PIXELS or not is_sound(identifier, label):
        raise UserError("The browser sent a drawing that cannot be stored: reload the page and draw again.")
    try:
        text = None if strokes is None else links.encode(strokes)
    except UserError as error:
        raise UserError("This drawing has too many strokes: clear it and draw a simpler one.") from error
    with database.writing() as session:
        row = {"writer": writer_of(session, pupil_id), "pupil_id": pupil_id, "identifier": identifier, "label": label}
        row |= {"strokes": text, "image": image.tobytes(), "time": time.time(), "hidden": False}
        stored = insert_new(session, Drawing, [row]) == 1
        if stored and session.scalars(_sent_by(pupil_id)).one() > MOST_DRAWINGS:
            raise UserError(f"You have sent {MOST_DRAWINGS} drawings, which is enough for a lesson.")
    return stored


def tally(database: Database, pupil: Pupil) -> Tally | None:
    """How many drawings there are, of a pupil and of the whole class; None where the class is closed or deleted."""
    of_class = sa.select(sa.func.count()).select_from(Drawing).join(Pupil)
    of_class = of_class.where(Pupil.class_id == pupil.class_id, ~Drawing.hidden)
    wanted = sa.select(_sent_by(pupil.id).scalar_subquery(), of_class.scalar_subquery())
    is_open = SchoolClass.id == pupil.class_id, SchoolClass.closed.is_(None)
    with database.reading() as session:
        row = session.execute(wanted.select_from(SchoolClass).where(*is_open)).first()
    return None if row is None else Tally(*row)


def _sent_by(pupil_id: int) -> sa.Select[int]:
    """Counts the drawings of a pupil."""
    return sa.select(sa.func.count()).select_from(Drawing).where(Drawing.pupil_id == pupil_id)


def list_latest(database: Database, pupil_id: int, most: int) -> list[Earlier]:
    """The drawings that a pupil has sent last, so many at most, the newest first."""
    wanted = sa.select(Drawing.identifier, Drawing.image, Drawing.strokes)
    wanted = wanted.where(Drawing.pupil_id == pupil_id).order_by(Drawing.id.desc()).limit(most)
    with database.reading() as session:
        return [Earlier(*row) for row in session.execute(wanted)]


def is_sound(name: str, digit: int) -> bool:
    """Whether a name that a browser made, and a digit, can be stored."""
    return name.isascii() and name.isprintable() and 0 < len(name) <= LONGEST_NAME and digit in range(CLASSES)


def hide(database: Database, drawing_id: int, hidden: bool = True) -> None:
    """Keep a drawing from being shown, counted, taught and exported; or no longer."""
    with database.writing() as session:
        session.execute(sa.update(Drawing).where(Drawing.id == drawing_id).values(hidden=hidden))


def delete(database: Database, drawing_id: int) -> None:
    """Forget a drawing; nothing where there is none."""
    with database.writing() as session:
        session.execute(sa.delete(Drawing).where(Drawing.id == drawing_id))


def list_drawings(database: Database, class_id: int) -> list[Drawing]:
    """The drawings of a class, hidden ones too, in the order in which they came, whatever the clock said."""
    wanted = sa.select(Drawing).join(Pupil).where(Pupil.class_id == class_id).order_by(Drawing.id)
    with database.reading() as session:
        return list(session.scalars(wanted))


def marks(database: Database, class_id: int) -> dict[int, bool]:
    """The ids of the drawings of a class in their order, and whether each is hidden: all but the drawings.

    A look at it finds what is new, whatever the order in which two that came at once were stored.
    """
    wanted = sa.select(Drawing.id, Drawing.hidden).join(Pupil).where(Pupil.class_id == class_id).order_by(Drawing.id)
    with database.reading() as session:
        return dict(session.execute(wanted).all())


def fetch(database: Database, drawing_ids: Sequence[int]) -> list[Drawing]:
    """The drawings of these ids, in the order of their ids; those that are there no more are left out."""
    with database.reading() as session:
        batches = (drawing_ids[at : at + BATCH] for at in range(0, len(drawing_ids), BATCH))
        found = [session.scalars(sa.select(Drawing).where(Drawing.id.in_(batch))).all() for batch in batches]
    return sorted(itertools.chain.from_iterable(found), key=lambda drawing: drawing.id)


def list_writers(database: Database) -> list[Writer]:
    """Who has drawn what, in all classes and imported, by name."""
    columns = Drawing.writer, Drawing.label, Drawing.hidden
    found: dict[str, Writer] = {}
    with database.reading() as session:
        for name, label, hidden, count in session.execute(sa.select(*columns, sa.func.count()).group_by(*columns)):
            writer = found.setdefault(name, Writer(name))
            if hidden:
                writer.hidden += count
            else:
                writer.counts[label] += count
    return [found[name] for name in sorted(found)]


def collect(database: Database, class_id: int | None = None) -> Collected:
    """The drawings of one class, else those of all writers, of all classes and imported; without the hidden ones."""
    wanted = sa.select(Drawing.image, Drawing.label, Drawing.writer, SchoolClass.code).select_from(Drawing)
    wanted = wanted.outerjoin(Pupil).outerjoin(SchoolClass).where(~Drawing.hidden).order_by(Drawing.id)
    if class_id is not None:
        wanted = wanted.where(SchoolClass.id == class_id)
    with database.reading() as session:
        rows = session.execute(wanted).all()
    return Collected(
        np.frombuffer(b"".join(row[0] for row in rows), np.uint8).reshape(-1, PIXELS),
        np.array([row[1] for row in rows], np.uint8),
        np.array([row[2] for row in rows], np.str_),
        sorted({row[3] for row in rows if row[3]}),
    )
