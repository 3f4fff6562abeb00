"""A model under presynaptic spikes that arrive at their exact times: each raises one state by its weight.

Steps are cut at the arrivals, so the error is that of the method alone and no spike is moved to the grid. What a spike
raises is a state: the conductance of a model made by `add_synapses`, or the voltage itself for a synapse without a
course of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.data.trajectory import Trajectory
from neurolab.engine.model import Model
from neurolab.kernels import check
from neurolab.synapses.receptors import find_entry

__all__ = ["MAX_ARRIVALS_PER_STEP", "simulate_driven"]

Array = NDArray[np.float64]
Trains = SpikeTrains | ArrayLike

MAX_ARRIVALS_PER_STEP = 100
"""More in one step are refused for a model with a reset: each of them might make it fire."""

_ON_GRID = 1e-9  # of a step: an arrival this near to a sample belongs to it, whatever rounding made of its time
_ORDERS = dict(euler=1, heun=2, rk4=4)  # methods whose steps may grow where the equation decays
_LARGE = 100.0  # a first state so many times its start value (and 1) is examined


def simulate_driven(
    model: Model,
    duration: float,
    dt: float,
    arrivals: Mapping[str, Trains],
    *,
    weights: Mapping[str, ArrayLike] | None = None,
    delay: float = 0.0,
    method: str = "rk4",
    every: int = 1,
    record: Sequence[str] | str | None = None,
    progress: Callable[[float], object] | None = None,
    **values: Any,
) -> Trajectory:
    """Integrate `model` from 0 to `duration` under spikes that arrive at its synapses.

    Parameters
    ----------
    model : Model
        Usually one made by `add_synapses`.
    duration, dt : float, ms
    arrivals : dict
        For each synapse its spikes: SpikeTrains (those of all units arrive), or an array of times in ms. A key is the
        name given to `add_synapses`, or a state's own: `{"V": times}` is a synapse that steps the voltage.
    weights : dict, optional
        For each synapse one number, or one for each spike in the order of `arrivals`; 1 if left out. In the unit of the
        state: the peak conductance that one spike opens. Negative ones lower the state.
    delay : float, ms
        From a spike to its arrival, for all.
    method, every, record, progress, **values
        As in `simulate`.

    Returns
    -------
    Trajectory
        A sample at the very instant of an arrival shows the state right after it. Arrivals before 0 or after
        `duration` have no effect, nor has one that would step a voltage held after a reset; conductances go on.

    Raises
    ------
    ValueError
        For unknown synapses, times or weights that are not finite, weights of another number than spikes; and as
        `simulate` does.
    Diverged
        The state left the finite numbers, or grows only since conductances are too large for steps of dt: then the
        first state is over 100 times its start value (and 1), and an explicit step leads away from where it decays to.

    Examples
    --------
    >>> from neurolab.membrane import passive
    >>> from neurolab.synapses import AMPA, add_synapses
    >>> cell = add_synapses(passive, {"E": AMPA})
    >>> run = simulate_driven(cell, 40, 0.1, {"E": [5.0, 12.34]}, weights={"E": 0.05})
    >>> float(run.V.max().round(2))
    -51.81
    """
    from neurolab.engine.fixed_step import run_loop  # loads numba
    from neurolab.engine.steps import METHODS
    from neurolab.synapses.driven_steps import RESETTING, SMOOTH

    duration, dt = check.positive(duration, "duration"), check.positive(dt, "dt")
    every = check.whole(every, "every")
    method = check.choice(method, METHODS, "method")
    times, columns, sizes = _arrivals(model, arrivals, weights or {}, check.non_negative(delay, "delay"))  # fmt: skip
    n = round(duration / dt)
    step = np.ceil(times / dt - _ON_GRID).astype(np.int64) - 1  # arrivals in (i dt, (i + 1) dt]
    at_start = step == -1
    if at_start.any():
        values = _raised(model, values, columns[at_start], sizes[at_start])
    kept = (step >= 0) & (step < n)
    times, columns, sizes = times[kept], columns[kept], sizes[kept]
    first = np.searchsorted(step[kept], np.arange(n + 1))
    most = int(np.diff(first).max(initial=0))
    if model.reset and most > MAX_ARRIVALS_PER_STEP:
        raise ValueError(
            f"at most {MAX_ARRIVALS_PER_STEP} spikes may arrive in one step of a model with a reset, got {most}; "
            "lower dt"
        )
    loop = (RESETTING if model.reset else SMOOTH)[method]
    setting, limit = model.set(values), np.array([np.inf])
    if method in _ORDERS:
        limit[0] = _LARGE * max(1.0, abs(setting.state[0]))

    def examine(t: float, y: tuple[float, ...], inputs: Array) -> str:
        if abs(y[0]) > limit[0]:
            z = dt * _slope(model, model.Params(*setting.params.tolist()), t, y, inputs)
            growth = sum(
                max(z, -100.0) ** k / math.factorial(k) for k in range(_ORDERS[method] + 1)
            )
            if z < 0.0 and abs(growth) > 1.0:
                return (
                    f"steps of dt = {dt:g} ms are unstable: {next(iter(model.states))} has grown to {y[0]:g} by t = "
                    f"{t:g} ms though it decays at {-z / dt:.3g} per ms; lower dt or the weights, or use "
                    'method="exponential_euler"'
                )
            limit[0] = _LARGE * abs(y[0])
        return ""

    extra = (first, times, columns, sizes, limit)
    return run_loop(loop, model, duration, dt, every, record, progress, values, extra, examine)


def _slope(model: Model, p: Any, t: float, y: tuple[float, ...], inputs: Array) -> float:
    """How the slope of the first state changes with that state, by central difference; NaN where it overflows."""
    I, h = model.input_value(inputs[: len(model.inputs)].tolist()), 1e-3 * abs(y[0])
    try:
        with np.errstate(all="ignore"):
            up, down = (model.rhs(t, (y[0] + d, *y[1:]), p, I)[0] for d in (h, -h))
    except (ArithmeticError, ValueError):
        return math.nan
    return float(up - down) / (2.0 * h)


def _arrivals(
    model: Model, arrivals: Mapping[str, Trains], weights: Mapping[str, ArrayLike], delay: float
) -> tuple[Array, NDArray[np.int64], Array]:
    """Times in order, the state each arrival raises, and by how much."""
    for name in weights:
        if name not in arrivals:
            raise check.unknown(name, arrivals, "weights: arrivals")
    times, columns, sizes = [np.empty(0)], [np.empty(0, np.int64)], [np.empty(0)]
    for name, trains in arrivals.items():
        column = list(model.states).index(find_entry(model, name))
        found = (
            trains.times
            if isinstance(trains, SpikeTrains)
            else check.finite_array(trains, f"arrivals[{name!r}]")
        )
        if found.ndim != 1:
            raise ValueError(
                f"arrivals[{name!r}] must be a list of times or SpikeTrains, got shape {found.shape}; use "
                "SpikeTrains.from_lists for several units"
            )
        weight = check.finite_array(weights.get(name, 1.0), f"weights[{name!r}]")
        if weight.shape not in ((), found.shape):
            raise ValueError(
                f"weights[{name!r}] must be a number or have one for each of the {found.size} spikes, got shape "
                f"{weight.shape}"
            )
        times.append(found + delay)
        columns.append(np.full(found.size, column))
        sizes.append(np.broadcast_to(weight, found.shape))
    order = np.argsort(np.concatenate(times), kind="stable")
    return tuple(np.concatenate(group)[order] for group in (times, columns, sizes))  # type: ignore[return-value]


def _raised(
    model: Model, values: Mapping[str, Any], columns: NDArray[np.int64], sizes: Array
) -> dict[str, Any]:
    """Start values after the arrivals at time 0."""
    start = np.array(model.set(values).state)
    np.add.at(start, columns, sizes)
    names = list(model.states)
    return {**values, **{names[c]: float(start[c]) for c in set(columns.tolist())}}
