"""The class against the models: what each said of all that was voted on."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnist_demo.classroom import votes
from mnist_demo.classroom.database import Database
from mnist_demo.classroom.tables import SchoolClass
from mnist_demo.classroom.voting import questions
from mnist_demo.data import datasets
from mnist_demo.data.images import CLASSES
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.data.seen import may_have_seen
from mnist_demo.ui.help import glossary
from mnist_demo.ui.voting import subjects
from mnist_demo.ui.voting.subjects import DRAWINGS, IMAGES, Subject
from mnist_demo.words import percent

MOST_LEADERS = 2  # digits of a tie that are named
TITLES = {
    IMAGES: "The class against the models on test images",
    DRAWINGS: "The class against the models on its own drawings",
}
DISAGREES = "a tie"
MARKS = {True: '<span class="right">✓</span> right', False: '<span class="wrong">✗</span> wrong'}


@dataclass(frozen=True)
class Row:
    """What was said of one image: how many votes each digit has, and the digit of each model."""

    subject: Subject
    counts: Sequence[int]
    read: Sequence[int]

    @property
    def leaders(self) -> list[int]:
        """What most of the class said."""
        return questions.leaders(self.counts)

    @property
    def is_class_right(self) -> bool:
        """Whether more of the class said what is right than anything else."""
        return self.leaders == [self.subject.label]


def tables(
    database: Database, school_class: SchoolClass, counts: Mapping[str, Sequence[int]], *, is_large: bool
) -> None:
    """A table of each series of which something was voted on, the latest first; alone where it `is_large`.

    `counts` are as `count_by_question` gives them. Raises UserError.
    """
    models, names = subjects.models(school_class), list(counts)
    series = list(dict.fromkeys(map(subjects.series_of, reversed(names))))
    for one in series[:1] if is_large else series:
        last = [name for name in names if subjects.series_of(name) == one][-questions.HARD :]
        rows = _rows(database, last, counts, models)
        if rows:
            _table(TITLES[one], rows, models)


def _table(title: str, rows: Sequence[Row], models: Sequence[Run]) -> None:
    """A line for each question, and the totals."""
    titles = [run_titles.title(run) for run in models]
    st.html(_as_html(title, rows, titles))
    st.caption(
        "The class is right where more of it said what the writer meant than anything else.",
        help=glossary.meanings("Test image", *map(run_titles.title, subjects.shipped())),
    )
    if any(row.subject.question.kind == questions.SUBSET for row in rows):
        _say_if_seen(models)


def count_by_question(database: Database, class_id: int) -> dict[str, list[int]]:
    """How many votes each digit has, by the question, in the order in which these were voted on. Raises UserError."""
    counts: dict[str, list[int]] = {}
    for one in votes.list_votes(database, class_id):
        counts.setdefault(one.question, [0] * CLASSES)[one.digit] += 1
    return counts


def _rows(
    database: Database, names: Sequence[str], counts: Mapping[str, Sequence[int]], models: Sequence[Run]
) -> list[Row]:
    found = subjects.find(database, [name for name in names if name in counts])
    if not found:
        return []
    pixels = np.stack([subject.pixels.ravel() for subject in found.values()])
    read = [loaded.classifier(run).logits(pixels).argmax(axis=1).tolist() for run in models]
    return [Row(subject, counts[name], digits) for (name, subject), *digits in zip(found.items(), *read, strict=True)]


def _as_html(title: str, rows: Sequence[Row], titles: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in ("Image", "Meant", "The class", *titles))
    lines = "".join(map(_line, rows))
    totals = [_of(sum(row.is_class_right for row in rows), len(rows))]
    totals += [
        _of(sum(row.read[index] == row.subject.label for row in rows), len(rows)) for index in range(len(titles))
    ]
    foot = "".join(f"<td><b>{total}</b></td>" for total in totals)
    return (
        f'<table class="vote-table"><caption>{title}</caption><thead><tr>{head}</tr></thead>'
        f'<tbody>{lines}</tbody><tfoot><tr><th scope="row" colspan="2">Right in all</th>{foot}</tr></tfoot></table>'
    )


def _line(row: Row) -> str:
    label = row.subject.label
    said = in_words(row.leaders)
    right = percent(row.counts[label] / sum(row.counts), 0)
    cells = f"<td><b>{said}</b> {MARKS[row.is_class_right]} <small>({right} of the votes are right)</small></td>"
    cells += "".join(f"<td><b>{digit}</b> {MARKS[digit == label]}</td>" for digit in row.read)
    return f'<tr><td><img src="{row.subject.address}" alt=""></td><th scope="row">{label}</th>{cells}</tr>'


def in_words(leaders: Sequence[int]) -> str:
    """What most of the class said."""
    return " or ".join(map(str, leaders)) if len(leaders) <= MOST_LEADERS else DISAGREES


def _of(right: int, count: int) -> str:
    return f"{right} of {count}"


def _say_if_seen(models: Sequence[Run]) -> None:
    subset = services.dataset(datasets.BUNDLED)
    seen = [run_titles.title(run) for run in models if may_have_seen(run, subset, "test")]
    if seen:
        st.caption(f"These images come with the app. Models that may have seen them in training: {', '.join(seen)}.")
