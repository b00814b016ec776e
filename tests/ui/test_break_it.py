"""The Break it page by Streamlit's AppTest: what it says is so, and no bad address, model or drawing ends it."""

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.drawing import links
from mnist_demo.errors import UserError
from mnist_demo.inside import changes
from mnist_demo.inside.changes import CHANGES
from mnist_demo.inside.network import exported
from mnist_demo.plotting.plots_of_changes import Axis
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.breaking import fool, lines
from mnist_demo.ui.common import services
from tests.ui.test_evidence import SEVEN, delete_once_listed, some_run
from tests.ui.test_glossary import terms_in, word_of, words_and_help
from tests.ui.test_pages import finished_run, open_page, texts

PARTS = ("change", "smallest", "all", "fool")
IMAGE = {"split": "test", "index": "3"}


def break_it(**query: str | list[str]) -> AppTest:
    app = open_page("Break it", **query)
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_for_images_and_drawings_and_explains_its_words(part: str) -> None:
    for subject in (IMAGE, {"drawing": links.encode(SEVEN)}):
        app = break_it(part=part, **subject)
        assert not app.error
        if part == "smallest":
            press(app, "Find the smallest change")
        said, explained = words_and_help(app)
        assert not [term for term in terms_in(said) if f"**{word_of(term).title}**" not in explained]


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_shows_what_the_models_say_and_how_far_they_are_right(name: str) -> None:
    change, label = CHANGES[name], int(services.current_dataset().test.labels[3])
    app = break_it(change=name, **IMAGE)
    pixels = services.current_dataset().test.pixels(3, 4)
    (slider,) = app.slider
    assert slider.value == change.neutral
    for value in (change.low, change.high):
        slider.set_value(float(value)).run()
        assert not app.exception
        image = changes.change_images(pixels, name, value)
        for run, title in (("affine", "Affine model"), ("cnn", "CNN")):
            said = loaded.classifier(store.find(run)).probabilities(image)[0]
            mark = "check" if said.argmax() == label else "close"
            shown = rf":material/{mark}: {title} says \*\*(Not sure: perhaps )?{said.argmax()}"
            assert re.search(shown, texts(app))
    values = change.slider_values()
    read = loaded.classifier(store.find("affine")).logits(changes.along(pixels, name, values)).argmax(1)
    sound = changes.sound_range(values, read, label, change.neutral)
    assert sound is not None
    if sound.above is not None:
        assert f"at {lines.number(sound.above[0])} it says {sound.above[1]}" in texts(app)
    else:
        assert f"**Affine model** says {label}" in texts(app)


@pytest.mark.parametrize(
    ("asked", "expected"), [("30", 30), ("1e99", 180), ("-181", -180), ("nan", 0), ("far", 0), ("", 0)]
)
def test_the_slider_begins_where_the_address_says(asked: str, expected: float) -> None:
    app = break_it(change="rotate", rotate=asked, **IMAGE)
    assert app.slider[0].value == expected
    app.segmented_control(key="why_change").set_value("scale").run()
    assert app.slider[0].value == 100


@pytest.mark.parametrize("sent", [float("nan"), float("inf"), -1e99, 12.3])
def test_whatever_number_a_browser_sends_there_is_an_image_for_it(sent: float) -> None:
    sweep = lines.Sweep(Axis("", (0, 2)), [0.0, 1.0, 2.0], np.zeros((3, 784), np.float32), 0)
    assert sweep.nearest(sent) in (0, 2)


def test_fooling_counts_each_drawing_once_and_says_who_judged() -> None:
    app = break_it(part="fool", drawing=links.encode(SEVEN))
    assert "Fooled by" not in texts(app)
    claim = next(each for each in app.button_group if "What do people read" in each.label)
    claim.set_value(7).run()
    assert not app.exception
    read = {
        title: int(loaded.classifier(store.find(run)).logits(drawing_of(app)).argmax())
        for run, title in (("affine", "Affine model"), ("cnn", "CNN"))
    }
    for wanted in (7, 1):  # the same drawing, another claim
        next(each for each in app.button_group if "What do people read" in each.label).set_value(wanted).run()
        for title, digit in read.items():
            assert f"**{title}** by {int(digit != wanted)} of 1" in texts(app)
    assert "as honest as you are" in texts(app)
    next(each for each in app.button_group if "What do people read" in each.label).set_value(None).run()
    assert "Fooled by" not in texts(app)  # the claim was taken back


def test_the_score_of_a_model_outlives_the_choice_of_another() -> None:
    score = fool.Score()
    score.count(b"drawing", 7, {"Affine model": 7})
    score.count(b"drawing", 7, {"CNN": 1})
    assert score.fooled("Affine model") == (0, 1)
    assert score.fooled("CNN") == (1, 1)
    app = break_it(part="fool", drawing=links.encode(SEVEN))
    app.session_state[fool.KEY] = fool.Score({b"another": 7}, {b"another": {"Affine model": 7}})
    app.multiselect(key="break_models").set_value(["cnn"]).run()
    assert "Fooled by" not in texts(app)  # this one has read nothing yet
    app.multiselect(key="break_models").set_value(["affine"]).run()
    assert "Fooled by your drawings: **Affine model** by 0 of 1." in texts(app)


def drawing_of(app: AppTest) -> np.ndarray:
    (drawing,) = app.session_state["break_score"].claims
    return np.frombuffer(drawing, np.float32).reshape(1, -1)


def test_what_is_no_digit_or_not_drawn_does_not_count() -> None:
    scribble = [type(SEVEN[0])(8, tuple((20 + 13 * x, 20 if x % 2 else 300) for x in range(22)))]
    assert "does not count" in break_it(part="fool", drawing=links.encode(scribble)).info[0].value
    assert "image of the data" in break_it(part="fool", **IMAGE).info[0].value
    assert "does not look like any digit" in break_it(part="change", drawing=links.encode(scribble)).info[0].value


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"model": "resnet"}, "no model 'resnet'"),
        ({"model": ["cnn", "../../../etc"]}, "no model"),
        ({"split": "test", "index": "999999"}, "no test image '999999'"),
        ({"split": "exam", "index": "1"}, "no 'exam' images"),
        ({"drawing": "forged"}, "link"),
    ],
)
@pytest.mark.parametrize("part", PARTS)
def test_a_bad_address_is_told_in_one_sentence_and_leaves_the_page_alive(
    query: dict[str, str | list[str]], word: str, part: str
) -> None:
    app = break_it(part=part, **query)
    assert len(app.error) == 1
    assert word in app.error[0].value
    app.multiselect(key="break_models").set_value(["affine"]).run()
    assert not app.exception
    assert len(app.error) == (0 if "model" in query else 1)


def test_a_part_and_a_change_that_there_are_not_are_the_first() -> None:
    app = break_it(part="nonsense", change="melt", **IMAGE)
    assert app.slider[0].label == "Shift to the right (pixels)"


def test_without_a_model_the_page_asks_for_one_and_keeps_that_in_mind() -> None:
    app = break_it(**IMAGE)
    app.multiselect(key="break_models").set_value([]).run()
    assert app.info[0].value == "Choose a model."
    assert app.multiselect(key="break_models").value == []


@pytest.mark.parametrize("part", PARTS)
def test_a_model_that_still_trains_is_shown_with_its_step(part: str) -> None:
    said = texts(break_it(model=some_run("running").id, part=part))
    assert "still trains and has taken 500 steps" in said
    assert "of step 400 or before" in said


def test_a_run_that_is_deleted_while_it_is_looked_at_is_told_in_one_sentence(home: Path, trained: Run) -> None:
    run = finished_run(home, trained)
    app = break_it(model=["cnn", run.id], **IMAGE)
    assert not app.error
    run.directory.unlink()
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "deleted" in app.error[0].value
    assert "CNN says" in texts(app)  # the others go on


@pytest.mark.parametrize("part", PARTS)
def test_a_run_that_is_deleted_while_the_page_is_drawn_is_told_in_one_sentence(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = some_run("finished")
    app = break_it(model=["cnn", run.id], part=part)
    delete_once_listed(run, monkeypatch)
    app.run()
    assert not app.exception
    assert len(app.error) == 1


@pytest.mark.parametrize("part", PARTS)
def test_a_model_that_is_damaged_is_told_in_one_sentence_and_the_others_go_on(part: str) -> None:
    run = some_run("finished")
    run.model_path.write_bytes(b"no model")
    app = break_it(model=["cnn", run.id], part=part)
    assert len(app.error) == 1
    assert "damaged" in app.error[0].value


def test_a_model_that_cannot_be_looked_into_is_changed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise UserError("This model can be used but not looked into: choose one that this program trained.")

    monkeypatch.setattr(exported, "open_model", refuse)
    app = break_it(model="cnn", **IMAGE)
    assert not app.error
    assert "CNN says" in texts(app)
    for part in ("smallest", "all"):
        app.segmented_control(key="why_part").set_value(part).run()
        if part == "smallest":
            press(app, "Find the smallest change")
        assert not app.exception
        assert len(app.error) == 1
        assert "not looked into" in app.error[0].value


def test_the_view_has_a_link_of_its_own_and_leads_to_why_and_back() -> None:
    app = break_it(change="rotate", **IMAGE)
    app.slider[0].set_value(45.0).run()
    press(app, "Share")
    assert app.code[0].value.endswith("?model=affine&model=cnn&part=change&change=rotate&rotate=45&split=test&index=3")
    assert "model=cnn&split=test&index=3" in link_to(app, "Why?")
    assert "model=affine&model=cnn&split=test&index=3" in link_to(open_page("Why?", **IMAGE), "Break it")


def link_to(app: AppTest, label: str) -> str:
    found = [link.proto for link in app.main.get("page_link") if link.proto.label == label]
    return next(str(link.query_string) for link in found if link.query_string)
