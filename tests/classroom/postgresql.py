"""A PostgreSQL of the tests' own, in a temporary folder, that is reached by a socket in it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

OWNER = "postgres"  # Debian's user for it; a server refuses to be run by root
# Nothing of it outlives the tests, so that nothing need be waited for.
SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=16MB")


def find_programs() -> Path | None:
    """The folder of `initdb` and `postgres`; None where PostgreSQL is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


class Server:
    """PostgreSQL with one empty database, `url`, until the block ends."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # a socket's path must be short
        self.url = f"postgresql://{OWNER}@/postgres?host={self.folder}"

    def __enter__(self) -> "Server":
        if self._identity:
            shutil.chown(self.folder, OWNER, OWNER)
        options = ("--username", OWNER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
        command = [str(self.programs / "initdb"), "--pgdata", str(self.folder / "data"), *options]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self._identity)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = [part for setting in SETTINGS for part in ("-c", setting)]
        folders = ("-D", str(self.folder / "data"), "-k", str(self.folder))
        command = [str(self.programs / "postgres"), *folders, *settings]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=self.folder, **self._identity)
        for _ in range(600):
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise TimeoutError("PostgreSQL does not answer")

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=30)

    @property
    def _identity(self) -> dict[str, Any]:
        """Who runs it."""
        return {"user": OWNER, "group": OWNER, "extra_groups": []} if os.geteuid() == 0 else {}
