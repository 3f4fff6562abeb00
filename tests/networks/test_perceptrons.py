"""What one threshold unit can separate, counted by Cover and one by one; the perceptron's rule and Novikoff's bound."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from neurolab.networks import (
    compute_correction_bound,
    compute_separable_fraction,
    find_separating_weights,
    train_perceptron,
)
from tests.reference import perceptrons as naive

CORNERS = [[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]
AND, XOR = [-1, -1, -1, 1], [-1, 1, 1, -1]


def naive_fraction(P: int, N: int) -> Fraction:
    return Fraction(2 * sum(math.comb(P - 1, k) for k in range(N)), 2**P)


@given(st.integers(1, 300), st.integers(1, 120))
def test_the_fraction_is_covers_sum(P: int, N: int) -> None:
    assert compute_separable_fraction(P, N) == pytest.approx(float(naive_fraction(P, N)), abs=1e-12)


def test_half_of_all_dichotomies_at_two_patterns_a_weight() -> None:
    for N in (1, 2, 10, 100, 10_000):
        assert compute_separable_fraction(2 * N, N) == pytest.approx(0.5, abs=1e-12)
        assert compute_separable_fraction(N, N) == 1.0


def test_the_slope_becomes_a_cliff() -> None:
    """Numbers of the stories, in percent."""
    at_100 = np.asarray(compute_separable_fraction([180, 190, 200, 210, 220], 100))
    assert (100 * at_100).round().tolist() == [93, 77, 50, 24, 9]
    assert np.asarray(compute_separable_fraction([900, 1100], 500)) == pytest.approx(
        [0.9996, 0.0013], abs=5e-5
    )
    assert np.asarray(compute_separable_fraction([18, 22], 10)).round(2).tolist() == [0.69, 0.33]


@pytest.mark.parametrize(("P", "N"), [(4, 2), (5, 3), (6, 3), (7, 2)])
def test_every_dichotomy_counted_one_by_one(P: int, N: int) -> None:
    """Patterns in general position: as many dichotomies are separable as Cover says, whatever the patterns."""
    patterns = np.random.default_rng(P * N).normal(size=(P, N))
    found = sum(
        find_separating_weights(patterns, labels) is not None
        for labels in itertools.product((-1.0, 1.0), repeat=P)
    )
    assert found == naive_fraction(P, N) * 2**P


def test_the_judge_agrees_with_a_linear_program() -> None:
    rng = np.random.default_rng(2)
    verdicts = []
    for _ in range(60):
        x, y = rng.normal(size=(20, 10)), rng.choice([-1.0, 1.0], 20)
        feasible = linprog(
            np.zeros(10), A_ub=-x * y[:, None], b_ub=-np.ones(20), bounds=(None, None)
        )
        w = find_separating_weights(x, y)
        assert (w is not None) == (feasible.status == 0)
        assert w is None or np.min(x @ w * y) > 0
        verdicts.append(w is not None)
    assert 15 < sum(verdicts) < 45  # half of them, by Cover; 4 standard errors


def test_the_margin_is_the_largest() -> None:
    """Two patterns: the best w is along their difference, halfway between them."""
    w = find_separating_weights([[3.0, 1.0], [1.0, 3.0]], [1, -1])
    assert w is not None and w == pytest.approx(np.array([1.0, -1.0]) / math.sqrt(2), abs=1e-9)
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(8, 8)), rng.choice([-1.0, 1.0], 8)
    best = find_separating_weights(x, y)
    assert best is not None
    others = best + 0.05 * rng.normal(size=(500, 8))
    margins = np.min(others @ (x * y[:, None]).T, axis=1) / np.linalg.norm(others, axis=1)
    assert margins.max() <= np.min(x @ best * y)


def test_scale_changes_no_verdict() -> None:
    for scale in (1e-9, 1.0, 1e9):
        assert find_separating_weights(scale * np.array(CORNERS), AND) is not None
        assert find_separating_weights(scale * np.array(CORNERS), XOR) is None
    assert find_separating_weights(np.zeros((3, 2)), [1, 1, -1]) is None


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_rule_is_the_textbooks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    P, N = int(rng.integers(1, 12)), int(rng.integers(1, 6))
    x, y = rng.integers(-3, 4, (P, N)).astype(float), rng.choice([-1.0, 1.0], P)
    run = train_perceptron(x, y, epochs=20)
    w, mistakes = naive.train_perceptron(x.tolist(), y.tolist(), 20)
    assert run.weights.tolist() == w and run.mistakes.tolist() == mistakes  # whole numbers: exact
    assert run.learnt == (mistakes[-1] == 0)


def test_it_learns_what_is_separable_within_novikoffs_bound() -> None:
    rng = np.random.default_rng(8)
    for _ in range(20):
        x, y = rng.normal(size=(15, 12)), rng.choice([-1.0, 1.0], 15)
        bound = compute_correction_bound(x, y)
        run = train_perceptron(x, y, epochs=20_000)
        assert run.learnt == math.isfinite(bound)
        assert run.corrections <= bound
        assert not run.learnt or np.min(x @ run.weights * y) > 0


def test_xor_is_never_learnt() -> None:
    assert compute_correction_bound(CORNERS, XOR) == math.inf
    run = train_perceptron(CORNERS, XOR, epochs=50, record=10)
    assert not run.learnt and len(run.mistakes) == 50 and run.history.shape == (11, 3)


def test_history_starts_at_the_start() -> None:
    run = train_perceptron(CORNERS, AND, start=[0.5, 0.0, 0.0], record=1000)
    assert run.history[0].tolist() == [0.5, 0.0, 0.0]
    assert run.history.shape == (run.corrections + 1, 3)
    assert run.history[-1].tolist() == run.weights.tolist()


def test_messages() -> None:
    with pytest.raises(ValueError, match="P must be whole numbers"):
        compute_separable_fraction(2.5, 3)
    with pytest.raises(ValueError, match="N must be"):
        compute_separable_fraction(2, 0)
    with pytest.raises(ValueError, match=r"patterns must have shape \(P, N\)"):
        find_separating_weights([1.0, 2.0], [1, 1])
    with pytest.raises(ValueError, match="labels must have one entry for each of the 4"):
        find_separating_weights(CORNERS, [1, 1])
    with pytest.raises(ValueError, match=r"labels must be \+1 or -1, got \[0.0, 1.0\]"):
        train_perceptron(CORNERS, [0, 0, 0, 1])
    with pytest.raises(ValueError, match="start must be a number or one for each of the 3"):
        train_perceptron(CORNERS, AND, start=[1.0, 2.0])
    with pytest.raises(ValueError, match="epochs"):
        train_perceptron(CORNERS, AND, epochs=0)
