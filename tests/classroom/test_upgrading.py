"""Databases of earlier versions, which are brought along."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from mnist_demo.classroom import classes, database, place, votes
from mnist_demo.classroom.database import open_database
from mnist_demo.classroom.tables import Base
from mnist_demo.classroom.voting import asked
from tests.command_line import ROOT

OF_VERSION_1 = (
    "INSERT INTO classes (code, opened) VALUES ('K7M3QD', 1.5)",
    "INSERT INTO classes (code, opened, closed) VALUES ('A4C6E9', 2.5, 3.5)",
    "INSERT INTO pupils (class_id, key, colour, animal) VALUES (1, 'a', 'red', 'fox')",
    "INSERT INTO pupils (class_id, key, colour, animal) VALUES (2, 'b', 'red', 'owl')",
)


def test_classes_keep_their_pupils_and_no_number_is_given_twice(
    emptied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(place.DATABASE_VARIABLE, emptied)
    steps = shutil.copytree(ROOT / "mnist_demo" / "classroom" / "migrations", tmp_path / "older")
    for later in (steps / "versions").glob("v[2-9]_*"):
        later.unlink()
    with monkeypatch.context() as older:
        older.setattr(database, "MIGRATIONS", str(steps))
        with closing(open_database()) as old, old.writing() as session:
            for row in OF_VERSION_1:
                session.execute(sa.text(row))
    with closing(open_database()) as upgraded:
        with upgraded.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        newest, first = classes.list_classes(upgraded)
        assert [(one.id, one.code, one.opened, one.closed) for one in (first, newest)] == [
            (1, "K7M3QD", 1.5, None),
            (2, "A4C6E9", 2.5, 3.5),
        ]
        assert not classes.is_wall_covered(upgraded, first.id)
        assert (first.question, first.is_revealed) == (None, False)
        asked.ask(upgraded, first.id, "test-1", None)
        assert votes.vote(upgraded, classes.join(upgraded, "K7M3QD").id, "test-1", 3)
        assert {one: size.pupils for one, size in classes.sizes(upgraded).items()} == {1: 2, 2: 1}
        classes.delete_class(upgraded, newest.id)
        assert {one: size.pupils for one, size in classes.sizes(upgraded).items()} == {1: 2}
        classes.close_class(upgraded, first.id)
        assert classes.open_one(upgraded).id == 3
