"""The compiled loop of a clock-driven network: deliver what is due, drive, step, find spikes, pass them on.

All units stand in one flat memory, in slabs of LANES as in engine/population.py. Populations of the same kind of model
and method form a family, whose step is compiled once. The loop is made for a tuple of families, so that any mixture of
models runs without leaving compiled code between steps.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.compiled import LANES
from neurolab.engine.steps import STEPS
from neurolab.kernels.cache import borrowing, borrowing_kernel
from neurolab.kernels.hints import natural
from neurolab.networks.delivery import adapt, deliver, deliver_later
from neurolab.networks.drives import add_noise, add_poisson, emit, resume
from neurolab.networks.shares import AT, HEARD, meet

__all__ = ["VECTOR", "network_loop"]

Array = NDArray[np.float64]
VECTOR = 32  # units stepped in one go: a few vector registers of each state


@cache
def _family_step(method: str, width: int) -> Callable[..., Any]:
    """One step of all populations of a family, `width` units in one go: VECTOR of them in SIMD code, or one by one.

    Writes the numbers of the units that fired behind the `count` so far.
    """
    if method == "exact":

        @borrowing
        def step(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: Any, m: Any) -> Any:
            return model.affine_step(y, I[0], live, m)
    else:
        plain = STEPS[method]

        @borrowing
        def step(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: Any, m: Any) -> Any:
            return plain(model, t, y, p, h, I, live)

    @borrowing
    def advance(
        model: Any, slab: Any, shared: Any, m: Any, now: Any, t: float, dt: float
    ) -> Any:  # fmt: skip
        """Some units; whether any reached its threshold, which its wait of -1 tells."""
        zero, one, resets = model.number(0.0), model.number(1.0), model.resets()
        any_fired = model.flag(0, False)
        for lane in range(width):
            y = model.read(slab, lane)
            p = model.bind_unit(shared, slab, lane)
            wait = model.wait(slab, lane)
            live = zero if resets & (wait > zero) else one
            z = step(model, t, y, p, dt, model.drive_unit(slab, lane, now), live, m)
            ready = (wait <= zero) & (resets | (model.excess(y, p) < zero))
            fires = ready & (model.excess(z, p) >= zero)
            any_fired = model.flag(any_fired, fires)
            model.write(slab, lane, z)
            model.set_wait(slab, lane, -one if fires else max(wait - one, zero))
        return any_fired

    @borrowing
    def step_family(
        family: Any, blocks: Any, memory: Array, i: int, origin: int, dt: float, fired: Any, bounds: Any, count: int
    ) -> int:  # fmt: skip
        (
            model, vectors, matrices, courses, samples, stride, own, course_rows, dead_times, table, row_length,
        ) = family  # fmt: skip
        t = i * dt
        for g in range(table.shape[0]):
            first_place, units, first_unit, member = (
                natural(table[g, 0]), natural(table[g, 1]), table[g, 2], natural(table[g, 3]),
            )  # fmt: skip
            bounds[member] = count
            shared, m = model.bind(vectors[g]), model.propagator(matrices[g])
            now = model.course(courses[g], (i - origin) * samples, stride)
            begin, end = natural(blocks[member, 0]), blocks[member, 1]
            if width == 1:  # so few that they are one block
                if end == begin:
                    continue
                begin, end = 0, 1
            for block in range(begin, end):
                start = natural(first_place + block * row_length)
                slab = memory[start : natural(start + row_length)]
                n = min(LANES, units - block * LANES)
                for j in range(course_rows.size):
                    for lane in range(n):
                        slab[course_rows[j] * LANES + lane] = own[
                            j, block * LANES + lane, i - origin
                        ]
                for first in range(0, n, width):
                    part = slab[first:]  # so that places in it are known not to be negative
                    if advance(model, part, shared, m, now, t, dt):
                        for lane in range(width):
                            if model.wait(part, lane) < 0.0:
                                p = model.bind_unit(shared, part, lane)
                                y = model.after_spike(model.read(part, lane), p)
                                model.write(part, lane, y)
                                rest = max(model.dead_time(p), dead_times[g])
                                model.set_wait(part, lane, np.floor(rest / dt + 0.5))
                                if first + lane < n:
                                    fired[count] = first_unit + block * LANES + first + lane
                                    count += 1
        return count

    return step_family


@cache
def _chain(kinds: tuple[tuple[str, int], ...]) -> Callable[..., Any]:
    """The steps of all families, one after the other: a loop over a tuple of different types."""
    if not kinds:

        @borrowing
        def nothing(
            families: Any, blocks: Any, memory: Array, i: int, origin: int, dt: float, fired: Any, bounds: Any,
            count: int,
        ) -> int:  # fmt: skip
            return count

        return nothing
    first, rest = _family_step(*kinds[0]), _chain(kinds[1:])

    @borrowing
    def step_all(
        families: Any, blocks: Any, memory: Array, i: int, origin: int, dt: float, fired: Any, bounds: Any, count: int
    ) -> int:  # fmt: skip
        count = first(families[0], blocks, memory, i, origin, dt, fired, bounds, count)
        return rest(families[1:], blocks, memory, i, origin, dt, fired, bounds, count)  # type: ignore[no-any-return]

    return step_all


@cache
def network_loop(kinds: tuple[tuple[str, int], ...]) -> Callable[..., Any]:
    """The loop for families with these methods and widths."""
    step_all = _chain(kinds)

    @borrowing_kernel
    def run(
        families: Any, memory: Array, dt: float, i1: int, key: Any, routes: Any, synapses: Any, counts: Any,
        sums: Any, bits: Any, releases: Any, plastic: Any, later: Any, ring: Any, bounds: Any, poisson: Any, noise: Any,
        emitters: Any, played: Any, places: Any, rows: Any, every: int, traces: Array, first_column: int,
        book: Any, spike_times: Array, spike_ids: Any, blocks: Any, origin: int, upcoming: int, progress: Any,
        others: Any,
    ) -> None:  # fmt: skip
        """A share's steps up to i1 - 1, or fewer where the list of a population's spikes is full.

        `book` says for each population where its next spike is listed, up to where there is room for those of another
        step, and its first unit. What is None is not compiled.
        """
        slots, none, begin, room = ring.shape[0], np.int64(0), progress[AT], True
        until_kept = every - begin % every
        if emitters is not None:
            resume(emitters, blocks, key)
        for i in range(begin, i1 + 1):
            if others is not None:
                if i == i1 or i - progress[HEARD] == others.window:
                    if not meet(others, i, progress[HEARD], ring, bounds):
                        break
                    progress[HEARD] = i
            if i == i1 or not room:
                break
            for k in range(routes.shape[0]):
                deliver(
                    k, i, dt, routes, blocks, synapses, counts, sums, bits, releases, later, ring, bounds, others,
                    memory,
                )  # fmt: skip
                if plastic is not None:
                    adapt(k, i, dt, routes, plastic, synapses, ring, bounds)
            if later is not None:
                deliver_later(i, later, blocks, memory)
            if poisson is not None:
                for k in range(poisson.member.size):
                    add_poisson(k, i, origin, poisson, blocks, key, memory)
            if noise is not None:
                for k in range(noise.member.size):
                    add_noise(k, i, noise, blocks, key, memory)
            slot = natural(i & (slots - 1))
            fired, ends = ring[slot], bounds[slot]
            if others is not None:
                rows_each = others.fired.shape[0] // others.progress.shape[0]
                row = others.me * rows_each + (i & (rows_each - 1))
                fired, ends = others.fired[row], others.bounds[row]
            count = step_all(families, blocks, memory, i, origin, dt, fired, ends, none)
            if emitters is not None:
                for k in range(emitters.units.size):
                    ends[emitters.member[k]] = count
                    count = emit(k, i, origin, emitters, blocks, key, fired, count)
            if played is not None:
                for k in range(played.sources.size):
                    ends[played.sources[k]] = count
                    while (
                        upcoming < played.steps.size
                        and played.steps[upcoming] == i
                        and played.members[upcoming] == played.sources[k]
                    ):
                        fired[count] = played.units[upcoming]
                        count += 1
                        upcoming += 1
            ends[ends.size - 1] = count
            until_kept -= 1
            if until_kept == 0:
                until_kept = every
                for k in range(places.size):
                    traces[rows[k], (i + 1) // every - first_column] = memory[places[k]]
            for member in range(book.shape[0]):
                at, first = natural(book[member, 0]), book[member, 2]
                for q in range(natural(ends[member]), ends[member + 1]):
                    spike_times[at], spike_ids[at] = (i + 1.0) * dt, fired[q] - first
                    at += 1
                book[member, 0] = at
                room = room and at <= book[member, 1]
        progress[AT] = i
        if others is None:
            progress[HEARD] = i

    return run
