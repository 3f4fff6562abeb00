"""Regimes told from spikes: made-up trains of known irregularity and rhythm, and Brunel's four."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurolab.data.spikes import SpikeTrains
from neurolab.networks import (
    brunel,
    compute_rate_autocorrelation,
    compute_rate_swing,
    find_regime,
)


def trains(times: np.ndarray, ids: np.ndarray, stop: float, n: int) -> SpikeTrains:
    order = np.argsort(times, kind="stable")
    return SpikeTrains(times[order], ids[order], stop=stop, n=n)


def modulated(seed: int, n: int, stop: float, rate: float, depth: float, f: float) -> SpikeTrains:
    """Poisson units that share the rate `rate` (1 + depth sin 2 pi f t), by thinning; Hz and ms."""
    rng = np.random.default_rng(seed)
    count = rng.poisson(n * rate * 1e-3 * stop * (1 + depth))
    times, ids = rng.uniform(0, stop, count), rng.integers(0, n, count)
    kept = rng.uniform(0, 1 + depth, count) < 1 + depth * np.sin(2e-3 * math.pi * f * times)
    return trains(times[kept], ids[kept], stop, n)


def clocks(n: int, period: float, stop: float, jitter: float, together: bool) -> SpikeTrains:
    rng = np.random.default_rng(1)
    offsets = np.full(n, 0.3 * period) if together else np.arange(n) * period / n
    beats = np.arange(0.0, stop - 2 * period, period)
    times = offsets[:, None] + beats + rng.normal(0, jitter, (n, beats.size))
    ids = np.repeat(np.arange(n), beats.size)
    inside = (times.ravel() > 0) & (times.ravel() < stop)
    return trains(times.ravel()[inside], ids[inside], stop, n)


def test_autocorrelation_by_plain_sums() -> None:
    spikes = modulated(3, 400, 300.0, 60.0, 0.9, 50.0)
    found = compute_rate_autocorrelation(spikes, 1.0, longest=40.0)
    rate = spikes.bin(1.0).sum(axis=0) * 1e3 / 400
    away = rate - rate.mean()
    shared = float(np.mean(away**2)) - 1e3 * spikes.rate / 400
    for lag in (1, 7, 20, 40):
        plain = sum(away[k] * away[k + lag] for k in range(300 - lag)) / (300 - lag)
        assert found.lag[lag - 1] == lag
        assert found.correlation[lag - 1] == pytest.approx(np.clip(plain / shared, -1, 1), abs=1e-9)


def test_a_shared_rhythm_has_its_depth_and_its_period() -> None:
    """A sine of depth d has an SD of d / sqrt 2 of its mean; a finite count leaves 3 %."""
    spikes = modulated(1, 2000, 2000.0, 40.0, 0.8, 40.0)
    assert compute_rate_swing(spikes, 1.0) == pytest.approx(0.8 / math.sqrt(2), rel=0.03)
    found = compute_rate_autocorrelation(spikes, 0.5)
    assert found.period == pytest.approx(25.0, abs=1.0) and found.echo > 0.9


def test_independent_units_have_neither() -> None:
    spikes = modulated(2, 500, 2000.0, 20.0, 0.0, 1.0)
    assert compute_rate_swing(spikes) < 0.05
    found = compute_rate_autocorrelation(spikes)
    assert found.echo == 0.0 and math.isnan(found.period)


@pytest.mark.parametrize(
    ("spikes", "name"),
    [
        (modulated(2, 500, 2000.0, 20.0, 0.0, 1.0), "AI"),
        (modulated(2, 500, 2000.0, 20.0, 0.9, 150.0), "SI fast"),
        (clocks(300, 20.0, 2000.0, 1.0, together=True), "SR"),
        (clocks(300, 20.0, 2000.0, 1.0, together=False), "AR"),
        (SpikeTrains([], stop=1000.0, n=5), "silent"),
    ],
)
def test_made_up_regimes(spikes: SpikeTrains, name: str) -> None:
    assert find_regime(spikes).name == name


def test_slow_waves_are_synchronous_without_a_beat() -> None:
    """Random bursts of 30 ms: the rate swings by more than its mean, and no lag is better than another."""
    rng = np.random.default_rng(5)
    starts = np.sort(rng.uniform(0, 3900, 30))
    times = (starts[:, None] + rng.uniform(0, 30, (30, 600))).ravel()
    spikes = trains(times, rng.integers(0, 1000, times.size), 4000.0, 1000)
    assert find_regime(spikes).name == "SI slow"


@pytest.mark.jit
@pytest.mark.slow
@pytest.mark.parametrize(
    ("g", "eta", "name"),
    [(3.0, 2.0, "SR"), (5.0, 2.0, "AI"), (7.0, 6.0, "SI fast"), (4.5, 0.9, "SI slow")],
)
def test_brunels_four(g: float, eta: float, name: str) -> None:
    """Figure 8's regimes in a network of 5000 with the same C_E J; the fast rhythm deeper in its region."""
    run = brunel(5000, g=g, eta=eta, J=0.25, seed=1).simulate(600.0, 0.1, seed=2)
    assert find_regime(run.spikes("E").between(100.0, 600.0)).name == name


def test_messages() -> None:
    spikes = modulated(2, 50, 100.0, 20.0, 0.0, 1.0)
    with pytest.raises(
        ValueError, match=r"longest must be two bins to half of the window, 1 to 50"
    ):
        compute_rate_autocorrelation(spikes)
    with pytest.raises(ValueError, match="bin must"):
        compute_rate_swing(spikes, 0.0)
    assert math.isnan(compute_rate_swing(SpikeTrains([], stop=100.0), 5.0))
