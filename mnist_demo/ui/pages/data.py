"""The Data page: look at the images that the models learn from and are tested on."""

import io
from collections.abc import Sequence

import numpy as np
import streamlit as st
from matplotlib.figure import Figure

from mnist_demo.data import datasets
from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import CLASSES, SIDE
from mnist_demo.drawing import pictures
from mnist_demo.plotting import plots
from mnist_demo.ui.answers import cards
from mnist_demo.ui.common import answer_cards, model_choice, notices, projector, run_titles, services
from mnist_demo.ui.common.notices import SPLIT_TITLES
from mnist_demo.ui.data import seen, thumbnails
from mnist_demo.ui.draw import ways
from mnist_demo.ui.help import glossary
from mnist_demo.ui.voting import putting

PER_PAGE = 48
PER_PAGE_LARGE = 16  # in the projector view: one row
SMALL_TEXT, LARGE_TEXT = 8, 16  # points beside the one image
LARGE_CHART = (26, 560)  # pixels of text and of height on a projector of 1920 x 1080
COLUMNS = 12  # of the sheet that thumbnails are cut from, whatever the page's width
NOTEBOOK_SAMPLES = (10, 24, 12, 11, 18)  # the training images that the original notebook shows
PARTS = ("Image by image", "The whole split")  # of the page, one at a time in the projector view


def choose_split(dataset: Dataset) -> tuple[str, np.ndarray, Sequence[str]]:
    """The chosen split's name, the indices of its images that pass the filter, and the parts of the page to show."""
    parts: Sequence[str] = PARTS
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom", gap="medium"):
        if projector.is_on():
            part = st.segmented_control(
                "Part of the page", PARTS, default=PARTS[0], required=True, key="part", persist_state="session"
            )
            parts = [part]
        name = st.segmented_control(
            "Split",
            datasets.SPLITS,
            default="train",
            required=True,
            format_func=SPLIT_TITLES.__getitem__,
            help=glossary.meanings("Split", "Training image", "Validation image", "Test image"),
            key="split",
            persist_state="session",
        )
        wanted = st.pills(
            "Digits to show",
            range(CLASSES),
            selection_mode="multi",
            wrap=True,
            help="Choose one or several; where none is chosen, all are shown.",
            key="digits",
            persist_state="session",
        )
    labels = dataset.split(name).labels
    indices = np.flatnonzero(np.isin(labels, wanted)) if wanted else np.arange(len(labels))
    return name, indices, parts


def choose_image(name: str, split: Split, indices: np.ndarray) -> int:
    """The index, within the split, of the image to show large: jumped to, or clicked among the thumbnails.

    `indices` are those of the images that pass the filter; a jump turns to the page that has the image.
    """
    per_page, view = (PER_PAGE_LARGE, "_large") if projector.is_on() else (PER_PAGE, "")
    index_key, page_key = f"index_{name}", f"page_{name}_{len(indices)}{view}"
    pages = -(-len(indices) // per_page)
    st.session_state.setdefault(index_key, int(indices[min(NOTEBOOK_SAMPLES[0], len(indices) - 1)]))

    def turn_to_image() -> None:
        st.session_state[page_key] = int(np.searchsorted(indices, st.session_state[index_key])) // per_page + 1

    def choose_thumbnail() -> None:
        position = st.session_state["thumbnails"].chosen
        if isinstance(position, int) and 0 <= position < len(shown):
            st.session_state[index_key] = int(shown[position])

    with projector.operator_only("jump"):
        index = int(
            st.number_input(
                f"Jump to image (0 to {len(split) - 1:,})",
                step=1,
                key=index_key,
                width=220,
                on_change=turn_to_image,
                persist_state="session",
            )
        )
    if not 0 <= index < len(split):
        st.warning(f"There is no image {index:,} in this split: give a number from 0 to {len(split) - 1:,}.")
        index = min(max(index, 0), len(split) - 1)
    elif index not in indices:
        st.caption(f"Image {index:,} is a {split.labels[index]}, so it is not among the digits below.")
    if page_key in st.session_state:
        st.session_state[page_key] = min(max(1, st.session_state[page_key]), pages)
    page = st.pagination(pages, key=page_key) if pages > 1 else 1
    shown = indices[(page - 1) * per_page : page * per_page]
    captions = [f"{split.labels[i]} · {i:,}" for i in shown]
    labels = [f"Image {i:,}, a {split.labels[i]}" for i in shown]
    sheet = pictures.data_address(pictures.to_png(plots.sheet(split.images[shown], COLUMNS)))
    selected = next((position for position, i in enumerate(shown) if i == index), None)
    thumbnails.thumbnails(
        sheet, captions, labels, columns=COLUMNS, selected=selected, key="thumbnails", on_chosen=choose_thumbnail
    )
    with projector.operator_only("caption"):
        st.caption("Below each image: its label and its number, counted from 0.", help=glossary.meanings("Label"))
    return index


def show_image(dataset: Dataset, name: str, index: int) -> None:
    """One image large: label, one-hot, pixel values, and what the models say."""
    split = dataset.split(name)
    pixels = split.pixels(index, index + 1)[0]
    label = int(split.labels[index])
    is_large = projector.is_on()
    with projector.operator_only("heading"):
        st.subheader(f"{SPLIT_TITLES[name]} image {index:,}: a {label}")
    left, right = st.columns([2, 5] if is_large else [1, 2], gap="medium" if is_large else "large")
    with left:
        picture = large_picture(dataset.source, name, index, text_color(), LARGE_TEXT if is_large else SMALL_TEXT)
        st.image(picture, width="stretch" if is_large else 300, alt=f"Image {index}, a handwritten {label}")
        words = glossary.meanings("Label", "One-hot")
        st.markdown(f"Label **{label}**, one-hot `{plots.one_hot_text(label)}`", help=words)
        with projector.operator_only("why"):
            ways.link({"split": name, "index": str(index)})
            putting.button(dataset.source, name, index, key="vote_put")
    with right:
        place = st.container(key="sample")
        with projector.operator_only("models"):
            models = model_choice.model_choice("data_models")
        with place:
            answers = [cards.answer(run, pixels.reshape(SIDE, SIDE)) for run in models]
            answer_cards.answers(answers, key="sample_answers")
            trained_on_it = [run_titles.title(run) for run in models if seen.may_have_seen(run, dataset, name)]
            if trained_on_it:
                st.caption(
                    f"Trained on images of this kind: {', '.join(trained_on_it)}. Being right here proves little."
                )
    with projector.operator_only("pixels"):
        box = st.expander("Pixel values", icon=":material/grid_on:", key="pixel_values", on_change="rerun")
    if box.open:
        with box:
            show_pixel_values(split.images[index].reshape(SIDE, SIDE))


def show_pixel_values(image: np.ndarray) -> None:
    """The numbers of which an image is made, uint8 (28, 28)."""
    st.caption(
        f"{SIDE} rows of {SIDE} numbers, 0 (paper) to 255 (ink); the models get them divided by 255.",
        help=glossary.meanings("Pixel"),
    )
    st.code("\n".join(" ".join(f"{value:3d}" for value in row) for row in image), language=None)


@st.fragment
def look_closer(dataset: Dataset, name: str, indices: np.ndarray) -> None:
    """Thumbnails and the chosen image; a click reruns nothing else of the page."""
    show_image(dataset, name, choose_image(name, dataset.split(name), indices))


def to_png(figure: Figure) -> bytes:
    """A figure as a PNG without the empty margin around it, fit for twice its size on a screen."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=200, bbox_inches="tight")
    return buffer.getvalue()


@st.cache_data(max_entries=100, show_spinner=False)
def large_picture(source: str, name: str, index: int, color: str, font_size: int) -> bytes:
    """plots.digit of one image as a PNG, drawn once for all viewers."""
    pixels = services.dataset(source).split(name).pixels(index, index + 1)[0]
    return to_png(plots.digit(pixels, color, font_size))


@st.cache_data(max_entries=12, show_spinner=False)
def average_picture(source: str, name: str, color: str) -> bytes:
    """plots.averages of one split as a PNG, drawn once for all viewers: it takes half a second."""
    averages = plots.averages(services.dataset(source).split(name))
    return to_png(plots.digits(averages, [str(digit) for digit in range(CLASSES)], color, font_size=18))


def show_overview(dataset: Dataset, name: str) -> None:
    """The notebook's samples, class balance, average digits."""
    st.subheader(f"All {SPLIT_TITLES[name].lower()} images at a glance", help=glossary.meanings("Split"))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**How many of each digit** ({SPLIT_TITLES[name].lower()} images)")
        counts = plots.class_counts(dataset)
        chart = plots.class_balance(counts, name, *(LARGE_CHART if projector.is_on() else ()))
        st.altair_chart(chart, alt="Bars: the number of images of each digit")
        with projector.operator_only("table"), st.expander("As a table"):
            st.dataframe(counts.rename(columns=SPLIT_TITLES))
    with right:
        st.markdown("**The average image of each digit**: where the ink usually is")
        st.image(average_picture(dataset.source, name, text_color()), width="stretch", alt="Average images, 0 to 9")
    with projector.operator_only("samples"):
        st.markdown("**Five training images with their one-hot labels**", help=glossary.meanings("One-hot"))
        chosen = [index for index in NOTEBOOK_SAMPLES if index < len(dataset.train)]
        samples = [pictures.to_png(dataset.train.pixels(i, i + 1).reshape(SIDE, SIDE), scale=5) for i in chosen]
        titles = [f"{i}: {dataset.train.labels[i]}, {plots.one_hot_text(dataset.train.labels[i])}" for i in chosen]
        names = [f"A handwritten {dataset.train.labels[i]}" for i in chosen]
        st.image(samples, caption=titles, width=SIDE * 6, alt=names)


def text_color() -> str:
    """What is readable on the page's ground; a figure's own ground is transparent."""
    return "#e9eaee" if st.context.theme.type == "dark" else "#11151f"


st.title("The data")
dataset = services.current_dataset()
with projector.operator_only("data_set"):
    notices.data_set(dataset)
name, indices, parts = choose_split(dataset)
if PARTS[0] in parts:
    if len(indices) == 0:
        st.info("No image of this split shows these digits: choose others.")
    else:
        look_closer(dataset, name, indices)
if PARTS[1] in parts:
    show_overview(dataset, name)
