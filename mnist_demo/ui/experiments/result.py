"""What came of several values of a setting: accuracy by value, the curves, a sentence and the figures."""

from collections.abc import Sequence

import streamlit as st

from mnist_demo.models.evaluation import accuracy_interval
from mnist_demo.plotting import plots_of_experiments, plots_of_runs
from mnist_demo.plotting.plots_of_experiments import Tried
from mnist_demo.plotting.plots_of_runs import CurveOptions
from mnist_demo.runs import groups
from mnist_demo.runs.groups import Experiment
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.evidence import numbers
from mnist_demo.ui.help import glossary
from mnist_demo.ui.roles import roles
from mnist_demo.ui.train import charts
from mnist_demo.ui.train.durations import duration
from mnist_demo.words import percent

OPENED = "opened_group"  # of the visitor's session: the id of the group whose result is shown
SPLITS = {"seen": "Training", "validation": "Validation", "test": "Test"}  # whose images accuracies are of
NO_BREAK = "\u00a0"
MOST_OFFERED = 50  # groups that one may open


def open_group(run: Run) -> None:
    """Show this visitor the result of the group that a run belongs to."""
    st.session_state[OPENED] = run.settings.group.id if run.settings.group else None


def opened(listed: Sequence[Run]) -> Experiment | None:
    """The experiment whose result this visitor looks at; None where there is none, or it was deleted."""
    key = st.session_state.get(OPENED)
    return groups.experiments(listed).get(key) if isinstance(key, str) else None


def offered(listed: Sequence[Run]) -> dict[str, Experiment]:
    """The newest experiments, of which a visitor may open one."""
    return dict(list(groups.experiments(listed).items())[:MOST_OFFERED])


def choose(found: dict[str, Experiment]) -> None:
    """Which of them is shown in place of the charts."""
    st.selectbox(
        "Several values tried",
        list(found),
        index=None,
        format_func=lambda key: found[key].title if key in found else str(key),
        placeholder="Open a result",
        key=OPENED,
        persist_state="session",
    )


def show(experiment: Experiment, options: CurveOptions) -> None:
    """The result as it is now, with what ends its runs."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{_heading(experiment)}**")
        if experiment.active:
            cancel_button(experiment, "result")
        st.button("Back to the runs", icon=":material/arrow_back:", key="close_group", on_click=_close)
    _sentences(experiment)
    left, right = st.columns(2)
    with left:
        _chart(experiment, options)
    with right:
        _curves(experiment, options)
    _table(experiment)


def show_large(experiment: Experiment) -> None:
    """The same for a projector, and nothing to press."""
    st.markdown(f"**{_heading(experiment)}**")
    _sentences(experiment)
    row = st.container(horizontal=True, height="stretch", gap="medium")
    for draw in (_chart, _curves):
        with row.container(height="stretch", gap="xsmall"):
            draw(experiment, CurveOptions(is_large=True))


def cancel_button(experiment: Experiment, place: str) -> None:
    """Ends all runs of a group; it has one in each `place`."""
    st.button(
        "Cancel the group",
        icon=":material/close:",
        key=f"cancel_{place}_{experiment.group.id}",
        on_click=_cancel,
        args=[experiment.group.id],
    )


@roles.for_teacher
def _cancel(key: str) -> None:
    """As it is now, not as the visitor saw it."""
    experiment = groups.experiments(services.listing().refresh().runs).get(key)
    if experiment is not None:
        groups.cancel(experiment.active)
        services.listing().refresh()


def _close() -> None:
    st.session_state[OPENED] = None


def _heading(experiment: Experiment) -> str:
    """Which setting, and what all its runs have in common."""
    model, _, rest = run_titles.title(experiment.runs[0]).partition(", ")
    recipe = rest.partition(", ")[0]
    shared = recipe if experiment.setting == "network" else f"{model}, {recipe}"
    return f"{groups.title(experiment.setting)}: {len(experiment.runs)} values · {shared}"


def _sentences(experiment: Experiment) -> None:
    st.markdown(" ".join(groups.verdict(experiment)), help=glossary.meanings("Validation image", "Accuracy"))


def _tried(experiment: Experiment) -> list[Tried]:
    """The values that have come to a result, or are on the way to one."""
    found = []
    for run in experiment.runs:
        last = groups.accuracy_of(run)
        if last is None or last.validation_accuracy is None:
            continue
        accuracy, images = last.validation_accuracy, run.status.validation_images
        interval = accuracy_interval(accuracy, images) if images else (accuracy, accuracy)
        at = groups.amount(experiment.setting, run.recipe) if groups.is_amount(experiment.setting) else 0.0
        others = (last.test_accuracy, last.seen_accuracy)
        found.append(Tried(experiment.value(run), at, accuracy, interval, *others, run in experiment.compared))
    return found


def _chart(experiment: Experiment, options: CurveOptions) -> None:
    name, is_amount = groups.in_sentence(experiment.setting), groups.is_amount(experiment.setting)
    runs = experiment.runs
    values = [groups.amount(experiment.setting, run.recipe) if is_amount else experiment.value(run) for run in runs]
    measure = "Error rate" if options.is_log else "Accuracy"
    st.markdown(
        f"**{measure} by {name}** :small[bar: what chance can do]",
        help=glossary.meanings("Validation image", "Test image", "Training image"),
    )
    st.vega_lite_chart(
        spec=plots_of_experiments.by_setting(
            _tried(experiment),
            values,
            name,
            is_amount=is_amount,
            is_log=options.is_log,
            is_large=options.is_large,
        ),
        key=f"chart_group_{experiment.group.id}",
        height="stretch" if options.is_large else "content",
        alt=f"Points: accuracy by {name}; the table below has the figures",
    )


def _curves(experiment: Experiment, options: CurveOptions) -> None:
    """The learning curves over each other, named by their values."""
    by_value = {experiment.value(run): run for run in experiment.runs}
    st.markdown(
        "**Learning curves** :small[strong: test images, faint: training]",
        help=glossary.meanings("Evaluation", "Batch"),
    )
    st.vega_lite_chart(
        spec=charts.curves(by_value, "accuracy", list(by_value), options),
        key=f"chart_group_curves_{experiment.group.id}",
        height="stretch" if options.is_large else "content",
        alt="Lines: accuracy in the course of training, one for each value",
    )
    drawn = tuple(value for value, run in by_value.items() if plots_of_runs.has_line(run))
    st.html(charts.legend(drawn, tuple(by_value)))


def _table(experiment: Experiment) -> None:
    best = max(experiment.compared, key=lambda run: _share(run, "validation_accuracy") or 0.0, default=None)
    splits = [on for on in SPLITS if any(_share(run, f"{on}_accuracy") is not None for run in experiment.runs)]
    rows = [
        [  # with spaces at which no line is broken: on a phone the table is moved sideways
            experiment.value(run),
            run_titles.title(run).rpartition(", ")[2].replace(" ", NO_BREAK),
            run.status.state,
            *(_percent(_share(run, f"{on}_accuracy")) for on in splits),
            f"{run.last_step:,}",
            duration(run.newest.seconds).replace(" ", NO_BREAK) if run.last_step else "–",
        ]
        for run in experiment.runs
    ]
    header = [groups.title(experiment.setting), "Run", "State", *(SPLITS[on] for on in splits), "Steps", "Time"]
    numbers.table(header, rows, bold=experiment.runs.index(best) if best else None)


def _share(run: Run, measure: str) -> float | None:
    last = groups.accuracy_of(run)
    return getattr(last, measure) if last else None


def _percent(share: float | None) -> str:
    return "–" if share is None else percent(share).replace(" ", NO_BREAK)
