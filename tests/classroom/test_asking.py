"""Which digits pupils are asked for."""

import itertools
import subprocess
import sys
from collections import Counter

from mnist_demo.classroom.asking import next_digit
from mnist_demo.data.images import CLASSES

PUPILS = range(1, 201)


def test_each_round_asks_for_each_digit_once() -> None:
    for pupil in PUPILS:
        for begin in range(0, 5 * CLASSES, CLASSES):
            assert {next_digit(pupil, begin + place) for place in range(CLASSES)} == set(range(CLASSES))


def test_no_digit_is_asked_for_twice_in_a_row() -> None:
    for pupil in PUPILS:
        asked = [next_digit(pupil, sent) for sent in range(10 * CLASSES)]
        assert all(one != other for one, other in itertools.pairwise(asked))


def test_orders_differ_from_pupil_to_pupil_and_from_round_to_round() -> None:
    orders = {
        tuple(next_digit(pupil, begin + place) for place in range(CLASSES))
        for pupil in PUPILS
        for begin in range(0, 5 * CLASSES, CLASSES)
    }
    assert len(orders) > 0.99 * 5 * len(PUPILS)


def test_at_each_moment_a_class_is_asked_for_all_digits_alike() -> None:
    for sent in (0, 4, 9, 10, 27):
        counts = Counter(next_digit(pupil, sent) for pupil in PUPILS)
        assert len(counts) == CLASSES
        assert max(counts.values()) < 2 * len(PUPILS) / CLASSES  # 20 each on average


def test_another_process_asks_for_the_same() -> None:
    code = "from mnist_demo.classroom.asking import next_digit; print([next_digit(7, sent) for sent in range(30)])"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.strip() == str([next_digit(7, sent) for sent in range(30)])
