"""How often the Train page looks at the runs, and what it shows of them each time."""

import streamlit as st

from mnist_demo.plotting.plots_of_runs import CurveOptions
from mnist_demo.runs import store
from mnist_demo.runs.control import Control
from mnist_demo.runs.groups import Experiment
from mnist_demo.runs.listing import Listing
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import projector, run_titles, services
from mnist_demo.ui.experiments import best, overfitting, picture, result
from mnist_demo.ui.train import charts, compare, results, run_controls, run_table, waiting, weights

# Seconds between two looks at the run directories, for progress and for all the rest. Looking takes time from the
# training, so it is done often only while a run is young and its curves change quickly.
YOUNG_SECONDS = 12.0  # of training
POLL_STARTING = (0.5, 0.5)  # until there is a first point
POLL_YOUNG = (1.0, 1.0)
POLL_SETTLED = (2.0, 5.0)
POLL_IDLE = (4.0, 4.0)  # nothing trains: to notice what another viewer starts
LOOKED_AT = "runs"  # see services.look_every
NEWEST = 3  # runs on the chart when nobody has chosen any
CHOSEN = "charted_runs"  # those that the visitor has chosen


def show_queue() -> None:
    """The runs that wait, while there are any. It looks at the runs afresh, for all that the page shows after it."""
    active = services.listing().refresh().active
    if any(run.status.state == "queued" for run in active):
        polling = poll_seconds(active)
        st.fragment(_show_queue, run_every=polling[0])(polling, [run.id for run in active])


def show() -> None:
    """Progress and results, each in a fragment that looks again by itself."""
    active = services.listing().read().active
    polling = poll_seconds(active)
    st.fragment(_show_progress, run_every=polling[0])(polling, [run.id for run in active])
    st.fragment(_show_runs, run_every=polling[1])()


def show_large() -> None:
    """The same for the last row of a class: progress, charts and weights, and nothing to press."""
    active = services.listing().refresh().active
    polling = poll_seconds(active)
    st.fragment(_show_large_progress, run_every=polling[0])(polling, [run.id for run in active])
    st.fragment(_show_large_runs, run_every=polling[1])()


def poll_seconds(active: list[Run]) -> tuple[float, float]:
    """How often this visitor looks: for the progress of the active runs, oldest first, and for everything else."""
    progress, rest = wanted_seconds(active)
    return services.look_every(LOOKED_AT, progress), services.look_every(LOOKED_AT, rest)


def wanted_seconds(active: list[Run]) -> tuple[float, float]:
    """How often a visitor alone looks, for the same two."""
    if not active:
        return POLL_IDLE
    if active[0].status.state != "paused" and active[0].last_evaluation is None:  # it is next, or has just begun
        return POLL_STARTING
    is_young = any(run.status.state == "running" and run.newest.seconds < YOUNG_SECONDS for run in active)
    return POLL_YOUNG if is_young else POLL_SETTLED


def _listing(polling: tuple[float, float], shown: list[str], *, is_large: bool = False) -> Listing:
    """All runs. The whole page runs again where they ask for something else than it last began with: for how often it
    looks, and the ids of the active runs, which are `shown`.

    So it does where the view was switched in the instant of a look: the browser then asks for this fragment alone.
    """
    listing = services.listing().read()
    is_other = poll_seconds(listing.active) != polling or [run.id for run in listing.active] != shown
    if is_other or projector.is_on() != is_large:
        st.rerun()
    return listing


def _show_queue(polling: tuple[float, float], shown: list[str]) -> None:
    waiting.show(_listing(polling, shown).active, services.trainer().pending)


def _show_progress(polling: tuple[float, float], shown: list[str]) -> None:
    """The runs that train or are paused with their controls; while there is none, the one that ended last."""
    listing = _listing(polling, shown)
    begun = [run for run in listing.active if run.status.state != "queued"]
    for run in begun:
        run_controls.show(run, listing.asked[run.directory], hangs=run.directory in listing.hanging)
    if not begun:
        run_controls.show_last(listing.last_ended)


def _show_runs() -> None:
    """Everything else that changes while runs train: charts, weights, the table, one run's results."""
    listing = services.listing().read()
    listed = listing.runs
    if listing.damaged:
        names = ", ".join(path.name for path in listing.damaged)
        st.warning(
            f"These runs are damaged and cannot be shown: {names}. Delete their folders in {store.runs_folder()}."
        )
    in_sight = st.container()  # above what chooses the runs that are shown in it
    experiment = result.opened(listed)
    shown = _choose_runs(listed, experiment) if listed else []
    options = charts.choose_options() if listed else CurveOptions()
    if experiment is not None:
        with in_sight:
            result.show(experiment, options)
        compare.show(shown, listed, options, None)
        _show_all(listed, None)
        return
    # Those of another run where the chosen ones have none: so the choice stays in its place while one chooses.
    pictured = weights.run_in_sight(shown) or weights.run_in_sight(listed)
    with in_sight:
        charts.show(shown, listed, options)
        if pictured or not listed:
            weights.show(pictured)
        overfitting.show(shown)
    for note in charts.notes(shown):
        st.caption(note)
    if listed:
        compare.show(shown, listed, options, pictured)
        _show_all(listed, pictured)


def _show_all(listed: list[Run], pictured: Run | None) -> None:
    """All runs, and one of them; the weights of the run `pictured` are shown already."""
    run_table.show(listed)
    best.show(listed)
    results.show(listed, pictured)


def _choose_runs(listed: list[Run], experiment: Experiment | None) -> list[Run]:
    """Those on the charts: single ones, or all of an experiment whose result is opened in their place."""
    experiments = result.offered(listed)
    if experiment is not None:
        result.choose(experiments)
        return experiment.runs
    if not experiments:
        return _choose_single_runs(listed)
    left, right = st.columns([3, 2])
    with right:
        result.choose(experiments)
    with left:
        return _choose_single_runs(listed)


def _choose_single_runs(listed: list[Run]) -> list[Run]:
    by_id = {run.id: run for run in listed}
    st.multiselect(
        "Runs on the charts",
        list(by_id),
        format_func=run_titles.titles(by_id),
        placeholder=f"The newest {NEWEST}",
        key=CHOSEN,
        persist_state="session",
    )
    return _chosen_runs(listed)


def _chosen_runs(listed: list[Run]) -> list[Run]:
    """The runs that the visitor chose for the charts, else the newest."""
    by_id = {run.id: run for run in listed}
    return [by_id[name] for name in st.session_state.get(CHOSEN, []) if name in by_id] or listed[:NEWEST]


def _show_large_progress(polling: tuple[float, float], shown: list[str]) -> None:
    listing = _listing(polling, shown, is_large=True)
    begun = [run for run in listing.active if run.status.state != "queued"]
    run = begun[0] if begun else listing.last_ended
    run_controls.show_large(run, listing.asked.get(run.directory, Control()) if run else Control())


def _show_large_runs() -> None:
    listed = services.listing().read().runs
    experiment = result.opened(listed)
    shown = _chosen_runs(listed)
    pictured = weights.run_in_sight(shown)
    with st.container(height=700, border=False, key="large"):  # or what the screen has, see train.css
        if experiment is not None:
            result.show_large(experiment)
            return
        charts.show(shown, listed, CurveOptions(is_large=True))
        if pictured:  # above the weights there is no room for a sentence
            weights.show(pictured)
        else:
            overfitting.show(shown)
            own = next((run.recipe.network for run in shown if run.recipe.network), None)
            if own:
                st.html(picture.of_text(own))
            for note in charts.notes(shown):
                st.caption(note)
