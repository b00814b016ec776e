"""Opening the database, bringing it up to date, and what is told where it does not work."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from mnist_demo.classroom import classes, database, drawings, place
from mnist_demo.classroom.database import Database, open_database
from mnist_demo.classroom.tables import Base, SchoolClass
from mnist_demo.errors import UserError
from tests.classroom import postgresql
from tests.classroom.test_classes import at_once, draw, joined
from tests.command_line import ROOT

STEP_9 = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9", "3"
def upgrade() -> None:
    op.add_column("classes", sa.Column("subject", sa.String(20), server_default="maths"))
"""


def files_of(home: Path) -> list[str]:
    return sorted(path.name for path in home.glob("classroom*"))


def test_the_tables_are_those_that_the_steps_make(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_an_older_database_is_upgraded_and_a_newer_one_is_left_alone(
    emptied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(place.DATABASE_VARIABLE, emptied)
    with closing(open_database()) as old:
        code = classes.open_class(old).code
    steps = shutil.copytree(ROOT / "mnist_demo" / "classroom" / "migrations", tmp_path / "newer")
    (steps / "versions" / "v9_subject.py").write_text(STEP_9)
    with monkeypatch.context() as newer:
        newer.setattr(database, "MIGRATIONS", str(steps))
        with closing(open_database()) as upgraded, upgraded.reading() as session:
            assert session.execute(sa.text("SELECT code, subject FROM classes")).all() == [(code, "maths")]
    with pytest.raises(UserError, match="made by a newer version"):
        open_database()


OPEN = """
import os, sys
from alembic import command
from mnist_demo.classroom.database import open_database
for name in sys.argv[1:]:
    os.environ["MNIST_DEMO_DATABASE"] = name
    print("ready", flush=True)
    sys.stdin.readline()
    open_database().close()
"""


def test_two_processes_may_open_a_new_database_at_once(server: postgresql.Server, tmp_path: Path) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE twice")
    names = [f"sqlite:///{tmp_path}/{number}.db" for number in range(4)] + [server.url.replace("/postgres?", "/twice?")]
    command = [sys.executable, "-c", OPEN, *names]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    for _ in names:
        for process in both:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
        for process in both:
            process.stdin.write("go\n")
            process.stdin.flush()
    for process in both:
        assert process.communicate()[1] == ""
        assert process.returncode == 0


DRAW_UNTIL_KILLED = """
import numpy as np
from mnist_demo.classroom import classes, drawings
from mnist_demo.classroom.database import open_database
database = open_database()
pupil = classes.join(database, classes.open_class(database).code)
for number in range(100_000):
    drawings.add_drawing(database, pupil.id, str(number), label=1, strokes=[], image=np.zeros(784, np.uint8))
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_drawing_that_was_acknowledged_survives_a_kill(home: Path) -> None:
    command = [sys.executable, "-c", DRAW_UNTIL_KILLED]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    acknowledged = [int(line) for line in said if line.endswith("\n")]
    with closing(open_database()) as opened:
        stored = [int(one.identifier) for one in drawings.list_drawings(opened, 1)]
        assert stored[: len(acknowledged)] == acknowledged
        assert len(stored) <= len(acknowledged) + 1  # the one whose answer was on its way
        assert draw(opened, joined(opened))
    assert files_of(home) == ["classroom.db"]  # all in one file, once nobody has it open


def test_what_raises_is_undone(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.add(SchoolClass(code="AAAAAA", opened=0.0))
        session.flush()
        raise ZeroDivisionError
    assert classes.list_classes(database) == []


def test_a_server_and_a_command_write_at_once(database: Database) -> None:
    pupil = joined(database)
    with closing(open_database()) as other:  # as another process has it
        both = database, other
        assert all(at_once(lambda number: draw(both[number % 2], pupil, str(number)), 12))
    assert len(drawings.list_drawings(database, pupil.class_id)) == 12


def test_a_locked_database_is_told_and_used_again(
    named: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 1 if named == "postgresql" else 0.1)
    with closing(open_database()) as opened:
        pupil = joined(opened)
        other: psycopg.Connection | sqlite3.Connection
        if named == "postgresql":
            other = psycopg.connect(request.getfixturevalue("server").url)
            other.execute("LOCK TABLE drawings")
        else:
            other = sqlite3.connect(home / place.FILE_NAME, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
        with closing(other):
            with pytest.raises(UserError, match="in use by somebody else"):
                draw(opened, pupil)
            other.rollback()
        assert draw(opened, pupil)


def test_a_full_disk_is_told_and_nothing_is_lost(sqlite_only: Database) -> None:
    pupil = joined(sqlite_only)

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # that is, as many as there are

    sa.event.listen(sqlite_only.engine, "connect", limit)
    sqlite_only.close()
    acknowledged = 0
    with pytest.raises(UserError, match="no space left for"):
        for number in range(100):
            acknowledged += draw(sqlite_only, pupil, str(number))
    assert len(drawings.list_drawings(sqlite_only, pupil.class_id)) == acknowledged
    sa.event.remove(sqlite_only.engine, "connect", limit)
    sqlite_only.close()
    assert draw(sqlite_only, pupil, "again")


def test_a_file_that_is_gone_is_told_at_once_and_used_when_it_is_back(sqlite_only: Database, home: Path) -> None:
    pupil = joined(sqlite_only)
    path, away = home / place.FILE_NAME, home / "away"
    draw(sqlite_only, pupil, "before")
    away.mkdir()
    for file in home.glob(f"{path.name}*"):
        file.rename(away / file.name)
    for _ in range(2):
        with pytest.raises(UserError, match="cannot be opened"):
            draw(sqlite_only, pupil, "meanwhile")
    assert files_of(home) == []  # no empty one was made in its place
    for file in away.iterdir():
        file.rename(home / file.name)
    assert draw(sqlite_only, pupil, "meanwhile")
    assert [one.identifier for one in drawings.list_drawings(sqlite_only, 1)] == ["before", "meanwhile"]


def test_another_file_in_its_place_is_what_is_used(sqlite_only: Database, home: Path) -> None:
    pupil = joined(sqlite_only)
    sqlite_only.close()  # as it has to be for a copy
    shutil.copy(home / place.FILE_NAME, home / "copy.db")
    draw(sqlite_only, pupil, "lost with the old file")
    for file in home.glob(f"{place.FILE_NAME}*"):
        file.unlink()
    (home / "copy.db").rename(home / place.FILE_NAME)
    assert draw(sqlite_only, pupil, "new")
    with closing(sqlite3.connect(home / place.FILE_NAME)) as plain:
        assert plain.execute("SELECT identifier FROM drawings").fetchall() == [("new",)]


def test_a_server_that_is_gone_is_told_and_used_when_it_is_back(
    server: postgresql.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(place.DATABASE_VARIABLE, server.url)
    with closing(open_database()) as opened:
        pupil = joined(opened)
        server.stop()
        try:
            with pytest.raises(UserError, match="does not answer"):
                draw(opened, pupil)
        finally:
            server.start()
        assert draw(opened, pupil)
        server.stop()  # and nobody notices
        server.start()
        assert draw(opened, pupil, "later")
        classes.delete_class(opened, pupil.class_id)


def test_where_all_connections_are_in_use_one_is_told_so_after_a_while(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 1 if named == "postgresql" else 0.2)
    with closing(open_database()) as opened, ExitStack() as readers:
        for _ in range(15):  # as many as SQLAlchemy has
            readers.enter_context(opened.engine.connect())
        started = time.monotonic()
        with pytest.raises(UserError, match="in use by somebody else"):
            classes.list_classes(opened)
        assert time.monotonic() - started < 20  # SQLAlchemy itself would wait 30 s
        readers.close()
        assert classes.list_classes(opened) == []
