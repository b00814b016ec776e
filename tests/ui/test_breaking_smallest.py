"""The smallest change that flips an answer: it is the one that was found, found once, and told in plain words."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mnist_demo.data.images import SIDE
from mnist_demo.errors import UserError
from mnist_demo.inside import flip
from mnist_demo.inside.network import exported
from mnist_demo.runs import store
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.breaking import smallest
from mnist_demo.ui.common import services
from tests.ui.test_break_it import IMAGE, break_it, press
from tests.ui.test_pages import texts


@pytest.mark.parametrize("model", ["affine", "cnn"])
def test_the_smallest_change_flips_the_answer(model: str) -> None:
    run = store.find(model)
    app = break_it(model=model, part="smallest", **IMAGE)
    assert "Guess first" in texts(app)
    press(app, "Find the smallest change")
    pixels = services.current_dataset().test.pixels(3, 4).reshape(SIDE, SIDE)
    found = flip.flip(exported.open_file(run.model_path, run.status.temperature), pixels)
    said = texts(app)
    assert f"said {found.before}, and now says **{found.after}**" in said
    assert f"as much as blackening about **{np.square(found.change).sum():.1f}** white pixels" in said
    pictures = str([image.proto for image in app.get("image")])
    assert f"Before: {found.before}" in pictures
    assert f"{1 / found.greatest:.2g} times as strong" in pictures
    assert f"After: {found.after}" in pictures
    assert f"says {found.before} from 0 to 0.95 times the change; at 1 it says {found.after}" in said
    app.slider[0].set_value(0.5).run()
    assert f":material/check: {'CNN' if model == 'cnn' else 'Affine model'} says **{found.before}" in texts(app)


def test_a_wanted_digit_is_reached_and_one_that_is_read_already_is_told() -> None:
    app = break_it(model="cnn", part="smallest", **IMAGE)
    read = int(loaded.classifier(store.find("cnn")).logits(services.current_dataset().test.pixels(3, 4)).argmax())
    wanted = (read + 3) % 10
    app.selectbox(key="break_wanted").set_value(wanted).run()
    press(app, "Find the smallest change")
    assert f"now says **{wanted}**" in texts(app)
    app.selectbox(key="break_wanted").set_value(read).run()
    assert "Guess first" in texts(app)  # nothing is computed until it is asked for
    press(app, "Find the smallest change")
    assert "already" in app.error[0].value


def test_thirty_who_press_at_once_have_it_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, computed, one = exported.open_file(store.find("affine").model_path), [], flip.flip

    def count(*arguments: object) -> flip.Flip:
        computed.append(arguments)
        return one(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(flip, "flip", count)
    pixels = services.current_dataset().test.pixels(3, 4).reshape(SIDE, SIDE)
    threads = [threading.Thread(target=smallest.smallest, args=(opened, pixels, None)) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(computed) == 1


def test_what_was_not_found_is_not_searched_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    computed = []

    def fail(*arguments: object) -> flip.Flip:
        computed.append(arguments)
        raise UserError("No change was found.")

    monkeypatch.setattr(flip, "flip", fail)
    app = break_it(model="affine", part="smallest", **IMAGE)
    press(app, "Find the smallest change")
    app.run()
    assert app.error[0].value == "No change was found."
    assert len(computed) == 1


def test_what_is_kept_waits_for_nobody_and_too_many_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, one = exported.open_file(store.find("affine").model_path), flip.flip
    pixels = services.current_dataset().test.pixels(3, 4).reshape(SIDE, SIDE)
    is_begun, is_free = threading.Event(), threading.Event()

    def slowly(*arguments: object) -> flip.Flip:
        is_begun.set()
        is_free.wait(20)
        return one(*arguments)  # type: ignore[arg-type]

    found = smallest.smallest(opened, pixels, None)
    other = next(digit for digit in range(10) if digit not in (found.before, found.after))
    monkeypatch.setattr(smallest, "_places", threading.Semaphore(1))
    monkeypatch.setattr(flip, "flip", slowly)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(smallest.smallest, opened, pixels, found.after)
        kept = pool.submit(smallest.smallest, opened, pixels, None)
        try:
            assert is_begun.wait(20)
            assert kept.result(20).l2 == found.l2
            with pytest.raises(UserError, match="try again"):
                smallest.smallest(opened, pixels, other)
        finally:
            is_free.set()
        assert first.result(20).after == found.after
    assert smallest.smallest(opened, pixels, other).after == other  # there is a place again
