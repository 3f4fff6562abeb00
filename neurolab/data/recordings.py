"""Spikes in recorded traces: band-passed voltage outside a cell, a threshold in multiples of the noise, a dead time.

The noise is estimated from the median of |x|, which spikes hardly move (Quiroga, Nadasdy, Ben-Shaul 2004). For a
simulated trace, or one from inside a cell, `engine.events.detect_spikes` looks for a plain level.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check

__all__ = ["compute_noise_level", "detect_recorded_spikes"]

Floats = NDArray[np.float64]

POLARITIES = ("negative", "positive", "both")
ALIGNMENTS = ("peak", "threshold")
MEDIAN_OF_ABS_NORMAL = 0.6745  # median of |x| of a standard normal x, as in Quiroga et al. 2004


def compute_noise_level(trace: ArrayLike) -> float | Floats:
    """Standard deviation of the noise, estimated as median(|x|) / 0.6745 so that spikes hardly count.

    Parameters
    ----------
    trace : array of shape (samples,) or (channels, samples), any unit
        Band-passed, so that it fluctuates around zero.

    Returns
    -------
    float, or array of shape (channels,), in the unit of the trace

    Raises
    ------
    ValueError
        For an empty trace, another number of dimensions, values that are not finite.

    References
    ----------
    Quiroga, Nadasdy, Ben-Shaul 2004, Neural Computation 16:1661-1687.

    Examples
    --------
    >>> noise = 5.0 * np.random.default_rng(1).standard_normal(100_000)
    >>> noise[::1000] += 200.0  # spikes: the standard deviation is now 8, the level stays
    >>> round(float(noise.std())), round(compute_noise_level(noise), 1)
    (8, 5.0)
    """
    channels = _channels(trace)
    levels = np.array([_noise(x) for x in channels])
    return levels if np.ndim(trace) == 2 else float(levels[0])


def detect_recorded_spikes(
    trace: ArrayLike,
    sampling_rate: float,
    *,
    threshold: float | None = None,
    factor: float = 4.0,
    polarity: str = "negative",
    dead_time: float = 1.0,
    align: str = "peak",
    start: float = 0.0,
) -> SpikeTrains:
    """Spikes of a recording: excursions beyond a threshold, the largest of those that crowd together.

    Parameters
    ----------
    trace : array of shape (samples,) or (channels, samples), any unit
        Band-passed (300 to 3000 Hz, say), so that it fluctuates around zero.
    sampling_rate : float, kHz
        Samples per millisecond.
    threshold : float, in the unit of the trace, optional
        Distance from zero that a spike must reach. Left out: `factor` times the noise level of each channel.
    factor : float
        Multiples of the noise level; 4 lets about one sample in 30 000 of pure noise pass on each side.
    polarity : {"negative", "positive", "both"}
        On which side of zero spikes stand; outside a cell that is mostly the negative one.
    dead_time : float, ms
        Spikes of one channel are at least this far apart. With align="peak" the larger of two stays, with
        align="threshold" the earlier.
    align : {"peak", "threshold"}
        What is reported: the top of the excursion (of the parabola through three samples), or the moment of crossing
        (on the straight line between two).
    start : float, ms
        Time of the first sample.

    Returns
    -------
    SpikeTrains
        A unit for each channel, in the window from `start` over samples / sampling_rate.

    Raises
    ------
    ValueError
        For values that are not finite, options that do not exist, a threshold that is not above zero, and a channel
        of which more than half is zero when the threshold is to come from its noise.

    References
    ----------
    Quiroga, Nadasdy, Ben-Shaul 2004, Neural Computation 16:1661-1687.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> recording = 5.0 * rng.standard_normal(30_000)  # one second at 30 kHz, noise of 5 µV
    >>> recording[[6_000, 15_000, 24_000]] -= 80.0  # three spikes
    >>> detect_recorded_spikes(recording, 30.0, factor=5.0).times.round().tolist()
    [200.0, 500.0, 800.0]
    """
    channels = _channels(trace)
    sampling_rate = check.positive(sampling_rate, "sampling_rate")
    factor = check.positive(factor, "factor")
    check.choice(polarity, POLARITIES, "polarity")
    check.choice(align, ALIGNMENTS, "align")
    dead_time, start = check.non_negative(dead_time, "dead_time"), check.finite(start, "start")
    dead_samples = dead_time * sampling_rate * (1 - 1e-12)  # a gap of just dead_time is wide enough
    trains = []
    for number, x in enumerate(channels):
        level = _level(x, number, threshold, factor)
        first, end = _excursions(x, level, polarity)
        if align == "peak":
            found = _peaks(x, first, end, dead_samples)
        else:
            found = _apart(_crossings(x, first, level), dead_samples)
        trains.append(start + found / sampling_rate)
    return SpikeTrains.from_lists(
        trains, start=start, stop=start + channels.shape[1] / sampling_rate
    )


def _channels(trace: ArrayLike) -> Floats:
    """The trace as rows, one a channel."""
    values = check.finite_array(trace, "trace")
    if values.ndim not in (1, 2) or values.size == 0:
        raise ValueError(
            f"trace must be of shape (samples,) or (channels, samples) and not empty, got {values.shape}"
        )
    return np.atleast_2d(values)


def _noise(x: Floats) -> float:
    return float(np.median(np.abs(x))) / MEDIAN_OF_ABS_NORMAL


def _level(x: Floats, channel: int, threshold: float | None, factor: float) -> float:
    """The threshold of one channel."""
    if threshold is not None:
        level = check.finite(threshold, "threshold")
        if level <= 0:
            raise ValueError(
                f"threshold must be above 0, got {level:g}; it is a distance from zero, and polarity says on which side"
            )
        return level
    level = factor * _noise(x)
    if level == 0:
        raise ValueError(
            f"the noise level of channel {channel} must be above 0, got 0: at least half of its samples are zero; "
            "give threshold="
        )
    return level


def _excursions(
    x: Floats, level: float, polarity: str
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First sample of each excursion beyond the level, and the sample after its last.

    One that the recording begins in is left out: its start was not seen.
    """
    state = np.zeros(x.size, np.int8)
    if polarity != "negative":
        state += x >= level
    if polarity != "positive":
        state -= x <= -level
    turns = np.flatnonzero(state[1:] != state[:-1]) + 1
    ends = np.append(turns, x.size)[1:]
    begins = state[turns] != 0
    return turns[begins], ends[begins]


def _crossings(x: Floats, first: NDArray[np.intp], level: float) -> Floats:
    """Where the straight line between two samples meets the level, in samples."""
    side = np.sign(x[first])
    before, after = side * x[first - 1], side * x[first]
    crossings: Floats = first - 1 + (level - before) / (after - before)
    return crossings


def _peaks(x: Floats, first: NDArray[np.intp], end: NDArray[np.intp], dead: float) -> Floats:
    """Top of each excursion, in samples; of two closer than `dead` the larger stays."""
    if first.size == 0:
        return np.empty(0)
    lengths = end - first
    samples = np.repeat(first - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
    inside = np.abs(x[samples])
    starts = np.cumsum(lengths) - lengths
    tops = np.repeat(np.maximum.reduceat(inside, starts), lengths)
    at_top = np.flatnonzero(inside == tops)
    _, earliest = np.unique(np.repeat(np.arange(first.size), lengths)[at_top], return_index=True)
    peak = samples[at_top[earliest]]
    places, heights = _vertices(x, peak)
    return places[_largest(places, heights, dead)]


def _vertices(x: Floats, peak: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Place (in samples) and height of the parabola through each peak and its neighbours."""
    left, right = np.maximum(peak - 1, 0), np.minimum(peak + 1, x.size - 1)
    side = np.sign(x[peak])
    a, b, c = side * x[left], side * x[peak], side * x[right]
    bend = a - 2 * b + c  # zero only where all three are equal
    whole = (left < peak) & (right > peak) & (bend < 0)
    shift = np.where(whole, 0.5 * (a - c) / np.where(whole, bend, 1.0), 0.0)
    places: Floats = peak.astype(np.float64) + shift
    return places, b - 0.25 * (a - c) * shift


def _largest(places: Floats, heights: Floats, dead: float) -> NDArray[np.bool_]:
    """Which peaks stay: from the largest down, each one removes those closer than `dead` to it."""
    keep = np.ones(places.size, np.bool_)
    close = np.diff(places) < dead
    crowded = np.flatnonzero(np.append(close, False) | np.append(False, close))
    for k in crowded[np.argsort(-heights[crowded], kind="stable")].tolist():
        if keep[k]:
            low = np.searchsorted(places, places[k] - dead, "right")
            keep[low : np.searchsorted(places, places[k] + dead, "left")] = False
            keep[k] = True
    return keep


def _apart(places: Floats, dead: float) -> Floats:
    """The places without those closer than `dead` to the last one kept."""
    keep = np.ones(places.size, np.bool_)
    last = -np.inf
    close = np.diff(places) < dead
    for k in np.flatnonzero(np.append(close, False) | np.append(False, close)).tolist():
        keep[k] = places[k] - last >= dead
        last = places[k] if keep[k] else last
    return places[keep]
