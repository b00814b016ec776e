"""The wall: what the class draws as it comes, how many there are, and how well the models read it."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_demo import words
from mnist_demo.classroom import drawings
from mnist_demo.classroom.current import current
from mnist_demo.classroom.voting import asked
from mnist_demo.classroom.voting.asked import lookout
from mnist_demo.classroom.voting.questions import DRAWING, Question
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.classroom import acting
from mnist_demo.ui.classroom.acting import by_teacher
from mnist_demo.ui.classroom.reading import ClassDrawings, Look, Seen
from mnist_demo.ui.common import model_choice, projector, run_titles
from mnist_demo.ui.common.components import component, is_number
from mnist_demo.ui.help import glossary

LOOK_EVERY = 1.5  # seconds
MOST_SHOWN = 200  # drawings at a time: more fit no screen
PRESET = "cnn"  # the model whose mistakes are marked at first
KEY, HIDDEN = "wall", "wall_hidden"
PUT_TO_VOTE = "wall_put_to_vote"  # of the visitor's session: the page is to go on to the vote

_wall = component("classroom", "wall")


def show(seen: ClassDrawings) -> None:
    """All of it. Streamlit sends the pictures again only where they are others than before."""
    st.fragment(_show, run_every=LOOK_EVERY)(seen, projector.is_on())


def _show(seen: ClassDrawings, was_large: bool) -> None:
    if projector.is_on() != was_large or PUT_TO_VOTE in st.session_state:
        st.rerun()
    try:
        _parts(seen, seen.look(), is_large=was_large)
    except UserError as error:
        acting.tell(error)


def _parts(seen: ClassDrawings, look: Look, *, is_large: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="wall_tools"):
        _cover_button(seen, look)
        with projector.operator_only("wall_model"):
            usable = model_choice.all_usable()
            marking = _choose_model(usable)
        are_hidden = _hidden_button(look) and not is_large
    _counts(look, marking if is_large and not look.is_covered else None)
    _accuracies(seen, look, marking)
    if look.is_covered:
        tiles, empty = [], "The wall is covered."
    elif are_hidden:
        tiles, empty = _tiles(look.hidden, seen.read(marking, look.hidden)), "Nothing is hidden."
    else:
        tiles = _tiles(look.shown, seen.read(marking, look.shown))
        empty = "Drawings appear as soon as pupils send them."
    actions = ["show", "delete"] if are_hidden else ["vote", "hide", "delete"]
    data = {"tiles": tiles, "actions": actions, "empty": empty, "large": is_large}
    _wall(data=data, key=KEY, on_asked_change=lambda: take(seen, st.session_state[KEY].asked))
    if len(look.shown) > MOST_SHOWN and not is_large:
        st.caption(
            f"{MOST_SHOWN} of {words.counted(len(look.shown), 'drawing')}: the newest, and the newest that are misread."
        )


def _cover_button(seen: ClassDrawings, look: Look) -> None:
    label, icon = ("Uncover the wall", "visibility") if look.is_covered else ("Cover the wall", "visibility_off")
    st.button(label, icon=f":material/{icon}:", key="cover", on_click=cover, args=[seen, not look.is_covered])


@by_teacher
def cover(seen: ClassDrawings, is_covered: bool) -> None:
    """Make the wall blank for all who see it, or no longer."""
    seen.cover(is_covered)


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
    return usable.get(chosen, loaded.shipped(PRESET))


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


def _counts(look: Look, marking: Run | None) -> None:
    """How many drawings there are, in all and of each digit; and who misreads the marked ones, for a class."""
    total = f"{words.counted(len(look.shown), 'drawing')} by {words.counted(look.pupils, 'pupil')}"
    total = total if look.shown else "No drawings yet"
    if marking is not None and look.shown:
        total += f" · marked: misread by {run_titles.title(marking)}"
    cells = "".join(
        f'<li aria-label="{words.counted(count, "drawing")} of the digit {digit}">'
        f"<b>{digit}</b><span>{count:,}</span></li>"
        for digit, count in enumerate(look.counts)
    )
    st.html(f'<div class="counts"><strong>{html.escape(total)}</strong><ol>{cells}</ol></div>')


def _accuracies(seen: ClassDrawings, look: Look, marking: Run) -> None:
    """How well the shipped models, and the one whose mistakes are marked, read the class."""
    if not look.shown:
        st.markdown("As soon as there are drawings, you see here how many of them each model reads right.")
        return
    runs = {run.id: run for run in [*loaded.all_shipped().values(), marking]}
    st.markdown("  \n".join(_accuracy(seen, look, run) for run in runs.values()), help=_help())
    if marking.settings.start:
        st.caption(
            f"{run_titles.title(marking)} learned from some of these drawings, so reading them right proves little."
        )


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
    """What the page is given of the drawings, the newest first; `read` as a model has.

    Of many these are the newest; but up to half of the room is kept for the newest ones that are misread.
    """
    pairs = list(zip(shown, read, strict=True))[::-1]
    wrong = [(one, digit) for one, digit in pairs if digit != one.label][: MOST_SHOWN // 2]
    kept = set(list(dict.fromkeys([*wrong, *pairs]))[:MOST_SHOWN])
    return [
        {"id": one.id, "label": one.label, "read": digit, "picture": one.address}
        for one, digit in pairs
        if (one, digit) in kept
    ]


@by_teacher
def take(seen: ClassDrawings, wanted: object) -> None:
    """Do what the page asks for a drawing of this class; a browser may send anything."""
    look = seen.look()
    ids = {one.id for one in [*look.shown, *look.hidden]}
    match wanted:
        case {"id": drawing_id, "action": "hide" | "show" | "delete" | "vote" as action} if is_number(drawing_id):
            if drawing_id not in ids:
                return
            if action == "vote":
                put_to_vote(seen.class_id, Question(DRAWING, drawing_id))
            elif action == "delete":
                drawings.delete(current.database(), drawing_id)
            else:
                drawings.hide(current.database(), drawing_id, hidden=action == "hide")
            seen.look_again()


def put_to_vote(class_id: int, question: Question) -> None:
    """Ask the class this in place of what it is asked now, and go to the vote. Raises UserError where it was asked."""
    asked.ask(current.database(), class_id, str(question), lookout.asked(class_id).question)
    lookout.look_again()
    st.session_state[PUT_TO_VOTE] = True
