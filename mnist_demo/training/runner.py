"""Training a run from its directory to its end there, and preparing the process that does it."""

import contextlib
import dataclasses
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import tensorflow as tf

from mnist_demo.data import datasets
from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.errors import UserError
from mnist_demo.models import calibration, registry
from mnist_demo.runs import control, run_directory
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.teaching import material, taught
from mnist_demo.training import augmentation
from mnist_demo.training.loop import START, DivergedError, ResetError, train
from mnist_demo.training.precision import POLICIES
from mnist_demo.training.probe import fastest_precision, tiny_session
from mnist_demo.training.saving import checkpoint, export
from mnist_demo.training.saving.recorder import Recorder
from mnist_demo.training.session import Session

tf.get_logger().setLevel("ERROR")  # it warns of "retracing", which here is one trace for each new run


def train_run(
    run: Run,
    on_metrics: Callable[[Metrics], None] = lambda _: None,
    strategy: tf.distribute.Strategy | None = None,
) -> Run:
    """Train `run` in this process and leave all it gives in its directory; returns the run as it ended.

    A run that has a checkpoint goes on from it. A stop that anybody requests ends it with a checkpoint and an export.
    A run that diverges keeps its last good checkpoint and exports that.
    """
    started = time.perf_counter()
    if control.read(run).stop:
        return run_directory.set_status(run, "stopped", message="Cancelled before it began.")
    run = run_directory.set_status(run, "running")
    try:
        dataset = load_data(run.settings.data)
        precision = _choose_precision(run, strategy)
        images = min(len(dataset.train), run.recipe.train_images or len(dataset.train))
        facts = {"trained_on": dataset.name, "train_images": images, "execution": precision}
        run = run_directory.set_status(run, "running", validation_images=len(dataset.validation), **facts)
        start = None
        if run.settings.start:
            mixed = material.read(run).mixed_with(dataset.train, run.recipe.drawings_share)
            dataset, start = dataclasses.replace(dataset, train=mixed), taught.starting_weights(run)
        while True:
            session = Session(run.recipe, dataset, precision, strategy, start)
            try:
                state, message = _train_and_save(run, session, on_metrics)
                break
            except ResetError:
                control.forget_progress(run)
                run = run_directory.load(run.directory)  # the reset came with a pause, which the status shows by now
        run = run_directory.set_status(run, "running", temperature=fit_temperature(session, dataset.validation))
        export.save_model(run, session.model)
    except UserError as error:
        return run_directory.set_status(run, "failed", message=str(error))
    seconds = (run.status.total_seconds or 0.0) + time.perf_counter() - started
    return run_directory.set_status(run, state, message=message, total_seconds=seconds)


def _choose_precision(run: Run, strategy: tf.distribute.Strategy | None) -> str:
    """The one that the run began with; of several workers, which must do the same, the one that all have."""
    begun_with = run.status.execution.partition(",")[0]  # earlier versions also wrote "float32, XLA"
    if begun_with in POLICIES:
        return begun_with
    if strategy is not None and strategy.num_replicas_in_sync > 1:
        return "float32"
    return fastest_precision(run.recipe)


def load_data(source: str) -> Dataset:
    """As datasets.load, but a file that has not changed since the last run is not read again."""
    try:
        changed = Path(source).stat().st_mtime_ns
    except OSError:
        changed = 0  # no file, but one of the names that datasets.load knows
    return _load_data_once(source, changed)


@lru_cache(maxsize=1)
def _load_data_once(source: str, _changed: int) -> Dataset:
    return datasets.load(source)


def _train_and_save(run: Run, session: Session, on_metrics: Callable[[Metrics], None]) -> tuple[str, str]:
    if run.checkpoint_path.is_file():
        start = checkpoint.restore(run, session)
        run_directory.keep_metrics_until(run, start.step)
    else:
        start = START
        control.forget_progress(run)  # what it may have shown before it was cut off
    recorder = Recorder(run, session, start)
    try:
        for metrics in train(session, target=run.settings.target, start=start, control=recorder.control):
            recorder.record(metrics)
            on_metrics(metrics)
    except DivergedError:
        good = checkpoint.restore(run, session)
        return "diverged", f"The loss grew beyond all bounds after step {good.step:,}: try a smaller learning rate."
    return recorder.outcome()


def fit_temperature(session: Session, split: Split) -> float:
    """The temperature that makes the session's model as sure of distorted images of `split` as it is right.

    People's drawings differ from MNIST more than MNIST's own images do, so the images are distorted first.
    """
    size = session.evaluation_batch
    images = [tf.constant(split.pixels(at, at + size)) for at in range(0, len(split), size)]
    logits = [session.model(augmentation.distort(batch, 0, tf.constant(index))) for index, batch in enumerate(images)]
    return calibration.fit_temperature(np.concatenate(logits), split.labels)


def warm_up() -> None:
    """Do once what the first run would have to wait for: reading the data, the probe of this machine, compiling, the
    first export.
    """
    with contextlib.suppress(UserError):
        load_data(datasets.find_source())
    for recipe in registry.all_recipes():
        fastest_precision(recipe)
    for model in (registry.AFFINE, registry.CNN):
        session = tiny_session(model.name, "float32", batch_size=2)
        for _ in train(session):
            pass
        export.to_litert(session.model, model.architecture)
