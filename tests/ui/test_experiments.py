"""Several values of a setting, from the form to the result; all runs, best first, and starting from one of them."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.models import architecture, registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import control, groups, run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import services
from mnist_demo.ui.common.run_titles import title
from mnist_demo.ui.experiments import form, picture, ranking, result
from mnist_demo.ui.train import recipe_form
from tests import architectures
from tests.conftest import tiny_recipe
from tests.runs.test_groups import end, group_of
from tests.ui.conftest import FakeTrainer
from tests.ui.test_pages import PAGES, ROOT, open_page, press, start_button, texts


def opened(*boxes: str) -> AppTest:
    """The Train page with these expanders open."""
    app = open_page("Train")
    for box in boxes:
        app.session_state[box] = True
    return app.run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_several_values_are_queued_as_a_group_and_their_result_is_open_at_once() -> None:
    app = opened("several")
    app.number_input(key="seed_affine_notebook").set_value(7)
    app.text_input(key="several_learning_rate_affine_notebook").set_value("0.1, 0.2, 0.4, 0.8").run()
    press(app, "Train 4 runs")
    runs = sorted(store.list_runs()[0], key=lambda run: run.recipe.learning_rate)
    assert [run.recipe.learning_rate for run in runs] == [0.1, 0.2, 0.4, 0.8]
    assert {run.recipe.seed for run in runs} == {7}
    assert len({run.settings.group for run in runs}) == 1
    said = texts(app)
    assert "Learning rate: 4 values · Affine model, notebook" in said
    assert "The chart fills in while the runs train." in said
    assert "**Learning rate**, 4 runs · Waiting for TensorFlow" in said
    assert said.count("Waiting for") == 1  # one line, not four
    assert "Learning rate: 4 values" not in texts(open_page("Train"))  # another visitor keeps the charts


@pytest.mark.parametrize("values", ["0.1", "0.1, x", "0.1, 0.1", 9 * "1,", 10_000 * "1"])
def test_values_that_cannot_be_tried_are_told_and_nothing_starts(values: str) -> None:
    app = opened("several")
    app.text_input(key="several_learning_rate_affine_notebook").set_value(values).run()
    assert not app.exception
    assert len(app.warning) == 1
    assert next(button for button in app.button if button.key == "several_start").disabled
    assert not start_button(app).disabled


def test_without_settings_that_can_be_trained_with_there_is_nothing_to_try() -> None:
    app = opened("several")
    app.number_input(key="steps_affine_notebook").set_value(0).run()
    assert not app.exception
    assert "First give settings above" in texts(app)


def test_too_many_runs_are_refused_in_one_sentence_however_often_one_presses(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> list[Run]:
        raise UserError("There is room for 2 more runs, and these are 3.")

    monkeypatch.setattr(FakeTrainer, "submit_group", refuse)
    app = opened("several")
    for _ in range(3):
        press(app, "Train 3 runs")
        assert [error.value for error in app.error] == ["There is room for 2 more runs, and these are 3."]
    assert store.list_runs() == ([], [])


@pytest.mark.parametrize("recipe", registry.all_recipes(), ids=lambda recipe: f"{recipe.model} {recipe.name}")
def test_the_values_offered_can_be_tried(recipe: Recipe) -> None:
    for setting in groups.settings_of(recipe):
        assert len(groups.recipes_of(recipe, setting, form.examples(recipe, setting))) >= 3


def test_every_setting_can_be_chosen() -> None:
    app = open_page("Train", model="own", recipe="fast")
    app.session_state["several"] = True
    app.run()
    (choice,) = (box for box in app.selectbox if box.label == "Setting")
    assert "Network" in choice.options
    for setting in groups.settings_of(registry.OWN.recipes[0]):
        app.selectbox(key="several_of_own").set_value(setting).run()
        assert not app.exception
        assert not app.warning
        assert re.search(r"Train \d runs", " ".join(labels(app)))


def test_a_group_is_cancelled_by_one_press_and_other_runs_are_not() -> None:
    alone, (first, *rest) = store.create(tiny_recipe(), datasets.BUNDLED), group_of()
    run_directory.set_status(first, "running")
    app = open_page("Train")
    (queue,) = (button for button in app.button if button.label == "Cancel the group")
    queue.click().run()
    assert not app.exception
    assert {run_directory.load(run.directory).status.state for run in rest} == {"stopped"}
    assert control.read(first).stop
    assert not control.read(alone).stop
    assert "Cancel the group" not in labels(app)  # what waited has gone


def test_a_group_that_was_deleted_before_it_is_cancelled_is_no_fault() -> None:
    runs = group_of()
    app = opened()
    for run in runs:
        store.delete(run_directory.set_status(run, "stopped").directory)
    next(button for button in app.button if button.label == "Cancel the group").click().run()
    assert not app.exception
    assert not app.error


def look_at(run: Run) -> AppTest:
    """The Train page for a visitor who has opened the result of the run's group."""
    assert run.settings.group is not None
    app = open_page("Train")
    app.session_state[result.OPENED] = run.settings.group.id
    return app.run()


def test_a_result_has_its_chart_curves_sentence_and_table_and_one_goes_back_from_it() -> None:
    runs = group_of("0.1, 0.2, 5")
    for run, accuracy, state in zip(runs, (0.9, 0.95, 0.1), ("finished", "finished", "diverged"), strict=True):
        end(run, accuracy, state=state)
    app = look_at(runs[0])
    assert not app.exception
    said = texts(app)
    assert "Best on validation images: **0.2**, with 95.0 %" in said
    assert "Not compared: 5 diverged." in said
    table = said[said.index("<table") : said.index("</table>")]
    assert [re.sub("<.*?>", "|", row).count("|") for row in table.split("<tr>")[1:]] == [15] * 4
    assert f"font-weight:700'>95.0{result.NO_BREAK}%" in table  # the best row
    by_value, curves = (json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart"))
    assert by_value["layer"][-1]["encoding"]["x"]["axis"]["values"] == [0.1, 0.2, 5]
    assert curves["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["0.1", "0.2", "5"]
    assert "Runs on the charts" not in [choice.label for choice in app.multiselect]
    app.toggle(key="chart_log").set_value(True).run()
    assert "**Error rate by learning rate**" in texts(app)
    press(app, "Back to the runs")
    assert "Best on validation" not in texts(app)
    assert "Runs on the charts" in [choice.label for choice in app.multiselect]


def test_a_result_fills_in_while_its_runs_train() -> None:
    runs = group_of()
    app = look_at(runs[0])
    assert "fills in" in texts(app)
    measured = Metrics(20, 1.0, 100.0, validation_accuracy=0.6, test_accuracy=0.6)
    run_directory.append_metrics(run_directory.set_status(runs[1], "running"), measured)
    app.run()
    assert "60.0 %" in texts(app)
    assert "est on validation" not in texts(app)  # it has not come to its end
    end(runs[1], 0.9)
    assert "So far, of 1, best on validation images: **0.2**" in texts(app.run())


@pytest.mark.parametrize("forged", ["gone", "", 7, None])
def test_a_forged_or_deleted_group_leaves_the_charts(forged: object) -> None:
    run = end(group_of()[0], 0.9)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page(PAGES["Train"])
    app.session_state[result.OPENED] = forged
    app.run()
    assert not app.exception
    assert "Best on" not in texts(app)
    assert "Runs on the charts" in [choice.label for choice in app.multiselect]
    assert title(run) in texts(app)


def test_a_projector_shows_the_opened_result_and_nothing_to_press() -> None:
    runs = group_of("1, 2", "seed")
    for run in runs:
        end(run, 0.9)
    app = look_at(runs[0])
    press(app, "Projector view")
    assert "Only the seed differs" in texts(app)
    assert len(app.get("vega_lite_chart")) == 2
    assert labels(app) == ["Normal view"]


def ended(model: str = "affine", accuracy: float = 0.9, data: str = "MNIST subset", **changes: int | str) -> Run:
    run = end(store.create(tiny_recipe(model, **changes), datasets.BUNDLED), accuracy)
    return run_directory.set_status(run, "finished", trained_on=data, train_images=4000)


def ids(found: list[ranking.Ranked]) -> list[str]:
    return [one.run.id for one in found]


def test_runs_are_ranked_by_validation_accuracy_the_smaller_first_of_equals() -> None:
    good = ended("own", 0.95, network="dense 8")
    equal_and_small = ended("own", 0.95, network="dense 2")
    best, worst = ended("cnn", 0.99), ended(accuracy=0.5)
    elsewhere = ended(accuracy=1.0, data="MNIST")
    untrained = end(store.create(tiny_recipe(), datasets.BUNDLED), 0.0, step=0)
    run_directory.set_status(untrained, "stopped", trained_on="MNIST subset")
    active = run_directory.set_status(
        store.create(tiny_recipe(), datasets.BUNDLED), "running", trained_on="MNIST subset"
    )
    run_directory.append_metrics(active, Metrics(10, 1.0, validation_accuracy=1.0, test_accuracy=1.0))
    listed = store.list_runs()[0]
    assert ids(ranking.ranked(listed, "MNIST subset")) == [best.id, equal_and_small.id, good.id, worst.id]
    assert ids(ranking.ranked(listed, "MNIST")) == [elsewhere.id]
    assert set(ranking.data_sets(listed)) == {"MNIST subset", "MNIST"}


def test_the_front_has_the_runs_that_no_smaller_one_beats() -> None:
    small = ended("own", 0.90, network="dense 2")
    ended("own", 0.85, network="dense 4")
    middle = ended("own", 0.95, network="dense 8")
    ended("own", 0.95, network="dense 16")  # no better for more
    ended("own", 0.94, network="dense 8")
    large = ended("cnn", 0.99)
    found = ranking.ranked(store.list_runs()[0], "MNIST subset")
    assert ranking.on_front(found) == {small.id, middle.id, large.id}
    assert ranking.on_front([]) == set()


def test_the_table_of_the_best_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "MOST", 2)
    for accuracy in (0.7, 0.9, 0.8):
        ended(accuracy=accuracy)
    app = opened("best")
    best = next(table.value for table in app.dataframe if "Validation accuracy" in table.value)
    assert best["Validation accuracy"].tolist() == pytest.approx([90, 80])
    assert "The best 2." in texts(app)


def test_all_runs_stand_best_first_with_their_networks_and_a_picture() -> None:
    worse, best = ended(accuracy=0.8), ended("own", 0.95, network="conv 4 3, pool 2, dense 8 tanh")
    ended(accuracy=0.99, data="MNIST")
    app = opened("best")
    app.button_group(key="best_data").set_value("MNIST subset").run()
    assert not app.exception
    table = next(table.value for table in app.dataframe if "Validation accuracy" in table.value)
    assert table["Run"].tolist() == [title(best), title(worse)]
    assert table["Network"].tolist() == ["conv 4 3, pool 2, dense 8 tanh", "(no layer: affine)"]
    assert table["Training images"].tolist() == [4000, 4000]
    assert "<b>conv 4 3</b><span>28 × 28 × 4</span><span>40 parameters</span>" in texts(app)
    app.selectbox(key="best_run").set_value(worse.id).run()
    assert "conv 4 3</b>" not in texts(app)


def test_a_closed_table_of_the_best_costs_nothing_and_an_empty_one_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "All runs, best first" not in [box.label for box in open_page("Train").expander]
    run = ended()
    with monkeypatch.context() as patch:
        patch.setattr(ranking, "ranked", lambda *_: pytest.fail("nobody has asked"))
        assert not open_page("Train").exception
    run_directory.set_status(run, "diverged")
    assert "No run has learned" in texts(opened("best"))


def test_starting_from_a_run_fills_the_form_over_what_was_typed() -> None:
    run = ended("cnn", steps=321, seed=9)
    app = opened("best")
    app.number_input(key="steps_affine_notebook").set_value(5).run()
    press(app, "Start from this one")
    assert app.button_group(key="model").value == "cnn"
    assert app.number_input(key=f"steps_cnn_{run.recipe.name}").value == 321
    app.number_input(key=f"steps_cnn_{run.recipe.name}").set_value(1).run()
    press(app, "Start from this one")
    start_button(app).click().run()
    (again,) = (other for other in store.list_runs()[0] if other.id != run.id)
    assert again.recipe == run.recipe
    for name, value in recipe_form.settings_of(run.recipe).items():
        assert app.query_params[name] in (value, [value])


def test_starting_from_an_own_network_brings_its_layers() -> None:
    run = ended("own", network="dense 9, dropout 0.5")
    app = opened("best")
    press(app, "Start from this one")
    start_button(app).click().run()
    (again,) = (other for other in store.list_runs()[0] if other.id != run.id)
    assert again.recipe == run.recipe


def test_a_run_of_a_recipe_that_there_no_longer_is_cannot_fill_the_form() -> None:
    run = ended()
    app = opened("best")
    path = run.directory / "settings.json"
    for old, new in (('"notebook"', '"slow"'), ('"slow"', '"fast"')):  # gone, and made anew with other settings
        path.write_text(path.read_text().replace(old, new))
        services.listing().refresh()
        app.run()
        press(app, "Start from this one")
        assert "cannot be filled" in app.error[0].value
    assert not start_button(app).disabled


@pytest.mark.parametrize("text", ["", *architectures.FREE, *(str(architectures.generated(seed)) for seed in range(5))])
def test_a_networks_picture_has_a_block_for_each_layer_with_its_shape(text: str) -> None:
    network = architecture.parse(text)
    drawn = picture.of(network)
    assert drawn.count("<li") == len(network.layers) + 2
    assert "<b>image</b><span>28 × 28 × 1</span>" in drawn
    assert "<b>10 scores</b><span>10</span>" in drawn
    counts = [int(count.replace(",", "")) for count in re.findall(r"([\d,]+) parameters", drawn)]
    assert sum(counts) == network.parameters
    assert all(0 < float(size) <= 6 for size in re.findall(r": ([\d.]+)em", drawn))
