"""The tables. A change of these needs a step in `migrations/versions`, which brings older databases along."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from sqlalchemy.types import Double

CODE_LENGTH = 6
KEY_LENGTH = 32
LONGEST_NAME = 64  # characters, of a writer, a drawing's identifier or a question

# Else an id could be given once more after the last row was deleted, and a browser take the new one for the old.
NEVER_TWICE = {"sqlite_autoincrement": True}


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The tables' common base. Its rows are plain records once they were read: nothing is fetched later."""


class SchoolClass(Base):
    """A class that was opened for a lesson. Times are seconds since 1970.

    `question` is what its pupils vote on now, None where that is nothing; `is_revealed` is whether they see the answer.
    """

    __tablename__ = "classes"
    __table_args__ = (NEVER_TWICE,)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH), unique=True)
    opened: Mapped[float] = mapped_column(Double)
    closed: Mapped[float | None] = mapped_column(Double, default=None)
    question: Mapped[str | None] = mapped_column(String(LONGEST_NAME), default=None)
    is_revealed: Mapped[bool] = mapped_column(default=False)
    is_wall_covered: Mapped[bool] = mapped_column(default=False)


class Pupil(Base):
    """Who joined a class: nobody's name or address, only what the class sees, and the key in the pupil's browser."""

    __tablename__ = "pupils"
    __table_args__ = (UniqueConstraint("class_id", "colour", "animal"), NEVER_TWICE)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    class_id: Mapped[int] = mapped_column(ForeignKey(SchoolClass.id, ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    colour: Mapped[str] = mapped_column(String(16))
    animal: Mapped[str] = mapped_column(String(16))


class Drawing(Base):
    """A digit that a pupil drew, or, without `pupil_id`, one that was imported.

    `strokes` are as `drawing.links` writes them, None where only the picture is known. `image` is uint8 (28, 28) in
    raster order, 255 is ink. `identifier` tells the drawings of a writer apart, so that each is stored once.
    """

    __tablename__ = "drawings"
    __table_args__ = (UniqueConstraint("writer", "identifier"), NEVER_TWICE)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    pupil_id: Mapped[int | None] = mapped_column(ForeignKey(Pupil.id, ondelete="CASCADE"), index=True)
    writer: Mapped[str] = mapped_column(String(LONGEST_NAME))
    identifier: Mapped[str] = mapped_column(String(LONGEST_NAME))
    label: Mapped[int]
    strokes: Mapped[str | None] = mapped_column(Text)
    image: Mapped[bytes]
    time: Mapped[float] = mapped_column(Double)
    hidden: Mapped[bool] = mapped_column(default=False)


class Vote(Base):
    """The digit that a pupil took an image for: one answer to each question."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("pupil_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    pupil_id: Mapped[int] = mapped_column(ForeignKey(Pupil.id, ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(LONGEST_NAME))
    digit: Mapped[int]
