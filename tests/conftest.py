"""Fixtures: an empty home for each test, tiny data, the full MNIST where it is given, a server and a browser.

`MNIST_DEMO_DATA` names the full MNIST for the tests that need it. `MNIST_DEMO_NO_SKIPS=1` turns a skipped test into
a failed one, so that CI notices a missing browser or data file.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from mnist_demo.data.download import DOWNLOAD_VARIABLE
from mnist_demo.data.formats import DATA_VARIABLE
from mnist_demo.data.images import CLASSES, SIDE
from mnist_demo.files import HOME_VARIABLE
from mnist_demo.models import registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from tests.browser import browser
from tests.server import Server, free_port

OpenPage = Callable[..., Page]
FULL_MNIST = os.environ.get(DATA_VARIABLE)
NO_SKIPS = os.environ.get("MNIST_DEMO_NO_SKIPS") == "1"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Turn a skip into a failure where MNIST_DEMO_NO_SKIPS asks for it."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but MNIST_DEMO_NO_SKIPS is set: {report.longrepr}"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home of this test alone, no data set given, no download."""
    folder = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv(DOWNLOAD_VARIABLE, "off")
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    return folder


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


def tiny_recipe(model: str = "affine", **changes: int | float) -> Recipe:
    """A recipe of a second or less on the tiny data."""
    settings: dict[str, int | float] = {"steps": 40, "batch_size": 20, "learning_rate": 0.1, **changes}
    return registry.get_recipe(model, "notebook", **settings)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished affine run on the tiny data; read-only."""
    from mnist_demo.training import runner  # noqa: PLC0415 (TensorFlow: only the tests that use this wait for it)

    folder = tmp_path_factory.mktemp("trained")
    np.savez(folder / "tiny.npz", **tiny_arrays())  # type: ignore[arg-type]
    run = store.create(tiny_recipe(), str(folder / "tiny.npz"), folder / "run")
    return runner.train_run(run)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, served from a home of its own, on the data that comes with it."""
    with Server(free_port(), tmp_path_factory.mktemp("server_home")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path; skips without one."""
    if CHROMIUM is None:
        pytest.skip("a browser is needed: apt-get install chromium")
    return CHROMIUM


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    """A browser for the tests of one file."""
    with browser(chromium) as started:
        yield started


@pytest.fixture
def open_page(chrome: Browser, server: Server) -> Iterator[OpenPage]:
    """Opens a page of the app in a new browser context; fails the test on an error in the page's scripts.

    `script` runs before the page's own.
    """
    contexts: list[BrowserContext] = []
    errors: list[Error] = []

    def open_(path: str = "", script: str = "", **options: object) -> Page:
        contexts.append(chrome.new_context(**options))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.add_init_script(script)
        page.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 (Playwright marks what it is given)
        page.goto(f"{server.url}/{path}")
        page.locator("h1").wait_for(timeout=30_000)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not errors
