"""The settings of a run."""

import math
from dataclasses import dataclass

from mnist_demo.data.images import CLASSES
from mnist_demo.errors import UserError

OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
MOST_STEPS = 10_000_000
SCHEDULES = ("constant", "triangular")
PRECISIONS = ("float32", "fastest")
AUGMENTATIONS = ("none", "handwriting")
LEAST_TRAIN_IMAGES, MOST_TRAIN_IMAGES = 100, 1_000_000
MOST_LABEL_NOISE = 0.5
MOST_L2 = 0.1


@dataclass(frozen=True)
class Recipe:
    """One run's settings, complete: the same recipe on the same data and machine gives the same run."""

    model: str  # a key of registry.MODELS
    name: str  # "notebook", "fast", "best" or "teach"
    optimizer: str  # one of OPTIMIZERS
    learning_rate: float  # on the mean loss of a batch; the peak where the schedule is triangular
    schedule: str  # "constant", or "triangular": up for a fifth of the steps, then down to zero
    batch_size: int  # images a step
    steps: int
    evaluate_every: int  # steps between two evaluations on all validation and test images
    seed: int = 1337  # of the initial weights, the order of the batches and the distortions
    precision: str = "float32"  # or "fastest": bfloat16 where the machine takes its steps faster that way
    label_smoothing: float = 0.0  # share of the target that is spread evenly over all digits (arXiv:1512.00567)
    augmentation: str = "none"  # or "handwriting": every image distorted anew, as people's hands differ
    network: str | None = None  # of an own network, as `architecture.parse` reads it; None: the model's
    train_images: int | None = None  # to learn from, as many of each digit; None, or more than there are: all
    label_noise: float = 0.0  # share of the training images whose label is a wrong digit
    l2: float = 0.0  # times the sum of all squared weights but biases is minimised with the loss
    drawings_share: float = 0.0  # of the images of a batch, on average, that people here have drawn


def aim(recipe: Recipe) -> float:
    """The probability that a model shall learn to give the right digit: 1, or less where the target is smoothed."""
    return 1 - recipe.label_smoothing * (1 - 1 / CLASSES)


def lowest_loss(recipe: Recipe) -> float:
    """The training loss, in nats, of a model that does all that the recipe aims at: 0 only where that is certainty."""
    if not recipe.label_smoothing:
        return 0.0
    right, other = aim(recipe), recipe.label_smoothing / CLASSES
    return -(right * math.log(right) + (CLASSES - 1) * other * math.log(other))


def to_share(percent: float) -> float:
    """A share of 1, such as 0.123, of what people type in percent, such as 12.3: without the last digits' noise."""
    return round(percent / 100, 12)


def check_settings(recipe: Recipe) -> None:
    """Raises UserError, naming the setting and what it may be, for a recipe that cannot be trained."""
    if not (math.isfinite(recipe.learning_rate) and recipe.learning_rate > 0):
        raise UserError(
            f"A learning rate of {recipe.learning_rate:g} cannot train: give a number above 0, such as 0.01."
        )
    for setting, known in (
        (recipe.optimizer, OPTIMIZERS),
        (recipe.schedule, SCHEDULES),
        (recipe.precision, PRECISIONS),
        (recipe.augmentation, AUGMENTATIONS),
    ):
        if setting not in known:
            raise UserError(f"A recipe cannot have {setting!r}: choose {' or '.join(known)}.")
    if not 0 <= recipe.label_smoothing < 1:
        raise UserError(f"A label smoothing of {recipe.label_smoothing} is out of range: give at least 0 and under 1.")
    if not 0 <= recipe.drawings_share < 1:
        raise UserError(f"A share of drawings of {recipe.drawings_share:g} is out of range: give at least 0, under 1.")
    if not 0 <= recipe.label_noise <= MOST_LABEL_NOISE:
        raise UserError(
            f"{recipe.label_noise:.6g} of all labels, which is {100 * recipe.label_noise:.6g} %, cannot be wrong ones: "
            f"give a share from 0 to {MOST_LABEL_NOISE}, which is {100 * MOST_LABEL_NOISE:.0f} %."
        )
    if not 0 <= recipe.l2 <= MOST_L2:
        raise UserError(f"An L2 regularisation of {recipe.l2:g} is out of range: give a number from 0 to {MOST_L2}.")
    if recipe.train_images is not None and not LEAST_TRAIN_IMAGES <= recipe.train_images <= MOST_TRAIN_IMAGES:
        raise UserError(
            f"A number of training images of {recipe.train_images} is out of range: give a number from "
            f"{LEAST_TRAIN_IMAGES} to {MOST_TRAIN_IMAGES:,}, or leave it out for all."
        )
    for name, value, most in (
        ("number of steps between evaluations", recipe.evaluate_every, MOST_STEPS),
        ("number of steps", recipe.steps, MOST_STEPS),
        ("batch size", recipe.batch_size, 10_000),
    ):
        if not 1 <= value <= most:
            raise UserError(f"A {name} of {value} is out of range: give a whole number from 1 to {most:,}.")
    if not 0 <= recipe.seed < 2**31:
        raise UserError(f"A seed of {recipe.seed} is out of range: give a whole number from 0 to {2**31 - 1:,}.")
