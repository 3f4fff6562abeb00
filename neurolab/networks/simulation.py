"""Running a Network: its units in one flat memory, the compiled loop over them, the spikes it found."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.engine.compiled import COMPILE_ERRORS, LANES, explain, lanes
from neurolab.engine.population import Units
from neurolab.kernels import check, chunks
from neurolab.kernels.rng import seed_key
from neurolab.networks.clock import POISSON_TERMS, network_loop, poisson_thresholds
from neurolab.networks.spiking import NetworkRun, Population, compute_propagator, steps_of

if TYPE_CHECKING:
    from neurolab.networks.spiking import Network

__all__ = ["simulate_network"]

Array = NDArray[np.float64]
_SPIKES_AT_A_TIME = 1_000_000


class _Group:
    """One population in the flat memory."""

    def __init__(
        self, population: Population, first_place: int, first_unit: int, dt: float
    ) -> None:
        model = self.model = population.model
        self.units = Units.of(model, population.values, population.size, 0)
        self.size, self.first_place, self.first_unit = population.size, first_place, first_unit
        varied = tuple(self.units.varied)
        own = [0.0 if callable(v) else v for v in self.units.inputs.values()]
        rows = [*self.units.state.values()] * 2 + [*own]
        rows += [self.units.params[name] for name in varied]
        blocks = math.ceil(self.size / LANES)
        table = np.zeros((len(rows) + 2, blocks * LANES))
        for row, value in zip(table, rows, strict=False):
            row[: self.size] = value
            row[self.size :] = row[self.size - 1]
        self.row_length = len(table) * LANES
        self.slabs = np.ascontiguousarray(
            table.reshape(len(table), blocks, LANES).transpose(1, 0, 2)
        )
        matrix = np.zeros(0)
        if population.method == "exact":
            scalars = {k: v for k, v in self.units.params.items() if k in model.params}
            if varied:
                raise ValueError(
                    f'method="exact" needs parameters that all units of a population share, got arrays for '
                    f"{', '.join(varied)}; make one population of each kind"
                )
            matrix = compute_propagator(model, dt, **scalars)
        course = np.zeros((max(1, len(model.inputs)), 1))
        pattern = "".join("01"[int(x != 0)] for x in matrix)
        self.argument = (
            lanes(model, np.float64, varied, pattern), self.units.vector(np.float64), matrix, course, first_place,
            self.row_length, self.size, first_unit,
        )  # fmt: skip

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
    *,
    seed: int | np.random.Generator = 0,
    progress: Callable[[float], object] | None = None,
) -> NetworkRun:
    """See `Network.simulate`."""
    duration, dt = check.positive(duration, "duration"), check.positive(dt, "dt")
    if dt > duration:
        raise ValueError(f"dt must be at most the duration of {duration:g} ms, got {dt:g}")
    steps = round(duration / dt)
    groups: dict[str, _Group] = {}
    place = unit = 0
    for name, population in network.populations.items():
        groups[name] = _Group(population, place, unit, dt)
        place, unit = place + groups[name].slabs.size, unit + population.size
    memory = np.concatenate([group.slabs.ravel() for group in groups.values()])
    synapses = _Synapses.of(network, groups, dt)
    ring = np.zeros((int(synapses.late.max(initial=0)) + 1, unit), np.int32)
    ring_counts = np.zeros(len(ring), np.int64)
    poisson = _poisson(network, groups, dt)
    key = seed_key(seed)
    capacity = max(_SPIKES_AT_A_TIME, 2 * unit)
    spike_steps, spike_ids = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    loop = network_loop(tuple(p.method for p in network.populations.values()))
    arguments = tuple(group.argument for group in groups.values())
    found: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []
    done = 0

    def advance(work: int) -> float:
        nonlocal done
        stop = min(steps, done + max(1, work // unit))
        try:
            done, count = loop(
                arguments, memory, dt, done, stop, *synapses.arrays, ring, ring_counts, *poisson, key, spike_steps,
                spike_ids, capacity,
            )  # fmt: skip
        except COMPILE_ERRORS as error:
            raise explain(next(iter(groups.values())).model, error) from None
        found.append((spike_steps[:count].copy(), spike_ids[:count].copy()))
        return float(done / steps)

    def finish() -> NetworkRun:
        at = np.concatenate([a for a, _ in found] or [np.empty(0, np.int32)])
        ids = np.concatenate([b for _, b in found] or [np.empty(0, np.int32)])
        trains = {}
        for name, group in groups.items():
            mine = (ids >= group.first_unit) & (ids < group.first_unit + group.size)
            times = (at[mine] + 1.0) * dt
            trains[name] = SpikeTrains(
                times, ids[mine].astype(np.int64) - group.first_unit, stop=done * dt, n=group.size
            )
        final = {name: group.final(memory) for name, group in groups.items()}
        return NetworkRun(trains, final, (0.0, done * dt), dt)

    try:
        chunks.run_chunked(advance, progress)
    except KeyboardInterrupt:
        message = (
            f"interrupted at t = {done * dt:g} of {duration:g} ms; .partial holds the run so far"
        )
        raise chunks.Interrupted(message, finish()) from None
    return finish()


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
    arrivals: Array

    @classmethod
    def of(cls, network: Network, groups: dict[str, _Group], dt: float) -> _Synapses:
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
            sources.append((groups[p.source].first_unit, groups[p.source].size, section))
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
            arrivals=np.zeros((ahead, sums)),
        )

    @property
    def arrays(self) -> tuple[Any, ...]:
        return tuple(getattr(self, f.name) for f in fields(self))


def _poisson(network: Network, groups: dict[str, _Group], dt: float) -> tuple[Any, Any, Any]:
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
