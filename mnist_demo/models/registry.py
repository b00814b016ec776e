"""The models there are: a row here makes a new one. One of them is the pupils' own network, which each run describes.

Everything that offers a choice of models or recipes, or says something of a model, reads it here.
"""

import dataclasses
from dataclasses import dataclass
from functools import lru_cache

from mnist_demo.errors import UserError
from mnist_demo.models import architecture, recipes
from mnist_demo.models.architecture import Architecture
from mnist_demo.models.recipes import Recipe

# The CNN's convolutions and poolings, pixels a side.
KERNEL_SIDE = 5
POOL_SIDE = 2


@dataclass(frozen=True)
class Model:
    """One network, and what is known of it."""

    name: str
    title: str  # on the pages
    network: str  # its architecture, as `architecture.parse` reads it
    recipes: tuple[Recipe, ...]  # the first is offered first
    explanation: str  # how it reads a digit and how well, in Markdown, for a pupil
    teaching: Recipe | None = None  # goes on from a trained model, with people's own drawings: see `teaching`
    notebook_accuracy: tuple[float, float] | None = (
        None  # on the test set, lowest and highest that the notebook reports
    )

    @property
    def architecture(self) -> Architecture:
        """Its layers."""
        return architecture.parse(self.network)

    @property
    def parameters(self) -> int:
        """That are trained."""
        return self.architecture.parameters

    @property
    def has_templates(self) -> bool:
        """Whether it has one weight for each pixel and digit, which can be shown as a picture."""
        return self.architecture.is_affine

    @property
    def expected_errors(self) -> float:
        """The share of the test images that it reads wrong, at most, as the notebook reports; else a tenth."""
        return 1 - self.notebook_accuracy[0] if self.notebook_accuracy else 0.1


AFFINE = Model(
    name="affine",
    title="Affine model",
    network="",
    recipes=(
        # The notebook's learning rate is 1e-4 on the loss summed over its batch of 100: 1e-2 on the mean.
        Recipe("affine", "notebook", "sgd", 1e-2, "constant", 100, 30_001, 500),
        Recipe("affine", "fast", "adam", 4e-3, "triangular", 250, 2_000, 100),
    ),
    explanation=(
        "Lay the stencil of a 7 over the image: ink on it speaks for a 7, ink beside it against. The **affine model** "
        "has such a stencil of 28 × 28 weights for each digit, and a number to begin with: {parameters:,} in all.\n\n"
        "As a formula it is $M(x) = xW + b$: the columns of $W$ are the stencils, and $b$ has the numbers to begin "
        "with. One stencil must serve every way to write a 7, at one place: shift the digit a little, or slant it, and "
        "it no longer matches. So about 8 in 100 test images are read wrong, however long it learns."
    ),
    notebook_accuracy=(0.91, 0.93),
)
CNN = Model(
    name="cnn",
    title="CNN",
    network=f"conv 32 {KERNEL_SIDE}, pool {POOL_SIDE}, conv 64 {KERNEL_SIDE}, pool {POOL_SIDE}, dense 128",
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
    teaching=Recipe(
        "cnn",
        "teach",
        "adam",
        1e-3,
        "triangular",
        batch_size=96,
        steps=300,
        evaluate_every=150,
        precision="fastest",
        label_smoothing=0.05,
        augmentation="handwriting",
        drawings_share=0.5,
    ),
    notebook_accuracy=(0.99, 1.0),
)
FIRST_NETWORK = "conv 16 3, pool 2, dense 64"  # that is offered to be changed
OWN = Model(
    name="own",
    title="Own network",
    network=FIRST_NETWORK,
    recipes=(
        Recipe("own", "fast", "adam", 5e-3, "triangular", 128, 1_000, 100, precision="fastest", network=FIRST_NETWORK),
    ),
    explanation=(
        "You choose its layers and their order, and it learns its weights by itself: an **own network**. A convolution "
        "looks for small shapes anywhere in the image, a pooling makes the picture smaller, a dense layer weighs all "
        "that was found, and a dropout hides some of it at each step, so that less is learned by heart.\n\n"
        "This one is `{network}`, with {parameters:,} weights. Last, in any case, come ten weighted sums, one score a "
        "digit."
    ),
)
MODELS = {model.name: model for model in (AFFINE, CNN, OWN)}
# Networks to begin with: their titles and texts.
PRESETS = (
    (AFFINE.title, AFFINE.network),
    ("One hidden layer", "dense 128"),
    ("LeNet-5", "conv 6 5 tanh, pool 2, conv 16 5 tanh, pool 2, dense 120 tanh, dense 84 tanh"),
    ("The notebook’s CNN", CNN.network),
)


def get_model(name: str) -> Model:
    """The model called `name`. Raises UserError, naming those that there are, for another name."""
    if name not in MODELS:
        raise UserError(f"There is no model {name!r}: choose {' or '.join(MODELS)}.")
    return MODELS[name]


def model_of(recipe: Recipe) -> Model:
    """What is known of the model that a recipe trains; of an own network, what follows from its text.

    Raises UserError for a model that there is not, or a text that describes no network.
    """
    return get_model(recipe.model) if recipe.network is None else _own(recipe.network)


@lru_cache(maxsize=256)
def _own(network: str) -> Model:
    text = str(architecture.parse(network))
    titles = {preset: title for title, preset in PRESETS}
    return dataclasses.replace(OWN, network=text, title=titles.get(text, OWN.title))


def all_recipes() -> list[Recipe]:
    """The recipes of all models that need no more than a data set."""
    return [recipe for model in MODELS.values() for recipe in model.recipes]


def teaching_recipes() -> list[Recipe]:
    """Those that need people's drawings too."""
    return [model.teaching for model in MODELS.values() if model.teaching is not None]


def recipe_names() -> list[str]:
    """The names that recipes have; not every model has one of each."""
    return list(dict.fromkeys(recipe.name for recipe in [*all_recipes(), *teaching_recipes()]))


def get_recipe(model: str, name: str, **overrides: int | float | str | None) -> Recipe:
    """The recipe called `name` of `model`, with the overrides that are not None.

    Raises UserError for a name that does not exist or for a value that cannot be trained with.
    """
    presets = [*all_recipes(), *teaching_recipes()]
    preset = next((recipe for recipe in presets if (recipe.model, recipe.name) == (model, name)), None)
    if preset is None:
        known = ", ".join(f"{recipe.model} {recipe.name}" for recipe in presets)
        raise UserError(f"There is no recipe {model} {name}: choose one of {known}.")
    given = {field: value for field, value in overrides.items() if value is not None}
    recipe = dataclasses.replace(preset, **given)  # type: ignore[arg-type]
    check(recipe)
    return recipe if recipe.network is None else dataclasses.replace(recipe, network=model_of(recipe).network)


def check(recipe: Recipe) -> None:
    """Raises UserError, naming the setting and what it may be, for a recipe that cannot be trained."""
    get_model(recipe.model)
    if (recipe.network is not None) != (recipe.model == OWN.name):
        raise UserError(f"A recipe of the model {OWN.name!r} has a network of its own, and no other recipe has.")
    model_of(recipe)
    recipes.check_settings(recipe)
