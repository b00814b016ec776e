"""Every page, run by Streamlit's AppTest: what it says, and that bad input leaves it alive."""

import dataclasses
import io
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.data import datasets, formats
from mnist_demo.data.download import BackgroundDownload, OnProgress
from mnist_demo.data.images import one_hot
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.plotting.plots_of_runs import CurveOptions
from mnist_demo.runs import control, run_directory, store
from mnist_demo.runs.control import Control
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards, loaded
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.data.seen import may_have_seen
from mnist_demo.ui.train import compare, durations, recipe_form, weights
from tests.conftest import tiny_recipe
from tests.ui.conftest import FakeTrainer

ROOT = Path(__file__).parents[2]
PAGES = {
    "Draw": "mnist_demo/ui/pages/draw.py",
    "Train": "mnist_demo/ui/pages/train.py",
    "Data": "mnist_demo/ui/pages/data.py",
    "Class": "mnist_demo/ui/pages/class_.py",
    "Why?": "mnist_demo/ui/pages/evidence.py",
    "Mistakes": "mnist_demo/ui/pages/mistakes.py",
    "Map": "mnist_demo/ui/pages/map.py",
    "Break it": "mnist_demo/ui/pages/break_it.py",
    "Lesson": "mnist_demo/ui/pages/lesson.py",
    "Glossary": "mnist_demo/ui/pages/glossary.py",
}


def open_page(name: str, **query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page(PAGES[name])
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def texts(app: AppTest) -> str:
    """All that a page says in words."""
    kinds = ("title", "markdown", "caption", "error", "warning", "info")
    said = [str(getattr(element, "value", "")) for kind in kinds for element in app.get(kind)]
    return "\n".join([*said, *(element.proto.body for element in app.get("html"))])


def finished_run(home: Path, trained: Run) -> Run:
    """A finished run in this test's home."""
    target = home / "runs" / "20260101-000000-affine-notebook-abcd"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(trained.directory)
    return run_directory.load(target)


@pytest.mark.empty_home
@pytest.mark.parametrize("name", PAGES)
def test_pages_run_on_an_empty_home(name: str) -> None:
    app = open_page(name)
    assert not app.exception
    assert not app.error
    assert app.title


@pytest.mark.parametrize("name", PAGES)
def test_pages_run_in_a_home_that_cannot_be_written(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MNIST_DEMO_HOME", str(tmp_path / "file" / "home"))
    app = open_page(name)
    assert not app.exception
    if name == "Train":
        start(app)
        assert "MNIST_DEMO_HOME" in app.error[0].value
        assert not app.exception


@pytest.mark.parametrize("name", ["Train", "Data", "Mistakes"])
def test_a_bad_data_file_is_told_in_one_sentence_and_draw_still_works(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nonsense")
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tmp_path / "bad.npz"))
    app = open_page(name)
    assert not app.exception
    assert [error.value.count("bad.npz") for error in app.error] == [1]
    assert not open_page("Draw").error


def test_the_first_page_has_no_code_whose_syntax_is_highlighted() -> None:
    """st.code has a browser load the highlighter: a fifth of all that it has to do for this page."""
    assert not open_page("Draw").code


def test_draw_offers_the_shipped_models_and_every_trained_one(home: Path, trained: Run) -> None:
    finished_run(home, trained)
    (choice,) = open_page("Draw").multiselect
    assert choice.value == ["affine", "cnn"]
    assert choice.options == ["Affine model", "CNN", "Affine model, notebook, run 1"]


def test_draw_explains_scores_and_softmax() -> None:
    said = texts(open_page("Draw"))
    assert "logits" in said
    assert "reads a **7**" in said


def start(app: AppTest) -> AppTest:
    return next(button for button in app.button if button.label == "Start training").click().run()


def test_start_queues_a_run_with_what_the_form_says() -> None:
    app = open_page("Train")
    app.number_input(key="steps_affine_notebook").set_value(1234)
    app.number_input(key="seed_affine_notebook").set_value(5)
    app = start(app)
    assert not app.exception
    (run,), _ = store.list_runs()
    assert (run.recipe.model, run.recipe.steps, run.recipe.seed) == ("affine", 1234, 5)
    assert run.settings.data == datasets.BUNDLED
    assert any(button.label == "Cancel" for button in app.button)
    start(app)
    assert len(store.list_runs()[0]) == 2


def start_button(app: AppTest) -> Any:
    return next(button for button in app.button if button.label == "Start training")


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "fast", ""])
def test_a_learning_rate_that_cannot_train_is_told_and_start_is_off(rate: str) -> None:
    app = open_page("Train")
    app.text_input(key="rate_affine_notebook").set_value(rate).run()
    assert "learning rate" in app.warning[0].value
    assert start_button(app).disabled


@pytest.mark.parametrize(
    ("field", "value"), [("steps", 0), ("steps", -5), ("batch", 0), ("seed", -1), ("seed", 10**12)]
)
def test_a_number_out_of_bounds_is_told_and_start_is_off(field: str, value: int) -> None:
    app = open_page("Train")
    app.number_input(key=f"{field}_affine_notebook").set_value(value).run()
    assert not app.exception
    assert "out of range" in app.warning[0].value
    assert start_button(app).disabled


def test_a_decimal_comma_is_understood() -> None:
    app = open_page("Train")
    app.text_input(key="rate_affine_notebook").set_value("0,05")
    start(app)
    assert store.list_runs()[0][0].recipe.learning_rate == 0.05


def test_cancel_asks_the_run_to_stop() -> None:
    app = start(open_page("Train"))
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert not app.exception
    (run,), _ = store.list_runs()
    assert control.read(run).stop
    assert "Cancelled before it began." in texts(app)


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_controls_ask_the_run_for_what_they_say() -> None:
    run = run_directory.set_status(store.create(tiny_recipe(steps=1000), datasets.BUNDLED), "running", train_images=110)
    run_directory.append_metrics(run, Metrics(300, 4.0, images_per_second=5000.0))
    app = open_page("Train")
    press(app, "Pause")
    assert control.read(run) == Control(pause_at=0)
    run_directory.set_status(run, "paused", train_images=110)
    app.run()
    for label, at in (("1 step", 301), ("10 steps", 310), ("100 steps", 400), ("1 epoch", 306)):
        press(app, label)
        assert control.read(run).pause_at == at
    press(app, "Resume")
    assert control.read(run) == Control()
    press(app, "Reset")
    assert control.read(run) == Control(reset=True, pause_at=0)
    press(app, "Stop")
    assert control.read(run).stop


def test_an_ended_run_can_be_continued_from_the_page(home: Path, trained: Run) -> None:
    run = finished_run(home, trained)
    app = open_page("Train")
    assert app.number_input(key=f"more_{run.id}").value == run.recipe.steps
    app.number_input(key=f"more_{run.id}").set_value(0)
    press(app, "Continue")
    assert f"{run.last_step:,} steps" in app.error[0].value


def test_progress_rate_and_time_left_are_shown_while_a_run_trains() -> None:
    run = run_directory.set_status(store.create(tiny_recipe(steps=1000, batch_size=50), datasets.BUNDLED), "running")
    run_directory.append_metrics(run, Metrics(0, 0.0, test_accuracy=0.1, test_loss=2.3))
    run_directory.append_metrics(run, Metrics(400, 4.0, images_per_second=5000.0, train_loss=1.0, train_accuracy=0.7))
    app = open_page("Train")
    assert not app.exception
    (bar,) = app.get("progress")
    assert bar.proto.value == 40
    assert "Step 400 of 1,000 · 100 steps/s · 5,000 images/s · 6 s left" in bar.proto.text
    assert "10.0 %" in texts(app)


def test_a_finished_run_is_held_against_the_notebook_and_can_be_deleted(home: Path, trained: Run) -> None:
    run = finished_run(home, trained)
    app = open_page("Train")
    assert "91 % to 93 %" in texts(app)
    assert "other data" in texts(app)
    (home / "runs" / run.id).unlink()


def test_deleting_asks_first_and_is_about_the_run_that_was_chosen() -> None:
    old, new = (run_directory.set_status(store.create(tiny_recipe(), datasets.BUNDLED), "stopped") for _ in range(2))
    app = open_page("Train")
    app.selectbox(key="managed_run").set_value(old.id).run()
    app.button(key=f"ask_delete_{old.id}").click().run()
    assert f"Delete **{run_titles.title(old)}**" in texts(app)
    app.selectbox(key="managed_run").set_value(new.id).run()
    assert "Delete **" not in texts(app)
    app.selectbox(key="managed_run").set_value(old.id).run()
    app.button(key=f"delete_{old.id}").click().run()
    assert not app.exception
    assert [run.id for run in store.list_runs()[0]] == [new.id]
    assert "Delete **" not in texts(app)


@pytest.mark.parametrize(("accuracy", "word"), [(0.92, "reached."), (0.5, "not reached.")])
def test_the_verdict_compares_with_the_notebook_once_the_run_has_ended(accuracy: float, word: str) -> None:
    run = store.create(tiny_recipe(), datasets.BUNDLED)
    run_directory.append_metrics(run, Metrics(40, 1.0, test_accuracy=accuracy, test_loss=0.3))
    run_directory.set_status(run, "running", trained_on="MNIST")
    assert "when the run has ended" in texts(open_page("Train"))
    run_directory.set_status(run, "finished", trained_on="MNIST")
    assert f"The notebook reports 91 % to 93 %: {word}" in texts(open_page("Train"))


@pytest.mark.parametrize(("surety", "headline"), [(0.95, "3"), (0.61, "3"), (0.59, "Not sure")])
def test_a_model_that_is_not_sure_says_so(monkeypatch: pytest.MonkeyPatch, surety: float, headline: str) -> None:
    probabilities = np.full(10, (1 - surety) / 9, np.float32)
    probabilities[3] = surety

    class Unsure:
        def probabilities(self, _: object) -> Any:
            return probabilities[None]

    monkeypatch.setattr(loaded, "classifier", lambda _: Unsure())
    answer = cards.answer(store.find("cnn"), np.zeros((28, 28), np.float32))
    assert answer.headline == headline
    assert ("perhaps 3" in answer.remark) == (headline == "Not sure")


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_models_that_saw_an_image_are_named_beside_their_answer(split: str, tiny_npz: Path) -> None:
    """The shipped models saw all of the subset, and nothing of another data set."""
    app = open_page("Data")
    app.button_group(key="split").set_value(split).run()
    assert "Trained on images of this kind: Affine model, CNN." in texts(app)
    own = datasets.load(str(tiny_npz))
    assert "own data" in own.name
    assert own.is_unseen("MNIST")


@pytest.mark.parametrize(
    ("trained_on", "looking_at", "split", "expected"),
    [
        ("MNIST subset", "MNIST", "train", True),
        ("MNIST subset", "MNIST", "validation", True),
        ("MNIST subset", "MNIST", "test", False),
        ("MNIST", "MNIST subset", "test", True),
        ("MNIST", "MNIST", "validation", True),
        ("MNIST", "MNIST", "test", False),
        ("MNIST", "tiny.npz (own data)", "train", False),
    ],
)
def test_a_model_of_the_subset_has_seen_a_part_of_mnists_training_file(
    trained_on: str, looking_at: str, split: str, expected: bool
) -> None:
    run = run_directory.set_status(store.create(tiny_recipe(), "bundled"), "finished", trained_on=trained_on)
    dataset = dataclasses.replace(datasets.load("bundled"))
    dataset.__dict__["name"] = looking_at  # stands for such a data set
    assert may_have_seen(run, dataset, split) == expected


@pytest.mark.parametrize("state", ["crashed", "diverged", "failed", "interrupted", "stopped"])
def test_how_a_run_ended_is_said(state: str) -> None:
    run = store.create(tiny_recipe(), datasets.BUNDLED)
    run_directory.set_status(run, state, message="This is why.")
    app = open_page("Train")
    assert not app.exception
    assert "This is why." in texts(app)
    assert state in str(app.dataframe[0].value["State"][0])


def test_a_damaged_run_is_named_and_the_others_are_shown() -> None:
    damaged, whole = (store.create(tiny_recipe(), datasets.BUNDLED) for _ in range(2))
    (damaged.directory / "settings.json").write_text("{")
    with (whole.directory / "metrics.jsonl").open("a") as stream:
        stream.write('{"step": 3')
    app = open_page("Train")
    assert not app.exception
    assert damaged.id in app.warning[0].value
    assert len(app.dataframe[0].value) == 1


def test_data_shows_the_image_that_is_jumped_to() -> None:
    app = open_page("Data")
    app.number_input(key="index_train").set_value(2024).run()
    label = datasets.load(datasets.BUNDLED).train.labels[2024]
    assert app.subheader[0].value == f"Training image 2,024: a {label}"
    assert str(one_hot(label).astype(int).tolist()).replace(",", "") in texts(app)
    assert len(app.code) == 0  # st.code would load its highlighter of syntax with the page
    app.session_state["pixel_values"] = True
    app.run()
    assert len(app.code[0].value.splitlines()) == 28


def test_a_jump_turns_to_the_page_that_has_the_image_and_out_of_range_is_told() -> None:
    app = open_page("Data")
    app.number_input(key="index_train").set_value(2024).run()
    assert app.session_state["page_train_4000"] == 2024 // 48 + 1
    app.number_input(key="index_train").set_value(4000).run()
    assert "0 to 3,999" in app.warning[0].value
    assert not app.exception


def test_an_image_outside_the_filter_is_pointed_out() -> None:
    app = open_page("Data")
    label = int(datasets.load(datasets.BUNDLED).train.labels[24])
    app.number_input(key="index_train").set_value(24).run()
    app.button_group(key="digits").set_value([(label + 1) % 10]).run()
    assert f"Image 24 is a {label}, so it is not among the digits below." in texts(app)


def test_data_filters_by_digit_and_split() -> None:
    app = open_page("Data")
    app.button_group(key="digits").set_value([3, 8]).run()
    assert not app.exception
    app.button_group(key="split").set_value("test").run()
    assert not app.exception
    assert "Test image" in app.subheader[0].value


def test_data_has_a_table_beside_the_class_balance() -> None:
    app = open_page("Data")
    assert app.dataframe[0].value["Training"].tolist() == [400] * 10


def test_the_subset_is_never_passed_off_as_the_full_mnist() -> None:
    for name in ("Train", "Data"):
        assert "A subset of MNIST" in texts(open_page(name))


def test_a_failed_download_offers_a_retry_and_the_page_moves_to_the_full_set_by_itself(
    tiny_npz: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = formats.read_arrays(tiny_npz)
    checksums = [formats._idx_md5([array]) for array in arrays]
    monkeypatch.setattr(formats, "MNIST_MD5", dict(zip(formats.MNIST_MD5, checksums, strict=True)))  # stands for MNIST
    network_is_up = False

    def fetch(_: OnProgress) -> Path:
        if not network_is_up:
            raise UserError("No network.")
        datasets.cached_mnist().write_bytes(tiny_npz.read_bytes())
        return datasets.cached_mnist()

    background = BackgroundDownload(fetch)
    monkeypatch.setattr(services, "background_download", lambda: background)
    background.start()
    background.wait()
    app = open_page("Data")
    assert "everything works with the subset" in texts(app)
    (retry,) = (button for button in app.button if button.label == "Retry")
    network_is_up = True
    retry.click().run()
    background.wait()
    app.run()
    assert not app.exception
    assert "MNIST: 220 train" in texts(app)


def test_another_data_set_is_named(tiny_npz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tiny_npz))
    app = open_page("Data")
    assert not app.exception
    assert "tiny.npz (own data): 220 training, 20 validation, 40 test images" in texts(app)


def test_every_recipe_can_be_chosen() -> None:
    app = open_page("Train")
    for model in ("cnn", "affine"):
        app.button_group(key="model").set_value(model).run()
        for recipe in ("fast", "notebook"):
            app.button_group(key=f"recipe_{model}").set_value(recipe).run()
            assert not app.exception
            assert (app.number_input(key=f"steps_{model}_{recipe}").value or 0) > 0


def test_a_link_fills_the_form() -> None:
    given = {"learning_rate": "0.003", "steps": "500", "batch_size": "100", "seed": "7"}
    app = open_page("Train", model="cnn", recipe="fast", **given)
    assert not app.warning
    start(app)
    (run,), _ = store.list_runs()
    recipe = registry.get_recipe("cnn", "fast", learning_rate=0.003, steps=500, batch_size=100, seed=7)
    assert run.recipe == recipe
    press(app, "Link to these settings")
    assert any(code.value.endswith(f"?{recipe_form.query_of(recipe)}") for code in app.code)


@pytest.mark.parametrize(("model", "name"), [(recipe.model, recipe.name) for recipe in registry.all_recipes()])
def test_every_recipe_goes_through_a_link(model: str, name: str) -> None:
    recipe = registry.get_recipe(model, name, learning_rate=1 / 3, seed=2**31 - 1)
    again = recipe_form.recipe_from_link(parse_qs(recipe_form.query_of(recipe)))
    assert again is not None
    assert again.learning_rate == pytest.approx(1 / 3)
    assert dataclasses.replace(again, learning_rate=recipe.learning_rate) == recipe


def test_what_is_typed_stays_although_the_link_says_something_else() -> None:
    app = open_page("Train", steps="500", batch_size="50")
    app.number_input(key="steps_affine_notebook").set_value(700).run()
    app.run()
    start(app)
    assert (store.list_runs()[0][0].recipe.steps, store.list_runs()[0][0].recipe.batch_size) == (700, 50)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"model": "resnet"}, "none of affine notebook"),
        ({"model": "affine", "recipe": "../../etc"}, "none of affine notebook"),
        ({"model": ""}, "none of affine notebook"),
        ({"learning_rate": "abc"}, "learning_rate is no number"),
        ({"learning_rate": "1e999"}, "learning rate"),
        ({"learning_rate": "nan"}, "learning rate"),
        ({"steps": "-1"}, "out of range"),
        ({"steps": "1e6"}, "steps is no whole number"),
        ({"steps": "9" * 10_000}, "steps is no whole number"),
        ({"steps": ["5", "6"]}, "more than once"),
        ({"seed": str(2**70)}, "seed"),
        ({"sudo": "1"}, "something else"),
        ({"steps": "500", "<script>": "1"}, "something else"),
    ],
)
def test_a_link_with_nonsense_is_refused_in_one_line(query: dict[str, str | list[str]], word: str) -> None:
    with pytest.raises(UserError, match=word) as refused:
        recipe_form.recipe_from_link({k: [v] if isinstance(v, str) else v for k, v in query.items()})
    assert len(str(refused.value)) < 200


def test_a_refused_link_leaves_the_presets() -> None:
    app = open_page("Train", learning_rate="abc", steps="17")
    assert not app.exception
    assert ["learning_rate is no number" in warning.value for warning in app.warning] == [True]
    assert app.number_input(key="steps_affine_notebook").value == registry.get_recipe("affine", "notebook").steps
    assert not start_button(app).disabled


def some_runs() -> list[Run]:
    """Two ended runs that differ in their learning rate and seed."""
    made = []
    for seed, rate in ((1, 0.1), (2, 0.2)):
        run = store.create(tiny_recipe(seed=seed, learning_rate=rate), datasets.BUNDLED)
        for step in (0, 20, 40):
            run_directory.append_metrics(
                run, Metrics(step, step / 10, 100.0, 1.0, 0.5, test_loss=1.0, test_accuracy=0.9)
            )
        made.append(run_directory.set_status(run, "finished", trained_on="MNIST subset"))
    return made


def test_the_settings_of_compared_runs_are_side_by_side_with_their_differences_marked() -> None:
    table = compare.settings_table(some_runs())
    marked = {str(setting) for setting, row in table.iterrows() if row[compare.DIFFERS]}
    assert marked == {"Learning rate", "Seed"}
    assert len(table) == len(dataclasses.fields(Recipe)) + 4
    assert list(table.loc["Parameters"]) == ["", "7,850", "7,850"]
    assert not open_page("Train").exception


def test_compared_runs_are_exported_as_one_table_and_one_picture() -> None:
    chosen = some_runs()
    table = pd.read_csv(io.StringIO(compare.to_csv(chosen)))
    assert list(table.columns) == [
        "run", *(field.name for field in dataclasses.fields(Recipe)), "data",
        *(field.name for field in dataclasses.fields(Metrics)),
    ]  # fmt: skip
    assert {id_: rows["step"].tolist() for id_, rows in table.groupby("run")} == {run.id: [0, 20, 40] for run in chosen}
    assert set(table.learning_rate) == {0.1, 0.2}
    assert compare.to_png(chosen, chosen, CurveOptions()).startswith(b"\x89PNG")


def test_the_charts_follow_their_options() -> None:
    some_runs()
    app = open_page("Train")
    app.button_group(key="chart_over").set_value("seconds").run()
    app.toggle(key="chart_log").set_value(True).run()
    app.slider(key="chart_smoothing").set_value(0.9).run()
    assert not app.exception
    assert "Error rate (1 − accuracy), log scale" in texts(app)
    (spec, _) = [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]
    assert spec["layer"][0]["encoding"]["x"]["title"] == "seconds of training"
    assert spec["layer"][0]["encoding"]["y"]["scale"]["type"] == "log"


def test_an_affine_runs_weights_are_shown_and_a_missing_model_is_no_fault(home: Path, trained: Run) -> None:
    run = finished_run(home, trained)
    app = open_page("Train")
    assert not app.exception
    assert "All ten share one scale" in texts(app)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "model_path", property(lambda _: home / "gone.tflite"))
        assert not open_page("Train").exception
    assert run.model_path.is_file()


@pytest.mark.parametrize("content", [None, b"", b"half a mod"])
def test_a_model_that_cannot_be_read_shows_no_weights(content: bytes | None, tmp_path: Path) -> None:
    run = store.create(tiny_recipe(), datasets.BUNDLED, tmp_path / "run")
    if content is not None:
        run.model_path.write_bytes(content)
    weights.show(run)


def test_a_run_that_is_deleted_while_somebody_watches_it_disappears() -> None:
    run = run_directory.set_status(store.create(tiny_recipe(steps=1000), datasets.BUNDLED), "running")
    run_directory.append_metrics(run, Metrics(300, 4.0, images_per_second=5000.0))
    app = open_page("Train")
    shutil.rmtree(run.directory)  # by hand: the page does not delete what trains
    press(app, "Stop")
    assert "deleted in the meantime" in app.toast[0].value
    assert not app.error
    assert "No run yet" in texts(app)


def test_a_run_that_is_deleted_while_the_page_is_drawn_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    active, ended = some_runs()
    run_directory.set_status(active, "running")
    listed = store.list_runs()
    for run in (active, ended):
        shutil.rmtree(run.directory)
    monkeypatch.setattr(store, "list_runs", lambda: listed)
    app = open_page("Train")
    assert not app.exception
    assert not app.error


def test_a_run_that_hangs_is_said_to_and_can_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_directory.set_status(store.create(tiny_recipe(), datasets.BUNDLED), "running")
    assert "hangs" not in texts(open_page("Train"))
    monkeypatch.setattr(control, "HANGS_AFTER", -1.0)
    app = open_page("Train")
    assert "it hangs" in app.warning[0].value
    press(app, "End the training process")
    assert "restart the app" in app.toast[0].value  # the tests' own process is what would be ended
    assert run_directory.load(run.directory).is_active


def test_the_expected_start_counts_no_run_that_another_process_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (store.runs_folder() / name for name in ("1", "2"))  # two of one second have no order by name
    elsewhere = store.create(tiny_recipe(steps=1000, batch_size=50), datasets.BUNDLED, first)
    run_directory.append_metrics(
        run_directory.set_status(elsewhere, "running"), Metrics(400, 4.0, images_per_second=5000.0)
    )
    store.create(tiny_recipe(), datasets.BUNDLED, second)
    assert "Waiting for 1 run before it, starts in about 6 s" in texts(open_page("Train"))
    monkeypatch.setattr(FakeTrainer, "pending", [])
    assert "Waiting for TensorFlow to start…" in texts(open_page("Train"))


def test_all_waiting_runs_are_taken_back_by_one_button_and_the_run_before_them_goes_on() -> None:
    first = run_directory.set_status(store.create(tiny_recipe(), datasets.BUNDLED), "running")
    for _ in range(3):
        store.create(tiny_recipe(), datasets.BUNDLED)
    app = open_page("Train")
    press(app, "Cancel all that wait")
    assert not app.exception
    states = {run.id: run.status.state for run in store.list_runs()[0]}
    assert states.pop(first.id) == "running"
    assert set(states.values()) == {"stopped"}
    assert "Waiting" not in texts(app)


def test_a_run_of_another_computer_is_named_and_nobody_ends_its_process_here() -> None:
    run = run_directory.set_status(store.create(tiny_recipe(), datasets.BUNDLED), "running")
    status = json.loads(run.status_path.read_text(encoding="utf-8"))
    run.status_path.write_text(json.dumps({**status, "host": "lab-pc-7", "pid": 1}), encoding="utf-8")
    assert "another computer, lab-pc-7" in texts(open_page("Train"))


def test_the_command_for_tensorboard_is_quoted_as_the_system_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compare.in_shell("tensorboard", "--logdir", "my runs") == "tensorboard --logdir 'my runs'"
    monkeypatch.setattr(compare, "os", SimpleNamespace(name="nt"))
    assert compare.in_shell("tensorboard", "--logdir", "my runs") == 'tensorboard --logdir "my runs"'


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (3840, "1 h 04 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert durations.duration(seconds) == words
