"""The Lesson page in a real browser: gone through by keyboard, tried in the app, seen from the last row, printed."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from mnist_demo.files import HOME_VARIABLE
from mnist_demo.models import registry
from mnist_demo.runs import store
from mnist_demo.ui.lesson.steps import STEPS, TO_WATCH
from tests.browser import card
from tests.in_browser.conftest import OpenPage
from tests.in_browser.test_projector import SCREEN, assert_all_fits, project
from tests.server import Server


def heading(page: Page, number: int) -> None:
    """Wait for a step."""
    expect(page.get_by_role("heading", name=re.compile(rf"^{number}\. "))).to_be_visible()
    page.locator("[data-test-script-state=notRunning]").wait_for()


@pytest.fixture
def _runs_of_the_class(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A run of each model; those of other tests are put aside, for the lesson shows the best."""
    folder, aside = server.home / "runs", server.home / "aside"
    folder.mkdir(exist_ok=True)
    folder.rename(aside)
    monkeypatch.setenv(HOME_VARIABLE, str(server.home))
    for model in ("affine", "cnn"):
        run = store.create(registry.get_recipe(model, "notebook"), "bundled")
        for name in ("model.tflite", "metrics.jsonl", "status.json"):
            shutil.copy(store.find(model).directory / name, run.directory)
    yield
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)


@pytest.mark.usefixtures("_runs_of_the_class")
def test_each_step_fits_a_projector_and_is_reached_by_the_keyboard(open_page: OpenPage) -> None:
    page = open_page("lesson?step=nonsense", viewport=SCREEN)
    heading(page, 1)
    project(page)
    for number in range(1, len(STEPS) + 1):
        heading(page, number)
        assert_all_fits(page)
        page.locator("summary", has_text="Answer").click()
        expect(page.locator("details[open]")).to_be_visible()
        assert_all_fits(page)
        assert number == 1 or page.url.endswith(f"lesson?step={number}")
        if number < len(STEPS):
            page.get_by_role("button", name="Next").focus()
            page.keyboard.press("Enter")
    page.reload()
    heading(page, len(STEPS))
    answer = page.get_by_text("an edge is an edge wherever it is")
    expect(answer).to_be_hidden()
    page.locator("summary", has_text="Answer").focus()
    page.keyboard.press("Enter")
    expect(answer).to_be_in_viewport()
    assert_all_fits(page)


def test_a_link_opens_the_app_as_it_says_and_the_lesson_stays(open_page: OpenPage) -> None:
    page = open_page("lesson?step=5")
    with page.expect_popup() as waiting:
        page.get_by_role("link", name="Train it yourself").click()
    expect(waiting.value.get_by_label("Steps", exact=True)).to_have_value(str(TO_WATCH))
    waiting.value.close()
    heading(page, 5)
    page.get_by_role("radio", name="2", exact=True).click()
    with page.expect_popup() as waiting:
        page.get_by_role("link", name="Draw on it").click()
    expect(card(waiting.value, "CNN").locator(".headline")).to_have_text(re.compile(r"\d"))
    waiting.value.close()


def test_all_seven_are_printed_with_their_pictures_and_answers(open_page: OpenPage) -> None:
    page = open_page("lesson?step=all", color_scheme="dark")
    expect(page.get_by_role("heading", name="Answers")).to_be_attached()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) >= 3, "only what the window shows is printed"
    page.emulate_media(media="print")
    for hidden in (".st-key-lesson_controls", ".st-key-lesson_link_1"):
        expect(page.locator(hidden)).to_be_hidden()
    for number in range(1, len(STEPS) + 1):
        heading(page, number)
        expect(page.locator(f".st-key-lesson_step_{number}").locator("img, table").first).to_be_visible()
    for words in (
        page.get_by_text("Try it.").first,
        page.locator(".lesson-table td").first,
        page.locator("ol li").last,
    ):
        expect(words).to_have_css("color", "rgb(0, 0, 0)")
