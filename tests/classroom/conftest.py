"""Fixtures: an empty database, of each kind in turn."""

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from mnist_demo.classroom.database import Database, open_database
from mnist_demo.classroom.place import DATABASE_VARIABLE
from mnist_demo.classroom.tables import Base
from tests.classroom import postgresql

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def server() -> Iterator[postgresql.Server]:
    """PostgreSQL, started once for all tests; skips where it is not installed."""
    programs = postgresql.find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is needed: apt-get install postgresql")
    with postgresql.Server(programs) as running:
        yield running


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def named(kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The kind of database that this process, and those that it starts, will open; there is nothing in it."""
    if kind == "postgresql":
        monkeypatch.setenv(DATABASE_VARIABLE, request.getfixturevalue("server").url)
        database = open_database()
        with database.writing() as session:
            session.execute(sa.text("TRUNCATE " + ", ".join(Base.metadata.tables)))
        database.close()
    return kind


@pytest.fixture
def database(named: str) -> Iterator[Database]:
    """An empty database, of each kind in turn."""
    assert named in KINDS
    opened = open_database()
    yield opened
    opened.close()


@pytest.fixture
def sqlite_only(home: object) -> Iterator[Database]:
    """An empty database of SQLite, for what is alike on both."""
    assert home
    opened = open_database()
    yield opened
    opened.close()


@pytest.fixture
def emptied(kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a database is that nobody has opened yet, of each kind in turn, as MNIST_DEMO_DATABASE names it."""
    if kind == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('tmp_path')}/new.db"
        return
    server = request.getfixturevalue("server")
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE new")
        yield server.url.replace("/postgres?", "/new?")
        connection.execute("DROP DATABASE new WITH (FORCE)")
