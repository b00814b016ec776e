import pytest

from mnist_demo import control, data, runs
from mnist_demo.control import Control
from mnist_demo.errors import UserError
from mnist_demo.runs import Metrics, Run
from tests.conftest import tiny_recipe


@pytest.fixture
def run() -> Run:
    return runs.create(tiny_recipe(), data.BUNDLED)


def test_a_stop_is_seen_by_whoever_trains(run: Run) -> None:
    assert control.read(run) == Control()
    control.request_stop(run)
    assert control.read(runs.load(run.directory)).stop


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


def test_only_an_ended_run_with_a_checkpoint_can_be_continued(run: Run) -> None:
    with pytest.raises(UserError, match="not ended"):
        control.queue_again(run, 100)
    ended = runs.set_status(run, "stopped")
    with pytest.raises(UserError, match="no checkpoint"):
        control.queue_again(ended, 100)
    run.checkpoint_path.touch()
    runs.append_metrics(run, Metrics(30, 1.0))
    for target in (0, 30, 10**9):
        with pytest.raises(UserError, match="30 steps"):
            control.queue_again(runs.load(run.directory), target)
    control.request_stop(run)
    control.request_pause(run)
    again = control.queue_again(runs.load(run.directory), 100)
    assert again == runs.load(run.directory)
    assert (again.status.state, again.settings.target, again.recipe.steps) == ("queued", 100, run.recipe.steps)
    assert control.read(again) == Control()


def test_cancelling_ends_a_waiting_run_at_once(run: Run) -> None:
    control.cancel(run)
    cancelled = runs.load(run.directory)
    assert (cancelled.status.state, cancelled.is_active) == ("stopped", False)
    assert control.read(cancelled).stop
