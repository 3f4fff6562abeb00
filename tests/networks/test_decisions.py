"""Wong and Wang's network against its equations, drift to a bound against the backward equation and in simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad, solve_bvp

from neurolab.dynamics import find_equilibria
from neurolab.engine.model import simulate
from neurolab.networks import (
    compute_decision_accuracy,
    compute_decision_density,
    compute_decision_time,
    compute_wong_wang_nullcline,
    compute_wong_wang_rate,
    simulate_decisions,
    wong_wang,
)


def naive_rate(x: float) -> float:
    drive = 270.0 * x - 108.0
    return drive / (1.0 - np.exp(-0.154 * drive))


@given(st.floats(0.0, 1.0))
def test_the_rate_is_its_formula(x: float) -> None:
    if abs(270.0 * x - 108.0) < 0.01:
        return  # the formula loses its digits there
    assert compute_wong_wang_rate(x) == pytest.approx(naive_rate(x), rel=1e-9)


def test_the_rate_has_no_hole_and_no_overflow() -> None:
    x = 0.4 + np.array([-1e-6, -1e-9, 0.0, 1e-9, 1e-6])
    rates = compute_wong_wang_rate(x)
    assert rates == pytest.approx(1 / 0.154 + 0.5 * 270.0 * (x - 0.4), abs=1e-7)
    assert compute_wong_wang_rate(-100.0) == 0.0


def test_rest_is_where_the_channels_that_close_are_those_that_open() -> None:
    for point in find_equilibria(wong_wang, mu_0=10.0, coherence=0.1):
        S = [point.state["S_1"], point.state["S_2"]]
        for i, sign in ((0, 1), (1, -1)):
            x = 0.2609 * S[i] - 0.0497 * S[1 - i] + 0.3255 + 5.2e-4 * 10.0 * (1 + sign * 0.1)
            opening = (1 - S[i]) * 0.641 * naive_rate(x) / 1000.0
            assert S[i] / 100.0 == pytest.approx(opening, rel=1e-9)


@pytest.mark.jit
def test_a_choice_is_made_and_remembered() -> None:
    shown = simulate(wong_wang, 1000.0, 0.5, mu_0=30.0, coherence=0.1)
    kept = simulate(wong_wang, 3000.0, 0.5, S_1=shown.S_1[-1], S_2=shown.S_2[-1])
    assert (kept.S_1[-1], kept.S_2[-1]) == pytest.approx((0.567, 0.0319), abs=1e-3)


def test_a_strong_stimulus_leaves_two_choices() -> None:
    points = find_equilibria(wong_wang, mu_0=30.0)
    assert [point.stable for point in points] == [True, False, True]
    assert points[0].state["S_1"] == pytest.approx(points[2].state["S_2"])


@pytest.mark.parametrize(("v", "a", "s"), [(0.7, 1.3, 0.8), (-2.0, 0.5, 1.0), (0.0, 1.0, 2.0)])
def test_accuracy_and_time_solve_the_backward_equation(v: float, a: float, s: float) -> None:
    """v P' + s²/2 P'' = 0 and v T' + s²/2 T'' = -1 with P(-a) = 0, P(a) = 1, T(±a) = 0."""

    def rhs(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        k = 2 / s**2
        return np.array([y[1], -k * v * y[1], y[3], -k * (v * y[3] + 1)])

    def ends(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return np.array([low[0], high[0] - 1, low[2], high[2]])

    grid = np.linspace(-a, a, 101)
    solved = solve_bvp(rhs, ends, grid, np.zeros((4, 101)), tol=1e-8)
    for z in (-0.4 * a, 0.0, 0.7 * a):
        P, _, T, _ = solved.sol(z)
        assert compute_decision_accuracy(v, a, s, start=z) == pytest.approx(P, abs=1e-6)
        assert compute_decision_time(v, a, s, start=z) == pytest.approx(T, abs=1e-6)


@given(st.floats(-20, 20), st.floats(0.1, 5), st.floats(0.2, 3), st.floats(-0.99, 0.99))
def test_the_mirror_image_ends_at_the_other_bound(v: float, a: float, s: float, z: float) -> None:
    P = compute_decision_accuracy(v, a, s, start=z * a)
    mirrored = compute_decision_accuracy(-v, a, s, start=-z * a)
    assert P + mirrored == pytest.approx(1.0, abs=1e-9) and 0 <= P <= 1
    T = compute_decision_time(v, a, s, start=z * a)
    assert compute_decision_time(-v, a, s, start=-z * a) == pytest.approx(T, rel=1e-6, abs=1e-12)
    assert T > 0
    if v * z >= 0:  # drift towards the nearer bound, or from the middle, can only hasten the end
        assert T <= (1 - z * z) * a * a / s**2 * (1 + 1e-6)


def test_extreme_drifts_do_not_overflow() -> None:
    assert compute_decision_accuracy([-1e6, -1e3, 1e3, 1e6], start=0.3).tolist() == [0, 0, 1, 1]
    assert compute_decision_time(1e6, start=0.5) == pytest.approx(0.5e-6)
    across = compute_decision_time(np.array([0.99e-5, 1.01e-5]), start=0.3)
    assert across[0] == pytest.approx(across[1], rel=1e-6)
    assert compute_decision_time(1.0, residual=0.3) == pytest.approx(0.3 + 0.7615942)


@pytest.mark.jit
@pytest.mark.parametrize(("v", "a", "s", "z"), [(1.0, 1.0, 1.0, 0.0), (-0.5, 2.0, 1.5, 0.6)])
def test_with_a_bridge_steps_may_be_coarse(v: float, a: float, s: float, z: float) -> None:
    trials = 40_000
    run = simulate_decisions(trials, v, a, s, dt=0.01, seed=1, start=z)
    P = compute_decision_accuracy(v, a, s, start=z)
    assert run.accuracy == pytest.approx(P, abs=4 * np.sqrt(0.25 / trials))
    # four standard errors of a time whose SD is about its mean, and half a step
    T = compute_decision_time(v, a, s, start=z)
    assert run.mean_time == pytest.approx(T, abs=4 * T / np.sqrt(trials) + 0.005)


@pytest.mark.jit
def test_without_a_bridge_steps_overshoot() -> None:
    run = simulate_decisions(40_000, dt=0.01, seed=2, bridge=False)
    # the bound is as if moved out by 0.5826 s sqrt(dt), -zeta(1/2) / sqrt(2 pi) (Broadie et al. 1997)
    moved = 1.0 + 0.5826 * 0.1
    assert run.accuracy == pytest.approx(compute_decision_accuracy(1.0, moved), abs=0.006)
    assert run.mean_time == pytest.approx(compute_decision_time(1.0, moved), abs=0.02)


@pytest.mark.jit
def test_a_trial_is_the_same_among_any_number() -> None:
    few, many = (simulate_decisions(k, seed=3) for k in (5, 50))
    assert few.times.tolist() == many.times[:5].tolist()
    assert few.correct.tolist() == many.correct[:5].tolist()


def test_trials_without_a_decision_count_in_nothing() -> None:
    run = simulate_decisions(3, 0.0, 100.0, seed=1, longest=0.05)
    assert np.isnan(run.times).all() and np.isnan(run.accuracy) and np.isnan(run.mean_time)
    heard: list[float] = []
    simulate_decisions(2, 0.0, 100.0, seed=1, longest=0.05, progress=heard.append)
    assert heard[-1] == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_wong_wang_rate(0.4, d=0.0), "d must be above 0"),
        (lambda: compute_decision_accuracy(1.0, 0.0), "bound must be above 0"),
        (lambda: compute_decision_accuracy(1.0, noise=0.0), "noise must be above 0"),
        (lambda: compute_decision_time(1.0, start=1.0), "start must lie between the bounds"),
        (lambda: compute_decision_time(1.0, residual=-1.0), "residual must be 0 or more"),
        (lambda: simulate_decisions(0, seed=1), "trials must be a whole number"),
        (lambda: simulate_decisions(1, dt=0.0, seed=1), "dt must be above 0"),
        (lambda: simulate_decisions(1, seed=1, longest=-1.0), "longest must be above 0"),
        (lambda: simulate_decisions(1, seed=-1), "seed must be a whole number"),
    ],
)
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_a_trial_has_an_end() -> None:
    with pytest.raises(
        ValueError, match="longest must be at most 1e.09 steps of dt=0.01, got 5e.21"
    ):
        simulate_decisions(1, bound=1e9, seed=1)


@pytest.mark.parametrize(
    ("drift", "bound", "noise", "start"),
    [(1, 1, 1, 0), (2, 0.5, 1, 0.2), (0, 1, 2, -0.9), (-1.5, 1.5, 0.7, 0.3), (3, 1, 1, 0.99)],
)
def test_density_integrates_to_accuracy_and_mean_time(
    drift: float, bound: float, noise: float, start: float
) -> None:
    def moment(k: int, upper: bool) -> float:
        def f(t: float) -> float:
            density = compute_decision_density(t, drift, bound, noise, start=start, upper=upper)
            return t**k * float(density)

        cuts = [0.0, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 60.0]
        parts = zip(cuts[:-1], cuts[1:], strict=True)
        return sum(quad(f, low, high, epsabs=1e-13, limit=200)[0] for low, high in parts)

    right = compute_decision_accuracy(drift, bound, noise, start=start)
    time = compute_decision_time(drift, bound, noise, start=start)
    assert moment(0, True) == pytest.approx(right, abs=1e-9)
    assert moment(0, False) == pytest.approx(1 - right, abs=1e-9)
    assert moment(1, True) + moment(1, False) == pytest.approx(time, abs=1e-9)


def test_density_has_no_seam_and_errors_take_as_long_from_the_middle() -> None:
    """The two series meet where s² t = a², to the last digits."""
    for start in (0.0, 0.9, -0.9):
        early, late = np.asarray(compute_decision_density([1 - 1e-13, 1 + 1e-13], start=start))
        assert late == pytest.approx(early, rel=1e-12)
    t = np.linspace(0.01, 5.0, 50)
    right = np.asarray(compute_decision_density(t, 0.7))
    wrong = np.asarray(compute_decision_density(t, 0.7, upper=False))
    assert right == pytest.approx(np.exp(1.4) * wrong, rel=1e-12)
    assert compute_decision_density([-1.0, 0.0]).tolist() == [0.0, 0.0]  # type: ignore[union-attr]


@pytest.mark.jit
def test_simulated_times_have_this_density() -> None:
    """Counts in bins of 0.25 against its integral: within 4 standard errors, and the steps of 0.002."""
    run = simulate_decisions(20_000, 0.8, dt=0.002, seed=4)
    edges = np.arange(0.0, 3.01, 0.25)
    for upper in (True, False):
        counts = np.histogram(run.times[run.correct == upper], edges)[0] / 20_000
        fine = np.linspace(0, 3, 3001)
        density = np.asarray(compute_decision_density(fine, 0.8, upper=upper))
        exact = np.add.reduceat((density[1:] + density[:-1]) / 2 * 1e-3, np.arange(0, 3000, 250))
        assert np.all(np.abs(counts - exact) < 4 * np.sqrt(exact / 20_000) + 1e-3)


@given(st.floats(0.001, 0.9), st.floats(0.0, 60.0), st.floats(-1.0, 1.0))
def test_nullclines_are_where_nothing_moves(S: float, mu_0: float, coherence: float) -> None:
    other = float(compute_wong_wang_nullcline(S, mu_0, coherence))
    slope = wong_wang.derivative([S, other], mu_0=mu_0, coherence=coherence)[0]
    assert slope == pytest.approx(0.0, abs=1e-10)
    mirror = float(compute_wong_wang_nullcline(S, mu_0, -coherence))
    slope = wong_wang.derivative([mirror, S], mu_0=mu_0, coherence=coherence)[1]
    assert slope == pytest.approx(0.0, abs=1e-10)


def test_nullclines_follow_the_parameters_and_say_what_is_wrong() -> None:
    other = float(compute_wong_wang_nullcline(0.3, I_0=0.34, gamma=0.5))
    slope = wong_wang.derivative([0.3, other], I_0=0.34, gamma=0.5)[0]
    assert slope == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ValueError, match="S must be above 0 and below 1"):
        compute_wong_wang_nullcline([0.1, 1.0])
    with pytest.raises(ValueError, match="bound"):
        compute_decision_density(1.0, bound=0.0)


def test_density_of_a_drift_that_leaves_no_doubt() -> None:
    """All decide at t = bound / drift; exp(v a / s²), a factor of the density, is then no number."""
    t = np.array([-5.0, 0.0, 0.9e-3, 1e-3, 1.1e-3, 5.0])
    found = compute_decision_density(t, 1e3, 1.0, 0.1)
    assert np.all(np.isfinite(found)) and found.argmax() == 3 and found[3] > 1e4
    assert found[[0, 1, 5]].tolist() == [0.0] * 3
