"""The smallest change that makes a model read another digit, and what comes of more or less of it."""

import threading

import numpy as np
import streamlit as st

from mnist_demo import maps
from mnist_demo.background import BUSY
from mnist_demo.data.images import CLASSES, PIXELS, Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import flip
from mnist_demo.inside.flip import Flip
from mnist_demo.inside.network.exported import Opened
from mnist_demo.plotting.plots_of_changes import Axis
from mnist_demo.ui.answers import cards
from mnist_demo.ui.breaking import lines
from mnist_demo.ui.breaking.lines import Sweep
from mnist_demo.ui.breaking.models import Reader
from mnist_demo.ui.common import projector
from mnist_demo.ui.evidence import choice, numbers
from mnist_demo.ui.evidence.pixels import picture
from mnist_demo.ui.help import glossary
from mnist_demo.ui.page_runs import presses
from mnist_demo.words import percent, surety

ANY = "any other"
SQUARE = 8  # pixels of a picture for one of the image
WIDTH = 224  # pixels on the page
SEEN_FROM = 0.05  # of a pixel's way from paper to ink: less nobody sees
LEAST_TOLD = 0.1  # pixels
STRENGTHS = [round(0.05 * step, 2) for step in range(61)]
AXIS = Axis("times the smallest change", tuple(STRENGTHS[::10]))
ASKED = "break_asked"  # of the session: what the visitor last asked for
MOST_WAITING = 40  # changes, each of another image, model or digit: more than one class

_one_at_a_time = threading.Lock()
_places = threading.BoundedSemaphore(MOST_WAITING)


@st.fragment
def show(readers: list[Reader], pixels: Floats) -> None:
    """`pixels` is float32 (28, 28) in [0, 1]."""
    by_name = {reader.name: reader for reader in readers}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Fool", list(by_name), index=len(by_name) - 1, key="break_whom", width=240)
        wanted = st.selectbox("into saying", [ANY, *range(CLASSES)], key="break_wanted", width=240)
        is_pressed = presses.button("Find the smallest change", type="primary", icon=":material/bolt:", key="break_go")
    reader = by_name.get(name, readers[-1])
    this = (reader.run.id, wanted, pixels.tobytes())
    if is_pressed:
        st.session_state[ASKED] = this
    if st.session_state.get(ASKED) != this:
        st.markdown(
            f"{reader.name} says **{cards.in_words(reader.run, pixels)}**. How many pixels would you have to change, "
            "and how much, until it says something else? Guess first, then press."
        )
        return
    try:
        found = smallest(choice.opened(reader.run), pixels, wanted if isinstance(wanted, int) else None)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    _pictures(found, reader, pixels)
    _in_words(found, reader.name)
    if not projector.is_on():  # there, the pictures take the place
        _strength(found, readers, pixels)


def smallest(opened: Opened, pixels: Floats, wanted: int | None) -> Flip:
    """As flip.flip, found once for all viewers, and one at a time: many who press at once cost no more.

    Raises UserError as that does, and where many others wait already.
    """
    found = _smallest(opened.digest, pixels, wanted, opened)
    if isinstance(found, str):
        raise UserError(found)
    return found


@st.cache_data(max_entries=200, show_spinner=False)
def _smallest(
    digest: str,  # noqa: ARG001 (looked up by)
    pixels: Floats,
    wanted: int | None,
    _opened: Opened,
) -> Flip | str:
    """What was found, or why nothing was: Streamlit keeps no exception, and each look would search in vain again."""
    if not _places.acquire(blocking=False):
        raise UserError(BUSY)
    try:
        with _one_at_a_time:  # here, so that what is kept already waits for nobody
            return flip.flip(_opened, pixels, wanted)
    except UserError as error:
        return str(error)
    finally:
        _places.release()


def _pictures(found: Flip, reader: Reader, pixels: Floats) -> None:
    before, after = (float(reader.probabilities(image.reshape(1, -1))[0].max()) for image in (pixels, found.pixels))
    with st.container(horizontal=True, gap="medium", key="break_pictures"):
        picture(maps.ink(pixels, SQUARE), f"Before: {found.before}, {surety(before)} sure", WIDTH)
        picture(
            maps.signed(found.change, found.greatest, SQUARE),
            f"The change, {1 / found.greatest:.2g} times as strong: red adds ink, blue takes it away",
            WIDTH,
        )
        picture(maps.ink(found.pixels, SQUARE), f"After: {found.after}, {surety(after)} sure", WIDTH)


def _in_words(found: Flip, name: str) -> None:
    blackened = found.l2**2  # so many white pixels made black are a change of the same length
    amount = f"about **{numbers.text(blackened, 1)}**" if blackened >= LEAST_TOLD else f"less than {LEAST_TOLD}"
    seen = int((np.abs(found.change) > SEEN_FROM).sum())
    st.markdown(
        f"{name} said {found.before}, and now says **{found.after}**. No pixel changes by more than "
        f"**{percent(found.greatest, 0)}** of the way from paper to ink, and {seen} of the {PIXELS} by more than "
        f"{percent(SEEN_FROM, 0)}. All in all it is as much as blackening {amount} white pixels, "
        "where a pixel counts by the square of its change: one that changes by half counts as a quarter.",
        help=glossary.meanings("Pixel"),
    )


def _strength(found: Flip, readers: list[Reader], pixels: Floats) -> None:
    """More or less of the same change, and what the other models make of it."""
    chosen = st.slider(
        "How much of this change",
        AXIS.low,
        AXIS.high,
        1.0,
        STRENGTHS[1],
        format="%g ×",
        key=f"break_strength_{found.after}_{found.l2}",  # each change begins with all of it
    )
    steps = np.array(STRENGTHS, np.float32)[:, None] * found.change.reshape(1, -1)
    sweep = Sweep(AXIS, STRENGTHS, np.clip(pixels.reshape(1, -1) + steps, 0, 1), found.before)
    shares = lines.show(sweep, chosen, readers)
    lines.in_words(sweep, shares, neutral=0, unit="times the change")
    lines.download(sweep, shares)
