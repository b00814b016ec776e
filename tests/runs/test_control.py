import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.runs import control, run_directory, store
from mnist_demo.runs.control import Control
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from tests.conftest import tiny_recipe


@pytest.fixture
def run() -> Run:
    return store.create(tiny_recipe(), datasets.BUNDLED)


def test_a_stop_is_seen_by_whoever_trains(run: Run) -> None:
    assert control.read(run) == Control()
    control.request_stop(run)
    assert control.read(run_directory.load(run.directory)).stop


def test_pause_moves_with_steps_and_is_taken_back(run: Run) -> None:
    control.request_pause(run)
    assert control.read(run).pause_at == 0
    control.request_pause(run, at=120)
    assert control.read(run).pause_at == 120
    control.request_resume(run)
    control.request_resume(run)  # by two viewers at once
    assert control.read(run).pause_at is None


def test_a_damaged_pause_is_none(run: Run) -> None:
    (run.directory / "pause").write_text("soon")
    assert control.read(run) == Control()


def test_a_stop_is_final_whatever_another_viewer_asks(run: Run) -> None:
    control.request_stop(run)
    control.request_resume(run)
    control.request_pause(run, at=7)
    assert control.read(run).stop


def test_only_an_ended_run_can_be_continued_and_only_further(run: Run) -> None:
    with pytest.raises(UserError, match="not ended"):
        control.queue_again(run, 100)
    run_directory.set_status(run, "stopped")
    run_directory.append_metrics(run, Metrics(30, 1.0))
    for target in (0, 30, 10**9):
        with pytest.raises(UserError, match="30 steps"):
            control.queue_again(run_directory.load(run.directory), target)
    control.request_stop(run)
    control.request_pause(run)
    again = control.queue_again(run_directory.load(run.directory), 100)
    assert again == run_directory.load(run.directory)
    assert (again.status.state, again.settings.target, again.recipe.steps) == ("queued", 100, run.recipe.steps)
    assert control.read(again) == Control()


def test_cancelling_ends_a_waiting_run_at_once(run: Run) -> None:
    control.cancel(run)
    cancelled = run_directory.load(run.directory)
    assert (cancelled.status.state, cancelled.is_active) == ("stopped", False)
    assert control.read(cancelled).stop


def seconds_ago(seconds: float, *paths: Path) -> None:
    """Let files look as if they had last been written that long ago."""
    for path in paths:
        os.utime(path, (time.time() - seconds,) * 2)


def test_a_run_hangs_when_it_runs_and_nothing_comes_from_it(run: Run) -> None:
    run = run_directory.set_status(run, "running")
    run_directory.append_metrics(run, Metrics(3, 1.0))
    assert not control.hangs(run)
    seconds_ago(2 * control.HANGS_AFTER, run.status_path)
    assert not control.hangs(run)  # its metrics are new
    seconds_ago(2 * control.HANGS_AFTER, run.metrics_path)
    assert control.hangs(run)
    for state in ("queued", "paused", "finished"):
        waiting = run_directory.set_status(run, state)
        seconds_ago(2 * control.HANGS_AFTER, run.status_path)
        control.request_pause(run)
        assert not control.hangs(waiting)


def test_a_paused_run_hangs_when_it_does_not_do_what_it_is_asked(run: Run) -> None:
    control.request_pause(run)
    run = run_directory.set_status(run, "paused")
    seconds_ago(2 * control.HANGS_AFTER, run.status_path)
    control.request_pause(run, at=10)
    assert not control.hangs(run)  # it was asked just now
    seconds_ago(2 * control.HANGS_AFTER, run.directory)
    assert control.hangs(run)


def test_a_clock_that_was_set_back_makes_no_run_hang(run: Run) -> None:
    run = run_directory.set_status(run, "running")
    seconds_ago(-3600, run.status_path)
    assert not control.hangs(run)


def hanging_elsewhere(run: Run) -> tuple[Run, subprocess.Popen[bytes]]:
    """The run as a process of its own trains it, stopped by a signal that nothing in it can see."""
    code = "import sys, time; from pathlib import Path; from mnist_demo.runs import run_directory\n"
    code += (
        "run_directory.set_status(run_directory.load(Path(sys.argv[1])), 'running'); print(flush=True); time.sleep(300)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(run.directory)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    seconds_ago(2 * control.HANGS_AFTER, run.status_path)
    return run_directory.load(run.directory), process


@pytest.mark.skipif(os.name != "posix", reason="stops a process by a signal")
def test_a_hanging_process_is_ended_and_its_run_crashed(run: Run) -> None:
    run.checkpoint_path.touch()
    hanging, process = hanging_elsewhere(run)
    assert hanging.is_active
    control.end_process(hanging)
    control.end_process(hanging)  # by two viewers at once
    assert process.wait(10) == -signal.SIGKILL
    ended = run_directory.load(run.directory)
    assert (ended.status.state, ended.is_active) == ("crashed", False)
    assert "hung" in ended.status.message
    assert control.queue_again(ended, 100).status.state == "queued"


@pytest.mark.skipif(os.name != "posix", reason="stops a process by a signal")
def test_no_process_is_ended_whose_run_goes_on_or_that_only_has_its_number(run: Run) -> None:
    hanging, process = hanging_elsewhere(run)
    run_directory.append_metrics(run, Metrics(5, 1.0))  # it has come back
    control.end_process(hanging)
    assert process.poll() is None
    seconds_ago(2 * control.HANGS_AFTER, run.metrics_path)
    status = json.loads(run.status_path.read_text())
    run.status_path.write_text(json.dumps({**status, "pid_created": status["pid_created"] - 1000}))
    seconds_ago(2 * control.HANGS_AFTER, run.status_path)
    control.end_process(hanging)
    assert process.poll() is None
    process.kill()
    process.wait()


def test_the_serving_process_does_not_end_itself(run: Run) -> None:
    mine = run_directory.set_status(run, "running")
    seconds_ago(2 * control.HANGS_AFTER, run.status_path)
    with pytest.raises(UserError, match="restart the app"):
        control.end_process(mine)


@pytest.mark.parametrize("ask", [control.request_stop, control.request_pause, control.request_reset, control.cancel])
def test_who_asks_something_of_a_deleted_run_is_told(run: Run, ask: Callable[[Run], None]) -> None:
    store.delete(run_directory.set_status(run, "stopped").directory)
    with pytest.raises(UserError, match="deleted in the meantime"):
        ask(run)
    assert control.read(run) == Control(stop=True)
    assert not control.hangs(run)


def test_what_was_asked_too_late_is_forgotten_when_the_run_is_continued(run: Run) -> None:
    control.request_reset(run)
    control.request_stop(run)
    run_directory.append_metrics(run, Metrics(30, 1.0))
    run_directory.set_status(run, "finished")
    again = control.queue_again(run_directory.load(run.directory), 60)
    assert control.read(again) == control.Control()


def test_a_run_that_began_before_it_was_cancelled_is_stopped_by_its_own_process(run: Run) -> None:
    run_directory.set_status(run, "running")
    control.cancel(run)  # by a page that saw it waiting
    assert run_directory.load(run.directory).status.state == "running"
    assert control.read(run).stop
