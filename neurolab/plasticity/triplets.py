"""The triplet rule: what spike timing does depends on how fast both neurons fire.

    at a presynaptic spike   w -= y₁ (A2_minus + A3_minus x₂)
    at a postsynaptic spike  w += x₁ (A2_plus + A3_plus y₂)

x₁, x₂ are traces of the presynaptic spikes with time constants tau_plus and tau_x, y₁, y₂ of the postsynaptic ones with
tau_minus and tau_y; each spike reads the slow traces just before it adds to them. Potentiation so needs a postsynaptic
spike some time before the pair, which a pair alone does not have: pairs at 0.1 Hz do nothing, pairs at 50 Hz much.

References
----------
Pfister & Gerstner 2006, J Neurosci 26:9673-9682, eqs. 3-4 and tables 3 (visual cortex) and 4 (hippocampal culture).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check
from neurolab.plasticity.spike_timing import Coefficients, check_bounds, rates_per_ms

__all__ = [
    "TRIPLET_SETS",
    "TripletRule",
    "compute_triplet_drift",
    "compute_triplet_threshold",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TripletRule:
    """A rule for triplets of spikes; `simulate_stdp` runs it.

    Parameters
    ----------
    A2_plus, A3_plus, A2_minus, A3_minus : float, unit of the weight
        Pair and triplet terms of potentiation and of depression.
    tau_plus, tau_minus, tau_x, tau_y : float, ms
        A slow trace whose A3 is 0 changes nothing.
    pairing : {"all", "nearest"}
        Whether each spike adds 1 to its traces, or sets them to 1.
    w_min, w_max : float
        Hard bounds.

    Raises
    ------
    ValueError
        For a time constant not above 0, another pairing, or w_min not below w_max.

    References
    ----------
    Pfister & Gerstner 2006; the defaults are the minimal all-to-all set of their table 3.

    Examples
    --------
    >>> from neurolab.plasticity import generate_pairing, simulate_stdp
    >>> pairs = generate_pairing(60, rate=20.0, lag=10.0)
    >>> round(float(simulate_stdp(TripletRule(), pairs.pre, pairs.post).change), 4)
    0.2278
    """

    A2_plus: float = 0.0
    A3_plus: float = 6.5e-3
    A2_minus: float = 7.1e-3
    A3_minus: float = 0.0
    tau_plus: float = 16.8
    tau_minus: float = 33.7
    tau_x: float = 101.0
    tau_y: float = 114.0
    pairing: str = "all"
    w_min: float = -math.inf
    w_max: float = math.inf

    def __post_init__(self) -> None:
        for name in ("A2_plus", "A3_plus", "A2_minus", "A3_minus"):
            check.finite(getattr(self, name), name)
        for name in ("tau_plus", "tau_minus", "tau_x", "tau_y"):
            check.positive(getattr(self, name), name)
        check.choice(self.pairing, ("all", "nearest"), "pairing")
        check_bounds(self.w_min, self.w_max)

    def coefficients(self) -> Coefficients:
        """The rule in numbers, for `simulate_stdp`."""
        return Coefficients(
            self.A2_plus, self.A2_minus, self.A3_plus, self.A3_minus, 0.0, 0.0, self.tau_plus, self.tau_minus,
            self.tau_x, self.tau_y, 0.0, 0.0, self.w_min, self.w_max,
        )  # fmt: skip

    def slid(self, mean_rate: float, target_rate: float, power: float = 2.0) -> TripletRule:
        """The rule with both terms of depression times (mean_rate / target_rate)^power.

        This makes the threshold of `compute_triplet_threshold` slide with the postsynaptic neuron's mean rate, which is
        what the BCM theory asks for (Pfister & Gerstner 2006).

        Examples
        --------
        >>> rule = TripletRule()
        >>> round(compute_triplet_threshold(rule.slid(20.0, 10.0)) / compute_triplet_threshold(rule), 9)
        4.0
        """
        ratio = check.non_negative(mean_rate, "mean_rate") / check.positive(
            target_rate, "target_rate"
        )
        try:
            factor = ratio ** check.positive(power, "power")
        except OverflowError:
            raise ValueError(
                f"(mean_rate / target_rate)^power must be a number, got {ratio:g}^{power:g}; lower the power"
            ) from None
        return replace(self, A2_minus=self.A2_minus * factor, A3_minus=self.A3_minus * factor)


TRIPLET_SETS: Mapping[str, TripletRule] = MappingProxyType(
    {
        "visual cortex, all, full": TripletRule(
            5e-10, 6.2e-3, 7e-3, 2.3e-4, tau_x=101.0, tau_y=125.0
        ),
        "visual cortex, all, minimal": TripletRule(0.0, 6.5e-3, 7.1e-3, 0.0, tau_y=114.0),
        "visual cortex, nearest, full": TripletRule(
            8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, tau_x=714.0, tau_y=40.0, pairing="nearest"
        ),
        "visual cortex, nearest, minimal": TripletRule(
            0.0, 5e-2, 8e-3, 0.0, tau_y=40.0, pairing="nearest"
        ),
        "hippocampus, all, full": TripletRule(
            6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, tau_x=946.0, tau_y=27.0
        ),
        "hippocampus, all, minimal": TripletRule(5.3e-3, 8e-3, 3.5e-3, 0.0, tau_y=40.0),
        "hippocampus, nearest, full": TripletRule(
            4.6e-3, 9.1e-3, 3e-3, 7.5e-9, tau_x=575.0, tau_y=47.0, pairing="nearest"
        ),
        "hippocampus, nearest, minimal": TripletRule(
            4.6e-3, 9.1e-3, 3e-3, 0.0, tau_y=48.0, pairing="nearest"
        ),
    }
)
"""The fits of Pfister & Gerstner 2006, tables 3 and 4: tissue, pairing, and whether all terms were free."""


def compute_triplet_drift(
    rule: TripletRule, pre_rate: ArrayLike, post_rate: ArrayLike
) -> Array | float:
    """Mean change of the weight in a second, when both neurons fire as independent Poisson processes.

    r₁ r₂ (X₊ (A2₊ + A3₊ r₂ Y_y) - Y₋ (A2₋ + A3₋ r₁ X_x)), where each trace's area X or Y is its time constant τ for
    "all" pairing and τ / (1 + r τ) for "nearest", with r the rate of the neuron that leaves it.

    Parameters
    ----------
    rule : TripletRule
    pre_rate, post_rate : array_like, Hz
        r₁ and r₂; broadcast against each other.

    Returns
    -------
    float or array, unit of the weight per second

    Raises
    ------
    ValueError
        For a negative rate.

    References
    ----------
    Pfister & Gerstner 2006 ("all").

    Examples
    --------
    >>> rule = TripletRule()
    >>> [round(compute_triplet_drift(rule, 10.0, rate), 4) for rate in (10.0, 19.22033, 30.0)]
    [-0.0115, 0.0, 0.0403]
    """
    r1, r2 = check.matched(
        pre_rate=rates_per_ms(pre_rate, "pre_rate"), post_rate=rates_per_ms(post_rate, "post_rate")
    )
    X_plus, Y_y = _area(rule, rule.tau_plus, r1), _area(rule, rule.tau_y, r2)
    Y_minus, X_x = _area(rule, rule.tau_minus, r2), _area(rule, rule.tau_x, r1)
    ltp = X_plus * (rule.A2_plus + rule.A3_plus * r2 * Y_y)
    ltd = Y_minus * (rule.A2_minus + rule.A3_minus * r1 * X_x)
    drift = np.asarray(1e3 * r1 * r2 * (ltp - ltd))
    return float(drift) if drift.ndim == 0 else drift


def _area(rule: TripletRule, tau: float, rate: Array) -> Array:
    """Mean of a trace over the rate that leaves it, ms."""
    return np.asarray(tau + 0 * rate if rule.pairing == "all" else tau / (1 + rate * tau))


def compute_triplet_threshold(rule: TripletRule, pre_rate: float = 0.0) -> float:
    """The postsynaptic rate above which independent Poisson spikes strengthen the synapse (Hz).

    "all": θ = (A2₋ τ₋ - A2₊ τ₊ + A3₋ τ₋ τ_x r₁) / (A3₊ τ₊ τ_y); "nearest": the one root of the drift over r₁ r₂.

    Parameters
    ----------
    rule : TripletRule
        With A3_plus above 0 and no other term below 0.
    pre_rate : float, Hz
        Matters only if A3_minus is not 0, or with "nearest" pairing.

    Returns
    -------
    float, Hz
        0 where every rate strengthens.

    Raises
    ------
    ValueError
        For A3_plus not above 0 or another term below 0: the drift then has no such threshold.

    References
    ----------
    Pfister & Gerstner 2006, eq. 6.

    Examples
    --------
    >>> round(compute_triplet_threshold(TripletRule()), 4)
    19.2203
    """
    others = (rule.A2_plus, rule.A2_minus, rule.A3_minus)
    if not rule.A3_plus > 0 or min(others) < 0:
        raise ValueError(
            f"A3_plus must be above 0 and the other terms 0 or more, got A3_plus={rule.A3_plus:g}, "
            f"A2_plus={rule.A2_plus:g}, A2_minus={rule.A2_minus:g}, A3_minus={rule.A3_minus:g}"
        )
    r1 = float(rates_per_ms(pre_rate, "pre_rate"))
    if rule.pairing == "all":
        missing = rule.tau_minus * (rule.A2_minus + rule.A3_minus * rule.tau_x * r1)
        missing -= rule.A2_plus * rule.tau_plus
        return max(0.0, 1e3 * missing / (rule.A3_plus * rule.tau_plus * rule.tau_y))
    from scipy.optimize import brentq

    def excess(r2: float) -> float:
        """Drift over the two rates; it rises with r2, because depression saturates."""
        ltp = rule.A2_plus + rule.A3_plus * r2 * rule.tau_y / (1 + r2 * rule.tau_y)
        ltd = rule.A2_minus + rule.A3_minus * r1 * rule.tau_x / (1 + r1 * rule.tau_x)
        return float(
            rule.tau_plus / (1 + r1 * rule.tau_plus) * ltp
            - rule.tau_minus / (1 + r2 * rule.tau_minus) * ltd
        )

    if excess(0.0) >= 0:
        return 0.0
    high = 1.0
    while excess(high) < 0:  # depression falls like 1 / r2, so the end of this is sure
        high *= 2.0
    return 1e3 * float(brentq(excess, 0.0, high, xtol=1e-15))
