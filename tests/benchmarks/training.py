"""Training speed, side by side: the notebook's own loop, Keras, PyTorch and this project, on the same data.

    MNIST_DEMO_DATA=mnist.npz python -m tests.benchmarks.training [--rounds 5] [--seeds 3]

The contestants take turns in one process tree, each in a process of its own that stays alive, so that whatever else
the machine does falls on all of them; the table quotes medians over the rounds and ratios to the notebook's loop.
PyTorch takes part where it is installed. "Time to" is of stepping alone, until the first evaluation (every 100 steps,
on all test images) at or above the goal, mean and spread over the seeds.
"""

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from mnist_demo import data, recipes
from mnist_demo.data import Dataset

Steps = Callable[[int], None]  # takes that many steps
GOALS = {"affine": 0.92, "cnn": 0.99}
ROUND_SECONDS = 2.0
BASE = "notebook's loop (TF 1)"
BATCH = 100


@dataclass
class Contestant:
    """A way to train. `advance` takes steps, `accuracy` evaluates on all test images."""

    advance: Steps
    accuracy: Callable[[], float]
    batch_size: int = BATCH
    most_steps: int = 30_001


def notebook_loop(model: str, dataset: Dataset, seed: int) -> Contestant:
    """The notebook as it was written: a TensorFlow 1 graph, a session, a feed dict for every step."""
    import tensorflow.compat.v1 as tf  # noqa: PLC0415

    tf.disable_eager_execution()
    tf.set_random_seed(seed)
    x, y = tf.placeholder(tf.float32, (None, 784)), tf.placeholder(tf.float32, (None, 10))

    def dense(value: Any, inputs: int, outputs: int) -> Any:
        limit = (6 / (inputs + outputs)) ** 0.5
        return value @ tf.Variable(tf.random_uniform((inputs, outputs), -limit, limit)) + tf.Variable(tf.zeros(outputs))

    def block(value: Any, inputs: int, outputs: int) -> Any:
        limit = (6 / (25 * (inputs + outputs))) ** 0.5
        kernel = tf.Variable(tf.random_uniform((5, 5, inputs, outputs), -limit, limit))
        value = tf.nn.relu(tf.nn.conv2d(value, kernel, padding="SAME") + tf.Variable(tf.zeros(outputs)))
        return tf.nn.max_pool2d(value, 2, 2, "SAME")

    if model == "affine":
        logits = x @ tf.Variable(tf.random_normal((784, 10), stddev=0.01)) + tf.Variable(tf.zeros(10))
        optimizer, reduce = tf.train.GradientDescentOptimizer(1e-4), tf.reduce_sum
    else:
        features = tf.reshape(block(block(tf.reshape(x, (-1, 28, 28, 1)), 1, 32), 32, 64), (-1, 7 * 7 * 64))
        logits = dense(tf.nn.relu(dense(features, 7 * 7 * 64, 128)), 128, 10)
        optimizer, reduce = tf.train.RMSPropOptimizer(1e-3), tf.reduce_mean
    step = optimizer.minimize(reduce(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits)))
    correct = tf.reduce_sum(tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1)), tf.float32))
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    images, labels = dataset.train.pixels(), data.one_hot(dataset.train.labels)
    batches = _batches(len(labels), seed)

    def advance(count: int) -> None:
        for _ in range(count):
            batch = next(batches)
            session.run(step, {x: images[batch], y: labels[batch]})

    test_images, test_labels = dataset.test.pixels(), data.one_hot(dataset.test.labels)

    def accuracy() -> float:
        parts = (slice(at, at + 1000) for at in range(0, len(test_images), 1000))
        right = sum(session.run(correct, {x: test_images[p], y: test_labels[p]}) for p in parts)
        return float(right / len(test_images))

    return Contestant(advance, accuracy, most_steps=30_001 if model == "affine" else 5_001)


def keras_fit(model: str, dataset: Dataset, seed: int) -> Contestant:
    """What Keras's documentation would have one write."""
    import keras  # noqa: PLC0415

    from mnist_demo import models, training  # noqa: PLC0415

    built = models.build(model, seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    built.compile(training.make_optimizer(recipes.RECIPES[model, "notebook"]), loss)
    images, labels = dataset.train.pixels(), dataset.train.labels.astype(np.int32)
    batches = _batches(len(labels), seed)

    def advance(count: int) -> None:
        index = np.concatenate([next(batches) for _ in range(count)])
        built.fit(images[index], labels[index], BATCH, verbose=0, shuffle=False)

    def accuracy() -> float:
        logits = built.predict(dataset.test.pixels(), 1000, verbose=0)
        return float((logits.argmax(axis=1) == dataset.test.labels).mean())

    return Contestant(advance, accuracy)


def pytorch(model: str, dataset: Dataset, seed: int, *, bfloat16: bool = False) -> Contestant:
    """The same in eager PyTorch."""
    import torch  # noqa: PLC0415
    from torch import nn  # noqa: PLC0415

    torch.manual_seed(seed)
    cnn = (
        *(nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(7 * 7 * 64, 128), nn.ReLU(), nn.Linear(128, 10)),
    )
    network = nn.Linear(784, 10) if model == "affine" else nn.Sequential(*cnn)
    rate = recipes.RECIPES[model, "notebook"].learning_rate
    optimizer = torch.optim.SGD(network.parameters(), rate)
    if model == "cnn":
        optimizer = torch.optim.RMSprop(network.parameters(), rate, alpha=0.9, eps=1e-10)
    images, labels = torch.from_numpy(dataset.train.pixels()), torch.from_numpy(dataset.train.labels.astype(np.int64))
    batches = _batches(len(labels), seed)

    def advance(count: int) -> None:
        for _ in range(count):
            batch = torch.from_numpy(next(batches))
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                loss = nn.functional.cross_entropy(network(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def accuracy() -> float:
        with torch.no_grad():
            logits = network(torch.from_numpy(dataset.test.pixels()))
        return float((logits.argmax(dim=1).numpy() == dataset.test.labels).mean())

    return Contestant(advance, accuracy)


def ours(model: str, dataset: Dataset, seed: int, *, recipe: str) -> Contestant:
    """This project's training session, in the chunks that it would choose itself."""
    from mnist_demo.training import Session  # noqa: PLC0415

    settings = recipes.get_recipe(model, recipe, seed=seed)
    session = Session(settings, dataset)
    session.compile()
    position = 0

    def advance(count: int) -> None:
        nonlocal position
        session.run_steps(position, count)
        position += count

    return Contestant(advance, lambda: session.evaluate("test")[1], settings.batch_size, settings.steps)


def _batches(count: int, seed: int) -> Iterator[np.ndarray]:
    position = 0
    while True:
        yield from data.batch_indices(count, BATCH, seed, position, 100)
        position += 100


CONTESTANTS: dict[str, tuple[Callable[..., Contestant], dict[str, Any]]] = {
    BASE: (notebook_loop, {}),
    "Keras fit": (keras_fit, {}),
    "PyTorch eager, float32": (pytorch, {}),
    "PyTorch eager, bfloat16": (pytorch, {"bfloat16": True}),
    **{f"ours, {name}": (ours, {"recipe": name}) for name in recipes.RECIPE_NAMES},
}


def _serve(connection: Connection, name: str, model: str, source: str, seed: int) -> None:
    """A contestant's process: answers ("advance", n) with seconds, ("accuracy",) with a fraction."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    make, options = CONTESTANTS[name]
    try:
        contestant = make(model, data.load(source), seed, **options)
    except ImportError as error:
        connection.send(error)
        return
    contestant.advance(3)
    connection.send((contestant.batch_size, contestant.most_steps))
    while (asked := connection.recv()) is not None:
        started = time.perf_counter()
        if asked == "accuracy":
            connection.send(contestant.accuracy())
        else:
            contestant.advance(asked)
            connection.send(time.perf_counter() - started)


class Process:
    """The other end of `_serve`."""

    def __init__(self, name: str, model: str, source: str, seed: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, name, model, source, seed), daemon=True)
        self._process.start()
        answer = self._connection.recv()
        if isinstance(answer, ImportError):
            raise answer
        self.batch_size, self.most_steps = answer

    def advance(self, count: int) -> float:
        """Take steps; the seconds that took."""
        self._connection.send(count)
        return float(self._connection.recv())

    def accuracy(self) -> float:
        """On all test images."""
        self._connection.send("accuracy")
        return float(self._connection.recv())

    def close(self) -> None:
        """End the process."""
        self._connection.send(None)
        self._process.join()


def measure_speed(model: str, source: str, rounds: int) -> dict[str, tuple[float, float]]:
    """Median steps and images a second of each contestant, in turns."""
    running = {}
    for name in CONTESTANTS:
        try:
            running[name] = Process(name, model, source, 1337)
        except (ImportError, KeyError):
            print(f"{name}: not here")
    counts = dict.fromkeys(running, 10)
    for name, process in running.items():
        counts[name] = max(1, round(10 * ROUND_SECONDS / process.advance(10)))
    speeds: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(rounds):
        for name, process in running.items():
            speeds[name].append(counts[name] / process.advance(counts[name]))
    result = {}
    for name, process in running.items():
        steps = statistics.median(speeds[name])
        result[name] = (steps, steps * process.batch_size)
        process.close()
    return result


def time_to_goal(name: str, model: str, source: str, seed: int) -> float | None:
    """Seconds of stepping until the goal is reached; None where it is not."""
    process = Process(name, model, source, seed)
    seconds, steps = 0.0, 3
    try:
        while steps < process.most_steps:
            count = min(100, process.most_steps - steps)
            seconds += process.advance(count)
            steps += count
            if process.accuracy() >= GOALS[model]:
                return seconds
        return None
    finally:
        process.close()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", nargs="+", default=list(recipes.MODEL_NAMES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    source = data.find_source()
    for model in arguments.models:
        speeds = measure_speed(model, source, arguments.rounds)
        base_steps, base_images = speeds[BASE]
        print(f"\n{model:28} steps/s   ratio   images/s   ratio")
        for name, (steps, images) in speeds.items():
            ratios = f"{steps:9,.1f} {steps / base_steps:7.2f} {images:10,.0f} {images / base_images:7.2f}"
            print(f"{name:26} {ratios}")
        print(f"seconds to {GOALS[model]:.1%}, {arguments.seeds} seeds")
        for name in (BASE, *(f"ours, {recipe}" for recipe in recipes.RECIPE_NAMES)):
            found = [time_to_goal(name, model, source, seed) for seed in range(1, arguments.seeds + 1)]
            reached = [seconds for seconds in found if seconds is not None]
            mean = f"{statistics.mean(reached):.2f} ({min(reached):.2f} to {max(reached):.2f})" if reached else "never"
            print(f"{name:26} {mean}, {len(reached)} of {len(found)}")


if __name__ == "__main__":
    main()
