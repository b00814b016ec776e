"""The vote on a pupil's device: the image, ten buttons, and after the reveal what was right and the own score."""

import html
from dataclasses import dataclass

import streamlit as st

from mnist_demo.classroom import votes
from mnist_demo.classroom.faults import UnavailableError
from mnist_demo.classroom.tables import Pupil
from mnist_demo.classroom.voting.asked import Asked, lookout
from mnist_demo.data.images import CLASSES
from mnist_demo.errors import UserError
from mnist_demo.ui.common import components, services
from mnist_demo.ui.pupils import visit as visits
from mnist_demo.ui.roles import browser
from mnist_demo.ui.voting import subjects
from mnist_demo.ui.voting.subjects import Subject

LOOK_EVERY = 1.5  # seconds
MOST_LOOKS = 20  # a second, by the whole class together: nobody draws meanwhile
NOT_COUNTED = "Your vote could not be counted at this moment: tap again."
PROBLEM = "vote_problem"  # of the visitor's session: why the last tap was not counted


@dataclass(frozen=True)
class Own:
    """What the page of one pupil knows of the vote: the pupil's answer, and of how many images how many were right."""

    subject: Subject | None
    said: int | None
    right: int
    of: int


def is_asked(pupil: Pupil) -> bool:
    """Whether the class of this pupil is asked something now."""
    return lookout.asked(pupil.class_id).question is not None


def show_for_pupil(pupil: Pupil) -> bool:
    """Show what the class is asked, and return whether it is; where that changes, the page runs again."""
    now = lookout.asked(pupil.class_id)
    if now.question is None:
        return False
    st.html(components.assets("voting") / "voting.css")
    with st.container(key="vote_watch"):
        st.fragment(_watch, run_every=services.look_every(visits.LOOKED_AT, LOOK_EVERY, MOST_LOOKS))(
            pupil.class_id, now
        )
    _ask(now, now.question)
    return True


def _watch(class_id: int, drawn: Asked) -> None:
    """Have the page run again where the class is asked something else than what is `drawn`."""
    services.watchers(visits.LOOKED_AT)  # who is still there counts
    if lookout.asked(class_id) != drawn:
        st.rerun()


@st.fragment
def _ask(now: Asked, question: str) -> None:
    if browser.has_news():
        st.rerun()
    problem = st.session_state.pop(PROBLEM, None)
    try:
        own = _find(now, question)
    except UnavailableError:
        st.fragment(_wait, run_every=LOOK_EVERY)(now, question)
    except UserError:  # of the server's files, which are not a pupil's business
        st.error("This image cannot be shown: wait for the next one.", icon=":material/error:")
    else:
        with st.container(key="vote_page"):
            _show(now, question, own, problem)


def _wait(now: Asked, question: str) -> None:
    """Say that the database is away, and have the page run again once it is there."""
    try:
        _find(now, question)
    except UnavailableError:
        st.info(visits.AWAY, icon=":material/sync:")
    else:
        st.rerun()


def _show(now: Asked, question: str, own: Own, problem: str | None) -> None:
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
                args=[question, digit],
            )
    st.html(f'<div class="vote-said" role="status">{_outcome(own, now, problem)}</div>')


def _find(now: Asked, question: str) -> Own:
    """Raises UnavailableError, or UserError where the images cannot be read."""
    database, pupil = visits.database(), visits.own().pupil
    given = votes.votes_of(database, pupil.id) if pupil else {}
    found = subjects.find(database, {*given, question})
    over = {name for name in found if name in given and (now.is_revealed or name != question)}
    right = sum(given[name] == found[name].label for name in over)
    return Own(found.get(question), given.get(question), right, len(over))


def _outcome(own: Own, now: Asked, problem: str | None) -> str:
    """What the pupil is told, in HTML; the score is nobody else's to see."""
    if problem is not None:
        return f"<p><b>{html.escape(problem)}</b></p>"
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


def vote(question: str, digit: int) -> None:
    """Count the answer of this pupil, once; why it was not counted is told where the page says what follows."""
    try:
        database = visits.database()
        votes.vote(database, visits.own().be_there(database).id, question, digit)
    except UnavailableError:
        st.session_state[PROBLEM] = NOT_COUNTED
    except UserError as error:
        st.session_state[PROBLEM] = str(error)
