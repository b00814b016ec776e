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

CODE = "code"  # of the address by which pupils join
COUNT_EVERY = 2.0  # seconds between two looks at who has joined


def offer() -> None:
    """The button that opens a class, and what that means."""
    st.markdown(
        "Your pupils join with the devices they have, by a code: they draw digits for the wall, and you teach the CNN "
        "their handwriting. While a class is open, only you start, control and delete runs."
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
        page, problem = sharing.for_others()
    with st.container(key="join"):
        st.html(
            f"<p>Open <strong>{html.escape(page)}</strong> and type</p>"
            f'<p class="code" aria-label="{" ".join(opened.code)}">{html.escape(opened.code)}</p>'
        )
        if problem:
            st.info(problem, icon=":material/wifi_off:")
        else:
            link = f"{page}?{urlencode({CODE: opened.code})}"
            st.image(sharing.qr_code(link), width="stretch", alt="The link to the class as a QR code")
        st.fragment(_count, run_every=COUNT_EVERY)(opened.id)
    with projector.operator_only("close_class"):
        st.button("Close the class", icon=":material/door_front:", key="close_class", on_click=close, args=[opened.id])


def _count(class_id: int) -> None:
    try:
        pupils = classes.sizes(current.database()).get(class_id, classes.Size()).pupils
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.markdown(f"**{words.counted(pupils, 'pupil').capitalize()}** {'has' if pupils == 1 else 'have'} joined")


@by_teacher
def close(class_id: int) -> None:
    """Close a class, also where another teacher has closed it already."""
    classes.close_class(current.database(), class_id)
    current.look_again()
