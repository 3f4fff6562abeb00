"""The labs of lesson 3.2 show what it says they show."""

from __future__ import annotations

import math

import pytest

from neurolab.labs import plasticity as labs
from neurolab.labs.plasticity.spike_timing import hidden_rule


def test_ten_milliseconds_decide() -> None:
    before, after = (labs.pair_of_spikes(lag=lag).values["change"] for lag in (10.0, -10.0))
    assert before == pytest.approx(math.exp(-0.5))
    assert after == pytest.approx(-1.05 * math.exp(-0.5))
    assert labs.pair_of_spikes(lag=0.0).values["change"] == 0.0


def test_soft_bounds_stop_before_the_bound_and_hard_ones_do_not() -> None:
    hard, soft = (labs.pair_of_spikes(lag=5.0, w=0.7, mu=mu).values["after"] for mu in (0.0, 1.0))
    assert hard == 1.0 and soft == pytest.approx(0.81, abs=0.005)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(0.1, 0.0), (10.0, 0.1186), (20.0, 0.2278), (40.0, 0.5321), (50.0, 0.7627)],
)
def test_the_triplets_of_the_oracle(rate: float, expected: float) -> None:
    """Row P7a."""
    assert labs.pairing_protocol(rate=rate).values["triplet"] == pytest.approx(expected, abs=1e-4)


def test_the_pair_rule_says_the_opposite() -> None:
    slow, fast = (labs.pairing_protocol(rate=rate).values for rate in (0.1, 50.0))
    assert slow["triplet"] < 0.01 < 0.3 < slow["pair"]
    assert fast["pair"] < -0.3 < 0.7 < fast["triplet"]
    best = labs.pairing_protocol(A_plus=0.0084, A_minus=0.0).values
    assert best["pair_misfit"] > 0.18 > 0.1 > best["triplet_misfit"]


def test_at_50_hz_ten_ms_before_is_ten_ms_after() -> None:
    before, after = (
        labs.pairing_protocol(rate=50.0, lag=lag).values["triplet"] for lag in (10.0, -10.0)
    )
    assert before == pytest.approx(after, rel=0.03)  # but for the ends of the train


def test_triplets_have_a_threshold_and_it_slides() -> None:
    """Row P8: 19.2 Hz; it goes with the square of the mean rate."""
    labs_at = labs.triplets_and_bcm
    assert labs_at().values["threshold"] == pytest.approx(19.2203, abs=1e-4)
    assert labs_at(mean_rate=5.0).values["threshold"] == pytest.approx(19.2203 / 4, abs=1e-4)
    assert labs_at(mean_rate=5.0, slides=False).values["threshold"] == pytest.approx(
        19.2203, abs=1e-4
    )
    assert labs_at(post_rate=10.0).values["drift"] < 0 < labs_at(post_rate=30.0).values["drift"]


def test_what_is_simulated_lies_on_the_formula() -> None:
    for mean_rate in (5.0, 10.0, 15.0):
        found = labs.triplets_and_bcm(mean_rate=mean_rate).values
        for rate in (4.0, 20.0, 44.0):
            drift = labs.triplets_and_bcm(mean_rate=mean_rate, post_rate=rate).values["drift"]
            # one neuron for a minute: its count alone has an error of 1 / sqrt(60 rate)
            assert found[f"simulated_{rate:.0f}"] == pytest.approx(drift, abs=0.02, rel=0.15)


def test_the_weight_in_the_rule_decides_whether_there_are_winners() -> None:
    additive, multiplicative = (labs.competition(mu=mu).values for mu in (0.0, 1.0))
    assert additive["lost"] + additive["won"] > 30
    assert multiplicative["lost"] + multiplicative["won"] == 0


def test_inputs_that_fire_together_win() -> None:
    values = labs.competition(correlation=0.2).values
    assert values["first"] > 0.95 and values["second"] < 0.4


def test_the_riddle_can_be_solved() -> None:
    truth = hidden_rule()
    values = labs.hidden_window(
        A_plus=round(truth.A_plus), tau_plus=round(truth.tau_plus, 1),
        A_minus=round(truth.A_minus), tau_minus=round(truth.tau_minus, 1),
    ).values  # fmt: skip
    assert values["misfit"] < 5.0
