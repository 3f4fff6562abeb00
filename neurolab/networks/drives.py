"""The compiled part of a network's random inputs: Poisson numbers, white noise, and units that fire by chance.

Every number is made from (seed, input, step, unit) alone, but for sources of one constant rate: their spikes are found
by the gaps between them, number n of which comes from (seed, input, n). So nothing depends on chunks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.compiled import LANES
from neurolab.kernels.cache import apart, borrowing
from neurolab.kernels.fastexp import log_of_positive
from neurolab.kernels.hints import natural
from neurolab.kernels.rng import normal_pair, philox, uniform

__all__ = [
    "GAPS",
    "TERMS",
    "Emitters",
    "Inputs",
    "Played",
    "add_noise",
    "add_poisson",
    "add_to_block",
    "emit",
    "poisson_thresholds",
    "resume",
]

TERMS = 24  # thresholds a Poisson number is compared with: exact to 2^-32 for means up to 5
GAPS = 256  # gaps between spikes drawn at a time

_AT_ONCE = 4  # thresholds a word is compared with in one pass, held in registers
_LOW = np.uint64(0xFFFFFFFF)
_32, _12, _HALF = np.uint64(32), np.uint64(12), 2**31
_NOISE, _EMITTERS = np.uint64(2**16), np.uint64(2**17)  # streams of their own
_NEVER = 2**31 - 1  # no word is above it, one in 2^32 is equal
_QUARTER = LANES // 4

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Inputs(NamedTuple):
    """Inputs of one kind: Poisson numbers or noise. One entry for each."""

    place: Ints  # of the first unit in the memory, at the state that is driven
    stride: Ints  # from a block of units to the next
    member: Ints  # the population
    wait: Ints  # from that state to the row of refractory steps, where drive is lost meanwhile; else 0
    weight: Array
    course: Ints  # 1 where `thresholds` holds a row for each step, from `first` on; else all steps use that row
    first: Ints
    thresholds: NDArray[np.int32]
    words: NDArray[np.int32]  # scratch, one block of units
    tally: NDArray[np.int32]
    normals: Array


class Emitters(NamedTuple):
    """Populations that fire by chance. One entry for each."""

    member: Ints  # its place in `bounds`
    first: Ints  # its first unit
    units: Ints
    scale: Array  # gaps are floor(scale ln u); 0 where each unit draws in each step
    course: Ints  # as in Inputs, for `thresholds`
    row: Ints
    each: Ints  # 1 where each unit has a threshold of its own, one after the other
    thresholds: NDArray[np.int32]
    upcoming: (
        Ints  # number of the next spike's slot, counting units within steps; -1 before the first
    )
    drawn: Ints  # gaps used so far
    gaps: NDArray[np.int64]  # scratch, GAPS for each
    words: NDArray[np.int32]


class Played(NamedTuple):
    """The spikes that SpikeSources replay, in order."""

    steps: Ints
    units: NDArray[np.int32]
    members: Ints  # whose spike it is
    sources: Ints  # all members that replay


def poisson_thresholds(mean: Array) -> NDArray[np.int32]:
    """How many of a row a uniform signed 32-bit word reaches is a Poisson number of that mean, exact to 2^-32."""
    k = np.arange(1, TERMS)
    terms = np.exp(-mean)[:, None] * np.cumprod(
        np.concatenate([np.ones((mean.size, 1)), mean[:, None] / k], axis=1), axis=1
    )
    levels = np.rint(np.cumsum(terms, axis=1) * 2.0**32) - 2.0**31
    return np.minimum(levels, _NEVER).astype(np.int32)


@borrowing
def add_to_block(memory: Array, start: int, n: int, wait: int, weight: float, by: Any) -> None:
    """Add weight times each of n numbers to n states from `start` on, but not to those of units that are held.

    Their rows of refractory steps lie `wait` behind; 0 where nothing is held.
    """
    states = memory[start : start + n]
    if wait == 0:
        for lane in range(n):
            states[lane] += weight * by[lane]
    else:
        waits = memory[start + wait : start + wait + n]
        for lane in range(n):
            states[lane] += weight * by[lane] if waits[lane] <= 0.0 else 0.0


@borrowing
def add_poisson(
    k: int, i: int, origin: int, inputs: Inputs, blocks: Ints, key: Any, memory: Array
) -> None:
    """Add weight times a Poisson number to each unit in these blocks that input k drives."""
    row = inputs.first[k] + inputs.course[k] * (i - origin)
    thresholds, weight, wait = inputs.thresholds[row], inputs.weight[k], inputs.wait[k]
    step, which, never = np.uint64(i), np.uint64(k), np.int32(_NEVER)
    words, counts, member = inputs.words, inputs.tally, inputs.member[k]
    for block in range(natural(blocks[member, 0]), blocks[member, 1]):
        _fill_words(step, which, block, key, words)
        highest = words[0]
        for lane in range(LANES):
            counts[lane] = np.int32(0)
            highest = max(highest, words[lane])
        for j in range(0, TERMS, _AT_ONCE):
            a, b, c, d = thresholds[j], thresholds[j + 1], thresholds[j + 2], thresholds[j + 3]
            if a == never or highest < a:  # no word reaches what is left
                break
            for lane in range(LANES):
                w = words[lane]
                more = np.int32(w >= a) + np.int32(w >= b) + np.int32(w >= c) + np.int32(w >= d)
                counts[lane] = np.int32(counts[lane] + np.int32(more))
        start = inputs.place[k] + block * inputs.stride[k]
        add_to_block(memory, start, LANES, wait, weight, counts)


@borrowing
def _fill_words(step: Any, which: Any, block: int, key: Any, words: Any) -> None:
    """A signed 32-bit word for each unit of a block."""
    for lane in range(_QUARTER):
        unit = np.uint64(block * _QUARTER + lane)
        w0, w1, w2, w3 = philox(step & _LOW, step >> _32, unit, which, key[0], key[1])
        words[lane] = np.int32(np.int64(w0) - _HALF)
        words[lane + _QUARTER] = np.int32(np.int64(w1) - _HALF)
        words[lane + 2 * _QUARTER] = np.int32(np.int64(w2) - _HALF)
        words[lane + 3 * _QUARTER] = np.int32(np.int64(w3) - _HALF)


@borrowing
def add_noise(k: int, i: int, inputs: Inputs, blocks: Ints, key: Any, memory: Array) -> None:
    """Add weight times a standard normal number to each unit in these blocks that input k drives."""
    weight, wait, normals = inputs.weight[k], inputs.wait[k], inputs.normals
    step, which, member = np.uint64(i), _NOISE + np.uint64(k), natural(inputs.member[k])
    for block in range(natural(blocks[member, 0]), blocks[member, 1]):
        for lane in range(_QUARTER):
            unit = np.uint64(block * _QUARTER + lane)
            w0, w1, w2, w3 = philox(step & _LOW, step >> _32, unit, which, key[0], key[1])
            normals[lane], normals[lane + _QUARTER] = normal_pair(w0, w1)
            normals[lane + 2 * _QUARTER], normals[lane + 3 * _QUARTER] = normal_pair(w2, w3)
        start = inputs.place[k] + block * inputs.stride[k]
        add_to_block(memory, start, LANES, wait, weight, normals)


@borrowing
def emit(
    k: int, i: int, origin: int, emitters: Emitters, blocks: Ints, key: Any, fired: Any, count: int
) -> int:
    """Write the units of source k that fire in step i behind the `count` that have; their number then."""
    units, first, end_block = emitters.units[k], emitters.first[k], blocks[emitters.member[k], 1]
    if emitters.scale[k] < 0.0:
        if end_block == 0:
            return count
        begin, upcoming, drawn = i * units, emitters.upcoming[k], emitters.drawn[k]
        while upcoming < begin + units:
            if upcoming >= 0:
                fired[natural(count)] = first + upcoming - begin
                count += 1
            place = natural(drawn) % GAPS
            if place == 0:
                _fill_gaps(k, drawn // GAPS, emitters, key)
            upcoming += 1 + emitters.gaps[k, place]
            drawn += 1
        emitters.upcoming[k], emitters.drawn[k] = upcoming, drawn
        return count
    row, each = emitters.row[k] + emitters.course[k] * (i - origin), emitters.each[k]
    step, which, words = np.uint64(i), _EMITTERS + np.uint64(k), emitters.words
    for block in range(end_block):
        _fill_words(step, which, block, key, words)
        for lane in range(min(LANES, units - block * LANES)):
            if words[lane] < emitters.thresholds[row + each * (block * LANES + lane)]:
                fired[count] = first + block * LANES + lane
                count += 1
    return count


@borrowing
def resume(emitters: Emitters, blocks: Ints, key: Any) -> None:
    """Draw again the gaps that an earlier call has begun to use."""
    for k in range(emitters.units.size):
        mine = blocks[emitters.member[k], 1] > 0
        if mine and emitters.scale[k] < 0.0 and emitters.drawn[k] % GAPS > 0:
            _fill_gaps(k, emitters.drawn[k] // GAPS, emitters, key)


@apart
def _fill_gaps(k: int, block: int, emitters: Emitters, key: Any) -> None:
    """Gaps number block * GAPS and following of source k: failures before the next success of a Bernoulli series."""
    which, scale, gaps = _EMITTERS + np.uint64(k), emitters.scale[k], emitters.gaps[k]
    for j in range(GAPS // 2):
        n = np.uint64(block * (GAPS // 2) + j)
        w0, w1, w2, w3 = philox(n & _LOW, n >> _32, np.uint64(0), which, key[0], key[1])
        gaps[j] = np.int64(scale * log_of_positive(uniform(w0, w1)))
        gaps[j + GAPS // 2] = np.int64(scale * log_of_positive(uniform(w2, w3)))
