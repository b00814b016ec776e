import numpy as np
import pytest

from mnist_demo.data.datasets import Split
from mnist_demo.errors import UserError
from mnist_demo.inside import learning
from mnist_demo.inside.network.exported import Opened
from mnist_demo.models.inference import softmax


@pytest.mark.parametrize("temperature", [0.5, 1.0, 7.0])
def test_the_steps_of_the_softmax_lead_from_logits_to_loss(cnn: Opened, test_split: Split, temperature: float) -> None:
    logits = cnn.classifier.logits(test_split.pixels(0, 1))[0]
    found = learning.softmax_of(logits, 3, temperature)
    np.testing.assert_allclose(found.probabilities, softmax(logits / temperature), atol=1e-6)
    np.testing.assert_allclose(found.exponentials / found.total, found.probabilities, atol=1e-6)
    assert found.total == pytest.approx(float(found.exponentials.sum()))
    assert found.loss == pytest.approx(-np.log(float(found.probabilities[3])), rel=1e-3)


def test_a_loss_is_exact_where_the_probability_is_rounded_to_nothing() -> None:
    logits = np.zeros(10, np.float32)
    logits[0] = 500
    assert learning.softmax_of(logits, 1).loss == pytest.approx(500)
    assert learning.softmax_of(logits, 1).probabilities[1] == 0


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_temperature_that_cannot_be_is_refused(temperature: float) -> None:
    with pytest.raises(UserError, match="temperature"):
        learning.softmax_of(np.zeros(10, np.float32), 0, temperature)


def test_a_step_changes_all_weights_by_what_it_says_and_lowers_the_loss(opened: Opened, test_split: Split) -> None:
    wrong = (int(test_split.labels[0]) + 1) % 10  # of which there is something to learn
    step = learning.sgd_step(opened.network, test_split.pixels(0, 1), wrong, 0.01)
    assert step.loss_after < step.loss_before
    for name, (kernel, bias) in step.changes.items():
        before, after = opened.network.layer(name), step.network.layer(name)
        np.testing.assert_array_equal(after.kernel, before.kernel + kernel)
        np.testing.assert_array_equal(after.bias, before.bias + bias)
        assert np.abs(kernel).max() > 0
    np.testing.assert_array_equal(step.logits_before, opened.network.logits(test_split.pixels(0, 1))[0])
    np.testing.assert_array_equal(step.logits_after, step.network.logits(test_split.pixels(0, 1))[0])


@pytest.mark.parametrize("rate", [0.0, -0.1, float("nan")])
def test_a_rate_that_cannot_train_is_refused(cnn: Opened, test_split: Split, rate: float) -> None:
    with pytest.raises(UserError, match="learning rate"):
        learning.sgd_step(cnn.network, test_split.pixels(0, 1), 0, rate)
