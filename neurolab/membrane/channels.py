"""A population of channels that open and close by chance, each with two states.

    closed --alpha--> open,    open --beta--> closed

The mean open fraction obeys Hodgkin and Huxley's gate equation. The count itself fluctuates around it: binomially with
variance N p (1 - p), and with the time constant 1 / (alpha + beta) of the mean.

References
----------
Colquhoun & Hawkes 1977, Proc R Soc Lond B 199:231-262.
Hille 2001, Ion Channels of Excitable Membranes, 3rd ed., chapter 12.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check
from neurolab.kernels.chunks import run_chunked

__all__ = [
    "ChannelRun",
    "ChannelStatistics",
    "compute_channel_autocovariance",
    "compute_channel_statistics",
    "simulate_channels",
]

Array = NDArray[np.float64]
Rate = float | ArrayLike | Callable[[float], float]


@dataclass(frozen=True)
class ChannelRun:
    """Open channels over time.

    Attributes
    ----------
    t : array of shape (samples,), ms
    open : array of whole numbers, shape (samples,), or (trials, samples) for several trials
    count : int
        Number of channels.
    """

    t: Array
    open: NDArray[np.int64]
    count: int

    @property
    def fraction(self) -> Array:
        """Open fraction, of the shape of `open`."""
        return self.open / self.count


@dataclass(frozen=True)
class ChannelStatistics:
    """What a population of two-state channels does in the long run.

    Attributes
    ----------
    probability : float, of a channel to be open
    mean, variance : float, of the number of open channels
    time_constant : float, ms, of the mean and of the fluctuations
    dwell_open, dwell_closed : float, ms, mean length of one visit
    """

    probability: float
    mean: float
    variance: float
    time_constant: float
    dwell_open: float
    dwell_closed: float


def compute_channel_statistics(count: int, alpha: float, beta: float) -> ChannelStatistics:
    """Stationary mean N p, variance N p (1 - p) and time constant 1 / (alpha + beta) of `count` two-state channels.

    Parameters
    ----------
    count : int
    alpha, beta : float, 1/ms
        Rates of opening and of closing.

    Raises
    ------
    ValueError
        For a count below 1, a negative rate, or two rates of zero.

    Examples
    --------
    >>> s = compute_channel_statistics(100, alpha=0.3, beta=0.7)
    >>> round(s.mean, 9), round(s.variance, 9), s.time_constant
    (30.0, 21.0, 1.0)
    """
    count, (alpha, beta) = check.whole(count, "count"), _rates(alpha, beta)
    p = alpha / (alpha + beta)
    return ChannelStatistics(
        probability=p,
        mean=count * p,
        variance=count * p * (1 - p),
        time_constant=1 / (alpha + beta),
        dwell_open=1 / beta if beta else np.inf,
        dwell_closed=1 / alpha if alpha else np.inf,
    )


def compute_channel_autocovariance(
    lag: ArrayLike, count: int, alpha: float, beta: float
) -> Array | float:
    """Covariance of the open count with itself `lag` ms later: N p (1 - p) exp(-|lag| (alpha + beta)).

    Examples
    --------
    >>> compute_channel_autocovariance([0.0, 1.0], 100, alpha=0.3, beta=0.7).round(4).tolist()
    [21.0, 7.7255]
    """
    s = compute_channel_statistics(count, alpha, beta)
    values = s.variance * np.exp(-np.abs(check.finite_array(lag, "lag")) / s.time_constant)
    return float(values) if values.ndim == 0 else values


def simulate_channels(
    count: int,
    duration: float,
    dt: float,
    *,
    alpha: Rate,
    beta: Rate,
    seed: int | np.random.Generator,
    V: ArrayLike | Callable[[float], float] | None = None,
    start: int | None = None,
    trials: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> ChannelRun:
    """Number of open channels among `count`, at every `dt`, by exact binomial steps.

    Over a step with constant rates a channel that is open stays so with probability p + (1 - p) exp(-dt / tau), and a
    closed one is open at the end with probability p (1 - exp(-dt / tau)): there is no error of the step size.

    Parameters
    ----------
    count : int
    duration, dt : float, ms
    alpha, beta : float, array with one value a step, or function, 1/ms
        Rates of opening and of closing. A function is one of the voltage if `V` is given, else of time; either way it
        is held over each step at its value in the middle.
    seed : int or numpy.random.Generator
    V : float, array with one value a step, or function of time, mV, optional
        The command voltage.
    start : int, optional
        Open channels at t = 0; drawn from the stationary distribution of the first step if left out.
    trials : int, optional
        Repeat so many times at once; `open` then has shape (trials, samples).
    progress : callable of the fraction done, optional

    Returns
    -------
    ChannelRun
        With round(duration / dt) + 1 samples, the start included.

    Raises
    ------
    ValueError
        For a count or a start out of range, a negative rate, an array of the wrong length, or dt above the duration.

    Examples
    --------
    >>> run = simulate_channels(100, duration=1000.0, dt=0.5, alpha=0.3, beta=0.7, seed=1)
    >>> run.open.shape, bool(abs(run.open.mean() - 30) < 1)
    ((2001,), True)
    """
    count, dt = check.whole(count, "count"), check.positive(dt, "dt")
    steps = round(check.positive(duration, "duration") / dt)
    if steps < 1:
        raise ValueError(f"dt must not be above the duration, got dt={dt:g}, duration={duration:g}")
    middle = dt * np.arange(0.5, steps)
    rng = check.generator(seed)
    argument: Array = middle if V is None else _held(V, middle, "V")
    opening, closing = (
        _rates_held(rate, argument, name) for rate, name in ((alpha, "alpha"), (beta, "beta"))
    )
    total = opening + closing
    p = np.divide(opening, total, out=np.zeros(steps), where=total > 0)
    fade = np.exp(-total * dt)
    stay, come = p + (1 - p) * fade, p * -np.expm1(-total * dt)
    repeats = 1 if trials is None else check.whole(trials, "trials")
    if start is None:
        first = rng.binomial(count, p[0], size=repeats)
    else:
        first = np.full(repeats, check.whole(start, "start", low=0))
        if first[0] > count:
            raise ValueError(f"start must not be above count={count}, got {start}")
    opened = np.empty((steps + 1, repeats), np.int64)
    opened[0] = first
    _advance(rng, opened, count, stay, come, progress)
    return ChannelRun(
        dt * np.arange(steps + 1.0), opened[:, 0] if trials is None else opened.T, count
    )


def _advance(
    rng: np.random.Generator,
    opened: NDArray[np.int64],
    count: int,
    stay: Array,
    come: Array,
    progress: Callable[[float], object] | None,
) -> None:
    """Fill `opened` (samples, trials) row by row, in chunks that can be interrupted."""
    from neurolab.membrane.channel_steps import binomial_steps  # loads numba

    done = 0

    def advance(size: int) -> float:
        nonlocal done
        reach = min(done + max(1, size // opened.shape[1]), stay.size)
        done = int(binomial_steps(rng, opened, count, stay, come, done, reach))
        return done / stay.size

    run_chunked(advance, progress)


def _rates(alpha: float, beta: float) -> tuple[float, float]:
    alpha, beta = check.non_negative(alpha, "alpha"), check.non_negative(beta, "beta")
    if alpha + beta == 0:
        raise ValueError("alpha and beta must not both be 0, got 0 and 0: nothing would ever move")
    return alpha, beta


def _held(value: ArrayLike | Callable[[float], float], at: Array, name: str) -> Array:
    """One value a step, from a number, an array or a function."""
    if callable(value):
        return check.finite_array([value(x) for x in at.tolist()], name)
    values = check.finite_array(value, name)
    if values.ndim == 0:
        return np.full(at.size, float(values))
    if values.shape != at.shape:
        raise ValueError(
            f"{name} must have one value for each of the {at.size} steps, got shape {values.shape}"
        )
    return values


def _rates_held(rate: Rate, at: Array, name: str) -> Array:
    values = _held(rate, at, name)
    if np.any(values < 0):
        raise ValueError(f"{name} must be 0 or more, got {values.min():g}")
    return values
