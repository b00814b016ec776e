"""Drawing in a real browser: answers while the pen moves, mouse, touch, tools, and what must not go wrong."""

import io
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from mnist_demo.drawing import pictures
from mnist_demo.drawing.rejection import NO_DIGIT
from mnist_demo.files import HOME_VARIABLE
from mnist_demo.runs import run_directory, store
from mnist_demo.ui.common.run_titles import title
from tests import photos
from tests.browser import DIGITS, NAME, TWO_FRAMES, canvas_of, card, cards, draw, ink, place, shared_link
from tests.conftest import tiny_recipe
from tests.in_browser.conftest import OpenPage
from tests.server import Server
from tests.waiting import wait_for

SEVEN = DIGITS[7][0]


def headline(page: Page) -> Locator:
    return card(page, "CNN").locator(".headline")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@contextmanager
def pen_down(page: Page, *points: tuple[float, float]) -> Iterator[None]:
    """The mouse is pressed and has drawn through the points; it goes up in the end."""
    page.mouse.move(*place(page, points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*place(page, point), steps=3)
    yield
    page.mouse.up()


def test_the_answers_follow_the_pen_while_it_is_down(open_page: OpenPage) -> None:
    page = open_page()
    expect(headline(page)).to_have_text("")
    with pen_down(page, (0.5, 0.15), (0.5, 0.85)):
        expect(headline(page)).to_have_text("1")
        first = page.locator("figure img").get_attribute("src")
        page.mouse.move(*place(page, (0.8, 0.85)), steps=10)
        expect(page.locator("figure img")).not_to_have_attribute("src", str(first))
        assert ink(page) == 0  # the stroke is not on the lower layer yet: st_canvas itself knows nothing of it
    expect(headline(page)).not_to_have_text("")


def test_the_final_answer_is_made_from_the_whole_stroke_and_stays(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, [SEVEN])
    expect(headline(page)).to_have_text("7")
    page.wait_for_timeout(400)
    final = page.locator("figure img").get_attribute("src")
    page.wait_for_timeout(1500)  # what st_canvas sends by itself has long arrived
    assert page.locator("figure img").get_attribute("src") == final
    page.get_by_role("link", name="Data").click()
    page.locator("h1", has_text="data").wait_for()
    page.get_by_role("link", name="Draw").click()
    expect(page.locator("figure img")).to_have_attribute("src", str(final))


def boxes(page: Page) -> list[Any]:
    """Where the canvas, the cards and their rows are."""
    parts = [canvas_of(page), *cards(page).all(), *cards(page).locator("li, .answer").all()]
    return [part.bounding_box() for part in parts]


def test_nothing_shifts_from_the_empty_page_to_the_last_answer(open_page: OpenPage) -> None:
    page = open_page(moves=True)
    expect(cards(page)).to_have_count(2)
    empty = boxes(page)
    with pen_down(page, *SEVEN[:2]):
        expect(headline(page)).not_to_have_text("")
        assert boxes(page) == empty
        page.mouse.move(*place(page, SEVEN[2]), steps=3)
    expect(headline(page)).to_have_text("7")
    assert boxes(page) == empty
    press(page, "Clear")
    expect(headline(page)).to_have_text("")
    assert boxes(page) == empty


def test_a_server_that_hangs_in_mid_stroke_loses_nothing(open_page: OpenPage, server: Server) -> None:
    page = open_page()
    draw(page, [[(0.35, 0.15), (0.28, 0.52), (0.7, 0.52)]])
    server.process.send_signal(signal.SIGSTOP)
    try:
        with pen_down(page, (0.66, 0.2), (0.64, 0.5)):
            page.wait_for_timeout(1200)
            page.mouse.move(*place(page, (0.62, 0.88)), steps=4)
        page.evaluate(TWO_FRAMES)
        drawn = ink(page)
    finally:
        server.process.send_signal(signal.SIGCONT)
    expect(headline(page)).to_have_text("4")
    page.wait_for_timeout(1000)
    assert ink(page) == drawn


def test_reruns_and_another_theme_in_mid_stroke_lose_nothing(open_page: OpenPage) -> None:
    page = open_page(color_scheme="light")
    draw(page, [[(0.35, 0.15), (0.28, 0.52), (0.7, 0.52)]])
    with pen_down(page, (0.66, 0.2), (0.64, 0.4)):
        page.get_by_role("switch", name="Guess first").focus()
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Reveal the answers")).to_be_visible()
        page.mouse.move(*place(page, (0.63, 0.6)), steps=4)
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(500)
        page.mouse.move(*place(page, (0.62, 0.88)), steps=4)
    page.wait_for_timeout(1500)  # the answer to the last picture
    press(page, "Reveal the answers")
    expect(headline(page)).to_have_text("4")


# Draws with the pen up and presses a control in the same frame: the browser then sends both as one message.
DRAW_AND_PRESS = """control => {
  const context = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean)
    .map((root) => root.querySelector("canvas.lower-canvas.dc-canvas")).find(Boolean).getContext("2d");
  context.fillStyle = "black";
  context.fillRect(150, 40 + 200 * Math.random(), 20, 20);
  window.dispatchEvent(new Event("keyup"));
  requestAnimationFrame(() => control.click()); }"""


def test_a_control_pressed_at_the_instant_of_a_new_picture_is_heard(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, DIGITS[1])
    expect(headline(page)).to_have_text("1")
    guess_first = page.get_by_role("switch", name="Guess first")
    reveal = page.get_by_role("button", name="Reveal the answers")
    draw_and_press(guess_first)
    expect(reveal).to_be_visible()
    expect(headline(page)).to_have_text("?")
    draw_and_press(reveal)
    expect(headline(page)).to_have_text(re.compile(r"\d|Not sure|" + NO_DIGIT))
    draw_and_press(guess_first)
    expect(reveal).to_be_hidden()
    before = ink(page)
    draw_and_press(page.get_by_role("radio", name="Eraser"))

    def erases() -> bool:
        draw(page, DIGITS[1])
        return ink(page) < before / 2

    wait_for(erases)


def draw_and_press(control: Locator) -> None:
    control.page.wait_for_timeout(400)  # until the pen's last message is answered: it sends no other before
    control.evaluate(DRAW_AND_PRESS)


# As st_canvas does where Streamlit ends it for a moment, when its brush is changed before its script has loaded.
LOSE_CANVAS = """canvas => canvas.closest(".dc-root").remove()"""


def test_a_canvas_that_begins_anew_gets_its_strokes_back(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, [SEVEN])
    expect(headline(page)).to_have_text("7")
    expect(page.get_by_role("button", name="Share")).to_be_enabled()  # the server has the stroke
    before = ink(page)
    for _ in range(2):
        canvas_of(page).evaluate(LOSE_CANVAS)
        expect(page.locator("canvas.upper-canvas")).to_be_visible()
        wait_for(lambda: ink(page) == before)
        page.wait_for_timeout(500)
    draw(page, [[(0.1, 0.1), (0.12, 0.12)]])
    assert ink(page) > before
    press(page, "Clear")
    expect(headline(page)).to_have_text("")
    press(page, "Undo")
    expect(headline(page)).not_to_have_text("")


PUT_INTO_CLIPBOARD = """async (address) => {
  const picture = await (await fetch(address)).blob();
  await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]); }"""


def test_a_photo_is_pasted_and_read(open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_test_id("stFileUploader").wait_for(state="attached")
    page.wait_for_timeout(500)
    png = io.BytesIO()
    Image.fromarray(photos.photo(DIGITS[3], lines="ruled")).save(png, "PNG")
    page.evaluate(PUT_INTO_CLIPBOARD, pictures.data_address(png.getvalue()))
    page.keyboard.press("Control+V")
    expect(page.get_by_alt_text("The picture that was uploaded")).to_be_visible()
    expect(page.get_by_alt_text("The ink that was found on the picture")).to_be_visible()
    expect(page.get_by_text("CNN: 3")).to_be_visible()


def test_where_the_canvas_is_not_found_it_answers_by_itself(open_page: OpenPage) -> None:
    page = open_page(
        script="""const find = ShadowRoot.prototype.querySelectorAll;
        ShadowRoot.prototype.querySelectorAll = function (selector) {
          return find.call(this, selector.includes("upper-canvas") ? "none" : selector); };"""
    )
    with pen_down(page, *SEVEN):
        page.wait_for_timeout(700)
        expect(headline(page)).to_have_text("")
    expect(headline(page)).to_have_text("7")
    press(page, "Clear")
    expect(headline(page)).to_have_text("")


FORGE = """const encode = HTMLCanvasElement.prototype.toDataURL;
HTMLCanvasElement.prototype.toDataURL = function (...options) {
  return window.forged ?? encode.apply(this, options);
};"""


FORGED = ("'nonsense'", "5", "{}", "'data:image/png;base64,AAAA'", "'data:image/png;base64,'.padEnd(3e5, 'A')")


def test_a_forged_message_is_told_in_one_sentence_and_drawing_goes_on(open_page: OpenPage, server: Server) -> None:
    page = open_page(script=FORGE)
    draw(page, DIGITS[1])
    for forged in FORGED:
        expect(headline(page)).to_have_text("1")
        page.wait_for_timeout(500)  # the answer to the last picture
        page.evaluate(f"window.forged = {forged}")
        draw(page, [[(0.1, 0.1), (0.12, 0.1)]])
        expect(page.locator(".stAlert")).to_contain_text("reload the page")
        expect(page.locator(".stException")).to_have_count(0)
        expect(headline(page)).to_have_text("1")
        page.evaluate("window.forged = undefined")
        press(page, "Undo")
        expect(page.locator(".stAlert")).to_have_count(0)
    press(page, "Clear")
    expect(headline(page)).to_have_text("")
    draw(page, [SEVEN])
    expect(headline(page)).to_have_text("7")
    assert server.errors == []


def test_undo_brings_back_what_clear_took_and_then_undoes_strokes(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, DIGITS[4])
    expect(headline(page)).to_have_text("4")
    both = ink(page)
    press(page, "Clear")
    expect(headline(page)).to_have_text("")
    assert ink(page) == 0
    press(page, "Undo")
    expect(headline(page)).to_have_text("4")
    wait_for(lambda: ink(page) == both)
    press(page, "Undo")
    wait_for(lambda: 0 < ink(page) < both)
    press(page, "Redo")
    wait_for(lambda: ink(page) == both)


def test_after_clear_nothing_of_the_old_strokes_comes_back_with_a_new_one(open_page: OpenPage) -> None:
    page, fresh = open_page(), open_page()
    draw(page, DIGITS[4])
    press(page, "Clear")
    expect(headline(page)).to_have_text("")
    for one in (page, fresh):
        draw(one, [SEVEN])
        expect(headline(one)).to_have_text("7")
    assert ink(page) == ink(fresh)


def test_clear_and_undo_work_on_a_drawing_that_was_brought_back(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, DIGITS[1])
    expect(headline(page)).to_have_text("1")
    for name in ("Data", "Draw"):
        page.get_by_role("link", name=name).click()
        page.locator("h1", has_text="data" if name == "Data" else "Draw").wait_for()
    wait_for(lambda: ink(page) > 0)
    press(page, "Clear")
    wait_for(lambda: ink(page) == 0)
    expect(headline(page)).to_have_text("")
    press(page, "Undo")
    wait_for(lambda: ink(page) > 0)
    expect(headline(page)).to_have_text("1")


# Draws with the pen up, and leaves the page in the instant of the answer, of which the page is about to hear.
LEAVE_AT_THE_ANSWER = """link => {
  const context = [...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean)
    .map((root) => root.querySelector("canvas.lower-canvas.dc-canvas")).find(Boolean).getContext("2d");
  window.addEventListener("mnist_demo.answers", () => link.click(), { once: true });
  context.fillStyle = "black";
  context.fillRect(150, 250, 20, 20);
  window.dispatchEvent(new Event("keyup")); }"""


def test_who_leaves_the_page_in_the_instant_of_an_answer_finds_the_drawing_again(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, [SEVEN])
    expect(headline(page)).to_have_text("7")
    expect(page.get_by_role("button", name="Share")).to_be_enabled()  # the server has the stroke
    for _ in range(3):
        page.wait_for_timeout(400)  # until the pen's last message is answered
        page.get_by_role("link", name="Data").evaluate(LEAVE_AT_THE_ANSWER)
        page.locator("h1", has_text="data").wait_for()
        page.get_by_role("link", name="Draw").click()
        page.locator("h1", has_text="Draw").wait_for()
        wait_for(lambda: ink(page) > 0)


# A link that leads nowhere is pressed once the page has been told of the drawing, before it answers.
PRESS_IN_VAIN = """() => {
  const link = Object.assign(document.createElement("a"), { href: "/data" });
  link.onclick = (event) => event.preventDefault();
  document.body.append(link);
  window.addEventListener("mnist_demo.answers", ({ detail }) => detail.is_final && setTimeout(() => link.click())); }"""


def test_who_presses_a_link_and_stays_sees_what_is_below_the_answers(open_page: OpenPage) -> None:
    page = open_page()
    canvas_of(page)
    page.evaluate(PRESS_IN_VAIN)
    for digit, dx in ((4, -0.05), (7, 0.5)):
        draw(page, [[(0.5 * x + dx, y) for x, y in stroke] for stroke in DIGITS[digit]])
    expect(page.get_by_text("Read from left to right")).to_be_visible()


COUNT_MESSAGES = """window.messages = 0;
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (message) { window.messages++; send.call(this, message); };"""


def test_the_page_asks_for_a_models_answers_only_while_it_trains(
    open_page: OpenPage, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(server.home))
    run = run_directory.set_status(store.create(tiny_recipe(), "bundled"), "running")
    shutil.copy(store.find("affine").model_path, run.model_path)
    page = open_page(script=COUNT_MESSAGES)
    page.clock.install()
    page.reload()
    page.get_by_role("combobox").click()
    page.get_by_role("option", name=title(run), exact=True).click()
    card(page, "notebook").wait_for()
    before = page.evaluate("messages")
    page.clock.run_for(9000)
    page.wait_for_function("before => messages > before + 2", arg=before)
    run_directory.set_status(run, "finished")
    for _ in range(2):  # two looks, the second of which is the last
        page.clock.run_for(3000)
        page.wait_for_timeout(500)  # of the server's time, for its answer
    before = page.evaluate("messages")
    page.clock.run_for(60_000)
    assert page.evaluate("messages") == before


# The connection takes nothing to the server while `window.isCut` is true.
CUT = """const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (message) { if (!window.isCut) send.call(this, message); };"""


def test_a_clear_that_is_lost_with_the_connection_leaves_a_canvas_that_can_be_drawn_on(open_page: OpenPage) -> None:
    page = open_page(script=CUT)
    draw(page, [SEVEN])
    expect(headline(page)).to_have_text("7")
    for name in ("Data", "Draw"):  # the server loads the drawing, so Clear asks it, too
        page.get_by_role("link", name=name).click()
        page.locator("h1", has_text="data" if name == "Data" else "Draw").wait_for()
    expect(headline(page)).to_have_text("7")
    wait_for(lambda: ink(page) > 0)
    page.locator("[data-test-script-state=notRunning]").wait_for()
    page.evaluate("window.isCut = true")
    press(page, "Clear")
    board = page.locator(".dc-root")
    expect(board).to_have_attribute("inert", "")
    expect(board).not_to_have_attribute("inert", "")
    page.evaluate("window.isCut = false")
    before = ink(page)
    assert before > 0
    draw(page, [[(0.1, 0.9), (0.9, 0.9)]])
    assert ink(page) > before
    press(page, "Clear")
    expect(headline(page)).to_have_text("")


def test_many_strokes_can_be_drawn_and_cleared(open_page: OpenPage) -> None:
    page = open_page()
    canvas_of(page).evaluate(
        """(canvas) => {
        const { left, top } = canvas.getBoundingClientRect();
        const send = (type, x, y) => canvas.dispatchEvent(new MouseEvent(type, {
          clientX: left + x, clientY: top + y, bubbles: true, composed: true, view: window }));
        for (let i = 0; i < 150; i++) {
          const x = 10 + 2 * i;
          send("mousedown", x, 10);
          send("mousemove", x, 150);
          send("mouseup", x, 290);
        } }"""
    )
    wait_for(lambda: ink(page) > 50_000)
    page.wait_for_timeout(1500)
    press(page, "Clear")
    wait_for(lambda: ink(page) == 0)
    draw(page, [SEVEN])
    expect(headline(page)).to_have_text("7")


def test_the_eraser_erases_and_an_erased_canvas_is_empty(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, DIGITS[1])
    expect(headline(page)).to_have_text("1")
    page.get_by_role("radio", name="Eraser").click()
    page.wait_for_timeout(700)
    draw(page, [[(0.5, 0.1), (0.5, 0.9)], [(0.46, 0.1), (0.46, 0.9)], [(0.54, 0.1), (0.54, 0.9)]])
    expect(headline(page)).to_have_text("")
    assert ink(page) == 0
    press(page, "Undo")
    press(page, "Undo")
    press(page, "Undo")
    expect(headline(page)).to_have_text("1")


def test_guess_first_hides_the_answers_until_they_are_revealed_and_again_when_one_draws_on(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_text("Guess first").click()
    expect(page.get_by_role("button", name="Reveal the answers")).to_be_visible()
    draw(page, DIGITS[4][:1])
    expect(headline(page)).to_have_text("?")
    expect(page.locator("li.top")).to_have_count(0)
    press(page, "Reveal the answers")
    expect(headline(page)).to_have_text(re.compile(rf"\d|Not sure|{NO_DIGIT}"))
    draw(page, DIGITS[4][1:])
    expect(headline(page)).to_have_text("?")
    page.wait_for_timeout(1500)
    press(page, "Reveal the answers")
    expect(headline(page)).to_have_text("4")


class Fingers:
    """Several fingers on the canvas of a phone."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._cdp = page.context.new_cdp_session(page)

    def send(self, kind: str, *points: tuple[float, float]) -> None:
        places = [place(self._page, point) for point in points]
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        self._cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)


def view(page: Page) -> Any:
    """How far the page is scrolled and zoomed."""
    return page.evaluate(
        "[document.querySelector('.stMain').scrollTop, scrollY, visualViewport.scale, visualViewport.offsetTop]"
    )


def test_a_finger_gets_answers_while_it_draws_and_may_leave_the_canvas(phone: Page) -> None:
    before, fingers = view(phone), Fingers(phone)
    fingers.send("touchStart", (0.5, 0.15))
    for step in range(1, 15):
        fingers.send("touchMove", (0.5, 0.15 + 0.05 * step))
    expect(headline(phone)).to_have_text("1")
    for step in range(6):
        fingers.send("touchMove", (0.5, 0.9 + 0.1 * step))
    fingers.send("touchEnd")
    expect(headline(phone)).to_have_text("1")
    assert view(phone) == before
    wait_for(lambda: ink(phone) > 0)  # one frame after the finger has left
    drawn = ink(phone)
    fingers.send("touchStart", (0.2, 0.2))
    fingers.send("touchEnd")
    phone.wait_for_timeout(300)
    assert ink(phone) > drawn  # the pen was let go where the finger left the screen: this is a new dot


def test_a_second_finger_neither_draws_nor_zooms_nor_scrolls(phone: Page) -> None:
    before, fingers = view(phone), Fingers(phone)
    fingers.send("touchStart", (0.3, 0.2))
    fingers.send("touchMove", (0.3, 0.5))
    fingers.send("touchStart", (0.3, 0.5), (0.9, 0.9))
    for step in range(1, 8):
        fingers.send("touchMove", (0.3, 0.5 + 0.04 * step), (0.9, 0.9 - 0.1 * step))
    fingers.send("touchEnd", (0.3, 0.78))
    fingers.send("touchMove", (0.3, 0.8))
    fingers.send("touchEnd")
    phone.wait_for_timeout(300)
    assert view(phone) == before
    right_half = phone.locator("canvas.lower-canvas").last.evaluate(
        """canvas => {
        const { data } = canvas.getContext("2d").getImageData(canvas.width / 2, 0, canvas.width / 2, canvas.height);
        return data.some((value, i) => i % 4 === 0 && data[i + 3] > 0 && value < 128); }"""
    )
    assert not right_half
    assert ink(phone) > 2000


def test_a_long_press_opens_no_menu_and_selects_nothing(phone: Page) -> None:
    phone.locator("#prepared").wait_for(state="attached")  # by its tools, which look for it while it is loading
    prevented = canvas_of(phone).evaluate(
        """canvas => !canvas.dispatchEvent(
        new MouseEvent("contextmenu", { bubbles: true, composed: true, cancelable: true }))"""
    )
    assert prevented
    style = canvas_of(phone).evaluate(
        "(canvas) => [getComputedStyle(canvas).touchAction, getComputedStyle(canvas).userSelect]"
    )
    assert style == ["none", "none"]


def test_answers_are_read_out_only_when_the_pen_is_up(open_page: OpenPage) -> None:
    page = open_page()
    announced = page.locator(".announcement")
    expect(announced).to_have_attribute("aria-live", "polite")
    with pen_down(page, *SEVEN):
        expect(headline(page)).to_have_text("7")
        page.wait_for_timeout(1500)
        expect(announced).to_have_text("")
    expect(announced).to_contain_text("CNN, 7")


def test_a_drawing_is_shared_by_a_link_that_opens_with_the_same_drawing_and_answer(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, [SEVEN])
    expect(headline(page)).to_have_text("7")
    page.get_by_role("button", name="Share").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text("Only this computer can open it")).to_be_visible()  # the tests' server listens to no other
    expect(panel.get_by_alt_text("QR code")).to_have_count(0)
    link = shared_link(page)
    assert len(link) < 2000
    other = open_page("?" + link.partition("?")[2])
    expect(headline(other)).to_have_text("7")
    assert ink(other) == pytest.approx(ink(page), rel=0.05)
    draw(other, [[(0.35, 0.5), (0.75, 0.5)]])  # and it can be drawn on
    expect(headline(other)).to_have_text("7")
    assert ink(other) > ink(page)


def read_codes(page: Page) -> list[zxingcpp.Barcode]:
    """The codes that a phone's camera sees on the screen."""
    return list(zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot()))))


def test_the_qr_code_opens_the_drawing_on_another_device(chrome: Browser, server: Server, open_page: OpenPage) -> None:
    """By the name under which the visitor came, as it may be a proxy's."""
    page = chrome.new_page()
    page.goto(server.url.replace("127.0.0.1", NAME))
    draw(page, [SEVEN])
    expect(headline(page)).to_have_text("7")
    page.get_by_role("button", name="Share").click()
    picture = page.get_by_role("dialog").get_by_alt_text("QR code")
    expect(picture).to_be_in_viewport(ratio=1)
    wait_for(lambda: len(read_codes(page)) == 1)  # the dialog glides into its place
    (code,) = read_codes(page)
    assert re.fullmatch(rf"{re.escape(server.url.replace('127.0.0.1', NAME))}/?\?drawing=[\w-]+", code.text)
    other = open_page("?" + code.text.partition("?")[2])
    expect(headline(other)).to_have_text("7")
    page.close()


def test_a_forged_link_is_one_sentence_on_a_page_that_lives(open_page: OpenPage) -> None:
    page = open_page("?drawing=nonsense")
    expect(page.get_by_text("This link")).to_be_visible()
    draw(page, [SEVEN])
    expect(headline(page)).to_have_text("7")


def test_several_digits_are_read_from_left_to_right(open_page: OpenPage) -> None:
    page = open_page()
    for digit, dx in ((4, -0.05), (7, 0.5)):
        draw(page, [[(0.5 * x + dx, y) for x, y in stroke] for stroke in DIGITS[digit]])
    expect(page.get_by_text("Read from left to right")).to_be_visible()
    expect(page.locator("p", has_text="CNN:").locator("strong")).to_have_text("47")


def test_what_the_models_see_is_shown_step_by_step_and_a_step_can_be_left_out(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, [[(0.3 * x + 0.02, 0.3 * y + 0.02) for x, y in SEVEN]])
    expect(headline(page)).to_have_text("7")
    page.get_by_text("What the models see, step by step").click()
    expect(page.get_by_text("The nearest of")).to_be_visible()
    page.get_by_role("button", name="Cropped", exact=True).click()
    expect(page.get_by_role("columnheader", name="Without cropped")).to_be_visible()
    expect(headline(page)).to_have_text("7")


def test_a_scribble_is_no_digit(open_page: OpenPage) -> None:
    page = open_page()
    draw(page, [[(0.1 + 0.8 * (i % 2), 0.1 + 0.1 * i) for i in range(9)], [(0.2, 0.9), (0.9, 0.1), (0.1, 0.2)]])
    expect(headline(page)).to_have_text(NO_DIGIT)
