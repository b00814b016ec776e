"""Classes and their pupils: opening, joining, closing, deleting."""

import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mnist_demo.classroom.database import Database, insert_new
from mnist_demo.classroom.tables import CODE_LENGTH, KEY_LENGTH, Drawing, Pupil, SchoolClass, Vote
from mnist_demo.errors import UserError

ALPHABET = "ACDEFGHJKMNPQRTUWXY34679"  # without what is taken for something else: 0 and O, 1, I and L, 2 and Z, ...
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "grey", "white")
ANIMALS = (
    *("bat", "bear", "bee", "camel", "cat", "cow", "crab", "dog", "dolphin", "duck", "eagle", "elephant", "fox"),
    *("frog", "giraffe", "goat", "hamster", "hedgehog", "horse", "kangaroo", "koala", "lion", "lizard", "monkey"),
    *("mouse", "otter", "owl", "panda", "parrot", "penguin", "pig", "rabbit", "raccoon", "seal", "sheep", "sloth"),
    *("snail", "swan", "tiger", "turtle", "whale", "wolf", "zebra"),
)
MOST_PUPILS = 200  # of a class: a forged one could else join for ever


class ClassOverError(UserError):
    """Who wants to take part is in no open class: it was closed or deleted, or the pupil had to make room."""

    def __init__(self) -> None:
        super().__init__("This class is over: ask your teacher whether a new one is open.")


@dataclass(frozen=True)
class Size:
    """How many pupils have joined a class, and how many drawings it has that are not hidden."""

    pupils: int = 0
    drawings: int = 0


def open_class(database: Database) -> SchoolClass:
    """A new class, with a code by which pupils join it until it is closed."""
    with database.writing() as session:
        return _new_class(session)


def open_one(database: Database) -> SchoolClass:
    """The class that is open, the newest of them; a new one where there is none. Two who ask at once get the same."""
    with database.writing() as session:
        if session.get_bind().dialect.name == "postgresql":  # SQLite's writers take turns by themselves
            session.execute(sa.text(f"LOCK TABLE {SchoolClass.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))
        is_open = sa.select(SchoolClass).where(SchoolClass.closed.is_(None)).order_by(SchoolClass.id.desc())
        return session.scalars(is_open).first() or _new_class(session)


def _new_class(session: Session) -> SchoolClass:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        row = {"code": code, "opened": time.time(), "closed": None, "question": None, "is_revealed": False}
        if insert_new(session, SchoolClass, [row]):
            return session.scalars(sa.select(SchoolClass).where(SchoolClass.code == code)).one()


def close_class(database: Database, class_id: int) -> None:
    """Nobody joins, draws or votes in it any more; what it has stays. Closing it again changes nothing."""
    is_open = SchoolClass.id == class_id, SchoolClass.closed.is_(None)
    with database.writing() as session:
        session.execute(sa.update(SchoolClass).where(*is_open).values(closed=time.time()))


def cover_wall(database: Database, class_id: int, covered: bool) -> None:
    """Make the wall of a class blank for all who see it, or no longer."""
    with database.writing() as session:
        session.execute(sa.update(SchoolClass).where(SchoolClass.id == class_id).values(is_wall_covered=covered))


def is_wall_covered(database: Database, class_id: int) -> bool:
    """Whether it is; True where there is no such class."""
    with database.reading() as session:
        return session.scalar(sa.select(SchoolClass.is_wall_covered).where(SchoolClass.id == class_id)) is not False


def delete_class(database: Database, class_id: int, before: Callable[[SchoolClass], object] = lambda _: None) -> None:
    """Forget a class with all its pupils, drawings and votes; nothing where there is none.

    `before` is called with the class first; where that raises, the class stays as it is.
    """
    with database.writing() as session:
        one = session.get(SchoolClass, class_id, with_for_update=True)
        if one is not None:
            before(one)
            session.execute(sa.delete(SchoolClass).where(SchoolClass.id == class_id))


def list_classes(database: Database) -> list[SchoolClass]:
    """All classes, the newest first."""
    with database.reading() as session:
        return list(session.scalars(sa.select(SchoolClass).order_by(SchoolClass.id.desc())))


def sizes(database: Database) -> dict[int, Size]:
    """How large each class is, by its id; those that nobody has joined are left out."""
    joined = sa.select(Pupil.class_id, sa.func.count()).group_by(Pupil.class_id)
    shown = sa.select(Pupil.class_id, sa.func.count()).join(Drawing).where(~Drawing.hidden).group_by(Pupil.class_id)
    with database.reading() as session:
        drawn = dict(session.execute(shown).all())
        return {class_id: Size(pupils, drawn.get(class_id, 0)) for class_id, pupils in session.execute(joined)}


def find_class(database: Database, code: str) -> SchoolClass:
    """The open class of this code, as somebody typed it. Raises UserError where there is none."""
    with database.reading() as session:
        return _class_of(session, code)


def is_open(database: Database, code: str) -> bool:
    """Whether this, as somebody typed it, is the code of an open class."""
    wanted = sa.select(SchoolClass.id).where(SchoolClass.code == _typed(code), SchoolClass.closed.is_(None))
    with database.reading() as session:
        return session.scalars(wanted).first() is not None


def join(database: Database, code: str) -> Pupil:
    """A new pupil of the open class of this code, with an animal and a colour that nobody else in it has.

    In a full class the pupil who joined first, of those who have sent and voted nothing, is forgotten to make room: or
    nobody could join where one has joined for fun again and again. Raises UserError where there is no such class, or
    where all of a full one have done something.
    """
    with database.writing() as session:
        class_id = _class_of(session, code, locked=True).id  # one after the other, so that no two get the same
        joined = list(session.scalars(sa.select(Pupil).where(Pupil.class_id == class_id)))
        if len(joined) >= MOST_PUPILS:
            joined.remove(_make_room(session, class_id))
        taken = {(pupil.colour, pupil.animal) for pupil in joined}
        colour, animal = secrets.choice([pair for pair in itertools.product(COLOURS, ANIMALS) if pair not in taken])
        pupil = Pupil(class_id=class_id, key=secrets.token_hex(KEY_LENGTH // 2), colour=colour, animal=animal)
        session.add(pupil)
    return pupil


def _make_room(session: Session, class_id: int) -> Pupil:
    """The pupil who is forgotten."""
    has_done_nothing = [~sa.exists().where(each.pupil_id == Pupil.id) for each in (Drawing, Vote)]
    idle = sa.select(Pupil).where(Pupil.class_id == class_id, *has_done_nothing).order_by(Pupil.id).limit(1)
    first = session.scalars(idle).first()
    if first is None:
        raise UserError("This class is full: ask your teacher to open another one.")
    session.execute(sa.delete(Pupil).where(Pupil.id == first.id))
    return first


def _typed(code: str) -> str:
    """A code as classes have it; "" for what can be none."""
    code = "".join(code.split()).upper()
    return code if code.isalnum() else ""


def _class_of(session: Session, code: str, locked: bool = False) -> SchoolClass:
    wanted = sa.select(SchoolClass).where(SchoolClass.code == _typed(code))
    found = session.scalars(wanted.with_for_update() if locked else wanted).first()
    if found is None:
        raise UserError("No class has this code: look at the projector and type it again.")
    if found.closed is not None:
        raise UserError("This class is closed: ask your teacher for a new code.")
    return found


def find_pupil(database: Database, key: str) -> Pupil | None:
    """Who joined with the browser that has this key; None where nobody did, or the class is closed or deleted."""
    wanted = sa.select(Pupil).join(SchoolClass).where(Pupil.key == key, SchoolClass.closed.is_(None))
    with database.reading() as session:
        return session.scalars(wanted).first() if key.isalnum() else None


def code_of(database: Database, pupil: Pupil) -> str:
    """The code of a pupil's class; "" where that was deleted."""
    wanted = sa.select(SchoolClass.code).where(SchoolClass.id == pupil.class_id)
    with database.reading() as session:
        return session.scalars(wanted).first() or ""


def list_pupils(database: Database, class_id: int) -> list[Pupil]:
    """The pupils of a class in the order in which they joined."""
    with database.reading() as session:
        return list(session.scalars(sa.select(Pupil).where(Pupil.class_id == class_id).order_by(Pupil.id)))


def writer_of(session: Session, pupil_id: int) -> str:
    """How the drawings of a pupil are signed, such as "K7M3QD_red_fox"; the class stays open until `session` ends.

    Raises ClassOverError as `taking_part` does.
    """
    pupil, school_class = taking_part(session, pupil_id)
    return f"{school_class.code}_{pupil.colour}_{pupil.animal}"


def taking_part(session: Session, pupil_id: int) -> tuple[Pupil, SchoolClass]:
    """A pupil and the class, which stays open, and is asked the same, until `session` ends.

    Raises ClassOverError where there is no such pupil, or where the class is closed.
    """
    wanted = sa.select(Pupil, SchoolClass).join(SchoolClass).where(Pupil.id == pupil_id)
    found = session.execute(wanted.with_for_update(read=True, of=SchoolClass)).first()
    if found is None or found[1].closed is not None:
        raise ClassOverError
    return found[0], found[1]
