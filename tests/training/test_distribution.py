"""Training on several workers and devices gives what training on one gives: real processes on the loopback address."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mnist_demo.models import registry
from mnist_demo.runs import store
from mnist_demo.training import runner
from mnist_demo.training.distribution import make_strategy
from tests.server import ROOT, free_port

pytestmark = pytest.mark.usefixtures("measured")

STEPS = {"affine": 200, "cnn": 120}
# The workers must find the same images and the same wrong labels, and share the penalty.
EXPERIMENTS = {"affine": {"train_images": 2000, "label_noise": 0.1, "l2": 0.02}, "cnn": {}}


def start(model: str, out: Path, strategy: str, **environment: str) -> subprocess.Popen[str]:
    options = ["--recipe", "fast", "--steps", str(STEPS[model]), "--data", "bundled", "--out", str(out), "--json"]
    for name, value in EXPERIMENTS[model].items():
        options += [f"--{name.replace('_', '-')}", str(value)]
    command = [sys.executable, "-m", "mnist_demo", "train", "--model", model, "--strategy", strategy, *options]
    variables = {**os.environ, "MNIST_DEMO_HOME": str(out.parent / "home"), **environment}
    return subprocess.Popen(command, cwd=ROOT, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def result_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return json.loads(out) if out else {}


@pytest.mark.parametrize("model", STEPS)
def test_two_workers_train_to_the_accuracy_of_one(tmp_path: Path, model: str) -> None:
    recipe = registry.get_recipe(model, "fast", steps=STEPS[model], **EXPERIMENTS[model])
    alone = runner.train_run(store.create(recipe, "bundled", tmp_path / "one"), strategy=make_strategy("mirrored"))
    workers = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    configs = [
        {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}} for index in range(len(workers))
    ]
    together = [
        start(model, tmp_path / "two", "multiworker", TF_CONFIG=json.dumps(config), TF_CPP_MIN_LOG_LEVEL="3")
        for config in configs
    ]
    try:
        first, second = (result_of(process) for process in together)
    finally:
        for process in together:
            process.kill()
    assert second == {}  # the first worker keeps the run
    last = alone.evaluations[-1]
    assert first["steps"] == last.step == STEPS[model]
    assert last.test_accuracy is not None
    assert last.test_accuracy > 0.8
    assert first["test_accuracy"] == pytest.approx(last.test_accuracy, abs=0.01)
    assert first["validation_accuracy"] == pytest.approx(last.validation_accuracy, abs=0.01)
    assert first["train_accuracy"] == pytest.approx(last.seen_accuracy, abs=0.01)
    shared = store.find(str(tmp_path / "two")).evaluations[-1]
    assert shared.seen_loss == pytest.approx(last.seen_loss, rel=0.03)


def test_workers_that_are_not_described_are_one_sentence(tmp_path: Path) -> None:
    process = start("affine", tmp_path / "run", "multiworker", TF_CONFIG="nonsense")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "TF_CONFIG" in err
    assert len(err.splitlines()) == 1
