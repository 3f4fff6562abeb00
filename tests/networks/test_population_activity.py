"""Population statistics against naive loops, Poisson spikes and signals whose spectrum is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.data.spikes import SpikeTrains
from neurolab.networks import (
    compute_isi_cvs,
    compute_population_rate,
    compute_rate_spectrum,
    compute_spike_synchrony,
    compute_synchrony,
)


def poisson(n: int, rate: float, stop: float, seed: int) -> SpikeTrains:
    rng = np.random.default_rng(seed)
    count = rng.poisson(n * rate * stop / 1e3)
    return SpikeTrains(
        np.sort(rng.uniform(0, stop, count)), rng.integers(0, n, count), stop=stop, n=n
    )


def naive_counts(trains: SpikeTrains, bin: float) -> np.ndarray:
    bins = int(trains.duration / bin + 1e-9)
    counts = np.zeros((bins, trains.n))
    for time, unit in zip(trains.times, trains.ids, strict=True):
        k = int((time - trains.start) / bin + 1e-9)
        if k < bins:
            counts[k, unit] += 1
    return counts


@given(st.integers(1, 5), st.integers(0, 1000), st.sampled_from([1.0, 2.5, 7.0, 100.0]))
def test_rates_and_synchrony_are_those_of_a_matrix_of_counts(n: int, seed: int, bin: float) -> None:
    trains = poisson(n, 50.0, 100.0, seed)
    counts = naive_counts(trains, bin)
    activity = compute_population_rate(trains, bin)
    assert activity.rate == pytest.approx(counts.mean(axis=1) * 1e3 / bin)
    assert activity.t[0] == bin / 2 and len(activity.t) == len(counts)
    whole, sparse = compute_synchrony(counts), compute_spike_synchrony(trains, bin)
    assert sparse == pytest.approx(whole, abs=1e-9, nan_ok=True)


def test_windows_may_start_anywhere() -> None:
    trains = SpikeTrains([102.0, 108.0], start=100.0, stop=112.0)
    assert compute_population_rate(trains, 5.0).rate.tolist() == [200.0, 200.0]
    assert compute_population_rate(trains, 5.0).t.tolist() == [102.5, 107.5]


def test_poisson_units_have_a_flat_spectrum() -> None:
    """2 rate / n at every frequency; 400 segments leave 5 % at each."""
    spectrum = compute_rate_spectrum(poisson(20, 30.0, 100_000.0, 1), 1.0, segment=500.0)
    assert spectrum.power.mean() == pytest.approx(2 * 30.0 / 20, rel=0.02)
    assert spectrum.power[1:-1].max() < 1.35 * spectrum.power.mean()
    assert spectrum.frequency[0] == 2.0 and spectrum.frequency[-1] == 500.0


def test_power_sums_to_the_variance() -> None:
    trains = poisson(10, 40.0, 40_000.0, 2)
    spectrum = compute_rate_spectrum(trains, 2.0, segment=400.0)
    total = spectrum.power.sum() * spectrum.frequency[0]
    # a Hann window lets some of the removed mean's neighbourhood leak
    assert total == pytest.approx(compute_population_rate(trains, 2.0).rate.var(), rel=0.03)


def test_a_rhythm_shows_at_its_frequency_though_units_fire_at_random() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(0, 5000.0, 0.5)
    chance = 20.0 * (1 + 0.8 * np.sin(2 * np.pi * 0.060 * t)) * 0.5e-3
    steps, ids = np.nonzero(rng.random((len(t), 100)) < chance[:, None])
    trains = SpikeTrains(t[steps], ids, stop=5000.0, n=100)
    spectrum = compute_rate_spectrum(trains, 1.0, segment=500.0)
    assert spectrum.peak == pytest.approx(60.0, abs=1.0)
    assert compute_spike_synchrony(trains, 5.0) > 1.3 * compute_spike_synchrony(
        poisson(100, 20.0, 5000.0, 1), 5.0
    )
    assert np.nanmean(compute_isi_cvs(trains)) > 0.8


def test_synchrony_of_independent_units_falls_as_one_over_root_n() -> None:
    V = np.random.default_rng(1).normal(size=(5000, 400))
    assert compute_synchrony(V) == pytest.approx(1 / 20, rel=0.1)
    assert compute_synchrony(V[:, :1] + np.zeros(7)) == pytest.approx(1.0)
    assert np.isnan(compute_synchrony(np.ones((5, 2))))
    assert np.isnan(compute_spike_synchrony(SpikeTrains([], stop=100.0, n=2)))


@given(st.integers(1, 6), st.integers(0, 1000), st.integers(2, 6))
def test_cvs_are_those_of_each_train(n: int, seed: int, at_least: int) -> None:
    trains = poisson(n, 60.0, 100.0, seed)
    naive = []
    for train in trains:
        gaps = np.diff(train)
        naive.append(gaps.std() / gaps.mean() if len(gaps) >= at_least else np.nan)
    assert compute_isi_cvs(trains, at_least=at_least) == pytest.approx(naive, nan_ok=True)


def test_poisson_trains_have_a_cv_of_one() -> None:
    assert compute_isi_cvs(poisson(5, 50.0, 100_000.0, 4)) == pytest.approx(np.ones(5), abs=0.06)


TRAINS = SpikeTrains([1.0, 2.0], stop=10.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_population_rate(TRAINS, 0.0), "bin must be above 0"),
        (lambda: compute_population_rate(TRAINS, 11.0), "bin must fit in the window of 10 ms"),
        (lambda: compute_rate_spectrum(TRAINS, 1.0, segment=2.0), "segment must be 4 bins"),
        (lambda: compute_rate_spectrum(TRAINS, 1.0, segment=11.0), "segment must be 4 bins"),
        (lambda: compute_synchrony([1.0, 2.0]), r"shape \(times, units\)"),
        (lambda: compute_spike_synchrony(TRAINS, 20.0), "bin must fit"),
        (lambda: compute_isi_cvs(TRAINS, at_least=1), "at_least must be a whole number of at least 2"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
