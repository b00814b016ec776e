"""The Map page by Streamlit's AppTest: its points are the test images, and no model, data set or visitor ends it."""

import json
import multiprocessing
import shutil
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_demo.background import Background
from mnist_demo.data import formats
from mnist_demo.data.datasets import Split
from mnist_demo.data.images import Floats
from mnist_demo.drawing.rejection import NO_DIGIT
from mnist_demo.drawing.strokes import Drawing, Stroke, paint
from mnist_demo.inside import judging, kept
from mnist_demo.inside.digit_map import DigitMap
from mnist_demo.inside.network.exported import Opened
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common import services
from mnist_demo.ui.draw.state import KEY
from mnist_demo.ui.map import making, scatter
from mnist_demo.ui.mistakes import judged
from tests.conftest import tiny_arrays
from tests.ui.test_evidence import delete_once_listed, some_run
from tests.ui.test_glossary import terms_in, word_of, words_and_help
from tests.ui.test_pages import open_page, texts
from tests.waiting import wait_for


@pytest.fixture(autouse=True)
def _no_results(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server's own, with nothing in memory of another test, and no process left behind."""
    monkeypatch.setattr(judged, "_background", Background("judging", judged.MOST_KEPT))
    own: Background[tuple[float, Floats], DigitMap] = Background("map", making.MOST_KEPT, is_patient=True)
    monkeypatch.setattr(making, "_background", own)
    yield
    for visitor in visitors:
        own.cancel(visitor)
    visitors.clear()
    wait_for(lambda: not multiprocessing.active_children())


visitors: list[str] = []  # who may have asked for a map


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    visitors.append(app.session_state["visitor"])
    return app


def keys(app: AppTest) -> list[str]:
    """Of the buttons that begin and end the making of a map."""
    return [button.key for button in app.button if button.key in ("map_start", "map_cancel")]


def wait_until_made(app: AppTest) -> None:
    """Wait for the map, and look at the page then."""
    wait([job.result for job in making._background._jobs.values()], 60)
    app.run()
    assert not app.exception


def open_map(**state: object) -> AppTest:
    app = open_page("Map")
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


def sent(app: AppTest, field: str) -> dict[str, Any]:
    """What the page sends to its component that takes this field."""
    found = [json.loads(each.proto.json) for each in app.get("bidi_component") if each.proto.json]
    return next(each for each in found if isinstance(each, dict) and field in each)


@pytest.mark.parametrize("alike", ["hidden", "pixels"])
@pytest.mark.parametrize("by", ["label", "answer", "right"])
def test_every_test_image_is_a_point_with_its_label_and_the_models_answer(alike: str, by: str) -> None:
    app = open_map(map_alike=alike, map_by=by)
    assert not app.error
    test = services.current_dataset().test
    shown = sent(app, "points")
    assert shown["labels"] == "".join(map(str, test.labels))
    read = loaded.classifier(loaded.shipped("cnn")).logits(test.pixels()).argmax(axis=1)
    assert shown["answers"] == "".join(map(str, read))
    assert shown["by"] == by
    said, explained = words_and_help(app)
    assert not [term for term in terms_in(said) if f"**{word_of(term).title}**" not in explained]


def test_the_map_is_said_in_words_too() -> None:
    app = open_map()
    assert "no other two digits lie so close together" in texts(app)
    assert [str(row) for row in app.table[0].value["digit"]] == list("0123456789")


def test_a_model_without_a_hidden_layer_has_the_map_of_the_pixels() -> None:
    by_pixels = sent(open_map(map_alike="pixels"), "points")
    app = open_page("Map", model="affine")
    assert "no hidden layer" in texts(app)
    assert sent(app, "points")["points"] == by_pixels["points"]


def test_the_visitors_drawing_is_on_the_map_with_the_images_most_like_it() -> None:
    app = open_map()
    assert sent(app, "place")["place"] is None
    picture = np.full((160, 160), 255, np.uint8)
    picture[30:130, 75:85] = 0
    app.session_state[KEY].drawing = Drawing(picture=picture)
    app.run()
    assert not app.exception
    said = texts(app)
    assert "Your drawing: CNN says **1: " in said
    assert "Most like it, by its last hidden layer: 1, 1, 1, 1, 1." in said
    mark, shown = sent(app, "place"), sent(app, "points")
    assert mark["layout"] == shown["layout"]
    assert np.abs(mark["place"]).max() <= 1


def test_a_scribble_is_said_to_be_no_digit_and_has_its_place_all_the_same() -> None:
    app = open_map()
    picture = paint([Stroke(8, tuple((20 + 13 * x, 20 if x % 2 else 300) for x in range(22)))], 320)
    app.session_state[KEY].drawing = Drawing(picture=picture)
    app.run()
    assert not app.exception
    assert f"Your drawing: {NO_DIGIT}." in texts(app)
    assert sent(app, "place")["place"] is not None


TSNE = {"map_method": "tsne", "map_alike": "pixels"}


def test_a_map_by_tsne_is_made_at_a_press_once_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    app, early = open_map(**TSNE), open_map(**TSNE)
    by_pca = sent(app, "points")
    assert keys(press(app, "map_start")) == ["map_cancel"]
    assert sent(app, "place")["place"] is None
    assert not keys(early.run())  # nobody ends what others wait for
    wait_until_made(app)
    for visitor in (app, early.run(), open_map(**TSNE)):
        assert not visitor.exception
        assert not keys(visitor)
        shown = sent(visitor, "points")
        assert shown["points"] != by_pca["points"]
        assert shown["layout"] != by_pca["layout"]
    monkeypatch.setattr(making, "_background", Background("later", 1))  # as after a new start of the server
    assert sent(open_map(**TSNE), "points")["points"] == sent(app, "points")["points"]


def test_a_map_is_cancelled_and_others_wait_for_their_turn() -> None:
    app = press(open_map(map_method="tsne"), "map_start")
    second = press(open_map(**TSNE), "map_start")
    assert "Another map is made first" in str([each.proto for each in second.get("progress")])
    assert keys(press(second, "map_cancel")) == ["map_start"]
    assert keys(press(app, "map_cancel")) == ["map_start"]
    assert not app.error


def test_a_map_whose_making_broke_off_is_told_in_one_sentence() -> None:
    app = press(open_map(map_method="tsne"), "map_start")
    wait_for(lambda: bool(multiprocessing.active_children()))
    multiprocessing.active_children()[0].kill()
    wait_until_made(app)
    assert "once more" in app.error[0].value
    assert keys(app) == ["map_start"]


@pytest.mark.parametrize("alike", ["hidden", "pixels"])
def test_an_own_data_set_of_50_images_has_its_maps(alike: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(tmp_path / "own.npz", **tiny_arrays(train=50, test=50))  # type: ignore[arg-type]
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tmp_path / "own.npz"))
    app = open_map(map_alike=alike, map_method="tsne")
    assert not app.error
    press(app, "map_start")
    wait_until_made(app)
    assert not app.error
    assert len(sent(app, "points")["labels"]) == 50
    assert not keys(app)


def test_too_few_images_are_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(tmp_path / "own.npz", **tiny_arrays(test=9))  # type: ignore[arg-type]
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tmp_path / "own.npz"))
    app = open_map()
    assert [error.value for error in app.error] == [
        "A map needs 10 images at least, and there are 9: choose another data set."
    ]


def test_a_run_that_still_trains_is_shown_with_its_step() -> None:
    app = open_page("Map", model=some_run("running").id)
    assert not app.exception
    assert "has taken 500 steps" in texts(app)


def test_a_run_that_is_deleted_while_it_is_looked_at_is_told_in_one_sentence() -> None:
    run = some_run("finished")
    app = open_page("Map", model=run.id)
    assert not app.error
    shutil.rmtree(run.directory)
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "deleted" in app.error[0].value
    app.selectbox(key="why_model").set_value("affine").run()
    assert not app.error


def test_a_run_that_is_deleted_while_the_page_is_drawn_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    run = some_run("finished")
    app = open_page("Map", model=run.id)
    delete_once_listed(run, monkeypatch)
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "deleted" in app.error[0].value


def test_scores_that_are_no_numbers_are_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverged(_: Opened, split: Split, __: object) -> judging.Judgement:
        return judging.Judgement(np.full((len(split), 10), np.nan, np.float32), np.zeros((len(split), 5), np.float32))

    with monkeypatch.context() as patch:
        patch.setattr(judging, "judge", diverged)
        assert "diverged" in open_map().error[0].value
    assert not open_map().error  # nothing of it was kept


def test_scores_that_are_no_numbers_and_were_kept_are_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    none = np.full((500, 10), np.nan, np.float32)
    monkeypatch.setattr(kept, "read_or_make", lambda _name, _make: {"logits": none, "hidden": none})
    assert "diverged" in open_page("Map", model="affine").error[0].value


def test_a_data_set_that_changes_while_the_app_runs_has_its_own_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(sent(open_map(map_alike="pixels"), "points")["labels"]) == 500
    path = tmp_path / "fifty.npz"
    np.savez(path, **tiny_arrays(test=50))  # type: ignore[arg-type]
    monkeypatch.setenv(formats.DATA_VARIABLE, str(path))
    shown = sent(open_map(map_alike="pixels"), "points")
    assert len(shown["labels"]) == 50
    assert len(shown["points"]) == len(sent(open_map(map_alike="hidden"), "points")["points"])


def test_the_image_that_was_clicked_is_shown_with_the_way_to_why() -> None:
    source = services.current_dataset().source
    app = open_map(map_image=(source, 3))
    label = services.current_dataset().test.labels[3]
    assert f"Test image 3: label **{label}**. CNN says **{label}" in texts(app)
    assert any("index=3" in each.proto.query_string for each in app.get("page_link") if each.proto.label == "Why?")
    assert sent(app, "points")["chosen"] == 3
    assert "Click a point" in texts(open_map(map_image=("another data set", 3)))


@pytest.mark.parametrize("forged", [-1, 500, True, "7", None, [1, 2], 3.0])
def test_a_forged_click_chooses_nothing(forged: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"map": type("Sent", (), {"chosen": forged})})
    assert scatter.chosen_of("map", 500) is None
