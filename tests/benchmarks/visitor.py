"""A visitor without a browser: one session, over Streamlit's websocket."""

import asyncio
import base64
import contextlib
import io
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import websockets
from PIL import Image, ImageDraw
from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX

from mnist_demo.drawing import strokes as kept_strokes
from tests.browser import Stroke
from tests.server import Server

SIDE = 160  # pixels of a picture that the pen sends
LOOK_EVERY = 0.1  # seconds between two pictures of a growing stroke, as `pen.js` has it
PATIENCE = 60.0  # seconds that anything may take
CANVAS = "streamlit_drawable_canvas"  # the name of st_canvas among the components
CANVAS_SIDE, BRUSH, INK, PAPER = 320, 20, "#15181f", "#ffffff"  # as `ui.draw.canvas` has them, which needs a server

Value = tuple[str, Any]  # of a widget: the name of its field in Streamlit's message, and what it holds


@dataclass
class Element:
    """A widget as the page shows it now; `data` is what one of our components is given."""

    id: str
    fragment: str  # that is run when the widget changes, "" for the whole page
    data: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)  # that a component has set


class Visitor:
    """One session: keeps what a browser keeps of the page, and answers as it does."""

    def __init__(self, socket: websockets.ClientConnection, page: str) -> None:
        self._socket = socket
        self._page = page
        self._messages: dict[str, ForwardMsg] = {}  # large ones are sent once, then named by their hash
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._values: dict[str, Value] = {}  # by the widget's id
        self._elements: dict[str, Element] = {}  # components by their name, buttons and fields by their label
        self._script = ""
        self.news = asyncio.Condition()

    async def ask(self, fragment: str = "", trigger: tuple[str, Value] | None = None, *, is_auto: bool = False) -> None:
        """Have the page run, or one fragment of it; `trigger` is the id and value of what is pressed, sent once."""
        message = BackMsg()
        if self._script:
            message.rerun_script.page_script_hash = self._script
        else:  # only the server knows the page by its hash
            message.rerun_script.page_name = self._page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = is_auto
        for name, (kind, value) in [*self._values.items(), *([trigger] if trigger else [])]:
            message.rerun_script.widget_states.widgets.add(id=name, **{kind: value})
        await self._socket.send(message.SerializeToString())

    async def listen(self) -> None:
        """Take in what the server sends, until the connection ends."""
        with contextlib.suppress(websockets.ConnectionClosed):
            async for raw in self._socket:
                message = ForwardMsg.FromString(raw)
                if message.WhichOneof("type") == "ref_hash":
                    message = self._messages[message.ref_hash]
                elif message.hash:
                    self._messages[message.hash] = message
                async with self.news:
                    self._take(message)
                    self.news.notify_all()

    @property
    def is_looking(self) -> bool:
        """Whether it looks at something by itself, as a page may ask for."""
        return bool(self._timers)

    def close(self) -> None:
        """Look no more."""
        for fragment in list(self._timers):
            self._stop(fragment)

    def _stop(self, fragment: str) -> None:
        if (timer := self._timers.pop(fragment, None)) is not None:
            timer.cancel()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "new_session":
            if not message.metadata.run.fragment_ids:  # the whole page runs: its timers begin anew
                self.close()
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._stop(fragment)
        elif kind == "auto_rerun":
            asked = message.auto_rerun
            self._stop(asked.fragment_id)
            self._timers[asked.fragment_id] = asyncio.create_task(self._look(asked.fragment_id, asked.interval))
        elif kind == "delta":
            self._show(message)

    def _show(self, message: ForwardMsg) -> None:
        new = message.delta.new_element
        kind, fragment = new.WhichOneof("type"), message.delta.fragment_id
        if kind == "bidi_component":
            shown, name = new.bidi_component, new.bidi_component.component_name.rpartition(".")[2]
            state = self._elements[name].state if name in self._elements else {}
            self._elements[name] = Element(shown.id, fragment, json.loads(shown.json or "{}"), state)
        elif kind in ("button", "text_input"):
            shown = getattr(new, kind)
            self._elements[shown.label] = Element(shown.id, fragment)

    async def _look(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self.ask(fragment, is_auto=True)

    def data(self, name: str) -> dict[str, Any]:
        """What a component of our own was given last; empty before it is there."""
        return self._elements[name].data if name in self._elements else {}

    async def wait_for(self, is_so: Callable[[], object]) -> None:
        """Wait until what the server has sent makes it so."""
        async with self.news, asyncio.timeout(PATIENCE):
            await self.news.wait_for(is_so)

    async def find(self, name: str) -> Element:
        """The element of this name, as soon as it is there."""
        await self.wait_for(lambda: name in self._elements)
        return self._elements[name]

    async def set_state(self, name: str, **state: object) -> None:
        """Have a component tell its state."""
        element = await self.find(name)
        element.state.update(state)
        self._values[element.id] = "json_value", json.dumps(element.state)
        await self.ask(element.fragment)

    async def trigger(self, name: str, event: str, value: object) -> None:
        """Have a component tell an event."""
        element = await self.find(name)
        events = f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{element.id}{EVENT_DELIM}events"
        told = json.dumps([{"event": event, "value": value}])
        await self.ask(element.fragment, (events, ("json_trigger_value", told)))

    async def type(self, label: str, text: str) -> None:
        """Type into the field of a form, which is sent when its button is pressed."""
        element = await self.find(label)
        self._values[element.id] = "string_value", text

    async def press(self, label: str) -> None:
        """Press a button."""
        element = await self.find(label)
        await self.ask(element.fragment, (element.id, ("trigger_value", True)))


@contextlib.asynccontextmanager
async def visit(server: Server, page: str) -> AsyncIterator[Visitor]:
    """A session on `page`, "" for the first."""
    address = server.url.replace("http", "ws") + "/_stcore/stream"
    async with websockets.connect(address, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
        visitor = Visitor(socket, page)
        listening = asyncio.create_task(visitor.listen())
        await visitor.ask()
        yield visitor
        visitor.close()
        listening.cancel()


class Pen:
    """The pen of a visitor and the canvas below it: what is drawn is sent whenever the last picture is answered."""

    def __init__(self, visitor: Visitor) -> None:
        self.picture = ""  # that was sent last
        self._visitor, self._number = visitor, 0

    async def wait(self) -> None:
        """Wait until it is there and all that it has sent is answered."""
        await self._visitor.wait_for(lambda: self._visitor.data("pen").get("answered", -1) >= self._number)

    async def send(self, picture: str, *, is_down: bool) -> float:
        """Send what is drawn; returns the seconds until it is answered."""
        self.picture, self._number = picture, self._number + 1
        started = time.perf_counter()
        await self._visitor.set_state("pen", drawn={"number": self._number, "is_down": is_down, "picture": picture})
        await self.wait()
        took = time.perf_counter() - started
        if not is_down:
            await self._visitor.set_state("pen", settled=self._number)
        return took

    async def draw(self, strokes: Sequence[Stroke]) -> AsyncIterator[tuple[float, bool]]:
        """Draw a digit: of each picture of it the seconds until it was answered, and whether the pen was down."""
        done = 0
        for picture, is_down in growing_pictures(strokes):
            if not is_down:  # st_canvas tells its strokes, just before the pen its picture
                done += 1
                await self._visitor.set_state(CANVAS, drawing={"raw": canvas_of(strokes[:done]), "data": None})
            took = await self.send(picture, is_down=is_down)
            yield took, is_down
            if is_down:
                await asyncio.sleep(max(0.0, LOOK_EVERY - took))


def canvas_of(strokes: Sequence[Stroke]) -> dict[str, Any]:
    """What st_canvas says of strokes."""
    points = [tuple((round(CANVAS_SIDE * x), round(CANVAS_SIDE * y)) for x, y in stroke) for stroke in strokes]
    return kept_strokes.to_canvas([kept_strokes.Stroke(BRUSH, each) for each in points], INK, PAPER)


def growing_pictures(strokes: Sequence[Stroke]) -> Iterator[tuple[str, bool]]:
    """A digit as it is drawn: pictures as data addresses, and whether the pen is down."""
    sheet = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(sheet)
    for stroke in strokes:
        points = [(SIDE * x, SIDE * y) for x, y in stroke]
        for start, end in itertools.pairwise(points):
            pen.line([start, end], fill=INK, width=10)
            yield address(sheet), True
        yield address(sheet), False


def address(sheet: Image.Image) -> str:
    """A picture as a browser sends it."""
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
