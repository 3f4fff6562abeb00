"""Synapses added to models: the equations, the names, and that every solver runs them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurolab.engine.adaptive import integrate
from neurolab.engine.model import Model, param, simulate
from neurolab.engine.population import simulate_population
from neurolab.engine.stochastic import simulate_stochastic
from neurolab.membrane import adex, hodgkin_huxley, lif, passive
from neurolab.synapses import (
    AMPA,
    GABA_A,
    NMDA,
    Alpha,
    Biexponential,
    Exponential,
    add_synapses,
    compute_magnesium_block,
    compute_steady_voltage,
    compute_synaptic_current,
    find_entry,
)
from tests.engine.models import two_drives

ALL = {"E": AMPA, "I": GABA_A, "N": NMDA, "S": Alpha(3.0, E=None), "B": Biexponential(0.5, 5.0)}
cell = add_synapses(passive, ALL)


def test_names_units_and_defaults() -> None:
    assert list(cell.states) == ["V", "g_E", "g_I", "g_N", "x_N", "g_S", "x_S", "g_B", "x_B"]
    assert list(cell.params)[:3] == list(passive.params)
    assert set(cell.params) >= {"tau_E", "E_I", "tau_rise_N", "tau_decay_N", "Mg_N", "tau_S"}
    assert "E_S" not in cell.params and "Mg_E" not in cell.params
    assert cell.units["g_E"] == "mS/cm²" and cell.units["g_S"] == "µA/cm²"
    assert cell.params["E_I"].value == GABA_A.E
    assert cell.name == "passive with E, I, N, S, B"
    assert [find_entry(cell, name) for name in ("E", "N", "V", "x_S")] == ["g_E", "x_N", "V", "x_S"]


def test_the_equations_are_those_of_the_kinds() -> None:
    """The right-hand side, written out once by hand."""
    V, g_E, g_I, g_N, x_N, g_S, x_S, g_B, x_B = state = [-50.0, 0.3, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]  # fmt: skip
    slope = cell.derivative(state, I=1.5)
    current = (
        1.5
        - g_E * V
        - g_I * (V + 80)
        - g_N * compute_magnesium_block(V) * V
        + g_S
        - g_B * V
    )  # fmt: skip
    assert slope[0] == pytest.approx(current - 0.1 * (V + 65))
    assert slope[1:3] == pytest.approx([-g_E / 5.5, -g_I / 5.5])
    assert slope[3:5] == pytest.approx([NMDA.rise_rate * x_N - g_N / 150, -x_N / 3])
    assert slope[5:7] == pytest.approx([(np.e * x_S - g_S) / 3, -x_S / 3])
    assert slope[7:] == pytest.approx([2.5830994 * x_B - g_B / 5, -x_B / 0.5])


@pytest.mark.jit
@pytest.mark.parametrize("method", ["rk4", "heun", "exponential_euler", "staggered", "crank_nicolson"])  # fmt: skip
def test_a_weight_of_one_peaks_at_one(method: str) -> None:
    """Whatever the method, to its order: 0.01 ms against 0.5 ms; the staggered one shifts g by half a step."""
    run = simulate(cell, 30.0, 0.01, method=method, g_E=1.0, x_B=1.0, x_S=1.0)
    tolerance = dict(rk4=1e-9, exponential_euler=3e-2, staggered=2e-2).get(method, 1e-3)
    assert run.g_E == pytest.approx(AMPA.conductance(run.t), abs=tolerance)
    assert run.g_B == pytest.approx(Biexponential(0.5, 5.0).conductance(run.t), abs=tolerance)
    assert run.g_S == pytest.approx(Alpha(3.0).conductance(run.t), abs=tolerance)


@pytest.mark.jit
def test_the_adaptive_solver_agrees() -> None:
    values = dict(g_E=0.1, x_N=0.3, x_S=0.5, I=0.2)
    run = integrate(cell, 40.0, 0.05, rtol=1e-11, atol=1e-12, **values)
    fixed = simulate(cell, 40.0, 0.005, every=10, **values)
    assert np.abs(run.samples - fixed.samples).max() < 1e-8


@pytest.mark.jit
def test_resets_leave_conductances_alone() -> None:
    model = add_synapses(lif, {"E": Exponential(5.0, E=70.0), "S": Biexponential(1.0, 4.0, E=None)})
    run = simulate(model, 100.0, 0.01, I=2.0, g_E=0.1, x_S=0.5)
    assert run.spikes().count > 5
    assert run.g_E == pytest.approx(0.1 * np.exp(-run.t / 5.0), abs=1e-7)  # linear in a cut step
    assert model.refractory == "t_ref" and model.threshold == "theta"


@pytest.mark.jit
def test_populations_vary_every_parameter_of_a_synapse() -> None:
    model = add_synapses(lif, {"E": Biexponential(0.5, 3.0, E=70.0)})
    values: dict[str, Any] = dict(x_E=np.linspace(0, 0.5, 5), tau_rise_E=np.linspace(0.2, 3, 5), I=1.6)  # fmt: skip
    run = simulate_population(model, 50.0, 0.01, record=None, **values)
    for k in (0, 2, 4):
        own = {name: v[k] if np.ndim(v) else v for name, v in values.items()}
        alone = simulate(model, 50.0, 0.01, **own)
        assert np.allclose(run.unit(k).samples, alone.samples, rtol=1e-9, atol=1e-9)


@pytest.mark.jit
def test_channel_models_noise_and_functions_as_thresholds() -> None:
    fires = dict(duration=20.0, dt=0.01, g_E=0.3)
    squid = add_synapses(hodgkin_huxley, {"E": AMPA})
    assert simulate(squid, **fires).V.max() > 30
    staggered = simulate(squid, **fires, method="staggered")
    assert staggered.V.max() == pytest.approx(simulate(squid, **fires).V.max(), abs=0.3)
    noisy = Model(
        lambda t, y, p, I: (-y[0] + I,), state=dict(V=0.0), params=dict(s=2.0),
        noise=lambda t, y, p: (p.s,), threshold=lambda y, p: y[0] - 1.0, reset=lambda y, p: (0.0,),
    )  # fmt: skip
    model = add_synapses(noisy, {"E": Exponential(5.0, E=None)})
    one, other = (simulate_stochastic(m, 20.0, 0.01, seed=3) for m in (noisy, model))
    assert np.array_equal(one.V, other.V) and np.all(other.g_E == 0)
    assert one.spikes().count == other.spikes().count > 0


def test_a_model_of_several_inputs() -> None:
    model = add_synapses(two_drives, {"E": Exponential(5.0, E=10.0)}, input="down", voltage="x")
    plain = two_drives.derivative([2.0], up=1.0, down=0.5 - 0.3 * (2.0 - 10.0))
    assert model.derivative([2.0, 0.3], up=1.0, down=0.5)[0] == pytest.approx(plain[0])
    with pytest.raises(ValueError, match="input: .* has no 'I'"):
        add_synapses(two_drives, {"E": AMPA})


def test_synapses_can_be_added_one_after_the_other() -> None:
    again = add_synapses(add_synapses(passive, {"E": AMPA}), {"N": NMDA}, name="cell")
    once = add_synapses(passive, {"E": AMPA, "N": NMDA})
    state = [-50.0, 0.3, 0.2, 0.1]
    assert again.derivative(state) == pytest.approx(once.derivative(state))
    assert again.name == "cell" and list(again.states) == list(once.states)


def test_gates_and_units_of_other_currents() -> None:
    assert add_synapses(adex, {"E": AMPA}).units["g_E"] == "nS"
    assert add_synapses(hodgkin_huxley, {"E": AMPA}).gates == ("m", "h", "n", "g_E")
    unknown = Model(lambda t, y, p, I: (I - y[0],), state=dict(V=param(0.0, "mV")), params={})
    assert add_synapses(unknown, {"E": AMPA}).units["g_E"] == ""


def test_the_current_of_each_synapse_closes_the_balance() -> None:
    """C dV/dt is what is left of leak and synapses; differences of second order in 0.01 ms."""
    run = simulate(cell, 5.0, 0.01, V=-50.0, g_E=0.1, g_I=0.2, x_N=0.3, x_S=1.0, x_B=0.05)
    total = sum(compute_synaptic_current(run, name) for name in ALL)
    left = -0.1 * (run.V + 65) - total
    assert np.gradient(run.V, run.t)[5:-5] == pytest.approx(left[5:-5], abs=2e-3)
    assert np.all(compute_synaptic_current(run, "S")[1:] < 0)
    assert np.all(compute_synaptic_current(run, "I")[1:] > 0)


@pytest.mark.jit
def test_the_steady_voltage_is_where_the_membrane_rests() -> None:
    slow = add_synapses(
        passive, {k: Exponential(1e12, E=e) for k, e in dict(A=0.0, B=-80.0).items()}
    )
    run = simulate(slow, 200.0, 0.1, g_A=0.05, g_B=0.3, I=1.5)
    assert run.V[-1] == pytest.approx(
        compute_steady_voltage([0.05, 0.3], [0.0, -80.0], I=1.5), abs=1e-8
    )


def test_a_shunt_divides_the_epsp() -> None:
    """Excitation of 0.2 g_L, 70 mV above rest, against 0, 1, 2, 4 g_L at rest: 11.67, 6.36, 4.38, 2.69 mV."""
    shunts = np.array([0.0, 1.0, 2.0, 4.0])
    g = np.column_stack([np.full(4, 0.2), shunts])
    epsp = np.asarray(compute_steady_voltage(g, [70.0, 0.0], g_L=1.0, E_L=0.0))
    assert epsp.round(2).tolist() == [11.67, 6.36, 4.38, 2.69]
    assert compute_steady_voltage([0.2, 0.3], 70.0, g_L=1.0, E_L=0.0) == pytest.approx(35 / 1.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: add_synapses(passive, {}), "synapses must name at least one"),
        (lambda: add_synapses(passive, {"E-1": AMPA}), "a name must fit behind g_ .* got 'E-1'"),
        (lambda: add_synapses(passive, {"E": 5.0}), "must be a kind of synapse, got 5.0"),  # type: ignore[dict-item]
        (lambda: add_synapses(passive, {"L": AMPA}), "'L' would use the name 'E_L' a second time"),
        (lambda: add_synapses(passive, {"E": AMPA}, voltage="v"), "voltage: passive has no 'v'; did you mean 'V'"),
        (lambda: add_synapses(passive, {"E": AMPA}, input="J"), "input: passive has no 'J'"),
        (lambda: find_entry(cell, "M"), "has no 'M'"),
        (lambda: compute_synaptic_current(simulate(cell, 0.1, 0.05), "M"), r"this run has no .M.\. It has: E, I"),
        (lambda: compute_steady_voltage(-1.0, 0.0), "g must be 0 or more, got -1"),
        (lambda: compute_steady_voltage([1.0, 2.0], [0.0, 1.0, 2.0]), "one value a synapse in their last place"),
        (lambda: compute_steady_voltage(1.0, 0.0, g_L=0.0), "g_L must be above 0"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
