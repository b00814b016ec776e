"""The drawing is put back on the canvas where the visitor comes from another page, and only there."""

from streamlit.testing.v1 import AppTest

from mnist_demo.ui.draw import state

DRAWN = {"objects": ["a stroke"]}


def _page() -> None:
    import streamlit as st  # noqa: PLC0415 (it runs as a script)

    from mnist_demo.ui.draw import canvas, state  # noqa: PLC0415

    state.note_page(st.session_state["page"])
    if st.session_state["page"] == "draw":
        canvas.tools("canvas")


def test_a_canvas_whose_state_came_late_begins_with_the_drawing_where_one_comes_back_to_it() -> None:
    """Streamlit has the state of the old canvas still, where its last message came after one had left the page."""
    app = AppTest.from_function(_page)
    app.session_state["page"] = "draw"
    app.session_state["canvas"] = {}
    board: state.Board = app.run().session_state[state.KEY]
    board.drawing.canvas = DRAWN
    app.run()
    assert board.loaded != DRAWN, "the canvas has it, and would begin anew"
    for page in ("data", "draw"):
        app.session_state["page"] = page
        app.run()
        assert not app.exception
    assert board.loaded == DRAWN
