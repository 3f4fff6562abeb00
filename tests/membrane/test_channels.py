"""Two-state channels: the simulation has the stationary and the transient statistics of the closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.membrane import (
    compute_channel_autocovariance,
    compute_channel_statistics,
    hodgkin_huxley_rates,
    simulate_channels,
)
from tests.reference import channels as naive

rates = st.floats(0.01, 10)


@given(st.integers(1, 1000), rates, rates)
def test_statistics_are_those_of_a_binomial(count: int, alpha: float, beta: float) -> None:
    s = compute_channel_statistics(count, alpha, beta)
    assert s.mean == pytest.approx(count * alpha / (alpha + beta))
    assert s.variance == pytest.approx(s.mean * (1 - s.probability))
    assert s.dwell_open / (s.dwell_open + s.dwell_closed) == pytest.approx(s.probability)
    assert compute_channel_autocovariance(0.0, count, alpha, beta) == pytest.approx(s.variance)
    assert compute_channel_autocovariance(-2.0, count, alpha, beta) == pytest.approx(
        s.variance * math.exp(-2.0 * (alpha + beta))
    )


@pytest.mark.parametrize("dt", [0.05, 1.0, 5.0])
def test_the_simulation_has_these_statistics_at_any_step(dt: float) -> None:
    """4000 trials: standard errors are sqrt(21 / 4000) = 0.07 of the mean and 21 sqrt(2 / 4000) = 0.47 of the rest."""
    run = simulate_channels(100, 10.0, dt, alpha=0.3, beta=0.7, seed=3, trials=4000)
    assert run.open.shape == (4000, round(10.0 / dt) + 1)
    late = run.open[:, -1]
    assert late.mean() == pytest.approx(30.0, abs=0.3)
    assert late.var() == pytest.approx(21.0, abs=2.0)
    lag = round(5.0 / dt) if dt == 5.0 else round(1.0 / dt)
    covariance = np.cov(run.open[:, -1 - lag], late)[0, 1]
    assert covariance == pytest.approx(
        compute_channel_autocovariance(lag * dt, 100, 0.3, 0.7), abs=1.5
    )


@pytest.mark.parametrize(("count", "alpha"), [(7, 0.3), (400, 5.0)])
def test_the_compiled_loop_is_the_plain_one(count: int, alpha: float) -> None:
    """The same numbers of the same generator; 6000 steps go through more than one chunk."""
    run = simulate_channels(
        count, 600.0, 0.1, alpha=alpha, beta=0.7, seed=9, start=count // 2, trials=2
    )
    assert run.open.tolist() == naive.simulate_channels(
        count, 6000, 0.1, alpha, 0.7, 9, count // 2, 2
    )


def test_the_mean_relaxes_like_a_gate() -> None:
    run = simulate_channels(1000, 4.0, 0.5, alpha=0.3, beta=0.7, seed=1, start=0, trials=2000)
    exact = 300.0 * (1 - np.exp(-run.t))
    assert np.abs(run.open.mean(axis=0) - exact).max() < 1.5  # five standard errors
    assert run.fraction[0, 0] == 0.0


def test_a_voltage_step_opens_potassium_gates() -> None:
    """Gates n of the squid: from -65 to 0 mV the open fraction goes from 0.32 to 0.90."""
    alpha, beta = (lambda V, k=k: hodgkin_huxley_rates(V)[k] for k in (4, 5))
    command = np.repeat([-65.0, 0.0], 100)
    run = simulate_channels(5000, 20.0, 0.1, alpha=alpha, beta=beta, V=command, seed=2)
    assert run.fraction[90:100].mean() == pytest.approx(0.3177, abs=0.02)
    a, b = hodgkin_huxley_rates(0.0)[4:]
    at_once = 0.3177 + (a / (a + b) - 0.3177) * (1 - math.exp(-(a + b) * 1.0))
    assert run.fraction[110] == pytest.approx(at_once, abs=0.03)
    assert run.fraction[-50:].mean() == pytest.approx(a / (a + b), abs=0.02)


def test_seeds_and_ends() -> None:
    def run(seed: Any, **values: Any) -> Any:
        return simulate_channels(10, 5.0, 0.1, **(dict(alpha=1.0, beta=1.0, seed=seed) | values))

    assert np.array_equal(run(4).open, run(4).open)
    assert np.array_equal(run(4).open, run(np.random.default_rng(4)).open)
    assert not np.array_equal(run(4).open, run(5).open)
    assert run(1, beta=0.0).open.min() == 10
    assert run(1, alpha=0.0, beta=0.0, start=7).open.tolist() == [7] * 51
    assert run(1).open.min() >= 0 and run(1).open.max() <= 10


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(count=0), "count must be a whole number of at least 1"),
        (dict(alpha=-1.0), "alpha must be 0 or more, got -1"),
        (dict(beta=np.ones(3)), "beta must have one value for each of the 50 steps"),
        (dict(start=11), "start must not be above count=10, got 11"),
        (dict(dt=20.0), "dt must not be above the duration"),
        (dict(V=[1.0, 2.0]), "V must have one value for each of the 50 steps"),
    ],
)
def test_messages(values: dict[str, Any], message: str) -> None:
    given_ = dict(count=10, duration=5.0, dt=0.1, alpha=1.0, beta=1.0, seed=1) | values
    simulate: Callable[..., Any] = simulate_channels
    with pytest.raises(ValueError, match=message):
        simulate(**given_)


def test_two_zero_rates() -> None:
    with pytest.raises(ValueError, match="alpha and beta must not both be 0"):
        compute_channel_statistics(10, 0.0, 0.0)
