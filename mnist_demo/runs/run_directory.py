"""The run directory: all that passes between the processes that train, show and judge a model.

    settings.json     what the run was asked to do: a Recipe, the data set, when
    status.json       its state, the process it belongs to, a message
    metrics.jsonl     one Metrics a line, appended as training goes on
    checkpoint.npz    everything that training needs to go on
    model.tflite      the exported model, which `inference` reads
    model.keras       the same for people who know Keras
    start.tflite      of a run that went on from a trained model: that model
    drawings.npz      and the drawings that it learned from and is judged by: see `teaching.material`; gone once a
                      class that drew some of them is deleted
    tensorboard/      the metrics once more, for TensorBoard
    stop, pause, reset    what people ask of the run: see `control`

Every file but the metrics is replaced atomically, and a reader passes over a metrics line that is only half there.
"""

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from mnist_demo import files
from mnist_demo.errors import UserError
from mnist_demo.models import recipes, registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import numbers, owner
from mnist_demo.runs.metrics import Metrics, metrics_file, to_line
from mnist_demo.runs.owner import Owner
from mnist_demo.runs.records import read_json, to_json, typed, write_json

VERSION = 1
ACTIVE = ("queued", "running", "paused")
START_FILE, DRAWINGS_FILE = "start.tflite", "drawings.npz"
STATES = (*ACTIVE, "finished", "stopped", "diverged", "interrupted", "crashed", "failed")


@dataclass(frozen=True)
class Group:
    """Runs that were started together to try several values of one setting, a field of their recipes."""

    id: str
    setting: str


@dataclass(frozen=True)
class Settings:
    """What a run was asked to do. `data` is a source for datasets.load; `created` is ISO 8601 in UTC.

    `target` is the number of steps to take in all: the recipe's, or more once a finished run was continued. Schedules
    follow the recipe's. `group` is None for a run that was started alone, as all were in earlier versions. `start` is
    the id of the run whose model it goes on from, "" where it begins with random weights.
    """

    recipe: Recipe
    data: str
    created: str
    target: int
    group: Group | None = None
    start: str = ""


@dataclass(frozen=True)
class Status:
    """Where a run stands. `pid` to `pid_namespace` name the process that owns it while it is active: see Owner."""

    state: str
    message: str = ""
    pid: int | None = None
    pid_created: float | None = None
    host: str = ""
    boot: str = ""
    pid_namespace: str = ""
    trained_on: str = ""  # Dataset.name, known once the data was read
    train_images: int = 0  # in its training split
    validation_images: int = 0  # in the split that its validation accuracy is of; 0 where that was not noted
    execution: str = ""  # the precision it is calculated in, chosen when it began
    temperature: float = 1.0  # by which logits are divided before the softmax, see calibration.fit_temperature
    total_seconds: float | None = None  # wall clock from start to export

    @property
    def owner(self) -> Owner:
        """The process that the run belongs to."""
        return Owner(self.pid, self.pid_created, self.host, self.boot, self.pid_namespace)


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
    def number(self) -> int | None:
        """What people call it by within its home, see `numbers`; None for one that is in no home."""
        return numbers.number_of(self.directory)

    @property
    def recipe(self) -> Recipe:
        return self.settings.recipe

    @property
    def is_active(self) -> bool:
        return self.status.state in ACTIVE

    @property
    def elsewhere(self) -> str:
        """The name of the other machine that trains the run; "" for one that is not active or is of this machine."""
        return self.status.host if self.is_active and owner.is_elsewhere(self.status.owner) else ""

    @property
    def last_sign(self) -> float:
        """When the run last wrote its status or its metrics, in seconds since the epoch."""
        return max(files.changed(self.status_path), files.changed(self.metrics_path))

    @property
    def model_path(self) -> Path:
        return self.directory / "model.tflite"

    @property
    def start_path(self) -> Path:
        return self.directory / START_FILE

    @property
    def drawings_path(self) -> Path:
        return self.directory / DRAWINGS_FILE

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
        return metrics_file(self.metrics_path).read()

    @cached_property
    def newest(self) -> Metrics:
        """Its last metrics; those of a run that has taken no step where there are none."""
        return metrics_file(self.metrics_path).last(lambda _: True) or Metrics(0, 0.0)

    @cached_property
    def last_evaluation(self) -> Metrics | None:
        """Its last metrics that have a test accuracy; None before the first."""
        return metrics_file(self.metrics_path).last(lambda metrics: metrics.test_accuracy is not None)

    @property
    def last_step(self) -> int:
        """How many steps it has taken."""
        return self.newest.step

    @cached_property
    def evaluations(self) -> list[Metrics]:
        """Those metrics that have a test accuracy."""
        return [metrics for metrics in self.metrics if metrics.test_accuracy is not None]


def set_target(run: Run, target: int) -> Run:
    """Write how many steps the run shall take in all, and return the run as it now is."""
    settings = dataclasses.replace(run.settings, target=target)
    write_settings(run.directory, settings)
    return dataclasses.replace(run, settings=settings)


def set_status(run: Run, state: str, **fields: Any) -> Run:
    """Write the run's new state, keep what else is known of it, and return the run as it now is.

    An active run belongs to the process that says so. How a run ended is told on a full disk too. Raises UserError
    where nothing can be written.
    """
    belongs_to = owner.this_process() if state in ACTIVE else Owner()
    status = dataclasses.replace(run.status, state=state, **dataclasses.asdict(belongs_to), **fields)
    try:
        write_json(run.status_path, dataclasses.asdict(status))
    except UserError:
        files.write_over(run.status_path, to_json(dataclasses.asdict(status)))
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
        with run.metrics_path.open("a", encoding="utf-8") as stream:
            stream.write(to_line(metrics))
    except OSError as error:
        raise files.cannot_write(run.metrics_path, error) from error


def load(directory: Path) -> Run:
    """Read a run directory. Raises UserError where files are missing, damaged or of another version.

    A run that says it is active, but whose process is gone, was interrupted.
    """
    versions = (files.version(directory / name) for name in ("settings.json", "status.json"))
    run = Run(directory, *_read(directory, *versions))
    if run.is_active and not owner.is_alive(run.status.owner, run.status.state, run.last_sign):
        where = f" on {run.elsewhere}" if run.elsewhere else ""
        message = f"The program{where} stopped before the run was done."
        return dataclasses.replace(run, status=dataclasses.replace(run.status, state="interrupted", message=message))
    return run


@lru_cache(maxsize=1024)
def _read(directory: Path, _settings: tuple[int, ...], _status: tuple[int, ...]) -> tuple[Settings, Status]:
    """What the two files say. Every viewer asks again and again, so each version of them is read once."""
    settings = read_json(directory, "settings.json")
    if settings.get("version") != VERSION:
        raise UserError(
            f"The run {directory.name} has version {settings.get('version')!r}, this program reads {VERSION}: "
            "use the program that made it, or delete it."
        )
    try:
        recipe = typed(Recipe, settings["recipe"])
        registry.check(recipe)
        group = _read_group(settings.get("group"), recipe)
        target, start = int(settings["target"]), str(settings.get("start", ""))
        asked = Settings(recipe, str(settings["data"]), str(settings["created"]), target, group, start)
        status = typed(Status, read_json(directory, "status.json"))
        if not (1 <= asked.target <= recipes.MOST_STEPS and 0 < status.temperature < math.inf):
            raise ValueError("a number in it cannot be")
    except (KeyError, TypeError, ValueError, UserError) as error:
        raise UserError(f"The run {directory.name} is damaged ({error}): delete it.") from error
    if status.state not in STATES:
        raise UserError(f"The run {directory.name} is in the unknown state {status.state!r}: delete it.")
    return asked, status


def _read_group(values: Any, recipe: Recipe) -> Group | None:
    if values is None:
        return None
    group = typed(Group, values)
    if dataclasses.asdict(recipe).get(group.setting) is None:
        raise ValueError("its group varies no setting that it has")
    return group


def keep_metrics_until(run: Run, step: int) -> None:
    """Drop the metrics after `step`: a run that goes on from its checkpoint takes those steps again."""
    kept = [metrics for metrics in load(run.directory).metrics if metrics.step <= step]
    text = "".join(to_line(metrics) for metrics in kept)
    files.write_atomically(run.metrics_path, lambda stream: stream.write(text.encode()))


def write_settings(directory: Path, settings: Settings) -> None:
    write_json(directory / "settings.json", {"version": VERSION, **dataclasses.asdict(settings)})
