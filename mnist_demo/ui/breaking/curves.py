"""How many test images the models read right when all of them are changed: on request, for it takes its time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from mnist_demo.background import Background, Job, Work
from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.errors import UserError
from mnist_demo.inside import changes, kept
from mnist_demo.inside.changes import Change
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.inference import Classifier
from mnist_demo.plotting import plots_of_changes
from mnist_demo.ui.breaking import change, lines
from mnist_demo.ui.breaking.models import Reader
from mnist_demo.ui.common import projector, services
from mnist_demo.ui.data import seen
from mnist_demo.ui.evidence import choice, numbers
from mnist_demo.ui.help import glossary
from mnist_demo.ui.page_runs import presses
from mnist_demo.words import percent

LOOK_EVERY = 0.5  # seconds, while something is computed
MOST_WANTED = 2  # models at a time, by one visitor: the others of a class want theirs too
MOST_KEPT = 100  # curves

Point = tuple[float, float]  # by how much the images are changed, and the share that is read right

_background: Background[Point, list[Point]] = Background("robustness", MOST_KEPT)


@dataclass(frozen=True)
class Candidate:
    """A model whose curve there is or may be. `key` is what that is kept by."""

    reader: Reader
    opened: Opened
    key: str


@dataclass(frozen=True)
class Line:
    """What there is of a model's curve."""

    of: Candidate
    points: list[Point]
    job: Job[Point, list[Point]] | None

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.of.reader.name

    @property
    def is_computed(self) -> bool:
        """Whether it grows just now, or waits for others."""
        return self.job is not None and not self.job.result.done()

    def is_wanted_by(self, visitor: str) -> bool:
        """Whether this visitor has asked for what is computed."""
        return self.job is not None and visitor in self.job.wanted_by


def show(readers: list[Reader]) -> None:
    """The curves of the chosen change that there are, and a button for the others."""
    kind, dataset = change.choose(), services.current_dataset()
    candidates = _open(readers, kind, dataset)
    if not candidates:
        return
    is_polling = any(line.is_computed for line in _look(candidates))
    st.fragment(_show, run_every=LOOK_EVERY if is_polling else None)(candidates, kind, dataset, is_polling)
    has_seen = [reader.name for reader in readers if seen.may_have_seen(reader.run, dataset, "test")]
    if has_seen:
        st.caption(f"Trained on images of this kind: {', '.join(has_seen)}. Being right here proves little.")


def _open(readers: list[Reader], kind: Change, dataset: Dataset) -> list[Candidate]:
    """The models that can be opened; one sentence for each that cannot."""
    found = []
    for reader in readers:
        try:
            opened = choice.opened(reader.run)
        except UserError as error:
            st.error(f"{reader.name}: {error}", icon=":material/error:")
        else:
            found.append(Candidate(reader, opened, _key(kind.name, opened.digest, dataset.source, dataset.test)))
    return found


def _look(candidates: list[Candidate]) -> list[Line]:
    """What there is now. To look is the sign that the visitor is still there."""
    _background.renew(services.visitor())
    found = []
    for each in candidates:
        job = _background.find(each.key)
        found.append(Line(each, _points(each.key, job), job))
    return found


def _show(candidates: list[Candidate], kind: Change, dataset: Dataset, was_polling: bool) -> None:
    found = _look(candidates)
    if any(line.is_computed for line in found) != was_polling:
        st.rerun()
    _controls(found, kind, dataset)
    points = {line.name: line.points for line in found}
    left, right = [st.container()] * 2 if projector.is_on() else st.columns([3, 2], gap="large")
    with left:
        st.markdown(
            f"**How many of {len(dataset.test):,} test images each model reads right**",
            help=glossary.meanings("Test image", "Accuracy"),
        )
        st.vega_lite_chart(
            spec=plots_of_changes.robustness(change.axis_of(kind), points, is_large=projector.is_on()),
            key="break_robustness",
            alt=f"Lines: the share of images read right by {kind.title.lower()}; the table has the figures",
        )
    if any(points.values()):
        with right, projector.operator_only("break_table"):
            _table(kind, points)
            lines.picture_button(change.axis_of(kind), points, "Images read right", "break_robustness_png")


@st.cache_data(max_entries=500, show_spinner=False)
def _key(name: str, digest: str, source: str, _split: Split) -> str:  # noqa: ARG001 (looked up by)
    return kept.key(f"robust-{name}", digest, _split)


def _points(key: str, job: Job[Point, list[Point]] | None) -> list[Point]:
    if job is not None and job.problem is None:
        found = list(job.found)
        return job.result.result() if job.result.done() else found
    arrays = kept.read(key)
    return [] if arrays is None else _from_arrays(arrays)


def _from_arrays(arrays: kept.Arrays) -> list[Point]:
    return [(float(value), float(right)) for value, right in arrays["points"]]


def _controls(found: list[Line], kind: Change, dataset: Dataset) -> None:
    """What is computed, and how to end it; else a button that begins it."""
    computed = [line for line in found if line.is_computed]
    missing = [line for line in found if not line.points and not line.is_computed]
    for line in found:
        if line.job is not None and line.job.problem is not None:
            st.error(f"{line.name} could not read these images: try again.", icon=":material/error:")
    count = len(kind.few_values())
    with st.container(horizontal=True, vertical_alignment="center"):
        if computed:
            done = sum(len(line.points) for line in computed)
            names = ", ".join(line.name for line in computed)
            is_begun = any(line.job is not None and line.job.is_begun for line in computed)
            others = "" if is_begun else "; another computation comes first"
            text = f"{names}: {done} of {count * len(computed)} points{others}"
            st.progress(done / (count * len(computed)), text=text)
            if any(line.is_wanted_by(services.visitor()) for line in computed):
                stop = partial(_background.cancel, services.visitor())
                st.button("Cancel", icon=":material/close:", on_click=stop, key="break_cancel")
        elif missing:
            first = missing[:MOST_WANTED]
            names = " and ".join(line.name for line in first)
            if presses.button("Read all test images", type="primary", icon=":material/play_arrow:", key="break_read"):
                _ask(first, kind, dataset.test)
            others = f" Only {MOST_WANTED} models at a time." if len(missing) > MOST_WANTED else ""
            st.caption(
                f"{names}: {len(dataset.test):,} images at {count} values each. A CNN takes a minute, and goes on only "
                f"while you look here.{others}"
            )
        else:
            st.caption("Each point stands for all test images, changed by as much.")


def _ask(wanted: list[Line], kind: Change, split: Split) -> None:
    try:
        _background.ask(services.visitor(), {line.of.key: _work(line, kind, split) for line in wanted})
    except UserError as error:
        st.warning(str(error))
    else:
        st.rerun()


def _work(line: Line, kind: Change, split: Split) -> Work[Point, list[Point]]:
    """What computes a curve, point by point, with an engine of its own: nobody's drawing waits for it."""

    def measure(note: Callable[[Point], None]) -> kept.Arrays:
        points = []
        engine = Classifier(line.of.opened.content)
        for point in changes.robustness(engine, split.pixels(), split.labels, kind.name, kind.few_values()):
            points.append(point)
            note(point)
        return {"points": np.array(points)}

    return lambda note: _from_arrays(kept.read_or_make(line.of.key, lambda: measure(note)))


def _table(kind: Change, points: dict[str, list[Point]]) -> None:
    shares = {name: dict(line) for name, line in points.items() if line}
    rows = [
        [lines.number(value), *(percent(line[value]) if value in line else "…" for line in shares.values())]
        for value in kind.few_values()
    ]
    numbers.table([kind.unit, *shares], rows)
