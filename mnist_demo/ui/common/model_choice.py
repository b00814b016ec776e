"""The choice of the models that answer."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.answers.reply import MOST_MODELS
from mnist_demo.ui.common import projector, services
from mnist_demo.ui.common.run_titles import title, titles
from mnist_demo.ui.help import glossary

NONE = "none"  # in the address of a page on which no model is chosen


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
    usable = all_usable()
    chosen = st.multiselect(
        "Models that answer",
        list(usable),
        default=store.shipped_names(),
        format_func=titles(usable),
        placeholder="Choose a model",
        max_selections=MOST_MODELS,
        help="The models that come with the app, and every model that was trained on the Train page.\n\n"
        + glossary.meanings(*(model.title for model in registry.MODELS.values()), "Parameter", "Test image"),
        key=key,
        persist_state="session",
        on_change=on_change,
    )
    return [usable[name] for name in chosen if name in usable][:MOST_MODELS]


def one_model(label: str, key: str, preset: str, name: str) -> Run | None:
    """A choice of one model, at first the one called `preset`; None, after one sentence, where it is not there.

    The page's address has its id as `name`.
    """
    usable = all_usable()
    asked = st.query_params.get(name, preset)
    st.session_state[key] = asked if asked in usable else None

    def remember() -> None:
        if st.session_state[key] is not None:
            st.query_params[name] = st.session_state[key]

    st.selectbox(
        label,
        list(usable),
        format_func=titles(usable),
        placeholder="Choose a model",
        key=key,
        on_change=remember,
        help=glossary.meanings(*(each.title for each in registry.MODELS.values()), "Parameter"),
    )
    if asked not in usable:
        _say_there_is_none(asked)
        return None
    return usable[asked]


def several_models(key: str, name: str) -> list[Run]:
    """A choice of models, at first the shipped ones; one sentence for what is not there.

    The page's address has their ids, each as `name`.
    """
    usable = all_usable()
    asked = list(dict.fromkeys(st.query_params.get_all(name) or store.shipped_names()))
    known = [each for each in asked if each in usable][:MOST_MODELS]
    st.session_state[key] = known

    def remember() -> None:
        st.query_params[name] = st.session_state[key] or [NONE]

    with projector.operator_only(f"{key}_choice"):
        st.multiselect(
            "Models that answer",
            list(usable),
            format_func=titles(usable),
            placeholder="Choose a model",
            max_selections=MOST_MODELS,
            key=key,
            on_change=remember,
            help=glossary.meanings(*(each.title for each in registry.MODELS.values()), "Parameter"),
        )
    missing = [each for each in asked if each not in usable and each != NONE]
    if missing:
        _say_there_is_none(missing[0])
    elif not known:
        st.info("Choose a model.")
    return [usable[each] for each in known]


def _say_there_is_none(asked: str) -> None:
    st.error(
        f"There is no model {asked[:60]!r} here, or it was deleted, or saved nothing yet: choose another.",
        icon=":material/error:",
    )


def say_if_it_trains(run: Run) -> None:
    """Of which step the model of a run is that still trains."""
    if run.is_active:
        before = "" if run.last_evaluation is None else f", of step {run.last_evaluation.step:,} or before"
        st.caption(
            f"{title(run)} still trains and has taken {run.last_step:,} steps. This is what it saved last{before}.",
            help=glossary.meanings("Step"),
        )


def all_usable() -> Mapping[str, Run]:
    """The models that can answer, the shipped ones first, by their id."""
    return loaded.all_shipped() | {run.id: run for run in store.list_runs()[0] if run.model_path.is_file()}
