"""Random networks: where their eigenvalues lie, and the chaos of strong random weights.

    tau dx_i/dt = -x_i + sum_j J_ij tanh(x_j),    J_ij independent, normal, mean 0, variance g² / N

Girko's circle law: for large N the eigenvalues of J fill a disc of radius g evenly. So x = 0 is stable for g < 1, and
beyond that the network neither rests nor repeats itself: chaos (Sompolinsky, Crisanti & Sommers 1988). For N without
bound the input of each unit is Gaussian noise with the autocovariance that the units themselves make (dynamic
mean-field theory): Delta'' = Delta - g² <tanh tanh>, a ball in a potential, and its Lyapunov exponent follows from the
ground state of a Schrödinger equation.

References
----------
Girko 1985, Theory Probab Appl 29:694-706. Wigner 1958, Ann Math 67:325-327. Sommers, Crisanti, Sompolinsky & Stein
1988, Phys Rev Lett 60:1895-1898 (partly symmetric). Sompolinsky, Crisanti & Sommers 1988, Phys Rev Lett 61:259-262.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check
from neurolab.kernels.chunks import Diverged, run_chunked

__all__ = [
    "ChaosRun",
    "ChaosTheory",
    "compute_chaos_theory",
    "compute_circle_law",
    "compute_semicircle_density",
    "compute_spectral_radius",
    "generate_random_weights",
    "simulate_random_network",
]

Array = NDArray[np.float64]


def generate_random_weights(
    n: int, g: float = 1.0, *, seed: int | np.random.Generator, symmetry: float = 0.0
) -> Array:
    """Normal weights of mean 0 and variance g² / n, with correlation `symmetry` between J_ij and J_ji.

    Eigenvalues fill an ellipse with half axes g (1 + symmetry), along the real axis, and g (1 - symmetry): a disc of
    radius g for independent weights, the line from -2 g to 2 g for symmetric ones.

    Parameters
    ----------
    n : int
    g : float, 0 or more
    seed : int or Generator
    symmetry : float, -1 to 1

    Returns
    -------
    array of shape (n, n)

    Raises
    ------
    ValueError
        For a negative g or a symmetry outside -1 to 1.

    References
    ----------
    Sommers et al. 1988.

    Examples
    --------
    >>> J = generate_random_weights(300, 2.0, seed=1, symmetry=1.0)
    >>> bool(np.all(J == J.T)), bool(abs(compute_spectral_radius(J) - 4.0) < 0.2)
    (True, True)
    """
    n, g, eta = check.whole(n, "n"), check.non_negative(g, "g"), check.finite(symmetry, "symmetry")
    if abs(eta) > 1:
        raise ValueError(f"symmetry must be between -1 and 1, got {eta:g}")
    draws = check.generator(seed).normal(scale=g / math.sqrt(n), size=(n, n))
    if eta == 0:
        return draws
    even, odd = (draws + draws.T) / math.sqrt(2), (draws - draws.T) / math.sqrt(2)
    J: Array = math.sqrt((1 + eta) / 2) * even + math.sqrt((1 - eta) / 2) * odd
    return J


def compute_spectral_radius(J: ArrayLike) -> float:
    """Largest absolute value of the eigenvalues of a square matrix.

    Examples
    --------
    >>> round(compute_spectral_radius([[0.0, -2.0], [2.0, 0.0]]), 12)
    2.0
    """
    matrix = check.finite_array(J, "J")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"J must be a square matrix, shape (n, n), got {matrix.shape}")
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def compute_circle_law(radius: ArrayLike, g: float = 1.0) -> Array | float:
    """Fraction of the eigenvalues within `radius` of 0, for large n: (radius / g)², and 1 beyond g.

    References
    ----------
    Girko 1985.

    Examples
    --------
    >>> compute_circle_law([0.5, 1.0, 2.0]).tolist()
    [0.25, 1.0, 1.0]
    """
    g, r = check.positive(g, "g"), check.finite_array(radius, "radius")
    if np.any(r < 0):
        raise ValueError(f"radius must be 0 or more, got {r.min():g}")
    found = np.minimum(r / g, 1.0) ** 2
    return float(found) if found.ndim == 0 else found


def compute_semicircle_density(x: ArrayLike, g: float = 1.0) -> Array | float:
    """Density of the eigenvalues of a symmetric matrix with variance g² / n: sqrt(4 g² - x²) / (2 pi g²), 0 beyond 2 g.

    References
    ----------
    Wigner 1958.

    Examples
    --------
    >>> round(compute_semicircle_density(0.0), 6)
    0.31831
    """
    g, at = check.positive(g, "g"), check.finite_array(x, "x")
    found = np.sqrt(np.maximum(4.0 * g * g - at * at, 0.0)) / (2.0 * math.pi * g * g)
    return float(found) if found.ndim == 0 else found


# simulation


@dataclass(frozen=True, eq=False)
class ChaosRun:
    """A simulated random network.

    Attributes
    ----------
    t : array of shape (samples,), ms
    x : array of shape (samples, units)
        Of the recorded units.
    lyapunov : float, 1/ms
        Largest Lyapunov exponent: the rate at which two neighbouring states part. Above 0: chaos.
    stretches : array, 1/ms
        The exponent of each piece of the run; their mean is `lyapunov`.
    variance : float
        Mean square of x over units and time, after the settling time.
    """

    t: Array
    x: Array
    lyapunov: float
    stretches: Array
    variance: float

    @property
    def standard_error(self) -> float:
        """Of `lyapunov`, from ten pieces of the run, 1/ms; NaN for fewer stretches than that."""
        parts = np.array_split(self.stretches, 10)
        if any(part.size == 0 for part in parts):
            return math.nan
        return float(np.std([part.mean() for part in parts], ddof=1) / math.sqrt(10))


def simulate_random_network(
    J: ArrayLike,
    duration: float,
    dt: float,
    *,
    tau: float = 10.0,
    settle: float = 0.0,
    seed: int | np.random.Generator = 0,
    x: ArrayLike | None = None,
    record: int = 10,
    every: int = 1,
    progress: Callable[[float], object] | None = None,
) -> ChaosRun:
    """Run tau dx/dt = -x + J tanh(x), and beside it a small difference y: tau dy/dt = -y + J (y / cosh² x).

    y is made short again after each step; the mean logarithm of what it has grown by is the largest Lyapunov exponent
    (Benettin's method). Steps are second-order (Heun), for x and y together.

    Parameters
    ----------
    J : array of shape (n, n)
    duration, dt : float, ms
        `duration` counts after `settle`; a dt of tau/10 or below leaves an error of about a percent.
    tau : float, ms
    settle : float, ms
        Time before the measurement, in which y turns to the fastest growing direction.
    seed : int or Generator
        For the start, unless `x` is given, and the first direction of y.
    x : array of shape (n,), optional
        The start; normal numbers of variance 1 if left out.
    record : int
        How many units are kept, the first ones.
    every : int
        A sample is kept after each `every` steps.

    Returns
    -------
    ChaosRun

    Raises
    ------
    ValueError
        For a J that is not square, a start that does not fit, a duration below one step.
    Diverged
        When x leaves the range of numbers, as with dt above 2 tau.

    Examples
    --------
    >>> quiet = generate_random_weights(100, 0.5, seed=1)
    >>> simulate_random_network(quiet, 500.0, 1.0, settle=200.0).lyapunov < 0
    True
    """
    from neurolab.networks.steps import chaos_steps  # loads numba

    weights = check.finite_array(J, "J")
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not weights.size:
        raise ValueError(f"J must be a square matrix, shape (n, n), got {weights.shape}")
    n, tau, dt = len(weights), check.positive(tau, "tau"), check.positive(dt, "dt")
    steps = round(check.positive(duration, "duration") / dt)
    before = round(check.non_negative(settle, "settle") / dt)
    if steps < 1:
        raise ValueError(f"duration must be at least one step, got {duration:g} with dt={dt:g}")
    record, every = min(check.whole(record, "record"), n), check.whole(every, "every")
    rng = check.generator(seed)
    state = rng.normal(size=n) if x is None else check.finite_array(x, "x").copy()
    if state.shape != (n,):
        raise ValueError(f"x must have one entry for each of the {n} units, got {state.shape}")
    y = rng.normal(size=n)
    y /= np.linalg.norm(y)
    kept = np.empty((1 + steps // every, record))
    logs, squares, work = np.empty(steps), np.zeros(1), np.empty((6, n))
    transposed = np.ascontiguousarray(weights.T)
    done = -before
    if not before:
        kept[0] = state[:record]

    def advance(size: int) -> float:
        nonlocal done
        stop = min(steps, done + size)
        chaos_steps(transposed, dt / tau, done, stop, every, state, y, logs, kept, squares, work)
        done = stop
        if not (np.all(np.isfinite(state)) and np.all(np.isfinite(y))):
            raise Diverged(
                f"x left the range of numbers before t = {done * dt:g} ms; take dt below tau={tau:g} ms, or weaken J",
                done * dt,
            )
        return (done + before) / (steps + before)

    run_chunked(advance, progress)
    stretches = logs / dt
    t = np.arange(len(kept), dtype=np.float64) * (dt * every)
    return ChaosRun(t, kept, float(stretches.mean()), stretches, float(squares[0] / steps))


# dynamic mean-field theory


@dataclass(frozen=True, eq=False)
class ChaosTheory:
    """A random network of infinitely many units.

    Attributes
    ----------
    variance : float
        Of x, over units or over time.
    lyapunov : float, 1/ms
        Largest Lyapunov exponent; (g - 1) / tau below g = 1.
    lag : array, ms
        From 0 on.
    autocovariance : array of the shape of lag
        Of x at two times that far apart.
    """

    variance: float
    lyapunov: float
    lag: Array
    autocovariance: Array


def compute_chaos_theory(g: float, *, tau: float = 10.0) -> ChaosTheory:
    """Variance, autocovariance and largest Lyapunov exponent of the random tanh network for N without bound.

    The autocovariance Delta moves in the potential V(Delta) = -Delta²/2 + g² <Phi Phi>(Delta), Phi = ln cosh, from
    Delta(0) to rest at 0: V(Delta(0)) = V(0) is the equation for the variance. With E_0 the lowest eigenvalue of
    -d²/ds² + 1 - g² <tanh' tanh'>(s), s the lag in units of tau, the exponent is (-1 + sqrt(1 - E_0)) / tau.

    Parameters
    ----------
    g : float, 0 or more
        Up to 3 it takes a tenth of a second, at 10 a few.
    tau : float, ms

    Returns
    -------
    ChaosTheory

    Raises
    ------
    ValueError
        For g below 0, above 10, or above 1 by less than 0.02.

    References
    ----------
    Sompolinsky, Crisanti & Sommers 1988.

    Examples
    --------
    >>> theory = compute_chaos_theory(2.0, tau=1.0)
    >>> round(theory.variance, 4), round(theory.lyapunov, 4)
    (1.9248, 0.1125)
    """
    from scipy.optimize import brentq

    g, tau = check.non_negative(g, "g"), check.positive(tau, "tau")
    if g <= 1:
        lag = np.linspace(0.0, 10.0 * tau, 101)
        return ChaosTheory(0.0, (g - 1.0) / tau, lag, np.zeros_like(lag))
    if g < 1.02 or g > 10:
        raise ValueError(
            f"g must be 0 to 1 or 1.02 to 10, got {g:g}; just above 1 the network is too slow for this method"
        )
    nodes = _Nodes.fine_enough_for(g)

    def balance(variance: float) -> float:
        Phi = _log_cosh(math.sqrt(variance) * nodes.z)
        return variance**2 / 2 - g * g * (nodes.mean(Phi * Phi) - nodes.mean(Phi) ** 2)

    variance = float(brentq(balance, 1e-6, g * g, xtol=1e-15, rtol=1e-14))
    lag, delta, slopes = _autocovariance(g, variance, nodes)
    lowest = _ground_state(lag, 1.0 - g * g * slopes)
    return ChaosTheory(variance, (-1.0 + math.sqrt(1.0 - lowest)) / tau, lag * tau, delta)


@dataclass(frozen=True, eq=False)
class _Nodes:
    """The trapezoid rule on a normal density: its error falls exponentially as the step does."""

    z: Array
    w: Array

    @classmethod
    def fine_enough_for(cls, g: float) -> _Nodes:
        """tanh(x) has a pole at i pi/2, and x has a standard deviation below g: a step of 0.4/g leaves exp(-25)."""
        half = math.ceil(9.0 / min(0.1, 0.4 / g))
        z = np.linspace(-9.0, 9.0, 2 * half + 1)
        w = np.exp(-z * z / 2)
        return cls(z, w / w.sum())

    def mean(self, values: Array) -> float:
        return float(np.sum(self.w * values))

    def pair_means(self, f: Callable[[Array], Array], delta: Array, variance: float) -> Array:
        """<f(x) f(y)> of two normal variables of this variance and the covariances delta."""
        found = np.empty(len(delta))
        for k, shared in enumerate(np.clip(delta, 0.0, variance)):
            own = math.sqrt(variance - shared)
            inner = f(math.sqrt(shared) * self.z[:, None] + own * self.z) @ self.w
            found[k] = self.mean(inner * inner)
        return found


def _log_cosh(x: Array) -> Array:
    size = np.abs(x)
    found: Array = size + np.log1p(np.exp(-2.0 * size)) - math.log(2.0)
    return found


def _slope(x: Array) -> Array:
    found: Array = 1.0 - np.tanh(x) ** 2
    return found


def _autocovariance(g: float, variance: float, nodes: _Nodes) -> tuple[Array, Array, Array]:
    """Lag, Delta and <tanh' tanh'> along it; the lag is the integral of 1 / speed, and the potential gives the speed.

    Delta = variance (1 - u²) takes the square root out of the start, where the speed is 0. The last part, where the
    potential cancels, is the exponential decay of a ball on a parabola.
    """
    from scipy.interpolate import CubicSpline

    sigma = math.sqrt(variance)
    u = np.concatenate([np.linspace(0.0, 0.98, 120), 1.0 - np.geomspace(0.0185, 5e-4, 60)])
    grid = variance * (1.0 - u * u)
    V = -(grid**2) / 2 + g * g * nodes.pair_means(_log_cosh, grid, variance)
    at_rest = g * g * nodes.mean(_log_cosh(sigma * nodes.z)) ** 2
    speed = np.sqrt(np.maximum(2.0 * (at_rest - V), 0.0))
    pull = g * g * nodes.mean(np.tanh(sigma * nodes.z) ** 2) - variance
    integrand = np.empty_like(u)
    integrand[1:] = 2.0 * variance * u[1:] / speed[1:]
    # at the top Delta falls as pull s² / 2, so u = s sqrt(pull / (2 variance))
    integrand[0] = math.sqrt(2.0 * variance / pull)
    s = CubicSpline(u, integrand).antiderivative()(u)
    slope_at_rest = nodes.mean(_slope(sigma * nodes.z)) ** 2
    decay = math.sqrt(1.0 - g * g * slope_at_rest)
    tail = s[-1] + np.linspace(0.0, 12.0 / decay, 61)[1:]
    log_delta = CubicSpline(
        np.concatenate([s, tail]),
        np.concatenate([np.log(grid), math.log(grid[-1]) - decay * (tail - s[-1])]),
    )
    along = CubicSpline(
        np.concatenate([[0.0], grid[::-1]]),
        np.concatenate([[slope_at_rest], nodes.pair_means(_slope, grid[::-1], variance)]),
    )
    lag = np.linspace(0.0, float(tail[-1]), 2001)
    delta: Array = np.exp(log_delta(lag))
    return lag, delta, along(delta)


def _ground_state(s: Array, potential: Array) -> float:
    """Lowest eigenvalue of -d²/ds² + potential on the even functions, by finite differences and Richardson's step."""
    from scipy.interpolate import CubicSpline
    from scipy.linalg import eigh_tridiagonal

    spline, found = CubicSpline(s, potential), []
    for n in (2000, 4000):
        h = s[-1] / n
        at = (
            np.arange(n) + 0.5
        ) * h  # cell centres: an even function has the same value on both sides of 0
        main = 2.0 / h**2 + spline(at)
        main[0] -= 1.0 / h**2
        off = np.full(n - 1, -1.0 / h**2)
        found.append(eigh_tridiagonal(main, off, select="i", select_range=(0, 0))[0][0])
    return float((4.0 * found[1] - found[0]) / 3.0)
