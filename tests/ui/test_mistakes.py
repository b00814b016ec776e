"""The Mistakes page, run by Streamlit's AppTest."""

import numpy as np
import pytest
import streamlit as st

from mnist_demo.ui.common import services
from mnist_demo.ui.mistakes import judged, matrix
from tests.ui.test_pages import open_page, texts


@pytest.mark.parametrize("part", ["Which for which", "How sure", "Digit by digit", "Two models"])
def test_every_part_says_how_many_are_wrong(part: str) -> None:
    app = open_page("Mistakes")
    app.session_state["mistakes_part"] = part
    app.run()
    assert not app.exception
    assert not app.error
    dataset = services.current_dataset()
    found = judged.judged(services.shipped("cnn"), dataset, "test")
    wrong = int((found.digits != dataset.test.labels).sum())
    assert f"{wrong:,} mistakes in {len(dataset.test):,} test images" in texts(app)
    assert np.array_equal(found.confusion.sum(axis=1), np.bincount(dataset.test.labels, minlength=10))


@pytest.mark.parametrize("sent", [-1, 100, True, "7", None, [1, 2], 3.0])
def test_a_forged_cell_is_no_cell(sent: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"matrix": type("Sent", (), {"chosen": sent})})
    assert matrix.chosen("matrix") is None
