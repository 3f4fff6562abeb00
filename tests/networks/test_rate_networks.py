"""Rate networks against matrix exponentials, naive steps, exhaustive fixed points and the motifs in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from neurolab.kernels import transfer
from neurolab.kernels.chunks import Diverged
from neurolab.networks import (
    RateNetwork,
    compute_linear_modes,
    compute_linear_response,
    compute_winner_take_all,
    find_rate_fixed_points,
    generate_feedforward_weights,
    generate_winner_take_all_weights,
    simulate_rates,
)

SHAPES: dict[str, dict[str, float]] = {
    "linear": dict(gain=0.7),
    "threshold_linear": dict(gain=1.5, theta=0.2),
    "logistic": dict(gain=2.0, theta=0.3, maximum=3.0),
    "hyperbolic_tangent": dict(gain=1.5, theta=0.1, maximum=2.0),
    "power_law": dict(gain=0.5, exponent=1.5, theta=-0.1),
    "naka_rushton": dict(maximum=2.0, half=0.6, exponent=2.5),
    "wilson_cowan": dict(a=1.5, theta=2.0),
}


def weights(n: int, seed: int, scale: float = 0.6) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=scale / np.sqrt(n), size=(n, n))


@pytest.mark.parametrize("f", SHAPES)
@pytest.mark.parametrize("method", ["rk4", "euler"])
def test_steps_are_the_textbooks(f: str, method: str) -> None:
    """Each transfer function, with an input for every step, against RK4 and Euler written with the public functions."""
    n, dt, steps = 4, 0.5, 20
    network = RateNetwork(weights(n, 1), tau=[5.0, 8.0, 10.0, 20.0], f=f, values=SHAPES[f])
    I = np.random.default_rng(2).normal(0.5, 0.5, size=(steps, n))
    run = simulate_rates(network, steps * dt, dt, I=I, r=0.3, method=method)
    r = np.full(n, 0.3)
    for row, after in zip(I, run.r[1:], strict=True):

        def rhs(y: np.ndarray, row: np.ndarray = row) -> np.ndarray:
            x = network.W @ y + row
            value = 0.7 * x if f == "linear" else getattr(transfer, f)(x, **SHAPES[f])
            return (value - y) / network.tau  # type: ignore[no-any-return]

        k1 = rhs(r)
        if method == "euler":
            r = r + dt * k1
        else:
            k2 = rhs(r + dt / 2 * k1)
            k3 = rhs(r + dt / 2 * k2)
            r = r + dt / 6 * (k1 + 2 * k2 + 2 * k3 + rhs(r + dt * k3))
        assert after == pytest.approx(r, rel=1e-13, abs=1e-14)


def test_a_linear_network_is_a_matrix_exponential() -> None:
    W, tau, I = weights(6, 3), 10.0, np.linspace(-1, 1, 6)
    run = simulate_rates(RateNetwork(W, f="linear", tau=tau), 30.0, 0.1, I=I, every=100)
    A = (W - np.eye(6)) / tau
    for t, r in zip(run.t, run.r, strict=True):
        exact = np.linalg.solve(A, (expm(A * t) - np.eye(6)) @ (I / tau))
        assert r == pytest.approx(exact, abs=1e-9)  # RK4: (dt / tau)^4 / 120 of the time constant
    assert run.t.tolist() == [0.0, 10.0, 20.0, 30.0]


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("rk4", 4)])
def test_orders_of_convergence(method: str, order: int) -> None:
    network = RateNetwork(weights(3, 4), f="hyperbolic_tangent")

    def end(dt: float) -> np.ndarray:
        return simulate_rates(network, 20.0, dt, I=[1.0, -0.5, 0.2], method=method).end

    exact = end(0.01) if order == 4 else simulate_rates(network, 20.0, 0.01, I=[1.0, -0.5, 0.2]).end
    errors = [np.abs(end(dt) - exact).max() for dt in (1.0, 0.5)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.2)


def naive_fixed_points(W: np.ndarray, I: np.ndarray) -> list[np.ndarray]:
    """Where many long simulations of a symmetric threshold-linear network end: its stable states."""
    rng, ends = np.random.default_rng(0), []
    network = RateNetwork(W, tau=10.0)
    for r in [*rng.uniform(0, 2, (30, len(I))), *(3 * np.eye(len(I)))]:
        end = simulate_rates(network, 4e4, 1.0, every=1000, I=I, r=r).end
        if not any(np.abs(end - other).max() < 1e-4 for other in ends):
            ends.append(end)
    return sorted(ends, key=lambda r: tuple(r.round(6)))


@pytest.mark.jit
@pytest.mark.parametrize("seed", range(5))
def test_stable_states_are_where_simulations_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    W = -np.abs(rng.normal(1.2, 0.5, (4, 4)))
    W = (W + W.T) / 2
    np.fill_diagonal(W, 0.0)
    I = rng.uniform(0.5, 1.5, 4)
    stable = [point.r for point in find_rate_fixed_points(RateNetwork(W), I) if point.stable]
    assert np.array(stable) == pytest.approx(np.array(naive_fixed_points(W, I)), abs=1e-5)


@pytest.mark.parametrize("f", SHAPES)
def test_fixed_points_are_fixed_and_the_response_is_their_derivative(f: str) -> None:
    network = RateNetwork(weights(5, 7), f=f, values=SHAPES[f])
    I = np.full(5, 1.0)
    points = find_rate_fixed_points(network, I, starts=40)
    assert points
    for point in points:
        assert network.output(network.W @ point.r + I) == pytest.approx(point.r, abs=1e-8)
        assert point.eigenvalues == pytest.approx(
            np.linalg.eigvals(network.jacobian(point.r, I)), abs=1e-12
        )
    point = points[-1]
    response, step = compute_linear_response(network, point.r, I), 1e-5
    for j in range(5):
        nudged = I.copy()
        nudged[j] += step
        others = find_rate_fixed_points(network, nudged, starts=40)
        change = min((p.r - point.r for p in others), key=lambda d: float(np.abs(d).max()))
        assert response[:, j] == pytest.approx(change / step, rel=1e-3, abs=1e-4)


def test_a_bistable_unit_has_three_steady_states() -> None:
    network = RateNetwork([[1.0]], f="logistic", values=dict(gain=0.1, theta=50.0, maximum=100.0))
    points = find_rate_fixed_points(network)
    assert [point.stable for point in points] == [True, False, True]
    assert points[1].r[0] == pytest.approx(50.0)


@given(st.integers(1, 6), st.integers(0, 1000))
def test_modes_rebuild_the_response(n: int, seed: int) -> None:
    """Sum over modes of gain, pattern and the dual pattern is (1 - W)^-1."""
    W = weights(n, seed)
    modes = compute_linear_modes(W)
    P = modes.patterns
    rebuilt = P @ np.diag(modes.gains) @ np.linalg.inv(P)
    exact = np.linalg.inv(np.eye(n) - W)
    assert rebuilt == pytest.approx(exact, abs=1e-6 * np.linalg.cond(P) * np.abs(exact).max())
    assert np.all(np.diff(modes.eigenvalues.real) <= 1e-12)
    assert modes.stable == bool(np.linalg.eigvals(W).real.max() < 1)


def test_an_integrator_has_a_mode_without_end() -> None:
    modes = compute_linear_modes([[1.0]])
    assert modes.time_constants.tolist() == [np.inf] and not modes.stable


def test_a_feedforward_chain_computes_layer_by_layer() -> None:
    rng = np.random.default_rng(5)
    A, B = rng.normal(size=(3, 4)), rng.normal(size=(2, 3))
    network = RateNetwork(generate_feedforward_weights([A, B]))
    inputs = np.concatenate([rng.uniform(0, 1, 4), np.zeros(5)])
    (point,) = find_rate_fixed_points(network, inputs)
    hidden = np.maximum(A @ inputs[:4], 0)
    exact = np.concatenate([inputs[:4], hidden, np.maximum(B @ hidden, 0)])
    assert point.r == pytest.approx(exact) and point.stable
    assert point.eigenvalues.real == pytest.approx(-0.1)  # nothing but the leak
    assert simulate_rates(network, 300.0, 1.0, I=inputs).end == pytest.approx(exact, abs=1e-6)


positive = st.floats(0.2, 3.0)


@given(positive, positive, st.floats(0.0, 3.0))
def test_winner_take_all_is_the_exhaustive_search(I_1: float, I_2: float, alpha: float) -> None:
    found = compute_winner_take_all(I_1, I_2, alpha)
    weak, strong = found.borders
    if min(abs(alpha - weak), abs(alpha - strong)) < 1e-6:
        return  # on a border a steady state is only just stable
    points = find_rate_fixed_points(
        RateNetwork(generate_winner_take_all_weights(2, alpha)), [I_1, I_2]
    )
    stable = sorted(tuple(point.r.tolist()) for point in points if point.stable)
    assert stable == [pytest.approx(state) for state in sorted(found.states)]
    regime = "share" if alpha < weak else "first come" if alpha > strong else "fair winner"
    assert found.regime == regime


def test_the_head_start_decides_only_beyond_the_second_border() -> None:
    for alpha, end in ((0.94, (0.919, 0.086)), (1.0, (1.0, 0.0)), (1.1, (0.0, 0.95))):
        network = RateNetwork(generate_winner_take_all_weights(2, alpha))
        run = simulate_rates(network, 3000.0, 1.0, I=[1.0, 0.95], r=[0.0, 0.95], every=100)
        assert run.end == pytest.approx(end, abs=1e-3)


def test_equal_rivals_tie_at_one() -> None:
    assert compute_winner_take_all(1.0, 1.0, 1.0).regime == "tie"
    ends = [
        simulate_rates(
            RateNetwork(generate_winner_take_all_weights(2, 1.0)), 500.0, 1.0, I=1.0, r=[x, 0.0]
        ).end
        for x in (0.2, 0.8)
    ]
    assert ends[0].sum() == pytest.approx(1.0) and ends[0][0] < ends[1][0]


def test_the_seeds_winner_take_all_chatters_with_steps_of_tau() -> None:
    """Euler with dt = tau: r is replaced by its drive, and two rivals swap their rates."""
    network = RateNetwork(generate_winner_take_all_weights(2, 0.9))
    run = simulate_rates(network, 40.0, 10.0, I=[1.0, 0.95], method="euler")
    assert run.r[:4, 0] == pytest.approx([0.0, 1.0, 0.145, 0.955], abs=1e-3)


def test_progress_reaches_the_end() -> None:
    heard: list[float] = []
    simulate_rates(RateNetwork([[0.0]]), 10.0, 1.0, progress=heard.append)
    assert heard[-1] == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: RateNetwork([[1.0, 2.0]]), "W must be a square matrix"),
        (lambda: RateNetwork([[0.0]], tau=0.0), "tau must be above 0"),
        (lambda: RateNetwork([[0.0]], tau=[1.0, 2.0]), "tau must be one number or one for each"),
        (lambda: RateNetwork([[0.0]], f="logistics"), "did you mean 'logistic'"),
        (lambda: RateNetwork([[0.0]], values=dict(gian=1.0)), "threshold_linear has no 'gian'"),
        (lambda: RateNetwork([[0.0]], f="naka_rushton", values=dict(half=0.0)), "half must be above 0"),
        (lambda: simulate_rates(RateNetwork([[0.0]]), 0.1, 1.0), "at least one step"),
        (lambda: simulate_rates(RateNetwork([[0.0]]), 5.0, 1.0, I=[[1.0]]), "a row for each step"),
        (lambda: simulate_rates(RateNetwork([[0.0]]), 5.0, 1.0, r=[1.0, 2.0]), "r must be one number"),
        (lambda: simulate_rates(RateNetwork([[0.0]]), 5.0, 1.0, method="rk3"), "method must be one of"),
        (lambda: find_rate_fixed_points(RateNetwork([[1.0]], f="linear")), "no eigenvalue 1"),
        (lambda: compute_linear_response(RateNetwork([[1.0]], f="linear"), 1.0), "no eigenvalue 1"),
        (lambda: generate_feedforward_weights([]), "at least one matrix"),
        (lambda: generate_feedforward_weights([[[1.0]], [[1.0, 2.0]]]), r"shape \(units, 1\)"),
        (lambda: generate_winner_take_all_weights(0, 1.0), "n must be a whole number"),
        (lambda: compute_winner_take_all(0.0, 1.0, 1.0), "I_1 must be above 0"),
        (lambda: compute_winner_take_all(1.0, 1.0, -1.0), "alpha must be 0 or more"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.jit  # plain Python warns of the overflow first
def test_a_runaway_network_says_so() -> None:
    with pytest.raises(Diverged, match="the network runs away"):
        simulate_rates(RateNetwork([[5.0]]), 1e4, 1.0, I=1.0)


def test_an_integrator_is_infinitely_slow_and_strong() -> None:
    modes = compute_linear_modes([[1.0, 0.0], [0.0, 0.5]])
    assert modes.gains.tolist() == [np.inf, 2.0] and modes.time_constants.tolist() == [np.inf, 20.0]
