"""Conductances under spike trains: the sum over spikes, steady states, Campbell's theorem."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurolab.data.spikes import SpikeTrains
from neurolab.synapses import (
    NMDA,
    Alpha,
    Biexponential,
    Exponential,
    Synapse,
    compute_conductance,
    compute_periodic_transmitter,
    compute_poisson_conductance,
    compute_transmitter,
)
from tests.reference import synapses as naive

KINDS = [Exponential(5.0), Alpha(2.0), Biexponential(0.5, 5.0), Biexponential(3.0, 3.0000001), NMDA]
instants = st.floats(-20, 200)


@settings(deadline=None)
@given(
    st.lists(instants, max_size=12),
    st.lists(instants, min_size=1, max_size=12),
    st.sampled_from(KINDS),
)
def test_it_is_the_sum_over_spikes_in_any_order(
    spikes: list[float], t: list[float], kind: Synapse
) -> None:
    weights = np.linspace(-1.0, 2.0, len(spikes))
    found = compute_conductance(kind, t, spikes, weights)
    exact = naive.summed(t, spikes, weights.tolist(), kind.conductance)
    assert found == pytest.approx(exact, rel=1e-12, abs=1e-12)


def test_units_have_synapses_of_their_own() -> None:
    rng = np.random.default_rng(1)
    trains = SpikeTrains(np.sort(rng.uniform(0, 100, 60)), rng.integers(0, 3, 60), stop=100.0, n=4)
    weights = rng.uniform(0, 1, 60)
    t = np.linspace(0, 100, 41)
    found = compute_conductance(KINDS[2], t, trains, weights)
    assert found.shape == (4, 41) and np.all(found[3] == 0)
    for unit in range(3):
        own = compute_conductance(KINDS[2], t, trains.train(unit), weights[trains.ids == unit])
        assert found[unit] == pytest.approx(own, rel=1e-13)
    one = SpikeTrains([1.0], stop=2.0)
    assert compute_transmitter([1.0, 2.0], one, tau=1.0).tolist() == pytest.approx(
        [1.0, np.exp(-1)]
    )


def test_a_long_train_loses_nothing() -> None:
    """From spike to spike no error grows: after 20,000 intervals g is the steady state to rounding."""
    spikes = np.arange(20_001) * 20.0
    steady = compute_periodic_transmitter(50.0, tau=5.0, alpha=0.7)
    last = compute_transmitter([spikes[-1] - 1e-9, spikes[-1]], spikes, tau=5.0, alpha=0.7)
    assert last == pytest.approx([steady.before, steady.after], rel=1e-9)


@given(st.floats(0.1, 1000), st.floats(0.1, 500), st.floats(-3, 3))
def test_periodic_steady_state(rate: float, tau: float, alpha: float) -> None:
    steady = compute_periodic_transmitter(rate, tau=tau, alpha=alpha)
    fall = np.exp(-1e3 / (rate * tau))
    assert steady.after * fall == pytest.approx(steady.before, rel=1e-6, abs=1e-14)
    area = tau * (steady.after - steady.before)  # of one interval
    assert area * rate / 1e3 == pytest.approx(steady.mean, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS[:3], ids=repr)
def test_campbell(kind: Synapse) -> None:
    """Mean and variance of 1000 Poisson trains: standard errors 0.4 and 5 percent at most."""
    rng, rate = np.random.default_rng(3), 200.0
    counts = rng.poisson(rate * 0.06, 4000)
    ids = np.repeat(np.arange(4000), counts)
    times = rng.uniform(0, 60, ids.size)
    order = np.argsort(times)
    trains = SpikeTrains(times[order], ids[order], stop=60.0, n=4000)
    found = compute_conductance(kind, [60.0], trains, 0.5)[:, 0]
    exact = compute_poisson_conductance(kind, rate, 0.5)
    assert found.mean() == pytest.approx(exact.mean, rel=0.04)
    assert found.var() == pytest.approx(exact.variance, rel=0.12)
    assert exact.cv == pytest.approx(np.sqrt(exact.variance) / exact.mean)
    assert compute_poisson_conductance(kind, 0.0).cv == np.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_transmitter([0.0], [np.nan]), "spikes must be finite"),
        (lambda: compute_transmitter([np.inf], [1.0]), "t must be finite"),
        (lambda: compute_transmitter([[0.0]], [1.0]), "t must be 1-D, got shape"),
        (lambda: compute_transmitter([0.0], [[1.0]]), "spikes must be a list of times or SpikeTrains"),
        (lambda: compute_transmitter([0.0], [1.0], tau=0.0), "tau must be above 0"),
        (lambda: compute_transmitter([0.0], [1.0], alpha=np.inf), "alpha must be finite"),
        (lambda: compute_conductance(NMDA, [0.0], [1.0, 2.0], [1.0]), "one for each of the 2 spikes, got shape"),
        (lambda: compute_periodic_transmitter(0.0), "rate must be above 0"),
        (lambda: compute_poisson_conductance(NMDA, -1.0), "rate must be 0 or more"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_nothing_is_open_before_the_first_spike() -> None:
    """However short tau is, and whatever the sign of the time."""
    assert compute_transmitter([-1.0, 2.0], [], tau=1e-9).tolist() == [0.0, 0.0]
    assert compute_transmitter([-7.0, -5.0], [-5.0], tau=1e-3).tolist() == [0.0, 1.0]
