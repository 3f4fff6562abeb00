"""The conductance that one presynaptic spike opens: exponential, alpha and biexponential courses.

    exponential   dg/dt = -g/τ                            a spike raises g by 1
    alpha         dx/dt = -x/τ,     dg/dt = e x/τ - g/τ        a spike raises x by 1:  g = (t/τ) exp(1 - t/τ)
    biexponential dx/dt = -x/τ_r,   dg/dt = k x - g/τ_d        a spike raises x by 1:  g = N (exp(-t/τ_d) - exp(-t/τ_r))

Every course peaks at 1, so a weight is a peak conductance. With k = exp(t_peak/τ_r)/τ_d the biexponential needs no
division by τ_d - τ_r, and becomes the alpha function where the two are equal. The current through it flows outwards,

    I_syn = g (V - E)

and enters the membrane equation with a minus.

References
----------
Rall 1967, J Neurophysiol 30:1138-1168 (the alpha function). Dayan & Abbott 2001, Theoretical Neuroscience, section 5.8.
Destexhe, Mainen & Sejnowski 1994, J Comput Neurosci 1:195-230 (rates of AMPA, NMDA and GABA_A receptors).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = [
    "AMPA",
    "GABA_A",
    "GABA_B",
    "NMDA",
    "Alpha",
    "Biexponential",
    "Exponential",
    "Synapse",
    "compute_rise_rate",
]

Array = NDArray[np.float64]


def _stretch(d: float) -> float:
    """ln(1 + d) / d, which is 0/0 at d = 0."""
    return math.log1p(d) / d if d else 1.0


def compute_rise_rate(tau_rise: float, tau_decay: float) -> float:
    """The k (1/ms) in dg/dt = k x - g/tau_decay for which a spike's conductance peaks at 1.

    k = exp(t_peak/tau_rise) / tau_decay with t_peak = tau_decay ln(1 + d)/d and d = tau_decay/tau_rise - 1; e/tau for
    two equal time constants (ms).

    Examples
    --------
    >>> round(compute_rise_rate(0.5, 5.0), 6), round(compute_rise_rate(2.0, 2.0) * 2.0, 6)
    (2.583099, 2.718282)
    """
    rise, decay = check.positive(tau_rise, "tau_rise"), check.positive(tau_decay, "tau_decay")
    return math.exp(_peak_time(rise, decay) / rise) / decay


def _peak_time(tau_rise: float, tau_decay: float) -> float:
    d = (tau_decay - tau_rise) / tau_rise
    if d < -0.5:  # where 1 + d would lose digits
        return tau_decay * (math.log(tau_decay) - math.log(tau_rise)) / d
    return tau_decay * _stretch(d)


class Synapse:
    """What all kinds share: the reversal potential, magnesium, and what is read from the two time constants.

    Parameters
    ----------
    E : float or None, mV
        Reversal potential, on the scale of the model's voltage; None for a synapse that injects a current.
    Mg : float or None, mmol/l
        With a number, the conductance is multiplied by Jahr and Stevens's magnesium block at this concentration.
    """

    E: float | None
    Mg: float | None

    def __post_init__(self) -> None:
        for name, value in self.taus.items():
            check.positive(value, name)
        if self.E is not None:
            check.finite(self.E, "E")
        if self.Mg is not None:
            check.non_negative(self.Mg, "Mg")
            if self.E is None:
                raise ValueError(
                    "Mg needs a reversal potential: a synapse that injects a current has no block; give E="
                )

    @property
    def taus(self) -> dict[str, float]:
        """Time constants by name, ms."""
        raise NotImplementedError

    @property
    def pair(self) -> tuple[float, float]:
        """Time constants (rise, decay) in ms; a rise of 0 is instantaneous."""
        raise NotImplementedError

    @property
    def rises(self) -> bool:
        """Whether a state x feeds the conductance, which a spike raises in its place."""
        return self.pair[0] > 0

    @property
    def rise_rate(self) -> float:
        """k in dg/dt = k x - g/tau_decay, 1/ms; 0 without a rise."""
        return compute_rise_rate(*self.pair) if self.rises else 0.0

    @property
    def peak_time(self) -> float:
        """Time from the spike to the peak, ms: ln(τ_d/τ_r) τ_d τ_r/(τ_d - τ_r); τ for the alpha function."""
        return _peak_time(*self.pair) if self.rises else 0.0

    @property
    def normalisation(self) -> float:
        """Factor N that makes the peak of exp(-t/τ_d) - exp(-t/τ_r) 1; e for (t/τ) exp(-t/τ), 1 for an exponential.

        It grows without limit as the two time constants approach each other; the conductance does not.
        """
        rise, decay = self.pair
        if not self.rises:
            return 1.0
        return math.inf if rise == decay else self.rise_rate * rise * decay / (decay - rise)

    @property
    def area(self) -> float:
        """Time integral of the conductance after one spike, ms; times the rate (1/ms), the mean under a train."""
        rise, decay = self.pair
        return self.rise_rate * rise * decay if self.rises else decay

    @property
    def square_area(self) -> float:
        """Time integral of the squared conductance, ms; times the rate, the variance under a Poisson train."""
        rise, decay = self.pair
        return self.area**2 / (2 * (rise + decay))

    def conductance(self, t: ArrayLike) -> Array | float:
        """Conductance `t` ms after a spike of weight 1; 0 before it, right at it what it has just become.

        Examples
        --------
        >>> Alpha(2.0).conductance([-1.0, 0.0, 2.0, 4.0]).round(6).tolist()
        [0.0, 0.0, 1.0, 0.735759]
        """
        times = check.finite_array(t, "t")
        rise, decay = self.pair
        after = np.maximum(times, 0.0)
        course = np.exp(-after / decay)
        if self.rises:
            z = after * (decay - rise) / (rise * decay)
            small = np.abs(z) < 1e-300
            part = np.where(small, 1.0, -np.expm1(-z) / np.where(small, 1.0, z))
            course = self.rise_rate * after * part * course
        found = np.where(times < 0, 0.0, course)
        return float(found) if found.ndim == 0 else found


@dataclass(frozen=True)
class Exponential(Synapse):
    """Opens at once and closes with the time constant `tau` (ms): g = exp(-t/τ).

    Examples
    --------
    >>> Exponential(5.0).area
    5.0
    """

    tau: float
    E: float | None = 0.0
    Mg: float | None = None

    @property
    def taus(self) -> dict[str, float]:
        """The time constant by name, ms."""
        return dict(tau=self.tau)

    @property
    def pair(self) -> tuple[float, float]:
        """(0, tau), ms."""
        return 0.0, self.tau


@dataclass(frozen=True)
class Alpha(Synapse):
    """The alpha function, g = (t/τ) exp(1 - t/τ): peak 1 at `tau` (ms), area e τ.

    Examples
    --------
    >>> s = Alpha(2.0)
    >>> s.peak_time, round(s.area, 6)
    (2.0, 5.436564)
    """

    tau: float
    E: float | None = 0.0
    Mg: float | None = None

    @property
    def taus(self) -> dict[str, float]:
        """The time constant by name, ms."""
        return dict(tau=self.tau)

    @property
    def pair(self) -> tuple[float, float]:
        """(tau, tau), ms."""
        return self.tau, self.tau


@dataclass(frozen=True)
class Biexponential(Synapse):
    """Opens with `tau_rise` and closes with `tau_decay` (ms): g = N (exp(-t/τ_decay) - exp(-t/τ_rise)).

    Raises
    ------
    ValueError
        For a time constant not above zero, or a rise slower than the decay.

    Examples
    --------
    >>> s = Biexponential(0.5, 5.0)
    >>> round(s.peak_time, 6), round(s.normalisation, 7), round(s.area, 6)
    (1.279214, 1.4350552, 6.457748)
    """

    tau_rise: float
    tau_decay: float
    E: float | None = 0.0
    Mg: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tau_rise > self.tau_decay:
            raise ValueError(
                f"tau_rise must be at most tau_decay, got tau_rise={self.tau_rise:g}, tau_decay={self.tau_decay:g}; "
                "exchange them: the course is the same"
            )

    @property
    def taus(self) -> dict[str, float]:
        """Time constants by name, ms."""
        return dict(tau_rise=self.tau_rise, tau_decay=self.tau_decay)

    @property
    def pair(self) -> tuple[float, float]:
        """(tau_rise, tau_decay), ms."""
        return self.tau_rise, self.tau_decay


AMPA = Exponential(5.5, E=0.0)
"""Fast excitation. Typical: Destexhe et al. 1994 fit an unbinding rate of 0.18 /ms, so 5.5 ms."""

NMDA = Biexponential(3.0, 150.0, E=0.0, Mg=1.0)
"""Slow excitation, blocked by magnesium at rest. Typical: an unbinding rate of 0.0066 /ms gives 150 ms."""

GABA_A = Exponential(5.5, E=-80.0)
"""Fast inhibition through chloride channels. Typical: an unbinding rate of 0.18 /ms, reversal at -80 mV."""

GABA_B = Biexponential(50.0, 200.0, E=-95.0)
"""Slow inhibition through potassium channels. Typical order of magnitude: its true course goes through G proteins, is
no sum of two exponentials, and grows faster than the number of spikes."""
