"""Running a Network: its units in one flat memory, the compiled loop over them, the spikes it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.engine.compiled import COMPILE_ERRORS, explain, lanes
from neurolab.engine.fixed_step import Drive
from neurolab.engine.population import Units
from neurolab.kernels import check, chunks
from neurolab.kernels.rng import seed_key
from neurolab.kernels.threads import count_threads, find_way
from neurolab.networks.clock import VECTOR, network_loop
from neurolab.networks.drives import Played
from neurolab.networks.shares import AT, COLUMNS, HEARD, STOP, Others
from neurolab.networks.spiking import (
    NetworkRun,
    NetworkState,
    PoissonSource,
    Population,
    SpikeSource,
    compute_propagator,
    recorded_units,
    traces_of,
)
from neurolab.networks.tables import (
    Place,
    Wires,
    input_scratch,
    make_emitters,
    make_inputs,
    make_wires,
)

if TYPE_CHECKING:
    from neurolab.networks.spiking import Network

__all__ = ["simulate_network"]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
_LEAST_ROOM, _MOST_ROOM = 50_000, 20_000_000  # for the spikes of a population, before any is found
_WORTH = 20_000  # steps of single units in a window that a thread needs to pay
_ONE_BY_ONE = 4  # a population of so many units, or fewer, would waste most of a vector

_wires: WeakKeyDictionary[Network, dict[float, Wires]] = WeakKeyDictionary()  # by dt


class _Group:
    """One population of units."""

    def __init__(self, population: Population, dt: float, steps: int) -> None:
        model = self.model = population.model
        self.units = Units.of(model, population.values, population.size, steps)
        varied, own = tuple(self.units.varied), self.units.own
        self.slabs = self.units.slabs(np.float64, network=True)
        matrix = np.zeros(0)
        if population.method == "exact":
            if varied:
                raise ValueError(
                    f'method="exact" needs parameters that all units of a population share, got arrays for '
                    f"{', '.join(varied)}; make one population of each kind"
                )
            scalars = {k: v for k, v in self.units.params.items() if k in model.params}
            matrix = compute_propagator(model, dt, **scalars)
        self.matrix, pattern = matrix, "".join("01"[int(x != 0)] for x in matrix)
        self.drive = Drive.of(self.units.common(network=True), steps, dt)
        self.course_rows = self.units.course_rows(model, network=True)
        self.lanes = lanes(model, np.float64, varied, own, pattern)
        self.step = population.method, VECTOR if population.size > _ONE_BY_ONE else 1
        alone = id(self) if self.course_rows.size else 0
        self.kind = (*self.step, model.digest, varied, own, pattern, self.drive.width, alone)
        self.dead_time = float(population.dead_time)

    def place(self, first_unit: int, member: int, first_place: int) -> Place:
        """Where the loop finds it."""
        return Place(
            self.units.size, first_unit, member, first_place, self.slabs[0].size, tuple(self.model.states),
            self.slabs.shape[1] - 1, self.model.reset is not None,
        )  # fmt: skip


class _Layout:
    """All populations in the order in which the loop steps them: families of groups, then sources."""

    def __init__(self, network: Network, dt: float, steps: int) -> None:
        populations = network.populations
        self.groups = {
            name: _Group(p, dt, steps)
            for name, p in populations.items()
            if isinstance(p, Population)
        }
        self.families: dict[Any, list[str]] = {}
        for name, group in self.groups.items():
            self.families.setdefault(group.kind, []).append(name)
        order = [name for names in self.families.values() for name in names]
        for kind in (PoissonSource, SpikeSource):
            order += [name for name, p in populations.items() if isinstance(p, kind)]
        self.places: dict[str, Place] = {}
        first_unit = first_place = 0
        for member, name in enumerate(order):
            if name in self.groups:
                self.places[name] = self.groups[name].place(first_unit, member, first_place)
                first_place += self.groups[name].slabs.size
            else:
                self.places[name] = Place(populations[name].size, first_unit, member)
            first_unit += populations[name].size
        self.size = first_unit

    def arguments(self, i0: int, i1: int) -> tuple[Any, ...]:
        """The families, as the compiled loop takes them for steps i0 to i1 - 1."""
        found = []
        for names in self.families.values():
            groups, places = [self.groups[n] for n in names], [self.places[n] for n in names]
            first = groups[0]
            table = [(p.first_place, p.size, p.first_unit, p.member) for p in places]
            found.append((
                first.lanes, np.array([g.units.vector(np.float64) for g in groups]),
                np.array([g.matrix for g in groups]), np.array([g.drive.columns(i0, i1) for g in groups]),
                first.drive.width, int(first.drive.width == 3),
                first.units.columns(i0, i1, np.float64), first.course_rows, np.array([g.dead_time for g in groups]),
                np.array(table, np.int64), places[0].row_length,
            ))  # fmt: skip
        return tuple(found)

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """Method and width of each family's step."""
        return tuple(self.groups[names[0]].step for names in self.families.values())

    def final(self, memory: Array) -> dict[str, dict[str, Array]]:
        """The states of all units."""
        found = {}
        for name, group in self.groups.items():
            place = self.places[name].first_place
            slabs = memory[place : place + group.slabs.size].reshape(group.slabs.shape)
            found[name] = {
                state: slabs[:, j].ravel()[: group.units.size].copy()
                for j, state in enumerate(group.model.states)
            }
        return found

    def find_infinite(self, memory: Array) -> str:
        """Which unit's state has left the finite numbers, in words; nothing if none has."""
        if np.isfinite(memory).all():
            return ""
        for name, states in self.final(memory).items():
            for state, values in states.items():
                bad = np.flatnonzero(~np.isfinite(values))
                if bad.size:
                    return f"{state} of unit {bad[0]} of {name}"
        return ""


def simulate_network(
    network: Network, duration: float, dt: float, seed: int | np.random.Generator,
    record: Mapping[str, Mapping[str, Sequence[int]]], every: int, state: NetworkState | None, max_spikes: int,
    threads: int | None, progress: Callable[[float], object] | None,
) -> NetworkRun:  # fmt: skip
    """See `Network.simulate`."""
    duration, dt = check.positive(duration, "duration"), check.positive(dt, "dt")
    if dt > duration:
        raise ValueError(f"dt must be at most the duration of {duration:g} ms, got {dt:g}")
    if network.dt not in (None, dt):
        raise ValueError(
            f"dt must be {network.dt:g} ms, for which this network is made, got {dt:g}"
        )
    every, max_spikes = check.whole(every, "every"), check.whole(max_spikes, "max_spikes")
    threads = None if threads is None else check.whole(threads, "threads")
    check.earlier(state, NetworkState)
    run = _Run(network, duration, dt, seed, record, every, state, threads)

    def advance(work: int) -> float:
        run.advance(work)
        t = run.done * dt
        if where := run.layout.find_infinite(run.arrays["memory"]):
            raise chunks.Diverged(
                f"{where} left the finite numbers before t = {t:g} ms; try a smaller dt, or look at its parameters and "
                "weights",
                t,
                run.finish(),
            )
        if run.count > max_spikes and run.done < run.stop:
            raise chunks.Runaway(run.count, t, run.stop * dt, max_spikes, run.finish())
        return (run.done - run.start) / (run.stop - run.start)

    try:
        with run.pool:
            chunks.run_chunked(advance, progress)
    except KeyboardInterrupt:
        raise chunks.Interrupted(
            f"interrupted at t = {run.done * dt:g} of {run.stop * dt:g} ms; .partial holds the run so far",
            run.finish(),
        ) from None
    return run.finish()


class _SpikeLists:
    """The spikes of each population as the loop finds them: lists one behind the other, each with room for more."""

    def __init__(self, first_units: Ints, most: Ints, expected: Array) -> None:
        self.units, self.most = first_units, most  # of each in a step
        room = np.clip(1.02 * expected, _LEAST_ROOM, _MOST_ROOM).astype(np.int64)
        self._lay_out(room + 2 * most, [])

    def _lay_out(self, room: Ints, lists: list[tuple[Array, Ints]]) -> None:
        ends = np.cumsum(room)
        self.room, self.first = room, ends - room
        both = np.empty((2, ends[-1]))  # one block, which the system keeps for the next run
        self.times, self.ids = both[0], both[1].view(np.int64)
        self.book = np.column_stack([self.first, ends - self.most, self.units])
        for member, (times, ids) in enumerate(lists):
            self.book[member, 0] += times.size
            for column, part in zip(self.of(member), (times, ids), strict=True):
                column[:] = part

    @property
    def counts(self) -> Ints:
        """Spikes so far."""
        return np.asarray(self.book[:, 0] - self.first)

    def of(self, member: int) -> tuple[Array, Ints]:
        """Times and units of a population's spikes."""
        part = slice(self.first[member], self.book[member, 0])
        return self.times[part], self.ids[part]

    def make_room(self, done: float) -> None:
        """Where a list is full when this part of the run is done, as much as all may need: 2 to 8 times as much."""
        full = self.book[:, 0] > self.book[:, 1]
        if full.any():
            more = np.clip(1.1 * self.counts / done, 2 * self.room, 8 * self.room).astype(np.int64)
            self._lay_out(np.where(full, more, self.room), [self.of(m) for m in range(full.size)])


class _Run:
    """A run under way."""

    def __init__(
        self, network: Network, duration: float, dt: float, seed: int | np.random.Generator,
        record: Mapping[str, Mapping[str, Sequence[int]]], every: int, state: NetworkState | None,
        threads: int | None,
    ) -> None:  # fmt: skip
        self.network, self.dt, self.every = network, dt, every
        self.start = 0 if state is None else state.steps
        self.stop = self.start + round(duration / dt)
        layout = self.layout = _Layout(network, dt, self.stop)
        cached = _wires.setdefault(network, {})
        if dt not in cached:
            cached[dt] = make_wires(network, layout.places, dt)
        self.wires, self.played = cached[dt], _played(network, layout.places, dt)
        # a source may replay several spikes of a unit in one step
        steps = self.played.steps if self.played else np.zeros(0)
        self.most = layout.size + int(np.unique(steps, return_counts=True)[1].max(initial=0))
        self.arrays = self._start() if state is None else _held(state, dt, self._start())
        self.key = seed_key(seed)
        self.recorded = recorded_units(network, record)
        at = [layout.places[name].find(state, units) for name, state, units in self.recorded]
        self.at = np.concatenate([np.zeros(0, np.int64), *at])
        first, last = -(-self.start // every), self.stop // every
        self.columns = np.arange(first, last + 1 if self.at.size else first)
        self.traces = np.empty((self.at.size, self.columns.size))
        if self.at.size and self.start % every == 0:
            self.traces[:, 0] = self.arrays["memory"][self.at]
        blocks, cuts = self._deal(threads)
        count = len(cuts) - 1
        self.progress = np.full((count, COLUMNS), self.start)
        self.progress[:, STOP] = 0
        slots = 2 * count * self.wires.slots if count > 1 else 0  # a single share lists at once
        self.fired = [
            np.zeros((slots, a.shape[1]), a.dtype)
            for a in (self.arrays["ring"], self.arrays["bounds"])
        ]
        expected = [_expected(network.populations[name], duration) for name in layout.places]
        first_units = np.array([place.first_unit for place in layout.places.values()])
        repeats = self.most - layout.size
        most = np.diff(first_units, append=layout.size) + repeats
        self.shares = [
            _Share(
                self, me, _SpikeLists(first_units, most, np.array(expected) * (me == count - 1)),
                blocks[me : me + 2], *cuts[me : me + 2],
            )
            for me in range(count)
        ]  # fmt: skip
        self.pool = ThreadPoolExecutor(count)
        self.loop = network_loop(layout.steps)

    def _start(self) -> dict[str, NDArray[Any]]:
        """Everything that changes, as it is at the start."""
        slots, members = self.wires.slots, len(self.layout.places)
        emitters = sum(isinstance(p, PoissonSource) for p in self.network.populations.values())
        return dict(
            memory=np.concatenate([g.slabs.ravel() for g in map(self.layout.groups.get, self.layout.places) if g]),
            ring=np.zeros((slots, self.most), np.int32), bounds=np.zeros((slots, members + 1), np.int64),
            upcoming=np.full(emitters, -1), drawn=np.zeros(emitters, np.int64),
        ) | self.wires.arrays()  # fmt: skip

    def _deal(self, threads: int | None) -> tuple[Any, list[Any]]:
        """First blocks and synapses of the shares, as many as threads can be used."""
        if threads is None:
            threads = self.layout.size * self.wires.window // _WORTH
            threads = min(threads, count_threads()) if threads > 1 else 1
        blocks = sum(len(group.slabs) for group in self.layout.groups.values())
        places, single = self.layout.places, self.wires.shares(self.layout.places, 1)
        assert single is not None
        return self.wires.shares(places, max(1, min(threads, blocks))) or single

    def advance(self, work: int) -> None:
        """About `work` steps of single units."""
        arrays, layout, network, i0 = self.arrays, self.layout, self.network, self.done
        i1 = min(self.stop, i0 + max(1, work // layout.size))
        inputs = make_inputs(network, layout.places, self.dt, i0, i1)
        emitters = make_emitters(
            network, layout.places, self.dt, i0, i1, arrays["upcoming"], arrays["drawn"]
        )
        families = layout.arguments(i0, i1)

        def go(share: _Share) -> None:
            with self._together():
                share.go(self, i0, i1, families, inputs, emitters)

        def all_go() -> None:
            with self._together():
                others = [self.pool.submit(go, share) for share in self.shares[1:]]
                go(self.shares[0])
                for other in others:
                    other.result()

        try:
            if len(self.shares) == 1:
                go(self.shares[0])
            else:  # in a thread that no interrupt reaches
                self.pool.submit(all_go).result()
        except COMPILE_ERRORS as error:
            raise explain(error, *(g.model for g in layout.groups.values())) from None

    @contextmanager
    def _together(self) -> Iterator[None]:
        """If this fails, no share waits for another."""
        try:
            yield
        except BaseException:
            self.progress[:, STOP] = 1
            raise

    @property
    def done(self) -> int:
        """The step that comes next."""
        return int(self.progress[0, AT])

    @property
    def count(self) -> int:
        """Spikes so far."""
        return int(sum(share.lists.counts.sum() for share in self.shares))

    def _spikes(self, member: int) -> tuple[Array, Ints]:
        """Times and units of all spikes of a population, in the order of steps and units."""
        parts = [share.lists.of(member) for share in self.shares]
        if len(parts) == 1:
            return parts[0]
        times, ids = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(times, kind="stable")
        return times[order], ids[order]

    def finish(self) -> NetworkRun:
        """What there is so far."""
        window = (self.start * self.dt, self.done * self.dt)
        trains = {}
        for name, population in self.network.populations.items():
            times, ids = self._spikes(self.layout.places[name].member)
            stop = max(window[1], window[0] + self.dt)
            trains[name] = SpikeTrains(times, ids, start=window[0], stop=stop, n=population.size)
        kept = self.columns[self.columns <= self.done // self.every]
        return NetworkRun(
            trains=trains,
            t=kept.astype(np.float64) * (self.every * self.dt),
            traces=traces_of(self.recorded, self.traces[:, : kept.size]),
            final=self.layout.final(self.arrays["memory"]),
            weights=self._weights(),
            state=NetworkState(self.done, self.dt, self.arrays),
            window=window,
        )

    def _weights(self) -> tuple[float | Array, ...]:
        """Those of each projection, changed by plasticity or as given."""
        found = [
            p.weight if p.plasticity is None else np.empty(p.wires.count)
            for p in self.network.projections
        ]
        for k, chosen, where in self.wires.learned:
            found[k][chosen] = self.arrays["weights"][where]  # type: ignore[index]
        return tuple(found)  # type: ignore[arg-type]


def _expected(population: Population | PoissonSource | SpikeSource, duration: float) -> float:
    """Spikes in a run, as far as they are known before it."""
    if isinstance(population, SpikeSource):
        return population.trains.count
    if isinstance(population, Population) or callable(population.rate):
        return 0.0
    return float(np.mean(np.asarray(population.rate))) * population.size * duration * 1e-3


class _Share:
    """What one thread does: blocks of each population, in the first and behind the last of which `cuts` has a row."""

    def __init__(
        self, run: _Run, me: int, lists: _SpikeLists, cuts: Any, begins: Any, ends: Any
    ) -> None:
        self.blocks, self.lists = np.ascontiguousarray(cuts.T), lists
        # these are the same for all shares; those of the first are kept
        alike = {n: a for n, a in run.arrays.items() if n.startswith(("ring", "bounds", "release"))}
        arrays = run.arrays | {n: a.copy() if me else a for n, a in alike.items()}
        wired = run.wires.arguments(arrays)
        self.wired = *wired, arrays["ring"], arrays["bounds"]
        places = run.layout.places.values()
        first = np.array([(p.first_place, p.row_length) for p in places])
        low, high = (first[:, 0] + self.blocks[:, k] * first[:, 1] for k in range(2))
        at = run.at[:, None]
        self.rows = np.flatnonzero(((low <= at) & (at < high)).any(axis=1))
        count = len(run.progress)
        self.progress, self.others = run.progress[me], None
        self.played = run.played
        if self.played and me < count - 1:  # sources are the last one's alone
            self.played = self.played._replace(steps=self.played.steps[:0])
        if count > 1:
            fired, bounds = run.fired
            self.others = Others(
                run.progress, me, run.wires.window, find_way(), fired, bounds, begins, ends
            )

    def go(self, run: _Run, i0: int, i1: int, families: Any, inputs: Any, emitters: Any) -> None:
        """Steps i0 to i1 - 1."""
        progress = self.progress
        inputs = [kind and kind._replace(**input_scratch()) for kind in inputs]
        while progress[HEARD] < i1 and not progress[STOP]:
            run.loop(
                families, run.arrays["memory"], run.dt, i1, run.key, *self.wired, *inputs, emitters, self.played,
                run.at[self.rows], self.rows, run.every, run.traces, int(run.columns[0]) if run.columns.size else 0,
                self.lists.book, self.lists.times, self.lists.ids, self.blocks, i0,
                int(np.searchsorted(self.played.steps, progress[AT])) if self.played else 0,
                progress, self.others,
            )  # fmt: skip
            self.lists.make_room((progress[AT] - run.start) / (run.stop - run.start))


def _held(
    state: NetworkState, dt: float, fresh: dict[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """A copy of where another run ended."""
    same = state.arrays.keys() == fresh.keys() and all(
        state.arrays[name].shape == array.shape for name, array in fresh.items()
    )
    if state.dt != dt or not same:
        raise ValueError(
            f"state must come from a run of this network with the same dt of {dt:g} ms; leave it out to start anew"
        )
    return {name: array.copy() for name, array in state.arrays.items()}


def _played(network: Network, places: Mapping[str, Place], dt: float) -> Played | None:
    """All recorded spikes that sources replay."""
    steps, ids, members = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
    playing = []
    for name, source in network.populations.items():
        if isinstance(source, SpikeSource):
            place = places[name]
            steps.append(np.ceil(source.trains.times / dt - 1e-9).astype(np.int64) - 1)
            ids.append((source.trains.ids + place.first_unit).astype(np.int32))
            members.append(np.full(source.trains.count, place.member))
            playing.append(place.member)
    at, who, member = np.concatenate(steps), np.concatenate(ids), np.concatenate(members)
    order = np.lexsort((who, at))
    sources = np.array(sorted(playing), np.int64)
    return Played(np.maximum(at[order], 0), who[order], member[order], sources) if playing else None
