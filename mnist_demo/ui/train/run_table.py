"""All runs in one table."""

from typing import Any

import pandas as pd
import streamlit as st

from mnist_demo.models import registry
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles
from mnist_demo.ui.help import glossary
from mnist_demo.ui.train.durations import duration

STATE_ICONS = {"finished": "✓", "stopped": "■", "queued": "…", "running": "▶", "paused": "⏸"}
COLUMNS = {
    "State": st.column_config.TextColumn(help=glossary.meanings("Checkpoint", "Diverged")),
    "Test accuracy": st.column_config.NumberColumn(format="%.1f %%", help=glossary.meanings("Accuracy", "Test image")),
    "On training images": st.column_config.NumberColumn(
        format="%.1f %%", help="Of those that it learned from.\n\n" + glossary.meanings("Training image", "Overfitting")
    ),
    "Steps": st.column_config.NumberColumn(format="localized", help=glossary.meanings("Step")),
    "Training": st.column_config.TextColumn(help="The time of the steps alone."),
    "Batch size": st.column_config.NumberColumn(help=glossary.meanings("Batch")),
    "Learning rate": st.column_config.TextColumn(help=glossary.meanings("Learning rate")),
    "Seed": st.column_config.NumberColumn(format="%d", help=glossary.meanings("Seed")),
    "Network": st.column_config.TextColumn(help=glossary.meanings("Network")),
    "Data": st.column_config.TextColumn(help=glossary.meanings("MNIST")),
}


def show(listed: list[Run]) -> None:
    """The runs with their results, newest first."""
    state = [(run.id, run.status.state, run.newest.step, run.newest.seconds) for run in listed]
    st.dataframe(_table(state, listed), hide_index=True, column_config=COLUMNS, placeholder="–", key="run_table")


@st.cache_resource(max_entries=20, show_spinner=False)
def _table(
    state: list[tuple[str, str, int, float]],  # noqa: ARG001 (looked up by: how far each run has come)
    _listed: list[Run],
) -> Any:
    """The table as Streamlit sends it, made once for all viewers of the same runs."""
    import pyarrow  # noqa: PLC0415 (Streamlit has imported it by now; the first page does not need it)

    rows = [
        {
            "Run": run_titles.title(run),
            "State": f"{STATE_ICONS.get(run.status.state, '✗')} {run.status.state}",
            "Test accuracy": 100 * (last.test_accuracy or 0) if (last := run.last_evaluation) else None,
            "On training images": 100 * last.seen_accuracy if last and last.seen_accuracy is not None else None,
            "Steps": run.last_step,
            "Training": duration(run.newest.seconds) if run.last_step else "–",
            "Batch size": run.recipe.batch_size,
            "Learning rate": f"{run.recipe.learning_rate:g}",
            "Seed": run.recipe.seed,
            "Network": registry.model_of(run.recipe).network or "–",
            "Data": run.status.trained_on,
        }
        for run in _listed
    ]
    return pyarrow.Table.from_pandas(pd.DataFrame(rows), preserve_index=False)
