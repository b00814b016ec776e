"""The Map page: all test images as points in the plane, those that are alike near each other."""

from dataclasses import dataclass, replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import Bytes
from mnist_demo.errors import UserError
from mnist_demo.inside.digit_map import DigitMap
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common import components, model_choice, notices, projector, services
from mnist_demo.ui.evidence import choice
from mnist_demo.ui.help import glossary
from mnist_demo.ui.map import details, drawn, layouts, making, scatter
from mnist_demo.ui.map.layouts import Layout
from mnist_demo.ui.map.making import Making
from mnist_demo.ui.map.scatter import Points

ALIKE = {"hidden": "to the model", "pixels": "to the eye"}
METHODS = {"pca": "PCA", "tsne": "t-SNE"}
COLORS = {"label": "Label", "answer": "The model’s answer", "right": "Right or wrong"}
CHOSEN = "map_image"  # of the session: the data set and the number of the image that was clicked
IMAGE = "map_image_part"  # the fragment that shows it


@dataclass(frozen=True, eq=False)
class View:
    """What the visitor has chosen to see. `made` is the map by t-SNE, None before that, or where PCA is asked for."""

    source: str
    split: Split
    run: Run
    answers: Bytes
    layout: Layout
    by: str
    is_tsne: bool
    made: DigitMap | None

    @property
    def is_waiting(self) -> bool:
        """Whether it is for a map that is not made yet."""
        return self.is_tsne and self.made is None


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
        help=glossary.meanings(*words),
    )
    return chosen


def choose_view(dataset: Dataset) -> View | None:
    """The visitor's choices; None, after one sentence, where there is no such map."""
    with st.container(key="map_choices", horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=260):
            run = choice.model()
        alike = choose("map_alike", "What is alike is near", ALIKE, "Activation", "Pixel")
        method = choose("map_method", "Laid out by", METHODS, "PCA", "t-SNE")
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
    if alike == "hidden" and layout.opened is None:
        st.caption("This model has no hidden layer: it compares pixels, and so does its map.")
    model_choice.say_if_it_trains(run)
    is_tsne = method == "tsne"
    made = making.find(layout) if is_tsne else None
    return View(dataset.source, split, run, answers, layout, by, is_tsne, made)


def show(view: View) -> None:
    """The map, and beside it what was clicked and what is drawn."""
    awaited = making.awaited(view.layout) if view.is_waiting else None
    found = view.made or view.layout.by_pca
    name = f"{view.layout.name}{'' if view.made or awaited else ' by PCA'}"
    points = Points(found.points, view.split.labels, view.answers, view.by, name)
    left, right = st.columns([5, 2], gap="medium")
    with left:
        st.fragment(show_points, run_every=making.LOOK_EVERY if awaited else None)(view, points, awaited)
    with right:
        st.fragment(show_image, key=IMAGE)(view)
        drawn.show_canvas()
        drawn.follow(view.split, view.run, view.layout, points, None if awaited else found)
    if not awaited:
        with projector.operator_only("map_in_words"):
            details.in_words(found.points, view.split.labels, name)


def show_points(view: View, points: Points, awaited: Making | None) -> None:
    """The map, anew now and then while one is `awaited`: that which is being made."""
    if view.is_waiting:
        if making.awaited(view.layout) is not awaited:
            st.rerun()
        making.offer(view.layout)
        if awaited and awaited.found:
            points = replace(points, places=awaited.found[-1][1])

    def choose_image() -> None:
        index = scatter.chosen_of("map", len(view.split))
        if index is not None:
            st.session_state[CHOSEN] = view.source, index
        context = get_script_run_ctx()
        if context is not None and context.fragment_ids_this_run:  # else the whole page runs
            st.rerun([IMAGE])

    scatter.scatter(points, name="Test image", chosen=chosen(view), key="map", on_chosen=choose_image)


def show_image(view: View) -> None:
    """The image that was clicked; it runs alone then."""
    details.image(view.split, view.run, chosen(view))


def chosen(view: View) -> int | None:
    """The image that was clicked; None where none of this data set was."""
    source, index = st.session_state.get(CHOSEN, ("", None))
    return index if source == view.source and index is not None and index < len(view.split) else None


st.title("A map of the digits")
st.html(components.assets("map") / "map.css")
dataset = services.current_dataset()
with projector.operator_only("map_data_set"):
    notices.data_set(dataset)
view = choose_view(dataset)
if view is not None:
    show(view)
