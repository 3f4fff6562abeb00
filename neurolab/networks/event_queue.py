"""The compiled loop of an event-driven network: what happens next, to whom, and when a unit must be seen again.

A unit is one row of numbers, valid at its own time AT, and is looked at only when something happens to it. Between
events, with r_k = R_k g_k the pull of each current in mV,

    TAU dV/dt = V_INF - V + Σ r_k exp(-(t - AT) / TAU_k)

is solved in closed form. After a spike AT lies ahead, at the end of the refractory time, and the currents are those of
that moment: what arrives before it is lost for V, and counts for a current with what will be left of it.

When will V reach THETA? Two courses that V never exceeds tell when it cannot have happened yet:

1. Positive currents never grow, negative ones pull down: V stays below its course under the constant input
   up = V_INF + Σ r_k⁺, which needs TAU ln(1 + (THETA - V) / (up - THETA)), or for ever if up <= THETA.
2. The slope W = dV/dt obeys TAU dW/dt = -W - Σ r_k exp(-t / TAU_k) / TAU_k, so that W(t) <= W + K t with
   K = (W⁻ + Σ r_k⁻ / TAU_k) / TAU: V stays below the parabola V + W t + K t² / 2.

The unit is due for a look at the later of the two, and so on from there: a crossing is never passed. Where no current
flows the first is the crossing itself. Where none is negative the first, else the second, leaves the point with V's own
slope, so looks near a crossing are steps of Newton's method from its safe side, which double the digits each time.

References
----------
Brette 2007, Neural Computation 19:2604-2609 (exact simulation with exponential currents, crossings by polynomials).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import borrowing, borrowing_kernel
from neurolab.kernels.fastexp import log_of_positive
from neurolab.kernels.rng import BLOCK, philox, uniform

__all__ = ["SENDS", "Drives", "Flights", "Queue", "Samples", "Wires", "run_events", "settle"]

Array = NDArray[np.float64]

# columns of a unit's row; behind them three for each current: g, its time constant, mV of pull for each unit of g
V, AT, V_INF, TAU, THETA, V_RESET, T_REF, SURE = range(8)
FIRST_CURRENT = 8

_SHARP = 1e-8  # a look this near (in TAU) is the crossing: a step of Newton's squares it
_ULPS = 1e-15  # V this near to THETA (of their size) is not told from it
_LOOK, _LANDING, _REPLAY = -1, -2, -3  # kinds of events; those from 0 on are inputs
SENDS = -1  # in place of a column: a source, whose spikes go through projections
_LOW, _32, _12 = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(12)


class Queue(NamedTuple):
    """A binary heap of numbered entries: the smallest key first, equal keys by number.

    `heap` is a permutation of all entries, so those behind its end are the free ones; `places` is its inverse.
    """

    keys: Array
    heap: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, size: int) -> Queue:
        """All entries in their places, due at 0."""
        return cls(np.zeros(size), np.arange(size), np.arange(size))


class Flights(NamedTuple):
    """Spikes on their way, one entry for each projection they take: synapses `at` to `stop` - 1 are still to come."""

    queue: Queue
    sent: Array
    at: NDArray[np.int64]
    stop: NDArray[np.int64]
    link: NDArray[np.int64]

    @classmethod
    def of(cls, size: int) -> Flights:
        """Room for so many."""
        return cls(Queue.of(size), np.zeros(size), *np.zeros((3, size), np.int64))

    def doubled(self) -> Flights:
        """Room for twice as many."""
        size = self.sent.size
        keys, heap, places = self.queue
        queue = Queue(
            np.append(keys, np.zeros(size)),
            np.append(heap, np.arange(size, 2 * size)),
            np.append(places, np.arange(size, 2 * size)),
        )
        rest: Any = (np.append(array, np.zeros_like(array)) for array in self[1:])
        return Flights(queue, *rest)


class Wires(NamedTuple):
    """All projections: `links` holds first source, number of sources, first pointer, column of the target's row.

    `weights` and `delays` have one value for each synapse, or none at all where `weight` and `delay` hold for all of a
    projection. A source's synapses are in order of their delays.
    """

    links: NDArray[np.int64]
    weight: Array
    delay: Array
    indptr: NDArray[np.int64]
    targets: NDArray[np.uint32]
    weights: Array
    delays: Array


class Drives(NamedTuple):
    """Poisson inputs and sources: all spikes of one are one process, each falls to a unit by chance.

    `units` holds first unit, number of units, and the column that spikes raise; -1 for a source, whose spikes go
    through projections. `next` is the time of the next spike; waiting times and units are drawn a block at a time,
    `drawn` counts them. The first time, 0, is that of no spike: it only draws the next one.
    """

    units: NDArray[np.int64]
    mean_wait: Array
    weight: Array
    next: Array
    waits: Array
    chosen: NDArray[np.uint32]
    drawn: NDArray[np.int64]


class Samples(NamedTuple):
    """Times at which to sample, and what: units, columns of their rows, and `rows` of samples to fill."""

    times: Array
    units: NDArray[np.int64]
    columns: NDArray[np.int64]
    rows: Array
    scratch: Array  # one unit's row


@borrowing
def _first(keys: Array, a: int, b: int) -> Any:
    return keys[a] < keys[b] or (keys[a] == keys[b] and a < b)


@borrowing
def _put_in_order(queue: Any, size: int, place: int) -> None:
    """Restore the order of a heap of `size` entries after the key of the one at `place` has changed."""
    keys, heap, places = queue
    entry = heap[place]
    while place > 0 and _first(keys, entry, heap[(place - 1) // 2]):
        heap[place] = heap[(place - 1) // 2]
        places[heap[place]] = place
        place = (place - 1) // 2
    child = 2 * place + 1
    while child < size:
        if child + 1 < size and _first(keys, heap[child + 1], heap[child]):
            child += 1
        if not _first(keys, heap[child], entry):
            break
        heap[place] = heap[child]
        places[heap[place]] = place
        place, child = child, 2 * child + 1
    heap[place] = entry
    places[entry] = place


@borrowing
def _advance(units: Array, u: int, t: float) -> None:
    """Bring a unit that is not held from its time to t."""
    wait = t - units[u, AT]
    decay = math.exp(-wait / units[u, TAU])
    pulled = _fade(units, u, wait, decay) if units.shape[1] > FIRST_CURRENT else 0.0
    if wait > 0.0:
        v_inf = units[u, V_INF]
        units[u, V] = v_inf + (units[u, V] - v_inf) * decay + pulled
        units[u, AT] = t


@borrowing
def _fade(units: Array, u: int, wait: float, decay: float) -> float:
    """Bring a unit's currents on by `wait`; what they have added to V then.

    An input that starts at 1 and fades as exp(-y) adds the integral of exp(s - x) exp(-s y / x) from s = 0 to x. As a
    difference of exponentials that is 0 / 0 where y = x.
    """
    x, pulled = wait / units[u, TAU], 0.0
    for j in range(FIRST_CURRENT, units.shape[1], 3):
        g = units[u, j]
        if g != 0.0:
            y = wait / units[u, j + 1]
            fade, d = math.exp(-y), x - y
            if abs(d) > 0.1 * x:
                share = x * (fade - decay) / d
            else:
                share = x * decay * (math.expm1(d) / d if d != 0.0 else 1.0)
            pulled += units[u, j + 2] * g * share
            units[u, j] = g * fade
    return pulled


@borrowing
def _look_ahead(units: Array, u: int, due: Any) -> None:
    """Put down when a unit must be looked at again; see the head of this file."""
    tau, v, theta = units[u, TAU], units[u, V], units[u, THETA]
    up, fall, net, sure = units[u, V_INF], 0.0, units[u, V_INF], True
    for j in range(FIRST_CURRENT, units.shape[1], 3):
        r = units[u, j + 2] * units[u, j]
        if r != 0.0:
            sure = False
            net += r
            if r > 0.0:
                up += r
            else:
                fall -= r / units[u, j + 1]
    wait = math.inf
    if v >= theta:
        wait = 0.0
    elif up > theta:
        left = theta - v
        wait = tau * math.log1p(left / (up - theta))
        if fall > 0.0:
            slope = (net - v) / tau
            bend = (fall + max(-slope, 0.0)) / tau
            root = math.sqrt(slope * slope + 2.0 * bend * left)
            wait = max(wait, 2.0 * left / (slope + root) if slope > 0.0 else (root - slope) / bend)
        touching = net > v and left <= _ULPS * (abs(theta) + abs(net))
        units[u, SURE] = sure or touching or wait <= _SHARP * tau
    time = units[u, AT] + wait
    if due.keys[u] != time:
        due.keys[u] = time
        _put_in_order(due, due.keys.size, due.places[u])


@borrowing
def _arrive(units: Array, u: Any, column: int, weight: float, t: float, due: Any) -> None:
    """One spike raises one number of a unit's row."""
    ahead = units[u, AT] - t
    if ahead <= 0.0:
        _advance(units, u, t)
        units[u, column] += weight
    elif column != V:
        units[u, column] += weight * math.exp(-ahead / units[u, column + 1])
    rises = units.shape[1] > FIRST_CURRENT or units[u, V_INF] > units[u, THETA]
    if rises or units[u, V] >= units[u, THETA]:
        _look_ahead(units, u, due)


@borrowing
def _reset(units: Array, u: int) -> None:
    """Reset and hold a unit: its time jumps to the end of the refractory time, until which its currents go on."""
    for j in range(FIRST_CURRENT, units.shape[1], 3):
        units[u, j] *= math.exp(-units[u, T_REF] / units[u, j + 1])
    units[u, V] = units[u, V_RESET]
    units[u, AT] += units[u, T_REF]


@borrowing
def _send(unit: Any, t: float, wires: Any, flights: Any, flying: int) -> int:
    """Put a spike on its way through every projection of its unit; how many are flying then."""
    queue = flights.queue
    for k in range(wires.links.shape[0]):
        source = unit - wires.links[k, 0]
        if source < 0 or source >= wires.links[k, 1]:
            continue
        pointer = wires.links[k, 2] + source
        first, stop = wires.indptr[pointer], wires.indptr[pointer + 1]
        if first < stop:
            entry = queue.heap[flying]
            flights.sent[entry], flights.link[entry] = t, k
            flights.at[entry], flights.stop[entry] = first, stop
            delay = wires.delays[first] if wires.delays.size > 0 else wires.delay[k]
            queue.keys[entry] = t + delay
            flying += 1
            _put_in_order(queue, flying, flying - 1)
    return flying


@borrowing
def _land(t: float, wires: Any, flights: Any, flying: int) -> Any:
    """Which synapses the first spike in flight reaches at t: the projection, first and last; and how many fly on."""
    queue = flights.queue
    entry = queue.heap[0]
    place = queue.places[entry]  # 0, but a literal would be compiled for by itself
    k, first, stop = flights.link[entry], flights.at[entry], flights.stop[entry]
    until = stop
    if wires.delays.size > 0:
        until = first + 1
        while until < stop and flights.sent[entry] + wires.delays[until] <= t:
            until += 1
    if until < stop:
        flights.at[entry] = until
        queue.keys[entry] = flights.sent[entry] + wires.delays[until]
    else:
        flying -= 1
        last = queue.heap[flying]
        queue.heap[place], queue.heap[flying] = last, entry
        queue.places[last], queue.places[entry] = place, flying
    _put_in_order(queue, flying, place)
    return k, first, until, flying


@borrowing
def _draw_block(
    key: Any, stream: int, first: int, mean: float, units: Any, waits: Array, chosen: Any
) -> None:
    """Waiting times and units of spikes number `first` and following of a Poisson input or source."""
    k0, k1, s = key[0], key[1], np.uint64(stream)
    start, first_unit, size = np.uint64(first), np.uint32(units[0]), np.uint64(units[1])
    for i in range(waits.size):
        count = start + np.uint64(i)
        w0, w1, w2, _ = philox(count & _LOW, count >> _32, s, _LOW, k0, k1)
        u = uniform(w0, w1)
        waits[i] = -mean * log_of_positive(u)
        chosen[i] = first_unit + np.uint32((w2 * size) >> _32)


@borrowing
def _draw_next(drives: Any, k: int, key: Any) -> None:
    """Time of the next spike of a Poisson input or source; a block of them is drawn at a time."""
    drawn = drives.drawn[k]
    if drawn % BLOCK == 0:
        waits, chosen = drives.waits[k], drives.chosen[k]
        _draw_block(key, k, drawn, drives.mean_wait[k], drives.units[k], waits, chosen)
    drives.next[k] += drives.waits[k, drawn % BLOCK]
    drives.drawn[k] = drawn + 1


@borrowing
def _find_next(
    due: Any, flights: Any, flying: int, drives: Any, played_times: Array, played: int, now: float, firing: bool
) -> Any:  # fmt: skip
    """Time and kind of the next event: the number of an input or source that fires by chance, or one of those below."""
    t, what = math.inf, _LOOK
    for k in range(drives.next.size):
        if drives.next[k] < t:
            t, what = drives.next[k], k
    if played < played_times.size and played_times[played] <= t:
        t, what = played_times[played], _REPLAY
    if flying > 0 and flights.queue.keys[flights.queue.heap[0]] <= t:
        t, what = flights.queue.keys[flights.queue.heap[0]], _LANDING
    t_due = due.keys[due.heap[0]]
    if t_due < t or (firing and t_due == t == now):
        t, what = t_due, _LOOK
    return t, what


@borrowing
def _settle(units: Array, u: int, t: float) -> None:
    """Bring a unit to the time t; one that is held keeps its voltage, its currents go back to t."""
    ahead = units[u, AT] - t
    if ahead <= 0.0:
        _advance(units, u, t)
    else:
        for j in range(FIRST_CURRENT, units.shape[1], 3):
            units[u, j] *= math.exp(ahead / units[u, j + 1])


@borrowing
def _sample(units: Array, samples: Any, k: int) -> None:
    """Sample number k; the units themselves stay as they are, so that no spike depends on it."""
    for i in range(samples.units.size):
        for j in range(units.shape[1]):
            samples.scratch[0, j] = units[samples.units[i], j]
        _settle(samples.scratch, 0, samples.times[k])
        samples.rows[i, k] = samples.scratch[0, samples.columns[i]]


@borrowing_kernel
def run_events(
    units: Array, due: Any, flights: Any, wires: Any, drives: Any, key: Any, played_times: Array, played_units: Any,
    stop: float, work: int, now: float, going: Any, samples: Any, spike_times: Array,
    spike_ids: Any,
) -> Any:  # fmt: skip
    """Go through events until `stop`, or about `work` of them are done, or a buffer is full.

    All that arrives at an instant is summed before any unit is tested, and all units that are due at it fire, by
    number, before what they send without delay arrives. Returns the time reached, what to go on with, the numbers of
    spikes in the buffers and of arrivals, and whether the run is at its end. What to go on with: whether the last event
    was a look at a unit, the numbers of spikes in flight, of recorded ones replayed and of samples taken.
    """
    firing, flying, played, sampled = going
    found, arrivals, done, links = 0, 0, 0, wires.links.shape[0]
    while True:
        t, what = _find_next(due, flights, flying, drives, played_times, played, now, firing)
        full = found == spike_times.size or flying + links > flights.sent.size
        if t <= stop and (full or arrivals + done >= work):
            return now, (firing, flying, played, sampled), found, arrivals, False
        while sampled < samples.times.size and samples.times[sampled] < t:
            _sample(units, samples, sampled)
            sampled += 1
        if t > stop:
            return stop, (firing, flying, played, sampled), found, arrivals, True
        now, firing, draws = t, what == _LOOK, what >= 0
        done += 1
        first, until, sender = 0, 0, np.int64(-1)
        targets, own, column, weight = wires.targets, wires.weights, V, 0.0
        if what == _LOOK:
            u = due.heap[0]
            _advance(units, u, t)
            if units[u, SURE] > 0.0 or units[u, V] >= units[u, THETA]:
                _reset(units, u)
                sender = u
            _look_ahead(units, u, due)
        elif what == _REPLAY:
            sender = played_units[played]
            played += 1
        elif what == _LANDING:
            k, first, until, flying = _land(t, wires, flights, flying)
            column, weight = wires.links[k, 3], wires.weight[k]
        elif drives.drawn[what] > 0 and drives.units[what, 2] == SENDS:
            sender = np.int64(drives.chosen[what, (drives.drawn[what] - 1) % BLOCK])
        elif drives.drawn[what] > 0:
            first = (drives.drawn[what] - 1) % BLOCK
            until = first + 1
            targets, own = drives.chosen[what], wires.weights[:0]
            column, weight = drives.units[what, 2], drives.weight[what]
        for j in range(first, until):
            w = own[j] if own.size > 0 else weight
            _arrive(units, np.int64(targets[j]), column, w, t, due)
        arrivals += until - first
        if sender >= 0:
            if what != _REPLAY:
                spike_times[found], spike_ids[found] = t, sender
                found += 1
            flying = _send(sender, t, wires, flights, flying)
        if draws:
            _draw_next(drives, what, key)


@borrowing_kernel
def settle(units: Array, t: float) -> None:
    """Bring every unit to the time t."""
    for u in range(units.shape[0]):
        _settle(units, u, t)
