"""What is told of a database that does not work, or is none."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from mnist_demo.classroom import faults, place
from mnist_demo.classroom.database import Database, open_database
from mnist_demo.errors import UserError


def nonsense(path: Path) -> None:
    path.write_text("not a database, but a text that is long enough to be taken for one" * 20)


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE classes (name)")


@pytest.mark.parametrize("make", [nonsense, foreign])
def test_a_file_that_is_no_database_of_ours_is_told_and_kept(home: Path, make: Callable[[Path], None]) -> None:
    path = home / place.FILE_NAME
    make(path)
    before = path.read_bytes()[100:]
    with pytest.raises(UserError, match="damaged or belongs to another program"):
        open_database()
    assert path.read_bytes()[100:] == before


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    for name, words in (("file/home/x.db", "Cannot write"), (".", "cannot be opened")):
        monkeypatch.setenv(place.DATABASE_VARIABLE, f"sqlite:///{tmp_path / name}")
        with pytest.raises(UserError, match=words):
            open_database()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("secret", "does not name a database"),
        ("secret://a:secret@host/name", "does not name a database"),
        ("postgresql://a:secret@host:port/name", "does not name a database"),
        ("postgresql://a:secret@127.0.0.1:99999/name", "does not"),
        ("mysql://a:secret@host/name", "does not name a database"),
        ("sqlite://", "does not name a database"),
        ("sqlite:///:memory:", "does not name a database"),
        ("postgresql://a:secret@127.0.0.1:1/name", "does not answer"),
        ("postgres://a:se@secret@127.0.0.1:1/name", "does not answer"),
        ("postgresql+psycopg://127.0.0.1:1/name?password=secret", "does not answer"),
        ("postgresql://a:secret@127.0.0.1:1/name?secret=secret", "does not"),
        ("postgresql://a:b@/secret?host=/nowhere", "does not answer"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(
    name: str, words: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv(place.DATABASE_VARIABLE, name)
    with pytest.raises(UserError, match=words) as told:
        open_database()
    assert "secret" not in str(told.value)
    assert place.DATABASE_VARIABLE in str(told.value)
    assert not list(home.glob("classroom*"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (psycopg.errors.DiskFull(), "no space left"),
        (psycopg.errors.DeadlockDetected(), "try again"),
        (psycopg.errors.AdminShutdown(), "does not answer"),
        (psycopg.errors.ReadOnlySqlTransaction(), "not written"),
        (psycopg.errors.UndefinedTable(), "another program"),
    ],
)
def test_what_a_server_says_is_told(error: Exception, words: str) -> None:
    assert words in str(faults.sentence(OperationalError("", {}, error), "The database"))


def test_an_error_of_ours_is_no_users(database: Database) -> None:
    with pytest.raises(sa.exc.ArgumentError), database.reading() as session:
        session.execute(sa.select("nothing"))  # type: ignore[call-overload]
    assert faults.sentence(OperationalError("", {}, psycopg.errors.SyntaxError()), "") is None
