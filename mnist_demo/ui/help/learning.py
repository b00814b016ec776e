"""The entries of the glossary on how models learn. A meaning begins with an example. Figures are those of the code."""

import math

from mnist_demo.data.images import CLASSES
from mnist_demo.models import registry
from mnist_demo.ui.help.entries import Word
from mnist_demo.words import percent

_NOTEBOOK = registry.AFFINE.recipes[0]
_FAST = registry.CNN.recipes[1]

LEARNING = (
    Word(
        "Step",
        f"{_NOTEBOOK.batch_size} images are shown, and every weight is nudged once: that is one step, also "
        f"called an iteration. The notebook’s recipe takes {_NOTEBOOK.steps:,}.",
        forms=("steps", "iteration", "iterations"),
    ),
    Word(
        "Batch",
        f"{_NOTEBOOK.batch_size} images, drawn like cards from a shuffled deck: those of one step. They give "
        "nearly the same direction as all images would, for a small part of the work.",
        forms=("batches", "batch size"),
    ),
    Word(
        "Epoch",
        "With 1,000 images and batches of 100, 10 steps: every training image has been seen once.",
        forms=("epochs",),
    ),
    Word(
        "Loss",
        f"Right and 99 % sure costs {-math.log(0.99):.2f}, undecided among {CLASSES} digits {math.log(CLASSES):.1f}, "
        f"sure of another digit {-math.log(0.01):.1f} or more: how far an answer is from the truth, here the "
        "cross-entropy. Learning makes it small.",
        "\\mathrm{loss} = -\\log p_{\\mathrm{label}}",
        forms=("losses", "cross-entropy", "cross-entropies"),
    ),
    Word(
        "Accuracy",
        "9,920 of 10,000 test images read right are an accuracy of 99.2 %. Of images that were used in "
        "training it says little.",
        forms=("accuracies", "right on test images"),
    ),
    Word(
        "Error rate",
        "At 99.2 % accuracy it is 0.8 %: the share that is read wrong. On a log scale, half as many "
        "mistakes look equally far apart anywhere.",
        "1 - \\mathrm{accuracy}",
        forms=("log scale",),
    ),
    Word(
        "Gradient descent",
        "Down a hill in the fog: feel which way the ground falls, take a small step, and again. "
        "The ground is the loss, and the way is given by its slope in each weight.",
        "W \\leftarrow W - \\eta \\, \\frac{\\partial\\, \\mathrm{loss}}{\\partial W}",
    ),
    Word(
        "Learning rate",
        f"{_NOTEBOOK.learning_rate:g}: how large the steps down the hill are, in formulas $\\eta$. Too small, and it "
        "takes for ever; too large, and each step leaps over the valley.",
        forms=("schedule",),
    ),
    Word(
        "Optimizer",
        "On that hill one may go straight down (plain gradient descent), roll on like a ball (gradient descent with "
        "momentum), or take equally large steps where it is steep and where it is flat (RMSProp); Adam does both.",
        forms=("RMSProp", "Adam", "sgd", "momentum"),
    ),
    Word(
        "Recipe",
        "As in cooking: the same model learns in several ways. `notebook` is as the original notebook "
        "trained it, `fast` is good in seconds, `best` takes longer and reads most; `teach` goes on from a model that "
        "is trained already, with the drawings of all classes.",
        forms=("recipes",),
    ),
    Word(
        "Seed",
        f"{_NOTEBOOK.seed}: the number that all dice of a run begin with, for the first weights and for the "
        "order of the images. The same seed gives the same run, another one a slightly different run.",
    ),
    Word(
        "Drawings share",
        "0.5: half of the images that the model is taught with are drawings of people here, each shown many times, and "
        "half are MNIST’s, so that it does not forget those. 0: no drawings at all.",
    ),
    Word(
        "Label noise",
        "A 7 that the book of exercises calls a 2: the share of the training images that get a wrong label, to see "
        "what a model makes of it. A large one can learn even that by heart.",
        forms=("wrong labels",),
    ),
    Word(
        "Overfitting",
        "Like a pupil who knows the exercises by heart and fails in the exam: a model reads the images that it learned "
        "from much better than new ones. More images help against it, dropout, L2 regularisation, and a smaller model.",
        forms=("by heart",),
    ),
    Word(
        "L2 regularisation",
        "Like a tax on large weights: beside the loss, the sum of all squared weights shall be small. What pays for "
        "itself on many images stays; what only serves to know a few of them by heart does not.",
        "\\mathrm{loss} + \\lambda \\sum w^2",
        forms=("L2",),
    ),
    Word(
        "Label smoothing",
        f"Instead of 1 for the right digit and 0 for the others, `fast` aims at "
        f"{percent(1 - _FAST.label_smoothing, 0)} and a little for each: a model that need not be certain learns more "
        "calmly.",
    ),
    Word(
        "Precision",
        "3.1416 or 3.14: with how many digits the computer calculates. Numbers of 16 bits are rougher "
        "than those of 32, and on many computers quicker; the accuracy stays.",
        forms=("16 bits", "float32", "bfloat16", "calculated in"),
    ),
    Word(
        "Evaluation",
        "A trial every few hundred steps: the model reads all test images, and a point of the strong line appears.",
        forms=("evaluate every", "evaluated"),
    ),
    Word(
        "Smoothing",
        "Like a temperature of the week instead of the hour: each point becomes an average that leans on "
        "the points before it, and the faint line trembles less.",
    ),
    Word(
        "Run",
        "One training of a model by one recipe, from Start to its end. It can be paused and continued.",
        forms=("runs",),
    ),
    Word(
        "Model file",
        "The CNN of a run in 2 MB: `.tflite` is what this app and phones calculate with, `.keras` opens in Python.",
        forms=(".keras", ".tflite"),
    ),
    Word(
        "Checkpoint",
        "As in a game: what the run has learned is saved now and then, and after a crash it goes on from there.",
    ),
    Word(
        "Diverged",
        "2.3, 40, 9,000, …: the loss grew instead of falling, until it was no number any more. The learning rate was "
        "too large.",
    ),
)
