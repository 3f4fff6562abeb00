"""Ways to draw wires: all, one to one, by chance, with fixed degrees or a fixed total, between blocks and layers.

Each is called with sizes and a seed; the same seed gives the same wires. The targets of a source ascend.
An autapse leads from a source to the target of its own number; pairs connected more than once are multapses. Wires that
depend on place, and small worlds, are in `topology`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.connectivity import Connectivity, sort_by
from neurolab.kernels import check, chunks

__all__ = [
    "connect_all",
    "connect_blocks",
    "connect_fixed_in_degree",
    "connect_fixed_out_degree",
    "connect_fixed_probability",
    "connect_fixed_total",
    "connect_layers",
    "connect_one_to_one",
]

Seed = int | np.random.Generator
Ints = NDArray[np.int64]


def connect_all(n_pre: int, n_post: int, *, autapses: bool = True) -> Connectivity:
    """Every source reaches every target once; without `autapses`, none reaches the target of its own number."""
    n_pre, n_post = check.whole(n_pre, "n_pre"), check.whole(n_post, "n_post")
    targets = np.tile(np.arange(n_post, dtype=np.uint32), n_pre)
    indptr = np.arange(n_pre + 1) * n_post
    if not autapses:
        same = np.arange(min(n_pre, n_post))
        targets = np.delete(targets, same * (n_post + 1))
        indptr -= np.minimum(np.arange(n_pre + 1), n_post)
    return Connectivity(indptr, targets, n_pre, n_post)


def connect_one_to_one(n: int) -> Connectivity:
    """Source i reaches target i and no other."""
    n = check.whole(n, "n")
    return Connectivity(np.arange(n + 1), np.arange(n, dtype=np.uint32), n, n)


def connect_fixed_probability(
    n_pre: int, n_post: int, p: float, *, seed: Seed, autapses: bool = True
) -> Connectivity:
    """Each pair is connected with probability `p`, independently of the others (Gilbert 1959).

    The gaps between connected pairs are geometric, so the work goes with the synapses, not with the pairs.

    Parameters
    ----------
    n_pre, n_post : int
    p : float, 0 to 1
    seed : int or numpy.random.Generator
    autapses : bool
        Without them no source reaches the target of its own number.

    Returns
    -------
    Connectivity

    Raises
    ------
    ValueError
        For p outside [0, 1].

    References
    ----------
    Gilbert 1959, Annals of Mathematical Statistics 30:1141-1144.

    Examples
    --------
    >>> connect_fixed_probability(1000, 1000, 0.02, seed=1)
    Connectivity(20073 synapses, 1000 to 1000)
    """
    n_pre, n_post = check.whole(n_pre, "n_pre"), check.whole(n_post, "n_post")
    p = probability(p, "p")
    rng = check.generator(seed)
    degrees, targets = _draw_pairs(rng, n_pre, n_post, p, autapses)
    return Connectivity(starts_of(degrees), targets, n_pre, n_post)


def connect_fixed_in_degree(
    n_pre: int,
    n_post: int,
    in_degree: int,
    *,
    seed: Seed,
    autapses: bool = True,
    multapses: bool = False,
) -> Connectivity:
    """Each target draws `in_degree` sources: different ones, each set equally likely, or with `multapses` any.

    Parameters
    ----------
    n_pre, n_post, in_degree : int
    seed : int or numpy.random.Generator
    autapses : bool
        Without them no source reaches the target of its own number.
    multapses : bool
        With them each source is drawn from all, so that one may be drawn again.

    Returns
    -------
    Connectivity

    Raises
    ------
    ValueError
        For more sources asked for than there are.

    Examples
    --------
    >>> wires = connect_fixed_in_degree(50, 20, 5, seed=1)
    >>> set(wires.in_degrees.tolist())
    {5}
    """
    n_pre, n_post = check.whole(n_pre, "n_pre"), check.whole(n_post, "n_post")
    in_degree = _degree(in_degree, "in_degree", "sources", n_pre, n_post, autapses, multapses)
    sources = _draw_rows(seed, n_post, n_pre, in_degree, autapses, multapses)
    targets = np.repeat(np.arange(n_post, dtype=np.uint32), in_degree)
    indptr, indices = sort_by(sources.ravel(), targets, n_pre)
    return Connectivity(indptr, indices, n_pre, n_post)


def connect_fixed_out_degree(
    n_pre: int,
    n_post: int,
    out_degree: int,
    *,
    seed: Seed,
    autapses: bool = True,
    multapses: bool = False,
) -> Connectivity:
    """Each source draws `out_degree` targets: different ones, each set equally likely, or with `multapses` any.

    Parameters
    ----------
    n_pre, n_post, out_degree : int
    seed : int or numpy.random.Generator
    autapses, multapses : bool
        As in `connect_fixed_in_degree`.

    Returns
    -------
    Connectivity

    Raises
    ------
    ValueError
        For more targets asked for than there are.

    Examples
    --------
    >>> wires = connect_fixed_out_degree(50, 20, 5, seed=1)
    >>> set(wires.out_degrees.tolist())
    {5}
    """
    n_pre, n_post = check.whole(n_pre, "n_pre"), check.whole(n_post, "n_post")
    out_degree = _degree(out_degree, "out_degree", "targets", n_post, n_pre, autapses, multapses)
    targets = _draw_rows(seed, n_pre, n_post, out_degree, autapses, multapses)
    return ascending(np.arange(n_pre + 1) * out_degree, targets.ravel(), n_pre, n_post)


def connect_fixed_total(
    n_pre: int,
    n_post: int,
    count: int,
    *,
    seed: Seed,
    autapses: bool = True,
    multapses: bool = False,
) -> Connectivity:
    """`count` synapses: a set of different pairs, each set equally likely, or with `multapses` any.

    Parameters
    ----------
    n_pre, n_post, count : int
    seed : int or numpy.random.Generator
    autapses, multapses : bool
        As in `connect_fixed_in_degree`.

    Returns
    -------
    Connectivity

    Raises
    ------
    ValueError
        For more synapses asked for than there are pairs.

    References
    ----------
    Erdős, Rényi 1959, Publicationes Mathematicae Debrecen 6:290-297.

    Examples
    --------
    >>> connect_fixed_total(50, 20, 137, seed=1)
    Connectivity(137 synapses, 50 to 20)
    """
    n_pre, n_post = check.whole(n_pre, "n_pre"), check.whole(n_post, "n_post")
    count = check.whole(count, "count", low=0)
    rng = check.generator(seed)
    slots = np.full(n_pre, n_post)
    if not autapses:
        slots[: min(n_pre, n_post)] -= 1
    pairs = int(slots.sum())
    if count > (0 if pairs == 0 else count if multapses else pairs):
        raise ValueError(f"count must be at most the {pairs} possible pairs, got {count}")
    if multapses:
        degrees = (
            rng.multinomial(count, slots / pairs) if count else np.zeros(n_pre, np.int64)
        )  # no pair may be left
        rows = np.repeat(np.arange(n_pre), degrees)
        targets = rng.integers(0, slots[rows], dtype=np.int64).astype(np.uint32)
        if not autapses:
            targets += (targets >= rows) & (rows < n_post)
        return ascending(starts_of(degrees), targets, n_pre, n_post)
    # of the sets of each size all are equally likely, and stay so when random members are taken out
    p, found = min(1.0, (count + 6 * np.sqrt(count + 1.0)) / max(pairs, 1)), -1
    while found < count:
        degrees, targets = _draw_pairs(rng, n_pre, n_post, p, autapses)
        found = targets.size
    surplus = np.zeros(found, bool)
    surplus[rng.choice(found, found - count, replace=False, shuffle=False)] = True
    before = np.concatenate([[0], np.cumsum(~surplus)])
    return Connectivity(before[starts_of(degrees)], targets[~surplus], n_pre, n_post)


def connect_blocks(
    sizes_pre: Sequence[int],
    sizes_post: Sequence[int],
    p: ArrayLike,
    *,
    seed: Seed,
    autapses: bool = True,
) -> Connectivity:
    """The stochastic block model: a unit of block a reaches a unit of block b with probability p[a, b].

    Parameters
    ----------
    sizes_pre, sizes_post : sequences of int
        Units of each block; numbers run through the blocks in order.
    p : array of shape (blocks of sources, blocks of targets), or a number for all
    seed : int or numpy.random.Generator
    autapses : bool
        Without them no source reaches the target of its own number.

    Returns
    -------
    Connectivity

    Raises
    ------
    ValueError
        For probabilities outside [0, 1] or of another shape.

    References
    ----------
    Holland, Laskey, Leinhardt 1983, Social Networks 5:109-137.

    Examples
    --------
    >>> wires = connect_blocks([50, 50], [50, 50], [[1.0, 0.0], [0.0, 0.5]], seed=1)
    >>> wires.targets(0).tolist() == list(range(50)), int(wires.targets(99).min()) >= 50
    (True, True)
    """
    pre, post = _sizes(sizes_pre, "sizes_pre"), _sizes(sizes_post, "sizes_post")
    chances = check.finite_array(p, "p")
    if chances.shape not in ((), (pre.size, post.size)):
        raise ValueError(
            f"p must be a number or have shape ({pre.size}, {post.size}), a row for each block of sources, got "
            f"{chances.shape}"
        )
    if np.any((chances < 0) | (chances > 1)):
        worst = chances[(chances < 0) | (chances > 1)][0]
        raise ValueError(f"p must be probabilities, 0 to 1, got {worst:g}")
    chances = np.broadcast_to(chances, (pre.size, post.size))
    rng, ends_pre, ends_post = check.generator(seed), np.cumsum(pre), np.cumsum(post)
    sources, targets = [], []
    for a in range(pre.size):
        for b in range(post.size):
            degrees, found = _draw_pairs(rng, int(pre[a]), int(post[b]), float(chances[a, b]), True)
            rows = np.arange(ends_pre[a] - pre[a], ends_pre[a])
            sources.append(np.repeat(rows, degrees))
            targets.append(found + np.uint32(ends_post[b] - post[b]))
    rows, columns = np.concatenate(sources), np.concatenate(targets)
    if not autapses:
        rows, columns = rows[rows != columns], columns[rows != columns]
    n_pre, n_post = int(ends_pre[-1]), int(ends_post[-1])
    return Connectivity(*sort_by(rows, columns, n_pre), n_pre, n_post)


def connect_layers(sizes: Sequence[int], p: float | ArrayLike = 1.0, *, seed: Seed) -> Connectivity:
    """Feedforward layers: each unit of a layer reaches each of the next one with probability `p`.

    Parameters
    ----------
    sizes : sequence of int
        Units of each layer; numbers run through the layers in order.
    p : float, or array of shape (layers - 1,)
        From each layer to the next.
    seed : int or numpy.random.Generator

    Returns
    -------
    Connectivity
        Among all units of all layers.

    Examples
    --------
    >>> wires = connect_layers([2, 3, 1], seed=1)
    >>> [wires.targets(i).tolist() for i in range(6)]
    [[2, 3, 4], [2, 3, 4], [5], [5], [5], []]
    """
    layers = _sizes(sizes, "sizes")
    chances = check.finite_array(p, "p")
    if layers.size < 2 or chances.shape not in ((), (layers.size - 1,)):
        raise ValueError(
            f"sizes must be of two layers or more, and p a number or one for each step between {layers.size} layers, "
            f"got shape {chances.shape}"
        )
    matrix = np.diag(np.broadcast_to(chances, (layers.size - 1,)), 1)
    return connect_blocks(sizes, sizes, matrix, seed=seed)


def probability(value: Any, name: str) -> float:
    """`value` as a float from 0 to 1."""
    number = check.finite(value, name)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must be a probability, 0 to 1, got {number:g}")
    return number


def ascending(indptr: Ints, targets: NDArray[Any], n_pre: int, n_post: int) -> Connectivity:
    """Wires with the targets of each source put in order: by target, then, keeping that order, by source."""
    sources = np.repeat(np.arange(n_pre, dtype=np.uint32), np.diff(indptr))
    columns, rows = sort_by(targets, sources, n_post)
    by_target = np.repeat(np.arange(n_post, dtype=np.uint32), np.diff(columns))
    return Connectivity(*sort_by(rows, by_target, n_pre), n_pre, n_post)


def collect(step: Callable[[NDArray[np.uint32]], tuple[float, int]]) -> NDArray[np.uint32]:
    """Numbers from `step`, which fills an array as far as it can; it returns the fraction done and the count."""
    found = []

    def advance(size: int) -> float:
        part = np.empty(size, np.uint32)
        fraction, count = step(part)
        found.append(part[:count])
        return fraction

    chunks.run_chunked(advance)
    return np.concatenate(found)


def _draw_pairs(
    rng: np.random.Generator, n_pre: int, n_post: int, p: float, autapses: bool
) -> tuple[Ints, NDArray[np.uint32]]:
    """Degrees of the sources, and targets, of pairs that are each connected with probability p."""
    from neurolab.data.wiring_steps import draw_pairs  # loads numba

    degrees, row, place = np.zeros(n_pre, np.int64), 0, 0
    if p == 0:
        return degrees, np.empty(0, np.uint32)
    with np.errstate(divide="ignore"):
        hazard = float(-np.log1p(-p))  # infinite for p = 1: no gaps

    def step(part: NDArray[np.uint32]) -> tuple[float, int]:
        nonlocal row, place
        row, place, count = draw_pairs(rng, n_post, hazard, autapses, row, place, degrees, part)
        return row / n_pre, count

    return degrees, collect(step)


def _draw_rows(
    seed: Seed, rows: int, n: int, wanted: int, autapses: bool, multapses: bool
) -> NDArray[np.uint32]:
    """In each row `wanted` numbers below n, different ones unless multapses; no row's own number without autapses."""
    from neurolab.data.wiring_steps import draw_distinct  # loads numba

    rng, skipped = check.generator(seed), 0 if autapses else min(rows, n)
    if multapses:
        found = rng.integers(0, n, (rows, wanted), dtype=np.uint32)
        if skipped and wanted:
            found[:skipped] = rng.integers(0, n - 1, (skipped, wanted), dtype=np.uint32)
            found[:skipped] += found[:skipped] >= np.arange(skipped)[:, None]
        return found
    found, taken, done = np.empty((rows, wanted), np.uint32), np.zeros(n, np.int64), 0

    def advance(size: int) -> float:
        nonlocal done
        stop = min(rows, done + 1 + size // (wanted + 1))
        draw_distinct(rng, n, skipped, done, taken, found[done:stop])
        done = stop
        return done / rows

    chunks.run_chunked(advance)
    return found


def _degree(
    value: Any, name: str, what: str, n: int, rows: int, autapses: bool, multapses: bool
) -> int:
    """A degree that can be drawn from n units by each of some rows."""
    degree = check.whole(value, name, low=0)
    possible = n - (not autapses)
    if degree > possible and (possible == 0 or not multapses):
        raise ValueError(
            f"{name} must be at most the {possible} possible {what}, got {degree}; "
            "allow multapses, or ask for fewer"
        )
    return degree


def starts_of(degrees: NDArray[Any]) -> Ints:
    """Where the synapses of each source start, and the end."""
    return np.concatenate([[0], np.cumsum(degrees)]).astype(np.int64)


def _sizes(sizes: Sequence[int], name: str) -> Ints:
    if np.ndim(sizes) != 1 or len(sizes) == 0:
        raise ValueError(
            f"{name} must be a list of sizes, one for each block, got {check.shown(sizes)}"
        )
    return np.array([check.whole(size, f"{name}[{i}]") for i, size in enumerate(sizes)])
