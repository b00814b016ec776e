"""Page tests run without a training process, and each with empty caches."""

import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner

from mnist_demo.classroom import classes
from mnist_demo.classroom.current import Current, current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import Pupil, SchoolClass
from mnist_demo.classroom.voting.asked import Lookout, lookout
from mnist_demo.data import datasets
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import control, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.classroom import reading
from mnist_demo.ui.common import services


class FakeTrainer:
    """Queues runs and never trains them: no page test waits for TensorFlow."""

    def submit(self, recipe: Recipe, source: str) -> Run:
        return store.create(recipe, source)

    def submit_made(self, make: Callable[[], Run]) -> Run:
        return make()

    def submit_group(self, recipes: Sequence[Recipe], source: str, setting: str) -> list[Run]:
        return store.create_group(recipes, source, setting)

    def continue_run(self, run: Run, target: int) -> Run:
        return control.queue_again(run, target)

    @property
    def pending(self) -> list[Path]:
        return [run.directory for run in reversed(store.list_runs()[0]) if run.is_active]


@pytest.fixture(scope="session", autouse=True)
def _packages_are_read_once() -> Iterator[None]:
    """Each AppTest begins by reading about all installed packages, to find components: a third of a second."""
    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session", autouse=True)
def _bundled_images_are_parsed_once() -> Iterator[None]:
    """Homes that are empty, or cannot be written, have them parsed from text, which takes two seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "_parse_bundled", functools.cache(datasets._parse_bundled))
        yield


@pytest.fixture(scope="session", autouse=True)
def _keras_is_left_alone() -> Iterator[None]:
    """No server has Keras. Where a test before has imported it, Streamlit tidies it after each run, in 0.3 s.

    The other module that it tidies, pyplot, holds no figures: this project makes its own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture(autouse=True)
def _each_test_has_its_own_database() -> Iterator[None]:
    """What the server knows of the one of another test, in another home, is forgotten."""
    vars(current).update(vars(Current()))
    vars(lookout).update(vars(Lookout()))
    yield
    if current._database is not None:
        current._database.close()


@pytest.fixture
def database() -> Database:
    """The server's, with nothing in it."""
    return current.database()


@pytest.fixture
def opened(database: Database) -> SchoolClass:
    return classes.open_class(database)


@pytest.fixture
def pupil(database: Database, opened: SchoolClass) -> Pupil:
    return classes.join(database, opened.code)


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a class has stored is seen at once; nothing is remembered of another test's class."""
    monkeypatch.setattr(reading, "LOOK_EVERY", 0.0)
    yield
    reading._of_class.cache_clear()


@pytest.fixture(autouse=True)
def _no_training_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(services, "trainer", FakeTrainer)
    monkeypatch.setattr(services, "keep_house", lambda: None)
    yield
    st.cache_resource.clear()
    st.cache_data.clear()
