"""Rate models: closed forms against the simulation, nullclines, and the paradox of inhibition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neurolab.dynamics import compute_jacobian, find_equilibria, find_saddle_nodes
from neurolab.engine.adaptive import integrate
from neurolab.engine.model import simulate
from neurolab.kernels.transfer import wilson_cowan_maximum
from neurolab.membrane import (
    WILSON_COWAN_SETS,
    compute_pair_nullclines,
    compute_pair_response,
    compute_population_response,
    compute_wilson_cowan_nullclines,
    excitatory_inhibitory_pair,
    rate_population,
    sigmoid_population,
    wilson_cowan_populations,
)

weights = st.floats(0.0, 4.0)


@given(st.floats(0.2, 2.0), st.floats(0.02, 0.3))
def test_a_sigmoid_population_remembers_if_its_loop_is_steep(w: float, gain: float) -> None:
    """At I = theta - w r_max / 2 its middle, r_max / 2, is an equilibrium, stable for w r_max gain < 4."""
    assume(abs(w * 100.0 * gain - 4.0) > 0.2)
    found = find_equilibria(
        sigmoid_population,
        dict(r=-1.0),
        dict(r=101.0),
        starts=30,
        w=w,
        gain=gain,
        I=50.0 - 50.0 * w,
    )
    steep = w * 100.0 * gain > 4.0
    assert [e.stable for e in found] == ([True, False, True] if steep else [True])
    assert found[len(found) // 2].state["r"] == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("w", "g", "r_0"), [(0.6, 1.0, 0.0), (-1.5, 1.0, 0.5), (1.0, 1.0, 3.0), (1.1, 0.5, 8.0), (1.2, 1.0, 2.0)]
)  # fmt: skip
def test_one_population_has_its_closed_form(w: float, g: float, r_0: float) -> None:
    """Stable, inhibitory, a perfect integrator (g w = 1) and a runaway one."""
    run = integrate(rate_population, 50.0, dt=5.0, rtol=1e-10, atol=1e-10, w=w, g=g, I=2.0, r=r_0)
    exact = compute_population_response(run.t, 2.0, w=w, g=g, r_0=r_0)
    assert run.r == pytest.approx(exact, rel=1e-7)


@given(st.floats(0, 0.99), st.floats(0.1, 50))
def test_feedback_multiplies_rate_and_time_alike(w: float, I: float) -> None:
    end = compute_population_response(1e6, I, w=w)
    assert end == pytest.approx(I / (1 - w), rel=1e-6)
    slow = 10.0 / (1 - w)
    assert compute_population_response(slow, I, w=w) == pytest.approx(
        end * -np.expm1(-1.0), rel=1e-6
    )


@given(weights, weights, weights, weights)
def test_response_is_that_of_the_model(w_EE: float, w_EI: float, w_IE: float, w_II: float) -> None:
    """At a point where both fire: -J^-1 times the derivative by the drives."""
    given_ = dict(w_EE=w_EE, w_EI=w_EI, w_IE=w_IE, w_II=w_II)
    determinant = (1 - w_EE) * (1 + w_II) + w_EI * w_IE
    assume(abs(determinant) > 1e-3)
    response = compute_pair_response(**given_)
    J = compute_jacobian(excitatory_inhibitory_pair, [50.0, 50.0], g_E=200.0, g_I=200.0, **given_)
    by_drive = np.diag([1 / 20.0, 1 / 10.0])
    size = np.abs(response.matrix).max()
    assert response.matrix == pytest.approx(-np.linalg.inv(J) @ by_drive, abs=1e-5 * size)
    assert np.sort_complex(response.eigenvalues) == pytest.approx(
        np.sort_complex(np.linalg.eigvals(J).astype(complex)), abs=1e-5
    )
    if response.stable:
        assert response.paradoxical == (w_EE > 1)


@pytest.mark.parametrize(
    ("w_EE", "before", "after", "peak"),
    [
        (3.0, (10.0, 20.0), (7.0, 17.0), 21.0),
        (1.0, (4.0, 10.0), (2.8, 10.0), 11.06),
        (0.5, (3.48, 9.13), (2.43, 9.39), 10.21),
    ],
)
def test_the_paradox(w_EE: float, before: Any, after: Any, peak: float) -> None:
    """Numbers of the lesson: 3 Hz more for the inhibitory cells, whose rate first rises."""
    matrix = compute_pair_response(w_EE).matrix
    assert matrix @ [20.0, 5.0] == pytest.approx(before, abs=0.006)
    start = dict(zip("EI", matrix @ [20.0, 5.0], strict=True))
    run = simulate(excitatory_inhibitory_pair, 1000.0, 0.1, w_EE=w_EE, g_I=8.0, **start)
    assert (run.E[-1], run.I[-1]) == pytest.approx(after, abs=0.006)
    assert run.I.max() == pytest.approx(peak, abs=0.01)


def test_pair_nullclines_cross_at_the_equilibrium() -> None:
    for w_EE in (0.0, 0.5, 2.0, 3.0):
        E, I = compute_pair_response(w_EE).matrix @ [20.0, 5.0]
        on_E, on_I = compute_pair_nullclines([E], w_EE=w_EE)
        assert on_E[0] == pytest.approx(I) and on_I[0] == pytest.approx(I)
    E = np.linspace(0, 20, 9)
    on_E, on_I = compute_pair_nullclines(E, w_EE=1.7)
    flow = excitatory_inhibitory_pair.derivative(np.stack([E, on_E]), w_EE=1.7)
    assert np.abs(flow[0][on_E > 0]).max() < 1e-12
    flow = excitatory_inhibitory_pair.derivative(np.stack([E, on_I]), w_EE=1.7)
    assert np.abs(flow[1]).max() < 1e-12


@pytest.mark.parametrize("name", WILSON_COWAN_SETS)
def test_derivatives_vanish_on_wilson_and_cowans_nullclines(name: str) -> None:
    values = dict(WILSON_COWAN_SETS[name]) | dict(r_E=0.8, Q=0.3, tau_I=7.0)
    x = np.linspace(0.01, 0.45, 12)
    on_E, on_I = compute_wilson_cowan_nullclines(x, x, **values)
    flow = wilson_cowan_populations.derivative(np.stack([x, on_E]), **values)
    assert np.abs(flow[0]).max() < 1e-13
    flow = wilson_cowan_populations.derivative(np.stack([on_I, x]), **values)
    assert np.abs(flow[1]).max() < 1e-13


def test_beyond_their_ends_the_nullclines_are_nan() -> None:
    on_E, on_I = compute_wilson_cowan_nullclines([0.2, 0.6, -0.2], [0.2, 0.6, -0.2])
    assert np.isnan(on_E).tolist() == np.isnan(on_I).tolist() == [False, True, True]


@given(st.floats(0, 0.49), st.floats(0, 0.49), st.floats(-2, 6), st.floats(-2, 6))
def test_activities_stay_fractions(E: float, I: float, P: float, Q: float) -> None:
    """At the edges the flow points inwards: at 0 upwards for a drive of 0 or more, at the top downwards."""
    top = float(wilson_cowan_maximum(1.3, 4.0)) / (1 + float(wilson_cowan_maximum(1.3, 4.0)))
    assert wilson_cowan_populations.derivative([top, I], P=P, Q=Q)[0] <= 1e-12
    if 16 * 0 - 12 * I + P >= 0:
        assert wilson_cowan_populations.derivative([0.0, I], P=P, Q=Q)[0] >= 0
    assert wilson_cowan_populations.derivative([0.0, 0.0], P=0.0, Q=0.0).tolist() == [0.0, 0.0]


def test_the_rhythm_is_born_at_a_saddle_node() -> None:
    """Zeros of the flow and of its determinant, by SciPy's fsolve; the lesson's target rests on the second."""
    folds = [point.value for point in find_saddle_nodes(wilson_cowan_populations, "P", 0.0, 4.0)]
    assert folds == pytest.approx([0.908683, 1.087330], abs=1e-6)
    box = dict(low=dict(E=-0.01, I=-0.01), high=dict(E=0.6, I=0.6))
    counts = [
        len(find_equilibria(wilson_cowan_populations, **box, starts=40, P=P))
        for P in (0.8, 1.0, 1.2)
    ]  # type: ignore[arg-type]
    assert counts == [1, 3, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_population_response(-1.0), "t must be 0 or more"),
        (lambda: compute_population_response(1.0, -1.0), "I must be 0 or more"),
        (lambda: compute_population_response(1.0, 1.0, w=-2.0, r_0=1.0), "r_0 must leave a drive"),
        (lambda: compute_population_response(1.0, tau=0.0), "tau must be above 0"),
        (lambda: compute_pair_response(w_EE=-1.0), "w_EE must be 0 or more"),
        (lambda: compute_pair_response(1.0, 0.0, 1.0, 1.0), "must not make det"),
        (lambda: compute_pair_response(tau_E=0.0), "tau_E must be above 0"),
        (lambda: compute_pair_nullclines([1.0], w_EI=0.0), "w_EI must not be 0 here"),
        (lambda: compute_pair_nullclines([-1.0]), "E must be 0 or more, got -1"),
        (lambda: compute_wilson_cowan_nullclines([0.1], [0.1], c_2=0.0), "c_2 must not be 0"),
        (lambda: compute_wilson_cowan_nullclines([0.1], [0.1], c2=1.0), "did you mean 'c_2'"),
    ],
)
def test_messages(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
