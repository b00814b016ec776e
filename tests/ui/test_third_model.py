"""One row in the registry is all that a new model needs to be offered, shown and explained on every page."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.models.registry import Model
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.ui.common import services
from tests.ui.conftest import FakeTrainer
from tests.ui.test_pages import texts

ROOT = Path(__file__).parents[2]
HIDDEN = Model(
    name="hidden",
    title="One hidden layer",
    network="dense 128",
    recipes=(Recipe("hidden", "quick", "adam", 1e-3, "constant", 100, 500, 100),),
    explanation="**One hidden layer** has {parameters:,} weights.",
)


@pytest.fixture(autouse=True)
def _third_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A row, and a run of it that has ended; its exported model is another's, which no page can tell."""
    monkeypatch.setitem(registry.MODELS, HIDDEN.name, HIDDEN)
    monkeypatch.setattr(services, "trainer", FakeTrainer)
    run = store.create(registry.get_recipe("hidden", "quick"), "bundled")
    shutil.copy(store.find("affine").model_path, run.model_path)
    run_directory.append_metrics(run, Metrics(500, 1.0, 5e4, 0.3, 0.9, 0.3, 0.9, 0.3, 0.91))
    run_directory.set_status(run, "finished", trained_on="MNIST", train_images=55_000)
    yield
    st.cache_resource.clear()


@pytest.mark.parametrize("page", ["draw", "train", "data", "break_it"])
def test_every_page_opens_and_offers_it(page: str) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.switch_page(f"mnist_demo/ui/pages/{page}.py").run()
    assert not app.exception
    assert any("One hidden layer" in option for choice in app.multiselect for option in choice.options)


def test_its_form_and_its_verdict_and_its_explanation_are_its_own() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page("mnist_demo/ui/pages/train.py")
    app.run()
    app.session_state["model"] = "hidden"
    app.run()
    assert not app.exception
    assert "101,770 weights" in texts(app)
    assert "101,770 parameters" in texts(app)
    assert "convolution" not in texts(app)
    assert "Test accuracy **91.00 %**" in texts(app)
    assert "notebook" not in next(text.value for text in app.markdown if "91.0 %" in text.value)


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(UserError, match="affine or cnn or own or hidden"):
        registry.get_model("resnet")
