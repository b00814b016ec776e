"""What a model says of thousands of images: all its scores and its last hidden layer, on all cores."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from mnist_demo.data.datasets import Split
from mnist_demo.data.images import CLASSES, Floats
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.inference import BATCH, Classifier, softmax

Progress = Callable[[int, int], object]  # is told how many images are done, and of how many

SHARE = 500  # images a thread takes at a time
MOST_THREADS = 4
_turn = threading.Lock()  # one model at a time: it takes all cores


@dataclass(frozen=True)
class Judgement:
    """What a model says of n images. logits: float32 (n, 10). hidden: its last hidden layer, float32 (n, units).

    There are no units, (n, 0), in a model whose logits are a weighted sum of the pixels: then these are to be compared.
    """

    logits: Floats
    hidden: Floats

    def probabilities(self, temperature: float = 1.0) -> Floats:
        """Softmax of the logits by the model's temperature: float32 (n, 10)."""
        return softmax(self.logits / np.float32(temperature))


def judge(opened: Opened, split: Split, progress: Progress = lambda _done, _total: None) -> Judgement:
    """What the model says of every image of `split`; what `progress` raises ends it early, and is raised."""
    hidden_name, count = opened.network.last_hidden, len(split)
    own = threading.local()  # an engine each: one answers its callers in turn
    logits = np.empty((count, CLASSES), np.float32)
    hidden = np.empty((count, len(opened.network.last.kernel) if hidden_name else 0), np.float32)

    def take(start: int) -> int:
        stop = min(start + SHARE, count)
        for at in range(start, stop, BATCH):
            given = split.pixels(at, min(at + BATCH, stop))
            outputs = own.classifier.activations(given)
            logits[at : at + len(given)] = outputs[opened.network.last.name]
            if hidden_name:
                hidden[at : at + len(given)] = outputs[hidden_name].reshape(len(given), -1)
        return stop - start

    def start_engine() -> None:
        own.classifier = Classifier(opened.content)

    done = 0
    with _turn, ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS), initializer=start_engine) as pool:
        shares = [pool.submit(take, start) for start in range(0, count, SHARE)]
        try:
            for share in as_completed(shares):
                done += share.result()
                progress(done, count)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return Judgement(logits, hidden)
