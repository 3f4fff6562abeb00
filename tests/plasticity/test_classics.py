"""Every classic result of this chapter, computed and compared with the number in classics.toml."""

from __future__ import annotations

import numpy as np
import pytest

from neurolab.course import classics
from neurolab.data.spikes import SpikeTrains
from neurolab.plasticity import (
    PairRule,
    TripletRule,
    compute_hebbian_decay,
    compute_oja_flow,
    compute_stdp_area,
    compute_stdp_drift,
    compute_stdp_window,
    compute_triplet_drift,
    compute_triplet_threshold,
    find_bcm_fixed_points,
    find_oja_fixed_points,
    generate_pairing,
    simulate_learning,
    simulate_scaling,
    simulate_stdp,
)
from tests.conventions.computed import Computed

COMPUTED = Computed()
classic = COMPUTED.classic


@classic("oja-principal-component")
def _() -> dict[str, float]:
    p = classics()["oja-principal-component"].parameters
    C = np.array([[p["C_11"], p["C_12"]], [p["C_12"], p["C_22"]]])
    w = compute_oja_flow(C, [0.01, 0.2], 100.0)
    first, _ = find_oja_fixed_points(C)
    assert first.stable and np.allclose(first.w, w, atol=1e-9)
    return dict(w_1=w[0], w_2=w[1], length=float(np.linalg.norm(w)), lambda_1=float(w @ C @ w))


@classic("hebbian-decay")
def _() -> dict[str, float]:
    p = classics()["hebbian-decay"].parameters
    W = compute_hebbian_decay([10.0, 1e4], p["r_i"], p["r_j"], eta=p["eta"], alpha=p["alpha"])
    assert isinstance(W, np.ndarray)
    return dict(W_10=W[0], W_inf=W[1], tau=-10.0 / np.log1p(-W[0] / W[1]))


@classic("hebbian-random-rates")
def _() -> dict[str, float]:
    p, rng = classics()["hebbian-random-rates"].parameters, np.random.default_rng(2)
    r_j = rng.exponential(p["mean_r"], 2_000_000)
    r_i = r_j / 2 + rng.exponential(1.0, r_j.size)
    run = simulate_learning(
        "hebb", r_j[:, None], [12.0], outputs=r_i, eta=0.001, alpha=p["alpha"], every=100
    )
    return dict(W=float(run.w[200:].mean()))


@classic("bcm-selectivity")
def _() -> dict[str, float]:
    first, _, saddle, _ = find_bcm_fixed_points(np.eye(2))
    four = find_bcm_fixed_points(np.eye(4))
    run = simulate_learning(
        "bcm",
        np.eye(4),
        [0.5, 0.3, 0.4, 0.35],
        eta=0.002,
        steps=100_000,
        seed=1,
        tau=200.0,
        every=100,
    )
    return dict(
        response_2=first.responses[0], other_2=first.responses[1], eigenvalue_1=first.eigenvalues[0].real,
        eigenvalue_2=first.eigenvalues[1].real, saddle_response=saddle.responses[0],
        saddle_1=saddle.eigenvalues.real.max(), saddle_2=saddle.eigenvalues.real.min(),
        response_4=four[0].responses.max(), stable_4=float(sum(point.stable for point in four)),
        simulated_4=float(np.sort(run.w[500:].mean(axis=0))[-1]),
    )  # fmt: skip


@classic("stdp-window")
def _() -> dict[str, float]:
    rule = PairRule(**classics()["stdp-window"].parameters)
    found = dict(area=compute_stdp_area(rule))
    for lag in (10, -10, 20, -20):
        pair = generate_pairing(1, 1.0, lag)
        name = f"{'plus' if lag > 0 else 'minus'}_{abs(lag)}"
        found[name] = float(simulate_stdp(rule, pair.pre, pair.post).change)
        assert found[name] == pytest.approx(compute_stdp_window(lag, rule), abs=1e-15)
    return found


@classic("stdp-drift")
def _() -> dict[str, float]:
    p = dict(classics()["stdp-drift"].parameters)
    rates, rng, duration = (p.pop("pre_rate"), p.pop("post_rate")), np.random.default_rng(3), 2e8
    trains = [
        SpikeTrains(
            np.sort(rng.uniform(0, duration, rng.poisson(r * duration / 1e3))), stop=duration
        )
        for r in rates
    ]
    rule = PairRule(**p)
    simulated = simulate_stdp(rule, *trains).change / (duration / 1e3)
    return dict(drift=float(compute_stdp_drift(rule, *rates)), simulated=float(simulated))


@classic("stdp-nearest")
def _() -> dict[str, float]:
    rule = PairRule(**classics()["stdp-nearest"].parameters, pairing="presynaptic")
    return {f"x_{x}": float(compute_stdp_drift(rule, 1.0, x)) for x in (5, 20, 60)}


def triplets(key: str) -> dict[str, float]:
    rule = TripletRule(**classics()[key].parameters)
    found = {}
    for name, rate in dict(f_01=0.1, f_10=10.0, f_20=20.0, f_40=40.0, f_50=50.0).items():
        pairs = generate_pairing(60, rate, 10.0)
        found[name] = float(simulate_stdp(rule, pairs.pre, pairs.post).change)
    return found


@classic("triplets-minimal")
def _() -> dict[str, float]:
    return triplets("triplets-minimal")


@classic("triplets-full")
def _() -> dict[str, float]:
    return triplets("triplets-full")


@classic("triplets-threshold")
def _() -> dict[str, float]:
    rule = TripletRule(**classics()["triplets-threshold"].parameters)
    rho = compute_triplet_threshold(rule)
    return dict(rho=rho, drift=float(compute_triplet_drift(rule, 10.0, rho)))


@classic("synaptic-scaling")
def _() -> dict[str, float]:
    start, x = np.array([0.1, 0.4, 1.0, 2.5]), np.array([1.0, 2.0, 0.5, 1.5])
    run = simulate_scaling(start, x, steps=2000, **classics()["synaptic-scaling"].parameters)
    ratios = run.w / run.w[:, :1]
    return dict(rate=run.rate[-1], ratio_change=float(np.abs(ratios - start / start[0]).max()))


LONG = ("hebbian-random-rates", "stdp-drift")


@pytest.mark.jit
@pytest.mark.parametrize(
    "key", [pytest.param(k, marks=[pytest.mark.slow] * (k in LONG)) for k in COMPUTED]
)
def test_classic(key: str) -> None:
    COMPUTED.check(key)
