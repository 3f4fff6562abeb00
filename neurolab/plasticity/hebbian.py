"""Learning from rates: Hebb's rule and what keeps it in bounds.

A unit answers inputs x with y = w x; a step of learning changes its weights by eta times

    hebb          y x - alpha w                        grows without bounds unless alpha is above every eigenvalue
    oja           y x - alpha y² w                     w -> the first eigenvector of <x xᵀ>, |w|² = 1 / alpha
    sanger        yₒ (x - alpha Σ_{k<=o} y_k w_k)      several units: the eigenvectors in order
    bcm           y (y - theta) x - alpha w            theta slides after <y²>: a unit chooses one kind of input
    covariance    (y - <y>)(x - <x>) - alpha w         the first eigenvector of the covariance

With given rates on both sides, "hebb" is the source document's rule dW_ij/dt = eta (r_i r_j - alpha W_ij), which
forgets: W -> <r_i r_j> / alpha with the time constant 1 / (eta alpha) (`compute_hebbian_decay`).

References
----------
Oja 1982, J Math Biol 15:267-273; Sanger 1989, Neural Netw 2:459-473; Bienenstock, Cooper & Munro 1982, J Neurosci
2:32-48; Intrator & Cooper 1992, Neural Netw 5:3-17; Dayan & Abbott 2001, Theoretical Neuroscience, chapter 8.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check
from neurolab.kernels.chunks import Diverged, Interrupted, run_chunked

__all__ = [
    "LEARNING_RULES",
    "BcmFixedPoint",
    "LearningRun",
    "OjaFixedPoint",
    "compute_hebbian_decay",
    "compute_learning_drift",
    "compute_oja_flow",
    "find_bcm_fixed_points",
    "find_oja_fixed_points",
    "simulate_learning",
]

Array = NDArray[np.float64]

LEARNING_RULES = ("hebb", "oja", "sanger", "bcm", "covariance")
"""Names of the rules; see the top of this file."""

_ALPHA = dict(hebb=0.0, oja=1.0, sanger=1.0, bcm=0.0, covariance=0.0)
_MOST_PATTERNS = 12  # 2^12 fixed points


@dataclass(frozen=True, eq=False)
class LearningRun:
    """Weights after each kept step.

    Attributes
    ----------
    step : array of shape (kept,)
        0 is the start.
    w : array of shape (kept, inputs), or (kept, outputs, inputs) if several units learn
    theta : array of shape (kept,), or (kept, outputs)
        The sliding threshold of "bcm", else 0.
    """

    step: NDArray[np.int64]
    w: Array
    theta: Array

    @property
    def final(self) -> Array:
        """The last weights."""
        return np.asarray(self.w[-1])


@dataclass(frozen=True, eq=False)
class OjaFixedPoint:
    """A weight vector that Oja's averaged rule leaves alone.

    Attributes
    ----------
    w : array of shape (inputs,), and -w just as well
    eigenvalues : array of shape (inputs,)
        Of the rule's Jacobian, per unit of eta; all below 0 where the point is stable.
    """

    w: Array
    eigenvalues: Array

    @property
    def stable(self) -> bool:
        """Whether small deviations shrink."""
        return bool(self.eigenvalues.max() < 0)


@dataclass(frozen=True, eq=False)
class BcmFixedPoint:
    """Weights that the averaged BCM rule leaves alone.

    Attributes
    ----------
    w : array of shape (inputs,)
        In the space of the patterns.
    responses : array of shape (patterns,)
        The unit's answers: theta to some patterns, 0 to the others.
    theta : float
        <y²>.
    eigenvalues : complex array of shape (patterns,)
        Of the rule's Jacobian, per unit of eta.
    """

    w: Array
    responses: Array
    theta: float
    eigenvalues: NDArray[np.complex128]

    @property
    def stable(self) -> bool:
        """Whether small deviations shrink."""
        return bool(self.eigenvalues.real.max() < -1e-12)


def compute_hebbian_decay(
    t: ArrayLike, r_i: ArrayLike, r_j: ArrayLike, *, eta: float, alpha: float, W: ArrayLike = 0.0
) -> Array | float:
    """Solution of dW/dt = eta (r_i r_j - alpha W) for constant rates, the learning rule of the source document.

    W(t) = W_inf + (W(0) - W_inf) exp(-eta alpha t) with W_inf = r_i r_j / alpha; without alpha it grows linearly.

    Parameters
    ----------
    t : array_like
        0 or more, in the unit of time in which eta is a rate.
    r_i, r_j : array_like, Hz
        Post- and presynaptic rate; r_i[:, None] and r_j[None, :] give the matrix.
    eta, alpha : float
        Rate of learning, and how fast it forgets; 0 or more.
    W : array_like
        At t = 0.

    Returns
    -------
    float or array of the common shape

    Raises
    ------
    ValueError
        For a negative t, eta or alpha, or shapes that do not broadcast.

    Examples
    --------
    >>> round(compute_hebbian_decay(10.0, 2.0, 3.0, eta=0.1, alpha=0.5), 7)
    4.7216321
    """
    eta, alpha = check.non_negative(eta, "eta"), check.non_negative(alpha, "alpha")
    names = ("t", "r_i", "r_j", "W")
    try:
        time, post, pre, start = np.broadcast_arrays(
            *(check.finite_array(x, name) for x, name in zip((t, r_i, r_j, W), names, strict=True))
        )
    except ValueError as error:
        if "broadcast" not in str(error):
            raise
        shapes = ", ".join(str(np.shape(x)) for x in (t, r_i, r_j, W))
        raise ValueError(f"t, r_i, r_j and W must broadcast, got shapes {shapes}") from None
    if np.any(time < 0):
        raise ValueError(f"t must be 0 or more, got {time.min():g}")
    z = np.asarray(eta * alpha * time)
    slowed = np.divide(-np.expm1(-z), z, out=np.ones_like(z), where=z > 1e-300)  # (1 - exp(-z)) / z
    found = np.asarray(start * np.exp(-z) + eta * post * pre * time * slowed)
    return float(found) if found.ndim == 0 else found


def compute_learning_drift(
    rule: str,
    inputs: ArrayLike,
    w: ArrayLike,
    *,
    probabilities: ArrayLike | None = None,
    alpha: float | None = None,
) -> Array:
    """Mean change of the weights in a step of `simulate_learning`, over eta, at given weights of one unit.

    The running means of "bcm" and "covariance" are taken where they come to rest: theta = <y²>, <x> and <y>.

    Parameters
    ----------
    rule : {"hebb", "oja", "sanger", "bcm", "covariance"}
        For one unit "sanger" is "oja".
    inputs : array_like of shape (samples, inputs)
    w : array_like of shape (..., inputs)
    probabilities : array_like of shape (samples,), optional
        All equal if left out.
    alpha : float, optional
        As for `simulate_learning`.

    Returns
    -------
    array of the shape of w

    Raises
    ------
    ValueError
        For an unknown rule, shapes that do not fit, or probabilities that are not.

    Examples
    --------
    >>> compute_learning_drift("bcm", [[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [1.0, 0.5]]).tolist()
    [[0.0, 0.0], [0.1875, -0.03125]]
    """
    rule, X = check.choice(rule, LEARNING_RULES, "rule"), _table(inputs, "inputs")
    weights = check.finite_array(w, "w")
    if weights.ndim < 1 or weights.shape[-1] != X.shape[1]:
        raise ValueError(
            f"w must have shape (..., {X.shape[1]}), as the inputs have {X.shape[1]} columns; got {weights.shape}"
        )
    p = _probabilities(probabilities, len(X))
    alpha = _ALPHA[rule] if alpha is None else check.finite(alpha, "alpha")
    y = weights @ X.T
    power = (y**2 @ p)[..., None]
    forgotten = alpha * weights
    if rule in ("oja", "sanger"):
        forgotten = forgotten * power
    elif rule == "bcm":
        y = y * (y - power)
    elif rule == "covariance":
        y = y - (y @ p)[..., None]  # <(y - <y>) (x - <x>)> = <(y - <y>) x>
    return np.asarray((y * p) @ X - forgotten)


def compute_oja_flow(C: ArrayLike, w: ArrayLike, t: float) -> Array:
    """Solution of Oja's averaged rule dw/dt = C w - (wᵀ C w) w at time t (in units of 1 / eta).

    w(t) = u / sqrt(1 - |w(0)|² + |u|²) with u = exp(C t) w(0).

    Parameters
    ----------
    C : array_like of shape (inputs, inputs)
        <x xᵀ>, symmetric.
    w : array_like of shape (inputs,)
        At t = 0.
    t : float, 0 or more

    Returns
    -------
    array of shape (inputs,)

    Raises
    ------
    ValueError
        For a matrix that is not square and symmetric, or weights of another length.

    References
    ----------
    Oja 1982.

    Examples
    --------
    >>> compute_oja_flow([[3.0, 1.0], [1.0, 2.0]], [0.1, 0.0], 50.0).round(7).tolist()
    [0.8506508, 0.5257311]
    """
    matrix, start = _correlations(C), check.finite_array(w, "w")
    if start.shape != matrix.shape[:1]:
        raise ValueError(f"w must have shape {matrix.shape[:1]}, got {start.shape}")
    values, vectors = np.linalg.eigh(matrix)
    top = max(float(values[-1]), 0.0)  # exp(top t) is taken out of u, or it overflows
    t = check.non_negative(t, "t")
    u = vectors @ (np.exp((values - top) * t) * (vectors.T @ start))
    scale = np.exp(-2 * top * t) * (1 - start @ start) + u @ u
    return np.asarray(u / np.sqrt(scale)) if scale > 0 else np.zeros(start.size)


def find_oja_fixed_points(C: ArrayLike) -> tuple[OjaFixedPoint, ...]:
    """Fixed points of Oja's averaged rule with their stability, the stable one first.

    They are the unit eigenvectors e_k of C: around e_k the Jacobian has the eigenvalues λ_j - λ_k and -2 λ_k, so that
    only the first, with the largest λ, is stable.

    Parameters
    ----------
    C : array_like of shape (inputs, inputs)
        <x xᵀ>, symmetric.

    Returns
    -------
    tuple of OjaFixedPoint
        In the order of falling λ; each w has its largest component above 0. The origin, which is unstable, is left out.

    Raises
    ------
    ValueError
        For a matrix that is not square and symmetric.

    References
    ----------
    Oja 1982.

    Examples
    --------
    >>> first, second = find_oja_fixed_points([[3.0, 1.0], [1.0, 2.0]])
    >>> first.w.round(7).tolist(), first.stable, second.stable
    ([0.8506508, 0.5257311], True, False)
    """
    values, vectors = np.linalg.eigh(_correlations(C))
    found = []
    for k in np.argsort(values)[::-1]:
        w = vectors[:, k] * np.sign(vectors[np.argmax(np.abs(vectors[:, k])), k])
        jacobian = values - values[k]
        jacobian[k] = -2 * values[k]
        found.append(OjaFixedPoint(w, np.sort(jacobian)[::-1]))
    return tuple(found)


def find_bcm_fixed_points(
    patterns: ArrayLike, probabilities: ArrayLike | None = None
) -> tuple[BcmFixedPoint, ...]:
    """Fixed points of the averaged BCM rule for patterns that are linearly independent, with their stability.

    At a fixed point the unit answers theta to the patterns of some set and 0 to the others, with theta = 1 / P, P the
    probability of the set. Only sets of one pattern are stable: the unit has become selective.

    Parameters
    ----------
    patterns : array_like of shape (patterns, inputs)
    probabilities : array_like of shape (patterns,), optional
        All equal if left out.

    Returns
    -------
    tuple of BcmFixedPoint
        From the most selective to the least; the origin comes last. theta follows <y²> at once.

    Raises
    ------
    ValueError
        For patterns that depend on each other linearly, more than 12 of them, or probabilities that are not.

    References
    ----------
    Intrator & Cooper 1992.

    Examples
    --------
    >>> for point in find_bcm_fixed_points([[1.0, 0.0], [0.0, 1.0]]):
    ...     print(point.responses.tolist(), point.eigenvalues.real.round(3).tolist(), point.stable)
    [2.0, 0.0] [-1.0, -1.0] True
    [0.0, 2.0] [-1.0, -1.0] True
    [1.0, 1.0] [-0.5, 0.5] False
    [0.0, 0.0] [0.0, 0.0] False
    """
    X = _table(patterns, "patterns")
    count = len(X)
    if count > _MOST_PATTERNS:
        raise ValueError(
            f"patterns must be at most {_MOST_PATTERNS}, got {count}: each set is a fixed point"
        )
    if np.linalg.matrix_rank(X) < count:
        raise ValueError(
            f"patterns must be linearly independent, got {count} of rank {np.linalg.matrix_rank(X)}"
        )
    p = _probabilities(probabilities, count)
    gram, inverse = X @ X.T, np.linalg.pinv(X)
    found = []
    for size in [*range(1, count + 1), 0]:
        for chosen in itertools.combinations(range(count), size):
            y = np.zeros(count)
            theta = 1 / p[list(chosen)].sum() if chosen else 0.0
            y[list(chosen)] = theta
            slope = np.diag(2 * y - theta) - 2 * np.outer(y, p * y)
            eigenvalues = np.linalg.eigvals(gram @ (p[:, None] * slope)).astype(np.complex128)
            found.append(BcmFixedPoint(inverse @ y, y, float(theta), np.sort_complex(eigenvalues)))
    return tuple(found)


def simulate_learning(
    rule: str,
    inputs: ArrayLike,
    w: ArrayLike,
    *,
    eta: float,
    steps: int | None = None,
    seed: int | np.random.Generator | None = None,
    probabilities: ArrayLike | None = None,
    outputs: ArrayLike | None = None,
    alpha: float | None = None,
    tau: float = 100.0,
    rectify: bool = False,
    every: int = 1,
    progress: Callable[[float], object] | None = None,
) -> LearningRun:
    """Weights of units that learn from one input after the other.

    Parameters
    ----------
    rule : {"hebb", "oja", "sanger", "bcm", "covariance"}
        The equations stand at the top of `neurolab.plasticity.hebbian`.
    inputs : array_like of shape (samples, inputs)
        In the order in which they come; or, if `steps` is given, the patterns to draw from.
    w : array_like of shape (inputs,), or (outputs, inputs) for several units
        At the start.
    eta : float
        Rate of learning per step.
    steps : int, optional
        Draw so many of the inputs at random, instead of going through them once.
    seed : int or numpy.random.Generator
        Wanted where `steps` is given.
    probabilities : array_like of shape (samples,), optional
        With which each input is drawn; all equal if left out.
    outputs : array_like of shape (samples,) or (samples, outputs), optional
        Postsynaptic rates that go with the inputs, where they are not the units' own answers.
    alpha : float, optional
        0 for "hebb", "bcm" and "covariance" and 1 for "oja" and "sanger" if left out.
    tau : float, steps
        Of the running means: theta of "bcm", <x> and <y> of "covariance". They start at their means over the inputs.
        Infinity holds them there.
    rectify : bool
        y = max(w x, 0).
    every : int
        Keep the weights of every so many steps.
    progress : callable of the fraction done, optional

    Returns
    -------
    LearningRun

    Raises
    ------
    ValueError
        For an unknown rule, shapes that do not fit, steps without a seed, a seed or probabilities without steps, or
        "bcm" with tau below 1.
    Diverged
        When a weight passes 1e150; `.time` is the step, `.partial` the run so far.
    Interrupted
        On an interrupt; `.partial` holds the run so far.

    Examples
    --------
    >>> x = np.random.default_rng(1).multivariate_normal([0, 0], [[3, 1], [1, 2]], size=20_000)
    >>> simulate_learning("oja", x, [0.1, 0.0], eta=0.002).final.round(1).tolist()
    [0.9, 0.5]
    """
    rule = check.choice(rule, LEARNING_RULES, "rule")
    X = _table(inputs, "inputs")
    start = check.finite_array(w, "w")
    if start.ndim not in (1, 2) or start.shape[-1] != X.shape[1]:
        raise ValueError(
            f"w must have shape ({X.shape[1]},) or (outputs, {X.shape[1]}), as the inputs have {X.shape[1]} columns; "
            f"got {start.shape}"
        )
    weights = np.array(start, np.float64).reshape(-1, X.shape[1])
    y = _outputs(outputs, len(X), len(weights))
    total, draw = _order(len(X), steps, seed, probabilities)
    eta, every = check.finite(eta, "eta"), check.whole(every, "every")
    alpha = _ALPHA[rule] if alpha is None else check.finite(alpha, "alpha")
    if tau != np.inf:  # which keeps the first values
        tau = check.finite(tau, "tau")
    if tau < 1:
        raise ValueError(
            f"tau must be at least 1 step, got {tau:g}; tau=1 takes the last value alone"
        )
    answers = X @ weights.T if y is None else y
    if rectify and y is None:
        answers = np.maximum(answers, 0.0)
    p = np.full(len(X), 1 / len(X)) if steps is None else _probabilities(probabilities, len(X))
    theta = p @ answers**2 if rule == "bcm" else np.zeros(len(weights))
    mean_x, mean_y = p @ X, p @ answers
    kept_w = np.empty((total // every + 1, *weights.shape))
    kept_theta = np.empty((total // every + 1, len(weights)))
    kept_w[0], kept_theta[0] = weights, theta
    numbers = (eta, alpha, 1.0 / tau)
    done = 0

    def run(last: int) -> LearningRun:
        size = last // every + 1
        several = start.ndim == 2
        return LearningRun(
            np.arange(size) * every,
            kept_w[:size] if several else kept_w[:size, 0],
            kept_theta[:size] if several else kept_theta[:size, 0],
        )

    def advance(size: int) -> float:
        nonlocal done
        from neurolab.plasticity.hebbian_steps import learning_steps  # loads numba

        count = min(total - done, max(1, size // weights.size))
        bad = learning_steps(
            LEARNING_RULES.index(rule), rectify, y is not None, X, np.empty((0, 0)) if y is None else y, draw(done,
            count), weights, theta, mean_x, mean_y, numbers, every, done, kept_w, kept_theta,
        )  # fmt: skip
        if bad >= 0:
            raise Diverged(
                f"weights passed 1e150 at step {bad}; lower eta={eta:g}, or use a rule that is bounded, such as oja",
                float(bad),
                run(bad - 1),
            )
        done += count
        return done / total

    try:
        run_chunked(advance, progress)
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted at step {done} of {total}; .partial holds the run so far", run(done)
        ) from None
    return run(total)


def _correlations(C: ArrayLike) -> Array:
    matrix = check.finite_array(C, "C")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.allclose(matrix, matrix.T):
        raise ValueError(f"C must be a symmetric matrix, <x xᵀ>, got shape {matrix.shape}")
    return matrix


def _table(values: ArrayLike, name: str) -> Array:
    table = check.finite_array(values, name)
    if table.ndim != 2 or not table.size:
        raise ValueError(
            f"{name} must have shape (samples, inputs), got {table.shape}; use x[:, None] for one input"
        )
    return table


def _probabilities(probabilities: ArrayLike | None, count: int) -> Array:
    if probabilities is None:
        return np.full(count, 1 / count)
    p = check.finite_array(probabilities, "probabilities")
    if p.shape != (count,) or np.any(p <= 0) or abs(p.sum() - 1) > 1e-9:
        raise ValueError(
            f"probabilities must be {count} numbers above 0 with sum 1, got shape {p.shape} and sum {p.sum():g}"
        )
    return p


def _outputs(outputs: ArrayLike | None, samples: int, units: int) -> Array | None:
    if outputs is None:
        return None
    y = check.finite_array(outputs, "outputs")
    if y.ndim == 1 and units == 1:
        y = np.ascontiguousarray(y[:, None])
    if y.shape != (samples, units):
        raise ValueError(f"outputs must have shape ({samples}, {units}), got {np.shape(outputs)}")
    return y


def _order(
    samples: int,
    steps: int | None,
    seed: int | np.random.Generator | None,
    probabilities: ArrayLike | None,
) -> tuple[int, Callable[[int, int], NDArray[np.int64]]]:
    """How many steps there are, and a function (first, count) that says which input each step takes."""
    if steps is None:
        if seed is not None or probabilities is not None:
            raise ValueError(
                "seed and probabilities need steps, got none; give steps=10000 to draw the inputs at random"
            )
        return samples, lambda first, count: np.arange(first, first + count)
    if seed is None:
        raise ValueError(
            "seed must be given where inputs are drawn at random, got None; give seed=1"
        )
    rng = check.generator(seed)
    edges = np.cumsum(_probabilities(probabilities, samples))[:-1]
    return check.whole(steps, "steps"), lambda first, count: np.searchsorted(
        edges, rng.random(count), side="right"
    )
