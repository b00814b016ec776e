"""What the Train page says beside its charts, and of runs that have nothing to show; how often it looks at them."""

import dataclasses
import math
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.data import datasets
from mnist_demo.models import recipes, registry
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import services
from mnist_demo.ui.common.run_titles import title
from mnist_demo.ui.train import charts, results, watching, weights
from tests.conftest import tiny_recipe


def made(model: str, recipe: str, state: str, steps: int) -> Run:
    run = store.create(registry.get_recipe(model, recipe), datasets.BUNDLED)
    for step in range(0, steps + 1, 10):
        run_directory.append_metrics(run, Metrics(step, step / 10, 100.0, 1.0, 0.5, test_loss=0.2, test_accuracy=0.9))
    return run_directory.set_status(run, state, trained_on="MNIST")


def test_why_a_training_loss_lies_above_the_test_loss_is_said_of_the_runs_where_it_does() -> None:
    fast, also, best = (made("cnn", name, "finished", 40) for name in ("fast", "fast", "best"))
    plain = made("cnn", "notebook", "finished", 40)
    assert charts.notes([plain, made("affine", "fast", "finished", 40)]) == []
    for_best, for_fast = charts.notes([plain, fast, best, also])
    assert title(fast) in for_fast
    assert title(also) in for_fast
    assert "91.0 % for the right digit and 1.0 % for each other (10 % is" in for_fast
    assert "below 0.50" in for_fast
    assert "distorted" not in for_fast
    assert title(best) in for_best
    assert "95.5 %" in for_best
    assert "distorted" in for_best


@pytest.mark.parametrize("smoothing", [0.0, 0.05, 0.1, 0.5])
def test_the_lowest_loss_is_that_of_a_model_that_says_what_it_aims_at(smoothing: float) -> None:
    recipe = dataclasses.replace(tiny_recipe(), label_smoothing=smoothing)
    target = (1 - smoothing) * np.eye(10)[3] + smoothing / 10  # as the training session mixes it
    entropy = -sum(share * math.log(share) for share in target if share)
    assert recipes.aim(recipe) == pytest.approx(target.max())
    assert recipes.lowest_loss(recipe) == pytest.approx(entropy)


def test_the_legend_names_the_runs_that_have_a_line() -> None:
    drawn, cancelled, other = (made("affine", "notebook", "stopped", steps) for steps in (20, 0, 20))
    names = charts.names([other, cancelled, drawn])
    legend = charts.legend((title(drawn),), tuple(names))
    assert title(drawn) in legend
    assert title(cancelled) not in legend
    assert legend.count("<li>") == 1


def test_a_run_stopped_at_step_0_has_no_verdict_against_the_notebook() -> None:
    untrained = made("affine", "notebook", "stopped", 0)
    assert untrained.last_evaluation is not None
    assert "notebook" not in results.verdict(untrained)
    assert "notebook" in results.verdict(made("affine", "notebook", "stopped", 10))


def test_weights_in_sight_are_those_of_the_newest_run_that_has_some() -> None:
    queued = store.create(tiny_recipe(), datasets.BUNDLED)
    ended, running, cnn = (
        made(model, "notebook", state, 10)
        for model, state in (("affine", "finished"), ("affine", "running"), ("cnn", "running"))
    )
    ended.model_path.write_bytes(store.find("affine").model_path.read_bytes())
    assert weights.run_in_sight([cnn]) is None
    assert weights.run_in_sight([queued, cnn]) is queued
    assert weights.run_in_sight([queued, cnn, ended]) is ended
    assert weights.run_in_sight([queued, running, ended]) is running


def test_many_visitors_together_look_no_more_often_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    young = [made("cnn", "fast", "running", 40)]
    for count in (1, 10, 30, 120):
        monkeypatch.setattr(services, "watchers", lambda _, count=count: count)
        for wanted, allowed in zip(watching.wanted_seconds(young), watching.poll_seconds(young), strict=True):
            assert allowed >= wanted
            assert allowed == wanted or count / allowed <= services.MOST_LOOKS
            assert count > services.MOST_LOOKS or allowed == wanted


def watcher_app() -> None:
    import streamlit as st  # noqa: PLC0415

    from mnist_demo.ui.common import services  # noqa: PLC0415

    st.text(services.watchers("runs"))


def test_a_visitor_counts_once_and_no_longer_once_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_looked_at", {})
    one, other = (AppTest.from_function(watcher_app, default_timeout=60) for _ in range(2))
    assert [app.run().text[0].value for app in (one, one, other, one)] == ["1", "1", "2", "2"]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + services.GONE_AFTER + 1)
    assert one.run().text[0].value == "1"
