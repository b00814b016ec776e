"""How long until a visitor can draw: the app against a Streamlit app of one line, in turn, in the same browser.

    python -m tests.benchmarks.startup

Both are started as a process with an empty home; the clock stops when the browser shows the canvas and the answer
cards (or, for the one line, its heading). What follows the page, such as TensorFlow in the trainer, runs meanwhile.
"""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import browser, find_browser
from tests.server import ROOT, Server, free_port

ROUNDS = 5

# Whether the page shows all the elements that the selectors name, in shadow roots too. Asked at each frame of the
# browser: Playwright's own waiting looks twice a second, which is too coarse here.
IS_SHOWN = """selectors => {
  const roots = [document, ...[...document.querySelectorAll("*")].map((element) => element.shadowRoot).filter(Boolean)];
  return selectors.every((selector) => roots.some((root) => root.querySelector(selector)?.checkVisibility()));
}"""


def seconds_until_usable(started: Browser, script: Path, *, is_app: bool) -> float:
    """From the start of the server's process to a page that can be used."""
    with tempfile.TemporaryDirectory() as home:
        context = started.new_context()
        page = context.new_page()
        begin = time.perf_counter()
        with Server(free_port(), Path(home), script) as server:
            page.goto(server.url)
            page.wait_for_function(
                IS_SHOWN, arg=["canvas.upper-canvas", "section"] if is_app else ["h1"], polling="raf"
            )
            took = time.perf_counter() - begin
        context.close()
        return took


def main() -> None:
    """Alternate, so that whatever else the machine does falls on both."""
    chromium = find_browser()
    if chromium is None:
        raise SystemExit("a browser is needed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, browser(chromium) as started:
        one_line = Path(folder) / "hello.py"
        one_line.write_text('import streamlit as st; st.title("hello")\n')
        hello, app = [], []
        for _ in range(ROUNDS):
            hello.append(seconds_until_usable(started, one_line, is_app=False))
            app.append(seconds_until_usable(started, ROOT / "app.py", is_app=True))
    for name, values in (("one line", hello), ("mnist-demo", app)):
        print(f"{name:12} median {statistics.median(values):.2f} s  all {' '.join(f'{value:.2f}' for value in values)}")
    print(f"ratio of the medians: {statistics.median(app) / statistics.median(hello):.2f}")


if __name__ == "__main__":
    main()
