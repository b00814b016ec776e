"""What becomes of a drawing that a pupil's browser has sent: it is checked, stored, and answered."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from mnist_demo.classroom import drawings
from mnist_demo.classroom.classes import ClassOverError
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.drawings import Earlier
from mnist_demo.classroom.faults import UnavailableError
from mnist_demo.classroom.tables import Pupil
from mnist_demo.data.images import Bytes, to_bytes
from mnist_demo.drawing import links, preprocess, rejection
from mnist_demo.drawing.strokes import Stroke, paint
from mnist_demo.errors import UserError
from mnist_demo.ui.answers import pen_message
from mnist_demo.ui.common.components import is_number
from mnist_demo.ui.pupils import visit as visits
from mnist_demo.ui.pupils.visit import Receipt, Visit
from mnist_demo.words import a_digit

COMPARED = 10  # drawings, the last ones of a pupil
# The cosine of two images above which they are one and the same. Of any two drawings by the same of writers 1 to 24 the
# most alike have 0.990.
ALIKE = 0.995
CANVAS = 2  # times as large as the picture of it
NEARLY = 0.15  # of the dark pixels, by which painted strokes may differ from their picture
DARK = 128  # of 255
WAITS = "Your drawing cannot be stored at this moment: it waits here, and is sent again by itself."


class NoDigitError(UserError):
    """The drawing does not look like a digit, for all that a recogniser knows."""


@dataclass(frozen=True)
class Message:
    """A drawing as the browser sends it: `picture` as `pen_message.read_picture` gives it, `label` what was asked for.

    `is_sure` is whether the pupil has said that it is a digit.
    """

    identifier: str
    attempt: int
    label: int
    picture: Bytes
    is_sure: bool


def receive(visit: Visit, message: object, strokes: Sequence[Stroke]) -> Receipt:
    """Store what a browser sent as a drawing of its pupil, and say what became of it. Raises ClassOverError.

    `strokes` are those of the visitor's session, which may be others than those that were sent.
    """
    try:
        sent = read_message(message)
    except UserError as error:
        return Receipt("", 0, "refused", str(error))
    try:
        database = visits.database()
        pupil = visit.be_there(database)
        _store(database, pupil, sent, strokes)
        visit.go_on(database, pupil)
    except ClassOverError:
        raise
    except UnavailableError:
        return Receipt(sent.identifier, sent.attempt, "waits", WAITS)
    except NoDigitError as error:
        return Receipt(sent.identifier, sent.attempt, "unsure", str(error))
    except UserError as error:
        return Receipt(sent.identifier, sent.attempt, "refused", str(error))
    return Receipt(sent.identifier, sent.attempt, "stored", f"Your {sent.label} has arrived, thank you.")


def read_message(message: object) -> Message:
    """Check and decode what a browser sent. Raises UserError where our element did not write it."""
    match message:
        case {
            "identifier": str(identifier),
            "attempt": attempt,
            "label": label,
            "picture": picture,
            "is_sure": bool(is_sure),
        } if is_number(attempt) and is_number(label) and drawings.is_sound(identifier, label):
            return Message(identifier, attempt, label, pen_message.read_picture(picture), is_sure)
    raise pen_message.unreadable()


def _store(database: Database, pupil: Pupil, sent: Message, strokes: Sequence[Stroke]) -> None:
    """Raises UserError where it is not to be stored, in the words in which the pupil is told."""
    latest = drawings.list_latest(database, pupil.id, COMPARED)
    if any(one.identifier == sent.identifier for one in latest):
        return  # it has arrived before, and the receipt was lost
    try:
        pixels = preprocess.to_mnist(sent.picture)
    except UserError as error:
        raise UserError(f"The canvas is blank: draw {a_digit(sent.label)} and send it then.") from error
    image, kept = to_bytes(pixels), matching(strokes, sent.picture)
    if any(is_alike(image, one) or is_drawn_on(kept, one) for one in latest):
        raise UserError(
            f"This is almost the same as a drawing that you have sent: clear it, and draw a new {sent.label}."
        )
    if not sent.is_sure and not rejection.is_digit(pixels):
        raise NoDigitError("The computer does not see a digit here: make it clearer, or send it as it is.")
    drawings.add_drawing(database, pupil.id, sent.identifier, label=sent.label, image=image, strokes=kept)


def matching(strokes: Sequence[Stroke], picture: Bytes) -> Sequence[Stroke] | None:
    """The strokes as they can be stored, where the picture shows them; None where it shows others.

    Strokes that are too many to be stored come back as they are.
    """
    try:
        kept = links.decode(links.encode(strokes))
    except UserError:
        return strokes
    side = pen_message.SIDE
    painted = Image.fromarray(paint(kept, CANVAS * side, finer=2)).reduce(CANVAS)
    differ = (np.asarray(painted) < DARK) != (picture < DARK)
    return kept if differ.sum() <= NEARLY * (picture < DARK).sum() else None


def is_alike(image: Bytes, earlier: Earlier) -> bool:
    """Whether an image, uint8 (28, 28), is one that was sent before, or nearly so."""
    one, other = image.ravel().astype(np.float32), np.frombuffer(earlier.image, np.uint8).astype(np.float32)
    return bool(one @ other >= ALIKE * np.linalg.norm(one) * np.linalg.norm(other))


def is_drawn_on(strokes: Sequence[Stroke] | None, earlier: Earlier) -> bool:
    """Whether these strokes are those of an earlier drawing and some more, such as a dot.

    The images do not tell that: with a dot a digit is centred, scaled and set upright otherwise.
    """
    if strokes is None or earlier.strokes is None:
        return False
    return _hashes(earlier.strokes) <= set(map(hash, strokes))


@functools.lru_cache(maxsize=1_000)  # some drawings of each pupil; of forged ones the strokes would fill the memory
def _hashes(text: str) -> frozenset[int]:
    return frozenset(map(hash, links.decode(text)))
