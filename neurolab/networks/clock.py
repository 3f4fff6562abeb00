"""The compiled loop of a clock-driven network: deliver what is due, drive, step, find spikes, pass them on.

All units stand in one flat memory, in slabs of LANES as in engine/population.py. What arrives at a state in a step is
first summed in a small array beside it, which stays in the cache while synapses scatter into it. A group is the units
of one population. The loop is made for a tuple of groups, so that any mixture of models runs without leaving compiled
code between steps.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.compiled import LANES
from neurolab.engine.steps import STEPS
from neurolab.kernels.cache import inlined, kernel
from neurolab.kernels.rng import philox

__all__ = ["POISSON_TERMS", "network_loop", "poisson_thresholds"]

POISSON_TERMS = 24  # thresholds a Poisson number is compared with: exact to 2^-32 for means up to 5

_LOW = np.uint64(0xFFFFFFFF)
_32, _HALF = np.uint64(32), np.uint64(2**31)
_NEVER = 2**31 - 1  # no word is above it, one in 2^32 is equal
_QUARTER = LANES // 4
Array = NDArray[np.float64]


def poisson_thresholds(mean: float) -> NDArray[np.int32]:
    """How many of these a uniform signed 32-bit word reaches is a Poisson number, exact to 2^-32."""
    cumulative, term, found = 0.0, float(np.exp(-mean)), []
    for k in range(POISSON_TERMS):
        cumulative += term
        term *= mean / (k + 1)
        found.append(min(round(cumulative * 2**32) - 2**31, _NEVER))
    return np.array(found, np.int32)


def _group_step(method: str) -> Callable[..., Any]:
    """One step of all units of a group; writes the numbers of those that fired, and returns how many."""
    if method == "exact":

        @inlined
        def step(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: Any, m: Any) -> Any:
            return model.affine_step(y, I[0], live, m)
    else:
        plain = STEPS[method]

        @inlined
        def step(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: Any, m: Any) -> Any:
            return plain(model, t, y, p, h, I, live)

    @inlined
    def advance(model: Any, slab: Any, shared: Any, m: Any, now: Any, t: float, dt: float) -> Any:
        """One block, in SIMD code; whether any unit reached its threshold."""
        zero, one, resets = model.number(0.0), model.number(1.0), model.resets()
        any_fired = model.flag(0, False)
        for lane in range(LANES):
            y = model.read(slab, lane)
            p = model.bind_unit(shared, slab, lane)
            wait = model.wait(slab, lane)
            live = zero if resets & (wait > zero) else one
            if resets:
                y = model.held(slab, lane, y, live)
            z = step(model, t, y, p, dt, model.drive_unit(slab, lane, now), live, m)
            ready = (wait <= zero) & (resets | (model.excess(y, p) < zero))
            fires = ready & (model.excess(z, p) >= zero)
            any_fired = model.flag(any_fired, fires)
            model.write(slab, lane, z)
            model.set_wait(slab, lane, max(wait - one, zero), one if fires else zero)
        return any_fired

    @inlined
    def step_group(
        group: Any, memory: Array, i: int, origin: int, dt: float, fired: Any, count: int
    ) -> int:
        (
            model, vector, matrix, course, width, own, own_rows, dead_time, first_place, row_length, units, first_unit,
        ) = group  # fmt: skip
        shared, m, t = model.bind(vector), model.propagator(matrix), i * dt
        now = model.course(course, (i - origin) * width, int(width == 3))
        for block in range((units + LANES - 1) // LANES):
            start = first_place + block * row_length
            slab = memory[start : start + row_length]
            for j in range(own_rows.size):
                for lane in range(min(LANES, units - block * LANES)):
                    slab[own_rows[j] * LANES + lane] = own[j, block * LANES + lane, i - origin]
            if advance(model, slab, shared, m, now, t, dt):
                for lane in range(min(LANES, units - block * LANES)):
                    if model.fired(slab, lane) > 0.0:
                        p = model.bind_unit(shared, slab, lane)
                        y = model.after_spike(model.read(slab, lane), p)
                        model.write(slab, lane, y)
                        model.write_old(slab, lane, y)
                        model.set_wait(
                            slab, lane, np.round(max(model.dead_time(p), dead_time) / dt), 0.0
                        )
                        fired[count] = first_unit + block * LANES + lane
                        count += 1
        return count

    return step_group


def _chain(methods: tuple[str, ...]) -> Callable[..., Any]:
    """The steps of all groups, one after the other: a loop over a tuple of different types."""
    if not methods:

        @inlined
        def nothing(
            groups: Any, memory: Array, i: int, origin: int, dt: float, fired: Any, count: int
        ) -> int:
            return count

        return nothing
    first, rest = _group_step(methods[0]), _chain(methods[1:])

    @inlined
    def step_all(
        groups: Any, memory: Array, i: int, origin: int, dt: float, fired: Any, count: int
    ) -> int:
        count = first(groups[0], memory, i, origin, dt, fired, count)
        return rest(groups[1:], memory, i, origin, dt, fired, count)  # type: ignore[no-any-return]

    return step_all


@cache
def network_loop(methods: tuple[str, ...]) -> Callable[..., Any]:
    """The loop for groups with these methods."""
    step_all = _chain(methods)

    @kernel
    def run(
        groups: Any, memory: Array, dt: float, i0: int, i1: int,
        sources: Any, late: Any, offsets: Any, uniform: Array, indptr: Any, targets: Any, weights: Array, delays: Any,
        sections: Any, arrivals: Array, ring: Any, ring_counts: Any,
        poisson_places: Any, poisson_weights: Array, thresholds: Any, key: Any,
        played_steps: Any, played_ids: Any, places: Any, every: int, traces: Array, first_column: int,
        spike_steps: Any, spike_ids: Any,
    ) -> Any:  # fmt: skip
        slots, total = ring.shape
        ahead = arrivals.shape[0]
        words, counts = np.empty(LANES, np.int32), np.empty(LANES, np.int32)
        found, played = 0, np.searchsorted(played_steps, i0)
        for i in range(i0, i1):
            if found > spike_steps.size - total:
                return i, found
            here = arrivals[i % ahead]
            for k in range(late.size):
                due = i - 1 - late[k]
                if due < 0:
                    continue
                slot, delivered = due % slots, False
                for q in range(ring_counts[slot]):
                    source = ring[slot, q] - sources[k, 0]
                    if source < 0 or source >= sources[k, 1]:
                        continue
                    start, stop = indptr[offsets[k] + source], indptr[offsets[k] + source + 1]
                    delivered = True
                    if delays.size > 0:
                        for j in range(start, stop):
                            arrivals[(i + delays[j]) % ahead, targets[j]] += weights[j]
                    elif weights.size > 0:
                        for j in range(start, stop):
                            here[targets[j]] += weights[j]
                    else:
                        weight = uniform[k]
                        for j in range(start, stop):
                            here[targets[j]] += weight
                if delivered and delays.size == 0:
                    sections[sources[k, 2], 4] = 1
            for k in range(sections.shape[0]):
                if sections[k, 4] == 1 or delays.size > 0:
                    _arrive(memory, here, sections[k])
                    sections[k, 4] = 0
            for k in range(poisson_weights.size):
                _add_poisson(
                    memory,
                    poisson_places[k],
                    poisson_weights[k],
                    thresholds[k],
                    key,
                    i,
                    k,
                    words,
                    counts,
                )
            slot = i % slots
            count = step_all(groups, memory, i, i0, dt, ring[slot], 0)
            while played < played_steps.size and played_steps[played] == i:
                ring[slot, count] = played_ids[played]
                count += 1
                played += 1
            ring_counts[slot] = count
            if (i + 1) % every == 0:
                for k in range(places.size):
                    traces[k, (i + 1) // every - first_column] = memory[places[k]]
            for q in range(count):
                spike_steps[found] = i
                spike_ids[found] = ring[slot, q]
                found += 1
        return i1, found

    return run


@inlined
def _arrive(memory: Array, here: Array, section: Any) -> None:
    """Add what has arrived at a state of a population to it: section = (first address, stride, units, first sum)."""
    address, stride, units, first = section[0], section[1], section[2], section[3]
    for block in range((units + LANES - 1) // LANES):
        start = address + block * stride
        slab, sums = (
            memory[start : start + LANES],
            here[first + block * LANES : first + (block + 1) * LANES],
        )
        for lane in range(LANES):
            slab[lane] += sums[lane]
            sums[lane] = 0.0


@inlined
def _add_poisson(
    memory: Array,
    place: Any,
    weight: float,
    thresholds: Any,
    key: Any,
    i: int,
    stream: int,
    words: Any,
    counts: Any,
) -> None:
    """Add `weight` times a Poisson number to each unit's state: place = (first address, stride of blocks, units)."""
    first, stride, units = place[0], place[1], place[2]
    step, which = np.uint64(i), np.uint64(stream)
    for block in range((units + LANES - 1) // LANES):
        slab = memory[first + block * stride : first + block * stride + LANES]
        for lane in range(_QUARTER):
            unit = np.uint64(block * _QUARTER + lane)
            w0, w1, w2, w3 = philox(step & _LOW, step >> _32, unit, which, key[0], key[1])
            words[lane] = np.int32(w0 - _HALF)
            words[lane + _QUARTER] = np.int32(w1 - _HALF)
            words[lane + 2 * _QUARTER] = np.int32(w2 - _HALF)
            words[lane + 3 * _QUARTER] = np.int32(w3 - _HALF)
            counts[lane] = counts[lane + _QUARTER] = 0
            counts[lane + 2 * _QUARTER] = counts[lane + 3 * _QUARTER] = 0
        for k in range(thresholds.size):
            level = thresholds[k]
            if level == _NEVER:
                break
            for lane in range(LANES):
                counts[lane] = np.int32(counts[lane] + np.int32(words[lane] >= level))
        for lane in range(LANES):
            slab[lane] += weight * counts[lane]
