"""The source document's class: its neurons are those of the library, its loop the printed one."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurolab.engine.model import Model, simulate
from neurolab.kernels.chunks import Diverged, Interrupted
from neurolab.membrane import fitzhugh_nagumo_slope, morris_lecar
from neurolab.networks import NeuralDynamics
from tests.reference import neural_dynamics as naive

KINDS = ["fitzhugh_nagumo", "morris_lecar"]
START = {
    "fitzhugh_nagumo": dict(voltage=-1.0, recovery=-0.5, synaptic=0.1),
    "morris_lecar": dict(voltage=-40.0, recovery=0.1, synaptic=0.1),
}
DRIVE = {"fitzhugh_nagumo": 0.2, "morris_lecar": 100.0}
SCALE = {"fitzhugh_nagumo": 1.0, "morris_lecar": 30.0}


def run(
    model: NeuralDynamics, inputs: Any = None, span: float = 20.0, dt: float = 0.1, **start: Any
) -> dict[str, Any]:
    kind = model.neuron["kind"]
    drive = DRIVE[kind] if inputs is None else inputs
    return model.simulate_dynamics(START[kind] | start, drive, span, dt)


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return all(np.array_equal(first[name], second[name]) for name in ("t", "V", "w", "s"))


# the loop


@settings(max_examples=25)
@given(st.sampled_from(KINDS), st.integers(1, 4), st.integers(0, 999))
def test_the_loop_is_the_printed_one(kind: str, n: int, seed: int) -> None:
    """Any units, synapses and inputs against plain numbers; rounding is all that differs, 60 steps of it."""
    rng = np.random.default_rng(seed)
    base = NeuralDynamics(dict(kind=kind), {}, dict(n=n))
    neuron = {k: v * rng.uniform(0.8, 1.2, n) for k, v in base.neuron.items() if k != "kind"}
    synapse = {k: v * rng.uniform(0.8, 1.2, n) for k, v in base.synapse.items()}
    W = rng.uniform(0, 2, (n, n))
    model = NeuralDynamics(dict(kind=kind) | neuron, synapse, dict(coupling=W))
    start = [np.full(n, x) + rng.uniform(-0.1, 0.1, n) for x in START[kind].values()]
    drive = DRIVE[kind] * rng.uniform(-1, 1, (60, n))
    result = model.simulate_dynamics(
        dict(zip(START[kind], start, strict=True)), drive, 60 * 0.05, 0.05
    )
    twin = naive.simulate_dynamics(
        [dict(kind=kind) | {k: float(v[i]) for k, v in neuron.items()} for i in range(n)],
        [{k: float(v[i]) for k, v in synapse.items()} for i in range(n)],
        W.tolist(), tuple(x.tolist() for x in start), lambda k, i: float(drive[k, i]), 60, 0.05,
    )  # fmt: skip
    for name, course in zip("Vws", np.swapaxes(twin, 0, 1), strict=True):
        assert np.abs(result[name] - course).max() < 1e-11 * SCALE[kind]
    assert result["t"].tolist() == pytest.approx([0.05 * k for k in range(61)])


@pytest.mark.jit
@pytest.mark.parametrize("kind", KINDS)
def test_order_one_towards_the_librarys_own_neuron(kind: str) -> None:
    """Halving dt halves the distance from rk4, whose own error is far below."""
    values: dict[str, Any] = dict(V=-40.0, w=0.1)
    model: Model = morris_lecar
    if kind == "fitzhugh_nagumo":
        model, values = fitzhugh_nagumo_slope, dict(v=-1.0, w=-0.5, eps=0.064, a=0.0, b=1.25)
    exact = simulate(model, 20.0, 0.01, I=DRIVE[kind], **values)
    errors = []
    for dt in (0.08, 0.04, 0.02):
        found = run(NeuralDynamics(dict(kind=kind), {}, {}), dt=dt)
        errors.append(abs(found["V"] - exact[next(iter(model.states))][:: round(dt / 0.01)]).max())
    ratios = np.array(errors[:-1]) / errors[1:]
    assert np.all(np.abs(ratios - 2) < 0.15) and errors[-1] < 0.05 * SCALE[kind]


@pytest.mark.jit
def test_order_one_for_a_coupled_pair() -> None:
    """The six equations of two units typed as one Model."""

    def pair(t: float, y: Any, p: Any, I: float) -> Any:
        V_1, w_1, s_1, V_2, w_2, s_2 = y
        T_1, T_2 = 1 / (1 + math.exp(-V_1 / 0.2)), 1 / (1 + math.exp(-V_2 / 0.2))
        return (
            V_1 - V_1**3 / 3 - w_1 - 0.3 * s_2 * (V_1 - 2.0) + I,
            0.064 * (1.25 * V_1 - w_1),
            T_1 * (1 - s_1) - 0.1 * s_1,
            V_2 - V_2**3 / 3 - w_2 - 0.1 * s_1 * (V_2 + 1.5) + I,
            0.064 * (1.25 * V_2 - w_2),
            T_2 * (1 - s_2) - 0.1 * s_2,
        )

    states = dict(V_1=-1.0, w_1=-0.5, s_1=0.1, V_2=1.0, w_2=0.2, s_2=0.1)
    exact = simulate(Model(pair, state=states, params=dict(unused=0.0)), 40.0, 0.01, I=0.2)
    model = NeuralDynamics({}, dict(E=[-1.5, 2.0]), dict(coupling=[[0.0, 3.0], [1.0, 0.0]]))
    errors = []
    for dt in (0.08, 0.04, 0.02):
        found = run(model, span=40.0, dt=dt, voltage=[-1.0, 1.0], recovery=[-0.5, 0.2])
        both = np.stack([exact["V_1"], exact["V_2"]], axis=1)[:: round(dt / 0.01)]
        errors.append(np.abs(found["V"] - both).max())
    assert np.array(errors[:-1]) / errors[1:] == pytest.approx([2, 2], abs=0.15)


@pytest.mark.jit
def test_a_constant_in_w_is_a_constant_input() -> None:
    """The document's dw/dt = eps (b v - w + c) with input I: the printed one with I - c, w lower by c."""
    c, I = 0.875, 0.5
    exact = simulate(fitzhugh_nagumo_slope, 50.0, 0.01, I=I, v=-1.0, w=-0.5, a=c)
    found = run(NeuralDynamics({}, {}, {}), I - c, 50.0, 0.01, recovery=-0.5 - c)
    assert np.abs(found["V"] - exact.v).max() < 0.05  # order 1: 0.032 here, 0.016 at dt=0.005
    assert np.ptp(found["V"]) > 3


def test_v_is_stepped_before_w_and_s() -> None:
    model = NeuralDynamics(dict(a=1.0, b=2.0), dict(alpha=1.0, beta=0.5), {})
    found = run(model, 0.0, 0.1, 0.1, voltage=1.0)
    V = 1.0 + 0.1 * (1.0 - 1 / 3 + 0.5)
    T = 1 / (1 + math.exp(-V / 0.2))
    assert found["V"].tolist() == pytest.approx([1.0, V])
    assert found["w"].tolist() == pytest.approx([-0.5, -0.5 + 0.1 * (2 * V + 0.5)])
    assert found["s"].tolist() == pytest.approx([0.1, 0.1 + 0.1 * (T * 0.9 - 0.05)])


# the network


@pytest.mark.parametrize("kind", KINDS)
def test_without_coupling_units_are_alone(kind: str) -> None:
    start = {k: v + np.linspace(0, 0.3, 3) for k, v in START[kind].items()}
    drive = np.linspace(0.5, 1, 3) * DRIVE[kind] * np.ones((200, 1))
    together = NeuralDynamics(dict(kind=kind), {}, dict(n=3))
    whole = run(together, drive, **start)
    for i in range(3):
        single = NeuralDynamics(dict(kind=kind), {}, {})
        alone = run(single, drive[:, i], **{k: v[i] for k, v in start.items()})
        for name in "Vws":
            assert np.allclose(whole[name][:, i], alone[name], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_units_stay_equal_and_the_order_does_not_matter(kind: str) -> None:
    found = run(NeuralDynamics(dict(kind=kind), {}, dict(n=4, coupling=0.7)), span=60.0)
    assert np.ptp(found["V"], axis=1).max() < 1e-9 * SCALE[kind]
    rng = np.random.default_rng(5)
    W, order = rng.uniform(0, 1, (4, 4)), np.array([2, 0, 3, 1])
    start = {k: v + rng.uniform(0, 0.2, 4) for k, v in START[kind].items()}
    first = run(NeuralDynamics(dict(kind=kind), {}, dict(coupling=W)), **start)
    second = run(
        NeuralDynamics(dict(kind=kind), {}, dict(coupling=W[np.ix_(order, order)])),
        **{k: v[order] for k, v in start.items()},
    )
    assert np.allclose(first["V"][:, order], second["V"], rtol=1e-9, atol=1e-9 * SCALE[kind])


def test_row_is_the_target_and_e_is_the_sources() -> None:
    """Unit 0 drives unit 1, and not the other way round; an E below rest pulls down."""
    for E, sign in ((2.0, 1), (-3.0, -1)):
        model = NeuralDynamics({}, dict(E=[E, 99.0]), dict(coupling=[[0.0, 0.0], [1.0, 0.0]]))
        found = run(model, 0.0, 0.5, voltage=[1.5, 0.0], recovery=0.0)
        alone = run(NeuralDynamics({}, {}, dict(n=2)), 0.0, 0.5, voltage=[1.5, 0.0], recovery=0.0)
        assert np.array_equal(found["V"][:, 0], alone["V"][:, 0])
        assert np.all(sign * (found["V"] - alone["V"])[1:, 1] > 0)


@given(st.floats(-1e4, 1e4), st.floats(0, 1))
def test_open_channels_stay_a_part_of_all(V: float, s: float) -> None:
    """For dt (alpha + beta) < 1; and a held V opens alpha T / (alpha T + beta) of them."""
    model = NeuralDynamics(dict(kind="morris_lecar"), {}, {})
    slope = float(model.compute_synaptic_dynamics(np.array([V]), np.array([s]))[0])
    assert 0 <= s + 0.5 * slope <= 1
    T = 1 / (1 + math.exp(-min(max(V - 2, -3000), 3000) / 5))
    steady = 1.1 * T / (1.1 * T + 0.19)
    assert model.compute_synaptic_dynamics(np.array([V]), np.array([steady]))[0] == pytest.approx(0)


# the methods


def test_each_method_can_be_overridden() -> None:
    class Leaky(NeuralDynamics):
        def compute_ionic_currents(self, V: Any, w: Any) -> Any:
            return 0.1 * (V + 65.0)

    class Fixed(NeuralDynamics):
        def compute_recovery_dynamics(self, V: Any, w: Any) -> Any:
            return -0.5 * w

    class Clamped(NeuralDynamics):
        def compute_synaptic_currents(self, V: Any, s: Any) -> Any:
            return np.full(self.n, -7.0)

    class Counting(NeuralDynamics):
        def compute_synaptic_dynamics(self, V: Any, s: Any) -> Any:
            return 1.0

    class Ring(NeuralDynamics):
        def initialize_system(self) -> None:
            self.reach = self.network.pop("reach")
            super().initialize_system()
            self.W = sum(np.roll(np.eye(self.n), k, axis=1) for k in (self.reach, -self.reach))

    free = dict(voltage=0.0, recovery=1.0, synaptic=0.0)
    leaky = Leaky({}, {}, {}).simulate_dynamics(free, {}, 10.0, 0.01)
    assert leaky["V"][-1] == pytest.approx(-65 + 65 * 0.999**1000)
    fixed = Fixed({}, {}, {}).simulate_dynamics(free, {}, 1.0, 0.1)
    assert fixed["w"] == pytest.approx(0.95 ** np.arange(11))
    clamped = Clamped({}, {}, dict(n=2)).simulate_dynamics(free, {}, 0.1, 0.1)
    assert clamped["V"][1].tolist() == pytest.approx([0.6, 0.6])  # 0.1 (7 - w)
    counting = Counting({}, {}, {}).simulate_dynamics(free, {}, 1.0, 0.1)
    assert counting["s"] == pytest.approx(0.1 * np.arange(11))
    ring = Ring({}, {}, dict(n=5, reach=2))
    assert ring.W.sum(axis=0).tolist() == [2.0] * 5 and ring.W[0].nonzero()[0].tolist() == [2, 3]
    started = run(ring, 0.0, 0.1, 0.1, synaptic=[1.0, 0, 0, 0, 0])["V"][1]
    assert started[2] == started[3] > started[0] == started[1] == started[4]


def test_methods_cannot_harm_the_trajectory_and_callers_arrays_stay() -> None:
    """The printed V += changes what was stored; here not even a method that does so harms it."""

    class Careless(NeuralDynamics):
        def compute_ionic_currents(self, V: Any, w: Any) -> Any:
            found = super().compute_ionic_currents(V, w)
            w += 100.0
            return found

    start = {k: np.full(2, v) for k, v in START["fitzhugh_nagumo"].items()}
    W = np.ones((2, 2))
    found = NeuralDynamics({}, {}, dict(coupling=W)).simulate_dynamics(start, {}, 5.0, 0.1)
    assert [v[0] for v in start.values()] == list(START["fitzhugh_nagumo"].values())
    assert len(np.unique(found["V"][:, 0])) == 51 and np.all(W == 1)
    careless = Careless({}, {}, dict(coupling=W)).simulate_dynamics(start, {}, 0.1, 0.1)
    assert careless["w"][0, 0] == -0.5


def test_parameters_may_be_changed_between_runs() -> None:
    model = NeuralDynamics({}, {}, {})
    before = run(model)
    model.neuron["a"] = 0.2
    changed = run(model)
    assert same(changed, run(NeuralDynamics(dict(a=0.2), {}, {}))) and not same(before, changed)


# inputs


def test_dict_array_and_callable_are_the_same_input() -> None:
    """0.3 is not 3 * 0.1, and is the fourth step all the same."""
    model, values = NeuralDynamics({}, {}, {}), np.zeros(200)
    values[[0, 3, 17, 199]] = 1.0, -2.0, 3.0, 4.0
    table = {0: 1.0, 0.3: -2.0, 1.7: 3.0, 19.9: 4.0}
    assert 0.3 not in 0.1 * np.arange(200)
    by_array = run(model, values)
    assert same(by_array, run(model, table))
    assert same(by_array, run(model, lambda t: values[round(t / 0.1)]))
    assert same(run(model, 0.7), run(model, lambda t: 0.7))
    assert same(run(model, {}), run(model, 0.0)) and not same(by_array, run(model, 0.0))


def test_inputs_of_each_unit() -> None:
    model, rows = NeuralDynamics({}, {}, dict(n=2)), np.zeros((200, 2))
    rows[3] = 1.0, 2.0
    by_row = run(model, rows)
    assert same(by_row, run(model, {0.3: [1.0, 2.0]}))
    assert same(by_row, run(model, lambda t: rows[round(t / 0.1)]))
    assert same(run(model, np.ones(200)), run(model, np.ones((200, 2))))
    assert by_row["V"][4, 1] - by_row["V"][4, 0] == pytest.approx(0.1)


def test_shapes() -> None:
    assert run(NeuralDynamics({}, {}, {}))["V"].shape == (201,)
    assert run(NeuralDynamics({}, {}, dict(n=1)))["w"].shape == (201, 1)
    assert run(NeuralDynamics({}, {}, dict(coupling=[[1.0]])))["s"].shape == (201, 1)
    found = run(NeuralDynamics({}, {}, dict(n=3)), dt=0.3)
    assert found["V"].shape == (67, 3) and found["t"][-1] == pytest.approx(19.8)


# runs that do not end well


def test_a_run_that_diverges_keeps_what_came_before() -> None:
    model = NeuralDynamics({}, {}, dict(n=2))
    with pytest.raises(Diverged, match=r"left the finite numbers at t = [\d.]+ ms; try dt below 5"):
        run(model, 0.0, 500.0, 5.0, voltage=[0.1, 9.0])
    with pytest.raises(Diverged) as caught:
        run(model, 0.0, 500.0, 5.0, voltage=[0.1, 9.0])
    partial = caught.value.partial
    assert all(np.all(np.isfinite(x)) for x in partial.values())
    assert caught.value.time == pytest.approx(partial["t"][-1] + 5.0)
    assert len(partial["V"]) == len(partial["t"]) > 1


def test_an_interrupt_keeps_the_run_so_far() -> None:
    whole = run(NeuralDynamics({}, {}, {}))

    def drive(t: float) -> float:
        if t > 15.05:
            raise KeyboardInterrupt
        return 0.2

    with pytest.raises(Interrupted, match=r"interrupted at t = 15.1 of 20 ms") as caught:
        run(NeuralDynamics({}, {}, {}), drive)
    partial = caught.value.partial
    assert partial["t"][-1] == pytest.approx(15.1)
    assert np.array_equal(partial["V"], whole["V"][:152])


def test_progress_is_told() -> None:
    told: list[float] = []
    model = NeuralDynamics({}, {}, {})
    model.simulate_dynamics(START["fitzhugh_nagumo"], {}, 50.0, 0.1, progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) > 1


def test_a_thousand_steps_of_a_hundred_units_are_quick() -> None:
    """Processor seconds; 0.06 as measured, and several times that for a machine that is busy or slow."""
    model = NeuralDynamics(dict(kind="morris_lecar"), {}, dict(n=100, coupling=0.01))
    start = time.process_time()
    run(model, span=100.0)
    assert time.process_time() - start < 0.6


# messages


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ((dict(kind="hodgkin"), {}, {}), "kind must be one of fitzhugh_nagumo, morris_lecar, got 'hodgkin'"),
        ((dict(g_Na=1.0, kind="morris_lecar"), {}, {}), "morris_lecar has no 'g_Na'; did you mean 'g_"),
        ((dict(Cm=1.0), {}, {}), "fitzhugh_nagumo has no 'Cm'; did you mean 'C_m'"),
        (({}, dict(betta=1.0), {}), "synapse_params has no 'betta'; did you mean 'beta'"),
        (({}, {}, dict(copling=1.0)), "network_params has no 'copling'; did you mean 'coupling'"),
        (([1.0], {}, {}), r"neuron_params must be a dict of names and values, got \[1.0\]"),
        (({}, {2: 3.0}, {}), "synapse_params must have names as keys, got 2"),
        ((dict(C_m=0.0), {}, {}), "C_m must be above 0, got 0"),
        (({}, dict(K_p=-1.0), {}), "K_p must be above 0, got -1"),
        ((dict(kind="morris_lecar", g_K=-1.0), {}, {}), "g_K must be 0 or more, got -1$"),
        (({}, dict(g=-1.0), {}), "g must be 0 or more, got -1; inhibition is an E below rest"),
        ((dict(a=math.nan), {}, {}), "a must be finite, got nan"),
        ((dict(a="fast"), {}, {}), "a must be an array of numbers, got 'fast'"),
        ((dict(a=[1.0, 2.0]), {}, dict(n=3)), r"a must be a number or one for each of the 3 units, got shape \(2,\)"),
        (({}, {}, dict(n=0)), "n must be a whole number of at least 1, got 0"),
        (({}, {}, dict(n=2, coupling=-1.0)), "coupling must be 0 or more, got -1; inhibition"),
        (({}, {}, dict(coupling=0.5)), "coupling=0.5 needs n, the number of units; give n=2, or a matrix"),
        (({}, {}, dict(coupling=[1.0, 2.0])), r"coupling must be a number or have shape \(2, 2\).* got \(2,\)"),
        (({}, {}, dict(n=3, coupling=np.eye(2))), r"coupling must be a number or have shape \(3, 3\).* got \(2, 2\)"),
    ],
)  # fmt: skip
def test_messages_of_parameters(params: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NeuralDynamics(*params)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(initial_state=dict(voltage=1.0)), "initial_state must have voltage, recovery, synaptic, got no recovery"),
        (dict(initial_state=dict(volts=1.0)), "initial_state has no 'volts'; did you mean 'voltage'"),
        (dict(initial_state=START["fitzhugh_nagumo"] | dict(voltage=[1.0])), "voltage must be a number or one for"),
        (dict(initial_state=START["fitzhugh_nagumo"] | dict(synaptic=math.inf)), "synaptic must be finite, got inf"),
        (dict(inputs={0.25: 1.0}), "no step begins at 0.25 ms; steps begin at whole multiples of dt=0.1 from 0 to 0.9"),
        (dict(inputs={1.0: 1.0}), "inputs: no step begins at 1 ms"),
        (dict(inputs={-0.1: 1.0}), "inputs: no step begins at -0.1 ms"),
        (dict(inputs={1e308: 1.0}), "inputs: no step begins at 1e.308 ms"),
        (dict(inputs={0.3: 1.0, 3 * 0.1: 2.0}), "inputs: two keys name the step at 0.3 ms; add their values"),
        (dict(inputs={"soon": 1.0}), "a time in inputs must be a number, got 'soon'"),
        (dict(inputs={0.1: [1.0, 2.0, 3.0]}), r"inputs\[0.1\] must be a number or one for each of the 2 units, got"),
        (dict(inputs=np.ones(9)), r"inputs must have shape \(10,\) or \(10, 2\), a row for each step, got \(9,\)"),
        (dict(inputs=[math.nan] * 10), "inputs must be finite, got nan at position 0"),
        (dict(inputs=lambda t: math.nan if t > 0.45 else 0.0), r"inputs\(0.5\) must be finite, got nan"),
        (dict(inputs=lambda t: [1.0]), r"inputs\(0\) must be a number or one for each of the 2 units"),
        (dict(inputs=None), "inputs must be finite, got nan"),
        (dict(dt=2.0), "dt must be at most time_span=1 ms, got 2"),
        (dict(dt=0.0), "dt must be above 0, got 0"),
        (dict(time_span=-1.0), "time_span must be above 0, got -1"),
        (dict(time_span=1e308, dt=1e-5), "time_span / dt must be finite"),
    ],
)  # fmt: skip
def test_messages_of_a_run(values: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = dict(
        initial_state=START["fitzhugh_nagumo"], inputs={}, time_span=1.0, dt=0.1
    )
    with pytest.raises(ValueError, match=message):
        NeuralDynamics({}, {}, dict(n=2)).simulate_dynamics(**(arguments | values))


@pytest.mark.parametrize(
    "method",
    [
        "compute_ionic_currents",
        "compute_recovery_dynamics",
        "compute_synaptic_currents",
        "compute_synaptic_dynamics",
    ],
)
def test_messages_of_methods(method: str) -> None:
    model = NeuralDynamics({}, {}, dict(n=2))
    setattr(model, method, lambda first, second: np.zeros(3))
    with pytest.raises(
        ValueError, match=rf"{method} must return a number or shape \(2,\), got \(3,\)"
    ):
        run(model)
