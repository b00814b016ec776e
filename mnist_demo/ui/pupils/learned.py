"""What the model that was taught the class's handwriting reads otherwise than before, of one pupil's own drawings."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from mnist_demo.classroom import classes
from mnist_demo.classroom.tables import Pupil
from mnist_demo.errors import UserError
from mnist_demo.runs import store
from mnist_demo.ui.classroom import reading, teaching
from mnist_demo.ui.classroom.reading import Seen
from mnist_demo.ui.common import services
from mnist_demo.ui.pupils import visit as visits
from mnist_demo.ui.pupils.visit import Visit
from mnist_demo.words import counted


@dataclass(frozen=True)
class Change:
    """How many drawings of a pupil there are, how many were read right before and are now, and which have changed."""

    drawings: int
    before: int
    now: int
    turned_right: Sequence[tuple[Seen, int]]  # each with the wrong digit that was read
    turned_wrong: Sequence[tuple[Seen, int]]  # that is read now


def show(visit: Visit) -> None:
    """Say it as soon as the model has been taught; nothing before, or where it cannot be found out at this moment."""
    if visit.pupil is None or not any(run.settings.start for run in services.listing().read().runs):
        return
    try:
        change = _find(visit.pupil, visit.code)
    except UserError:
        return
    if change is not None:
        st.html(_as_html(change))


def _find(pupil: Pupil, code: str) -> Change | None:
    """None where the model is not taught yet, or the pupil has sent nothing. Raises UserError."""
    database = visits.database()
    run = teaching.last_taught(classes.find_class(database, code))
    if run is None or run.is_active or not run.model_path.is_file():
        return None
    of_class = reading.of_class(database, pupil.class_id)
    own = [one for one in of_class.look().shown if one.pupil_id == pupil.id]
    if not own:
        return None
    before, now = (of_class.read(each, own) for each in (store.find(run.settings.start), run))
    changes = list(zip(own, before, now, strict=True))
    turned_right = [(one, was) for one, was, digit in changes if was != one.label == digit]
    turned_wrong = [(one, digit) for one, was, digit in changes if was == one.label != digit]
    right_before, right_now = (
        sum(digit == one.label for digit, one in zip(read, own, strict=True)) for read in (before, now)
    )
    return Change(len(own), right_before, right_now, turned_right, turned_wrong)


def _as_html(change: Change) -> str:
    parts = [
        f"<p><b>The CNN has learned your class’s handwriting.</b> Of your {counted(change.drawings, 'drawing')}, it "
        f"read {change.before} correctly before, and {change.now} now.</p>"
    ]
    for said, verb, drawings in (
        ("Wrong before, correct now:", "was", change.turned_right),
        ("Correct before, wrong now:", "is", change.turned_wrong),
    ):
        if drawings:
            shown = "".join(
                f'<figure><img src="{one.address}" alt="Your {one.label}"><figcaption>{verb} read as {digit}'
                "</figcaption></figure>"
                for one, digit in drawings
            )
            parts.append(f"<p>{said}</p><div>{shown}</div>")
    return f'<section class="class-learned" role="status">{"".join(parts)}</section>'
