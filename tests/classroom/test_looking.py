"""What a look at a class asks of the database, on both kinds: little, and never a drawing twice."""

from mnist_demo.classroom import classes, drawings, votes
from mnist_demo.classroom.classes import Size
from mnist_demo.classroom.database import Database
from tests.classroom.test_classes import IMAGE, at_once, cast, draw, joined


def test_teachers_who_open_a_class_at_once_open_one_and_a_closed_one_is_not_opened_again(database: Database) -> None:
    opened = at_once(lambda _: classes.open_one(database).id, 6)
    assert len(set(opened)) == 1
    assert classes.open_one(database) == classes.list_classes(database)[0]
    classes.close_class(database, classes.open_one(database).id)
    assert classes.open_one(database).id not in opened
    assert len(classes.list_classes(database)) == 2


def test_pupils_join_and_draw_while_another_teacher_opens_a_class(database: Database) -> None:
    pupil = joined(database)

    def act(number: int) -> object:
        return draw(database, pupil, str(number)) if number % 2 else f"class {classes.open_one(database).id}"

    done = at_once(act, 8)
    assert done.count(True) == 4
    assert done.count(f"class {pupil.class_id}") == 4


def test_of_each_class_it_is_known_how_many_joined_and_drew(database: Database) -> None:
    first, second = joined(database), joined(database)
    classes.join(database, classes.list_classes(database)[0].code)
    nobody = classes.open_class(database)
    for identifier in "abc":
        draw(database, first, identifier)
    drawings.hide(database, next(iter(drawings.marks(database, first.class_id))))
    found = classes.sizes(database)
    assert found == {first.class_id: Size(1, 2), second.class_id: Size(2, 0)}
    assert nobody.id not in found


def test_marks_tell_what_is_new_hidden_and_gone_of_one_class(database: Database) -> None:
    pupil, other = joined(database), joined(database)
    draw(database, other)
    for identifier in "abc":
        draw(database, pupil, identifier)
    first, second, third = drawings.marks(database, pupil.class_id)
    assert first < second < third
    drawings.hide(database, second)
    drawings.delete(database, first)
    assert drawings.marks(database, pupil.class_id) == {second: True, third: False}


def test_drawings_are_fetched_by_their_ids_in_order_and_those_that_are_gone_are_left_out(database: Database) -> None:
    pupil = joined(database)
    for number in range(5):
        draw(database, pupil, str(number), label=number)
    ids = list(drawings.marks(database, pupil.class_id))
    drawings.delete(database, ids[2])
    found = drawings.fetch(database, [ids[4], ids[2], ids[0], 10**6])
    assert [(one.label, one.pupil_id, one.image) for one in found] == [(n, pupil.id, IMAGE.tobytes()) for n in (0, 4)]
    assert drawings.fetch(database, []) == []
    assert len(drawings.fetch(database, [*ids, *range(10**6, 10**6 + 2_000)])) == 4


def test_one_class_or_all_are_collected(database: Database) -> None:
    first, second = joined(database), joined(database)
    draw(database, first, label=3)
    draw(database, second, label=5)
    cast(database, second, "image 7", 4)
    cast(database, first, "image 7", 9)
    assert drawings.collect(database, second.class_id).labels.tolist() == [5]
    assert drawings.collect(database).labels.tolist() == [3, 5]
    code = classes.list_classes(database)[0].code
    name = f"{code}_{second.colour}_{second.animal}"
    assert votes.collect(database, second.class_id) == [("image 7", name, 4)]
    assert [digit for _, _, digit in votes.collect(database)] == [4, 9]
