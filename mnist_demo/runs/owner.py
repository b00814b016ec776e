"""Which process a run belongs to, and whether that process still lives, also where machines share a home."""

import os
import platform
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

CLOCK_TOLERANCE = 120.0  # seconds by which a corrected clock may move the time at which a process was started
# Seconds after which a run of another machine that shows no sign of life is taken for interrupted. One that trains
# writes metrics all the time; one that is paused or waits has nothing to write.
SILENT_AFTER = {"running": 600.0, "paused": 86_400.0, "queued": 86_400.0}


@dataclass(frozen=True)
class Owner:
    """A process, by its number, when it was created, and where that number is valid.

    `host` is the machine's name, `boot` tells one start of it from the next, and `pid_namespace` one container from
    another; the last two are "" where the system does not tell them. A record without a host is of this machine.
    """

    pid: int | None = None
    pid_created: float | None = None  # seconds since the epoch; tells a process from a later one with its number
    host: str = ""
    boot: str = ""
    pid_namespace: str = ""


def this_process() -> Owner:
    """The process that asks, as the owner of a run."""
    return Owner(os.getpid(), psutil.Process().create_time(), *_place())


def is_elsewhere(owner: Owner) -> bool:
    """Whether it ran on another machine, in another container, or before this machine was started again."""
    return bool(owner.host) and (owner.host, owner.boot, owner.pid_namespace) != _place()


def process_of(owner: Owner) -> psutil.Process | None:
    """The living process of this machine; None where it is gone, also where another one has its number now."""
    if owner.pid is None or owner.pid_created is None or is_elsewhere(owner):
        return None
    try:
        process = psutil.Process(owner.pid)
        is_zombie = process.status() == psutil.STATUS_ZOMBIE
        is_same = not is_zombie and abs(process.create_time() - owner.pid_created) < CLOCK_TOLERANCE
    except (psutil.Error, ValueError, OverflowError):
        return None
    return process if is_same else None


def is_alive(owner: Owner, state: str, last_sign: float) -> bool:
    """Whether the owner of a run in an active state still lives; `last_sign` is when the run last wrote something.

    Of another machine only the files tell. A run that wrote its last before this machine was started, under this
    machine's name, ended with it.
    """
    if not is_elsewhere(owner):
        return process_of(owner) is not None
    host, boot, _ = _place()
    if owner.host == host and owner.boot != boot and last_sign < psutil.boot_time():
        return False
    return time.time() - last_sign < SILENT_AFTER[state]


@cache
def _place() -> tuple[str, str, str]:
    """The host, the boot and the process namespace of this process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return platform.node(), boot, str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not Linux: a process is known by its number and the time it was created
        return platform.node(), "", ""
