"""What the training process does before its first run."""

import contextlib

from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.training import networks
from mnist_demo.training.loop import train
from mnist_demo.training.probe import fastest_precision, tiny_session
from mnist_demo.training.runner import load_data
from mnist_demo.training.saving import export


def warm_up() -> None:
    """Do once what the first run would have to wait for: reading the data, the probe of this machine, compiling, the
    first export.
    """
    with contextlib.suppress(UserError):
        load_data(datasets.find_source())
    for recipe in registry.all_recipes():
        fastest_precision(recipe)
    for name in networks.MODELS:
        session = tiny_session(name, "float32", batch_size=2)
        for _ in train(session):
            pass
        export.to_litert(session.model)
