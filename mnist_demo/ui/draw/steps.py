"""What becomes of a drawing before a model sees it: the pictures of each step, and switches that leave steps out."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from mnist_demo.data import datasets
from mnist_demo.data.images import SIDE, Bytes, Floats, to_bytes
from mnist_demo.drawing import preprocess, rejection
from mnist_demo.errors import UserError
from mnist_demo.models.neighbours import Neighbours
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import cards
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.help import glossary
from mnist_demo.words import percent

PICTURE_SIDE = 112  # pixels: 28 four times; two fit side by side on a phone
TITLES = {
    "drawn": "As drawn",
    "crop": "Cropped",
    "upright": "Set upright",
    "stroke": "Stroke evened",
    "scale": f"Scaled to {preprocess.BOX} × {preprocess.BOX}",
    "centre": "Centred",
}
REASONS = {
    "crop": "cuts away the empty paper around the digit",
    "upright": "takes away half of its slant",
    "stroke": "makes fine and broad pens as thick as MNIST's",
    "scale": f"shrinks it into a box of {preprocess.BOX} × {preprocess.BOX} pixels",
    "centre": f"puts its centre of mass into the middle of {SIDE} × {SIDE} pixels",
}


@st.cache_resource(show_spinner="Reading the training images…")
def neighbours() -> Neighbours:
    """The MNIST images that come with the app; every server has them."""
    return Neighbours(services.dataset(datasets.BUNDLED).train)


def panel(picture: Bytes | None, models: Sequence[Run]) -> None:
    """An expander about the drawing `picture`, uint8 as `preprocess.to_mnist` takes it, and what `models` say of it."""
    with st.expander(
        "What the models see, step by step",
        icon=":material/visibility:",
        key="seeing",
        on_change="rerun",
    ) as expander:
        if not expander.open:
            return
        try:
            whole = None if picture is None else preprocess.steps(picture)
        except UserError:  # a blank canvas
            whole = None
        if picture is None or whole is None:
            st.markdown("Draw a digit, and see here what is done to it before a model looks at it.")
            return
        skipped = _switches()
        chosen = preprocess.steps(picture, skipped)
        _pictures(chosen, skipped)
        _answers(models, whole["seen"], chosen["seen"], skipped)


def _switches() -> list[str]:
    st.markdown(
        "The models have only ever seen MNIST's images, all of them **cropped, scaled and centred** in the same way. "
        "So your drawing is treated like them, and its **slant** and the **width of its stroke** are brought close to "
        "theirs. Switch a step off, and see whether the models still know your digit.",
        help=glossary.meanings("MNIST", "Training image", "Pixel"),
    )
    done = st.pills(
        "What is done to your drawing",
        preprocess.STEPS,
        selection_mode="multi",
        default=preprocess.STEPS,
        format_func=TITLES.__getitem__,
        key="steps",
        persist_state="session",
        help=" ".join(f"**{TITLES[step]}** {reason}." for step, reason in REASONS.items())
        + f"\n\n{glossary.meanings('Centre of mass')}",
    )
    return [step for step in preprocess.STEPS if step not in done]


def _pictures(pictures: dict[str, Floats], skipped: Sequence[str]) -> None:
    """In a row, which breaks where the screen is narrow: each step's picture, and the nearest training image."""
    with st.container(horizontal=True, gap="medium"):
        for name, picture in pictures.items():
            title = TITLES.get(name, "What the models see" if skipped else f"{TITLES['centre']}: what the models see")
            _figure(picture, title)
        index, likeness = neighbours().nearest(pictures["seen"])
        train = neighbours().split
        title = f"The nearest of {len(train):,} training images: a {train.labels[index]}, {percent(likeness, 0)} alike"
        _figure(train.pixels(index, index + 1).reshape(SIDE, SIDE), title)


def _figure(picture: Floats, title: str) -> None:
    with st.container(width=PICTURE_SIDE):
        st.image(_sheet(picture), caption=title, alt=title, width=PICTURE_SIDE)


def _sheet(picture: Floats) -> Bytes:
    """A picture of any size in the middle of a white square, dark ink; small ones keep their pixels visible."""
    longest = max(picture.shape)
    scale = PICTURE_SIDE / longest if longest > PICTURE_SIDE else max(1, PICTURE_SIDE // max(longest, SIDE))
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    grey = Image.fromarray(to_bytes(1 - picture))
    sheet = Image.new("L", (PICTURE_SIDE, PICTURE_SIDE), 255)
    resized = grey.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX)
    sheet.paste(resized, ((PICTURE_SIDE - size[0]) // 2, (PICTURE_SIDE - size[1]) // 2))
    ImageDraw.Draw(sheet).rectangle((0, 0, PICTURE_SIDE - 1, PICTURE_SIDE - 1), outline=200)  # on a white page too
    return np.asarray(sheet)


def _answers(models: Sequence[Run], whole: Floats, chosen: Floats, skipped: Sequence[str]) -> None:
    """A table: each model, what it reads with all steps, and with those that are on."""
    if not models:
        st.markdown("Choose a model above to see what it reads.")
        return
    titles = ["With all steps"]
    seen = [whole]
    if skipped:
        titles.append("Without " + ", ".join(TITLES[step].lower() for step in skipped))
        seen.append(chosen)
    lines = ["| Model | " + " | ".join(titles) + " |", "|---" * (1 + len(titles)) + "|"]
    for run in models:
        said = [cards.in_words(run, pixels) for pixels in seen]
        lines.append(f"| {run_titles.title(run)} | " + " | ".join(said) + " |")
    st.markdown("\n".join(lines))
    if not rejection.is_digit(whole):
        st.caption("This does not look like any digit, with or without the steps.")
