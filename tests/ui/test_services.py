import sys
from importlib.util import find_spec

import pytest

from mnist_demo.ui.common import services
from mnist_demo.ui.common.services import import_ahead  # before conftest.py takes its place


def test_what_other_pages_need_is_imported_soon_after_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(find_spec(name) for name in services.LIBRARIES)
    monkeypatch.setattr(services, "LOOKS_FOR", 0.2)
    monkeypatch.setattr(services, "LIBRARIES", ("colorsys",))  # a small one
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    importing = import_ahead.__wrapped__()  # anew, whoever asked before
    assert importing.daemon
    importing.join(60)
    assert "colorsys" in sys.modules
