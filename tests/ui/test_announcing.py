"""What the terminal says of the teacher when the server starts, and the link that it prints."""

import asyncio
import sys

import pytest
import streamlit as st

from mnist_demo import addresses
from mnist_demo.classroom import teacher
from mnist_demo.ui.common import sharing
from mnist_demo.ui.roles import announcing

KEY = "Grüße & 1+1=zwei"
IN_LINK = "Gr%C3%BC%C3%9Fe%20%26%201%2B1%3Dzwei"


@pytest.fixture(autouse=True)
def _network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "own_addresses", lambda: ["192.168.1.5", "10.0.0.1"])
    monkeypatch.setenv(teacher.KEY_VARIABLE, KEY)


def start_with(monkeypatch: pytest.MonkeyPatch, **options: object) -> None:
    """The server was started with these options."""
    given = {"server.port": 8501, **{f"server.{name}": value for name, value in options.items()}}
    monkeypatch.setattr(st, "get_option", given.get)


@pytest.mark.parametrize(
    ("options", "address", "expected"),
    [
        ({}, "", "http://192.168.1.5:8501/class"),
        ({"address": "0.0.0.0", "port": 80}, "", "http://192.168.1.5:80/class"),
        ({"address": "127.0.0.1"}, "", "http://localhost:8501/class"),
        ({"address": "10.0.0.1"}, "", "http://10.0.0.1:8501/class"),
        ({"baseUrlPath": "/digits/", "sslCertFile": "c.pem"}, "", "https://192.168.1.5:8501/digits/class"),
        ({"baseUrlPath": "digits"}, "https://mnist.school.example/demo/", "https://mnist.school.example/demo/class"),
    ],
)
def test_the_link_is_one_that_others_can_open(
    options: dict[str, object], address: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_with(monkeypatch, **options)
    monkeypatch.setenv(sharing.ADDRESS_VARIABLE, address)
    assert announcing.link() == f"{expected}#key={IN_LINK}"


def test_a_terminal_shows_the_link_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    start_with(monkeypatch)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    async def start() -> None:
        async with announcing.at_start(None):
            pass

    asyncio.run(start())
    assert capsys.readouterr().out.count(f"http://192.168.1.5:8501/class#key={IN_LINK}") == 1


def test_what_is_no_terminal_gets_the_command_and_no_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start_with(monkeypatch)
    announcing.announce()
    said = capsys.readouterr()
    assert "python -m mnist_demo teacher" in said.out
    assert "key=" not in said.out + said.err
    assert KEY not in said.out + said.err


@pytest.mark.parametrize("variable", [teacher.KEY_VARIABLE, sharing.ADDRESS_VARIABLE])
def test_what_is_wrong_with_it_is_told_and_the_server_starts(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start_with(monkeypatch)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv(variable, "nonsense")
    announcing.announce()
    said = capsys.readouterr()
    assert said.out == ""
    assert variable in said.err
