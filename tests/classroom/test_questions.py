"""The names of questions, and which images are hard."""

import numpy as np
import pytest

from mnist_demo.classroom.tables import LONGEST_NAME
from mnist_demo.classroom.voting import questions
from mnist_demo.classroom.voting.questions import KINDS, Question
from mnist_demo.data.images import CLASSES, Floats


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_read_as_they_are_written_and_can_be_stored(kind: str) -> None:
    for number in (0, 7, 247, 10**18 - 1):
        question = Question(kind, number)
        assert questions.parse(str(question)) == question
        assert len(str(question)) <= LONGEST_NAME
    assert str(Question("test", 247)) == "test-247"


@pytest.mark.parametrize(
    "name",
    ["", "test", "test-", "test--1", "test-07", "test-1 ", "test-1\n", "train-1", "test-٣", "test-1e3"],
)
def test_other_names_are_no_questions(name: str) -> None:
    assert questions.parse(name) is None
    assert questions.parse("drawing-" + "9" * 30) is None


def said(*answers: dict[int, float]) -> Floats:
    """What a model says of some images: the probabilities of some digits, the rest spread over all others."""
    rows = np.zeros((len(answers), CLASSES), np.float32)
    for row, answer in zip(rows, answers, strict=True):
        row[:] = (1 - sum(answer.values())) / (CLASSES - len(answer))
        row[list(answer)] = list(answer.values())
    return rows


def test_hard_are_images_that_models_disagree_about_or_are_unsure_of() -> None:
    first = said({1: 0.99}, {2: 0.99}, {3: 0.3}, {4: 0.9}, {5: 0.99})
    second = said({1: 0.99}, {7: 0.99}, {3: 0.4}, {4: 0.7}, {5: 0.98})
    assert questions.hardest([first, second]) == [2, 1, 3, 4, 0]
    assert questions.hardest([second, first], 2) == [2, 1]


def test_of_images_alike_hard_the_first_are_taken() -> None:
    alike = said(*[{4: 0.5}] * 200)
    assert questions.hardest([alike, alike]) == list(range(questions.HARD))


def test_leaders_are_what_most_voted_for() -> None:
    assert questions.leaders([0] * CLASSES) == []
    assert questions.leaders([0, 3, 0, 2, 0, 0, 0, 0, 0, 0]) == [1]
    assert questions.leaders([0, 3, 0, 3, 0, 0, 0, 0, 0, 1]) == [1, 3]
