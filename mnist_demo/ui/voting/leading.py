"""The vote as its teacher leads it, for the projector: an image, how many have voted, the answer, and the table."""

import html
from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from mnist_demo.classroom import classes, votes
from mnist_demo.classroom.current import current
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.classroom.voting import asked, questions
from mnist_demo.classroom.voting.asked import Asked, lookout
from mnist_demo.errors import UserError
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards
from mnist_demo.ui.answers.cards import Answer
from mnist_demo.ui.classroom import acting
from mnist_demo.ui.classroom.acting import by_teacher
from mnist_demo.ui.common import answer_cards, components, projector
from mnist_demo.ui.help import glossary
from mnist_demo.ui.voting import results, subjects
from mnist_demo.ui.voting.subjects import DRAWINGS, IMAGES, Subject
from mnist_demo.words import counted, percent

LOOK_EVERY = 1.0  # seconds
BEGIN = {IMAGES: f"Vote on {questions.HARD} hard images", DRAWINGS: "Vote on our drawings"}


def show_for_teacher(school_class: SchoolClass) -> None:
    """All of it."""
    st.html(components.assets("voting") / "voting.css")
    st.fragment(_show, run_every=LOOK_EVERY)(school_class, projector.is_on())


def _show(school_class: SchoolClass, was_large: bool) -> None:
    if projector.is_on() != was_large:
        st.rerun()
    try:
        now = lookout.asked(school_class.id)
        voted = results.count_by_question(current.database(), school_class.id)
        if now.question is None:
            _offer(school_class, voted, is_large=was_large)
        else:
            _lead(school_class, now, now.question, voted)
    except UserError as error:
        acting.tell(error)


def _offer(school_class: SchoolClass, voted: Mapping[str, Sequence[int]], *, is_large: bool) -> None:
    """What can be asked, and what came of what was asked."""
    if not voted:
        st.markdown(
            "The class against the models: you show an image, everybody taps the digit that they see on their own "
            "device, and you reveal what is right, what the class said and what the models say. The hard images are "
            "those of the data set’s test images that the models disagree about or are least sure of.",
            help=glossary.meanings("Test image"),
        )
    with st.container(horizontal=True):
        for name, label in BEGIN.items():
            _button_next(name, school_class.id, voted, None, label, is_first=True)
    if voted:
        results.tables(current.database(), school_class, voted, is_large=is_large)


def _lead(school_class: SchoolClass, now: Asked, question: str, voted: Collection[str]) -> None:
    """What is asked now, first without and then with its answer."""
    database, class_id = current.database(), school_class.id
    subject = subjects.find(database, [question]).get(question)
    counts = votes.count_votes(database, class_id, question)
    pupils = classes.sizes(database).get(class_id, classes.Size()).pupils
    if subject is None:
        st.info("This image is not there any more: go on with another one.", icon=":material/image_not_supported:")
    elif now.is_revealed:
        _answer(subject, counts, subjects.models(school_class))
    else:
        _question(subject, sum(counts), pupils, _place(class_id, question))
    with st.container(horizontal=True, key="vote_tools"):
        if not now.is_revealed and subject is not None:
            st.button(
                "Reveal",
                icon=":material/visibility:",
                type="primary",
                key="vote_reveal",
                on_click=reveal,
                args=[class_id, question],
            )
        else:
            _button_next(subjects.series_of(question), class_id, voted, question, "Next image")
        st.button(
            "End the vote", icon=":material/stop_circle:", key="vote_end", on_click=end, args=[class_id, question]
        )


def _button_next(
    name: str, class_id: int, voted: Collection[str], before: str | None, label: str, *, is_first: bool = False
) -> None:
    """The button that asks the next question of a series; it cannot be pressed where none is left."""
    following = subjects.following(subjects.series(name, class_id), voted, before)
    st.button(
        label,
        icon=":material/how_to_vote:" if is_first else ":material/arrow_forward:",
        type="primary" if name == IMAGES or not is_first else "secondary",
        key=f"vote_{name}" if is_first else "vote_next",
        disabled=following is None,
        on_click=ask,
        args=[class_id, following, before],
    )


def _place(class_id: int, question: str) -> str:
    """Which one it is."""
    if subjects.series_of(question) == DRAWINGS:
        return "A drawing of this class"
    names = subjects.series(IMAGES, class_id)
    return f"Image {names.index(question) + 1} of {len(names)}" if question in names else "A test image"


def _question(subject: Subject, count: int, pupils: int, place: str) -> None:
    st.html(
        '<div class="vote-asked">'
        f'<img src="{subject.address}" alt="The image that the class votes on">'
        f"<div><p>{place}</p><h2>Which digit is this?</h2><p>Tap it on your device.</p>"
        f'<p role="status"><b>{count}</b> of {counted(pupils, "pupil")} {"has" if pupils == 1 else "have"} voted</p>'
        "</div></div>"
    )


def _answer(subject: Subject, counts: list[int], models: Sequence[Run]) -> None:
    """The class's votes beside the probabilities of the models, all from 0 to 100 %."""
    shown = [of_class(counts), *(cards.answer(run, subject.pixels) for run in models)]
    st.html(
        '<div class="vote-answer">'
        f'<img src="{subject.address}" alt="The image that the class voted on">'
        f"<h2>{html.escape(subject.answer)}</h2></div>"
    )
    answer_cards.answers(shown, meant=subject.label, key="vote_answers")


def of_class(counts: list[int]) -> Answer:
    """A card as the models' ones, with the shares of the class's votes."""
    total = sum(counts)
    if total == 0:
        return Answer("The class", "Nobody has voted", "", "No votes", [0.0] * len(counts))
    leaders, shares = questions.leaders(counts), [count / total for count in counts]
    said = results.in_words(leaders)
    remark = f"{max(counts)} of {counted(total, 'vote')}" + (" each" if len(leaders) > 1 else "")
    return Answer("The class", "Shares of its votes", said, remark, shares, [percent(share) for share in shares])


@by_teacher
def ask(class_id: int, question: str, before: str | None) -> None:
    """Ask the class this after what it was asked before, which ends."""
    asked.ask(current.database(), class_id, question, before)
    lookout.look_again()


@by_teacher
def reveal(class_id: int, question: str) -> None:
    """Show everybody the answer; no more votes are taken."""
    asked.reveal(current.database(), class_id, question)
    lookout.look_again()


@by_teacher
def end(class_id: int, question: str) -> None:
    """Ask nothing any more: the pupils go on to draw."""
    asked.end(current.database(), class_id, question)
    lookout.look_again()
