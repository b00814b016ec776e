"""The choice of the models that answer."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import services
from mnist_demo.ui.common.run_titles import titles
from mnist_demo.ui.help import glossary


def as_it_is(run: Run) -> Run:
    """The run as its directory says now, where it still trained when it was read."""
    if not run.is_active:
        return run
    try:
        return run_directory.load(run.directory)
    except UserError:  # deleted in the meantime
        return run


def in_training(chosen: Sequence[Run]) -> Run | None:
    """A run that trains now and can answer already, though it is not among the `chosen` ones."""
    ids = {run.id for run in chosen}
    for run in services.listing().read().active:
        if run.status.state == "running" and run.id not in ids and run.model_path.is_file():
            return run
    return None


def model_choice(key: str, on_change: Callable[[], None] | None = None) -> list[Run]:
    """A choice of models, the shipped ones first and chosen; returns the chosen runs."""
    usable = {run.id: run for run in (services.shipped(name) for name in store.shipped_names())}
    preset = list(usable)
    usable |= {run.id: run for run in store.list_runs()[0] if run.model_path.is_file()}
    chosen = st.multiselect(
        "Models that answer",
        list(usable),
        default=preset,
        format_func=titles(usable),
        placeholder="Choose a model",
        help="The models that come with the app, and every model that was trained on the Train page.\n\n"
        + glossary.meanings(*(model.title for model in registry.MODELS.values()), "Parameter", "Test image"),
        key=key,
        persist_state="session",
        on_change=on_change,
    )
    return [usable[name] for name in chosen if name in usable]
