"""The compiled loops of `simulate_stdp`, apart from it because they load numba.

Traces are kept by unit, not by synapse. Between spikes they are not touched: each is stored as what it would have been
at a reference time, so that one exponential a spike serves all units, and the loops over synapses have none.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import borrowing, kernel
from neurolab.kernels.hints import natural

__all__ = [
    "ALL",
    "NEAREST",
    "PRESYNAPTIC",
    "REDUCED",
    "Ways",
    "bounded",
    "clock_steps",
    "fade_traces",
    "fades_after",
    "moment",
    "power",
    "spike_events",
]

ALL, NEAREST, PRESYNAPTIC, REDUCED = 0, 1, 2, 3
_REACH = (
    20.0  # shortest time constants after which the reference time follows; exp(20) costs no digit
)

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[Any]  # 32 or 64 bits


class Ways(NamedTuple):
    """What to add to the number of a unit or synapse to find what belongs to it."""

    pre: int  # from a source to its traces
    post: int  # from a target that fired to its traces
    row: int  # from a source to where its synapses begin
    target: int  # from a synapse's target to its traces
    weight: int  # from a synapse to its weight


HERE = Ways(0, 0, 0, 0, 0)


@borrowing
def bounded(w: float, change: float, rule: Any) -> float:
    """The weight after a change, inside its bounds."""
    return min(max(w + change, rule.w_min), rule.w_max)  # type: ignore[no-any-return]


@borrowing
def power(base: float, exponent: float) -> float:
    """base to the exponent, fast for 0 and 1."""
    if exponent == 0.0:
        return 1.0
    if exponent == 1.0:
        return base
    return float(base**exponent)


@borrowing
def moment(
    rule: Any, pairing: int, pre_ids: Any, post_ids: Any, ways: Ways, t: float, fade: Any,
    x: Array, slow_x: Array, y: Array, slow_y: Array, last_pre: Array, last_post: Array, before: Array,
    indptr: Ints, targets: Indices, into: Ints, arriving: Indices, sources: Indices, w: Array,
) -> None:  # fmt: skip
    """All spikes of one moment: first what they do to the weights, then what they leave in the traces."""
    fade_x, fade_slow_x, fade_y, fade_slow_y = fade
    span = min(rule.w_max - rule.w_min, 1e300)  # finite where an exponent asks for it
    # what the rule does not read is not kept
    slow_pre, slow_post, last = rule.A3_minus != 0.0, rule.A3_plus != 0.0, pairing == REDUCED
    adds, up = pairing == ALL or pairing == PRESYNAPTIC, 1.0 / fade_x
    plain = rule.mu_minus == 0.0 and not slow_pre and not last
    if plain and post_ids.size == 0:  # what is left of the loops below, as one
        for unit in pre_ids:
            i = natural(ways.pre + unit)
            row = natural(ways.row + unit)
            for k in range(natural(indptr[row]), indptr[row + 1]):
                s, j = natural(k + ways.weight), natural(ways.target + targets[k])
                w[s] = bounded(w[s], rule.at_pre - rule.A_minus * (y[j] * fade_y), rule)
            x[i] = (x[i] if adds else 0.0) + up
        return
    for unit in pre_ids:
        i = natural(ways.pre + unit)
        size = rule.A_minus + rule.A3_minus * slow_x[i] * fade_slow_x
        row = ways.row + unit
        for k in range(indptr[row], indptr[row + 1]):
            s, j = k + ways.weight, ways.target + targets[k]
            trace = y[j] * fade_y
            if pairing == REDUCED and last_post[j] < last_pre[i]:
                trace = 0.0
            change = rule.at_pre - size * trace * power((w[s] - rule.w_min) / span, rule.mu_minus)
            w[s] = bounded(w[s], change, rule)
    plain = rule.mu_plus == 0.0 and pairing != REDUCED and pairing != PRESYNAPTIC
    for unit in post_ids:
        j = natural(ways.post + unit)
        size = rule.A_plus + rule.A3_plus * slow_y[j] * fade_slow_y
        if plain:  # what is left of the loop below, at a fifth of its time
            for k in range(natural(into[j]), into[j + 1]):
                s = natural(arriving[k])
                w[s] = bounded(w[s], rule.at_post + size * (x[natural(sources[s])] * fade_x), rule)
            continue
        for k in range(into[j], into[j + 1]):
            s = arriving[k]
            i = sources[s]
            trace = x[i] * fade_x
            if pairing == REDUCED and last_pre[i] < last_post[j]:
                trace = 0.0
            elif pairing == PRESYNAPTIC:
                trace = (x[i] - before[s]) * fade_x
                before[s] = x[i]
            change = rule.at_post + size * trace * power((rule.w_max - w[s]) / span, rule.mu_plus)
            w[s] = bounded(w[s], change, rule)
    for unit in pre_ids:
        i = natural(ways.pre + unit)
        x[i] = (x[i] if adds else 0.0) + up
        if slow_pre:
            slow_x[i] = (slow_x[i] if pairing == ALL else 0.0) + 1.0 / fade_slow_x
        if last:
            last_pre[i] = t
    for unit in post_ids:
        j = natural(ways.post + unit)
        y[j] = (y[j] if pairing == ALL else 0.0) + 1.0 / fade_y
        if slow_post:
            slow_y[j] = (slow_y[j] if pairing == ALL else 0.0) + 1.0 / fade_slow_y
        if last:
            last_post[j] = t


@borrowing
def fade_traces(fade: Any, x: Array, slow_x: Array, y: Array, slow_y: Array, before: Array) -> None:
    """Shrink the traces to what they are at a new reference time."""
    fade_x, fade_slow_x, fade_y, fade_slow_y = fade
    x *= fade_x
    slow_x *= fade_slow_x
    y *= fade_y
    slow_y *= fade_slow_y
    before *= fade_x


@borrowing
def fades_after(rule: Any, interval: float) -> Any:
    """By how much the four kinds of traces shrink in an interval."""
    return (
        math.exp(-interval / rule.tau_plus), math.exp(-interval / rule.tau_x),
        math.exp(-interval / rule.tau_minus), math.exp(-interval / rule.tau_y),
    )  # fmt: skip


@kernel
def spike_events(
    rule: Any, pairing: int, pre_times: Array, pre_ids: Ints, post_times: Array, post_ids: Ints,
    traces: Any, wires: Any, w: Array, records: Array, out: Array, place: Ints, reference: Array, limit: int,
) -> None:  # fmt: skip
    """From spike to spike. `place` = [next pre, next post, next record] and `reference` go on from call to call."""
    x, slow_x, y, slow_y, last_pre, last_post, before = traces
    indptr, targets, into, arriving, sources = wires
    shortest = min(min(rule.tau_plus, rule.tau_minus), min(rule.tau_x, rule.tau_y))
    a, b, r = place[0], place[1], place[2]
    n_a, n_b, n_r = pre_times.size, post_times.size, records.size
    done = 0
    while done < limit and (a < n_a or b < n_b):
        t = min(pre_times[a] if a < n_a else np.inf, post_times[b] if b < n_b else np.inf)
        while r < n_r and records[r] < t:
            out[r] = w
            r += 1
        if t - reference[0] > _REACH * shortest:
            fade_traces(fades_after(rule, t - reference[0]), x, slow_x, y, slow_y, before)
            reference[0] = t
        a_0, b_0 = a, b
        while a < n_a and pre_times[a] == t:
            a += 1
        while b < n_b and post_times[b] == t:
            b += 1
        moment(
            rule, pairing, pre_ids[a_0:a], post_ids[b_0:b], HERE, t, fades_after(rule, t - reference[0]),
            x, slow_x, y, slow_y, last_pre, last_post, before, indptr, targets, into, arriving, sources, w,
        )  # fmt: skip
        done += a - a_0 + b - b_0
    if a == n_a and b == n_b:
        while r < n_r:
            out[r] = w
            r += 1
    place[0], place[1], place[2] = a, b, r


@kernel
def clock_steps(
    rule: Any, pairing: int, pre_at: Ints, pre_ids: Ints, post_at: Ints, post_ids: Ints,
    traces: Any, wires: Any, w: Array, records: Ints, out: Array, place: Ints, dt: float, step_0: int, step_1: int,
) -> None:  # fmt: skip
    """From step to step: every trace shrinks in every step, whether there are spikes or not."""
    x, slow_x, y, slow_y, last_pre, last_post, before = traces
    indptr, targets, into, arriving, sources = wires
    fade, stay = fades_after(rule, dt), (1.0, 1.0, 1.0, 1.0)
    a, b, r = place[0], place[1], place[2]
    for step in range(step_0, step_1):
        if step > 0:
            fade_traces(fade, x, slow_x, y, slow_y, before)
        a_0, b_0 = a, b
        while a < pre_at.size and pre_at[a] == step:
            a += 1
        while b < post_at.size and post_at[b] == step:
            b += 1
        if a > a_0 or b > b_0:
            moment(
                rule, pairing, pre_ids[a_0:a], post_ids[b_0:b], HERE, step * dt, stay,
                x, slow_x, y, slow_y, last_pre, last_post, before, indptr, targets, into, arriving, sources, w,
            )  # fmt: skip
        while r < records.size and records[r] == step:
            out[r] = w
            r += 1
    place[0], place[1], place[2] = a, b, r
