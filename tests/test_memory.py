"""What was freed goes back to the system."""

import subprocess
import sys

import pytest

from mnist_demo import memory
from tests.command_line import ROOT

MEGABYTES = 100
# In a process of its own, which has freed nothing before; in blocks small enough for a pool.
WORK = f"""
import threading
import psutil
from mnist_demo import memory

def work():
    blocks = [b"1" * 100_000 + bytes([number % 256]) for number in range({MEGABYTES * 10})]
    full = psutil.Process().memory_info().rss
    blocks.clear()
    memory.give_back()
    print((full - psutil.Process().memory_info().rss) / 1e6)

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


@pytest.mark.skipif(memory._glibc() is None, reason="only glibc keeps what was freed")
def test_what_a_thread_has_freed_is_given_back() -> None:
    found = subprocess.run([sys.executable, "-c", WORK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(found.stdout) > 0.9 * MEGABYTES


# Blocks in turn with small ones that stay, as models and what is known of them.
HOLES = f"""
import psutil
from mnist_demo import memory

memory.take_large_blocks_apart()
bytes(30_000_000)  # after which glibc would take blocks of this size from its pools
stay, blocks = [], []
for number in range({MEGABYTES}):
    blocks.append(b"1" * 1_000_000 + bytes([number]))
    stay.append(bytes(1000 + number))
full = psutil.Process().memory_info().rss
blocks.clear()
print((full - psutil.Process().memory_info().rss) / 1e6)
"""


@pytest.mark.skipif(memory._glibc() is None, reason="only glibc keeps what was freed")
def test_large_blocks_go_back_as_soon_as_they_are_freed() -> None:
    found = subprocess.run([sys.executable, "-c", HOLES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(found.stdout) > 0.9 * MEGABYTES
