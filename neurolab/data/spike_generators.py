"""Spike trains made by chance: Poisson processes of constant or changing rate, gamma and other renewal processes.

All are exact in continuous time, without steps. Rates are in Hz, times in ms. The same seed gives the same spikes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check

__all__ = [
    "generate_gamma",
    "generate_inhomogeneous_poisson",
    "generate_poisson",
    "generate_renewal",
]

Seed = int | np.random.Generator
Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], ArrayLike]


def generate_poisson(
    rate: float | ArrayLike,
    duration: float,
    *,
    seed: Seed,
    n: int | None = None,
    dead_time: float = 0.0,
    start: float = 0.0,
) -> SpikeTrains:
    """Poisson spike trains: intervals are a dead time, if any, plus an exponential time; CV = 1 - rate * dead_time.

    Parameters
    ----------
    rate : float, or array of shape (n,), Hz
        What is measured, dead time and all.
    duration : float, ms
    seed : int or numpy.random.Generator
    n : int, optional
        Number of units; as many as there are rates, or one, if left out.
    dead_time : float, ms
        No interval is shorter. The trains are in equilibrium: they began long before the window.
    start : float, ms
        Where the window begins.

    Returns
    -------
    SpikeTrains

    Raises
    ------
    ValueError
        For negative rates, and rates that the dead time does not allow (rate * dead_time of 1000 Hz ms or more).

    Examples
    --------
    >>> trains = generate_poisson(20.0, 10_000.0, n=100, seed=1)
    >>> round(trains.rate), round(trains.cv(), 1)
    (20, 1.0)
    """
    dead_time = check.non_negative(dead_time, "dead_time")
    if dead_time > 0:
        return generate_gamma(
            rate, duration, seed=seed, shape=1.0, n=n, dead_time=dead_time, start=start
        )
    rates, duration, start = _rates(rate, n), check.positive(duration, "duration"), _at(start)
    rng, total = check.generator(seed), rates.sum()
    # independent trains together are one train, each spike of which falls to a unit by chance
    count = rng.poisson(total * duration * 1e-3)
    times = np.sort(start + duration * rng.random(count))
    shares = np.cumsum(rates)
    ids = np.searchsorted(shares[:-1], total * rng.random(count), side="right")
    return SpikeTrains(times, ids, start=start, stop=start + duration, n=rates.size)


def generate_inhomogeneous_poisson(
    rate: Callable[[Floats], ArrayLike] | ArrayLike,
    duration: float,
    *,
    seed: Seed,
    max_rate: float | None = None,
    n: int | None = None,
    start: float = 0.0,
) -> SpikeTrains:
    """Poisson spike trains whose rate changes in time.

    With a function: thinning (Lewis & Shedler 1979), which keeps a spike of a process of rate `max_rate` with
    probability rate(t) / max_rate. With an array: a Poisson number of spikes, uniformly placed, in each bin.

    Parameters
    ----------
    rate : function of an array of times (ms), or array of shape (bins,) or (n, bins); Hz
        Bins are equally wide and fill the duration.
    duration : float, ms
    seed : int or numpy.random.Generator
    max_rate : float, Hz
        For a function only: a rate that it never exceeds. The nearer, the faster.
    n : int, optional
        Number of independent units of that rate; 1, or the number of rows, if left out.
    start : float, ms
        Where the window begins; the function is asked for times from there on.

    Returns
    -------
    SpikeTrains

    Raises
    ------
    ValueError
        For a rate that is negative or not finite, above max_rate, or of the wrong shape.

    References
    ----------
    Lewis, Shedler 1979, Naval Research Logistics Quarterly 26:403-413.

    Examples
    --------
    >>> wave = lambda t: 20.0 * (1.0 + np.sin(2 * np.pi * t / 100.0))  # 10 Hz
    >>> trains = generate_inhomogeneous_poisson(wave, 10_000.0, max_rate=40.0, n=100, seed=1)
    >>> phase = trains.times % 100.0
    >>> round(trains.rate), round(float(np.mean(phase < 50.0)), 2)  # the half cycle above holds 1/2 + 1/pi
    (20, 0.82)
    """
    duration, start = check.positive(duration, "duration"), _at(start)
    rng, stop = check.generator(seed), start + duration
    if not callable(rate):
        if max_rate is not None:
            raise ValueError(
                "max_rate must be left out with an array of rates; it is the bound of a function"
            )
        return _in_bins(_binned(rate, n), duration, start, n, rng)
    units = 1 if n is None else check.whole(n, "n")
    if max_rate is None:
        raise ValueError(
            "max_rate must be given with a function, a rate in Hz that it never exceeds"
        )
    highest = check.positive(max_rate, "max_rate")
    count = rng.poisson(units * highest * duration * 1e-3)
    times = np.sort(start + duration * rng.random(count))
    found = check.finite_array(rate(times), "rate")
    rates = np.broadcast_to(found, times.shape) if found.ndim == 0 else found
    if rates.shape != times.shape:
        raise ValueError(
            f"rate must give one value for each of {times.size} times, got shape {rates.shape}"
        )
    bad = np.flatnonzero((rates < 0) | (rates > highest * (1 + 1e-12)))
    if bad.size:
        raise ValueError(
            f"rate must be 0 to max_rate = {highest:g} Hz, got {rates[bad[0]]:g} at t = {times[bad[0]]:g} ms; "
            "raise max_rate"
        )
    kept = times[highest * rng.random(count) < rates]
    return SpikeTrains(kept, rng.integers(0, units, kept.size), start=start, stop=stop, n=units)


def generate_gamma(
    rate: float | ArrayLike,
    duration: float,
    *,
    seed: Seed,
    shape: float,
    n: int | None = None,
    dead_time: float = 0.0,
    start: float = 0.0,
) -> SpikeTrains:
    """Gamma spike trains: intervals are a dead time plus a gamma time; CV = (1 - rate * dead_time) / sqrt(shape).

    The trains are in equilibrium: the window opens at a moment that knows nothing of the last spike, so that spikes are
    equally likely at all times (Cox 1962).

    Parameters
    ----------
    rate : float, or array of shape (n,), Hz
        What is measured, dead time and all.
    duration : float, ms
    seed : int or numpy.random.Generator
    shape : float
        1 is a Poisson process, above it trains are more regular, below it more bursting.
    n : int, optional
        Number of units; as many as there are rates, or one, if left out.
    dead_time : float, ms
        No interval is shorter.
    start : float, ms
        Where the window begins.

    Returns
    -------
    SpikeTrains

    Raises
    ------
    ValueError
        For negative rates, a shape not above 0, rates that the dead time does not allow.

    References
    ----------
    Cox 1962, Renewal Theory, Methuen.

    Examples
    --------
    >>> trains = generate_gamma(20.0, 100_000.0, shape=4.0, n=10, seed=1)
    >>> round(trains.rate), round(trains.cv(), 2)
    (20, 0.5)
    """
    rates, duration, start = _rates(rate, n), check.positive(duration, "duration"), _at(start)
    shape = check.positive(shape, "shape")
    dead_time = check.non_negative(dead_time, "dead_time")
    if np.any(rates * dead_time >= 1e3):
        raise ValueError(
            f"rate must be below 1000 / dead_time = {1e3 / dead_time:g} Hz, got {rates.max():g}"
        )
    rng, firing = check.generator(seed), np.flatnonzero(rates > 0)
    mean = 1e3 / rates[firing]
    free = mean - dead_time

    def draw(units: Any, columns: int) -> Floats:
        gaps = rng.standard_gamma(shape, (units.size, columns))
        intervals: Floats = dead_time + gaps * (free[units] / shape)[:, None]
        return intervals

    # the interval that holds a moment has density x f(x) / mean: its gamma part, if met, has a shape larger by 1
    longer = rng.random(firing.size) * mean < free
    around = dead_time + rng.standard_gamma(shape + longer) * free / shape
    first = around * rng.random(firing.size)
    return _renew(draw, first, firing, mean, duration, start, rates.size)


def generate_renewal(
    intervals: Draw,
    duration: float,
    *,
    seed: Seed,
    n: int = 1,
    settle: float = 0.0,
    start: float = 0.0,
) -> SpikeTrains:
    """Spike trains with independent intervals of any distribution.

    Parameters
    ----------
    intervals : function of (numpy.random.Generator, shape)
        Gives an array of that shape of intervals, in ms, above 0.
    duration : float, ms
    seed : int or numpy.random.Generator
    n : int
        Number of units.
    settle : float, ms
        Each train begins with a spike that far before the window. With 0 the window opens with a spike that is not
        counted; after several mean intervals trains of irregular intervals have forgotten it.
    start : float, ms
        Where the window begins.

    Returns
    -------
    SpikeTrains

    Raises
    ------
    ValueError
        For intervals that are not above 0 or not finite, or of the wrong shape.

    Examples
    --------
    >>> wald = lambda rng, shape: rng.wald(50.0, 200.0, shape)  # mean, and CV = sqrt(50 / 200)
    >>> trains = generate_renewal(wald, 100_000.0, n=10, seed=1)
    >>> round(trains.rate), round(trains.cv(), 2)
    (20, 0.5)
    """
    if not callable(intervals):
        raise ValueError(
            f"intervals must be a function of a random generator and a shape, got {check.shown(intervals)}"
        )
    duration, start = check.positive(duration, "duration"), _at(start)
    n, settle = check.whole(n, "n"), check.non_negative(settle, "settle")
    rng = check.generator(seed)

    def draw(units: Any, columns: int) -> Floats:
        shape = (units.size, columns)
        gaps = check.finite_array(intervals(rng, shape), "intervals")
        if gaps.shape != shape:
            raise ValueError(f"intervals must have the shape asked for, {shape}, got {gaps.shape}")
        if np.any(gaps <= 0):
            raise ValueError(f"intervals must be above 0 ms, got {gaps.min():g}")
        return gaps

    everyone = np.arange(n)
    first = draw(everyone, 1)[:, 0]
    mean = np.full(n, first.mean())
    whole = _renew(draw, first, everyone, mean, settle + duration, start - settle, n)
    return whole.between(start, start + duration) if settle else whole


def _renew(
    draw: Callable[[Any, int], Floats], first: Floats, numbers: NDArray[np.int64], mean: Floats,
    duration: float, start: float, n: int,
) -> SpikeTrains:  # fmt: skip
    """Add intervals to the first spike of each unit until all are past the window."""
    times, ids = [], []
    units, last = np.arange(numbers.size), first
    while True:
        inside = last < duration
        units, last = units[inside], last[inside]
        times.append(last)
        ids.append(numbers[units])
        if units.size == 0:
            break
        expected = float(((duration - last) / mean[units]).max())
        columns = int(min(expected + 3 * np.sqrt(expected) + 2, 1 + 4e6 / units.size))
        courses = last[:, None] + np.cumsum(draw(units, columns), axis=1)
        row, column = np.nonzero(courses[:, :-1] < duration)
        times.append(courses[row, column])
        ids.append(numbers[units[row]])
        last = courses[:, -1]
    flat, owners = np.concatenate(times), np.concatenate(ids)
    order = np.lexsort((owners, flat))
    at = np.minimum(start + flat[order], start + duration)
    return SpikeTrains(at, owners[order], start=start, stop=start + duration, n=n)


def _in_bins(
    rates: Floats, duration: float, start: float, n: int | None, rng: np.random.Generator
) -> SpikeTrains:
    """A Poisson number of spikes in each bin; where units share the rate, all draw theirs together."""
    shared = 1 if n is None or rates.shape[0] > 1 else check.whole(n, "n")
    width = duration / rates.shape[1]
    counts = rng.poisson(rates * (shared * width * 1e-3))
    row, column = np.divmod(np.repeat(np.arange(rates.size), counts.ravel()), rates.shape[1])
    times = start + (column + rng.random(row.size)) * width
    ids = row if shared == 1 else rng.integers(0, shared, row.size)
    order = np.lexsort((ids, times))
    at = np.minimum(times[order], start + duration)
    return SpikeTrains(
        at, ids[order], start=start, stop=start + duration, n=max(shared, rates.shape[0])
    )


def _binned(rate: Any, n: int | None) -> Floats:
    """Rates in bins as rows."""
    rates = check.finite_array(rate, "rate")
    if rates.ndim not in (1, 2) or rates.size == 0:
        raise ValueError(
            f"rate must be a function or an array of shape (bins,) or (n, bins), got shape {rates.shape}; "
            "generate_poisson takes one number"
        )
    if np.any(rates < 0):
        raise ValueError(f"rate must be 0 Hz or more, got {rates.min():g}")
    if rates.ndim == 2 and n is not None and n != len(rates):
        raise ValueError(f"n must be the number of rows of rate, {len(rates)}, got {n}")
    return np.atleast_2d(rates)


def _rates(rate: Any, n: int | None) -> Floats:
    """A rate for each unit."""
    rates = check.finite_array(rate, "rate")
    size = (rates.size if rates.ndim else 1) if n is None else check.whole(n, "n")
    if rates.shape not in ((), (size,)) or size == 0:
        raise ValueError(
            f"rate must be a number or have shape ({size},), one for each unit, got {rates.shape}"
        )
    if np.any(rates < 0):
        raise ValueError(f"rate must be 0 Hz or more, got {rates.min():g}")
    return np.array(np.broadcast_to(rates, (size,)))


def _at(start: Any) -> float:
    return check.finite(start, "start")
