"""The fields of an experiment: what a run learns from, and what is to keep it from learning that by heart."""

from typing import Any

import streamlit as st

from mnist_demo.models import recipes
from mnist_demo.models.recipes import Recipe
from mnist_demo.ui.help import glossary

OPTIMIZER_TITLES = {
    "sgd": "plain gradient descent",
    "momentum": "gradient descent with momentum",
    "rmsprop": "RMSProp",
    "adam": "Adam",
}
SETTINGS = ("optimizer", "train_images", "label_noise", "l2")  # of a recipe, that are chosen here


def choose(preset: Recipe, of: str, **keep: Any) -> dict[str, Any]:
    """The settings that the fields say, which begin as in `preset`; their keys end in `of`.

    Values out of bounds are for the recipe to refuse. L2 is a text, as a learning rate is: people type 1e-4.
    """
    with st.expander("Experiment", icon=":material/science:"):
        first, second = (st.columns(2, gap="xsmall", vertical_alignment="bottom") for _ in range(2))
        images = first[0].number_input(
            "Training images",
            value=preset.train_images,
            step=100,
            placeholder="all",
            help="As many of each digit; empty for all.\n\n" + glossary.meanings("Training image"),
            key="images" + of,
            **keep,
        )
        noise = first[1].number_input(
            "Wrong labels, %",
            value=round(100 * preset.label_noise, 10),  # 7, not 7.000000000000001
            step=10.0,
            format="%g",
            help=f"0 to {100 * recipes.MOST_LABEL_NOISE:.0f}.\n\n" + glossary.meanings("Label noise"),
            key="noise" + of,
            **keep,
        )
        l2 = second[0].text_input(
            "L2",
            f"{preset.l2:.12g}",
            help=f"0 to {recipes.MOST_L2:g}, for example 0.0001.\n\n" + glossary.meanings("L2 regularisation"),
            key="l2" + of,
            **keep,
        )
        optimizer = second[1].selectbox(
            "Optimizer",
            recipes.OPTIMIZERS,
            index=recipes.OPTIMIZERS.index(preset.optimizer),
            format_func=OPTIMIZER_TITLES.__getitem__,
            help="Each likes another learning rate: plain gradient descent ten times that of Adam or more.\n\n"
            + glossary.meanings("Optimizer", "Gradient descent"),
            key="optimizer" + of,
            **keep,
        )
    return {"optimizer": optimizer, "train_images": images, "label_noise": recipes.to_share(noise or 0.0), "l2": l2}


def describe(recipe: Recipe) -> list[str]:
    """What an experiment changes of the data and of what is made small, a sentence each."""
    sentences = []
    if recipe.train_images is not None:
        sentences.append(f"Learns from {recipe.train_images:,} training images, or all where there are fewer")
    if recipe.label_noise:
        sentences.append(f"{100 * recipe.label_noise:.3g} % of the training images have wrong labels")
    if recipe.l2:
        sentences.append(f"L2 regularisation of {recipe.l2:g} keeps the weights small")
    return sentences


def words_of(recipe: Recipe) -> list[str]:
    """The terms in what `describe` says."""
    said = {"Training image": recipe.train_images, "Label noise": recipe.label_noise, "L2 regularisation": recipe.l2}
    return [word for word, value in said.items() if value]
