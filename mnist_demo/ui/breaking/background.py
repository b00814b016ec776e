"""What takes long is computed by one thread for all visitors, one thing after the other, and each thing once."""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

from mnist_demo.errors import UserError

MOST_WAITING = 12  # things
MOST_KEPT = 100  # that are done
GONE_AFTER = 10.0  # seconds without a sign of a visitor

BUSY = "Many things are being computed just now: wait a minute, then try again."

Piece = TypeVar("Piece")
Work = Callable[[Callable[[Piece], None]], list[Piece]]  # is given what to call with each piece; returns all of them


class NobodyWantsItError(Exception):
    """All who had asked for it have cancelled, or are gone."""


@dataclass(eq=False)
class Job(Generic[Piece]):
    """One thing: the pieces of it that there are, and in the end all of them as `result`.

    wanted_by: when each visitor who wants it last gave a sign, by the monotonic clock.
    """

    key: str
    found: list[Piece] = field(default_factory=list)
    wanted_by: dict[str, float] = field(default_factory=dict)
    is_begun: bool = False
    result: "Future[list[Piece]]" = field(default_factory=Future)

    @property
    def problem(self) -> BaseException | None:
        """Why it ended without a result; None where it has one, or has not ended."""
        return self.result.exception() if self.result.done() else None


class Background(Generic[Piece]):
    """One thread. A visitor wants some things at a time: to ask for others is to want the former ones no more.

    So it is to be gone, for a closed tab does not cancel: who still wants them says so with `renew`.
    """

    def __init__(self, name: str) -> None:
        self._waiting: queue.SimpleQueue[tuple[Job[Piece], Work[Piece]]] = queue.SimpleQueue()
        self._jobs: OrderedDict[str, Job[Piece]] = OrderedDict()
        self._lock = threading.RLock()
        threading.Thread(target=self._run_all, name=name, daemon=True).start()  # no server waits for it to end

    def find(self, key: str) -> Job[Piece] | None:
        """What is computed, or was, under this key; None where there is nothing, or it was cancelled."""
        with self._lock:
            self._drop_unwanted()
            return self._jobs.get(key)

    def ask(self, visitor: str, works: Mapping[str, Work[Piece]]) -> None:
        """Compute what is not computed yet. Raises UserError, and changes nothing, where too much waits already."""
        with self._lock:
            self._drop_unwanted()
            new = {key for key in works if key not in self._jobs or self._jobs[key].problem is not None}
            waiting = {
                key
                for key, job in self._jobs.items()
                if not job.result.done() and (key in works or job.wanted_by.keys() - {visitor})
            }
            if new and len(waiting | new) > MOST_WAITING:
                raise UserError(BUSY)
            for key, work in works.items():
                if key in new:
                    self._jobs[key] = Job(key)
                    self._waiting.put((self._jobs[key], work))
                self._jobs[key].wanted_by[visitor] = monotonic()
            self._want_no_more(visitor, but=works)
            done = [key for key, job in self._jobs.items() if job.result.done()]
            for key in done[: max(0, len(done) - MOST_KEPT)]:
                del self._jobs[key]

    def renew(self, visitor: str) -> None:
        """The visitor is still there, and wants what was asked for."""
        with self._lock:
            for job in self._jobs.values():
                if visitor in job.wanted_by:
                    job.wanted_by[visitor] = monotonic()

    def cancel(self, visitor: str) -> None:
        """The visitor wants nothing any more. What nobody else wants ends: at once, or with its next piece."""
        with self._lock:
            self._want_no_more(visitor, but=())

    def _want_no_more(self, visitor: str, but: Collection[str]) -> None:
        for job in self._jobs.values():
            if job.key not in but:
                job.wanted_by.pop(visitor, None)
        self._drop_unwanted()

    def _drop_unwanted(self) -> None:
        """Forget the visitors who are gone, and what has not begun that nobody wants."""
        now = monotonic()
        for job in list(self._jobs.values()):
            for gone in [visitor for visitor, at in job.wanted_by.items() if now - at > GONE_AFTER]:
                del job.wanted_by[gone]
            if not job.wanted_by and not job.is_begun:
                del self._jobs[job.key]

    def _run_all(self) -> None:
        while True:
            self._run(*self._waiting.get())

    def _run(self, job: Job[Piece], work: Work[Piece]) -> None:
        def note(piece: Piece) -> None:
            job.found.append(piece)
            self._stop_if_unwanted(job)

        try:
            with self._lock:
                self._stop_if_unwanted(job)
                job.is_begun = True
            job.result.set_result(work(note))
        except BaseException as error:
            job.result.set_exception(error)

    def _stop_if_unwanted(self, job: Job[Piece]) -> None:
        with self._lock:
            self._drop_unwanted()
            if not job.wanted_by:
                if self._jobs.get(job.key) is job:  # another may have been asked for since this one was dropped
                    del self._jobs[job.key]  # so that whoever asks from now on has it computed anew
                raise NobodyWantsItError
