"""What a person can do where the database does not work, in one sentence; never with the password of its address."""

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mnist_demo.classroom.place import DATABASE_VARIABLE
from mnist_demo.errors import UserError

BUSY = "{name} is in use by somebody else at this moment: try again."
FULL = "There is no space left for {name}: free some space and try again."
GONE = "{name} cannot be opened: it was moved or deleted, or this program may not read and write it there."
DAMAGED = "{name} is damaged or belongs to another program: move it away, or set {variable} to another database."
UNREACHABLE = (
    "The database that {variable} names does not answer, or does not know this user, password or name: "
    "check that its server runs, and the address."
)

# SQLite's primary result codes (sqlite.org/rescode.html).
OF_SQLITE = {
    **dict.fromkeys((5, 6), BUSY),  # BUSY, LOCKED
    13: FULL,
    **dict.fromkeys((3, 8, 10, 14, 23), GONE),  # PERM, READONLY, IOERR, CANTOPEN, AUTH
    **dict.fromkeys((1, 11, 26), DAMAGED),  # ERROR, as where a table is missing, CORRUPT, NOTADB
}
# PostgreSQL's error codes (appendix A of its manual), or how they begin: the first that fits.
OF_POSTGRESQL = {
    **dict.fromkeys(("55P03", "40"), BUSY),  # lock_not_available; rolled back for a deadlock or another transaction
    "53": FULL,  # insufficient resources
    **dict.fromkeys(("25006", "42501"), "{name} may be read, but not written: ask who keeps it to allow it."),
    **dict.fromkeys(("42P01", "42P07", "42703"), DAMAGED),  # a table is missing, there already, or lacks a column
    **dict.fromkeys(("08", "28", "3D", "57"), UNREACHABLE),
}


class UnavailableError(UserError):
    """The database does not work at this moment; what was to be stored may be tried again."""


def sentence(error: SQLAlchemyError, name: str) -> str | None:
    """What to tell of an error of the database that is called `name`; None where only a programmer can mend it."""
    found = _kind(error)
    return None if found is None else found.format(name=name, variable=DATABASE_VARIABLE)


def _kind(error: SQLAlchemyError) -> str | None:
    if isinstance(error, PoolTimeoutError):  # all connections of this process are in use
        return BUSY
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return OF_SQLITE.get(code & 255)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # what psycopg says by itself: it has not reached the server, or lost it
        return UNREACHABLE if error.statement is None or isinstance(error, OperationalError) else None
    return next((kind for begin, kind in OF_POSTGRESQL.items() if state.startswith(begin)), None)
