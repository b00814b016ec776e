"""The Map page: all test images as points in the plane, those that are alike near each other."""

from dataclasses import dataclass

import streamlit as st

from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import Bytes
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import notices, projector, run_titles, services
from mnist_demo.ui.draw import answering, state
from mnist_demo.ui.evidence import choice
from mnist_demo.ui.help import glossary
from mnist_demo.ui.map import details, layouts, making, scatter
from mnist_demo.ui.map.layouts import Layout
from mnist_demo.ui.map.scatter import Points

ALIKE = {"hidden": "to the model", "pixels": "to the eye"}
METHODS = {"pca": "PCA", "tsne": "t-SNE"}
COLORS = {"label": "Label", "answer": "The model’s answer", "right": "Right or wrong"}
CHOSEN = "map_image"  # of the session: the image that was clicked, with the data set that it is of


@dataclass(frozen=True)
class View:
    """What the visitor has chosen to see."""

    source: str
    split: Split
    run: Run
    answers: Bytes
    layout: Layout
    method: str
    by: str


def choose(key: str, label: str, options: dict[str, str], *words: str) -> str:
    """One of a few options."""
    chosen: str = st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        required=True,
        format_func=options.__getitem__,
        key=key,
        persist_state="session",
        help=glossary.meanings(*words) or None,
    )
    return chosen


def choose_view(dataset: Dataset) -> View | None:
    """The visitor's choices; None, after one sentence, where there is no such map."""
    with st.container(key="map_choices", horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=260):
            run = choice.model()
        alike = choose("map_alike", "What is alike is near", ALIKE, "Activation", "Pixel")
        method = choose("map_method", "Laid out by", METHODS)
        by = choose("map_by", "Colours", COLORS, "Label")
    if run is None:
        return None
    split = layouts.images_of(dataset)
    try:
        answers, layout = layouts.by_model(dataset.source, split, choice.opened(run))
        if alike == "pixels":
            layout = layouts.by_pixels(dataset.source, split)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return None
    say_what_it_is(run, layout, alike)
    return View(dataset.source, split, run, answers, layout, method, by)


def say_what_it_is(run: Run, layout: Layout, alike: str) -> None:
    """What a visitor should know of this map."""
    if alike == "hidden" and layout.opened is None:
        st.caption("This model has no hidden layer: it compares pixels, and so does its map.")
    if run.is_active:
        before = "" if run.last_evaluation is None else f", of step {run.last_evaluation.step:,} or before"
        st.caption(
            f"This model still trains and has taken {run.last_step:,} steps. This is what it saved last{before}.",
            help=glossary.meanings("Step"),
        )


def title_of(view: View) -> str:
    """What others are told of the map by t-SNE that they wait for."""
    by = "pixels" if view.layout.opened is None else run_titles.title(view.run)
    return f"the map by {by}"


def board(view: View, was_making: bool) -> None:
    """The map and what stands beside it; a click runs nothing else of the page."""
    if (making.maker().making is not None) != was_making:
        st.rerun()  # the page then has this looked at now and then, or no more
    left, right = st.columns([3, 1], gap="medium")
    found, name = view.layout.by_pca, f"{view.layout.name}-pca"
    moving = None
    with left:
        if view.method == "tsne":
            made = making.maker().find(view.layout.name)
            if made is None:
                moving = making.offer(view.layout, title_of(view))
            if made is not None or moving is not None:
                found, name = made or found, view.layout.name
        pixels = answering.to_mnist(state.board().drawing.settled)
        place = None
        if pixels is not None and moving is None:
            place = found.place(view.layout.vector(pixels)[None])[0]
        shown = Points(found.points if moving is None else moving, view.split.labels, view.answers, view.by, name)
        scatter.scatter(
            shown, name="Test image", chosen=chosen(view), drawing=place, key="map", on_chosen=lambda: remember(view)
        )
    with right:
        details.image(view.split, view.run, chosen(view))
        details.drawing(view.split, view.run, view.layout, found if moving is None else None, pixels)
    if moving is None:
        with projector.operator_only("map_in_words"):
            details.in_words(name, found.points, view.split.labels)


def chosen(view: View) -> int | None:
    """The image that was clicked; None where none of this data set was."""
    source, index = st.session_state.get(CHOSEN, ("", None))
    return index if source == view.source and index is not None and index < len(view.split) else None


def remember(view: View) -> None:
    """Take what was clicked."""
    index = scatter.chosen_of("map", len(view.split))
    if index is not None:
        st.session_state[CHOSEN] = view.source, index


st.title("A map of the digits")
dataset = services.current_dataset()
with projector.operator_only("map_data_set"):
    notices.data_set(dataset)
view = choose_view(dataset)
if view is not None:
    is_making = making.maker().making is not None
    st.fragment(board, run_every=making.LOOK_EVERY if is_making else None)(view, is_making)
