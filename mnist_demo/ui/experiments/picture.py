"""A network as a picture: a block for what each of its layers gives, from the image to the ten scores."""

import html
import math
from functools import lru_cache

from mnist_demo.data.images import CLASSES, PIXELS, SIDE
from mnist_demo.models import architecture
from mnist_demo.models.architecture import Architecture, Dropout, Shape, Stage

TALLEST = 5.0  # of a block, in units of the text's size: that of an image
WIDEST = 3.0


def of(network: Architecture) -> str:
    """The network as HTML: pictures are as high as their rows, and the wider the more of them there are."""
    blocks = [_block("image", (SIDE, SIDE, 1), f"{PIXELS} numbers")]
    blocks += [_block(str(stage.layer), stage.shape, _parameters(stage)) for stage in network.stages[:-1]]
    blocks.append(_block(f"{CLASSES} scores", network.stages[-1].shape, _parameters(network.stages[-1])))
    return f'<ol class="layers" aria-label="The network, layer by layer">{"".join(blocks)}</ol>'


@lru_cache(maxsize=256)
def of_text(text: str) -> str:
    """The same of a network's text."""
    return of(architecture.parse(text))


def _block(name: str, shape: Shape, parameters: str) -> str:
    height, width = _size(shape)
    kind = name.partition(" ")[0] if name.partition(" ")[0] in architecture.FORMS else "end"
    written = " × ".join(map(str, shape))
    return (
        f'<li class="{kind}"><i style="height: {height:.2f}em; width: {width:.2f}em"></i><b>{html.escape(name)}</b>'
        f"<span>{written}</span><span>{parameters}</span></li>"
    )


def _parameters(stage: Stage) -> str:
    if stage.parameters:
        return f"{stage.parameters:,} parameters"
    return "only in training" if isinstance(stage.layer, Dropout) else "no parameters"


def _size(shape: Shape) -> tuple[float, float]:
    """The height and the width of a block: by the rows and the channels of pictures, or by how many numbers it is."""
    if len(shape) == 3:
        rows, _, channels = shape
        return max(TALLEST * rows / SIDE, 0.35), 0.35 + WIDEST * math.log2(channels) / 8
    return min(TALLEST, max(1.0, TALLEST * math.log2(max(shape[0], 2)) / 12)), 0.5
