"""Every page, run by Streamlit's AppTest: what it says, and that bad input leaves it alive."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_demo import control, data, runs
from mnist_demo.control import Control
from mnist_demo.download import BackgroundDownload, OnProgress
from mnist_demo.errors import UserError
from mnist_demo.recipes import Recipe
from mnist_demo.runs import Metrics, Run
from mnist_demo.ui import answering, services
from tests.conftest import tiny_recipe

ROOT = Path(__file__).parent.parent
PAGES = {"Draw": "mnist_demo/ui/draw.py", "Train": "mnist_demo/ui/train.py", "Data": "mnist_demo/ui/browse.py"}


class FakeTrainer:
    """Queues runs and never trains them: no page test waits for TensorFlow."""

    def submit(self, recipe: Recipe, source: str) -> Run:
        return runs.create(recipe, source)

    def continue_run(self, run: Run, target: int) -> Run:
        return control.queue_again(run, target)

    def before(self, run: Run) -> list[Path]:
        waiting = [other.directory for other in reversed(runs.list_runs()[0]) if other.is_active]
        return waiting[: waiting.index(run.directory)]


@pytest.fixture(autouse=True)
def _no_training_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(services, "trainer", FakeTrainer)
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def open_page(name: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return app.switch_page(PAGES[name]).run()


def texts(app: AppTest) -> str:
    """All that a page says in words."""
    kinds = ("title", "markdown", "caption", "error", "warning", "info")
    return "\n".join(str(getattr(element, "value", "")) for kind in kinds for element in app.get(kind))


def finished_run(home: Path, trained: Run) -> Run:
    """A finished run in this test's home."""
    target = home / "runs" / "20260101-000000-affine-notebook-abcd"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(trained.directory)
    return runs.load(target)


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


@pytest.mark.parametrize("name", ["Train", "Data"])
def test_a_bad_data_file_is_told_in_one_sentence_and_draw_still_works(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nonsense")
    monkeypatch.setenv(data.DATA_VARIABLE, str(tmp_path / "bad.npz"))
    app = open_page(name)
    assert not app.exception
    assert [error.value.count("bad.npz") for error in app.error] == [1]
    assert not open_page("Draw").error


def test_draw_offers_the_shipped_models_and_every_trained_one(home: Path, trained: Run) -> None:
    finished_run(home, trained)
    (choice,) = open_page("Draw").multiselect
    assert choice.value == ["affine", "cnn"]
    assert choice.options == ["Affine model", "CNN", "Affine model · notebook · abcd"]


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
    (run,), _ = runs.list_runs()
    assert (run.recipe.model, run.recipe.steps, run.recipe.seed) == ("affine", 1234, 5)
    assert run.settings.data == data.BUNDLED
    assert any(button.label == "Cancel" for button in app.button)
    start(app)
    assert len(runs.list_runs()[0]) == 2


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
    assert runs.list_runs()[0][0].recipe.learning_rate == 0.05


def test_cancel_asks_the_run_to_stop() -> None:
    app = start(open_page("Train"))
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert not app.exception
    (run,), _ = runs.list_runs()
    assert control.read(run).stop
    assert "Cancelled before it began." in texts(app)


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_controls_ask_the_run_for_what_they_say() -> None:
    run = runs.set_status(runs.create(tiny_recipe(steps=1000), data.BUNDLED), "running", train_images=110)
    runs.append_metrics(run, Metrics(300, 4.0, images_per_second=5000.0))
    app = open_page("Train")
    press(app, "Pause")
    assert control.read(run) == Control(pause_at=0)
    runs.set_status(run, "paused", train_images=110)
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
    run = runs.set_status(runs.create(tiny_recipe(steps=1000, batch_size=50), data.BUNDLED), "running")
    runs.append_metrics(run, Metrics(0, 0.0, test_accuracy=0.1, test_loss=2.3))
    runs.append_metrics(run, Metrics(400, 4.0, images_per_second=5000.0, train_loss=1.0, train_accuracy=0.7))
    app = open_page("Train")
    assert not app.exception
    (bar,) = app.get("progress")
    assert bar.proto.value == 40
    assert "Step 400 of 1,000 · 100 steps/s · 5,000 images/s · 6 s left" in bar.proto.text
    assert "10.00%" in texts(app)


def test_a_finished_run_is_held_against_the_notebook_and_can_be_deleted(home: Path, trained: Run) -> None:
    run = finished_run(home, trained)
    app = open_page("Train")
    assert "91% to 93%" in texts(app)
    assert "other data" in texts(app)
    (home / "runs" / run.id).unlink()


def test_deleting_asks_first_and_is_about_the_run_that_was_chosen() -> None:
    old, new = (runs.set_status(runs.create(tiny_recipe(), data.BUNDLED), "stopped") for _ in range(2))
    app = open_page("Train")
    app.selectbox(key="managed_run").set_value(old.id).run()
    app.button(key=f"ask_delete_{old.id}").click().run()
    assert f"Delete **{answering.title(old)}**" in texts(app)
    app.selectbox(key="managed_run").set_value(new.id).run()
    assert "Delete **" not in texts(app)
    app.selectbox(key="managed_run").set_value(old.id).run()
    app.button(key=f"delete_{old.id}").click().run()
    assert not app.exception
    assert [run.id for run in runs.list_runs()[0]] == [new.id]
    assert "Delete **" not in texts(app)


@pytest.mark.parametrize(("accuracy", "word"), [(0.92, "reached."), (0.5, "not reached.")])
def test_the_verdict_compares_with_the_notebook_once_the_run_has_ended(accuracy: float, word: str) -> None:
    run = runs.create(tiny_recipe(), data.BUNDLED)
    runs.append_metrics(run, Metrics(40, 1.0, test_accuracy=accuracy, test_loss=0.3))
    runs.set_status(run, "running", trained_on="MNIST")
    assert "when the run has ended" in texts(open_page("Train"))
    runs.set_status(run, "finished", trained_on="MNIST")
    assert f"The notebook reports 91% to 93%: {word}" in texts(open_page("Train"))


@pytest.mark.parametrize(("surety", "headline"), [(0.95, "3"), (0.61, "3"), (0.59, "Not sure")])
def test_a_model_that_is_not_sure_says_so(monkeypatch: pytest.MonkeyPatch, surety: float, headline: str) -> None:
    probabilities = np.full(10, (1 - surety) / 9, np.float32)
    probabilities[3] = surety

    class Unsure:
        def probabilities(self, _: object) -> Any:
            return probabilities[None]

    monkeypatch.setattr(services, "classifier", lambda _: Unsure())
    answer = answering.answer(runs.find("cnn"), np.zeros((28, 28), np.float32))
    assert answer.headline == headline
    assert ("perhaps 3" in answer.remark) == (headline == "Not sure")


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_models_that_saw_an_image_are_named_beside_their_answer(split: str, tiny_npz: Path) -> None:
    """The shipped models saw all of the subset, and nothing of another data set."""
    app = open_page("Data")
    app.button_group(key="split").set_value(split).run()
    assert "Trained on images of this kind: Affine model, CNN." in texts(app)
    own = data.load(str(tiny_npz))
    assert "own data" in own.name
    assert own.is_unseen("MNIST")


@pytest.mark.parametrize("state", ["crashed", "diverged", "failed", "interrupted", "stopped"])
def test_how_a_run_ended_is_said(state: str) -> None:
    run = runs.create(tiny_recipe(), data.BUNDLED)
    runs.set_status(run, state, message="This is why.")
    app = open_page("Train")
    assert not app.exception
    assert "This is why." in texts(app)
    assert state in str(app.dataframe[0].value["State"][0])


def test_a_damaged_run_is_named_and_the_others_are_shown() -> None:
    damaged, whole = (runs.create(tiny_recipe(), data.BUNDLED) for _ in range(2))
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
    label = data.load(data.BUNDLED).train.labels[2024]
    assert app.subheader[0].value == f"Training image 2,024: a {label}"
    assert str(data.one_hot(label).astype(int).tolist()).replace(",", "") in texts(app)
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
    label = int(data.load(data.BUNDLED).train.labels[24])
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
    arrays = data.read_arrays(tiny_npz)
    checksums = [data._idx_md5(array) for array in arrays]
    monkeypatch.setattr(data, "MNIST_MD5", dict(zip(data.MNIST_MD5, checksums, strict=True)))  # stands for MNIST
    network_is_up = False

    def fetch(_: OnProgress) -> Path:
        if not network_is_up:
            raise UserError("No network.")
        data.cached_mnist().write_bytes(tiny_npz.read_bytes())
        return data.cached_mnist()

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
    monkeypatch.setenv(data.DATA_VARIABLE, str(tiny_npz))
    app = open_page("Data")
    assert not app.exception
    assert "tiny.npz (own data): 220 train, 20 validation, 40 test images" in texts(app)


def test_every_recipe_can_be_chosen() -> None:
    app = open_page("Train")
    for model in ("cnn", "affine"):
        app.button_group(key="model").set_value(model).run()
        for recipe in ("fast", "notebook"):
            app.button_group(key=f"recipe_{model}").set_value(recipe).run()
            assert not app.exception
            assert (app.number_input(key=f"steps_{model}_{recipe}").value or 0) > 0
