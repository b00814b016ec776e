"""The map by t-SNE: made at the press of a button, once for everybody, with its progress and a way to cancel it."""

import streamlit as st

from mnist_demo.background import Background, Job
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import kept, map_maker
from mnist_demo.inside.digit_map import DigitMap
from mnist_demo.ui.common import services
from mnist_demo.ui.map.layouts import Layout
from mnist_demo.ui.page_runs import presses

LOOK_EVERY = 1.0  # seconds, while a map is being made
QUICK = 2_000  # images take a few seconds
MOST_KEPT = 8  # maps in memory, of 2 MB at most

Making = Job[tuple[float, Floats], DigitMap]  # the share that is done, and where the points are then

_background: Background[tuple[float, Floats], DigitMap] = Background("map", MOST_KEPT, is_patient=True)


def find(layout: Layout) -> DigitMap | None:
    """The map by t-SNE; None where it was not made yet."""
    job = _background.find(layout.name)
    if job is not None and job.result.done():
        return None if job.problem else job.result.result()
    arrays = None if job else kept.read(layout.name)
    return None if arrays is None else DigitMap.from_arrays(arrays)


def awaited(layout: Layout) -> Making | None:
    """The map that is being made, or waits for others; None where nobody has asked for it, or all have cancelled."""
    job = _background.find(layout.name)
    return job if job is not None and job.wanted_by and not job.result.done() else None


def offer(layout: Layout) -> None:
    """A button that begins the map by t-SNE; while it is being made, how far that is."""
    job = awaited(layout)
    with st.container(key="map_making", horizontal=True, vertical_alignment="center"):
        if job is None:
            _offer(layout)
        else:
            _show_progress(job)


def _offer(layout: Layout) -> None:
    time = "a few seconds" if len(layout.by_pca.points) <= QUICK else "about a minute"
    is_pressed = presses.button(
        "Let the points find their neighbours", type="primary", icon=":material/scatter_plot:", key="map_start"
    )
    if is_pressed and _begin(layout):
        st.rerun()
    st.caption(f"This takes {time}, once for everybody. Until then you see the map by PCA.")
    failed = _background.find(layout.name)
    if failed is not None and failed.problem is not None:
        problem = failed.problem if isinstance(failed.problem, UserError) else map_maker.ENDED
        st.error(str(problem), icon=":material/error:")


def _begin(layout: Layout) -> bool:
    """Ask for the map; false, after one sentence, where too many others wait for theirs."""
    try:
        _background.ask(services.visitor(), {layout.name: lambda note: _make(layout, note)})
    except UserError as error:
        st.warning(str(error))
        return False
    return True


def _make(layout: Layout, note: map_maker.Progress) -> DigitMap:
    return DigitMap.from_arrays(kept.read_or_make(layout.name, lambda: map_maker.make(layout.by_pca, note).arrays()))


def _show_progress(job: Making) -> None:
    text = "The points look for their neighbours…" if job.is_begun else "Another map is made first…"
    st.progress(job.found[-1][0] if job.found else 0.0, text=text)
    visitor = services.visitor()
    if visitor in job.wanted_by:  # nobody ends what others wait for
        st.button("Cancel", icon=":material/close:", key="map_cancel", on_click=_background.cancel, args=(visitor,))
