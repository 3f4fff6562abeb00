"""Self-consistent rates put back into their equations, with Siegert's integral written anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import erfcx
from scipy.stats import norm

from neurolab.networks import (
    brunel,
    compute_balanced_rates,
    compute_binary_balance,
    compute_brunel_drive,
    find_brunel_rates,
    solve_siegert_rates,
)


def naive_siegert(mu: float, sigma: float) -> float:
    """The integrand as erfcx(-u): exp(u²) (1 + erf u) is lost in rounding from u = -6 on."""
    area = quad(
        lambda u: erfcx(-u), (10 - mu) / sigma, (20 - mu) / sigma, epsabs=1e-12, epsrel=1e-11
    )[0]
    return float(1e3 / (2.0 + 20.0 * np.sqrt(np.pi) * area))


def naive_rate(nu: float, g: float, eta: float) -> float:
    """Brunel's model A: C_E 1000, J 0.1 mV, tau 20 ms, so threshold rate 10 Hz."""
    mu = 2.0 * (10.0 * eta + nu * (1 - g / 4))
    sigma = 0.1 * np.sqrt(20.0 * (10.0 * eta + nu * (1 + g * g / 4)))
    return naive_siegert(mu, sigma)


@pytest.mark.parametrize(
    ("g", "eta"), [(5.0, 2.0), (3.0, 2.0), (6.0, 4.0), (4.5, 0.9), (3.5, 0.95), (3.0, 0.5)]
)
def test_brunels_rates_reproduce_themselves(g: float, eta: float) -> None:
    states = find_brunel_rates(g, eta)
    for state in states:
        assert naive_rate(state.rate, g, eta) == pytest.approx(state.rate, rel=1e-8, abs=1e-9)
        h = 1e-3
        slope = (naive_rate(state.rate + h, g, eta) - naive_rate(state.rate, g, eta)) / h
        assert state.slope == pytest.approx(slope, abs=1e-3)
    grid = np.linspace(0.05, 499.0, 300)
    crossings = np.diff(np.sign([naive_rate(nu, g, eta) - nu for nu in grid])) != 0
    assert len([s for s in states if s.rate > 0.05]) == np.count_nonzero(crossings)


def test_weak_input_and_strong_excitation_leave_a_silent_and_a_loud_state() -> None:
    states = find_brunel_rates(3.0, 0.5)
    assert [state.stable for state in states] == [True, False, True]
    assert states[0].cv == pytest.approx(1.0, abs=1e-3) and states[2].cv < 0.2


def test_strong_excitation_fires_near_the_refractory_limit() -> None:
    """Without noise: 1/nu = t_ref + tau ln((mu - V_reset) / (mu - theta)), mu = 40 mV + nu / 2 for g = 3, eta = 2."""
    (state,) = find_brunel_rates(3.0, 2.0)
    mu = 40.0 + 0.5 * state.rate
    assert state.rate == pytest.approx(1e3 / (2.0 + 20.0 * np.log((mu - 10) / (mu - 20))), rel=2e-3)
    assert state.cv < 0.2


@pytest.mark.jit
@pytest.mark.slow
@pytest.mark.parametrize(("g", "within"), [(5.0, 0.05), (3.0, 0.1)])
def test_the_full_network_fires_near_its_self_consistent_rate(g: float, within: float) -> None:
    """12,500 units with delays of 1.5 ms; their rhythm, which the theory leaves out, costs some per cent."""
    spikes = brunel(12_500, g=g, eta=2.0, seed=1).simulate(200.0, 0.1, seed=1).spikes("E")
    (state,) = find_brunel_rates(g, 2.0)
    assert spikes.between(100.0, 200.0).rate == pytest.approx(state.rate, rel=within)


def test_model_a_is_two_equal_populations() -> None:
    C, J = [[1000, 250], [1000, 250]], [[0.1, -0.6], [0.1, -0.6]]
    both = solve_siegert_rates(C, J, rate_ext=40.0, C_ext=1000, J_ext=0.1)
    (state,) = find_brunel_rates(6.0, 4.0)
    assert both == pytest.approx([state.rate] * 2, rel=1e-9)


@given(st.floats(0.0, 300.0), st.floats(0.0, 8.0), st.floats(0.5, 4.0))
def test_the_drive_is_a_sum_over_synapses(nu: float, g: float, eta: float) -> None:
    mu, sigma = compute_brunel_drive(nu, g, eta)
    J, counts, rates = [0.1, 0.1, -0.1 * g], [1000, 1000, 250], [10 * eta, nu, nu]
    assert mu == pytest.approx(0.02 * np.dot(np.multiply(J, counts), rates), abs=1e-9)
    assert sigma**2 == pytest.approx(0.02 * np.dot(np.multiply(np.square(J), counts), rates))


def test_unlike_populations_solve_their_equations() -> None:
    C, J = np.array([[800, 200], [600, 150]]), np.array([[0.1, -0.6], [0.15, -0.7]])
    C_ext, J_ext, rate_ext = np.array([1000, 900]), np.array([0.1, 0.12]), 22.0
    nu = solve_siegert_rates(C, J, rate_ext=rate_ext, C_ext=C_ext, J_ext=J_ext)
    for k in range(2):
        mu = 0.02 * (C[k] * J[k] @ nu + C_ext[k] * J_ext[k] * rate_ext)
        sigma = np.sqrt(0.02 * (C[k] * J[k] ** 2 @ nu + C_ext[k] * J_ext[k] ** 2 * rate_ext))
        assert naive_siegert(mu, sigma) == pytest.approx(nu[k], rel=1e-7)
    assert nu[0] != pytest.approx(nu[1], rel=0.05)


def test_the_start_chooses_between_silence_and_noise() -> None:
    C, J = [[1000, 250], [1000, 250]], [[0.1, -0.3], [0.1, -0.3]]
    drive = dict(rate_ext=5.0, C_ext=1000, J_ext=0.1)
    assert solve_siegert_rates(C, J, **drive) == pytest.approx([0.0, 0.0], abs=1e-6)
    loud = solve_siegert_rates(C, J, start=100.0, **drive)
    assert loud == pytest.approx([find_brunel_rates(3.0, 0.5)[2].rate] * 2)


@given(st.integers(1, 5), st.integers(0, 1000))
def test_balanced_rates_cancel_the_drive(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    W, drive = rng.normal(size=(n, n)) - 2 * np.eye(n), rng.uniform(0, 1, n)
    found = compute_balanced_rates(W, drive)
    scale = np.abs(W).max() * np.abs(found.rates).max() + 1
    assert W @ found.rates + drive == pytest.approx(np.zeros(n), abs=1e-10 * scale)
    assert found.possible == bool(np.all(found.rates >= 0))


def test_too_much_inhibition_cannot_balance() -> None:
    assert not compute_balanced_rates([[1.0, -1.8], [1.0, -2.0]], [1.0, 0.8]).possible


@pytest.mark.parametrize(("m_0", "K"), [(0.1, 1000.0), (0.3, 500.0), (0.05, 1e5)])
def test_binary_units_solve_their_equations(m_0: float, K: float) -> None:
    m_E, m_I = compute_binary_balance(m_0, K)
    for m, J, X, theta in ((m_E, 2.0, 1.0, 1.0), (m_I, 1.8, 0.8, 0.7)):
        u = np.sqrt(K) * (m_E - J * m_I + X * m_0) - theta
        assert m == pytest.approx(norm.cdf(u / np.sqrt(m_E + J * J * m_I)), abs=1e-9)


def test_large_networks_come_closer_to_balance_by_one_over_root_K() -> None:
    distance = [np.abs(compute_binary_balance(0.1, K) - 0.1) for K in (1e6, 1e8)]
    assert distance[0] / distance[1] == pytest.approx([10.0, 10.0], rel=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_balanced_rates([[1.0, 2.0]], [1.0]), "W must be a square matrix"),
        (lambda: compute_balanced_rates([[1.0]], [1.0, 2.0]), "w_ext must have one entry"),
        (lambda: compute_balanced_rates([[1.0, 1.0], [1.0, 1.0]], [1.0, 1.0]), "must have an inverse"),
        (lambda: compute_binary_balance(0.0), "m_0 must be above 0"),
        (lambda: compute_binary_balance(0.1, J_E=1.0), "E/I > J_E/J_I > 1"),
        (lambda: compute_binary_balance(0.1, 0.0), "K must be above 0"),
        (lambda: solve_siegert_rates([1.0], [1.0], rate_ext=1, C_ext=1, J_ext=1), "square matrices"),
        (lambda: solve_siegert_rates([[1.0]], [[1.0]], rate_ext=[1, 2], C_ext=1, J_ext=1), "rate_ext must be one"),
        (lambda: solve_siegert_rates([[-1.0]], [[1.0]], rate_ext=1, C_ext=1, J_ext=1), "C must be 0 or more"),
        (lambda: compute_brunel_drive(1.0, -1.0, 1.0), "g must be 0 or more"),
        (lambda: find_brunel_rates(5.0, 2.0, t_ref=0.0), "t_ref must be above 0"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
