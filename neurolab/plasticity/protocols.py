"""Spike trains of plasticity experiments: pairs, triplets and quadruplets of spikes, repeated at a rate.

References
----------
Bi & Poo 1998, J Neurosci 18:10464-10472 (pairs at 1 Hz); Sjöström, Turrigiano & Nelson 2001, Neuron 32:1149-1164 (pairs
at 0.1 to 50 Hz: `PAIRING_DATA`); Pfister & Gerstner 2006, J Neurosci 26:9673-9682 (how models are run through these
protocols).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check

__all__ = ["PAIRING_DATA", "PairingData", "Protocol", "generate_pairing", "generate_spike_motifs"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairingData:
    """What pairs of spikes did to synapses, measured at several rates.

    Attributes
    ----------
    rate : array of shape (rates,), Hz
        Pairs per second.
    change : array of shape (rates,)
        Of the weight, as a share of it.
    error : array of shape (rates,)
        Standard error of the change.
    """

    rate: Array
    change: Array
    error: Array


_RATES = np.array([0.1, 10.0, 20.0, 40.0, 50.0])

PAIRING_DATA: Mapping[float, PairingData] = MappingProxyType(
    {
        10.0: PairingData(
            _RATES,
            np.array([-0.04, 0.14, 0.29, 0.53, 0.56]),
            np.array([0.05, 0.10, 0.14, 0.11, 0.26]),
        ),
        -10.0: PairingData(
            _RATES,
            np.array([-0.29, -0.41, -0.34, 0.56, 0.75]),
            np.array([0.08, 0.11, 0.10, 0.32, 0.19]),
        ),
    }
)
"""Pairs in visual cortex (Sjöström et al. 2001, as Pfister & Gerstner 2006 fitted them), by the lag Δt in ms."""


@dataclass(frozen=True)
class Protocol:
    """Spikes of the presynaptic and of the postsynaptic neuron, in one window.

    Attributes
    ----------
    pre, post : SpikeTrains
    """

    pre: SpikeTrains
    post: SpikeTrains


def generate_pairing(
    n: int, rate: float, lag: float, *, repeats: int = 1, pause: float = 0.0
) -> Protocol:
    """`n` pairs of spikes at `rate`, the postsynaptic spike `lag` after the presynaptic one.

    Parameters
    ----------
    n : int
        Pairs; in each series, if there are several.
    rate : float, Hz
        Pairs per second.
    lag : float, ms
        Δt = t_post - t_pre; negative for the postsynaptic spike first.
    repeats : int
        Series of n pairs.
    pause : float, ms
        Silence between the last pair's turn in one series and the next series.

    Returns
    -------
    Protocol

    Raises
    ------
    ValueError
        For a count below 1, a rate not above 0 or a negative pause.

    References
    ----------
    Sjöström, Turrigiano & Nelson 2001: series of 5 pairs, one series every 10 s.

    Examples
    --------
    >>> protocol = generate_pairing(60, rate=20.0, lag=10.0)
    >>> protocol.pre.times[:3].tolist(), protocol.post.times[:3].tolist(), protocol.pre.stop
    ([0.0, 50.0, 100.0], [10.0, 60.0, 110.0], 3010.0)
    """
    return generate_spike_motifs(
        [0.0], [check.finite(lag, "lag")], n, rate, repeats=repeats, pause=pause
    )


def generate_spike_motifs(
    pre: ArrayLike, post: ArrayLike, n: int, rate: float, *, repeats: int = 1, pause: float = 0.0
) -> Protocol:
    """A small pattern of spikes, `n` times at `rate`.

    A triplet pre-post-pre is pre=[-5, 5], post=[0]; a quadruplet is pre=[-5, T + 5], post=[0, T].

    Parameters
    ----------
    pre, post : array_like, ms
        Times of the presynaptic and of the postsynaptic spikes in the pattern; negative ones are allowed.
    n, rate, repeats, pause
        As for `generate_pairing`.

    Returns
    -------
    Protocol
        The window begins with the first pattern, at its earliest spike or at its time 0, whichever comes first, and
        ends a period after the last pattern's time 0 or its latest spike.

    Raises
    ------
    ValueError
        As `generate_pairing`, and for an empty pattern.

    Examples
    --------
    >>> protocol = generate_spike_motifs([-5.0, 5.0], [0.0], n=2, rate=1.0)
    >>> protocol.pre.times.tolist(), protocol.post.times.tolist()
    ([0.0, 10.0, 1000.0, 1010.0], [5.0, 1005.0])
    """
    n, repeats = check.whole(n, "n"), check.whole(repeats, "repeats")
    period, pause = 1e3 / check.positive(rate, "rate"), check.non_negative(pause, "pause")
    patterns = [check.finite_array(x, name).ravel() for x, name in ((pre, "pre"), (post, "post"))]
    together = np.concatenate(patterns)
    if not together.size:
        raise ValueError("pre and post must hold at least one spike, got none")
    k = np.arange(n * repeats)
    starts = k * period + (k // n) * pause
    first, last = min(0.0, together.min()), max(0.0, together.max())
    stop = float(starts[-1] - first + last + period)
    trains = (
        SpikeTrains(np.sort((starts[:, None] + (pattern - first)).ravel()), stop=stop)
        for pattern in patterns
    )
    return Protocol(*trains)
