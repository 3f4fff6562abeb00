"""Who is connected to whom: targets of every source in one flat array (CSR), and the usual ways to draw them.

Generators are called with sizes and a seed; the same seed gives the same wires. Weights and delays belong to a
projection, not to the wiring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = ["Connectivity", "connect_all", "connect_fixed_in_degree", "connect_fixed_probability"]


@dataclass(frozen=True, eq=False)
class Connectivity:
    """Synapses between `n_pre` sources and `n_post` targets.

    Parameters
    ----------
    indptr : array of shape (n_pre + 1,)
        The synapses of source i are number indptr[i] to indptr[i + 1] - 1.
    indices : array of shape (synapses,)
        The target of each synapse; one source may reach a target more than once.
    n_pre, n_post : int

    Raises
    ------
    ValueError
        For lengths that do not fit, indptr that does not ascend from 0, targets out of range.

    Examples
    --------
    >>> wires = Connectivity.from_pairs([0, 0, 2], [1, 3, 0], n_pre=3, n_post=4)
    >>> wires.count, wires.targets(0).tolist(), wires.in_degrees.tolist()
    (3, [1, 3], [1, 1, 0, 1])
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.uint32]
    n_pre: int
    n_post: int

    def __post_init__(self) -> None:
        n_pre, n_post = check.whole(self.n_pre, "n_pre"), check.whole(self.n_post, "n_post")
        indptr = np.ascontiguousarray(self.indptr, np.int64)
        given = np.asarray(self.indices)
        if indptr.shape != (n_pre + 1,):
            raise ValueError(
                f"indptr must have one entry more than there are sources ({n_pre + 1}), got shape {indptr.shape}"
            )
        if indptr[0] != 0 or np.any(np.diff(indptr) < 0) or indptr[-1] != given.size:
            raise ValueError(
                f"indptr must ascend from 0 to the number of synapses ({given.size}), got {indptr[0]} to {indptr[-1]}"
            )
        if given.size and not np.issubdtype(given.dtype, np.integer):
            raise ValueError(f"indices must be whole numbers, got {given.dtype}")
        if given.size and (given.min() < 0 or given.max() >= n_post):
            raise ValueError(
                f"indices must be 0 to {n_post - 1}, got {given.min()} to {given.max()}; raise n_post or renumber"
            )
        indices = np.ascontiguousarray(given, np.uint32)
        for name, value in dict(indptr=indptr, indices=indices, n_pre=n_pre, n_post=n_post).items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_pairs(
        cls, sources: ArrayLike, targets: ArrayLike, *, n_pre: int, n_post: int
    ) -> Connectivity:
        """From one source and one target for each synapse; synapses are then in order of their sources."""
        pre, post = (np.asarray(values).ravel() for values in (sources, targets))
        if pre.shape != post.shape:
            raise ValueError(
                f"sources and targets must be equally long, got {pre.size} and {post.size}"
            )
        n_pre = check.whole(n_pre, "n_pre")
        if pre.size and (pre.min() < 0 or pre.max() >= n_pre):
            raise ValueError(f"sources must be 0 to {n_pre - 1}, got {pre.min()} to {pre.max()}")
        order = np.argsort(pre, kind="stable")
        counts = np.bincount(pre.astype(np.int64), minlength=n_pre) if pre.size else np.zeros(n_pre)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(indptr, post[order], n_pre, n_post)

    @classmethod
    def from_dense(cls, matrix: ArrayLike) -> Connectivity:
        """From a matrix of shape (n_pre, n_post): a synapse wherever it is not zero."""
        array = np.asarray(matrix)
        if array.ndim != 2:
            raise ValueError(f"matrix must have shape (n_pre, n_post), got {array.shape}")
        pre, post = np.nonzero(array)
        return cls.from_pairs(pre, post, n_pre=array.shape[0], n_post=array.shape[1])

    @classmethod
    def from_scipy(cls, matrix: Any) -> Connectivity:
        """From a SciPy sparse matrix of shape (n_pre, n_post): a synapse for each stored entry."""
        csr = matrix.tocsr()
        return cls(csr.indptr, csr.indices, csr.shape[0], csr.shape[1])

    def to_scipy(self, weights: ArrayLike = 1.0) -> Any:
        """As a SciPy CSR matrix of shape (n_pre, n_post) with the given weights."""
        from scipy.sparse import csr_array

        data = np.broadcast_to(np.asarray(weights, float), (self.count,))
        return csr_array((data, self.indices, self.indptr), shape=(self.n_pre, self.n_post))

    def to_dense(self) -> NDArray[np.int64]:
        """Number of synapses from each source to each target, shape (n_pre, n_post)."""
        dense = np.zeros((self.n_pre, self.n_post), np.int64)
        np.add.at(dense, (self.sources, self.indices), 1)
        return dense

    @property
    def count(self) -> int:
        """Number of synapses."""
        return int(self.indices.size)

    @property
    def sources(self) -> NDArray[np.int64]:
        """The source of each synapse."""
        return np.repeat(np.arange(self.n_pre), self.out_degrees)

    @property
    def out_degrees(self) -> NDArray[np.int64]:
        """Synapses of each source."""
        return np.diff(self.indptr)

    @property
    def in_degrees(self) -> NDArray[np.int64]:
        """Synapses on each target."""
        return np.bincount(self.indices, minlength=self.n_post)

    def targets(self, source: int) -> NDArray[np.uint32]:
        """Targets of one source."""
        if not 0 <= source < self.n_pre:
            raise ValueError(f"source must be 0 to {self.n_pre - 1}, got {source}")
        return self.indices[self.indptr[source] : self.indptr[source + 1]]

    def __repr__(self) -> str:
        return f"Connectivity({self.count} synapses, {self.n_pre} to {self.n_post})"


def connect_all(n_pre: int, n_post: int, *, autapses: bool = True) -> Connectivity:
    """Every source reaches every target once; without `autapses`, none reaches the target of its own number."""
    n_pre, n_post = check.whole(n_pre, "n_pre"), check.whole(n_post, "n_post")
    matrix = np.ones((n_pre, n_post), np.int8)
    if not autapses:
        np.fill_diagonal(matrix, 0)
    return Connectivity.from_dense(matrix)


def connect_fixed_probability(
    n_pre: int, n_post: int, p: float, *, seed: int | np.random.Generator, autapses: bool = True
) -> Connectivity:
    """Each pair is connected with probability `p`, independently of the others.

    The distances between connected pairs are geometric, so the work goes with the synapses, not with the pairs.

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
        Targets of each source in ascending order.

    Raises
    ------
    ValueError
        For p outside [0, 1].

    Examples
    --------
    >>> connect_fixed_probability(1000, 1000, 0.02, seed=1)
    Connectivity(20052 synapses, 1000 to 1000)
    """
    n_pre, n_post = check.whole(n_pre, "n_pre"), check.whole(n_post, "n_post")
    p = check.finite(p, "p")
    if not 0 <= p <= 1:
        raise ValueError(f"p must be a probability, 0 to 1, got {p:g}")
    if p == 1:
        return connect_all(n_pre, n_post, autapses=autapses)
    rng, pairs = np.random.default_rng(seed), n_pre * n_post
    found, last = [], -1
    while p > 0 and last < pairs:
        expected = int((pairs - last) * p)
        jumps = rng.geometric(p, size=expected + 4 * int(np.sqrt(expected)) + 16)
        places = last + np.cumsum(jumps)
        found.append(places[places < pairs])
        last = int(places[-1])
    flat = np.concatenate(found) if found else np.empty(0, np.int64)
    pre, post = np.divmod(flat, n_post)
    if not autapses:
        pre, post = pre[pre != post], post[pre != post]
    indptr = np.searchsorted(pre, np.arange(n_pre + 1))
    return Connectivity(indptr, post, n_pre, n_post)


def connect_fixed_in_degree(
    n_pre: int,
    n_post: int,
    in_degree: int,
    *,
    seed: int | np.random.Generator,
    autapses: bool = True,
) -> Connectivity:
    """Each target draws `in_degree` different sources, each set equally likely.

    Parameters
    ----------
    n_pre, n_post, in_degree : int
    seed : int or numpy.random.Generator
    autapses : bool
        Without them no source reaches the target of its own number.

    Returns
    -------
    Connectivity
        Targets of each source in ascending order.

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
    from neurolab.data.connectivity_steps import draw_sources, transpose

    n_pre, n_post = check.whole(n_pre, "n_pre"), check.whole(n_post, "n_post")
    in_degree = check.whole(in_degree, "in_degree", low=0)
    if in_degree > n_pre - (not autapses):
        raise ValueError(
            f"in_degree must be at most the {n_pre - (not autapses)} possible sources, got {in_degree}"
        )
    sources = np.empty((n_post, in_degree), np.uint32)
    draw_sources(np.random.default_rng(seed), n_pre, autapses, sources)
    indptr, indices = np.zeros(n_pre + 1, np.int64), np.empty(sources.size, np.uint32)
    transpose(sources, indptr, indices)
    return Connectivity(indptr, indices, n_pre, n_post)
