"""`train --recipe teach` as a person runs it."""

from pathlib import Path

import numpy as np
import pytest

from tests.command_line import assert_fails, in_own_process, mnist_demo, result_of, trained
from tests.conftest import tiny_arrays

TEACH = ("--model", "cnn", "--recipe", "teach", "--steps", "2", "--batch-size", "8")


@pytest.mark.usefixtures("measured")
def test_drawings_are_imported_taught_and_what_that_brought_is_said(tiny_npz: Path, tmp_path: Path) -> None:
    drawings = tmp_path / "drawings.npz"
    arrays = tiny_arrays()
    names = np.array([f"pupil {number % 6}" for number in range(60)])
    np.savez(drawings, images=arrays["x_train"][:60], labels=arrays["y_train"][:60], writers=names)
    assert result_of("drawings", "import", drawings)["stored"] == 60
    result = trained(*TEACH, "--from", "cnn", "--data", tiny_npz, "--out", tmp_path / "run")
    assert result["drawings"] == {"learned": 45, "kept_aside": 5, "unseen_writers": 10}
    for when in ("before", "after"):
        assert set(result[when]) == {"kept_aside", "unseen_writers", "mnist_test"}
        assert all(0 <= share <= 1 for share in result[when].values())
        assert all(low <= result[when][name] <= high for name, (low, high) in result[f"{when}_intervals"].items())
    assert result["after"]["mnist_test"] == result["test_accuracy"]
    said = in_own_process("train", "--continue", tmp_path / "run", "--steps", 1)
    assert said.returncode == 0, said.stderr
    assert "Drawings by people it never learned from: " in said.stdout
    assert "(of 10; 95 % interval" in said.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (TEACH, "there are 0: draw or import 20 more"),
        (("--model", "cnn", "--from", "cnn"), "add --recipe teach"),
        (("--model", "affine", "--recipe", "teach"), "There is no recipe affine teach"),
        ((*TEACH, "--strategy", "multiworker"), "without --strategy multiworker"),
    ],
    ids=["no drawings", "nothing to teach", "another model", "several machines"],
)
def test_what_cannot_be_taught_is_told_in_one_line(arguments: tuple[str, ...], words: str) -> None:
    assert_fails(mnist_demo("train", *arguments), words)
