"""Teaching a model the handwriting of a class: starting it, its progress, and what it was worth."""

from datetime import datetime

import pandas as pd
import streamlit as st

from mnist_demo import files, words
from mnist_demo.background import Background, Job, NobodyWantsItError
from mnist_demo.classroom import drawings
from mnist_demo.classroom.current import current
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.models.evaluation import Evaluation
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.teaching import material, taught
from mnist_demo.teaching.taught import Worth
from mnist_demo.ui.classroom import acting
from mnist_demo.ui.classroom.acting import by_teacher
from mnist_demo.ui.common import components, model_choice, notices, projector, run_titles, services
from mnist_demo.ui.help import glossary
from mnist_demo.ui.train import results, run_controls, waiting

LOOK_EVERY = 1.0  # seconds
FEW = 30  # drawings, of which a percentage would promise too much
RECIPE = registry.get_recipe("cnn", "teach")
PRESET = "cnn"  # the model that is taught at first
PROBLEM = "teach_problem"  # of the visitor's session: why nothing was begun
MOST_KEPT = 4  # runs whose worth is remembered

_judging: Background[None, Worth] = Background("worth", MOST_KEPT)


def show(opened: SchoolClass) -> None:
    """The button, and how the run goes that was begun last in this class."""
    st.html(components.assets("train") / "train.css")
    with projector.operator_only("teach"):
        _form(opened)
    st.fragment(_watch, run_every=LOOK_EVERY)(opened, projector.is_on())


def _form(opened: SchoolClass) -> None:
    dataset = services.current_dataset()
    if dataset.source == datasets.BUNDLED:
        notices.data_set(dataset)
    usable = _teachable()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = st.selectbox(
            "The model to begin with",
            list(usable),
            index=list(usable).index(PRESET),
            format_func=run_titles.titles(usable),
            key="teach_start",
            persist_state="session",
            width=280,
            help=glossary.meanings("CNN"),
        )
        st.button(
            "Teach the CNN our handwriting",
            icon=":material/school:",
            type="primary",
            key="teach",
            on_click=teach,
            args=[opened, start],
        )
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(problem, icon=":material/error:")


def _teachable() -> dict[str, Run]:
    """The models that the recipe can go on from, by their id."""
    architecture = registry.model_of(RECIPE).architecture
    found = model_choice.all_usable().items()
    fits = {each: registry.model_of(run.recipe).architecture == architecture for each, run in found}
    return {each: run for each, run in found if fits[each] and not run.settings.start}


@by_teacher
def teach(opened: SchoolClass, start: str) -> None:
    """Begin to teach the model called `start` the drawings of the class; where that is not possible, say why."""

    def make() -> Run:
        services.listing().refresh()
        last = last_taught(opened)
        if last is not None and last.is_active:
            raise UserError("The CNN is being taught already: wait until that has ended, or stop it.")
        return taught.create(RECIPE, datasets.find_source(), store.find(start), prepared)

    try:
        found = drawings.collect(current.database(), opened.id)
        prepared = material.prepare(
            found.images,
            found.labels,
            found.writers,
            RECIPE.seed,
            codes=found.codes,
            to_get_more="the class must send",
        )
        services.trainer().submit_made(make)
    except UserError as error:
        st.session_state[PROBLEM] = str(error)
    services.listing().refresh()


def last_taught(opened: SchoolClass) -> Run | None:
    """The run that was begun last, since the class was opened, to teach a model drawings; None where none was."""
    for run in services.listing().read().runs:  # the newest first
        if run.settings.start and datetime.fromisoformat(run.settings.created).timestamp() >= int(opened.opened):
            return run
    return None


def _watch(opened: SchoolClass, was_large: bool) -> None:
    if projector.is_on() != was_large:
        st.rerun()
    run = last_taught(opened)
    if run is None:
        st.markdown(
            "The model learns from the drawings of this class, mixed with MNIST’s images, which takes about ten "
            "seconds. It does not see all of them: some drawings of each pupil, and all drawings of a few pupils, are "
            "kept aside for a fair test afterwards.",
            help=glossary.meanings("MNIST"),
        )
    elif run.is_active:
        _progress(run, is_large=was_large)
    elif not run.model_path.is_file():
        st.markdown(f"**{run_titles.title(run)}**: {results.verdict(run)}")
    else:
        _result(run)


def _progress(run: Run, *, is_large: bool) -> None:
    listing = services.listing().read()
    if run.directory not in listing.asked:  # it has ended in this instant
        return
    if is_large:
        run_controls.show_large(run, listing.asked[run.directory])
    elif run.status.state == "queued":
        waiting.show(listing.active, services.trainer().pending)
    else:
        run_controls.show(run, listing.asked[run.directory], hangs=run.directory in listing.hanging)


def _result(run: Run) -> None:
    """How the model read before and after it was taught."""
    try:
        job = _judge(run)
        worth = job.result.result() if job.result.done() else None
    except UserError as error:
        acting.tell(error)
        st.button("Try again", icon=":material/refresh:", key="judge_again", on_click=judge_again, args=[run])
        return
    except NobodyWantsItError:  # it waited while no page was open: the next look asks once more
        worth = None
    if worth is None:
        st.caption("The model as it was before, and as it is now, both read the drawings that were kept aside…")
        return
    learned = words.counted(worth.drawings[material.LEARNED], "drawing")
    st.markdown(
        f"**{run_titles.title(run)}** learned from {learned}. How much it reads right of what it never saw:",
        help=glossary.meanings("Accuracy", "Test image", "Confidence interval"),
    )
    rows = [
        {
            "What it reads": taught.JUDGED[name],
            "How many": f"{after.images:,}",
            "Before": _in_words(worth.before[name]),
            "After": _in_words(after),
        }
        for name, after in worth.after.items()
    ]
    st.table(pd.DataFrame(rows), hide_index=True)
    with projector.operator_only("draw_with_it"):
        st.page_link("mnist_demo/ui/pages/draw.py", label="Draw with it", icon=":material/draw:", width="content")
    st.caption("In brackets: the 95 % interval. Where the two intervals overlap, the difference may be chance.")


def _in_words(found: Evaluation) -> str:
    if found.images < FEW:
        return f"{round(found.accuracy * found.images)} of {found.images}"
    low, high = found.interval
    return f"{words.percent(found.accuracy)} ({words.percent(low)} to {words.percent(high)})"


def _judge(run: Run) -> Job[None, Worth]:
    """What the run was worth, or will be once it is computed, once for all viewers. Raises UserError."""
    _judging.renew(services.visitor())
    return _judging.find(_key(run)) or _ask(run)


@by_teacher
def judge_again(run: Run) -> None:
    """Compute once more what could not be computed."""
    _ask(run)


def _ask(run: Run) -> Job[None, Worth]:
    """The same, computed anew where that has failed."""
    return _judging.ask(services.visitor(), {_key(run): lambda _: taught.worth(run)})[_key(run)]


def _key(run: Run) -> str:
    return f"{run.id} {files.version(run.model_path)}"
