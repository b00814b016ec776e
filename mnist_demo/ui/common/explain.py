"""The explanations, each a function that a page calls beside what it explains."""

import numpy as np
import streamlit as st

from mnist_demo.data.images import CLASSES, PIXELS, SIDE
from mnist_demo.drawing.rejection import NO_DIGIT
from mnist_demo.models import registry
from mnist_demo.models.inference import softmax

EXAMPLE_LOGITS = np.array([1.2, -3.0, 0.4, 2.1, -1.7, 0.8, -2.2, 6.3, 0.1, 2.9], np.float32)


def models_and_softmax() -> None:
    """A model as a function, scores, softmax."""
    with st.expander("What is a model, and what do the bars mean?", icon=":material/lightbulb:"):
        probabilities = softmax(EXAMPLE_LOGITS)
        digit = int(probabilities.argmax())
        scores = ", ".join(f"{score:g}" for score in EXAMPLE_LOGITS)
        st.markdown(
            f"A **model** is a function $M$. In goes an image $x$: {SIDE} × {SIDE} = {PIXELS} numbers, one a pixel, "
            f"from 0 (paper) to 1 (ink). Out come {CLASSES} scores, one a digit, called **logits**. An example:"
        )
        st.code(f"M(x) = ({scores})", language=None)
        st.markdown(
            f"Counting from 0, the highest score, {EXAMPLE_LOGITS[digit]:g}, stands in place {digit}: the model reads "
            f"a **{digit}**. Scores can be any numbers, so the **softmax** turns them into probabilities, which are "
            "positive and add up to 1:"
        )
        st.latex(r"p_c = \frac{\exp(l_c)}{\sum_{j=0}^{9} \exp(l_j)}")
        st.markdown(
            f"Here $p_{digit}$ = {probabilities[digit]:.3f}, and the runner-up is "
            f"{int(np.argsort(probabilities)[-2])} with {np.sort(probabilities)[-2]:.3f}. These are the bars above. "
            "They say how the model splits its belief between the ten digits. It knows nothing else: show it a letter, "
            "and it still has to choose among ten digits. So a small network of another kind looks at your drawing "
            f"first, and where it finds no digit, the answer is “{NO_DIGIT}”."
        )


def learning(model: str) -> None:
    """Loss, gradient descent, batches, and what this architecture can and cannot do."""
    with st.expander("How does it learn?", icon=":material/lightbulb:"):
        batch = registry.get_model(model).recipes[0].batch_size
        st.markdown(
            "**Loss.** Of an image whose digit is known to be $c$ the model should say $p_c = 1$. How far it is from "
            "that is its **cross-entropy**, 0 when it is right and sure, large when it is sure and wrong:"
        )
        st.latex(r"\mathrm{loss}(x, c) = -\log p_c(x)")
        st.markdown(
            "**Gradient descent.** Each weight is nudged in the direction in which the loss falls. For the affine "
            r"model, with learning rate $\eta$, one **step** is"
        )
        st.latex(r"W \leftarrow W - \eta \, \frac{\partial\, \mathrm{loss}}{\partial W}")
        st.latex(r"b \leftarrow b - \eta \, \frac{\partial\, \mathrm{loss}}{\partial b}")
        st.markdown(
            f"**Batches.** The loss over all training images would give the best direction, but at the cost of all of "
            f"them for a single step. {batch} images, a **batch**, give nearly the same direction for a small part of "
            "the work, so the model takes many more steps in the same time. Each batch is drawn from a freshly "
            "shuffled deck; once through the deck is an **epoch**."
        )
        chosen = registry.get_model(model)
        st.markdown(chosen.explanation.format(parameters=chosen.parameters))
