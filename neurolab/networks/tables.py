"""The numbers of a network's projections and random inputs, laid out as the compiled loop takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.connectivity import Connectivity
from neurolab.engine.compiled import LANES
from neurolab.engine.fixed_step import sampled
from neurolab.networks.bit_rows import CHUNK, CHUNK_BLOCKS, Bits, make_rows, words_of
from neurolab.networks.delivery import (
    BITS,
    DELAY,
    FADE_STEPS,
    FIRST,
    FULL,
    LATE,
    LATER,
    LONGEST,
    MEMBER,
    PLACE,
    RELEASE,
    ROW,
    RULE,
    SHARED,
    SHIFT,
    STRIDE,
    TARGET,
    TARGET_FIRST,
    UNITS,
    WAIT,
    WORDS,
    Later,
    Plastic,
    Releases,
    Synapses,
)
from neurolab.networks.drives import GAPS, TERMS, Emitters, Inputs, poisson_thresholds
from neurolab.networks.shares import cut_rows, deal_blocks
from neurolab.networks.spiking import (
    NoiseInput,
    PoissonInput,
    PoissonSource,
    Projection,
    steps_of,
)
from neurolab.plasticity.spike_timing import PAIRINGS, wire_tables
from neurolab.synapses.receptors import find_entry

if TYPE_CHECKING:
    from neurolab.networks.spiking import Network

__all__ = ["Place", "Wires", "input_scratch", "make_emitters", "make_inputs", "make_wires"]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
_DENSE = 16  # wires are dense where at least one in so many pairs is connected
_LEAST_CHANCE, _MOST_CHANCE = 1e-9, 0.1  # of a spike in a step, between which gaps are drawn


@dataclass(frozen=True)
class Place:
    """Where the compiled loop finds the units of a population; sources have no slabs."""

    size: int
    first_unit: int
    member: int  # its number in the order in which spikes are listed
    first_place: int = 0
    row_length: int = 0
    states: tuple[str, ...] = ()
    wait_row: int = 0
    holds: bool = False  # whether the first state is held after a spike

    def of(self, state: str) -> tuple[int, int, int, int]:
        """Place of a state of the first unit, stride, units, and the way to the row of waiting steps, 0 if not held."""
        row = self.states.index(state)
        wait = (self.wait_row - row) * LANES if self.holds and row == 0 else 0
        return self.first_place + row * LANES, self.row_length, self.size, wait

    def find(self, state: str, units: Ints) -> Ints:
        """Places of a state of some units."""
        first, stride, _, _ = self.of(state)
        block, lane = np.divmod(units, LANES)
        return np.asarray(first + block * stride + lane, np.int64)


@dataclass(frozen=True)
class Wires:
    """All that projections need which one run does not change, and what each run starts from."""

    routes: Ints
    synapses: Synapses
    bits: NDArray[np.uint64] | None
    releases: Releases | None
    plastic: Plastic | None
    learned: list[tuple[int, Any, slice]]  # projection, some of its synapses, where they stand
    sections: Ints
    later_steps: int
    later_places: int
    slots: int  # steps for which spikes are kept, a power of two
    dealt: dict[int, Any] = field(default_factory=dict)  # shares of so many threads

    @property
    def window(self) -> int:
        """Steps in which no spike fired in them is delivered."""
        return int(self.routes[:, LATE].min(initial=self.slots - 1)) + 1

    def shares(self, places: Mapping[str, Place], count: int) -> tuple[Ints, list[Ints]] | None:
        """First blocks of each of `count` shares, and first synapses of each row; None where there must be one share.

        That is so with plasticity, and where the targets of a source are not in order.
        """
        if count not in self.dealt:
            alone = count > 1 and self.plastic is not None
            self.dealt[count] = None if alone else self._deal(places, count)
        return self.dealt[count]  # type: ignore[no-any-return]

    def _deal(self, places: Mapping[str, Place], count: int) -> tuple[Ints, list[Ints]] | None:
        starts, routes = self.synapses.starts, self.routes
        grains = np.array([bool(place.states) for place in places.values()], np.int64)
        grains[routes[routes[:, BITS] >= 0, TARGET]] = CHUNK_BLOCKS
        blocks = deal_blocks([place.size for place in places.values()], grains.tolist(), count)
        cuts = np.empty((count - 1, starts.size), np.int64)
        rows = np.append(routes[:, ROW], starts.size)
        for k in range(len(routes) if count > 1 else 0):
            units = blocks[1:-1, routes[k, TARGET]] * LANES
            if not cut_rows(starts, rows[k], rows[k + 1] - 1, self.synapses.targets, units, cuts):
                return None
        return blocks, [starts, *cuts, starts[1:]]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What a run changes, at the start: copies, by names."""
        found: dict[str, NDArray[Any]] = {"later": np.zeros((self.later_steps, self.later_places))}
        if self.releases is not None:
            found |= {f"release_{n}": getattr(self.releases, n).copy() for n in ("u", "x", "last")}
        if self.plastic is not None:
            names = "x slow_x y slow_y last_pre last_post before reference".split()
            found |= {f"trace_{n}": getattr(self.plastic, n).copy() for n in names}
            found["weights"] = self.synapses.weights.copy()
        return found

    def arguments(self, arrays: Mapping[str, NDArray[Any]]) -> tuple[Any, ...]:
        """Routes to later sums, as the loop takes them, around the arrays of a run."""

        def own(table: Any, prefix: str) -> Any:
            return table and table._replace(
                **{n: arrays[f"{prefix}_{n}"] for n in table._fields if f"{prefix}_{n}" in arrays}
            )

        synapses = self.synapses
        if "weights" in arrays:
            synapses = synapses._replace(weights=arrays["weights"])
        most = int(self.routes[:, UNITS].max(initial=0)) + 64 * CHUNK
        sums = np.zeros(most) if synapses.weights.size else None
        later = Later(arrays["later"], self.sections) if self.later_places else None
        return (
            self.routes,
            synapses,
            np.zeros(most, np.int32),
            sums,
            None if self.bits is None else Bits.of(self.bits),
            own(self.releases, "release"),
            own(self.plastic, "trace"),
            later,
        )


def make_wires(network: Network, places: Mapping[str, Place], dt: float) -> Wires:
    """The tables of all projections."""
    parts = [part for k, p in enumerate(network.projections) for part in _split(k, p, dt)]
    projections = tuple(p for _, _, p in parts)
    delays = [steps_of(p.delay, dt) for p in projections]
    mixed = [bool(np.ndim(d)) for d in delays]
    models = [network.populations[p.target].model for p in projections]  # type: ignore[union-attr]
    states = [find_entry(m, p.to) for m, p in zip(models, projections, strict=True)]
    first_synapse = np.cumsum([0, *[p.wires.count for p in projections]])
    weights = [
        np.broadcast_to(np.asarray(p.weight, float), (p.wires.count,))
        if np.ndim(p.weight) or mixed[k] or p.plasticity is not None
        else None
        for k, p in enumerate(projections)
    ]
    fixed = [p.plasticity is None for p in projections]
    shift, all_weights = _join(weights, fixed, first_synapse, SHARED, np.float64)
    first_weight = shift + first_synapse[:-1]
    least = [int(d.min()) if d.size else 0 for d in delays]
    own_delays = [d - n if m else None for d, n, m in zip(delays, least, mixed, strict=True)]
    delay, all_delays = _join(own_delays, fixed, first_synapse, 0, np.int32)
    sections, later = _make_sections(
        [(p.target, s) for p, s, m in zip(projections, states, mixed, strict=True) if m], places
    )
    rows = np.cumsum([0, *[p.wires.n_pre + 1 for p in projections]])
    releases = np.cumsum([p.short_term is not None for p in projections]) - 1
    rules = np.cumsum([p.plasticity is not None for p in projections]) - 1
    routes = np.zeros((len(projections), LONGEST + 1), np.int64)
    bits, first_words = _make_bits(projections)
    for k, p in enumerate(projections):
        source, target = places[p.source], places[p.target]
        routes[k, [PLACE, STRIDE, UNITS, WAIT]] = target.of(states[k])
        entries = {
            MEMBER: source.member, FIRST: source.first_unit, TARGET: target.member, TARGET_FIRST: target.first_unit,
            LATE: least[k], ROW: rows[k], SHIFT: shift[k],
            LATER: later[p.target, states[k]] if mixed[k] else -1, DELAY: delay[k], FULL: _is_full(p),
            RELEASE: -1 if p.short_term is None else releases[k], RULE: -1 if p.plasticity is None else rules[k],
            BITS: first_words[k], WORDS: words_of(p.wires.n_post), LONGEST: np.diff(p.wires.indptr).max(initial=0),
        }  # fmt: skip
        routes[k, list(entries)] = list(entries.values())
    shared = np.array([0.0 if np.ndim(p.weight) else p.weight for p in projections], float)
    wide: Any = np.uint16 if all(p.wires.n_post <= 2**16 for p in projections) else np.uint32
    targets = np.empty(int(first_synapse[-1]), wide)
    starts = np.empty(int(rows[-1]), np.int64)
    for k, p in enumerate(projections):
        targets[first_synapse[k] : first_synapse[k + 1]] = p.wires.indices
        starts[rows[k] : rows[k + 1]] = p.wires.indptr + first_synapse[k]
    longest = max((int(np.max(d, initial=0)) for d in own_delays if d is not None), default=0)
    return Wires(
        routes=routes,
        synapses=Synapses(starts, targets, shared, all_weights, all_delays),
        bits=bits,
        releases=_make_releases(projections),
        plastic=_make_plastic(projections, first_weight, dt),
        learned=[
            (k, chosen, slice(first, first + p.wires.count))
            for (k, chosen, p), first in zip(parts, first_weight, strict=True)
            if p.plasticity is not None
        ],
        sections=sections,
        later_steps=_power_of_two(longest + 1),
        later_places=int(sections[:, 3].sum()),
        slots=_power_of_two(int(routes[:, LATE].max(initial=0)) + 1),
    )


def _split(k: int, p: Projection, dt: float) -> list[tuple[int, Any, Projection]]:
    """Projection k and all its synapses; if they learn, those of each delay as a projection of their own."""
    if p.plasticity is None or np.ndim(p.delay) == 0:  # type: ignore[arg-type]
        return [(k, slice(None), p)]
    steps, wires, found = steps_of(p.delay, dt), p.wires, []
    for late in np.unique(steps):
        chosen = np.flatnonzero(steps == late)
        starts = np.searchsorted(chosen, wires.indptr)
        own = Connectivity(starts, wires.indices[chosen], wires.n_pre, wires.n_post)
        weight = np.asarray(p.weight)[chosen] if np.ndim(p.weight) else p.weight
        found.append((k, chosen, replace(p, wires=own, weight=weight, delay=late * dt)))
    return found


def _make_sections(
    keys: list[tuple[str, str]], places: Mapping[str, Place]
) -> tuple[Ints, dict[tuple[str, str], int]]:
    """Sums for later steps: one for each state of a population that needs them, and where each begins."""
    sections, later, first = [], {}, 0
    for target, state in sorted(set(keys)):
        at, stride, units, wait = places[target].of(state)
        sections.append((at, stride, wait, units, places[target].member, first))
        later[target, state] = first
        first += units
    return np.array(sections, np.int64).reshape(-1, 6), later


def _power_of_two(n: int) -> int:
    return 1 << (n - 1).bit_length()


def _join(
    parts: list[Any], after: list[bool], first_synapse: Ints, absent: int, dtype: Any
) -> tuple[Ints, NDArray[Any]]:
    """The arrays of those projections that have one, those not `after` first; the way from a synapse to its value."""
    shift = np.full(len(parts), absent, np.int64)
    joined, place = [np.zeros(0, dtype)], 0
    for k in sorted(range(len(parts)), key=lambda k: after[k]):
        if parts[k] is not None:
            shift[k] = place - first_synapse[k]
            joined.append(parts[k])
            place += parts[k].size
    return shift, np.concatenate(joined).astype(dtype, copy=False)


def _is_full(p: Projection) -> bool:
    """Whether every source reaches all targets in their order; asked only where it may save time."""
    wires = p.wires
    if np.ndim(p.weight) == 0 or wires.count != wires.n_pre * wires.n_post:
        return False
    rows = wires.indices.reshape(wires.n_pre, wires.n_post)
    regular = np.array_equal(wires.indptr, np.arange(wires.n_pre + 1) * wires.n_post)
    return regular and bool(np.all(rows == np.arange(wires.n_post, dtype=rows.dtype)))


def _make_bits(projections: tuple[Projection, ...]) -> tuple[NDArray[np.uint64] | None, list[int]]:
    """Rows of bits for dense wires of one weight, behind a row of zeros; and where those of each projection begin."""
    parts, first = [np.zeros(CHUNK, np.uint64)], [-1] * len(projections)
    for k, p in enumerate(projections):
        wires, simple = p.wires, p.short_term is None and p.plasticity is None
        one = np.ndim(p.weight) == 0 and (p.delay is None or np.ndim(p.delay) == 0)
        dense = wires.count * _DENSE >= wires.n_pre * wires.n_post >= _DENSE * _DENSE * CHUNK
        if not (simple and one and dense):
            continue
        words = words_of(wires.n_post)
        rows = np.zeros(wires.n_pre * words, np.uint64)
        if make_rows(wires.indptr, wires.indices, words, rows.view(np.uint8)):
            first[k] = sum(part.size for part in parts)
            parts.append(rows)
    return (np.concatenate(parts) if len(parts) > 1 else None), first


def _make_releases(projections: tuple[Projection, ...]) -> Releases | None:
    kinds = [(p.short_term, p.wires.n_pre) for p in projections if p.short_term is not None]
    if not kinds:
        return None
    at = np.cumsum([0, *[n for _, n in kinds]])
    return Releases(
        np.array([kind.U for kind, _ in kinds], float),
        np.array([kind.tau_D for kind, _ in kinds], float),
        np.array([kind.tau_F for kind, _ in kinds], float),
        at[:-1],
        u=np.zeros(at[-1]),
        x=np.ones(at[-1]),
        last=np.full(at[-1], -np.inf),
    )


def _make_plastic(
    projections: tuple[Projection, ...], first_weight: Ints, dt: float
) -> Plastic | None:
    which = [(p, w) for p, w in zip(projections, first_weight, strict=True) if p.plasticity]
    if not which:
        return None
    rules = [p.plasticity.coefficients() for p, _ in which]  # type: ignore[union-attr]
    pre = np.cumsum([0, *[p.wires.n_pre for p, _ in which]])
    post = np.cumsum([0, *[p.wires.n_post for p, _ in which]])
    first = np.array([w for _, w in which], np.int64)
    counts = np.array([p.wires.count for p, _ in which], np.int64)
    parts: dict[str, list[Any]] = {n: [] for n in "into arriving sources".split()}
    for r, (p, w) in enumerate(which):
        _, _, into, arriving, sources = wire_tables(p.wires)
        values = (into[:-1] + w, arriving + w, sources + pre[r])
        for name, value in zip(parts, values, strict=True):
            parts[name].append(value)
    parts["into"].append([int(counts.sum())])
    narrow = dict(arriving=np.int32, sources=np.int32)
    tau = np.array([(c.tau_plus, c.tau_x, c.tau_minus, c.tau_y) for c in rules])
    step = dt * np.arange(FADE_STEPS) * np.array([[1.0], [FADE_STEPS]])
    reach = np.minimum(20 * tau.min(axis=1) / dt, FADE_STEPS**2 - 1)
    remembers = any(p.plasticity.pairing == "presynaptic" for p, _ in which)  # type: ignore[union-attr]
    return Plastic(
        rules=np.array(rules, float),
        pairing=np.array([PAIRINGS.index(p.plasticity.pairing) for p, _ in which], np.int64),  # type: ignore[union-attr]
        pre=pre[:-1],
        pre_end=pre[1:],
        post=post[:-1],
        post_end=post[1:],
        synapse=first,
        synapse_end=first + counts,
        fades=np.exp(-step[None, :, None, :] / tau[:, None, :, None]),
        reach=reach.astype(np.int64),
        reference=np.zeros(len(which), np.int64),
        x=np.zeros(pre[-1]),
        slow_x=np.zeros(pre[-1]),
        y=np.zeros(post[-1]),
        slow_y=np.zeros(post[-1]),
        last_pre=np.full(pre[-1], -np.inf),
        last_post=np.full(post[-1], -np.inf),
        before=np.zeros(counts.sum() if remembers else 0),
        **{n: np.concatenate(v).astype(narrow.get(n, np.int64)) for n, v in parts.items()},  # type: ignore[arg-type]
    )


def _chances(rate: Any, dt: float) -> Array:
    """Probability of a spike in a step, an error above 1."""
    chance = np.asarray(rate, float) * dt * 1e-3
    if chance.max(initial=0.0) > 1:
        raise ValueError(
            f"rate must give at most one spike a unit and step, got rate * dt = {chance.max():g}; lower dt"
        )
    return chance


def _sampled(rate: Callable[[float], float], i0: int, i1: int, dt: float) -> Array:
    """A rate in the middle of each step."""
    middles = np.asarray((np.arange(i0, i1) + 0.5) * dt, np.float64)
    found = np.array(sampled(rate, middles, "rate"), np.float64)
    if found.size and found.min() < 0:
        bad = int(np.argmin(found))
        raise ValueError(
            f"rate(t) must be 0 or more, got {found[bad]:g} at t = {(i0 + bad + 0.5) * dt:g} ms"
        )
    return found


def make_inputs(
    network: Network, places: Mapping[str, Place], dt: float, i0: int, i1: int
) -> tuple[Inputs | None, Inputs | None]:
    """Poisson inputs and noise, for steps i0 to i1 - 1."""
    poisson = [drive for drive in network.inputs if isinstance(drive, PoissonInput)]
    noise = [drive for drive in network.inputs if isinstance(drive, NoiseInput)]
    thresholds = [poisson_thresholds(_means(drive, dt, i0, i1)) for drive in poisson]
    return (
        _inputs(network, places, poisson, [drive.weight for drive in poisson], thresholds),
        _inputs(network, places, noise, [drive.sigma * np.sqrt(dt) for drive in noise], []),
    )


def _means(drive: PoissonInput, dt: float, i0: int, i1: int) -> Array:
    """Expected spikes a unit and step: one number, or one for each step."""
    rate = _sampled(drive.rate, i0, i1, dt) if callable(drive.rate) else np.array([drive.rate])
    mean = drive.n * rate * dt * 1e-3
    if mean.max(initial=0.0) > 5:
        raise ValueError(
            f"rate must give at most 5 spikes a unit and step, got n * rate * dt = {mean.max():g}; lower dt"
        )
    return mean


def _inputs(
    network: Network, places: Mapping[str, Place], drives: Sequence[PoissonInput | NoiseInput],
    weights: list[float], thresholds: list[NDArray[np.int32]],
) -> Inputs | None:  # fmt: skip
    if not drives:
        return None
    models = [network.populations[drive.target].model for drive in drives]  # type: ignore[union-attr]
    found = [
        places[drive.target].of(find_entry(model, drive.to))
        for drive, model in zip(drives, models, strict=True)
    ]
    place, stride, _, wait = np.array(found, np.int64).T.copy()
    member = np.array([places[drive.target].member for drive in drives])
    courses = [isinstance(d, PoissonInput) and callable(d.rate) for d in drives]
    first = np.cumsum([0, *map(len, thresholds)]) if thresholds else np.zeros(len(drives) + 1)
    return Inputs(
        place, stride, member, wait, np.array(weights, float), np.array(courses, np.int64), first[:-1].astype(np.int64),
        np.concatenate([np.zeros((0, TERMS), np.int32), *thresholds]),
        **input_scratch(),
    )  # fmt: skip


def input_scratch() -> dict[str, NDArray[Any]]:
    """What an `Inputs` needs for one thread."""
    return dict(
        words=np.empty(LANES, np.int32), tally=np.empty(LANES, np.int32), normals=np.empty(LANES)
    )


def make_emitters(
    network: Network, places: Mapping[str, Place], dt: float, i0: int, i1: int,
    upcoming: Ints, drawn: Ints,
) -> Emitters | None:  # fmt: skip
    """Poisson sources, for steps i0 to i1 - 1."""
    found = [
        (places[name], p.rate)
        for name, p in network.populations.items()
        if isinstance(p, PoissonSource)
    ]
    if not found:
        return None
    columns: dict[str, list[Any]] = {
        n: [] for n in "member first units scale course row each".split()
    }
    thresholds, row = [], 0
    for place, rate in found:
        chance = _chances(_sampled(rate, i0, i1, dt) if callable(rate) else rate, dt)
        steady = not callable(rate) and chance.ndim == 0
        gaps = steady and _LEAST_CHANCE < chance < _MOST_CHANCE
        entry = dict(
            member=place.member, first=place.first_unit, units=place.size, row=row,
            scale=1.0 / np.log1p(-float(chance)) if gaps else 0.0,
            course=int(callable(rate)), each=int(not callable(rate) and chance.ndim > 0),
        )  # fmt: skip
        for name, value in entry.items():
            columns[name].append(value)
        levels = np.rint(np.atleast_1d(chance) * 2.0**32) - 2.0**31
        thresholds.append(np.minimum(levels, 2.0**31 - 1).astype(np.int32))
        row += levels.size
    return Emitters(
        **{n: np.array(v, float if n == "scale" else np.int64) for n, v in columns.items()},
        thresholds=np.concatenate(thresholds),
        upcoming=upcoming,
        drawn=drawn,
        gaps=np.empty((len(found), GAPS), np.int64),
        words=np.empty(LANES, np.int32),
    )
