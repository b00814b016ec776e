"""What was said to the browser and not sent yet, where another run begins."""

import inspect
import runpy

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from tests.server import ROOT

FRAGMENT = "of the answers"
STREAMLITS = inspect.signature(ForwardMsgQueue.clear)


def message(place: int, text: str, fragment: str = "") -> ForwardMsg:
    said = ForwardMsg()
    said.metadata.delta_path[:] = [0, place]
    said.delta.new_element.text.body = text
    said.delta.fragment_id = fragment
    return said


def finished() -> ForwardMsg:
    said = ForwardMsg()
    said.script_finished = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
    return said


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> ForwardMsgQueue:
    """Of a server of the app, with what a run has said."""
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)  # put back afterwards
    runpy.run_path(str(ROOT / "app.py"), run_name="app")  # as the server imports it
    queue = ForwardMsgQueue()
    for said in (message(0, "an answer", FRAGMENT), message(1, "what is below"), finished()):
        queue.enqueue(said)
    return queue


@pytest.mark.usefixtures("queue")
def test_streamlit_calls_it_as_it_did() -> None:
    ours = inspect.signature(ForwardMsgQueue.clear)
    assert [(one.name, one.default) for one in ours.parameters.values()] == [
        (one.name, one.default) for one in STREAMLITS.parameters.values()
    ]


def test_a_fragment_that_is_run_takes_nothing_back_and_says_the_new_after_the_old(queue: ForwardMsgQueue) -> None:
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[FRAGMENT])
    queue.enqueue(message(0, "a new answer", FRAGMENT))
    *old, end, new = queue.flush()
    assert [said.delta.new_element.text.body for said in (*old, new)] == ["an answer", "what is below", "a new answer"]
    assert end == finished()
    assert queue.is_empty()


def test_a_page_that_is_run_takes_back_what_it_says_anew(queue: ForwardMsgQueue) -> None:
    queue.clear(retain_lifecycle_msgs=True)
    assert [said.WhichOneof("type") for said in queue.flush()] == ["script_finished"]
