"""The compiled loops behind `connectivity`, `wiring` and `topology`, apart from them because they load numba.

Bernoulli numbers are drawn by the gaps between successes: with E exponential, floor(E / h) failures come before the
next success of probability 1 - exp(-h). The exponential has no memory, so a fresh one may start anywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import kernel

__all__ = ["draw_distinct", "draw_pairs", "scatter"]

_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@kernel
def scatter(
    keys: NDArray[Any], values: NDArray[Any], indptr: NDArray[np.int64], out: NDArray[Any]
) -> None:
    """Counting sort: `values` by key into `out`; `indptr` (zeros, one more than there are keys) becomes the starts."""
    for j in range(keys.size):
        indptr[keys[j] + 1] += 1
    for key in range(indptr.size - 1):
        indptr[key + 1] += indptr[key]
    place = indptr[:-1].copy()
    for j in range(keys.size):
        key = keys[j]
        out[place[key]] = values[j]
        place[key] += 1


@kernel
def draw_pairs(
    rng: Any, n_post: int, hazard: float, autapses: bool, row: int, place: int,
    degrees: NDArray[np.int64], out: NDArray[np.uint32],
) -> Any:  # fmt: skip
    """Targets of sources from `row` on, each slot from `place` on taken with 1 - exp(-hazard), until `out` is full.

    Returns the source and slot to go on from and the number of targets found; `degrees` counts those of each source.
    """
    found = 0
    for source in range(row, degrees.size):
        skip = not autapses and source < n_post
        slots = n_post - 1 if skip else n_post
        while place < slots:
            if found == out.size:
                return source, place, found
            gap = rng.standard_exponential() / hazard
            if gap >= slots - place:
                break
            place += int(gap)
            out[found] = place + 1 if skip and place >= source else place
            place += 1
            found += 1
            degrees[source] += 1
        place = 0
    return degrees.size, 0, found


@kernel
def draw_distinct(
    rng: Any, n: int, skipped: int, first: int, taken: NDArray[np.int64], out: NDArray[np.uint32]
) -> None:
    """Different numbers below n in each row of `out`, every set equally likely.

    Row r is number first + r; rows below `skipped` do without their own number. `taken` is scratch of n zeros.
    Drawn until all are new, or, where most are wanted, the ones left out are drawn.
    """
    rows, wanted = out.shape
    for r in range(rows):
        row = first + r
        possible = n - 1 if row < skipped else n
        if row < skipped:
            taken[row] = row + 1
        invert = 2 * wanted > possible
        left, k = possible - wanted if invert else wanted, 0
        while left > 0:
            x = rng.integers(0, n)
            if taken[x] != row + 1:
                taken[x] = row + 1
                left -= 1
                if not invert:
                    out[r, k] = x
                    k += 1
        if invert:
            for x in range(n):
                if taken[x] != row + 1:
                    out[r, k] = x
                    k += 1
