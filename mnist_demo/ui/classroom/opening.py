"""Opening a class, how pupils join it, and closing it."""

import html
from urllib.parse import urlencode

import streamlit as st

from mnist_demo import words
from mnist_demo.classroom import classes
from mnist_demo.classroom.current import current
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.errors import UserError
from mnist_demo.ui.classroom.acting import by_teacher
from mnist_demo.ui.common import projector, sharing
from mnist_demo.ui.page_runs import presses

CODE = "code"  # of the address by which pupils join
COUNT_EVERY = 2.0  # seconds between two looks at who has joined


def offer() -> None:
    """The button that opens a class, and what that means."""
    st.markdown(
        "Your pupils join with their own devices, by typing a code. They draw digits, which appear on the wall, and "
        "you teach the CNN their handwriting. While the class is open, only you can start, control and delete runs."
    )
    st.button("Open a class", icon=":material/groups:", type="primary", key="open_class", on_click=open_)


@by_teacher
def open_() -> None:
    """Open a class; where another teacher was faster, theirs is shown."""
    classes.open_one(current.database())
    current.look_again()


def panel(opened: SchoolClass) -> None:
    """How pupils join the class, for the projector, and how many have."""
    with projector.operator_only("class_address"):
        page, problem = _address()
    with st.container(key="join"):
        st.html(
            f"<p>{f'Open <strong>{_breakable(page)}</strong> and type' if page else 'The code of the class'}</p>"
            f'<p class="code" aria-label="{" ".join(opened.code)}">{html.escape(opened.code)}</p>'
        )
        if problem:
            st.info(problem, icon=":material/wifi_off:")
        else:
            link = f"{page}?{urlencode({CODE: opened.code})}"
            st.image(sharing.qr_code(link), width="stretch", alt="The link to the class as a QR code")
        st.fragment(_count, run_every=COUNT_EVERY)(opened.id)
    with projector.operator_only("close_class"):
        if presses.button("Close the class", icon=":material/door_front:", key="close_class"):
            _ask_close(opened)


def _breakable(address: str) -> str:
    """As HTML; where it has no room in one line, it goes on behind a slash."""
    return html.escape(address).replace("/", "/<wbr>")


def _address() -> tuple[str, str]:
    """What `sharing.for_others` says; no address where the one that was set for this server is none."""
    try:
        return sharing.for_others()
    except UserError as error:
        return "", str(error)


def _count(class_id: int) -> None:
    try:
        pupils = classes.sizes(current.database()).get(class_id, classes.Size()).pupils
    except UserError:
        return  # told beside it
    st.markdown(f"**{words.counted(pupils, 'pupil').capitalize()}** {'has' if pupils == 1 else 'have'} joined")


@st.dialog("Close this class?")
def _ask_close(one: SchoolClass) -> None:
    """The question that stands between a class and the end of its lesson."""
    st.markdown(
        "Your pupils then leave the class, and can no longer draw, vote or come back. What they have drawn stays until "
        "you delete the class. A closed class cannot be opened again: for more drawings you open a new one."
    )
    with st.container(horizontal=True):
        is_closed = st.button(
            "Close it", icon=":material/door_front:", key="close_for_good", on_click=close, args=[one.id]
        )
        st.button("Keep it open", key="keep_open", on_click=st.rerun)
    if is_closed:
        st.rerun()


@by_teacher
def close(class_id: int) -> None:
    """Close a class, also where another teacher has closed it already."""
    classes.close_class(current.database(), class_id)
    current.look_again()
