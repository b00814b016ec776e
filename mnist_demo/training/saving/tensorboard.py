"""A run's metrics as TensorBoard reads them: an event file is a TFRecord file of `Event` messages."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import tensorflow as tf

from mnist_demo import files
from mnist_demo.runs.metrics import Metrics


class Writer:
    """Appends metrics to an event file of its own in `folder`, which TensorBoard shows as one run.

    Raises UserError when it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        path = files.make_folder(folder) / f"events.out.tfevents.{time.time_ns()}"
        self._path = path
        self._records = tf.io.TFRecordWriter(str(path))
        self._write(tf.compat.v1.Event(file_version="brain.Event:2"))

    def write(self, metrics: Metrics) -> None:
        """Add every figure that the metrics have, under a name such as `test/accuracy`."""
        figures = dataclasses.asdict(metrics)
        step = figures.pop("step")
        values = [
            tf.compat.v1.Summary.Value(tag=name.replace("_", "/", 1), simple_value=value)
            for name, value in figures.items()
            if value is not None
        ]
        self._write(tf.compat.v1.Event(step=step, summary=tf.compat.v1.Summary(value=values)))

    def _write(self, event: Any) -> None:
        event.wall_time = time.time()
        try:
            self._records.write(event.SerializeToString())
            self._records.flush()
        except tf.errors.OpError as error:
            raise files.cannot_write(self._path, OSError(error.message)) from error
