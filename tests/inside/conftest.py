"""The shipped models opened, and a few images, for all tests of this folder."""

import pytest

from mnist_demo.data import datasets
from mnist_demo.data.datasets import Split
from mnist_demo.inside.network import exported
from mnist_demo.inside.network.exported import Opened
from mnist_demo.runs import store


def open_shipped(name: str) -> Opened:
    run = store.find(name)
    return exported.open_file(run.model_path, run.status.temperature)


@pytest.fixture(scope="session")
def affine() -> Opened:
    return open_shipped("affine")


@pytest.fixture(scope="session")
def cnn() -> Opened:
    return open_shipped("cnn")


@pytest.fixture(scope="session", params=store.shipped_names())
def opened(request: pytest.FixtureRequest) -> Opened:
    return open_shipped(request.param)


@pytest.fixture(scope="session")
def test_split(first_home: object) -> Split:  # noqa: ARG001 (where the bundled images are kept)
    return datasets.load(datasets.BUNDLED).test
