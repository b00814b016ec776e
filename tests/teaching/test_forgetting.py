"""A deleted class: nothing is left of its drawings, also where a model learned from them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mnist_demo import __main__ as cli
from mnist_demo.classroom import classes, drawings
from mnist_demo.classroom.database import Database, open_database
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.runs import control, run_directory, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.teaching import forgetting, material, taught
from tests.classroom.test_classes import IMAGE

RECIPE = registry.get_recipe("cnn", "teach", steps=2, batch_size=8)


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """An empty one, in a home without runs."""
    assert home
    opened = open_database()
    yield opened
    opened.close()


def class_with_drawings(database: Database) -> SchoolClass:
    one = classes.open_one(database)
    pupil = classes.join(database, one.code)
    for number in range(material.LEAST):
        drawings.add_drawing(database, pupil.id, str(number), label=number % 10, image=IMAGE)
    classes.close_class(database, one.id)
    return one


def taught_with(database: Database, data: Path, *of: SchoolClass) -> Run:
    """A run that has learned from the drawings of this class, or of all, and has ended."""
    found = drawings.collect(database, of[0].id if of else None)
    prepared = material.prepare(found.images, found.labels, found.writers, seed=1, codes=found.codes)
    run = taught.create(RECIPE, str(data), store.find("cnn"), prepared)
    run.model_path.write_bytes(run.start_path.read_bytes())
    return run_directory.set_status(run, "finished")


def codes(database: Database) -> list[str]:
    return [one.code for one in classes.list_classes(database)]


def test_runs_lose_the_drawings_of_a_deleted_class_and_keep_their_models(database: Database, tiny_npz: Path) -> None:
    gone, kept = class_with_drawings(database), class_with_drawings(database)
    of_gone, of_kept, of_both = (
        taught_with(database, tiny_npz, gone),
        taught_with(database, tiny_npz, kept),
        taught_with(database, tiny_npz),
    )
    older, damaged = taught_with(database, tiny_npz, kept), taught_with(database, tiny_npz, gone)
    known = vars(material.read(older))
    np.savez(older.drawings_path, **{name: known[name] for name in ("images", "labels", "parts")})
    assert len(material.read(older).labels) == material.LEAST
    (damaged.directory / "settings.json").write_text("nothing")
    forgetting.delete_class(database, gone.id)
    forgetting.delete_class(database, gone.id)
    assert codes(database) == [kept.code]
    left = {run.id for run in (of_gone, of_kept, of_both, older, damaged) if run.drawings_path.exists()}
    assert left == {of_kept.id}  # what does not say whose drawings it has goes too
    assert all(store.find(run.id).model_path.is_file() for run in (of_gone, of_kept, of_both, older))
    assert taught.worth(of_kept).drawings


def test_a_run_without_its_drawings_says_so_and_does_not_go_on(database: Database, tiny_npz: Path) -> None:
    one = class_with_drawings(database)
    run = taught_with(database, tiny_npz, one)
    forgetting.delete_class(database, one.id)
    with pytest.raises(UserError, match="were deleted with their class: its model still works"):
        taught.worth(run)
    with pytest.raises(UserError, match="deleted with their class: it cannot go on"):
        control.queue_again(run, 4)
    told = CliRunner().invoke(cli.main, ["train", "--continue", run.id, "--json"])
    assert isinstance(told.exception, UserError)
    assert run_directory.load(run.directory).status.state == "finished"


def test_a_class_is_not_deleted_while_it_is_open_or_a_model_learns_from_it(database: Database, tiny_npz: Path) -> None:
    one = class_with_drawings(database)
    run = run_directory.set_status(taught_with(database, tiny_npz, one), "queued")
    with pytest.raises(UserError, match="still learning from drawings of this class"):
        forgetting.delete_class(database, one.id)
    assert len(material.read(run).labels) == material.LEAST
    run_directory.set_status(run, "stopped")
    other = classes.open_one(database)
    with pytest.raises(UserError, match="This class is open: close it first"):
        forgetting.delete_class(database, other.id)
    assert codes(database) == [other.code, one.code]
    forgetting.delete_class(database, one.id)
    assert not run.drawings_path.exists()
