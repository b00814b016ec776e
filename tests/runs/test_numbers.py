"""Run numbers: one for each run of a home, for ever, whoever makes runs or lists them at the same time."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.runs import numbers, run_directory, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common.run_titles import title
from tests.conftest import tiny_recipe
from tests.server import ROOT


def ended() -> Run:
    return run_directory.set_status(store.create(tiny_recipe(), datasets.BUNDLED), "stopped")


def at_once(code: str, processes: int = 3) -> list[str]:
    """What as many processes print that all run this code when the last of them is ready."""
    waiting = "print('ready', flush=True); input()\n"
    imports = "from mnist_demo.runs import store; from tests.conftest import tiny_recipe\n"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", imports + waiting + code], cwd=ROOT, text=True, stdin=-1, stdout=subprocess.PIPE
        )
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[0] for process in started]


def test_numbers_count_from_one_and_that_of_a_deleted_run_is_not_given_again() -> None:
    first, second = ended(), ended()
    assert [first.number, second.number] == [1, 2]
    assert title(second) == "Affine model, notebook, run 2"
    store.delete(second.directory)
    assert ended().number == 3
    store.delete(first.directory)
    assert sorted(run.number or 0 for run in store.list_runs()[0]) == [3]


def test_processes_that_make_runs_at_once_give_each_its_own_number() -> None:
    said = at_once("for _ in range(10): print(store.create(tiny_recipe(), 'bundled').number)")
    given = [int(number) for text in said for number in text.split()]
    assert sorted(given) == list(range(1, 31))
    assert sorted(run.number or 0 for run in store.list_runs()[0]) == sorted(given)


def test_runs_of_an_earlier_version_are_numbered_by_age_and_keep_their_numbers() -> None:
    old = sorted((ended() for _ in range(4)), key=lambda run: run.id)
    (store.runs_folder() / numbers.FILE).unlink()  # as an earlier version leaves its runs
    assert old[0].number is None
    said = at_once("print({run.id: run.number for run in store.list_runs()[0]})")
    assert len(set(said)) == 1
    assert [run.number for run in old] == [1, 2, 3, 4]
    store.delete(old[0].directory)
    assert [run.number for run in store.list_runs()[0]] == [4, 3, 2]


def test_a_new_run_comes_after_those_of_an_earlier_version() -> None:
    old = ended()
    (store.runs_folder() / numbers.FILE).unlink()
    assert (ended().number, old.number) == (2, 1)


def test_a_run_that_was_copied_here_gets_a_number_of_this_home() -> None:
    run = ended()
    shutil.copytree(run.directory, run.directory.with_name("20200101-000000-copied"))
    assert [(run.id, run.number) for run in store.list_runs()[0]] == [(run.id, 1), ("20200101-000000-copied", 2)]


def test_a_run_outside_the_home_takes_no_number_and_one_of_an_own_name_inside_does(tmp_path: Path) -> None:
    outside = store.create(tiny_recipe(), datasets.BUNDLED, tmp_path / "mine")
    assert (outside.number, title(outside)) == (None, "Affine model, notebook, mine")
    inside = [store.create(tiny_recipe(), datasets.BUNDLED, store.runs_folder() / "mine")]
    assert inside[0].number == 1
    run_directory.set_status(inside[0], "stopped")
    with pytest.raises(UserError, match="already exists"):
        store.create(tiny_recipe(), datasets.BUNDLED, store.runs_folder() / "mine")
    assert inside[0].number == 1
    store.delete(inside[0].directory)
    again = store.create(tiny_recipe(), datasets.BUNDLED, store.runs_folder() / "mine")
    assert again.number == 2  # another run, although it has the name of the first


def test_where_no_number_can_be_written_runs_are_called_by_their_ids() -> None:
    run = ended()
    (store.runs_folder() / numbers.FILE).unlink()
    (store.runs_folder() / numbers.LOCK).unlink(missing_ok=True)
    (store.runs_folder() / numbers.LOCK).mkdir()
    assert [title(run) for run in store.list_runs()[0]] == [f"Affine model, notebook, {run.id}"]


@pytest.mark.parametrize("content", ["", "{}", "[", json.dumps("id")])
def test_a_damaged_file_is_told_and_keeps_no_run_from_being_listed(content: str) -> None:
    run = ended()
    (store.runs_folder() / numbers.FILE).write_text(content)
    assert [run.id for run in store.list_runs()[0]] == [run.id]
    with pytest.raises(UserError, match="delete it, and all runs get new numbers"):
        numbers.add_missing(store.runs_folder(), [run.id])
    (store.runs_folder() / numbers.FILE).unlink()
    assert [run.number for run in store.list_runs()[0]] == [1]
