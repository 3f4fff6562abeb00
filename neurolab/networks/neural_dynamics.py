"""The `NeuralDynamics` of the source document: neurons of two variables, graded synapses, a matrix that couples them.

    C_m dV/dt = -I_ion(V, w) - I_syn(V, s) + I_ext(t)
    I_syn,i = Σ_j g_j W_ij s_j (V_i - E_j)
    ds/dt = alpha T(V) (1 - s) - beta s,    T(V) = 1/(1 + exp(-(V - V_p)/K_p))

s_j is the part of the channels open that unit j feeds, T(V) its transmitter, a graded function of its voltage; W_ij
is the coupling from j to i. It is the plan of the source document made to run, for reading and for trying equations of
one's own; `Network` is for spiking networks of any size.

References
----------
FitzHugh 1961, Biophys J 1:445-466. Morris & Lecar 1981, Biophys J 35:193-213. Destexhe, Mainen & Sejnowski 1994,
J Comput Neurosci 1:195-230 (the synapse).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check, transfer
from neurolab.kernels.chunks import Diverged, Interrupted, run_chunked
from neurolab.membrane.calcium_spikes import morris_lecar, morris_lecar_gates
from neurolab.membrane.excitability import fitzhugh_nagumo_slope

__all__ = ["NeuralDynamics"]

Array = NDArray[np.float64]
Inputs = Mapping[float, ArrayLike] | ArrayLike | Callable[[float], ArrayLike]

_STEP_COST = 64  # a step in Python costs about as much as this many compiled ones
_STATES = dict(voltage="V", recovery="w", synaptic="s")
_ABOVE_ZERO = ("C_m", "K_p", "V_2", "V_4")
_FROM_ZERO = ("g", "g_Ca", "g_K", "g_L", "alpha", "beta", "phi", "coupling")


# the two neurons


def _cubic_current(V: Array, w: Array, p: Mapping[str, Any]) -> Array:
    """-dv/dt of FitzHugh's equations without input: v³/3 - v + w."""
    return np.asarray(-fitzhugh_nagumo_slope.rhs(0.0, (V, w), _fitzhugh(p), 0.0)[0])


def _linear_recovery(V: Array, w: Array, p: Mapping[str, Any]) -> Array:
    """The printed a (b V - w)."""
    return np.asarray(fitzhugh_nagumo_slope.rhs(0.0, (V, w), _fitzhugh(p), 0.0)[1])


def _fitzhugh(p: Mapping[str, Any]) -> Any:
    return fitzhugh_nagumo_slope.Params(eps=p["a"], a=0.0, b=p["b"])


def _channel_current(V: Array, w: Array, p: Mapping[str, Any]) -> Array:
    """Calcium, potassium and leak: Σ g (V - E)."""
    m_inf, _ = morris_lecar_gates(V, p["V_1"], p["V_2"], p["V_3"], p["V_4"])
    I_Ca, I_K = p["g_Ca"] * m_inf * (V - p["E_Ca"]), p["g_K"] * w * (V - p["E_K"])
    return np.asarray(I_Ca + I_K + p["g_L"] * (V - p["E_L"]))


def _gate_recovery(V: Array, w: Array, p: Mapping[str, Any]) -> Array:
    """Potassium's gate: (w_inf - w) phi / tau_w."""
    _, w_inf = morris_lecar_gates(V, p["V_1"], p["V_2"], p["V_3"], p["V_4"])
    return np.asarray(p["phi"] * np.cosh((V - p["V_3"]) / (2.0 * p["V_4"])) * (w_inf - w))


@dataclass(frozen=True)
class _Kind:
    """A neuron: its current, the slope of w, default values for it and for synapses on its scale of voltages."""

    current: Callable[[Array, Array, Mapping[str, Any]], Array]
    recovery: Callable[[Array, Array, Mapping[str, Any]], Array]
    neuron: Mapping[str, float]
    synapse: Mapping[str, float]


_KINDS = {
    "fitzhugh_nagumo": _Kind(
        _cubic_current,
        _linear_recovery,
        dict(C_m=1.0, a=0.064, b=1.25),
        dict(g=0.1, E=2.0, alpha=1.0, beta=0.1, V_p=0.0, K_p=0.2),
    ),
    "morris_lecar": _Kind(
        _channel_current,
        _gate_recovery,
        {"C_m" if k == "C" else k: item.value for k, item in morris_lecar.params.items()},
        dict(g=1.0, E=0.0, alpha=1.1, beta=0.19, V_p=2.0, K_p=5.0),
    ),
}


class NeuralDynamics:
    """Neurons of two variables with graded synapses between them, after the source document.

    Parameters
    ----------
    neuron_params : dict
        "kind": "fitzhugh_nagumo" (if left out) or "morris_lecar"; and what differs from the defaults.

        - "fitzhugh_nagumo": I_ion = V³/3 - V + w, dw/dt = a (b V - w), without units: C_m, a (a rate here), b. The
          constant that the document adds to b V elsewhere is an input: I_ext - c stands for a (b V - w + c).
        - "morris_lecar": I_ion = g_Ca m_inf (V - E_Ca) + g_K w (V - E_K) + g_L (V - E_L), with the parameters and
          units of `neurolab.membrane.morris_lecar`, its C called C_m.
    synapse_params : dict
        g (conductance, mS/cm²), E (reversal potential, mV), alpha and beta (opening and closing, 1/ms), V_p and K_p
        (voltage of half release and its spread, mV). Each belongs to the presynaptic unit: an array E makes some units
        excitatory and others inhibitory. Defaults fit the neuron; those of "morris_lecar" are typical of AMPA.
    network_params : dict
        "coupling": array of shape (n, n), W[i, j] from j to i; or a number, from every unit to every other; 0 if left
        out. "n": number of units, that of the matrix if left out; without either, one neuron.
        Values of neuron and synapse are numbers or arrays of shape (n,).

    Attributes
    ----------
    neuron, synapse, network : dict
        The parameters with defaults filled in; those of a run, so that they may be changed between runs.
    n : int
    W : array of shape (n, n)

    Raises
    ------
    ValueError
        For an unknown name, values that are not finite, out of range or of another shape.

    Notes
    -----
    These methods may be overridden, each alone: `initialize_system`, which checks the parameters and must set `n`, and
    `compute_ionic_currents`, `compute_recovery_dynamics`, `compute_synaptic_currents` and `compute_synaptic_dynamics`,
    which get and return arrays of shape (n,).

    Where this departs from the printed program, and why:

    - The printed inputs.get(t, 0) compares floats: 0.3 is not 3 * 0.1, and the input is silently lost. Here a key
      belongs to the step that it lies on, within rounding, and a key on none is an error.
    - `V += dV * dt` changes the caller's array, and puts the same array into the list at every step. Here states are
      copied, and the trajectories are arrays.
    - Trajectories come with their times "t": with the start they have one sample more than there are steps.
    - Steps are counted, t = k dt, not taken from np.arange(0, time_span, dt), which may hold one too many.
    - The slope of w is a method of its own, since a conductance-based neuron has another than a (b V - w).
    - What the network couples is printed nowhere; here it is W in the synaptic current.

    Kept as printed: currents flow outwards, I_syn = g (V - E), and enter with a minus; V is stepped first, and w and s
    with the new V. This is the semi-implicit Euler method, of order 1 as the explicit one, but of another error.

    Examples
    --------
    >>> model = NeuralDynamics(dict(kind="morris_lecar"), {}, dict(n=2, coupling=0.5))
    >>> start = dict(voltage=[-60.0, -40.0], recovery=0.015, synaptic=0.0)
    >>> run = model.simulate_dynamics(start, lambda t: 100.0 if t < 50 else 0.0, time_span=100.0, dt=0.1)
    >>> run["t"].shape, run["V"].shape, round(float(run["V"].max()), 1)
    ((1001,), (1001, 2), 41.0)
    """

    def __init__(
        self,
        neuron_params: Mapping[str, Any],
        synapse_params: Mapping[str, Any],
        network_params: Mapping[str, Any],
    ) -> None:
        self.neuron = _named(neuron_params, "neuron_params")
        self.synapse = _named(synapse_params, "synapse_params")
        self.network = _named(network_params, "network_params")
        self.initialize_system()

    def initialize_system(self) -> None:
        """Check the parameters, fill in the defaults, and set n and the matrix W."""
        kind = check.choice(self.neuron.get("kind", "fitzhugh_nagumo"), _KINDS, "kind")
        for name in self.network:
            if name not in ("n", "coupling"):
                raise check.unknown(name, ("n", "coupling"), "network_params")
        self.W = _coupling(self.network)
        self.n = len(self.W)
        known = _KINDS[kind]
        given = {name: value for name, value in self.neuron.items() if name != "kind"}
        self.neuron = {"kind": kind} | _filled(given, known.neuron, self.n, kind)
        self.synapse = _filled(self.synapse, known.synapse, self.n, "synapse_params")

    def compute_ionic_currents(self, V: Array, w: Array) -> ArrayLike:
        """Current out of each unit through its own channels, µA/cm², at voltages V and recoveries w."""
        return _KINDS[self.neuron["kind"]].current(V, w, self.neuron)

    def compute_recovery_dynamics(self, V: Array, w: Array) -> ArrayLike:
        """dw/dt of each unit, 1/ms."""
        return _KINDS[self.neuron["kind"]].recovery(V, w, self.neuron)

    def compute_synaptic_currents(self, V: Array, s: Array) -> ArrayLike:
        """Current out of each unit through its synapses, Σ_j g_j W_ij s_j (V_i - E_j), µA/cm²."""
        open_ = self.synapse["g"] * s
        return np.asarray(V * (self.W @ open_) - self.W @ (open_ * self.synapse["E"]))

    def compute_synaptic_dynamics(self, V: Array, s: Array) -> ArrayLike:
        """ds/dt of the synapses that each unit feeds, alpha T(V) (1 - s) - beta s, 1/ms."""
        p = self.synapse
        released = transfer.logistic(V, 1.0 / p["K_p"], p["V_p"])
        return np.asarray(p["alpha"] * released * (1.0 - s) - p["beta"] * s)

    def simulate_dynamics(
        self,
        initial_state: Mapping[str, ArrayLike],
        inputs: Inputs,
        time_span: float,
        dt: float,
        *,
        progress: Callable[[float], object] | None = None,
    ) -> dict[str, Array]:
        """V, w and s of all units over time.

        Parameters
        ----------
        initial_state : dict
            "voltage", "recovery" and "synaptic", each a number or an array of shape (n,).
        inputs : dict, array or callable
            I_ext, µA/cm², into the units, held over each step. A dict of times (ms) and values holds for the steps that
            begin at these times, and 0 for the others; {} is none. An array has shape () or (steps,), or (steps, n) for
            one value a unit. A function of t is asked at the start of each step. Values are numbers or of shape (n,).
        time_span, dt : float, ms
        progress : function of the fraction done, optional

        Returns
        -------
        dict
            "t": array of shape (samples,), ms, the start included; "V", "w", "s": arrays of shape (samples, n), or
            (samples,) where network_params names neither n nor a matrix.

        Raises
        ------
        ValueError
            For an unknown or missing state, a key of `inputs` that no step begins at, shapes that do not fit, values
            that are not finite, dt above time_span, or a method that answers with another shape.
        Diverged
            The state left the finite numbers; `.time` and `.partial` tell when and what came before.
        Interrupted
            `.partial` is the result so far.
        """
        steps = _count(time_span, dt)
        drive = _drive(inputs, steps, dt, self.n)
        out = np.empty((3, steps + 1, self.n))
        out[:, 0] = self._start(initial_state)
        done = 0

        def advance(size: int) -> float:
            nonlocal done
            first = done
            with np.errstate(all="ignore"):  # what leaves the finite numbers is found below
                for k in range(first, min(steps, first + max(1, size // _STEP_COST))):
                    V, w, s = out[:, k].copy()
                    out[:, k + 1] = self._step(V, w, s, drive(k), dt)
                    done = k + 1
            bad = np.flatnonzero(~np.isfinite(out[:, first + 1 : done + 1]).all(axis=(0, 2)))
            if bad.size:
                last = first + int(bad[0])
                raise Diverged(
                    f"the state left the finite numbers at t = {(last + 1) * dt:g} ms; try dt below {dt:g}, or look at "
                    "the parameters and inputs; .partial holds the run up to there",
                    (last + 1) * dt,
                    self._result(out[:, : last + 1], dt),
                )
            return done / steps

        try:
            run_chunked(advance, progress)
        except KeyboardInterrupt:
            message = f"interrupted at t = {done * dt:g} of {time_span:g} ms; .partial holds the run so far"
            raise Interrupted(message, self._result(out[:, : done + 1], dt)) from None
        return self._result(out, dt)

    def _step(
        self, V: Array, w: Array, s: Array, I_ext: Any, dt: float
    ) -> tuple[Array, Array, Array]:
        I_ionic = self._answer("compute_ionic_currents", V, w)
        I_syn = self._answer("compute_synaptic_currents", V, s)
        V = V + (I_ext - I_ionic - I_syn) / self.neuron["C_m"] * dt
        w = w + self._answer("compute_recovery_dynamics", V, w) * dt
        return V, w, s + self._answer("compute_synaptic_dynamics", V, s) * dt

    def _answer(self, method: str, V: Array, other: Array) -> Any:
        found = getattr(self, method)(V, other)
        if np.shape(found) not in ((), (self.n,)):
            raise ValueError(
                f"{method} must return a number or shape ({self.n},), got {np.shape(found)}"
            )
        return found

    def _start(self, initial_state: Mapping[str, ArrayLike]) -> Array:
        given = _named(initial_state, "initial_state")
        for name in given:
            if name not in _STATES:
                raise check.unknown(name, _STATES, "initial_state")
        if missing := [name for name in _STATES if name not in given]:
            raise ValueError(
                f"initial_state must have {', '.join(_STATES)}, got no {missing[0]}; give a number or one for each unit"
            )
        return np.stack(
            [np.broadcast_to(_values(given[name], name, self.n), (self.n,)) for name in _STATES]
        )

    def _result(self, out: Array, dt: float) -> dict[str, Array]:
        single = "n" not in self.network and np.ndim(self.network.get("coupling", 0.0)) == 0
        courses = (x[:, 0].copy() if single else x.copy() for x in out)
        return {"t": np.arange(out.shape[1]) * dt} | dict(
            zip(_STATES.values(), courses, strict=True)
        )


# checks of what is given


def _named(values: Any, what: str) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise ValueError(f"{what} must be a dict of names and values, got {check.shown(values)}")
    if odd := [name for name in values if not isinstance(name, str)]:
        raise ValueError(f"{what} must have names as keys, got {check.shown(odd[0])}")
    return dict(values)


def _filled(
    given: Mapping[str, Any], defaults: Mapping[str, float], n: int, what: str
) -> dict[str, Any]:
    """The defaults with what is given in their place."""
    for name in given:
        if name not in defaults:
            raise check.unknown(name, defaults, what)
    return {name: _values(given.get(name, value), name, n) for name, value in defaults.items()}


def _values(given: Any, name: str, n: int) -> Any:
    """A float or an array of shape (n,), in the range that its name asks for."""
    array = check.finite_array(given, name)
    if array.shape not in ((), (n,)):
        raise ValueError(
            f"{name} must be a number or one for each of the {n} units, got shape {array.shape}"
        )
    _in_range(array, name)
    return array.copy() if array.ndim else float(array)


def _in_range(array: Array, name: str) -> None:
    if name in _ABOVE_ZERO and np.any(array <= 0):
        raise ValueError(f"{name} must be above 0, got {array.min():g}")
    if name in _FROM_ZERO and np.any(array < 0):
        hint = "; inhibition is an E below rest" if name in ("g", "coupling") else ""
        raise ValueError(f"{name} must be 0 or more, got {array.min():g}{hint}")


def _coupling(network: Mapping[str, Any]) -> Array:
    """The matrix W, from a number or a matrix."""
    coupling = check.finite_array(network.get("coupling", 0.0), "coupling")
    _in_range(coupling, "coupling")
    if coupling.ndim == 0:
        if coupling and "n" not in network:
            raise ValueError(
                f"coupling={coupling:g} needs n, the number of units; give n=2, or a matrix as coupling"
            )
        n = check.whole(network.get("n", 1), "n")
        return np.asarray(coupling * (1.0 - np.eye(n)))
    n = check.whole(network.get("n", coupling.shape[0]), "n")
    if coupling.shape != (n, n):
        raise ValueError(
            f"coupling must be a number or have shape ({n}, {n}), a row for each target, got {coupling.shape}"
        )
    return coupling.copy()


def _count(time_span: float, dt: float) -> int:
    time_span, dt = check.positive(time_span, "time_span"), check.positive(dt, "dt")
    if dt > time_span * (1 + 1e-9):
        raise ValueError(f"dt must be at most time_span={time_span:g} ms, got {dt:g}")
    return math.floor(check.finite(time_span / dt, "time_span / dt") + 1e-9)


def _drive(inputs: Any, steps: int, dt: float, n: int) -> Callable[[int], Any]:
    """I_ext by number of the step."""
    if callable(inputs):
        return lambda k: _values(inputs(k * dt), f"inputs({k * dt:g})", n)
    if isinstance(inputs, Mapping):
        table = _by_step(inputs, steps, dt, n)
        return lambda k: table.get(k, 0.0)
    rows = check.finite_array(inputs, "inputs")
    if rows.shape not in ((), (steps,), (steps, n)):
        raise ValueError(
            f"inputs must have shape ({steps},) or ({steps}, {n}), a row for each step, got {rows.shape}"
        )
    return lambda k: rows[k] if rows.ndim else rows


def _by_step(inputs: Mapping[Any, Any], steps: int, dt: float, n: int) -> dict[int, Any]:
    table: dict[int, Any] = {}
    for key, value in inputs.items():
        time = check.finite(key, "a time in inputs")
        step = time / dt
        k = round(step) if -0.5 < step < steps else -1
        if k not in range(steps) or abs(step - k) > 1e-6:
            raise ValueError(
                f"inputs: no step begins at {time:g} ms; steps begin at whole multiples of dt={dt:g} from 0 to "
                f"{(steps - 1) * dt:g} ms; move the key, or give a function of t"
            )
        if k in table:
            raise ValueError(f"inputs: two keys name the step at {k * dt:g} ms; add their values")
        table[k] = _values(value, f"inputs[{time:g}]", n)
    return table
