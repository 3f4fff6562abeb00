"""Quadratic, exponential and adaptive neurons against their closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurolab.dynamics import find_hopf_points, find_saddle_nodes
from neurolab.engine.adaptive import integrate
from neurolab.engine.model import simulate
from neurolab.membrane import (
    ADEX_PATTERNS,
    adex,
    compute_adex_hopf_current,
    compute_adex_saddle_node_current,
    compute_eif_rheobase,
    compute_qif_rate,
    eif,
    qif,
    theta_neuron,
)


@pytest.mark.parametrize("I", [0.25, 1.0, 4.0])
def test_quadratic_neuron_fires_at_its_closed_form(I: float) -> None:
    """Tolerance: a crossing of V_peak = 30 at a slope of 900 per ms, linear between steps of 0.001 ms."""
    spikes = simulate(qif, 40.0, 0.001, I=I, V_peak=30.0, V_reset=-30.0).spikes()
    rate = compute_qif_rate(I, V_peak=30.0, V_reset=-30.0)
    assert 1e3 / spikes.isi().mean() == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize("I", [0.25, 4.0])
def test_theta_neuron_is_the_quadratic_one_without_limits(I: float) -> None:
    spikes = simulate(theta_neuron, 60.0, 0.01, I=I, tau_m=2.0).spikes()
    assert spikes.isi().mean() == pytest.approx(2.0 * math.pi / math.sqrt(I), rel=1e-6)
    assert compute_qif_rate(I, tau_m=2.0) == pytest.approx(500.0 * math.sqrt(I) / math.pi)


@given(
    I=st.floats(-9.0, 9.0),
    V_reset=st.floats(-50.0, 20.0),
    width=st.floats(0.5, 100.0),
    tau_m=st.floats(0.1, 20.0),
)
@settings(max_examples=60, deadline=None)
def test_quadratic_rate_is_the_integral(
    I: float, V_reset: float, width: float, tau_m: float
) -> None:
    """T = tau_m ∫ dV / (V² + I), by quadrature; infinite where the integrand is not positive all the way."""
    V_peak = V_reset + width
    rate = compute_qif_rate(I, tau_m=tau_m, V_peak=V_peak, V_reset=V_reset)
    lowest = 0.0 if V_reset < 0.0 < V_peak else min(abs(V_reset), abs(V_peak))
    if I + lowest**2 <= 1e-3:
        if I + lowest**2 < -1e-3:
            assert rate == 0.0
        return
    nodes = np.tan(np.linspace(np.arctan(V_reset), np.arctan(V_peak), 200_001))
    middle = 0.5 * (nodes[1:] + nodes[:-1])
    period = tau_m * float((np.diff(nodes) / (middle**2 + I)).sum())
    assert rate == pytest.approx(1e3 / period, rel=2e-3)


def test_quadratic_rate_below_threshold() -> None:
    assert compute_qif_rate(0.0) == compute_qif_rate(-1.0, V_peak=10.0, V_reset=-10.0) == 0.0
    bistable = compute_qif_rate(-1.0, V_reset=2.0)  # reset beyond the point of no return
    assert bistable == pytest.approx(1e3 / (0.5 * math.log(3.0)))
    assert compute_qif_rate(0.0, V_reset=1.0) == pytest.approx(1e3)


def test_quadratic_rate_keeps_its_digits_near_the_saddle_node() -> None:
    """∫ dV / V² from 1 to 2 is a half, whatever tiny drive is added on either side."""
    for I in (-1e-300, -1e-12, 0.0, 1e-300, 1e-12):
        assert compute_qif_rate(I, V_reset=1.0, V_peak=2.0) == pytest.approx(2e3, rel=1e-9)
    halves = [
        1 / float(compute_qif_rate(0.3, **limits))
        for limits in (dict(V_reset=0.7), dict(V_peak=0.7))
    ]
    assert sum(halves) == pytest.approx(1 / float(compute_qif_rate(0.3)))


def test_rates_keep_the_shape_of_the_drive() -> None:
    rates = compute_qif_rate([[0.0, 1.0], [4.0, 9.0]])
    assert np.shape(rates) == (2, 2)
    assert np.all(np.diff(np.ravel(rates)) > 0)


@pytest.mark.jit
def test_exponential_neuron_starts_at_its_rheobase() -> None:
    rheobase = compute_eif_rheobase()
    assert simulate(eif, 2000.0, 0.05, I=rheobase - 0.05).spikes().count == 0
    assert simulate(eif, 2000.0, 0.05, I=rheobase + 0.2).spikes().count > 2
    (fold,) = find_saddle_nodes(eif, "I", 0.0, 30.0)
    assert fold.value == pytest.approx(rheobase, abs=1e-6)
    assert fold.state["V"] == pytest.approx(-59.9, abs=1e-4)


@pytest.mark.parametrize(
    "values",
    [
        dict(C=281.0, g_L=30.0, a=4.0, tau_w=144.0),  # both, the Hopf point first
        dict(C=100.0, g_L=10.0, a=8.0, tau_w=60.0),
        dict(C=281.0, g_L=30.0, a=1.0, tau_w=50.0),  # the saddle-node alone
        dict(C=200.0, g_L=12.0, a=-3.0, tau_w=100.0),
    ],
)
def test_adaptive_neuron_loses_its_rest_where_the_formulas_say(values: dict[str, float]) -> None:
    """Touboul & Brette 2008, beside continuation of the model itself; the tolerance is that of the continuation."""
    fold = compute_adex_saddle_node_current(g_L=values["g_L"], a=values["a"])
    hopf = compute_adex_hopf_current(**values)
    low, high = fold - 30.0, fold + 10.0
    (found,) = find_saddle_nodes(adex, "I", low, high, **values)
    assert found.value == pytest.approx(fold, abs=1e-5)
    points = find_hopf_points(adex, "I", low, high, **values)
    assert len(points) == (not math.isnan(hopf))
    for point in points:
        assert point.value == pytest.approx(hopf, abs=1e-5)
        assert point.value < fold


def test_the_exponential_is_the_adaptive_one_without_adaptation() -> None:
    shared = dict(C=100.0, g_L=10.0, E_L=-65.0, V_T=-59.9, Delta_T=3.48, V_peak=-30.0)
    alone = simulate(eif, 200.0, 0.02, I=50.0, V=-65.0, V_reset=-68.0, t_ref=0.0)
    with_w = simulate(adex, 200.0, 0.02, I=50.0, V=-65.0, V_reset=-68.0, a=0.0, b=0.0, **shared)
    assert with_w.spikes().times == pytest.approx(alone.spikes().times, abs=1e-9)


@pytest.mark.jit
def test_spike_times_do_not_depend_on_how_high_the_peak_is_nor_on_the_solver() -> None:
    """From e^10 to infinity takes some microseconds; fixed steps know a spike to about one step."""
    neuron = {**ADEX_PATTERNS["initial burst"]}
    times = [
        integrate(adex, 100.0, dt=1.0, rtol=1e-8, I=65.0, **{**neuron, "V_peak": V_peak})
        .spikes()
        .times
        for V_peak in (-20.0, 0.0, 40.0)
    ]
    assert times[0] == pytest.approx(times[1], abs=1e-3)
    assert times[2] == pytest.approx(times[1], abs=1e-4)
    fixed = simulate(adex, 100.0, 0.01, I=65.0, **neuron).spikes().times
    assert fixed == pytest.approx(times[1], abs=0.02)


@pytest.mark.parametrize("name", ADEX_PATTERNS)
def test_patterns_fire_whatever_the_step(name: str) -> None:
    """A step that overshoots the peak must not blow up: the exponential current is held there."""
    counts = [
        simulate(adex, 300.0, dt, I=65.0, **ADEX_PATTERNS[name]).spikes().count
        for dt in (0.1, 0.01)
    ]
    assert min(counts) > 3
    assert counts[0] == pytest.approx(counts[1], abs=3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: compute_qif_rate(1.0, V_peak=1.0, V_reset=2.0), "V_reset must be below V_peak"),
        (lambda: compute_qif_rate(1.0, V_peak=math.nan), "V_reset must be below V_peak"),
        (lambda: compute_qif_rate(1.0, tau_m=0.0), "tau_m must be above 0"),
        (lambda: compute_qif_rate(math.inf), "I must be finite"),
        (lambda: compute_eif_rheobase(Delta_T=0.0), "Delta_T must be above 0"),
        (lambda: compute_adex_saddle_node_current(a=-30.0), "a must be above -g_L = -30 nS"),
        (lambda: compute_adex_hopf_current(tau_w=-1.0), "tau_w must be above 0"),
    ],
)
def test_errors_say_what_to_do(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]
