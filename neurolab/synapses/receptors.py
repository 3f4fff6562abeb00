"""Synapses on any Model: conductances become states of the model, and their current part of its input.

    I  becomes  I - Σ g_k B_k(V) (V - E_k),    each g_k with the equations of its kind (neurolab/synapses/kinetics.py)

A spike that arrives raises one state by its weight: `x_NAME` for a kind that rises, `g_NAME` for one that opens at
once. So the same model runs alone, in a population, under spike trains (`simulate_driven`) and in a network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.engine.model import Model, Param, param
from neurolab.kernels import check
from neurolab.synapses.kinetics import Synapse, compute_rise_rate
from neurolab.synapses.nmda import compute_magnesium_block, unblocked

__all__ = ["add_synapses", "compute_steady_voltage", "compute_synaptic_current", "find_entry"]

Array = NDArray[np.float64]
_UNITS = {"µA/cm²": "mS/cm²", "nA": "µS", "pA": "nS", "µA": "mS"}


def add_synapses(
    model: Model,
    synapses: Mapping[str, Synapse],
    *,
    input: str | None = None,
    voltage: str | None = None,
    name: str | None = None,
) -> Model:
    """`model` with synaptic conductances as further states: their current flows where its input current does.

    Each receptor NAME adds the state `g_NAME` (conductance; a current for a synapse without a reversal potential), for
    a kind that rises also `x_NAME` (what feeds it), and the parameters `tau_NAME` or `tau_rise_NAME` and
    `tau_decay_NAME`, `E_NAME`, and `Mg_NAME` where magnesium blocks. A weight of 1 gives a conductance that peaks at 1.
    Resets and refractory times leave the new states alone.

    Parameters
    ----------
    model : Model
    synapses : dict of names and kinds
        For example `{"E": AMPA, "I": GABA_A}`, or kinds of your own: `{"E": Biexponential(0.5, 5, E=0)}`.
    input : str, optional
        The input that the synaptic current is subtracted from; the model's only one, or I, if left out.
    voltage : str, optional
        The state that is the membrane potential; the first one if left out.
    name : str, optional
        Of the new model; "lif with E, I" if left out.

    Returns
    -------
    Model

    Raises
    ------
    ValueError
        No synapse, an unknown input or voltage, a receptor's name that cannot be used or makes two names equal.

    Examples
    --------
    >>> from neurolab.membrane import passive
    >>> from neurolab.synapses import AMPA, NMDA
    >>> add_synapses(passive, {"A": AMPA, "N": NMDA})  # doctest: +NORMALIZE_WHITESPACE
    Model(passive with A, N: states V, g_A, g_N, x_N;
      parameters C, g_L, E_L, tau_A, E_A, tau_rise_N, tau_decay_N, E_N, Mg_N; inputs I)
    """
    if not synapses:
        raise ValueError('synapses must name at least one, got none; give {"E": AMPA}')
    for receptor, kind in synapses.items():
        if not (isinstance(receptor, str) and f"g_{receptor}".isidentifier()):
            raise ValueError(
                f"synapses: a name must fit behind g_ in a Python name, got {receptor!r}; use letters and digits"
            )
        if not isinstance(kind, Synapse):
            raise ValueError(
                f"synapses[{receptor!r}] must be a kind of synapse, got {check.shown(kind)}; give AMPA or "
                "Exponential(5.0)"
            )
    drive = _chosen_input(model, input)
    volts = next(iter(model.states)) if voltage is None else voltage
    if volts not in model.states:
        raise check.unknown(volts, model.states, f"voltage: {model.name}")
    unit = _UNITS.get(model.inputs[drive].unit, "")
    states, params, derived = dict(model.states), dict(model.params), dict(model.derived)
    for receptor, kind in synapses.items():
        new_states, new_params = _names(receptor, kind, unit, model.inputs[drive].unit)
        taken = {*states, *params, *derived, *model.inputs}
        rate = {f"k_{receptor}"} if kind.rises else set()
        if clash := sorted(taken & {*new_states, *new_params, *rate}):
            raise ValueError(
                f"synapses: {receptor!r} would use the name {clash[0]!r} a second time in {model.name}; choose another "
                "name for the receptor"
            )
        states |= new_states
        params |= new_params
        if kind.rises:
            derived[f"k_{receptor}"] = _rise_rate(receptor, kind)
    return Model(
        _rhs(model, synapses, drive, volts),
        state=states,
        params=params,
        inputs=model.inputs,
        derived=derived,
        threshold=_on_first_states(model.threshold, model) if callable(model.threshold) else model.threshold,
        reset=model.reset and _reset(model, len(states)),
        refractory=model.refractory,
        noise=model.noise and _noise(model, len(states)),
        gates=[*model.gates, *(f"g_{receptor}" for receptor in synapses)],
        name=name or f"{model.name} with {', '.join(synapses)}",
    )  # fmt: skip


def find_entry(model: Model, name: str) -> str:
    """The state of `model` that a spike at the synapse `name` raises: x_NAME, else g_NAME, else a state of that name.

    Examples
    --------
    >>> from neurolab.membrane import passive
    >>> from neurolab.synapses import AMPA, NMDA
    >>> both = add_synapses(passive, {"A": AMPA, "N": NMDA})
    >>> find_entry(both, "A"), find_entry(both, "N"), find_entry(both, "V")
    ('g_A', 'x_N', 'V')
    """
    for state in (f"x_{name}", f"g_{name}", name):
        if state in model.states:
            return state
    known = [state.removeprefix("g_") for state in model.states if not state.startswith("x_")]
    raise check.unknown(name, known, model.name)


def compute_synaptic_current(run: Trajectory, name: str, *, voltage: str | None = None) -> Array:
    """The current I_syn = g (V - E), times the magnesium block if there is one, of one synapse in a run.

    Outward positive, so an excitatory one is negative below its reversal potential; it is what `add_synapses` takes off
    the input. A synapse without a reversal potential injects its g: its current is -g.

    Parameters
    ----------
    run : Trajectory
        Of a model made by `add_synapses`, with the synapse's conductance and the voltage recorded.
    name : str
        As given to `add_synapses`.
    voltage : str, optional
        The state that is the membrane potential; the first one if left out.

    Returns
    -------
    array of shape (samples,), in the unit of the input

    Examples
    --------
    >>> from neurolab.engine.model import simulate
    >>> from neurolab.membrane import passive
    >>> from neurolab.synapses import GABA_A
    >>> run = simulate(add_synapses(passive, {"I": GABA_A}), 1.0, 0.1, g_I=0.2)
    >>> float(compute_synaptic_current(run, "I")[0])
    3.0
    """
    if f"g_{name}" not in run:
        known = [state.removeprefix("g_") for state in run if state.startswith("g_")]
        raise check.unknown(name, known, "this run")
    g = run[f"g_{name}"]
    if f"E_{name}" not in run.params:
        return np.asarray(-g, np.float64)
    if voltage is not None and voltage not in list(run):
        raise check.unknown(voltage, run, "voltage: this run")
    V = run[next(iter(run)) if voltage is None else voltage]
    Mg = run.params.get(f"Mg_{name}")
    open_part = 1.0 if Mg is None else compute_magnesium_block(V, Mg)
    return np.asarray(g * open_part * (V - run.params[f"E_{name}"]), np.float64)


def compute_steady_voltage(
    g: ArrayLike, E: ArrayLike, *, g_L: float = 0.1, E_L: float = -65.0, I: float = 0.0
) -> Array | float:
    """Voltage at which a passive membrane with constant synaptic conductances rests.

    V = (g_L E_L + Σ g_k E_k + I) / (g_L + Σ g_k): each conductance pulls towards its own battery, and all divide.

    Parameters
    ----------
    g : array_like, shape (..., synapses), or one number
        Conductances, in the unit of g_L.
    E : array_like, of the same shape, mV
    g_L : float
    E_L : float, mV
    I : float
        Injected current, in the unit of g_L times mV.

    Returns
    -------
    float, or array of shape (...), mV

    Examples
    --------
    >>> round(compute_steady_voltage(20.0, 0.0, g_L=10.0, E_L=-65.0), 7)
    -21.6666667
    >>> compute_steady_voltage([[0.02, 0.0], [0.02, 0.2]], [5.0, -65.0]).round(2).tolist()
    [-53.33, -60.62]
    """
    open_to, batteries = check.finite_array(g, "g"), check.finite_array(E, "E")
    if np.any(open_to < 0):
        raise ValueError(f"g must be 0 or more, got {open_to.min():g}")
    g_L = check.positive(g_L, "g_L")
    try:
        pull = np.atleast_1d(open_to * batteries).sum(axis=-1)
    except ValueError:
        raise ValueError(
            f"g and E must have one value a synapse in their last place, got shapes {open_to.shape} and "
            f"{batteries.shape}"
        ) from None
    total = np.atleast_1d(open_to + 0 * batteries).sum(axis=-1)
    found = np.asarray(
        (g_L * check.finite(E_L, "E_L") + pull + check.finite(I, "I")) / (g_L + total)
    )
    return float(found) if found.ndim == 0 else found


def _chosen_input(model: Model, input: str | None) -> str:
    known = list(model.inputs)
    chosen = input or (known[0] if len(known) == 1 else "I")
    if chosen not in known:
        raise check.unknown(chosen, known, f"input: {model.name}")
    return chosen


def _names(
    receptor: str, kind: Synapse, unit: str, current: str
) -> tuple[dict[str, Param], dict[str, Param]]:
    """States and parameters that a receptor adds."""
    unit = current if kind.E is None else unit
    what = "current" if kind.E is None else "conductance"
    states = {f"g_{receptor}": param(0.0, unit, doc=f"synaptic {what} {receptor}")}
    if kind.rises:
        states[f"x_{receptor}"] = param(0.0, unit, doc=f"what opens g_{receptor}")
    docs = dict(tau="time constant", tau_rise="rise time", tau_decay="decay time")
    params = {
        f"{tau}_{receptor}": param(
            value, "ms", low=value / 10, high=value * 4, doc=f"{docs[tau]} of {receptor}"
        )
        for tau, value in kind.taus.items()
    }
    if kind.E is not None:
        doc = f"reversal potential of {receptor}"
        params[f"E_{receptor}"] = param(kind.E, "mV", low=kind.E - 50, high=kind.E + 50, doc=doc)
    if kind.Mg is not None:
        doc = f"magnesium around {receptor}"
        params[f"Mg_{receptor}"] = param(kind.Mg, "mmol/l", low=0, high=4, doc=doc)
    return states, params


def _rise_rate(receptor: str, kind: Synapse) -> Callable[[Any], float]:
    rise, decay = _tau_names(receptor, kind)
    return lambda p: compute_rise_rate(getattr(p, rise), getattr(p, decay))


def _tau_names(receptor: str, kind: Synapse) -> tuple[str, str]:
    """Names of the parameters of rise and decay; an alpha function has one for both."""
    names = [f"{tau}_{receptor}" for tau in kind.taus]
    return names[0], names[-1]


def _tuple(values: list[str]) -> str:
    return f"({', '.join(values)},)"


def _states(first: int, last: int) -> list[str]:
    return [f"y[{j}]" for j in range(first, last)]


def _written(source: str, **names: Any) -> Any:
    """The function `f` of a source text: numba reads a tuple at written places only, and the names are the model's."""
    exec(source, names)
    return names["f"]


def _rhs(model: Model, synapses: Mapping[str, Synapse], drive: str, volts: str) -> Any:
    old = len(model.states)
    slopes, currents, place = [], [], old
    V = f"y[{list(model.states).index(volts)}]"
    for receptor, kind in synapses.items():
        g, x = f"y[{place}]", f"y[{place + 1}]"
        rise, decay = _tau_names(receptor, kind)
        if kind.rises:
            slopes += [f"p.k_{receptor} * {x} - {g} / p.{decay}", f"-{x} / p.{rise}"]
        else:
            slopes += [f"-{g} / p.{decay}"]
        place += 2 if kind.rises else 1
        block = "" if kind.Mg is None else f" * unblocked({V}, p.Mg_{receptor})"
        # a synapse without a reversal potential injects its g: inward, so with the sign of the input
        currents.append(f"+ {g}" if kind.E is None else f"- {g}{block} * ({V} - p.E_{receptor})")
    flowing = " ".join(currents)
    if len(model.inputs) == 1:
        total = f"I {flowing}"
    else:
        each = [f"I.{name} {flowing}" if name == drive else f"I.{name}" for name in model.inputs]
        total = f"Inputs({', '.join(each)})"
    values = [f"slope[{j}]" for j in range(old)] + slopes
    source = (
        f"def f(t, y, p, I):\n    slope = before(t, {_tuple(_states(0, old))}, p, {total})\n"
        f"    return {_tuple(values)}"
    )
    return _written(source, before=model.rhs, unblocked=unblocked, Inputs=model.Inputs)


def _on_first_states(function: Any, model: Model) -> Any:
    """A function of (y, p) of the old model's states, as one of the new."""
    source = f"def f(y, p): return before({_tuple(_states(0, len(model.states)))}, p)"
    return _written(source, before=function)


def _reset(model: Model, total: int) -> Any:
    old = len(model.states)
    values = [f"z[{j}]" for j in range(old)] + _states(old, total)
    source = (
        f"def f(y, p):\n    z = before({_tuple(_states(0, old))}, p)\n    return {_tuple(values)}"
    )
    return _written(source, before=model.reset)


def _noise(model: Model, total: int) -> Any:
    old = len(model.states)
    values = [f"g[{j}]" for j in range(old)] + ["0.0"] * (total - old)
    source = (
        f"def f(t, y, p):\n    g = before(t, {_tuple(_states(0, old))}, p)\n"
        f"    return {_tuple(values)}"
    )
    return _written(source, before=model.noise)
