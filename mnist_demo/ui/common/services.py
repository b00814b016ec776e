"""What all viewers of a server share: the trainer, the download, the data sets; and what it does beside the pages."""

import functools
import gc
import importlib
import math
import secrets
import threading
import time

import streamlit as st

from mnist_demo import memory
from mnist_demo.data import datasets, download
from mnist_demo.data.download import BackgroundDownload
from mnist_demo.errors import UserError
from mnist_demo.runs.listing import SharedListing
from mnist_demo.runs.trainer import Trainer
from mnist_demo.ui.answers import reply

# The first visitor looks for so many seconds before drawing; then what the other pages need is imported.
LOOKS_FOR = 2.0
LIBRARIES = ("altair", "matplotlib.figure", "scipy.stats", "sklearn.metrics", "sklearn.calibration")
GONE_AFTER = 30.0  # seconds without a look
MOST_LOOKS = 10  # a second, by all visitors together: thirty cost the server no more than ten
TIDY_EVERY = 30.0  # seconds

_starting = threading.RLock()
_watching = threading.Lock()
_looked_at: dict[tuple[str, str], float] = {}  # at what each visitor last looked when, by the monotonic clock


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


def look_every(what: str, wanted: float, most: float = MOST_LOOKS) -> float:
    """The seconds after which this visitor's page looks again at what changes: `wanted`, or more where many look.

    All who look at this together do so no more than `most` times a second.
    """
    return max(wanted, float(math.ceil(watchers(what) / most)))


def watchers(what: str) -> int:
    """How many visitors look at what changes, as the runs or the class, with this one, who does now."""
    now = time.monotonic()
    with _watching:
        _looked_at[what, visitor()] = now
        for gone in [one for one, at in _looked_at.items() if now - at > GONE_AFTER]:
            del _looked_at[gone]
        return sum(looked_at == what for looked_at, _ in _looked_at)


def start() -> None:
    """Begin what takes long, after the first page was sent."""
    warm_up_inference()
    trainer()
    background_download()
    keep_house()


@functools.cache
def keep_house() -> threading.Thread:
    """Do in the background what nobody should wait for: import what other pages need, then tidy up now and then.

    Returns the thread that does it, which a server that is stopped does not wait for.
    """

    def work() -> None:
        memory.take_large_blocks_apart()
        time.sleep(LOOKS_FOR)
        import_ahead()
        gc.freeze()  # what is there now stays: looking through the rest takes a tenth of the time
        while True:
            time.sleep(TIDY_EVERY)
            memory.give_back()  # tabs that were closed held models and what these said of images

    thread = threading.Thread(target=work, name="housekeeping", daemon=True)
    thread.start()
    return thread


def import_ahead() -> None:
    """Import what other pages would wait a second or two for, while the first visitor looks at the first page."""
    for name in LIBRARIES:
        importlib.import_module(name)


@st.cache_resource(show_spinner=False)
def warm_up_inference() -> None:
    """Have the first drawing answered as quickly as the next."""
    reply.warm_up()


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
