"""What the server says of the teacher in its terminal when it starts."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from mnist_demo.classroom import teacher
from mnist_demo.errors import UserError
from mnist_demo.ui.common import sharing

CLASS_PAGE = "class"  # the address of the page


@asynccontextmanager
async def at_start(_server: object) -> AsyncIterator[None]:
    """What the server does when it starts; it then runs within."""
    announce()
    yield


def announce() -> None:
    """Print the teacher's link; where others may read or store what is printed, only how to see the key."""
    if not sys.stdout.isatty():
        told = "To lead a class, run `python -m mnist_demo teacher`: it shows the teacher's key."
        print(told, flush=True)  # noqa: T201
        return
    try:
        print(f"  To lead a class, open this link, and let no pupil see it: {link()}", flush=True)  # noqa: T201
    except UserError as error:
        print(f"  There can be no class. {error}", file=sys.stderr)  # noqa: T201


def link() -> str:
    """The address of the Class page that makes who opens it the teacher. Raises UserError where there can be no key.

    What stands behind the # stays in the browser: no server or proxy on the way is told.
    """
    return f"{sharing.from_elsewhere(CLASS_PAGE)}#key={quote(teacher.key(), safe='')}"
