"""A home that an earlier version wrote: its runs open, are shown and go on.

`old_home` holds one run of each model as version 9268c57 left them, trained for twelve steps on the images that come
with the app. The affine one had finished, and the CNN's process was killed. To be small, the CNN's checkpoint has
its weights rounded to 1/128 and its optimiser's averages at zero, and its exported model is left out.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.models.inference import Classifier, affine_weights
from mnist_demo.runs import control, store
from mnist_demo.training import runner
from mnist_demo.ui.common.run_titles import title

OLD_HOME = Path(__file__).parent / "old_home"
ROOT = Path(__file__).parents[2]
STATES = {"affine": "finished", "cnn": "interrupted"}
PAGES = ["draw", "train", "data"]


@pytest.fixture(autouse=True)
def _old_home(home: Path) -> None:
    shutil.copytree(OLD_HOME, home / "runs")


def test_its_runs_are_read() -> None:
    readable, damaged = store.list_runs()
    assert not damaged
    assert {run.recipe.model: run.status.state for run in readable} == STATES
    for run in readable:
        assert run.last_step == 12
        assert [metrics.step for metrics in run.evaluations] == [0, 12]


@pytest.mark.parametrize("model", STATES)
def test_its_runs_go_on_from_where_they_were(model: str) -> None:
    (run,) = [run for run in store.list_runs()[0] if run.recipe.model == model]
    before = run.evaluations[-1]
    ended = runner.train_run(control.queue_again(run, target=20))
    assert ended.status.state == "finished"
    assert [metrics.step for metrics in ended.evaluations][:2] == [0, 12]
    assert ended.last_step == 20
    assert (ended.evaluations[-1].test_loss or 9) < (before.test_loss or 0)
    Classifier.from_file(ended.model_path, ended.status.temperature)


def test_its_models_still_tell_their_activations_and_weights() -> None:
    (run,) = [run for run in store.list_runs()[0] if run.model_path.is_file()]
    classifier = Classifier.from_file(run.model_path)
    images = np.eye(784, dtype=np.float32)
    logits = classifier.logits(images)
    np.testing.assert_allclose(classifier.activations(images)["logits"], logits, atol=1e-5)
    bias = classifier.logits(np.zeros((1, 784), np.float32))
    np.testing.assert_allclose(affine_weights(classifier), logits - bias, atol=1e-5)


@pytest.mark.parametrize("page", PAGES)
def test_its_runs_are_shown_on_every_page(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_demo.ui.common.services.start", lambda: None)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.switch_page(f"mnist_demo/ui/pages/{page}.py").run()
    assert not app.exception
    names = {title(run) for run in store.list_runs()[0] if page == "train" or run.model_path.is_file()}
    assert names <= {option for choice in app.multiselect for option in choice.options}
    assert names <= {"Affine model, fast, run 1", "CNN, fast, run 2"}
