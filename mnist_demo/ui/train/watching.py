"""How often the Train page looks at the runs, and what it shows of them each time."""

import streamlit as st

from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.train import compare, results, run_controls, run_table, waiting

# Seconds between two looks at the run directories, for progress and for all the rest. Looking takes time from the
# training, so it is done often only while a run is young and its curves change quickly.
YOUNG_SECONDS = 12.0  # of training
POLL_STARTING = (0.5, 0.5)  # until there is a first point
POLL_YOUNG = (1.0, 1.0)
POLL_SETTLED = (2.0, 5.0)
POLL_IDLE = (4.0, 4.0)  # nothing trains: to notice what another viewer starts
NEWEST = 3  # runs on the chart when nobody has chosen any


def show() -> None:
    """Progress and results, each in a fragment that looks again by itself."""
    active = services.listing().refresh().active
    polling = poll_seconds(active)
    st.fragment(show_progress, run_every=polling[0])(polling, [run.id for run in active])
    st.fragment(show_runs, run_every=polling[1])()


def poll_seconds(active: list[Run]) -> tuple[float, float]:
    """How often to look: for the progress of the active runs, oldest first, and for everything else."""
    if not active:
        return POLL_IDLE
    if active[0].status.state != "paused" and active[0].last_evaluation is None:  # it is next, or has just begun
        return POLL_STARTING
    is_young = any(run.status.state == "running" and run.newest.seconds < YOUNG_SECONDS for run in active)
    return POLL_YOUNG if is_young else POLL_SETTLED


def show_progress(polling: tuple[float, float], shown: list[str]) -> None:
    """The active runs and their controls. `shown` are the ids of those that the page last began with."""
    listing = services.listing().read()
    active = listing.active
    if poll_seconds(active) != polling or [run.id for run in active] != shown:
        st.rerun()  # the whole page: the rest of it has to change too
    for run in active:
        if run.status.state != "queued":
            run_controls.show(run, listing.asked[run.directory], hangs=run.directory in listing.hanging)
    waiting.show(active, services.trainer().pending)


def show_runs() -> None:
    """Everything else that changes while runs train: charts, the table, one run's results."""
    listing = services.listing().read()
    listed, damaged = listing.runs, listing.damaged
    if damaged:
        names = ", ".join(path.name for path in damaged)
        st.warning(
            f"These runs are damaged and cannot be shown: {names}. Delete their folders in {store.runs_folder()}."
        )
    if not listed:
        st.info(
            "No run yet. Press **Start training**: the affine model takes a few seconds.",
            icon=":material/school:",
        )
        return
    by_id = {run.id: run for run in listed}
    chosen = st.multiselect(
        "Runs on the charts",
        list(by_id),
        format_func=run_titles.titles(by_id),
        placeholder=f"The newest {NEWEST}",
        key="charted_runs",
    )
    shown = [by_id[name] for name in chosen if name in by_id] or listed[:NEWEST]
    compare.show(shown, listed)
    run_table.show(listed)
    results.show(listed)
