"""The address at which a page asks what the models say of a drawing, while the pen moves.

A run of a page costs Streamlit several times as much as the models need to answer, and the next run of the same visitor
waits for it. So pictures are sent over a WebSocket of their own, one after the other; the page is run once the pen is
up, and where there is no such connection.
"""

from contextlib import suppress
from urllib.parse import urlsplit

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.server_util import is_url_from_allowed_origins

from mnist_demo.ui.answers.worker_process import Worker

ADDRESS = "answers"
MOST_OPEN = 400  # connections; the pages of all others ask as if there were no such address
TRY_AGAIN_LATER, FORBIDDEN, UNSUPPORTED = 1013, 1008, 1003  # RFC 6455, section 7.4.1


class LiveAnswers:
    """Those who ask, and the process that answers them."""

    def __init__(self) -> None:
        self._open = 0
        self._worker = Worker()

    def route(self, base: str) -> WebSocketRoute:
        """Where they ask, below the path that Streamlit's setting `server.baseUrlPath` names."""
        return WebSocketRoute("/" + "/".join(part for part in (base.strip("/"), ADDRESS) if part), self._serve)

    async def _serve(self, socket: WebSocket) -> None:
        """Answer the pictures of one page, one after the other, until it goes or sends what no page sends."""
        if not _is_own(socket):
            await socket.close(FORBIDDEN)
            return
        self._open += 1
        try:
            if self._open > MOST_OPEN:
                raise ConnectionError
            await self._worker.start()
            await socket.accept()
            while (answer := await self._worker.ask(await _receive(socket))) is not None:
                await socket.send_text(answer)
            await socket.close(UNSUPPORTED)
        except WebSocketDisconnect:
            pass
        except ConnectionError:
            with suppress(WebSocketDisconnect, RuntimeError):  # it may have gone
                await socket.close(TRY_AGAIN_LATER)
        finally:
            self._open -= 1


def _is_own(socket: WebSocket) -> bool:
    """Whether a page of this server asks, and not one that a visitor has open elsewhere; as Streamlit has it."""
    origin = socket.headers.get("origin")
    is_same = origin is None or urlsplit(origin).netloc == socket.headers.get("host")
    return is_same or is_url_from_allowed_origins(str(origin))


async def _receive(socket: WebSocket) -> str:
    """The next message; "" for bytes, which no page sends."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect
    return message.get("text") or ""
