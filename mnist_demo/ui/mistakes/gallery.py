"""Some images with their labels and answers; the chosen one opens on the Data page."""

import streamlit as st

from mnist_demo import plots, words
from mnist_demo.data.datasets import Dataset
from mnist_demo.drawing import pictures
from mnist_demo.inside.mistakes import Indices
from mnist_demo.ui.common import projector
from mnist_demo.ui.data import thumbnails
from mnist_demo.ui.mistakes.judged import Judged

SHOWN, SHOWN_LARGE = 24, 12  # images; in the projector view
COLUMNS = 12  # of the sheet that thumbnails are cut from
DATA_PAGE = "mnist_demo/ui/pages/data.py"


def gallery(dataset: Dataset, name: str, indices: Indices, said: Judged, key: str) -> None:
    """The first of the images `indices` of the split called `name`, with what a model said of them."""
    shown = indices[: SHOWN_LARGE if projector.is_on() else SHOWN]
    if len(shown) == 0:
        st.info("There is no such image.")
        return
    split = dataset.split(name)
    chosen_key = f"{key}_index"
    index = st.session_state.get(chosen_key)
    selected = next((position for position, each in enumerate(shown) if each == index), 0)
    index = int(shown[selected])

    def choose() -> None:
        position = st.session_state[key].chosen
        if type(position) is int and 0 <= position < len(shown):
            st.session_state[chosen_key] = int(shown[position])

    captions = [f"{said.labels[i]} read as {said.digits[i]}" for i in shown]
    labels = [f"Image {i:,}, a {said.labels[i]}, read as {said.digits[i]}" for i in shown]
    sheet = pictures.data_address(pictures.to_png(plots.sheet(split.images[shown], COLUMNS)))
    thumbnails.thumbnails(sheet, captions, labels, columns=COLUMNS, selected=selected, key=key, on_chosen=choose)
    if len(indices) > len(shown):
        st.caption(f"The first {len(shown)} of {len(indices):,} images.")
    surety = words.surety(float(said.probabilities[index].max()))
    st.markdown(f"Image {index:,}: label **{said.labels[index]}**, read as **{said.digits[index]}**, {surety} sure.")
    if st.button("Look at this image closely", icon=":material/zoom_in:", key=f"{key}_open"):
        _open_on_data_page(name, index)


def _open_on_data_page(name: str, index: int) -> None:
    for old in [each for each in st.session_state if str(each).startswith(f"page_{name}_")]:
        del st.session_state[old]
    st.session_state.update({"split": name, "digits": [], f"index_{name}": index})
    st.switch_page(DATA_PAGE)
