"""One step of the lesson: a few sentences, a picture, a thing to try, a question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import streamlit as st

from mnist_demo.ui.help import glossary


@dataclass(frozen=True)
class Link:
    """To a page of the app, by its address, "" for the first one. The query sets up what there is to try."""

    label: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Relative to the lesson's own, so that it holds wherever the app is served."""
        return f"./{self.page}?{urlencode(self.query)}" if self.query else f"./{self.page}"


@dataclass(frozen=True)
class Step:
    """`prose`, `task`, `question` and `answer` are Markdown; `terms` are what the glossary explains of them."""

    title: str
    prose: str
    terms: tuple[str, ...]
    picture: Callable[[], None]
    task: str
    links: tuple[Link, ...]
    question: str
    answer: str


def show(step: Step, number: int, *, has_answer: bool) -> None:
    """The step, and its hidden answer where that is not printed elsewhere."""
    with st.container(key=f"lesson_step_{number}"):
        left, right = st.columns(2, gap="large")
        with left:
            st.subheader(f"{number}. {step.title}", help=glossary.meanings(*step.terms))
            st.markdown(step.prose)
            st.markdown(f":material/experiment: **Try it.** {step.task}")
            with st.container(horizontal=True, key=f"lesson_link_{number}"):
                for link in step.links:
                    # In a tab of its own: the lesson stays, and the page begins with what the link says.
                    st.link_button(link.label, link.address, icon=":material/open_in_new:")
            st.markdown(f":material/help: **Question {number}.** {step.question}")
            if has_answer:
                with st.expander("Answer", key=f"lesson_answer_{number}"):
                    st.markdown(step.answer)
        with right:
            step.picture()
