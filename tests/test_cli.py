"""The commands that train nothing, as a person runs them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_demo.data import datasets
from mnist_demo.drawing import scribbles
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from tests import photos
from tests.browser import DIGITS
from tests.command_line import ROOT, assert_fails, in_own_process, mnist_demo, on_terminal, result_of

pytestmark = pytest.mark.usefixtures("measured")


def test_without_a_command_it_shows_its_help() -> None:
    done = in_own_process()
    assert done.returncode == 2  # click's, for a command line that asks for nothing
    assert done.stderr.startswith("Usage: python -m mnist_demo ")
    assert "\n  train " in done.stderr


def test_data_says_what_is_used(tiny_npz: Path) -> None:
    assert result_of("data") == {"source": "bundled", "train": 4000, "validation": 500, "test": 500}
    expected = {"source": str(tiny_npz), "train": 220, "validation": 20, "test": 40}
    assert result_of("data", MNIST_DEMO_DATA=str(tiny_npz)) == expected


def test_data_that_is_not_sound_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nonsense")
    for command in (["data"], ["evaluate", "affine"], ["train", "--model", "affine"]):
        assert_fails(mnist_demo(*command, MNIST_DEMO_DATA=str(tmp_path / "bad.npz")), "bad.npz")
    assert store.list_runs() == ([], [])


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
    assert listed["directory"] == str(target)
    assert f"  {target}" in mnist_demo("runs").stdout
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


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_many_pictures_show_a_bar_on_a_terminal_and_each_answer_on_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "three.png"
    Image.fromarray(255 - datasets.load(datasets.BUNDLED).test.images[0].reshape(28, 28)).save(path)
    (tmp_path / "text.png").write_text("not a picture")
    paths = [*[path] * 60, tmp_path / "text.png"]
    status, _, shown = on_terminal("predict", "cnn", *paths, prints_there=True)
    assert status == 1
    assert re.search(r"\d+ of 61, +[\d.]+ pictures/s, [\d:]+ left", shown)
    lines = [line.rsplit("\r", 1)[-1] for line in shown.split("\r\n")]
    assert [line.partition(":")[0] for line in lines if line.startswith(str(tmp_path))] == [str(path) for path in paths]
    status, printed, shown = on_terminal("predict", "cnn", *paths, "--json")
    assert [json.loads(line)["path"] for line in printed.splitlines()] == [str(path) for path in paths]
    assert "of 61" in shown
    assert in_own_process("predict", "cnn", *paths[:3]).stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_evaluation_shows_a_bar_on_a_terminal() -> None:
    status, printed, shown = on_terminal("evaluate", "affine", "--json")
    assert status == 0
    assert json.loads(printed)["images"] == 500
    assert re.search(r"500 of 500, +[\d.]+ images/s, 00:00 left", shown)


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


def test_an_unwritable_home_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home = str(tmp_path / "file" / "home")
    assert_fails(mnist_demo("train", "--model", "affine", MNIST_DEMO_HOME=home), "MNIST_DEMO_HOME")
    assert result_of("data", MNIST_DEMO_HOME=home)["source"] == "bundled"


def test_unknown_models_are_told_in_one_line() -> None:
    assert_fails(mnist_demo("evaluate", "resnet"), "resnet", "affine or cnn")
