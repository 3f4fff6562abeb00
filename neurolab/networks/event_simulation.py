"""Running a Network event by event: its units as rows of numbers, its synapses in order of their delays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.engine.model import Model
from neurolab.engine.population import Units
from neurolab.kernels import check, chunks
from neurolab.kernels.rng import BLOCK, seed_key
from neurolab.networks.event_driven import EventRun, EventState
from neurolab.networks.event_queue import (
    FIRST_CURRENT,
    SENDS,
    T_REF,
    TAU,
    THETA,
    V_INF,
    V_RESET,
    Drives,
    Flights,
    Queue,
    Samples,
    V,
    Wires,
    run_events,
    settle,
)
from neurolab.networks.spiking import (
    PoissonInput,
    PoissonSource,
    Population,
    SpikeSource,
    linear_form,
    recorded_units,
    traces_of,
)
from neurolab.synapses.receptors import find_entry

if TYPE_CHECKING:
    from neurolab.networks.spiking import Network

__all__ = ["simulate_events"]

Array = NDArray[np.float64]
_SPIKES_AT_A_TIME = 100_000
_FLIGHTS = 1024


def simulate_events(
    network: Network,
    duration: float,
    seed: int | np.random.Generator,
    record: Mapping[str, Mapping[str, Sequence[int]]],
    every: float,
    state: EventState | None,
    max_spikes: int,
    progress: Callable[[float], object] | None,
) -> EventRun:
    """See `simulate_event_driven`."""
    duration, most = check.positive(duration, "duration"), check.whole(max_spikes, "max_spikes")
    check.earlier(state, EventState)
    groups = {
        name: _Group.of(name, population)
        for name, population in network.populations.items()
        if isinstance(population, Population)
    }
    units, first_units = _table(groups), _first_units(network)
    wires, played = _wires(network, groups, first_units), _played(network, first_units)
    drives, key = _drives(network, groups, first_units), seed_key(seed)
    flights = Flights.of(max(_FLIGHTS, 2 * len(wires.links)))
    fresh = units, Queue.of(len(units)), flights, drives, (False, 0, 0, 0)
    units, due, flights, drives, going = fresh if state is None else _held(state, fresh)
    start = 0.0 if state is None else state.time
    end = start + duration
    times, ids = np.empty(_SPIKES_AT_A_TIME), np.empty(_SPIKES_AT_A_TIME, np.int64)
    found: list[tuple[Array, NDArray[np.int64]]] = []
    recorded = recorded_units(network, record)
    every, width = check.positive(every, "every"), units.shape[1]
    samples = _samples(recorded, every, start, end, groups, first_units, width)
    now, spikes, events, replayed = start, 0, 0, going[2]

    def advance(work: int) -> float:
        nonlocal now, going, spikes, events, flights
        now, going, count, arrivals, ended = run_events(
            units, due, flights, wires, drives, key, *played, end, work, now, going, samples, times, ids
        )  # fmt: skip
        found.append((times[:count].copy(), ids[:count].copy()))
        spikes, events = spikes + count, events + arrivals
        if spikes > most and not ended:
            raise chunks.Runaway(spikes, now, end, most, finish())
        if going[1] + len(wires.links) > flights.sent.size:
            flights = flights.doubled()
        return 1.0 if ended else min((now - start) / duration, 1.0 - 1e-9)

    def finish() -> EventRun:
        fired = (
            np.concatenate([a for a, _ in found] or [np.empty(0)]),
            np.concatenate([b for _, b in found] or [np.empty(0, np.int64)]),
        )
        heard = played[0][replayed : going[2]], played[1][replayed : going[2]]
        stop = now if now > start else end
        settled = units.copy()
        settle(settled, now)
        trains, final = {}, {}
        for name, population in network.populations.items():
            at, who = heard if isinstance(population, SpikeSource) else fired
            first = first_units[name]
            mine = (who >= first) & (who < first + population.size)
            if name in groups:
                final[name] = groups[name].states(settled[first : first + population.size])
            trains[name] = SpikeTrains(
                at[mine], who[mine] - first, start=start, stop=stop, n=population.size
            )
        return EventRun(
            trains=trains,
            t=samples.times[: going[3]],
            traces=traces_of(recorded, samples.rows[:, : going[3]]),
            final=final,
            events=events,
            state=EventState(now, (units, due, flights, drives, (*going[:3], 0))),
            window=(start, now),
        )

    try:
        chunks.run_chunked(advance, progress)
    except KeyboardInterrupt:
        message = f"interrupted at t = {now:g} of {end:g} ms; .partial holds the run so far"
        raise chunks.Interrupted(message, finish()) from None
    return finish()


def _copied(part: Any) -> Any:
    """The same arrays, tuple by tuple, in memory of their own."""
    if isinstance(part, tuple):
        copies = map(_copied, part)
        return type(part)(*copies) if hasattr(part, "_fields") else tuple(copies)
    return part.copy() if isinstance(part, np.ndarray) else part


def _held(state: EventState, fresh: tuple[Any, ...]) -> tuple[Any, ...]:
    """A copy of where another run of this network ended."""
    held: tuple[Any, ...] = _copied(state.parts)
    alike = [(parts[0].shape, parts[3].units.tolist()) for parts in (held, fresh)]
    if alike[0] != alike[1]:
        raise ValueError("state must come from a run of this network; leave it out to start anew")
    return held


class _Group(NamedTuple):
    """One population: its model, whose first state is the voltage, and a row of numbers for each unit."""

    model: Model
    rows: Array

    @classmethod
    def of(cls, name: str, population: Population) -> _Group:
        model, size = population.model, population.size
        for given, value in population.values.items():
            if given in model.inputs and (callable(value) or np.ndim(value) == 2):
                raise _impossible(name, f"its input {given} changes in time")
        found = Units.of(model, population.values, size, 0)
        kinds, kind = np.unique(_columns(found.params, size), axis=0, return_inverse=True)
        forms = [_unit_row(name, model, params) for params in kinds]
        rows = np.array([row for row, _ in forms])[kind.ravel()]
        drive = np.array([drive for _, drive in forms])[kind.ravel()]
        rows[:, V_INF] += (drive * _columns(found.inputs, size)).sum(axis=1)
        rows[:, _state_columns(model)] = _columns(found.state, size)
        return cls(model, rows)

    def column(self, to: str) -> int:
        """Where a row holds what an arriving spike raises."""
        return _state_columns(self.model)[list(self.model.states).index(find_entry(self.model, to))]

    def states(self, rows: Array) -> dict[str, Array]:
        """The states by name, from rows of this population."""
        places = zip(self.model.states, _state_columns(self.model), strict=True)
        return {state: rows[:, column].copy() for state, column in places}


def _state_columns(model: Model) -> list[int]:
    return [V, *(FIRST_CURRENT + 3 * j for j in range(len(model.states) - 1))]


def _columns(values: Mapping[str, Any], size: int) -> Array:
    table = np.zeros((size, len(values)))
    for column, value in zip(table.T, values.values(), strict=True):
        column[:] = value
    return table


def _impossible(name: str, why: str) -> ValueError:
    return ValueError(
        f"{name} cannot run event by event, since {why}; use Network.simulate. Here every unit is a leaky "
        "integrate-and-fire unit with constant input, and synapses step V or currents that fade exponentially"
    )


def _unit_row(name: str, model: Model, params: Array) -> tuple[Array, Array]:
    """A unit's row, without its states and inputs, and by how much each input raises V_INF.

    What a model is shows in what its functions return, so one that a learner typed is as good as the library's.
    """
    p, n = model.Params(*params.tolist()), len(model.states)
    if model.reset is None or model.threshold is None or callable(model.threshold):
        raise _impossible(
            name, f"{model.name} has no reset, or no fixed threshold for its first state"
        )
    matrix, origin = linear_form(model, p)
    others = matrix.copy()
    others[0] = 0.0
    np.fill_diagonal(others, 0.0)
    rates = -np.diag(matrix)
    if not np.all(rates > 0.0) or others.any() or origin[1:].any():
        raise _impossible(
            name,
            f"the equations of {model.name} are not those of a leaky {next(iter(model.states))} and of currents that "
            "drive it and fade by themselves",
        )
    theta, t_ref = (
        getattr(p, level) if isinstance(level, str) else float(level or 0.0)
        for level in (model.threshold, model.refractory)
    )
    check.non_negative(t_ref, f"refractory time of {name}")
    probes = [(theta, *range(1, n)), (theta + 7.0, *range(3, n + 2))]
    resets = [model.reset(tuple(map(float, probe)), p) for probe in probes]
    V_reset = float(resets[0][0])
    if any(tuple(z) != (V_reset, *y[1:]) for y, z in zip(probes, resets, strict=True)):
        raise _impossible(
            name,
            f"the reset of {model.name} does more than put {next(iter(model.states))} to one value",
        )
    if not V_reset < theta:
        raise ValueError(
            f"the reset must leave the units of {name} below their threshold of {theta:g}, got {V_reset:g}; lower the "
            "reset or raise the threshold"
        )
    tau = 1.0 / rates[0]
    row = np.zeros(FIRST_CURRENT + 3 * (n - 1))
    row[[V_INF, TAU, THETA, V_RESET, T_REF]] = tau * origin[0], tau, theta, V_reset, t_ref
    row[FIRST_CURRENT + 1 :: 3], row[FIRST_CURRENT + 2 :: 3] = 1.0 / rates[1:], tau * matrix[0, 1:n]
    return row, tau * matrix[0, n:]


def _table(groups: Mapping[str, _Group]) -> Array:
    """The rows of all units; a population with fewer currents than another has some that stay zero."""
    width = max(group.rows.shape[1] for group in groups.values())
    table = np.zeros((sum(len(group.rows) for group in groups.values()), width))
    table[:, FIRST_CURRENT + 1 :: 3] = 1.0
    first = 0
    for group in groups.values():
        table[first : first + len(group.rows), : group.rows.shape[1]] = group.rows
        first += len(group.rows)
    return table


def _samples(
    recorded: list[tuple[str, str, NDArray[np.int64]]], every: float, start: float, end: float,
    groups: Mapping[str, _Group], first_units: Mapping[str, int], width: int,
) -> Samples:  # fmt: skip
    """What is to be sampled, and when: never where nothing is recorded."""
    units, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for name, state, chosen in recorded:
        units.append(chosen + first_units[name])
        columns.append(np.full(chosen.size, groups[name].column(state)))
    first, last = np.ceil(start / every * (1.0 - 1e-12)), np.floor(end / every * (1.0 + 1e-12))
    times = np.clip(every * np.arange(first, last + 1 if recorded else first), start, end)
    at, column = np.concatenate(units), np.concatenate(columns)
    return Samples(times, at, column, np.empty((at.size, times.size)), np.empty((1, width)))


def _first_units(network: Network) -> dict[str, int]:
    """Numbers of units: those of populations are rows of the table, those of sources come behind."""
    order = sorted(
        network.populations, key=lambda k: not isinstance(network.populations[k], Population)
    )
    sizes = [network.populations[name].size for name in order]
    return dict(zip(order, np.cumsum([0, *sizes[:-1]]).tolist(), strict=True))


def _played(network: Network, first_units: Mapping[str, int]) -> tuple[Array, NDArray[np.int64]]:
    """Times and units of all recorded spikes that sources replay, in order."""
    times, ids = [np.zeros(0)], [np.zeros(0, np.int64)]
    for name, source in network.populations.items():
        if isinstance(source, SpikeSource):
            times.append(source.trains.times)
            ids.append(source.trains.ids + first_units[name])
    at, who = np.concatenate(times), np.concatenate(ids)
    order = np.lexsort((who, at))
    return at[order], who[order]


def _wires(network: Network, groups: Mapping[str, _Group], first_units: Mapping[str, int]) -> Wires:
    """Synapses of all projections, those of a source in order of their delays."""
    projections = network.projections
    for p in projections:
        if p.short_term is not None or p.plasticity is not None:
            raise _impossible(p.target, f"its synapses from {p.source} change")
    mixed = any(np.ndim(p.delay) for p in projections if p.delay is not None)
    weighted = any(np.ndim(p.weight) for p in projections)
    links, weight, delay = [], [], []
    pointers, targets, weights, delays = [], [], [], []
    pointer, synapses = 0, 0
    for p in projections:
        wires, late = p.wires, 0.0 if p.delay is None else p.delay
        links.append((first_units[p.source], wires.n_pre, pointer, groups[p.target].column(p.to)))
        weight.append(0.0 if np.ndim(p.weight) else p.weight)
        delay.append(0.0 if np.ndim(late) else late)
        order: Any = slice(None)
        if np.ndim(late):
            order = np.lexsort((np.asarray(late), wires.sources))
        pointers.append(wires.indptr + synapses)
        targets.append(wires.indices[order] + np.uint32(first_units[p.target]))
        if weighted:
            weights.append(wires.per_synapse(p.weight, "weight")[order])
        if mixed:
            delays.append(wires.per_synapse(late, "delay")[order])
        pointer, synapses = pointer + wires.n_pre + 1, synapses + wires.count
    return Wires(
        np.array(links, np.int64).reshape(-1, 4),
        np.array(weight, float),
        np.array(delay, float),
        np.concatenate([np.zeros(0, np.int64), *pointers]),
        np.concatenate([np.zeros(0, np.uint32), *targets]),
        np.concatenate([np.zeros(0), *weights]),
        np.concatenate([np.zeros(0), *delays]),
    )


def _drives(
    network: Network, groups: Mapping[str, _Group], first_units: Mapping[str, int]
) -> Drives:
    """Inputs and sources that ever fire; all units of one together wait for the time of one unit over their number."""
    found: list[tuple[str, Any, int, float]] = []
    for drive in network.inputs:
        if not isinstance(drive, PoissonInput) or callable(drive.rate):
            raise _impossible(
                drive.target, "its input is noise, or has a rate that changes in time"
            )
        column = groups[drive.target].column(drive.to)
        found.append((drive.target, drive.n * drive.rate, column, float(drive.weight)))
    for name, source in network.populations.items():
        if isinstance(source, PoissonSource):
            if callable(source.rate) or np.ndim(source.rate):
                raise _impossible(name, "its units do not all have one rate that stays")
            found.append((name, source.rate, SENDS, 0.0))
    found = [entry for entry in found if entry[1] > 0.0]
    sizes = [network.populations[name].size for name, *_ in found]
    units = [(first_units[f[0]], size, f[2]) for f, size in zip(found, sizes, strict=True)]
    count = len(found)
    return Drives(
        units=np.array(units, np.int64).reshape(count, 3),
        mean_wait=np.array([1e3 / (f[1] * size) for f, size in zip(found, sizes, strict=True)]),
        weight=np.array([f[3] for f in found]),
        next=np.zeros(count),
        waits=np.zeros((count, BLOCK)),
        chosen=np.zeros((count, BLOCK), np.uint32),
        drawn=np.zeros(count, np.int64),
    )
