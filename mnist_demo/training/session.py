"""A model, its optimiser and the compiled loops that train and evaluate it."""

from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from mnist_demo.data import datasets, experiments
from mnist_demo.data.datasets import Dataset, Split
from mnist_demo.data.images import CLASSES, PIXELS, Floats
from mnist_demo.models import registry
from mnist_demo.models.architecture import Architecture
from mnist_demo.models.recipes import Recipe
from mnist_demo.training import augmentation, distribution, networks
from mnist_demo.training.optimizers import make_optimizer, start_as_tf1_did
from mnist_demo.training.precision import POLICIES

EVALUATION_BATCH = 1000  # images at a time, fewer of a network whose activations take more memory than the CNN's
EVALUATION_BYTES = 500_000_000

# The images and labels of a split, as arguments of a compiled loop.
SPLIT = [tf.TensorSpec([None, PIXELS], tf.uint8, name="images"), tf.TensorSpec([None], tf.int32, name="labels")]

# All variables of a model and its optimiser, by their position.
State = dict[str, npt.NDArray[np.generic]]


class Session:
    """A model, its optimiser and the compiled loops that train and evaluate it on one data set.

    One call of a `tf.function` runs many steps on data that TensorFlow already holds: Python takes no part in a step.
    With a `tf.distribute.Strategy` of several replicas each takes its share of every batch. `start` has the weights to
    begin with, as Keras has them; else they are random.
    """

    def __init__(
        self,
        recipe: Recipe,
        dataset: Dataset,
        precision: str = "float32",
        strategy: tf.distribute.Strategy | None = None,
        start: Sequence[Floats] | None = None,
    ) -> None:
        self.recipe = recipe
        train = experiments.training_split(dataset.train, recipe.train_images, recipe.label_noise, recipe.seed)
        seen = experiments.evenly_spread(len(train), experiments.SEEN_IMAGES)
        self._splits = {
            "train": train,
            "seen": Split(train.images[seen], train.labels[seen]),
            "validation": dataset.validation,
            "test": dataset.test,
        }
        self._strategy = strategy or tf.distribute.get_strategy()
        architecture = registry.model_of(recipe).architecture
        self.evaluation_batch = evaluation_batch(architecture)
        with self._strategy.scope():
            self.model = networks.for_training(networks.build(architecture, recipe.seed, POLICIES[precision]))
            if start is not None:
                self.model.set_weights(start)
            self._optimizer = make_optimizer(recipe)
            self._optimizer.build(self.model.trainable_variables)
        if recipe.optimizer == "rmsprop":
            start_as_tf1_did(self._optimizer)
        indices = tf.TensorSpec([None, recipe.batch_size], tf.int32, name="indices")
        first_step = tf.TensorSpec([], tf.int32, name="first_step")
        self._run_steps = tf.function(self._loop, input_signature=[*SPLIT, indices, first_step])
        self._run_evaluation = tf.function(self._evaluation, input_signature=SPLIT)
        self.agree = distribution.from_first(self._strategy)  # on how to go on, where several workers train together
        # Arguments of the loops, not captured by them: TensorFlow would keep captured data for the process's life.
        self._tensors = {name: to_tensors(split) for name, split in self._splits.items()}

    def compile(self) -> None:
        """Trace and optimise the training loop ahead of the first step, by running no step at all."""
        self._run_steps(*self._tensors["train"], tf.zeros([0, self.recipe.batch_size], tf.int32), 0)

    def run_steps(self, first_step: int, steps: int) -> tuple[float, float]:
        """Take `steps` optimiser steps; the mean loss (nats) and accuracy of their batches, before each step."""
        recipe = self.recipe
        indices = datasets.batch_indices(len(self._splits["train"]), recipe.batch_size, recipe.seed, first_step, steps)
        loss, accuracy = self._run_steps(*self._tensors["train"], indices, first_step)
        return float(loss) / steps, float(accuracy) / steps

    def evaluate(self, split: str) -> tuple[float, float]:
        """Mean loss (nats) and accuracy over every image of `split`, "validation", "test" or "seen".

        "seen" are some of the training images, with the labels that it trains with, always the same ones.
        """
        loss, correct = self._run_evaluation(*self._tensors[split])
        count = len(self._splits[split])
        return float(loss) / count, float(correct) / count

    def state(self) -> State:
        """All that training needs to go on: weights and the optimiser's variables, by name."""
        return {f"{index}": variable.numpy() for index, variable in enumerate(self._variables())}

    def restore(self, state: State) -> None:
        """Go back to what `state` returned."""
        for index, variable in enumerate(self._variables()):
            variable.assign(state[f"{index}"])

    def _variables(self) -> list[keras.Variable]:
        return [*self.model.variables, *self._optimizer.variables]

    def _loop(
        self, images: tf.Tensor, labels: tf.Tensor, indices: tf.Tensor, first_step: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        images, labels = tf.gather(images, indices), tf.gather(labels, indices)
        total_loss, total_accuracy = tf.constant(0.0), tf.constant(0.0)
        for at in tf.range(tf.shape(indices)[0]):
            results = self._strategy.run(self._take_step, (images[at], labels[at], first_step + at))
            loss, accuracy = (self._strategy.reduce("SUM", result, axis=None) for result in results)
            total_loss += loss
            total_accuracy += accuracy
        return total_loss, total_accuracy

    def _take_step(self, images: tf.Tensor, labels: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """This replica's share of a step: loss and accuracy, which add up over the replicas, as the gradients do."""
        context = tf.distribute.get_replica_context()
        first, replicas = context.replica_id_in_sync_group, context.num_replicas_in_sync
        pixels, labels = _to_pixels(images), labels[first::replicas]
        if self.recipe.augmentation == "handwriting":
            pixels = augmentation.distort(pixels, self.recipe.seed, step)
        with tf.GradientTape() as tape:
            logits = self.model(pixels[first::replicas], training=True)
            losses = _cross_entropy(logits, labels, self.recipe.label_smoothing)
            loss = tf.nn.compute_average_loss(losses, global_batch_size=self.recipe.batch_size)
            minimised = loss + self._penalty() / replicas if self.recipe.l2 else loss
        weights = self.model.trainable_variables
        self._optimizer.apply(tape.gradient(minimised, weights), weights)
        return loss, tf.reduce_sum(_is_correct(logits, labels)) / self.recipe.batch_size

    def _penalty(self) -> tf.Tensor:
        """L2 regularisation as Keras has it: l2 times the sum of the squares, of all weights but the biases."""
        kernels = [weight for weight in self.model.trainable_variables if weight.name == "kernel"]
        return self.recipe.l2 * tf.add_n([tf.reduce_sum(tf.square(kernel)) for kernel in kernels])

    def _evaluation(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        loss, correct = tf.constant(0.0), tf.constant(0.0)
        for start in tf.range(0, tf.shape(labels)[0], self.evaluation_batch):
            batch = slice(start, start + self.evaluation_batch)
            logits = self.model(_to_pixels(images[batch]), training=False)
            loss += tf.reduce_sum(_cross_entropy(logits, labels[batch]))
            correct += tf.reduce_sum(_is_correct(logits, labels[batch]))
        return loss, correct


def evaluation_batch(architecture: Architecture) -> int:
    """How many images at a time are evaluated."""
    return min(EVALUATION_BATCH, max(1, EVALUATION_BYTES // architecture.bytes_per_image))


def to_tensors(split: Split) -> tuple[tf.Tensor, tf.Tensor]:
    """A split as the training loops take it: uint8 (n, 784) and int32 (n,)."""
    return tf.constant(split.images), tf.constant(split.labels.astype(np.int32))


def _to_pixels(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(images, tf.float32) / 255.0


def _cross_entropy(logits: tf.Tensor, labels: tf.Tensor, smoothing: float = 0.0) -> tf.Tensor:
    if smoothing == 0:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    targets = (1 - smoothing) * tf.one_hot(labels, CLASSES) + smoothing / CLASSES
    return tf.nn.softmax_cross_entropy_with_logits(targets, logits)


def _is_correct(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.argmax(logits, axis=1, output_type=tf.int32) == labels, tf.float32)
