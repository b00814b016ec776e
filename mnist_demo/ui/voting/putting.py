"""Putting a test image to the vote of the class, from the pages that show it."""

import streamlit as st

from mnist_demo.classroom.current import current
from mnist_demo.data import datasets
from mnist_demo.ui.classroom.acting import by_teacher
from mnist_demo.ui.roles import roles

PAGE = "mnist_demo/ui/pages/class_.py"  # where the vote goes on


def button(data: str, split: str, index: int, *, key: str) -> None:
    """Let the teacher of an open class put an image to the vote; nothing for others, and for what is no test image.

    `data` is the data set's source, `index` that of the image within the split.
    """
    if split != "test" or not current.is_class_open() or not roles.is_teacher():
        return
    # Imported here and not above: where there is no class, the pages that show images need no database.
    from mnist_demo.ui.classroom import wall  # noqa: PLC0415

    st.button("Let the class vote", icon=":material/how_to_vote:", key=key, on_click=put, args=[data, index])
    if wall.PUT_TO_VOTE in st.session_state:
        st.switch_page(PAGE)


@by_teacher
def put(data: str, index: int) -> None:
    """Ask the class this, in place of what it is asked now. Raises UserError where it has voted on it already."""
    from mnist_demo.classroom import classes  # noqa: PLC0415
    from mnist_demo.classroom.voting.questions import SUBSET, TEST, Question  # noqa: PLC0415
    from mnist_demo.ui.classroom import wall  # noqa: PLC0415

    for one in classes.list_classes(current.database()):
        if one.closed is None:
            wall.put_to_vote(one.id, Question(SUBSET if data == datasets.BUNDLED else TEST, index))
            return
