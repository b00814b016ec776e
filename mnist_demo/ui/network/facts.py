"""What is said of a network's layers, in HTML and in words."""

from mnist_demo.data.images import CLASSES, SIDE
from mnist_demo.models.architecture import Architecture, Shape, Stage
from mnist_demo.words import percent


def output(shape: Shape) -> tuple[str, str]:
    """What comes out of a layer: "16 pictures" and "28 × 28 pixels", or "64 numbers" and nothing more."""
    if len(shape) == 1:
        return f"{shape[0]:,} number{'s' if shape[0] > 1 else ''}", ""
    rows, columns, channels = shape
    return f"{channels:,} picture{'s' if channels > 1 else ''}", f"{rows} × {columns} pixels"


def of_layer(network: Architecture, stage: Stage) -> str:
    """What comes out of a layer, its parameters, and its share of the work as a bar; as high for every layer."""
    many, size = output(stage.shape)
    share = stage.multiplications / network.multiplications
    return (
        f'<div class="facts"><b>{many}</b><b>{size}</b><span>{stage.parameters:,} parameters</span>'
        f'<i><i style="width: {100 * share:.1f}%"></i></i><span>{percent(share, 0)} of the work</span></div>'
    )


def image() -> str:
    """The block that the row begins with."""
    said = f"<b>1 picture</b><b>{SIDE} × {SIDE} pixels</b><span></span><span></span>"
    return f'<div class="end"><b>Image</b><div class="facts">{said}</div></div>'


def scores(network: Architecture) -> str:
    """The block that the row ends with: the last weighted sums, which every network has."""
    return f'<div class="end"><b>{CLASSES} scores</b>{of_layer(network, network.stages[-1])}</div>'


def sentence(network: Architecture) -> str:
    """All layers together."""
    layers = len(network.layers)
    count = f"{layers} layer{'' if layers == 1 else 's'} of your own" if layers else "No layer of your own"
    return (
        f"{count}, then the ten scores: **{network.parameters:,}** parameters, and "
        f"**{network.multiplications:,}** multiplications for each image."
    )
