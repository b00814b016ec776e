"""The panels of the Draw page, each alone, run by Streamlit's AppTest."""

import io
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_demo.drawing import links, preprocess, scribbles
from mnist_demo.drawing.rejection import NO_DIGIT
from mnist_demo.drawing.strokes import Drawing, Stroke, paint
from mnist_demo.models.inference import NOT_SURE_BELOW
from mnist_demo.runs import store
from mnist_demo.ui.answers import cards
from mnist_demo.ui.draw import share
from tests import pen, photos
from tests.browser import DIGITS
from tests.drawing.test_preprocess import huge_png
from tests.ui.test_pages import texts


@pytest.fixture(autouse=True)
def _forget_resources() -> Iterator[None]:
    yield
    st.cache_resource.clear()


def seeing_app(picture: "np.ndarray | None") -> None:
    from mnist_demo.runs import store  # noqa: PLC0415
    from mnist_demo.ui.draw import steps  # noqa: PLC0415

    steps.panel(picture, [store.find(name) for name in store.shipped_names()])


def upload_app() -> None:
    from mnist_demo.runs import store  # noqa: PLC0415
    from mnist_demo.ui.draw import upload  # noqa: PLC0415

    upload.panel([store.find("cnn")])


def share_app(drawing: "Drawing") -> None:
    from mnist_demo.ui.draw import share  # noqa: PLC0415

    share.button(drawing)
    strokes = share.received()
    if strokes is not None:
        import streamlit as st  # noqa: PLC0415

        st.markdown(f"received {len(strokes)}")


def app(function: Callable[..., None], *arguments: object) -> AppTest:
    return AppTest.from_function(function, args=arguments, default_timeout=60)


def small_three() -> np.ndarray:
    """A small 3 in a corner, thinly drawn, dark on light."""
    ink = pen.ink([np.array(stroke, np.float32) for stroke in DIGITS[3]], 130, 6)
    return 255 - pen.on_canvas(ink, "bottom right")


def test_the_steps_are_shown_with_the_nearest_training_image_and_the_answers() -> None:
    page = app(seeing_app, small_three())
    page.session_state["seeing"] = True
    said = texts(page.run())
    assert not page.exception
    assert "With all steps" in said
    assert "| CNN | 3: " in said
    captions = [caption for element in page.get("image") for caption in element.captions]  # type: ignore[union-attr]
    assert captions[:2] == ["As drawn", "Cropped"]
    assert len(captions) == 7  # as drawn, five steps, and the nearest training image
    assert "training images: a 3" in captions[-1]


def test_a_step_that_is_off_is_said_and_the_answer_falls_apart() -> None:
    page = app(seeing_app, small_three())
    page.session_state["seeing"] = True
    page.session_state["steps"] = []
    said = texts(page.run())
    assert "Without cropped, set upright, stroke evened, scaled to 20 × 20, centred" in said
    row = next(line for line in said.splitlines() if line.startswith("| CNN"))
    assert row.count("3: ") == 1, "the CNN reads the small 3 even where the canvas is only shrunk"


@pytest.mark.parametrize("picture", [None, np.full((320, 320), 255, np.uint8)])
def test_without_a_drawing_the_panel_says_what_to_do(picture: np.ndarray | None) -> None:
    page = app(seeing_app, picture)
    page.session_state["seeing"] = True
    assert "Draw a digit" in texts(page.run())
    assert not page.exception


def test_a_closed_panel_costs_nothing() -> None:
    assert not app(seeing_app, small_three()).run().get("image")


def number_on_paper() -> bytes:
    strokes = [
        [(0.5 * x + dx, y) for x, y in stroke]
        for digit, dx in ((4, -0.4), (7, 0.15), (2, 0.7))
        for stroke in DIGITS[digit]
    ]
    buffer = io.BytesIO()
    Image.fromarray(photos.photo(strokes, lines="ruled", tilt=0.01)).save(buffer, "JPEG")
    return buffer.getvalue()


def uploaded(name: str, content: bytes, kind: str) -> AppTest:
    page = app(upload_app).run()
    return page.file_uploader[0].set_value((name, content, kind)).run()


def test_a_photo_is_read_from_left_to_right() -> None:
    page = uploaded("number.jpg", number_on_paper(), "image/jpeg")
    assert not page.exception
    assert "CNN: **472**" in texts(page)


def animated_gif() -> bytes:
    buffer = io.BytesIO()
    frames = [Image.fromarray(np.full((50, 50), shade, np.uint8)) for shade in (0, 255)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def bomb(side: int) -> bytes:
    """A small file that holds a huge picture."""
    buffer = io.BytesIO()
    Image.new("1", (side, side)).save(buffer, "PNG")
    assert len(buffer.getvalue()) < 200_000
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"a text file called .png",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        animated_gif(),
        huge_png(30_000, 30_000),
        bomb(30_000),
        bomb(9_000),
        b"PK\x03\x04" + bytes(1000),
        b"",
    ],
    ids=["text", "svg", "gif", "header", "30,000 a side", "bomb", "zip", "empty"],
)
def test_a_bad_upload_is_told_in_one_sentence_and_the_page_lives(content: bytes) -> None:
    page = uploaded("picture.png", content, "image/png")
    assert not page.exception
    assert len(page.error) == 1
    assert len(page.error[0].value) < 160
    page = page.file_uploader[0].set_value(("number.jpg", number_on_paper(), "image/jpeg")).run()
    assert "CNN: **472**" in texts(page)


STROKES = [Stroke(20, ((80, 60), (240, 60), (140, 260)))]
DRAWING = Drawing(STROKES, picture=paint(STROKES, 320))


def test_a_link_and_a_png_are_offered_and_the_link_opens_with_the_drawing() -> None:
    page = app(share_app, DRAWING).run()
    page.button(key="share").click().run()
    assert not page.exception
    link = page.code[0].value
    assert len(link) < 2_000
    assert page.get("download_button")
    text = link.partition(f"?{share.PARAMETER}=")[2]
    assert links.decode(text) == STROKES
    page.query_params[share.PARAMETER] = text
    assert "received 1" in texts(page.run())


def test_no_link_is_made_before_it_is_asked_for() -> None:
    page = app(share_app, DRAWING).run()
    assert not page.exception
    assert not page.code


@pytest.mark.parametrize("text", ["", "x" * 100_000, "!!!", "AAAA"])
def test_a_forged_link_is_told_in_one_sentence(text: str) -> None:
    page = app(share_app, DRAWING)
    page.query_params[share.PARAMETER] = text
    page.run()
    assert not page.exception
    assert [error.value[:9] for error in page.error] == ["This link"]


def test_what_is_no_digit_is_answered_so() -> None:
    run = store.find("cnn")
    letter = preprocess.to_mnist(scribbles.draw("letter", np.random.default_rng(0)))
    (said,) = cards.answer_drawing([run], letter)
    assert said.headline == NO_DIGIT
    assert max(said.probabilities) == 0
    (three,) = cards.answer_drawing([run], preprocess.to_mnist(small_three()))
    assert three.headline == "3"
    assert max(three.probabilities) > NOT_SURE_BELOW
