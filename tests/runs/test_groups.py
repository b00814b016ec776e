"""Several values of one setting: what one may type, the runs of a group, and what is said of them."""

import dataclasses
import json
from pathlib import Path

import pytest

from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.evaluation import accuracy_interval
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import control, groups, run_directory, store, trainer
from mnist_demo.runs.groups import Experiment
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.runs.trainer import Trainer
from tests.conftest import tiny_recipe

OWN = registry.get_recipe("own", "fast")


@pytest.mark.parametrize(
    ("setting", "text", "values"),
    [
        ("learning_rate", "0.0003, 0.001,0.003", [0.0003, 0.001, 0.003]),
        ("learning_rate", "0,5; 1e-1", [0.5, 0.1]),
        ("batch_size", "50, 100,", [50, 100]),
        ("steps", "10; 20", [10, 20]),
        ("seed", "3, 1, 2", [3, 1, 2]),
        ("train_images", "100, 500", [100, 500]),
        ("label_noise", "0, 12.5", [0, 0.125]),
        ("l2", "0; 1e-4; 0,001", [0, 0.0001, 0.001]),
        ("optimizer", "sgd, Adam", ["sgd", "adam"]),
        ("network", "Dense  8; conv 4 3, pool 2;", ["dense 8", "conv 4 3, pool 2", ""]),
    ],
)
def test_values_are_read_as_people_type_them_and_nothing_else_changes(
    setting: str, text: str, values: list[object]
) -> None:
    made = groups.recipes_of(OWN, setting, text)
    assert [getattr(recipe, setting) for recipe in made] == values
    assert {dataclasses.replace(recipe, **{setting: getattr(OWN, setting)}) for recipe in made} == {OWN}


@pytest.mark.parametrize(
    ("setting", "text", "words"),
    [
        ("learning_rate", "", "2 to 8 values"),
        ("learning_rate", "0.1", "these are 1"),
        ("learning_rate", ", ".join(map(str, range(1, 10))), "these are 9"),
        ("learning_rate", "0.1, 0.2, 0.10", "Value 3 is the same as value 1"),
        ("learning_rate", "0.1, fast", "Value 2: it is not a number"),
        ("learning_rate", "0.1, nan", "Value 2: .* cannot train"),
        ("learning_rate", "0.1, -1", "Value 2: .* cannot train"),
        ("learning_rate", "0.1, " + 31 * "1", "Value 2: it is not a number"),
        ("steps", "10, 2.5", "Value 2: it is not a whole number"),
        ("steps", "10, 0", "Value 2: A number of steps"),
        ("steps", "10, 99999999", "Value 2: A number of steps"),
        ("batch_size", "10, 10001", "Value 2: A batch size"),
        ("seed", "1,, 2", "Value 2: it is not a whole number"),
        ("train_images", "100, 99", "Value 2: A number of training images"),
        ("label_noise", "10, 60", "Value 2: 0.6 of all labels, which is 60 %"),
        ("l2", "0, 1", "Value 2: An L2 regularisation"),
        ("optimizer", "adam, " + 40 * "x", "Value 2: A recipe cannot have"),
        ("network", "dense 8, dense 16", "with “;” between them: these are 1"),
        ("network", "dense 8; pool 14, pool 3", "Value 2: layer 2: pool 3 needs at least"),
        ("network", "dense 8; " + 501 * "x", "Value 2: .* at most 500 characters"),
        ("steps", 5000 * "1", "at most 4,016 characters"),
        ("model", "cnn, affine", "can be tried of"),
        ("__class__", "1, 2", "can be tried of"),
    ],
)
def test_values_that_cannot_be_tried_are_told_by_their_place_in_one_sentence(
    setting: str, text: str, words: str
) -> None:
    with pytest.raises(UserError, match=words) as refused:
        groups.recipes_of(OWN, setting, text)
    assert len(str(refused.value)) < 200


def test_networks_are_tried_only_where_the_network_is_ones_own() -> None:
    assert "network" in groups.settings_of(OWN)
    with pytest.raises(UserError, match="can be tried of"):
        groups.recipes_of(tiny_recipe(), "network", "dense 8; dense 16")


def group_of(values: str = "0.1, 0.2, 0.3", setting: str = "learning_rate", recipe: Recipe | None = None) -> list[Run]:
    recipes = groups.recipes_of(recipe or tiny_recipe(), setting, values)
    return store.create_group(recipes, datasets.BUNDLED, setting)


def end(run: Run, validation: float, *, state: str = "finished", step: int = 40, images: int = 500) -> Run:
    """The run as it ends with that share of validation images read right; of test images 1 % fewer."""
    run_directory.append_metrics(run, Metrics(0, 0.0, validation_accuracy=0.1, test_accuracy=0.1))
    if step:
        measured = Metrics(step, 1.0, 100.0, validation_accuracy=validation, test_accuracy=validation - 0.01)
        run_directory.append_metrics(run, measured)
    return run_directory.set_status(run, state, validation_images=images)


def listed() -> Experiment:
    (experiment,) = groups.experiments(store.list_runs()[0]).values()
    return experiment


def test_a_groups_runs_are_found_again_in_the_order_of_their_values_beside_others() -> None:
    store.create(tiny_recipe(), datasets.BUNDLED)
    made = group_of("0.3, 0.1, 0.2")
    again = listed()
    assert [run.id for run in again.runs] == [made[place].id for place in (1, 2, 0)]
    assert again.title == "Learning rate: 0.1, 0.2, 0.3"
    store.delete(run_directory.set_status(made[1], "stopped").directory)
    assert listed().title == "Learning rate: 0.2, 0.3"
    group_of("sgd, adam, rmsprop", "optimizer")
    assert [each.title for each in groups.experiments(store.list_runs()[0]).values()] == [
        "Optimizer: sgd, adam, rmsprop",  # as they were typed
        "Learning rate: 0.2, 0.3",
    ]


def test_shares_are_said_in_percent_as_they_were_typed() -> None:
    group_of("30, 0, 12.5", "label_noise")
    assert listed().title == "Wrong labels, in %: 0, 12.5, 30"


def test_a_run_of_an_earlier_version_has_no_group_and_one_with_a_damaged_group_is_damaged() -> None:
    run = store.create(tiny_recipe(), datasets.BUNDLED)
    path = run.directory / "settings.json"
    settings = json.loads(path.read_text())
    found: list[tuple[object, bool]] = [(..., True), (None, True), ({"id": "a", "setting": "seed"}, True)]
    found += [({"id": "a"}, False), ({"id": "a", "setting": "__class__"}, False), ({"id": 3, "setting": "seed"}, False)]
    found += [({"id": "a", "setting": "train_images"}, False)]  # of which its recipe has none
    for group, is_read in (*found, (7, False)):
        changed = {key: value for key, value in settings.items() if key != "group"}
        path.write_text(json.dumps(changed if group is ... else {**changed, "group": group}))
        assert [len(found) for found in store.list_runs()] == ([1, 0] if is_read else [0, 1]), group


def test_a_continued_run_stays_in_its_group() -> None:
    run = end(group_of()[0], 0.9)
    assert control.queue_again(run, 80).settings.group == run.settings.group
    assert run_directory.load(run.directory).settings.group == run.settings.group


def test_a_group_that_cannot_be_made_as_a_whole_is_not_made_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    make, calls = store.create, iter(range(9))

    def create(*arguments: object, **named: object) -> Run:
        if next(calls) == 2:
            raise UserError("The disk is full.")
        return make(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "create", create)
    with pytest.raises(UserError, match="disk is full"):
        group_of()
    assert store.list_runs() == ([], [])


class Idle(Trainer):
    """A trainer whose process never takes anything."""

    def _dispatch(self) -> None:
        pass


def test_all_of_a_group_are_queued_or_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(trainer, "_start_process", lambda: (type("Process", (), {"kill": int, "join": int}), None))
    monkeypatch.setattr(trainer, "MOST_WAITING", 4)
    idle = Idle()
    recipes = groups.recipes_of(tiny_recipe(), "seed", "1, 2, 3")
    first = idle.submit_group(recipes, str(tmp_path), "seed")
    assert idle.pending == [run.directory for run in first]
    with pytest.raises(UserError, match="room for 2 more runs, and these are 3: give fewer"):
        idle.submit_group(recipes, str(tmp_path), "seed")
    assert len(store.list_runs()[0]) == len(idle.pending) == 3
    idle.submit_group(recipes[:2], str(tmp_path), "seed")
    with pytest.raises(UserError, match="4 runs are waiting already"):
        idle.submit_group(recipes[:2], str(tmp_path), "seed")
    groups.cancel(first)
    idle.submit_group(recipes[:2], str(tmp_path), "seed")
    assert len(idle.pending) == 5


def test_cancelling_a_group_ends_what_waits_and_what_trains_once_and_leaves_what_has_ended() -> None:
    ended, running, waiting = group_of()
    end(ended, 0.9)
    run_directory.set_status(running, "running")
    gone = group_of("1, 2", "seed")[0]
    store.delete(run_directory.set_status(gone, "stopped").directory)
    for _ in range(30):
        groups.cancel([*listed_active(), gone])
    states = [run_directory.load(run.directory).status.state for run in (ended, running, waiting)]
    assert states == ["finished", "running", "stopped"]
    assert control.read(running).stop  # its own process ends it
    assert not control.read(ended).stop


def listed_active() -> list[Run]:
    return [run for run in store.list_runs()[0] if run.is_active]


def said(experiment: Experiment) -> str:
    return " ".join(groups.verdict(experiment))


def test_the_best_value_is_said_while_others_still_train_and_when_all_have_ended() -> None:
    low, middle, high = group_of()
    assert said(listed()) == "The chart fills in while the runs train."
    end(low, 0.80)
    assert said(listed()).startswith("So far, of 1, best on validation images: **0.1**, with 80.0 %.")
    end(middle, 0.95)
    end(high, 0.90)
    text = said(listed())
    assert text.startswith("Best on validation images: **0.2**, with 95.0 %.")
    assert "On test images, which had no say in the choice, it reads 94.0 % right" in text
    assert "No other comes as near as chance could explain with 500 validation images." in text


def test_what_chance_can_do_is_said_of_values_that_lie_within_it() -> None:
    for run, accuracy in zip(group_of(), (0.94, 0.95, 0.5), strict=True):
        end(run, accuracy)
    assert "between about 92.7 % and 96.6 %, so 0.1 may be as good." in said(listed())


@pytest.mark.parametrize("images", [500, 5000])
def test_more_validation_images_tell_nearer_values_apart(images: int) -> None:
    for run, accuracy in zip(group_of("0.1, 0.2"), (0.94, 0.95), strict=True):
        end(run, accuracy, images=images)
    assert ("may be as good" in said(listed())) == (images == 500)


def test_nothing_is_said_of_chance_where_the_number_of_validation_images_is_unknown() -> None:
    for run in group_of():
        end(run, 0.9, images=0)
    assert "chance" not in said(listed())


def test_runs_that_ended_otherwise_are_named_and_the_others_compared() -> None:
    runs = group_of("0.1, 0.2, 0.3, 0.4, 0.5, 0.6")
    end(runs[0], 0.8)
    end(runs[1], 0.99, state="diverged")
    end(runs[2], 0.98, state="stopped", step=20)
    end(runs[3], 0.0, state="stopped", step=0)
    end(runs[4], 0.0, state="failed", step=0)
    end(runs[5], 0.7)
    text = said(listed())
    assert "**0.1**" in text
    assert "Not compared: 0.2 diverged, 0.3 was stopped after step 20, 0.4 was cancelled, 0.5 failed." in text


def test_a_group_of_which_nothing_came_says_so() -> None:
    for run in group_of():
        end(run, 0.0, state="failed", step=0)
    assert said(listed()).startswith("No run came to its end. Not compared: 0.1 failed")


def test_where_only_the_seed_differs_the_spread_is_said_and_no_best() -> None:
    for run, accuracy in zip(group_of("1, 2, 3", "seed"), (0.95, 0.93, 0.94), strict=True):
        end(run, accuracy)
    text = said(listed())
    assert "luck: from 93.0 % to 95.0 %" in text
    assert "est on validation" not in text


def test_runs_of_different_lengths_are_told_unless_that_is_what_was_tried() -> None:
    for place, run in enumerate(group_of()):
        end(run, 0.9, step=40 + place)
    assert "not all taken the same number of steps" in said(listed())
    for run in store.list_runs()[0]:
        store.delete(run.directory)
    for run in group_of("10, 20", "steps"):
        end(run, 0.9, step=run.recipe.steps)
    assert "same number of steps" not in said(listed())


@pytest.mark.parametrize(
    ("accuracy", "images", "low", "high"), [(0.5, 100, 0.404, 0.596), (1.0, 500, 0.992, 1.0), (0.0, 10, 0.0, 0.278)]
)
def test_the_interval_is_wilsons(accuracy: float, images: int, low: float, high: float) -> None:
    assert accuracy_interval(accuracy, images) == pytest.approx((low, high), abs=5e-4)
