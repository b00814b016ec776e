"""The panel that shares a link, on computers in different networks."""

import io
from collections.abc import Sequence

import numpy as np
import pytest
import streamlit as st
import zxingcpp
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_demo import addresses
from mnist_demo.ui.common import sharing
from tests.ui.test_pages import texts


def link_app(query: str) -> None:
    from mnist_demo.ui.common import sharing  # noqa: PLC0415

    sharing.link(query, "This link opens something.")


def shared(monkeypatch: pytest.MonkeyPatch, query: str, own: Sequence[str]) -> AppTest:
    monkeypatch.setattr(addresses, "own_addresses", lambda: list(own))
    app = AppTest.from_function(link_app, args=(query,), default_timeout=60).run()
    assert not app.exception
    return app


def test_who_came_by_localhost_shares_this_computers_address(monkeypatch: pytest.MonkeyPatch) -> None:
    app = shared(monkeypatch, "steps=5", ["192.168.1.5"])
    assert app.code[0].value == "http://192.168.1.5:8501?steps=5"
    assert len(app.get("image")) == 1
    assert not app.selectbox


def test_on_several_networks_the_visitor_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    app = shared(monkeypatch, "steps=5", ["192.168.1.5", "10.0.0.1"])
    assert "192.168.1.5" in app.code[0].value
    app.selectbox[0].set_value("10.0.0.1").run()
    assert app.code[0].value == "http://10.0.0.1:8501?steps=5"


def test_without_a_network_it_says_so_and_shows_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    app = shared(monkeypatch, "steps=5", [])
    assert "it is on no network" in texts(app)
    assert not app.get("image")
    assert app.code[0].value == "http://localhost:8501?steps=5"


def test_a_server_that_listens_to_this_computer_alone_says_how_to_change_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", {"server.address": "127.0.0.1", "server.port": 8501}.get)
    app = shared(monkeypatch, "steps=5", ["192.168.1.5"])
    assert "--server.address=0.0.0.0" in texts(app)
    assert not app.get("image")


def test_a_link_too_long_for_a_code_says_so_and_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    app = shared(monkeypatch, "drawing=" + "x" * sharing.LONGEST_FOR_CODE, ["192.168.1.5"])
    assert "too long for a QR code" in texts(app)
    assert not app.get("image")
    assert app.code[0].value.endswith("x")


@pytest.mark.parametrize(("characters", "metres"), [(sharing.LONGEST_FOR_CODE, 5), (210, 8)])
def test_a_code_on_the_wall_can_be_read_by_a_phone(characters: int, metres: float) -> None:
    """44 cm wide, by a camera of 4,000 pixels across 70 degrees; 210 characters hold one digit."""
    side = round(0.44 / (2 * metres * np.tan(np.radians(35))) * 4000)
    rng = np.random.default_rng(0)
    text = "http://192.168.178.123:8501/?drawing=" + "".join(rng.choice(list("abcXYZ0189-_"), 600))
    text = text[:characters]
    code = Image.open(io.BytesIO(sharing.qr_code(text))).convert("L")
    assert code.width > 0.85 * sharing.CODE_WIDTH
    seen = code.resize((side, side), Image.Resampling.BOX)
    wall = Image.new("L", (1280, 960), 128)
    wall.paste(seen.rotate(4, Image.Resampling.BILINEAR, expand=True, fillcolor=255), (500, 400))
    (found,) = zxingcpp.read_barcodes(wall)
    assert found.text == text


@pytest.mark.parametrize(
    ("visited", "base", "given", "expected"),
    [
        ("http://localhost:8501/train", "", "https://mnist.school.example", "https://mnist.school.example/train?a=1"),
        ("http://localhost:8501/", "", "https://mnist.school.example/", "https://mnist.school.example/?a=1"),
        ("http://localhost:8501/x/y", "x/y", "http://10.0.0.1:80", "http://10.0.0.1:80/?a=1"),
        ("https://school.example/demo", "", "https://school.example/demo", "https://school.example/demo/?a=1"),
        ("https://school.example/demo/map", "", "https://school.example/demo", "https://school.example/demo/map?a=1"),
        ("http://[::1]:8501/train", "", "http://[2001:db8::1]", "http://[2001:db8::1]/train?a=1"),
    ],
)
def test_a_server_behind_a_proxy_is_told_its_address(
    visited: str, base: str, given: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sharing.ADDRESS_VARIABLE, given)
    monkeypatch.setattr(sharing, "visited", lambda: visited)
    monkeypatch.setattr(sharing, "own_path", lambda: f"/{base}".rstrip("/"))
    app = shared(monkeypatch, "a=1", ["192.168.1.5", "10.0.0.1"])
    assert app.code[0].value == expected
    assert len(app.get("image")) == 1
    assert not app.selectbox


@pytest.mark.parametrize(
    "given",
    ["school", "ftp://school", "http://", "http://a b", "http://a?b", "http://a#b", "http://x@a", "http://ä.de"],
)
def test_an_address_that_is_none_is_told(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sharing.ADDRESS_VARIABLE, given)
    app = shared(monkeypatch, "a=1", ["192.168.1.5"])
    (error,) = app.error
    assert sharing.ADDRESS_VARIABLE in error.value
    assert not app.code


def test_nothing_of_a_teachers_link_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(st.context), "url", "http://10.0.0.1:8501/class#key=secret?x")
    assert sharing.visited() == "http://10.0.0.1:8501/class"
