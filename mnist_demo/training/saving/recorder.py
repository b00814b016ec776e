"""Keeping a run directory up to date while its model trains."""

import time

from mnist_demo.runs import control, run_directory
from mnist_demo.runs.control import Control
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.training.loop import Progress
from mnist_demo.training.saving import checkpoint, export, tensorboard
from mnist_demo.training.session import Session

CHECKPOINT_SECONDS = 4.0  # of training that a crash may lose, at most, and a little more for what else it does
SNAPSHOT_SECONDS = 0.5  # at least, between two exports of a model that still trains
SNAPSHOT_SHARE = 0.02  # of the time, at most, goes into such exports


class Recorder:
    """Keeps a run directory up to date with what training yields, and reads from it what people want."""

    def __init__(self, run: Run, session: Session, start: Progress) -> None:
        self.run = run
        self._session = session
        self._progress = self._saved = start
        self._events = tensorboard.Writer(run.events_folder)
        self._started = self._exported = time.perf_counter()
        self._export_seconds = 0.0

    def control(self) -> Control:
        """What people want; a pause is shown as the run's state, and nothing of it is lost when the power goes."""
        asked = control.read(self.run)
        is_paused = asked.pause_at is not None and self._progress.step >= asked.pause_at and not asked.stop
        state = "paused" if is_paused else "running"
        if state != self.run.status.state:
            self._save()
            self.run = run_directory.set_status(self.run, state)
        return asked

    def record(self, metrics: Metrics) -> None:
        """Append the metrics, save a checkpoint when one is due, and show the model to those who wait for it."""
        run_directory.append_metrics(self.run, metrics)
        self._events.write(metrics)
        self._progress = Progress(metrics.step, metrics.seconds)
        if metrics.test_accuracy is not None or metrics.seconds - self._saved.seconds > CHECKPOINT_SECONDS:
            self._save()
        if metrics.test_accuracy is not None:
            self._export_snapshot()

    def _save(self) -> None:
        checkpoint.save(self.run, self._session, self._progress)
        self._saved = self._progress

    def _export_snapshot(self) -> None:
        started = time.perf_counter()
        is_cheap = self._export_seconds <= SNAPSHOT_SHARE * (started - self._started)
        if is_cheap and started - self._exported >= SNAPSHOT_SECONDS:
            export.save_snapshot(self.run, self._session.model)
            self._exported = time.perf_counter()
            self._export_seconds += self._exported - started

    def outcome(self) -> tuple[str, str]:
        """The state that the run ends in, and a message."""
        step, target = self._progress.step, self.run.settings.target
        return ("finished", "") if step == target else ("stopped", f"Stopped after {step:,} of {target:,} steps.")
