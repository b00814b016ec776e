"""Optimisers and learning-rate schedules."""

import keras
import tensorflow as tf

from mnist_demo.models.recipes import Recipe

WARM_UP_SHARE = 0.2  # of a triangular schedule's steps
LOWEST_SHARE = 1e-3  # of its peak
MOMENTUM = 0.9  # share of a step that the next one goes on with


class Triangular(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """Up in a line from 0 to `peak`, then down in a line to 0 (one cycle: Smith 2018, arXiv:1803.09820).

    It ends in a rate near 0 and keeps it, for a run that is continued.
    """

    def __init__(self, peak: float, steps: int) -> None:
        self.peak = peak
        self.steps = steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The learning rate of step number `step`, counted from 0."""
        done = (tf.cast(step, tf.float32) + 1.0) / float(self.steps + 1)
        share = tf.minimum(done / WARM_UP_SHARE, (1.0 - done) / (1.0 - WARM_UP_SHARE))
        return self.peak * tf.maximum(share, LOWEST_SHARE)


def make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """The optimiser that the recipe names, with its learning-rate schedule."""
    rate = recipe.learning_rate if recipe.schedule == "constant" else Triangular(recipe.learning_rate, recipe.steps)
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(rate)
    if recipe.optimizer == "momentum":
        return keras.optimizers.SGD(rate, momentum=MOMENTUM)
    if recipe.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate, rho=0.9, momentum=0.0, epsilon=1e-10)  # TF1's defaults
    return keras.optimizers.Adam(rate, beta_2=0.99)


def start_as_tf1_did(rmsprop: keras.optimizers.RMSprop) -> None:
    """TF1's RMSProp starts its running mean of squares at one, Keras's at zero (tf.compat.v1 `rmsprop.py`)."""
    for variable in rmsprop.variables:
        if variable.path.endswith("velocity"):
            variable.assign(tf.ones(variable.shape))
