"""Training speed, side by side: the notebook's own loop, Keras, PyTorch and this project, on the same data.

    MNIST_DEMO_DATA=mnist.npz python -m tests.benchmarks.training [--models …] [--only NAME …] [--rounds 5] [--seeds 3]

The contestants take turns in one process tree, each in a process of its own that stays alive, so that whatever else
the machine does falls on all of them; the table quotes medians over the rounds and ratios to the notebook's loop.
PyTorch takes part where it is installed. GFLOP/s counts the multiplications and additions of the matrix products and
convolutions, forwards and backwards, and stands beside what the same processor does in a large matrix product.

The seconds to a goal are of stepping alone, until the first evaluation (every 100 steps, on all test images) at or
above it, mean and spread over the seeds. The notebook's recipe stops there; the others train to their end.
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

from mnist_demo.data import datasets
from mnist_demo.data.datasets import Dataset
from mnist_demo.data.images import one_hot
from mnist_demo.models import registry

Steps = Callable[[int], None]  # takes that many steps
GOALS = {"affine": 0.92, "cnn": 0.99}
ROUND_SECONDS = 2.0
WARM_UP_STEPS = 3  # compile, and are not timed
EVALUATE_EVERY = 100
BASE = "notebook's loop (TF 1)"
BATCH = 100
PEAK_SIDE = 2048

# Multiplications and additions for an image, forwards; backwards takes twice as many, but for the first layer, whose
# input needs no gradient, as many.
FIRST_LAYER = {"affine": 2 * 784 * 10, "cnn": 2 * 28 * 28 * 5 * 5 * 32}
OTHER_LAYERS = {"affine": 0, "cnn": 2 * (14 * 14 * 5 * 5 * 32 * 64 + 7 * 7 * 64 * 128 + 128 * 10)}


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
    images, labels = dataset.train.pixels(), one_hot(dataset.train.labels)
    batches = _batches(len(labels), seed)

    def advance(count: int) -> None:
        for _ in range(count):
            batch = next(batches)
            session.run(step, {x: images[batch], y: labels[batch]})

    test_images, test_labels = dataset.test.pixels(), one_hot(dataset.test.labels)

    def accuracy() -> float:
        parts = (slice(at, at + 1000) for at in range(0, len(test_images), 1000))
        right = sum(session.run(correct, {x: test_images[p], y: test_labels[p]}) for p in parts)
        return float(right / len(test_images))

    return Contestant(advance, accuracy, most_steps=30_001 if model == "affine" else 5_001)


def keras_fit(model: str, dataset: Dataset, seed: int) -> Contestant:
    """What Keras's documentation would have one write."""
    import keras  # noqa: PLC0415

    from mnist_demo.training import networks, optimizers  # noqa: PLC0415

    built = networks.build(registry.get_model(model).architecture, seed)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    built.compile(optimizers.make_optimizer(registry.get_recipe(model, "notebook")), loss)
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
    rate = registry.get_recipe(model, "notebook").learning_rate
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
    from mnist_demo.training import probe  # noqa: PLC0415
    from mnist_demo.training.session import Session  # noqa: PLC0415

    settings = registry.get_recipe(model, recipe, seed=seed)
    session = Session(settings, dataset, probe.fastest_precision(settings))
    session.compile()
    position = 0

    def advance(count: int) -> None:
        nonlocal position
        session.run_steps(position, count)
        position += count

    return Contestant(advance, lambda: session.evaluate("test")[1], settings.batch_size, settings.steps)


def matmul_peak(*_: Any, bfloat16: bool) -> Contestant:
    """Steps of one large matrix product each."""
    import tensorflow as tf  # noqa: PLC0415

    factor = tf.cast(tf.random.normal((PEAK_SIDE, PEAK_SIDE)), tf.bfloat16 if bfloat16 else tf.float32)

    @tf.function  # type: ignore[untyped-decorator]
    def multiply(count: tf.Tensor) -> tf.Tensor:
        product = factor
        for _ in tf.range(count):
            product = product @ factor
        return product

    return Contestant(lambda count: multiply(tf.constant(count)), lambda: 0.0)


def _batches(count: int, seed: int) -> Iterator[np.ndarray]:
    position = 0
    while True:
        yield from datasets.batch_indices(count, BATCH, seed, position, 100)
        position += 100


CONTESTANTS: dict[str, tuple[Callable[..., Contestant], dict[str, Any]]] = {
    BASE: (notebook_loop, {}),
    "Keras fit": (keras_fit, {}),
    "PyTorch eager, float32": (pytorch, {}),
    "PyTorch eager, bfloat16": (pytorch, {"bfloat16": True}),
    **{f"ours, {name}": (ours, {"recipe": name}) for name in registry.recipe_names()},
    "matmul peak, float32": (matmul_peak, {"bfloat16": False}),
    "matmul peak, bfloat16": (matmul_peak, {"bfloat16": True}),
}


def _serve(connection: Connection, name: str, model: str, source: str, seed: int) -> None:
    """A contestant's process: answers ("advance", n) with seconds, ("accuracy",) with a fraction."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    make, options = CONTESTANTS[name]
    try:
        contestant = make(model, datasets.load(source), seed, **options)
    except ImportError as error:
        connection.send(error)
        return
    contestant.advance(WARM_UP_STEPS)
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


def contestants(model: str) -> list[str]:
    """All that there are for a model: not every recipe is."""
    known = [f"ours, {recipe.name}" for recipe in registry.get_model(model).recipes]
    return [name for name in CONTESTANTS if not name.startswith("ours") or name in known]


def measure_speed(names: list[str], model: str, source: str, rounds: int) -> dict[str, tuple[float, int]]:
    """Median steps a second and images a step of each contestant, in turns."""
    running = {}
    for name in names:
        try:
            running[name] = Process(name, model, source, 1337)
        except ImportError:
            print(f"{name}: not here")
    counts = dict.fromkeys(running, 10)
    for name, process in running.items():
        process.advance(10)
        counts[name] = max(1, round(10 * ROUND_SECONDS / process.advance(10)))
    speeds: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(rounds):
        for name, process in running.items():
            speeds[name].append(counts[name] / process.advance(counts[name]))
    for process in running.values():
        process.close()
    return {name: (statistics.median(speeds[name]), process.batch_size) for name, process in running.items()}


def print_speed(model: str, speeds: dict[str, tuple[float, int]]) -> None:
    """A row a contestant, with ratios to the notebook's loop."""
    base_steps, base_batch = speeds[BASE]
    print(f"\n{model:28}steps/s   ratio   images/s   ratio   GFLOP/s")
    for name, (steps, batch) in speeds.items():
        if name.startswith("matmul"):
            print(f"{name:62} {2 * PEAK_SIDE**3 * steps / 1e9:9,.0f}")
            continue
        work = batch * (2 * FIRST_LAYER[model] + 3 * OTHER_LAYERS[model])
        ratio, image_ratio = steps / base_steps, steps * batch / (base_steps * base_batch)
        figures = f"{steps:9,.1f} {ratio:7.2f} {steps * batch:10,.0f} {image_ratio:7.2f}"
        print(f"{name:26} {figures} {work * steps / 1e9:9,.1f}")


@dataclass
class Course:
    """How a training went: seconds of stepping to the goal (None where it was not reached) and in all, accuracy at
    the end.
    """

    seconds_to_goal: float | None
    seconds: float
    accuracy: float


def run_course(name: str, model: str, source: str, seed: int) -> Course:
    """Train, evaluating every 100 steps: the notebook's recipe to the goal, the others to their end."""
    process = Process(name, model, source, seed)
    seconds, steps, accuracy = 0.0, WARM_UP_STEPS, 0.0
    to_goal: float | None = None
    while steps < process.most_steps and not (to_goal and "notebook" in name):
        count = min(EVALUATE_EVERY - steps % EVALUATE_EVERY, process.most_steps - steps)
        seconds += process.advance(count)
        steps += count
        accuracy = process.accuracy()
        if to_goal is None and accuracy >= GOALS[model]:
            to_goal = seconds
    process.close()
    return Course(to_goal, seconds, accuracy)


def print_courses(name: str, courses: list[Course]) -> None:
    """A row: mean and spread over the seeds."""
    reached = [course.seconds_to_goal for course in courses if course.seconds_to_goal is not None]
    to_goal = f"{statistics.mean(reached):6.2f} ({min(reached):.2f} to {max(reached):.2f})" if reached else "never"
    accuracies = [course.accuracy for course in courses]
    print(
        f"{name:26} {to_goal:26} {len(reached)} of {len(courses)}   "
        f"{statistics.mean(course.seconds for course in courses):7.2f} s   "
        f"{statistics.mean(accuracies):.2%} ({min(accuracies):.2%} to {max(accuracies):.2%})"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=list(registry.MODELS), default=list(registry.MODELS))
    parser.add_argument("--only", nargs="+", choices=list(CONTESTANTS), metavar="NAME", help=", ".join(CONTESTANTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    source = datasets.find_source()
    for model in arguments.models:
        names = [name for name in contestants(model) if name in (arguments.only or CONTESTANTS) or name == BASE]
        print_speed(model, measure_speed(names, model, source, arguments.rounds))
        print(f"\nseconds to {GOALS[model]:.1%}; seconds and test accuracy when it stops; seeds 1 to {arguments.seeds}")
        for name in names:
            if name == BASE or name.startswith("ours"):
                seeds = range(1, arguments.seeds + 1)
                print_courses(name, [run_course(name, model, source, seed) for seed in seeds])


if __name__ == "__main__":
    main()
