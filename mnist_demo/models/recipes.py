"""The settings of a run, and the named presets. Everything that offers a choice of models or recipes reads it here."""

import dataclasses
import math
from dataclasses import dataclass

from mnist_demo.errors import UserError

OPTIMIZERS = ("sgd", "rmsprop", "adam")
MOST_STEPS = 10_000_000
SCHEDULES = ("constant", "triangular")
PRECISIONS = ("float32", "fastest")
AUGMENTATIONS = ("none", "handwriting")


@dataclass(frozen=True)
class Recipe:
    """One run's settings, complete: the same recipe on the same data and machine gives the same run."""

    model: str  # a key of models.MODELS
    name: str  # "notebook", "fast" or "best"
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


RECIPES = {
    (recipe.model, recipe.name): recipe
    for recipe in (
        # The notebook's learning rate is 1e-4 on the loss summed over its batch of 100: 1e-2 on the mean.
        Recipe("affine", "notebook", "sgd", 1e-2, "constant", 100, 30_001, 500),
        Recipe("affine", "fast", "adam", 4e-3, "triangular", 250, 2_000, 100),
        Recipe("cnn", "notebook", "rmsprop", 1e-3, "constant", 100, 5_001, 500),
        Recipe("cnn", "fast", "adam", 7e-3, "triangular", 128, 250, 100, precision="fastest", label_smoothing=0.1),
        Recipe(
            "cnn",
            "best",
            "adam",
            4e-3,
            "triangular",
            batch_size=100,
            steps=4_000,
            evaluate_every=400,
            precision="fastest",
            label_smoothing=0.05,
            augmentation="handwriting",
        ),
    )
}
MODEL_NAMES = tuple(dict.fromkeys(model for model, _ in RECIPES))
RECIPE_NAMES = tuple(dict.fromkeys(name for _, name in RECIPES))

# Test accuracy on the full MNIST that the original notebook reports, lowest and highest.
NOTEBOOK_TEST_ACCURACY = {"affine": (0.91, 0.93), "cnn": (0.99, 1.0)}

# The CNN's convolutions and poolings, pixels a side.
KERNEL_SIDE = 5
POOL_SIDE = 2

# Trainable parameters: 784 * 10 + 10, and 5*5*32+32 + 5*5*32*64+64 + 7*7*64*128+128 + 128*10+10.
PARAMETERS = {"affine": 7_850, "cnn": 454_922}


def get_recipe(model: str, name: str, **overrides: int | float | None) -> Recipe:
    """The preset called `name` for `model`, with the overrides that are not None.

    Raises UserError for a name that does not exist or for a value that cannot be trained with.
    """
    if (model, name) not in RECIPES:
        known = ", ".join(f"{m} {n}" for m, n in RECIPES)
        raise UserError(f"There is no recipe {model} {name}: choose one of {known}.")
    given = {field: value for field, value in overrides.items() if value is not None}
    recipe = dataclasses.replace(RECIPES[model, name], **given)  # type: ignore[arg-type]
    check(recipe)
    return recipe


def check(recipe: Recipe) -> None:
    """Raises UserError, naming the setting and what it may be, for a recipe that cannot be trained."""
    if recipe.model not in MODEL_NAMES:
        raise UserError(f"There is no model {recipe.model!r}: choose {' or '.join(MODEL_NAMES)}.")
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
    for name, value, most in (
        ("number of steps between evaluations", recipe.evaluate_every, MOST_STEPS),
        ("number of steps", recipe.steps, MOST_STEPS),
        ("batch size", recipe.batch_size, 10_000),
    ):
        if not 1 <= value <= most:
            raise UserError(f"A {name} of {value} is out of range: give a whole number from 1 to {most:,}.")
    if not 0 <= recipe.seed < 2**31:
        raise UserError(f"A seed of {recipe.seed} is out of range: give a whole number from 0 to {2**31 - 1:,}.")
