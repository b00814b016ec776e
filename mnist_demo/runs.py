"""The run directory: all that passes between the processes that train, show and judge a model.

    settings.json     what the run was asked to do: a Recipe, the data set, when
    status.json       its state, the process it belongs to, a message
    metrics.jsonl     one Metrics a line, appended as training goes on
    checkpoint.npz    everything that training needs to go on
    model.tflite      the exported model, which `inference` reads
    model.keras       the same for people who know Keras
    tensorboard/      the metrics once more, for TensorBoard
    stop, pause, reset    what people ask of the run: see `control`

Every file but the metrics is replaced atomically, and a reader passes over a metrics line that is only half there.
"""

import dataclasses
import json
import math
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import IO, Any, TypeVar, get_args, get_type_hints

import psutil

from mnist_demo import files, recipes
from mnist_demo.errors import UserError
from mnist_demo.recipes import Recipe

VERSION = 1
ACTIVE = ("queued", "running", "paused")
STATES = (*ACTIVE, "finished", "stopped", "diverged", "interrupted", "crashed", "failed")
CLOCK_TOLERANCE = 120.0  # seconds by which a corrected clock may move the time at which a process was started
SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class Metrics:
    """How a run does after `step` steps.

    Losses are mean cross-entropy in nats, accuracies fractions. The training figures are means over the steps since
    the metrics before; the others are over every image of their split, and None where nothing was evaluated.
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


@dataclass(frozen=True)
class Settings:
    """What a run was asked to do. `data` is a source for data.load; `created` is ISO 8601 in UTC.

    `target` is the number of steps to take in all: the recipe's, or more once a finished run was continued. Schedules
    follow the recipe's.
    """

    recipe: Recipe
    data: str
    created: str
    target: int


@dataclass(frozen=True)
class Status:
    """Where a run stands. `pid` and `pid_created` name the process that owns it while it is active."""

    state: str
    message: str = ""
    pid: int | None = None
    pid_created: float | None = None  # seconds since the epoch; tells a process from a later one with its number
    trained_on: str = ""  # Dataset.name, known once the data was read
    train_images: int = 0  # in its training split
    execution: str = ""  # a key of executions.EXECUTIONS, chosen when it began
    temperature: float = 1.0  # by which logits are divided before the softmax, see calibration.fit_temperature
    total_seconds: float | None = None  # wall clock from start to export


@dataclass(frozen=True)
class Run:
    """One run directory, as it was when `load` read it."""

    directory: Path
    settings: Settings
    status: Status

    @property
    def id(self) -> str:
        return self.directory.name

    @property
    def recipe(self) -> Recipe:
        return self.settings.recipe

    @property
    def is_active(self) -> bool:
        return self.status.state in ACTIVE

    @property
    def model_path(self) -> Path:
        return self.directory / "model.tflite"

    @property
    def keras_path(self) -> Path:
        return self.directory / "model.keras"

    @property
    def checkpoint_path(self) -> Path:
        return self.directory / "checkpoint.npz"

    @property
    def events_folder(self) -> Path:
        return self.directory / "tensorboard"

    @property
    def status_path(self) -> Path:
        return self.directory / "status.json"

    @property
    def metrics_path(self) -> Path:
        return self.directory / "metrics.jsonl"

    @cached_property
    def metrics(self) -> list[Metrics]:
        """All metrics so far, in order of steps; [] where there are none."""
        return _metrics_file(self.metrics_path).read()

    @cached_property
    def newest(self) -> Metrics:
        """Its last metrics; those of a run that has taken no step where there are none."""
        return _metrics_file(self.metrics_path).last(lambda _: True) or Metrics(0, 0.0)

    @cached_property
    def last_evaluation(self) -> Metrics | None:
        """Its last metrics that have a test accuracy; None before the first."""
        return _metrics_file(self.metrics_path).last(lambda metrics: metrics.test_accuracy is not None)

    @property
    def last_step(self) -> int:
        """How many steps it has taken."""
        return self.newest.step

    @cached_property
    def evaluations(self) -> list[Metrics]:
        """Those metrics that have a test accuracy."""
        return [metrics for metrics in self.metrics if metrics.test_accuracy is not None]


def runs_folder() -> Path:
    """Where runs live that were not given a directory of their own."""
    return files.home() / "runs"


def create(recipe: Recipe, data: str, directory: Path | None = None) -> Run:
    """Make a new run directory in the state `queued`, owned by this process.

    Raises UserError where it cannot be written, or where `directory` already holds something.
    """
    now = datetime.now(UTC)
    if directory is None:
        name = f"{now:%Y%m%d-%H%M%S}-{recipe.model}-{recipe.name}-{secrets.token_hex(2)}"
        directory = runs_folder() / name
    directory = directory.absolute()
    files.make_folder(directory.parent)
    # Made under a hidden name and then moved, so that nobody sees half a run and no two runs share a directory.
    hidden = directory.parent / f".new-{secrets.token_hex(8)}"
    files.make_folder(hidden)
    try:
        settings = Settings(recipe, data, now.isoformat(timespec="seconds"), target=recipe.steps)
        _write_settings(hidden, settings)
        set_status(Run(hidden, settings, Status("queued")), "queued")
        if files.is_folder(directory) and not any(directory.iterdir()):
            directory.rmdir()
        hidden.rename(directory)
    except OSError as error:
        shutil.rmtree(hidden, ignore_errors=True)
        raise UserError(f"{directory} already exists: choose another --out, or remove it first.") from error
    return load(directory)


def set_target(run: Run, target: int) -> Run:
    """Write how many steps the run shall take in all, and return the run as it now is."""
    settings = dataclasses.replace(run.settings, target=target)
    _write_settings(run.directory, settings)
    return dataclasses.replace(run, settings=settings)


def set_status(run: Run, state: str, **fields: Any) -> Run:
    """Write the run's new state, keep what else is known of it, and return the run as it now is.

    An active run belongs to the process that says so. How a run ended is told on a full disk too. Raises UserError
    where nothing can be written.
    """
    owner: dict[str, Any] = {"pid": None, "pid_created": None}
    if state in ACTIVE:
        owner = {"pid": os.getpid(), "pid_created": psutil.Process().create_time()}
    status = dataclasses.replace(run.status, state=state, **owner, **fields)
    try:
        _write_json(run.status_path, dataclasses.asdict(status))
    except UserError:
        files.write_over(run.status_path, _to_json(dataclasses.asdict(status)))
    return dataclasses.replace(run, status=status)


def mark_crashed(directory: Path, message: str) -> None:
    """Say of a run whose process is gone that it crashed; nothing where it had ended before, or was deleted."""
    try:
        run = load(directory)
        if run.status.state in (*ACTIVE, "interrupted"):
            message += " What it had learned up to the last checkpoint is kept."
            set_status(run, "crashed", message=message)
    except UserError:
        return  # deleted in the meantime, or it cannot be written: then it is shown as interrupted


def append_metrics(run: Run, metrics: Metrics) -> None:
    """Add one line to the run's metrics. Raises UserError when it cannot be written."""
    try:
        with run.metrics_path.open("a") as stream:
            stream.write(_metrics_line(metrics))
    except OSError as error:
        raise files.cannot_write(run.metrics_path, error) from error


def load(directory: Path) -> Run:
    """Read a run directory. Raises UserError where files are missing, damaged or of another version.

    A run that says it is active, but whose process is gone, was interrupted.
    """
    settings = _read_json(directory, "settings.json")
    if settings.get("version") != VERSION:
        raise UserError(
            f"The run {directory.name} has version {settings.get('version')!r}, this program reads {VERSION}: "
            "use the program that made it, or delete it."
        )
    try:
        recipe = _typed(Recipe, settings["recipe"])
        recipes.check(recipe)
        asked = Settings(recipe, str(settings["data"]), str(settings["created"]), int(settings["target"]))
        run = Run(directory, asked, _typed(Status, _read_json(directory, "status.json")))
        if not (1 <= asked.target <= recipes.MOST_STEPS and 0 < run.status.temperature < math.inf):
            raise ValueError("a number in it cannot be")
    except (KeyError, TypeError, ValueError, UserError) as error:
        raise UserError(f"The run {directory.name} is damaged ({error}): delete it.") from error
    if run.status.state not in STATES:
        raise UserError(f"The run {directory.name} is in the unknown state {run.status.state!r}: delete it.")
    if run.is_active and owner(run.status) is None:
        message = "The program stopped before the run was done."
        return dataclasses.replace(run, status=dataclasses.replace(run.status, state="interrupted", message=message))
    return run


def list_runs() -> tuple[list[Run], list[Path]]:
    """All runs of this home, newest first, and the directories among them that cannot be read."""
    readable, damaged = [], []
    folder = runs_folder()
    try:
        directories = sorted(folder.iterdir(), reverse=True)
    except OSError:
        return [], []
    for directory in directories:
        if directory.name.startswith(".") or not files.is_folder(directory):
            continue
        try:
            readable.append(load(directory))
        except UserError:
            if files.is_folder(directory):  # not deleted by somebody else in the meantime
                damaged.append(directory)
    return readable, damaged


def find(name: str) -> Run:
    """The run called `name`: a shipped model (`affine`, `cnn`), a run's id or its directory.

    Raises UserError, naming the shipped models, where there is none.
    """
    for directory in (SHIPPED / name, runs_folder() / name, Path(name)):
        if name and files.is_file(directory / "settings.json"):
            return load(directory)
    raise UserError(f"There is no model {name!r}: give {' or '.join(shipped_names())}, a run's id or its directory.")


def shipped_names() -> list[str]:
    """The names of the models that come with the package."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/model.tflite"))


def keep_metrics_until(run: Run, step: int) -> None:
    """Drop the metrics after `step`: a run that goes on from its checkpoint takes those steps again."""
    kept = [metrics for metrics in load(run.directory).metrics if metrics.step <= step]
    text = "".join(_metrics_line(metrics) for metrics in kept)
    files.write_atomically(run.metrics_path, lambda stream: stream.write(text.encode()))


def delete(directory: Path) -> None:
    """Remove a run that is not active, readable or not. Raises UserError for one that is."""
    try:
        is_active = load(directory).is_active
    except UserError:
        is_active = False
    if is_active:
        raise UserError("This run is still training: stop it first, then delete it.")
    hidden = directory.parent / f".deleted-{secrets.token_hex(8)}"
    try:
        directory.rename(hidden)  # at once, so that nobody sees half a run
        shutil.rmtree(hidden)
    except FileNotFoundError:
        return  # another viewer was faster
    except OSError as error:
        raise files.cannot_write(directory, error) from error


def owner(status: Status) -> psutil.Process | None:
    """The process that trains the run; None where it is gone, also where another one has its number now."""
    if status.pid is None or status.pid_created is None:
        return None
    try:
        process = psutil.Process(status.pid)
        is_zombie = process.status() == psutil.STATUS_ZOMBIE
        is_same = not is_zombie and abs(process.create_time() - status.pid_created) < CLOCK_TOLERANCE
    except (psutil.Error, ValueError, OverflowError):
        return None
    return process if is_same else None


class _MetricsFile:
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
def _metrics_file(path: Path) -> _MetricsFile:
    return _MetricsFile(path)


T = TypeVar("T")


def _typed(kind: type[T], values: Any) -> T:
    """A dataclass from parsed JSON; raises TypeError where a field has another type than the class says."""
    made = kind(**values)
    for name, allowed in _field_types(kind).items():  # type: ignore[arg-type]
        value = getattr(made, name)
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise TypeError(f"{name} is {value!r}")
    return made


@cache
def _field_types(kind: type) -> dict[str, tuple[type, ...]]:
    """What each field of a dataclass may hold; JSON writes a whole float without its point."""
    hints = {name: get_args(hint) or (hint,) for name, hint in get_type_hints(kind).items()}
    return {name: (*allowed, int) if float in allowed else allowed for name, allowed in hints.items()}


def _metrics_line(metrics: Metrics) -> str:
    known = {name: value for name, value in dataclasses.asdict(metrics).items() if value is not None}
    return json.dumps(known) + "\n"


def _parse_metrics(line: bytes) -> Metrics | None:
    try:
        return _typed(Metrics, json.loads(line))
    except (ValueError, TypeError):
        return None


def _write_settings(directory: Path, settings: Settings) -> None:
    _write_json(directory / "settings.json", {"version": VERSION, **dataclasses.asdict(settings)})


def _write_json(path: Path, value: dict[str, Any]) -> None:
    files.write_atomically(path, lambda stream: stream.write(_to_json(value)))


def _to_json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _read_json(directory: Path, name: str) -> dict[str, Any]:
    try:
        value = json.loads((directory / name).read_text())
    except (OSError, ValueError) as error:
        raise UserError(f"The run {directory.name} has no readable {name}: delete it.") from error
    if not isinstance(value, dict):
        raise UserError(f"The run {directory.name} has no readable {name}: delete it.")
    return value
