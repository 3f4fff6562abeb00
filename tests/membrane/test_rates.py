"""The noisy neuron's rate and regularity: quadratures by another program, limits, laws, and the simulation itself."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import erf, erfcx

from neurolab.engine.stochastic import simulate_stochastic
from neurolab.membrane import (
    compute_lif_rate,
    compute_siegert_cv,
    compute_siegert_gain,
    compute_siegert_rate,
    lif,
)

CELL: dict[str, Any] = dict(tau_m=20.0, theta=20.0, V_reset=10.0, t_ref=2.0)
means, noises = st.floats(-30, 80), st.floats(0.3, 60)


def quadrature(mu: float, sigma: float) -> float:
    """The mean interval (ms) by adaptive quadrature of erfcx, piece by piece."""
    a, b = (10 - mu) / sigma, (20 - mu) / sigma
    inner = [x for x in [-300, -100, -30, -10, -3, -1, 0, 1, 3, 5, 8, 12, 18] if a < x < b]
    edges = [a, *inner, b]
    pieces = [
        quad(lambda u: erfcx(-u), x, y, epsabs=0, epsrel=1e-12)[0]
        for x, y in zip(edges, edges[1:], strict=False)
    ]
    return 2 + 20 * math.sqrt(math.pi) * sum(pieces)


@pytest.mark.parametrize(
    "mu", [-40.0, 0.0, 9.9, 10.0, 14.0, 19.99, 20.0, 20.01, 26.0, 90.0, 4000.0]
)
@pytest.mark.parametrize("sigma", [0.1, 0.7, 2.0, 5.0, 40.0, 1e4])
def test_rate_is_the_integral(mu: float, sigma: float) -> None:
    if (20 - mu) / sigma > 25:
        assert compute_siegert_rate(mu, sigma, **CELL) < 1e-250
        return
    assert compute_siegert_rate(mu, sigma, **CELL) == pytest.approx(
        1e3 / quadrature(mu, sigma), rel=1e-11
    )


def test_where_the_naive_form_is_wrong_this_one_is_right() -> None:
    """The naive integrand gives 185 Hz at (25, 1) and nan at (25, 0.5)."""
    u = np.linspace(-15, -5, 100_001)
    naive = 1e3 / (2 + 20 * math.sqrt(math.pi) * np.trapezoid(np.exp(u**2) * (1 + erf(u)), u))
    assert naive > 180
    assert compute_siegert_rate(25.0, 1.0, **CELL) == pytest.approx(42.0168, abs=1e-3)
    assert compute_siegert_rate(25.0, 0.5, **CELL) == pytest.approx(41.7918, abs=1e-3)


@pytest.mark.parametrize("mu", [20.5, 25.0, 40.0, 400.0])
def test_without_noise_it_is_the_deterministic_rate(mu: float) -> None:
    sharp = compute_lif_rate(mu, R=1.0, **CELL)
    assert compute_siegert_rate(mu, 0.0, **CELL) == pytest.approx(sharp, rel=1e-14)
    for sigma in (1e-4, 1e-9, 1e-100, 1e-250, 5e-324):
        assert compute_siegert_rate(mu, sigma, **CELL) == pytest.approx(sharp, rel=1e-7)
    # the first correction goes like sigma²
    gaps = [compute_siegert_rate(mu, s, **CELL) - sharp for s in (1e-2, 1e-3)]
    assert gaps[0] == pytest.approx(100 * gaps[1], rel=0.05, abs=1e-9)


def test_far_below_threshold_the_rate_is_zero_and_its_logarithm_is_not() -> None:
    """Kramers: ln nu = ln(b / (tau sqrt(pi))) - b² to leading order, with b the distance in units of the noise."""
    assert compute_siegert_rate(0.0, 0.1, **CELL) == 0.0
    for b in (20.0, 2e3, 2e6):
        found = compute_siegert_rate(20.0 - b, 1.0, **CELL, log=True)
        assert found == pytest.approx(
            math.log(1e3 * b / (20 * math.sqrt(math.pi))) - b**2, rel=1e-5
        )
    assert compute_siegert_rate(19.0, 0.0, **CELL, log=True) == -math.inf
    assert compute_siegert_rate(25.0, 3.0, **CELL, log=True) == pytest.approx(
        math.log(compute_siegert_rate(25.0, 3.0, **CELL))
    )


def test_extremes_give_numbers_and_no_warning() -> None:
    mu = np.array([-1e10, -1e5, -50.0, 10.0, 20.0, 1e10, 1e300])[:, None]
    sigma = np.array([0.0, 5e-324, 1e-200, 1e-8, 1.0, 1e4, 1e8])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rate, gain, cv = (
            f(mu, sigma, **CELL)
            for f in (compute_siegert_rate, compute_siegert_gain, compute_siegert_cv)
        )
    for table in (rate, gain, cv):
        assert isinstance(table, np.ndarray) and table.shape == (7, 7)
        assert np.all(np.isfinite(table)) and np.all(table >= 0)
    assert np.all(rate <= 500.0)


@given(means, noises, st.floats(0.01, 10))
def test_rate_rises_with_the_mean(mu: float, sigma: float, step: float) -> None:
    low, high = compute_siegert_rate([mu, mu + step], sigma, **CELL)  # type: ignore[misc]
    assert low <= high <= 500.0


@given(means, noises, st.floats(-50, 50), st.floats(0.1, 20))
def test_only_distances_in_units_of_the_noise_count(
    mu: float, sigma: float, shift: float, scale: float
) -> None:
    plain = compute_siegert_rate(mu, sigma, **CELL, log=True)
    moved = compute_siegert_rate(
        scale * (mu + shift), scale * sigma, log=True, tau_m=20.0, t_ref=2.0,
        theta=scale * (20 + shift), V_reset=scale * (10 + shift),
    )  # fmt: skip
    assert moved == pytest.approx(plain, rel=1e-8, abs=1e-8)


@given(st.floats(-10, 60), st.floats(0.5, 30))
def test_gain_is_the_slope(mu: float, sigma: float) -> None:
    """Against a central difference of the fourth order, whose error is (h / sigma)^4 of the gain or rounding."""
    h = 0.01 * min(sigma, 5.0)
    nu = compute_siegert_rate(mu + h * np.array([-2, -1, 1, 2]), sigma, **CELL)
    numeric = nu @ np.array([1, -8, 8, -1]) / (12 * h)  # type: ignore[operator]
    assert compute_siegert_gain(mu, sigma, **CELL) == pytest.approx(numeric, rel=2e-6, abs=1e-9)


def test_gain_without_noise() -> None:
    h = 1e-5
    up, down = (compute_lif_rate(30.0 + s, R=1.0, **CELL) for s in (h, -h))
    assert compute_siegert_gain(30.0, 0.0, **CELL) == pytest.approx((up - down) / (2 * h), rel=1e-6)
    assert compute_siegert_gain(30.0, 1e-6, **CELL) == pytest.approx(
        (up - down) / (2 * h), rel=1e-6
    )
    assert compute_siegert_gain(15.0, 0.0, **CELL) == 0.0


def double_quadrature(mu: float, sigma: float) -> float:
    """CV by two nested adaptive quadratures of Brunel's integral."""
    a, b = (10 - mu) / sigma, (20 - mu) / sigma

    def inner(x: float) -> float:
        f = lambda z: math.exp(x * x - z * z) * erfcx(-z) ** 2  # noqa: E731
        parts = [x - 12, x - 4, x - 1, x]
        return float(sum(quad(f, *p, epsrel=1e-11)[0] for p in zip(parts, parts[1:], strict=False)))

    area = quad(inner, a, b, epsrel=1e-10)[0]
    return math.sqrt(2 * math.pi * area) * 20 / quadrature(mu, sigma)


@pytest.mark.parametrize(
    ("mu", "sigma"), [(10, 5), (15, 5), (20, 5), (25, 5), (30, 2), (18, 1), (-20, 30), (12, 200)]
)
def test_cv_is_the_double_integral(mu: float, sigma: float) -> None:
    assert compute_siegert_cv(mu, sigma, **CELL) == pytest.approx(
        double_quadrature(mu, sigma), rel=1e-8
    )


def test_cv_is_that_of_chance_far_below_and_that_of_a_clock_far_above() -> None:
    for mu, sigma in ((0.0, 1.0), (-1e3, 1.0), (-50.0, 1e-6), (15.0, 0.0)):
        assert compute_siegert_cv(mu, sigma, **CELL) == pytest.approx(1.0, abs=2e-2)
    assert compute_siegert_cv(-1e3, 1.0, **CELL) == pytest.approx(1.0, abs=1e-9)
    # for little noise the climb's end scatters by sigma sqrt((1/y² - 1/x²) / 2) tau / T at distances x, y from the mean
    climb = 2 + 20 * math.log(30 / 20)
    spread = 20 * math.sqrt((1 / 20**2 - 1 / 30**2) / 2) / climb
    for sigma in (1e-2, 1e-6, 1e-100):
        assert compute_siegert_cv(40.0, sigma, **CELL) == pytest.approx(spread * sigma, rel=1e-4)
    assert compute_siegert_cv(40.0, 0.0, **CELL) == 0.0


def test_shapes_broadcast() -> None:
    table = compute_siegert_rate(np.linspace(0, 40, 5)[:, None], np.array([1.0, 5.0]), **CELL)
    assert isinstance(table, np.ndarray) and table.shape == (5, 2)
    assert table[3, 1] == compute_siegert_rate(30.0, 5.0, **CELL)
    many = compute_siegert_cv(np.full(300, 15.0), 5.0, **CELL)
    assert isinstance(many, np.ndarray) and many.shape == (300,) and np.ptp(many) < 1e-14
    assert isinstance(compute_siegert_rate(15.0, 5.0), float)
    assert np.shape(compute_siegert_rate(np.empty(0), 5.0)) == (0,)


@pytest.mark.slow
@pytest.mark.jit
@pytest.mark.parametrize(("mu", "sigma"), [(15.0, 5.0), (25.0, 5.0), (12.0, 12.0)])
def test_the_simulation_has_this_rate_and_this_cv(mu: float, sigma: float) -> None:
    """2000 s with the threshold lowered for crossings that a step hides; tolerance: four standard errors."""
    amplitude, dt, duration = sigma / math.sqrt(20.0), 0.05, 2e6
    hidden = 0.5826 * amplitude * math.sqrt(dt)
    run = simulate_stochastic(
        lif, duration, dt, seed=5, noise=dict(V=amplitude), every=round(duration / dt), V=10.0,
        V_rest=mu, **(CELL | dict(theta=20.0 - hidden)),
    )  # fmt: skip
    gaps = run.spikes().isi()
    cv, error = gaps.std() / gaps.mean(), 1 / math.sqrt(gaps.size)
    exact = compute_siegert_cv(mu, sigma, **CELL)
    assert 1e3 / gaps.mean() == pytest.approx(
        compute_siegert_rate(mu, sigma, **CELL), rel=4 * error * float(exact)
    )
    assert cv == pytest.approx(exact, rel=6 * error)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_siegert_rate(15.0, -1.0), "sigma must be 0 or more, got -1"),
        (lambda: compute_siegert_rate(math.nan, 1.0), "mu must be finite"),
        (lambda: compute_siegert_rate([1.0, 2.0], [1.0, 2.0, 3.0]), "mu and sigma must broadcast"),
        (lambda: compute_siegert_gain(15.0, 1.0, tau_m=0.0), "tau_m must be above 0"),
        (lambda: compute_siegert_cv(15.0, 1.0, t_ref=-1.0), "t_ref must be 0 or more"),
        (lambda: compute_siegert_rate(15.0, 1.0, V_reset=15.0), "V_reset must be below theta"),
    ],
)
def test_messages(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
