"""Every page, run by Streamlit's AppTest: what it says, and that bad input leaves it alive."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_demo import data, runs
from mnist_demo.download import BackgroundDownload, OnProgress
from mnist_demo.errors import UserError
from mnist_demo.recipes import Recipe
from mnist_demo.runs import Metrics, Run
from mnist_demo.ui import services
from tests.conftest import tiny_recipe

ROOT = Path(__file__).parent.parent
PAGES = {"Draw": "mnist_demo/ui/draw.py", "Train": "mnist_demo/ui/train.py", "Data": "mnist_demo/ui/browse.py"}


class FakeTrainer:
    """Queues runs and never trains them: no page test waits for TensorFlow."""

    def submit(self, recipe: Recipe, source: str) -> Run:
        return runs.create(recipe, source)


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


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_a_learning_rate_that_cannot_train_is_told_and_start_is_off(rate: float) -> None:
    app = open_page("Train")
    app.number_input(key="rate_affine_notebook").set_value(rate).run()
    assert "learning rate" in app.warning[0].value
    assert next(button for button in app.button if button.label == "Start training").disabled


def test_cancel_asks_the_run_to_stop() -> None:
    app = start(open_page("Train"))
    next(button for button in app.button if button.label == "Cancel").click().run()
    (run,), _ = runs.list_runs()
    assert runs.read_control(run).stop


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
    app.button(key=f"delete_{run.id}").click()
    (home / "runs" / run.id).unlink()  # a link cannot be removed as a tree: somebody else was faster
    app.run()
    assert not app.exception
    assert runs.list_runs() == ([], [])


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
    app.number_input(key="index_train").set_value(24).run()
    label = data.load(data.BUNDLED).train.labels[24]
    assert app.subheader[0].value == f"Training image 24: a {label}"
    assert str(data.one_hot(label).astype(int).tolist()).replace(",", "") in texts(app)
    assert len(app.code[0].value.splitlines()) == 28


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
    assert "tiny.npz: 220 train, 20 validation, 40 test images" in texts(app)


def test_every_recipe_can_be_chosen() -> None:
    app = open_page("Train")
    for model in ("cnn", "affine"):
        app.button_group(key="model").set_value(model).run()
        for recipe in ("fast", "notebook"):
            app.button_group(key=f"recipe_{model}").set_value(recipe).run()
            assert not app.exception
            assert (app.number_input(key=f"steps_{model}_{recipe}").value or 0) > 0
