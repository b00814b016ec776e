"""How many test images are read right when all are changed: on request, kept, and only while somebody looks."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo import background
from mnist_demo.background import Background
from mnist_demo.data import formats
from mnist_demo.inside import changes, kept
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.breaking import curves, lines
from mnist_demo.ui.breaking.curves import Point
from mnist_demo.ui.common import services
from tests.conftest import tiny_arrays
from tests.ui.test_break_it import break_it, press
from tests.ui.test_evidence import tables
from tests.ui.test_pages import finished_run, texts
from tests.waiting import wait_for


@pytest.fixture
def _tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few test images, and nothing computed yet of what another test may have asked for."""
    monkeypatch.setattr(curves, "_background", Background("test", 10))
    np.savez(tmp_path / "tiny.npz", **tiny_arrays())  # type: ignore[arg-type]
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tmp_path / "tiny.npz"))


def is_there(app: AppTest) -> bool:
    app.run()
    assert not app.exception
    return len(tables(app)) == 1 and "…" not in str(tables(app))


@pytest.mark.usefixtures("_tiny")
def test_all_test_images_are_read_on_request_and_the_result_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    app = break_it(model="affine", part="all", change="down")
    assert "40 images at 11 values" in texts(app)
    assert not tables(app)
    press(app, "Read all test images")
    wait_for(lambda: is_there(app))
    split = services.current_dataset().test
    expected = dict(
        changes.robustness(loaded.classifier(store.find("affine")), split.pixels(), split.labels, "down", [-10, 0, 10])
    )
    (rows,) = tables(app)
    shown = {row[0]: row[1] for row in rows}
    for value, share in expected.items():
        assert shown[lines.number(value)] == f"{100 * share:.1f} %"
    monkeypatch.setattr(curves, "_background", Background("later", 10))  # as after a new start of the server
    again = break_it(model="affine", part="all", change="down")
    assert tables(again)[0] == rows
    assert not [button for button in again.button if button.label == "Read all test images"]


@pytest.mark.usefixtures("_tiny")
def test_while_it_is_computed_there_is_progress_and_it_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    is_free = threading.Event()

    def slowly(*_: object) -> Iterator[Point]:
        yield -10.0, 0.25
        is_free.wait(60)
        yield -8.0, 0.5

    monkeypatch.setattr(changes, "robustness", slowly)
    app = press(break_it(model="affine", part="all", change="down"), "Read all test images")
    wait_for(lambda: "1 of 11" in str([bar.proto for bar in app.run().get("progress")]))
    assert tables(app)[0][0] == ["−10", "25.0 %"]
    press(app, "Cancel")
    is_free.set()
    wait_for(lambda: any(button.label == "Read all test images" for button in app.run().button))
    assert not app.exception
    assert not list(kept.folder().glob("*.npz"))


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def progress(app: AppTest) -> str:
    return str([bar.proto for bar in app.get("progress")])


@pytest.mark.usefixtures("_tiny")
def test_only_who_has_asked_can_cancel_and_only_who_looks_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now, is_free = [0.0], threading.Event()

    def slowly(*_: object) -> Iterator[Point]:
        yield -10.0, 0.25
        is_free.wait(60)
        yield -8.0, 0.5

    monkeypatch.setattr(background, "monotonic", lambda: now[0])
    monkeypatch.setattr(changes, "robustness", slowly)
    begun = press(break_it(model="affine", part="all", change="down"), "Read all test images")
    wait_for(lambda: "1 of 11" in progress(begun.run()))
    asked = press(break_it(model="cnn", part="all", change="down"), "Read all test images")
    other = break_it(model="cnn", part="all", change="down")
    assert "another computation comes first" in progress(asked) == progress(other)
    assert "Cancel" in labels(asked)
    assert "Cancel" not in labels(other)
    for app in (asked, begun, asked, begun):  # each look is in time for the next
        now[0] += 0.6 * background.GONE_AFTER
        app.run()
    assert "another computation comes first" in progress(other.run())
    now[0] += 0.6 * background.GONE_AFTER  # since `asked` has looked, it is more than GONE_AFTER
    assert "Read all test images" in labels(other.run())
    press(other, "Read all test images")
    assert "Read all test images" in labels(press(other, "Cancel"))  # at once, for it has not begun
    press(begun, "Cancel")
    is_free.set()
    wait_for(lambda: "Read all test images" in labels(begun.run()))


@pytest.mark.usefixtures("_tiny")
def test_a_visitor_waits_for_two_models_at_a_time(home: Path, trained: Run) -> None:
    names = ["affine", "cnn", finished_run(home, trained).id]
    app = break_it(model=names, part="all", change="down")
    assert "Affine model and CNN: 40 images" in texts(app)
    assert "Only 2 models at a time" in texts(app)
    press(app, "Read all test images")
    wait_for(lambda: is_there(app) and "Read all test images" in labels(app))
    assert len(tables(app)[0][0]) == 3
    press(app, "Read all test images")
    wait_for(lambda: is_there(app) and len(tables(app)[0][0]) == 4)
    assert "Read all test images" not in labels(app)
