"""What a network's spikes say together: the population's rate, its rhythm, its synchrony, and each unit's regularity.

References
----------
Golomb & Rinzel 1994, Physica D 72:259-282; Golomb 2007, Scholarpedia 2(1):1347 (synchrony). Welch 1967, IEEE Trans
Audio Electroacoust 15:70-73 (the spectrum). Brunel & Hakim 1999, Neural Comput 11:1621-1671 (rhythms of a population
whose units fire at random).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check

__all__ = [
    "PopulationRate",
    "RateSpectrum",
    "compute_isi_cvs",
    "compute_population_rate",
    "compute_rate_spectrum",
    "compute_spike_synchrony",
    "compute_synchrony",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PopulationRate:
    """Rate of a population over time.

    Attributes
    ----------
    t : array of shape (bins,), ms
        The middle of each bin.
    rate : array of shape (bins,), Hz
        Spikes per unit and second.
    bin : float, ms
    """

    t: Array
    rate: Array
    bin: float


def compute_population_rate(trains: SpikeTrains, bin: float) -> PopulationRate:
    """Spikes per unit and second in bins of `bin` ms; a last bin that does not fit in the window is left out.

    Parameters
    ----------
    trains : SpikeTrains
    bin : float, ms

    Returns
    -------
    PopulationRate

    Raises
    ------
    ValueError
        For a bin not above 0 or longer than the window.

    Examples
    --------
    >>> trains = SpikeTrains([1.0, 2.0, 12.0], [0, 1, 1], stop=20.0, n=2)
    >>> compute_population_rate(trains, 10.0).rate.tolist()
    [100.0, 50.0]
    """
    bin, bins = _bins(trains, bin)
    counts = np.bincount(_places(trains, bin, bins), minlength=bins + 1)[:bins]
    t = trains.start + (np.arange(bins, dtype=np.float64) + 0.5) * bin
    return PopulationRate(t, counts.astype(np.float64) * (1e3 / (trains.n * bin)), bin)


@dataclass(frozen=True, eq=False)
class RateSpectrum:
    """Power of a population's rate.

    Attributes
    ----------
    frequency : array, Hz
        From the lowest that the segment holds to half of 1/bin; 0 is left out, as the mean is subtracted.
    power : array, Hz²/Hz
        One-sided: its integral over frequency is the variance of the rate. Independent Poisson units have 2 rate / n.
    """

    frequency: Array
    power: Array

    @property
    def peak(self) -> float:
        """The frequency of the largest power, Hz."""
        return float(self.frequency[np.argmax(self.power)])


def compute_rate_spectrum(
    trains: SpikeTrains, bin: float = 1.0, *, segment: float | None = None
) -> RateSpectrum:
    """Power spectrum of the population's rate (Welch's method: Hann windows, half overlapping).

    Parameters
    ----------
    trains : SpikeTrains
    bin : float, ms
    segment : float, ms, optional
        Length of the pieces whose spectra are averaged: frequencies are 1/segment apart. An eighth of the window, if
        left out.

    Returns
    -------
    RateSpectrum

    Raises
    ------
    ValueError
        For a segment of fewer than 4 bins or longer than the window.

    References
    ----------
    Welch 1967.

    Examples
    --------
    >>> beat = SpikeTrains(np.arange(0.0, 4000.0, 25.0), stop=4000.0)
    >>> compute_rate_spectrum(beat, 5.0, segment=1000.0).peak
    40.0
    """
    from scipy.signal import welch

    activity = compute_population_rate(trains, bin)
    bins = len(activity.rate)
    width = bins / 8 if segment is None else check.positive(segment, "segment") / activity.bin
    size = round(width)
    if not 4 <= size <= bins:
        raise ValueError(
            f"segment must be 4 bins to the whole window, {4 * activity.bin:g} to {bins * activity.bin:g} ms, "
            f"got {width * activity.bin:g}"
        )
    frequency, power = welch(
        activity.rate, 1e3 / activity.bin, nperseg=size, noverlap=size // 2, detrend="constant"
    )
    return RateSpectrum(frequency[1:], power[1:])


def compute_synchrony(traces: ArrayLike) -> float:
    """Golomb's chi of voltages or any traces: SD over time of the population's mean over the units' root mean square
    SD.

    chi² = var_t(mean_i V_i) / mean_i var_t(V_i): 1 if all do the same, about 1/sqrt(n) for n independent units. NaN if
    nothing varies.

    Parameters
    ----------
    traces : array of shape (times, units)

    Returns
    -------
    float, 0 to 1

    Raises
    ------
    ValueError
        For an array that is not two-dimensional.

    References
    ----------
    Golomb & Rinzel 1994; Golomb 2007.

    Examples
    --------
    >>> compute_synchrony([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]), compute_synchrony([[0.0, 1.0], [1.0, 0.0]])
    (1.0, 0.0)
    """
    V = check.finite_array(traces, "traces")
    if V.ndim != 2 or not V.size:
        raise ValueError(f"traces must have shape (times, units), got {V.shape}")
    own = float(V.var(axis=0).mean())
    return math.sqrt(float(V.mean(axis=1).var()) / own) if own > 0 else math.nan


def compute_spike_synchrony(trains: SpikeTrains, bin: float = 5.0) -> float:
    """`compute_synchrony` of the units' spike counts in bins of `bin` ms, without a matrix of them; NaN without spikes.

    Parameters
    ----------
    trains : SpikeTrains
    bin : float, ms

    Returns
    -------
    float, 0 to 1

    Raises
    ------
    ValueError
        For a bin not above 0 or longer than the window.

    References
    ----------
    Golomb & Rinzel 1994; Golomb 2007.

    Examples
    --------
    >>> together = SpikeTrains([1.0, 1.0, 31.0, 31.0], [0, 1, 0, 1], stop=60.0, n=2)
    >>> compute_spike_synchrony(together, 10.0)
    1.0
    """
    bin, bins = _bins(trains, bin)
    places = _places(trains, bin, bins)
    inside = places < bins
    places, ids = places[inside], trains.ids[inside]
    total = np.bincount(places, minlength=bins) / trains.n
    _, counts = np.unique(ids * bins + places, return_counts=True)
    means = np.bincount(ids, minlength=trains.n) / bins
    own = float(np.sum(counts.astype(np.float64) ** 2)) / (bins * trains.n) - float(
        np.mean(means**2)
    )
    return math.sqrt(float(total.var()) / own) if own > 1e-15 else math.nan


def compute_isi_cvs(trains: SpikeTrains, *, at_least: int = 2) -> Array:
    """Coefficient of variation of the intervals of each unit: 0 a clock, 1 for Poisson.

    Parameters
    ----------
    trains : SpikeTrains
    at_least : int, 2 or more
        Intervals that a unit must have; NaN with fewer. Few intervals bias the CV to low values.

    Returns
    -------
    array of shape (n,)

    Raises
    ------
    ValueError
        For at_least below 2.

    Examples
    --------
    >>> trains = SpikeTrains([0.0, 10.0, 20.0, 30.0], [0, 0, 0, 1], stop=40.0, n=2)
    >>> compute_isi_cvs(trains).tolist()
    [0.0, nan]
    """
    at_least = check.whole(at_least, "at_least", 2)
    # times ascend already; numbers of 16 bits are sorted ten times as fast as others
    ids = trains.ids.astype(np.uint16) if trains.n <= 2**16 else trains.ids
    order = np.argsort(ids, kind="stable")
    gaps, ids = np.diff(trains.times[order]), trains.ids[order]
    same = ids[1:] == ids[:-1]
    gaps, ids = gaps[same], ids[1:][same]
    count = np.bincount(ids, minlength=trains.n)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(ids, gaps, trains.n) / count
        variance = np.bincount(ids, (gaps - mean[ids]) ** 2, trains.n) / count
        cvs = np.sqrt(variance) / mean
    return np.where(count >= at_least, cvs, np.nan)


def _bins(trains: SpikeTrains, bin: float) -> tuple[float, int]:
    bin = check.positive(bin, "bin")
    bins = math.floor(trains.duration / bin * (1 + 1e-12))
    if bins < 1:
        raise ValueError(f"bin must fit in the window of {trains.duration:g} ms, got {bin:g}")
    return bin, bins


def _places(trains: SpikeTrains, bin: float, bins: int) -> NDArray[np.int64]:
    """The bin of each spike; the last one, number `bins`, takes what lies beyond the whole ones."""
    return np.minimum(((trains.times - trains.start) / bin * (1 + 1e-12)).astype(np.int64), bins)
