"""Homeostasis: what settles, how fast, and when a slow sensor makes it swing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.data.spikes import SpikeTrains
from neurolab.dynamics import find_equilibria, find_hopf_points
from neurolab.engine.adaptive import integrate
from neurolab.plasticity import (
    InhibitoryRule,
    compute_inhibitory_drift,
    compute_intrinsic_response,
    compute_scaling_response,
    compute_sensor_limit,
    homeostatic_unit,
    intrinsic_unit,
    simulate_scaling,
    simulate_stdp,
)


@given(
    st.lists(st.floats(0.01, 3), min_size=1, max_size=6), st.floats(0.5, 20), st.floats(0.05, 1.9)
)
def test_scaling_finds_its_target_and_keeps_ratios(
    w: list[float], target: float, gain: float
) -> None:
    """eta target below 2 settles; the map's slope at the target is 1 - eta target."""
    x = np.full(len(w), 0.5 * target / sum(w))
    run = simulate_scaling(w, x, target=target, eta=gain / target, steps=400)
    assert run.rate[-1] == pytest.approx(target, rel=1e-6)
    assert np.allclose(run.w / run.w[:, :1], np.divide(w, w[0]), rtol=1e-12)


def test_scaling_too_hard_never_settles() -> None:
    """The logistic map in x = eta r / (1 + eta r_0) with parameter 1 + eta r_0: 3.2 has a cycle of two."""
    run = simulate_scaling([0.1], [1.0], target=1.0, eta=2.2, steps=2000)
    low, high = np.sort(run.rate[-2:]) * 2.2 / 3.2
    assert (low, high) == pytest.approx((0.5130445, 0.7994555), abs=1e-6)


def test_slow_scaling_is_the_models_closed_form() -> None:
    """A sensor 1e-3 of the time constant is nearly instant: first-order in the ratio."""
    run = integrate(homeostatic_unit, 48.0, dt=1.0, rtol=1e-8, tau_s=0.005, x=2.5, s_1=2.5, s_2=2.5)
    exact = compute_scaling_response(run.t, 2.5, target=5.0, tau_w=12.0)
    assert np.abs(run.W * 2.5 - exact).max() < 5e-3


def test_half_the_input_is_made_good_in_two_days() -> None:
    """Story 3.3: 2.5 Hz at once, 4.93 after 48 h with one sensor of 1 h; two sensors overtake the answer slightly."""
    run = integrate(homeostatic_unit, 48.0, dt=1.0, x=2.5)
    assert run.W[0] * 2.5 == 2.5
    assert run.W[-1] * 2.5 == pytest.approx(4.94, abs=0.02)


@pytest.mark.parametrize("theta", [0.0, 2.0])
def test_the_sensor_limit_is_the_models_hopf_point(theta: float) -> None:
    """Time constants in units of tau_w = 1 h; the tolerance is the search's."""
    fixed = dict(tau_w=1.0, theta=theta, gain=1.5, r_0=4.0)
    limit = compute_sensor_limit(2, target=4.0, theta=theta, gain=1.5)
    (hopf,) = find_hopf_points(
        homeostatic_unit, "tau_s", 0.2, 5.0, x=6.0, W=1.0, s_1=4.0, s_2=4.0, **fixed
    )
    assert hopf.value == pytest.approx(limit.sensor, rel=1e-5)
    omega = float(np.abs(hopf.eigenvalues.imag).max())
    assert 2 * math.pi / omega == pytest.approx(limit.period, rel=1e-4)


@pytest.mark.parametrize("stages", [2, 3, 4, 7])
def test_the_sensor_limit_is_where_a_root_crosses(stages: int) -> None:
    """λ (1 + λ tau_s)^n + 1 = 0, by the roots of the polynomial."""
    limit = compute_sensor_limit(stages)

    def largest(tau: float) -> complex:
        filters = np.poly1d([tau, 1.0]) ** stages
        roots = (np.poly1d([1.0, 0.0]) * filters + np.poly1d([1.0])).roots
        return complex(roots[np.argmax(roots.real)])

    assert largest(0.999 * limit.sensor).real < 0 < largest(1.001 * limit.sensor).real
    assert 2 * math.pi / abs(largest(limit.sensor).imag) == pytest.approx(limit.period, rel=1e-6)


def test_many_stages_are_a_delay() -> None:
    delay = compute_sensor_limit(None)
    assert 400 * compute_sensor_limit(400).sensor == pytest.approx(delay.sensor, rel=0.01)
    assert compute_sensor_limit(400).period == pytest.approx(delay.period, rel=0.01)
    assert compute_sensor_limit(1).sensor == compute_sensor_limit(1).period == math.inf


@pytest.mark.parametrize(("tau_s", "settles"), [(1.9, True), (2.1, False)])
@pytest.mark.jit
def test_the_rate_swings_for_ever_above_the_limit(tau_s: float, settles: bool) -> None:
    run = integrate(homeostatic_unit, 2000.0, dt=0.2, tau_w=1.0, tau_s=tau_s, x=6.0)
    late = run.W[-500:] * 6.0
    if settles:
        assert np.ptp(late) < 1e-3
    else:
        assert late.min() < 2.5 and late.max() > 8.0  # about the target of 5 Hz


def test_a_unit_that_fell_silent_returns() -> None:
    """Story 3.3, with a threshold: rate (W x - .5) / .5, and half the input silences it."""
    run = integrate(
        homeostatic_unit,
        200.0,
        dt=1.0,
        x=0.5,
        W=1.0,
        theta=0.5,
        gain=2.0,
        r_0=1.0,
        s_1=1.0,
        s_2=1.0,
    )
    rate = 2.0 * np.maximum(run.W * 0.5 - 0.5, 0)
    assert rate[0] == 0.0 and rate[-1] == pytest.approx(1.0, abs=0.01)


def test_intrinsic_homeostasis_is_its_closed_form() -> None:
    run = integrate(intrinsic_unit, 30.0, dt=1.0, rtol=1e-9, I=9.0, gain=2.0, theta=-1.0)
    exact = compute_intrinsic_response(run.t, 20.0, target=5.0, gain=2.0, tau_theta=10.0)
    assert np.abs(2.0 * (9.0 - run.theta) - exact).max() < 1e-6
    (rest,) = find_equilibria(intrinsic_unit, I=9.0, gain=2.0)
    assert rest.state["theta"] == pytest.approx(9.0 - 5.0 / 2.0)


@pytest.mark.jit
def test_inhibitory_drift_is_that_of_poisson_trains() -> None:
    """1e4 s; the standard error is about 2 % of the strengthening side."""
    rng, duration = np.random.default_rng(8), 1e7
    trains = [
        SpikeTrains(
            np.sort(rng.uniform(0, duration, rng.poisson(r * duration / 1e3))), stop=duration
        )
        for r in (10.0, 7.0)
    ]
    rule = InhibitoryRule(0.001, 15.0, 5.0, w_min=-math.inf)
    drift = compute_inhibitory_drift(rule, 10.0, 7.0)
    side = 2 * 0.001 * 15.0 * 10.0 * 7.0 * 1e-3
    assert simulate_stdp(rule, *trains).change / 1e4 == pytest.approx(drift, abs=0.02 * side)
    assert compute_inhibitory_drift(rule, [10.0, 20.0], 5.0) == pytest.approx([0.0, 0.0])


def test_inhibitory_pairs_strengthen_in_either_order() -> None:
    """By eta exp(-|Δt| / tau), less eta alpha for the presynaptic spike."""
    rule = InhibitoryRule(0.1, 20.0, 5.0)
    for lag in (7.0, -7.0):
        a, b = (SpikeTrains([t], stop=100.0) for t in (50.0, 50.0 + lag))
        change = simulate_stdp(rule, a, b, 1.0).change
        assert change == pytest.approx(0.1 * (math.exp(-7 / 20) - 2 * 0.005 * 20))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: InhibitoryRule(tau=0.0), "tau must be above 0"),
        (lambda: InhibitoryRule(target_rate=-1.0), "target_rate must be 0 or more"),
        (lambda: InhibitoryRule(w_max=0.0), "w_min must be below w_max"),
        (lambda: compute_inhibitory_drift(InhibitoryRule(), -1.0, 1.0), "pre_rate must be 0 or more"),
        (lambda: simulate_scaling([1.0], [1.0, 2.0], target=1.0, eta=0.1, steps=1), "w and x must be 1-D"),
        (lambda: simulate_scaling([1.0], [1.0], target=0.0, eta=0.1, steps=1), "target must be above 0"),
        (lambda: simulate_scaling([1.0], [1.0], target=1.0, eta=3.0, steps=1), "eta target must be below 3, got 3"),
        (lambda: simulate_scaling([5.0], [1.0], target=1.0, eta=1.0, steps=1), "above 0 and below .* = 2"),
        (lambda: simulate_scaling([-1.0], [1.0], target=1.0, eta=1.0, steps=1), "w x must be a rate above 0"),
        (lambda: simulate_scaling([1.0], [1.0], target=1.0, eta=0.1, steps=0), "steps must be a whole number"),
        (lambda: compute_scaling_response(1.0, 0.0, target=1.0, tau_w=1.0), "rate must be above 0"),
        (lambda: compute_intrinsic_response(1.0, 1.0, target=1.0, gain=0.0, tau_theta=1.0), "gain must be above 0"),
        (lambda: compute_sensor_limit(0), "stages must be a whole number of at least 1"),
        (lambda: compute_sensor_limit(2, theta=-1.0), "theta must be 0 or more"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_responses_begin_at_time_zero() -> None:
    with pytest.raises(ValueError, match="t must be 0 or more, got -1"):
        compute_scaling_response([-1.0, 2.0], 2.5, target=5.0, tau_w=12.0)
    with pytest.raises(ValueError, match="t must be 0 or more, got -1"):
        compute_intrinsic_response(-1.0, 15.0, target=5.0, gain=1.0, tau_theta=10.0)


def test_scaling_from_far_above_its_target() -> None:
    """1 + (r_0 / r(0) - 1) would be 0; r(t) is r_0 / (1 - exp(-t / tau_w)) as r(0) grows."""
    found = compute_scaling_response([0.0, 0.5], 1e9, target=1e-9, tau_w=0.5)
    assert found == pytest.approx([1e9, 1e-9 / (1 - math.exp(-1))])
