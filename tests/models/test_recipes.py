import dataclasses
import math

import pytest

from mnist_demo.errors import UserError
from mnist_demo.models import recipes, registry


def test_notebook_recipes_are_the_notebooks() -> None:
    affine, cnn = registry.get_recipe("affine", "notebook"), registry.get_recipe("cnn", "notebook")
    assert (affine.optimizer, affine.batch_size, affine.steps, affine.evaluate_every) == ("sgd", 100, 30_001, 500)
    assert affine.learning_rate == pytest.approx(1e-4 * affine.batch_size)
    assert (cnn.optimizer, cnn.learning_rate, cnn.batch_size, cnn.steps) == ("rmsprop", 1e-3, 100, 5_001)
    assert affine.seed == cnn.seed == 1337


def test_recipes_have_sound_settings() -> None:
    for recipe in registry.all_recipes():
        assert registry.get_recipe(recipe.model, recipe.name) == recipe
        assert recipe.optimizer in recipes.OPTIMIZERS
        assert recipe.schedule in recipes.SCHEDULES
        assert recipe.precision in recipes.PRECISIONS
        assert recipe.augmentation in recipes.AUGMENTATIONS
    for model in registry.MODELS.values():
        assert "fast" in [recipe.name for recipe in model.recipes]
        assert {recipe.model for recipe in model.recipes} == {model.name}


def test_the_notebooks_recipes_calculate_as_the_notebook_does() -> None:
    for model in ("affine", "cnn"):
        recipe = registry.get_recipe(model, "notebook")
        assert (recipe.precision, recipe.label_smoothing, recipe.augmentation) == ("float32", 0.0, "none")


def test_overrides_replace_only_what_is_given() -> None:
    preset = registry.get_recipe("cnn", "fast")
    recipe = registry.get_recipe("cnn", "fast", steps=7, batch_size=None)
    assert recipe.steps == 7
    assert recipe.batch_size == preset.batch_size


def test_an_own_network_is_kept_as_it_is_printed_and_all_facts_are_its_own() -> None:
    recipe = registry.get_recipe("own", "fast", network=" Dense 128 RELU")
    model = registry.model_of(recipe)
    assert recipe.network == model.network == "dense 128"
    assert (model.parameters, model.title, model.has_templates) == (101_770, "One hidden layer", False)
    assert registry.model_of(registry.get_recipe("own", "fast", network="dense 9")).title == registry.OWN.title
    assert registry.model_of(registry.get_recipe("own", "fast", network="")).has_templates
    assert registry.model_of(registry.get_recipe("cnn", "fast")) is registry.CNN


@pytest.mark.parametrize(
    ("model", "network"), [("affine", "dense 8"), ("cnn", ""), ("own", None), ("own", "dense 0"), ("own", "x" * 10_000)]
)
def test_only_an_own_network_has_a_text_and_that_describes_one(model: str, network: str | None) -> None:
    recipe = dataclasses.replace(registry.get_recipe(model, "fast"), network=network)
    with pytest.raises(UserError) as raised:
        registry.check(recipe)
    assert len(str(raised.value)) < 200


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"affine notebook.*cnn fast"):
        registry.get_recipe("transformer", "notebook")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("learning_rate", value) for value in (0.0, -1.0, math.nan, math.inf)),
        *(("steps", value) for value in (0, -5, 10**9)),
        *(("batch_size", value) for value in (0, 10**6)),
        *(("seed", value) for value in (-1, 2**31)),
        *(("train_images", value) for value in (0, -100, 99, 10**9)),
        *(("label_noise", value) for value in (-0.1, 0.51, math.nan)),
        *(("l2", value) for value in (-1e-9, 0.11, math.inf, math.nan)),
    ],
)
def test_values_that_cannot_train_are_refused(field: str, value: float) -> None:
    with pytest.raises(UserError, match="give a"):
        registry.get_recipe("affine", "notebook", **{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("optimizer", "lion"), ("schedule", "cosine"), ("precision", "int4"), ("augmentation", "mirrors")),
        *(("label_smoothing", value) for value in (-0.1, 1.0)),
    ],
)
def test_a_recipe_from_a_file_with_unknown_settings_is_refused(field: str, value: str | float) -> None:
    recipe = dataclasses.replace(registry.get_recipe("cnn", "fast"), **{field: value})  # type: ignore[arg-type]
    with pytest.raises(UserError):
        registry.check(recipe)
