"""Every term that a pupil may not know has its meaning on the page that uses it, and that is the glossary's."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.data import datasets
from mnist_demo.models import recipes, registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.ui.experiments import fields
from mnist_demo.ui.help import glossary
from mnist_demo.ui.help.entries import Word
from mnist_demo.ui.train import compare, recipe_form
from tests.conftest import tiny_recipe
from tests.ui.test_pages import PAGES, open_page, some_runs

# As the pages write them. "Steps" has a capital: the Draw page also does something step by step.
TERMS = (
    "affine model", "CNN", "convolution", "pooling", "dense layers", "parameters", "weights", "MNIST", "pixels",
    "label", "one-hot", "training images", "validation images", "test images", "augmentation", "Steps", "batch",
    "epoch", "loss", "cross-entropy", "accuracy", "log scale", "gradient descent", "learning rate", "RMSProp", "Adam",
    "recipe", "seed", "label smoothing", "smoothing", "precision", "checkpoint", "diverged", "logits", "softmax",
    "temperature", "centre of mass", "activation", "bias", "occlusion map", "hidden layer", "filter",
    "adversarial example", "smallest change", "robustness",
    "confusion matrix", "calibration", "95 % interval", "PCA", "t-SNE",
)  # fmt: skip


def word_of(term: str) -> Word:
    """The entry that explains a term. Fails where there is none."""
    known = {name.lower(): word for group in glossary.groups().values() for word in group for name in word.names}
    return known[term.lower()]


@pytest.mark.parametrize("term", TERMS)
def test_every_term_has_an_entry(term: str) -> None:
    assert len(word_of(term).meaning) > 40


def test_every_name_in_the_code_that_pages_show_has_an_entry() -> None:
    for model in registry.MODELS.values():
        assert word_of(model.title)
    for name in registry.recipe_names():
        assert f"`{name}`" in word_of("Recipe").meaning
    for title in fields.OPTIMIZER_TITLES.values():
        assert title.removeprefix("plain ") in word_of("Optimizer").meaning
    assert all(recipe_form.words_of(recipe) for recipe in registry.all_recipes())
    assert all(word_of(augmentation) for augmentation in recipes.AUGMENTATIONS if augmentation != "none")


def test_every_setting_of_a_run_has_an_entry() -> None:
    settings = compare.settings_table(some_runs()).index
    assert len(settings) > len(dataclasses.fields(Recipe))
    assert all(word_of({"Steps in all": "Steps", "Data": "MNIST"}.get(name, name)) for name in settings)


def test_the_entries_say_what_the_code_says() -> None:
    assert f"{registry.AFFINE.parameters:,}" in word_of("Parameter").meaning
    assert f"{registry.AFFINE.recipes[0].steps:,}" in word_of("Step").meaning
    assert word_of("One-hot").meaning.startswith("The label 3 becomes [0 0 0 1 0 0 0 0 0 0]")
    assert "{" not in "".join(word.meaning for group in glossary.groups().values() for word in group)


def test_no_term_has_two_entries() -> None:
    names = [name.lower() for group in glossary.groups().values() for word in group for name in word.names]
    assert sorted(set(names)) == sorted(names)


def terms_in(said: str) -> list[str]:
    return [term for term in TERMS if re.search(rf"\b{term}\b", said, 0 if term == "Steps" else re.IGNORECASE)]


def elements(block: Any) -> Iterator[Any]:
    """What is on a page, in the order of the page."""
    for child in block.children.values():
        yield child
        if hasattr(child, "children"):
            yield from elements(child)


def words_and_help(app: AppTest) -> tuple[str, str]:
    """All words on a page, and all words that its tooltips say."""
    said, explained = [], []
    for element in elements(app.main):
        proto = element.proto
        said += [str(getattr(proto, field, "")) for field in ("label", "body", "text", "options", "caption", "name")]
        explained += [str(getattr(proto, "help", ""))]
        if element.type == "arrow_data_frame":
            said += map(str, element.value.columns)
            explained += [proto.columns.encode().decode("unicode_escape")]
    return "\n".join(said), "\n".join(explained)


@pytest.mark.parametrize("name", [name for name in PAGES if name != "Glossary"])
def test_every_term_on_a_page_is_explained_there(name: str) -> None:
    some_runs()
    run = run_directory.set_status(store.create(tiny_recipe(steps=1000), datasets.BUNDLED), "running")
    run_directory.append_metrics(run, Metrics(300, 4.0, images_per_second=5000.0, test_accuracy=0.9, test_loss=0.3))
    app = open_page(name, **({"step": "all"} if name == "Lesson" else {}))
    assert not app.exception
    said, explained = words_and_help(app)
    assert len(terms_in(said)) > 3 or name == "Class"  # which says little before the browser has answered
    assert not [term for term in terms_in(said) if f"**{word_of(term).title}**" not in explained]


@pytest.mark.parametrize("recipe", registry.all_recipes(), ids=lambda recipe: f"{recipe.model} {recipe.name}")
def test_what_a_recipe_does_is_explained_beside_it(recipe: Recipe) -> None:
    explained = glossary.meanings(*recipe_form.words_of(recipe))
    said = terms_in(recipe_form.describe(recipe))
    assert "parameters" in said
    assert not [term for term in said if f"**{word_of(term).title}**" not in explained]


def test_the_glossary_page_says_it_all() -> None:
    app = open_page("Glossary")
    assert not app.exception
    words = [word for group in glossary.groups().values() for word in group]
    assert [heading.value for heading in app.subheader] == [word.title for word in words]
    said = [text.value for text in app.markdown]
    assert all(word.meaning in said for word in words)
    assert len(app.get("latex") or app.latex) == sum(bool(word.formula) for word in words)


def test_a_new_model_is_in_the_glossary_by_its_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    new = dataclasses.replace(registry.AFFINE, name="new", title="New one", explanation="It has {parameters}.\n\nMore.")
    monkeypatch.setitem(registry.MODELS, "new", new)
    assert word_of("New one").meaning == f"It has {registry.AFFINE.parameters}."
