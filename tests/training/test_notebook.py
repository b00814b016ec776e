"""The classic notebook's two experiments, end to end on the full MNIST, through the command line."""

from pathlib import Path

import pytest

from mnist_demo.models import registry
from tests.command_line import result_of, trained

pytestmark = pytest.mark.usefixtures("measured")

# Of the notebook's steps. The CNN has the notebook's accuracy by half of them.
STEPS = {"affine": 30_001, "cnn": 2500}


@pytest.mark.parametrize("model", list(STEPS))
def test_the_notebooks_recipe_gives_the_notebooks_accuracy(model: str, full_mnist: str, tmp_path: Path) -> None:
    options = ("--steps", STEPS[model], "--data", full_mnist, "--out", tmp_path / "run")
    result = trained("--model", model, *options, timeout=900)
    reported = registry.get_model(model).notebook_accuracy
    assert reported is not None
    low, high = reported
    assert low <= result["test_accuracy"] <= high
    assert result["steps"] == STEPS[model] <= registry.get_recipe(model, "notebook").steps
    assert [step for step, _ in result["history"]][:3] == [0, 500, 1000]
    evaluated = result_of("evaluate", tmp_path / "run", "--data", full_mnist)
    assert evaluated["test_accuracy"] == pytest.approx(result["test_accuracy"], abs=2e-4)


@pytest.mark.parametrize(("model", "least"), [("affine", 0.91), ("cnn", 0.992)])
def test_the_shipped_models_are_as_good_as_their_record_says(model: str, least: float, full_mnist: str) -> None:
    evaluated = result_of("evaluate", model, "--data", full_mnist)
    assert evaluated["images"] == 10_000
    assert evaluated["test_accuracy"] >= least
