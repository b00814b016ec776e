"""One way to write percentages."""

import re
from pathlib import Path

import pytest

from mnist_demo.words import counted, percent, surety

PACKAGE = Path(__file__).parent.parent / "mnist_demo"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0.0 %"), (0.5, "50.0 %"), (0.99237, "99.2 %"), (0.9994, "99.9 %"), (0.9996, "> 99.9 %"), (1, "100.0 %")],
)
def test_a_share_has_one_decimal_and_is_100_only_where_it_is_1(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(("share", "words"), [(0.6, "60 %"), (0.994, "99 %"), (0.996, "> 99 %"), (1, "100 %")])
def test_round_figures_have_no_decimals(share: float, words: str) -> None:
    assert percent(share, 0) == words


@pytest.mark.parametrize(
    ("number", "words"), [(0, "no pupils"), (1, "1 pupil"), (2, "2 pupils"), (1200, "1,200 pupils")]
)
def test_so_many_are_said_in_good_english(number: int, words: str) -> None:
    assert counted(number, "pupil") == words


@pytest.mark.parametrize("probability", [0.99951, 1 - 1e-12, 1.0])
def test_a_probability_is_never_100_percent(probability: float) -> None:
    assert surety(probability) == "> 99.9 %"


def test_nothing_writes_percentages_in_another_way() -> None:
    """Python's own format, and d3's in a chart, leave out the space."""
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    other_ways = re.compile(r":\.\d%|\"[~.\d]*%\"|\d%(?![\w(])")
    assert not {path.name: found for path, text in sources.items() if (found := other_ways.findall(text))}
