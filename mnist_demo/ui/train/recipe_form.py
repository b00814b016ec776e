"""The form of the Train page: the settings of a new run, which a link can fill and share."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.models import recipes, registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.ui.common import services, sharing
from mnist_demo.ui.experiments import fields
from mnist_demo.ui.experiments import form as several_values
from mnist_demo.ui.help import glossary
from mnist_demo.ui.network import editor, estimate
from mnist_demo.ui.page_runs import presses
from mnist_demo.ui.roles import roles
from mnist_demo.words import percent

LINKED_NUMBERS: dict[str, type[int] | type[float]] = {
    "steps": int,
    "batch_size": int,
    "learning_rate": float,
    "seed": int,
    "train_images": int,
    "label_noise": float,
    "l2": float,
}
LINKED_WORDS = ("network", "optimizer")  # which are checked by what they are for
LONGEST_NUMBER = 20  # characters in a link


def recipe_from_link(settings: Mapping[str, Sequence[str]]) -> Recipe | None:
    """The recipe that a link's query describes, given as all values of each key; None where there is no query.

    Raises UserError for one that does not describe a recipe. What it says quotes nothing but numbers: anybody can
    write a link.
    """
    if not settings:
        return None
    known = ("model", "recipe", *LINKED_WORDS, *LINKED_NUMBERS)
    if not set(settings) <= set(known):
        raise UserError(f"It may have {', '.join(known)}, and has something else.")
    if any(len(values) > 1 for values in settings.values()):
        raise UserError("It gives a setting more than once.")
    given = {key: values[0] for key, values in settings.items()}
    words = {key: given.pop(key) for key in LINKED_WORDS if key in given}
    model = given.pop("model", registry.OWN.name if "network" in words else next(iter(registry.MODELS)))
    usual = next((recipe.name for recipe in registry.all_recipes() if recipe.model == model), "")
    name = given.pop("recipe", usual)
    pairs = [f"{recipe.model} {recipe.name}" for recipe in registry.all_recipes()]
    if f"{model} {name}" not in pairs:
        raise UserError(f"Its model and recipe are none of {', '.join(pairs)}.")
    if words.get("optimizer") not in (None, *recipes.OPTIMIZERS):
        raise UserError(f"Its optimizer is none of {', '.join(recipes.OPTIMIZERS)}.")
    numbers = {key: _linked_number(key, text) for key, text in given.items()}
    return registry.get_recipe(model, name, **words, **numbers)


def _linked_number(key: str, text: str) -> int | float:
    try:
        if len(text) > LONGEST_NUMBER:
            raise ValueError
        return LINKED_NUMBERS[key](text)
    except ValueError as error:
        kind = "whole number" if LINKED_NUMBERS[key] is int else "number"
        raise UserError(f"Its setting {key} is no {kind}.") from error


def settings_of(recipe: Recipe) -> dict[str, str]:
    """What a link has that fills the form with this recipe; what an experiment leaves as it was is left out."""
    usual = registry.get_recipe(recipe.model, recipe.name)
    given = {key: getattr(recipe, key) for key in (*LINKED_WORDS, *LINKED_NUMBERS)}
    said = {key: value for key, value in given.items() if key not in fields.SETTINGS or value != getattr(usual, key)}
    written = {
        key: value if isinstance(value, str) else f"{value:.12g}" for key, value in said.items() if value is not None
    }
    return {"model": recipe.model, "recipe": recipe.name, **written}


def query_of(recipe: Recipe) -> str:
    """The same as what stands behind the link's question mark."""
    return urlencode(settings_of(recipe))


def linked_recipe() -> Recipe | None:
    """The recipe of the link that the visitor came by; None without one, or, with a word why, for a useless one."""
    try:
        return recipe_from_link({key: st.query_params.get_all(key) for key in st.query_params})
    except UserError as error:
        st.warning(f"The link’s settings are not used. {error}", icon=":material/link_off:")
        return None


def fill(recipe: Recipe) -> None:
    """Let the form have these settings when the page runs next, as if the visitor had come by their link.

    Raises UserError where the form cannot have them, as of a recipe that there no longer is, or that was another.
    """
    settings = settings_of(recipe)
    linked = recipe_from_link({key: [value] for key, value in settings.items()})
    if linked is None or dataclasses.replace(linked, learning_rate=recipe.learning_rate) != recipe:
        raise UserError("It has settings that the form does not offer.")
    for key in list(st.session_state):  # what was typed for it before
        if isinstance(key, str) and key.endswith(f"_{recipe.model}_{recipe.name}"):
            del st.session_state[key]
    if recipe.network is not None:
        editor.set_network(recipe.network)
    st.session_state.update({"model": recipe.model, f"recipe_{recipe.model}": recipe.name})
    st.query_params.from_dict(settings)


def choose_recipe() -> Recipe | None:
    """The form; the recipe that it describes, or None (with a word why) while it cannot be trained.

    It begins with the settings of the link that the visitor came by, and with the presets where that has none. What
    is typed stays for the visitor's session. The fields have no limits of their own, since a browser would keep a
    number out of bounds to itself and the run would start with another one.
    """
    keep: Any = {"persist_state": "session"}
    linked = linked_recipe()
    model = st.segmented_control(
        "Model",
        list(registry.MODELS),
        default=linked.model if linked else next(iter(registry.MODELS)),
        required=True,
        format_func=lambda name: registry.get_model(name).title,
        help=glossary.meanings(*(model.title for model in registry.MODELS.values()), "Parameter"),
        key="model",
        **keep,
    )
    if model == registry.OWN.name:
        editor.show_way()
    names = [recipe.name for recipe in registry.get_model(model).recipes]
    linked_name = linked.name if linked and linked.model == model else names[0]
    name = st.segmented_control(
        "Recipe",
        names,
        default=linked_name,
        required=True,
        help=glossary.meanings("Recipe"),
        key=f"recipe_{model}",
        **keep,
    )
    preset = registry.get_recipe(model, name)
    if linked and (linked.model, linked.name) == (model, name):
        preset = linked
    if preset.network is not None:
        preset = dataclasses.replace(preset, network=editor.network(preset.network))
    of = f"_{model}_{name}"
    first, second = st.columns(2), st.columns(2)
    steps = first[0].number_input(
        "Steps", value=preset.steps, step=500, help=glossary.meanings("Step"), key="steps" + of, **keep
    )
    batch_size = first[1].number_input(
        "Batch size", value=preset.batch_size, step=50, help=glossary.meanings("Batch"), key="batch" + of, **keep
    )
    rate = second[0].text_input(
        "Learning rate",
        f"{preset.learning_rate:.12g}",
        help=glossary.meanings("Learning rate"),
        key="rate" + of,
        **keep,
    )
    seed = second[1].number_input("Seed", value=preset.seed, help=glossary.meanings("Seed"), key="seed" + of, **keep)
    tried = fields.choose(preset, of, **keep)
    described = st.empty()
    try:
        numbers = {"steps": steps, "batch_size": batch_size, "learning_rate": to_number(rate), "seed": seed}
        tried["l2"] = to_number(tried["l2"], "An L2 regularisation")
        recipe = registry.get_recipe(model, name, network=preset.network, **numbers, **tried)
    except UserError as error:
        st.warning(str(error), icon=":material/edit:")
        recipe = None
    described.caption(describe(recipe or preset), help=glossary.meanings(*words_of(recipe or preset)))
    return recipe


def describe(recipe: Recipe) -> str:
    """What a recipe does beside what its fields say."""
    parameters = registry.model_of(recipe).parameters
    sentences = [f"{parameters:,} parameters, trained by {fields.OPTIMIZER_TITLES[recipe.optimizer]}"]
    if recipe.schedule == "triangular":
        sentences[0] += ", the learning rate rising and then falling to zero"
    if recipe.precision == "fastest":
        sentences.append("Calculates with numbers of 16 bits where this computer is faster with them")
    if recipe.label_smoothing:
        sentences.append(f"Aims at {percent(recipes.aim(recipe))} for the right digit, not at certainty")
    if recipe.augmentation != "none":
        sentences.append("Turns, slants, scales and shifts every image a little, each time anew")
    sentences += fields.describe(recipe)
    sentences.append("The same seed gives the same run")
    return ". ".join(sentences) + "."


def words_of(recipe: Recipe) -> list[str]:
    """The terms in what `describe` says of a recipe."""
    words = ["Parameter", "Gradient descent" if recipe.optimizer == "sgd" else "Optimizer"]
    if recipe.schedule == "triangular":
        words.append("Learning rate")
    if recipe.precision == "fastest":
        words.append("Precision")
    if recipe.label_smoothing:
        words.append("Label smoothing")
    if recipe.augmentation != "none":
        words.append("Augmentation")
    return [*words, *fields.words_of(recipe), "Seed"]


def to_number(text: str, name: str = "A learning rate") -> float:
    """A number as people type it, with a point or a comma. Raises UserError for anything else."""
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise UserError(f"{name} of “{text}” is no number: give one such as 0.01.") from error


def share(recipe: Recipe) -> None:
    """A button that opens the form's settings as a link to copy."""
    if presses.button("Link to these settings", icon=":material/link:", type="tertiary", key="share_settings"):
        show_link(recipe)


@st.dialog("Link to these settings", width="medium")
def show_link(recipe: Recipe) -> None:
    """The link and its QR code, over the page."""
    sharing.link(query_of(recipe), "This link opens the page with the form filled in as it is here.")


def show() -> None:
    """The form, its Start button and its link."""
    with st.container(border=True):
        recipe = choose_recipe()
        is_started = presses.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=not recipe,
            key="start_training",
        )
        if is_started and recipe:
            start(recipe)
        if recipe:
            runs = services.listing().read().runs
            said = estimate.in_words(recipe, runs, services.current_dataset())
            st.caption(f":material/timer: {said}", help=glossary.meanings("Evaluation"))
            share(recipe)
        several_values.show(recipe)


@roles.for_teacher
def start(recipe: Recipe) -> None:
    """Queue a run, and look at it."""
    try:
        run = services.trainer().submit(recipe, datasets.find_source())
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.session_state["managed_run"] = run.id
    if st.session_state.get("charted_runs"):
        st.session_state["charted_runs"] = [*st.session_state["charted_runs"], run.id]
