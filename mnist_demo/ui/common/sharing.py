"""A link that other devices can open, and its QR code."""

import io
import os
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import streamlit as st

from mnist_demo import addresses
from mnist_demo.errors import UserError

ADDRESS_VARIABLE = "MNIST_DEMO_ADDRESS"

CODE_WIDTH = 425  # pixels on the page: 44 cm of a picture that is 2 m and 1,920 pixels wide
# Characters that fit a code of 77 x 77 modules (version 15), 85 with its margin. On such a wall, a phone's camera of
# 4,000 pixels across 70 degrees sees each of them as three pixels from five metres. One digit takes up to 210
# characters, which are 61 modules, and three pixels from seven metres.
LONGEST_FOR_CODE = 520

ONLY_HERE = (
    "Only this computer can open it: the app was started so that it listens to no other. Start it without "
    "`--server.address`, or with `--server.address=0.0.0.0`, and phones in the same network can follow the link."
)
NO_NETWORK = (
    "Only this computer can open it, as it is on no network. Connect it to the network of the class, and open this "
    "once more."
)
TOO_LONG = "It is too long for a QR code that a phone can read from the wall: draw fewer strokes, or send the link."
NOT_OPENING = (
    "The device must be in the same network as this computer: the same Wi-Fi, not the phone’s own mobile data. This "
    "computer’s firewall has to let the app be reached, and some schools’ Wi-Fi keeps devices apart from each other."
)


def link(query: str, what: str) -> None:
    """A link to this page with this `query`, as a QR code and as text; `what` says what it opens."""
    try:
        page, problem = for_others()
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    address = f"{page}?{query}"
    st.markdown(what, help=None if problem else NOT_OPENING)
    has_code = not problem and len(address) <= LONGEST_FOR_CODE
    with st.container(horizontal=has_code):  # the text beside the code, so that both are in sight
        if has_code:
            st.image(qr_code(address), width=CODE_WIDTH, alt="The link as a QR code")
        elif problem:
            st.info(problem, icon=":material/wifi_off:")
        else:
            st.caption(TOO_LONG)
        st.code(address, language=None, wrap_lines=True)


def for_others() -> tuple[str, str]:
    """The address of this page as other devices open it, and why none of them can; "" where they can.

    Where this computer has several addresses, it is the one that the visitor chooses here. Raises UserError as
    `given_address` does.
    """
    page, app = visited(), given_address()
    if app:
        return f"{app}/{_name(page, app)}", ""
    listens_on = str(st.get_option("server.address") or "")
    hosts = addresses.hosts_for_others(addresses.host_of(page), listens_on, addresses.own_addresses())
    if not hosts:
        return page, NO_NETWORK if addresses.is_anywhere(listens_on) else ONLY_HERE
    return addresses.with_host(page, choose_host(hosts) if len(hosts) > 1 else hosts[0]), ""


def _name(page: str, app: str) -> str:
    """The last part of the address of a page; "" of the app's first page, which has none beside that of the app."""
    name = urlsplit(page).path.rpartition("/")[2]
    return "" if name in (own_path().rpartition("/")[2], urlsplit(app).path.rpartition("/")[2]) else name


def given_address() -> str:
    """The app's address as `MNIST_DEMO_ADDRESS` has it, for a server behind a proxy; "" where that says nothing.

    It ends without a slash. Raises UserError where it is no address.
    """
    given = os.environ.get(ADDRESS_VARIABLE, "").strip().rstrip("/")
    if given and not (
        given.startswith(("http://", "https://"))
        and given.isascii()
        and given.isprintable()
        and addresses.host_of(given)
        and not any(mark in given for mark in "?#@ ")
    ):
        raise UserError(
            f"{ADDRESS_VARIABLE} is no address of the app: write it as a browser has it, such as "
            "https://mnist.school.example."
        )
    return given


def from_elsewhere(page: str) -> str:
    """The address of a page of the app for other devices, whoever asks; this computer's own where they have none.

    Raises UserError as `given_address` does.
    """
    app = given_address()
    if not app:
        scheme = "https" if st.get_option("server.sslCertFile") else "http"
        listens_on = str(st.get_option("server.address") or "")
        hosts = addresses.hosts_for_others("localhost", listens_on, addresses.own_addresses())
        here = f"{scheme}://localhost:{st.get_option('server.port')}{own_path()}"
        app = addresses.with_host(here, hosts[0]) if hosts else here
    return f"{app}/{page}"


def own_path() -> str:
    """The path below which this server has its pages: "" or as "/demo"."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


@st.dialog("Share this view", width="medium")
def view(query: Mapping[str, str | list[str]]) -> None:
    """A link to what a page shows, over the page."""
    link(urlencode(query, doseq=True), "This link opens what you see here.")


def visited() -> str:
    """The address of this page in the visitor's browser, without a query and what follows."""
    page = (st.context.url or "").partition("#")[0].partition("?")[0]  # a teacher's has the key behind the #
    return page if addresses.host_of(page) else f"http://localhost:{st.get_option('server.port')}"


def choose_host(hosts: list[str]) -> str:
    """Which of this computer's addresses the link has."""
    return st.selectbox(
        "This computer’s address",
        hosts,
        help="It is on several networks: choose the one that the other devices are in.",
        key="share_host",
    )


def qr_code(text: str) -> bytes:
    """`text` as a QR code, a PNG finer than it is shown: dark on white with its margin, whatever the theme."""
    import segno  # noqa: PLC0415 (the first page does not need it)

    code = segno.make_qr(text, error="l", boost_error=True)  # corrects more wherever that takes no larger code
    buffer = io.BytesIO()
    code.save(buffer, kind="png", scale=2 * CODE_WIDTH // code.symbol_size()[0])
    return buffer.getvalue()
