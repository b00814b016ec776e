"""The app as a real server process, for tests and benchmarks."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`streamlit run` in a process of its own, with `home` as its home folder; a context manager."""

    def __init__(self, port: int, home: Path, script: Path = ROOT / "app.py", **environment: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.home = home
        self._log = home / "server.log"
        options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
        self._command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
        self._environment = {
            **os.environ,
            "MNIST_DEMO_HOME": str(home),
            "MNIST_DEMO_DOWNLOAD": "off",
            "MNIST_DEMO_DATA": "",
            **environment,
        }

    def __enter__(self) -> "Server":
        self.start()
        return self

    def start(self) -> None:
        """Start it, once more where it was killed, and wait until it answers."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )
        self._wait()

    def kill(self) -> None:
        """End it at once, as a computer that is switched off."""
        self.process.kill()
        self.process.wait()

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def log(self) -> str:
        """All that the server has printed."""
        return self._log.read_text(errors="replace")

    @property
    def errors(self) -> list[str]:
        """The tracebacks that it has printed, without Streamlit's own about browsers that leave in mid-answer."""
        return [text for text in self.log.split("Traceback ")[1:] if "in _websocket_endpoint" not in text]

    def _wait(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise TimeoutError(f"the server does not answer:\n{self.log}")
