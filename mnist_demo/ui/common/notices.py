"""Lines that any page may show: which data set is used, and how its download goes."""

import streamlit as st

from mnist_demo.data import datasets
from mnist_demo.data.datasets import Dataset
from mnist_demo.ui.common import services
from mnist_demo.ui.help import glossary
from mnist_demo.ui.page_runs import presses

SPLIT_TITLES = {"train": "Training", "validation": "Validation", "test": "Test"}
WORDS = ("MNIST", "Training image", "Validation image", "Test image")


def data_set(dataset: Dataset) -> None:
    """Say which data set the page shows, and move to the full one by itself once it has arrived."""
    if dataset.source != datasets.BUNDLED:
        st.caption(f":material/database: {dataset.name}: {_sizes(dataset)}", help=glossary.meanings(*WORDS))
        return
    st.caption(
        f":material/database: A subset of MNIST that comes with the app: {_sizes(dataset)}. Accuracies on so few "
        "images are rougher and lower than on the full set of 70,000.",
        help=glossary.meanings(*WORDS),
    )
    background = services.background_download()
    st.fragment(_download, run_every=1.0 if background.is_running else None)()


def _download() -> None:
    background = services.background_download()
    if background.is_running:
        st.progress(background.fraction, text="Fetching the full MNIST (11 MB) in the background…")
    elif datasets.find_source() != datasets.BUNDLED:
        st.rerun()
    else:
        _offer(background.problem)


def _offer(problem: str | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The full MNIST is not here yet; everything works with the subset.", help=problem, width="content")
        if presses.button(
            "Retry" if problem else "Fetch it now (11 MB)", icon=":material/refresh:", type="tertiary", key="fetch"
        ):
            services.background_download().start()
            st.rerun()


def _sizes(dataset: Dataset) -> str:
    return (
        ", ".join(f"{len(dataset.split(name)):,} {SPLIT_TITLES[name].lower()}" for name in datasets.SPLITS) + " images"
    )
