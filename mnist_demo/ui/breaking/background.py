"""What takes long is computed by one thread for all visitors, one thing after the other, and each thing once."""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from mnist_demo.errors import UserError

MOST_WAITING = 12  # things
MOST_KEPT = 100  # that are done

BUSY = "Many things are being computed just now: wait a minute, then try again."

Piece = TypeVar("Piece")
Work = Callable[[Callable[[Piece], None]], list[Piece]]  # is given what to call with each piece; returns all of them


class NobodyWantsItError(Exception):
    """All who had asked for it have cancelled."""


@dataclass(eq=False)
class Job(Generic[Piece]):
    """One thing: the pieces of it that there are, and in the end all of them as `result`."""

    key: str
    found: list[Piece] = field(default_factory=list)
    wanted_by: set[str] = field(default_factory=set)
    is_begun: bool = False
    result: "Future[list[Piece]]" = field(default_factory=Future)

    @property
    def problem(self) -> BaseException | None:
        """Why it ended without a result; None where it has one, or has not ended."""
        return self.result.exception() if self.result.done() else None


class Background(Generic[Piece]):
    """One thread. A visitor wants some things at a time: to ask for others is to want the former ones no more."""

    def __init__(self, name: str) -> None:
        self._waiting: queue.SimpleQueue[tuple[Job[Piece], Work[Piece]]] = queue.SimpleQueue()
        self._jobs: OrderedDict[str, Job[Piece]] = OrderedDict()
        self._lock = threading.RLock()
        threading.Thread(target=self._run_all, name=name, daemon=True).start()  # no server waits for it to end

    def find(self, key: str) -> Job[Piece] | None:
        """What is computed, or was, under this key; None where there is nothing, or it was cancelled."""
        with self._lock:
            return self._jobs.get(key)

    def ask(self, visitor: str, works: Mapping[str, Work[Piece]]) -> None:
        """Compute what is not computed yet. Raises UserError where too much waits already."""
        with self._lock:
            self.cancel(visitor)
            for key, work in works.items():
                job = self.find(key)
                if job is None or job.problem is not None:
                    waiting = [one for one in self._jobs.values() if one.wanted_by and not one.result.done()]
                    if len(waiting) >= MOST_WAITING:
                        raise UserError(BUSY)
                    job = self._jobs[key] = Job(key)
                    self._waiting.put((job, work))
                job.wanted_by.add(visitor)
            done = [key for key, job in self._jobs.items() if job.result.done()]
            for key in done[: max(0, len(done) - MOST_KEPT)]:
                del self._jobs[key]

    def cancel(self, visitor: str) -> None:
        """The visitor wants nothing any more. What nobody else wants ends with its next piece."""
        with self._lock:
            for job in self._jobs.values():
                job.wanted_by.discard(visitor)

    def _run_all(self) -> None:
        while True:
            self._run(*self._waiting.get())

    def _run(self, job: Job[Piece], work: Work[Piece]) -> None:
        def note(piece: Piece) -> None:
            job.found.append(piece)
            self._stop_if_unwanted(job)

        try:
            self._stop_if_unwanted(job)
            job.is_begun = True
            job.result.set_result(work(note))
        except BaseException as error:
            job.result.set_exception(error)

    def _stop_if_unwanted(self, job: Job[Piece]) -> None:
        with self._lock:
            if not job.wanted_by:
                self._jobs.pop(job.key)  # so that whoever asks from now on has it computed anew
                raise NobodyWantsItError
