"""`explain` and `mistakes` as a person runs them: their output, their exit status."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_demo.data import datasets
from mnist_demo.data.datasets import Split
from mnist_demo.drawing import scribbles
from tests.command_line import assert_fails, in_own_process, mnist_demo, result_of


@pytest.fixture
def picture(tmp_path: Path, test_split: Split) -> Path:
    """A picture of a digit, dark on light."""
    path = tmp_path / "digit.png"
    Image.fromarray(255 - test_split.images[0].reshape(28, 28)).resize((280, 280)).save(path)
    return path


@pytest.mark.parametrize("model", ["affine", "cnn"])
def test_explain_says_what_predict_reads_and_its_evidence_adds_up(model: str, picture: Path) -> None:
    answer = result_of("explain", model, picture)
    assert set(answer) == {"digit", "logits", "probabilities", "evidence", "bias", "occlusion"}
    predicted = result_of("predict", model, picture)
    assert answer["digit"] == predicted["digit"] == np.argmax(answer["logits"])
    assert answer["probabilities"] == pytest.approx(predicted["probabilities"], abs=1e-5)
    evidence = np.array(answer["evidence"])
    assert evidence.shape == (28, 28)
    assert evidence.sum() + answer["bias"] == pytest.approx(answer["logits"][answer["digit"]], abs=1e-4)
    occlusion = np.array(answer["occlusion"])
    assert occlusion.ndim == 2
    assert 0 <= occlusion.min() < occlusion.max() <= 1


def test_explain_speaks_of_the_class_that_is_asked_for_and_prints_it_for_people(picture: Path) -> None:
    answer = result_of("explain", "affine", picture, "--class", 4)
    assert np.sum(answer["evidence"]) + answer["bias"] == pytest.approx(answer["logits"][4], abs=1e-4)
    printed = in_own_process("explain", "affine", picture, "--class", 4)  # LiteRT speaks once in a process
    assert printed.returncode == 0
    assert printed.stderr == ""
    assert printed.stdout.startswith(f"{picture}: {answer['digit']} (")
    assert "What speaks for a 4" in printed.stdout
    assert f"a logit of {answer['logits'][4]:+.2f}" in printed.stdout


def test_explain_tells_bad_input_in_one_line(tmp_path: Path, picture: Path) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("not a picture")
    assert_fails(mnist_demo("explain", "cnn", tmp_path / "blank.png", "--json"), "blank")
    assert_fails(mnist_demo("explain", "cnn", tmp_path / "text.png"), "text.png")
    assert_fails(mnist_demo("explain", "cnn", tmp_path / "gone.png"), "gone.png")
    assert_fails(mnist_demo("explain", "cnn", picture, "--class", 10), "10")
    assert_fails(mnist_demo("explain", "resnet", picture), "resnet", "affine or cnn")
    run = tmp_path / "run"
    run.mkdir()
    shipped = Path(__file__).parents[2] / "mnist_demo" / "models" / "shipped" / "affine"
    for name in ("settings.json", "status.json"):
        (run / name).write_bytes((shipped / name).read_bytes())
    assert_fails(mnist_demo("explain", run, picture), "no exported model")


def test_explain_says_that_a_letter_is_no_digit(tmp_path: Path) -> None:
    Image.fromarray(255 - scribbles.draw("letter", np.random.default_rng(0))).save(tmp_path / "letter.png")
    assert "I don't see a digit" in mnist_demo("explain", "affine", tmp_path / "letter.png").stdout.splitlines()[0]


def test_mistakes_counts_and_lists_all_of_them_the_surest_first() -> None:
    answer = result_of("mistakes", "affine")
    test = datasets.load(datasets.BUNDLED).test
    confusion = np.array(answer["confusion"])
    assert set(answer) == {"accuracy", "confusion", "mistakes"}
    np.testing.assert_array_equal(confusion.sum(axis=1), np.bincount(test.labels, minlength=10))
    assert np.trace(confusion) / len(test) == pytest.approx(answer["accuracy"])
    found = answer["mistakes"]
    assert len(found) == len(test) - np.trace(confusion)
    assert [each["probability"] for each in found] == sorted((each["probability"] for each in found), reverse=True)
    for each in found:
        assert each["label"] == test.labels[each["index"]] != each["digit"]
    assert result_of("evaluate", "affine")["confusion"] == answer["confusion"]


def test_mistakes_are_of_the_data_and_split_that_are_asked_for_and_printed_for_people(tiny_npz: Path) -> None:
    done = in_own_process("mistakes", "affine", "--data", tiny_npz, "--split", "validation")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "of the 20 validation images" in done.stdout
    assert "The surest of" in done.stdout
    seen = mnist_demo("mistakes", "affine")
    assert "It was trained on images of this data set" in seen.stdout


def test_mistakes_tells_bad_input_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nonsense")
    assert_fails(mnist_demo("mistakes", "affine", "--data", tmp_path / "bad.npz"), "bad.npz")
    assert_fails(mnist_demo("mistakes", "affine", "--split", "holdout"), "holdout")
    assert_fails(mnist_demo("mistakes", "resnet"), "affine or cnn")
