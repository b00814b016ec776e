"""Every page, in light and dark: its width, what axe-core finds, which knows the rules, and whether focus is seen."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import DIGITS, PAGES, TWO_FRAMES, card, draw
from tests.in_browser.conftest import VIEWPORT, OpenPage
from tests.in_browser.test_pages import see_the_servers_home  # noqa: F401 (a fixture)
from tests.in_browser.test_training import ended_run

MOST_STOPS = 200  # of the Tab key on a page
LOOKS = 10  # at what may be loading


@pytest.fixture(params=PAGES)
def used_page(request: pytest.FixtureRequest, see_the_servers_home: None, open_page: OpenPage) -> Page:  # noqa: ARG001, F811
    """Each page with what it shows in use: a drawing, a run that has ended."""
    if request.param == "train":
        ended_run(metrics=40)
    page = open_page(request.param)
    if request.param == "":
        draw(page, DIGITS[7])
        expect(card(page, "CNN").locator(".headline")).to_have_text("7")
    page.wait_for_load_state("networkidle")
    # Until the script has ended the page grows, and until its fonts are there a formula is wider than its place.
    page.locator(".stApp[data-test-script-state=notRunning]").wait_for()
    page.evaluate("document.fonts.ready")
    return page


def in_both_themes(page: Page) -> Iterator[None]:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            "scheme => getComputedStyle(document.querySelector('.stApp')).colorScheme === scheme", arg=scheme
        )
        page.wait_for_function("document.getAnimations().every(({ playState }) => playState !== 'running')")
        yield


def violations(page: Page) -> list[str]:
    """The rules that the page breaks seriously, and where: still breaks after a while, for it may be loading a font."""
    for _ in range(LOOKS):
        found = Axe().run(page).response["violations"]
        serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
        if not serious:
            break
        page.wait_for_timeout(500)
    return [f"{rule['id']}: {node['html'][:200]}" for rule in serious for node in rule["nodes"]]


# What shows that an element has the focus: it, or one around it, with an outline that it has not without the focus.
# Says what is wrong with it, or with what had the focus before: null where nothing is, "" at the end of the page.
FIND_FAULT = """async () => {
  const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host;
  const upwards = function* (node) { for (; node; node = parentOf(node)) yield node; };
  const style = (node) => getComputedStyle(node);
  const hasRing = (node) => style(node).outlineStyle === "solid" && parseFloat(style(node).outlineWidth) >= 2;
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const parts = numbers(color).slice(0, 3).map((part) => part / 255);
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const findFocused = () => {
    let found = document.activeElement;
    while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
    return found;
  };
  let focused;
  do { // again where a table has put another cell in place of the one with the focus
    focused = findFocused();
    if (!focused || focused === document.body) return "";
    const animations = [...upwards(focused)].flatMap((node) => node.getAnimations());
    await Promise.allSettled(animations.map(({ finished }) => finished));
    await new Promise(requestAnimationFrame);
  } while (focused !== findFocused());
  const name = `${focused.tagName} ${focused.getAttribute("aria-label") ?? focused.textContent.trim().slice(0, 40)}`;
  const ring = [...upwards(focused)].slice(0, 4).find(hasRing);
  if (!ring) return `${name}: no outline`;
  const before = window.ring;
  window.ring = ring;
  if (before && before !== ring && hasRing(before)) return `before ${name}: outlined without the focus, too`;
  const offset = parseFloat(style(ring).outlineOffset);
  const grounds = [...upwards(offset < 0 ? ring : parentOf(ring))].map((node) => style(node).backgroundColor);
  const ground = grounds.find((color) => (numbers(color)[3] ?? 1) === 1);
  const [dark, bright] = [light(style(ring).outlineColor), light(ground)].sort((a, b) => a - b);
  if (bright / dark < 3) return `${name}: outline ${style(ring).outlineColor} on ${ground}`;
  const width = Math.max(0, offset + parseFloat(style(ring).outlineWidth));
  const box = ring.getBoundingClientRect();
  for (const node of upwards(parentOf(ring))) {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    if (style(node).opacity < 1) return `${name}: faint`;
    if (style(node).position === "fixed") break; // it is where it is, whatever is around it
    if (style(node).overflowX === "visible") continue;
    const over = Math.max(left - box.left, box.right - right, top - box.top, box.bottom - bottom) + width;
    if (over > 0.5) return `${name}: outline cut off by ${over} px`;
  }
  return null;
}"""


def faults_of_focus(page: Page) -> list[str]:
    """What is wrong with what shows where the keyboard is, and still is when one goes through the page once more."""
    for _ in range(LOOKS):
        faults = faults_of_one_way(page)
        if not faults:
            break
    return faults


def faults_of_one_way(page: Page) -> list[str]:
    """The same, one after another through the whole page."""
    faults = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        fault = page.evaluate(FIND_FAULT)
        if fault == "":
            break
        faults.append(fault)
    assert len(faults) in range(5, MOST_STOPS)
    return [fault for fault in faults if fault]


def assert_fits_its_width(page: Page) -> None:
    for width in (360, VIEWPORT["width"]):
        page.set_viewport_size({"width": width, "height": VIEWPORT["height"]})
        page.evaluate(TWO_FRAMES)
        page.wait_for_function(
            "() => { const main = document.querySelector('.stMain'); return main.scrollWidth <= main.clientWidth; }"
        )


def brightness(page: Page) -> float:
    """Of the ground of the page, from 0 to 255."""
    ground = page.locator(".stApp").evaluate(
        "(app) => getComputedStyle(app).backgroundColor.match(/\\d+/g).map(Number)"
    )
    return float(sum(ground[:3]) / 3)


def test_in_both_themes_axe_finds_nothing_serious_one_sees_where_the_keyboard_is_and_the_page_fits(
    used_page: Page,
) -> None:
    grounds = []
    for _ in in_both_themes(used_page):
        grounds.append(brightness(used_page))
        assert violations(used_page) == []
        assert faults_of_focus(used_page) == []
    light, dark = grounds
    assert light > 200
    assert dark < 60
    assert_fits_its_width(used_page)
