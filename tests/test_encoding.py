"""Text is UTF-8 whatever the system's own encoding is: Windows' is cp1252 or cp932 still."""

import os
import subprocess
import sys
from pathlib import Path

from mnist_demo.data import datasets
from mnist_demo.runs import run_directory, store
from tests.conftest import tiny_recipe
from tests.server import ROOT

# Python's own encoding is then ASCII, which neither the scripts of our elements nor a message with "é" fit.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
OPEN_ALL_PAGES = """
import locale, sys
from streamlit.testing.v1 import AppTest
from mnist_demo.ui.common import services
assert locale.getpreferredencoding(False) not in ("utf-8", "UTF-8")
services.start = lambda: None
app = AppTest.from_file("app.py", default_timeout=60).run()
for page in ("draw", "train", "data"):
    app.switch_page(f"mnist_demo/ui/pages/{page}.py").run()
    assert not app.exception, app.exception
"""


def test_every_page_opens_under_another_locale() -> None:
    run = store.create(tiny_recipe(), datasets.BUNDLED)
    run_directory.set_status(run, "failed", message="Léa’s data set is gone.")
    run.status_path.write_text(
        run.status_path.read_text(encoding="utf-8").replace("\\u00e9", "é").replace("\\u2019", "’"), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-c", OPEN_ALL_PAGES], cwd=ROOT, env={**os.environ, **ASCII}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")


def test_no_text_file_is_opened_in_the_systems_encoding() -> None:
    code = "import warnings; warnings.filterwarnings('error', category=EncodingWarning, module='mnist_demo'); "
    code += "from tests.test_encoding import use_files; use_files()"
    subprocess.run([sys.executable, "-X", "warn_default_encoding", "-c", code], cwd=ROOT, check=True)


def use_files() -> None:
    """Write and read everything that a run's directory holds as text."""
    from mnist_demo.runs import control  # noqa: PLC0415 (in a process of its own, where a warning is an error)
    from mnist_demo.runs.metrics import Metrics  # noqa: PLC0415

    run = store.create(tiny_recipe(), datasets.BUNDLED)
    run_directory.append_metrics(run, Metrics(1, 1.0))
    control.request_pause(run, 1)
    assert control.read(run).pause_at == 1
    assert run_directory.load(Path(run.directory)).metrics
