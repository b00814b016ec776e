"""What the tests in a browser share."""

from collections.abc import Iterator

import pytest

from mnist_demo.classroom import classes
from mnist_demo.classroom.database import Database, open_database
from mnist_demo.files import HOME_VARIABLE
from tests.server import Server


@pytest.fixture
def database(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The server's, without a class; no class is left open for other tests."""
    monkeypatch.setenv(HOME_VARIABLE, str(server.home))
    opened = open_database()
    yield opened
    for one in classes.list_classes(opened):
        classes.delete_class(opened, one.id)
    opened.close()
