"""Conductances under spike trains, exact between the spikes: no step, no error of a solver.

The course's source document writes transmitter release as

    dg/dt = -g/τ + Σ_k α δ(t - t_k)

so every spike adds α, and g falls by exp(-Δt/τ) until the next (`compute_transmitter`). `compute_conductance` does the
same for every kind of synapse.

References
----------
Dayan & Abbott 2001, Theoretical Neuroscience, section 5.8.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check
from neurolab.synapses.kinetics import Exponential, Synapse

__all__ = [
    "PeriodicTransmitter",
    "PoissonConductance",
    "compute_conductance",
    "compute_periodic_transmitter",
    "compute_poisson_conductance",
    "compute_transmitter",
]

Array = NDArray[np.float64]
Trains = SpikeTrains | ArrayLike


@dataclass(frozen=True)
class PeriodicTransmitter:
    """What a regular train makes of g in the long run.

    Attributes
    ----------
    after, before : float
        g right after a spike, its highest, and right before one, its lowest.
    mean : float
        Over an interval: alpha times tau times the rate.
    """

    after: float
    before: float
    mean: float


@dataclass(frozen=True)
class PoissonConductance:
    """Mean, variance and their ratio under a Poisson train (Campbell's theorem)."""

    mean: float
    variance: float

    @property
    def cv(self) -> float:
        """Standard deviation over mean; infinite for a rate of zero."""
        return math.sqrt(self.variance) / self.mean if self.mean else math.inf


def compute_conductance(
    kind: Synapse, t: ArrayLike, spikes: Trains, weights: ArrayLike = 1.0
) -> Array:
    """Conductance at the instants `t` of a synapse under a spike train: Σ_k w_k g(t - t_k), one pass over the spikes.

    Parameters
    ----------
    kind : Synapse
    t : array of shape (samples,), ms
        A spike at an instant is included in it.
    spikes : SpikeTrains, or array of times in ms
    weights : number, or array with one for each spike in the order given

    Returns
    -------
    array of shape (samples,), or (units, samples) for trains of several units

    Raises
    ------
    ValueError
        For times or weights that are not finite, or weights of another number than spikes.

    Examples
    --------
    >>> from neurolab.synapses import Alpha
    >>> compute_conductance(Alpha(2.0), [0.0, 2.0, 4.0], [0.0, 2.0]).round(4).tolist()
    [0.0, 1.0, 1.7358]
    """
    from neurolab.synapses.transmitter_steps import sum_courses  # loads numba

    instants = np.atleast_1d(check.finite_array(t, "t"))
    if instants.ndim != 1:
        raise ValueError(f"t must be 1-D, got shape {instants.shape}; use t.ravel()")
    times, ids, n = sorted_trains(spikes)
    size = check.finite_array(weights, "weights")
    if size.shape not in ((), times.shape):
        raise ValueError(
            f"weights must be a number or have one for each of the {times.size} spikes, got shape {size.shape}"
        )
    size = np.ascontiguousarray(np.broadcast_to(size, times.shape))
    order, by_time = np.argsort(instants, kind="stable"), np.argsort(times, kind="stable")
    found = np.empty((n, instants.size))
    rise, decay = kind.pair
    sum_courses(
        instants[order], times[by_time], ids[by_time], size[by_time], float(rise), float(decay), kind.rise_rate, found
    )  # fmt: skip
    result = np.empty_like(found)
    result[:, order] = found
    several = isinstance(spikes, SpikeTrains) and n > 1
    return result if several else result[0]


def compute_transmitter(
    t: ArrayLike, spikes: Trains, *, tau: float = 5.0, alpha: float = 1.0
) -> Array:
    """The source document's dg/dt = -g/tau + Σ alpha δ(t - t_k), exact at the instants `t`.

    Parameters
    ----------
    t : array of shape (samples,), ms
    spikes : SpikeTrains, or array of times in ms
    tau : float, ms
    alpha : float
        What each spike adds.

    Returns
    -------
    array of shape (samples,), or (units, samples) for trains of several units

    Examples
    --------
    >>> compute_transmitter([0.0, 5.0, 10.0], [0.0, 10.0], tau=5.0).round(4).tolist()
    [1.0, 0.3679, 1.1353]
    """
    kind = Exponential(check.positive(tau, "tau"))
    return compute_conductance(kind, t, spikes, check.finite(alpha, "alpha"))


def compute_periodic_transmitter(
    rate: float, *, tau: float = 5.0, alpha: float = 1.0
) -> PeriodicTransmitter:
    """g of the source document's synapse after many spikes of a regular train: at most alpha / (1 - exp(-T/tau)).

    Parameters
    ----------
    rate : float, Hz
    tau : float, ms
    alpha : float

    Examples
    --------
    >>> g = compute_periodic_transmitter(50.0, tau=5.0)
    >>> round(g.after, 7), round(g.before, 7), g.mean
    (1.0186574, 0.0186574, 0.25)
    """
    rate, tau = check.positive(rate, "rate"), check.positive(tau, "tau")
    alpha = check.finite(alpha, "alpha")
    lost = -math.expm1(-1e3 / (rate * tau))
    return PeriodicTransmitter(alpha / lost, alpha / lost - alpha, alpha * tau * rate * 1e-3)


def compute_poisson_conductance(
    kind: Synapse, rate: float, weight: float = 1.0
) -> PoissonConductance:
    """Mean and variance of the conductance under a Poisson train: rate times the integrals of w g and of its square.

    Parameters
    ----------
    kind : Synapse
    rate : float, Hz
        Of all the independent trains together that arrive here.
    weight : float

    Examples
    --------
    >>> from neurolab.synapses import Exponential
    >>> compute_poisson_conductance(Exponential(5.0), 1000.0)
    PoissonConductance(mean=5.0, variance=2.5)
    """
    rate, weight = check.non_negative(rate, "rate") * 1e-3, check.finite(weight, "weight")
    return PoissonConductance(rate * weight * kind.area, rate * weight**2 * kind.square_area)


def sorted_trains(spikes: Trains) -> tuple[Array, NDArray[np.int64], int]:
    """Times, units and number of units of what a public function takes as spikes; times of a list may be unsorted."""
    if isinstance(spikes, SpikeTrains):
        return spikes.times, spikes.ids, spikes.n
    times = np.atleast_1d(check.finite_array(spikes, "spikes"))
    if times.ndim != 1:
        raise ValueError(
            f"spikes must be a list of times or SpikeTrains, got shape {times.shape}; use SpikeTrains.from_lists for "
            "several units"
        )
    return times, np.zeros(times.size, np.int64), 1
