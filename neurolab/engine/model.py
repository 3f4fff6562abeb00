"""A model is a plain Python function with names: what it returns are time derivatives, what it reads has units.

Nothing here imports numba: a model is a description. The solvers compile it when it is first run (engine/compiled.py).
"""

from __future__ import annotations

import copy
import keyword
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.engine.records import record
from neurolab.kernels import check
from neurolab.kernels.fingerprint import fingerprint

__all__ = ["Model", "Param", "Setting", "param", "simulate"]

Rhs = Callable[..., Sequence[float]]

_RESERVED = {
    "t",
    "duration",
    "dt",
    "method",
    "every",
    "record",
    "progress",
    "seed",
    "params",
    "inputs",
    "states",
}
_RESERVED |= {
    "spikes",
    "events",
    "window",
    "samples",
    "units",
    "model",
    "steps",
    "between",
    "save",
    "load",
}
_RESERVED |= {
    "keys",
    "values",
    "items",
    "get",
    "to_dataframe",
    "spike_times",
    "rtol",
    "atol",
    "max_step",
    "times",
    "noise",
    "size",
    "dtype",
    "threads",
    "final",
    "unit",
}


@dataclass(frozen=True)
class Param:
    """A default value with its unit, its sensible range and its meaning; made by `param`."""

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    doc: str = ""


def param(
    value: float,
    unit: str = "",
    *,
    low: float | None = None,
    high: float | None = None,
    doc: str = "",
) -> Param:
    """A parameter, input or state of a Model with its unit: gives sliders, axis labels, messages and docs.

    Parameters
    ----------
    value : float
        The default.
    unit : str
        As it is printed: "mV", "mS/cm²".
    low, high : float, optional
        The range in which a slider moves; no limit on what a run accepts.
    doc : str
        A few words: "membrane capacitance".

    Examples
    --------
    >>> param(120.0, "mS/cm²", low=0, high=300, doc="maximal sodium conductance").unit
    'mS/cm²'
    """
    value = check.finite(value, "value")
    if low is not None and high is not None and not low < high:
        raise ValueError(f"low must be below high, got low={low}, high={high}")
    return Param(value, unit, low, high, doc)


class _Simulable(Protocol):
    def simulate(self, *args: Any, **kwargs: Any) -> Any: ...


def simulate(system: _Simulable, *args: Any, **kwargs: Any) -> Any:
    """Integrate a model over time with a fixed step: `simulate(model, duration=50, dt=0.01, I=10)`.

    Calls `system.simulate(...)`; see `Model.simulate` for the arguments of a Model.
    """
    method = getattr(system, "simulate", None)
    if method is None:
        raise TypeError(
            f"simulate takes a Model (or anything with a simulate method), got {type(system).__name__}"
        )
    return method(*args, **kwargs)


@dataclass(frozen=True)
class Setting:
    """The numbers of one run: start state, parameters and what derives from them as one vector, inputs by name."""

    state: tuple[float, ...]
    params: NDArray[np.float64]
    inputs: Mapping[str, Any]


class Model:
    """A system of ordinary differential equations, dy/dt = rhs(t, y, p, I), typed in plain Python.

    Parameters
    ----------
    rhs : function of (t, y, p, I)
        `t` in ms; `y` a tuple of states; `p` the parameters by name (`p.g_Na`); `I` the input (a float; a named tuple
        if there are several). Returns one derivative for each state. It must be code that numba compiles: numbers, math
        and NumPy functions, ifs and loops, other plain functions.
    state : dict of start values, in the order of `y`
    params : dict of default values
    inputs : dict, optional
        Time-dependent drives; the default is one called I.
        Values of these three are plain numbers or `param(value, unit, low=, high=, doc=)`.
    derived : dict of functions of p, optional
        Numbers that follow from the parameters, computed once before a run: rhs finds them in `p` like the others.
    threshold : number, parameter name or function of (y, p), optional
        A spike is an upward crossing: of this level by the first state, or of zero by the function.
    reset : function of (y, p), optional
        Returns the state right after a spike.
    refractory : number or parameter name, ms, optional
        After a reset the first state is held for this long; the others go on.
    noise : function of (t, y, p), optional
        Amplitude of the white noise that `simulate_stochastic` adds to each state, in its unit over √ms: a tuple with
        one value for each state. Other solvers leave it out.
    gates : sequence of state names, optional
        States whose equation is linear in themselves and free of the other gates; method "exponential_euler" updates
        them exactly for a voltage held over the step (Rush & Larsen 1978), and the voltage for held gates; "staggered"
        by the trapezoidal rule.
    name : str, optional
        Shown in messages; the function's name if left out.

    Raises
    ------
    ValueError
        A name used twice or reserved, a wrong number of returned values, a non-finite default, a misnamed gate.

    Examples
    --------
    >>> decay = Model(lambda t, y, p, I: (-y[0] / p.tau + I,), state=dict(x=1.0), params=dict(tau=10.0), name="decay")
    >>> decay
    Model(decay: states x; parameters tau; inputs I)
    """

    def __init__(
        self,
        rhs: Rhs,
        state: Mapping[str, float | Param],
        params: Mapping[str, float | Param],
        *,
        inputs: Mapping[str, float | Param] | None = None,
        derived: Mapping[str, Callable[[Any], float]] | None = None,
        threshold: float | str | Callable[..., float] | None = None,
        reset: Callable[..., Sequence[float]] | None = None,
        refractory: float | str | None = None,
        noise: Callable[..., Sequence[float]] | None = None,
        gates: Sequence[str] = (),
        name: str | None = None,
    ) -> None:
        if not callable(rhs):
            raise ValueError(f"rhs must be a function of (t, y, p, I), got {rhs!r}")
        self.name = name or getattr(rhs, "__name__", "model").strip("_<>")
        self.rhs = rhs
        self.states = _described(state, "state")
        self.params = _described(params, "params")
        self.inputs = _described({"I": Param(0.0)} if inputs is None else inputs, "inputs")
        if not self.states:
            raise ValueError(
                "state must name at least one variable, got none; give state=dict(V=-65.0)"
            )
        self.derived = dict(derived or {})
        _described(dict.fromkeys(self.derived, 0.0), "derived")
        _check_names(self.states, self.params, self.inputs, self.derived)
        self.Params = record("Params", [*self.params, *self.derived])
        self.threshold = self._level(threshold, "threshold")
        self.reset = reset
        self.refractory = self._level(refractory, "refractory")
        if reset is None and refractory is not None:
            raise ValueError(
                "refractory needs a reset: without one nothing is held after a spike; give reset="
            )
        if reset is not None and threshold is None:
            raise ValueError("reset needs a threshold that triggers it; give threshold=")
        self.events: Mapping[str, Callable[..., float]] = {}  # see `extended`
        self.drives: Mapping[str, Callable[..., float]] = {}
        self.noise = noise
        self.noisy = tuple(self.states) if noise else ()
        self.gates = tuple(gates)
        for gate in self.gates:
            if gate not in self.states:
                raise check.unknown(gate, self.states, "gates: the state")
        self.Inputs = record("Inputs", self.inputs)
        self._try()

    def _level(self, value: Any, what: str) -> Any:
        if isinstance(value, str) and value not in self.Params._fields:
            raise check.unknown(value, self.Params._fields, f"{what}: the parameter list")
        if value is None or isinstance(value, str) or callable(value):
            return value
        return check.finite(value, what)

    def _try(self) -> None:
        """Call everything once in plain Python: most mistakes give an ordinary traceback at the learner's own line."""
        setting = self.set({})
        state, p = setting.state, self.Params(*setting.params)
        drive = self.input_value([default.value for default in self.inputs.values()])
        self._count(self.rhs(0.0, state, p, drive), "rhs")
        if callable(self.threshold):
            check.finite(self.threshold(state, p), "threshold(y, p)")
        if self.reset is not None:
            self._count(self.reset(state, p), "reset")
        if self.noise is not None:
            self._count(self.noise(0.0, state, p), "noise")
        if self.gates:
            self._check_gates(state, p, drive)

    def _count(self, returned: Any, what: str) -> None:
        name = self.name if what == "rhs" else f"{what} of {self.name}"
        if not isinstance(returned, tuple):
            raise ValueError(
                f"{name} must return a tuple of {len(self.states)} values ({', '.join(self.states)}), got "
                f"{type(returned).__name__}; end it with `return d{next(iter(self.states))},` and a comma"
            )
        if len(returned) != len(self.states):
            raise ValueError(
                f"{name} must return {len(self.states)} values ({', '.join(self.states)}), got {len(returned)}"
            )

    def _check_gates(self, state: tuple[float, ...], p: Any, drive: Any) -> None:
        """A gate's derivative must be affine in that gate alone; three probes tell."""
        which = [list(self.states).index(gate) for gate in self.gates]

        def slopes(level: float) -> list[float]:
            probe = tuple(level if j in which else y for j, y in enumerate(state))
            return [self.rhs(0.0, probe, p, drive)[j] for j in which]

        low, middle, high = slopes(0.0), slopes(0.5), slopes(1.0)
        for gate, a, b, c in zip(self.gates, low, middle, high, strict=True):
            if not math.isclose(a + c, 2 * b, rel_tol=1e-9, abs_tol=1e-12):
                raise ValueError(
                    f"gate {gate!r} of {self.name} must enter its own equation linearly and no other gate's; leave it "
                    "out of gates, or use method='rk4'"
                )

    # what solvers read

    @cached_property
    def digest(self) -> str:
        """Names this model's compiled code: equal for equal code, whatever process or notebook it was typed in."""
        extra = [*self.events, *self.events.values(), *self.drives, *self.drives.values()]
        extra += [self.noise, self.noisy]
        return fingerprint(
            self.rhs, self.threshold, self.reset, self.refractory, self.gates, *extra
        )

    def extended(
        self,
        events: Mapping[str, Any] | None = None,
        drives: Mapping[str, Any] | None = None,
        noisy: Sequence[str] = (),
    ) -> Model:
        """A copy whose compiled code also holds event functions (t, y, p), inputs that are functions of t, or noise of
        constant amplitude on the states `noisy`.
        """
        if not (events or drives or noisy):
            return self
        other = copy.copy(self)
        other.__dict__.pop("digest", None)
        other.events, other.drives = dict(events or {}), dict(drives or {})
        other.noisy = tuple(noisy) or self.noisy
        return other

    @property
    def start(self) -> tuple[float, ...]:
        """Default start state."""
        return tuple(state.value for state in self.states.values())

    @property
    def units(self) -> dict[str, str]:
        """Unit of every state, parameter and input."""
        described = {**self.states, **self.params, **self.inputs}
        return {"t": "ms"} | {name: item.unit for name, item in described.items()}

    def input_value(self, values: Sequence[Any]) -> Any:
        """What rhs receives as I: the float itself if there is one input, else a named tuple."""
        return values[0] if len(self.inputs) == 1 else self.Inputs(*values)

    def set(self, values: Mapping[str, Any]) -> Setting:
        """Sort `values` into states, parameters and inputs; missing ones take their defaults.

        Raises
        ------
        ValueError
            For a name that the model does not have (the nearest is suggested) or a value that is not finite.
        """
        known = [*self.states, *self.params, *self.inputs]
        for name in values:
            if name not in known:
                raise check.unknown(name, known, self.name)

        def chosen(group: Mapping[str, Param]) -> list[float]:
            return [
                check.finite(values[k], k) if k in values else item.value
                for k, item in group.items()
            ]

        params = chosen(self.params)
        if self.derived:
            given = record("Params", self.params)(*params)
            params += [check.finite(rule(given), name) for name, rule in self.derived.items()]
        return Setting(
            state=tuple(chosen(self.states)),
            params=np.array(params),
            inputs={name: values.get(name, item.value) for name, item in self.inputs.items()},
        )

    def rows(self, record: Sequence[str] | str | None) -> NDArray[np.int64]:
        """Row of each state in a recording of the states `record`; -1 for a state that is not kept."""
        names = list(self.states)
        if record is None:
            return np.arange(len(names))
        chosen = [record] if isinstance(record, str) else list(record)
        for name in chosen:
            if name not in names:
                raise check.unknown(name, names, f"record: {self.name}")
        if not chosen:
            raise ValueError(f"record must name at least one state of {', '.join(names)}, got none")
        kept = [name for name in names if name in chosen]
        return np.array([kept.index(name) if name in kept else -1 for name in names])

    def trajectory(
        self,
        setting: Setting,
        rows: NDArray[np.int64],
        spikes: Sequence[NDArray[np.float64]],
        window: tuple[float, float],
        **results: Any,
    ) -> Trajectory:
        """What a solver returns: its `results`, with names, units and values of this model and run."""
        found = np.concatenate([*spikes, np.empty(0)])
        return Trajectory(
            states=tuple(name for name, row in zip(self.states, rows, strict=True) if row >= 0),
            model=self.name,
            params=dict(zip(self.params, setting.params.tolist(), strict=False)),  # none derived
            inputs=setting.inputs,
            units=self.units,
            spike_times=None if self.threshold is None else found[found <= window[1]],
            window=window,
            **results,
        )

    def derivative(
        self, state: Sequence[float] | NDArray[np.float64], /, t: float = 0.0, **values: Any
    ) -> NDArray[Any]:
        """dy/dt at `state`, evaluated in plain Python: for a phase plane, a Jacobian, a look by hand.

        `state` has shape (states,), or (states, ...) for many points, evaluated one by one; the result has its shape.
        """
        setting = self.set(values)
        p = self.Params(*setting.params.tolist())
        drive = self.input_value(
            [check.finite(value, name) for name, value in setting.inputs.items()]
        )
        points = np.asarray(state, float)
        if points.shape[:1] != (len(self.states),):
            raise ValueError(
                f"state must have {len(self.states)} rows ({', '.join(self.states)}), got {points.shape}"
            )
        flat = points.reshape(len(self.states), -1).T
        slopes = [self.rhs(t, tuple(point), p, drive) for point in flat.tolist()]
        return np.array(slopes, float).T.reshape(points.shape)

    # what users call

    def simulate(self, duration: float, dt: float, **kwargs: Any) -> Trajectory:
        """Integrate with a fixed step; see `neurolab.engine.fixed_step.simulate_fixed` for all arguments.

        Parameters
        ----------
        duration, dt : float, ms
        method : {"rk4", "heun", "euler", "exponential_euler", "staggered", "backward_euler", "crank_nicolson"}
        every : int
            Keep every so many steps; the start is always kept.
        record : sequence of state names, optional
            Which states to keep; all if left out.
        progress : callable of the fraction done, optional
        **values
            Start states, parameters, and inputs by name. An input is a number, an array with one value for each step
            (held over it), or a function of t (sampled where the method asks).
        """
        from neurolab.engine.fixed_step import simulate_fixed  # loads numba

        return simulate_fixed(self, duration, dt, **kwargs)

    def __repr__(self) -> str:
        def names(group: Mapping[str, Any]) -> str:
            return ", ".join(group) or "none"

        return (
            f"Model({self.name}: states {names(self.states)}; parameters {names(self.params)}; "
            f"inputs {names(self.inputs)})"
        )


def _described(values: Mapping[str, float | Param], what: str) -> Mapping[str, Param]:
    if not isinstance(values, Mapping):
        raise ValueError(f"{what} must be a dict of names and values, got {type(values).__name__}")
    described = {}
    for name, value in values.items():
        if not (isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)):
            raise ValueError(f"{what}: a name must be a Python name, got {name!r}")
        if name.startswith("_") or name in _RESERVED:
            raise ValueError(f"{what}: the name {name!r} is taken by the library; choose another")
        described[name] = value if isinstance(value, Param) else Param(check.finite(value, name))
    return MappingProxyType(described)


def _check_names(*groups: Mapping[str, Any]) -> None:
    seen: set[str] = set()
    for group in groups:
        for name in group:
            if name in seen:
                raise ValueError(
                    f"the name {name!r} is used twice; states, parameters and inputs share one list of "
                    "names: rename one"
                )
            seen.add(name)
