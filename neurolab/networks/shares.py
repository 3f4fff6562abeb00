"""Threads in a clock-driven network: each steps a share of the units, blocks of every population.

No spike acts before the shortest delay of the network has passed. So for a window of that many steps a share needs
nothing that others fire in it: it lists the spikes of its own units, and at the end of a window it waits for the others
and joins all lists in the order of units, as one thread would have written them. What arrives at a unit, and in which
order, depends on no share, so the result is the same bit by bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.compiled import LANES
from neurolab.kernels.cache import borrowing, borrowing_kernel
from neurolab.kernels.threads import fence, give_way

__all__ = ["AT", "COLUMNS", "HEARD", "STOP", "Others", "cut_rows", "deal_blocks", "meet"]

COLUMNS = 16  # two cache lines a row, so that no share slows another
_PATIENCE = 1000  # looks, some microseconds: a thread that waits longer lets others have the core

Ints = NDArray[np.int64]

# How far a share is: a row for each
(
    AT,  # the step it does next
    TOLD,  # up to which step others may read what it fired
    HEARD,  # up to which step it has what all fired
    STOP,  # whether to wait no longer, as another will not come
) = range(4)


class Others(NamedTuple):
    """What a share needs to meet the others; a single one has None."""

    progress: Ints  # rows of all shares
    me: int
    window: int  # steps between two meetings
    way: int  # to let others have the core
    fired: NDArray[np.int32]  # what each has fired in each of the last steps, rows of all shares
    bounds: Ints
    begins: Ints  # first synapse in each row that leads to its own units, and behind the last
    ends: Ints


def deal_blocks(sizes: Sequence[int], grains: Sequence[int], shares: int) -> Ints:
    """First block of each population that each share has, shape (shares + 1, populations).

    Shares are as equal as whole `grains` of blocks let them; 0 for a population that the last share has alone.
    """
    cuts, over = np.zeros((shares + 1, len(sizes)), np.int64), np.zeros(shares - 1)
    for member, (size, grain) in enumerate(zip(sizes, grains, strict=True)):
        blocks = cuts[shares, member] = -(-size // LANES)
        if grain:
            wanted = size / shares * np.arange(1, shares) + over
            found = np.rint(wanted / (grain * LANES)).astype(np.int64) * grain
            cuts[1:shares, member] = np.maximum.accumulate(np.clip(found, 0, blocks))
            over = wanted - np.minimum(cuts[1:shares, member] * LANES, size)
    return cuts


@borrowing_kernel
def cut_rows(starts: Any, begin: int, end: int, targets: Any, units: Ints, cuts: Ints) -> bool:
    """Where the targets from each of `units` on begin in each row; False where a row is not in order of targets."""
    for row in range(begin, end):
        first, stop = starts[row], starts[row + 1]
        falls = 0
        for j in range(first + 1, stop):
            falls += targets[j] < targets[j - 1]
        if falls:
            return False
        for k in range(units.size):
            low, high = first, stop
            while low < high:
                middle = (low + high) // 2
                if targets[middle] < units[k]:
                    low = middle + 1
                else:
                    high = middle
            cuts[k, row] = low
    return True


@borrowing
def meet(others: Others, i: int, heard: int, ring: Any, bounds: Any) -> bool:
    """Join what all shares fired in steps `heard` to i - 1, as soon as they are there; False if one will not be."""
    progress, me, members = others.progress, others.me, bounds.shape[1] - 1
    fence()
    progress[me, TOLD] = i
    for share in range(progress.shape[0]):
        looks = 0
        while progress[share, TOLD] < i:
            fence()
            looks += 1
            if looks > _PATIENCE:
                if progress[me, STOP]:
                    return False
                give_way(others.way)
    fence()
    rows = others.fired.shape[0] // progress.shape[0]
    for step in range(heard, i):
        slot, row = step & (ring.shape[0] - 1), step & (rows - 1)
        count = 0
        for member in range(members):
            bounds[slot, member] = count
            for at in range(row, others.fired.shape[0], rows):
                for q in range(others.bounds[at, member], others.bounds[at, member + 1]):
                    ring[slot, count] = others.fired[at, q]
                    count += 1
        bounds[slot, members] = count
    return True
