"""The explanations, each a function that a page calls beside what it explains."""

import math

import numpy as np
import streamlit as st

from mnist_demo.data.images import CLASSES, PIXELS, SIDE
from mnist_demo.drawing.rejection import NO_DIGIT
from mnist_demo.models.inference import softmax
from mnist_demo.models.registry import Model
from mnist_demo.ui.help import glossary
from mnist_demo.words import percent

EXAMPLE_LOGITS = np.array([1.2, -3.0, 0.4, 2.1, -1.7, 0.8, -2.2, 6.3, 0.1, 2.9], np.float32)
SURE, WRONG = 0.9, 0.01  # probabilities of the right digit, as examples of a small loss and a large one


def models_and_softmax() -> None:
    """What a model is, scores, softmax: an example, then the formula."""
    with st.expander("What is a model, and what do the bars mean?", icon=":material/lightbulb:"):
        probabilities = softmax(EXAMPLE_LOGITS)
        digit = int(probabilities.argmax())
        second = int(np.argsort(probabilities)[-2])
        scores = ", ".join(f"{score:g}" for score in EXAMPLE_LOGITS)
        st.markdown(
            f"Somebody has drawn a {digit}. The model looks at it and answers with {CLASSES} scores, one a digit:"
        )
        st.markdown(f"`M(x) = ({scores})`")  # st.code would load its highlighter of syntax, onto the first page
        st.markdown(
            f"Counting from 0, the highest score, {EXAMPLE_LOGITS[digit]:g}, stands in place {digit}: the model reads "
            f"a **{digit}**. So a **model** is a function $M$. In goes an image $x$: {SIDE} × {SIDE} = {PIXELS} "
            f"numbers, one a pixel, from 0 (paper) to 1 (ink). Out come the scores, called **logits**.",
            help=glossary.meanings("Model", "Pixel", "Logits"),
        )
        st.markdown(
            f"Scores can be any numbers. The bars show them as probabilities, which are positive and add up to 1: here "
            f"the {digit} gets {percent(probabilities[digit])}, and the {second}, whose score is the second highest, "
            f"{percent(probabilities[second])}. The **softmax** makes them of the scores $l_0$ to $l_9$:",
            help=glossary.meanings("Softmax"),
        )
        st.latex(r"p_c = \frac{\exp(l_c)}{\sum_{j=0}^{9} \exp(l_j)}")
        st.markdown(
            "They say how the model splits its belief between the ten digits. It knows nothing else: show it a letter, "
            "and it still has to choose among ten digits. So a small network of another kind looks at your drawing "
            f"first, and where it finds no digit, the answer is “{NO_DIGIT}”."
        )


def learning(model: Model) -> None:
    """Loss, gradient descent, batches, and what this architecture can and cannot do."""
    with st.expander("How does it learn?", icon=":material/lightbulb:"):
        batch = model.recipes[0].batch_size
        st.markdown(
            f"**Loss.** Of an image of a 7 the model says “7” with a probability of {percent(SURE, 0)}: a loss of "
            f"{-math.log(SURE):.2f}. Had it given the 7 only {percent(WRONG, 0)}, the loss would be "
            f"{-math.log(WRONG):.1f}. It is 0 for an answer that is right and sure, and large for one that is wrong "
            "and sure. For an image $x$ whose digit is $c$ it is the **cross-entropy**:",
            help=glossary.meanings("Loss"),
        )
        st.latex(r"\mathrm{loss}(x, c) = -\log p_c(x)")
        st.markdown(
            "**Gradient descent.** Think of a hill in the fog: you feel which way the ground falls, take a small step, "
            "and feel again. So each weight is nudged in the direction in which the loss falls. For the affine model, "
            r"with learning rate $\eta$, one **step** is",
            help=glossary.meanings("Gradient descent", "Learning rate", "Step"),
        )
        st.latex(r"W \leftarrow W - \eta \, \frac{\partial\, \mathrm{loss}}{\partial W}")
        st.latex(r"b \leftarrow b - \eta \, \frac{\partial\, \mathrm{loss}}{\partial b}")
        st.markdown(
            f"**Batches.** {batch} images are drawn from a shuffled deck, a **batch**, and give one step. All training "
            f"images would give a slightly better direction, at the cost of all of them for a single step; with a "
            "batch the model takes many more steps in the same time. Once through the deck is an **epoch**, and then "
            "it is shuffled anew.",
            help=glossary.meanings("Batch", "Epoch"),
        )
        st.markdown(glossary.explanation(model), help=glossary.meanings("Parameter", "Convolution", "Pooling"))
