"""Spike trains of experiments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.plasticity import (
    PAIRING_DATA,
    TripletRule,
    generate_pairing,
    generate_spike_motifs,
    simulate_stdp,
)


@given(st.integers(1, 50), st.floats(0.1, 100), st.floats(-200, 200))
def test_pairs_have_their_rate_and_lag(n: int, rate: float, lag: float) -> None:
    protocol = generate_pairing(n, rate, lag)
    pre, post = protocol.pre.times, protocol.post.times
    assert pre.size == post.size == n
    assert np.allclose(post - pre, lag)
    assert np.allclose(np.diff(pre), 1e3 / rate)
    assert (protocol.pre.start, protocol.pre.stop) == (protocol.post.start, protocol.post.stop)


def test_series_with_pauses() -> None:
    """Five pairs at 20 Hz every 10 s, three times (Sjöström, Turrigiano & Nelson 2001)."""
    protocol = generate_pairing(5, 20.0, -10.0, repeats=3, pause=9750.0)
    assert protocol.pre.count == 15
    assert protocol.pre.times[[0, 5, 10]].tolist() == [10.0, 10010.0, 20010.0]
    assert protocol.post.times[0] == 0.0


def test_motifs_may_overlap_and_have_one_side_only() -> None:
    protocol = generate_spike_motifs([0.0, 30.0], [], n=3, rate=50.0)
    assert protocol.pre.times.tolist() == [0.0, 20.0, 30.0, 40.0, 50.0, 70.0]
    assert protocol.post.count == 0 and protocol.post.stop == protocol.pre.stop


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(n=0), "n must be a whole number of at least 1"),
        (dict(rate=0.0), "rate must be above 0"),
        (dict(lag=float("nan")), "lag must be finite"),
        (dict(repeats=0), "repeats must be a whole number of at least 1"),
        (dict(pause=-1.0), "pause must be 0 or more"),
    ],
)
def test_messages(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generate_pairing(**(dict(n=1, rate=1.0, lag=1.0) | values))


def test_a_motif_has_spikes() -> None:
    with pytest.raises(ValueError, match="pre and post must hold at least one spike"):
        generate_spike_motifs([], [], 1, 1.0)


def test_the_triplet_rule_goes_through_what_was_measured() -> None:
    """Its minimal set was fitted to these data (Pfister & Gerstner 2006): all but one within two standard errors."""
    inside = []
    for lag, data in PAIRING_DATA.items():
        assert data.rate.shape == data.change.shape == data.error.shape == (5,)
        for rate, change, error in zip(data.rate, data.change, data.error, strict=True):
            pairs = generate_pairing(60, float(rate), lag)
            found = simulate_stdp(TripletRule(), pairs.pre, pairs.post).change
            inside.append(abs(found - change) < 2 * error)
    assert sum(inside) >= 9
