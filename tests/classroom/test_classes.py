"""Classes, pupils, drawings and votes, on both kinds of databases."""

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sqlalchemy as sa

from mnist_demo.classroom import classes, drawings, votes
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.drawings import Tally
from mnist_demo.classroom.tables import Base, Pupil
from mnist_demo.classroom.voting import asked
from mnist_demo.data.images import PIXELS
from mnist_demo.drawing import links
from mnist_demo.drawing.strokes import Stroke
from mnist_demo.errors import UserError

LINE = [Stroke(8, ((100, 20), (100, 300)))]
IMAGE = np.arange(PIXELS).astype(np.uint8)
OVER = "This class is over"


def joined(database: Database) -> Pupil:
    """A pupil of a new class."""
    return classes.join(database, classes.open_class(database).code)


def draw(database: Database, pupil: Pupil, identifier: str = "a", label: int = 1) -> bool:
    return drawings.add_drawing(database, pupil.id, identifier, label=label, strokes=LINE, image=IMAGE)


def cast(database: Database, pupil: Pupil, question: str, digit: int) -> bool:
    """The pupil's vote, where the class is asked this."""
    before = asked.read(database)[pupil.class_id].question
    if question != before:
        asked.ask(database, pupil.class_id, question, before)
    return votes.vote(database, pupil.id, question, digit)


def at_once(act: Callable[[int], object], times: int) -> list[object]:
    """What `act` returns, called by so many threads at one instant."""
    barrier = threading.Barrier(times)

    def wait_and_act(number: int) -> object:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(wait_and_act, range(times)))


def test_a_pupil_joins_by_the_code_however_it_is_typed_and_is_known_again(database: Database) -> None:
    opened = classes.open_class(database)
    assert re.fullmatch(f"[{classes.ALPHABET}]{{6}}", opened.code)
    pupil = classes.join(database, f" {opened.code[:3].lower()} {opened.code[3:]}")
    assert pupil.class_id == opened.id
    assert classes.find_pupil(database, pupil.key) == pupil
    assert classes.list_pupils(database, opened.id) == [pupil]


def test_codes_and_keys_that_are_guessed_lead_nowhere(database: Database) -> None:
    joined(database)
    for guess in ("", "AAAAAA", "A" * 10_000, "A\0", "\ud800", "' OR 1=1", "0" * 32):
        with pytest.raises(UserError, match="No class has this code"):
            classes.join(database, guess)
        assert not classes.is_open(database, guess)
        assert classes.find_pupil(database, guess) is None


def test_pupils_who_join_at_once_are_all_different_until_the_class_is_full(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "COLOURS", ("red", "blue"))
    monkeypatch.setattr(classes, "ANIMALS", ("fox", "owl", "cat", "bat"))
    monkeypatch.setattr(classes, "MOST_PUPILS", 8)
    opened = classes.open_class(database)
    at_once(lambda _: classes.join(database, opened.code), 8)
    assert len({(one.colour, one.animal) for one in classes.list_pupils(database, opened.id)}) == 8
    for pupil in classes.list_pupils(database, opened.id):
        draw(database, pupil)
    with pytest.raises(UserError, match="full"):
        classes.join(database, opened.code)


def test_in_a_full_class_who_has_sent_and_voted_nothing_makes_room(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "MOST_PUPILS", 4)
    opened = classes.open_class(database)
    draws, first, votes_only, second = (classes.join(database, opened.code) for _ in range(4))
    draw(database, draws)
    asked.ask(database, opened.id, "q", None)
    votes.vote(database, votes_only.id, "q", 3)
    third, fourth = classes.join(database, opened.code), classes.join(database, opened.code)
    assert classes.list_pupils(database, opened.id) == [draws, votes_only, third, fourth]
    assert classes.find_pupil(database, first.key) is classes.find_pupil(database, second.key) is None
    assert classes.is_open(database, f" {opened.code.lower()} ")
    with pytest.raises(UserError, match=OVER):
        draw(database, first)


def test_there_are_enough_animals_and_colours() -> None:
    assert len(set(classes.COLOURS)) * len(set(classes.ANIMALS)) >= classes.MOST_PUPILS
    columns = Base.metadata.tables["pupils"].columns
    longest = columns["colour"].type.length, columns["animal"].type.length  # type: ignore[attr-defined]
    assert (max(map(len, classes.COLOURS)) <= longest[0]) and (max(map(len, classes.ANIMALS)) <= longest[1])


def test_in_a_closed_class_nobody_joins_draws_or_votes_and_what_it_has_stays(database: Database) -> None:
    opened = classes.open_class(database)
    pupil = classes.join(database, opened.code)
    draw(database, pupil)
    classes.close_class(database, opened.id)
    closed = classes.list_classes(database)[0].closed
    classes.close_class(database, opened.id)
    assert closed is not None
    assert classes.list_classes(database)[0].closed == closed
    with pytest.raises(UserError, match="This class is closed"):
        classes.join(database, opened.code)
    with pytest.raises(UserError, match=OVER):
        draw(database, pupil, "b")
    with pytest.raises(UserError, match=OVER):
        votes.vote(database, pupil.id, "first", 3)
    assert classes.find_pupil(database, pupil.key) is None
    assert classes.code_of(database, pupil) == opened.code
    assert not classes.is_open(database, opened.code)
    assert len(drawings.list_drawings(database, opened.id)) == 1


def test_a_drawing_is_stored_as_it_was_drawn(database: Database) -> None:
    pupil = joined(database)
    before = time.time()
    assert draw(database, pupil, label=7)
    (stored,) = drawings.list_drawings(database, pupil.class_id)
    assert (stored.pupil_id, stored.label, stored.hidden) == (pupil.id, 7, False)
    assert stored.strokes is not None
    assert links.decode(stored.strokes) == LINE
    assert stored.image == IMAGE.tobytes()
    assert before <= stored.time <= time.time()
    assert stored.writer.endswith(f"_{pupil.colour}_{pupil.animal}")


def test_a_drawing_of_which_only_the_picture_is_known_is_stored_without_strokes(database: Database) -> None:
    pupil = joined(database)
    assert drawings.add_drawing(database, pupil.id, "a", label=7, image=IMAGE)
    (stored,) = drawings.list_drawings(database, pupil.class_id)
    assert stored.strokes is None
    assert stored.image == IMAGE.tobytes()


def test_a_pupils_last_drawings_are_told_from_others_and_counted(database: Database) -> None:
    pupil, other = joined(database), joined(database)
    for identifier in "abcd":
        draw(database, pupil, identifier)
    draw(database, other, "e")
    assert [one.identifier for one in drawings.list_latest(database, pupil.id, 3)] == ["d", "c", "b"]
    drawings.hide(database, drawings.list_drawings(database, pupil.class_id)[0].id)
    assert drawings.tally(database, pupil) == Tally(sent=4, of_class=3)
    draw(database, classes.join(database, classes.list_classes(database)[-1].code), "f")  # in the same class
    assert drawings.tally(database, pupil) == Tally(sent=4, of_class=4)
    assert drawings.tally(database, other) == Tally(sent=1, of_class=1)
    classes.close_class(database, pupil.class_id)
    assert drawings.tally(database, pupil) is None
    classes.delete_class(database, other.class_id)
    assert drawings.tally(database, other) is None


def test_a_drawing_that_is_sent_again_is_stored_once(database: Database) -> None:
    pupil, other = joined(database), joined(database)
    assert sorted(at_once(lambda _: draw(database, pupil), 4)) == [False, False, False, True]  # type: ignore[type-var]
    assert not draw(database, pupil)
    assert draw(database, other)  # another's, whose browser made the same identifier
    assert len(drawings.list_drawings(database, pupil.class_id)) == 1


def test_drawings_come_in_order_when_the_clock_is_set_back(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    pupil = joined(database)
    for identifier, now in (("a", 2e9), ("b", 1e9), ("c", 1.5e9)):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        draw(database, pupil, identifier)
    assert [one.identifier for one in drawings.list_drawings(database, pupil.class_id)] == ["a", "b", "c"]
    assert classes.list_classes(database)[0].id == pupil.class_id


def test_what_no_browser_of_ours_sends_is_refused(database: Database) -> None:
    pupil = joined(database)
    for identifier, label in (("", 1), ("x" * 65, 1), ("a\0", 1), ("é", 1), ("a", 10), ("a", -1)):
        with pytest.raises(UserError, match="cannot be stored"):
            draw(database, pupil, identifier, label)
        with pytest.raises(UserError, match="cannot be counted"):
            votes.vote(database, pupil.id, identifier, label)
    assert drawings.list_drawings(database, pupil.class_id) == []


def test_too_many_strokes_or_drawings_are_refused(sqlite_only: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    pupil = joined(sqlite_only)
    rng = np.random.default_rng(0)
    scribble = [Stroke(8, tuple(map(tuple, rng.integers(0, 320, (2, 2)).tolist()))) for _ in range(2_000)]
    with pytest.raises(UserError, match="too many strokes: clear it"):
        drawings.add_drawing(sqlite_only, pupil.id, "a", label=1, strokes=scribble, image=IMAGE)
    with pytest.raises(UserError, match="cannot be stored"):
        drawings.add_drawing(sqlite_only, pupil.id, "a", label=1, strokes=LINE, image=IMAGE[1:])
    monkeypatch.setattr(drawings, "MOST_DRAWINGS", 2)
    assert draw(sqlite_only, pupil, "a")
    assert draw(sqlite_only, pupil, "b")
    with pytest.raises(UserError, match="2 drawings"):
        draw(sqlite_only, pupil, "c")
    assert not draw(sqlite_only, pupil, "b")  # a retry is answered as ever
    assert len(drawings.list_drawings(sqlite_only, pupil.class_id)) == 2


def test_hidden_drawings_are_neither_counted_nor_collected(database: Database) -> None:
    pupil = joined(database)
    for identifier, label in (("a", 3), ("b", 3), ("c", 5)):
        draw(database, pupil, identifier, label)
    first, second, third = (one.id for one in drawings.list_drawings(database, pupil.class_id))
    drawings.hide(database, first)
    drawings.delete(database, third)
    drawings.delete(database, third)
    assert drawings.tally(database, pupil) == Tally(sent=2, of_class=1)
    assert drawings.collect(database).labels.tolist() == [3]
    (writer,) = drawings.list_writers(database)
    assert (sum(writer.counts), writer.hidden) == (1, 1)
    assert [one.hidden for one in drawings.list_drawings(database, pupil.class_id)] == [True, False]
    drawings.hide(database, first, hidden=False)
    assert drawings.tally(database, pupil) == Tally(sent=2, of_class=2)
    draw(database, pupil, "d")
    assert drawings.list_drawings(database, pupil.class_id)[-1].id > third  # no id is given twice
    assert second < third


def test_drawings_of_all_writers_are_collected_as_arrays(database: Database) -> None:
    pupils = [joined(database), joined(database)]
    for number, pupil in enumerate(pupils):
        draw(database, pupil, label=number)
    collected = drawings.collect(database)
    assert collected.images.dtype == collected.labels.dtype == np.uint8
    assert collected.images.tolist() == [IMAGE.tolist()] * 2
    assert collected.labels.tolist() == [0, 1]
    assert len(set(collected.writers.tolist())) == 2
    classes.delete_class(database, pupils[0].class_id)
    classes.delete_class(database, pupils[1].class_id)
    assert drawings.collect(database).images.shape == (0, PIXELS)


def test_of_a_deleted_class_nothing_is_left(database: Database) -> None:
    gone, kept = joined(database), joined(database)
    for pupil in (gone, kept):
        draw(database, pupil)
        cast(database, pupil, "q", 1)
    classes.delete_class(database, gone.class_id)
    classes.delete_class(database, gone.class_id)
    with database.reading() as session:
        rows = {name: session.execute(sa.select(table)).all() for name, table in Base.metadata.tables.items()}
    assert {name: len(found) for name, found in rows.items()} == dict.fromkeys(rows, 1)
    with pytest.raises(UserError, match=OVER):
        draw(database, gone)
    with pytest.raises(UserError, match=OVER):
        votes.vote(database, gone.id, "q", 1)
    assert classes.find_pupil(database, gone.key) is None


def test_a_class_is_deleted_while_pupils_draw(database: Database) -> None:
    pupil = joined(database)

    def act(number: int) -> str:
        try:
            if number == 3:
                classes.delete_class(database, pupil.class_id)
            else:
                draw(database, pupil, str(number))
        except UserError as error:
            return str(error)
        return ""

    assert all(not said or OVER in str(said) for said in at_once(act, 8))
    with database.reading() as session:
        assert not [row for table in Base.metadata.tables.values() for row in session.execute(sa.select(table))]
