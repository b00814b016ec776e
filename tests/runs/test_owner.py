"""Runs of a home that several machines or containers share."""

import dataclasses
import json
import os
import time
from typing import Any

import pytest

from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.runs import control, owner, run_directory, store
from mnist_demo.runs.run_directory import Run
from tests.conftest import tiny_recipe

LONG_AGO = time.time() - 30 * 86_400


def running_at(**place: Any) -> Run:
    """A run that trains in a process whose record says so."""
    run = run_directory.set_status(store.create(tiny_recipe(), datasets.BUNDLED), "running")
    status = json.loads(run.status_path.read_text(encoding="utf-8"))
    run.status_path.write_text(json.dumps({**status, **place}), encoding="utf-8")
    return run_directory.load(run.directory)


@pytest.mark.parametrize("place", [{"host": "lab-pc-7"}, {"pid_namespace": "pid:[1]"}])
def test_a_run_of_another_machine_or_container_is_believed_and_left_alone(place: dict[str, str]) -> None:
    run = running_at(**place, pid=4_000_000)
    assert run.status.state == "running"
    for attempt in (
        lambda: store.delete(run.directory),
        lambda: control.queue_again(run, 1000),
    ):
        with pytest.raises(UserError, match=run.elsewhere):
            attempt()
    assert run_directory.load(run.directory) == run


def test_its_process_is_not_looked_for_here(monkeypatch: pytest.MonkeyPatch) -> None:
    run = running_at(host="lab-pc-7", pid=os.getpid())
    monkeypatch.setattr(control, "HANGS_AFTER", -1.0)
    with pytest.raises(UserError, match="end it there"):
        control.end_process(run)


@pytest.mark.parametrize(("state", "is_given_up"), [("running", True), ("paused", False)])
def test_one_that_should_write_and_is_silent_for_long_is_given_up(state: str, is_given_up: bool) -> None:
    run = running_at(host="lab-pc-7", state=state)
    silence = 2 * owner.SILENT_AFTER["running"]
    os.utime(run.status_path, (time.time() - silence,) * 2)
    again = run_directory.load(run.directory)
    assert (again.status.state == "interrupted") == is_given_up
    assert not is_given_up or "lab-pc-7" in again.status.message


def test_after_a_restart_of_this_machine_its_runs_are_interrupted_at_once() -> None:
    run = running_at(boot="an earlier one")
    os.utime(run.status_path, (LONG_AGO, LONG_AGO))
    assert run_directory.load(run.directory).status.state == "interrupted"


def test_records_of_earlier_versions_are_of_this_machine() -> None:
    assert running_at(host="", boot="", pid_namespace="").status.state == "running"
    assert running_at(host="", boot="", pid_namespace="", pid=4_000_000).status.state == "interrupted"


def test_this_process_is_found_and_a_later_one_with_its_number_is_not() -> None:
    own = owner.this_process()
    process = owner.process_of(own)
    assert process is not None
    assert process.pid == os.getpid()
    assert own.pid_created is not None
    assert owner.process_of(dataclasses.replace(own, pid_created=own.pid_created - 1000)) is None
