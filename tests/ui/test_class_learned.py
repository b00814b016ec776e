"""What a pupil is told of the own drawings once the model was taught the class's handwriting."""

import numpy as np
import pytest

from mnist_demo.classroom import drawings
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import Pupil
from mnist_demo.data import datasets
from mnist_demo.data.images import to_bytes
from mnist_demo.models import registry
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common import services
from tests.classroom.test_classes import LINE
from tests.ui.test_class_pupil import open_page

SECTION = 'class="class-learned"'

pytestmark = pytest.mark.usefixtures("quick_looks")


def taught(state: str = "finished") -> Run:
    """A run that began with the affine model and, to be sure of the outcome, has become the CNN."""
    run = store.create(registry.get_recipe("cnn", "teach"), datasets.BUNDLED, start="affine")
    run.model_path.write_bytes(store.find("cnn").model_path.read_bytes())
    run = run_directory.set_status(run, state)
    services.listing().refresh()
    return run


def draw(database: Database, pupil: Pupil, *kinds: tuple[bool, bool]) -> None:
    """Send a drawing of each kind: whether the affine model reads it right, and whether the CNN does."""
    split = services.current_dataset().test
    said = [loaded.classifier(store.find(name)).logits(split.pixels()).argmax(axis=1) for name in ("affine", "cnn")]
    is_right = np.stack([digits == split.labels for digits in said], axis=1)
    for number, kind in enumerate(kinds):
        index = int(np.flatnonzero((is_right == kind).all(axis=1))[0])
        image, label = to_bytes(split.pixels(index, index + 1)[0]), int(split.labels[index])
        drawings.add_drawing(database, pupil.id, f"{pupil.id}-{number}", label=label, strokes=LINE, image=image)


def test_a_pupil_sees_which_of_the_own_drawings_turned_from_wrong_to_right(database: Database, pupil: Pupil) -> None:
    draw(database, pupil, (True, True), (False, True), (True, False))
    before = open_page(pupil.key)
    assert not [each for each in before.get("html") if SECTION in each.proto.body]
    taught()
    (told,) = [each.proto.body for each in open_page(pupil.key).get("html") if SECTION in each.proto.body]
    assert "Of your 3 drawings, it read 2 correctly before, and 2 now." in told
    right, wrong = told.split("Correct before, wrong now:")
    assert "Wrong before, correct now:" in right
    assert (right.count("<img"), wrong.count("<img")) == (1, 1)


@pytest.mark.parametrize("state", ["running", "finished"])
def test_nothing_is_said_before_it_is_taught_or_to_who_has_sent_nothing(
    database: Database, pupil: Pupil, state: str
) -> None:
    if state == "running":
        draw(database, pupil, (False, True))
    taught(state)
    app = open_page(pupil.key)
    assert not app.exception
    assert not [each for each in app.get("html") if SECTION in each.proto.body]
