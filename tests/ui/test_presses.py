"""A press is heard by the run that comes to its button, whatever became of the run that it began."""

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.ui.page_runs import presses


def app_with_buttons() -> None:
    import streamlit as st  # noqa: PLC0415

    from mnist_demo.ui.page_runs import presses  # noqa: PLC0415

    heard = st.session_state.setdefault("heard", [])
    cut_off = st.session_state.pop("cut_off", "")
    if cut_off == "by the next run":
        st.rerun()
    if cut_off == "by another page":
        st.stop()
    if st.session_state.get("is_drawn", True) and presses.button(
        "One", key="one", disabled=st.session_state.get("is_disabled", False)
    ):
        heard.append("one")
    with st.form("form"):
        if presses.submit_button("Other", key="other"):
            heard.append("other")
    presses.forget()


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(app_with_buttons, default_timeout=60).run()


def press(app: AppTest, name: str, cut_off: str = "") -> list[str]:
    """What was heard once the page has run, after a press of this button."""
    app.session_state["cut_off"] = cut_off
    app.button(name).click().run()
    heard: list[str] = app.session_state["heard"]
    return heard


@pytest.mark.parametrize("name", ["one", "other"])
@pytest.mark.parametrize("cut_off", ["", "by the next run"])
def test_a_press_is_heard_once(app: AppTest, name: str, cut_off: str) -> None:
    assert press(app, name, cut_off) == [name]
    app.run()
    assert app.session_state["heard"] == [name]
    assert press(app, name) == [name, name]


@pytest.mark.parametrize(("after", "heard"), [(1.0, ["one"]), (presses.FORGOTTEN_AFTER + 1, [])])
def test_who_comes_back_to_the_page_late_finds_nothing_done(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, after: float, heard: list[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(presses, "monotonic", lambda: now[0])
    assert press(app, "one", "by another page") == []
    now[0] = after
    app.run()
    assert app.session_state["heard"] == heard


def test_a_press_on_a_button_that_is_not_drawn_is_not_heard_when_it_is_drawn_again(app: AppTest) -> None:
    app.session_state["is_drawn"] = False
    assert press(app, "one") == []
    app.session_state["is_drawn"] = True
    app.run()
    assert app.session_state["heard"] == []


def test_a_press_on_a_button_that_is_disabled_meanwhile_is_not_heard(app: AppTest) -> None:
    app.session_state["is_disabled"] = True
    assert press(app, "one") == []


def test_of_two_presses_that_one_run_hears_only_the_last_counts(app: AppTest) -> None:
    """Each may open a dialog, and a page has room for one."""
    app.button("other").click()
    assert len(press(app, "one")) == 1
