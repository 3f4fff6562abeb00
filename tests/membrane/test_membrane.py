"""Chapter 1's functions: closed forms, limits, laws, and every message."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.engine.model import simulate
from neurolab.membrane import (
    compute_fitzhugh_nagumo_nullclines,
    compute_gate_steady_states,
    compute_gate_time_constants,
    compute_lif_rate,
    compute_passive_response,
    find_rheobase,
    fitzhugh_nagumo,
    fitzhugh_nagumo_from_slope,
    fitzhugh_nagumo_slope,
    hodgkin_huxley,
    hodgkin_huxley_rates,
    lif,
    nernst,
    passive,
    thermal_voltage,
)

volts = st.floats(-150, 100)


def test_passive_closed_form_is_the_simulation() -> None:
    run = simulate(passive, 50.0, 0.1, I=-0.7, C=1.5, g_L=0.2, V=-50.0)
    exact = compute_passive_response(run.t, -0.7, V_0=-50.0, C=1.5, g_L=0.2)
    assert np.abs(run.V - exact).max() < 1e-7


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.sampled_from([1, 2, -1]))
def test_nernst_is_antisymmetric_and_scales_with_charge(
    outside: float, inside: float, z: int
) -> None:
    E = nernst(outside, inside, z)
    assert nernst(inside, outside, z) == pytest.approx(-E, abs=1e-12)
    assert nernst(outside, inside, -z) == pytest.approx(-E, abs=1e-12)
    assert nernst(outside, outside * math.e, 1, T=25.0) == pytest.approx(-thermal_voltage(25.0))


def test_nernst_takes_arrays() -> None:
    E = nernst([1.0, 10.0], 100.0, T=37.0)
    assert isinstance(E, np.ndarray) and E[0] - E[1] == pytest.approx(
        -thermal_voltage(37.0) * math.log(10)
    )


@given(volts)
def test_gates_are_fractions_with_positive_time_constants(V: float) -> None:
    assert all(0 <= x <= 1 for x in compute_gate_steady_states(V).values())
    assert all(tau > 0 for tau in compute_gate_time_constants(V).values())


@given(volts, st.floats(0.01, 5.0))
def test_activation_rises_and_inactivation_falls(V: float, step: float) -> None:
    low, high = compute_gate_steady_states(V), compute_gate_steady_states(V + step)
    assert high["m"] >= low["m"] and high["n"] >= low["n"] and high["h"] <= low["h"]


@pytest.mark.parametrize(("V", "index", "limit"), [(-40.0, 0, 1.0), (-55.0, 4, 0.1)])
def test_no_zero_over_zero(V: float, index: int, limit: float) -> None:
    """alpha_m at -40 mV and alpha_n at -55 mV are 0/0 in the printed form, 1 and 0.1 per ms in the limit."""
    assert hodgkin_huxley_rates(V)[index] == limit
    for near in (-1e-4, -1e-8, 1e-8, 1e-4):
        assert hodgkin_huxley_rates(V + near)[index] == pytest.approx(limit, rel=1e-5)


def test_gates_keep_their_shape() -> None:
    V = np.linspace(-80, 20, 6).reshape(2, 3)
    gates = compute_gate_steady_states(V)
    assert gates["m"].shape == (2, 3)
    assert gates["n"][1, 2] == compute_gate_steady_states(V[1, 2])["n"]


def test_temperature_only_speeds_the_gates_up() -> None:
    """At Q10 = 3, ten degrees make every gate three times faster and leave the voltage equation alone."""
    cold = hodgkin_huxley.derivative([-50.0, 0.2, 0.5, 0.4], T=6.3)
    warm = hodgkin_huxley.derivative([-50.0, 0.2, 0.5, 0.4], T=16.3)
    assert warm[0] == cold[0] and warm[1:] == pytest.approx(3 * cold[1:])


def test_rest_is_minus_65() -> None:
    run = simulate(hodgkin_huxley, 200.0, 0.05)
    assert abs(run.V[-1] + 65.0) < 0.01


def test_dead_time_bounds_the_rate() -> None:
    assert compute_lif_rate(1e6, t_ref=2.0) == pytest.approx(500.0, rel=1e-3)
    assert compute_lif_rate(1.5) == 0.0


@given(st.floats(1.51, 50), st.floats(0.01, 5))
def test_lif_rate_rises_with_current(I: float, step: float) -> None:
    assert compute_lif_rate(I + step) > compute_lif_rate(I)


def test_the_two_forms_of_fitzhugh_nagumo_are_one_system() -> None:
    given = dict(eps=0.064, a=0.875, b=1.25)
    printed = simulate(fitzhugh_nagumo_slope, 100.0, 0.05, I=0.5, **given)
    textbook = simulate(fitzhugh_nagumo, 100.0, 0.05, I=0.5, **fitzhugh_nagumo_from_slope(**given))
    assert np.abs(printed.samples - textbook.samples).max() < 1e-9


def test_derivatives_vanish_on_the_nullclines() -> None:
    v = np.linspace(-2, 2, 9)
    on_v, on_w = compute_fitzhugh_nagumo_nullclines(v, I=0.3)
    assert np.abs(fitzhugh_nagumo.derivative(np.stack([v, on_v]), I=0.3)[0]).max() < 1e-12
    assert np.abs(fitzhugh_nagumo.derivative(np.stack([v, on_w]), I=0.3)[1]).max() < 1e-12


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_passive_response([-1.0]), "t must be 0 or more"),
        (lambda: compute_passive_response([1.0], g_L=0.0), "g_L must be above 0"),
        (lambda: compute_passive_response([1.0], C=-1.0), "C must be above 0"),
        (lambda: nernst(0.0, 100.0), "outside must be above 0 mM, got 0"),
        (lambda: nernst(5.0, [-1.0, 1.0]), "inside must be above 0 mM, got -1"),
        (lambda: nernst(5.0, 100.0, z=0), "z must not be 0"),
        (lambda: thermal_voltage(-300.0), "T must be above -273.15"),
        (lambda: compute_lif_rate(1.0, tau_m=0.0), "tau_m must be above 0"),
        (lambda: compute_lif_rate(1.0, t_ref=-1.0), "t_ref must be 0 or more"),
        (lambda: compute_lif_rate(1.0, V_reset=20.0), "V_reset must be below theta"),
        (lambda: fitzhugh_nagumo_from_slope(0.1, 0.7, 0.0), "b must not be 0"),
        (lambda: compute_fitzhugh_nagumo_nullclines([0.0], b=0.0), "b must not be 0"),
        (lambda: find_rheobase(passive, 0.0, 1.0), "passive has no threshold"),
        (lambda: find_rheobase(lif, 2.0, 3.0), "low must give no spike and high one"),
        (lambda: find_rheobase(lif, 0.0, 1.0), "low must give no spike and high one"),
        (lambda: find_rheobase(lif, 0.0, 1.0, current="J"), "lif has no 'J'"),
    ],
)
def test_messages(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_rheobase_of_the_lif_is_its_threshold_over_its_resistance() -> None:
    assert find_rheobase(lif, 0.0, 3.0, duration=500.0, dt=0.05) == pytest.approx(1.5, abs=2e-4)
