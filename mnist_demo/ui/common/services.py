"""What all viewers of a server share: the trainer, the download, the data sets and the loaded models."""

import functools
import gc
import importlib
import secrets
import threading
import time
from pathlib import Path

import numpy as np
import streamlit as st

from mnist_demo.data import datasets, download
from mnist_demo.data.download import BackgroundDownload
from mnist_demo.data.images import SIDE
from mnist_demo.drawing import preprocess
from mnist_demo.errors import UserError
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store
from mnist_demo.runs.listing import SharedListing
from mnist_demo.runs.run_directory import Run
from mnist_demo.runs.trainer import Trainer
from mnist_demo.ui.roles import announcing

# The first visitor looks for so many seconds before drawing; then what the other pages need is imported.
LOOKS_FOR = 2.0
LIBRARIES = ("altair", "matplotlib.figure", "scipy.stats", "sklearn.metrics", "sklearn.calibration")
GONE_AFTER = 30.0  # seconds without a look at the runs
TIDY_EVERY = 30.0  # seconds

_starting = threading.RLock()
_watching = threading.Lock()
_looked_at: dict[str, float] = {}  # when each visitor last looked at the runs, by the monotonic clock


def trainer() -> Trainer:
    """The one training process of this server, started at the first call.

    Not in Streamlit's cache: any visitor can have that emptied, by its message `clear_cache`, and training would end.
    """
    with _starting:
        return _trainer()


@functools.cache
def _trainer() -> Trainer:
    return Trainer()


def background_download() -> BackgroundDownload:
    """The download of the full MNIST, begun at the first call where it is needed and allowed; see `trainer`."""
    with _starting:
        return _background_download()


@functools.cache
def _background_download() -> BackgroundDownload:
    background = BackgroundDownload()
    if download.is_allowed() and datasets.find_source() == datasets.BUNDLED:
        background.start()
    return background


@functools.cache
def listing() -> SharedListing:
    """All runs of the home, read once for all viewers."""
    return SharedListing()


def visitor() -> str:
    """What tells this visitor from others."""
    name: str = st.session_state.setdefault("visitor", secrets.token_hex(8))
    return name


def watchers() -> int:
    """How many visitors watch the runs, with this one, who looks at them now."""
    now = time.monotonic()
    with _watching:
        _looked_at[visitor()] = now
        for gone in [one for one, at in _looked_at.items() if now - at > GONE_AFTER]:
            del _looked_at[gone]
        return len(_looked_at)


def start() -> None:
    """Begin what takes long, after the first page was sent."""
    warm_up_inference()
    trainer()
    background_download()
    announcing.announce()
    keep_house()


@functools.cache
def keep_house() -> threading.Thread:
    """Do in the background what nobody should wait for: import what other pages need, then tidy up now and then.

    Returns the thread that does it, which a server that is stopped does not wait for.
    """

    def work() -> None:
        time.sleep(LOOKS_FOR)
        import_ahead()
        gc.freeze()  # what is there now stays: looking through the rest takes a tenth of the time
        while True:
            time.sleep(TIDY_EVERY)
            gc.collect()  # tabs that were closed hold models and what these said of images

    thread = threading.Thread(target=work, name="housekeeping", daemon=True)
    thread.start()
    return thread


def import_ahead() -> None:
    """Import what other pages would wait a second or two for, while the first visitor looks at the first page."""
    for name in LIBRARIES:
        importlib.import_module(name)


@st.cache_resource(show_spinner=False)
def warm_up_inference() -> None:
    """Read one picture with each shipped model, so that the first drawing is answered as quickly as the next."""
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[8:20, 14] = 255
    for name in store.shipped_names():
        classifier(shipped(name)).logits(preprocess.to_mnist(picture).reshape(1, -1))


@st.cache_resource(max_entries=3, show_spinner="Reading the images…")
def dataset(source: str) -> datasets.Dataset:
    """The data set called `source`, read once for all viewers. Raises UserError as datasets.load does."""
    return datasets.load(source)


def current_dataset() -> datasets.Dataset:
    """The data set that this server uses now; stops the page with one sentence where it cannot be read."""
    try:
        return dataset(datasets.find_source())
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def classifier(run: Run) -> Classifier:
    """The exported model of `run`, loaded once for all viewers. Raises UserError where it has none."""
    try:
        changed = run.model_path.stat().st_mtime_ns
    except OSError:
        changed = 0  # there is none, and reading it will say so
    return _classifier(run.model_path, changed, run.status.temperature)


# Each message of a pen asks, and Streamlit's cache takes longer than an answer. A CNN's engine has 10 MB, and is there
# again in 20 ms.
@functools.lru_cache(maxsize=10)
def _classifier(path: Path, changed: int, temperature: float) -> Classifier:  # noqa: ARG001 (looked up by)
    return Classifier.from_file(path, temperature)


@st.cache_resource(show_spinner=False)
def shipped(name: str) -> Run:
    """The run behind a model that comes with the package."""
    return store.find(name)
