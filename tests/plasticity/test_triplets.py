"""The triplet rule against the sum over triplets, its drift and its threshold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.data.spikes import SpikeTrains
from neurolab.plasticity import (
    TRIPLET_SETS,
    PairRule,
    TripletRule,
    compute_stdp_drift,
    compute_triplet_drift,
    compute_triplet_threshold,
    generate_pairing,
    generate_spike_motifs,
    simulate_stdp,
)
from tests.reference import plasticity as naive

spike_times = st.lists(st.integers(0, 400), max_size=12, unique=True).map(
    lambda ks: sorted(k / 10 for k in ks)
)
SETS = pytest.mark.parametrize("name", TRIPLET_SETS)


def terms(rule: TripletRule) -> dict[str, Any]:
    names = (
        "A2_plus",
        "A3_plus",
        "A2_minus",
        "A3_minus",
        "tau_plus",
        "tau_minus",
        "tau_x",
        "tau_y",
        "pairing",
    )
    return {name: getattr(rule, name) for name in names}


@SETS
@given(pre=spike_times, post=spike_times)
def test_traces_are_the_sum_over_triplets(name: str, pre: list[float], post: list[float]) -> None:
    rule = TRIPLET_SETS[name]
    found = simulate_stdp(rule, *(SpikeTrains(np.array(x), stop=50.0) for x in (pre, post))).change
    assert found == pytest.approx(naive.compute_triplet_change(pre, post, **terms(rule)), abs=1e-12)


@pytest.mark.parametrize("pairing", ["all", "nearest"])
def test_without_triplet_terms_it_is_the_pair_rule(pairing: str) -> None:
    rng = np.random.default_rng(1)
    trains = [SpikeTrains(np.sort(rng.uniform(0, 2000, 80)), stop=2000.0) for _ in range(2)]
    triplet = TripletRule(0.01, 0.0, 0.012, 0.0, pairing=pairing)
    pair = PairRule(0.01, 0.012, triplet.tau_plus, triplet.tau_minus, pairing=pairing)
    changes = [float(simulate_stdp(rule, *trains).change) for rule in (triplet, pair)]
    assert changes[0] == pytest.approx(changes[1], abs=1e-13)
    rates = (13.0, np.array([5.0, 40.0]))
    assert compute_triplet_drift(triplet, *rates) == pytest.approx(compute_stdp_drift(pair, *rates))


def test_one_triplet_is_its_closed_form() -> None:
    """post-pre-post at 0, 10, 15 ms: the second postsynaptic spike sees the first (Pfister & Gerstner 2006, eq. 4)."""
    rule = TRIPLET_SETS["visual cortex, all, full"]
    motif = generate_spike_motifs([10.0], [0.0, 15.0], 1, 1.0)
    up = math.exp(-5 / 16.8) * (5e-10 + 6.2e-3 * math.exp(-15 / 125))
    assert simulate_stdp(rule, motif.pre, motif.post).change == pytest.approx(
        up - 7e-3 * math.exp(-10 / 33.7), rel=1e-12
    )


@pytest.mark.parametrize("name", [name for name in TRIPLET_SETS if "visual" in name])
def test_the_fits_to_visual_cortex_have_its_frequency_dependence(name: str) -> None:
    """The data at 0.1, 10, 20, 40, 50 Hz: +10 ms -.04 .14 .29 .53 .56, -10 ms -.29 -.41 -.34 .56 .75."""
    data = {10.0: (-0.04, 0.14, 0.29, 0.53, 0.56), -10.0: (-0.29, -0.41, -0.34, 0.56, 0.75)}
    for lag, measured in data.items():
        for rate, value in zip((0.1, 10.0, 20.0, 40.0, 50.0), measured, strict=True):
            pairs = generate_pairing(60, rate, lag)
            found = float(simulate_stdp(TRIPLET_SETS[name], pairs.pre, pairs.post).change)
            assert found == pytest.approx(value, abs=0.42 if (lag, rate) == (-10.0, 40.0) else 0.22)


@SETS
@pytest.mark.jit
def test_the_drift_is_that_of_poisson_trains(name: str) -> None:
    """1e4 s at 15 and 25 Hz; the standard error is about 1 % of either side."""
    rule, rng, duration = TRIPLET_SETS[name], np.random.default_rng(5), 1e7
    trains = [
        SpikeTrains(
            np.sort(rng.uniform(0, duration, rng.poisson(r * duration / 1e3))), stop=duration
        )
        for r in (15.0, 25.0)
    ]
    up = compute_triplet_drift(
        TripletRule(**(terms(rule) | dict(A2_minus=0.0, A3_minus=0.0))), 15.0, 25.0
    )
    drift = compute_triplet_drift(rule, 15.0, 25.0)
    found = simulate_stdp(rule, *trains).change / 1e4
    assert found == pytest.approx(drift, abs=0.03 * (2 * up - drift))


@SETS
@given(pre_rate=st.floats(0.5, 60))
def test_the_drift_turns_at_the_threshold(name: str, pre_rate: float) -> None:
    rule = TRIPLET_SETS[name]
    threshold = compute_triplet_threshold(rule, pre_rate)
    assert threshold >= 0
    if threshold > 0:
        slack = 1e-6 * threshold
        assert compute_triplet_drift(rule, pre_rate, threshold - slack) < 0
    assert compute_triplet_drift(rule, pre_rate, threshold * 1.000001 + 1e-6) > 0


def test_the_threshold_slides_with_the_mean_rate() -> None:
    rule = TRIPLET_SETS["visual cortex, all, minimal"]
    start = compute_triplet_threshold(rule)
    for mean in (5.0, 10.0, 20.0):
        slid = compute_triplet_threshold(rule.slid(mean, 10.0, power=1.5))
        assert slid == pytest.approx(start * (mean / 10.0) ** 1.5)


def test_a_rule_without_depression_has_no_threshold_above_zero() -> None:
    for pairing in ("all", "nearest"):
        rule = TripletRule(0.01, 0.01, 0.0, 0.0, pairing=pairing)
        assert compute_triplet_threshold(rule) == 0.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(tau_y=0.0), "tau_y must be above 0"),
        (dict(A3_plus=math.inf), "A3_plus must be finite"),
        (dict(pairing="reduced"), "pairing must be one of all, nearest, got 'reduced'"),
        (dict(w_min=2.0, w_max=1.0), "w_min must be below w_max"),
    ],
)
def test_messages(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TripletRule(**values)


def test_messages_of_drift_and_threshold() -> None:
    with pytest.raises(ValueError, match="post_rate must be 0 or more"):
        compute_triplet_drift(TripletRule(), 1.0, -1.0)
    with pytest.raises(ValueError, match="A3_plus must be above 0 and the other terms 0 or more"):
        compute_triplet_threshold(TripletRule(A3_plus=0.0))
    with pytest.raises(ValueError, match="mean_rate must be 0 or more"):
        TripletRule().slid(-1.0, 10.0)
    with pytest.raises(ValueError, match="target_rate must be above 0"):
        TripletRule().slid(1.0, 0.0)
    with pytest.raises(ValueError, match="power must be above 0"):
        TripletRule().slid(1.0, 1.0, power=0.0)


def test_a_slide_beyond_all_numbers_is_told() -> None:
    with pytest.raises(ValueError, match=r"\(mean_rate / target_rate\)\^power must be a number"):
        TripletRule().slid(1e9, 1.0, 1e9)
