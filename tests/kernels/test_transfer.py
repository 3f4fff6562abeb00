"""Transfer functions: their slopes are derivatives, their ends are exact, and a Model may use them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.engine.model import Model, simulate
from neurolab.kernels import transfer
from neurolab.kernels.transfer import (
    hyperbolic_tangent,
    logistic,
    naka_rushton,
    power_law,
    threshold_linear,
    wilson_cowan,
)

PAIRS: dict[
    str, dict[str, float]
] = {  # a function's name, and parameters that are not its defaults
    "threshold_linear": dict(gain=2.0, theta=0.3),
    "power_law": dict(gain=0.4, exponent=2.5, theta=-0.2),
    "logistic": dict(gain=3.0, theta=0.7, maximum=40.0),
    "hyperbolic_tangent": dict(gain=0.5, theta=-1.0, maximum=3.0),
    "wilson_cowan": dict(a=1.3, theta=4.0),
    "naka_rushton": dict(maximum=60.0, half=0.8, exponent=3.0),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_slope_is_the_derivative(name: str) -> None:
    """Central differences of 1e-6: their error is 1e-9, away from kinks."""
    function, slope = getattr(transfer, name), getattr(transfer, f"{name}_slope")
    x = np.array([-4.0, -0.7, 0.05, 0.31, 1.9, 6.0])
    h = 1e-6
    for given_ in ({}, PAIRS[name]):
        numeric = (function(x + h, **given_) - function(x - h, **given_)) / (2 * h)
        assert slope(x, **given_) == pytest.approx(numeric, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", PAIRS)
def test_nothing_overflows_and_nothing_falls(name: str) -> None:
    """Warnings are errors here, so an overflow would raise."""
    function, slope = getattr(transfer, name), getattr(transfer, f"{name}_slope")
    x = np.array([-1e100, -1e4, -1.0, 0.0, 1.0, 1e4, 1e100])
    values, slopes = function(x), slope(x)
    assert np.all(np.isfinite(values)) and np.all(np.isfinite(slopes))
    assert np.all(np.diff(values) >= 0) and np.all(slopes >= 0)


def test_ends_and_middles() -> None:
    assert transfer.logistic(-40.0) == pytest.approx(np.exp(-40.0), rel=1e-12)  # no digit is lost
    assert transfer.logistic_slope(2.0, gain=4.0, theta=2.0, maximum=3.0) == 3.0
    assert transfer.wilson_cowan(0.0, 1.3, 4.0) == 0.0
    top = transfer.wilson_cowan_maximum(1.3, 4.0)
    assert transfer.wilson_cowan(1e3, 1.3, 4.0) == pytest.approx(top, rel=1e-15)
    assert top == pytest.approx(1 - 1 / (1 + np.exp(1.3 * 4.0)))
    assert transfer.naka_rushton(5.0, 60.0, 5.0, 3.0) == pytest.approx(30.0)
    assert transfer.naka_rushton(2.0, 1.0, 5.0, 3.0) == pytest.approx(8 / (8 + 125))
    assert transfer.naka_rushton(-1.0) == 0.0 == transfer.naka_rushton(0.0)
    assert transfer.power_law(3.0, 0.5, 2.0, 1.0) == 2.0


@given(st.floats(-15, 15), st.floats(0.2, 3), st.floats(0, 6))
def test_the_inverse_undoes_the_sigmoid(x: float, a: float, theta: float) -> None:
    """Near its ends the sigmoid is flat, so the input comes back with fewer digits: its own error over the slope."""
    y = transfer.wilson_cowan(x, a, theta)
    room = 1e-15 / transfer.wilson_cowan_slope(x, a, theta)
    assert transfer.wilson_cowan_inverse(y, a, theta) == pytest.approx(x, abs=1e-12 + room)


def test_the_inverse_is_nan_where_the_sigmoid_never_is() -> None:
    top = transfer.wilson_cowan_maximum()
    assert np.isnan(transfer.wilson_cowan_inverse(np.array([top + 0.01, -0.1]))).all()


@pytest.mark.slow
def test_a_model_may_use_all_of_them() -> None:
    def rhs(t: float, y: Any, p: Any, I: float) -> Any:
        return (
            -y[0] + threshold_linear(I) + power_law(I, 0.5, 1.5),
            -y[1] + logistic(I) * hyperbolic_tangent(I),
            -y[2] + wilson_cowan(I, 1.3, 4.0) + naka_rushton(I, 2.0, 3.0, 4.0),
        )

    model = Model(rhs, state=dict(a=0.0, b=0.0, c=0.0), params={}, name="all of them")
    run = simulate(model, 40.0, 0.1, I=1.3)
    assert run.samples[:, -1] == pytest.approx(
        model.derivative([0.0, 0.0, 0.0], I=1.3).tolist(), rel=1e-9
    )
