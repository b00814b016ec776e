"""The app in a real browser: drawing, training, browsing, as a class does it."""

import re
import sys
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from mnist_demo.data import datasets
from mnist_demo.runs import run_directory, store
from mnist_demo.ui.common.run_titles import title
from tests.browser import DIGITS, canvas_of, card, cards, draw
from tests.conftest import furnish, tiny_recipe
from tests.in_browser.conftest import OpenPage
from tests.server import Server, free_port
from tests.waiting import wait_for

# ms: TensorFlow is imported first, by a process that leaves two cores to the browsers of two workers.
TRAINING_STARTS = 300_000


@pytest.fixture(autouse=True)
def see_the_servers_home(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_DEMO_HOME", str(server.home))


def test_digits_drawn_with_the_mouse_are_read_right(open_page: OpenPage) -> None:
    page = open_page()
    for digit, strokes in DIGITS.items():
        draw(page, strokes)
        expect(card(page, "CNN").locator(".headline")).to_have_text(str(digit))
        expect(card(page, "CNN").locator("li.top .digit")).to_have_text(str(digit))
        percents = card(page, "Affine model").locator(".percent").all_inner_texts()
        assert len(percents) == 10
        assert all(re.fullmatch(r"(> )?\d+\.\d %", percent) for percent in percents)
        expect(page.locator("figure img")).to_be_visible()
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(card(page, "CNN").locator(".headline")).to_have_text("")


def test_undo_redo_and_clear(open_page: OpenPage) -> None:
    page = open_page()
    headline = card(page, "CNN").locator(".headline")
    draw(page, DIGITS[1])
    expect(headline).to_have_text("1")
    draw(page, [[(0.5, 0.15), (0.2, 0.55), (0.8, 0.55)]])
    expect(headline).not_to_have_text("1")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(headline).to_have_text("1")
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(headline).not_to_have_text("1")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(headline).to_have_text("")
    expect(card(page, "CNN").locator(".remark")).to_have_text("Draw a digit from 0 to 9.")


def test_the_brush_has_its_width_and_changing_it_keeps_the_drawing_and_shows_no_other_toolbar(
    open_page: OpenPage,
) -> None:
    page = open_page()
    draw(page, DIGITS[1])
    expect(card(page, "CNN").locator(".headline")).to_have_text("1")
    before = ink_width(page)
    page.get_by_role("slider", name="Brush width").focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1000)
    wait_for(lambda: ink_width(page) == before)
    canvas_of(page).hover()
    page.wait_for_timeout(500)
    expect(page.locator(".dc-toolbar")).to_be_hidden()
    page.get_by_role("button", name="Clear", exact=True).click()
    draw(page, DIGITS[1])
    expect(card(page, "CNN").locator(".headline")).not_to_have_text("")
    assert ink_width(page) > before + 10


def ink_width(page: Page) -> int:
    """How many pixels of the canvas's middle row are dark."""
    return int(
        page.locator("canvas.lower-canvas").last.evaluate(
            """canvas => {
            const row = canvas.getContext('2d').getImageData(0, canvas.height / 2, canvas.width, 1).data;
            return [...Array(canvas.width).keys()].filter((x) => row[4 * x + 3] > 0 && row[4 * x] < 128).length; }"""
        )
    )


def test_a_drawing_is_still_there_after_a_visit_to_another_page(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, DIGITS[7])
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    before = ink_width(page)
    for name in ("Data", "Draw"):
        page.get_by_role("link", name=name).click()
        page.locator("h1", has_text="data" if name == "Data" else "Draw").wait_for()
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    assert ink_width(page) == before


def test_no_stroke_is_lost_when_one_draws_faster_than_the_answers_come(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, [[(0.1 + 0.08 * i, 0.1), (0.1 + 0.08 * i, 0.9)] for i in range(10)], steps=2)
    page.wait_for_timeout(1500)
    columns = page.locator("canvas.lower-canvas").last.evaluate(
        """canvas => {
        const row = canvas.getContext('2d').getImageData(0, canvas.height / 2, canvas.width, 1).data;
        const dark = [...Array(canvas.width).keys()].map((x) => row[4 * x + 3] > 0 && row[4 * x] < 128);
        return dark.filter((now, x) => now && !dark[x - 1]).length; }"""
    )
    assert columns == 10


def test_a_finger_draws_and_does_not_scroll(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    box = canvas_of(page).bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *point: float) -> None:
        points = [{"x": box["x"] + point[0] * box["width"], "y": box["y"] + point[1] * box["height"]}] if point else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0.5, 0.85)
    for step in range(1, 15):
        send("touchMove", 0.5, 0.85 - 0.05 * step)
    send("touchEnd")
    expect(card(page, "CNN").locator(".headline")).to_have_text("1")
    assert page.evaluate("document.querySelector('.stMain').scrollTop") == 0


def test_data_is_browsed_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page("data")
    thumbnail = page.get_by_role("button", name=re.compile(r"^Image 3, a \d$"))
    thumbnail.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile(r"Training image 3: a \d"))).to_be_visible()
    expect(thumbnail).to_have_attribute("aria-pressed", "true")
    expect(card(page, "CNN").locator(".headline")).to_have_text(re.compile(r"\d"))
    expect(thumbnail).to_be_focused()


def test_a_term_is_explained_by_hover_by_focus_and_by_tap(open_page: OpenPage) -> None:
    page = open_page("train")
    mark, tooltip = (page.get_by_role("button", name="Help for Seed"), page.get_by_test_id("stTooltipContent"))
    mark.hover()
    expect(tooltip).to_contain_text("The same seed gives the same run")
    page.mouse.move(0, 0)
    expect(tooltip).to_have_count(0)
    page.get_by_role("spinbutton", name="Seed").focus()
    page.keyboard.press("Shift+Tab")
    expect(mark).to_be_focused()
    expect(tooltip).to_contain_text("The same seed gives the same run")
    phone = open_page("train", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.get_by_role("button", name="Help for Seed").tap()
    expect(phone.get_by_test_id("stTooltipContent")).to_contain_text("The same seed gives the same run")


def test_the_glossary_is_printed_whole(open_page: OpenPage) -> None:
    page = open_page("glossary", color_scheme="dark")
    expect(page.get_by_role("heading", name="Centre of mass")).to_be_attached()  # the last one
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))
    assert len(sheets) >= 3, "only what the window shows is printed"
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(page.get_by_text("The words of this app")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator(".stApp")).to_have_css("background-color", "rgb(255, 255, 255)")


def start_training(page: Page, model: str, steps: int) -> None:
    page.get_by_role("radio", name=model).click()
    field = page.get_by_role("spinbutton", name="Steps", exact=True)
    expect(field).to_have_value("30001" if model == "Affine model" else "5001")
    field.fill(str(steps))
    field.press("Enter")
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Start training").click()


def progress(page: Page) -> int:
    """The step that the first progress bar speaks of; 0 while it does not."""
    found = re.search(r"Step ([\d,]+) of", page.locator(".stProgress").first.inner_text())
    return int(found[1].replace(",", "")) if found else 0


def test_a_run_is_watched_found_again_after_a_refresh_seen_by_others_stopped_and_used(open_page: OpenPage) -> None:
    page = open_page("train")
    start_training(page, "CNN", 100_000)
    bar = page.locator(".stProgress").filter(has_text=re.compile(r"Step [\d,]+ of 100,000"))
    expect(bar).to_be_visible(timeout=TRAINING_STARTS)
    expect(page.locator(".stVegaLiteChart")).to_have_count(2)
    first = progress(page)
    wait_for(lambda: progress(page) > first)
    page.reload()
    expect(bar).to_be_visible()
    other = open_page("train")
    expect(other.locator(".stProgress").filter(has_text="of 100,000")).to_be_visible()
    start_training(other, "Affine model", 700)
    expect(other.get_by_text("Waiting for 1 run before it")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".stProgress")).to_have_count(0)
    expect(other.locator(".stProgress")).to_have_count(0)
    listed = store.list_runs()[0][:2]  # the newest two: other tests have left theirs
    assert [(run.recipe.model, run.status.state) for run in listed] == [("affine", "finished"), ("cnn", "stopped")]
    draw_page = open_page()
    choice = draw_page.get_by_role("combobox", name="Models that answer")
    choice.click()
    draw_page.get_by_role("option", name=title(listed[1]), exact=True).click()
    expect(cards(draw_page)).to_have_count(3)
    draw(draw_page, DIGITS[1])
    expect(cards(draw_page).nth(2).locator("li.top")).to_have_count(1)


def test_a_run_is_paused_stepped_resumed_reset_and_continued_by_any_viewer(open_page: OpenPage) -> None:
    page, other = open_page("train"), open_page("train")
    start_training(page, "Affine model", 9_000_000)
    expect(page.locator(".stProgress")).to_contain_text(re.compile("Step .* steps/s"), timeout=TRAINING_STARTS)
    expect(other.get_by_role("button", name="Pause")).to_be_visible()
    other.get_by_role("button", name="Pause").click()
    expect(page.locator(".stProgress")).to_contain_text("paused")
    at = progress(page)
    for label, count in (("1 step", 1), ("10 steps", 10), ("100 steps", 100), ("1 epoch", 40)):
        page.get_by_role("button", name=label, exact=True).click()
        at += count
        expect(page.locator(".stProgress")).to_contain_text(f"Step {at:,} of 9,000,000 · paused")
    page.get_by_role("button", name="Resume").click()
    expect(other.locator(".stProgress")).to_contain_text("steps/s")
    other.get_by_role("button", name="Reset").click()
    expect(page.locator(".stProgress")).to_contain_text("Step 0 of 9,000,000 · paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".stProgress")).to_contain_text("steps/s")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".stProgress")).to_have_count(0)
    stopped = store.list_runs()[0][0]
    stopped_at = stopped.last_step
    page.get_by_role("spinbutton", name="More steps").fill("500")
    page.get_by_role("spinbutton", name="More steps").press("Enter")
    page.wait_for_timeout(1000)
    page.locator("[data-test-script-state=notRunning]").wait_for()  # the press is not made while the page is redrawn
    page.get_by_role("button", name="Continue").click()
    wait_for(lambda: run_directory.load(stopped.directory).last_step > stopped_at)
    wait_for(lambda: not run_directory.load(stopped.directory).is_active)
    again = run_directory.load(stopped.directory)
    assert (again.status.state, again.last_step) == ("finished", stopped_at + 500)
    expect(page.locator(".stProgress")).to_have_count(0)


def test_both_models_train_on_the_data_that_comes_with_the_app(open_page: OpenPage) -> None:
    page = open_page("train")
    earlier = len(store.list_runs()[0])
    start_training(page, "Affine model", 500)
    wait_for(lambda: len(store.list_runs()[0]) == earlier + 1)  # a press begins what the form says once it is heard
    start_training(page, "CNN", 20)
    expect(page.locator(".stProgress").first).to_be_visible()
    wait_for(lambda: len(store.list_runs()[0]) == earlier + 2)
    wait_for(lambda: not any(run.is_active for run in store.list_runs()[0]), TRAINING_STARTS / 1000)
    newest = store.list_runs()[0][:2]
    assert {(run.recipe.model, run.status.state) for run in newest} == {("affine", "finished"), ("cnn", "finished")}
    assert all(run.status.trained_on == "MNIST subset" for run in newest)


def test_downloads_are_the_runs_files(open_page: OpenPage) -> None:
    page = open_page("train")
    page.get_by_role("button", name="Metrics (CSV)").wait_for()
    for label in ("Model .tflite", "Model .keras", "Metrics (CSV)"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label).click()
        path = Path(waiting.value.path())
        assert path.stat().st_size > 200
    assert path.read_text().startswith("step,seconds,")


def test_a_run_is_deleted_for_everyone(open_page: OpenPage) -> None:
    """By a double click, as people are used to."""
    run = run_directory.set_status(store.create(tiny_recipe(), datasets.BUNDLED), "finished")
    page = open_page("train")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").dblclick()
    expect(page.get_by_text(re.compile(title(run) + r"\b"))).to_have_count(0)
    expect(page.locator(".stException")).to_have_count(0)
    assert run.id not in [other.id for other in store.list_runs()[0]]


def test_a_killed_server_leaves_no_process_and_its_run_is_shown_as_interrupted(
    chrome: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, measured_home: Path
) -> None:
    monkeypatch.setenv("MNIST_DEMO_HOME", str(tmp_path))
    furnish(tmp_path, measured_home)
    with Server(free_port(), tmp_path) as first:
        page = chrome.new_page()
        page.goto(f"{first.url}/train")
        start_training(page, "Affine model", 9_000_000)
        expect(page.get_by_text(re.compile("Step .* of 9,000,000"))).to_be_visible(timeout=TRAINING_STARTS)
        children = psutil.Process(first.process.pid).children(recursive=True)
        first.kill()
        assert children
        wait_for(lambda: all(map(has_ended, children)))
        page.close()
    with Server(free_port(), tmp_path) as second:
        page = chrome.new_page()
        page.goto(f"{second.url}/train")
        expect(page.get_by_text("The program stopped before the run was done.").first).to_be_visible()
        expect(page.get_by_role("button", name="Start training")).to_be_enabled()
        page.close()


def has_ended(process: psutil.Process) -> bool:
    """Whether it runs no more; nobody may have asked for its last word."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform == "darwin", reason="does not say what a process has mapped")
def test_the_server_process_never_imports_tensorflow(server: Server, open_page: OpenPage) -> None:
    """After the pages with models were used, TensorFlow's libraries are mapped by the trainer alone."""
    page = open_page("mistakes")
    for name, heading in (("Train", "Train"), ("Data", "data"), ("Draw", "Draw")):
        page.locator("[data-test-script-state=notRunning]").wait_for()
        page.get_by_role("link", name=name).click()
        page.locator("h1", has_text=heading).wait_for()
    canvas_of(page)
    process = psutil.Process(server.process.pid)
    wait_for(lambda: any("libtensorflow_framework.so.2" in libraries(child) for child in process.children()))
    mapped = {process.pid: libraries(process)} | {child.pid: libraries(child) for child in process.children()}
    assert any("litert" in name for name in mapped[process.pid])
    assert [pid for pid, names in mapped.items() if "libtensorflow_framework.so.2" in names] == [
        child.pid for child in process.children() if "spawn_main" in " ".join(child.cmdline())
    ]


def libraries(process: psutil.Process) -> set[str]:
    """The names of all files that the process has mapped."""
    return {Path(mapped.path).name.lower() for mapped in process.memory_maps()}


def test_the_server_logs_no_error_of_the_app(server: Server) -> None:
    assert server.errors == []
