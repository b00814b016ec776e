"""An own network is built in a real browser with mouse, keyboard and finger, trained, and opened by its link."""

import re

from playwright.sync_api import Page, expect

from mnist_demo.ui.train import recipe_form
from tests.browser import watch_shifts
from tests.in_browser.conftest import OpenPage
from tests.in_browser.test_accessibility import faults_of_focus, in_both_themes, violations
from tests.in_browser.test_pages import TRAINING_STARTS, see_the_servers_home  # noqa: F401 (a fixture)
from tests.in_browser.test_training import button, newest


def says(page: Page, network: str) -> None:
    expect(page.get_by_role("textbox", name="The same as text")).to_have_value(network)


def test_a_network_is_built_trained_and_passed_on(open_page: OpenPage, see_the_servers_home: None) -> None:  # noqa: ARG001, F811
    page = open_page("train")
    page.get_by_role("radio", name="Own network").click()
    says(page, "conv 16 3, pool 2, dense 64")
    button(page, "Remove layer 2").click()
    says(page, "conv 16 3, dense 64")
    button(page, "Dropout").click()
    says(page, "conv 16 3, dense 64, dropout 0.25")

    filters = page.get_by_role("spinbutton", name="Filters")
    with watch_shifts(page) as shifts:
        filters.focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("4")
        page.keyboard.press("Enter")
        says(page, "conv 4 3, dense 64, dropout 0.25")
    assert shifts.total < 0.01, shifts.moved
    button(page, "Swap layers 2 and 3: dense layer, dropout").focus()
    page.keyboard.press("Enter")
    says(page, "conv 4 3, dropout 0.25, dense 64")

    page.get_by_role("spinbutton", name="Steps", exact=True).fill("20")
    page.get_by_role("spinbutton", name="Steps", exact=True).press("Enter")
    button(page, "Start training").click()
    expect(page.get_by_text("Step 20 of 20 · finished")).to_be_visible(timeout=TRAINING_STARTS)
    recipe = newest().recipe
    assert recipe.network == "conv 4 3, dropout 0.25, dense 64"
    expect(page.get_by_text(re.compile("its training images"))).to_be_visible()
    for _ in in_both_themes(page):
        assert violations(page) == []
    assert faults_of_focus(page) == []

    phone = open_page(
        f"train?{recipe_form.query_of(recipe)}", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    says(phone, "conv 4 3, dropout 0.25, dense 64")
    phone.get_by_role("link", name="Its layers are below").tap()
    expect(phone.get_by_role("heading", name="Your network")).to_be_in_viewport()
    button(phone, "Pooling").tap()
    says(phone, "conv 4 3, dropout 0.25, pool 2, dense 64")
    width = phone.evaluate("document.querySelector('.stMain').scrollWidth")
    assert width <= 390
