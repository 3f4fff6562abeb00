"""The compiled part of synapses in a network: what is due reaches its targets, tires synapses and changes weights.

A projection is a route; one that learns is a route for each of its delays. Its spikes wait in the ring, which holds the
units that fired in each of the last steps; where each synapse has a delay of its own and none learns, they are added at
once to sums for later steps. Few arrivals in a step go straight to the states of their targets. Many are first counted
(one weight) or summed (own weights) in an array that stays in the cache, which then is added to the states in one
sweep. Dense wires of one weight are counted as bits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.compiled import LANES
from neurolab.kernels.cache import borrowing
from neurolab.kernels.hints import natural, prefetch_row
from neurolab.networks.bit_rows import count_rows
from neurolab.networks.drives import add_to_block
from neurolab.plasticity.spike_timing import Coefficients
from neurolab.plasticity.spike_timing_steps import Ways, fade_traces, fades_after, moment
from neurolab.synapses.transmitter_steps import find_release

__all__ = [
    "BITS",
    "DELAY",
    "FADE_STEPS",
    "FIRST",
    "FULL",
    "LATE",
    "LATER",
    "LONGEST",
    "Later",
    "MEMBER",
    "PLACE",
    "Plastic",
    "RELEASE",
    "ROW",
    "RULE",
    "Releases",
    "SHARED",
    "SHIFT",
    "STRIDE",
    "Synapses",
    "TARGET",
    "TARGET_FIRST",
    "UNITS",
    "WAIT",
    "WORDS",
    "adapt",
    "deliver",
    "deliver_later",
]

FADE_STEPS = (
    64  # decays are products of two table entries: of k % 64 steps, and of k // 64 times 64 steps
)
SHARED = -(2**62)  # shift of a route whose synapses share one weight
_ENOUGH = 6  # spikes from which on rows of bits are faster than lists of targets
_FEW = 64  # fewer arrivals than these and a quarter of the targets go straight to the states
_WIDTH, _LANE = LANES.bit_length() - 1, LANES - 1

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


# Columns of the table of routes, one row for each
(
    MEMBER,  # whose spikes it carries: place of the population in `bounds`
    FIRST,  # that population's first unit
    TARGET,  # the population it leads to
    TARGET_FIRST,
    LATE,  # steps of the shortest delay
    ROW,  # where its sources begin in `starts`
    PLACE,  # of the first target in the memory, at the state that synapses raise
    STRIDE,  # from a block of targets to the next
    UNITS,  # targets
    WAIT,  # from that state to the row of refractory steps, where arrivals are lost meanwhile; else 0
    SHIFT,  # from a synapse to its own weight; SHARED where there is one
    LATER,  # place in the sums for later steps, where each synapse has its own delay; else -1
    DELAY,  # from a synapse to what its own delay adds to that
    FULL,  # 1 where every source reaches all targets in their order
    RELEASE,  # its entry in Releases; -1 without short-term plasticity
    RULE,  # its entry in Plastic; -1 without
    BITS,  # where its rows of bits begin; -1 without
    WORDS,  # length of such a row
    LONGEST,  # most synapses of a source
) = range(19)


class Synapses(NamedTuple):
    """Those of all routes, one route after the other."""

    starts: Ints
    targets: NDArray[Any]
    weight: Array  # of each route, where its synapses share one
    weights: Array
    delays: NDArray[np.int32]


class Later(NamedTuple):
    """What arrives in later steps, where each synapse has its own delay."""

    sums: Array  # (steps, a power of two; places)
    sections: Ints  # (n, 6): place, stride, wait, units, target as in the table of routes; first place in `sums`


class Releases(NamedTuple):
    """Short-term plasticity: parameters of each route that has it, and the state of each of its sources."""

    U: Array
    tau_D: Array
    tau_F: Array
    at: Ints  # its first source in the arrays below
    u: Array
    x: Array
    last: Array


class Plastic(NamedTuple):
    """Lasting plasticity: the rule of each route that has one, and the traces and wires of `simulate_stdp`, joined."""

    rules: Array
    pairing: Ints
    pre: Ints  # its first source and target in the traces, and the ends
    pre_end: Ints
    post: Ints
    post_end: Ints
    synapse: Ints  # and its synapses
    synapse_end: Ints
    fades: Array  # (rules, 2, 4 traces, FADE_STEPS)
    reach: Ints  # steps after which the reference time follows
    reference: Ints
    x: Array
    slow_x: Array
    y: Array
    slow_y: Array
    last_pre: Array
    last_post: Array
    before: Array
    into: Ints
    arriving: NDArray[np.int32]
    sources: NDArray[np.int32]


@borrowing
def deliver(
    k: int, i: int, dt: float, routes: Ints, blocks: Ints, synapses: Synapses, counts: Any, sums: Any, bits: Any,
    releases: Any, later: Any, ring: Any, bounds: Any, others: Any, memory: Array,
) -> None:  # fmt: skip
    """The spikes of route k that are due before step i, to some blocks of its targets.

    `sums` is None where no synapse has a weight of its own.
    """
    route = routes[k]
    slot, member = natural((i - 1 - route[LATE]) & (bounds.shape[0] - 1)), natural(route[MEMBER])
    first, last = natural(bounds[slot, member]), bounds[slot, member + 1]  # none before the start
    if first == last:
        return
    starts, targets, weights = synapses.starts, synapses.targets, synapses.weights
    mine = blocks[natural(route[TARGET])]
    row, shift, units = route[ROW] - route[FIRST], route[SHIFT], route[UNITS]
    if later is not None:
        if route[LATER] >= 0:
            mask = later.sums.shape[0] - 1
            for q in range(first, last):
                source = row + ring[slot, q]
                part = _released(route[RELEASE], source - route[ROW], i * dt, releases)
                start, stop = _row(starts, others, source)
                for j in range(start, stop):
                    at = (i + synapses.delays[j + route[DELAY]]) & mask
                    later.sums[at, route[LATER] + targets[j]] += part * weights[j + shift]
            return
    place, stride, wait = route[PLACE], route[STRIDE], route[WAIT]
    if bits is not None:
        if route[BITS] >= 0 and last - first >= _ENOUGH:
            count_rows(
                bits, route[BITS], route[WORDS], mine, ring[slot], first, last, route[FIRST], counts,
            )  # fmt: skip
            _sweep(memory, place, stride, wait, units, mine, synapses.weight[k], counts)
            return
    enough = _FEW + units // 4
    many = (last - first) * route[LONGEST] >= enough
    if many:
        arrivals = 0
        for q in range(first, last):
            source = natural(row + ring[slot, q])
            arrivals += starts[source + 1] - starts[source]
        many = arrivals >= enough
    plain = shift == SHARED and route[RELEASE] < 0
    for q in range(first, last):
        source = natural(row + ring[slot, q])
        start, stop = _row(starts, others, source)
        if q + 1 < last and route[FULL] == 0:
            begin, end = _row(starts, others, row + ring[slot, q + 1])
            prefetch_row(targets, begin, end)
        if many and plain:
            for j in range(start, stop):
                counts[targets[j]] += np.int32(1)
            continue
        part = _released(route[RELEASE], source - route[ROW], i * dt, releases)
        if shift == SHARED:
            amount = part * synapses.weight[k]
            for j in range(start, stop):
                _raise(memory, place, stride, wait, targets[j], amount)
        elif sums is not None:
            if not many:
                for j in range(start, stop):
                    amount = part * weights[natural(j + shift)]
                    _raise(memory, place, stride, wait, targets[j], amount)
            elif route[FULL] == 1:
                own = weights[starts[source] + shift : starts[source + 1] + shift]
                _add_all(memory, place, stride, wait, units, mine, part, own)
            else:
                for j in range(start, stop):
                    sums[targets[j]] += part * weights[j + shift]
    if many and plain:
        _sweep(memory, place, stride, wait, units, mine, synapses.weight[k], counts)
    elif sums is not None:
        if many and shift != SHARED and route[FULL] == 0:
            _sweep(memory, place, stride, wait, units, mine, 1.0, sums)


@borrowing
def _row(starts: Ints, others: Any, source: int) -> Any:
    """Where the synapses of a source begin and end, or those of them that lead to a share's units."""
    if others is None:
        return natural(starts[source]), starts[source + 1]
    return natural(others.begins[source]), others.ends[source]


@borrowing
def deliver_later(i: int, later: Later, blocks: Ints, memory: Array) -> None:
    """What was sent earlier, with delays of its own, and is due before step i."""
    due, sections = later.sums[i & (later.sums.shape[0] - 1)], later.sections
    for k in range(sections.shape[0]):
        units, target, at = sections[k, 3], sections[k, 4], sections[k, 5]
        _sweep(
            memory, sections[k, 0], sections[k, 1], sections[k, 2], units, blocks[target], 1.0, due[at : at + units],
        )  # fmt: skip


@borrowing
def _raise(memory: Array, place: int, stride: int, wait: int, target: Any, amount: float) -> None:
    """Add to the state of one target, unless it is held."""
    unit = np.int64(target)
    at = natural(place + (unit >> _WIDTH) * stride + (unit & _LANE))
    if wait == 0 or memory[natural(at + wait)] <= 0.0:
        memory[at] += amount


@borrowing
def _add_all(
    memory: Array, place: int, stride: int, wait: int, units: int, mine: Ints, weight: float, arrived: Any
) -> None:  # fmt: skip
    """Add weight times what has arrived to each target in blocks mine[0] to mine[1] - 1 that is not held."""
    for block in range(natural(mine[0]), mine[1]):
        n = min(LANES, units - block * LANES)
        here = arrived[block * LANES : block * LANES + n]
        add_to_block(memory, place + block * stride, n, wait, weight, here)


@borrowing
def _sweep(
    memory: Array, place: int, stride: int, wait: int, units: int, mine: Ints, weight: float, arrived: Any
) -> None:  # fmt: skip
    """The same, and empty `arrived`."""
    _add_all(memory, place, stride, wait, units, mine, weight, arrived)
    arrived[mine[0] * LANES : min(units, mine[1] * LANES)] = 0


@borrowing
def _released(which: int, source: int, t: float, releases: Any) -> float:
    """The part of its full weight that a spike at time t releases (Tsodyks, Pawelzik & Markram 1998)."""
    if releases is None:
        return 1.0
    if which < 0:
        return 1.0
    n = releases.at[which] + source
    u, x = find_release(
        releases.u[n], releases.x[n], t - releases.last[n],
        releases.U[which], releases.tau_D[which], releases.tau_F[which],
    )  # fmt: skip
    releases.u[n], releases.x[n], releases.last[n] = u, x - u * x, t
    return u * x  # type: ignore[no-any-return]


@borrowing
def adapt(
    k: int, i: int, dt: float, routes: Ints, plastic: Plastic, synapses: Synapses, ring: Any, bounds: Any,
) -> None:  # fmt: skip
    """What the spikes that arrive at time i dt and those that targets fire at it do to the weights of route k."""
    route = routes[k]
    r, mask = route[RULE], bounds.shape[0] - 1
    if r < 0:
        return
    due, fired = natural((i - 1 - route[LATE]) & mask), natural((i - 1) & mask)
    member, target = natural(route[MEMBER]), natural(route[TARGET])
    a, b = natural(bounds[due, member]), bounds[due, member + 1]
    c, d = natural(bounds[fired, target]), bounds[fired, target + 1]
    if a == b and c == d:
        return
    x, slow_x, y, slow_y = plastic.x, plastic.slow_x, plastic.y, plastic.slow_y
    past, v = i - plastic.reference[r], plastic.rules[r]
    rule = Coefficients(
        v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11], v[12], v[13]
    )
    if past > plastic.reach[r]:
        pre, post = plastic.pre[r], plastic.post[r]
        pre_end, post_end = plastic.pre_end[r], plastic.post_end[r]
        fade_traces(
            fades_after(rule, past * dt), x[pre:pre_end], slow_x[pre:pre_end], y[post:post_end], slow_y[post:post_end],
            plastic.before[plastic.synapse[r] : plastic.synapse_end[r]],
        )  # fmt: skip
        plastic.reference[r], past = i, 0
    ways = Ways(
        plastic.pre[r] - route[FIRST], plastic.post[r] - route[TARGET_FIRST], route[ROW] - route[FIRST],
        plastic.post[r], route[SHIFT],
    )  # fmt: skip
    moment(
        rule, plastic.pairing[r], ring[due, a:b], ring[fired, c:d], ways, i * dt,
        _fades(plastic.fades[r], past),
        x, slow_x, y, slow_y, plastic.last_pre, plastic.last_post, plastic.before,
        synapses.starts, synapses.targets, plastic.into, plastic.arriving, plastic.sources, synapses.weights,
    )  # fmt: skip


@borrowing
def _fades(table: Array, steps: int) -> Any:
    """By how much each of the four traces of a rule shrinks in so many steps."""
    low, high = natural(steps) % FADE_STEPS, natural(steps) // FADE_STEPS
    return (
        table[0, 0, low] * table[1, 0, high], table[0, 1, low] * table[1, 1, high],
        table[0, 2, low] * table[1, 2, high], table[0, 3, low] * table[1, 3, high],
    )  # fmt: skip
