"""Hopfield networks against naive loops and their theory, the ring against its own simulation."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from neurolab.networks import (
    RateNetwork,
    compute_hopfield_energy,
    compute_hopfield_overlap,
    compute_overlaps,
    compute_ring_bump,
    compute_ring_eigenvalues,
    find_hopfield_capacity,
    generate_hopfield_weights,
    generate_patterns,
    generate_ring_weights,
    recall_pattern,
    simulate_rates,
)


def naive_weights(patterns: np.ndarray) -> np.ndarray:
    count, n = patterns.shape
    W = np.zeros((n, n))
    for i, j in itertools.product(range(n), range(n)):
        if i != j:
            W[i, j] = sum(patterns[k, i] * patterns[k, j] for k in range(count)) / n
    return W


def naive_recall(W: np.ndarray, start: np.ndarray, sweeps: int, seed: int) -> np.ndarray:
    rng, s = np.random.default_rng(seed), start.copy()
    for _ in range(sweeps):
        for i in rng.permutation(len(s)):
            h = sum(W[i, j] * s[j] for j in range(len(s)))
            if abs(h) > 1e-12:
                s[i] = 1.0 if h > 0 else -1.0
    return s


@given(st.integers(1, 6), st.integers(2, 15), st.integers(0, 10_000))
def test_weights_and_recall_are_the_naive_ones(count: int, n: int, seed: int) -> None:
    """An odd number of patterns of odd length leaves no input at 0, where rounding could decide."""
    count, n = count | 1, 2 * n
    xi = generate_patterns(count, n, seed=seed)
    W = generate_hopfield_weights(xi)
    assert W == pytest.approx(naive_weights(xi), abs=1e-14)
    noise = np.random.default_rng(seed).normal(scale=0.01, size=(n, n))
    W = W + (noise + noise.T) / 2
    np.fill_diagonal(W, 0.0)
    start = generate_patterns(1, n, seed=seed + 1)[0]
    run = recall_pattern(W, start, sweeps=3, seed=seed)
    assert run.end.tolist() == naive_recall(W, start, len(run.states) - 1, seed).tolist()


@given(st.integers(0, 1000))
def test_energy_never_rises_one_by_one(seed: int) -> None:
    xi = generate_patterns(12, 40, seed=seed)
    W = generate_hopfield_weights(xi)
    run = recall_pattern(W, generate_patterns(1, 40, seed=seed + 1)[0], seed=seed)
    assert run.settled and np.all(np.diff(run.energies) <= 1e-12)
    assert run.energies == pytest.approx(compute_hopfield_energy(W, run.states), abs=1e-12)
    rest = np.sign(W @ run.end)
    assert np.all((rest == run.end) | (np.abs(W @ run.end) < 1e-12))


def test_all_at_once_may_swap_forever() -> None:
    run = recall_pattern([[0.0, 1.0], [1.0, 0.0]], [1, -1], method="synchronous", sweeps=4)
    assert run.states[:, 0].tolist() == [1, -1, 1, -1, 1] and not run.settled
    assert recall_pattern([[0.0, 1.0], [1.0, 0.0]], [1, -1]).settled


def test_a_few_patterns_come_back_whole_with_either_method() -> None:
    xi = generate_patterns(5, 400, seed=3)
    start = xi[2] * np.where(np.arange(400) < 100, -1, 1)
    for method in ("asynchronous", "synchronous"):
        run = recall_pattern(generate_hopfield_weights(xi), start, method=method)
        assert compute_overlaps(run.end, xi)[2] == 1.0


def test_biased_patterns_have_their_mean() -> None:
    assert generate_patterns(100, 1000, seed=1, mean=0.4).mean() == pytest.approx(0.4, abs=0.012)
    assert np.all(generate_patterns(2, 5, seed=1, mean=1.0) == 1.0)


@pytest.mark.parametrize("alpha", [1e-6, 0.01, 0.05, 0.1, 0.13, 0.1379])
def test_overlaps_solve_the_three_equations(alpha: float) -> None:
    """m = erf(m / sqrt(2 alpha r)), C = sqrt(2 / (pi alpha r)) exp(-m²/(2 alpha r)), r = 1 / (1 - C)²."""
    m, r = 1.0, 1.0
    for _ in range(20_000):
        C = np.sqrt(2 / (np.pi * alpha * r)) * np.exp(-m * m / (2 * alpha * r))
        r = 1 / (1 - C) ** 2
        m = float(erf(m / np.sqrt(2 * alpha * r)))
    assert compute_hopfield_overlap(alpha) == pytest.approx(m, abs=1e-6)


def test_memory_ends_at_the_capacity() -> None:
    found = find_hopfield_capacity()
    assert compute_hopfield_overlap(found.alpha * (1 - 1e-12)) == pytest.approx(
        found.overlap, abs=1e-5
    )
    assert compute_hopfield_overlap(found.alpha * (1 + 1e-9)) == 0.0
    loads = np.linspace(0.001, found.alpha, 50)
    assert np.all(np.diff(compute_hopfield_overlap(loads)) <= 0)


RINGS = [
    (-6.0, 4.0, 0.0),
    (-6.0, 4.0, 0.1),
    (-1.0, 1.8, 0.4),
    (-2.0, 1.0, 0.1),
    (-10.0, 8.0, 0.02),
    (0.5, 3.0, 0.0),
]


@pytest.mark.jit
@pytest.mark.parametrize(("J_0", "J_2", "tuning"), RINGS)
def test_a_bump_is_where_the_ring_settles(J_0: float, J_2: float, tuning: float) -> None:
    n = 180
    theta = -90.0 + 180.0 * np.arange(n) / n
    W = generate_ring_weights(n, J_0, J_2)
    I = 1 - tuning + tuning * np.cos(np.deg2rad(2 * theta))
    bump = compute_ring_bump(J_0, J_2, tuning=tuning)
    assert bump is not None
    start = bump.rates(theta) * 0.9 + 0.01 * np.cos(np.deg2rad(2 * theta))
    run = simulate_rates(RateNetwork(W), 3000.0, 1.0, I=I, r=np.maximum(start, 0), every=100)
    # the sum over n units stands for an integral with two corners: an error of order 1/n²
    assert run.end == pytest.approx(bump.rates(theta), abs=3e-3 * bump.peak)
    edge = np.max(np.abs(theta[run.end > 1e-3 * bump.peak]))
    assert edge == pytest.approx(bump.half_width, abs=1.0)


def test_the_width_of_a_free_bump_depends_on_tuned_weights_only() -> None:
    widths = [compute_ring_bump(J_0, 4.0, I) for J_0 in (-20.0, -3.0) for I in (0.5, 5.0)]
    assert [bump and bump.half_width for bump in widths] == [pytest.approx(45.0)] * 4


def test_a_uniform_ring_stays_uniform_below_two() -> None:
    bump = compute_ring_bump(-1.0, 1.9)
    assert bump is not None and bump.half_width == 90.0
    assert bump.peak == pytest.approx(0.5) and bump.amplitude == 0.0


def test_without_inhibition_a_ring_runs_away() -> None:
    assert compute_ring_bump(0.0, 10.0) is None
    assert compute_ring_bump(1.5, 1.0) is None
    assert compute_ring_bump(0.0, 10.0, tuning=0.1) is None


@given(st.floats(-5, 0.9), st.floats(0, 5))
def test_growth_rates_are_the_matrixs(J_0: float, J_2: float) -> None:
    W = generate_ring_weights(12, J_0, J_2)
    found = np.sort(np.linalg.eigvalsh(W))
    expected = np.sort([J_0, J_2 / 2, J_2 / 2, *[0.0] * 9])
    assert found == pytest.approx(expected, abs=1e-12)
    assert compute_ring_eigenvalues(J_0, J_2, tau=5.0) == pytest.approx(
        ((J_0 - 1) / 5, (J_2 / 2 - 1) / 5)
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: generate_patterns(1, 3, seed=1, mean=1.5), "mean must be between -1 and 1"),
        (lambda: generate_hopfield_weights([[1, 0]]), r"patterns must be one row or several of \+1 and -1"),
        (lambda: recall_pattern([[1.0, 2.0]], [1]), "W must be a square matrix"),
        (lambda: recall_pattern(np.eye(2), [1]), "one entry for each of the 2 units"),
        (lambda: recall_pattern(np.eye(2), [1, 1], method="sync"), "method must be one of"),
        (lambda: compute_overlaps([1, 1], [1]), "as many units"),
        (lambda: compute_hopfield_energy(np.eye(3), [1, 1]), r"W must have shape \(2, 2\)"),
        (lambda: compute_hopfield_overlap(-0.1), "alpha must be 0 or more"),
        (lambda: generate_ring_weights(2, 0.0, 1.0), "n must be a whole number of at least 3"),
        (lambda: compute_ring_bump(0.0, -1.0), "J_2 must be 0 or more"),
        (lambda: compute_ring_bump(0.0, 1.0, 0.0), "I must be above 0"),
        (lambda: compute_ring_bump(0.0, 1.0, tuning=0.6), "tuning must be 0 to 0.5"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
