"""The Lesson page: how a machine reads digits, in seven steps, one at a time or all of them for the printer."""

import streamlit as st

from mnist_demo.ui.common import components
from mnist_demo.ui.lesson import facts, step
from mnist_demo.ui.lesson.steps import STEPS

PARAMETER = "step"  # of the page's address: a step's number, or ALL
ALL = "all"
NAMES = [*map(str, range(1, len(STEPS) + 1)), ALL]


def choose() -> str:
    """The step that the address names, the first where it names none; and the ways to the others."""
    asked = st.query_params.get(PARAMETER)
    name = asked if asked in NAMES else NAMES[0]
    place = NAMES.index(name)
    st.session_state["lesson_step"] = name
    with st.container(horizontal=True, vertical_alignment="center", key="lesson_controls"):
        st.segmented_control(
            "Step",
            NAMES,
            required=True,
            wrap=True,
            format_func=lambda each: "All seven, to print" if each == ALL else each,
            key="lesson_step",
            label_visibility="collapsed",
            on_change=lambda: go_to(st.session_state["lesson_step"]),
        )
        if name != ALL:
            last = len(STEPS) - 1
            for label, icon, to in (("Back", "arrow_back", place - 1), ("Next", "arrow_forward", place + 1)):
                is_there = 0 <= to <= last
                st.button(label, icon=f":material/{icon}:", disabled=not is_there, on_click=go_to, args=(NAMES[to],))
        else:
            st.caption("Print this page by your browser’s menu, or with Ctrl + P. The answers are at its end.")
    return name


def go_to(name: str) -> None:
    """Put a step into the address."""
    st.query_params[PARAMETER] = name


def show_all() -> None:
    """All steps, and their answers at the end: for a worksheet."""
    steps = [make(found) for make in STEPS]
    for number, each in enumerate(steps, 1):
        step.show(each, number, has_answer=False)
    with st.container(key="lesson_step_answers"):
        st.subheader("Answers")
        st.markdown("\n".join(f"{number}. {each.answer}" for number, each in enumerate(steps, 1)))


st.html(components.assets("lesson") / "lesson.css")
st.html(components.assets("train") / "train.css")  # how it shows weights
st.title("How a machine reads digits")
chosen = choose()
found = facts.gather()
if chosen == ALL:
    show_all()
else:
    step.show(STEPS[int(chosen) - 1](found), int(chosen), has_answer=True)
