"""The Train page in a real browser: comparing, links, weights, and what goes wrong in a classroom."""

import re
import shutil
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
import websockets.sync.client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as NothingInTimeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets import Subprotocol

from mnist_demo.data import datasets
from mnist_demo.models import registry
from mnist_demo.runs import control, run_directory, store
from mnist_demo.runs.metrics import Metrics, to_line
from mnist_demo.runs.run_directory import Run
from mnist_demo.ui.common.run_titles import title
from tests.conftest import tiny_recipe
from tests.in_browser.conftest import OpenPage
from tests.in_browser.test_pages import (  # noqa: F401 (pytest finds fixtures by their names)
    TRAINING_STARTS,
    progress,
    see_the_servers_home,
    start_training,
)
from tests.runs.test_control import seconds_ago
from tests.server import ROOT, Server
from tests.waiting import wait_for

ENDLESS = 9_000_000  # steps: no test waits for them
MAKES_STEPS = re.compile("Step .* steps/s")


@pytest.fixture(autouse=True)
def _nothing_trains_afterwards(see_the_servers_home: None) -> Iterator[None]:  # noqa: ARG001 (comes before)
    yield
    for run in store.list_runs()[0]:
        if run.is_active:
            control.request_stop(run)
    wait_for(lambda: not any(run.is_active for run in store.list_runs()[0]))


def newest() -> Run:
    return store.list_runs()[0][0]


def is_done(earlier: set[str]) -> bool:
    """Whether there is a run that was not there earlier, and finished."""
    return any(run.id not in earlier and run.status.state == "finished" for run in store.list_runs()[0])


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def assert_no_error(page: Page) -> None:
    expect(page.locator(".stException")).to_have_count(0)
    expect(page.locator('[data-testid="stAlertContentError"]')).to_have_count(0)


def trains(page: Page, steps: int = ENDLESS) -> None:
    """Start an affine run and wait until it trains."""
    start_training(page, "Affine model", steps)
    expect(page.locator(".stProgress").first).to_contain_text(MAKES_STEPS, timeout=TRAINING_STARTS)


def ended_run(*, rate: float = 0.1, metrics: int = 5, model: str = "affine") -> Run:
    """A finished run as the trainer leaves it, without the training."""
    run = store.create(tiny_recipe(model, learning_rate=rate), datasets.BUNDLED)
    shutil.copy(store.SHIPPED / model / "model.tflite", run.model_path)
    lines = []
    for i in range(metrics):
        loss, accuracy = 1 / (i + 1), 1 - 1 / (i + 2)
        evaluation = {"test_loss": loss, "test_accuracy": accuracy} if i % 10 == 0 else {}
        lines.append(Metrics(20 * i, i / 5, 5000.0, 2 * loss, accuracy, **evaluation))
    run.metrics_path.write_text("".join(map(to_line, lines)))
    return run_directory.set_status(run, "finished", trained_on="MNIST subset", train_images=4000)


def download(page: Page, name: str) -> Path:
    """What a download button gives, pressed again where the page was redrawn between the press and the answer.

    Streamlit drops a file made on demand when the page is redrawn before the browser has asked for it.
    """
    for _ in range(5):
        try:
            with page.expect_download(timeout=15_000) as waiting:
                button(page, name).click()
            return Path(waiting.value.path())
        except NothingInTimeError:
            continue
    raise AssertionError(f"{name} gives no file")


def test_chosen_runs_are_compared_and_exported(open_page: OpenPage) -> None:
    chosen = [ended_run(rate=rate, metrics=40) for rate in (0.1, 0.2)]
    page = open_page("train")
    expect(page.locator(".stVegaLiteChart svg")).to_have_count(2)  # all that stands above the list
    for run in chosen:
        choose(page, "Runs on the charts", run)
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Seconds").click()
    page.get_by_text("Log scale").click()
    page.get_by_role("slider", name="Smoothing").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Error rate (1 − accuracy), log scale")).to_be_visible()
    expect(page.locator(".stVegaLiteChart").first).to_contain_text("seconds of training")
    page.get_by_text("Their settings, and what differs").click()
    expect(page.get_by_text("≠ marks what is not the same in all of them.")).to_be_visible()
    page.get_by_text("Their weights as pictures").click()
    for run in chosen:
        expect(page.get_by_text(f"What each digit looks for in {title(run)}.").first).to_be_visible()
    files = {name: download(page, name) for name in ("Compared runs (CSV)", "Charts (PNG)")}
    assert files["Charts (PNG)"].read_bytes().startswith(b"\x89PNG")
    table = pd.read_csv(files["Compared runs (CSV)"])
    assert set(table["run"]) == {run.id for run in chosen}
    assert set(table["learning_rate"]) == {0.1, 0.2}
    assert_no_error(page)


def test_a_link_is_copied_and_opened(open_page: OpenPage, server: Server) -> None:
    page = open_page("train?model=cnn&recipe=fast&learning_rate=0.003&steps=500&batch_size=100&seed=7")
    fields = {"Steps": "500", "Batch size": "100", "Learning rate": "0.003", "Seed": "7"}

    def assert_filled(page: Page, fields: dict[str, str]) -> None:
        expect(page.get_by_role("radio", name="CNN")).to_be_checked()
        expect(page.get_by_role("radio", name="fast")).to_be_checked()
        for name, value in fields.items():
            expect(page.get_by_label(name, exact=True)).to_have_value(value)

    assert_filled(page, fields)
    page.get_by_label("Seed", exact=True).fill("8")
    page.get_by_label("Seed", exact=True).press("Enter")
    button(page, "Link to these settings").click()
    code = page.locator("code", has_text="seed=8")
    address = code.inner_text().strip()
    assert address.startswith(f"{server.url}/train?")
    other = open_page(address.removeprefix(f"{server.url}/"))
    assert_filled(other, {**fields, "Seed": "8"})


def test_a_link_with_nonsense_is_told(open_page: OpenPage) -> None:
    page = open_page("train?model=cnn&learning_rate=abc&steps=1e999&%3Cscript%3E=1")
    expect(page.get_by_text("The link’s settings are not used.")).to_be_visible()
    expect(page.get_by_role("radio", name="Affine model")).to_be_checked()
    expect(button(page, "Start training")).to_be_enabled()
    assert_no_error(page)


def test_stop_wins_when_two_browsers_press_stop_and_resume_at_once(open_page: OpenPage) -> None:
    pages = open_page("train"), open_page("train")
    start_training(pages[0], "Affine model", ENDLESS)
    both = [(pages[0], "Stop"), (pages[1], "Resume")]
    for order in (both, both[::-1]):
        expect(pages[0].locator(".stProgress")).to_contain_text(MAKES_STEPS, timeout=TRAINING_STARTS)
        button(pages[1], "Pause").click()
        for page in pages:
            expect(page.locator(".stProgress")).to_contain_text("paused")
        for page, name in order:
            button(page, name).evaluate("button => void setTimeout(() => button.click(), 300)")
        for page in pages:
            expect(page.locator(".stProgress")).to_have_count(0)
            assert_no_error(page)
        assert newest().status.state == "stopped"
        if order is both:
            button(pages[0], "Start training").click()


def test_a_visitor_who_has_the_caches_cleared_ends_no_run(open_page: OpenPage, server: Server) -> None:
    """Streamlit takes that message from everybody."""
    page = open_page("train")
    trains(page)
    with websockets.sync.client.connect(
        server.url.replace("http", "ws") + "/_stcore/stream", subprotocols=[Subprotocol("streamlit")]
    ) as prankster:
        prankster.send(BackMsg(clear_cache=True).SerializeToString())
        prankster.send(BackMsg(rerun_script=ClientState(page_name="train")).SerializeToString())
        prankster.recv()  # an answer to the second, so the first has been dealt with
        step = newest().last_step
        wait_for(lambda: newest().last_step > step)
    page.reload()
    expect(button(page, "Stop")).to_be_visible()
    assert newest().status.state == "running"
    button(page, "Stop").click()
    expect(page.locator(".stProgress")).to_have_count(0)


def test_a_waiting_run_shows_its_start_and_is_cancelled(open_page: OpenPage) -> None:
    page, other = open_page("train"), open_page("train")
    trains(page)
    start_training(page, "CNN", 20)
    expect(other.get_by_text(re.compile(r"Waiting for 1 run before it, starts in about .* s"))).to_be_visible()
    button(other, "Cancel").click()
    expect(page.get_by_text(re.compile("Waiting for 1 run"))).to_have_count(0)
    expect(page.locator(".stProgress")).to_have_count(1)
    assert newest().status.state == "stopped"
    button(other, "Stop").click()
    expect(page.locator(".stProgress")).to_have_count(0)


def test_weights_form_before_the_class_and_draw_can_use_the_model_meanwhile(open_page: OpenPage) -> None:
    page = open_page("train")
    trains(page)
    snapshot = newest().model_path
    shipped = (store.SHIPPED / "affine" / "model.tflite").read_bytes()
    replace(snapshot, shipped)
    picture = page.get_by_alt_text("The weights for the digit 3").first
    expect(picture).to_be_visible()
    before = picture.get_attribute("src")
    assert page.get_by_alt_text(re.compile("The weights for the digit")).count() == 10
    replace(snapshot, with_other_weights(shipped))
    wait_for(lambda: picture.get_attribute("src") != before)
    page.get_by_role("link", name="Draw with it").click()
    page.get_by_role("combobox", name="Models that answer").click()
    expect(page.get_by_role("option", name=title(newest()), exact=True)).to_be_visible()


def replace(path: Path, content: bytes) -> None:
    """As an export replaces a model, which readers may be reading."""
    path.with_suffix(".new").write_bytes(content)
    path.with_suffix(".new").replace(path)


def with_other_weights(model: bytes) -> bytes:
    """A model file of the same form whose matrix has the opposite signs."""
    from mnist_demo.models.inference import Classifier, affine_weights  # noqa: PLC0415

    weights = affine_weights(Classifier(model)).T
    assert model.count(weights.tobytes()) == 1
    return model.replace(weights.tobytes(), (-weights).tobytes())


def saved_step(run: Run) -> int:
    """How far the run had come at its last checkpoint."""
    return int(np.load(run.checkpoint_path)["step"])


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
def test_a_trainer_that_hangs_is_said_to_is_ended_and_its_run_goes_on(open_page: OpenPage) -> None:
    page, other = open_page("train"), open_page("train")
    trains(page)
    hanging = newest()
    start_training(other, "Affine model", 300)
    assert hanging.status.pid is not None
    trainer = psutil.Process(hanging.status.pid)
    wait_for(lambda: saved_step(hanging) > 0)
    trainer.send_signal(signal.SIGSTOP)
    seconds_ago(2 * control.HANGS_AFTER, hanging.status_path, hanging.metrics_path)
    expect(other.get_by_text("Nothing has come from this run")).to_be_visible()
    button(other, "End the training process").click()
    wait_for(lambda: newest().status.state == "finished", TRAINING_STARTS / 1000)  # the next one had its turn
    expect(page.locator(".stProgress")).to_have_count(0)
    assert not trainer.is_running() or trainer.status() == psutil.STATUS_ZOMBIE
    assert newest().status.state == "finished"
    crashed = run_directory.load(hanging.directory)
    assert crashed.status.state == "crashed"
    look_at(page, crashed)
    expect(page.get_by_text("The training process hung and was ended.").first).to_be_visible()
    saved = saved_step(crashed)
    button(page, "Continue").click()
    expect(page.locator(".stProgress").first).to_contain_text(MAKES_STEPS, timeout=TRAINING_STARTS)
    assert progress(page) >= saved > 0
    assert_no_error(page)


def test_a_run_that_is_deleted_while_it_trains_and_is_watched_leaves_the_next_one_its_turn(open_page: OpenPage) -> None:
    page, other = open_page("train"), open_page("train")
    trains(page)
    deleted = newest().directory
    shutil.rmtree(deleted, ignore_errors=True)  # by hand, and not all at once: the trainer may write between
    earlier = {run.id for run in store.list_runs()[0]}
    start_training(other, "Affine model", 300)
    wait_for(lambda: is_done(earlier))
    for watching in (page, other):
        expect(watching.locator(".stProgress")).to_have_count(0)
        assert_no_error(watching)
    shutil.rmtree(deleted, ignore_errors=True)


def choose(page: Page, name: str, run: Run) -> None:
    """Choose the run from the list of this name, opened again where something moved on the page, which closes it."""
    choice = page.get_by_role("combobox", name=name)
    choice.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # scrolling closes a list that opens meanwhile
    for _ in range(5):
        choice.click()
        try:
            page.get_by_role("option", name=title(run), exact=True).click(timeout=15_000)
        except NothingInTimeError:
            continue
        return
    raise AssertionError(f"the list {name} does not stay open")


def look_at(page: Page, run: Run) -> None:
    """Choose the run whose results are shown below the table."""
    choose(page, "Look at a run", run)
    page.wait_for_timeout(1500)  # until the choice has reached the server, and the buttons are about this run


def test_a_run_that_is_deleted_while_it_is_looked_at_gives_way_to_another(open_page: OpenPage) -> None:
    kept, deleted = ended_run(), ended_run()
    pages = open_page("train"), open_page("train")
    for page in pages:
        look_at(page, deleted)
    button(pages[0], "Delete").click()
    button(pages[0], "Delete for good").click()
    for page in pages:
        expect(page.get_by_text(re.compile(title(deleted) + r"\b"))).to_have_count(0)
        assert_no_error(page)
    assert kept.directory.is_dir()


def test_a_run_in_a_terminal_is_controlled_from_the_page(open_page: OpenPage) -> None:
    command = [sys.executable, "-m", "mnist_demo", "train", "--model", "affine", "--steps", str(ENDLESS)]
    terminal = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    page = open_page("train")
    bar = page.locator(".stProgress")
    expect(bar).to_contain_text(MAKES_STEPS, timeout=TRAINING_STARTS)
    assert newest().status.pid == terminal.pid
    button(page, "Pause").click()
    expect(bar).to_contain_text("paused")
    at = progress(page)
    button(page, "10 steps").click()
    expect(bar).to_contain_text(f"Step {at + 10:,} of")
    button(page, "Stop").click()
    assert terminal.wait(60) == 0
    expect(bar).to_have_count(0)
    assert newest().status.state == "stopped"


def test_two_values_are_tried_the_best_is_said_and_a_group_is_cancelled(open_page: OpenPage) -> None:
    page = open_page("train")
    try_values(page, "0.001, 0.1", steps=200)
    expect(page.get_by_text(re.compile("Best on validation images: 0.1, with"))).to_be_visible(timeout=TRAINING_STARTS)
    expect(page.locator(".stVegaLiteChart svg").first).to_contain_text("learning rate")
    expect(page.locator(".legend li")).to_have_text(["0.001", "0.1"])
    group = store.list_runs()[0][:2]
    assert {(run.status.state, run.status.validation_images) for run in group} == {("finished", 500)}
    try_values(page, "0.002, 0.2, 0.3", steps=ENDLESS)
    expect(page.locator(".stProgress")).to_contain_text("steps/s")
    expect(page.get_by_text(re.compile("Learning rate, 2 runs · Waiting for 1 run before it"))).to_be_visible()
    button(page, "Cancel the group").last.click()  # beside the result; that beside the queue comes first
    expect(page.locator(".stProgress")).to_have_count(0)
    expect(
        page.get_by_text(re.compile("Not compared: 0.002 was stopped after step .*, 0.2 was cancelled"))
    ).to_be_visible()
    button(page, "Back to the runs").click()
    expect(page.get_by_text("Runs on the charts")).to_be_visible()
    assert_no_error(page)


def try_values(page: Page, values: str, steps: int) -> None:
    """Try several learning rates of the affine model."""
    field = page.get_by_role("spinbutton", name="Steps", exact=True)
    field.fill(str(steps))
    field.press("Enter")
    field = page.get_by_role("textbox", name=re.compile("Values, 2 to 8"))
    if not field.is_visible():
        page.get_by_text("Try several values").click()
    field.fill(values)
    field.press("Enter")
    button(page, f"Train {values.count(',') + 1} runs").click()


def test_fifty_runs_on_disk_do_not_slow_the_page(chrome: Browser, server: Server, open_page: OpenPage) -> None:
    """Against three, which are on the charts as the newest of the fifty are. By the processors' time, which other
    programs change little; medians of loads in turn, on one server.
    """
    open_page("train").close()  # the server has its trainer and its data set from now on
    folder, few, many = store.runs_folder(), server.home / "three runs", server.home / "fifty runs"
    shutil.rmtree(folder, ignore_errors=True)
    for place, count in ((few, 3), (many, 50)):
        for number in range(count):
            ended_run(rate=0.01 + number / 100, metrics=500, model=list(registry.MODELS)[number % 2])
        folder.rename(place)
    context = chrome.new_context()
    cost: dict[Path, list[float]] = {few: [], many: []}
    for place in 5 * (many, few):
        place.rename(folder)
        cost[place].append(seconds_to_open(context, server))
        folder.rename(place)
    assert statistics.median(cost[many]) < 1.5 * statistics.median(cost[few]), cost


def seconds_to_open(context: BrowserContext, server: Server) -> float:
    """What it costs the server and the browser until all that the Train page says has arrived.

    Its last element is there then, and no script runs for it.
    """
    page = context.new_page()
    begin = processor_seconds(server)
    page.goto(f"{server.url}/train")
    page.wait_for_function(
        """() => document.querySelector(".stApp[data-test-script-state='notRunning']") &&
        [...document.querySelectorAll(".stExpander")].some((one) => one.innerText.includes("How does it learn?"))""",
        polling="raf",
    )
    took = processor_seconds(server) - begin
    page.close()
    return took


def processor_seconds(server: Server) -> float:
    """The time that the server and the tests' browsers have taken from the processors, without that of the training."""
    children = psutil.Process().children(recursive=True)
    browsers = [process for process in children if "chrom" in process.name()]
    times = [process.cpu_times() for process in (psutil.Process(server.process.pid), *browsers)]
    return sum(time.user + time.system for time in times)


def test_the_server_logs_no_error_of_the_app(server: Server) -> None:
    assert server.errors == []
