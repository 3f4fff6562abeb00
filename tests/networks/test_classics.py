"""Every classic result of this chapter, computed and compared with the number in classics.toml."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from neurolab.course import classics
from neurolab.dynamics import find_equilibria
from neurolab.networks import (
    RateNetwork,
    compute_balanced_rates,
    compute_chaos_theory,
    compute_decision_accuracy,
    compute_decision_time,
    compute_hopfield_overlap,
    compute_linear_modes,
    compute_overlaps,
    compute_ring_bump,
    compute_ring_eigenvalues,
    compute_spectral_radius,
    compute_winner_take_all,
    find_brunel_rates,
    find_hopfield_capacity,
    find_rate_fixed_points,
    generate_hopfield_weights,
    generate_patterns,
    generate_random_weights,
    generate_winner_take_all_weights,
    recall_pattern,
    simulate_random_network,
    wong_wang,
)
from tests.conventions.computed import Computed

COMPUTED = Computed()
classic = COMPUTED.classic


def _recalled(alpha: float, n: int) -> float:
    xi = generate_patterns(round(alpha * n), n, seed=1)
    W = generate_hopfield_weights(xi)
    ends = np.array([recall_pattern(W, xi[k]).end for k in range(5)])
    return float(np.mean(np.diag(compute_overlaps(ends, xi[:5]))))


@classic("hopfield-capacity")
def _() -> dict[str, float]:
    n = int(classics()["hopfield-capacity"].parameters["N"])
    found = find_hopfield_capacity()
    return dict(
        alpha_c=found.alpha,
        overlap_c=found.overlap,
        overlap_10=float(compute_hopfield_overlap(0.1)),
        simulated_10=_recalled(0.1, n),
        simulated_20=_recalled(0.2, n),
    )


@classic("ring-attractor")
def _() -> dict[str, float]:
    p = classics()["ring-attractor"].parameters
    bump = compute_ring_bump(p["J_0"], p["J_2"])
    assert bump is not None
    critical = brentq(lambda J_2: compute_ring_eigenvalues(p["J_0"], J_2)[1], 0.0, 5.0)
    return dict(half_width=bump.half_width, critical_J_2=float(critical))


@classic("winner-take-all")
def _() -> dict[str, float]:
    p = classics()["winner-take-all"].parameters
    shared = compute_winner_take_all(1.0, 1.0, p["alpha_weak"])
    strong = RateNetwork(generate_winner_take_all_weights(2, p["alpha_strong"]))
    winner = max(point.r[0] for point in find_rate_fixed_points(strong, 1.0) if point.stable)
    return dict(share=shared.states[0][0], winner=float(winner), critical_alpha=shared.borders[0])


@classic("linear-recurrent")
def _() -> dict[str, float]:
    p = classics()["linear-recurrent"].parameters
    W = np.array([[p["own"], p["other"]], [p["other"], p["own"]]])
    (point,) = find_rate_fixed_points(RateNetwork(W, f="linear", tau=p["tau"]), [1.0, 0.0])
    modes = compute_linear_modes(W, p["tau"])
    return dict(
        r_1=point.r[0], r_2=point.r[1], gain_sum=modes.gains[0].real,
        gain_difference=modes.gains[1].real, tau_sum=modes.time_constants[0],
    )  # fmt: skip


@classic("circle-law")
def _() -> dict[str, float]:
    n = int(classics()["circle-law"].parameters["N"])
    J = generate_random_weights(n, seed=1)
    inner = np.mean(np.abs(np.linalg.eigvals(J)) < 0.5)
    symmetric = np.linalg.eigvalsh(generate_random_weights(n, seed=2, symmetry=1.0))
    return dict(
        radius=compute_spectral_radius(J), inner=float(inner), symmetric_edge=float(symmetric[-1])
    )


@classic("chaotic-network")
def _() -> dict[str, float]:
    p = classics()["chaotic-network"].parameters
    theory = compute_chaos_theory(p["g"], tau=1.0)
    J = generate_random_weights(int(p["N"]), p["g"], seed=2)
    run = simulate_random_network(J, 300.0, 0.1, tau=1.0, settle=50.0, seed=2)
    return dict(
        lyapunov_below=compute_chaos_theory(p["g_below"], tau=1.0).lyapunov,
        lyapunov=theory.lyapunov, variance=theory.variance,
        lyapunov_800=run.lyapunov, variance_800=run.variance,
    )  # fmt: skip


@classic("balanced-rates")
def _() -> dict[str, float]:
    p = classics()["balanced-rates"].parameters
    rates = compute_balanced_rates([[1.0, -p["J_E"]], [1.0, -p["J_I"]]], [p["E"], p["I"]]).rates
    return dict(m_E=rates[0], m_I=rates[1])


@classic("brunel-irregular")
def _() -> dict[str, float]:
    p = classics()["brunel-irregular"].parameters
    (state,) = find_brunel_rates(**p)
    return dict(rate=state.rate)


@classic("brunel-regular")
def _() -> dict[str, float]:
    p = classics()["brunel-regular"].parameters
    (state,) = find_brunel_rates(**p)
    return dict(rate=state.rate)


@classic("wong-wang")
def _() -> dict[str, float]:
    points = find_equilibria(wong_wang, mu_0=classics()["wong-wang"].parameters["mu_0"])
    second, low, first = (p for p in points if p.stable)
    assert second.state["S_1"] == pytest.approx(first.state["S_2"])
    return dict(
        low=low.state["S_1"], winner=first.state["S_1"], loser=first.state["S_2"],
        equilibria=len(points), stable=sum(p.stable for p in points),
    )  # fmt: skip


@classic("drift-diffusion")
def _() -> dict[str, float]:
    p = classics()["drift-diffusion"].parameters
    values = (p["v"], p["a"], p["s"])
    return dict(
        accuracy=float(compute_decision_accuracy(*values)),
        time=float(compute_decision_time(*values)),
    )


LONG = ("hopfield-capacity", "circle-law", "chaotic-network")


@pytest.mark.jit
@pytest.mark.parametrize(
    "key", [pytest.param(k, marks=[pytest.mark.slow] * (k in LONG)) for k in COMPUTED]
)
def test_classic(key: str) -> None:
    COMPUTED.check(key)
