"""What a class votes on: the image behind a question's name, what the models say of it, and the series to ask."""

import functools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mnist_demo.classroom import drawings
from mnist_demo.classroom.current import current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.classroom.voting import questions
from mnist_demo.classroom.voting.questions import DRAWING, SUBSET, TEST, Question
from mnist_demo.data import datasets
from mnist_demo.data.images import PIXELS, SIDE, Floats, to_pixels
from mnist_demo.drawing import pictures
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.classroom import reading, teaching
from mnist_demo.ui.common import services
from mnist_demo.ui.evidence import choice
from mnist_demo.ui.mistakes import judged
from mnist_demo.words import a_digit

IMAGES, DRAWINGS = "images", "drawings"  # the series that can be asked
KINDS = {IMAGES: (TEST, SUBSET), DRAWINGS: (DRAWING,)}
MOST_SERIES = 4  # that are remembered


@dataclass(frozen=True)
class Subject:
    """An image that is voted on. pixels: float32 (28, 28) in [0, 1]. label: what it was meant to be."""

    question: Question
    pixels: Floats
    label: int

    @property
    def address(self) -> str:
        """The picture as an address that a page can show, dark ink on white."""
        return pictures.pixels_address(self.pixels)

    @property
    def answer(self) -> str:
        """What was right, in a sentence."""
        return f"Its writer meant {a_digit(self.label)}."


def shipped() -> list[Run]:
    """The models that come with the app: which images are hard is found out with these."""
    return list(loaded.all_shipped().values())


def models(school_class: SchoolClass) -> list[Run]:
    """Those that the class votes against: the shipped ones, and the one that was taught its handwriting last."""
    taught = teaching.last_taught(school_class)
    is_ready = taught is not None and not taught.is_active and taught.model_path.is_file()
    return [*shipped(), taught] if taught is not None and is_ready else shipped()


def find(database: Database, names: Iterable[str]) -> dict[str, Subject]:
    """The images behind the names of questions; those that are not there, or no more, are left out.

    Raises UserError where the images cannot be read.
    """
    asked = {name: question for name in names if (question := questions.parse(name)) is not None}
    drawn = [question.number for question in asked.values() if question.kind == DRAWING]
    stored = {one.id: one for one in drawings.fetch(database, drawn) if not one.hidden} if drawn else {}
    found = {}
    for name, question in asked.items():
        if question.kind != DRAWING:
            split = services.dataset(_source(question.kind)).test
            if question.number < len(split):
                at = question.number
                found[name] = Subject(question, _image(split.pixels(at, at + 1)), int(split.labels[at]))
        elif question.number in stored:
            one = stored[question.number]
            found[name] = Subject(question, _image(to_pixels(np.frombuffer(one.image, np.uint8))), one.label)
    return found


def _source(kind: str) -> str:
    return datasets.BUNDLED if kind == SUBSET else datasets.find_source()


def _image(pixels: Floats) -> Floats:
    return np.asarray(pixels.reshape(SIDE, SIDE))


def series(name: str, class_id: int) -> list[str]:
    """The questions of a series, IMAGES or DRAWINGS, the hardest first: ten, or of drawings as many as there are.

    Raises UserError where they cannot be found out.
    """
    if name == IMAGES:
        return list(_hard_images(datasets.find_source()))
    shown = reading.of_class(current.database(), class_id).look().shown
    return list(_hard_drawings(tuple(one.id for one in shown), tuple(one.image for one in shown)))


@functools.lru_cache(maxsize=MOST_SERIES)
def _hard_images(source: str) -> tuple[str, ...]:
    """Of the whole test split: what the models say of it is computed in the background, once for this page and others.

    Whoever waits for it sees the progress.
    """
    split = services.dataset(source).test
    said = [judged.judged(choice.opened(run), split).probabilities for run in shipped()]
    kind = SUBSET if source == datasets.BUNDLED else TEST
    return tuple(str(Question(kind, index)) for index in questions.hardest(said))


@functools.lru_cache(maxsize=MOST_SERIES)
def _hard_drawings(ids: Sequence[int], images: Sequence[bytes]) -> tuple[str, ...]:
    if not ids:
        return ()
    pixels = to_pixels(np.frombuffer(b"".join(images), np.uint8).reshape(-1, PIXELS))
    said = [loaded.classifier(run).probabilities(pixels) for run in shipped()]
    return tuple(str(Question(DRAWING, ids[index])) for index in questions.hardest(said, len(ids)))


def following(names: Sequence[str], voted: Collection[str], before: str | None) -> str | None:
    """What to ask next of a series after `before`: what nobody has voted on yet; None where there is nothing left."""
    start = names.index(before) + 1 if before in names else 0
    left = [name for name in [*names[start:], *names[:start]] if name not in voted and name != before]
    return next(iter(left), None)


def series_of(name: str) -> str:
    """The series to which the question of this name belongs."""
    question = questions.parse(name)
    return DRAWINGS if question is not None and question.kind == DRAWING else IMAGES
