"""The training loop: takes a session, yields Metrics, and knows nothing of files."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mnist_demo.models.recipes import Recipe
from mnist_demo.runs.control import Control
from mnist_demo.runs.metrics import Metrics
from mnist_demo.training.session import Session

CHUNK_SECONDS = 0.2  # between two metrics, and so the longest that a Stop waits
PAUSE_SECONDS = 0.05  # between two looks at whether a pause is over

# The loss of a model that knows nothing is ln 10 = 2.3, and one that is badly off stays under some hundreds.
DIVERGED_LOSS = 1e4

# What may come instead of a number of steps to take.
STOP, RESET = -1, -2


class ResetError(Exception):
    """Somebody wants the run back at its beginning."""


class DivergedError(Exception):
    """The loss is no longer a number that training could come back from."""


@dataclass(frozen=True)
class Progress:
    """How far training has come: steps taken, and the seconds that they took."""

    step: int = 0
    seconds: float = 0.0


START = Progress()


def train(
    session: Session,
    *,
    target: int | None = None,
    start: Progress = START,
    control: Callable[[], Control] = Control,
) -> Iterator[Metrics]:
    """Train from `start` until `target` steps are taken (the recipe's where None); yields metrics as it goes.

    There are metrics several times a second, with an evaluation when one is due, at a pause and at the end. Before
    each chunk of steps it asks `control()`: a stop ends it, a pause keeps it waiting at that step. Raises ResetError
    when a reset is wanted, DivergedError when the loss is lost.
    """
    recipe, step, seconds = session.recipe, start.step, start.seconds
    target = recipe.steps if target is None else target
    if step == 0:  # before compiling, which takes a while: so there is something to see soon
        yield Metrics(step, seconds, **_evaluate(session))
    session.compile()
    chunk, evaluated = 1, True
    while step < target:
        count = session.agree(_steps_to_take(control(), recipe, step, target, chunk))
        if count == RESET:
            raise ResetError
        if count == STOP:
            break
        if count == 0:
            if not evaluated:
                yield Metrics(step, seconds, **_evaluate(session))
                evaluated = True
            time.sleep(PAUSE_SECONDS)
            continue
        started = time.perf_counter()
        loss, accuracy = session.run_steps(step, count)
        took = time.perf_counter() - started
        _check_loss(loss)
        step, seconds = step + count, seconds + took
        chunk = max(1, round(min(2 * chunk, CHUNK_SECONDS / took * count)))
        evaluated = step == target or step % recipe.evaluate_every == 0
        rate = count * recipe.batch_size / took
        yield Metrics(step, seconds, rate, loss, accuracy, **(_evaluate(session) if evaluated else {}))
    if not evaluated:
        yield Metrics(step, seconds, **_evaluate(session))


def _steps_to_take(asked: Control, recipe: Recipe, step: int, target: int, chunk: int) -> int:
    """How many steps come next: at most `chunk`, up to the next evaluation, 0 in a pause; or STOP, or RESET."""
    if asked.stop:
        return STOP
    if asked.reset:
        return RESET
    ceiling = target if asked.pause_at is None else min(target, asked.pause_at)
    return max(0, min(chunk, ceiling - step, recipe.evaluate_every - step % recipe.evaluate_every))


def _check_loss(loss: float) -> None:
    if not (math.isfinite(loss) and loss < DIVERGED_LOSS):
        raise DivergedError


def _evaluate(session: Session) -> dict[str, float]:
    validation_loss, validation_accuracy = session.evaluate("validation")
    _check_loss(validation_loss)
    test_loss, test_accuracy = session.evaluate("test")
    seen_loss, seen_accuracy = session.evaluate("seen")
    return {
        "seen_loss": seen_loss,
        "seen_accuracy": seen_accuracy,
        "validation_loss": validation_loss,
        "validation_accuracy": validation_accuracy,
        "test_loss": test_loss,
        "test_accuracy": test_accuracy,
    }
