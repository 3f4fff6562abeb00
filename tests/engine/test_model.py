"""Building a Model: what it checks, what it says, what it does not import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neurolab.engine.model import Model, param, simulate
from tests.engine.models import decay, two_drives


def rhs(t: float, y: Any, p: Any, I: float) -> Any:
    return (-y[0] / p.tau + I,)


def broken_gate(t: float, y: Any, p: Any, I: float) -> Any:
    return -y[0], y[1] ** 2


def build(**changes: Any) -> Model:
    arguments: dict[str, Any] = dict(rhs=rhs, state=dict(V=0.0), params=dict(tau=10.0))
    return Model(**{**arguments, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(rhs=3), "rhs must be a function"),
        (dict(state={}), "state must name at least one variable"),
        (dict(state=["V"]), "state must be a dict"),
        (dict(params=dict(tau=10.0, V=1.0)), "the name 'V' is used twice"),
        (dict(params=dict(tau=10.0, I=1.0)), "the name 'I' is used twice"),
        (dict(params=dict(tau=10.0, dt=1.0)), "the name 'dt' is taken by the library"),
        (dict(state=dict(spikes=0.0)), "the name 'spikes' is taken"),
        (dict(derived=dict(tau=lambda p: 1.0)), "the name 'tau' is used twice"),
        (dict(derived=dict(k=lambda p: float("inf"))), "k must be finite, got inf"),
        (dict(state={"my V": 0.0}), "must be a Python name"),
        (dict(params=dict(tau=float("nan"))), "tau must be finite, got nan"),
        (dict(threshold="theta"), "has no 'theta'"),
        (dict(refractory=2.0), "refractory needs a reset"),
        (dict(reset=lambda y, p: (0.0,)), "reset needs a threshold"),
        (dict(threshold=1.0, reset=lambda y, p: (0.0, 0.0)), "must return 1 values"),
        (dict(gates=("n",)), "has no 'n'"),
        (dict(rhs=lambda t, y, p, I: (0.0, 0.0)), r"must return 1 values \(V\), got 2"),
        (dict(rhs=lambda t, y, p, I: 0.0), "must return a tuple of 1 values .* and a comma"),
        (
            dict(rhs=broken_gate, state=dict(V=0.0, n=0.5), gates=("n",)),
            "gate 'n' of broken_gate must enter its own equation linearly",
        ),
    ],
)
def test_messages(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**changes)


def test_a_mistake_in_rhs_gives_an_ordinary_traceback_at_once() -> None:
    with pytest.raises(AttributeError, match="tauu"):
        build(rhs=lambda t, y, p, I: (y[0] / p.tauu,))


@pytest.mark.parametrize(
    "call",
    [lambda: param(1.0, low=2, high=1), lambda: param(float("inf")), lambda: param("a")],  # type: ignore[arg-type]
)
def test_param_messages(call: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        call()


def test_units_and_defaults_live_in_one_place() -> None:
    model = build(params=dict(tau=param(10.0, "ms", low=1, high=50, doc="time constant")))
    assert model.params["tau"].doc == "time constant" and model.units["tau"] == "ms"
    assert model.start == (0.0,)
    assert repr(model) == "Model(rhs: states V; parameters tau; inputs I)"


def test_setting_values_by_name() -> None:
    setting = two_drives.set(dict(x=2.0, up=lambda t: t))
    assert (
        setting.state == (2.0,) and callable(setting.inputs["up"]) and setting.inputs["down"] == 0.5
    )
    with pytest.raises(ValueError, match="two_drives has no 'upp'; did you mean 'up'"):
        two_drives.set(dict(upp=1.0))


def test_derived_numbers_follow_the_parameters() -> None:
    """Computed once before a run, read like parameters, not set and not reported as such."""
    model = Model(
        lambda t, y, p, I: (-p.k * y[0],),
        dict(x=1.0),
        dict(tau=10.0),
        derived=dict(k=lambda p: 1.0 / p.tau),
        name="model",
    )
    run = simulate(model, 5.0, 0.01, tau=5.0)
    assert run.x[-1] == pytest.approx(np.exp(-1.0), rel=1e-9) and dict(run.params) == {"tau": 5.0}
    assert model.derivative([1.0], tau=2.0).tolist() == [-0.5]
    with pytest.raises(ValueError, match="model has no 'k'"):
        model.set(dict(k=1.0))


def test_derivative_at_one_point_and_at_many() -> None:
    assert decay.derivative([2.0], I=1.0).tolist() == [-1.0]
    many = decay.derivative(np.array([[0.0, 1.0], [2.0, 3.0]])[None], k=2.0)
    assert many.tolist() == [[[0.0, -2.0], [-4.0, -6.0]]]
    with pytest.raises(ValueError, match="state must have 1 rows"):
        decay.derivative([1.0, 2.0])


def test_digest_names_the_code_not_the_defaults() -> None:
    other = Model(decay.rhs, dict(x=5.0), dict(k=3.0))
    assert other.digest == decay.digest
    assert build(threshold=1.0).digest != build(threshold=2.0).digest


def test_simulate_wants_something_that_can_be_simulated() -> None:
    with pytest.raises(TypeError, match="simulate takes a Model"):
        simulate(3, 1.0)  # type: ignore[arg-type]


def test_building_a_model_imports_no_numba() -> None:
    code = "import sys, neurolab as nl; nl.membrane.hodgkin_huxley.digest; print('numba' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
