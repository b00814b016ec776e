import errno
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from mnist_demo.data import datasets
from mnist_demo.errors import UserError
from mnist_demo.runs import run_directory, store
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Run
from tests.conftest import tiny_recipe


@pytest.fixture
def run() -> Run:
    return store.create(tiny_recipe(), datasets.BUNDLED)


def test_a_run_reads_back_as_it_was_created(run: Run) -> None:
    assert run_directory.load(run.directory) == run
    assert run.status.state == "queued"
    assert run.is_active
    assert store.find(run.id) == store.find(str(run.directory)) == run


def test_metrics_read_back_and_a_half_written_line_is_passed_over(run: Run) -> None:
    written = [Metrics(0, 0.0, test_accuracy=0.1), Metrics(5, 0.5, 1000.0, 2.3, 0.2)]
    for metrics in written:
        run_directory.append_metrics(run, metrics)
    with (run.directory / "metrics.jsonl").open("a") as stream:
        stream.write('{"step": 10, "seco')
    again = run_directory.load(run.directory)
    assert again.metrics == written
    assert again.evaluations == written[:1]


def test_a_run_whose_process_is_gone_was_interrupted(run: Run) -> None:
    code = "import sys; from pathlib import Path; from mnist_demo.runs import run_directory\n"
    code += "run_directory.set_status(run_directory.load(Path(sys.argv[1])), 'running')"
    subprocess.run([sys.executable, "-c", code, str(run.directory)], check=True)
    again = run_directory.load(run.directory)
    assert again.status.state == "interrupted"
    assert not again.is_active
    assert again.status.message


def test_a_later_process_with_the_same_number_is_not_taken_for_the_owner(run: Run) -> None:
    status = json.loads((run.directory / "status.json").read_text())
    (run.directory / "status.json").write_text(json.dumps({**status, "pid_created": status["pid_created"] - 1000}))
    assert run_directory.load(run.directory).status.state == "interrupted"


@pytest.mark.parametrize("name", ["settings.json", "status.json"])
@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"version": 1}', '{"version": 99}'])
def test_a_damaged_run_is_refused_listed_apart_and_can_be_deleted(run: Run, name: str, content: str | None) -> None:
    path = run.directory / name
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(UserError, match=run.id):
        run_directory.load(run.directory)
    whole = store.create(tiny_recipe(), datasets.BUNDLED)
    assert store.list_runs() == ([whole], [run.directory])
    store.delete(run.directory)
    assert not run.directory.exists()


def test_runs_are_listed_newest_first_and_a_stray_file_is_passed_over(run: Run) -> None:
    (store.runs_folder() / "notes.txt").touch()
    newer = store.create(tiny_recipe(), datasets.BUNDLED, store.runs_folder() / "99990101-000000-affine")
    assert store.list_runs() == ([newer, run], [])


def test_a_run_that_trains_cannot_be_deleted(run: Run) -> None:
    with pytest.raises(UserError, match="stop it first"):
        store.delete(run.directory)
    run_directory.set_status(run, "stopped")
    store.delete(run.directory)
    store.delete(run.directory)  # by two viewers at once
    assert store.list_runs() == ([], [])


def test_an_existing_directory_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match="already exists"):
        store.create(tiny_recipe(), datasets.BUNDLED, tmp_path / "mine")


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MNIST_DEMO_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(UserError, match="MNIST_DEMO_HOME"):
        store.create(tiny_recipe(), datasets.BUNDLED)
    assert store.list_runs() == ([], [])


def test_an_unknown_model_names_the_shipped_ones() -> None:
    with pytest.raises(UserError, match="affine or cnn"):
        store.find("resnet")
    with pytest.raises(UserError):
        store.find("")


@pytest.mark.parametrize(("name", "least"), [("affine", 0.91), ("cnn", 0.992)])
def test_shipped_models_have_their_record(name: str, least: float) -> None:
    run = store.find(name)
    assert run.status.state == "finished"
    assert run.status.trained_on == "MNIST"
    assert run.settings.data == datasets.MNIST
    assert (run.evaluations[-1].test_accuracy or 0) >= least
    assert run.model_path.stat().st_size < 2_000_000


def test_metrics_after_a_checkpoint_are_dropped(run: Run) -> None:
    for step in (0, 5, 10):
        run_directory.append_metrics(run, Metrics(step, step / 10))
    run_directory.keep_metrics_until(run, 5)
    assert [metrics.step for metrics in run_directory.load(run.directory).metrics] == [0, 5]


@pytest.mark.parametrize(
    ("name", "part", "value"),
    [
        *(("status.json", "pid", value) for value in ("x", 1.5, True)),
        *(("status.json", "state", value) for value in ("dreaming", 3)),
        *(("recipe", "steps", value) for value in (0, "many", None)),
        *(("recipe", "learning_rate", value) for value in (None, "fast", float("nan"))),
        ("recipe", "model", "resnet"),
        *(("recipe", "network", value) for value in ("dense 8", 8, "dense 0", "x" * 10_000)),  # its model is affine
        ("recipe", "evaluate_every", 0),
    ],
)
def test_a_run_with_nonsense_in_it_is_refused(run: Run, name: str, part: str, value: object) -> None:
    path = run.directory / ("settings.json" if name == "recipe" else name)
    content = json.loads(path.read_text())
    (content["recipe"] if name == "recipe" else content)[part] = value
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=run.id):
        run_directory.load(run.directory)


@pytest.mark.parametrize("line", [b"\xff\xfe\n", b'{"step": "x", "seconds": 1}\n', b"[]\n", b'{"steps": 1}\n', b"7\n"])
def test_a_damaged_metrics_line_is_passed_over(run: Run, line: bytes) -> None:
    run_directory.append_metrics(run, Metrics(1, 0.5))
    with (run.directory / "metrics.jsonl").open("ab") as stream:
        stream.write(line)
    run_directory.append_metrics(run, Metrics(2, 1.0))
    assert [metrics.step for metrics in run_directory.load(run.directory).metrics] == [1, 2]


def test_a_corrected_clock_does_not_interrupt_a_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    created = psutil.Process().create_time()
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: created + 30)
    assert run_directory.load(run.directory).is_active


def test_nobody_sees_half_a_run_while_runs_come_and_go() -> None:
    damaged: list[Path] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            damaged.extend(store.list_runs()[1])

    watcher = threading.Thread(target=look)
    watcher.start()
    for _ in range(40):
        made = store.create(tiny_recipe(), datasets.BUNDLED)
        run_directory.set_status(made, "stopped")
        store.delete(made.directory)
    done.set()
    watcher.join()
    assert damaged == []


def test_two_runs_never_share_a_directory(tmp_path: Path) -> None:
    made: list[Run] = []
    refused: list[UserError] = []

    def make() -> None:
        try:
            made.append(store.create(tiny_recipe(), datasets.BUNDLED, tmp_path / "out"))
        except UserError as error:
            refused.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 7)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["out"]


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "../../etc"])
def test_names_that_are_no_runs(name: str) -> None:
    with pytest.raises(UserError, match="There is no model"):
        store.find(name)


def test_metrics_are_read_on_as_they_are_appended_and_afresh_after_a_reset(run: Run) -> None:
    run_directory.append_metrics(run, Metrics(0, 0.0))
    run_directory.append_metrics(run, Metrics(1, 0.25))
    assert [metrics.step for metrics in run_directory.load(run.directory).metrics] == [0, 1]
    run_directory.append_metrics(run, Metrics(2, 0.5))
    assert [metrics.step for metrics in run_directory.load(run.directory).metrics] == [0, 1, 2]
    run.metrics_path.unlink()
    assert run_directory.load(run.directory).metrics == []
    for step, seconds in ((0, 0.0), (1, 0.26), (2, 0.51), (3, 0.75)):  # at least as long as before, and another run
        run_directory.append_metrics(run, Metrics(step, seconds))
    assert [metrics.seconds for metrics in run_directory.load(run.directory).metrics] == [0.0, 0.26, 0.51, 0.75]


def test_a_line_is_taken_once_it_is_whole(run: Run) -> None:
    run_directory.append_metrics(run, Metrics(1, 0.5))
    with run.metrics_path.open("a") as stream:
        stream.write('{"step": 2, ')
        stream.flush()
        assert [metrics.step for metrics in run_directory.load(run.directory).metrics] == [1]
        stream.write('"seconds": 1.0}\n')
    assert [metrics.step for metrics in run_directory.load(run.directory).metrics] == [1, 2]


def fill_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No new file from now on, as the system says it on a full disk; what is there can be written over."""

    def refuse(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkstemp", refuse)


@pytest.mark.parametrize("state", ["crashed", "failed", "running"])
def test_a_state_is_told_on_a_full_disk(run: Run, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run_directory.set_status(run, "running", message="A long message. " * 10)
    fill_disk(monkeypatch)
    told = run_directory.set_status(run, state, message="No space.")
    assert run_directory.load(run.directory) == told
    assert (told.status.state, told.status.message) == (state, "No space.")


def test_a_crash_is_told_on_a_full_disk(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_disk(monkeypatch)
    run_directory.mark_crashed(run.directory, "It died.")
    assert run_directory.load(run.directory).status.state == "crashed"


def test_a_deleted_runs_state_is_written_nowhere(run: Run) -> None:
    store.delete(run_directory.set_status(run, "stopped").directory)
    with pytest.raises(UserError, match="Cannot write"):
        run_directory.set_status(run, "failed")
    run_directory.mark_crashed(run.directory, "It died.")
    assert not run.directory.exists()


def test_no_two_runs_of_a_home_end_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    endings = iter(["aaaa", "aaaa", "bbbb"])
    token_hex = secrets.token_hex
    monkeypatch.setattr(secrets, "token_hex", lambda count: next(endings) if count == 2 else token_hex(count))
    first, second = (store.create(tiny_recipe(), datasets.BUNDLED) for _ in range(2))
    assert (first.id[-4:], second.id[-4:]) == ("aaaa", "bbbb")


def test_a_batch_that_does_not_fit_into_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=2_000_000_000))
    with pytest.raises(UserError, match=r"4\.9 GB"):
        store.create(tiny_recipe("cnn", batch_size=10_000), datasets.BUNDLED)
    with pytest.raises(UserError, match=r"2\.\d GB .* smaller batch"):
        store.create(tiny_recipe("own", batch_size=1_000, network="conv 256 1, pool 2"), datasets.BUNDLED)
    assert store.list_runs() == ([], [])
    assert store.create(tiny_recipe("cnn", batch_size=1_000), datasets.BUNDLED).is_active
