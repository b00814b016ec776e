"""All runs, best first: a table, how good they are for their size, and a way to start from one of them."""

import streamlit as st

from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.plotting import plots_of_experiments
from mnist_demo.plotting.plots_of_experiments import Sized
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.experiments import picture, ranking
from mnist_demo.ui.experiments.ranking import Ranked
from mnist_demo.ui.help import glossary
from mnist_demo.ui.train import recipe_form
from mnist_demo.ui.train.durations import duration

PROBLEM = "best_problem"  # of the visitor's session: why the form could not be filled
NO_LAYER = "(no layer: affine)"


def show(listed: list[Run]) -> None:
    """All of it, closed until somebody wants it; `listed` are all runs, newest first."""
    data_sets = ranking.data_sets(listed)
    if not data_sets:
        return
    box = st.expander("All runs, best first", icon=":material/leaderboard:", key="best", on_change="rerun")
    if not box.open:
        return
    with box:
        data = _choose_data(data_sets)
        found = ranking.ranked(listed, data)
        if not found:
            st.caption("No run has learned from these images and been measured.")
            return
        st.markdown(
            "By accuracy on validation images: who chooses by test images, again and again, learns those by heart.",
            help=glossary.meanings("Validation image", "Test image"),
        )
        _chart(found)
        _table(found)
        _look_at(found)


def _choose_data(data_sets: list[str]) -> str:
    """The data set whose runs are shown: runs on different images cannot be held against each other."""
    if len(data_sets) == 1:
        return data_sets[0]
    chosen = st.segmented_control(
        "Trained on", data_sets, default=data_sets[0], required=True, key="best_data", persist_state="session"
    )
    return chosen if chosen in data_sets else data_sets[0]


def _chart(found: list[Ranked]) -> None:
    front = ranking.on_front(found)
    points = [
        Sized(
            run_titles.title(one.run),
            one.network or NO_LAYER,
            one.parameters,
            one.validation,
            one.test,
            one.run.id in front,
        )
        for one in found
    ]
    st.markdown(
        "**Mistakes by number of parameters** :small[blue: no other is better with as few parameters]",
        help=glossary.meanings("Parameter", "Error rate"),
    )
    st.vega_lite_chart(
        spec=plots_of_experiments.by_parameters(points),
        key="chart_best",
        alt="Points: images read wrong by number of parameters; the table below has the figures",
    )


def _table(found: list[Ranked]) -> None:
    rows = [
        {
            "Run": run_titles.title(one.run),
            "Validation accuracy": 100 * one.validation,
            "Test accuracy": None if one.test is None else 100 * one.test,
            "Parameters": one.parameters,
            "Training images": one.run.status.train_images or None,
            "Training": duration(one.seconds),
            "Network": one.network or NO_LAYER,
        }
        for one in found
    ]
    columns = {
        "Validation accuracy": st.column_config.NumberColumn(
            format="%.1f %%", help=glossary.meanings("Validation image")
        ),
        "Test accuracy": st.column_config.NumberColumn(format="%.1f %%", help=glossary.meanings("Test image")),
        "Parameters": st.column_config.NumberColumn(format="localized", help=glossary.meanings("Parameter")),
        "Training images": st.column_config.NumberColumn(format="localized", help=glossary.meanings("Training image")),
        "Training": st.column_config.TextColumn(help="The time of the steps alone."),
    }
    st.dataframe(rows, hide_index=True, column_config=columns, placeholder="–", key="best_table")
    if len(found) == ranking.MOST:
        st.caption(f"The best {ranking.MOST}.")


def _look_at(found: list[Ranked]) -> None:
    """The network of one of them as a picture, and a button that fills the form with its settings."""
    by_id = {one.run.id: one for one in found}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Look at its network",
            list(by_id),
            format_func=run_titles.titles({key: one.run for key, one in by_id.items()}),
            key="best_run",
        )
        one = by_id.get(chosen) or found[0]
        is_asked = st.button(
            "Start from this one", icon=":material/start:", key="best_start", on_click=_fill, args=[one.run.recipe]
        )
    if is_asked:
        problem = st.session_state.pop(PROBLEM, None)
        if problem is None:
            st.toast("The form has its settings now.", icon=":material/start:")
            st.rerun()  # the whole page, with the form
        st.error(f"The form cannot be filled with it. {problem}", icon=":material/error:")
    st.html(picture.of(registry.model_of(one.run.recipe).architecture))


def _fill(recipe: Recipe) -> None:
    """As a callback: the form's fields are there already when this part of the page runs."""
    try:
        recipe_form.fill(recipe)
    except UserError as error:
        st.session_state[PROBLEM] = str(error)
