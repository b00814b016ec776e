"""About how long a recipe will train here, from what this machine has been measured to do."""

import math
from collections.abc import Sequence

from mnist_demo.data import experiments
from mnist_demo.data.datasets import Dataset
from mnist_demo.models import registry
from mnist_demo.models.architecture import Architecture
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs.run_directory import Run
from mnist_demo.training import precision
from mnist_demo.ui.train.durations import duration

# What else costs time, in multiplications. Measured with nine networks of 8 thousand to 20 million of them, whose steps
# then take half to twice the time that this expects.
WORK_OF_A_NUMBER = 80  # that comes out of a layer: an activation is written and read, and memory is slow
WORK_OF_A_STEP = 13e6  # beside its images
SHARE_OF_EVALUATION = 0.3  # of the time that training with an image takes
PROBED_BATCH = 100  # images a step, when the machine is measured
MOST_RUNS = 20  # that are looked at, the newest


def in_words(recipe: Recipe, runs: Sequence[Run], dataset: Dataset) -> str:
    """How long `recipe` will take on `dataset`; `runs` are this home's, newest first."""
    seconds = expected_seconds(recipe, runs, len(dataset.train), len(dataset.validation) + len(dataset.test))
    if seconds is None:
        return "How long it takes can be said in about a minute, when this computer has been measured."
    return f"Takes {roughly(seconds)} on this computer, evaluations included."


def expected_seconds(recipe: Recipe, runs: Sequence[Run], train: int, evaluated: int) -> float | None:
    """Seconds of training with its evaluations; None before anything was measured.

    There are `train` images to learn from and `evaluated` ones of validation and test.
    """
    rate = _seconds_a_multiplication(recipe, runs)
    if rate is None:
        return None
    evaluations = recipe.steps // recipe.evaluate_every + 1
    images = evaluated + min(experiments.SEEN_IMAGES, train, recipe.train_images or train)
    work = _of_an_image(registry.model_of(recipe).architecture)
    return rate * (recipe.steps * work_of_a_step(recipe) + SHARE_OF_EVALUATION * evaluations * images * work)


def work_of_a_step(recipe: Recipe) -> float:
    """What a step costs, in multiplications."""
    return WORK_OF_A_STEP + recipe.batch_size * _of_an_image(registry.model_of(recipe).architecture)


def _of_an_image(network: Architecture) -> float:
    return network.multiplications + WORK_OF_A_NUMBER * sum(math.prod(stage.shape) for stage in network.stages)


def _seconds_a_multiplication(recipe: Recipe, runs: Sequence[Run]) -> float | None:
    """By the ended run whose steps are most like this recipe's, of several the newest; else by the measured CNN."""
    wanted = work_of_a_step(recipe)
    ended = [run for run in runs[:MOST_RUNS] if not run.is_active and run.last_step and run.newest.seconds]
    if ended:
        like = min(ended, key=lambda run: abs(math.log(work_of_a_step(run.recipe) / wanted)))
        return like.newest.seconds / like.last_step / work_of_a_step(like.recipe)
    known = precision.measured_here()
    seconds = [known[key] for name in precision.candidates(recipe) if (key := precision.key_of(name)) in known]
    measured = WORK_OF_A_STEP + PROBED_BATCH * _of_an_image(registry.CNN.architecture)
    return min(seconds) / measured if seconds and math.isfinite(min(seconds)) else None


def roughly(seconds: float) -> str:
    """A time of which only the size is known: "a few seconds", "about 25 s", "about 3 min 00 s"."""
    if seconds < 5:
        return "a few seconds"
    grain = next(
        grain for below, grain in ((20, 1), (60, 5), (300, 10), (3600, 60), (math.inf, 600)) if seconds < below
    )
    return f"about {duration(grain * round(seconds / grain))}"
