"""Threads that take turns, for real."""

import threading
import time

import pytest

from mnist_demo.ui.page_runs import turns as turns_module
from mnist_demo.ui.page_runs.turns import Turns


def wait_in_line(turns: Turns, wanted: list[tuple[str, float]], order: list[str]) -> list[threading.Thread]:
    """Threads that ask one after the other, each noting its name when it has its turn."""

    def work(name: str, within: float) -> None:
        with turns.take(within):
            order.append(name)

    threads = []
    for name, within in wanted:
        threads.append(threading.Thread(target=work, args=(name, within)))
        threads[-1].start()
        time.sleep(0.05)
    return threads


def test_the_most_urgent_comes_first_and_who_asked_earlier_of_those_alike() -> None:
    turns, order = Turns(), list[str]()
    with turns.take(0):
        threads = wait_in_line(turns, [("late", 5), ("later", 5), ("soon", 0.1), ("sooner", 0)], order)
        assert order == []
    for thread in threads:
        thread.join(5)
    assert order == ["sooner", "soon", "late", "later"]


def test_who_has_waited_long_comes_before_who_asks_now() -> None:
    turns, order = Turns(), list[str]()
    with turns.take(0):
        threads = wait_in_line(turns, [("early", 0.1), ("urgent", 0.08)], order)
    for thread in threads:
        thread.join(5)
    assert order == ["early", "urgent"]


def test_only_one_has_its_turn_at_a_time() -> None:
    turns, inside, most = Turns(), list[int](), list[int]()

    def work() -> None:
        for _ in range(20):
            with turns.take(0.1):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.0005)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(most) == 160
    assert max(most) == 1


def test_a_thread_that_has_its_turn_goes_on_and_passes_it_on_once() -> None:
    turns, order = Turns(), list[str]()
    with turns.take(0):
        with turns.take(0):
            order.append("inner")
        threads = wait_in_line(turns, [("other", 0)], order)
        assert order == ["inner"]
    threads[0].join(5)
    assert order == ["inner", "other"]


def test_a_turn_that_fails_is_passed_on() -> None:
    turns, order = Turns(), list[str]()
    with pytest.raises(KeyError), turns.take(0):
        raise KeyError
    (thread,) = wait_in_line(turns, [("next", 0)], order)
    thread.join(5)
    assert order == ["next"]


def test_who_has_waited_long_enough_begins_and_leaves_the_turn_to_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "PATIENCE", 0.2)
    turns, order = Turns(), list[str]()
    with turns.take(0):
        (impatient,) = wait_in_line(turns, [("impatient", 0)], order)
        impatient.join(5)
        assert order == ["impatient"]
        monkeypatch.setattr(turns_module, "PATIENCE", 20)
        (patient,) = wait_in_line(turns, [("patient", 0)], order)
        assert order == ["impatient"]
    patient.join(5)
    assert order == ["impatient", "patient"]
