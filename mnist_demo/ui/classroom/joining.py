"""Joining a class by its code, and what of a pupil is stored."""

import streamlit as st

from mnist_demo.classroom import classes
from mnist_demo.classroom.faults import UnavailableError
from mnist_demo.classroom.tables import CODE_LENGTH, Pupil
from mnist_demo.errors import UserError
from mnist_demo.ui.classroom import visit as visits
from mnist_demo.ui.classroom.visit import Visit
from mnist_demo.ui.roles import browser

CODE = "code"  # of the page's address
LONGEST_TYPED = 2 * CODE_LENGTH  # with spaces
MOST_CLASSES = 3  # that one session joins
OVER = "The class that you were in is over, thank you for taking part. If there is a new one, type its code."
UNREACHABLE = "The class cannot be reached at this moment: try again, and tell your teacher if that does not help."
PRIVACY = (
    "What is stored: an animal and a colour in place of your name, your drawings and your votes. Where it is stored: "
    "in the database of the computer that runs this page. How it is deleted: your teacher deletes the class, and "
    "everything of it is gone."
)


def show(visit: Visit) -> None:
    """The form that asks for the code; who came by the QR code finds it typed already."""
    if visit.has_ended:
        st.info(OVER, icon=":material/waving_hand:")
    with st.form("join", width=480):
        given = "" if visit.has_ended else st.query_params.get(CODE, "")
        code = st.text_input(
            "The code on the projector",
            value=given[:LONGEST_TYPED],
            max_chars=LONGEST_TYPED,
            placeholder="K7M3QD",
            autocomplete="off",
        )
        is_pressed = st.form_submit_button("Join", type="primary", icon=":material/login:", width="stretch")
        if is_pressed:
            _try_to_join(visit, code)
    st.caption(PRIVACY)


def _try_to_join(visit: Visit, code: str) -> None:
    try:
        pupil = join(visit, code)
    except UnavailableError:
        st.error(UNREACHABLE, icon=":material/error:")
    except UserError as error:
        st.error(str(error), icon=":material/error:")
    else:
        browser.keep_pupil_key(pupil.key)
        st.rerun()


def join(visit: Visit, code: str) -> Pupil:
    """Join the class of this code, or come back as who one was in it. Raises UserError where that cannot be."""
    database = visits.database()
    wanted = classes.find_class(database, code)
    # Asked of the database: a new class may have the number of one that was deleted.
    known = filter(None, (classes.find_pupil(database, key) for key in visit.joined))
    pupil = next((one for one in known if one.class_id == wanted.id), None)
    if pupil is None:
        if len(visit.joined) >= MOST_CLASSES:
            raise UserError(f"You have joined {MOST_CLASSES} classes already: reload the page to join another one.")
        pupil = classes.join(database, code)
        visit.joined.append(pupil.key)
    visit.enter(database, pupil)
    return pupil
