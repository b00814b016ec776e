"""The database as this server has it, opened once, and whether a class is open in it now."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mnist_demo.classroom import place
from mnist_demo.errors import UserError

if TYPE_CHECKING:
    from mnist_demo.classroom.database import Database

LOOK_EVERY = 1.0  # seconds: what was found out is taken as true for so long
TRY_AGAIN_AFTER = 5.0  # seconds, where the database could not be opened: whoever asks meanwhile need not wait for it


class Current:
    """What a server knows of the database; for all its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._opening, self._looking = threading.Lock(), threading.Lock()
        self._database: Database | None = None
        self._fault: tuple[float, UserError] | None = None  # when it could not be opened, and why
        self._is_open: bool | None = None  # whether a class is; None until a database has answered
        self._look_at: float | None = None  # when to look next; None before the first time

    def database(self) -> "Database":
        """The database, opened at the first call. Raises UserError where it cannot be."""
        if self._database is not None:
            return self._database
        # Who comes while another tries once more is told what was so before.
        if not self._opening.acquire(blocking=self._fault is None) and self._fault:
            raise self._fault[1]
        try:
            if self._database is None:
                self._database = self._open()
            return self._database
        finally:
            self._opening.release()

    def _open(self) -> "Database":
        if self._fault and self._clock() - self._fault[0] < TRY_AGAIN_AFTER:
            raise self._fault[1]
        from mnist_demo.classroom.database import open_database  # noqa: PLC0415 (0.4 s; see is_class_open)

        try:
            return open_database()
        except UserError as error:
            self._fault = self._clock(), error
            raise

    def is_class_open(self) -> bool:
        """Whether somebody has opened a class and not closed it; where that cannot be asked, what was so before.

        A database that has not answered yet may well have an open class: there it counts as open, see `is_known`.
        Nothing is imported where there has never been a class.
        """
        if not (self._is_open or place.may_exist()):
            return False
        is_first = self._is_open is None and self._look_at is None
        # Who comes while another asks takes what was so before; only the first time all wait.
        if self._is_due() and self._looking.acquire(blocking=is_first):
            try:
                if self._is_due():
                    self._look()
            finally:
                self._looking.release()
        return self._is_open is not False

    def is_known(self) -> bool:
        """Whether a database has said whether a class is open, or there is none."""
        return self._is_open is not None or not place.may_exist()

    def _is_due(self) -> bool:
        return self._look_at is None or self._clock() >= self._look_at

    def _look(self) -> None:
        wait = LOOK_EVERY
        try:
            from mnist_demo.classroom import classes  # noqa: PLC0415

            self._is_open = any(one.closed is None for one in classes.list_classes(self.database()))
        except UserError:
            wait = TRY_AGAIN_AFTER
        self._look_at = self._clock() + wait

    def look_again(self) -> None:
        """Somebody here has opened, closed or deleted a class: the next question is asked of the database."""
        with self._looking:
            self._look_at = None


current = Current()  # the server's
