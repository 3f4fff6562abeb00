"""What one threshold unit can learn: linear separation, how many dichotomies it reaches, and the perceptron's rule.

A unit with N weights answers sign(w·x). A dichotomy of P patterns, one answer +1 or -1 for each, can be learnt if some
w gives y w·x > 0 for all of them. A threshold is one more weight, on an input that is always 1.

References
----------
Rosenblatt 1958, Psychol Rev 65:386-408. Novikoff 1962, Proc Symp Math Theory of Automata 12:615-622. Cover 1965, IEEE
Trans Electron Comput EC-14:326-334. Gardner 1988, J Phys A 21:257-270 (the same capacity from statistical mechanics).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = [
    "PerceptronRun",
    "compute_correction_bound",
    "compute_separable_fraction",
    "find_separating_weights",
    "train_perceptron",
]

Array = NDArray[np.float64]


def compute_separable_fraction(P: ArrayLike, N: int) -> Array | float:
    """Fraction of the 2^P dichotomies of P patterns in general position that N weights can separate.

    2^(1-P) sum_{k<N} binomial(P - 1, k): the chance that P - 1 tosses of a coin give fewer than N heads. It is 1 up to
    P = N, exactly 1/2 at P = 2 N, and falls from 1 to 0 within a range of P/N that shrinks as 1/sqrt(N).

    Parameters
    ----------
    P : array_like of whole numbers, 1 or more
    N : int
        Weights, that of the threshold included.

    Returns
    -------
    float or array of the shape of P

    Raises
    ------
    ValueError
        For a P that is not a whole number of at least 1, or no weight.

    References
    ----------
    Cover 1965 (the function-counting theorem, over 2^P).

    Examples
    --------
    >>> compute_separable_fraction([150, 200, 250], 100).round(4).tolist()
    [1.0, 0.5, 0.0007]
    """
    from scipy.special import betainc

    counts, N = check.finite_array(P, "P"), check.whole(N, "N")
    if np.any(counts < 1) or np.any(counts != np.floor(counts)):
        raise ValueError(f"P must be whole numbers of at least 1, got {counts.min():g}")
    # the binomial sum as an incomplete beta function, which needs no large numbers
    found = np.where(counts <= N, 1.0, betainc(np.maximum(counts - N, 1.0), float(N), 0.5))
    return float(found) if found.ndim == 0 else found


def find_separating_weights(patterns: ArrayLike, labels: ArrayLike) -> Array | None:
    """Weights of length 1 that give every pattern its label with the largest margin; None if no weights do.

    By Gordan's theorem either some w has y w·x > 0 for all patterns, or some mixture of the y x is 0. The mixture
    closest to 0 is a linear program with a quadratic goal (Lawson and Hanson's non-negative least squares). If it is
    not 0, it is such a w, and of all of them the one farthest from the nearest pattern.

    Parameters
    ----------
    patterns : array of shape (P, N)
        For a threshold, let one column be 1.
    labels : array of shape (P,), of +1 and -1

    Returns
    -------
    array of shape (N,), or None

    Raises
    ------
    ValueError
        For shapes that do not fit, or labels that hold other numbers.

    References
    ----------
    Cover 1965 (which dichotomies there are).

    Examples
    --------
    >>> corners = [[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]
    >>> find_separating_weights(corners, [-1, -1, -1, 1]).round(4).tolist()    # AND
    [-0.7276, 0.4851, 0.4851]
    >>> find_separating_weights(corners, [-1, 1, 1, -1]) is None               # XOR
    True
    """
    from scipy.optimize import nnls

    signed = _signed(patterns, labels)
    size = float(np.linalg.norm(signed, axis=1).max())
    if size == 0.0:
        return None
    # mixtures of the y x, with a last row that asks the parts to add up to 1
    mixtures = np.vstack([signed.T / size, np.ones(len(signed))])
    wish = np.zeros(len(mixtures))
    wish[-1] = 1.0
    parts, _ = nnls(mixtures, wish, maxiter=100 * mixtures.shape[1])
    w: Array = mixtures[:-1] @ parts
    length = float(np.linalg.norm(w))
    if length < _ROUNDING or np.min(signed @ w) <= 0.0:
        return None
    return w / length


_ROUNDING = 1e-10  # of a mixture that is 0


@dataclass(frozen=True, eq=False)
class PerceptronRun:
    """What the perceptron's rule has learnt.

    Attributes
    ----------
    weights : array of shape (N,)
        At the end.
    mistakes : array of shape (epochs run,)
        Corrections in each pass over all patterns.
    history : array of shape (1 + corrections kept, N)
        The weights at the start and after each of the first corrections.
    learnt : bool
        True if the last pass found nothing to correct.
    """

    weights: Array
    mistakes: NDArray[np.int64]
    history: Array
    learnt: bool

    @property
    def corrections(self) -> int:
        """How often the weights were changed."""
        return int(self.mistakes.sum())


def train_perceptron(
    patterns: ArrayLike,
    labels: ArrayLike,
    *,
    epochs: int = 1000,
    start: ArrayLike = 0.0,
    record: int = 0,
) -> PerceptronRun:
    """Pass over the patterns in their order; wherever y w·x <= 0, add y x to w. Stop when a pass finds no mistake.

    Parameters
    ----------
    patterns : array of shape (P, N)
        For a threshold, let one column be 1.
    labels : array of shape (P,), of +1 and -1
    epochs : int
        Passes at most. If no weights separate the patterns, the rule goes on for ever.
    start : float or array of shape (N,)
    record : int
        Corrections after which to keep the weights, from the first on.

    Returns
    -------
    PerceptronRun

    Raises
    ------
    ValueError
        For shapes that do not fit, labels that hold other numbers, fewer than one epoch.

    References
    ----------
    Rosenblatt 1958; Novikoff 1962.

    Examples
    --------
    >>> corners = [[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]
    >>> run = train_perceptron(corners, [-1, -1, -1, 1])    # AND
    >>> run.learnt, run.weights.tolist()
    (True, [-4.0, 3.0, 2.0])
    """
    from neurolab.networks.steps import perceptron_passes  # loads numba

    signed, epochs = _signed(patterns, labels), check.whole(epochs, "epochs")
    first = check.finite_array(start, "start")
    if first.shape not in ((), (signed.shape[1],)):
        raise ValueError(
            f"start must be a number or one for each of the {signed.shape[1]} weights, got {first.shape}"
        )
    w = np.broadcast_to(first, (signed.shape[1],)).copy()
    history = np.empty((check.whole(record, "record", 0) + 1, w.size))
    history[0] = w
    mistakes = np.zeros(epochs, np.int64)
    ran, corrections = perceptron_passes(signed, w, mistakes, history)
    return PerceptronRun(
        w, mistakes[:ran], history[: corrections + 1], bool(mistakes[ran - 1] == 0)
    )


def compute_correction_bound(patterns: ArrayLike, labels: ArrayLike) -> float:
    """The most corrections the perceptron's rule can need from w = 0: (longest pattern / largest margin)².

    Returns
    -------
    float
        Infinite if no weights separate the patterns.

    References
    ----------
    Novikoff 1962.

    Examples
    --------
    >>> round(compute_correction_bound([[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]], [-1, -1, -1, 1]), 6)
    51.0
    """
    signed, w = _signed(patterns, labels), find_separating_weights(patterns, labels)
    if w is None:
        return math.inf
    longest, margin = np.linalg.norm(signed, axis=1).max(), np.min(signed @ w)
    return float((longest / margin) ** 2)


def _signed(patterns: ArrayLike, labels: ArrayLike) -> Array:
    """Each pattern times its label: what has to have a positive product with w."""
    x, y = check.finite_array(patterns, "patterns"), check.finite_array(labels, "labels")
    if x.ndim != 2 or not x.size:
        raise ValueError(f"patterns must have shape (P, N), got {x.shape}")
    if y.shape != (len(x),):
        raise ValueError(
            f"labels must have one entry for each of the {len(x)} patterns, got {y.shape}"
        )
    if np.any(np.abs(y) != 1):
        raise ValueError(f"labels must be +1 or -1, got {np.unique(y)[:4].tolist()}")
    return np.ascontiguousarray(x * y[:, None])
