"""Where a fragment is run, nothing that was said to the browser before is taken back.

Messages wait in a queue until they are sent: 5 ms, or longer where the server is busy. When the run of a fragment
begins, Streamlit 1.67 drops those of this fragment that still wait. Where a run of the whole page had said them,

- they are never said where a callback has other fragments run instead: the answers are missing on the page;
- what comes after them in the same container, or in a container of theirs, has lost its place: the browser stops with
  "Bad delta path index" and a white page.

So it went for people who drew and pressed P at once. Streamlit drops them since its pull request 9381: a new message
took the place of an old one in the queue, before the browser had heard of the new run. Forgetting where the old ones
are prevents that, too.
"""

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

_clear = ForwardMsgQueue.clear


def keep_unsent() -> None:
    """Have Streamlit drop messages only where the whole page is run; in this process, for all visitors."""
    ForwardMsgQueue.clear = _clear_for_whole_page  # type: ignore[method-assign]


def _clear_for_whole_page(
    self: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
) -> None:
    if fragment_ids_this_run is None:
        _clear(self, retain_lifecycle_msgs)
    else:
        self._delta_index_map = {}  # where the old messages are: new ones come after them
