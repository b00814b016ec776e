"""Joining a class by its code, and what of a pupil is stored."""

from contextlib import suppress

import streamlit as st

from mnist_demo.classroom import classes
from mnist_demo.classroom.faults import UnavailableError
from mnist_demo.classroom.tables import CODE_LENGTH, Pupil
from mnist_demo.errors import UserError
from mnist_demo.ui.page_runs import presses
from mnist_demo.ui.pupils import visit as visits
from mnist_demo.ui.pupils.visit import Visit
from mnist_demo.ui.roles import browser

CODE = "code"  # of the page's address
LONGEST_TYPED = 2 * CODE_LENGTH  # with spaces
MOST_CLASSES = 3  # that one session joins
OVER = "The class that you were in is over, thank you for taking part. If there is a new one, type its code."
UNREACHABLE = "The class cannot be reached at this moment: try again, and tell your teacher if that does not help."
PRIVACY = (
    "What is stored: an animal and a colour in place of your name, your drawings and your votes. Where it is stored: "
    "in the database of the computer that runs this page, and your drawings with each model that learned from them. "
    "How it is deleted: your teacher deletes the class, and all of this is gone; models stay, without the drawings, "
    "and so do files that your teacher has exported."
)


def show(visit: Visit) -> None:
    """The form that asks for the code; who came by the QR code finds it typed already."""
    if visit.has_ended:
        st.info(OVER, icon=":material/waving_hand:")
    with st.form("join", width=480):
        code = st.text_input(
            "The code on the projector",
            value=_given(visit),
            max_chars=LONGEST_TYPED,
            placeholder="K7M3QD",
            autocomplete="off",
        )
        if presses.submit_button("Join", type="primary", icon=":material/login:", width="stretch", key="press_join"):
            _try_to_join(visit, code)
    st.caption(PRIVACY)


def _given(visit: Visit) -> str:
    """The code in the page's address; "" after the class has ended, unless it is that of another one."""
    given = st.query_params.get(CODE, "")[:LONGEST_TYPED]
    if not visit.has_ended:
        return given
    with suppress(UnavailableError):
        return given if classes.is_open(visits.database(), given) else ""
    return ""


def _try_to_join(visit: Visit, code: str) -> None:
    try:
        join(visit, code)
    except UnavailableError:
        st.error(UNREACHABLE, icon=":material/error:")
    except UserError as error:
        st.error(str(error), icon=":material/error:")
    else:
        st.rerun()


def join(visit: Visit, code: str) -> Pupil:
    """Join the class of this code, or come back as who one was in it. Raises UserError where that cannot be."""
    database = visits.database()
    wanted = classes.find_class(database, code)
    with visit.joining:
        # Asked of the database: a new class may have the number of one that was deleted.
        known = filter(None, (classes.find_pupil(database, key) for key in visit.joined))
        pupil = next((one for one in known if one.class_id == wanted.id), None)
        if pupil is None:
            if len(visit.joined) >= MOST_CLASSES:
                raise UserError(f"You have joined {MOST_CLASSES} classes already: reload the page to join another one.")
            pupil = classes.join(database, code)
            visit.joined.append(pupil.key)
    # First of all: who presses Join twice ends this run in mid-way, and goes on with what is known by then.
    browser.keep_pupil_key(pupil.key)
    visit.enter(database, pupil)
    return pupil
