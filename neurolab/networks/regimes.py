"""Which regime a spiking network is in, told from its spikes: does it keep step, and do its units fire like clocks?

Brunel's four: synchronous regular (SR), asynchronous irregular (AI), and synchronous irregular with a fast or a slow
rhythm (SI), where the population beats together while each unit takes part at random. For a network without bound the
regimes have borders; a finite one always wavers a little, so here each word is a convention with its number.

References
----------
Brunel 2000, J Comput Neurosci 8:183-208. Brunel & Hakim 1999, Neural Comput 11:1621-1671.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check
from neurolab.networks.population_activity import compute_isi_cvs, compute_population_rate

__all__ = [
    "NetworkRegime",
    "RateAutocorrelation",
    "compute_rate_autocorrelation",
    "compute_rate_swing",
    "find_regime",
]

Array = NDArray[np.float64]

_REGULAR = 0.3  # CV of the intervals
_FAST = 0.45  # height of the echo
_SLOW = 0.8  # swing in bins of 5 ms, over which a fast rhythm averages itself out


@dataclass(frozen=True, eq=False)
class RateAutocorrelation:
    """How far a population's rate at one time says what it will be later.

    Attributes
    ----------
    lag : array of shape (bins,), ms
        From one bin on: at 0 every spike would be correlated with itself.
    correlation : array of shape (bins,)
        Autocovariance of the rate over its variance, both without the part that counting single spikes makes.
    """

    lag: Array
    correlation: Array

    @property
    def echo(self) -> float:
        """Height of the first high peak beyond the first dip below 0: near 1 for a steady beat, 0 for none."""
        peak = self._peak()
        return 0.0 if peak is None else float(self.correlation[peak])

    @property
    def period(self) -> float:
        """Lag of that peak, ms; NaN if there is none."""
        peak = self._peak()
        return math.nan if peak is None else float(self.lag[peak])

    def _peak(self) -> int | None:
        """Of a steady beat the multiples of the period stand as high as the period: the first is meant."""
        c = self.correlation
        below = np.flatnonzero(c < 0)
        if not below.size or not np.any(c[below[0] :] > 0):
            return None
        high = np.flatnonzero(c >= 0.9 * c[below[0] :].max())
        first = int(high[high > below[0]][0])
        while first + 1 < c.size and c[first + 1] > c[first]:
            first += 1
        return first


def compute_rate_autocorrelation(
    trains: SpikeTrains, bin: float = 0.5, *, longest: float = 60.0
) -> RateAutocorrelation:
    """Autocorrelation of the population's rate in bins of `bin` ms.

    Parameters
    ----------
    trains : SpikeTrains
    bin : float, ms
    longest : float, ms
        Largest lag; at most half of the window.

    Returns
    -------
    RateAutocorrelation
        Of zeros if the rate varies no more than chance alone makes it.

    Raises
    ------
    ValueError
        For a bin not above 0, or a longest lag below two bins or above half of the window.

    Examples
    --------
    >>> beat = SpikeTrains(np.repeat(np.arange(2.0, 1000.0, 20.0), 50), np.tile(np.arange(50), 50), stop=1000.0, n=50)
    >>> found = compute_rate_autocorrelation(beat, 2.0)
    >>> found.period, found.echo > 0.95
    (20.0, True)
    """
    activity = compute_population_rate(trains, bin)
    n, lags = activity.rate.size, int(check.positive(longest, "longest") / activity.bin)
    if not 2 <= lags <= n // 2:
        raise ValueError(
            f"longest must be two bins to half of the window, {2 * activity.bin:g} to "
            f"{n // 2 * activity.bin:g} ms, got {longest:g}"
        )
    wave = np.fft.rfft(activity.rate - activity.rate.mean(), 2 * n)
    covariance: Array = np.fft.irfft(np.abs(wave) ** 2)[: lags + 1] / (n - np.arange(lags + 1.0))
    shared = covariance[0] - _shot(trains, activity.bin)
    # four standard errors of a variance: below that the quotient is noise over noise
    beyond_chance = shared > 4.0 * math.sqrt(2.0 / n) * covariance[0]
    scaled = covariance[1:] / shared if beyond_chance else np.zeros(lags)
    return RateAutocorrelation(
        np.arange(1.0, lags + 1.0) * activity.bin, np.clip(scaled, -1.0, 1.0)
    )


def compute_rate_swing(trains: SpikeTrains, bin: float = 5.0) -> float:
    """SD of the population's rate over its mean, without the part that n independent units would make: 0 for those.

    Parameters
    ----------
    trains : SpikeTrains
    bin : float, ms
        What is faster than this averages out.

    Returns
    -------
    float
        NaN without spikes.

    Raises
    ------
    ValueError
        For a bin not above 0 or longer than the window.

    Examples
    --------
    >>> compute_rate_swing(SpikeTrains(np.repeat(np.arange(0.0, 1000.0, 20.0), 50), np.tile(np.arange(50), 50),
    ...                                stop=1000.0, n=50), 10.0) > 0.9
    True
    """
    rate = compute_population_rate(trains, bin).rate
    mean = float(rate.mean())
    if mean == 0:
        return math.nan
    return math.sqrt(max(0.0, float(rate.var()) - _shot(trains, bin))) / mean


def _shot(trains: SpikeTrains, bin: float) -> float:
    """Variance of the rate of n independent Poisson units, Hz²."""
    return 1e3 * trains.rate / (trains.n * bin)


@dataclass(frozen=True)
class NetworkRegime:
    """A network's state in numbers, and Brunel's name for it.

    Attributes
    ----------
    rate : float, Hz
    cv : float
        Mean over the units of the CV of their intervals; NaN if none has enough of them.
    swing : float
        `compute_rate_swing` in bins of 5 ms.
    echo : float
        `RateAutocorrelation.echo`, up to 60 ms.
    period : float, ms
        Of the echo.
    """

    rate: float
    cv: float
    swing: float
    echo: float
    period: float

    @property
    def regular(self) -> bool:
        """True if the CV is below 0.3."""
        return self.cv < _REGULAR

    @property
    def name(self) -> str:
        """One of "SR", "AR", "AI", "SI fast", "SI slow" and "silent".

        Synchronous means an echo above 0.45 (a fast rhythm), or a swing above 0.8 (a slow one).
        """
        if self.rate == 0 or math.isnan(self.cv):
            return "silent"
        if self.regular:
            return "SR" if self.echo > _FAST or self.swing > _SLOW else "AR"
        return "SI slow" if self.swing > _SLOW else "SI fast" if self.echo > _FAST else "AI"


def find_regime(trains: SpikeTrains) -> NetworkRegime:
    """Rate, irregularity and synchrony of a population, and the name of its regime.

    Parameters
    ----------
    trains : SpikeTrains
        At least 120 ms without the start; a second and a thousand units are better.

    Returns
    -------
    NetworkRegime

    Raises
    ------
    ValueError
        For a window below 120 ms.

    References
    ----------
    Brunel 2000, figure 8.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> dice = SpikeTrains(np.sort(rng.uniform(0, 2000, 20_000)), rng.integers(0, 500, 20_000), stop=2000.0, n=500)
    >>> find_regime(dice).name
    'AI'
    """
    correlation = compute_rate_autocorrelation(trains)
    cvs = compute_isi_cvs(trains)
    known = cvs[np.isfinite(cvs)]
    return NetworkRegime(
        rate=float(trains.rate),
        cv=float(known.mean()) if known.size else math.nan,
        swing=compute_rate_swing(trains),
        echo=correlation.echo,
        period=correlation.period,
    )
