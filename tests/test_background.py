"""What takes long is computed once, in turn, and only while somebody is there who wants it."""

import threading
from collections.abc import Callable

import pytest

from mnist_demo import background
from mnist_demo.background import Background, Job, NobodyWantsItError
from mnist_demo.errors import UserError
from tests.waiting import wait_for

Own = Background[int, list[int]]
Compute = Callable[[Callable[[int], None]], list[int]]


def counting(started: list[str], name: str, is_free: threading.Event) -> Compute:
    def work(note: Callable[[int], None]) -> list[int]:
        started.append(name)
        note(1)
        is_free.wait(60)
        note(2)
        return [1, 2]

    return work


MOST_KEPT = 20


def job_of(own: Own, key: str) -> Job[int, list[int]]:
    job = own.find(key)
    assert job is not None
    return job


def test_thirty_presses_cost_one_computation() -> None:
    own: Own = Background("test", MOST_KEPT)
    started: list[str] = []
    is_free = threading.Event()
    for press_number in range(30):
        own.ask("prankster", {f"thing {press_number}": counting(started, str(press_number), is_free)})
    own.ask("pupil", {"other": counting(started, "other", is_free)})
    is_free.set()
    assert job_of(own, "other").result.result(20) == [1, 2]
    assert len(started) <= 3  # the first, perhaps, the last, and the pupil's


def test_what_two_want_goes_on_when_one_cancels() -> None:
    own: Own = Background("test", MOST_KEPT)
    started: list[str] = []
    is_free = threading.Event()
    for visitor in ("one", "two"):
        own.ask(visitor, {"thing": counting(started, "thing", is_free)})
    job = job_of(own, "thing")
    own.cancel("one")
    is_free.set()
    assert job.result.result(20) == [1, 2]
    assert started == ["thing"]


def test_what_nobody_wants_ends_and_can_be_asked_for_again() -> None:
    own: Own = Background("test", MOST_KEPT)
    started: list[str] = []
    is_free = threading.Event()
    own.ask("one", {"thing": counting(started, "thing", is_free)})
    job = job_of(own, "thing")
    wait_for(lambda: job.found == [1])
    own.cancel("one")
    is_free.set()
    assert isinstance(job.result.exception(20), NobodyWantsItError)
    assert own.find("thing") is None
    own.ask("one", {"thing": counting(started, "thing", is_free)})
    assert job_of(own, "thing").result.result(20) == [1, 2]


def test_where_too_much_waits_a_visitor_is_told() -> None:
    own: Own = Background("test", MOST_KEPT)
    is_free = threading.Event()
    for number in range(background.MOST_WAITING):
        own.ask(f"visitor {number}", {str(number): counting([], "", is_free)})
    with pytest.raises(UserError, match="try again"):
        own.ask("one more", {"one more": counting([], "", is_free)})
    is_free.set()


class Clock:
    """Of `background`: it stands still until a test moves it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(background, "monotonic", made)
    return made


def occupied(is_free: threading.Event) -> Own:
    """One that computes something, so that whatever else is asked for has to wait."""
    own: Own = Background("test", MOST_KEPT)
    own.ask("first", {"first": counting([], "first", is_free)})
    wait_for(lambda: job_of(own, "first").found == [1])
    return own


def test_visitors_who_are_gone_want_nothing_and_those_who_give_signs_do(clock: Clock) -> None:
    is_free = threading.Event()
    own = occupied(is_free)
    own.ask("reloaded", {"abandoned": counting([], "", is_free)})
    own.ask("patient", {"wanted": counting([], "", is_free)})
    for _ in range(3):
        clock.now += 0.6 * background.GONE_AFTER
        own.renew("first")
        own.renew("patient")
    assert own.find("abandoned") is None
    for number in range(background.MOST_WAITING - 2):
        own.ask(f"visitor {number}", {str(number): counting([], "", is_free)})
    is_free.set()
    assert job_of(own, "wanted").result.result(20) == [1, 2]


def test_what_is_computed_ends_when_its_visitor_is_gone(clock: Clock) -> None:
    is_free = threading.Event()
    own = occupied(is_free)
    job = job_of(own, "first")
    clock.now += 1.1 * background.GONE_AFTER
    is_free.set()
    assert isinstance(job.result.exception(20), NobodyWantsItError)


def test_what_has_not_begun_is_dropped_at_once_and_can_be_asked_for_again() -> None:
    is_free = threading.Event()
    own, started = occupied(is_free), list[str]()
    own.ask("second", {"second": counting(started, "cancelled", is_free)})
    own.cancel("second")
    assert own.find("second") is None
    own.ask("second", {"second": counting(started, "asked again", is_free)})
    is_free.set()
    job = job_of(own, "second")
    assert job.result.result(20) == [1, 2]
    assert started == ["asked again"]
    assert own.find("second") is job  # the end of the dropped one did not take it away


def test_who_is_told_that_too_much_waits_keeps_what_was_asked_for_before() -> None:
    is_free = threading.Event()
    own = occupied(is_free)
    for number in range(background.MOST_WAITING - 2):
        own.ask(f"visitor {number}", {str(number): counting([], "", is_free)})
    own.ask("pupil", {"former": counting([], "", is_free)})
    with pytest.raises(UserError, match="try again"):
        own.ask("pupil", {"one": counting([], "", is_free), "two": counting([], "", is_free)})
    assert "pupil" in job_of(own, "former").wanted_by
    assert own.find("one") is own.find("two") is None
    own.ask("pupil", {"one": counting([], "", is_free)})  # in the place of the former
    assert own.find("former") is None
    is_free.set()


def test_what_is_begun_by_the_patient_goes_on_when_they_are_gone(clock: Clock) -> None:
    own: Own = Background("test", MOST_KEPT, is_patient=True)
    is_free = threading.Event()
    own.ask("one", {"thing": counting([], "", is_free)})
    job = job_of(own, "thing")
    clock.now += 100 * background.GONE_AFTER
    is_free.set()
    assert job.result.result(20) == [1, 2]


def test_the_results_that_were_asked_for_last_are_kept() -> None:
    own: Own = Background("test", 2)
    is_free = threading.Event()
    is_free.set()
    for key in ("a", "b", "a", "c", "d"):
        own.ask("one", {key: counting([], key, is_free)})[key].result.result(20)
    assert [key for key in "abcd" if own.find(key)] == ["a", "c", "d"]
    own.ask("one", {"d": counting([], "d", is_free)})
    assert [key for key in "abcd" if own.find(key)] == ["c", "d"]
