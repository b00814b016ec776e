"""The Mistakes page by Streamlit's AppTest: it counts right, and no model, data set or drawing ends it."""

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_demo import background
from mnist_demo.background import Background
from mnist_demo.data import formats
from mnist_demo.data.datasets import Split
from mnist_demo.inside import judging
from mnist_demo.inside.network import exported
from mnist_demo.inside.network.exported import Opened
from mnist_demo.runs import store
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common import services
from mnist_demo.ui.draw.state import KEY, Drawn
from mnist_demo.ui.mistakes import charts, judged, matrix
from mnist_demo.ui.mistakes.parts import PARTS
from tests.conftest import tiny_arrays
from tests.ui.test_evidence import delete_once_listed, some_run
from tests.ui.test_glossary import terms_in, word_of, words_and_help
from tests.ui.test_pages import open_page, texts


@pytest.fixture(autouse=True)
def no_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is in memory of what another test had judged."""
    monkeypatch.setattr(judged, "_background", Background("judging", judged.MOST_KEPT))


@pytest.fixture(scope="module")
def affine() -> Opened:
    return exported.open_file(store.find("affine").model_path)


def mistakes(part: str = "matrix", **query: str) -> AppTest:
    app = open_page("Mistakes", part=part, **query)
    assert not app.exception
    return app


@pytest.mark.parametrize("images", ["test", "validation"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_says_how_many_are_wrong_and_explains_its_words(part: str, images: str) -> None:
    app = mistakes(part, split=images)
    assert not app.error
    split = services.current_dataset().split(images)
    wrong = int((loaded.classifier(loaded.shipped("cnn")).logits(split.pixels()).argmax(1) != split.labels).sum())
    assert f"**{wrong:,} mistake{'' if wrong == 1 else 's'}** in {len(split):,} {images} images" in texts(app)
    said, explained = words_and_help(app)
    assert not [term for term in terms_in(said) if f"**{word_of(term).title}**" not in explained]


def test_the_hardest_digit_is_named_and_the_table_has_all_ten() -> None:
    app = mistakes("digits", model="affine")
    split = services.current_dataset().test
    is_right = loaded.classifier(loaded.shipped("affine")).logits(split.pixels()).argmax(1) == split.labels
    shares = [is_right[split.labels == digit].mean() for digit in range(10)]
    assert f"The **{np.argmin(shares)}** is hardest" in texts(app)
    assert len(app.table[0].value) == 10


def test_two_models_are_held_against_each_other_both_ways() -> None:
    app = mistakes("two")
    split = services.current_dataset().test
    cnn, affine = (
        loaded.classifier(loaded.shipped(name)).logits(split.pixels()).argmax(1) == split.labels
        for name in ("cnn", "affine")
    )
    said = texts(app)
    assert f"both wrong on **{(~cnn & ~affine).sum():,}**" in said
    assert f"**{(cnn & ~affine).sum():,} that only CNN reads right.**" in said
    assert f"**{(affine & ~cnn).sum():,} that only Affine model reads right.**" in said
    app.selectbox(key="mistakes_other").set_value("cnn").run()
    assert not app.exception
    assert "These are the same model" in app.info[0].value


@pytest.mark.parametrize("wrong", [0, 5])
def test_the_matrix_is_a_picture_with_all_its_numbers(wrong: int) -> None:
    confusion = np.diag(np.arange(1000, 1010)) + np.eye(10, k=1, dtype=np.int64) * wrong
    figure = charts.matrix_picture(confusion, "CNN: test images")
    figure.savefig(io.BytesIO(), format="png")
    shown = [int(text.get_text().replace(",", "")) for text in figure.axes[0].texts]
    assert shown == confusion.ravel().tolist()


@pytest.mark.parametrize("sent", [-1, 100, True, "7", None, [1, 2], 3.0])
def test_a_forged_cell_is_no_cell(sent: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"matrix": type("Sent", (), {"chosen": sent})})
    assert matrix.chosen("matrix") is None


def test_choices_are_kept_on_coming_back() -> None:
    app = mistakes("surest")
    app.selectbox(key="mistakes_model").set_value("affine").run()
    app.button_group(key="why_split").set_value("validation").run()
    before = texts(app)
    app.switch_page("mnist_demo/ui/pages/data.py").run()
    app.query_params.clear()  # as a browser does
    app.switch_page("mnist_demo/ui/pages/mistakes.py").run()
    assert not app.exception
    assert app.selectbox(key="mistakes_model").value == "affine"
    assert texts(app) == before


def cell_of(app: AppTest) -> str:
    """The heading of the images of the chosen cell."""
    return next(str(each.value) for each in app.markdown if "the surest first" in str(each.value))


def test_a_link_opens_the_images_the_cell_and_the_model_to_compare_with() -> None:
    assert "images of a 4 read as 9**" in cell_of(mistakes(model="affine", split="validation", cell="4,9"))
    assert "validation images" in texts(mistakes(split="validation"))
    assert mistakes("two", model="affine", other="cnn").selectbox(key="mistakes_other").value == "cnn"
    commonest = cell_of(mistakes(model="affine"))
    for nonsense in ("4,10", "-1,2", "4", "4,9,1", "four", "9" * 5000):
        assert cell_of(mistakes(model="affine", cell=nonsense)) == commonest


def test_bad_addresses_are_told_in_one_sentence_or_ignored() -> None:
    assert "no model 'resnet'" in mistakes(model="resnet").error[0].value
    assert "no model 'resnet'" in mistakes("two", other="resnet").error[0].value
    assert texts(mistakes("nonsense", split="exam")) == texts(mistakes())


def test_a_link_says_all_that_is_shown_and_what_was_chosen_before_does_not() -> None:
    app = mistakes("matrix", model="affine", split="validation", cell="4,9")
    app.switch_page("mnist_demo/ui/pages/data.py").run()
    app.query_params.clear()
    app.query_params["model"] = "cnn"
    app.switch_page("mnist_demo/ui/pages/mistakes.py").run()
    assert "test images" in texts(app)
    assert app.query_params == {"model": "cnn"}


def test_a_run_that_still_trains_is_shown_with_its_step() -> None:
    app = mistakes(model=some_run("running").id)
    assert "has taken 500 steps" in texts(app)
    assert "of step 400 or before" in texts(app)


def test_a_run_that_is_deleted_while_it_is_looked_at_is_told_in_one_sentence() -> None:
    run = some_run("finished")
    app = mistakes(model=run.id)
    assert not app.error
    shutil.rmtree(run.directory)
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "deleted" in app.error[0].value
    app.selectbox(key="mistakes_model").set_value("affine").run()
    assert not app.error


def test_a_run_that_is_deleted_while_the_page_is_drawn_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    run = some_run("finished")
    app = mistakes(model=run.id)
    delete_once_listed(run, monkeypatch)
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "deleted" in app.error[0].value


def test_a_model_that_cannot_be_looked_into_is_told_in_one_sentence() -> None:
    run = some_run("finished")
    run.model_path.write_bytes(b"no model")
    assert "damaged" in mistakes(model=run.id).error[0].value


def test_scores_that_are_no_numbers_are_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverged(_: Opened, split: Split, __: object) -> judging.Judgement:
        return judging.Judgement(np.full((len(split), 10), np.nan, np.float32), np.empty((0, 0), np.float32))

    monkeypatch.setattr(judging, "judge", diverged)
    app = mistakes()
    assert "diverged" in app.error[0].value


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("images", ["test", "validation"])
def test_an_own_data_set_of_50_images_is_judged_with_wide_intervals(
    part: str, images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez(tmp_path / "own.npz", **tiny_arrays(train=50, test=50))  # type: ignore[arg-type]
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tmp_path / "own.npz"))
    app = mistakes(part, split=images)
    assert not app.error
    count = len(services.current_dataset().split(images))
    assert f"** in {count} {images} images (95 % interval: " in texts(app)


def drew(app: AppTest, labels: list[int | None]) -> AppTest:
    """Has the visitor drawn some test images of the CNN, with what they were to be."""
    images = services.current_dataset().test.pixels(0, len(labels)).reshape(-1, 28, 28)
    app.session_state[KEY].drawn = [Drawn(image, label) for image, label in zip(images, labels, strict=True)]
    app.query_params["split"] = "drawings"
    return app.switch_page("mnist_demo/ui/pages/mistakes.py").run()


def test_without_a_drawing_the_way_to_one_is_shown() -> None:
    app = mistakes(split="drawings")
    assert not app.error
    assert "You have drawn nothing yet" in app.info[0].value


def test_the_sessions_drawings_are_judged_once_their_writer_has_told_what_they_are() -> None:
    labels = [int(each) for each in services.current_dataset().test.labels[:4]]
    app = drew(open_page("Draw"), [labels[0], (labels[1] + 1) % 10, None, None])
    assert not app.exception
    assert "**1 mistake** in 2 drawings" in texts(app)
    asking = app.button_group(key="mistakes_label_3")
    assert "Your drawing 3: what was it meant to be? (2 to tell)" in asking.label
    asking.set_value(labels[2]).run()
    assert "**1 mistake** in 3 drawings" in texts(app)
    app.button_group(key="mistakes_label_4").set_value("no digit").run()
    assert not app.exception
    assert "**1 mistake** in 3 drawings" in texts(app)
    assert "to tell" not in str([group.label for group in app.button_group])


def test_a_drawing_of_the_session_opens_on_the_why_page() -> None:
    app = drew(open_page("Draw"), [None])
    app.query_params["drawn"] = "1"
    app.switch_page("mnist_demo/ui/pages/evidence.py").run()
    assert not app.error
    assert "Your drawing 1" in str([image.proto for image in app.get("image")])


@pytest.fixture
def many() -> Split:
    """More images than are judged at once."""
    images = np.random.default_rng(0).integers(0, 256, (judged.FEW + 1, 784)).astype(np.uint8)
    return Split(images, (np.arange(len(images)) % 10).astype(np.uint8))


def test_a_model_reads_the_images_once_for_all_visitors_and_never_again(
    affine: Opened, many: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    judge = judging.judge

    def count(*given: Any) -> judging.Judgement:
        asked.append(given)
        return judge(*given)

    monkeypatch.setattr(judging, "judge", count)
    with ThreadPoolExecutor(6) as visitors:
        found = list(visitors.map(lambda _: judged.judged(affine, many).right, range(6)))
    assert len(set(found)) == 1
    monkeypatch.setattr(judged, "_background", Background("later", 1))  # as after a new start of the server
    judged.judged(affine, many)  # from the home folder
    assert len(asked) == 1


def test_what_failed_is_tried_again(affine: Opened, many: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> judging.Judgement:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(judging, "judge", fail)
        with pytest.raises(MemoryError):
            judged.judged(affine, many)
    assert len(judged.judged(affine, many).digits) == len(many)


def test_who_gave_no_sign_for_too_long_waits_again(
    affine: Opened, many: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, hours = judging.judge, iter(range(10**6, 10**9, 3600))  # of a clock

    def slowly(opened: Opened, split: Split, note: judging.Progress) -> judging.Judgement:
        with monkeypatch.context() as patch:
            if not asked:
                patch.setattr(background, "monotonic", lambda: next(hours))
            asked.append(opened)
            return judge(opened, split, note)

    asked: list[Opened] = []
    monkeypatch.setattr(judging, "judge", slowly)
    assert len(judged.judged(affine, many).digits) == len(many)
    assert len(asked) == 2
