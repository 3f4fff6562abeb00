"""Spike trains by chance: rates, variability and dead times in closed form, twins spike by spike, every message."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from neurolab.data.spike_generators import (
    generate_gamma,
    generate_inhomogeneous_poisson,
    generate_poisson,
    generate_renewal,
)
from neurolab.data.spikes import SpikeTrains
from tests.reference import spike_generators as naive

RARE = 1e-4  # what a fair law gives in one test of 10 000; the seeds are fixed


def wave(t: Any) -> Any:
    return 30.0 * (1.0 + np.sin(2 * np.pi * t / 200.0))


def wald(rng: Any, shape: Any) -> Any:
    return rng.wald(50.0, 200.0, shape)


GENERATED: dict[str, Callable[..., SpikeTrains]] = {
    "Poisson": lambda **o: generate_poisson(40.0, 500.0, n=20, **o),
    "rates": lambda **o: generate_poisson([0.0, 5.0, 200.0], 500.0, **o),
    "dead time": lambda **o: generate_poisson(40.0, 500.0, n=20, dead_time=5.0, **o),
    "wave": lambda **o: generate_inhomogeneous_poisson(wave, 500.0, max_rate=60.0, n=20, **o),
    "bins": lambda **o: generate_inhomogeneous_poisson([0.0, 50.0, 10.0], 500.0, n=20, **o),
    "rows": lambda **o: generate_inhomogeneous_poisson([[0.0, 50.0], [90.0, 9.0]], 500.0, **o),
    "gamma": lambda **o: generate_gamma(40.0, 500.0, shape=3.0, n=20, **o),
    "renewal": lambda **o: generate_renewal(wald, 500.0, n=20, settle=100.0, **o),
}
generated = pytest.mark.parametrize("generate", GENERATED.values(), ids=GENERATED)


@generated
def test_same_seed_same_spikes_in_the_window(generate: Any) -> None:
    trains = generate(seed=1, start=-100.0)
    assert trains == generate(seed=np.random.default_rng(1), start=-100.0)
    assert trains != generate(seed=2, start=-100.0) and trains.count > 10
    assert (trains.start, trains.stop) == (-100.0, 400.0)
    assert trains.times.min() >= -100.0 and trains.times.max() <= 400.0


def test_counts_are_poisson() -> None:
    """Counts of 2000 units in 4 windows: the Poisson law, Fano factor 1 to 4 standard errors."""
    trains = generate_poisson(25.0, 400.0, n=2000, seed=1)
    counts = trains.bin(100.0).ravel()
    k = np.arange(15)
    expected = np.append(stats.poisson.pmf(k, 2.5), stats.poisson.sf(14, 2.5)) * counts.size
    found = np.bincount(np.minimum(counts, 15), minlength=16)
    many = expected >= 5
    square = ((found - expected)[many] ** 2 / expected[many]).sum()
    assert stats.chi2.sf(square, many.sum()) > RARE
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=4 * math.sqrt(2 / counts.size))
    neighbours = np.corrcoef(trains.bin(100.0)[:, :-1].ravel(), trains.bin(100.0)[:, 1:].ravel())
    assert abs(neighbours[0, 1]) < 4 / math.sqrt(6000)


def test_units_have_their_own_rates() -> None:
    rates = np.array([0.0, 10.0, 20.0, 80.0, 0.0])
    for dead_time in (0.0, 4.0):
        trains = generate_poisson(rates, 50_000.0, seed=2, dead_time=dead_time)
        assert trains.n == 5
        assert trains.rates == pytest.approx(rates, abs=4 * math.sqrt(80 / 50))
        assert trains.rates[0] == trains.rates[4] == 0.0
    assert generate_poisson(0.0, 10.0, n=3, seed=1).count == 0
    assert generate_gamma(0.0, 10.0, shape=2.0, n=3, seed=1).count == 0


@pytest.mark.parametrize("shape", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("dead_time", [0.0, 8.0])
def test_intervals_are_gamma_plus_the_dead_time(shape: float, dead_time: float) -> None:
    """CV = (1 - r d) / sqrt(k); gamma k = 4 has CV .5 (row C1a). Four standard errors."""
    trains = generate_gamma(25.0, 400_000.0, shape=shape, dead_time=dead_time, seed=3)
    gaps = trains.isi()
    assert trains.rate == pytest.approx(25.0, rel=4 / math.sqrt(shape * gaps.size))
    assert gaps.min() >= dead_time * (1 - 1e-9)
    free = 40.0 - dead_time
    law = stats.gamma(shape, loc=dead_time, scale=free / shape)
    assert stats.kstest(gaps, law.cdf).pvalue > RARE
    cv = (1 - 0.025 * dead_time) / math.sqrt(shape)
    # relative error of a standard deviation: sqrt((kurtosis - 1) / 4 n), with kurtosis 3 + 6 / shape; of a mean less
    error = math.sqrt((2 + 6 / shape) / (4 * gaps.size)) + 1 / math.sqrt(shape * gaps.size)
    assert trains.cv() == pytest.approx(cv, rel=4 * error)
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 4.5 / math.sqrt(gaps.size)


def test_fano_factors() -> None:
    """Long windows: Poisson 1; gamma k = 4 CV^2 = .25 (row C1a) plus (1 - CV^4) / 6 over the mean count (Cox 1962)."""
    gamma = generate_gamma(20.0, 5000.0, shape=4.0, n=3000, seed=4).bin(5000.0).ravel()
    expected = 0.25 + (1 - 0.25**2) / 6 / 100
    assert gamma.var() / gamma.mean() == pytest.approx(expected, rel=4 * math.sqrt(2 / 3000))
    poisson = generate_poisson(20.0, 5000.0, n=3000, seed=4).bin(5000.0).ravel()
    assert poisson.var() / poisson.mean() == pytest.approx(1.0, rel=4 * math.sqrt(2 / 3000))


@pytest.mark.parametrize(("shape", "dead_time"), [(9.0, 0.0), (0.4, 0.0), (1.0, 30.0), (3.0, 20.0)])
def test_trains_begin_in_equilibrium(shape: float, dead_time: float) -> None:
    """Spikes are equally likely in each 5 ms from the start, in a window of less than two intervals."""
    trains = generate_gamma(25.0, 60.0, shape=shape, dead_time=dead_time, n=20_000, seed=5)
    found = trains.bin(5.0)
    mean = found.mean(axis=0)
    error = found.std(axis=0) / math.sqrt(20_000)
    assert np.all(np.abs(mean - 0.125) < 4 * error)


def test_a_gamma_train_is_its_naive_twin() -> None:
    rng, twin = np.random.default_rng(1), []
    for _ in range(200):
        twin.append(naive.gamma(30.0, 2.5, 6.0, 300.0, rng))
    trains = list(generate_gamma(30.0, 300.0, shape=2.5, dead_time=6.0, n=2000, seed=6))
    for pick in (0, -1):  # first and last spikes; counts
        ours = [float(train[pick]) for train in trains if train.size]
        assert stats.ks_2samp(ours, [train[pick] for train in twin if train]).pvalue > RARE
    counts = np.array([train.size for train in trains]), np.array([len(train) for train in twin])
    error = math.sqrt(counts[0].var() / 2000 + counts[1].var() / 200)
    assert counts[0].mean() == pytest.approx(counts[1].mean(), abs=4 * error)


def test_a_changing_rate_three_ways() -> None:
    """A function, an array and the naive twin; counts per bin are Poisson with the rate's mean."""
    steps = np.array([5.0, 60.0, 0.0, 25.0])

    def stairs(t: Any) -> Any:
        return steps[np.minimum((t / 50.0).astype(int), 3)]

    expected = steps * 0.05
    thinned = generate_inhomogeneous_poisson(stairs, 200.0, max_rate=80.0, n=4000, seed=1)
    binned = generate_inhomogeneous_poisson(steps, 200.0, n=4000, seed=1)
    rows = generate_inhomogeneous_poisson(np.tile(steps, (4000, 1)), 200.0, seed=1)
    rng = np.random.default_rng(2)
    lists = [naive.thin(steps.tolist(), 50.0, 80.0, rng) for _ in range(1000)]
    for trains in (thinned, binned, rows, SpikeTrains.from_lists(lists, stop=200.0)):
        counts = trains.bin(50.0)
        error = np.sqrt(expected / trains.n)
        assert np.all(np.abs(counts.mean(axis=0) - expected) <= 4 * error)
        assert counts[:, 1].var() == pytest.approx(expected[1], rel=5 * math.sqrt(2.4 / trains.n))
        within = trains.times[(trains.times >= 50.0) & (trains.times < 100.0)]
        assert stats.kstest(within, stats.uniform(50.0, 50.0).cdf).pvalue > RARE


def test_a_rescaled_train_is_a_poisson_train_of_rate_one() -> None:
    """Intervals of the integrated rate are exponential (time rescaling; Brown et al. 2002)."""

    def integral(t: Any) -> Any:
        return 30.0 * (t + 200.0 / (2 * np.pi) * (1 - np.cos(2 * np.pi * t / 200.0))) * 1e-3

    trains = generate_inhomogeneous_poisson(wave, 500_000.0, max_rate=75.0, seed=7)
    assert stats.kstest(np.diff(integral(trains.times)), "expon").pvalue > RARE


def test_rows_and_shared_rates_have_their_units() -> None:
    rows = generate_inhomogeneous_poisson([[0.0, 50.0], [90.0, 0.0]], 1000.0, seed=1)
    assert rows.n == 2 and rows.train(0).min() >= 500.0 and rows.train(1).max() <= 500.0
    one_row = generate_inhomogeneous_poisson([[50.0, 50.0]], 1000.0, seed=1)
    assert one_row.n == 1
    shared = generate_inhomogeneous_poisson([50.0], 100_000.0, n=4, seed=1)
    assert shared.rates == pytest.approx(50.0, abs=4 * math.sqrt(50 / 100))
    constant = generate_inhomogeneous_poisson(lambda t: 20.0, 50_000.0, max_rate=20.0, seed=1)
    assert constant.rate == pytest.approx(20.0, abs=4 * math.sqrt(20 / 50))
    silent = generate_inhomogeneous_poisson(lambda t: 0.0 * t, 10.0, max_rate=1e-9, seed=1)
    assert silent.count == 0


def test_renewal_trains_have_the_intervals_given() -> None:
    trains = generate_renewal(wald, 400_000.0, n=5, settle=500.0, seed=1)
    law = stats.invgauss(50.0 / 200.0, scale=200.0)
    assert stats.kstest(trains.isi(), law.cdf).pvalue > RARE
    assert trains.cv() == pytest.approx(0.5, rel=0.03)  # four errors of 40 000 skewed intervals
    assert trains.rate == pytest.approx(20.0, rel=4 * 0.5 / math.sqrt(40_000))


def test_without_settling_the_window_opens_with_a_spike() -> None:
    trains = generate_renewal(lambda rng, shape: np.full(shape, 7.0), 30.0, n=2, seed=1)
    assert trains.train(1).tolist() == [7.0, 14.0, 21.0, 28.0]
    late = generate_renewal(lambda rng, shape: np.full(shape, 7.0), 30.0, settle=4.0, seed=1)
    assert late.times.tolist() == [3.0, 10.0, 17.0, 24.0]


@given(
    st.floats(0.1, 300),
    st.floats(1, 200),
    st.floats(0.1, 20),
    st.integers(1, 20),
    st.integers(0, 99),
)
def test_no_interval_is_shorter_than_the_dead_time(
    rate: float, duration: float, shape: float, n: int, seed: int
) -> None:
    dead_time = 0.5e3 / rate
    trains = generate_gamma(rate, duration, shape=shape, dead_time=dead_time, n=n, seed=seed)
    gaps = trains.isi()
    assert trains.n == n and (gaps.size == 0 or gaps.min() >= dead_time * (1 - 1e-9))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: generate_poisson(-1.0, 10.0, seed=1), "rate must be 0 Hz or more, got -1"),
        (lambda: generate_poisson(math.nan, 10.0, seed=1), "rate must be finite"),
        (lambda: generate_poisson([1.0, 2.0], 10.0, n=3, seed=1), r"have shape \(3,\), one for"),
        (lambda: generate_poisson([], 10.0, seed=1), "one for each unit, got"),
        (lambda: generate_poisson(1.0, 0.0, seed=1), "duration must be above 0"),
        (lambda: generate_poisson(1.0, 1.0, n=0, seed=1), "n must be a whole number"),
        (lambda: generate_poisson(1.0, 1.0, start=math.inf, seed=1), "start must be finite"),
        (lambda: generate_poisson(1.0, 1.0, dead_time=-1.0, seed=1), "dead_time must be 0 or more"),
        (
            lambda: generate_poisson(200.0, 1.0, dead_time=5.0, seed=1),
            "rate must be below 1000 / dead_time = 200 Hz, got 200",
        ),
        (lambda: generate_gamma(1.0, 1.0, shape=0.0, seed=1), "shape must be above 0"),
        (
            lambda: generate_inhomogeneous_poisson(wave, 100.0, seed=1),
            "max_rate must be given with a function",
        ),
        (
            lambda: generate_inhomogeneous_poisson(wave, 1e4, max_rate=30.0, seed=1),
            "rate must be 0 to max_rate = 30 Hz, got .* at t = .* ms; raise max_rate",
        ),
        (
            lambda: generate_inhomogeneous_poisson(lambda t: t - 1e3, 10.0, max_rate=1e3, seed=1),
            "rate must be 0 to max_rate",
        ),
        (
            lambda: generate_inhomogeneous_poisson(lambda t: [1.0, 2.0], 1e3, max_rate=90, seed=1),
            r"one value for each of \d+ times, got shape \(2,\)",
        ),
        (
            lambda: generate_inhomogeneous_poisson([1.0], 10.0, max_rate=5.0, seed=1),
            "max_rate must be left out with an array",
        ),
        (lambda: generate_inhomogeneous_poisson(5.0, 10.0, seed=1), "generate_poisson takes one"),
        (lambda: generate_inhomogeneous_poisson([-5.0], 10.0, seed=1), "0 Hz or more, got -5"),
        (
            lambda: generate_inhomogeneous_poisson([[1.0], [2.0]], 10.0, n=3, seed=1),
            "n must be the number of rows of rate, 2, got 3",
        ),
        (lambda: generate_renewal(5.0, 10.0, seed=1), "intervals must be a function"),
        (lambda: generate_renewal(lambda r, s: np.zeros(s), 10.0, seed=1), "above 0 ms, got 0"),
        (lambda: generate_renewal(lambda r, s: 1.0, 10.0, seed=1), r"shape asked for, \(1, 1\)"),
        (lambda: generate_renewal(wald, 10.0, settle=-1.0, seed=1), "settle must be 0 or more"),
    ],
)
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
