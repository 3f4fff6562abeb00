"""Equilibria and bifurcations: normal forms with closed-form answers, laws, messages."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neurolab.dynamics import (
    compute_jacobian,
    find_equilibria,
    find_hopf_points,
    find_saddle_nodes,
)
from neurolab.engine.model import Model, param
from neurolab.membrane import (
    adex,
    compute_adex_hopf_current,
    compute_adex_saddle_node_current,
    fitzhugh_nagumo,
    hodgkin_huxley,
)
from tests.engine.models import decay, lorenz


def _fold(t: float, y: Any, p: Any, I: float) -> Any:
    return (p.mu - y[0] ** 2,)


fold = Model(_fold, dict(x=param(1.0, low=-3, high=3)), dict(mu=1.0), name="fold")


def _hopf(t: float, y: Any, p: Any, I: float) -> Any:
    x, z = y
    r2 = x * x + z * z
    return p.mu * x - z - x * r2, x + p.mu * z - z * r2


hopf = Model(_hopf, dict(x=param(0.0, low=-2, high=2), z=param(0.0, low=-2, high=2)), dict(mu=0.0))


def _linear(t: float, y: Any, p: Any, I: float) -> Any:
    return p.a * y[0] + p.b * y[1], p.c * y[0] + p.d * y[1]


def linear(a: float, b: float, c: float, d: float) -> str:
    model = Model(
        _linear,
        dict(x=param(0.1, low=-1, high=1), z=param(0.1, low=-1, high=1)),
        dict(a=a, b=b, c=c, d=d),
    )
    (found,) = find_equilibria(model)
    return found.kind


def test_kinds_of_fixed_points() -> None:
    assert linear(-1, 0, 0, -2) == "stable node"
    assert linear(1, 0, 0, 2) == "unstable node"
    assert linear(1, 0, 0, -2) == "saddle"
    assert linear(-0.1, -1, 1, -0.1) == "stable spiral"
    assert linear(0.1, -1, 1, 0.1) == "unstable spiral"


def test_jacobian_is_the_derivative() -> None:
    exact = [[-10, 10, 0], [28 - 3, -1, -1], [2, 1, -8 / 3]]
    assert np.allclose(compute_jacobian(lorenz, [1.0, 2.0, 3.0]), exact, atol=1e-8)
    assert np.allclose(compute_jacobian(lorenz, dict(x=1.0, v=2.0, z=3.0)), exact, atol=1e-8)


def test_equilibria_of_the_fold() -> None:
    """x = ±sqrt(mu); the upper one is stable."""
    low, high = find_equilibria(fold, mu=0.49)
    assert (low.state["x"], high.state["x"]) == pytest.approx((-0.7, 0.7), abs=1e-10)
    assert not low.stable and high.stable
    assert high.eigenvalues[0] == pytest.approx(-1.4, abs=1e-8)
    assert find_equilibria(fold, mu=-0.5) == []


def test_the_box_is_respected() -> None:
    assert len(find_equilibria(fold, low=dict(x=0.0), high=dict(x=3.0))) == 1


def test_saddle_node_of_the_fold() -> None:
    (point,) = find_saddle_nodes(fold, "mu", -1.0, 1.0)
    assert point.value == pytest.approx(0.0, abs=1e-8)
    assert point.state["x"] == pytest.approx(0.0, abs=1e-4)


def test_hopf_normal_form() -> None:
    (point,) = find_hopf_points(hopf, "mu", -1.0, 1.0)
    assert point.value == pytest.approx(0.0, abs=1e-8)
    assert point.frequency == pytest.approx(1e3 / (2 * math.pi), rel=1e-6)
    assert find_saddle_nodes(hopf, "mu", -1.0, 1.0) == []


def test_lorenz_hopf() -> None:
    """rho = 470/19 = 24.7368421 on the branch of the two outer fixed points (row Y6)."""
    (point,) = find_hopf_points(lorenz, "rho", 10.0, 30.0, x=5.0, v=5.0, z=9.0)
    assert point.value == pytest.approx(470 / 19, abs=1e-6)


def test_fhn_hopf_is_its_closed_form_at_other_parameters() -> None:
    eps, a, b = 0.2, 0.6, 0.5
    v = -math.sqrt(1 - b * eps)
    expected = (v + a) / b - v + v**3 / 3
    point = find_hopf_points(fitzhugh_nagumo, "I", -0.5, 1.0, eps=eps, a=a, b=b)[0]
    assert point.value == pytest.approx(expected, abs=1e-8) and point.state["v"] == pytest.approx(
        v, abs=1e-6
    )


def test_sodium_block_ends_the_oscillation() -> None:
    """With 10 µA/cm², rest regains its stability when the sodium conductance falls far enough."""
    (point,) = find_hopf_points(hodgkin_huxley, "g_Na", 60.0, 120.0, I=10.0)
    below = find_equilibria(hodgkin_huxley, starts=3, I=10.0, g_Na=point.value - 0.5)[0]
    above = find_equilibria(hodgkin_huxley, starts=3, I=10.0, g_Na=point.value + 0.5)[0]
    assert below.stable and not above.stable


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: find_hopf_points(hopf, "nu", 0.0, 1.0), "has no 'nu'; did you mean 'mu'"),
        (lambda: find_hopf_points(hopf, "mu", 1.0, 0.0), "low must be below high"),
        (lambda: find_equilibria(decay), "low must give x, whose range decay does not know"),
        (lambda: find_equilibria(fold, low=dict(y=0.0)), "fold has no 'y'"),
        (lambda: find_equilibria(fold, low=dict(x=3.0)), "low must be below high for every state"),
        (
            lambda: find_saddle_nodes(fold, "mu", -2.0, -1.0),
            "no equilibrium of fold was found at -2",
        ),
        (lambda: compute_jacobian(fold, [1.0, 2.0]), "state must have 1 values"),
        (lambda: compute_jacobian(fold, dict(y=1.0)), "fold has no 'y'"),
    ],
)
def test_messages(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("low", "high"), [(335.0, 355.0), (0.0, 500.0)])
def test_folds_of_a_steep_branch_are_found_whatever_the_range(low: float, high: float) -> None:
    """The closed form of Touboul & Brette 2008; the branch runs far in w and bulges beyond its neighbours in I."""
    values = dict(C=100.0, g_L=10.0, a=8.0, tau_w=60.0)
    fold = compute_adex_saddle_node_current(g_L=10.0, a=8.0)
    (found,) = find_saddle_nodes(adex, "I", low, high, **values)
    assert found.value == pytest.approx(fold, abs=1e-6)
    (hopf,) = find_hopf_points(adex, "I", low, high, **values)
    assert hopf.value == pytest.approx(compute_adex_hopf_current(**values), abs=1e-5)
