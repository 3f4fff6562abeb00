"""Networks that remember: Hopfield's, whose memories are points, and the ring, whose memories are angles.

Hopfield: N units s_i = ±1, W_ij = sum over patterns of xi_i xi_j / N, W_ii = 0, s_i := sign(sum_j W_ij s_j). One unit
at a time, the energy E = -s·W s / 2 never rises, so the state comes to rest. With P = alpha N random patterns a stored
one is (nearly) a state of rest until alpha_c = 0.138.

Ring (Ben-Yishai, Bar-Or & Sompolinsky 1995): units prefer angles theta from -90° to 90°,
    tau dr/dt = -r + [ (J_0 + J_2 cos 2(theta - theta')) averaged with r(theta') + I ]_+
For J_2 > 2 even a uniform input makes a bump of activity; where it stands is a memory.

References
----------
Hopfield 1982, PNAS 79:2554-2558. Amit, Gutfreund & Sompolinsky 1985, Phys Rev Lett 55:1530-1533; 1987, Ann Phys
173:30-67. Ben-Yishai, Bar-Or & Sompolinsky 1995, PNAS 92:3844-3848.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = [
    "HopfieldCapacity",
    "Recall",
    "RingBump",
    "compute_hopfield_energy",
    "compute_hopfield_overlap",
    "compute_overlaps",
    "compute_ring_bump",
    "compute_ring_eigenvalues",
    "find_hopfield_capacity",
    "generate_hopfield_weights",
    "generate_patterns",
    "generate_ring_weights",
    "recall_pattern",
]

Array = NDArray[np.float64]


# Hopfield's network


def generate_patterns(
    count: int, n: int, *, seed: int | np.random.Generator, mean: float = 0.0
) -> Array:
    """`count` random patterns of n units, each +1 with probability (1 + mean) / 2 and otherwise -1.

    Returns
    -------
    array of shape (count, n)

    Raises
    ------
    ValueError
        For a mean that is not between -1 and 1, or no unit or pattern.

    Examples
    --------
    >>> generate_patterns(2, 5, seed=1).shape
    (2, 5)
    """
    count, n, mean = check.whole(count, "count"), check.whole(n, "n"), check.finite(mean, "mean")
    if abs(mean) > 1:
        raise ValueError(f"mean must be between -1 and 1, got {mean:g}")
    draws = check.generator(seed).random((count, n))
    return np.where(draws < (1.0 + mean) / 2.0, 1.0, -1.0)


def generate_hopfield_weights(patterns: ArrayLike) -> Array:
    """Hebb's rule: W_ij = (1/N) sum over patterns of xi_i xi_j, and W_ii = 0.

    Parameters
    ----------
    patterns : array of shape (count, n), of +1 and -1

    Returns
    -------
    array of shape (n, n)

    Raises
    ------
    ValueError
        For patterns that hold anything but +1 and -1.

    Examples
    --------
    >>> (2 * generate_hopfield_weights([[1, -1]])).tolist()
    [[0.0, -1.0], [-1.0, 0.0]]
    """
    xi = np.atleast_2d(_signs(patterns, "patterns"))
    W: Array = xi.T @ xi / xi.shape[1]
    np.fill_diagonal(W, 0.0)
    return W


@dataclass(frozen=True, eq=False)
class Recall:
    """What a Hopfield network made of a start.

    Attributes
    ----------
    states : array of shape (sweeps + 1, n)
        The start, and the state after each sweep over all units.
    energies : array of shape (sweeps + 1,)
    settled : bool
        True if the last sweep changed nothing.
    """

    states: Array
    energies: Array
    settled: bool

    @property
    def end(self) -> Array:
        """The last state."""
        last: Array = self.states[-1]
        return last


def recall_pattern(
    W: ArrayLike,
    start: ArrayLike,
    *,
    method: str = "asynchronous",
    sweeps: int = 100,
    seed: int | np.random.Generator = 0,
) -> Recall:
    """Let a Hopfield network run from `start` until it rests, or for `sweeps` sweeps.

    Parameters
    ----------
    W : array of shape (n, n)
    start : array of shape (n,), of +1 and -1
    method : "asynchronous" or "synchronous"
        One unit at a time in a new random order each sweep; or all units at once, which may end in a cycle of two
        states. A unit whose input is exactly 0 stays as it is.
    sweeps : int
    seed : int or Generator
        For the orders.

    Returns
    -------
    Recall

    Raises
    ------
    ValueError
        For a W that is not square, a start that does not fit or holds other numbers, an unknown method.

    Examples
    --------
    >>> xi = generate_patterns(5, 200, seed=1)
    >>> start = xi[0] * np.where(np.arange(200) < 40, -1, 1)    # a fifth of the units wrong
    >>> run = recall_pattern(generate_hopfield_weights(xi), start)
    >>> run.settled, compute_overlaps(run.states, xi[0]).tolist()
    (True, [0.6, 1.0, 1.0])
    """
    from neurolab.networks.steps import hopfield_sweep  # loads numba

    weights = check.finite_array(W, "W")
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1]:
        raise ValueError(f"W must be a square matrix, shape (n, n), got {weights.shape}")
    state = _signs(start, "start").copy()
    if state.shape != (len(weights),):
        raise ValueError(
            f"start must have one entry for each of the {len(weights)} units, got {state.shape}"
        )
    one_by_one = check.choice(method, ("asynchronous", "synchronous"), "method") == "asynchronous"
    rng, field = check.generator(seed), weights @ state
    columns = np.ascontiguousarray(weights.T)
    states, energies, settled = [state.copy()], [-0.5 * float(state @ field)], False
    for _ in range(check.whole(sweeps, "sweeps")):
        if one_by_one:
            changed = int(hopfield_sweep(columns, rng.permutation(len(state)), state, field))
        else:
            after = np.where(field == 0, state, np.sign(field))
            changed, state = int(np.count_nonzero(after != state)), after
        field = weights @ state  # afresh: what a sweep has summed up would keep its rounding
        states.append(state.copy())
        energies.append(-0.5 * float(state @ field))
        if changed == 0:
            settled = True
            break
    return Recall(np.array(states), np.array(energies), settled)


def compute_overlaps(states: ArrayLike, patterns: ArrayLike) -> Array:
    """m = (1/N) sum_i xi_i s_i of each state with each pattern: 1 the same, 0 unrelated, -1 its negative.

    Parameters
    ----------
    states : array of shape (n,) or (times, n)
    patterns : array of shape (n,) or (count, n)

    Returns
    -------
    array of shape (), (times,), (count,) or (times, count)

    Examples
    --------
    >>> compute_overlaps([1, 1, 1, -1], [[1, 1, 1, 1], [1, -1, 1, -1]]).tolist()
    [0.5, 0.5]
    """
    s, xi = _signs(states, "states"), _signs(patterns, "patterns")
    if s.shape[-1] != xi.shape[-1]:
        raise ValueError(
            f"states and patterns must have as many units, got {s.shape[-1]} and {xi.shape[-1]}"
        )
    return np.asarray(s @ xi.T / s.shape[-1])


def compute_hopfield_energy(W: ArrayLike, states: ArrayLike) -> Array | float:
    """E = -s·W s / 2 of one state (n,) or of each of several (times, n).

    Examples
    --------
    >>> compute_hopfield_energy([[0.0, 0.5], [0.5, 0.0]], [1, 1])
    -0.5
    """
    s, weights = _signs(states, "states"), check.finite_array(W, "W")
    if weights.shape != (s.shape[-1], s.shape[-1]):
        raise ValueError(
            f"W must have shape {(s.shape[-1], s.shape[-1])} for these states, got {weights.shape}"
        )
    energies = -0.5 * np.sum((s @ weights.T) * s, axis=-1)
    return float(energies) if energies.ndim == 0 else np.asarray(energies)


def _signs(values: ArrayLike, name: str) -> Array:
    array = check.finite_array(values, name)
    if array.ndim not in (1, 2) or not array.size or np.any(np.abs(array) != 1):
        raise ValueError(
            f"{name} must be one row or several of +1 and -1, "
            f"got {np.unique(array)[:4].tolist()} in shape {array.shape}"
        )
    return array


# the theory of many patterns


@dataclass(frozen=True)
class HopfieldCapacity:
    """The end of memory.

    Attributes
    ----------
    alpha : float
        Patterns per unit up to which stored patterns are (nearly) states of rest.
    overlap : float
        Of the state of rest with its pattern, just there.
    """

    alpha: float
    overlap: float


def find_hopfield_capacity() -> HopfieldCapacity:
    """Largest load of a Hopfield network without noise, replica-symmetric theory.

    With y = m / sqrt(2 alpha r) the saddle-point equations become one, m = erf(y) and
    alpha = (erf(y) / y - 2 exp(-y²) / sqrt(pi))² / 2, whose largest value is the capacity.

    References
    ----------
    Amit, Gutfreund & Sompolinsky 1985; 1987.

    Examples
    --------
    >>> found = find_hopfield_capacity()
    >>> round(found.alpha, 6), round(found.overlap, 6)
    (0.137906, 0.967417)
    """
    y = _y_at_capacity()
    return HopfieldCapacity(_load(y), math.erf(y))


def compute_hopfield_overlap(alpha: ArrayLike) -> Array | float:
    """Overlap of the state of rest with its pattern at a load alpha = P/N, without noise, for N without bound.

    Parameters
    ----------
    alpha : array_like, 0 or more

    Returns
    -------
    float or array of the shape of alpha
        0 above the capacity, where the network forgets everything at once.

    Raises
    ------
    ValueError
        For a negative alpha.

    References
    ----------
    Amit, Gutfreund & Sompolinsky 1985; 1987.

    Examples
    --------
    >>> compute_hopfield_overlap([0.0, 0.1, 0.137, 0.14]).round(6).tolist()
    [1.0, 0.997999, 0.975444, 0.0]
    """
    from scipy.optimize import brentq

    loads = check.finite_array(alpha, "alpha")
    if np.any(loads < 0):
        raise ValueError(f"alpha must be 0 or more, got {loads.min():g}")
    low = _y_at_capacity()
    top = _load(low)
    found = np.zeros(loads.shape)
    for index, load in np.ndenumerate(loads):
        if load == 0:
            found[index] = 1.0
        elif load <= top:
            # at large y the load is 1 / (2 y²), so this is beyond the root
            high = max(30.0, 2.0 / math.sqrt(load))
            found[index] = math.erf(
                brentq(lambda y, load=load: _load(y) - load, low, high, xtol=1e-14)
            )
    return float(found) if found.ndim == 0 else found


def _load(y: float) -> float:
    return (math.erf(y) / y - 2.0 / math.sqrt(math.pi) * math.exp(-y * y)) ** 2 / 2.0


def _y_at_capacity() -> float:
    """d alpha / dy = 0: erf(y) / y² = (2 / sqrt(pi)) exp(-y²) (1/y + 2 y)."""
    from scipy.optimize import brentq

    def slope(y: float) -> float:
        bell = 2.0 / math.sqrt(math.pi) * math.exp(-y * y)
        return math.erf(y) / (y * y) - bell * (1.0 / y + 2.0 * y)

    return float(brentq(slope, 1.0, 3.0, xtol=1e-15))


# the ring


def generate_ring_weights(n: int, J_0: float, J_2: float) -> Array:
    """W_ij = (J_0 + J_2 cos 2(theta_i - theta_j)) / n, with theta_i = -90° + 180° i / n.

    Examples
    --------
    >>> generate_ring_weights(3, 0.0, 3.0).round(12).tolist()[0]
    [1.0, -0.5, -0.5]
    """
    n = check.whole(n, "n", 3)
    turn = 2.0 * math.pi * (np.arange(n)[:, None] - np.arange(n)) / n
    W: Array = (check.finite(J_0, "J_0") + check.finite(J_2, "J_2") * np.cos(turn)) / n
    return W


def compute_ring_eigenvalues(J_0: float, J_2: float, *, tau: float = 10.0) -> tuple[float, float]:
    """Growth rates, 1/ms, of the ring's uniform activity: (J_0 - 1) / tau for all units together, (J_2 / 2 - 1) / tau
    for a hill cos 2(theta - theta_0) at any angle theta_0.

    The second is 0 at J_2 = 2: from there on a uniform input makes a bump.

    Examples
    --------
    >>> compute_ring_eigenvalues(-6.0, 4.0, tau=10.0)
    (-0.7, 0.1)
    """
    tau = check.positive(tau, "tau")
    return (check.finite(J_0, "J_0") - 1.0) / tau, (check.finite(J_2, "J_2") / 2.0 - 1.0) / tau


@dataclass(frozen=True)
class RingBump:
    """Steady activity of the ring: r = [baseline + amplitude cos 2(theta - theta_0)]_+.

    Attributes
    ----------
    baseline, amplitude : float
        In the unit of the input.
    half_width : float, degrees
        From the middle of the bump to where activity ends; 90 if all units are active.
    """

    baseline: float
    amplitude: float
    half_width: float

    @property
    def peak(self) -> float:
        """Rate of the most active unit."""
        return max(self.baseline + self.amplitude, 0.0)

    def rates(self, theta: ArrayLike, theta_0: float = 0.0) -> Array:
        """Rates of units that prefer theta (degrees), with the bump at theta_0."""
        turn = np.deg2rad(2.0 * (check.finite_array(theta, "theta") - theta_0))
        return np.asarray(np.maximum(self.baseline + self.amplitude * np.cos(turn), 0.0))


def compute_ring_bump(
    J_0: float, J_2: float, I: float = 1.0, *, tuning: float = 0.0
) -> RingBump | None:
    """Stable steady state of the ring for an input I (1 - tuning + tuning cos 2(theta - theta_0)), n without bound.

    With half width w (radians), f_0 = (sin 2w - 2w cos 2w) / pi and f_2 = (w - sin(4w) / 4) / pi are the mean of the
    bump and its cosine part, for amplitude 1. A uniform input needs J_2 f_2(w) = 1, which fixes w: it does not depend
    on the input, on J_0 or on I. Otherwise the height and w follow from both conditions,
    amplitude (1 - J_2 f_2) = I tuning and -amplitude (cos 2w + J_0 f_0) = I (1 - tuning).

    Parameters
    ----------
    J_0, J_2 : float
        Uniform and tuned part of the weights; J_2 0 or more.
    I : float, above 0
    tuning : float, 0 to 1/2
        0: the input says nothing about the angle.

    Returns
    -------
    RingBump or None
        None where activity grows without bound: J_0 >= 1, or a bump that inhibition does not hold.

    Raises
    ------
    ValueError
        For J_2 below 0, I not above 0, tuning outside 0 to 1/2.

    References
    ----------
    Ben-Yishai et al. 1995.

    Examples
    --------
    >>> bump = compute_ring_bump(-6.0, 4.0)
    >>> round(bump.half_width, 9), round(bump.peak, 6)
    (45.0, 0.523599)
    """
    J_0, J_2 = check.finite(J_0, "J_0"), check.non_negative(J_2, "J_2")
    I, tuning = check.positive(I, "I"), check.non_negative(tuning, "tuning")
    if tuning > 0.5:
        raise ValueError(
            f"tuning must be 0 to 0.5, got {tuning:g}; beyond that the input itself goes below 0"
        )
    if J_0 < 1.0 and J_2 < 2.0:
        baseline, amplitude = I * (1.0 - tuning) / (1.0 - J_0), I * tuning / (1.0 - J_2 / 2.0)
        if amplitude <= baseline:
            return RingBump(baseline, amplitude, 90.0)
    w = _half_width(J_0, J_2, tuning)
    if w is None:
        return None
    hold = -(math.cos(2 * w) + J_0 * _f_0(w))
    amplitude = I * (1.0 - tuning) / hold
    return RingBump(-amplitude * math.cos(2 * w), amplitude, math.degrees(w))


def _f_0(w: float) -> float:
    return (math.sin(2 * w) - 2 * w * math.cos(2 * w)) / math.pi


def _f_2(w: float) -> float:
    return (w - math.sin(4 * w) / 4) / math.pi


def _half_width(J_0: float, J_2: float, tuning: float) -> float | None:
    """The narrowest bump that feeds itself exactly; None if inhibition cannot hold it (its height is then negative)."""
    from scipy.optimize import brentq

    def excess(w: float) -> float:
        hold = -(math.cos(2 * w) + J_0 * _f_0(w))
        return (1.0 - tuning) * (1.0 - J_2 * _f_2(w)) - tuning * hold

    if tuning == 0.0:
        if J_2 <= 2.0:
            return None
        w = float(brentq(excess, 1e-6, math.pi / 2, xtol=1e-15))
    else:
        grid = np.linspace(1e-6, math.pi / 2, 2000)
        signs = np.sign([excess(float(x)) for x in grid])
        crossings = np.flatnonzero(signs[:-1] * signs[1:] <= 0)
        if not crossings.size:
            return None
        k = int(crossings[0])
        w = float(brentq(excess, grid[k], grid[k + 1], xtol=1e-15))
    return w if -(math.cos(2 * w) + J_0 * _f_0(w)) > 0 else None
