"""The Class page: the teacher opens and leads a class here, and pupils take part."""

import streamlit as st

from mnist_demo.ui.classroom import teacher
from mnist_demo.ui.pupils import board
from mnist_demo.ui.roles import browser, roles

st.title("Class")
kept = browser.kept()
if roles.is_teacher():
    teacher.show()
elif kept is None:
    st.caption("One moment…")
else:
    board.show(kept.pupil_key)
    roles.ask_key()
