"""The Data page: look at the images that the models learn from and are tested on."""

import numpy as np
import streamlit as st

from mnist_demo import data, drawing, plots, runs
from mnist_demo.data import CLASSES, SIDE, Dataset, Floats, Split
from mnist_demo.ui import answering, components, notices, services

PER_PAGE = 48
COLUMNS = 12  # of the sheet that thumbnails are cut from, whatever the page's width
NOTEBOOK_SAMPLES = (10, 24, 12, 11, 18)  # the training images that the original notebook shows
SPLIT_TITLES = {"train": "Training", "validation": "Validation", "test": "Test"}


def choose_split(dataset: Dataset) -> tuple[str, np.ndarray]:
    """The chosen split's name, and the indices of its images that pass the filter."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.segmented_control(
            "Split",
            data.SPLITS,
            default="train",
            required=True,
            format_func=SPLIT_TITLES.__getitem__,
            key="split",
        )
        wanted = st.pills("Only the digits", range(CLASSES), selection_mode="multi", key="digits")
    labels = dataset.split(name).labels
    indices = np.flatnonzero(np.isin(labels, wanted)) if wanted else np.arange(len(labels))
    return name, indices


def choose_image(name: str, split: Split, indices: np.ndarray) -> int:
    """The index, within the split, of the image to show large: jumped to, or clicked among the thumbnails."""
    key = f"index_{name}"
    if "jump" in st.session_state:  # a click of the run before; a widget's value is set before it is made
        st.session_state[key] = st.session_state.pop("jump")
    st.session_state.setdefault(key, min(NOTEBOOK_SAMPLES[0], len(split) - 1))
    index = int(st.number_input(f"Jump to image (0 to {len(split) - 1:,})", 0, len(split) - 1, key=key, width=220))
    pages = -(-len(indices) // PER_PAGE)
    page = st.pagination(pages, key=f"page_{name}_{pages}") if pages > 1 else 1
    shown = indices[(page - 1) * PER_PAGE : page * PER_PAGE]
    captions = [f"{split.labels[i]} · {i:,}" for i in shown]
    sheet = answering.data_address(drawing.to_png(plots.sheet(split.images[shown], COLUMNS)))
    selected = next((position for position, i in enumerate(shown) if i == index), None)
    chosen = components.thumbnails(sheet, captions, columns=COLUMNS, selected=selected, key="thumbnails")
    if chosen is not None and shown[chosen] != index:
        st.session_state["jump"] = int(shown[chosen])
        st.rerun(scope="fragment")
    return index


def show_image(name: str, split: Split, index: int) -> None:
    """One image large: label, one-hot, pixel values, and what the models say."""
    pixels = split.pixels(index, index + 1)[0]
    label = int(split.labels[index])
    st.subheader(f"{SPLIT_TITLES[name]} image {index:,}: a {label}")
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.pyplot(plots.digit(pixels, text_color()), width=300, alt=f"Image {index}, a handwritten {label}")
        st.markdown(f"Label **{label}**, one-hot `{plots.one_hot_text(label)}`")
    with right:
        cards = [
            answering.answer(services.shipped(model), pixels.reshape(SIDE, SIDE)) for model in runs.shipped_names()
        ]
        components.answers(cards, key="sample_answers")
        if name == "train":
            st.caption("The models were trained on images of this split, so being right here proves little.")
    with st.expander("Pixel values", icon=":material/grid_on:"):
        st.caption(f"{SIDE} rows of {SIDE} numbers, 0 (paper) to 255 (ink); the models get them divided by 255.")
        rows = split.images[index].reshape(SIDE, SIDE)
        st.code("\n".join(" ".join(f"{value:3d}" for value in row) for row in rows), language=None)


@st.fragment
def look_closer(name: str, split: Split, indices: np.ndarray) -> None:
    """Thumbnails and the chosen image; a click reruns nothing else of the page."""
    show_image(name, split, choose_image(name, split, indices))


@st.cache_data(max_entries=12, show_spinner=False)
def averages(source: str, name: str) -> Floats:
    """plots.averages of one split, computed once for all viewers."""
    return plots.averages(services.dataset(source).split(name))


def show_overview(dataset: Dataset, name: str) -> None:
    """The notebook's samples, class balance, average digits."""
    st.subheader("The whole split at a glance")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**How many of each digit** ({SPLIT_TITLES[name].lower()} images)")
        counts = plots.class_counts(dataset)
        st.altair_chart(plots.class_balance(counts, name), alt="Bars: the number of images of each digit")
        with st.expander("As a table"):
            st.dataframe(counts.rename(columns=SPLIT_TITLES))
    with right:
        st.markdown("**The average image of each digit**: where the ink usually is")
        averages = plots.averages(dataset.split(name))
        st.pyplot(
            plots.digits(averages, [str(d) for d in range(CLASSES)], text_color()),
            alt="Average images, 0 to 9",
        )
    st.markdown("**Five training images with their one-hot labels**")
    chosen = [index for index in NOTEBOOK_SAMPLES if index < len(dataset.train)]
    titles = [f"{i}: {dataset.train.labels[i]}\n{plots.one_hot_text(dataset.train.labels[i])}" for i in chosen]
    samples = data.to_pixels(dataset.train.images[chosen])
    st.pyplot(plots.digits(samples, titles, text_color()), alt="Five training images with their labels")


def text_color() -> str:
    """What is readable on the page's ground; a figure's own ground is transparent."""
    return "#e9eaee" if st.context.theme.type == "dark" else "#1d2330"


st.title("The data")
dataset = services.current_dataset()
notices.data_set(dataset)
name, indices = choose_split(dataset)
split = dataset.split(name)
if len(indices) == 0:
    st.info("No image of this split shows these digits: choose others.")
else:
    look_closer(name, split, indices)
show_overview(dataset, name)
