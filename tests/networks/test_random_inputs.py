"""Random inputs of networks: their laws, with rates that are constant, of each unit, or change with time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from neurolab.engine.model import Model
from neurolab.membrane import compute_siegert_rate, lif
from neurolab.networks import (
    Network,
    NoiseInput,
    PoissonInput,
    PoissonSource,
    Population,
)

DT = 0.1
counter = Model(lambda t, y, p, I: (0.0,), dict(x=0.0), {}, threshold=1e9, name="counter")
ANY = Population(counter, 1, "euler")


def fired(rate: Any, size: int, duration: float, seed: int = 1) -> Any:
    network = Network({"any": ANY, "noise": PoissonSource(size, rate)})
    return network.simulate(duration, DT, seed=seed).spikes("noise")


@pytest.mark.jit
@pytest.mark.parametrize("rate", [0.0, 3.0, 40.0, 2000.0, 10_000.0])
def test_a_source_has_its_rate_and_independent_units(rate: float) -> None:
    """Counts of a Bernoulli series of n steps: mean n p, variance n p (1 - p). 10 kHz fires in every step."""
    size, duration = 200, 3000.0
    trains = fired(rate, size, duration)
    n, p = duration / DT, rate * DT * 1e-3
    counts = np.bincount(trains.ids, minlength=size)
    assert counts.mean() == pytest.approx(n * p, abs=4.5 * math.sqrt(n * p * (1 - p) / size) + 0.01)
    if 0 < p < 1:
        assert counts.var() == pytest.approx(n * p * (1 - p), rel=4.5 * math.sqrt(2 / size))
        assert abs(np.corrcoef(counts[:-1], counts[1:])[0, 1]) < 4.5 / math.sqrt(size)
    steps = np.rint(trains.times / DT).astype(int) * size + trains.ids
    assert np.unique(steps).size == trains.count  # once a step at most


@pytest.mark.jit
def test_gaps_are_geometric() -> None:
    trains = fired(50.0, 1, 400_000.0)
    gaps = np.diff(np.rint(trains.times / DT).astype(int))
    p = 0.005
    edges = np.concatenate([np.arange(1, 1200, 100), [10**9]])
    expected = np.diff(1 - (1 - p) ** (edges - 1.0)) * gaps.size
    found = np.histogram(gaps, edges)[0]
    assert stats.chisquare(found, expected).pvalue > 1e-4


@pytest.mark.jit
def test_rates_of_each_unit_and_in_time() -> None:
    rates = np.linspace(0.0, 300.0, 150)
    counts = np.bincount(fired(rates, 150, 4000.0).ids, minlength=150)
    assert counts[0] == 0
    z = (counts[1:] - 4.0 * rates[1:]) / np.sqrt(4.0 * rates[1:])
    assert abs(z.mean()) < 4.5 / math.sqrt(149) and z.std() == pytest.approx(1.0, abs=0.25)
    wave = fired(lambda t: 100.0 * (1 + math.sin(2 * math.pi * t / 50.0)), 100, 2000.0)
    phase = wave.times % 50.0
    found = np.histogram(phase, 10, (0.0, 50.0))[0]
    middle = 2 * math.pi * (np.arange(10) + 0.5) / 10
    shape = 1 + np.sinc(0.1) * np.sin(middle)
    assert stats.chisquare(found, shape / shape.sum() * found.sum()).pvalue > 1e-4


@pytest.mark.jit
def test_an_input_may_change_with_time() -> None:
    """A perfect counter's mean is the integral of n rate weight, its variance that of n rate weight²."""
    network = Network(
        {"counters": Population(counter, 2000, "euler")},
        inputs=[PoissonInput("counters", "x", lambda t: 2.0 * t, 0.5, n=3)],
    )
    x = network.simulate(100.0, DT, seed=2).final["counters"]["x"]
    events = 3 * 2.0 * 100.0**2 / 2 * 1e-3
    assert x.mean() == pytest.approx(0.5 * events, abs=4.5 * 0.5 * math.sqrt(events / 2000))
    assert x.var() == pytest.approx(0.25 * events, rel=4.5 * math.sqrt(2 / 2000))


@pytest.mark.jit
@pytest.mark.parametrize("dt", [0.1, 0.4])
def test_noise_is_white(dt: float) -> None:
    """A sum of it: variance sigma² T whatever dt; normal; units independent."""
    network = Network(
        {"sums": Population(counter, 3000, "euler")}, inputs=[NoiseInput("sums", "x", 2.0)]
    )
    x = network.simulate(40.0, dt, seed=3).final["sums"]["x"]
    assert x.var() == pytest.approx(160.0, rel=4.5 * math.sqrt(2 / 3000))
    assert stats.kstest(x / x.std(), "norm").pvalue > 1e-3
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 4.5 / math.sqrt(3000)


@pytest.mark.jit
def test_noise_drives_the_rate_that_siegert_says() -> None:
    """mu 15, sigma 5 below a threshold of 20: 9.46 Hz (row I5a), threshold lowered for spikes that steps hide."""
    sigma = 5.0 / math.sqrt(20.0)
    cell = dict(
        tau_m=20.0, R=1.0, I=15.0, V_reset=10.0, t_ref=2.0, theta=20.0 - 0.5826 * sigma * math.sqrt(0.05)
    )  # fmt: skip
    network = Network(
        {"cells": Population(lif, 400, "exact", cell)}, inputs=[NoiseInput("cells", "V", sigma)]
    )
    late = network.simulate(2000.0, 0.05, seed=1).spikes("cells").between(200.0, 2000.0)
    expected = compute_siegert_rate(15.0, 5.0, tau_m=20.0, theta=20.0, V_reset=10.0, t_ref=2.0)
    assert late.rate == pytest.approx(expected, rel=0.05)  # 6800 spikes: 1.2 %, and the step


@pytest.mark.jit
def test_streams_differ_by_seed_and_input() -> None:
    a, b = fired(20.0, 50, 500.0, seed=1), fired(20.0, 50, 500.0, seed=2)
    assert a != b and a == fired(20.0, 50, 500.0, seed=1)
    network = Network({"any": ANY, "one": PoissonSource(50, 20.0), "two": PoissonSource(50, 20.0)})
    run = network.simulate(500.0, DT)
    assert run.spikes("one") != run.spikes("two")


@pytest.mark.jit
def test_messages() -> None:
    with pytest.raises(ValueError, match="rate"):
        PoissonSource(3, -1.0)
    with pytest.raises(ValueError, match="one for each of the 3 units"):
        PoissonSource(3, [1.0, 2.0])
    with pytest.raises(ValueError, match="size"):
        PoissonSource(0, 1.0)
    with pytest.raises(ValueError, match="sigma"):
        NoiseInput("any", "x", -1.0)
    with pytest.raises(ValueError, match="at most one spike a unit and step"):
        fired(20_000.0, 1, 1.0)
    with pytest.raises(ValueError, match=r"rate\(t\) must be 0 or more, got -1 at t = 0.05 ms"):
        fired(lambda t: -1.0, 1, 1.0)
    with pytest.raises(ValueError, match=r"rate\(t\) must be finite"):
        fired(lambda t: math.nan, 1, 1.0)
