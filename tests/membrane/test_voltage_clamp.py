"""The voltage clamp: the closed forms are the gate equations, held at a voltage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.engine.adaptive import integrate
from neurolab.engine.model import Model
from neurolab.membrane import (
    compute_current_voltage,
    compute_gate_steady_states,
    compute_gate_time_constants,
    compute_voltage_clamp,
    hodgkin_huxley,
    hodgkin_huxley_rates,
)


def _held(t: float, y: Any, p: Any, V: float) -> Any:
    """The gates alone, at a commanded voltage."""
    m, h, n = y
    a_m, b_m, a_h, b_h, a_n, b_n = hodgkin_huxley_rates(V)
    return (
        p.phi * (a_m * (1 - m) - b_m * m),
        p.phi * (a_h * (1 - h) - b_h * h),
        p.phi * (a_n * (1 - n) - b_n * n),
    )


GATES = Model(
    _held,
    state={gate: float(x) for gate, x in compute_gate_steady_states(-65.0).items()},
    params=dict(phi=1.0),
    inputs=dict(V=0.0),
    name="gates",
)


def test_the_closed_form_is_the_integral_of_the_gates() -> None:
    clamp = compute_voltage_clamp([(5.0, -9.0)], dt=0.5, T=16.3)
    run = integrate(GATES, 5.0, dt=0.5, rtol=1e-10, atol=1e-12, V=-9.0, phi=3.0)
    for gate in "mhn":
        assert np.abs(getattr(clamp, gate) - run[gate]).max() < 1e-8
    by_rhs = hodgkin_huxley.derivative([-9.0, *(run[g][-1] for g in "mhn")], T=16.3)
    assert -clamp.I[-1] == pytest.approx(by_rhs[0], rel=1e-6)


def test_a_series_of_steps_is_the_same_wherever_it_is_sampled() -> None:
    """Steps that do not fit the samples: the state at a jump is computed, not sampled."""
    steps = [(1.37, 0.0), (0.211, 40.0), (3.0, -100.0)]
    coarse, fine = (compute_voltage_clamp(steps, dt=dt) for dt in (0.1, 0.005))
    assert np.abs(coarse.h - fine.h[::20][: coarse.h.size]).max() < 1e-12
    assert coarse.t[-1] <= 4.581 and coarse.t[-1] > 4.48
    assert coarse.V[13] == 0.0 and coarse.V[14] == 40.0 and coarse.V[16] == -100.0
    split = compute_voltage_clamp([(1.0, 0.0), (0.37, 0.0), *steps[1:]], dt=0.1)
    assert split.I == pytest.approx(coarse.I, rel=1e-12)


def test_holding_at_rest_nothing_happens() -> None:
    clamp = compute_voltage_clamp([(10.0, -65.0)], dt=1.0)
    assert np.ptp(clamp.m) < 1e-15 and abs(clamp.I[-1]) < 0.01  # -65 mV is rest to 0.003 mV
    assert np.all(clamp.I == clamp.I_Na + clamp.I_K + clamp.I_L)


def test_holding_low_frees_sodium_and_holding_high_blocks_it() -> None:
    """Hodgkin & Huxley 1952b: the sodium current follows h at the holding potential."""
    levels = np.array([-100.0, -65.0, -45.0])
    peaks = [compute_current_voltage([0.0], holding=V).peak_Na[0] for V in levels]
    assert peaks[0] < peaks[1] < peaks[2] < 0
    h = compute_gate_steady_states(levels)["h"]
    assert np.array(peaks) / peaks[0] == pytest.approx(h / h[0], rel=0.15)  # m_0 differs too


@given(st.floats(-55, 45), st.floats(0, 25))
def test_the_peak_is_where_the_current_is_largest(V: float, T: float) -> None:
    iv = compute_current_voltage([V], 20.0, T=T)
    clamp = compute_voltage_clamp([(20.0, V)], dt=0.002, T=T)
    assert abs(iv.peak_Na[0]) >= np.abs(clamp.I_Na).max() * (1 - 1e-9)
    assert abs(iv.peak_Na[0]) == pytest.approx(np.abs(clamp.I_Na).max(), rel=1e-3)
    assert clamp.t[np.abs(clamp.I_Na).argmax()] == pytest.approx(iv.time_Na[0], abs=0.0025)
    assert iv.steady_K[0] == pytest.approx(clamp.I_K[-1], rel=1e-9)
    assert iv.steady[0] == pytest.approx(clamp.I[-1], rel=1e-9)


def test_sodium_reverses_at_its_battery_and_inward_current_is_largest_near_zero() -> None:
    V = np.arange(-80.0, 81.0, 1.0)
    iv = compute_current_voltage(V, E_Na=37.3)
    assert iv.reversal_Na == pytest.approx(37.3, abs=0.02)
    assert -30 < V[iv.peak_Na.argmin()] < 10
    assert np.isnan(compute_current_voltage([-20.0, 0.0]).reversal_Na)
    assert compute_current_voltage([-10.0, 50.0]).reversal_Na == 50.0
    turned = compute_current_voltage(V[::-1], E_Na=37.3)
    assert turned.reversal_Na == pytest.approx(iv.reversal_Na)


def test_after_long_the_gates_are_steady() -> None:
    clamp = compute_voltage_clamp([(400.0, -30.0)], dt=100.0)
    for gate, x in compute_gate_steady_states(-30.0).items():
        assert getattr(clamp, gate)[-1] == pytest.approx(float(x), rel=1e-12)
    slow = compute_gate_time_constants(-30.0)["n"]
    clamp = compute_voltage_clamp([(float(slow), -30.0)], dt=float(slow))
    start, end = (float(compute_gate_steady_states(V)["n"]) for V in (-65.0, -30.0))
    assert (clamp.n[-1] - end) / (start - end) == pytest.approx(np.exp(-1.0), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_voltage_clamp([]), "steps must hold at least one"),
        (lambda: compute_voltage_clamp([5.0]), r"steps must be pairs \(duration, V\)"),  # type: ignore[list-item]
        (lambda: compute_voltage_clamp([(0.0, 1.0)]), "duration must be above 0"),
        (lambda: compute_voltage_clamp([(1.0, 1.0)], dt=0.0), "dt must be above 0"),
        (lambda: compute_voltage_clamp([(1.0, 1.0)], g_na=3.0), "did you mean 'g_Na'"),
        (lambda: compute_current_voltage([[1.0]]), "levels must have one dimension"),
        (lambda: compute_current_voltage([1.0], -1.0), "duration must be above 0"),
    ],
)
def test_messages(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
