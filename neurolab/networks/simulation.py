"""Running a Network: its units in one flat memory, the compiled loop over them, the spikes it found."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.engine.compiled import COMPILE_ERRORS, LANES, explain, lanes
from neurolab.engine.fixed_step import Drive
from neurolab.engine.population import Units
from neurolab.kernels import check, chunks
from neurolab.kernels.rng import seed_key
from neurolab.networks.clock import POISSON_TERMS, network_loop, poisson_thresholds
from neurolab.networks.spiking import (
    NetworkRun,
    NetworkState,
    Population,
    SpikeSource,
    compute_propagator,
    steps_of,
)

if TYPE_CHECKING:
    from neurolab.networks.spiking import Network

__all__ = ["simulate_network"]

Array = NDArray[np.float64]
_SPIKES_AT_A_TIME = 1_000_000


class _Group:
    """One population in the flat memory."""

    def __init__(
        self, population: Population, first_place: int, first_unit: int, dt: float, steps: int
    ) -> None:
        model = self.model = population.model
        self.units = Units.of(model, population.values, population.size, steps)
        self.size, self.first_place, self.first_unit = population.size, first_place, first_unit
        varied = tuple(self.units.varied)
        self.slabs = self.units.slabs(np.float64, spare=2)
        self.row_length = self.slabs[0].size
        matrix = np.zeros(0)
        if population.method == "exact":
            scalars = {k: v for k, v in self.units.params.items() if k in model.params}
            if varied:
                raise ValueError(
                    f'method="exact" needs parameters that all units of a population share, got arrays for '
                    f"{', '.join(varied)}; make one population of each kind"
                )
            matrix = compute_propagator(model, dt, **scalars)
        self.matrix = matrix
        self.lanes = lanes(model, np.float64, varied, "".join("01"[int(x != 0)] for x in matrix))
        self.vector = self.units.vector(np.float64)
        self.own_rows = self.units.own_rows(model)
        self.dead_time = float(population.dead_time)
        self.drive = Drive.of(self.units.common, steps, dt)

    def argument(self, i0: int, i1: int) -> tuple[Any, ...]:
        """What the compiled loop takes for steps i0 to i1 - 1."""
        course, own = self.drive.columns(i0, i1), self.units.columns(i0, i1, np.float64)
        return (
            self.lanes, self.vector, self.matrix, course, self.drive.width, own, self.own_rows, self.dead_time,
            self.first_place,
            self.row_length, self.size, self.first_unit,
        )  # fmt: skip

    def require_finite(self, memory: Array, name: str, t: float) -> None:
        for state, values in self.final(memory).items():
            bad = np.flatnonzero(~np.isfinite(values))
            if bad.size:
                raise chunks.Diverged(
                    f"{state} of unit {bad[0]} of {name} left the finite numbers before t = {t:g} ms; try a smaller "
                    "dt, or look at its parameters and weights",
                    t,
                )

    def final(self, memory: Array) -> dict[str, Array]:
        slabs = memory[self.first_place : self.first_place + self.slabs.size].reshape(
            self.slabs.shape
        )
        return {
            name: slabs[:, j].ravel()[: self.size].copy()
            for j, name in enumerate(self.model.states)
        }


def simulate_network(
    network: Network,
    duration: float,
    dt: float,
    seed: int | np.random.Generator,
    record: Mapping[str, Mapping[str, Sequence[int]]],
    every: int,
    state: NetworkState | None,
    progress: Callable[[float], object] | None,
) -> NetworkRun:
    """See `Network.simulate`."""
    duration, dt = check.positive(duration, "duration"), check.positive(dt, "dt")
    if dt > duration:
        raise ValueError(f"dt must be at most the duration of {duration:g} ms, got {dt:g}")
    every = check.whole(every, "every")
    start = 0 if state is None else state.steps
    stop = start + round(duration / dt)
    groups: dict[str, _Group] = {}
    first_units, place, unit = {}, 0, 0
    for name, population in network.populations.items():
        first_units[name] = unit
        if isinstance(population, Population):
            groups[name] = _Group(population, place, unit, dt, stop)
            place += groups[name].slabs.size
        unit += population.size
    synapses = _Synapses.of(network, groups, first_units, dt)
    played = _played(network, first_units, dt)
    # a source may replay several spikes of a unit in one step
    most = unit + int(np.unique(played[0], return_counts=True)[1].max(initial=0))
    held = _held(state, dt, groups, synapses, most)
    poisson, key = _poisson(network, groups, dt), seed_key(seed)
    places = _places(record, groups)
    columns = np.arange(-(-start // every), stop // every + 1)
    traces = np.empty((len(places), columns.size))
    if start % every == 0:
        traces[:, 0] = held.memory[places]
    size = max(_SPIKES_AT_A_TIME, 2 * most)
    spike_steps, spike_ids = np.empty(size, np.int32), np.empty(size, np.int32)
    loop = network_loop(
        tuple(p.method for p in network.populations.values() if isinstance(p, Population))
    )
    found: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []
    done = start

    def advance(work: int) -> float:
        nonlocal done
        until = min(stop, done + max(1, work // unit))
        arguments = tuple(group.argument(done, until) for group in groups.values())
        try:
            done, count = loop(
                arguments, held.memory, dt, done, until, *synapses.arrays, held.arrivals, held.ring, held.ring_counts,
                *poisson, key, *played, places, every, traces, columns[0], spike_steps, spike_ids,
            )  # fmt: skip
        except COMPILE_ERRORS as error:
            raise explain(next(iter(groups.values())).model, error) from None
        found.append((spike_steps[:count].copy(), spike_ids[:count].copy()))
        for name, group in groups.items():
            group.require_finite(held.memory, name, done * dt)
        return float((done - start) / (stop - start))

    def finish() -> NetworkRun:
        at = np.concatenate([a for a, _ in found] or [np.empty(0, np.int32)])
        ids = np.concatenate([b for _, b in found] or [np.empty(0, np.int32)])
        window = (start * dt, done * dt)
        trains = {}
        for name, population in network.populations.items():
            first = first_units[name]
            mine = (ids >= first) & (ids < first + population.size)
            times, own = (at[mine] + 1.0) * dt, ids[mine].astype(np.int64) - first
            trains[name] = SpikeTrains(
                np.minimum(times, window[1]),
                own,
                start=window[0],
                stop=max(window[1], start * dt + dt),
                n=population.size,
            )
        kept = columns[columns <= done // every]
        rows, recorded = iter(traces[:, : kept.size]), {}
        for name, states in record.items():
            recorded[name] = {
                s: np.array([next(rows) for _ in units]) for s, units in states.items()
            }
        return NetworkRun(
            trains=trains,
            t=kept.astype(np.float64) * (every * dt),
            traces=recorded,
            final={name: group.final(held.memory) for name, group in groups.items()},
            state=replace(held, steps=done),
            window=window,
        )

    try:
        chunks.run_chunked(advance, progress)
    except KeyboardInterrupt:
        message = (
            f"interrupted at t = {done * dt:g} of {stop * dt:g} ms; .partial holds the run so far"
        )
        raise chunks.Interrupted(message, finish()) from None
    return finish()


def _held(
    state: NetworkState | None,
    dt: float,
    groups: Mapping[str, _Group],
    synapses: _Synapses,
    most: int,
) -> NetworkState:
    """A state of this run's own: the start, or a copy of where another run ended; `most` spikes in a step."""
    fresh = NetworkState(
        steps=0,
        dt=dt,
        memory=np.concatenate([group.slabs.ravel() for group in groups.values()]),
        arrivals=np.zeros((synapses.ahead, synapses.sums)),
        ring=np.zeros((int(synapses.late.max(initial=0)) + 1, most), np.int32),
        ring_counts=np.zeros(int(synapses.late.max(initial=0)) + 1, np.int64),
    )
    if state is None:
        return fresh
    arrays = [f.name for f in fields(state) if f.name not in ("steps", "dt")]
    if state.dt != dt or any(getattr(state, a).shape != getattr(fresh, a).shape for a in arrays):
        raise ValueError(
            f"state must come from a run of this network with the same dt of {dt:g} ms; leave it out to start anew"
        )
    return replace(state, **{name: getattr(state, name).copy() for name in arrays})


def _played(network: Network, first_units: Mapping[str, int], dt: float) -> tuple[Any, Any]:
    """Steps and units of all recorded spikes that sources replay, in order."""
    steps, ids = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
    for name, source in network.populations.items():
        if isinstance(source, SpikeSource):
            steps.append(np.ceil(source.trains.times / dt - 1e-9).astype(np.int64) - 1)
            ids.append((source.trains.ids + first_units[name]).astype(np.int32))
    at, who = np.concatenate(steps), np.concatenate(ids)
    order = np.lexsort((who, at))
    return np.maximum(at[order], 0), who[order]


def _places(
    record: Mapping[str, Mapping[str, Sequence[int]]], groups: Mapping[str, _Group]
) -> NDArray[np.int64]:
    """Places in the memory of the states to record."""
    found = []
    for name, states in record.items():
        if name not in groups:
            raise check.unknown(name, groups, "record: this network")
        group = groups[name]
        for state, units in states.items():
            if state not in group.model.states:
                raise check.unknown(state, group.model.states, f"record: {group.model.name}")
            row = list(group.model.states).index(state)
            for unit in units:
                if not 0 <= unit < group.size:
                    raise ValueError(
                        f"record: units of {name} are 0 to {group.size - 1}, got {unit}"
                    )
                block, lane = divmod(int(unit), LANES)
                found.append(group.first_place + block * group.row_length + row * LANES + lane)
    return np.array(found, np.int64)


@dataclass(frozen=True)
class _Synapses:
    """The arrays of all projections, one after the other, as the compiled loop takes them.

    Each pair of a target population and a state has a section in the sums of what arrives. Uniform weights and delays
    need no array; where one projection has its own for each synapse, all get one.
    """

    sources: NDArray[np.int64]  # first unit, number of units, section, for each projection
    late: NDArray[np.int64]  # steps of a uniform delay
    offsets: NDArray[np.int64]
    uniform: Array
    indptr: NDArray[np.int64]
    targets: NDArray[np.uint32]
    weights: Array
    delays: NDArray[np.int32]
    sections: NDArray[np.int64]
    ahead: int  # steps for which sums of what arrives are kept
    sums: int

    @classmethod
    def of(
        cls,
        network: Network,
        groups: Mapping[str, _Group],
        first_units: Mapping[str, int],
        dt: float,
    ) -> _Synapses:
        projections = network.projections
        keys = sorted({(p.target, p.to) for p in projections})
        sections, sums = [], 0
        for target, state in keys:
            group = groups[target]
            address = group.first_place + list(group.model.states).index(state) * LANES
            sections.append((address, group.row_length, group.size, sums, 0))
            sums += math.ceil(group.size / LANES) * LANES
        steps = [steps_of(p.delay, dt) for p in projections]
        mixed = any(np.ndim(d) for d in steps)
        weighted = mixed or any(np.ndim(p.weight) for p in projections)

        def spread(values: list[Any], dtype: Any) -> NDArray[Any]:
            parts = [
                np.broadcast_to(np.asarray(value, dtype), (p.wires.count,))
                for value, p in zip(values, projections, strict=True)
            ]
            return np.concatenate(parts)

        sources, firsts, pointers, targets, place, synapses = [], [], [], [], 0, 0
        for p in projections:
            section = keys.index((p.target, p.to))
            sources.append((first_units[p.source], p.wires.n_pre, section))
            firsts.append(place)
            pointers.append(p.wires.indptr + synapses)
            targets.append(p.wires.indices + np.uint32(sections[section][3]))
            place, synapses = place + p.wires.n_pre + 1, synapses + p.wires.count
        ahead = 1 + (max(int(np.max(d, initial=0)) for d in steps) if mixed else 0)
        return cls(
            sources=np.array(sources, np.int64).reshape(-1, 3),
            late=np.array([0 if mixed else int(d) for d in steps], np.int64),
            offsets=np.array(firsts, np.int64),
            uniform=np.array([0.0 if np.ndim(p.weight) else p.weight for p in projections], float),
            indptr=np.concatenate([np.zeros(0, np.int64), *pointers]),
            targets=np.concatenate([np.zeros(0, np.uint32), *targets]),
            weights=spread([p.weight for p in projections], np.float64)
            if weighted
            else np.zeros(0),
            delays=spread(list(steps), np.int32) if mixed else np.zeros(0, np.int32),
            sections=np.array(sections, np.int64).reshape(-1, 5),
            ahead=ahead,
            sums=sums,
        )

    @property
    def arrays(self) -> tuple[Any, ...]:
        return tuple(getattr(self, f.name) for f in fields(self) if f.name not in ("ahead", "sums"))


def _poisson(network: Network, groups: Mapping[str, _Group], dt: float) -> tuple[Any, Any, Any]:
    places, weights, thresholds = [], [], []
    for drive in network.inputs:
        group = groups[drive.target]
        mean = drive.n * drive.rate * dt * 1e-3
        if mean > 5:
            raise ValueError(
                f"rate must give at most 5 spikes a unit and step, got n * rate * dt = {mean:g}; lower dt"
            )
        row = list(group.model.states).index(drive.to)
        places.append((group.first_place + row * LANES, group.row_length, group.size))
        weights.append(float(drive.weight))
        thresholds.append(poisson_thresholds(mean))
    table = np.array(thresholds, np.int32).reshape(-1, POISSON_TERMS)
    return np.array(places, np.int64).reshape(-1, 3), np.array(weights), table
