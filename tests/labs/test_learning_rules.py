"""The labs of lesson 3.1 show what it says they show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurolab.labs import plasticity as labs
from neurolab.labs.plasticity.learning_rules import hidden_angle


def test_hebb_explodes_a_little_forgetting_does_not_help_and_oja_settles() -> None:
    """The first eigenvalue is 3.618: forgetting below it explodes, above it everything fades."""
    lengths = [labs.hebb_and_oja(alpha=alpha).values["length"] for alpha in (0.0, 2.0, 5.0)]
    assert lengths[0] > 1e12 and lengths[1] > 1e4 and lengths[2] < 1e-4
    settled = labs.hebb_and_oja(rule="Oja").values
    assert settled["length"] == pytest.approx(1.0, abs=0.01) and settled["angle"] < 3.0
    assert labs.hebb_and_oja().values["angle"] < 3.0


@pytest.mark.parametrize("m", [0.0, 1.0, 3.0])
def test_a_mean_leads_oja_astray_and_the_covariance_rule_not(m: float) -> None:
    """Where Oja's rule goes is the first eigenvector of <x xᵀ>: 0, 31.7 and 74.9 degrees away.

    The stories' 39 and 78 degrees came from single runs with a larger step of learning.
    """
    C = np.array([[3.0, 1.0], [1.0, 2.0]])
    first, led = (
        np.linalg.eigh(matrix)[1][:, -1] for matrix in (C, C + m**2 * np.array([[1, -1], [-1, 1]]))
    )
    expected = math.degrees(math.acos(min(1.0, abs(first @ led))))
    assert expected == pytest.approx({0.0: 0.0, 1.0: 31.717, 3.0: 74.93}[m], abs=0.01)
    run = labs.hebb_and_oja(rule="Oja", m=m).values
    assert run["angle"] == pytest.approx(expected, abs=8.0)  # two standard deviations of one run
    assert labs.hebb_and_oja(rule="covariance", m=m).values["angle"] < 3.0


def test_bcm_finds_nothing_in_a_cloud_without_skew() -> None:
    assert labs.hebb_and_oja(rule="BCM").values["length"] < 0.3


def test_bcm_tells_apart_what_oja_answers_alike() -> None:
    """0.92 and 0.92 against 2 and 0 (stories, 3.1)."""
    found = labs.two_patterns().values
    assert found["oja_A"] == pytest.approx(1.3 / math.sqrt(2), abs=0.02)
    assert found["oja_B"] == pytest.approx(1.3 / math.sqrt(2), abs=0.02)
    assert found["bcm_A"] == pytest.approx(2.0, abs=0.1)
    assert found["bcm_B"] == pytest.approx(0.0, abs=0.1)
    other = labs.two_patterns(w_1=0.4, w_2=0.6).values
    assert other["bcm_B"] == pytest.approx(2.0, abs=0.1) and other["settled"]


def test_the_picture_names_points_that_attract_and_points_that_do_not() -> None:
    words = labs.two_patterns().alt
    assert "dots (stable): (2.2, -0.659), (-0.659, 2.2)" in words
    assert "dots (unstable): open (0.769, 0.769), open (0, 0)" in words


def test_a_threshold_that_lags_too_far_never_rests() -> None:
    settled = [labs.two_patterns(tau=tau).values["settled"] for tau in (1.0, 100.0, 300.0, 500.0)]
    assert settled == [1, 1, 0, 0]


def test_the_hidden_direction_is_where_the_answers_spread_most() -> None:
    """And three measurements give it away: the spread squared goes with cos(2 (angle - hidden))."""
    a, b, c = (
        labs.hidden_direction(angle=angle).values["spread"] ** 2 for angle in (0.0, 45.0, 90.0)
    )
    found = math.degrees(math.atan2(b - (a + c) / 2, (a - c) / 2)) / 2
    assert found == pytest.approx(hidden_angle(), abs=1e-6)
    best = labs.hidden_direction(angle=found).values["spread"]
    assert best == pytest.approx(math.sqrt(3.0))


def test_a_neuron_without_weights_learns_nothing() -> None:
    """A click at the origin."""
    figure = labs.hebb_and_oja(w_1=0.0, w_2=0.0)
    assert figure.values["length"] == 0.0 and "nothing to learn" in figure.summary
    assert figure.png() and labs.two_patterns(w_1=0.0, w_2=0.0).png()
