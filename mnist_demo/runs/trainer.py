"""The process that trains: started early, kept warm, given one run at a time.

TensorFlow takes seconds to import and must not be in the process that serves pages, so a `Trainer` keeps it in
a process of its own, and starts a new one when that dies. Progress and control go through the run directories.
"""

import atexit
import multiprocessing
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from mnist_demo import background
from mnist_demo.errors import UserError
from mnist_demo.loading import tensorflow_alone
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import control, run_directory, store
from mnist_demo.runs.run_directory import Run

MOST_WAITING = 20  # runs: a class that presses Start together shall not fill the day


class Trainer:
    """Trains the runs submitted to it, in order. One per server; its threads and its process die with the server."""

    def __init__(self) -> None:
        self._pending: list[Path] = []  # what is being trained, and behind it what waits
        self._changed = threading.Condition()  # guards what is pending, and tells that there is more
        self._is_closed = False
        self._process, self._connection = _start_process()
        # Before multiprocessing ends the process itself, which would look like a crash: what is registered last is
        # called first.
        atexit.register(self.close)
        threading.Thread(target=self._dispatch, name="trainer", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The process number of the training process."""
        return self._process.pid

    @property
    def pending(self) -> list[Path]:
        """The directories of the runs that it trains and will train, in this order."""
        with self._changed:
            return self._pending.copy()

    def submit(self, recipe: Recipe, data: str) -> Run:
        """Queue a new run; returns at once.

        Raises UserError where its directory cannot be written, this machine has too little memory for it, or too many
        runs wait.
        """
        return self.submit_made(lambda: store.create(recipe, data))

    def submit_made(self, make: Callable[[], Run]) -> Run:
        """Queue the new run that `make` makes, which is called only where there is room for it; returns at once.

        Raises UserError where too many runs wait, and what `make` raises.
        """
        with self._changed:
            self._check_room()
            return self._enqueue(make())

    def submit_group(self, recipes: Sequence[Recipe], data: str, setting: str) -> list[Run]:
        """Queue a new run of each of the recipes, which differ in `setting`: all or none. Returns at once.

        Raises UserError as `submit` does.
        """
        with self._changed:
            self._check_room(len(recipes))
            return [self._enqueue(run) for run in store.create_group(recipes, data, setting)]

    def continue_run(self, run: Run, target: int) -> Run:
        """Queue an ended run, to go on from its checkpoint until it has taken `target` steps in all.

        Raises UserError where that is not possible, or too many runs wait.
        """
        with self._changed:
            self._check_room()
            return self._enqueue(control.queue_again(run, target))

    def _check_room(self, wanted: int = 1) -> None:
        self._pending[1:] = [directory for directory in self._pending[1:] if _is_queued(directory)]
        left = MOST_WAITING + 1 - len(self._pending)  # the first does not wait
        if left < 1:
            raise UserError(f"{MOST_WAITING} runs are waiting already: cancel some, or wait until they have ended.")
        if left < wanted:
            raise UserError(
                f"There is room for {left} more run{'s' if left > 1 else ''}, and these are {wanted}: give fewer "
                "values, or cancel runs that wait."
            )

    def _enqueue(self, run: Run) -> Run:
        self._pending.append(run.directory)
        self._changed.notify()
        return run

    def close(self) -> None:
        """End the training process now; what it trains is cut off after its last checkpoint."""
        self._is_closed = True
        self._process.kill()
        self._process.join()

    def _dispatch(self) -> None:
        while not self._is_closed:
            with self._changed:
                self._changed.wait_for(lambda: self._pending)
                directory = self._pending[0]
            self._train(directory)
            with self._changed:
                self._pending.pop(0)

    def _train(self, directory: Path) -> None:
        try:
            if not self._process.is_alive():
                self._process, self._connection = _start_process()
            self._connection.send(directory)
            self._connection.recv()
        except (EOFError, OSError):
            self._process.join(1)
            if not self._is_closed:  # else the run is interrupted, by the end of its server
                run_directory.mark_crashed(directory, "The training process died.")


def _is_queued(directory: Path) -> bool:
    """Whether the run still waits, and was not cancelled or deleted."""
    try:
        return run_directory.load(directory).status.state == "queued"
    except UserError:
        return False


def _start_process() -> tuple[BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), name="mnist-demo trainer", daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _serve(connection: Connection) -> None:
    """The training process: import TensorFlow, warm up, then train each run that is named, and say when it is done."""
    background.settle_in()
    with tensorflow_alone():
        from mnist_demo.training import runner  # noqa: PLC0415 (TensorFlow: only this process may)
    runner.warm_up()
    while True:
        try:
            directory: Path = connection.recv()
        except EOFError:
            return
        try:
            run = run_directory.load(directory)
            if run.is_active:  # and not cancelled meanwhile
                runner.train_run(run)
        except UserError:
            pass  # its directory is gone or cannot be written: nobody can be told there
        except Exception as error:
            traceback.print_exc()
            _mark_failed(directory, error)
        connection.send(None)


def _mark_failed(directory: Path, error: Exception) -> None:
    try:
        run_directory.set_status(run_directory.load(directory), "failed", message=f"Training failed: {error}")
    except UserError:
        return  # the run was deleted, which may well be why it failed
