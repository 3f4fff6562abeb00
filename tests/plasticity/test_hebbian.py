"""Learning from rates: closed forms, fixed points, plain twins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurolab.kernels.chunks import Diverged, Interrupted
from neurolab.plasticity import (
    LEARNING_RULES,
    compute_hebbian_decay,
    compute_learning_drift,
    compute_oja_flow,
    find_bcm_fixed_points,
    find_oja_fixed_points,
    simulate_learning,
)
from tests.reference import plasticity as naive

RNG = np.random.default_rng(11)
INPUTS = RNG.normal(0.3, 1.0, (60, 3))


@pytest.mark.parametrize("rule", LEARNING_RULES)
def test_the_compiled_loop_is_the_plain_one(rule: str) -> None:
    w = RNG.normal(0, 0.5, (2, 3))
    run = simulate_learning(rule, INPUTS, w, eta=0.02, alpha=0.7, tau=9.0)
    plain = naive.simulate_learning(rule, INPUTS.tolist(), w.tolist(), 0.02, 0.7, 9.0)
    assert np.abs(run.final - plain).max() < 1e-13
    assert run.w.shape == (61, 2, 3) and np.array_equal(run.w[0], w)


@given(
    t=st.floats(0, 100), r_i=st.floats(0, 50), r_j=st.floats(0, 50), W=st.floats(-5, 5),
    eta=st.floats(1e-3, 1), alpha=st.floats(0, 2),
)  # fmt: skip
def test_the_decay_solves_its_equation(
    t: float, r_i: float, r_j: float, W: float, eta: float, alpha: float
) -> None:
    """Slope by finite differences, and the semigroup law: two stretches are one."""

    def at(time: float, start: float = W) -> float:
        return float(compute_hebbian_decay(time, r_i, r_j, eta=eta, alpha=alpha, W=start))

    now, h = at(t + 1e-3), 1e-3
    size = r_i * r_j + abs(W)
    slope = (at(t + 2 * h) - at(t)) / (2 * h)
    assert slope == pytest.approx(eta * (r_i * r_j - alpha * now), abs=1e-5 * (1 + size * (1 + t)))
    now = at(t)
    assert at(t / 2, at(t / 2)) == pytest.approx(now, abs=1e-8 * (1 + r_i * r_j * t))


@pytest.mark.parametrize("rule", LEARNING_RULES)
def test_the_drift_is_the_mean_of_one_step_over_the_inputs(rule: str) -> None:
    x = RNG.normal(0.3, 1.0, (40, 3))
    w = RNG.normal(size=(2, 3))
    drift = compute_learning_drift(rule, x, w)
    for k in range(2):
        # one step each from the same weights; the running means start where they come to rest if they saw all inputs
        runs = [
            simulate_learning(rule, np.roll(x, -i, axis=0), w[k], eta=1e-6, tau=np.inf).w
            for i in range(40)
        ]
        mean = np.mean([run[1] - run[0] for run in runs], axis=0) / 1e-6
        assert np.allclose(mean, drift[k], atol=1e-8)


def test_the_drift_vanishes_at_the_fixed_points() -> None:
    patterns, p = np.array([[1.0, 0.3, 0.0], [0.3, 1.0, 0.2]]), [0.3, 0.7]
    for point in find_bcm_fixed_points(patterns, p):
        assert np.allclose(
            compute_learning_drift("bcm", patterns, point.w, probabilities=p), 0.0, atol=1e-12
        )
    x = RNG.normal(size=(50, 3))
    for root in find_oja_fixed_points(x.T @ x / 50):
        assert np.allclose(compute_learning_drift("oja", x, root.w), 0.0, atol=1e-12)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(rule="hebbian"), "rule must be one of"),
        (dict(w=[1.0]), r"w must have shape \(..., 2\), as the inputs have 2 columns; got \(1,\)"),
        (dict(w=1.0), r"w must have shape \(..., 2\)"),
        (dict(probabilities=[1.0]), "probabilities must be 2 numbers above 0 with sum 1"),
    ],
)
def test_messages_of_the_drift(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compute_learning_drift(
            **(dict(rule="oja", inputs=np.eye(2), w=[1.0, 0.0]) | values)  # type: ignore[arg-type]
        )


def test_small_alpha_is_the_limit_of_growth() -> None:
    linear = compute_hebbian_decay(3.0, 2.0, 5.0, eta=0.1, alpha=0.0, W=1.0)
    assert linear == pytest.approx(4.0)
    assert compute_hebbian_decay(3.0, 2.0, 5.0, eta=0.1, alpha=1e-12, W=1.0) == pytest.approx(4.0)


def test_steps_of_the_printed_rule_converge_to_its_solution() -> None:
    """First order: the error halves with the step."""
    errors = []
    for steps in (200, 400, 800):
        h = 10.0 / steps
        run = simulate_learning(
            "hebb",
            np.full((steps, 1), 3.0),
            [0.0],
            outputs=np.full(steps, 2.0),
            eta=0.1 * h,
            alpha=0.5,
        )
        errors.append(
            abs(run.final[0] - float(compute_hebbian_decay(10.0, 2.0, 3.0, eta=0.1, alpha=0.5)))
        )
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx([1.0, 1.0], abs=0.01)


def test_a_matrix_of_weights_decays_to_the_outer_product() -> None:
    post, pre = np.array([1.0, 2.0]), np.array([0.5, 1.5, 3.0])
    W = compute_hebbian_decay(1e4, post[:, None], pre[None, :], eta=0.1, alpha=0.5)
    assert np.allclose(W, np.outer(post, pre) / 0.5)


@given(
    arrays(float, (3, 3), elements=st.floats(-1, 1)),
    arrays(float, 3, elements=st.floats(-0.5, 0.5)),
)
def test_the_oja_flow_solves_its_equation(A: Any, w: Any) -> None:
    C = A @ A.T
    h = 1e-5
    now, later = compute_oja_flow(C, w, 0.7), compute_oja_flow(C, w, 0.7 + h)
    assert np.allclose((later - now) / h, C @ now - (now @ C @ now) * now, atol=1e-3)
    assert np.allclose(compute_oja_flow(C, compute_oja_flow(C, w, 0.3), 0.4), now, atol=1e-9)


def test_the_oja_flow_does_not_overflow() -> None:
    w = compute_oja_flow(np.diag([300.0, 1.0]), [1e-3, 1.0], 1e4)
    assert np.allclose(w, [1.0, 0.0])
    assert np.array_equal(compute_oja_flow(np.eye(2), [0.0, 0.0], 5.0), [0.0, 0.0])


@given(arrays(float, (4, 4), elements=st.floats(-1, 1)))
def test_oja_fixed_points_are_still_and_their_stability_is_the_jacobians(A: Any) -> None:
    C = A @ A.T
    for point in find_oja_fixed_points(C):
        w = point.w
        assert np.allclose(C @ w - (w @ C @ w) * w, 0, atol=1e-9)
        J = C - (w @ C @ w) * np.eye(4) - 2 * np.outer(w, C @ w)
        assert np.allclose(
            np.sort(np.linalg.eigvals(J).real), np.sort(point.eigenvalues), atol=1e-6
        )


def test_oja_from_samples_finds_the_component_and_the_mean_breaks_it() -> None:
    """C = [[3, 1], [1, 2]]; with a mean of 3 (1, -1) the weights follow the mean (story 3.1: 1.6 and 78 degrees)."""
    x = RNG.multivariate_normal([0, 0], [[3, 1], [1, 2]], size=20_000)
    first = find_oja_fixed_points([[3.0, 1.0], [1.0, 2.0]])[0].w

    def angle(inputs: Any, rule: str) -> float:
        run = simulate_learning(
            rule, inputs, [0.3, 0.1], eta=0.001, every=10, alpha=1.0 if rule == "oja" else 2.0
        )
        w = run.w[1000:].mean(axis=0)
        return float(np.degrees(np.arccos(abs(w @ first) / np.linalg.norm(w))))

    assert angle(x, "oja") < 4
    assert 70 < angle(x + 3 * np.array([1, -1]), "oja") <= 90


def test_covariance_ignores_the_mean() -> None:
    """With decay between the two eigenvalues only the first component grows."""
    x = RNG.multivariate_normal([5, -5], [[3, 1], [1, 2]], size=4000)
    run = simulate_learning("covariance", x, [0.1, -0.1], eta=0.001, alpha=2.5, tau=np.inf)
    w = run.final / np.linalg.norm(run.final)
    assert abs(w @ find_oja_fixed_points([[3.0, 1.0], [1.0, 2.0]])[0].w) > 0.99


def test_sanger_finds_the_components_in_order() -> None:
    C = np.array([[4.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]])
    x = RNG.multivariate_normal(np.zeros(3), C, size=60_000)
    run = simulate_learning("sanger", x, RNG.normal(0, 0.3, (2, 3)), eta=0.001, every=100)
    w = run.w[300:].mean(axis=0)
    for row, point in zip(w, find_oja_fixed_points(C)[:2], strict=True):
        assert abs(row @ point.w) == pytest.approx(1.0, abs=0.03)


def test_several_oja_units_learn_the_same() -> None:
    run = simulate_learning("oja", INPUTS, np.ones((2, 3)), eta=0.02)
    assert np.array_equal(run.final[0], run.final[1])
    one = simulate_learning("oja", INPUTS, np.ones(3), eta=0.02)
    assert np.array_equal(run.w[:, 0], one.w)


@pytest.mark.parametrize("probabilities", [None, [0.2, 0.5, 0.3]])
def test_bcm_fixed_points_are_still_and_only_selective_ones_stable(probabilities: Any) -> None:
    X = np.array([[1.0, 0.3, 0.1], [0.2, 1.0, 0.4], [0.5, 0.0, 1.2]])
    p = np.full(3, 1 / 3) if probabilities is None else np.array(probabilities)
    points = find_bcm_fixed_points(X, probabilities)
    assert len(points) == 8

    def flow(w: Any) -> Any:
        y = X @ w
        return (p * y * (y - p @ y**2)) @ X

    for point in points:
        assert np.allclose(flow(point.w), 0, atol=1e-10)
        assert np.allclose(X @ point.w, point.responses, atol=1e-10)
        J = np.array([(flow(point.w + h) - flow(point.w - h)) / 2e-6 for h in 1e-6 * np.eye(3)]).T
        assert np.allclose(np.sort_complex(np.linalg.eigvals(J)), point.eigenvalues, atol=1e-4)
        assert point.stable == (np.count_nonzero(point.responses) == 1)
        if point.theta:
            assert point.theta == pytest.approx(p @ point.responses**2)


@pytest.mark.jit
def test_bcm_chooses_one_of_two_patterns_that_oja_answers_alike() -> None:
    """Patterns (1, .3) and (.3, 1) (story 3.1): BCM 2 and 0, Oja .92 and .92."""
    patterns = np.array([[1.0, 0.3], [0.3, 1.0]])
    for seed in range(3):
        bcm = simulate_learning(
            "bcm", patterns, [0.4, 0.3], eta=0.005, steps=40_000, seed=seed, tau=50.0, every=100
        )
        assert np.sort(patterns @ bcm.w[200:].mean(axis=0)) == pytest.approx([0.0, 2.0], abs=0.05)
        assert bcm.theta[200:].mean() == pytest.approx(2.0, abs=0.1)
        oja = simulate_learning(
            "oja", patterns, [0.4, 0.3], eta=0.005, steps=20_000, seed=seed, every=100
        )
        assert patterns @ oja.w[100:].mean(axis=0) == pytest.approx([0.92, 0.92], abs=0.02)


def test_draws_are_seeded_and_have_their_probabilities() -> None:
    def run(seed: Any, **more: Any) -> Any:
        return simulate_learning(
            "hebb",
            np.eye(2),
            [0.0, 0.0],
            eta=1.0,
            steps=3000,
            seed=seed,
            outputs=[1.0, 1.0],
            **more,
        )

    assert np.array_equal(run(1).w, run(1).w)
    assert np.array_equal(run(1).w, run(np.random.default_rng(1)).w)
    assert not np.array_equal(run(1).w, run(2).w)
    counts = run(1, probabilities=[0.9, 0.1]).final
    assert counts.sum() == 3000 and counts[0] == pytest.approx(2700, abs=70)


def test_long_runs_do_not_depend_on_the_chunks() -> None:
    """20 000 steps go through several chunks; the kept rows are the same as of the whole."""
    x = RNG.normal(0, 1, (20_000, 2))
    every, tenth = (simulate_learning("oja", x, [0.5, 0.1], eta=0.01, every=k) for k in (1, 10))
    assert np.array_equal(every.w[::10], tenth.w)
    assert tenth.step[-1] == 20_000


def test_a_rectified_unit_does_not_answer_below_zero() -> None:
    run = simulate_learning("hebb", [[-1.0], [-2.0]], [0.5], eta=1.0, rectify=True)
    assert run.final.tolist() == [0.5]


def test_hebb_without_bounds_diverges_and_says_so() -> None:
    with pytest.raises(Diverged, match="weights passed 1e150 at step .*lower eta=1") as caught:
        simulate_learning("hebb", np.full((5000, 1), 1.0), [1.0], eta=1.0, every=7)
    error = caught.value
    assert error.time == pytest.approx(150 * np.log2(10), abs=1.5)
    assert np.isfinite(error.partial.w).all() and error.partial.step[-1] <= error.time


def test_interrupt_keeps_what_was_learned() -> None:
    def stop(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="interrupted at step") as caught:
        simulate_learning("oja", np.ones((50_000, 1)), [0.5], eta=0.01, progress=stop)
    assert 1 < caught.value.partial.step.size < 50_000


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(rule="ojah"), "did you mean 'oja'"),
        (dict(inputs=[1.0, 2.0]), r"inputs must have shape \(samples, inputs\), got \(2,\)"),
        (dict(w=[1.0]), r"w must have shape \(2,\) or \(outputs, 2\)"),
        (dict(outputs=[1.0]), r"outputs must have shape \(3, 1\), got \(1,\)"),
        (dict(seed=1), "seed and probabilities need steps"),
        (dict(probabilities=[0.5, 0.2, 0.3]), "seed and probabilities need steps"),
        (dict(steps=5), "seed must be given where inputs are drawn at random"),
        (dict(steps=0, seed=1), "steps must be a whole number of at least 1"),
        (dict(steps=5, seed=1, probabilities=[0.5, 0.2, 0.2]), "probabilities must be 3 numbers above 0 with sum 1"),
        (dict(tau=0.5), "tau must be at least 1 step, got 0.5"),
        (dict(every=0), "every must be a whole number of at least 1"),
        (dict(eta=np.nan), "eta must be finite"),
    ],
)  # fmt: skip
def test_messages(values: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = dict(rule="oja", inputs=np.ones((3, 2)), w=[0.1, 0.2], eta=0.1)
    with pytest.raises(ValueError, match=message):
        simulate_learning(**(arguments | values))


def test_messages_of_closed_forms() -> None:
    with pytest.raises(ValueError, match="t must be 0 or more, got -1"):
        compute_hebbian_decay(-1.0, 1.0, 1.0, eta=1.0, alpha=1.0)
    with pytest.raises(ValueError, match="alpha must be 0 or more"):
        compute_hebbian_decay(1.0, 1.0, 1.0, eta=1.0, alpha=-1.0)
    with pytest.raises(ValueError, match="t, r_i, r_j and W must broadcast"):
        compute_hebbian_decay([1.0, 2.0], [1.0, 2.0, 3.0], 1.0, eta=1.0, alpha=1.0)
    with pytest.raises(ValueError, match="r_j must be an array of numbers"):
        compute_hebbian_decay(1.0, 1.0, "x", eta=1.0, alpha=1.0)
    with pytest.raises(ValueError, match="C must be a symmetric matrix"):
        compute_oja_flow([[1.0, 2.0], [0.0, 1.0]], [1.0, 0.0], 1.0)
    with pytest.raises(ValueError, match=r"w must have shape \(2,\), got \(3,\)"):
        compute_oja_flow(np.eye(2), [1.0, 0.0, 0.0], 1.0)
    with pytest.raises(ValueError, match="patterns must be linearly independent, got 2 of rank 1"):
        find_bcm_fixed_points([[1.0, 2.0], [2.0, 4.0]])
    with pytest.raises(ValueError, match="patterns must be at most 12, got 13"):
        find_bcm_fixed_points(np.eye(13))
