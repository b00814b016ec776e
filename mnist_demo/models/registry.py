"""The models there are. A row here and a network of the same name in `training.networks` make a new one.

Everything that offers a choice of models or recipes, or says something of a model, reads it here.
"""

import dataclasses
from dataclasses import dataclass

from mnist_demo.errors import UserError
from mnist_demo.models import recipes
from mnist_demo.models.recipes import Recipe

# The CNN's convolutions and poolings, pixels a side.
KERNEL_SIDE = 5
POOL_SIDE = 2


@dataclass(frozen=True)
class Model:
    """One architecture, and what is known of it."""

    name: str
    title: str  # on the pages
    parameters: int  # that are trained
    recipes: tuple[Recipe, ...]  # the first is offered first
    bytes_per_image: int  # of a batch, that training takes: pixels, activations and their gradients
    explanation: str  # how it reads a digit and how well, in Markdown, for a pupil
    notebook_accuracy: tuple[float, float] | None = (
        None  # on the test set, lowest and highest that the notebook reports
    )
    has_templates: bool = False  # one weight for each pixel and digit, which can be shown as a picture

    @property
    def expected_errors(self) -> float:
        """The share of the test images that it reads wrong, at most, as the notebook reports; 1 where it does not."""
        return 1 - self.notebook_accuracy[0] if self.notebook_accuracy else 1.0


AFFINE = Model(
    name="affine",
    title="Affine model",
    parameters=7_850,  # 784 * 10 + 10
    recipes=(
        # The notebook's learning rate is 1e-4 on the loss summed over its batch of 100: 1e-2 on the mean.
        Recipe("affine", "notebook", "sgd", 1e-2, "constant", 100, 30_001, 500),
        Recipe("affine", "fast", "adam", 4e-3, "triangular", 250, 2_000, 100),
    ),
    bytes_per_image=10_000,  # its pixels in float32, three times
    explanation=(
        "Lay the stencil of a 7 over the image: ink on it speaks for a 7, ink beside it against. The **affine model** "
        "has such a stencil of 28 × 28 weights for each digit, and a number to begin with: {parameters:,} in all.\n\n"
        "As a formula it is $M(x) = xW + b$: the columns of $W$ are the stencils, and $b$ has the numbers to begin "
        "with. One stencil must serve every way to write a 7, at one place: shift the digit a little, or slant it, and "
        "it no longer matches. So about 8 in 100 test images are read wrong, however long it learns."
    ),
    notebook_accuracy=(0.91, 0.93),
    has_templates=True,
)
CNN = Model(
    name="cnn",
    title="CNN",
    parameters=454_922,  # 5*5*32+32 + 5*5*32*64+64 + 7*7*64*128+128 + 128*10+10
    recipes=(
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
    ),
    bytes_per_image=490_000,  # measured: a batch of 10,000 takes 4.9 GB
    explanation=(
        "First it finds short strokes and their ends, then corners and loops made of these, and last a 7 made of a bar "
        "and a slope, wherever they are: the **CNN** (convolutional neural network) looks in stages, with "
        "{parameters:,} weights.\n\n"
        f"Each stage is a **convolution**, which slides small {KERNEL_SIDE} × {KERNEL_SIDE} stencils over the image "
        f"and notes where each one fits, and a **pooling**, which keeps the best match of each {POOL_SIDE} × "
        f"{POOL_SIDE} pixels, so that a small shift changes nothing and the next stage sees more of the digit at once. "
        "After two such stages, two dense layers (weighted sums of all before them) combine what was found. Fewer than "
        "1 in 100 test images are read wrong."
    ),
    notebook_accuracy=(0.99, 1.0),
)
MODELS = {model.name: model for model in (AFFINE, CNN)}


def get_model(name: str) -> Model:
    """The model called `name`. Raises UserError, naming those that there are, for another name."""
    if name not in MODELS:
        raise UserError(f"There is no model {name!r}: choose {' or '.join(MODELS)}.")
    return MODELS[name]


def all_recipes() -> list[Recipe]:
    """The recipes of all models."""
    return [recipe for model in MODELS.values() for recipe in model.recipes]


def recipe_names() -> list[str]:
    """The names that recipes have; not every model has one of each."""
    return list(dict.fromkeys(recipe.name for recipe in all_recipes()))


def get_recipe(model: str, name: str, **overrides: int | float | None) -> Recipe:
    """The recipe called `name` of `model`, with the overrides that are not None.

    Raises UserError for a name that does not exist or for a value that cannot be trained with.
    """
    preset = next((recipe for recipe in all_recipes() if (recipe.model, recipe.name) == (model, name)), None)
    if preset is None:
        known = ", ".join(f"{recipe.model} {recipe.name}" for recipe in all_recipes())
        raise UserError(f"There is no recipe {model} {name}: choose one of {known}.")
    given = {field: value for field, value in overrides.items() if value is not None}
    recipe = dataclasses.replace(preset, **given)  # type: ignore[arg-type]
    check(recipe)
    return recipe


def check(recipe: Recipe) -> None:
    """Raises UserError, naming the setting and what it may be, for a recipe that cannot be trained."""
    get_model(recipe.model)
    recipes.check_settings(recipe)
