"""Answers while the pen moves, beside the page, in a browser."""

import re

import psutil
from playwright.sync_api import Page, WebSocketRoute, expect

from mnist_demo.ui.answers import route, worker_process
from tests.browser import DIGITS, canvas_of, card, draw
from tests.in_browser.conftest import OpenPage
from tests.server import Server

COUNT_RUNS = """() => {
  window.runs = 0;
  const observer = new MutationObserver(() => window.runs++);
  observer.observe(document.querySelector(".stApp"), { attributeFilter: ["data-test-script-state"] });
}"""


def move(page: Page, *points: tuple[float, float]) -> None:
    box = canvas_of(page).bounding_box()
    assert box is not None
    for x, y in points:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
        page.wait_for_timeout(120)


def test_while_the_pen_moves_models_answer_and_the_page_does_not_run(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, DIGITS[1])  # of the first picture the page hears, too
    expect(card(page, "CNN").locator(".headline")).to_have_text("1")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(card(page, "CNN").locator(".headline")).to_have_text("")
    page.evaluate(COUNT_RUNS)
    page.wait_for_function("window.runs === window.before || void (window.before = window.runs)", polling=1000)
    runs = page.evaluate("window.runs")
    move(page, (0.25, 0.2))
    page.mouse.down()
    move(page, (0.5, 0.2), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85))
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    assert page.evaluate("window.runs") == runs
    page.mouse.up()
    expect(page.get_by_role("button", name="Share")).to_be_enabled()  # the page has heard of it
    assert page.evaluate("window.runs") > runs
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")


def test_where_there_is_no_such_connection_the_page_answers(open_page: OpenPage) -> None:
    page = open_page("glossary", own=True)
    refused = []

    def refuse(socket: WebSocketRoute) -> None:
        refused.append(socket.url)
        socket.close(code=route.TRY_AGAIN_LATER)

    page.route_web_socket(re.compile(f"/{route.ADDRESS}$"), refuse)
    page.goto(page.url.replace("glossary", ""))
    page.locator("h1").wait_for()
    draw(page, DIGITS[7])
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    assert refused


def test_a_page_goes_on_where_the_process_that_answers_is_killed(open_page: OpenPage, server: Server) -> None:
    page = open_page()
    draw(page, DIGITS[7])
    expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    (worker,) = (one for one in psutil.Process(server.process.pid).children() if worker_process.CODE in one.cmdline())
    worker.kill()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(card(page, "CNN").locator(".headline")).to_have_text("")
    draw(page, DIGITS[1])
    expect(card(page, "CNN").locator(".headline")).to_have_text("1")
