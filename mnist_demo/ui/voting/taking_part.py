"""The vote on a pupil's device: the image, ten buttons, and after the reveal what was right and the own score."""

from dataclasses import dataclass

import streamlit as st

from mnist_demo.classroom import votes
from mnist_demo.classroom.faults import UnavailableError
from mnist_demo.classroom.tables import Pupil
from mnist_demo.classroom.voting.asked import Asked, lookout
from mnist_demo.data.images import CLASSES
from mnist_demo.errors import UserError
from mnist_demo.ui.classroom import joining
from mnist_demo.ui.classroom import visit as visits
from mnist_demo.ui.common import components
from mnist_demo.ui.voting import subjects
from mnist_demo.ui.voting.subjects import Subject

LOOK_EVERY = 1.5  # seconds


@dataclass(frozen=True)
class Own:
    """What the page of one pupil knows of the vote: the pupil's answer, and of how many images how many were right."""

    subject: Subject | None
    said: int | None
    right: int
    of: int


def show_for_pupil(pupil: Pupil) -> bool:
    """Show what the class is asked, and return whether it is; where that changes, the page runs again."""
    now = lookout.asked(pupil.class_id)
    with st.container(key="vote_watch"):
        st.fragment(_watch, run_every=LOOK_EVERY)(pupil.class_id, now)
    if now.question is None:
        return False
    st.html(components.assets("voting") / "voting.css")
    _ask(pupil, now, now.question)
    return True


def _watch(class_id: int, drawn: Asked) -> None:
    """Have the page run again where the class is asked something else than what is `drawn`."""
    if lookout.asked(class_id) != drawn:
        st.rerun()


@st.fragment
def _ask(pupil: Pupil, now: Asked, question: str) -> None:
    try:
        own = _find(pupil, now, question)
    except UnavailableError:
        st.info(joining.UNREACHABLE, icon=":material/sync:")
        st.button("Try again", icon=":material/refresh:", key="vote_again")
        return
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    if own.subject is None:
        st.info("This image is not there any more: wait for the next one.", icon=":material/image_not_supported:")
        return
    st.html(
        '<div class="vote-own"><h2>Which digit is this?</h2>'
        f'<img src="{own.subject.address}" alt="The image that the class votes on"></div>'
    )
    with st.container(key="vote_digits"):
        for digit in range(CLASSES):
            st.button(
                str(digit),
                key=f"vote_{question}_{digit}",  # a late tap on the image before is no answer to this one
                type="primary" if digit == own.said else "secondary",
                disabled=own.said is not None or now.is_revealed,
                shortcut=str(digit),
                width="stretch",
                on_click=vote,
                args=[pupil, question, digit],
            )
    st.html(f'<div class="vote-said" role="status">{_outcome(own, now)}</div>')


def _find(pupil: Pupil, now: Asked, question: str) -> Own:
    """Raises UnavailableError, or UserError where the images cannot be read."""
    database = visits.database()
    given = votes.votes_of(database, pupil.id)
    found = subjects.find(database, {*given, question})
    over = {name for name in found if name in given and (now.is_revealed or name != question)}
    right = sum(given[name] == found[name].label for name in over)
    return Own(found.get(question), given.get(question), right, len(over))


def _outcome(own: Own, now: Asked) -> str:
    """What the pupil is told, in HTML; the score is nobody else's to see."""
    score = f"<p>{own.right} of {own.of} right so far. Only you see this.</p>" if own.of else ""
    if not now.is_revealed:
        text = "Tap it: the first answer counts." if own.said is None else f"You said {own.said}: wait for the others."
        return f"<p><b>{text}</b></p>{score}"
    assert own.subject is not None
    if own.said is None:
        verdict = "You did not vote on this one."
    else:
        verdict = f"You said {own.said}: " + ("right!" if own.said == own.subject.label else "not this time.")
    return f"<p><b>{own.subject.answer} {verdict}</b></p>{score}"


def vote(pupil: Pupil, question: str, digit: int) -> None:
    """Count the answer of this pupil, once; what is wrong with it is told in a sentence."""
    try:
        votes.vote(visits.database(), pupil.id, question, digit)
    except UnavailableError:
        st.toast(joining.UNREACHABLE, icon=":material/error:")
    except UserError as error:
        st.toast(str(error), icon=":material/error:")
