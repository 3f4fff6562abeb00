"""Wires that depend on place, small worlds, and rewiring that keeps every degree.

The same seed gives the same wires. Units are placed by arrays of positions; `place_on_ring` and `place_on_sheet` make
the usual ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.connectivity import Connectivity, sort_by
from neurolab.data.wiring import ascending, probability, starts_of
from neurolab.kernels import check, chunks

__all__ = [
    "connect_by_distance",
    "connect_watts_strogatz",
    "place_on_ring",
    "place_on_sheet",
    "rewire",
]

Seed = int | np.random.Generator
Floats = NDArray[np.float64]

PROFILES = ("gaussian", "exponential", "box")
_CELLS = 1024  # targets are sorted into so many at most
_UNITS_IN_A_CELL = 8
_STEPS = 4096


def place_on_ring(n: int, length: float = 1.0) -> Floats:
    """Positions of `n` units evenly on a ring of that length, from 0: shape (n,). Its period is the length."""
    n, length = check.whole(n, "n"), check.positive(length, "length")
    return np.arange(n, dtype=np.float64) * (length / n)


def place_on_sheet(rows: int, columns: int, height: float = 1.0, width: float = 1.0) -> Floats:
    """Positions (y, x) of the centres of rows times columns tiles: shape (rows * columns, 2), row by row.

    Its period, if its edges are joined, is (height, width).
    """
    rows, columns = check.whole(rows, "rows"), check.whole(columns, "columns")
    height, width = check.positive(height, "height"), check.positive(width, "width")
    y, x = (np.arange(rows) + 0.5) * (height / rows), (np.arange(columns) + 0.5) * (width / columns)
    return np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1).reshape(-1, 2)


def connect_by_distance(
    pre: ArrayLike,
    post: ArrayLike,
    p: float,
    width: float,
    *,
    seed: Seed,
    profile: str = "gaussian",
    period: float | ArrayLike | None = None,
    autapses: bool = True,
) -> Connectivity:
    """Each pair at distance d is connected with probability p f(d), independently of the others.

    f(d) = exp(-d^2 / (2 width^2)), exp(-d / width), or 1 up to d = width and 0 beyond.

    Parameters
    ----------
    pre, post : arrays of shape (n_pre,) or (n_pre, dimensions), likewise post; any unit of length, such as µm
        Positions, in one to three dimensions.
    p : float, 0 to 1
        The probability at distance zero.
    width : float, in the unit of the positions
    seed : int or numpy.random.Generator
    profile : {"gaussian", "exponential", "box"}
    period : float or one for each dimension, optional
        Lengths after which space repeats: distances are then the shortest way round. Without it space has edges.
    autapses : bool
        Without them no source reaches the target of its own number.

    Returns
    -------
    Connectivity
        Targets of each source in ascending order.

    Raises
    ------
    ValueError
        For positions that are not finite or of different dimensions, p outside [0, 1], a width or period not above 0.

    Examples
    --------
    >>> ring = place_on_ring(100)
    >>> wires = connect_by_distance(ring, ring, 1.0, 0.02, profile="box", period=1.0, seed=1)
    >>> wires.targets(0).tolist()
    [0, 1, 2, 98, 99]
    """
    from neurolab.data.wiring_steps import draw_near  # loads numba

    here, there = _positions(pre, "pre"), _positions(post, "post")
    dimensions = here.shape[1]
    if there.shape[1] != dimensions:
        raise ValueError(
            f"pre and post must have equally many dimensions, got {dimensions} and {there.shape[1]}"
        )
    p, width = probability(p, "p"), check.positive(width, "width")
    kind = PROFILES.index(check.choice(profile, PROFILES, "profile"))
    lengths = _periods(period, dimensions)
    here, there = _wrapped(here, lengths), _wrapped(there, lengths)
    numbers, starts, low, high = _cells(there)
    there, rng = np.ascontiguousarray(there[numbers]), check.generator(seed)
    hazards, scale = _hazards(p, width, kind)
    n_pre, n_post = len(here), len(there)
    degrees, found, row = np.zeros(n_pre, np.int64), [np.empty(0, np.uint32)], 0

    def advance(size: int) -> float:
        nonlocal row
        part = np.empty(n_post + size, np.uint32)
        stop = min(n_pre, row + 1 + size // len(low))
        row, count = draw_near(
            rng, here, there, numbers, starts, low, high, lengths, p, width, kind, hazards, scale,
            autapses, row, stop, degrees, part,
        )  # fmt: skip
        found.append(part[:count].copy())
        return float(row / n_pre)

    chunks.run_chunked(advance)
    return ascending(starts_of(degrees), np.concatenate(found), n_pre, n_post)


def connect_watts_strogatz(
    n: int, k: int, beta: float, *, seed: Seed, directed: bool = False
) -> Connectivity:
    """A ring of which each unit is linked to its `k` nearest, with a share `beta` of the links moved at random.

    The tour is that of Watts and Strogatz: round the ring for the nearest neighbours, round again for the next ones.
    The far end of a link moves with probability beta to a unit that is neither the near one nor linked to it already.

    Parameters
    ----------
    n : int
    k : int, even, below n
        Links of each unit: k / 2 on each side.
    beta : float, 0 to 1
        0 leaves the lattice; 1 moves every link.
    seed : int or numpy.random.Generator
    directed : bool
        Without it every link is a synapse in each direction (the published model). With it each unit sends k
        synapses, which move one by one; every out-degree stays k.

    Returns
    -------
    Connectivity
        Targets of each source in ascending order; no autapses, no multapses.

    Raises
    ------
    ValueError
        For k that is odd or not below n, beta outside [0, 1].

    References
    ----------
    Watts, Strogatz 1998, Nature 393:440-442.

    Examples
    --------
    >>> wires = connect_watts_strogatz(10, 4, 0.0, seed=1)
    >>> wires.targets(0).tolist(), wires.reciprocity
    ([1, 2, 8, 9], 1.0)
    """
    from neurolab.data.wiring_steps import move_ends  # loads numba

    n, k = check.whole(n, "n"), check.whole(k, "k", low=0)
    if k % 2 or k >= n:
        raise ValueError(f"k must be even and below n = {n}, half of it on each side, got {k}")
    beta, rng = probability(beta, "beta"), check.generator(seed)
    steps = np.arange(1, k // 2 + 1)
    if directed:
        steps = np.stack([steps, -steps], axis=1).ravel()
    ends = ((np.arange(n)[:, None] + steps) % n).astype(np.uint32).ravel()
    degrees, done, total = np.full(n, k), 0, ends.size

    def advance(size: int) -> float:
        nonlocal done
        stop = min(total, done + size)
        move_ends(rng, beta, directed, degrees, ends, done, stop)
        done = stop
        return done / max(total, 1) if done < total else 1.0

    chunks.run_chunked(advance)
    if directed:
        return ascending(np.arange(n + 1) * k, ends, n, n)
    owners = np.repeat(np.arange(n, dtype=np.uint32), k // 2)
    pre, post = np.concatenate([owners, ends]), np.concatenate([ends, owners])
    indptr, targets = sort_by(pre, post, n)
    return ascending(indptr, targets, n, n)


def rewire(
    wires: Connectivity,
    *,
    seed: Seed,
    swaps: float = 10.0,
    symmetric: bool = False,
    autapses: bool = False,
    multapses: bool = False,
    progress: Callable[[float], object] | None = None,
) -> Connectivity:
    """Random wires with the same in-degree and out-degree of every unit.

    Again and again two synapses, a to b and c to d, become a to d and c to b. A swap that would make an autapse or a
    multapse is left out (and counts as tried), so that all wires that swaps can reach become equally likely.

    Parameters
    ----------
    wires : Connectivity
    seed : int or numpy.random.Generator
    swaps : float
        Swaps tried for each synapse; about 10 forget the old wires.
    symmetric : bool
        The wires are links without direction, each a synapse in both; they stay so.
    autapses, multapses : bool
        Whether a swap may make them. Autapses mean something only among the same units; allow them between others.
    progress : callable, optional
        Told the fraction done.

    Returns
    -------
    Connectivity
        Synapse number j keeps its source, so weights and delays stay with the sources.

    Raises
    ------
    ValueError
        For wires that have what swaps may not make, or are not symmetric where they should be.

    References
    ----------
    Maslov, Sneppen 2002, Science 296:910-913.

    Examples
    --------
    >>> wires = connect_watts_strogatz(20, 4, 0.0, seed=1)
    >>> other = rewire(wires, symmetric=True, seed=1)
    >>> other == wires, set(other.in_degrees.tolist()), other.reciprocity
    (False, {4}, 1.0)
    """
    from neurolab.data.wiring_steps import swap_edges, swap_targets  # loads numba

    swaps, rng = check.non_negative(swaps, "swaps"), check.generator(seed)
    if symmetric:
        _check_links(wires)
    else:
        if not autapses and wires.autapses:
            raise ValueError(
                f"wires must have no autapses, got {wires.autapses}; give autapses=True to allow them"
            )
        if not multapses and wires.has_multapses:
            raise ValueError(
                "wires must connect no pair twice, got multapses; give multapses=True to allow them"
            )
    sources, indices = wires.sources, wires.indices.copy()
    done, total = 0, round(swaps * wires.count) if wires.count > 1 else 0

    def advance(size: int) -> float:
        nonlocal done
        stop = min(total, done + size)
        if symmetric:
            swap_edges(rng, wires.indptr, sources, indices, stop - done)
        else:
            swap_targets(rng, wires.indptr, sources, indices, stop - done, autapses, multapses)
        done = stop
        return done / total if done < total else 1.0

    chunks.run_chunked(advance, progress)
    return Connectivity(wires.indptr, indices, wires.n_pre, wires.n_post)


def _check_links(wires: Connectivity) -> None:
    """Links without direction: as many synapses there as back, one at most, none to oneself."""
    square = wires.n_pre == wires.n_post
    if not square or wires.autapses or wires.has_multapses or wires.reciprocity < 1:
        raise ValueError(
            f"wires must be links in both directions, each once and none to oneself, got {wires!r} of which some are "
            "not; leave symmetric=True out"
        )


def _hazards(p: float, width: float, kind: int) -> tuple[Floats, float]:
    """-log(1 - p f) at the near end of steps in d^2, or d if exponential, until f is zero; steps in a unit of that."""
    reach, power = ((40.0, 2), (750.0, 1), (1.0 + 1e-8, 2))[kind]
    far = (reach * width) ** power
    near = np.arange(_STEPS) * (far / _STEPS)
    chances = (np.exp(-0.5 * near / width**2), np.exp(-near / width), np.ones(_STEPS))[kind]
    with np.errstate(divide="ignore"):  # infinite for p = 1: each is a candidate
        return np.append(-np.log1p(-p * chances), 0.0), _STEPS / far


def _positions(values: ArrayLike, name: str) -> Floats:
    places = check.finite_array(values, name)
    if places.ndim == 1:
        places = places[:, None]
    if places.ndim != 2 or len(places) == 0 or not 1 <= places.shape[1] <= 3:
        raise ValueError(
            f"{name} must have shape (units,) or (units, dimensions) with 1 to 3 dimensions, got {np.shape(values)}"
        )
    return places


def _periods(period: Any, dimensions: int) -> Floats:
    """One length for each dimension; infinite where space has edges."""
    if period is None:
        return np.full(dimensions, np.inf)
    lengths = check.finite_array(period, "period")
    if lengths.shape not in ((), (dimensions,)) or np.any(lengths <= 0):
        raise ValueError(
            f"period must be above 0, a number or one for each of the {dimensions} dimensions, got "
            f"{check.shown(period)}"
        )
    return np.array(np.broadcast_to(lengths, (dimensions,)))


def _wrapped(places: Floats, period: Floats) -> Floats:
    """Positions moved into [0, period) where space repeats."""
    wrapped, lengths = places.copy(), np.broadcast_to(period, places.shape)
    joined = np.isfinite(lengths)
    inside = np.mod(places[joined], lengths[joined])
    wrapped[joined] = np.where(inside < lengths[joined], inside, 0.0)
    return wrapped


def _cells(places: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    """Units in order of the cell of a grid that they lie in, where each cell starts, and the box its units fill."""
    n, dimensions = places.shape
    across = max(1, round(min(_CELLS, n / _UNITS_IN_A_CELL) ** (1 / dimensions)))
    first, span = places.min(axis=0), np.ptp(places, axis=0)
    column = ((places - first) / np.where(span > 0, span, 1.0) * across).astype(np.int64)
    cell = np.minimum(column, across - 1) @ across ** np.arange(dimensions)
    indptr, numbers = sort_by(cell, np.arange(n), across**dimensions)
    starts = indptr[:-1][np.diff(indptr) > 0]
    low = np.minimum.reduceat(places[numbers], starts)
    high = np.maximum.reduceat(places[numbers], starts)
    return numbers, np.append(starts, n), low, high
