import gc
import sys
import weakref
from importlib.util import find_spec

import pytest

from mnist_demo.ui.common import services
from mnist_demo.ui.common.services import keep_house  # before conftest.py takes its place
from tests.waiting import wait_for


class Closed:
    """A tab that was closed: something that only itself still knows."""

    def __init__(self) -> None:
        self.own = self


def test_what_other_pages_need_is_imported_soon_after_the_start_and_what_nobody_needs_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert all(find_spec(name) for name in services.LIBRARIES)
    monkeypatch.setattr(services, "LOOKS_FOR", 0.1)
    monkeypatch.setattr(services, "TIDY_EVERY", 0.1)
    monkeypatch.setattr(services, "LIBRARIES", ("colorsys",))  # a small one
    monkeypatch.setattr(gc, "freeze", lambda: None)  # other tests’ garbage would stay
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    gc.disable()
    try:
        tab = weakref.ref(Closed())
        assert keep_house.__wrapped__().daemon  # anew, whoever asked before
        wait_for(lambda: "colorsys" in sys.modules)
        wait_for(lambda: tab() is None)
    finally:
        gc.enable()
