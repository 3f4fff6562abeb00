"""Spectra of random matrices and the chaos they make: laws of large numbers, exact cases, mean-field equations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from neurolab.kernels.chunks import Diverged
from neurolab.networks import (
    compute_chaos_theory,
    compute_circle_law,
    compute_semicircle_density,
    compute_spectral_radius,
    generate_random_weights,
    simulate_random_network,
)


@pytest.mark.parametrize("symmetry", [-0.6, 0.0, 0.5])
def test_eigenvalues_fill_an_ellipse(symmetry: float) -> None:
    eigenvalues = np.linalg.eigvals(generate_random_weights(200, 1.5, seed=1, symmetry=symmetry))
    # the edge of n = 200 eigenvalues is soft on a scale of 1/sqrt(n)
    assert eigenvalues.real.max() == pytest.approx(1.5 * (1 + symmetry), abs=0.2)
    assert eigenvalues.imag.max() == pytest.approx(1.5 * (1 - symmetry), abs=0.2)


def test_entries_have_their_variance_and_symmetry() -> None:
    J = generate_random_weights(800, 2.0, seed=3, symmetry=0.3)
    off = ~np.eye(800, dtype=bool)
    assert 800 * J[off].var() == pytest.approx(4.0, rel=0.01)
    assert np.corrcoef(J[off], J.T[off])[0, 1] == pytest.approx(0.3, abs=0.01)


@pytest.mark.slow
def test_laws_of_the_spectrum() -> None:
    eigenvalues = np.abs(np.linalg.eigvals(generate_random_weights(300, 2.0, seed=2)))
    for radius in (0.5, 1.0, 1.6):
        assert np.mean(eigenvalues < radius) == pytest.approx(
            compute_circle_law(radius, 2.0), abs=0.03
        )
    assert quad(lambda x: compute_semicircle_density(x, 1.5), -3, 3)[0] == pytest.approx(1.0)
    assert compute_semicircle_density(3.1, 1.5) == 0.0
    assert compute_circle_law(3.0, 2.0) == 1.0
    real = np.linalg.eigvalsh(generate_random_weights(300, 1.5, seed=2, symmetry=1.0))
    inner = quad(lambda x: compute_semicircle_density(x, 1.5), -1, 1)[0]
    assert np.mean(np.abs(real) < 1) == pytest.approx(inner, abs=0.02)


def naive_run(J: np.ndarray, x: np.ndarray, steps: int, h: float) -> np.ndarray:
    for _ in range(steps):
        k = -x + J @ np.tanh(x)
        end = x + h * k
        x = x + h / 2 * (k - end + J @ np.tanh(end))
    return x


@pytest.mark.jit
def test_states_are_heuns() -> None:
    J, x = generate_random_weights(30, 2.0, seed=1), np.linspace(-1, 1, 30)
    run = simulate_random_network(J, 50.0, 1.0, x=x, record=30, every=10, seed=4)
    assert run.x[0].tolist() == x.tolist() and run.t.tolist() == [0, 10, 20, 30, 40, 50]
    assert run.x[-1] == pytest.approx(naive_run(J, x, 50, 0.1), abs=1e-10)


@pytest.mark.jit
def test_exponents_are_how_two_runs_part() -> None:
    """The sum of the stretches is the logarithm of what a small difference has grown by."""
    J, x = generate_random_weights(30, 3.0, seed=1), np.linspace(-1, 1, 30)
    first = np.random.default_rng(4).normal(size=30)
    first *= 1e-7 / np.linalg.norm(first)
    run = simulate_random_network(J, 80.0, 1.0, x=x, seed=4)
    apart = naive_run(J, x + first, 80, 0.1) - naive_run(J, x, 80, 0.1)
    assert run.stretches.sum() == pytest.approx(np.log(np.linalg.norm(apart) / 1e-7), abs=1e-4)
    assert run.lyapunov == pytest.approx(run.stretches.mean())


@pytest.mark.jit
def test_below_one_the_exponent_is_the_largest_eigenvalue() -> None:
    J = generate_random_weights(100, 0.8, seed=5)
    run = simulate_random_network(J, 30_000.0, 1.0, settle=3000.0, seed=1)
    edge = np.linalg.eigvals(J).real.max() - 1
    # Heun's step multiplies by 1 + z + z²/2 instead of exp(z)
    assert 10 * run.lyapunov == pytest.approx(edge, abs=5e-3)
    assert run.variance < 1e-12


@pytest.mark.jit
def test_a_strong_network_is_chaotic_as_the_theory_says() -> None:
    J = generate_random_weights(400, 3.0, seed=1)
    run = simulate_random_network(J, 1500.0, 1.0, settle=200.0, seed=2)
    theory = compute_chaos_theory(3.0)
    # one network of 400 units differs from infinitely many by some 10 %
    assert run.variance == pytest.approx(theory.variance, rel=0.1)
    assert run.lyapunov == pytest.approx(theory.lyapunov, rel=0.2)
    assert 0 < run.standard_error < 0.3 * run.lyapunov


def test_few_stretches_have_no_error() -> None:
    run = simulate_random_network([[0.0]], 5.0, 1.0)
    assert np.isnan(run.standard_error) and run.lyapunov == pytest.approx(np.log(0.905))


@pytest.mark.parametrize("g", [1.2, 2.0, 4.0])
def test_autocovariance_solves_the_mean_field_equation(g: float) -> None:
    """Delta'' = Delta - g² <tanh tanh>, by finite differences and Gauss-Hermite averages."""
    theory = compute_chaos_theory(g, tau=1.0)
    z, w = np.polynomial.hermite_e.hermegauss(80)
    w = w / w.sum()
    s, delta = theory.lag, theory.autocovariance
    assert delta[0] == pytest.approx(theory.variance) and delta[-1] < 1e-5 * delta[0]
    h = s[1]
    for k in (20, 100, 200, 400):
        bend = (delta[k + 1] - 2 * delta[k] + delta[k - 1]) / h**2
        shared, own = np.sqrt(delta[k]), np.sqrt(delta[0] - delta[k])
        inner = np.tanh(shared * z[:, None] + own * z) @ w
        force = delta[k] - g * g * np.sum(w * inner**2)
        # h²/12 of the fourth derivative, and 80 nodes on tanh
        assert bend == pytest.approx(force, abs=2e-3 * delta[0])


def test_theory_scales_with_tau_and_is_quiet_below_one() -> None:
    fast, slow = compute_chaos_theory(2.0, tau=1.0), compute_chaos_theory(2.0, tau=20.0)
    assert slow.lyapunov == pytest.approx(fast.lyapunov / 20)
    assert slow.lag[-1] == pytest.approx(20 * fast.lag[-1])
    quiet = compute_chaos_theory(0.8, tau=1.0)
    assert quiet.lyapunov == pytest.approx(-0.2) and quiet.variance == 0.0


def test_just_above_one_chaos_is_weak() -> None:
    """lambda tends to (g - 1)² / 2 and the variance to g - 1 (Sompolinsky et al. 1988)."""
    theory = compute_chaos_theory(1.02, tau=1.0)
    assert theory.lyapunov == pytest.approx(0.02**2 / 2, rel=0.15)
    assert theory.variance == pytest.approx(0.02, rel=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: generate_random_weights(5, -1.0, seed=1), "g must be 0 or more"),
        (lambda: generate_random_weights(5, seed=1, symmetry=2.0), "symmetry must be between"),
        (lambda: compute_spectral_radius([[1.0, 2.0]]), "J must be a square matrix"),
        (lambda: compute_circle_law(-1.0), "radius must be 0 or more"),
        (lambda: compute_semicircle_density(0.0, 0.0), "g must be above 0"),
        (lambda: simulate_random_network([[1.0, 2.0]], 10.0, 1.0), "J must be a square matrix"),
        (lambda: simulate_random_network([[1.0]], 0.1, 1.0), "at least one step"),
        (lambda: simulate_random_network([[1.0]], 10.0, 1.0, x=[1.0, 2.0]), "one entry for each"),
        (lambda: compute_chaos_theory(1.01), "just above 1"),
        (lambda: compute_chaos_theory(11.0), "1.02 to 10"),
    ],
)
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_a_step_far_above_tau_is_told() -> None:
    with pytest.raises(
        Diverged, match="x left the range of numbers before t = .* take dt below tau=0.1 ms"
    ):
        simulate_random_network(np.zeros((2, 2)), 500.0, 1.0, tau=0.1)
