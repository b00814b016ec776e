"""What a class is asked, on both kinds of databases: the teacher's steps, the votes, and looking at them often."""

import pytest

from mnist_demo.classroom import classes, votes
from mnist_demo.classroom.current import Current
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import LONGEST_NAME, SchoolClass
from mnist_demo.classroom.voting import asked
from mnist_demo.classroom.voting.asked import LOOK_EVERY, NOTHING, Asked, Lookout
from mnist_demo.errors import UserError
from tests.classroom.test_classes import at_once, cast, joined
from tests.classroom.test_current import Clock


@pytest.fixture
def opened(database: Database) -> SchoolClass:
    return classes.open_class(database)


def now(database: Database, opened: SchoolClass) -> Asked:
    return asked.read(database).get(opened.id, NOTHING)


def test_a_class_is_asked_is_shown_the_answer_and_is_asked_the_next(database: Database, opened: SchoolClass) -> None:
    other = classes.open_class(database)
    assert now(database, opened) == NOTHING
    asked.ask(database, opened.id, "test-1", None)
    assert now(database, opened) == Asked("test-1", is_revealed=False)
    asked.reveal(database, opened.id, "test-1")
    assert now(database, opened) == Asked("test-1", is_revealed=True)
    asked.ask(database, opened.id, "test-2", "test-1")
    assert now(database, opened) == Asked("test-2", is_revealed=False)
    asked.reveal(database, opened.id, "test-2")
    asked.end(database, opened.id, "test-2")
    assert now(database, opened) == now(database, other) == NOTHING


def test_what_was_pressed_too_late_or_twice_changes_nothing(database: Database, opened: SchoolClass) -> None:
    asked.ask(database, opened.id, "test-1", None)
    asked.ask(database, opened.id, "test-9", None)  # another teacher's first question
    asked.reveal(database, opened.id, "test-9")
    asked.end(database, opened.id, "test-9")
    assert now(database, opened) == Asked("test-1", is_revealed=False)
    asked.reveal(database, opened.id, "test-1")
    asked.ask(database, opened.id, "test-2", "test-1")
    asked.reveal(database, opened.id, "test-1")  # a second press of Reveal
    asked.ask(database, opened.id, "test-3", "test-1")  # and of Next
    assert now(database, opened) == Asked("test-2", is_revealed=False)


def test_of_many_who_press_next_at_once_one_counts(database: Database, opened: SchoolClass) -> None:
    at_once(lambda number: asked.ask(database, opened.id, f"test-{number}", None), 6)
    first = now(database, opened).question
    at_once(lambda number: asked.ask(database, opened.id, f"test-{10 + number}", first), 6)
    second = now(database, opened).question
    assert second is not None
    assert int(second.partition("-")[2]) >= 10


def test_a_closed_class_is_asked_nothing(database: Database, opened: SchoolClass) -> None:
    pupil = classes.join(database, opened.code)
    asked.ask(database, opened.id, "test-1", None)
    classes.close_class(database, opened.id)
    asked.ask(database, opened.id, "test-2", "test-1")
    assert asked.read(database) == {}
    with pytest.raises(UserError, match="This class is over"):
        votes.vote(database, pupil.id, "test-1", 3)
    assert classes.list_classes(database)[0].question == "test-1"


def test_votes_of_thirty_at_once_are_all_counted_once(database: Database, opened: SchoolClass) -> None:
    pupils = [classes.join(database, opened.code) for _ in range(30)]
    asked.ask(database, opened.id, "test-1", None)
    assert all(at_once(lambda number: votes.vote(database, pupils[number].id, "test-1", number % 3), 30))
    assert not any(at_once(lambda number: votes.vote(database, pupils[number].id, "test-1", 9), 30))  # the first stays
    assert votes.count_votes(database, opened.id, "test-1") == [10, 10, 10, 0, 0, 0, 0, 0, 0, 0]
    assert cast(database, pupils[0], "test-2", 9)
    assert votes.count_votes(database, opened.id, "test-2")[9] == 1
    assert len(votes.list_votes(database, opened.id)) == 31


def test_votes_are_those_of_a_class_and_of_a_pupil(database: Database) -> None:
    first, second = joined(database), joined(database)
    assert cast(database, first, "test-1", 3)
    assert cast(database, second, "test-1", 4)
    assert cast(database, second, "test-2", 5)
    assert votes.count_votes(database, first.class_id, "test-1") == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert votes.votes_of(database, first.id) == {"test-1": 3}
    assert votes.votes_of(database, second.id) == {"test-1": 4, "test-2": 5}


def test_forged_votes_are_refused(database: Database, opened: SchoolClass) -> None:
    pupil, stranger = classes.join(database, opened.code), joined(database)
    asked.ask(database, opened.id, "test-1", None)
    for question in ("test-2", "TEST-1", "test-1 ", "drawing-1"):
        with pytest.raises(UserError, match="asked something else"):
            votes.vote(database, pupil.id, question, 3)
    for question, digit in (("", 3), ("test-1", 10), ("test-1", -1), ("x" * (LONGEST_NAME + 1), 3), ("té", 3)):
        with pytest.raises(UserError, match="cannot be counted"):
            votes.vote(database, pupil.id, question, digit)
    with pytest.raises(UserError, match="asked something else"):
        votes.vote(database, stranger.id, "test-1", 3)  # of another class, which is asked nothing
    with pytest.raises(UserError, match="This class is over"):
        votes.vote(database, 10**6, "test-1", 3)
    assert votes.list_votes(database, opened.id) == votes.list_votes(database, stranger.class_id) == []


def test_after_the_reveal_no_votes_are_taken_and_the_question_is_not_asked_again(
    database: Database, opened: SchoolClass
) -> None:
    early, late = (classes.join(database, opened.code) for _ in range(2))
    asked.ask(database, opened.id, "test-1", None)
    votes.vote(database, early.id, "test-1", 3)
    asked.reveal(database, opened.id, "test-1")
    with pytest.raises(UserError, match="no more votes are taken"):
        votes.vote(database, late.id, "test-1", 3)
    with pytest.raises(UserError, match="voted on this already"):
        asked.ask(database, opened.id, "test-1", "test-1")  # as a forged press of Next may
    assert now(database, opened).is_revealed
    asked.end(database, opened.id, "test-1")
    with pytest.raises(UserError, match="asked something else"):
        votes.vote(database, late.id, "test-1", 3)
    with pytest.raises(UserError, match="voted on this already"):
        asked.ask(database, opened.id, "test-1", None)
    assert sum(votes.count_votes(database, opened.id, "test-1")) == 1


def test_votes_and_the_reveal_at_once_leave_each_vote_counted_or_refused(
    database: Database, opened: SchoolClass
) -> None:
    pupils = [classes.join(database, opened.code) for _ in range(12)]
    asked.ask(database, opened.id, "test-1", None)

    def act(number: int) -> bool:
        if number == 6:
            asked.reveal(database, opened.id, "test-1")
            return False
        try:
            return votes.vote(database, pupils[number].id, "test-1", 1)
        except UserError:
            return False

    assert sum(map(bool, at_once(act, 12))) == votes.count_votes(database, opened.id, "test-1")[1]


@pytest.fixture
def server_database(sqlite_only: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database that the lookout asks."""
    own = Current()
    own._database = sqlite_only
    monkeypatch.setattr(asked, "current", own)
    return sqlite_only


def test_many_who_look_have_the_database_asked_once_a_second(
    server_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, clock, looks = classes.open_class(server_database), Clock(), []
    read = asked.read
    monkeypatch.setattr(asked, "read", lambda database: looks.append(1) or read(database))  # type: ignore[func-returns-value]
    lookout = Lookout(clock)
    assert lookout.asked(opened.id) == lookout.asked(opened.id + 1) == NOTHING
    asked.ask(server_database, opened.id, "test-1", None)
    assert at_once(lambda _: lookout.asked(opened.id), 30) == [NOTHING] * 30
    assert len(looks) == 1
    clock.now += LOOK_EVERY
    assert lookout.asked(opened.id) == Asked("test-1")
    assert len(looks) == 2
    asked.reveal(server_database, opened.id, "test-1")
    lookout.look_again()
    assert lookout.asked(opened.id) == Asked("test-1", is_revealed=True)
    classes.close_class(server_database, opened.id)
    clock.now += LOOK_EVERY
    assert lookout.asked(opened.id) == NOTHING


def test_where_the_database_is_away_what_was_asked_before_is_asked(
    server_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, clock = classes.open_class(server_database), Clock()
    asked.ask(server_database, opened.id, "test-1", None)
    lookout = Lookout(clock)
    assert lookout.asked(opened.id) == Asked("test-1")

    def fail(_: Database) -> None:
        raise UserError("away")

    with monkeypatch.context() as away:
        away.setattr(asked, "read", fail)
        clock.now += LOOK_EVERY
        assert lookout.asked(opened.id) == Asked("test-1")
        lookout.look_again()
    asked.end(server_database, opened.id, "test-1")
    clock.now += LOOK_EVERY
    assert lookout.asked(opened.id) == NOTHING
