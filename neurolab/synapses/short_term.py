"""Short-term plasticity: a synapse's release depends on its own last second (Tsodyks and Markram).

    du/dt = -u/τ_F,            at a spike first    u := u + U (1 - u)
    dx/dt = (1 - x)/τ_D,       and then            x := x - u x,      releasing u x

x is the fraction of vesicles that is ready, u the fraction of these that a spike releases. u jumps BEFORE the release,
so the first spike after a rest releases U; with τ_F = 0, u is always U, which is the form the course's source document
prints. (Where u decays to U instead of 0 the first release would be U + U (1 - U): that is another convention.) At a
steady rate r, with spikes replaced by their rate and u and x taken as independent (the mean field),

    u = U (1 + r τ_F) / (1 + U r τ_F)        x = 1 / (1 + u r τ_D)

The release a second, r u x, has the limit 1/τ_D: at high rates a depressing synapse tells changes of the rate only.

References
----------
Tsodyks & Markram 1997, Proc Natl Acad Sci USA 94:719-723. Tsodyks, Pawelzik & Markram 1998, Neural Comput 10:821-835.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.engine.model import Model, param
from neurolab.kernels import check
from neurolab.synapses.transmitter import Trains, sorted_trains

__all__ = [
    "ShortTermRelease",
    "StationaryRelease",
    "TsodyksMarkram",
    "compute_modulation_gain",
    "compute_printed_depression",
    "compute_short_term_release",
    "compute_stationary_release",
    "depressing_release",
    "facilitating_release",
    "find_peak_rate",
]

Array = NDArray[np.float64]
TRAINS = ("regular", "poisson")


def _depressing(t: float, y: Any, p: Any, I: float) -> Any:
    """dx/dt = (1 - x)/tau_D - u x rate, with u constant (the source document's form)."""
    (x,) = y
    return ((1.0 - x) / p.tau_D - 1e-3 * I * p.u * x,)


def _facilitating(t: float, y: Any, p: Any, I: float) -> Any:
    """Tsodyks, Pawelzik & Markram 1998: the release uses u after its jump."""
    u, x = y
    rate = 1e-3 * I
    used = u + p.U * (1.0 - u)
    return (-u / p.tau_F + p.U * (1.0 - u) * rate, (1.0 - x) / p.tau_D - used * x * rate)


_RATE = dict(rate=param(0.0, "Hz", low=0, high=100, doc="presynaptic rate"))
_X = param(1.0, low=0, high=1, doc="fraction of vesicles ready")

depressing_release = Model(
    _depressing,
    name="depressing_release",
    state=dict(x=_X),
    params=dict(
        u=param(0.5, low=0.05, high=1, doc="fraction released by a spike"),
        tau_D=param(800.0, "ms", low=20, high=2000, doc="recovery time"),
    ),
    inputs=_RATE,
)

facilitating_release = Model(
    _facilitating,
    name="facilitating_release",
    state=dict(u=param(0.0, low=0, high=1, doc="facilitation left over"), x=_X),
    params=dict(
        U=param(0.15, low=0.02, high=1, doc="fraction released after a rest"),
        tau_D=param(50.0, "ms", low=20, high=2000, doc="recovery time"),
        tau_F=param(750.0, "ms", low=20, high=2000, doc="facilitation time"),
    ),
    inputs=_RATE,
)


@dataclass(frozen=True)
class TsodyksMarkram:
    """A synapse's short-term plasticity in three numbers, for a Projection of a network.

    Parameters
    ----------
    U : float
        Fraction released by the first spike after a rest, above 0 and at most 1.
    tau_D, tau_F : float, ms
        Recovery from depression, decay of facilitation; 0 is at once.

    Raises
    ------
    ValueError
        For U outside its range, a negative time constant.
    """

    U: float
    tau_D: float
    tau_F: float = 0.0

    def __post_init__(self) -> None:
        _parameters(self.U, self.tau_D, self.tau_F)


@dataclass(frozen=True, eq=False)
class ShortTermRelease:
    """What each spike of a train finds and releases, in the order of time.

    Attributes
    ----------
    times : array of shape (spikes,), ms
    ids : array of shape (spikes,)
        The unit that fired, each with a synapse of its own.
    u, x : arrays of shape (spikes,)
        Fraction released, after its jump, and fraction ready, before the release.
    """

    times: Array
    ids: NDArray[np.int64]
    u: Array
    x: Array

    @property
    def release(self) -> Array:
        """u x, the fraction of all vesicles that each spike releases: weights for `simulate_driven`."""
        return self.u * self.x


@dataclass(frozen=True, eq=False)
class StationaryRelease:
    """A synapse under a steady rate, of the shape of the rates: u, x, release u x a spike and r u x a second."""

    rate: Array
    u: Array
    x: Array

    @property
    def release(self) -> Array:
        """u x, released by one spike."""
        return self.u * self.x

    @property
    def drive(self) -> Array:
        """r u x, released in a second (1/s)."""
        return self.rate * self.u * self.x


def compute_short_term_release(
    spikes: Trains,
    *,
    U: float = 0.5,
    tau_D: float = 800.0,
    tau_F: float = 0.0,
    u: float = 0.0,
    x: float = 1.0,
) -> ShortTermRelease:
    """Release at each spike of any train, by the exact map from spike to spike.

    Parameters
    ----------
    spikes : SpikeTrains, or array of times in ms
        Each unit of SpikeTrains has a synapse of its own.
    U : float
        Fraction released by the first spike after a rest, above 0 and at most 1.
    tau_D, tau_F : float, ms
        Recovery from depression, decay of facilitation; 0 is at once.
    u, x : float
        State at the start of the window: at time 0 for an array of times. The defaults are rest.

    Returns
    -------
    ShortTermRelease

    Raises
    ------
    ValueError
        For fractions outside 0 to 1, negative time constants, spikes before time 0 in an array.

    Examples
    --------
    >>> train = [0.0, 50.0, 100.0, 150.0]
    >>> compute_short_term_release(train, U=0.5, tau_D=800.0).release.round(4).tolist()
    [0.5, 0.2651, 0.1548, 0.103]
    >>> compute_short_term_release(train, U=0.2, tau_D=200.0, tau_F=1500.0).release.round(4).tolist()
    [0.2, 0.2995, 0.3063, 0.2753]
    """
    from neurolab.synapses.transmitter_steps import release_at  # loads numba

    U, tau_D, tau_F = _parameters(U, tau_D, tau_F)
    u, x = _fraction(u, "u"), _fraction(x, "x")
    times, ids, n = sorted_trains(spikes)
    order = np.argsort(times, kind="stable")
    times, ids = times[order], ids[order]
    start = spikes.start if isinstance(spikes, SpikeTrains) else 0.0
    if times.size and times[0] < start:
        raise ValueError(
            f"spikes must not come before time 0, got {times[0]:g}; shift them, or use SpikeTrains with a start"
        )
    used, available = np.empty(times.size), np.empty(times.size)
    release_at(
        times, ids, U, tau_D, tau_F, float(start), np.full(n, u), np.full(n, x), used, available
    )
    return ShortTermRelease(times, ids, used, available)


def compute_printed_depression(
    spikes: Trains, *, u: float = 0.5, tau_D: float = 800.0, x: float = 1.0
) -> ShortTermRelease:
    """The source document's dx/dt = (1 - x)/tau_D - u x Σ δ(t - t_sp): u is constant, so it can only depress.

    The same as `compute_short_term_release` with tau_F = 0.

    Examples
    --------
    >>> compute_printed_depression([0.0, 50.0], u=0.5, tau_D=800.0).x.round(4).tolist()
    [1.0, 0.5303]
    """
    return compute_short_term_release(spikes, U=u, tau_D=tau_D, tau_F=0.0, x=x)


def compute_stationary_release(
    rate: ArrayLike,
    *,
    U: float = 0.5,
    tau_D: float = 800.0,
    tau_F: float = 0.0,
    train: str = "regular",
) -> StationaryRelease:
    """What a synapse does after many spikes of a steady rate.

    Parameters
    ----------
    rate : array_like, Hz
        Zero means single spikes after a rest.
    U : float
    tau_D, tau_F : float, ms
    train : {"regular", "poisson"}
        Equal intervals (exact), or the mean field of a Poisson train: exact for tau_F = 0, else u and x are taken as
        independent.

    Returns
    -------
    StationaryRelease

    Examples
    --------
    >>> s = compute_stationary_release([10.0, 20.0, 40.0], U=0.5, tau_D=800.0)
    >>> s.drive.round(2).tolist()
    [1.05, 1.14, 1.19]
    """
    U, tau_D, tau_F = _parameters(U, tau_D, tau_F)
    check.choice(train, TRAINS, "train")
    rates = check.finite_array(rate, "rate")
    if np.any(rates < 0):
        raise ValueError(f"rate must be 0 or more, got {rates.min():g}; give it in Hz")
    r = 1e-3 * rates
    if train == "poisson":
        u = U * (1 + r * tau_F) / (1 + U * r * tau_F)
        return StationaryRelease(rates, u, 1 / (1 + u * r * tau_D))
    with np.errstate(divide="ignore", over="ignore"):
        interval = 1 / r
        faded = np.exp(-interval / tau_F) if tau_F else np.zeros_like(r)
        gained = -np.expm1(-interval / tau_D) if tau_D else np.ones_like(r)
    u = U / (1 - (1 - U) * faded)
    return StationaryRelease(rates, u, gained / (gained + u * (1 - gained)))


def find_peak_rate(
    *, U: float = 0.15, tau_D: float = 50.0, tau_F: float = 750.0, train: str = "poisson"
) -> float:
    """The rate (Hz) at which one spike releases most; 0 where every rate depresses.

    In the mean field r = √((1 - U) / (U τ_F τ_D)) - 1/τ_F if that is positive; about 1/√(U τ_F τ_D) for small U and
    slow facilitation. For a regular train it is searched for.

    Parameters
    ----------
    U : float
    tau_D, tau_F : float, ms
    train : {"regular", "poisson"}

    References
    ----------
    Tsodyks, Pawelzik & Markram 1998, Neural Comput 10:821-835.

    Examples
    --------
    >>> round(find_peak_rate(U=0.15, tau_D=50.0, tau_F=750.0), 2)
    10.96
    >>> find_peak_rate(U=0.5, tau_D=800.0, tau_F=0.0)
    0.0
    """
    U, tau_D, tau_F = _parameters(U, tau_D, tau_F)
    check.choice(train, TRAINS, "train")
    if tau_D == 0:
        raise ValueError("tau_D must be above 0: without depression the release rises for ever")
    if tau_F == 0:
        return 0.0
    if train == "poisson":
        return max(0.0, 1e3 * (math.sqrt((1 - U) / (U * tau_F * tau_D)) - 1 / tau_F))
    from scipy.optimize import minimize_scalar

    def loss(log_rate: float) -> float:
        values = compute_stationary_release(math.exp(log_rate), U=U, tau_D=tau_D, tau_F=tau_F)
        return -float(values.release)

    low, high = math.log(1e1 / (tau_D + tau_F)), math.log(1e5 / min(tau_D, tau_F))
    rates = np.linspace(low, high, 400)
    best = int(np.argmin([loss(r) for r in rates.tolist()]))
    around = rates[max(best - 1, 0)], rates[min(best + 1, rates.size - 1)]
    found = minimize_scalar(loss, bounds=around, method="bounded", options=dict(xatol=1e-10))
    return float(math.exp(found.x)) if -found.fun > U * (1 + 1e-12) else 0.0


def compute_modulation_gain(
    frequency: ArrayLike,
    rate: float,
    *,
    U: float = 0.5,
    tau_D: float = 800.0,
    tau_F: float = 0.0,
) -> NDArray[np.complex128] | complex:
    """Small modulations of the rate, as the synapse passes them on: relative change of r u x over relative change of r.

    Linear response of the mean field around a steady rate. 1 at high frequencies, where neither x nor u follows; at low
    ones below 1 for a depressing synapse, which tells changes from constancy, and above 1 for a facilitating one.

    Parameters
    ----------
    frequency : array_like, Hz
        Of the modulation.
    rate : float, Hz
        Around which it happens.
    U : float
    tau_D, tau_F : float, ms

    Returns
    -------
    complex, or complex array: the size is the gain, the angle the phase

    Examples
    --------
    >>> gain = compute_modulation_gain([0.0, 1e6], 20.0, U=0.5, tau_D=800.0)
    >>> abs(gain).round(4).tolist()
    [0.1111, 1.0]
    """
    U, tau_D, tau_F = _parameters(U, tau_D, tau_F)
    if tau_D == 0:
        raise ValueError("tau_D must be above 0: without depression x is constant")
    f = check.finite_array(frequency, "frequency")
    r = 1e-3 * check.positive(rate, "rate")
    steady = compute_stationary_release(rate, U=U, tau_D=tau_D, tau_F=tau_F, train="poisson")
    used, x = float(steady.u), float(steady.x)
    u = (used - U) / (1 - U) if U < 1 else 1.0
    turn = np.asarray(2j * np.pi * 1e-3 * f, np.complex128)
    du = U * (1 - u) / (turn + 1 / tau_F + U * r) if tau_F else np.zeros_like(turn)
    dx = (-used * x - (1 - U) * x * r * du) / (turn + 1 / tau_D + used * r)
    gain = np.asarray(1 + r * (1 - U) * du / used + r * dx / x, np.complex128)
    return complex(gain) if gain.ndim == 0 else gain


def _fraction(value: float, name: str) -> float:
    number = check.finite(value, name)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must be a fraction from 0 to 1, got {number:g}")
    return number


def _parameters(U: float, tau_D: float, tau_F: float) -> tuple[float, float, float]:
    U = _fraction(U, "U")
    if U == 0:
        raise ValueError("U must be above 0: a synapse with U = 0 never releases")
    return U, check.non_negative(tau_D, "tau_D"), check.non_negative(tau_F, "tau_F")
