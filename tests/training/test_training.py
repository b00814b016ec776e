import dataclasses
import gc
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import tensorflow as tf

from mnist_demo.data import datasets, experiments
from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.inside.network import exported
from mnist_demo.models import registry
from mnist_demo.models.architecture import Architecture
from mnist_demo.models.inference import Classifier
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import control, run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from mnist_demo.training import loop, networks, optimizers, probe, runner
from mnist_demo.training.loop import Progress
from mnist_demo.training.saving import checkpoint, export, recorder
from mnist_demo.training.saving.recorder import SNAPSHOT_SHARE
from mnist_demo.training.session import Session
from tests.architectures import FREE, generated
from tests.conftest import tiny_arrays, tiny_recipe

# Recipes of networks that differ in what training must keep: weights, an optimiser's averages, the state of dropouts.
RECIPES = [
    tiny_recipe("affine", learning_rate=0.001),
    tiny_recipe("cnn", learning_rate=0.001),
    tiny_recipe("own", learning_rate=0.001, network=FREE[1]),
    tiny_recipe("own", learning_rate=0.001, network=str(generated(7, multiplications=500_000)), optimizer="momentum"),
]
all_networks = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.network or recipe.model)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    arrays = tiny_arrays()
    train = Split(arrays["x_train"].reshape(-1, 784), arrays["y_train"])
    test = Split(arrays["x_test"].reshape(-1, 784), arrays["y_test"])
    return Dataset("tiny", train, test, test)


def train(recipe: Recipe, dataset: Dataset) -> tuple[Session, list[Metrics]]:
    session = Session(recipe, dataset)
    return session, list(loop.train(session))


@pytest.mark.parametrize(("model", "name"), [(recipe.model, recipe.name) for recipe in registry.all_recipes()])
def test_every_recipe_learns(dataset: Dataset, model: str, name: str) -> None:
    recipe = dataclasses.replace(registry.get_recipe(model, name), steps=60, batch_size=20, evaluate_every=30)
    _, metrics = train(recipe, dataset)
    evaluations = [m for m in metrics if m.test_accuracy is not None]
    assert [m.step for m in evaluations] == [0, 30, 60]
    assert (evaluations[-1].test_loss or 9) < (evaluations[0].test_loss or 0)
    assert (evaluations[-1].test_accuracy or 0) > 0.5
    assert all(a.step < b.step and a.seconds <= b.seconds for a, b in itertools.pairwise(metrics))


def test_steps_on_one_batch_lower_its_loss(dataset: Dataset) -> None:
    batch = Split(dataset.train.images[:20], dataset.train.labels[:20])
    session = Session(tiny_recipe(learning_rate=0.01), Dataset("one batch", batch, batch, batch))
    losses = [session.run_steps(step, 1)[0] for step in range(5)]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] == pytest.approx(np.log(10), abs=0.3)


def test_bfloat16_calculates_less_exactly_learns_the_same_and_exports_float32(dataset: Dataset) -> None:
    """With the CNN: the affine model's only layer gives the logits, which are float32 in any case."""
    recipe = tiny_recipe("cnn", learning_rate=1e-3)
    exact, rough = Session(recipe, dataset), Session(recipe, dataset, "bfloat16")
    losses = [session.run_steps(0, 10)[0] for session in (exact, rough)]
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)
    assert all(weights.dtype == np.float32 for weights in rough.model.get_weights())
    images = dataset.test.pixels()
    exported = Classifier(export.to_litert(rough.model, registry.CNN.architecture)).logits(images)
    np.testing.assert_allclose(exported, rough.model(images).numpy(), atol=0.1)
    assert np.abs(exported - rough.model(images).numpy()).max() > 1e-4  # what is exported calculates in float32


def test_label_smoothing_keeps_a_model_from_being_sure(dataset: Dataset) -> None:
    sure, modest = (
        Session(dataclasses.replace(tiny_recipe(), label_smoothing=smoothing), dataset) for smoothing in (0.0, 0.2)
    )
    losses = [session.run_steps(0, 200)[0] for session in (sure, modest)]
    assert losses[1] > losses[0]
    logits = modest.model(dataset.train.pixels()).numpy()
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert (logits.argmax(axis=1) == dataset.train.labels).mean() > 0.9
    assert probabilities.max(axis=1).mean() < 0.9


def test_l2_pulls_the_weights_but_no_biases_towards_zero_by_twice_their_value(dataset: Dataset) -> None:
    """As Keras has it: the gradient of l2 x the sum of w^2."""
    recipe = dataclasses.replace(RECIPES[2], optimizer="sgd", schedule="constant", learning_rate=0.5)
    free, taxed = Session(recipe, dataset), Session(dataclasses.replace(recipe, l2=0.01), dataset)
    before = free.model.get_weights()
    assert free.run_steps(0, 1) == taxed.run_steps(0, 1)  # what is told is the loss alone
    for start, ours, theirs in zip(before, taxed.model.get_weights(), free.model.get_weights(), strict=True):
        pull = 0.5 * 2 * 0.01 * start if start.ndim > 1 else np.zeros_like(start)
        np.testing.assert_allclose(theirs - ours, pull, atol=1e-6)


def test_momentum_steps_as_tensorflow_1_did(dataset: Dataset) -> None:
    recipe = tiny_recipe(optimizer="momentum", learning_rate=0.01)
    ours, theirs = Session(recipe, dataset), Session(recipe, dataset)
    step = _v1_step(theirs, tf.compat.v1.train.MomentumOptimizer(0.01, 0.9), tf.reduce_mean)
    take_steps_of_both(ours, step, dataset)
    for mine, reference in zip(ours.model.get_weights(), theirs.model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, reference, atol=2e-5)


def test_a_run_learns_from_the_images_and_labels_that_its_recipe_says(dataset: Dataset) -> None:
    plain = Session(tiny_recipe(), dataset)
    recipe = tiny_recipe(train_images=100, label_noise=0.3, steps=300)
    session = Session(recipe, dataset)
    split = experiments.training_split(dataset.train, 100, 0.3, recipe.seed)
    for name in ("validation", "test"):  # which nobody changes
        assert session.evaluate(name) == plain.evaluate(name)
    list(loop.train(session))
    predicted = session.model(split.pixels()).numpy().argmax(axis=1)
    assert session.evaluate("seen")[1] == pytest.approx((predicted == split.labels).mean())
    batch = datasets.batch_indices(100, recipe.batch_size, recipe.seed, 300, 1)[0]
    assert session.run_steps(300, 1)[1] == pytest.approx((predicted[batch] == split.labels[batch]).mean())


def test_training_accuracy_is_of_undistorted_images_always_the_same_ones(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_demo.data.experiments.SEEN_IMAGES", 50)
    session = Session(dataclasses.replace(tiny_recipe(), augmentation="handwriting"), dataset)
    session.run_steps(0, 20)
    some = experiments.evenly_spread(len(dataset.train), 50)
    right = session.model(dataset.train.pixels()[some]).numpy().argmax(axis=1) == dataset.train.labels[some]
    assert session.evaluate("seen")[1] == pytest.approx(right.mean())
    metrics = list(loop.train(Session(tiny_recipe(), dataset)))
    assert all((m.seen_accuracy is None) == (m.test_accuracy is None) for m in metrics)
    assert (metrics[-1].seen_accuracy or 0) > 0.9


def test_augmentation_changes_what_is_trained_on_and_not_what_is_evaluated(dataset: Dataset) -> None:
    recipe = tiny_recipe(learning_rate=0.01)
    plain = Session(recipe, dataset)
    augmented = Session(dataclasses.replace(recipe, augmentation="handwriting"), dataset)
    assert augmented.evaluate("test") == plain.evaluate("test")
    assert augmented.run_steps(0, 5) != plain.run_steps(0, 5)


def test_evaluation_counts_every_image(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_demo.training.session.EVALUATION_BATCH", 7)
    session = Session(tiny_recipe(), dataset)
    logits = session.model(dataset.test.pixels()).numpy()
    loss, accuracy = session.evaluate("test")
    assert accuracy == pytest.approx((logits.argmax(axis=1) == dataset.test.labels).mean())
    log_softmax = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    assert loss == pytest.approx(-log_softmax[np.arange(40), dataset.test.labels].mean(), rel=1e-5)


@all_networks
def test_the_same_seed_gives_the_same_weights_to_the_bit_however_the_steps_are_cut(
    dataset: Dataset, recipe: Recipe
) -> None:
    whole, parts = Session(recipe, dataset), Session(recipe, dataset)
    whole.run_steps(0, 30)
    for first, count in ((0, 1), (1, 9), (10, 20)):
        parts.run_steps(first, count)
    for ours, theirs in zip(whole.model.get_weights(), parts.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("recipe", [("affine", "notebook"), ("cnn", "fast"), ("cnn", "notebook")])
def test_a_checkpoint_holds_all_that_training_needs(dataset: Dataset, tmp_path: Path, recipe: tuple[str, str]) -> None:
    settings = dataclasses.replace(registry.get_recipe(*recipe), steps=20, batch_size=20)
    whole, first, second = (Session(settings, dataset) for _ in range(3))
    whole.run_steps(0, 20)
    first.run_steps(0, 8)
    run = store.create(settings, "tiny", tmp_path / "run")
    checkpoint.save(run, first, Progress(8, 0.5))
    assert checkpoint.restore(run, second) == Progress(8, 0.5)
    second.run_steps(8, 12)
    for ours, theirs in zip(whole.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("model", ["affine", "cnn"])
def test_notebook_recipes_step_as_tensorflow_1_did(dataset: Dataset, model: str) -> None:
    """Against tf.compat.v1's own optimisers, on the loss that each recipe's notebook cell minimises."""
    recipe = dataclasses.replace(registry.get_recipe(model, "notebook"), batch_size=20)
    ours, theirs = Session(recipe, dataset), Session(recipe, dataset)
    v1 = tf.compat.v1.train
    summed = model == "affine"  # the notebook's affine cell sums the loss over its batch of 100
    optimizer = v1.GradientDescentOptimizer(1e-2 / 20) if summed else v1.RMSPropOptimizer(1e-3)
    graph_steps = _v1_step(theirs, optimizer, tf.reduce_sum if summed else tf.reduce_mean)
    take_steps_of_both(ours, graph_steps, dataset)
    for mine, reference in zip(ours.model.get_weights(), theirs.model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, reference, atol=2e-5)


def take_steps_of_both(ours: Session, theirs: Callable[[Any, Any], None], dataset: Dataset) -> None:
    """Five steps on the same batches of 20 images."""
    for step in range(5):
        ours.run_steps(step, 1)
        batch = datasets.batch_indices(len(dataset.train), 20, ours.recipe.seed, step, 1)[0]
        theirs(dataset.train.images[batch], dataset.train.labels[batch].astype(np.int32))


def _v1_step(session: Session, optimizer: Any, reduce: Callable[[Any], Any]) -> Callable[[Any, Any], None]:
    variables = [weight.value for weight in session.model.trainable_variables]

    def step(images: tf.Tensor, labels: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = session.model(tf.cast(images, tf.float32) / 255.0)
            loss = reduce(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    compiled: Callable[[Any, Any], None] = tf.function(step)
    return compiled


def test_the_triangular_schedule_rises_to_its_peak_and_falls_to_zero() -> None:
    rate = optimizers.Triangular(0.4, 100)
    values = [float(rate(step)) for step in range(100)]
    assert max(values) == pytest.approx(0.4, rel=0.05)
    assert np.argmax(values) == pytest.approx(20, abs=1)
    assert 0 < values[-1] < 0.01
    assert 0 < values[0] < 0.05


@pytest.fixture
def run(tiny_npz: Path) -> Iterator[Run]:
    yield store.create(tiny_recipe(), str(tiny_npz))


def test_train_run_leaves_everything_in_its_directory(trained: Run) -> None:
    assert trained.status.state == "finished"
    assert trained.status.trained_on == "tiny.npz (own data)"
    again = run_directory.load(trained.directory)
    assert again.evaluations[-1].step == trained.recipe.steps
    assert (again.evaluations[-1].test_accuracy or 0) > 0.9
    assert sorted(path.name for path in trained.directory.iterdir()) == [
        "checkpoint.npz", "metrics.jsonl", "model.keras", "model.tflite", "settings.json", "status.json", "tensorboard",
    ]  # fmt: skip


def test_the_exported_model_is_as_good_as_its_last_metrics_say(trained: Run) -> None:
    test = datasets.load(trained.settings.data).test
    predicted = Classifier.from_file(trained.model_path).logits(test.pixels()).argmax(axis=1)
    assert (predicted == test.labels).mean() == pytest.approx(trained.evaluations[-1].test_accuracy)
    keras_model = tf.keras.models.load_model(trained.keras_path)
    assert (keras_model(test.pixels()).numpy().argmax(axis=1) == predicted).all()


def test_a_run_shows_its_model_while_it_trains(tiny_npz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "SNAPSHOT_SECONDS", 0.0)
    monkeypatch.setattr(recorder, "SNAPSHOT_SHARE", 1.0)
    run = store.create(dataclasses.replace(tiny_recipe(), evaluate_every=10), str(tiny_npz))
    test = datasets.load(str(tiny_npz)).test
    accuracies = {}

    def classify(metrics: Metrics) -> None:
        if metrics.test_accuracy is not None:
            predicted = Classifier.from_file(run.model_path).logits(test.pixels()).argmax(axis=1)
            accuracies[metrics.step] = ((predicted == test.labels).mean(), metrics.test_accuracy)

    runner.train_run(run, classify)
    assert list(accuracies) == [0, 10, 20, 30, 40]
    for shown, recorded in accuracies.values():
        assert shown == pytest.approx(recorded)


def test_snapshots_take_their_small_share_of_the_time(tiny_npz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, written = 0.05, []

    def write(*_: Any) -> None:
        time.sleep(seconds)
        written.append(time.perf_counter())

    monkeypatch.setattr(export, "save_snapshot", write)
    monkeypatch.setattr(recorder, "SNAPSHOT_SECONDS", 0.0)
    run = store.create(dataclasses.replace(tiny_recipe(steps=3000), evaluate_every=10), str(tiny_npz))
    started = time.perf_counter()
    runner.train_run(run)
    snapshots = len(written) - 1  # the last is the export at the end
    took = time.perf_counter() - started
    assert snapshots * seconds <= SNAPSHOT_SHARE * took + seconds


def test_a_stop_ends_the_run_early_with_a_model(tiny_npz: Path) -> None:
    run = store.create(tiny_recipe(steps=100_000), str(tiny_npz))

    def stop_after_a_while(metrics: Metrics) -> None:
        if metrics.step > 100:
            control.request_stop(run)

    ended = runner.train_run(run, stop_after_a_while)
    assert ended.status.state == "stopped"
    assert 100 < run_directory.load(run.directory).evaluations[-1].step < 100_000
    Classifier.from_file(run.model_path)


def test_a_run_that_was_cancelled_while_queued_never_begins(run: Run) -> None:
    control.request_stop(run)
    assert runner.train_run(run).status.state == "stopped"
    assert run_directory.load(run.directory).metrics == []


@all_networks
def test_a_run_that_is_stopped_and_continued_ends_as_if_it_had_never_been(
    tiny_npz: Path, tmp_path: Path, recipe: Recipe
) -> None:
    """To the bit, weights, optimiser and dropouts: 1,000 steps in one go, and the same with a stop after 400 or so."""
    steps = 1000 if recipe.model == "affine" else 40
    recipe = dataclasses.replace(recipe, steps=steps)
    whole = store.create(recipe, str(tiny_npz), tmp_path / "whole")
    parts = store.create(recipe, str(tiny_npz), tmp_path / "parts")
    runner.train_run(whole)
    control.request_pause(parts, at=2 * steps // 5)

    def stop_at_the_pause(metrics: Metrics) -> None:
        if metrics.step == 2 * steps // 5:
            control.request_stop(parts)

    assert runner.train_run(parts, stop_at_the_pause).status.state == "stopped"
    assert run_directory.load(parts.directory).last_step == 2 * steps // 5
    ended = runner.train_run(control.queue_again(run_directory.load(parts.directory), steps))
    assert ended.status.state == "finished"
    with np.load(whole.checkpoint_path) as one, np.load(parts.checkpoint_path) as other:
        assert one["step"] == other["step"] == steps
        for name in set(one.files) - {"seconds"}:
            np.testing.assert_array_equal(one[name], other[name])
    evaluations = run_directory.load(parts.directory).evaluations
    assert [m.step for m in evaluations] == sorted({m.step for m in evaluations})
    seconds = [m.seconds for m in run_directory.load(parts.directory).metrics]
    assert seconds == sorted(seconds)
    assert_is_usable(ended)


def assert_is_usable(run: Run) -> None:
    """What an ended run leaves gives the same scores to the pages, to plain Keras and to who looks inside."""
    opened = exported.open_file(run.model_path, run.status.temperature)
    images = datasets.load(run.settings.data).test.pixels()
    logits = opened.classifier.logits(images)
    np.testing.assert_allclose(opened.network.logits(images), logits, atol=1e-4)
    plain = tf.keras.models.load_model(run.keras_path)
    assert {type(layer).__module__.partition(".")[0] for layer in plain.layers} == {"keras"}
    np.testing.assert_allclose(plain(images), logits, atol=1e-4)


def test_a_stop_is_stronger_than_a_reset(tiny_npz: Path) -> None:
    run = store.create(tiny_recipe(steps=100_000), str(tiny_npz))

    def ask_both(metrics: Metrics) -> None:
        if metrics.step > 100:
            control.request_stop(run)
            control.request_reset(run)

    assert runner.train_run(run, ask_both).status.state == "stopped"
    assert run_directory.load(run.directory).last_step > 100


def test_a_reset_run_that_is_resumed_at_once_is_shown_as_running(tiny_npz: Path) -> None:
    run = store.create(tiny_recipe(steps=60), str(tiny_npz))
    shown: list[tuple[int, str]] = []

    def reset_and_resume(metrics: Metrics) -> None:
        if len(shown) == 1:
            control.request_reset(run)
        elif metrics.step == 0:
            control.request_resume(run)
        shown.append((metrics.step, run_directory.load(run.directory).status.state))

    runner.train_run(run, reset_and_resume)
    beginning = [step for step, _ in shown].index(0, 1)
    assert shown[beginning] == (0, "paused")
    assert {state for _, state in shown[beginning + 1 :]} == {"running"}
    assert shown[-1][0] == 60


def test_a_run_that_was_cut_off_before_its_first_checkpoint_begins_anew(tiny_npz: Path) -> None:
    run = store.create(tiny_recipe(steps=60), str(tiny_npz))
    run_directory.append_metrics(run, Metrics(0, 0.0, test_accuracy=0.1))
    run_directory.append_metrics(run, Metrics(5, 0.1, train_loss=2.0))
    run_directory.set_status(run, "interrupted")
    runner.train_run(control.queue_again(run_directory.load(run.directory), 60))
    assert [metrics.step for metrics in run_directory.load(run.directory).evaluations] == [0, 60]
    assert 5 not in [metrics.step for metrics in run_directory.load(run.directory).metrics]


@pytest.mark.parametrize("error", [tf.errors.UnimplementedError(None, None, "no such kernel"), ValueError("no XLA")])
def test_what_a_machine_cannot_execute_is_not_chosen(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    build = networks.build

    def fail(architecture: Architecture, seed: int, policy: str = "float32") -> Any:
        if policy != "float32":
            raise error
        return build(architecture, seed, policy)

    monkeypatch.setattr(networks, "build", fail)
    assert probe.fastest_precision(registry.get_recipe("cnn", "fast")) == "float32"


def test_a_finished_run_can_be_trained_further(tiny_npz: Path) -> None:
    run = runner.train_run(store.create(tiny_recipe(steps=50), str(tiny_npz)))
    ended = runner.train_run(control.queue_again(run_directory.load(run.directory), 80))
    assert ended.status.state == "finished"
    assert run_directory.load(run.directory).last_step == 80


def test_a_crash_loses_only_what_came_after_the_checkpoint(tiny_npz: Path) -> None:
    run = runner.train_run(store.create(tiny_recipe(steps=60), str(tiny_npz)))
    before = run_directory.load(run.directory).evaluations
    run_directory.append_metrics(run, Metrics(74, 99.0, 1.0, 1.0, 1.0))  # the process died here, before a checkpoint
    run_directory.set_status(run, "crashed")
    runner.train_run(control.queue_again(run_directory.load(run.directory), 90))
    again = run_directory.load(run.directory)
    assert 74 not in [metrics.step for metrics in again.metrics]
    assert again.evaluations[: len(before)] == before
    assert again.last_step == 90


def test_a_damaged_checkpoint_is_told_in_one_sentence(tiny_npz: Path) -> None:
    run = runner.train_run(store.create(tiny_recipe(), str(tiny_npz)))
    run.checkpoint_path.write_bytes(run.checkpoint_path.read_bytes()[:1000])
    ended = runner.train_run(control.queue_again(run_directory.load(run.directory), 90))
    assert ended.status.state == "failed"
    assert "checkpoint" in ended.status.message


def test_a_diverged_run_says_so_and_keeps_its_last_good_checkpoint(tiny_npz: Path) -> None:
    run = store.create(tiny_recipe(learning_rate=1e9), str(tiny_npz))
    ended = runner.train_run(run)
    assert ended.status.state == "diverged"
    assert "smaller learning rate" in ended.status.message
    with np.load(run.checkpoint_path) as stored:
        assert all(np.isfinite(stored[name]).all() for name in stored.files)
        assert np.abs(stored["0"]).max() < 1
    Classifier.from_file(run.model_path)


def test_a_run_that_diverges_in_its_last_step_is_told_from_a_finished_one(tmp_path: Path) -> None:
    """A step's loss is taken before the step: only the evaluation after it shows what the step did."""
    run = store.create(tiny_recipe(steps=1, learning_rate=1e9), datasets.BUNDLED, tmp_path / "run")
    ended = runner.train_run(run)
    assert ended.status.state == "diverged"
    with np.load(run.checkpoint_path) as stored:
        assert stored["step"] == 0
        assert np.abs(stored["0"]).max() < 1


def test_a_session_gives_its_memory_back(dataset: Dataset) -> None:
    """The training process lives as long as the server, and a class trains a hundred runs in it."""
    many = Split(np.repeat(dataset.train.images, 200, axis=0), np.repeat(dataset.train.labels, 200))  # 38 MB
    big = Dataset("big", many, dataset.test, dataset.test)
    process, used = psutil.Process(), []
    for _ in range(12):
        session = Session(tiny_recipe(), big)
        session.run_steps(0, 1)
        session.evaluate("test")
        del session
        gc.collect()
        used.append(process.memory_info().rss)
    assert used[-1] - used[3] < 4 * many.images.nbytes


def test_a_run_whose_data_is_gone_fails_in_one_sentence(run: Run) -> None:
    Path(run.settings.data).unlink()
    ended = runner.train_run(run)
    assert ended.status.state == "failed"
    assert "tiny.npz" in ended.status.message


def test_warm_up_runs() -> None:
    runner.warm_up()
