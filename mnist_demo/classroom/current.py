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
        self._is_open, self._looked_at = False, -LOOK_EVERY

    def database(self) -> "Database":
        """The database, opened at the first call. Raises UserError where it cannot be."""
        with self._opening:
            if self._database is None:
                if self._fault and self._clock() - self._fault[0] < TRY_AGAIN_AFTER:
                    raise self._fault[1]
                from mnist_demo.classroom.database import open_database  # noqa: PLC0415 (0.4 s; see is_class_open)

                try:
                    self._database = open_database()
                except UserError as error:
                    self._fault = self._clock(), error
                    raise
            return self._database

    def is_class_open(self) -> bool:
        """Whether somebody has opened a class and not closed it; where that cannot be asked, what was so before.

        Nothing is imported where there has never been a class.
        """
        with self._looking:
            if self._clock() - self._looked_at < LOOK_EVERY or not (self._is_open or place.may_exist()):
                return self._is_open
            wait = LOOK_EVERY
            try:
                from mnist_demo.classroom import classes  # noqa: PLC0415

                self._is_open = any(one.closed is None for one in classes.list_classes(self.database()))
            except UserError:
                wait = TRY_AGAIN_AFTER
            self._looked_at = self._clock() + wait - LOOK_EVERY
            return self._is_open

    def look_again(self) -> None:
        """Somebody here has opened, closed or deleted a class: the next question is asked of the database."""
        with self._looking:
            self._looked_at = -LOOK_EVERY


current = Current()  # the server's
