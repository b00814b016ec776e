"""Drawings of people whose drawings nothing was chosen on are read right."""

import os

import pytest

from mnist_demo.drawing import rejection
from mnist_demo.runs import store
from tests import pen
from tests.benchmarks import drawing as benchmark

Read = tuple[dict[tuple[str, str], benchmark.Answers], float]

EVERY = 12  # of the drawings, so that it takes seconds


@pytest.fixture(scope="module")
def read() -> Read:
    """What the shipped models say, and the share of the drawings that are not taken for a digit."""
    if pen.PEN_VARIABLE not in os.environ:
        pytest.skip(f"the pen drawings are needed: set {pen.PEN_VARIABLE}")
    drawings = pen.load(range(25, 31))[::EVERY]
    given, odds = benchmark.answers(drawings, store.shipped_names(), seed=0)
    return given, float((odds < rejection.LEAST_LOG_ODDS).mean())


# The targets for all 1,498 drawings; `python -m tests.benchmarks.drawing` prints the figures of today.
@pytest.mark.parametrize(("model", "overall", "worst"), [("cnn", 0.96, 0.93), ("affine", 0.75, 0.7)])
def test_drawings_are_read_right_in_every_condition(read: Read, model: str, overall: float, worst: float) -> None:
    right = read[0][model, benchmark.OURS].right
    assert right.mean() >= overall
    assert right.mean(axis=0).min() >= worst


@pytest.mark.parametrize("model", ["cnn", "affine"])
def test_the_steps_leave_few_of_the_errors_that_shrinking_makes(read: Read, model: str) -> None:
    shrunk, ours = (1 - read[0][model, method].right.mean() for method in ("shrink", benchmark.OURS))
    assert ours < shrunk / 4


def test_confidence_means_something(read: Read) -> None:
    assert read[0]["cnn", benchmark.OURS].calibration_error <= 0.05


def test_few_drawings_are_taken_for_no_digit(
    read: Read,
) -> None:
    assert read[1] <= 0.04
