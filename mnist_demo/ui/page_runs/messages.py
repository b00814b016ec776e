"""What a run has said to the browser stays said, though the run of a fragment begins before it is sent.

A run of a fragment is to say anew what this fragment has said, so Streamlit takes back what it said before and has not
been sent yet (its pull request 9381). But a callback may have other fragments run instead, and the one that was asked
for is missing on the page then; and what stood behind it comes into an empty container, where the browser gives up with
"Bad delta path index" and a white page. Both happen where somebody draws and presses P, the sooner the more the server
has to do: what it says waits longer.
"""

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

_clear = ForwardMsgQueue.clear


def keep_unsent() -> None:
    """Have Streamlit take back only what a run of the whole page says anew; in this process, for all visitors."""
    ForwardMsgQueue.clear = _clear_for_whole_page  # type: ignore[method-assign]


def _clear_for_whole_page(
    self: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
) -> None:
    if fragment_ids_this_run is None:
        _clear(self, retain_lifecycle_msgs)
    else:
        self._delta_index_map = {}
