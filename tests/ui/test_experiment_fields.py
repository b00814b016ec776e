"""Experiments on the Train page: their fields, how long a run will take, and the sentence about overfitting."""

import dataclasses
import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from mnist_demo.__main__ import main
from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.plotting import plots_of_runs
from mnist_demo.plotting.plots_of_runs import CurveOptions
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.training import precision
from mnist_demo.ui.answers import cards
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.experiments import overfitting
from mnist_demo.ui.network import estimate, zoo
from mnist_demo.ui.train import recipe_form, watching
from tests.ui.test_pages import open_page, press, start, start_button, texts

FAST = registry.get_recipe("own", "fast")


def ended(recipe: Recipe = FAST, *, seen: float | None = None, test: float = 0.9, seconds: float = 2.0) -> Run:
    """A run of `recipe` that has taken a hundred steps."""
    run = store.create(recipe, datasets.BUNDLED)
    for step in (0, 50, 100):
        metrics = Metrics(
            step, seconds * step / 100, 1e3, 0.1, 0.9, seen_accuracy=seen, test_loss=0.3, test_accuracy=test
        )
        run_directory.append_metrics(run, metrics)
    return run_directory.set_status(run, "finished", trained_on="MNIST subset", train_images=4000)


def test_the_fields_of_an_experiment_are_those_of_the_run_and_are_said() -> None:
    app = open_page("Train", model="own")
    app.number_input(key="images_own_fast").set_value(500)
    app.number_input(key="noise_own_fast").set_value(30.0)
    app.text_input(key="l2_own_fast").set_value("1e-4")
    app.selectbox(key="optimizer_own_fast").set_value("momentum").run()
    for said in ("500 training images", "30 % of the training images have wrong labels", "0.0001", "with momentum"):
        assert said in texts(app)
    start(app)
    recipe = store.list_runs()[0][0].recipe
    assert (recipe.train_images, recipe.label_noise, recipe.l2, recipe.optimizer) == (500, 0.3, 1e-4, "momentum")


def test_without_an_experiment_a_recipe_is_what_it_was() -> None:
    app = open_page("Train", model="cnn", recipe="notebook")
    start(app)
    assert store.list_runs()[0][0].recipe == registry.get_recipe("cnn", "notebook")


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("number_input", "images", 99),
        ("number_input", "images", -5),
        ("number_input", "images", 10**9),
        ("number_input", "noise", 51.0),
        ("number_input", "noise", -1.0),
        ("text_input", "l2", "much"),
        ("text_input", "l2", "nan"),
        ("text_input", "l2", "1"),
    ],
)
def test_a_forged_experiment_is_told_in_one_sentence_and_start_is_off(
    kind: str, field: str, value: float | str
) -> None:
    app = open_page("Train", model="own")
    getattr(app, kind)(key=f"{field}_own_fast").set_value(value).run()
    assert not app.exception
    (warning,) = app.warning
    assert len(warning.value) < 150
    assert start_button(app).disabled


def test_an_experiment_goes_through_a_link_that_says_only_what_differs() -> None:
    recipe = dataclasses.replace(FAST, train_images=500, label_noise=0.3, l2=1e-5, optimizer="sgd")
    assert recipe_form.recipe_from_link(parse_qs(recipe_form.query_of(recipe))) == recipe
    assert not {"train_images", "label_noise", "l2", "optimizer"} & {*recipe_form.settings_of(FAST)}


@pytest.mark.parametrize(
    "query",
    [{"optimizer": "<b>"}, {"label_noise": "0.9"}, {"l2": "-1"}, {"train_images": "5"}, {"train_images": "9" * 5000}],
)
def test_a_hostile_experiment_in_a_link_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(UserError) as refused:
        recipe_form.recipe_from_link({key: [value] for key, value in query.items()})
    assert len(str(refused.value)) < 200


def test_the_time_is_that_of_the_ended_run_that_is_most_alike() -> None:
    cnn = registry.get_recipe("cnn", "notebook")
    runs = [ended(cnn, seconds=100.0), ended(FAST, seconds=1.0)]
    assert 10 < (estimate.expected_seconds(FAST, runs, 4000, 1000) or 0) < 13  # 1,000 steps, and 11 evaluations
    twice = dataclasses.replace(FAST, steps=2000, evaluate_every=200)
    assert 20 < (estimate.expected_seconds(twice, runs, 4000, 1000) or 0) < 23
    assert (estimate.expected_seconds(cnn, runs, 4000, 1000) or 0) > 5000
    assert "about 10 s" in texts(open_page("Train", model="own"))


def test_before_any_run_the_time_is_by_how_fast_this_machine_was_measured(home: Path) -> None:
    assert estimate.expected_seconds(FAST, [], 4000, 1000) is None
    assert "when this computer has been measured" in texts(open_page("Train", model="own"))
    precision.fastest(
        registry.get_recipe("cnn", "fast"), lambda name: {"float32": 0.02, "bfloat16": 0.01}[name], ["GPU"]
    )
    notebook = registry.get_recipe("cnn", "notebook", evaluate_every=10**6)
    assert estimate.expected_seconds(notebook, [], 4000, 0) == pytest.approx(5001 * 0.02, rel=0.05)
    best = registry.get_recipe("cnn", "best", evaluate_every=10**6)
    assert estimate.expected_seconds(best, [], 4000, 0) == pytest.approx(4000 * 0.01, rel=0.05)
    for damaged in ("[]", "{", json.dumps({"other machine": {"cnn: float32": 1}})):
        (home / precision.FILE).write_text(damaged)
        assert estimate.expected_seconds(FAST, [], 4000, 1000) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "a few seconds"),
        (7.4, "about 7 s"),
        (23, "about 25 s"),
        (64, "about 1 min 00 s"),
        (4000, "about 1 h 10 min"),
    ],
)
def test_a_time_is_said_as_roughly_as_it_is_known(seconds: float, words: str) -> None:
    assert estimate.roughly(seconds) == words


def test_a_gap_between_training_and_test_images_is_said() -> None:
    better, old, near, by_heart = ended(seen=0.95), ended(), ended(seen=0.92), ended(seen=1.0, test=0.89)
    assert "knows its training images by heart: 100 % there, 89 % on new ones" in overfitting.sentence([near, by_heart])
    assert run_titles.title(near) not in overfitting.sentence([near, by_heart])
    assert "92 % of its training images, and 90 % of new ones: no gap" in overfitting.sentence([near, old])
    assert "better than new ones: 95 % there, 90 % on new ones" in overfitting.sentence([better])
    assert overfitting.sentence([old]) == ""
    few = ended(seen=0.95)  # 5 points, by chance where only a hundred training images are asked
    assert "no gap" in overfitting.sentence(
        [dataclasses.replace(few, status=dataclasses.replace(few.status, train_images=100))]
    )
    app = open_page("Train")
    app.session_state[watching.CHOSEN] = [by_heart.id]  # the newest are on the charts, and these are all as old
    assert "by heart: 100 % there, 89 % on new ones" in texts(app.run())


def test_with_wrong_labels_it_is_said_whether_they_are_known_by_heart_too() -> None:
    noisy = dataclasses.replace(FAST, label_noise=0.3)
    assert "agrees with 66 % of its training labels, of which 30 % are wrong, and reads 90 %" in overfitting.sentence(
        [ended(noisy, seen=0.66)]
    )
    assert "by heart, wrong labels too: 100 % there, 70 %" in overfitting.sentence([ended(noisy, seen=1.0, test=0.7)])


def test_training_images_have_a_line_of_their_own_on_the_chart_of_accuracy_alone() -> None:
    run = ended(seen=1.0, test=0.89)
    state = {run_titles.title(run): run}
    for measure, lines in (("accuracy", {"training", "training images", "test"}), ("loss", {"training", "test"})):
        chart = plots_of_runs.curves(state, measure, list(state), 6, CurveOptions())
        assert set(chart["datasets"][plots_of_runs.CURVES]["on"]) == lines
    table = next(frame.value for frame in open_page("Train").dataframe if "On training images" in frame.value)
    assert list(table["On training images"]) == [100.0]


def test_an_own_network_is_named_by_its_text_where_there_is_room() -> None:
    run = ended()
    assert run_titles.full_title(run).endswith(f": {registry.FIRST_NETWORK}")
    assert registry.FIRST_NETWORK in cards.hidden(run).note
    assert run_titles.full_title(store.find("cnn")) == "CNN"
    (choice,) = (box for box in open_page("Train").selectbox if box.label == "Look at a run")
    assert choice.options == [run_titles.full_title(run)]


def test_starting_from_a_run_of_an_own_network_fills_the_editor_and_the_experiment() -> None:
    recipe = registry.get_recipe(
        "own", "fast", network="dense 9", train_images=200, label_noise=0.123, l2=1e-3, optimizer="sgd"
    )
    run = ended(recipe, seen=0.9)
    run_directory.append_metrics(run, Metrics(101, 2.1, validation_accuracy=0.9, test_accuracy=0.9))
    app = open_page("Train", model="own", network="pool 2")
    app.session_state["best"] = True
    app.run()
    press(app, "Start from this one")
    assert app.session_state["network"] == "dense 9"
    start(app)
    assert {run.recipe for run in store.list_runs()[0]} == {recipe}


def test_the_zoo_shows_the_presets_and_its_commands_can_be_run() -> None:
    assert [(reached.title, reached.network) for reached in zoo.ZOO] == list(registry.PRESETS)
    known = {option for parameter in main.commands["train"].params for option in parameter.opts}
    for reached in zoo.ZOO:
        assert {word for word in reached.added.split() if word.startswith("--")} <= known
    assert "98.2 %" in texts(open_page("Train", model="own"))
