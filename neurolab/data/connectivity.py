"""Who is connected to whom: targets of every source in one flat array (CSR); to and from matrices and graphs.

Weights and delays belong to a projection, not to the wiring: they are arrays of one value a synapse, in their
order. The ways to draw wires are in `wiring` and `topology`, files in `wire_files`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = ["Connectivity"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_MOST = 2**32 - 1  # targets are held in 32 bits


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
        For lengths that do not fit, indptr that does not ascend from 0, targets out of range or not whole.

    Examples
    --------
    >>> wires = Connectivity.from_pairs([0, 0, 2], [1, 3, 0], n_pre=3, n_post=4)
    >>> wires.count, wires.targets(0).tolist(), wires.in_degrees.tolist()
    (3, [1, 3], [1, 1, 0, 1])
    """

    indptr: Ints
    indices: NDArray[np.uint32]
    n_pre: int
    n_post: int

    def __post_init__(self) -> None:
        n_pre, n_post = check.whole(self.n_pre, "n_pre"), check.whole(self.n_post, "n_post")
        if max(n_pre, n_post) > _MOST:
            raise ValueError(
                f"n_pre and n_post must be at most {_MOST}, got {n_pre} and {n_post}; use more populations"
            )
        indptr = _whole_numbers(self.indptr, "indptr")
        given = _whole_numbers(self.indices, "indices")
        if indptr.shape != (n_pre + 1,):
            raise ValueError(
                f"indptr must have one entry more than there are sources ({n_pre + 1}), got shape {indptr.shape}"
            )
        if given.ndim != 1:
            raise ValueError(f"indices must have shape (synapses,), got {given.shape}")
        if indptr[0] != 0 or np.any(indptr[1:] < indptr[:-1]) or indptr[-1] != given.size:
            raise ValueError(
                f"indptr must ascend from 0 to the number of synapses ({given.size}), got {indptr[0]} to {indptr[-1]}"
            )
        _check_range(given, n_post, "indices", "n_post")
        indptr = np.ascontiguousarray(indptr, np.int64)
        indices = np.ascontiguousarray(given, np.uint32)
        for name, value in dict(indptr=indptr, indices=indices, n_pre=n_pre, n_post=n_post).items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_pairs(
        cls, sources: ArrayLike, targets: ArrayLike, *, n_pre: int, n_post: int
    ) -> Connectivity:
        """From one source and one target for each synapse; synapses are then in order of their sources.

        Those of one source keep the order in which they came.
        """
        n_pre = check.whole(n_pre, "n_pre")
        pre, post = _pairs(sources, targets, n_pre)
        indptr, indices = sort_by(pre, post, n_pre)
        return cls(indptr, indices, n_pre, n_post)

    @classmethod
    def from_dense(cls, matrix: ArrayLike) -> Connectivity:
        """From a matrix of shape (n_pre, n_post): a synapse wherever it is not zero. `values_of` reads the weights."""
        pre, post, _, shape = _entries_of(matrix, "")
        return cls.from_pairs(pre, post, n_pre=shape[0], n_post=shape[1])

    @classmethod
    def from_scipy(cls, matrix: Any) -> Connectivity:
        """From a SciPy sparse matrix of shape (n_pre, n_post): a synapse for each stored entry, zeros included."""
        if not hasattr(matrix, "tocoo"):
            raise ValueError(
                f"matrix must be a SciPy sparse matrix, got {type(matrix).__name__}; use from_dense for arrays"
            )
        pre, post, _, shape = _entries_of(matrix, "")
        return cls.from_pairs(pre, post, n_pre=shape[0], n_post=shape[1])

    @classmethod
    def from_networkx(cls, graph: Any) -> Connectivity:
        """From a networkx graph: units are its nodes in their order; an edge without direction is two synapses.

        Examples
        --------
        >>> import networkx as nx
        >>> Connectivity.from_networkx(nx.karate_club_graph())  # 78 friendships
        Connectivity(156 synapses, 34 to 34)
        """
        if not hasattr(graph, "edges") or not hasattr(graph, "nodes"):
            raise ValueError(f"graph must be a networkx graph, got {type(graph).__name__}")
        pre, post, _, shape = _entries_of(graph, "")
        return cls.from_pairs(pre, post, n_pre=shape[0], n_post=shape[1])

    def values_of(self, matrix: Any, attribute: str = "weight") -> Floats:
        """One value for each synapse, from the matrix or graph that the wires came from.

        Parameters
        ----------
        matrix : array, SciPy sparse matrix or networkx graph
        attribute : str
            Which attribute of a graph's edges to read, "delay" say; 1 where an edge has none.

        Raises
        ------
        ValueError
            If its synapses are not those of these wires.

        Examples
        --------
        >>> matrix = [[0.0, 0.5], [0.25, 0.0]]
        >>> Connectivity.from_dense(matrix).values_of(matrix).tolist()
        [0.5, 0.25]
        """
        pre, post, values, shape = _entries_of(matrix, attribute)
        indptr, order = sort_by(pre, np.arange(pre.size), shape[0])
        same = shape == (self.n_pre, self.n_post) and np.array_equal(indptr, self.indptr)
        if not same or not np.array_equal(post[order], self.indices):
            raise ValueError(
                f"matrix must have the synapses of {self!r} in the same order, got {pre.size} synapses, shape "
                f"{shape}; read values from what the wires were made from"
            )
        return check.finite_array(values[order], attribute)

    def to_scipy(self, weights: ArrayLike = 1.0) -> Any:
        """As a SciPy CSR matrix of shape (n_pre, n_post) with the given weights."""
        from scipy.sparse import csr_array

        data = self.per_synapse(weights, "weights")
        return csr_array((data, self.indices, self.indptr), shape=(self.n_pre, self.n_post))

    def to_dense(self, weights: ArrayLike | None = None) -> NDArray[Any]:
        """Number of synapses from each source to each target, or the sum of their weights; shape (n_pre, n_post)."""
        if weights is None:
            flat = np.bincount(self._flat, minlength=self.n_pre * self.n_post)
        else:
            flat = np.bincount(
                self._flat, self.per_synapse(weights, "weights"), minlength=self.n_pre * self.n_post
            )
        return flat.reshape(self.n_pre, self.n_post)

    def to_networkx(self, **attributes: ArrayLike) -> Any:
        """As a networkx DiGraph, or a MultiDiGraph where a pair has several synapses.

        Parameters
        ----------
        **attributes : float or array of shape (synapses,)
            Attributes of the edges, such as weight=... and delay=...

        Raises
        ------
        ValueError
            If sources and targets are different units, that is, their numbers differ.
        """
        import networkx as nx

        self._check_square("to_networkx")
        values = {
            name: self.per_synapse(value, name).tolist() for name, value in attributes.items()
        }
        graph = nx.MultiDiGraph() if self.has_multapses else nx.DiGraph()
        graph.add_nodes_from(range(self.n_pre))
        marks = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
        pairs = self.sources.tolist(), self.indices.tolist()
        graph.add_edges_from(zip(*pairs, marks, strict=True) if marks else zip(*pairs, strict=True))
        return graph

    @property
    def count(self) -> int:
        """Number of synapses."""
        return int(self.indices.size)

    @property
    def sources(self) -> Ints:
        """The source of each synapse."""
        return np.repeat(np.arange(self.n_pre), self.out_degrees)

    @property
    def out_degrees(self) -> Ints:
        """Synapses of each source."""
        return np.diff(self.indptr)

    @property
    def in_degrees(self) -> Ints:
        """Synapses on each target."""
        return np.bincount(self.indices, minlength=self.n_post)

    @property
    def density(self) -> float:
        """Synapses over pairs, n_pre n_post."""
        return self.count / (self.n_pre * self.n_post)

    @property
    def autapses(self) -> int:
        """Number of synapses from a source to the target of its own number."""
        return int(np.count_nonzero(self.sources == self.indices))

    @property
    def has_multapses(self) -> bool:
        """Whether any pair is connected more than once."""
        return bool(self._distinct.size < self.count)

    @property
    def reciprocity(self) -> float:
        """Share of connected pairs (i, j), i and j different, of which (j, i) is connected too; NaN without any.

        References
        ----------
        Newman 2010, Networks, section 7.10.

        Examples
        --------
        >>> Connectivity.from_pairs([0, 1, 1, 2], [1, 0, 2, 2], n_pre=3, n_post=3).reciprocity
        0.6666666666666666
        """
        from scipy.sparse import csr_array

        self._check_square("reciprocity")
        kept = self.sources != self.indices
        places = self.sources[kept], self.indices[kept]
        pairs = csr_array((np.ones(kept.sum()), places), shape=(self.n_pre, self.n_post))
        mutual = pairs.multiply(pairs.T.tocsr()).nnz
        return mutual / pairs.nnz if pairs.nnz else float("nan")

    def per_synapse(self, values: ArrayLike, name: str) -> Floats:
        """`values`, one number or one for each synapse, as an array of shape (synapses,); an error for others."""
        array = check.finite_array(values, name)
        if array.shape not in ((), (self.count,)):
            raise ValueError(
                f"{name} must be a number or have one value for each of the {self.count} synapses, got shape "
                f"{array.shape}"
            )
        return np.broadcast_to(array, (self.count,))

    def targets(self, source: int) -> NDArray[np.uint32]:
        """Targets of one source."""
        source = check.whole(source, "source", 0)
        if source >= self.n_pre:
            raise ValueError(f"source must be 0 to {self.n_pre - 1}, got {source}")
        return self.indices[self.indptr[source] : self.indptr[source + 1]]

    def reverse(self) -> Connectivity:
        """Every synapse turned round: targets become sources. Those of each new source are ascending if they can be.

        `weights[wires.reverse_order()]` are the weights of the reversed wires.
        """
        indptr, indices = sort_by(self.indices, self.sources, self.n_post)
        return Connectivity(indptr, indices, self.n_post, self.n_pre)

    def reverse_order(self) -> Ints:
        """Which synapse of these wires each synapse of `reverse()` is."""
        return sort_by(self.indices, np.arange(self.count), self.n_post)[1]

    def subset(self, sources: ArrayLike, targets: ArrayLike) -> Connectivity:
        """The synapses among some units, which are numbered anew in the order given.

        Parameters
        ----------
        sources, targets : arrays of unit numbers, or of n_pre and n_post booleans

        Examples
        --------
        >>> wires = Connectivity.from_pairs([0, 1, 2], [1, 2, 0], n_pre=3, n_post=3)
        >>> wires.subset([2, 1], [0, 1, 2]).to_dense().tolist()
        [[1, 0, 0], [0, 0, 1]]
        """
        return self._subset(sources, targets)[0]

    def subset_order(self, sources: ArrayLike, targets: ArrayLike) -> Ints:
        """Which synapse of these wires each synapse of `subset(sources, targets)` is."""
        return self._subset(sources, targets)[1]

    def _subset(self, sources: ArrayLike, targets: ArrayLike) -> tuple[Connectivity, Ints]:
        rows = _selection(sources, self.n_pre, "sources")
        columns = _selection(targets, self.n_post, "targets")
        place = np.full(self.n_post, -1)
        place[columns] = np.arange(columns.size)
        counts, ends = self.out_degrees[rows], np.cumsum(self.out_degrees[rows])
        number = np.repeat(self.indptr[rows] - ends + counts, counts) + np.arange(counts.sum())
        post = place[self.indices[number]]
        kept = post >= 0
        before = np.concatenate([[0], np.cumsum(kept)])
        indptr = before[np.concatenate([[0], ends])]
        return Connectivity(indptr, post[kept], rows.size, columns.size), number[kept]

    @property
    def _flat(self) -> Ints:
        return self.sources * self.n_post + self.indices

    @property
    def _distinct(self) -> Ints:
        """Connected pairs as source * n_post + target, ascending, each once."""
        flat = self._flat
        if np.any(flat[1:] <= flat[:-1]):
            flat = np.unique(flat)
        return flat

    def _check_square(self, what: str) -> None:
        if self.n_pre != self.n_post:
            raise ValueError(
                f"{what} asks for wires among the same units, got {self.n_pre} sources and {self.n_post} targets"
            )

    def __repr__(self) -> str:
        return f"Connectivity({self.count} synapses, {self.n_pre} to {self.n_post})"

    def __eq__(self, other: Any) -> bool:
        return (
            isinstance(other, Connectivity)
            and (self.n_pre, self.n_post) == (other.n_pre, other.n_post)
            and np.array_equal(self.indptr, other.indptr)
            and np.array_equal(self.indices, other.indices)
        )


def _whole_numbers(values: ArrayLike, name: str) -> NDArray[Any]:
    """`values` as an array of integers; an empty one of any kind will do."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(
            f"{name} must be an array of whole numbers, got {check.shown(values)}"
        ) from None
    if array.size == 0:
        return array.astype(np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(
            f"{name} must be whole numbers, got {array.dtype}; convert them with astype(int)"
        )
    return array


def _check_range(values: NDArray[Any], n: int, name: str, size: str) -> None:
    if values.size and (values.min() < 0 or values.max() >= n):
        raise ValueError(
            f"{name} must be 0 to {n - 1}, got {values.min()} to {values.max()}; raise {size} or renumber"
        )


def _pairs(sources: ArrayLike, targets: ArrayLike, n_pre: int) -> tuple[NDArray[Any], NDArray[Any]]:
    pre, post = (
        _whole_numbers(sources, "sources").ravel(),
        _whole_numbers(targets, "targets").ravel(),
    )
    if pre.shape != post.shape:
        raise ValueError(
            f"sources and targets must be equally long, got {pre.size} and {post.size}"
        )
    _check_range(pre, n_pre, "sources", "n_pre")
    return pre, post


def _selection(units: ArrayLike, n: int, name: str) -> Ints:
    """Numbers of the selected units."""
    chosen = np.asarray(units)
    if chosen.dtype == bool:
        if chosen.shape != (n,):
            raise ValueError(f"{name} must have shape ({n},) if boolean, got {chosen.shape}")
        chosen = np.flatnonzero(chosen)
    chosen = _whole_numbers(chosen, name).ravel().astype(np.int64)
    _check_range(chosen, n, name, "no number")
    if chosen.size == 0 or np.unique(chosen).size < chosen.size:
        raise ValueError(
            f"{name} must name at least one unit and each once, got {chosen.size} numbers"
        )
    return chosen


def sort_by(keys: NDArray[Any], values: NDArray[Any], n: int) -> tuple[Ints, NDArray[Any]]:
    """`values` in order of their keys (0 to n - 1), equal keys in the order they came; and where each key starts."""
    from neurolab.data.wiring_steps import scatter  # loads numba

    indptr, out = np.zeros(n + 1, np.int64), np.empty_like(values)
    scatter(np.ascontiguousarray(keys), np.ascontiguousarray(values), indptr, out)
    return indptr, out


def _entries_of(matrix: Any, attribute: str) -> tuple[Ints, Ints, NDArray[Any], tuple[int, int]]:
    """Source, target and value of each synapse in a matrix or graph, and its shape."""
    if hasattr(matrix, "tocoo"):
        coo = matrix.tocoo()
        if len(coo.shape) != 2:
            raise ValueError(f"matrix must have shape (n_pre, n_post), got {coo.shape}")
        rows, columns = coo.coords if hasattr(coo, "coords") else (coo.row, coo.col)
        return rows.astype(np.int64), columns.astype(np.int64), coo.data, coo.shape
    if hasattr(matrix, "edges") and hasattr(matrix, "nodes"):
        return _edges_of(matrix, attribute)
    array = check.finite_array(matrix, "matrix")
    if array.ndim != 2:
        raise ValueError(f"matrix must have shape (n_pre, n_post), got {array.shape}")
    pre, post = np.nonzero(array)
    return pre, post, array[pre, post], (array.shape[0], array.shape[1])


def _edges_of(graph: Any, attribute: str) -> tuple[Ints, Ints, NDArray[Any], tuple[int, int]]:
    number = {node: i for i, node in enumerate(graph.nodes)}
    table = [(number[a], number[b], w) for a, b, w in graph.edges(data=attribute, default=1)]
    if not graph.is_directed():
        table = [x for a, b, w in table for x in ([(a, b, w)] + [(b, a, w)] * (a != b))]
    pre, post, values = zip(*table, strict=True) if table else ((), (), ())
    return np.array(pre, np.int64), np.array(post, np.int64), np.array(values), (len(number),) * 2
