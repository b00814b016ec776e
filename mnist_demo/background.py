"""What takes long: by a thread, each thing once for all visitors and one after another, or in a process of its own."""

import math
import multiprocessing
import os
import queue
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

from mnist_demo.errors import UserError

NICENESS = 10  # of a process: drawing and the pages come first
MOST_WAITING = 12  # things
GONE_AFTER = 10.0  # seconds without a sign of a visitor

BUSY = "Many things are being computed just now: wait a minute, then try again."

Piece = TypeVar("Piece")
Result = TypeVar("Result")
Work = Callable[[Callable[[Piece], None]], Result]  # is given what to call with each piece of what it returns


class NobodyWantsItError(Exception):
    """All who had asked for it have cancelled, or are gone."""


@dataclass(eq=False)
class Job(Generic[Piece, Result]):
    """One thing: the pieces of it that there are, until all of it is there as `result`.

    wanted_by: when each visitor who wants it last gave a sign, by the monotonic clock.
    """

    key: str
    found: list[Piece] = field(default_factory=list)
    wanted_by: dict[str, float] = field(default_factory=dict)
    is_begun: bool = False
    result: "Future[Result]" = field(default_factory=Future)

    @property
    def problem(self) -> BaseException | None:
        """Why it ended without a result; None where it has one, or has not ended."""
        return self.result.exception() if self.result.done() else None


class Background(Generic[Piece, Result]):
    """One thread. A visitor wants some things at a time: to ask for others is to want the former ones no more.

    So it is to be gone, for a closed tab does not cancel: who still wants them says so with `renew`. Where it
    `is_patient`, only a press on Cancel counts. It keeps the `most_kept` results that were asked for last.
    """

    def __init__(self, name: str, most_kept: int, *, is_patient: bool = False) -> None:
        self._gone_after = math.inf if is_patient else GONE_AFTER
        self._most_kept = most_kept
        self._waiting: queue.SimpleQueue[tuple[Job[Piece, Result], Work[Piece, Result]]] = queue.SimpleQueue()
        self._jobs: OrderedDict[str, Job[Piece, Result]] = OrderedDict()
        self._lock = threading.RLock()
        threading.Thread(target=self._run_all, name=name, daemon=True).start()  # no server waits for it to end

    def find(self, key: str) -> Job[Piece, Result] | None:
        """What is computed, or was, under this key; None where there is nothing, or it was cancelled."""
        with self._lock:
            self._drop_unwanted()
            return self._jobs.get(key)

    def ask(self, visitor: str, works: Mapping[str, Work[Piece, Result]]) -> dict[str, Job[Piece, Result]]:
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
                self._jobs.move_to_end(key)
            self._want_no_more(visitor, but=works)
            done = [key for key, job in self._jobs.items() if job.result.done()]
            for key in done[: max(0, len(done) - self._most_kept)]:
                if key not in works:
                    del self._jobs[key]
            return {key: self._jobs[key] for key in works}

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
            for gone in [visitor for visitor, at in job.wanted_by.items() if now - at > self._gone_after]:
                del job.wanted_by[gone]
            if not job.wanted_by and not job.is_begun:
                del self._jobs[job.key]

    def _run_all(self) -> None:
        while True:
            self._run(*self._waiting.get())

    def _run(self, job: Job[Piece, Result], work: Work[Piece, Result]) -> None:
        def note(piece: Piece) -> None:
            job.found.append(piece)
            self._stop_if_unwanted(job)

        try:
            with self._lock:
                self._stop_if_unwanted(job)
                job.is_begun = True
            job.result.set_result(work(note))
            job.found.clear()
        except BaseException as error:
            job.result.set_exception(error)

    def _stop_if_unwanted(self, job: Job[Piece, Result]) -> None:
        with self._lock:
            self._drop_unwanted()
            if not job.wanted_by:
                if self._jobs.get(job.key) is job:  # another may have been asked for since this one was dropped
                    del self._jobs[job.key]  # so that whoever asks from now on has it computed anew
                raise NobodyWantsItError


def settle_in() -> None:
    """Give way to the process that started this one, leave Ctrl-C to it, and end when it ends."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the server, which then ends us
    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)


def _die_with_parent() -> None:
    """However the server dies, SIGKILL included, the pipe behind `join` closes and we go too."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
