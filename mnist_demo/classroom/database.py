"""The database: where it is, opening it, bringing its tables up to date, and transactions.

A file of SQLite in the home folder, or what `MNIST_DEMO_DATABASE` names. What a class was told is stored is on the
disk: SQLite and PostgreSQL wait for it at the end of each transaction, unless they are told not to.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from mnist_demo import files
from mnist_demo.classroom import place
from mnist_demo.classroom.faults import BUSY, UnavailableError, sentence
from mnist_demo.classroom.place import DATABASE_VARIABLE
from mnist_demo.classroom.tables import Base
from mnist_demo.errors import UserError

PATIENCE = 5  # seconds: how long one waits for somebody else who writes, or for a server to answer
MIGRATIONS = "mnist_demo.classroom:migrations"  # a package and a folder in it, or a path
ADVISORY_LOCK = 28_28_10  # of PostgreSQL: any number that everybody who opens this database takes

_upgrading = threading.Lock()  # Alembic holds what it works on in its modules


class Database:
    """An open database, for all threads of this process. Raises UnavailableError where it is locked, full or gone."""

    def __init__(self, engine: sa.Engine, name: str) -> None:
        """`name` is how sentences call it: nothing of a password."""
        self.engine = engine
        self.name = name
        self._writer = engine.execution_options(writes=True)
        # SQLite's writers try again and again: those of this process had better queue up. PostgreSQL does that itself.
        self._queue = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads. The rows that it gave stay what they were afterwards."""
        with self._told(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is stored for good when the block ends, and undone where that raises."""
        with self._told(), self._turn(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def upgrade(self) -> None:
        """Take the steps in `migrations` that this database has not taken; a new one takes all.

        Raises UserError where a newer version of this program made it. Whoever opens it at the same time waits.
        """
        from alembic import command  # noqa: PLC0415 (0.1 s, which a command without a database need not wait for)
        from alembic.config import Config  # noqa: PLC0415
        from alembic.migration import MigrationContext  # noqa: PLC0415
        from alembic.script import ScriptDirectory  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", MIGRATIONS)
        script = ScriptDirectory.from_config(config)

        def is_new(connection: sa.Connection) -> bool:
            step = MigrationContext.configure(connection).get_current_revision()
            if step not in {None, *(known.revision for known in script.walk_revisions())}:
                raise UserError(f"{self.name} was made by a newer version of this program: update this one.")
            return step == script.get_current_head()

        with self._told(), _upgrading:
            with self.engine.connect() as connection:
                if is_new(connection):
                    return
            with self._writer.execution_options(upgrades=True).begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
                if not is_new(connection):
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
            self.close()  # SQLite's connection that did it checks no references

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._queue is None:
            yield
        elif self._queue.acquire(timeout=PATIENCE):
            try:
                yield
            finally:
                self._queue.release()
        else:
            raise UnavailableError(BUSY.format(name=self.name))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            told = sentence(error, self.name)
            if told is None:
                raise
            raise UnavailableError(told) from error


def open_database() -> Database:
    """The database that is named, else that of the home folder, made or upgraded where need be. Raises UserError."""
    url = _url(place.named())
    if url.drivername.startswith("postgresql"):
        database = Database(_postgresql(url), "The database")
    else:
        database = _file(Path(str(url.database)))
    database.upgrade()
    return database


def insert_new(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows that break no rule of uniqueness, also where somebody inserts the same now; how many those are.

    A row names all columns but `id`.
    """
    if not rows:
        return 0
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).on_conflict_do_nothing()
    return session.connection().execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount


def _url(text: str) -> sa.URL:
    """What the variable's text names; nothing of it is ever printed, for it may hold a password."""
    if not text:
        return sa.URL.create("sqlite", database=str(place.in_home()))
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):
        url = sa.URL.create("nonsense")
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url
    raise UserError(
        f"{DATABASE_VARIABLE} does not name a database: write postgresql://user:password@host/name, with %40 for an @ "
        "in the password, or sqlite:///path, or leave it out."
    )


def _postgresql(url: sa.URL) -> sa.Engine:
    settings = {"connect_timeout": PATIENCE, "options": f"-c lock_timeout={PATIENCE}s"}
    # A connection that was lost while nobody used it, as when the server was started anew, is made again.
    return sa.create_engine(url, connect_args=settings, pool_pre_ping=True, pool_timeout=PATIENCE)


def _file(path: Path) -> Database:
    """A database in one file, which is missed as soon as it is gone."""
    path = path.absolute()
    files.make_folder(path.parent)
    try:
        path.touch()  # an empty file is an empty database
    except OSError as error:
        raise files.cannot_write(path, error) from error

    def connect() -> sqlite3.Connection:
        # It never makes a file. Transactions begin below: the driver would begin them too late.
        address = f"{path.as_uri()}?mode=rw"
        connection = sqlite3.connect(address, PATIENCE, isolation_level=None, check_same_thread=False, uri=True)
        with suppress(sqlite3.OperationalError):  # somebody else opens a new file just now: the next one does it
            connection.execute("PRAGMA journal_mode = WAL")  # nobody who reads waits for one who writes
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_timeout=PATIENCE)

    @sa.event.listens_for(engine, "connect")
    def note_file(_: object, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _inode(path)

    @sa.event.listens_for(engine, "checkout")
    def check_file(_: object, record: ConnectionPoolEntry, __: object) -> None:
        if record.info["file"] != _inode(path):  # what it would write to was deleted, or another put in its place
            raise DisconnectionError

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get("upgrades"):  # a step that makes a table anew drops the old one, and else all that refers to it
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        # Who will write takes the lock first: one who has read cannot wait for it any more.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    return Database(engine, str(path))


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
