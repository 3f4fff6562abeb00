"""The compiled loops behind `connectivity`, `wiring` and `topology`, apart from them because they load numba.

Bernoulli numbers are drawn by the gaps between successes: with E exponential, floor(E / h) failures come before the
next success of probability 1 - exp(-h). The exponential has no memory, so a fresh one may start anywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import inlined, kernel

__all__ = [
    "draw_distinct",
    "draw_near",
    "draw_pairs",
    "move_ends",
    "scatter",
    "swap_edges",
    "swap_targets",
]


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


@inlined
def _holds(values: Any, start: int, stop: int, wanted: Any) -> Any:
    """Whether a value is there; without an early end, which would keep the loop from being SIMD code."""
    row, value, hits = values[start:stop], np.uint32(wanted), np.uint32(0)
    for j in range(row.size):
        hits |= np.uint32(row[j] == value)
    return hits != 0


@kernel
def move_ends(
    rng: Any, beta: float, directed: bool, degrees: NDArray[np.int64], ends: NDArray[np.uint32],
    first: int, last: int,
) -> None:  # fmt: skip
    """Watts and Strogatz: go round the ring once for each neighbour, and move the far end of an edge with chance beta.

    `ends` (units * k, flat) holds the k edges that each unit owns; edge number e of the tour is the (e // units)-th
    edge of unit e % units. A unit that reaches all others keeps its edge.
    """
    n = degrees.size
    k = ends.size // n
    for e in range(first, last):
        lap, u = e // n, e % n
        if rng.random() >= beta or degrees[u] >= n - 1:
            continue
        while True:
            w = rng.integers(0, n)
            if w == u or _holds(ends, u * k, u * k + k, w):
                continue
            if directed or not _holds(ends, w * k, w * k + k, u):
                break
        if not directed:
            degrees[ends[u * k + lap]] -= 1
            degrees[w] += 1
        ends[u * k + lap] = w


@kernel
def swap_targets(
    rng: Any, indptr: NDArray[np.int64], sources: NDArray[np.int64], indices: NDArray[np.uint32],
    attempts: int, autapses: bool, multapses: bool,
) -> None:  # fmt: skip
    """Two synapses a to b and c to d, drawn at random, become a to d and c to b, if that is allowed."""
    m = indices.size
    for _ in range(attempts):
        i, j = rng.integers(0, m), rng.integers(0, m)
        a, b, c, d = sources[i], indices[i], sources[j], indices[j]
        if not autapses and (a == d or c == b):
            continue
        if not multapses:
            if a == c or b == d or _holds(indices, indptr[a], indptr[a + 1], d):
                continue
            if _holds(indices, indptr[c], indptr[c + 1], b):
                continue
        indices[i], indices[j] = d, b


@inlined
def _exchange(indptr: Any, indices: Any, unit: Any, old: Any, new: Any) -> None:
    for j in range(indptr[unit], indptr[unit + 1]):
        if indices[j] == old:
            indices[j] = new
            break


@kernel
def swap_edges(
    rng: Any, indptr: NDArray[np.int64], sources: NDArray[np.int64], indices: NDArray[np.uint32], attempts: int
) -> None:  # fmt: skip
    """Two edges a-b and c-d without direction, held in both, become a-d and c-b, if neither is there or a loop."""
    m = indices.size
    for _ in range(attempts):
        i, j = rng.integers(0, m), rng.integers(0, m)
        a, b, c, d = sources[i], indices[i], sources[j], indices[j]
        if a == c or b == d or a == d or c == b:
            continue
        if _holds(indices, indptr[a], indptr[a + 1], d):
            continue
        if _holds(indices, indptr[c], indptr[c + 1], b):
            continue
        indices[i], indices[j] = d, b
        _exchange(indptr, indices, b, a, c)
        _exchange(indptr, indices, d, c, a)


@inlined
def _profile(kind: int, square: float, width: float) -> Any:
    """Gaussian (0), exponential (1) or box (2) of a distance, given squared."""
    if kind == 0:
        return np.exp(-0.5 * square / (width * width))
    if kind == 1:
        return np.exp(-np.sqrt(square) / width)
    return 1.0 if square <= width * width * (1.0 + 1e-9) else 0.0


@kernel
def draw_near(
    rng: Any, pre: NDArray[np.float64], post: NDArray[np.float64], numbers: NDArray[np.int64],
    starts: NDArray[np.int64], low: NDArray[np.float64], high: NDArray[np.float64], period: NDArray[np.float64],
    p: float, width: float, kind: int, hazards: NDArray[np.float64], scale: float, autapses: bool,
    first: int, last: int, degrees: NDArray[np.int64], out: NDArray[np.uint32],
) -> Any:  # fmt: skip
    """Targets of sources `first` to `last`, each with probability p profile(distance); stops when `out` may overflow.

    Targets stand in cells, boxes from `low` to `high`. In each, candidates are drawn with at least the chance of the
    box's nearest point, and each is then kept with its own chance over that one (Lewis & Shedler 1979).
    `hazards` holds -log(1 - chance) of steps in distance (squared unless exponential), the last one zero.
    """
    dimensions, found, beyond = pre.shape[1], 0, hazards.size - 1
    for source in range(first, last):
        if found + post.shape[0] > out.size:
            return source, found
        before, left = found, rng.standard_exponential()
        for cell in range(starts.size - 1):
            square = 0.0
            for k in range(dimensions):
                under, over = low[cell, k] - pre[source, k], pre[source, k] - high[cell, k]
                gap = max(0.0, min(max(under, over), period[k] + min(under, over)))
                square += gap * gap
            reach = (np.sqrt(square) if kind == 1 else square) * (1.0 - 1e-8) * scale
            if reach >= beyond:
                continue
            hazard = hazards[int(reach)]
            place, stop = starts[cell], starts[cell + 1]
            while place < stop:
                span = (stop - place) * hazard
                if left >= span:
                    left -= span
                    break
                place = min(place + int(left / hazard), stop - 1)
                left = rng.standard_exponential()
                square = 0.0
                for k in range(dimensions):
                    gap = abs(post[place, k] - pre[source, k])
                    gap = min(gap, period[k] - gap)
                    square += gap * gap
                chance = p * _profile(kind, square, width)
                target = numbers[place]
                place += 1
                if rng.random() * -np.expm1(-hazard) < chance and (autapses or target != source):
                    out[found] = target
                    found += 1
        degrees[source] = found - before
    return last, found
