"""The wall: what the class draws as it comes, how many there are, and how well the models read it."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_demo import words
from mnist_demo.classroom import drawings
from mnist_demo.classroom.current import current
from mnist_demo.errors import UserError
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.classroom.acting import by_teacher
from mnist_demo.ui.classroom.reading import ClassDrawings, Look, Seen
from mnist_demo.ui.common import model_choice, projector, run_titles, services
from mnist_demo.ui.common.components import component
from mnist_demo.ui.help import glossary

LOOK_EVERY = 1.5  # seconds
MOST_SHOWN = 200  # drawings at a time: more fit no screen
PRESET = "cnn"  # the model whose mistakes are marked at first
KEY, HIDDEN = "wall", "wall_hidden"

_wall = component("classroom", "wall")


def show(seen: ClassDrawings) -> None:
    """All of it. Streamlit sends the pictures again only where they are others than before."""
    st.fragment(_show, run_every=LOOK_EVERY)(seen, projector.is_on())


def _show(seen: ClassDrawings, was_large: bool) -> None:
    if projector.is_on() != was_large:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="bottom", key="wall_tools"):
        _cover_button(seen)
        with projector.operator_only("wall_model"):
            usable = model_choice.all_usable()
            marking = _choose_model(usable)
        try:
            look = seen.look()
            read = seen.read(marking, look.shown)
        except UserError as error:
            st.error(str(error), icon=":material/error:")
            return
        are_hidden = _hidden_button(look) and not was_large
    _counts(look)
    _accuracies(seen, look, marking)
    if seen.is_covered:
        tiles, empty = [], "The wall is covered."
    elif are_hidden:
        tiles, empty = _tiles(look.hidden, seen.read(marking, look.hidden)), "Nothing is hidden."
    else:
        tiles, empty = _tiles(look.shown, read), "Drawings appear here as soon as pupils send them."
    data = {"tiles": tiles, "actions": ["show" if are_hidden else "hide", "delete"], "empty": empty, "large": was_large}
    _wall(data=data, key=KEY, on_asked_change=lambda: take(seen, st.session_state[KEY].asked))
    if len(look.shown) > MOST_SHOWN and not was_large:
        st.caption(f"The newest {MOST_SHOWN} of {words.counted(len(look.shown), 'drawing')}.")


def _cover_button(seen: ClassDrawings) -> None:
    label, icon = ("Uncover the wall", "visibility") if seen.is_covered else ("Cover the wall", "visibility_off")
    st.button(label, icon=f":material/{icon}:", key="cover", on_click=cover, args=[seen, not seen.is_covered])


@by_teacher
def cover(seen: ClassDrawings, is_covered: bool) -> None:
    """Make the wall blank for all who see it, or no longer."""
    seen.is_covered = is_covered


def _choose_model(usable: Mapping[str, Run]) -> Run:
    chosen = st.selectbox(
        "Mark what this model misreads",
        list(usable),
        index=list(usable).index(PRESET),
        format_func=run_titles.titles(usable),
        key="wall_model",
        persist_state="session",
        width=260,
        help=glossary.meanings("CNN"),
    )
    return usable.get(chosen, services.shipped(PRESET))


def _hidden_button(look: Look) -> bool:
    """Whether the hidden drawings are looked at; the button that changes it."""
    are_hidden = st.session_state.get(HIDDEN, False)
    label = "Back to the wall" if are_hidden else f"Hidden: {len(look.hidden)} – show them"
    with projector.operator_only("wall_hidden"):
        st.button(
            label,
            icon=":material/inventory_2:",
            type="tertiary",
            key="hidden",
            disabled=not (are_hidden or look.hidden),
            on_click=lambda: st.session_state.update({HIDDEN: not are_hidden}),
        )
    return bool(are_hidden)


def _counts(look: Look) -> None:
    """How many drawings there are, in all and of each digit."""
    total = f"{words.counted(len(look.shown), 'drawing')} by {words.counted(look.pupils, 'pupil')}".capitalize()
    cells = "".join(
        f'<li aria-label="{words.counted(count, "drawing")} of the digit {digit}">'
        f"<b>{digit}</b><span>{count:,}</span></li>"
        for digit, count in enumerate(look.counts)
    )
    st.html(f'<div class="counts"><strong>{html.escape(total)}</strong><ol>{cells}</ol></div>')


def _accuracies(seen: ClassDrawings, look: Look, marking: Run) -> None:
    """How well the shipped models, and the one whose mistakes are marked, read the class."""
    if not look.shown:
        st.markdown("How well the models read them is said here.")
        return
    runs = {run.id: run for run in [*map(services.shipped, store.shipped_names()), marking]}
    st.markdown("  \n".join(_accuracy(seen, look, run) for run in runs.values()), help=_help())
    if marking.settings.start:
        st.caption("It was taught some of these drawings, so being right on them proves little.")


def _accuracy(seen: ClassDrawings, look: Look, run: Run) -> str:
    found = seen.evaluate(run, look.shown)
    low, high = found.interval
    return (
        f"{run_titles.title(run)}: **{words.percent(found.accuracy)}** read right "
        f"(95 % interval: {words.percent(low)} to {words.percent(high)})"
    )


def _help() -> str:
    return glossary.meanings("Accuracy", "Confidence interval", "CNN", "Affine model")


def _tiles(shown: Sequence[Seen], read: Sequence[int]) -> list[dict[str, Any]]:
    """What the page is given of the newest drawings, the newest first; `read` as a model has."""
    pairs = list(zip(shown, read, strict=True))[-MOST_SHOWN:]
    return [{"id": one.id, "label": one.label, "read": digit, "picture": one.address} for one, digit in reversed(pairs)]


@by_teacher
def take(seen: ClassDrawings, asked: object) -> None:
    """Do what the page asks for a drawing of this class; a browser may send anything."""
    look = seen.look()
    ids = {one.id for one in [*look.shown, *look.hidden]}
    match asked:
        case {"id": drawing_id, "action": "hide" | "show" | "delete" as action} if type(drawing_id) is int:
            if drawing_id not in ids:
                return
            if action == "delete":
                drawings.delete(current.database(), drawing_id)
            else:
                drawings.hide(current.database(), drawing_id, hidden=action == "hide")
            seen.look_again()
