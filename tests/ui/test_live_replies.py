"""What the process that answers the pens says, and how it starts and dies: real processes."""

import asyncio
import base64
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import psutil
import pytest

from mnist_demo.errors import UserError
from mnist_demo.runs import store
from mnist_demo.ui.answers import cards, pen_message, worker_process
from mnist_demo.ui.answers.reply import reply
from mnist_demo.ui.answers.worker_process import Worker
from tests.benchmarks.visitor import growing_pictures
from tests.browser import DIGITS

ROOT = Path(__file__).parents[2]


def with_chunk(png: bytes, name: bytes) -> bytes:
    """A PNG with an empty chunk of this name before its end."""
    end = png.rindex(b"IEND") - 4
    return png[:end] + struct.pack(">I", 0) + name + struct.pack(">I", zlib.crc32(name)) + png[end:]


SEVEN = [picture for picture, _ in growing_pictures(DIGITS[7])][-1]
# A picture of the right size whose chunk after the pixels breaks Pillow's rules: IndexError.
BROKEN = (
    "data:image/png;base64," + base64.b64encode(with_chunk(base64.b64decode(SEVEN.partition(",")[2]), b"iCCP")).decode()
)
ASKED = {"number": 3, "models": ["cnn", "affine"], "picture": SEVEN}


def asked(**changes: object) -> str:
    return json.dumps({**ASKED, **changes})


def answer_of(message: str) -> dict[str, Any]:
    return reply(message.encode())


def test_each_model_says_what_its_card_on_the_page_says_in_the_order_that_was_asked_for() -> None:
    said = answer_of(asked())
    pixels = pen_message.to_mnist(pen_message.read_picture(SEVEN))
    on_cards = cards.answer_drawing([store.find("cnn"), store.find("affine")], pixels)
    assert said["number"] == 3
    assert [answer["name"] for answer in said["answers"]] == [card.name for card in on_cards]
    assert [answer["headline"] for answer in said["answers"]] == ["7", "7"]
    assert [answer["probabilities"] for answer in said["answers"]] == [card.probabilities for card in on_cards]
    assert str(said["picture"]).startswith("data:image/png;base64,")


def test_models_that_are_not_there_are_left_out_and_a_blank_picture_has_no_answer() -> None:
    (only,) = answer_of(asked(models=["affine", "../../etc", 7]))["answers"]
    assert only["name"] == "Affine model"
    blank, _ = next(growing_pictures([[(2.0, 2.0), (2.1, 2.1)]]))  # beside the canvas
    said = answer_of(asked(picture=blank))
    assert said["picture"] == ""
    assert {card["headline"] for card in said["answers"]} == {""}


@pytest.mark.parametrize(
    "message",
    [
        "",
        "null",
        "[1]",
        "[" * 100_000,
        "\x00",
        asked(number="3"),
        asked(models="cnn"),
        asked(models=["cnn"] * 7),
        asked(picture=None),
        asked(picture="data:image/png;base64,AAAA"),
        asked(picture=SEVEN + "A" * 100_000),
        asked(picture=BROKEN),
        asked()[:-1],
    ],
)
def test_what_no_page_sends_is_refused(message: str) -> None:
    with pytest.raises(UserError):
        answer_of(message)


def test_the_process_imports_neither_streamlit_nor_tensorflow() -> None:
    code = (
        "import sys; from mnist_demo.ui.answers import reply, worker; reply.warm_up(); "
        "assert not {'streamlit', 'tensorflow', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def worker_of(worker: Worker) -> psutil.Process:
    assert worker._process is not None
    return psutil.Process(worker._process.pid)


async def end(worker: Worker) -> None:
    worker_of(worker).kill()
    assert worker._reading is not None
    await worker._reading


def test_it_answers_in_order_whatever_it_is_sent_and_one_who_has_gone_keeps_nobody_from_theirs() -> None:
    async def ask() -> None:
        worker = Worker()
        await worker.start()
        gone = asyncio.create_task(worker.ask(asked(number=1)))
        await asyncio.sleep(0)
        gone.cancel()
        said = await asyncio.gather(
            worker.ask(asked(number=2)),
            worker.ask("nonsense"),
            worker.ask("\n"),
            worker.ask(" " * 100_000),
            worker.ask(asked(picture=BROKEN)),
            worker.ask(asked(number=4)),
        )
        assert [None if answer is None else json.loads(answer)["number"] for answer in said] == [
            2,
            None,
            None,
            None,
            None,
            4,
        ]
        await end(worker)

    asyncio.run(ask())


def test_who_waits_when_it_dies_is_told_and_it_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask() -> None:
        worker = Worker()
        with pytest.raises(ConnectionError):
            await worker.ask(asked())
        await worker.start()
        first = worker_of(worker)
        first.suspend()
        waiting = asyncio.create_task(worker.ask(asked()))
        await asyncio.sleep(0.2)
        first.kill()
        with pytest.raises(ConnectionError):
            await waiting
        with pytest.raises(ConnectionError):
            await worker.start()  # not at once: what dies at each start shall not take the machine
        monkeypatch.setattr(worker_process, "AGAIN_AFTER", 0.0)
        await asyncio.gather(*(worker.start() for _ in range(5)))
        assert json.loads(await worker.ask(asked()) or "")["number"] == 3
        await end(worker)

    asyncio.run(ask())


def test_one_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "PATIENCE", 0.5)

    async def ask() -> None:
        worker = Worker()
        await worker.start()
        hanging = worker_of(worker)
        hanging.suspend()
        with pytest.raises(ConnectionError):
            await worker.ask(asked())
        assert worker._reading is not None
        await worker._reading
        assert not hanging.is_running()

    asyncio.run(ask())


def test_it_is_this_project_whatever_folder_the_server_was_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mnist_demo").mkdir()
    (tmp_path / "mnist_demo" / "__init__.py").write_text("raise ImportError")
    monkeypatch.chdir(tmp_path)

    async def ask() -> None:
        worker = Worker()
        await worker.start()
        assert json.loads(await worker.ask(asked()) or "")["number"] == 3
        await end(worker)

    asyncio.run(ask())


def test_it_ends_with_the_server_however_that_ends() -> None:
    code = (
        "import asyncio, os, sys\n"
        "from mnist_demo.ui.answers.worker_process import Worker\n"
        "async def main():\n"
        "    worker = Worker()\n"
        "    await worker.start()\n"
        "    print(worker._process.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    server = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    worker = psutil.Process(int(server.stdout.readline()))
    server.kill()
    server.wait(20)
    psutil.wait_procs([worker], timeout=20)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
