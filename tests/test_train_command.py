"""`train` as a person runs it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import numpy as np
import psutil
import pytest

from mnist_demo.commands import train
from mnist_demo.errors import UserError
from mnist_demo.runs import run_directory, store
from tests.command_line import ROOT, assert_fails, in_own_process, mnist_demo, on_terminal, result_of, trained
from tests.conftest import tiny_arrays

pytestmark = pytest.mark.usefixtures("measured")


@pytest.fixture(scope="module")
def cli_run(tmp_path_factory: pytest.TempPathFactory, measured_home: Path) -> tuple[dict[str, Any], Path]:  # noqa: ARG001
    """A run trained by the command line, and its directory."""
    folder = tmp_path_factory.mktemp("cli")
    np.savez(folder / "tiny.npz", **tiny_arrays())  # type: ignore[arg-type]
    options = ["--steps", 600, "--batch-size", 20, "--learning-rate", 0.1, "--seed", 3]
    result = trained("--model", "affine", *options, "--data", folder / "tiny.npz", "--out", folder / "run")
    return result, folder / "run"


def test_train_reports_and_records_its_run(cli_run: tuple[dict[str, Any], Path]) -> None:
    result, directory = cli_run
    assert set(result) == {
        "run", "model", "recipe", "network", "parameters", "steps", "train_seconds", "total_seconds",
        "steps_per_second", "train_accuracy", "validation_accuracy", "test_accuracy", "history",
    }  # fmt: skip
    assert (result["model"], result["recipe"], result["steps"]) == ("affine", "notebook", 600)
    assert (result["network"], result["parameters"]) == ("", 7850)
    assert [step for step, _ in result["history"]] == [0, 500, 600]
    assert result["history"][-1][1] == result["test_accuracy"] > 0.9
    assert result["train_accuracy"] > 0.9
    assert 0 < result["train_seconds"] < result["total_seconds"]
    assert result["steps_per_second"] == pytest.approx(600 / result["train_seconds"])
    run = run_directory.load(directory)
    assert run.status.state == "finished"
    assert (run.recipe.seed, run.recipe.learning_rate) == (3, 0.1)


def test_evaluate_agrees_with_training(cli_run: tuple[dict[str, Any], Path]) -> None:
    result, directory = cli_run
    evaluated = result_of("evaluate", directory, "--data", directory.parent / "tiny.npz")
    assert evaluated["test_accuracy"] == result["test_accuracy"]
    assert evaluated["images"] == 40


@pytest.fixture
def ended_run(cli_run: tuple[dict[str, Any], Path], tmp_path: Path) -> Path:
    """The directory of a run of 600 steps that a test may change."""
    return Path(shutil.copytree(cli_run[1], tmp_path / "ended"))


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_a_run_goes_on_and_shows_a_bar_on_a_terminal(cli_run: tuple[dict[str, Any], Path], ended_run: Path) -> None:
    status, printed, shown = on_terminal("train", "--continue", ended_run, "--steps", 500, "--json")
    assert status == 0
    result = json.loads(printed)
    assert result["steps"] == 1100  # on top of those taken
    assert result["history"][:3] == cli_run[0]["history"]
    run = run_directory.load(ended_run)
    assert (run.status.state, run.settings.target) == ("finished", 1100)
    assert run.recipe == run_directory.load(cli_run[1]).recipe
    assert re.search(r"Starting TensorFlow: +55 % .* 600 of 1100", shown)
    assert re.search(r"affine notebook: 100 % .* 1100 of 1100, +[\d.]+ steps/s, 00:00 left", shown)
    lines = [line.rsplit("\r", 1)[-1] for line in shown.split("\r\n")]
    assert [line for line in lines if line.startswith("step 1,100 of 1,100: test accuracy ")]


def test_a_run_that_cannot_go_on_is_told_and_left_as_it_is(ended_run: Path, tmp_path: Path) -> None:
    def contents() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in ended_run.iterdir() if path.is_file()}

    def assert_refused(words: str, *arguments: object) -> None:
        before = contents()
        with pytest.raises(UserError, match=words):
            train.command.main(["--continue", *map(str, arguments)], standalone_mode=False)
        assert contents() == before

    assert_refused("600 steps: give more", ended_run, "--steps", 0)
    assert_refused("leave out --model and --seed", ended_run, "--model", "affine", "--seed", 3)
    assert_refused("leave out --recipe", ended_run, "--recipe", "notebook")  # though that is what it has
    assert_refused("leave out --strategy multiworker", ended_run, "--strategy", "multiworker")
    assert_refused("no run 'nothing'", "nothing")
    assert_refused("no run 'cnn'", "cnn")
    assert_refused("comes with the program", store.SHIPPED / "cnn")
    settings = json.loads((ended_run / "settings.json").read_text())
    (ended_run / "settings.json").write_text(json.dumps({**settings, "data": str(tmp_path / "gone.npz")}))
    assert_refused("gone.npz", ended_run)


def test_its_exit_statuses_are_in_its_help() -> None:
    text = train.command.get_help(click.Context(train.command))
    assert "Exit status:\n    0  the run finished, or was stopped" in text
    assert "\n    1  the run diverged" in text


@pytest.mark.parametrize(
    "arguments",
    [[], ["--model", "vit"], ["--model", "cnn", "--steps", "many"], ["--model", "cnn", "--recipe", "x"], ["--bad"]],
)
def test_a_command_that_is_not_understood_is_told_in_one_line(arguments: list[str]) -> None:
    assert_fails(mnist_demo("train", *arguments))


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("--model or --network", ["--model", "cnn", "--network", "dense 8"]),
        ("side of a pooling must be", ["--network", "pool 29"]),
        ("layer 3: pool 2 needs at least 2 × 2 pixels", ["--network", "pool 14, pool 2, pool 2"]),
        ("at most 500 characters", ["--network", "dense 8, " * 1200]),
        ("no recipe own notebook", ["--network", "dense 8", "--recipe", "notebook"]),
        ("GB of memory", ["--network", "conv 256 1", "--batch-size", "10000"]),
    ],
)
def test_a_network_that_cannot_be_trained_is_refused_before_anything_is_written(
    words: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=2_000_000_000))
    out = tmp_path / "run"
    with pytest.raises(UserError, match=words):
        train.command.main([*arguments, "--data", "bundled", "--out", str(out)], standalone_mode=False)
    assert not out.exists()


@pytest.mark.parametrize("rate", ["0", "nan", "-1"])
def test_a_learning_rate_that_cannot_train_is_refused(rate: str) -> None:
    assert_fails(mnist_demo("train", "--model", "affine", "--learning-rate", rate), "learning rate")


def test_a_diverged_run_fails_in_one_line_and_keeps_its_model(tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = in_own_process("train", "--model", "affine", "--learning-rate", "1e9", "--out", out)
    assert done.returncode == 1
    assert "diverged" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert run_directory.load(out).model_path.is_file()


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files as POSIX systems do")
def test_a_checkpoint_that_cannot_be_written_fails_the_run_and_leaves_no_half_file(
    tiny_npz: Path, tmp_path: Path
) -> None:
    """As on a full disk; the affine model's checkpoint takes 32 kB."""
    code = "import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, 16_000)); "
    code += "runpy.run_module('mnist_demo', run_name='__main__')"
    arguments = ["train", "--model", "affine", "--steps", "50", "--data", str(tiny_npz), "--out", str(tmp_path / "run")]
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "checkpoint.npz (File too large): free some space" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert run_directory.load(tmp_path / "run").status.state == "failed"
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "metrics.jsonl", "settings.json", "status.json", "tensorboard",
    ]  # fmt: skip


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_stops_cleanly_with_a_checkpoint_and_a_model(tiny_npz: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    network = ["--network", "Dense 8,  dropout .10"]  # which has a recipe of its own
    experiment = ["--train-images", "150", "--label-noise", "0.5", "--l2", "0.001", "--optimizer", "momentum"]
    arguments = ["train", *network, *experiment, "--steps", "9999999", "--data", str(tiny_npz), "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "mnist_demo", *arguments, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (out / "metrics.jsonl").is_file() or len(run_directory.load(out).evaluations) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    run = run_directory.load(out)
    assert run.status.state == "stopped"
    result = json.loads(output)
    assert result["steps"] == run.evaluations[-1].step
    assert (result["network"], result["parameters"]) == ("dense 8, dropout 0.1", 784 * 8 + 8 + 8 * 10 + 10)
    recipe = run.recipe
    assert (recipe.model, recipe.name, recipe.optimizer) == ("own", "fast", "momentum")
    assert (recipe.train_images, recipe.label_noise, recipe.l2) == (150, 0.5, 0.001)
    assert run.status.train_images == 150
    assert run.checkpoint_path.is_file()
    assert run.model_path.is_file()
