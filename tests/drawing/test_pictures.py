"""Large picture files: what decoding them takes, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from mnist_demo.drawing import pictures
from mnist_demo.errors import UserError

ROOT = Path(__file__).parents[2]
MOST_MEGABYTES = 300  # that decoding any picture may add
PEAK = """
import sys
from pathlib import Path
from mnist_demo.drawing import pictures
from mnist_demo.errors import UserError
def peak():
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
before = peak()
try:
    pictures.read_picture(Path(sys.argv[1]))
except UserError:
    pass
print((peak() - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells of a process")
@pytest.mark.parametrize(("mode", "side"), [("RGBA", 4900), ("RGBA", 7700), ("L", 7700), ("I;16", 7000)])
def test_a_picture_takes_little_memory_however_large_it_is(tmp_path: Path, mode: str, side: int) -> None:
    """The first is as large as one with transparency may be, the second is refused."""
    path = tmp_path / "large.png"
    Image.new(mode, (side, side)).save(path, compress_level=1)
    measured = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(measured.stdout) < MOST_MEGABYTES


def test_a_large_scan_is_read_and_a_larger_png_is_told(tmp_path: Path) -> None:
    Image.new("L", (5000, 7000), 255).save(tmp_path / "scan.png", compress_level=1)
    assert max(pictures.read_picture(tmp_path / "scan.png").shape) == pictures.ENOUGH
    Image.new("RGB", (7000, 7000)).save(tmp_path / "photo.png", compress_level=1)
    with pytest.raises(UserError, match="save it as JPEG"):
        pictures.read_picture(tmp_path / "photo.png")
    Image.new("RGB", (7000, 7000)).save(tmp_path / "photo.jpg")
    assert max(pictures.read_picture(tmp_path / "photo.jpg").shape) <= pictures.ENOUGH
