"""Measuring how fast this machine takes a step."""

import math
import time

import numpy as np
import tensorflow as tf

from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import PIXELS
from mnist_demo.models import registry
from mnist_demo.models.recipes import Recipe
from mnist_demo.training.precision import fastest
from mnist_demo.training.session import Session

PROBE_BATCH = 100  # images a step, as most recipes have
PROBE_CHUNKS = 5
PROBE_SECONDS = 0.1  # a chunk


def fastest_precision(recipe: Recipe) -> str:
    """The precision that takes this recipe's steps fastest on this machine, a key of precision.POLICIES."""
    gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    return fastest(recipe, seconds_a_step, [str(gpu.get("device_name", "GPU")) for gpu in gpus])


def seconds_a_step(precision: str) -> float:
    """The CNN's seconds a step of 100 images, the least of a few chunks; infinite where this machine cannot do it."""
    try:
        return _measure(tiny_session(registry.CNN.name, precision, batch_size=PROBE_BATCH))
    except (tf.errors.OpError, ValueError, TypeError, NotImplementedError):
        return math.inf


def _measure(session: Session) -> float:
    session.run_steps(0, 1)  # compiles, which is not to be measured
    steps, rates = 1, []
    for _ in range(PROBE_CHUNKS):
        started = time.perf_counter()
        session.run_steps(0, steps)
        rates.append((time.perf_counter() - started) / steps)
        steps = max(1, round(PROBE_SECONDS / rates[-1]))
    return min(rates)


def tiny_session(model: str, precision: str, batch_size: int) -> Session:
    tiny = Split(np.zeros((batch_size, PIXELS), np.uint8), np.zeros(batch_size, np.uint8))
    recipe = Recipe(model, "warm-up", "sgd", 0.1, "constant", batch_size, steps=1, evaluate_every=1)
    return Session(recipe, Dataset("tiny", tiny, tiny, tiny), precision)
