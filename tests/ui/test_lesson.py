"""The Lesson page by Streamlit's AppTest: no link is dead, figures are the code's, and no run or data set ends it."""

import math
import shutil
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.data import formats
from mnist_demo.inside import learning
from mnist_demo.models import registry
from mnist_demo.runs import store
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.answers import loaded
from mnist_demo.ui.common import run_titles, services
from mnist_demo.ui.draw.state import KEY
from mnist_demo.ui.evidence import subject
from mnist_demo.ui.lesson import pictures
from mnist_demo.ui.lesson.facts import INDEX, accuracy, shipped_accuracy
from mnist_demo.ui.lesson.steps import STEPS, TO_WATCH
from mnist_demo.words import percent
from tests.ui.test_evidence import some_run
from tests.ui.test_glossary import terms_in, word_of, words_and_help
from tests.ui.test_pages import PAGES, finished_run, open_page, texts

NUMBERS = [str(number) for number in range(1, len(STEPS) + 1)]


def lesson(step: str) -> AppTest:
    app = open_page("Lesson", step=step)
    assert not app.exception
    assert not app.error
    return app


def links(app: AppTest) -> list[tuple[str, dict[str, str]]]:
    """The page and the query of each link to something to try."""
    found = [urlsplit(link.proto.url) for link in app.get("link_button")]
    return [(url.path, dict(parse_qsl(url.query, strict_parsing=True)) if url.query else {}) for url in found]


@pytest.mark.parametrize("number", NUMBERS)
def test_each_step_is_short_and_has_a_picture_a_task_a_question_and_a_hidden_answer(number: str) -> None:
    app = lesson(number)
    (heading,) = app.subheader
    assert heading.value.startswith(f"{number}. ")
    assert "**Try it.**" in texts(app)
    assert f"**Question {number}.**" in texts(app)
    (answer,) = app.expander
    assert (answer.label, answer.proto.expanded) == ("Answer", False)
    assert len(" ".join(text.value for text in app.markdown).split()) < 260
    assert links(app)
    said, explained = words_and_help(app)
    assert not [term for term in terms_in(said) if f"**{word_of(term).title}**" not in explained]


@pytest.mark.parametrize("step", ["0", "8", "-1", "1e9", "٣", "three", "<script>", "9" * 10_000, ""])
def test_a_forged_step_is_the_first(step: str) -> None:
    app = lesson(step)
    assert [heading.value for heading in app.subheader] == ["1. An image is numbers"]


def test_one_goes_through_the_steps_and_the_address_has_the_number() -> None:
    app = lesson("1")
    buttons = {button.label: button for button in app.button}
    assert buttons["Back"].disabled
    buttons["Next"].click().run()
    assert app.query_params["step"] == "2"
    assert app.subheader[0].value.startswith("2. ")
    app.button_group(key="lesson_step").set_value("7").run()
    assert app.subheader[0].value.startswith("7. ")
    buttons = {button.label: button for button in app.button}
    assert buttons["Next"].disabled
    buttons["Back"].click().run()
    assert app.query_params["step"] == "6"
    app.button_group(key="lesson_step").set_value("all").run()
    assert len(app.subheader) == len(STEPS) + 1


def open_link(path: str, query: dict[str, str]) -> AppTest:
    """The page that a link names by its address."""
    by_address = {f"./{Path(file).stem}": title for title, file in PAGES.items()}
    app = open_page("Draw" if path == "./" else by_address[path], **query)
    assert not app.exception
    assert not app.error
    assert not app.warning
    return app


def test_no_link_is_dead_and_each_page_begins_as_it_says() -> None:
    """By what each page shows, not by the address alone."""
    opened = {number: [(query, open_link(path, query)) for path, query in links(lesson(number))] for number in NUMBERS}
    (_, data), (query, drawn) = opened["1"][0], opened["2"][0]
    assert data.title[0].value == "The data"
    assert set(query) == {"drawing"}
    assert drawn.session_state[KEY].drawing.strokes
    for number, part, what in (
        ("3", "pixels", "Red ink speaks for"),
        ("4", "scores", "Temperature"),
        ("7", "layers", "conv1"),
    ):
        query, app = opened[number][0]
        assert (query["index"], query["part"]) == (str(INDEX), part)
        assert app.selectbox(key="why_model").value == ("cnn" if number == "7" else "affine")
        assert what in "".join(words_and_help(app))
    train = opened["5"][0][1]
    assert train.button_group(key="model").value == "affine"
    assert train.number_input(key="steps_affine_notebook").value == TO_WATCH
    query, app = opened["6"][0]
    test = services.current_dataset().test
    at = int(query["index"])
    read = int(loaded.classifier(loaded.shipped("affine")).logits(test.pixels(at, at + 1))[0].argmax())
    assert read != test.labels[at]
    assert f"label **{test.labels[at]}**" in texts(app)
    mistakes = opened["6"][1][1]
    assert mistakes.title[0].value == "Mistakes"
    assert mistakes.selectbox(key="mistakes_model").value == "affine"


def test_figures_are_those_of_the_code() -> None:
    test = services.current_dataset().test
    logits = loaded.classifier(loaded.shipped("affine")).logits(test.pixels())
    wrong = int((logits.argmax(axis=1) != test.labels).sum())
    affine, cnn = shipped_accuracy("affine"), shipped_accuracy("cnn")
    assert affine == pytest.approx(0.92, abs=0.01)
    assert cnn > 0.99
    assert f"{registry.CNN.parameters:,}" in texts(lesson("2"))
    assert f"{registry.AFFINE.parameters:,}" in texts(lesson("3"))
    found = learning.softmax_of(logits[INDEX], int(test.labels[INDEX]))
    assert f"= {found.loss:.2g}" in texts(lesson("4"))
    assert f"{math.log(10):.2f}" in texts(lesson("4"))
    last = loaded.shipped("affine").evaluations[-1]
    assert f"<td>{last.test_loss:.2f}</td><td>{percent(affine)}</td>" in texts(lesson("5"))
    sixth = texts(lesson("6"))
    assert f"The surest of its {wrong:,} mistakes" in sixth
    assert percent(affine**5, 0) in sixth
    assert f"about {100 * cnn**10:.0f}" in sixth
    assert f"{round(10_000 * (1 - cnn))} of 10,000" in texts(lesson("7"))
    assert f"= {5 * 5 * 32 + 32}." in texts(lesson("7"))


def test_the_framed_part_has_ink_and_paper() -> None:
    image = services.current_dataset().test.pixels(INDEX, INDEX + 1).reshape(28, 28)
    top, left = pictures.corner_of_part(image)
    part = np.round(255 * image[top : top + pictures.PART, left : left + pictures.PART]).astype(int)
    assert part.min() == 0
    assert part.max() > 200
    shown = texts(lesson("1"))
    assert shown.count("</td>") == part.size
    assert all(f">{number}</td>" in shown for number in part.ravel())


def test_the_classs_best_finished_run_is_shown_and_a_deleted_one_is_no_fault(home: Path, trained: Run) -> None:
    run = finished_run(home, trained)
    store.list_runs()  # gives it its number
    name = run_titles.title(run)
    apps = {number: lesson(number) for number in ("3", "4", "5", "6", "7")}
    for number in ("3", "5", "6"):
        assert name in texts(apps[number])
        assert name not in texts(apps["7"])
    assert f"{percent(accuracy(run))} ({run.status.trained_on})" in texts(apps["6"])
    assert links(apps["3"])[0][1]["model"] == run.id
    run.directory.unlink()
    for app in apps.values():
        app.run()
        assert not app.exception
        assert not app.error
        assert name not in texts(app)
    assert links(apps["3"])[0][1]["model"] == "affine"


def test_a_run_that_is_deleted_or_damaged_while_the_page_is_drawn_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    run = some_run("finished")
    assert run_titles.title(run) in texts(lesson("3"))
    run.model_path.write_bytes(b"half a mod")
    assert links(lesson("3"))[0][1]["model"] == "affine"
    listed = store.list_runs()
    monkeypatch.setattr(store, "list_runs", lambda: listed)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    shutil.rmtree(run.directory)
    for number in NUMBERS:
        lesson(number)


def test_a_run_that_did_not_finish_is_not_the_classs_best() -> None:
    run = some_run("running")
    assert run_titles.title(run) not in texts(lesson("3"))


def test_own_data_has_its_own_image(tiny_npz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(formats.DATA_VARIABLE, str(tiny_npz))
    for number in (*NUMBERS, "all"):
        lesson(number)
    assert subject.SPLIT in links(lesson("3"))[0][1]


def test_all_seven_have_their_answers_at_the_end() -> None:
    app = lesson("all")
    assert not app.expander
    assert [heading.value[:2] for heading in app.subheader] == [*(f"{number}." for number in NUMBERS), "An"]
    answers = app.markdown[-1].value
    assert answers.startswith("1. 40:")
    assert f"\n{len(STEPS)}. " in answers
