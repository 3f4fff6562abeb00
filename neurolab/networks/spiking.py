"""Spiking networks of any models: populations, projections between them, random inputs; stepped by a clock.

A synapse is the arrival of a spike at a state of its target, which it raises by its weight: the voltage itself for a
delta synapse, the conductance g_E for a conductance synapse whose decay is part of the target's Model. So a network
needs no kinds of synapses of its own: `add_synapses` gives a Model those that it is to have. A projection may tire
(short-term plasticity) and learn (any rule of `simulate_stdp`).

Step i leads from i dt to (i + 1) dt. A unit fires if its threshold is reached at the end of a step; with a delay of d
steps the spike changes its targets before step i + 1 + d. While a unit is refractory its first state is held: what
arrives there is lost, as in Brunel's network; conductances go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.connectivity import Connectivity
from neurolab.data.spikes import SpikeTrains
from neurolab.engine.model import Model
from neurolab.kernels import check
from neurolab.plasticity.spike_timing import SpikeRule
from neurolab.synapses.receptors import find_entry
from neurolab.synapses.short_term import TsodyksMarkram

__all__ = [
    "Network",
    "NetworkRun",
    "NetworkState",
    "NoiseInput",
    "PoissonInput",
    "PoissonSource",
    "Population",
    "Projection",
    "SpikeSource",
    "compute_propagator",
]

Array = NDArray[np.float64]
_METHODS = ("exact", "euler", "heun", "rk4", "exponential_euler", "staggered")
_FAR = 2.0**40  # so far out, a difference of slopes keeps all its digits


@dataclass(frozen=True)
class Population:
    """`size` units of one Model.

    Parameters
    ----------
    model : Model with a threshold
        Its reset and refractory time hold as in `simulate`; a unit without a reset fires when it crosses upwards.
    size : int
    method : {"rk4", "heun", "euler", "exponential_euler", "staggered", "exact"}
        "exact" is for equations that are linear in their states, such as `lif`: one matrix product a step.
    values : dict
        Start states, parameters and inputs by name: a number, or an array of shape (size,). An input may also be a
        function of t that all units receive, or an array of shape (size, steps).
    dead_time : float, ms
        For models without a reset: how long a unit that has fired cannot fire again. Its state goes on, and it must
        fall below its threshold before it can reach it again.
    """

    model: Model
    size: int
    method: str = "rk4"
    values: Mapping[str, Any] = field(default_factory=dict)
    dead_time: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        check.whole(self.size, "size")
        check.non_negative(self.dead_time, "dead_time")
        if self.dead_time and self.model.reset is not None:
            raise ValueError(
                f"dead_time is for models without a reset; {self.model.name} has one: give it a refractory time"
            )
        check.choice(self.method, _METHODS, "method")
        if self.model.threshold is None:
            raise ValueError(
                f"{self.model.name} has no threshold, so its units cannot spike; give Model(threshold=...)"
            )


@dataclass(frozen=True)
class SpikeSource:
    """A population that replays recorded spikes, one unit a train; it has no state, and nothing can project to it.

    A spike at time t counts as reached in the step that contains t, or ends at it. Spikes after the end of a run wait
    for one that goes on from there; spikes before time 0 are an error.
    """

    trains: SpikeTrains

    def __post_init__(self) -> None:
        if self.trains.count and self.trains.times[0] < 0:
            raise ValueError(
                f"trains must not have spikes before time 0, got one at {self.trains.times[0]:g} ms; shift them, or "
                "cut them with .between(0, stop)"
            )

    @property
    def size(self) -> int:
        """Number of trains."""
        return self.trains.n


@dataclass(frozen=True, eq=False)
class PoissonSource:
    """A population that fires by chance; it has no state, and nothing can project to it.

    In each step a unit fires once with probability rate times dt. Where the rate of each Poisson train does not matter
    one by one, a PoissonInput costs less.

    Parameters
    ----------
    size : int
    rate : float, array of shape (size,), or function of t, Hz
        Of all units, of each, or as it changes with the time in ms.
    """

    size: int
    rate: float | ArrayLike | Callable[[float], float]

    def __post_init__(self) -> None:
        check.whole(self.size, "size")
        if not callable(self.rate):
            object.__setattr__(self, "rate", _rates(self.rate, self.size))


@dataclass(frozen=True, eq=False)
class Projection:
    """Synapses from one population to another, or to itself.

    Parameters
    ----------
    source, target : str
        Names of populations.
    wires : Connectivity
    to : str
        What an arriving spike raises: a state of the target's model, or a synapse by the name that `add_synapses` gave.
    weight : float or array of shape (synapses,)
        By how much, in the state's unit; negative lowers it.
    delay : float or array of shape (synapses,), ms, optional
        At least one step; the shortest there is, the very next step, if left out.
    short_term : TsodyksMarkram, optional
        Each spike then releases only a part of its weight, which depends on the last ones of its source.
    plasticity : PairRule, TripletRule or InhibitoryRule, optional
        Spikes then change the weights, as in `simulate_stdp`: of two that arrive and are fired at the same moment
        neither sees the trace of the other, and an arriving spike acts with the weight it finds.
    """

    source: str
    target: str
    wires: Connectivity
    to: str
    weight: float | ArrayLike = 1.0
    delay: float | ArrayLike | None = None
    short_term: TsodyksMarkram | None = None
    plasticity: SpikeRule | None = None

    def __post_init__(self) -> None:
        count = self.wires.count
        weight = _read_only(check.finite_array(self.weight, "weight"))
        if weight.shape not in ((), (count,)):
            raise ValueError(
                f"weight must be a number or have one value for each of the {count} synapses, got shape {weight.shape}"
            )
        object.__setattr__(self, "weight", weight if weight.shape else float(weight))
        if self.delay is not None:
            delay = _read_only(check.finite_array(self.delay, "delay"))
            if delay.shape not in ((), (count,)) or np.any(delay <= 0):
                raise ValueError(
                    f"delay must be above 0, one number or one for each of the {count} synapses, got shape "
                    f"{delay.shape} from {delay.min(initial=np.inf):g} ms"
                )
            object.__setattr__(self, "delay", delay if delay.shape else float(delay))
        if self.plasticity is not None:
            rule = self.plasticity.coefficients()
            if weight.size and (weight.min() < rule.w_min or weight.max() > rule.w_max):
                raise ValueError(
                    f"weight must lie in the bounds of its plasticity [{rule.w_min:g}, {rule.w_max:g}], got "
                    f"{weight.min():g} to {weight.max():g}"
                )


@dataclass(frozen=True)
class PoissonInput:
    """Independent Poisson spikes for each unit of a population: `n` sources a unit, each at `rate` Hz.

    `rate` may be a function of t in ms, taken in the middle of each step. Several spikes may come in one step.
    """

    target: str
    to: str
    rate: float | Callable[[float], float]
    weight: float = 1.0
    n: int = 1

    def __post_init__(self) -> None:
        if not callable(self.rate):
            check.non_negative(self.rate, "rate")
        check.finite(self.weight, "weight")
        check.whole(self.n, "n")


@dataclass(frozen=True)
class NoiseInput:
    """White noise for each unit of a population: in each step sigma sqrt(dt) times a standard normal number.

    `sigma` is in the state's unit per square root of a ms. While a unit is refractory, what comes to its first state is
    lost. Standing in front of the step, it is the Euler-Maruyama method for method "euler".
    """

    target: str
    to: str
    sigma: float

    def __post_init__(self) -> None:
        check.non_negative(self.sigma, "sigma")


@dataclass(frozen=True, eq=False)
class NetworkState:
    """All that a network remembers between two steps; give it to `simulate(state=...)` to go on."""

    steps: int
    dt: float
    arrays: Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class SpikingRun:
    """What all runs of a network have: spikes of every population, recorded traces, and the states at the end."""

    trains: Mapping[str, SpikeTrains]
    t: Array
    traces: Mapping[str, Mapping[str, Array]]
    final: Mapping[str, Mapping[str, Array]]
    window: tuple[float, float]

    def spikes(self, population: str) -> SpikeTrains:
        """Spikes of one population, ms."""
        if population not in self.trains:
            raise check.unknown(population, self.trains, "this network")
        return self.trains[population]


@dataclass(frozen=True, eq=False)
class NetworkRun(SpikingRun):
    """Spikes of every population, recorded traces, and what there is at the end.

    `run.spikes("E")` gives SpikeTrains, whose times are ends of steps, `run.traces["E"]["V"]` an array of shape (units
    recorded, samples) at the times `run.t`, `run.final["E"]["V"]` the last value of each unit, `run.weights[k]` the
    weights of projection number k, which plasticity may have changed. `run.state` lets another run go on from here.
    """

    weights: tuple[float | Array, ...]
    state: NetworkState


class Network:
    """Populations by name, and what connects and drives them.

    Parameters
    ----------
    populations : dict of Population, SpikeSource or PoissonSource
    projections : sequence of Projection
    inputs : sequence of PoissonInput or NoiseInput
    dt : float, ms, optional
        The only step that its equations are made for, where they are a map of the literature.

    Raises
    ------
    ValueError
        For a population or state that does not exist, wires of another size, weights of the wrong number or not finite,
        a negative delay or rate.
    """

    def __init__(
        self,
        populations: Mapping[str, Population | SpikeSource | PoissonSource],
        projections: Sequence[Projection] = (),
        inputs: Sequence[PoissonInput | NoiseInput] = (),
        dt: float | None = None,
    ) -> None:
        self.dt = None if dt is None else check.positive(dt, "dt")
        if not populations:
            raise ValueError("populations must name at least one Population, got none")
        if not any(isinstance(p, Population) for p in populations.values()):
            raise ValueError(
                "populations must hold at least one Population of a Model, got sources only"
            )
        self.populations = MappingProxyType(dict(populations))
        self.projections, self.inputs = tuple(projections), tuple(inputs)
        for projection in self.projections:
            source = self._any(projection.source, "source")
            target = self._population(projection.target, "target")
            find_entry(target.model, projection.to)
            wires = projection.wires
            if (wires.n_pre, wires.n_post) != (source.size, target.size):
                raise ValueError(
                    f"wires from {projection.source} to {projection.target} must connect {source.size} to "
                    f"{target.size} units, got {wires.n_pre} to {wires.n_post}"
                )
        for drive in self.inputs:
            find_entry(self._population(drive.target, "target").model, drive.to)

    def _any(self, name: str, role: str) -> Population | SpikeSource | PoissonSource:
        if name not in self.populations:
            raise check.unknown(name, self.populations, f"{role}: this network")
        return self.populations[name]

    def _population(self, name: str, role: str) -> Population:
        found = self._any(name, role)
        if not isinstance(found, Population):
            raise ValueError(
                f"{role} must be a Population, got the source {name!r}; it has no state"
            )
        return found

    def simulate(
        self,
        duration: float,
        dt: float,
        *,
        seed: int | np.random.Generator = 0,
        record: Mapping[str, Mapping[str, Sequence[int]]] | None = None,
        every: int = 1,
        state: NetworkState | None = None,
        max_spikes: int = 50_000_000,
        threads: int | None = None,
        progress: Callable[[float], object] | None = None,
    ) -> NetworkRun:
        """Run the network; called as `nl.simulate(network, ...)`.

        Parameters
        ----------
        duration, dt : float, ms
        seed : int or numpy.random.Generator
            Of all that is drawn: a number depends on seed, input, unit and step alone, never on chunks.
        record : dict, optional
            Whose states to keep: `{"E": {"V": range(5)}}`, by population, state and units.
        every : int
            Keep recorded states every so many steps.
        state : NetworkState, optional
            Where an earlier run of this network ended, with the same dt; the result is that of one long run.
        max_spikes : int
            Where a network that runs away is stopped, before its spikes fill the memory (about 30 bytes each).
        threads : int, optional
            The result is the same, bit by bit, for any number. Default: as many as numba uses (NUMBA_NUM_THREADS) and a
            container allows, but no more than pay: one for every 20,000 steps of single units within the shortest
            delay. Plasticity keeps to one thread, and so do wires in which the targets of a source are not in order.
        progress : function of the fraction done, optional

        Returns
        -------
        NetworkRun

        Raises
        ------
        ValueError
            A delay below dt, more than 5 Poisson spikes a unit and step, an unknown name, a state of another network.
        Diverged
            A state left the finite numbers; `.partial` is the run so far.
        Runaway
            More than `max_spikes` spikes; `.time` says when, `.partial` is the run so far.
        Interrupted
            A notebook interrupt; `.partial` is the run so far.
        """
        from neurolab.networks.simulation import simulate_network  # loads numba

        return simulate_network(
            self, duration, dt, seed, record or {}, every, state, max_spikes, threads, progress
        )


def _rates(rate: ArrayLike, size: int) -> float | Array:
    """A rate that is not negative, of all units or of each."""
    rates = _read_only(check.finite_array(rate, "rate"))
    if rates.ndim == 0:
        return check.non_negative(float(rates), "rate")
    if rates.shape != (size,) or rates.min() < 0:
        raise ValueError(
            f"rate must be 0 or more, one number or one for each of the {size} units, got shape {rates.shape} from "
            f"{rates.min(initial=np.inf):g} Hz"
        )
    return rates


def _read_only(values: Array) -> Array:
    """The array itself if nobody can write to it, else such a copy: a network must not change behind its back."""
    if values.flags.writeable:
        values = values.copy()
        values.flags.writeable = False
    return values


def compute_propagator(model: Model, dt: float, **values: Any) -> Array:
    """Exact step of a linear model: two matrices of shape (states, states + inputs + 1), flat, one after the other.

    The first advances (y, I, 1) by dt; the second does so while the first state is held.

    Raises
    ------
    ValueError
        If the model's equations are not linear in states and inputs, or divide by zero.
    """
    return _propagator(model, check.positive(dt, "dt"), tuple(model.set(values).params.tolist()))


@lru_cache(maxsize=256)
def _propagator(model: Model, dt: float, params: tuple[float, ...]) -> Array:
    from scipy.linalg import expm

    matrix, origin = linear_form(model, model.Params(*params))
    n, width = matrix.shape
    if not np.isfinite(matrix).all():
        raise ValueError(
            f"{model.name} is not linear in its states and inputs, or has a time constant of 0, so "
            'method="exact" cannot step it; use "rk4"'
        )
    found = []
    for held in (False, True):
        whole = np.zeros((width + 1, width + 1))
        whole[:n, :width], whole[:n, width] = matrix, origin
        if held:
            whole[0] = 0.0
        found.append(expm(whole * dt)[:n])
    return _read_only(np.concatenate(found).ravel())


def linear_form(model: Model, p: Any) -> tuple[Array, Array]:
    """The slopes of a linear model as matrix @ (states, inputs) + origin; NaN for one that is not linear."""
    n, width = len(model.states), len(model.states) + len(model.inputs)

    def slopes(z: Array, t: float = 0.0) -> Array:
        drive = model.input_value(z[n:].tolist())
        try:
            return np.array(model.rhs(t, tuple(z[:n].tolist()), p, drive), float)
        except (ArithmeticError, ValueError):  # an exp of so much, a root of less than nothing
            return np.full(n, np.nan)

    with np.errstate(all="ignore"):
        origin = slopes(np.zeros(width))
        far = _FAR * np.eye(width)
        matrix = np.array([(slopes(z) - slopes(-z)) / (2.0 * _FAR) for z in far]).T
        for k in (1.0, 2.0, 3.0):
            probe = 10.0 * np.cos(k * np.arange(1.0, width + 1.0))
            if not np.allclose(slopes(probe, k), matrix @ probe + origin, rtol=1e-9, atol=1e-9):
                matrix[:] = np.nan
    return matrix, origin


def steps_of(delay: float | ArrayLike | None, dt: float) -> NDArray[np.int64]:
    """Delays in steps; an error below one step."""
    if delay is None:
        return np.zeros((), np.int64)
    delays = np.asarray(delay, float)
    if np.any(delays < dt * (1 - 1e-9)):
        raise ValueError(
            f"delay must be at least one step, dt = {dt:g} ms, got {delays.min():g}; leave it out for the next step"
        )
    return np.asarray(np.floor(delays / dt + 0.5), np.int64)


def recorded_units(
    network: Network, record: Mapping[str, Mapping[str, Sequence[int]]]
) -> list[tuple[str, str, NDArray[np.int64]]]:
    """Populations, states and units to record, checked."""
    found = []
    groups = {n: p for n, p in network.populations.items() if isinstance(p, Population)}
    for name, states in _entries(record):
        if name not in groups:
            raise check.unknown(name, groups, "record: this network")
        model, size = groups[name].model, groups[name].size
        for state, units in _entries(states):
            if state not in model.states:
                raise check.unknown(state, model.states, f"record: {model.name}")
            chosen = np.atleast_1d(np.asarray(units))
            if chosen.ndim != 1 or (chosen.size and chosen.dtype.kind not in "iu"):
                raise ValueError(
                    f"record: units of {name} must be whole numbers, got {check.shown(units)}; give range(5) or [0, 7]"
                )
            if chosen.size and not 0 <= chosen.min() <= chosen.max() < size:
                worst = chosen.min() if chosen.min() < 0 else chosen.max()
                raise ValueError(f"record: units of {name} are 0 to {size - 1}, got {worst}")
            found.append((name, state, chosen.astype(np.int64)))
    return found


def _entries(given: Any) -> Any:
    if not isinstance(given, Mapping):
        raise ValueError(
            'record must be a dict of dicts, such as {"E": {"V": range(5)}}, got '
            f"{check.shown(given)}"
        )
    return given.items()


def traces_of(
    recorded: list[tuple[str, str, NDArray[np.int64]]], rows: Array
) -> dict[str, dict[str, Array]]:
    """Rows of samples by population and state."""
    found: dict[str, dict[str, Array]] = {name: {} for name, _, _ in recorded}
    ends = np.cumsum([units.size for _, _, units in recorded])
    for (name, state, units), end in zip(recorded, ends, strict=True):
        found[name][state] = rows[end - units.size : end].copy()
    return found
