"""The training loop: takes values, yields Metrics. `train_run` is the one caller that touches a run directory."""

import contextlib
import io
import math
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mnist_demo import (
    augmentation,
    calibration,
    control,
    data,
    distribution,
    events,
    executions,
    files,
    models,
    recipes,
    runs,
)
from mnist_demo.control import Control
from mnist_demo.data import Dataset, Split
from mnist_demo.errors import UserError
from mnist_demo.executions import EXECUTIONS
from mnist_demo.recipes import Recipe
from mnist_demo.runs import Metrics, Run

tf.get_logger().setLevel("ERROR")  # it warns of "retracing", which here is one trace for each new run

CHUNK_SECONDS = 0.2  # between two metrics, and so the longest that a Stop waits
CHECKPOINT_SECONDS = 4.0  # of training that a crash may lose, at most, and a little more for what else it does
PAUSE_SECONDS = 0.05  # between two looks at whether a pause is over
EVALUATION_BATCH = 1000
SNAPSHOT_SECONDS = 0.5  # at least, between two exports of a model that still trains
SNAPSHOT_SHARE = 0.02  # of the time, at most, goes into such exports
PROBE_BATCH = 100  # images a step, as most recipes have
PROBE_CHUNKS = 5
PROBE_SECONDS = 0.1  # a chunk
WARM_UP_SHARE = 0.2  # of a triangular schedule's steps
LOWEST_SHARE = 1e-3  # of its peak

# Steps that a turn of the compiled loop takes, then for those that are left. An affine step is so short that the loop
# around it is a sixth of the time; the CNN would only take longer to compile.
STEPS_PER_TURN = {"affine": (5, 1), "cnn": (1,)}

# The loss of a model that knows nothing is ln 10 = 2.3, and one that is badly off stays under some hundreds.
DIVERGED_LOSS = 1e4

# What may come instead of a number of steps to take.
STOP, RESET = -1, -2

# The images and labels of a split, as arguments of a compiled loop.
SPLIT = [tf.TensorSpec([None, data.PIXELS], tf.uint8, name="images"), tf.TensorSpec([None], tf.int32, name="labels")]

# All variables of a model and its optimiser, by their position.
State = dict[str, npt.NDArray[np.generic]]


class ResetError(Exception):
    """Somebody wants the run back at its beginning."""


class DivergedError(Exception):
    """The loss is no longer a number that training could come back from."""


@dataclass(frozen=True)
class Progress:
    """How far training has come: steps taken, and the seconds that they took."""

    step: int = 0
    seconds: float = 0.0


START = Progress()


class Session:
    """A model, its optimiser and the compiled loops that train and evaluate it on one data set.

    One call of a `tf.function` runs many steps on data that TensorFlow already holds: Python takes no part in a step.
    With a `tf.distribute.Strategy` of several replicas each takes its share of every batch.
    """

    def __init__(
        self,
        recipe: Recipe,
        dataset: Dataset,
        execution: str = "float32",
        strategy: tf.distribute.Strategy | None = None,
    ) -> None:
        self.recipe = recipe
        self._dataset = dataset
        self._strategy = strategy or tf.distribute.get_strategy()
        how = EXECUTIONS[execution]
        with self._strategy.scope():
            self.model = models.for_training(models.build(recipe.model, recipe.seed, how.policy))
            self._optimizer = make_optimizer(recipe)
            self._optimizer.build(self.model.trainable_variables)
        if recipe.optimizer == "rmsprop":
            start_as_tf1_did(self._optimizer)
        self._train_step = tf.function(self._take_step, jit_compile=True) if how.xla else self._take_step
        indices = tf.TensorSpec([None, recipe.batch_size], tf.int32, name="indices")
        first_step = tf.TensorSpec([], tf.int32, name="first_step")
        self._run_steps = tf.function(self._loop, input_signature=[*SPLIT, indices, first_step])
        self._run_evaluation = tf.function(self._evaluation, input_signature=SPLIT)
        self.agree = distribution.from_first(self._strategy)  # on how to go on, where several workers train together
        # Arguments of the loops, not captured by them: TensorFlow would keep captured data for the process's life.
        self._tensors = {name: to_tensors(dataset.split(name)) for name in data.SPLITS}

    def compile(self) -> None:
        """Trace and optimise the training loop ahead of the first step, by running no step at all."""
        self._run_steps(*self._tensors["train"], tf.zeros([0, self.recipe.batch_size], tf.int32), 0)

    def run_steps(self, first_step: int, steps: int) -> tuple[float, float]:
        """Take `steps` optimiser steps; the mean loss (nats) and accuracy of their batches, before each step."""
        recipe = self.recipe
        indices = data.batch_indices(len(self._dataset.train), recipe.batch_size, recipe.seed, first_step, steps)
        loss, accuracy = self._run_steps(*self._tensors["train"], indices, first_step)
        return float(loss) / steps, float(accuracy) / steps

    def evaluate(self, split: str) -> tuple[float, float]:
        """Mean loss (nats) and accuracy over every image of `split`, "validation" or "test"."""
        loss, correct = self._run_evaluation(*self._tensors[split])
        count = len(self._dataset.split(split))
        return float(loss) / count, float(correct) / count

    def state(self) -> State:
        """All that training needs to go on: weights and the optimiser's variables, by name."""
        return {f"{index}": variable.numpy() for index, variable in enumerate(self._variables())}

    def restore(self, state: State) -> None:
        """Go back to what `state` returned."""
        for index, variable in enumerate(self._variables()):
            variable.assign(state[f"{index}"])

    def _variables(self) -> list[keras.Variable]:
        return [*self.model.variables, *self._optimizer.variables]

    def _loop(
        self, images: tf.Tensor, labels: tf.Tensor, indices: tf.Tensor, first_step: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        images, labels = tf.gather(images, indices), tf.gather(labels, indices)
        total_loss, total_accuracy = tf.constant(0.0), tf.constant(0.0)
        steps, done = tf.shape(indices)[0], 0
        for per_turn in STEPS_PER_TURN[self.recipe.model]:
            for start in tf.range(done, steps - per_turn + 1, per_turn):
                for index in range(per_turn):
                    at = start + index
                    results = self._strategy.run(self._train_step, (images[at], labels[at], first_step + at))
                    loss, accuracy = (self._strategy.reduce("SUM", result, axis=None) for result in results)
                    total_loss += loss
                    total_accuracy += accuracy
            done = steps - steps % per_turn
        return total_loss, total_accuracy

    def _take_step(self, images: tf.Tensor, labels: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """This replica's share of a step: loss and accuracy, which add up over the replicas, as the gradients do."""
        context = tf.distribute.get_replica_context()
        first, replicas = context.replica_id_in_sync_group, context.num_replicas_in_sync
        pixels, labels = _to_pixels(images), labels[first::replicas]
        if self.recipe.augmentation == "handwriting":
            pixels = augmentation.distort(pixels, self.recipe.seed, step)
        with tf.GradientTape() as tape:
            logits = self.model(pixels[first::replicas], training=True)
            losses = _cross_entropy(logits, labels, self.recipe.label_smoothing)
            loss = tf.nn.compute_average_loss(losses, global_batch_size=self.recipe.batch_size)
        weights = self.model.trainable_variables
        self._optimizer.apply(tape.gradient(loss, weights), weights)
        return loss, tf.reduce_sum(_is_correct(logits, labels)) / self.recipe.batch_size

    def _evaluation(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        loss, correct = tf.constant(0.0), tf.constant(0.0)
        for start in tf.range(0, tf.shape(labels)[0], EVALUATION_BATCH):
            batch = slice(start, start + EVALUATION_BATCH)
            logits = self.model(_to_pixels(images[batch]), training=False)
            loss += tf.reduce_sum(_cross_entropy(logits, labels[batch]))
            correct += tf.reduce_sum(_is_correct(logits, labels[batch]))
        return loss, correct


def to_tensors(split: Split) -> tuple[tf.Tensor, tf.Tensor]:
    """A split as the training loops take it: uint8 (n, 784) and int32 (n,)."""
    return tf.constant(split.images), tf.constant(split.labels.astype(np.int32))


def _to_pixels(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(images, tf.float32) / 255.0


def _cross_entropy(logits: tf.Tensor, labels: tf.Tensor, smoothing: float = 0.0) -> tf.Tensor:
    if smoothing == 0:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    targets = (1 - smoothing) * tf.one_hot(labels, data.CLASSES) + smoothing / data.CLASSES
    return tf.nn.softmax_cross_entropy_with_logits(targets, logits)


def _is_correct(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.argmax(logits, axis=1, output_type=tf.int32) == labels, tf.float32)


class Triangular(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """Up in a line from 0 to `peak`, then down in a line to 0 (one cycle: Smith 2018, arXiv:1803.09820).

    It ends in a rate near 0 and keeps it, for a run that is continued.
    """

    def __init__(self, peak: float, steps: int) -> None:
        self.peak = peak
        self.steps = steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The learning rate of step number `step`, counted from 0."""
        done = (tf.cast(step, tf.float32) + 1.0) / float(self.steps + 1)
        share = tf.minimum(done / WARM_UP_SHARE, (1.0 - done) / (1.0 - WARM_UP_SHARE))
        return self.peak * tf.maximum(share, LOWEST_SHARE)


def make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """The optimiser that the recipe names, with its learning-rate schedule."""
    rate = recipe.learning_rate if recipe.schedule == "constant" else Triangular(recipe.learning_rate, recipe.steps)
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(rate)
    if recipe.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate, rho=0.9, momentum=0.0, epsilon=1e-10)  # TF1's defaults
    return keras.optimizers.Adam(rate, beta_2=0.99)


def start_as_tf1_did(rmsprop: keras.optimizers.RMSprop) -> None:
    """TF1's RMSProp starts its running mean of squares at one, Keras's at zero (tf.compat.v1 `rmsprop.py`)."""
    for variable in rmsprop.variables:
        if variable.path.endswith("velocity"):
            variable.assign(tf.ones(variable.shape))


def train(
    session: Session,
    *,
    target: int | None = None,
    start: Progress = START,
    control: Callable[[], Control] = Control,
) -> Iterator[Metrics]:
    """Train from `start` until `target` steps are taken (the recipe's where None); yields metrics as it goes.

    There are metrics several times a second, with an evaluation when one is due, at a pause and at the end. Before
    each chunk of steps it asks `control()`: a stop ends it, a pause keeps it waiting at that step. Raises ResetError
    when a reset is wanted, DivergedError when the loss is lost.
    """
    recipe, step, seconds = session.recipe, start.step, start.seconds
    target = recipe.steps if target is None else target
    if step == 0:  # before compiling, which takes a while: so there is something to see soon
        yield Metrics(step, seconds, **_evaluate(session))
    session.compile()
    chunk, evaluated = 1, True
    while step < target:
        count = session.agree(_steps_to_take(control(), recipe, step, target, chunk))
        if count == RESET:
            raise ResetError
        if count == STOP:
            break
        if count == 0:
            if not evaluated:
                yield Metrics(step, seconds, **_evaluate(session))
                evaluated = True
            time.sleep(PAUSE_SECONDS)
            continue
        started = time.perf_counter()
        loss, accuracy = session.run_steps(step, count)
        took = time.perf_counter() - started
        _check_loss(loss)
        step, seconds = step + count, seconds + took
        chunk = max(1, round(min(2 * chunk, CHUNK_SECONDS / took * count)))
        evaluated = step == target or step % recipe.evaluate_every == 0
        rate = count * recipe.batch_size / took
        yield Metrics(step, seconds, rate, loss, accuracy, **(_evaluate(session) if evaluated else {}))
    if not evaluated:
        yield Metrics(step, seconds, **_evaluate(session))


def _steps_to_take(asked: Control, recipe: Recipe, step: int, target: int, chunk: int) -> int:
    """How many steps come next: at most `chunk`, up to the next evaluation, 0 in a pause; or STOP, or RESET."""
    if asked.stop:
        return STOP
    if asked.reset:
        return RESET
    ceiling = target if asked.pause_at is None else min(target, asked.pause_at)
    return max(0, min(chunk, ceiling - step, recipe.evaluate_every - step % recipe.evaluate_every))


def _check_loss(loss: float) -> None:
    if not (math.isfinite(loss) and loss < DIVERGED_LOSS):
        raise DivergedError


def _evaluate(session: Session) -> dict[str, float]:
    validation_loss, validation_accuracy = session.evaluate("validation")
    _check_loss(validation_loss)
    test_loss, test_accuracy = session.evaluate("test")
    return {
        "validation_loss": validation_loss,
        "validation_accuracy": validation_accuracy,
        "test_loss": test_loss,
        "test_accuracy": test_accuracy,
    }


class _Recorder:
    """Keeps a run directory up to date with what training yields, and reads from it what people want."""

    def __init__(self, run: Run, session: Session, start: Progress) -> None:
        self.run = run
        self._session = session
        self._progress = self._saved = start
        self._events = events.Writer(run.events_folder)
        self._started = self._exported = time.perf_counter()
        self._export_seconds = 0.0

    def control(self) -> Control:
        """What people want; a pause is shown as the run's state, and nothing of it is lost when the power goes."""
        asked = control.read(self.run)
        is_paused = asked.pause_at is not None and self._progress.step >= asked.pause_at and not asked.stop
        state = "paused" if is_paused else "running"
        if state != self.run.status.state:
            self._save()
            self.run = runs.set_status(self.run, state)
        return asked

    def record(self, metrics: Metrics) -> None:
        """Append the metrics, save a checkpoint when one is due, and show the model to those who wait for it."""
        runs.append_metrics(self.run, metrics)
        self._events.write(metrics)
        self._progress = Progress(metrics.step, metrics.seconds)
        if metrics.test_accuracy is not None or metrics.seconds - self._saved.seconds > CHECKPOINT_SECONDS:
            self._save()
        if metrics.test_accuracy is not None:
            self._export_snapshot()

    def _save(self) -> None:
        save_checkpoint(self.run, self._session, self._progress)
        self._saved = self._progress

    def _export_snapshot(self) -> None:
        started = time.perf_counter()
        is_cheap = self._export_seconds <= SNAPSHOT_SHARE * (started - self._started)
        if is_cheap and started - self._exported >= SNAPSHOT_SECONDS:
            export_snapshot(self.run, self._session.model)
            self._exported = time.perf_counter()
            self._export_seconds += self._exported - started

    def outcome(self) -> tuple[str, str]:
        """The state that the run ends in, and a message."""
        step, target = self._progress.step, self.run.settings.target
        return ("finished", "") if step == target else ("stopped", f"Stopped after {step:,} of {target:,} steps.")


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
        return runs.set_status(run, "stopped", message="Cancelled before it began.")
    run = runs.set_status(run, "running")
    try:
        dataset = _load_data(run.settings.data)
        execution = _choose_execution(run, strategy)
        facts = {"trained_on": dataset.name, "train_images": len(dataset.train), "execution": execution}
        run = runs.set_status(run, "running", **facts)
        while True:
            session = Session(run.recipe, dataset, execution, strategy)
            try:
                state, message = _train_and_save(run, session, on_metrics)
                break
            except ResetError:
                control.forget_progress(run)
                run = runs.load(run.directory)  # the reset came with a pause, which the status shows by now
        run = runs.set_status(run, "running", temperature=fit_temperature(session.model, dataset.validation))
        export(run, session.model)
    except UserError as error:
        return runs.set_status(run, "failed", message=str(error))
    seconds = (run.status.total_seconds or 0.0) + time.perf_counter() - started
    return runs.set_status(run, state, message=message, total_seconds=seconds)


def _choose_execution(run: Run, strategy: tf.distribute.Strategy | None) -> str:
    """The one that the run began with; of several workers, which must do the same, the one that all have."""
    if run.status.execution in EXECUTIONS:
        return run.status.execution
    if strategy is not None and strategy.num_replicas_in_sync > 1:
        return "float32"
    return fastest_execution(run.recipe)


def _load_data(source: str) -> Dataset:
    """As data.load, but a file that has not changed since the last run is not read again."""
    try:
        changed = Path(source).stat().st_mtime_ns
    except OSError:
        changed = 0  # no file, but one of the names that data.load knows
    return _load_data_once(source, changed)


@lru_cache(maxsize=1)
def _load_data_once(source: str, _changed: int) -> Dataset:
    return data.load(source)


def _train_and_save(run: Run, session: Session, on_metrics: Callable[[Metrics], None]) -> tuple[str, str]:
    if run.checkpoint_path.is_file():
        start = restore_checkpoint(run, session)
        runs.keep_metrics_until(run, start.step)
    else:
        start = START
        control.forget_progress(run)  # what it may have shown before it was cut off
    recorder = _Recorder(run, session, start)
    try:
        for metrics in train(session, target=run.settings.target, start=start, control=recorder.control):
            recorder.record(metrics)
            on_metrics(metrics)
    except DivergedError:
        good = restore_checkpoint(run, session)
        return "diverged", f"The loss grew beyond all bounds after step {good.step:,}: try a smaller learning rate."
    return recorder.outcome()


def save_checkpoint(run: Run, session: Session, progress: Progress) -> None:
    """Replace the run's checkpoint with the session's state after that many steps and seconds."""
    buffer = io.BytesIO()
    np.savez(buffer, step=np.int64(progress.step), seconds=np.float64(progress.seconds), **session.state())  # type: ignore[arg-type]
    files.write_atomically(run.checkpoint_path, lambda stream: stream.write(buffer.getbuffer()))


def restore_checkpoint(run: Run, session: Session) -> Progress:
    """Put the session back to the run's checkpoint; how far it had come. Raises UserError for a damaged one."""
    try:
        with np.load(run.checkpoint_path, allow_pickle=False) as stored:
            state = {name: stored[name] for name in stored.files}
        progress = Progress(int(state.pop("step")), float(state.pop("seconds")))
        session.restore(state)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"The checkpoint of the run {run.id} is damaged: start a new run.") from error
    return progress


def export(run: Run, model: keras.Model) -> None:
    """Write the model in the two formats that can be used and downloaded."""
    keras_file = models.to_keras_file(model)
    files.write_atomically(run.keras_path, lambda stream: stream.write(keras_file))
    export_snapshot(run, model)


def fit_temperature(model: keras.Model, split: Split) -> float:
    """The temperature that makes the model as sure of distorted images of `split` as it is right.

    People's drawings differ from MNIST more than MNIST's own images do, so the images are distorted first.
    """
    batches = range(0, len(split), EVALUATION_BATCH)
    images = [tf.constant(split.pixels(at, at + EVALUATION_BATCH)) for at in batches]
    logits = [model(augmentation.distort(batch, 0, tf.constant(index))) for index, batch in enumerate(images)]
    return calibration.fit_temperature(np.concatenate(logits), split.labels)


def export_snapshot(run: Run, model: keras.Model) -> None:
    """Write the model as it is now in the format that the pages and `predict` use."""
    litert = models.to_litert(model)
    files.write_atomically(run.model_path, lambda stream: stream.write(litert))


def fastest_execution(recipe: Recipe) -> str:
    """The name of the execution that takes this recipe's steps fastest on this machine."""
    return executions.fastest(recipe, measure_execution, has_gpu=bool(tf.config.list_physical_devices("GPU")))


def measure_execution(model: str, execution: str) -> float:
    """Seconds a step of 100 images, the fastest of a few chunks of steps; infinite where this machine cannot do it."""
    try:
        return _measure(_tiny_session(model, execution, batch_size=PROBE_BATCH))
    except (tf.errors.OpError, ValueError, TypeError, NotImplementedError):
        return math.inf


def _measure(session: Session) -> float:
    session.run_steps(0, 1)  # compiles, which is not to be measured
    steps, rates = 1, []
    for _ in range(PROBE_CHUNKS):
        started = time.perf_counter()
        session.run_steps(0, steps)
        rates.append((time.perf_counter() - started) / steps)
        steps = max(1, round(PROBE_SECONDS / rates[-1]))
    return min(rates)


def _tiny_session(model: str, execution: str, batch_size: int) -> Session:
    tiny = Split(np.zeros((batch_size, data.PIXELS), np.uint8), np.zeros(batch_size, np.uint8))
    recipe = Recipe(model, "warm-up", "sgd", 0.1, "constant", batch_size, steps=1, evaluate_every=1)
    return Session(recipe, Dataset("tiny", tiny, tiny, tiny), execution)


def warm_up() -> None:
    """Do once what the first run would have to wait for: reading the data, the probe of this machine, compiling, the
    first export.
    """
    with contextlib.suppress(UserError):
        _load_data(data.find_source())
    for recipe in recipes.RECIPES.values():
        fastest_execution(recipe)
    for name in models.MODELS:
        session = _tiny_session(name, "float32", batch_size=2)
        for _ in train(session):
            pass
        models.to_litert(session.model)
