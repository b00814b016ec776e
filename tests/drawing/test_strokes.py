import base64
import itertools
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from mnist_demo.data import datasets
from mnist_demo.drawing import links, preprocess
from mnist_demo.drawing.strokes import MOST_STROKES, WIDTHS, Stroke, from_canvas, paint, to_canvas, trace
from mnist_demo.errors import UserError
from mnist_demo.models.inference import Classifier
from mnist_demo.runs import store
from tests.browser import DIGITS

PAPER = "#ffffff"


def random_strokes(rng: np.random.Generator) -> list[Stroke]:
    strokes = []
    for _ in range(rng.integers(1, 6)):
        path = np.cumsum(rng.integers(-9, 10, (rng.integers(1, 60), 2)), axis=0) + 160
        strokes.append(Stroke(int(rng.integers(6, 41)), tuple(map(tuple, path.tolist())), bool(rng.random() < 0.2)))
    return strokes


def distance(point: tuple[int, int], path: np.ndarray) -> float:
    """From a point to the nearest of many points along a path."""
    ends = np.linspace(path[:-1], path[1:], 200).reshape(-1, 2) if len(path) > 1 else path
    return float(np.hypot(*(ends - point).T).min())


@pytest.mark.parametrize("seed", range(20))
def test_what_is_decoded_is_what_was_drawn(seed: int) -> None:
    strokes = random_strokes(np.random.default_rng(seed))
    again = links.decode(links.encode(strokes))
    assert [(stroke.width, stroke.erases) for stroke in again] == [(stroke.width, stroke.erases) for stroke in strokes]
    for before, after in zip(strokes, again, strict=True):
        assert after.points[0] == before.points[0]
        assert after.points[-1] == before.points[-1]
        path = np.array(after.points, np.float64)
        assert max(distance(point, path) for point in before.points) <= 0.6  # and the coarseness of `distance`
        assert links.decode(links.encode(again)) == again


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_takes_few_characters_and_looks_the_same(digit: int) -> None:
    fine = [np.concatenate([np.linspace(a, b, 30) for a, b in itertools.pairwise(s)]) for s in DIGITS[digit]]
    strokes = [Stroke(20, tuple(map(tuple, np.round(path * 320).astype(int).tolist()))) for path in fine]
    text = links.encode(strokes)
    assert len(text) < 2_000
    before, after = (preprocess.to_mnist(paint(few, 320)) for few in (strokes, links.decode(text)))
    assert np.abs(before - after).mean() < 0.01


def test_the_picture_shows_ink_and_what_was_erased() -> None:
    strokes = [Stroke(20, ((40, 160), (280, 160))), Stroke(30, ((160, 160),), erases=True), Stroke(10, ((20, 20),))]
    shown = paint(strokes, 320)
    assert shown.shape == (320, 320)
    assert [shown[160, 60], shown[160, 160], shown[20, 20], shown[300, 20]] == [0, 255, 0, 255]
    assert 0 < shown[170, 100] < 255 or 0 < shown[169, 100] < 255  # a smooth edge
    assert (shown < 128).sum() == pytest.approx(20 * 240 + 314 + 79 - 20 * 30, rel=0.05)


def test_strokes_of_the_canvas_and_back() -> None:
    canvas = {
        "objects": [
            {"type": "Path", "strokeWidth": 20, "stroke": "#15181f", "path": [["M", 10, 10], ["Q", 60, 10, 60, 60]]},
            {"type": "Path", "strokeWidth": 30, "stroke": PAPER, "path": [["M", 5.2, 5.4], ["L", 5.2, 5.4]]},
            {"type": "rect", "left": 3},
        ]
    }
    curve, dot = from_canvas(canvas, PAPER)
    assert (curve.width, curve.erases, curve.points[0], curve.points[-1]) == (20, False, (10, 10), (60, 60))
    assert (48, 22) in curve.points or (47, 22) in curve.points  # halfway along the curve: (47.5, 22.5)
    assert dot == Stroke(30, ((5, 5),), erases=True)
    assert from_canvas(to_canvas([curve, dot], "#15181f", PAPER), PAPER) == [curve, dot]


def packed(raw: bytes, version: int = links.VERSION) -> str:
    return base64.urlsafe_b64encode(bytes([version]) + zlib.compress(raw, 9)).decode().rstrip("=")


FORGED = {
    "empty": "",
    "not base64": "Ünsinn!",
    "not zlib": base64.urlsafe_b64encode(bytes([links.VERSION]) + b"hello").decode(),
    "huge": "A" * 2_000_000,
    "another version": packed(b"", version=9),
    "a bomb": packed(b"\0" * 5_000_000),
    "no points": packed(bytes([40, 0])),
    "cut off": packed(bytes([40, 3, 2, 2])),
    "cut off in a number": packed(bytes([40, 1, 2, 255])),
    "a huge number": packed(bytes([40, 1, 255, 255, 255, 255, 255, 1, 2])),
    "far from the canvas": packed(bytes([40, 1, 255, 255, 3, 2])),
    "no such brush": packed(bytes([1, 1, 2, 2])),
    "too many points": packed(bytes([40, 255, 255, 255, 127, 2, 2])),
    "too many strokes": packed(bytes([40, 1, 2, 2]) * (MOST_STROKES + 1)),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_link_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(UserError, match="This link") as caught:
        links.decode(FORGED[name])
    assert len(str(caught.value)) < 120


def test_a_bomb_is_not_unpacked() -> None:
    tracemalloc.start()
    with pytest.raises(UserError):
        links.decode(FORGED["a bomb"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000  # of the 5,000,000 bytes in it


def test_random_texts_are_refused_or_give_sound_strokes() -> None:
    rng = np.random.default_rng(0)
    sound = links.encode(random_strokes(rng))
    for _ in range(500):
        letters = list(sound)
        letters[rng.integers(len(letters))] = str(rng.choice(list("abcXYZ019-_")))
        try:
            strokes = links.decode("".join(letters))
        except UserError:
            continue
        assert all(stroke.points and stroke.width in WIDTHS for stroke in strokes)


def test_too_many_strokes_are_said() -> None:
    rng = np.random.default_rng(0)
    strokes = [stroke for _ in range(1000) for stroke in random_strokes(rng)]
    with pytest.raises(UserError, match="too many strokes"):
        links.encode(strokes)


@pytest.mark.parametrize(
    "canvas",
    [
        {},
        {"objects": 3},
        {"objects": [{"type": "Path"}]},
        {"objects": [{"type": "Path", "strokeWidth": 5000, "stroke": "", "path": [["M", 1, 1]]}]},
        {"objects": [{"type": "Path", "strokeWidth": 20, "stroke": "", "path": []}]},
        {"objects": [{"type": "Path", "strokeWidth": 20, "stroke": "", "path": [["M", 1]]}]},
        {"objects": [{"type": "Path", "strokeWidth": 20, "stroke": "", "path": [["C", 1, 1]]}]},
        {"objects": [{"type": "Path", "strokeWidth": 20, "stroke": "", "path": [["M", float("nan"), 1]]}]},
        {"objects": [{"type": "Path", "strokeWidth": 20, "stroke": "", "path": [["M", 1e300, 1]]}]},
    ],
)
def test_what_no_canvas_sends_is_refused(canvas: dict[str, object]) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        from_canvas(canvas, PAPER)


def test_a_short_link_to_endless_points_is_refused() -> None:
    numbers = [200, 45_000, *([0, 0] * 45_000)]
    raw = b"".join(map(links._to_leb128, numbers))
    text = base64.urlsafe_b64encode(bytes([links.VERSION]) + zlib.compress(raw, 9)).decode().rstrip("=")
    assert len(text) < 300
    with pytest.raises(UserError, match="whole drawing"):
        links.decode(text)


def test_a_traced_image_looks_like_the_image_fits_into_a_link_and_is_read_as_before() -> None:
    split = datasets.load(datasets.BUNDLED).validation
    images = split.pixels(0, 100).reshape(-1, 28, 28)
    painted = [paint(trace(image, 320), 320) for image in images]
    for image, picture in zip(images, painted, strict=True):
        shrunk = 1 - np.asarray(Image.fromarray(picture).resize((28, 28), Image.Resampling.BOX)) / 255
        assert np.abs(shrunk - image).mean() < 0.05
        assert len(links.encode(trace(image, 320))) < links.LONGEST_TEXT / 4
        assert to_canvas(links.decode(links.encode(trace(image, 320))), "#000000", PAPER)["objects"]
    cnn = Classifier.from_file(store.find("cnn").model_path)
    before = cnn.logits(images.reshape(-1, 784)).argmax(axis=1)
    after = cnn.logits(np.stack([preprocess.to_mnist(picture).ravel() for picture in painted])).argmax(axis=1)
    assert (before == after).mean() >= 0.98


def test_nothing_is_traced_where_there_is_no_ink() -> None:
    assert trace(np.zeros((28, 28), np.float32), 320) == []
