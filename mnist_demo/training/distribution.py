"""Training on several devices or machines, by `tf.distribute`. Only the first worker keeps the run's directory."""

from collections.abc import Callable

import tensorflow as tf

from mnist_demo.errors import UserError
from mnist_demo.training import cluster


def make_strategy(name: str) -> tf.distribute.Strategy:
    """The strategy called `name`, one of cluster.STRATEGIES.

    Raises UserError where the cluster that `TF_CONFIG` describes cannot be joined.
    """
    if name == "mirrored":
        return tf.distribute.MirroredStrategy()
    if name == "multiworker":
        try:
            return tf.distribute.MultiWorkerMirroredStrategy()
        except (ValueError, RuntimeError, tf.errors.OpError) as error:
            raise UserError(f"The workers of TF_CONFIG do not come together ({error}): check its addresses.") from error
    return tf.distribute.get_strategy()


def from_first(strategy: tf.distribute.Strategy) -> Callable[[int], int]:
    """A function that gives, in all workers, the number that the first one calls it with; they wait for each other."""
    if strategy.cluster_resolver is None or strategy.num_replicas_in_sync == 1:
        return lambda number: number

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])  # type: ignore[untyped-decorator]
    def total(number: tf.Tensor) -> tf.Tensor:
        return strategy.reduce("SUM", strategy.run(tf.identity, (number,)), axis=None)

    def agree(number: int) -> int:
        return int(total(tf.constant(float(number if cluster.is_first_worker() else 0))))

    return agree
