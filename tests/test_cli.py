"""The command line as a person runs it: a process, its output, its exit status."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mnist_demo.data import datasets
from mnist_demo.drawing import scribbles
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.run_directory import Run
from tests import photos
from tests.browser import DIGITS
from tests.conftest import tiny_arrays

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.usefixtures("measured")


def mnist_demo(*arguments: object, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mnist_demo", *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def result_of(*arguments: object, timeout: float = 120, **environment: str) -> Any:
    """The JSON of the last line of a command that succeeds."""
    done = mnist_demo(*arguments, "--json", timeout=timeout, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def assert_fails(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """One line on standard error that has the words, status 1 and no traceback."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_data_says_what_is_used(tiny_npz: Path) -> None:
    assert result_of("data") == {"source": "bundled", "train": 4000, "validation": 500, "test": 500}
    expected = {"source": str(tiny_npz), "train": 220, "validation": 20, "test": 40}
    assert result_of("data", MNIST_DEMO_DATA=str(tiny_npz)) == expected


def test_data_that_is_not_sound_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nonsense")
    for command in (["data"], ["evaluate", "affine"], ["train", "--model", "affine"]):
        assert_fails(mnist_demo(*command, MNIST_DEMO_DATA=str(tmp_path / "bad.npz")), "bad.npz")
    assert store.list_runs() == ([], [])


@pytest.fixture(scope="module")
def cli_run(tmp_path_factory: pytest.TempPathFactory, measured_home: Path) -> tuple[dict[str, Any], Path]:  # noqa: ARG001
    """A run trained by the command line, and its directory."""
    folder = tmp_path_factory.mktemp("cli")
    np.savez(folder / "tiny.npz", **tiny_arrays())  # type: ignore[arg-type]
    options = ["--steps", 600, "--batch-size", 20, "--learning-rate", 0.1, "--seed", 3]
    result = result_of("train", "--model", "affine", *options, "--data", folder / "tiny.npz", "--out", folder / "run")
    return result, folder / "run"


def test_train_reports_and_records_its_run(cli_run: tuple[dict[str, Any], Path]) -> None:
    result, directory = cli_run
    assert set(result) == {
        "run", "model", "recipe", "steps", "train_seconds", "total_seconds", "steps_per_second",
        "validation_accuracy", "test_accuracy", "history",
    }  # fmt: skip
    assert (result["model"], result["recipe"], result["steps"]) == ("affine", "notebook", 600)
    assert [step for step, _ in result["history"]] == [0, 500, 600]
    assert result["history"][-1][1] == result["test_accuracy"] > 0.9
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


def test_evaluate_never_calls_it_a_test_accuracy_on_images_seen_in_training() -> None:
    evaluated = result_of("evaluate", "cnn")
    assert "test_accuracy" not in evaluated
    assert evaluated["accuracy_on_images_seen_in_training"] > 0.98


def test_runs_lists_what_the_home_holds(home: Path, trained: Run) -> None:
    assert mnist_demo("runs", "--json").stdout == ""
    target = home / "runs" / "20260101-000000-affine-notebook-abcd"
    target.parent.mkdir(parents=True)
    target.symlink_to(trained.directory)
    listed = result_of("runs")
    assert (listed["run"], listed["state"]) == (target.name, "finished")
    assert result_of("evaluate", target.name, "--data", trained.settings.data)["images"] == 40


def test_predict_reads_every_kind_of_picture_and_names_the_bad_ones(tmp_path: Path) -> None:
    test = datasets.load(datasets.BUNDLED).test
    picks = [int(np.flatnonzero(test.labels == digit)[0]) for digit in range(10)]
    paths = []
    for digit, index in enumerate(picks):
        image = test.images[index].reshape(28, 28)
        dark_on_light = digit % 2 == 0
        path = tmp_path / f"{digit}.{'png' if digit % 3 else 'jpg'}"
        Image.fromarray(255 - image if dark_on_light else image).resize((28 * (digit + 1),) * 2).save(path)
        paths.append(path)
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("not a picture")
    bad = [tmp_path / "blank.png", tmp_path / "text.png", tmp_path / "gone.png"]
    done = mnist_demo("predict", "cnn", *paths, *bad, "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert done.stderr == ""
    assert [answer["path"] for answer in answers] == [str(path) for path in paths + bad]
    assert [answer["digit"] for answer in answers[:10]] == list(range(10))
    for answer in answers[:10]:
        assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert all("\n" not in answer["error"] for answer in answers[10:])


def test_predict_cuts_a_digit_out_of_a_photo_and_sees_no_digit_in_a_letter(tmp_path: Path) -> None:
    Image.fromarray(photos.photo(DIGITS[3], lines="ruled")).save(tmp_path / "three.jpg")
    Image.fromarray(255 - scribbles.draw("letter", np.random.default_rng(0))).save(tmp_path / "letter.png")
    paths = [tmp_path / "three.jpg", tmp_path / "letter.png"]
    lines = mnist_demo("predict", "cnn", *paths).stdout.splitlines()
    assert lines[0].startswith(f"{paths[0]}: 3 (")
    assert lines[1] == f"{paths[1]}: I don't see a digit"
    answers = [json.loads(line) for line in mnist_demo("predict", "cnn", *paths, "--json").stdout.splitlines()]
    assert [answer["is_digit"] for answer in answers] == [True, False]


def test_predict_and_evaluate_do_not_import_tensorflow(tmp_path: Path) -> None:
    Image.fromarray(255 - datasets.load(datasets.BUNDLED).test.images[0].reshape(28, 28)).save(tmp_path / "digit.png")
    code = (
        "import sys; from mnist_demo import __main__ as cli; sys.argv[1:] = {arguments!r}\n"
        "try: cli.run()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    for arguments in (["predict", "affine", str(tmp_path / "digit.png")], ["evaluate", "affine"]):
        subprocess.run([sys.executable, "-c", code.format(arguments=arguments)], cwd=ROOT, check=True)


@pytest.mark.parametrize(
    "arguments",
    [[], ["--model", "vit"], ["--model", "cnn", "--steps", "many"], ["--model", "cnn", "--recipe", "x"], ["--bad"]],
)
def test_a_command_that_is_not_understood_is_told_in_one_line(arguments: list[str]) -> None:
    assert_fails(mnist_demo("train", *arguments))


@pytest.mark.parametrize("rate", ["0", "nan", "-1"])
def test_a_learning_rate_that_cannot_train_is_refused(rate: str) -> None:
    assert_fails(mnist_demo("train", "--model", "affine", "--learning-rate", rate), "learning rate")


def test_a_diverged_run_fails_in_one_line_and_keeps_its_model(tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = mnist_demo("train", "--model", "affine", "--learning-rate", "1e9", "--out", out)
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


def test_an_unwritable_home_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home = str(tmp_path / "file" / "home")
    assert_fails(mnist_demo("train", "--model", "affine", MNIST_DEMO_HOME=home), "MNIST_DEMO_HOME")
    assert result_of("data", MNIST_DEMO_HOME=home)["source"] == "bundled"


def test_unknown_models_are_told_in_one_line() -> None:
    assert_fails(mnist_demo("evaluate", "resnet"), "resnet", "affine or cnn")


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_stops_cleanly_with_a_checkpoint_and_a_model(tiny_npz: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    arguments = ["train", "--model", "affine", "--steps", "9999999", "--data", str(tiny_npz), "--out", str(out)]
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
    assert json.loads(output)["steps"] == run.evaluations[-1].step
    assert run.checkpoint_path.is_file()
    assert run.model_path.is_file()
