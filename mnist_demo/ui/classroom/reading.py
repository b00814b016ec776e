"""The drawings of a class as all its teachers see them, and what models read in them: each drawing is read once."""

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_demo import files
from mnist_demo.classroom import classes, drawings
from mnist_demo.classroom.database import Database
from mnist_demo.data.images import CLASSES, PIXELS, SIDE, to_pixels
from mnist_demo.drawing import pictures
from mnist_demo.models.evaluation import Evaluation
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded

LOOK_EVERY = 1.0  # seconds: all who look within them see what the first has found
MOST_CLASSES = 2  # that are remembered
MOST_MODELS = 8  # whose readings are remembered for each class
MOST_PICTURES = 1_000


@dataclass(frozen=True)
class Seen:
    """A drawing: `image` has uint8 (784,) as bytes, 255 is ink."""

    id: int
    pupil_id: int | None
    label: int
    image: bytes

    @property
    def address(self) -> str:
        """The picture as an address that a page can show, dark ink on white."""
        return _address(self.image)


@dataclass(frozen=True)
class Look:
    """The drawings of a class at one moment, in the order in which they came; the hidden ones apart.

    `is_covered` is whether the wall is blank, for all who see it.
    """

    shown: Sequence[Seen] = ()
    hidden: Sequence[Seen] = ()
    is_covered: bool = True

    @property
    def counts(self) -> list[int]:
        """How many of each digit are shown."""
        labels = [one.label for one in self.shown]
        return [labels.count(digit) for digit in range(CLASSES)]

    @property
    def pupils(self) -> int:
        """How many pupils drew what is shown."""
        return len({one.pupil_id for one in self.shown})


class ClassDrawings:
    """What this server knows of the drawings of a class; for all its threads."""

    def __init__(self, database: Database, class_id: int) -> None:
        self._database, self.class_id = database, class_id
        self._lock = threading.Lock()
        self._known: dict[int, Seen] = {}
        self._look, self._looked_at = Look(), -LOOK_EVERY
        self._readings: OrderedDict[tuple[object, ...], dict[int, int]] = OrderedDict()

    def look(self) -> Look:
        """The drawings as they were LOOK_EVERY ago, or later. Raises UserError where the database cannot be asked."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_EVERY:
                self._look = self._find()
                self._looked_at = time.monotonic()
            return self._look

    def look_again(self) -> None:
        """Something was covered, hidden, shown or deleted here: the next look asks the database."""
        with self._lock:
            self._looked_at = -LOOK_EVERY

    def _find(self) -> Look:
        marks = drawings.marks(self._database, self.class_id)
        new = drawings.fetch(self._database, [each for each in marks if each not in self._known])
        known = self._known | {one.id: Seen(one.id, one.pupil_id, one.label, one.image) for one in new}
        self._known = {each: known[each] for each in marks if each in known}  # else it was deleted in between
        shown = [one for one in self._known.values() if not marks[one.id]]
        hidden = [one for one in self._known.values() if marks[one.id]]
        return Look(shown, hidden, classes.is_wall_covered(self._database, self.class_id))

    def cover(self, is_covered: bool) -> None:
        """Make the wall blank for all who see it, or no longer. Raises UserError as `look` does."""
        classes.cover_wall(self._database, self.class_id, is_covered)
        self.look_again()

    def read(self, run: Run, seen: Sequence[Seen]) -> list[int]:
        """The digits that the model of `run` takes the drawings for. Raises UserError where it has none."""
        key = run.id, *files.version(run.model_path)
        with self._lock:
            known = self._readings.setdefault(key, {})
            self._readings.move_to_end(key)
            while len(self._readings) > MOST_MODELS:
                self._readings.popitem(last=False)
            new = [one for one in seen if one.id not in known]
            if new:
                images = np.frombuffer(b"".join(one.image for one in new), np.uint8).reshape(-1, PIXELS)
                logits = loaded.classifier(run).logits(to_pixels(images))
                known |= zip((one.id for one in new), logits.argmax(axis=1).tolist(), strict=True)
            return [known[one.id] for one in seen]

    def evaluate(self, run: Run, seen: Sequence[Seen]) -> Evaluation:
        """How well the model of `run` reads the drawings, of which there is one. Raises UserError as `read` does."""
        confusion = np.zeros((CLASSES, CLASSES), np.int64)
        np.add.at(confusion, ([one.label for one in seen], self.read(run, seen)), 1)
        return Evaluation(confusion)


_remembering = threading.Lock()


def of_class(database: Database, class_id: int) -> ClassDrawings:
    """What this server knows of the class, the same for all who ask."""
    with _remembering:
        return _of_class(database, class_id)


@functools.lru_cache(maxsize=MOST_CLASSES)
def _of_class(database: Database, class_id: int) -> ClassDrawings:
    return ClassDrawings(database, class_id)


@functools.lru_cache(maxsize=MOST_PICTURES)
def _address(image: bytes) -> str:
    return pictures.pixels_address(to_pixels(np.frombuffer(image, np.uint8).reshape(SIDE, SIDE)))
