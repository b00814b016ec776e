"""What a model says of all images of a split: computed once for all viewers, in the background."""

import threading
from collections import OrderedDict
from concurrent.futures import Future, wait
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import Floats
from mnist_demo.errors import UserError
from mnist_demo.inside import judging, kept, mistakes
from mnist_demo.inside.mistakes import Indices
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.inference import softmax
from mnist_demo.ui.evidence import choice

FEW = 100  # images are judged at once: that takes less than 0.05 s
MOST_KEPT = 20  # results in memory, of 0.4 MB each for 10,000 images
MOST_WAITING = 8  # models, of 10 MB at most; the CNN takes 2 s for 10,000 images
LOOK_EVERY = 0.1  # seconds

BUSY = "Many models are being judged just now: wait half a minute, then reload the page."


@dataclass(frozen=True)
class Judged:
    """What a model says of n images. probabilities: float32 (n, 10). digits: int64 (n,). labels: integers (n,)."""

    probabilities: Floats
    digits: Indices
    labels: Indices
    confusion: Indices

    @property
    def right(self) -> int:
        """How many images were read right."""
        return int(np.trace(self.confusion))


@dataclass
class _Job:
    """A model that judges a split, in the background."""

    result: "Future[Floats]" = field(default_factory=Future)
    share: float = 0.0  # of the images that are judged


_jobs: OrderedDict[str, _Job] = OrderedDict()  # by what is judged, the one that was asked for last at the end
_asking = threading.Lock()


def judged(opened: Opened, split: Split) -> Judged:
    """What the model says of a split that has images; shows the progress while it is computed.

    Raises UserError where too many models wait for that, or where its scores are no numbers.
    """
    if len(split) <= FEW:
        logits = opened.classifier.logits(split.pixels())
    else:
        job = _job(opened, split)
        if not job.result.done():
            _show_progress(job, len(split))
        logits = job.result.result()
    choice.check_numbers(logits)
    labels = split.labels.astype(np.int64)
    digits = logits.argmax(axis=1)
    return Judged(softmax(logits / opened.temperature), digits, labels, mistakes.confusion(labels, digits))


def _job(opened: Opened, split: Split) -> _Job:
    """The job that judges this, begun where there was none or where it failed."""
    name = kept.key("logits", opened.digest, split)
    with _asking:
        job = _jobs.get(name)
        if job is None or (job.result.done() and job.result.exception() is not None):
            if sum(not each.result.done() for each in _jobs.values()) >= MOST_WAITING:
                raise UserError(BUSY)
            job = _jobs[name] = _begin(name, opened, split)
        _jobs.move_to_end(name)
        for old in [each for each in _jobs if _jobs[each].result.done()][: max(0, len(_jobs) - MOST_KEPT)]:
            del _jobs[old]
        return job


def _begin(name: str, opened: Opened, split: Split) -> _Job:
    job = _Job()

    def note(done: int, total: int) -> None:
        job.share = done / total

    def read() -> None:
        try:
            arrays = kept.read_or_make(name, lambda: {"logits": judging.judge(opened, split, note).logits})
            job.result.set_result(np.asarray(arrays["logits"], np.float32))
        except Exception as error:  # it is raised where the result is asked for
            job.result.set_exception(error)

    threading.Thread(target=read, name="judging", daemon=True).start()  # no server waits for it to end
    return job


def _show_progress(job: _Job, count: int) -> None:
    bar = st.empty()
    while not job.result.done():
        text = f"The model reads {count:,} images, once for everybody…" if job.share else "Other models come first…"
        bar.progress(job.share, text=text)
        wait([job.result], LOOK_EVERY)
    bar.empty()
