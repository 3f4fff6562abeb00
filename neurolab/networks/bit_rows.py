"""Dense wires as bits: a row of the matrix for each source, and how many of the rows that fire reach each target.

Where a sixteenth of all pairs or more is connected, a bit a pair takes less memory than two bytes a synapse, and the
bits of 512 targets are counted at a time: seven rows make three bits of a sum by full adders, which are added to eight
planes, the binary digits of each target's count.

Targets stand in chunks of CHUNK words. Bit j of byte b of a chunk is its target number j * bytes + b, so that the
counts of one j lie side by side.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.compiled import LANES
from neurolab.kernels.cache import borrowing, borrowing_kernel
from neurolab.kernels.hints import prefetch_row

__all__ = ["CHUNK", "CHUNK_BLOCKS", "Bits", "count_rows", "make_rows", "words_of"]

CHUNK = 32  # words of 64 bits
_PLANES = 8
_BYTES = CHUNK * 8
_TARGETS = CHUNK * 64
CHUNK_BLOCKS = _TARGETS // LANES
_AT_ONCE = 7
_AHEAD = 2 * _AT_ONCE  # asked for all at once, more rows would wait than a processor keeps track of
_MOST = 252  # rows whose sum fits into the planes, a multiple of seven
_EACH = np.uint64(0x0101010101010101)  # the lowest bit of every byte
_1, _2, _4 = np.uint64(1), np.uint64(2), np.uint64(4)

Words = NDArray[np.uint64]


class Bits(NamedTuple):
    """The rows of all routes that have them, one after the other, behind a row of zeros; and what counting needs."""

    rows: Words
    work: Words  # a chunk of the planes, then one of each of the seven rows, so that they are known not to overlap
    tally: Words
    tally_bytes: NDArray[np.uint8]  # the same memory

    @classmethod
    def of(cls, rows: Words) -> Bits:
        """With what counting needs."""
        tally = np.zeros(CHUNK, np.uint64)
        work = np.zeros((_PLANES + _AT_ONCE) * CHUNK, np.uint64)
        return cls(rows, work, tally, tally.view(np.uint8))


def words_of(targets: int) -> int:
    """Length of a row."""
    return -(-targets // _TARGETS) * CHUNK


@borrowing_kernel
def make_rows(indptr: Any, indices: Any, words: int, rows: NDArray[np.uint8]) -> bool:
    """Set the bits of wires in `rows`, seen as bytes; whether each pair is connected at most once."""
    for source in range(indptr.size - 1):
        for j in range(indptr[source], indptr[source + 1]):
            target = np.int64(indices[j])
            chunk, within = target // _TARGETS, target % _TARGETS
            at = source * words * 8 + chunk * _BYTES + within % _BYTES
            bit = np.uint8(1 << (within // _BYTES))
            if rows[at] & bit:
                return False
            rows[at] |= bit
    return True


@borrowing
def count_rows(
    bits: Bits,
    first_word: int,
    words: int,
    mine: NDArray[np.int64],
    ring: Any,
    begin: int,
    end: int,
    first: int,
    counts: Any,
) -> None:
    """Add to each target's count the number of rows with its bit, over the sources ring[begin:end] - first.

    For the targets in blocks mine[0], which begins a chunk unless there are none, to mine[1] - 1.
    """
    first_chunk = (mine[0] + CHUNK_BLOCKS - 1) // CHUNK_BLOCKS
    end_chunk = (mine[1] + CHUNK_BLOCKS - 1) // CHUNK_BLOCKS
    base = first_word - first * words
    for q in range(begin, min(end, begin + _AHEAD)):
        at = base + ring[q] * words + first_chunk * CHUNK
        prefetch_row(bits.rows, at, at + CHUNK)
    while begin < end:
        stop = min(end, begin + _MOST)
        used = 1
        while (1 << used) <= stop - begin:
            used += 1
        for chunk in range(first_chunk, end_chunk):
            for w in range(_PLANES * CHUNK):
                bits.work[w] = np.uint64(0)
            for q in range(begin, stop, _AT_ONCE):
                at = base + chunk * CHUNK
                _ask_ahead(bits.rows, ring, q, begin, stop, at, words)
                _add_seven(bits.rows, bits.work, ring, q, stop, at, words)
            for j in range(8):
                _unpack(bits, np.uint64(j), used > 4, counts[(chunk * 8 + j) * _BYTES :])
        begin = stop


@borrowing
def _ask_ahead(rows: Words, ring: Any, q: int, begin: int, stop: int, at: int, words: int) -> None:
    """Ask for the rows that are added two rounds after those from q on: of this chunk or, behind the last, the next."""
    for k in range(q + _AHEAD, q + _AHEAD + _AT_ONCE):
        next_chunk = k >= stop
        row = k - stop + begin if next_chunk else k
        if row < stop:
            start = at + ring[row] * words + (CHUNK if next_chunk else 0)
            prefetch_row(rows, start, start + CHUNK)


@borrowing
def _full(a: Any, b: Any, c: Any) -> Any:
    """Sum and carry of three bits."""
    half = a ^ b
    return half ^ c, (a & b) | (half & c)


@borrowing
def _add_seven(rows: Words, work: Words, ring: Any, q: int, stop: int, at: int, words: int) -> None:
    """Add one chunk of the rows of sources number q to q + 6 to the planes; those behind the last are zeros."""
    for k in range(_AT_ONCE):
        start = at + ring[q + k] * words if q + k < stop else 0
        row = rows[start : start + CHUNK]
        copy = work[(_PLANES + k) * CHUNK : (_PLANES + k + 1) * CHUNK]
        for w in range(CHUNK):
            copy[w] = row[w]
    for w in range(CHUNK):
        one, carry_1 = _full(work[w + 8 * CHUNK], work[w + 9 * CHUNK], work[w + 10 * CHUNK])
        two, carry_2 = _full(work[w + 11 * CHUNK], work[w + 12 * CHUNK], work[w + 13 * CHUNK])
        ones, carry_3 = _full(one, two, work[w + 14 * CHUNK])
        twos, fours = _full(carry_1, carry_2, carry_3)
        plane = work[w]
        work[w], carry = plane ^ ones, plane & ones
        work[w + CHUNK], carry = _full(work[w + CHUNK], twos, carry)
        work[w + 2 * CHUNK], carry = _full(work[w + 2 * CHUNK], fours, carry)
        for p in range(3, _PLANES):
            plane = work[w + p * CHUNK]
            work[w + p * CHUNK] = plane ^ carry
            carry = plane & carry


@borrowing
def _four(work: Words, w: int, j: Any) -> Any:
    """The number in each byte that bit j of four planes, from the one of word w on, makes."""
    low = ((work[w] >> j) & _EACH) | (((work[w + CHUNK] >> j) & _EACH) << _1)
    high = ((work[w + 2 * CHUNK] >> j) & _EACH) | (((work[w + 3 * CHUNK] >> j) & _EACH) << _1)
    return low | (high << _2)


@borrowing
def _unpack(bits: Bits, j: Any, high: bool, counts: Any) -> None:
    """Add the numbers that bit j of each byte holds in the planes to `counts`; `high` if they may reach 16."""
    work, tally, tally_bytes = bits.work, bits.tally, bits.tally_bytes
    for w in range(CHUNK):
        tally[w] = _four(work, w, j)
    if high:
        for w in range(CHUNK):
            tally[w] |= _four(work, w + 4 * CHUNK, j) << _4
    for b in range(_BYTES):
        counts[b] += np.int32(tally_bytes[b])
