"""Several machines that train one model: which strategies there are, and which of the machines this one is."""

import json
import os

from mnist_demo.errors import UserError

# Of tf.distribute: one device; all devices of this machine; the machines that TF_CONFIG lists.
STRATEGIES = ("default", "mirrored", "multiworker")


def is_first_worker() -> bool:
    """Whether this process is the first of the workers in `TF_CONFIG`, or alone. Raises UserError for nonsense."""
    try:
        config = json.loads(os.environ.get("TF_CONFIG") or "{}")
        task = config.get("task", {})
        first = "chief" if "chief" in config.get("cluster", {}) else "worker"
        return task.get("type", first) == first and int(task.get("index", 0)) == 0
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError("TF_CONFIG is not the JSON that TensorFlow describes: mend it, or unset it.") from error
