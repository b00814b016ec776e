"""An image that changes more and more: what the models say of it, as lines and in words."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from mnist_demo.data.images import SIDE, Floats
from mnist_demo.drawing import pictures
from mnist_demo.inside import changes
from mnist_demo.plotting import plots_of_changes
from mnist_demo.plotting.plots_of_changes import Axis, Points, Probabilities
from mnist_demo.ui.answers import cards
from mnist_demo.ui.breaking.models import Reader
from mnist_demo.ui.common import projector
from mnist_demo.ui.help import glossary
from mnist_demo.ui.train import charts

WIDTH, LARGE_WIDTH = 196, 308  # pixels of the image on the page; on a projector


@dataclass(frozen=True)
class Sweep:
    """One image at all `values` of a change: float32 (values, 784) in [0, 1]. Only `label` is the right answer."""

    axis: Axis
    values: Sequence[float]
    images: Floats
    label: int

    def nearest(self, wanted: float) -> int:
        """The place of the value that is nearest to what a browser sent, which may be any number."""
        return min(range(len(self.values)), key=lambda place: abs(self.values[place] - wanted))


def show(sweep: Sweep, wanted: float, readers: Sequence[Reader]) -> Probabilities:
    """The image at the value `wanted` with what the models say of it, and the chart of all values beside it.

    Returns the probabilities that each model gives the ten digits at each value, by its name.
    """
    found = {reader.name: reader.probabilities(sweep.images) for reader in readers}
    place, is_large = sweep.nearest(wanted), projector.is_on()
    width = LARGE_WIDTH if is_large else WIDTH
    left, right = st.columns([1, 4] if is_large else [1, 3], gap="medium")
    with left, st.container(gap="xsmall", key="break_said"):
        shown = pictures.to_png(sweep.images[place].reshape(SIDE, SIDE), width // SIDE)
        st.image(pictures.data_address(shown), alt="The changed image, 28 × 28 pixels", width=width)
        for reader in readers:
            is_right = int(found[reader.name][place].argmax()) == sweep.label
            said = cards.in_words(reader.run, sweep.images[place].reshape(SIDE, SIDE))
            st.markdown(f"{':material/check:' if is_right else ':material/close:'} {reader.name} says **{said}**")
    with right:
        st.markdown(
            f"**How probable each model finds the {sweep.label}**; below, what else it says",
            help=glossary.meanings("Softmax", "Sure"),
        )
        st.vega_lite_chart(
            spec=plots_of_changes.along(
                sweep.axis, sweep.values, found, sweep.label, sweep.values[place], is_large=is_large
            ),
            key="break_chart",
            alt=f"Lines: the probability of the {sweep.label} by {sweep.axis.title}; the sentences below say where "
            "it is read right",
        )
    return found


def in_words(sweep: Sweep, found: Probabilities, *, neutral: float, unit: str) -> None:
    """A sentence for each model: how far the image may be changed until it is read wrong."""
    label, sentences = sweep.label, []
    for name, probabilities in found.items():
        sound = changes.sound_range(sweep.values, probabilities.argmax(axis=1), label, neutral)
        if sound is None:
            sentences.append(f"**{name}** does not even read the unchanged image as a {label}.")
        elif sound.below is None and sound.above is None:
            sentences.append(f"**{name}** says {label} all the way.")
        else:
            ends = [f"at {number(at)} it says {digit}" for at, digit in filter(None, (sound.below, sound.above))]
            extent = f"from {number(sound.low)} to {number(sound.high)} {unit}"
            sentences.append(f"**{name}** says {label} {extent}; {' and '.join(ends)}.")
    with projector.operator_only("break_words"):
        st.markdown("  \n".join(sentences))


def download(sweep: Sweep, found: Probabilities) -> None:
    """The lines as a picture to print."""
    lines = {name: list(zip(sweep.values, rows[:, sweep.label].tolist(), strict=True)) for name, rows in found.items()}
    picture_button(sweep.axis, lines, f"Probability of the {sweep.label}", "break_png")


def picture_button(axis: Axis, lines: Points, title: str, key: str) -> None:
    """A button for lines from 0 to 100 % as a PNG, on white."""

    def draw() -> bytes:
        buffer = io.BytesIO()
        figure = plots_of_changes.lines_picture(axis, lines, title, charts.colors("light"))
        figure.savefig(buffer, format="png", dpi=200)
        return buffer.getvalue()

    with projector.operator_only(key):
        st.download_button(
            "Chart (PNG)",
            draw,
            "mnist-break-it.png",
            "image/png",
            icon=":material/image:",
            on_click="ignore",
            key=f"{key}_button",
        )


def number(value: float) -> str:
    """A value of a slider, with a true minus."""
    return f"{value:g}".replace("-", "−")
