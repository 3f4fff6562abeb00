"""The labs of lesson 4.1 show what it says they show."""

from __future__ import annotations

import math

import pytest

from neurolab.labs import networks as labs
from neurolab.labs.networks.feedforward import hidden_border


@pytest.mark.parametrize(
    ("N", "load", "exact"),
    [(100, 1.8, 0.93), (100, 2.0, 0.5), (100, 2.2, 0.09), (10, 1.8, 0.69), (10, 2.2, 0.33)],
)
def test_the_slope_becomes_a_cliff(N: int, load: float, exact: float) -> None:
    values = labs.memory_of_a_neuron(N=N, load=load).values
    assert values["exact"] == pytest.approx(exact, abs=0.005)
    error = math.sqrt(exact * (1 - exact) / values["sets"])
    assert abs(values["share"] - exact) < 3 * error


def test_each_figure_counts_more_sets() -> None:
    counts = [figure.values["sets"] for figure in labs.memory_of_a_neuron.frames(N=2)]
    assert counts == sorted(set(counts)) and counts[-1] == 80


def test_learning_stalls_at_the_cliff() -> None:
    """Most sets that fit are not learnt in 300 passes at P = 2 N; all are, well below."""
    easy, hard = (labs.memory_of_a_neuron(N=100, load=load).values for load in (1.0, 2.0))
    assert easy["late"] == 0 and easy["share"] == 1.0
    assert hard["late"] > 0.5 * hard["share"] * hard["sets"]


def test_the_perceptron_learns_and_but_never_xor() -> None:
    learnt = labs.perceptron(task="AND", corrections=18).values
    assert (learnt["wrong"], learnt["corrections"]) == (0, 18) and learnt["bound"] == pytest.approx(
        51
    )
    wrong = [labs.perceptron(task="XOR", corrections=k).values["wrong"] for k in range(40)]
    assert min(wrong) > 0
    assert math.isinf(labs.perceptron(task="XOR").values["bound"])


def test_corrections_beyond_the_last_change_nothing() -> None:
    done, more = (labs.perceptron(corrections=k).values for k in (16, 100))
    assert done == more and done["wrong"] == 0


def test_targets_can_be_reached() -> None:
    holds, half = labs.memory_of_a_neuron.targets
    for target, params in ((holds, dict(N=100, load=1.8)), (half, dict(N=50, load=2.0))):
        values = labs.memory_of_a_neuron(**params).values
        assert target.reached(labs.memory_of_a_neuron.complete(params), values)
    ways = [dict(corrections=16), dict(task="AND", corrections=18), dict(gap=1.2)]
    for target, params in zip(labs.perceptron.targets, ways, strict=True):
        assert target.reached(labs.perceptron.complete(params), labs.perceptron(**params).values)
        assert not target.reached(labs.perceptron.complete({}), labs.perceptron().values)


def test_the_hidden_border_can_be_found_by_asking() -> None:
    """By halving, along each axis: from no at 0 to yes at 2."""
    for name, border in zip(("input_1", "input_2"), hidden_border(), strict=True):
        low, high = 0.0, 2.0
        for _ in range(12):
            middle = (low + high) / 2
            inputs = dict(input_1=0.0, input_2=0.0) | {name: middle}
            low, high = (
                (low, middle) if labs.hidden_lesson(**inputs).values["yes"] else (middle, high)
            )
        assert 0.5 < border < 1.9 and middle == pytest.approx(border, abs=1e-3)
