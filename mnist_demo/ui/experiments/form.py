"""Try several values: in the form of a new run, one of its settings with several values, each a run."""

import streamlit as st

from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.recipes import OPTIMIZERS, Recipe
from mnist_demo.runs import groups
from mnist_demo.ui.common import services
from mnist_demo.ui.experiments import result
from mnist_demo.ui.help import glossary
from mnist_demo.ui.page_runs import presses
from mnist_demo.ui.roles import roles

WORDS = {
    "learning_rate": "Learning rate",
    "batch_size": "Batch",
    "steps": "Step",
    "seed": "Seed",
    "train_images": "Training image",
    "label_noise": "Label noise",
    "l2": "L2 regularisation",
    "optimizer": "Optimizer",
    "network": "Network",
}  # what the glossary calls a setting
EXAMPLES = {"train_images": "100, 300, 1000, 3000", "label_noise": "0, 10, 30", "l2": "0, 0.0001, 0.001"}
FACTOR = 3  # between the values that are offered, of a setting of which one tries more and less


def show(recipe: Recipe | None) -> None:
    """The choice of a setting and its values, closed until somebody wants it; all else is as `recipe` has it."""
    box = st.expander("Try several values", icon=":material/experiment:", key="several", on_change="rerun")
    if not box.open:
        return
    with box:
        if recipe is None:
            st.caption("First give settings above that can be trained with.")
            return
        setting = st.selectbox(
            "Setting",
            groups.settings_of(recipe),
            format_func=groups.title,
            key=f"several_of_{recipe.model}",
            persist_state="session",
        )
        separator = "semicolons" if setting == "network" else "commas"
        text = st.text_input(
            f"Values, {groups.FEWEST_VALUES} to {groups.MOST_VALUES}, with {separator} between them",
            examples(recipe, setting),
            help=glossary.meanings(WORDS[setting]),
            key=f"several_{setting}_{recipe.model}_{recipe.name}",
            persist_state="session",
        )
        try:
            recipes = groups.recipes_of(recipe, setting, text)
        except UserError as error:
            st.warning(str(error), icon=":material/edit:")
            recipes = []
        count = f"{len(recipes)} runs" if recipes else "them"
        if presses.button(
            f"Train {count}", icon=":material/play_arrow:", width="stretch", disabled=not recipes, key="several_start"
        ):
            start(recipes, setting)
        st.caption("All else is as above. Each value is a run of its own, one after the other.")


def examples(recipe: Recipe, setting: str) -> str:
    """Values to begin with: for amounts those of the recipe as it comes, and less and more."""
    preset = registry.get_recipe(recipe.model, recipe.name)
    if setting in EXAMPLES:
        return EXAMPLES[setting]
    if setting == "network":
        return f"dense 32; dense 128; {preset.network}"
    if setting == "optimizer":
        return ", ".join(OPTIMIZERS)
    value = getattr(preset, setting)
    if not groups.is_amount(setting):
        return ", ".join(str(value + more) for more in range(FACTOR))
    if isinstance(value, int):
        return ", ".join(map(str, (max(1, value // FACTOR), value, value * FACTOR)))
    return ", ".join(f"{one:.2g}" for one in (value / FACTOR, value, value * FACTOR))


@roles.for_teacher
def start(recipes: list[Recipe], setting: str) -> None:
    """Queue the runs, and open their result for this visitor."""
    try:
        runs = services.trainer().submit_group(recipes, datasets.find_source(), setting)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    services.listing().refresh()
    result.open_group(runs[0])
