"""The process that answers the pens: reads messages from its input, a line each, and writes a line for each."""

import json
import os
import signal
import sys

from mnist_demo.errors import UserError
from mnist_demo.loading import muted_stderr


def main() -> None:
    """Answer until the input ends, as it does when the server has gone; "null" to what no page sends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends the server, and with it this process
    with os.fdopen(os.dup(1), "w", encoding="ascii") as answers:
        os.dup2(2, 1)  # what libraries print is no answer
        with muted_stderr():
            from mnist_demo.ui.answers import reply  # noqa: PLC0415 (its libraries tell about themselves)

            reply.warm_up()
        print("ready", file=answers, flush=True)
        for message in sys.stdin.buffer:
            try:
                answer = reply.reply(message)
            except UserError:
                answer = None
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
