"""The lesson of 45 minutes that the teacher's page shows."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from mnist_demo.ui.classroom.teacher import LESSON_PLAN
from tests.ui.test_class_teacher import teachers_page
from tests.ui.test_glossary import terms_in, word_of, words_and_help
from tests.ui.test_pages import open_page

UI = Path(__file__).parent.parent.parent / "mnist_demo" / "ui"
PLAN = LESSON_PLAN.read_text(encoding="utf-8")
SOURCES = "\n".join(path.read_text(encoding="utf-8") for suffix in ("py", "js") for path in UI.rglob(f"*.{suffix}"))
PAGES = re.findall(r'title="([^"]+)"', (UI.parent.parent / "app.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("label", sorted(set(re.findall(r"(?<![*\w])\*([A-Z][^*\"]+)\*(?!\*)", PLAN))))
def test_what_it_says_to_press_is_there(label: str) -> None:
    assert f'"{label}"' in SOURCES


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\*\*([^*]+)\*\*", PLAN)) - {"P"}))
def test_its_pages_exist(name: str) -> None:
    assert name in PAGES


def test_it_ends_in_time() -> None:
    minutes = [int(minute) for minute in re.findall(r"^\| (\d+) \|", PLAN, re.MULTILINE)]
    assert minutes[0] == 0
    assert all(earlier < later for earlier, later in pairwise([*minutes, 45]))


def test_the_teacher_has_it_with_its_terms_explained_and_pupils_do_not() -> None:
    app = teachers_page()
    app.session_state["plan"] = True
    app.run()
    said, explained = words_and_help(app)
    assert "## The lesson" in said
    assert not [term for term in terms_in(said) if f"**{word_of(term).title}**" not in explained]
    assert "## The lesson" not in words_and_help(open_page("Class"))[0]
