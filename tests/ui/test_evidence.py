"""The Why page by Streamlit's AppTest: its sums are right, and no bad address, model or drawing ends it."""

import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_demo.data import datasets
from mnist_demo.drawing import links
from mnist_demo.drawing.strokes import Drawing, Stroke
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common import services
from mnist_demo.ui.draw.state import KEY
from mnist_demo.ui.evidence import choice
from tests.conftest import tiny_recipe
from tests.ui.test_glossary import terms_in, word_of, words_and_help
from tests.ui.test_pages import finished_run, open_page, texts

SEVEN = [Stroke(20, ((90, 70), (230, 70), (150, 260)))]
PARTS = ("scores", "pixels", "hidden", "layers", "step", "similar")


def why(**query: str | list[str]) -> AppTest:
    app = open_page("Why?", **query)
    assert not app.exception
    return app


def formulas(app: AppTest) -> list[str]:
    return [str(latex.value) for latex in app.latex]


def numbers_in(formula: str) -> list[float]:
    return [float(each.replace(" ", "")) for each in re.findall(r"[-+]? ?\d+\.\d+", formula)]


def tables(app: AppTest) -> list[list[list[str]]]:
    """The rows of every table that has a heading, without that."""
    found = [each.proto.body for each in app.get("html") if "<th" in each.proto.body]
    return [[re.findall("<td[^>]*>(.*?)</td>", row) for row in each.split("</tr>")[1:-1]] for each in found]


def number(shown: str) -> float:
    return float(shown.replace("−", "-").replace(" ", ""))


@pytest.mark.parametrize("model", ["affine", "cnn"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens_for_every_model_and_for_images_and_drawings(model: str, part: str) -> None:
    app = why(model=model, part=part, split="test", index="3")
    assert not app.error
    said, explained = words_and_help(app)
    assert not [term for term in terms_in(said) if f"**{word_of(term).title}**" not in explained]
    assert "Test image 3" in str([image.proto for image in app.get("image")])
    app = why(model=model, part=part, drawing=links.encode(SEVEN))
    assert not app.error
    assert "A drawing" in str([image.proto for image in app.get("image")])


def test_the_scores_and_probabilities_are_the_models_and_the_temperature_changes_them() -> None:
    app = why(model="affine", split="test", index="3")
    run = store.find("affine")
    image = services.current_dataset().test.pixels(3, 4)
    logits = loaded.classifier(run).logits(image)[0]
    (rows,) = tables(app)
    assert [number(row[1]) for row in rows] == pytest.approx(logits, abs=5e-4)
    shares = [number(row[4].removesuffix(" %").removeprefix("&gt; ")) for row in rows]
    assert sum(shares) == pytest.approx(100, abs=0.6)
    loss = numbers_in(formulas(app)[-1])[-1]
    label = services.current_dataset().test.labels[3]
    scaled = logits.astype(float) / run.status.temperature
    assert loss == pytest.approx(np.log(np.exp(scaled).sum()) - scaled[label], rel=6e-3)
    app.slider[0].set_value(5.0).run()
    hot = [number(row[4].removesuffix(" %").removeprefix("&gt; ")) for row in tables(app)[0]]
    assert max(hot) < max(shares)


@pytest.mark.parametrize("model", ["affine", "cnn"])
def test_red_and_blue_and_the_bias_add_up_to_the_logit(model: str) -> None:
    app = why(model=model, part="pixels", split="test", index="3")
    image = services.current_dataset().test.pixels(3, 4)
    logits = loaded.classifier(store.find(model)).logits(image)[0]
    for digit in (int(logits.argmax()), 5):
        app.selectbox(key="why_digit").set_value(digit).run()
        red, blue, bias, total = numbers_in(formulas(app)[0])
        assert red > 0 > blue
        assert red + blue + bias == pytest.approx(total, abs=0.0021)
        assert total == pytest.approx(logits[digit], abs=1e-3)
    app.selectbox(key="why_other").set_value(4).run()
    *parts, total = numbers_in(formulas(app)[0])
    assert sum(parts) == pytest.approx(total, abs=0.0021)
    assert total == pytest.approx(logits[5] - logits[4], abs=1e-3)


def test_the_hidden_ink_is_said_in_words() -> None:
    said = texts(why(model="cnn", part="hidden", split="test", index="3"))
    assert "patch of 7 × 7 pixels without ink" in said
    assert re.search(r"rows \d+ to \d+, columns \d+ to \d+ is hidden", said)


@pytest.mark.parametrize("layer", ["conv1", "pool1", "relu1", "conv2", "pool2", "flatten", "dense", "logits"])
def test_the_shown_arithmetic_of_every_layer_is_right(layer: str) -> None:
    app = why(model="cnn", part="layers", split="test", index="3")
    app.segmented_control(key="why_layer").set_value(layer).run()
    assert not app.exception
    result = float(re.search(r"= \*\*([−\d.]+)\*\*", texts(app))[1].replace("−", "-"))  # type: ignore[index]
    if layer in ("conv1", "conv2", "dense", "logits"):
        products, bias, total = numbers_in(formulas(app)[0])
        assert products + bias == pytest.approx(total, abs=0.0016)
        assert result == pytest.approx(max(total, 0) if layer == "dense" else total, abs=1e-3)
    if layer in ("dense", "logits"):
        (rows,) = tables(app)
        assert sum(number(row[-1]) for row in rows) == pytest.approx(products, abs=0.01)
    if layer == "conv1":
        (cells,) = [table for table in app.get("html") if "= products" in table.proto.body]
        shown = [number(each) for each in re.findall(r">([−\d.]+)</td>", cells.proto.body)]
        assert len(shown) == 25
        assert sum(shown) == pytest.approx(products, abs=0.0005 * 26)
    if layer.startswith("pool"):
        *seen, greatest = numbers_in(formulas(app)[0])
        assert max(seen) == greatest == result


def test_one_step_lowers_the_loss_and_shows_which_weights_move() -> None:
    app = why(model="affine", part="step", split="test", index="3")
    assert "The loss on this image falls" in texts(app)
    before_and_after, moved = tables(app)
    label = int(services.current_dataset().test.labels[3])
    chances = [number(each.removesuffix(" %").removeprefix("&gt; ")) for each in before_and_after[label][1:]]
    assert chances[1] >= chances[0]
    for row in moved:
        assert number(row[1]) + number(row[2]) == pytest.approx(number(row[3]), abs=2e-5)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"model": "resnet"}, "no model 'resnet'"),
        ({"model": "../../../etc"}, "no model"),
        ({"split": "test", "index": "999999"}, "no test image '999999'"),
        ({"split": "test", "index": "-1"}, "no test image"),
        ({"split": "test", "index": "9" * 5000}, "no test image"),
        ({"split": "test", "index": "one"}, "no test image"),
        ({"split": "exam", "index": "1"}, "no 'exam' images"),
        ({"drawing": "forged"}, "link"),
        ({"drawn": "1"}, "no drawing '1' in this session"),
        ({"drawn": "9" * 5000}, "no drawing"),
        ({"drawing": links.encode([Stroke(20, ((90, 70), (100, 70)), erases=True)])}, "raw"),
    ],
)
def test_a_bad_address_is_told_in_one_sentence_and_leaves_the_page_alive(query: dict[str, str], word: str) -> None:
    app = why(**query)
    assert len(app.error) == 1
    assert word in app.error[0].value
    if "model" in query:
        app.selectbox(key="why_model").set_value("affine").run()
        assert not app.error
        assert not app.exception


def test_a_part_that_there_is_not_is_the_first() -> None:
    app = why(part="nonsense")
    assert "softmax" in texts(app)


def test_a_scribble_is_said_to_be_no_digit_and_is_explained_all_the_same() -> None:
    scribble = [Stroke(8, tuple((20 + 13 * x, 20 if x % 2 else 300) for x in range(22)))]
    app = why(drawing=links.encode(scribble))
    assert "does not look like any digit" in app.info[0].value
    assert not why(drawing=links.encode(SEVEN)).info


def test_the_visitors_own_drawing_is_shown_without_an_address() -> None:
    app = open_page("Draw")
    picture = np.full((160, 160), 255, np.uint8)
    picture[30:130, 75:85] = 0
    app.session_state[KEY].drawing = Drawing(settled=picture)
    app.switch_page("mnist_demo/ui/pages/evidence.py").run()
    assert not app.exception
    assert "Your drawing" in str([image.proto for image in app.get("image")])


def some_run(state: str) -> Run:
    run = run_directory.set_status(store.create(tiny_recipe(steps=1000), datasets.BUNDLED), state)
    run_directory.append_metrics(run, Metrics(400, 4.0, test_accuracy=0.9, test_loss=0.3))
    run_directory.append_metrics(run, Metrics(500, 5.0))
    shutil.copy(store.find("affine").model_path, run.model_path)
    return run


def delete_once_listed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is still listed, with its model, when the page is drawn the next time."""
    listed = store.list_runs()
    monkeypatch.setattr(store, "list_runs", lambda: listed)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    shutil.rmtree(run.directory)


def test_a_model_that_still_trains_is_shown_with_its_step() -> None:
    app = why(model=some_run("running").id)
    assert "has taken 500 steps" in texts(app)
    assert "of step 400 or before" in texts(app)


def test_a_run_that_is_deleted_while_it_is_looked_at_is_told_in_one_sentence(home: Path, trained: Run) -> None:
    run = finished_run(home, trained)
    app = why(model=run.id)
    assert not app.error
    run.directory.unlink()
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "deleted" in app.error[0].value


def test_a_run_that_is_deleted_while_the_page_is_drawn_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    run = some_run("finished")
    app = why(model=run.id)
    delete_once_listed(run, monkeypatch)
    app.run()
    assert not app.exception
    assert "deleted" in app.error[0].value


def test_a_model_that_cannot_be_looked_into_is_told_in_one_sentence() -> None:
    run = some_run("finished")
    run.model_path.write_bytes(b"no model")
    app = why(model=run.id)
    assert "damaged" in app.error[0].value
    app.selectbox(key="why_model").set_value("cnn").run()
    assert not app.exception
    assert not app.error


def test_the_view_has_a_link_of_its_own() -> None:
    app = why(model="affine", part="pixels", split="test", index="3")
    next(button for button in app.button if button.label == "Share").click().run()
    assert not app.exception
    assert app.code[0].value.endswith("?model=affine&part=pixels&split=test&index=3")


def said(app: AppTest) -> list[object]:
    """All that the page shows that depends on a choice."""
    return [texts(app), formulas(app), *(each.proto.body for each in app.get("html"))]


IMAGE: dict[str, str | list[str]] = {"model": "cnn", "split": "test", "index": "3"}


@pytest.mark.parametrize(
    ("part", "choices"),
    [
        ("pixels", {"digit": 5, "other": 4}),
        ("hidden", {"digit": 5}),
        ("scores", {"temperature": 2.5}),
        ("step", {"rate": 0.1}),
        ("layers", {"layer": "pool2"}),
    ],
)
def test_what_is_chosen_is_in_the_link_and_opens_again(part: str, choices: dict[str, str | float]) -> None:
    app = why(**IMAGE, part=part)
    preset = said(app)
    for name, value in choices.items():
        widgets = [*app.selectbox, *app.slider, *app.select_slider, *app.segmented_control]
        next(each for each in widgets if each.key == f"why_{name}").set_value(value).run()
    chosen = said(app)
    assert chosen != preset
    next(button for button in app.button if button.label == "Share").click().run()
    query = parse_qs(app.code[0].value.partition("?")[2])
    assert query == {**{name: [str(value)] for name, value in {**IMAGE, **choices}.items()}, "part": [part]}
    assert said(why(**query)) == chosen


def test_the_chosen_number_of_a_layer_is_in_the_address_and_left_out_with_its_layer() -> None:
    app = why(**IMAGE, part="layers", layer="conv2", unit="4,7,20")
    assert "conv2 at (4, 7, 20)" in texts(app)
    app.segmented_control(key="why_layer").set_value("pool2").run()
    assert "pool2 at (" in texts(app)
    assert "unit" not in app.query_params


@pytest.mark.parametrize(
    "text", ["14,0,0", "-1,0,0", "1,2", "7", "0,0,0,0", "one", "", "٤,٧,٢", "1e9,0,0", "0,0,64", "9" * 5000]
)
def test_a_number_that_a_layer_does_not_have_is_ignored(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "query_params", {"unit": text})
    assert choice.asked_place(choice.UNIT, (14, 14, 64)) is None


@pytest.mark.parametrize("part", ["scores", "pixels", "layers", "step"])
def test_choices_that_there_are_not_are_ignored(part: str) -> None:
    nonsense = {"digit": "11", "other": "-1", "temperature": "nan", "rate": "9" * 5000, "layer": "five", "unit": "one"}
    assert said(why(**IMAGE, part=part, **nonsense)) == said(why(**IMAGE, part=part))


def test_what_a_drawing_was_to_be_is_in_the_address() -> None:
    app = why(drawing=links.encode(SEVEN), label="1")
    assert app.selectbox(key="why_label").value == 1
    assert "With the right answer **1**" in texts(app)
    app.selectbox(key="why_label").set_value(7).run()
    assert app.query_params["label"] == "7"
