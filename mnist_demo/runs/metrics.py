"""How a run does, step by step, and the file that says so."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import IO

from mnist_demo.runs.records import typed


@dataclass(frozen=True)
class Metrics:
    """How a run does after `step` steps.

    Losses are mean cross-entropy in nats, accuracies fractions. The training figures are means over the batches since
    the metrics before, as they were learned from: distorted, with dropout. The others are None where nothing was
    evaluated: of validation and test over every image, and "seen" over some of the training images, undistorted, with
    the labels that the run learns from.
    """

    step: int
    seconds: float  # of stepping alone: no import, compilation or evaluation
    images_per_second: float | None = None
    train_loss: float | None = None
    train_accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    seen_loss: float | None = None
    seen_accuracy: float | None = None


class MetricsFile:
    """The metrics of one run. Every viewer asks for them again and again: it reads only the lines that were added,
    and understands only those that somebody wants.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._forget()

    def read(self) -> list[Metrics]:
        """All metrics there are; a line that is damaged, or only half there, is passed over."""
        with self._lock:
            self._read_on()
            return [metrics for place in range(len(self._lines)) if (metrics := self._metrics(place))]

    def last(self, is_wanted: Callable[[Metrics], bool]) -> Metrics | None:
        """The last of the metrics that are wanted."""
        with self._lock:
            self._read_on()
            backwards = map(self._metrics, reversed(range(len(self._lines))))
            return next((metrics for metrics in backwards if metrics and is_wanted(metrics)), None)

    def _forget(self) -> None:
        self._lines: list[bytes] = []
        self._end = 0  # of the last line, in bytes
        self._understood: dict[int, Metrics | None] = {}

    def _read_on(self) -> None:
        try:
            with self._path.open("rb") as stream:
                self._add_lines(stream)
        except OSError:
            self._forget()

    def _add_lines(self, stream: IO[bytes]) -> None:
        last = self._lines[-1] if self._lines else b""
        stream.seek(self._end - len(last))
        # The last line has timings that no other file will have in this place: a run may have been reset meanwhile.
        if stream.read(len(last)) != last:
            self._forget()
            stream.seek(0)
        added = [line for line in stream if line.endswith(b"\n")]
        self._lines += added
        self._end += sum(map(len, added))

    def _metrics(self, place: int) -> Metrics | None:
        if place not in self._understood:
            self._understood[place] = _parse_metrics(self._lines[place])
        return self._understood[place]


@lru_cache(maxsize=512)
def metrics_file(path: Path) -> MetricsFile:
    return MetricsFile(path)


def to_line(metrics: Metrics) -> str:
    known = {name: value for name, value in dataclasses.asdict(metrics).items() if value is not None}
    return json.dumps(known) + "\n"


def _parse_metrics(line: bytes) -> Metrics | None:
    try:
        return typed(Metrics, json.loads(line))
    except (ValueError, TypeError):
        return None
