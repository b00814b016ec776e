"""The training process, for real: started, given runs, killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mnist_demo.errors import UserError
from mnist_demo.loading import NOT_FOR_KERAS
from mnist_demo.runs import control, run_directory
from mnist_demo.runs.run_directory import Run
from mnist_demo.runs.trainer import Trainer
from tests.conftest import tiny_recipe
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
ENDLESS = 5_000_000  # steps: no test waits for them


def state(run: Run) -> str:
    return run_directory.load(run.directory).status.state


def has_trained(run: Run) -> bool:
    return len(run_directory.load(run.directory).evaluations) > 1


@pytest.fixture(scope="module")
def trainer(measured_home: Path) -> Iterator[Trainer]:  # noqa: ARG001 (the trainer starts with its measurements)
    trainer = Trainer()
    yield trainer
    trainer.close()


def test_runs_are_trained_in_order_in_another_process(trainer: Trainer, tiny_npz: Path) -> None:
    first, second = (trainer.submit(tiny_recipe(seed=seed), str(tiny_npz)) for seed in (1, 2))
    assert state(second) == "queued"
    wait_for(lambda: state(second) == "finished")
    assert state(first) == "finished"
    assert first.status.pid == os.getpid() != trainer.pid
    assert psutil.Process(trainer.pid).nice() > psutil.Process().nice()  # drawing comes first


@pytest.mark.skipif(sys.platform == "darwin", reason="does not say what a process has mapped")
def test_the_training_process_loads_nothing_that_only_others_need(trainer: Trainer, tiny_npz: Path) -> None:
    run = trainer.submit(tiny_recipe(), str(tiny_npz))
    wait_for(lambda: state(run) == "finished")
    packages = {part for mapped in psutil.Process(trainer.pid).memory_maps() for part in Path(mapped.path).parts}
    assert "tensorflow" in packages
    assert packages.isdisjoint(NOT_FOR_KERAS)


def test_a_stop_reaches_the_trainer_and_frees_it_for_the_next_run(trainer: Trainer, tiny_npz: Path) -> None:
    endless = trainer.submit(tiny_recipe(steps=ENDLESS), str(tiny_npz))
    waiting, cancelled = (trainer.submit(tiny_recipe(), str(tiny_npz)) for _ in range(2))
    control.request_stop(cancelled)
    wait_for(lambda: has_trained(endless))
    assert state(waiting) == "queued"
    control.request_stop(endless)
    wait_for(lambda: state(cancelled) == "stopped")
    assert (state(endless), state(waiting)) == ("stopped", "finished")
    assert run_directory.load(cancelled.directory).metrics == []


def test_only_so_many_runs_wait_and_cancelled_ones_make_room(
    trainer: Trainer, tiny_npz: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_demo.runs.trainer.MOST_WAITING", 2)
    endless, *waiting = (trainer.submit(tiny_recipe(steps=ENDLESS), str(tiny_npz)) for _ in range(3))
    with pytest.raises(UserError, match="2 runs are waiting already"):
        trainer.submit(tiny_recipe(), str(tiny_npz))
    for run in waiting:
        control.cancel(run)
    last = trainer.submit(tiny_recipe(), str(tiny_npz))
    assert trainer.pending == [endless.directory, last.directory]
    control.request_stop(endless)
    wait_for(lambda: state(last) == "finished")


def test_a_run_that_cannot_be_trained_fails_alone(trainer: Trainer, tiny_npz: Path, tmp_path: Path) -> None:
    before = trainer.pid
    bad = trainer.submit(tiny_recipe(), str(tmp_path / "gone.npz"))
    good = trainer.submit(tiny_recipe(), str(tiny_npz))
    wait_for(lambda: state(good) == "finished")
    assert state(bad) == "failed"
    assert "gone.npz" in run_directory.load(bad.directory).status.message
    assert trainer.pid == before


def test_a_killed_trainer_is_told_and_the_next_run_gets_a_new_one(trainer: Trainer, tiny_npz: Path) -> None:
    killed_pid = trainer.pid
    assert killed_pid is not None
    victim = trainer.submit(tiny_recipe(steps=ENDLESS), str(tiny_npz))
    waiting = trainer.submit(tiny_recipe(), str(tiny_npz))
    wait_for(lambda: has_trained(victim))
    os.kill(killed_pid, signal.SIGKILL)
    wait_for(lambda: state(victim) == "crashed")
    assert "died" in run_directory.load(victim.directory).status.message
    assert victim.checkpoint_path.is_file()
    wait_for(lambda: state(waiting) == "finished")
    assert trainer.pid != killed_pid


@pytest.mark.skipif(os.name != "posix", reason="stops a process by a signal")
def test_a_trainer_that_hangs_is_ended_and_the_next_run_gets_a_new_one(
    trainer: Trainer, tiny_npz: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = trainer.submit(tiny_recipe(steps=ENDLESS), str(tiny_npz))
    waiting = trainer.submit(tiny_recipe(), str(tiny_npz))
    assert trainer.pending == [hanging.directory, waiting.directory]
    wait_for(lambda: has_trained(hanging))
    pid = trainer.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr(control, "HANGS_AFTER", 0.5)
    wait_for(lambda: control.hangs(run_directory.load(hanging.directory)))
    control.end_process(run_directory.load(hanging.directory))
    assert state(hanging) == "crashed"
    assert hanging.checkpoint_path.is_file()
    wait_for(lambda: state(waiting) == "finished")
    assert trainer.pid != pid
    steps = run_directory.load(hanging.directory).last_step
    trainer.continue_run(run_directory.load(hanging.directory), steps + 40)
    wait_for(lambda: state(hanging) == "finished")
    wait_for(lambda: trainer.pending == [])


def test_a_run_that_is_deleted_by_hand_while_it_trains_ends(trainer: Trainer, tiny_npz: Path) -> None:
    deleted = trainer.submit(tiny_recipe(steps=ENDLESS), str(tiny_npz))
    wait_for(lambda: has_trained(deleted))
    for path in (deleted.directory / "settings.json", deleted.status_path):
        path.unlink()  # the folder stays: a file manager deletes file by file, while the trainer writes new ones
    next_one = trainer.submit(tiny_recipe(), str(tiny_npz))
    wait_for(lambda: state(next_one) == "finished")


@pytest.mark.usefixtures("measured", "interruptible")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_trainer_outlives_its_server(tiny_npz: Path, end: signal.Signals) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.runs.test_trainer", str(tiny_npz)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert server.stdout is not None
    pid, directory = server.stdout.readline().split(maxsplit=1)
    trainer, run = psutil.Process(int(pid)), run_directory.load(Path(directory.strip()))
    wait_for(lambda: has_trained(run))
    server.send_signal(end)
    server.wait(20)
    psutil.wait_procs([trainer], timeout=10)
    assert not trainer.is_running() or trainer.status() == psutil.STATUS_ZOMBIE
    assert state(run) == "interrupted"


def main() -> None:
    """A server of nothing but a trainer, for the test above to end."""
    trainer = Trainer()
    run = trainer.submit(tiny_recipe(steps=ENDLESS), sys.argv[1])
    sys.stdout.write(f"{trainer.pid} {run.directory}\n")
    sys.stdout.flush()
    time.sleep(120)


if __name__ == "__main__":
    main()
