"""Fixtures: a home for each test, tiny data, the full MNIST where it is given, a server.

`MNIST_DEMO_DATA` names the full MNIST for the tests that need it. `MNIST_DEMO_NO_SKIPS=1` turns a skipped test into
a failed one, so that CI notices a missing browser or data file.

With `-n 2` two workers share the test files, the longest first.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from mnist_demo.classroom.place import DATABASE_VARIABLE
from mnist_demo.data import datasets
from mnist_demo.data.download import DOWNLOAD_VARIABLE
from mnist_demo.data.formats import DATA_VARIABLE
from mnist_demo.data.images import CLASSES, SIDE
from mnist_demo.files import HOME_VARIABLE
from mnist_demo.models import registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from tests.server import ROOT, Server, free_port

FULL_MNIST = os.environ.get(DATA_VARIABLE)
NO_SKIPS = os.environ.get("MNIST_DEMO_NO_SKIPS") == "1"

# The files that take longest are begun first: else one worker would be left with one of them at the end.
LONGEST = (
    "test_notebook.py",
    "in_browser/test_training.py",
    "test_drawing.py",
    "in_browser/",
    "training/",
    "test_style.py",
    "runs/",
    "ui/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the tests of a file stay in their order."""

    def rank(item: pytest.Item) -> int:
        path = item.path.as_posix()
        return next((number for number, part in enumerate(LONGEST) if part in path), len(LONGEST))

    items.sort(key=rank)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Turn a skip into a failure where MNIST_DEMO_NO_SKIPS asks for it."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but MNIST_DEMO_NO_SKIPS is set: {report.longrepr}"


@pytest.fixture(scope="session")
def workers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of these tests have."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def first_home(workers_folder: Path) -> Iterator[Path]:
    """The home that holds the bundled data read once for all tests; that of fixtures wider than a test."""
    folder = workers_folder / "first_home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(folder))
        with FileLock(workers_folder / "first_home.lock"):
            datasets.load(datasets.BUNDLED)
        yield folder


@pytest.fixture(scope="session")
def measured_home(first_home: Path, workers_folder: Path) -> Path:
    """The same, where the training process has measured this machine too, once for all tests."""
    with FileLock(workers_folder / "first_home.lock"):
        if not list(first_home.glob("*.json")):
            code = "from mnist_demo.training import runner; runner.warm_up()"
            environment = {**os.environ, DATA_VARIABLE: "", DOWNLOAD_VARIABLE: "off"}
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True)
    return first_home


def furnish(home: Path, first_home: Path) -> None:
    """Give a home what the code would else read or measure again."""
    for kept in (*first_home.glob("data/bundled.npz"), *first_home.glob("*.json")):
        target = home / kept.relative_to(first_home)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, target)


@pytest.fixture
def measured(home: Path, measured_home: Path) -> None:
    """For tests that start training processes: these need not measure the machine again."""
    furnish(home, measured_home)


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_home: Path) -> Path:
    """A home of this test alone, no data set given, no download.

    It holds the bundled data as the code keeps it; where the test is marked `empty_home`, it is not even there.
    """
    folder = tmp_path / "home"
    if request.node.get_closest_marker("empty_home") is None:
        target = folder / "data" / "bundled.npz"
        target.parent.mkdir(parents=True)
        shutil.copy(first_home / "data" / target.name, target)
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv(DOWNLOAD_VARIABLE, "off")
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    return folder


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Processes that the test starts hear Ctrl-C, even where the tests were told to ignore it, as by nohup."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def full_mnist() -> str:
    """The path of the full MNIST; skips without one."""
    if not FULL_MNIST:
        pytest.skip(f"the full MNIST is needed: set {DATA_VARIABLE}")
    return str(Path(FULL_MNIST).absolute())


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """An AppTest leaves its page behind as the main module, which a process started later would import."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def tiny_arrays(train: int = 240, test: int = 40) -> dict[str, np.ndarray]:
    """Images that anything can learn: digit d is a bright bar at row 2 d + 2, with some noise."""
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {}
    for name, count in (("train", train), ("test", test)):
        labels = np.arange(count) % CLASSES
        images = rng.integers(0, 60, (count, SIDE, SIDE))
        for image, label in zip(images, labels, strict=True):
            image[2 * label + 2 : 2 * label + 4, 4:24] = 255
        arrays |= {f"x_{name}": images.astype(np.uint8), f"y_{name}": labels.astype(np.uint8)}
    return arrays


@pytest.fixture
def tiny_npz(tmp_path: Path) -> Path:
    """A small data set in the `.npz` layout."""
    path = tmp_path / "tiny.npz"
    np.savez(path, **tiny_arrays())  # type: ignore[arg-type]
    return path


def tiny_recipe(model: str = "affine", **changes: int | float | str) -> Recipe:
    """A recipe of a second or less on the tiny data: the model's first, made smaller."""
    settings: dict[str, int | float | str] = {"steps": 40, "batch_size": 20, "learning_rate": 0.1, **changes}
    return registry.get_recipe(model, registry.get_model(model).recipes[0].name, **settings)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished affine run on the tiny data; read-only."""
    from mnist_demo.training import runner  # noqa: PLC0415 (TensorFlow: only the tests that use this wait for it)

    folder = tmp_path_factory.mktemp("trained")
    np.savez(folder / "tiny.npz", **tiny_arrays())  # type: ignore[arg-type]
    run = store.create(tiny_recipe(), str(folder / "tiny.npz"), folder / "run")
    return runner.train_run(run)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, measured_home: Path) -> Iterator[Server]:
    """The app, served from a home of its own, on the data that comes with it."""
    folder = tmp_path_factory.mktemp("server_home")
    furnish(folder, measured_home)
    with Server(free_port(), folder) as running:
        yield running
