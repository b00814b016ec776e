"""What a model says of all images of a split: computed once for all visitors, in the background."""

from concurrent.futures import wait
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnist_demo.background import Background, Job, NobodyWantsItError
from mnist_demo.data.datasets import Split
from mnist_demo.data.images import Floats
from mnist_demo.inside import judging, kept, mistakes
from mnist_demo.inside.judging import Judgement, Progress
from mnist_demo.inside.mistakes import Indices
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.evaluation import accuracy_interval
from mnist_demo.ui.common import services
from mnist_demo.ui.evidence import choice

FEW = 100  # images are judged at once: that takes less than 0.05 s
MOST_KEPT = 4  # results in memory; all are in the home folder
LOOK_EVERY = 0.1  # seconds


@dataclass(frozen=True)
class Judged:
    """What a model says of n images. probabilities: float32 (n, 10). digits: int64 (n,). labels: integers (n,)."""

    probabilities: Floats
    digits: Indices
    labels: Indices
    confusion: Indices
    interval: tuple[float, float]  # of the share of all such images that it reads right

    @property
    def right(self) -> int:
        """How many images were read right."""
        return int(np.trace(self.confusion))


_background: Background[float, Judged] = Background("judging", MOST_KEPT)


def judged(opened: Opened, split: Split) -> Judged:
    """What the model says of a split that has images; shows the progress while it is computed.

    Raises UserError where too many models wait for that, or where its scores are no numbers.
    """
    if len(split) <= FEW:
        return _count(judging.judge(opened, split), opened, split)

    def read(note: Progress) -> Judged:
        return _count(_read_or_judge(opened, split, note), opened, split)

    while True:
        key = f"{_name(opened, split)} {opened.temperature}"
        job = _background.ask(services.visitor(), {key: lambda note: read(lambda done, all_: note(done / all_))})[key]
        _show_progress(job, len(split))
        try:
            return job.result.result()
        except NobodyWantsItError:  # this visitor's last sign came too late
            continue


def hidden(opened: Opened, split: Split) -> Floats:
    """The model's last hidden layer of each image that was judged: float32 (n, units), of 5 MB for the CNN.

    Read again each time, for tabs that were closed keep what a page held. Raises UserError as `judged` does.
    """
    return _read_or_judge(opened, split).hidden


def _read_or_judge(opened: Opened, split: Split, note: Progress = lambda _done, _all: None) -> Judgement:
    def judge() -> kept.Arrays:
        said = judging.judge(opened, split, note)
        choice.check_numbers(said.logits)  # before they are kept
        return vars(said)

    return Judgement(**kept.read_or_make(_name(opened, split), judge))  # type: ignore[arg-type]


def _name(opened: Opened, split: Split) -> str:
    return kept.key("judged", opened.digest, split)


def _count(said: Judgement, opened: Opened, split: Split) -> Judged:
    choice.check_numbers(said.logits)
    labels, digits = split.labels.astype(np.int64), said.logits.argmax(axis=1)
    confusion = mistakes.confusion(labels, digits)
    interval = accuracy_interval(float((digits == labels).mean()), len(split))
    return Judged(said.probabilities(opened.temperature), digits, labels, confusion, interval)


def _show_progress(job: Job[float, Judged], count: int) -> None:
    bar = st.empty()
    while not job.result.done():
        _background.renew(services.visitor())
        text = f"The model reads {count:,} images, once for everybody…" if job.is_begun else "Other models come first…"
        bar.progress(job.found[-1] if job.found else 0.0, text=text)
        wait([job.result], LOOK_EVERY)
    bar.empty()
