"""The entries of the glossary, but for those in `learning`. A meaning begins with an example.

Figures are those of the code.
"""

from dataclasses import dataclass

from mnist_demo.data.images import CLASSES, PIXELS, SIDE, one_hot
from mnist_demo.models import registry
from mnist_demo.models.inference import NOT_SURE_BELOW
from mnist_demo.words import percent

_THREE = " ".join(f"{value:.0f}" for value in one_hot(3))


@dataclass(frozen=True)
class Word:
    """One term. `title` is how the Glossary page and the tooltips call it, in the singular where that can be."""

    title: str
    meaning: str  # Markdown
    formula: str = ""  # LaTeX
    forms: tuple[str, ...] = ()  # how else the pages write it

    @property
    def names(self) -> tuple[str, ...]:
        """All that the term is called."""
        return (self.title, *self.forms)


DATA = (
    Word(
        "MNIST",
        "The 7 that somebody once wrote on a form, and 69,999 other images: the digits of some 500 people, "
        "each scaled and centred in the same way.",
    ),
    Word(
        "Pixel",
        f"One of the {SIDE} × {SIDE} = {PIXELS} squares of an image: 0 is paper, 1 is ink, 0.5 the grey edge "
        "of a stroke.",
        forms=("pixels",),
    ),
    Word(
        "Label",
        "7 for an image of a seven: the digit that the writer meant. The models learn from it.",
        forms=("labels",),
    ),
    Word(
        "One-hot",
        f"The label 3 becomes [{_THREE}]: {CLASSES} numbers, all 0 but the one in place 3, counting from 0. "
        "It is what a perfect answer to a 3 would be.",
    ),
    Word(
        "Split",
        "Like a book of exercises with the last chapters kept for the exam: the images are divided into "
        "those for training, for validation and for testing.",
    ),
    Word(
        "Training image",
        "The exercises: the model sees these images with their labels, and learns from them.",
        forms=("training images", "Training", "train", "train images"),
    ),
    Word(
        "Validation image",
        "A trial exam: images that the model does not learn from, on which people choose between recipes.",
        forms=("validation images", "Validation"),
    ),
    Word(
        "Test image",
        "The exam: images that nobody looked at before. Only they show what a model makes of new handwriting.",
        forms=("test images", "Test"),
    ),
    Word(
        "Augmentation",
        "A 7 is turned by a few degrees, slanted, or shifted, anew each time it is shown: from one "
        "image the model learns many hands.",
        forms=("handwriting",),
    ),
)
MODELS = (
    Word(
        "Model",
        f"A machine with {PIXELS} numbers going in, one a pixel, and {CLASSES} scores coming out, one a digit. "
        "What it does in between is set by its parameters.",
        "M(x) = (l_0, \\dots, l_9)",
        forms=("models",),
    ),
    Word(
        "Parameter",
        f"The affine model has {PIXELS} × {CLASSES} + {CLASSES} = {registry.AFFINE.parameters:,} of them: "
        "the numbers that are changed by learning, and all that a model remembers. Those that something is "
        "multiplied by are called weights.",
        forms=("parameters", "weights", "weight"),
    ),
    Word(
        "Network",
        f"`{registry.CNN.network}`: a model made of layers, each of which takes what the one before it gives. Such a "
        "line names them from the image to the scores; the last one, which gives the scores, is not written.",
        forms=("networks", "layer", "layers"),
    ),
    Word(
        "Convolution",
        f"A stencil of {registry.KERNEL_SIDE} × {registry.KERNEL_SIDE} weights, say of a short upright "
        "stroke, slides over the image and notes at each place how well it fits: an edge is an edge wherever it is.",
        forms=("filter", "filters"),
    ),
    Word(
        "Pooling",
        f"Of each {registry.POOL_SIDE} × {registry.POOL_SIDE} neighbours only the greatest is kept: a digit "
        "that is shifted a little gives nearly the same.",
    ),
    Word(
        "Dense layer",
        "Like a jury: each of its outputs is a vote in which everything before it has a weight of its own.",
        forms=("dense layers",),
    ),
    Word(
        "Activation",
        "3.2: what one unit of a layer makes of an image. A hidden layer is one between the image and the scores.",
        forms=("activations", "hidden layer", "hidden units"),
    ),
    Word(
        "Dropout",
        "As if a quarter of a team were absent each day: at each step of the training a share of the numbers is left "
        "out by chance, so that no unit relies on another one, and less is learned by heart.",
    ),
    Word("Bias", "0.7, whatever the image is: the number that a sum begins with."),
)
ANSWERS = (
    Word(
        "Logits",
        f"(1.2, −3.0, 0.4, …): the {CLASSES} scores that come out of a model, one a digit, any numbers at "
        "all. The highest wins.",
        "l_0, \\dots, l_9",
        forms=("logit", "scores"),
    ),
    Word(
        "Softmax",
        "Scores of 2 and 0 become 88 % and 12 %: it turns scores into probabilities, which are positive and "
        "add up to 1. A score that is higher by 1 makes a digit 2.7 times as probable.",
        "p_c = \\frac{\\exp(l_c)}{\\sum_{j=0}^{9} \\exp(l_j)}",
        forms=("probabilities", "probability"),
    ),
    Word(
        "Sure",
        f"“99.2 % sure” is the highest of the {CLASSES} probabilities. Under {percent(NOT_SURE_BELOW, 0)} the "
        "app says “Not sure”.",
        forms=("not sure",),
    ),
    Word(
        "Occlusion map",
        "With the top of a 7 hidden it may pass for a 1: how much less probable the answer is, for every place hidden.",
    ),
    Word(
        "Adversarial example",
        "Some grey is added to a 4, which is a 4 to you and now a 9 to the model: the smallest change that does it.",
        forms=("smallest change",),
    ),
    Word(
        "Robustness",
        "Turned by 30 degrees, a 7 is still a 7: how far images may be changed before a model reads them wrong.",
    ),
    Word(
        "Temperature",
        "Like a voice that is turned down: all scores are divided by one number, so that of the answers "
        "“90 % sure” 9 in 10 are right. The digit stays the same.",
        "p_c = \\frac{\\exp(l_c / T)}{\\sum_{j=0}^{9} \\exp(l_j / T)}",
    ),
    Word(
        "Confusion matrix",
        "In row 4, column 9 stands 5: of the images of a 4, five were read as a 9. What was read right stands on the "
        "diagonal.",
    ),
    Word(
        "Calibration",
        "A weather forecast that says “70 % rain” is calibrated if it then rains on 70 of 100 such days: whether "
        "a model is right as often as it says that it is sure.",
        forms=("calibrated",),
    ),
    Word(
        "Confidence interval",
        "“95 to 99 %”: with other images of the same kind the share would come out a little different; 95 times of "
        "100, such an interval holds the true one. The fewer images, the wider it is.",
        forms=("95 % interval", "interval"),
    ),
    Word(
        "Centre of mass",
        "Where a digit cut from cardboard could be balanced on a pin. MNIST’s digits have theirs in "
        "the middle, so yours is moved there too.",
    ),
    Word(
        "PCA",
        "Like the shadow of a cloud of points, with the lamp where the shadow is widest: of all directions in which "
        "images differ, the two in which they differ most (principal component analysis).",
    ),
    Word(
        "t-SNE",
        "Like pupils in a yard who each look for those most like them: who is alike comes together, one step after the "
        "other. Groups are real, but how far apart they stand says little.",
    ),
)
