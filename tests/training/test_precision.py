import json
from pathlib import Path

import pytest

from mnist_demo.errors import UserError
from mnist_demo.models import registry
from mnist_demo.training import cluster, precision

FAST, NOTEBOOK = registry.get_recipe("cnn", "fast"), registry.get_recipe("cnn", "notebook")


class Probe:
    """Pretends a speed for each precision, and notes what it was asked."""

    def __init__(self, **seconds: float) -> None:
        self.seconds = {"float32": 2.0, **seconds}
        self.asked: list[str] = []

    def __call__(self, precision: str) -> float:
        self.asked.append(precision)
        return self.seconds[precision]


@pytest.mark.parametrize(("bfloat16", "expected"), [(1.0, "bfloat16"), (3.0, "float32")])
def test_the_fastest_is_taken_and_measured_only_once(bfloat16: float, expected: str) -> None:
    probe = Probe(bfloat16=bfloat16)
    assert precision.fastest(FAST, probe) == expected
    assert probe.asked == ["float32", "bfloat16"]
    assert precision.fastest(FAST, probe) == expected
    assert len(probe.asked) == 2


def test_the_notebooks_recipe_keeps_its_arithmetic_however_fast_bfloat16_is() -> None:
    precision.fastest(FAST, Probe(bfloat16=0.1))
    assert precision.fastest(NOTEBOOK, Probe(bfloat16=0.1)) == "float32"


def test_where_there_is_nothing_to_choose_nothing_is_measured() -> None:
    probe = Probe(bfloat16=0.1)
    assert precision.fastest(NOTEBOOK, probe) == "float32"
    assert probe.asked == []


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("conv 16 5, pool 2, conv 32 3", "bfloat16"),  # as the CNN
        ("conv 16 3, pool 2, dense 64", "float32"),  # its convolutions have little to do
        ("dense 1000, dense 1000", "float32"),  # which have none
    ],
)
def test_an_own_network_is_not_measured_but_does_as_the_cnn_where_it_convolves_enough(
    network: str, expected: str
) -> None:
    precision.fastest(FAST, Probe(bfloat16=0.1))
    never = Probe()
    assert precision.fastest(registry.get_recipe("own", "fast", network=network), never) == expected
    assert never.asked == []


def test_a_machine_that_gains_a_gpu_is_measured_again() -> None:
    assert precision.fastest(FAST, Probe(bfloat16=3.0)) == "float32"
    assert precision.fastest(FAST, Probe(bfloat16=1.0), ["a GPU"]) == "bfloat16"
    assert precision.fastest(FAST, Probe(bfloat16=3.0), ["another GPU"]) == "float32"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"another machine": {"cnn: float32": 1}}', '{"MACHINE": 7}'])
def test_what_was_kept_is_measured_again_where_it_is_damaged_or_of_another_machine(home: Path, content: str) -> None:
    precision.fastest(FAST, Probe(bfloat16=1.0))
    (machine,) = json.loads((home / "step_seconds.json").read_text())
    (home / "step_seconds.json").write_text(content.replace("MACHINE", machine))
    probe = Probe(bfloat16=3.0)
    assert precision.fastest(FAST, probe) == "float32"
    assert len(probe.asked) == 2


@pytest.mark.empty_home
def test_a_home_that_cannot_be_written_costs_only_the_memory_of_it(home: Path) -> None:
    home.write_text("a file in the way")
    assert precision.fastest(FAST, Probe(bfloat16=1.0)) == "bfloat16"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", True),
        ('{"task": {"type": "worker", "index": 0}}', True),
        ('{"task": {"type": "worker", "index": 1}}', False),
        ('{"cluster": {"chief": ["a:1"], "worker": ["b:1"]}, "task": {"type": "chief", "index": 0}}', True),
        ('{"cluster": {"chief": ["a:1"], "worker": ["b:1"]}, "task": {"type": "worker", "index": 0}}', False),
    ],
)
def test_the_first_worker_is_told_from_the_others(monkeypatch: pytest.MonkeyPatch, config: str, expected: bool) -> None:
    monkeypatch.setenv("TF_CONFIG", config)
    assert cluster.is_first_worker() == expected


@pytest.mark.parametrize("config", ["nonsense", "[]", '{"task": {"index": "first"}}'])
def test_a_nonsensical_cluster_is_one_sentence(monkeypatch: pytest.MonkeyPatch, config: str) -> None:
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(UserError, match="TF_CONFIG"):
        cluster.is_first_worker()
