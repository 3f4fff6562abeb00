"""What keeps a neuron's rate where it should be: scaling of its synapses, of its threshold, of its inhibition.

    multiplicative scaling     w := w (1 + eta (r_0 - r)), every synapse by the same factor
    a unit with slow scaling   tau_w dW/dt = W (1 - s / r_0), s the rate as two slow sensors see it
    intrinsic homeostasis      tau_theta dtheta/dt = r - r_0, the threshold moves instead of the weights
    inhibitory plasticity      near-coincident spikes strengthen an inhibitory synapse, each presynaptic one weakens it

References
----------
Turrigiano et al. 1998, Nature 391:892-896 (scaling); Vogels et al. 2011, Science 334:1569-1573 (inhibitory plasticity).
That all synapses change by one factor is debated: Hanes et al. 2020, J Neurosci 40:4090.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, param
from neurolab.kernels import check
from neurolab.plasticity.spike_timing import Coefficients, check_bounds, rates_per_ms

__all__ = [
    "InhibitoryRule",
    "ScalingRun",
    "SensorLimit",
    "compute_inhibitory_drift",
    "compute_intrinsic_response",
    "compute_scaling_response",
    "compute_sensor_limit",
    "homeostatic_unit",
    "intrinsic_unit",
    "simulate_scaling",
]

Array = NDArray[np.float64]


def _scaled_rhs(t: float, y: Any, p: Any, x: float) -> Any:
    """tau_w dW/dt = W (1 - s_2/r_0), tau_s ds_1/dt = r - s_1, tau_s ds_2/dt = s_1 - s_2, r = gain [W x - theta]₊."""
    W, s_1, s_2 = y
    r = p.gain * max(W * x - p.theta, 0.0)
    return W * (1.0 - s_2 / p.r_0) / p.tau_w, (r - s_1) / p.tau_s, (s_1 - s_2) / p.tau_s


homeostatic_unit = Model(
    _scaled_rhs,
    name="homeostatic_unit",
    state=dict(
        W=param(1.0, "1", low=0, high=5, doc="total weight"),
        s_1=param(5.0, "Hz", low=0, high=20, doc="the rate as the first sensor sees it"),
        s_2=param(5.0, "Hz", low=0, high=20, doc="the rate as the second sensor sees it"),
    ),
    params=dict(
        tau_w=param(12.0, "h", low=0.5, high=48, doc="time constant of scaling"),
        tau_s=param(1.0, "h", low=0.1, high=5, doc="time constant of each sensor"),
        r_0=param(5.0, "Hz", low=1, high=20, doc="target rate"),
        gain=param(1.0, "Hz", low=0.1, high=5, doc="rate per unit of input"),
        theta=param(0.0, "1", low=0, high=5, doc="threshold of the input"),
    ),
    inputs=dict(x=param(5.0, "1", low=0, high=10, doc="presynaptic drive")),
)
"""A rate unit whose total weight is scaled towards a target rate; time in hours.

Two sensors in a row make the correction late. The rate settles while tau_s is below `compute_sensor_limit` and swings
for ever above it.
"""


def _intrinsic_rhs(t: float, y: Any, p: Any, I: float) -> Any:
    """tau_theta dtheta/dt = r - r_0 with r = gain max(I - theta, 0)."""
    (theta,) = y
    return ((p.gain * max(I - theta, 0.0) - p.r_0) / p.tau_theta,)


intrinsic_unit = Model(
    _intrinsic_rhs,
    name="intrinsic_unit",
    state=dict(theta=param(0.0, "1", low=-10, high=10, doc="threshold of the input")),
    params=dict(
        tau_theta=param(10.0, "Hz h", low=1, high=100, doc="how slowly the threshold moves"),
        gain=param(1.0, "Hz", low=0.1, high=5, doc="rate per unit of input above threshold"),
        r_0=param(5.0, "Hz", low=1, high=20, doc="target rate"),
    ),
    inputs=dict(I=param(5.0, "1", low=0, high=20, doc="input")),
)
"""A rate unit whose threshold moves until it fires at the target rate; time in hours."""


@dataclass(frozen=True, eq=False)
class ScalingRun:
    """Weights and rate before each step and at the end.

    Attributes
    ----------
    w : array of shape (steps + 1, inputs)
    rate : array of shape (steps + 1,)
    """

    w: Array
    rate: Array


@dataclass(frozen=True)
class SensorLimit:
    """The slowest sensor with which homeostasis still settles.

    Attributes
    ----------
    sensor : float, unit of tau_w
        Largest time constant of each stage, or largest delay; infinite if any will do.
    period : float, unit of tau_w
        Of the swings at the limit; infinite where there are none.
    """

    sensor: float
    period: float


@dataclass(frozen=True)
class InhibitoryRule:
    """Plasticity of inhibitory synapses that holds the postsynaptic rate; `simulate_stdp` runs it.

    At a presynaptic spike w += eta (y - 2 r_0 tau), at a postsynaptic one w += eta x, with traces x and y of the two
    neurons' spikes (time constant tau): pairs in either order strengthen, and every presynaptic spike weakens.

    Parameters
    ----------
    eta : float, unit of the weight
    tau : float, ms
    target_rate : float, Hz
        r_0, at which the two sides balance if the spikes are independent.
    w_min, w_max : float
        Hard bounds.

    Raises
    ------
    ValueError
        For a tau not above 0, a negative target_rate, or w_min not below w_max.

    References
    ----------
    Vogels et al. 2011 (their depression factor alpha is 2 r_0 tau).

    Examples
    --------
    >>> rule = InhibitoryRule(eta=0.01, tau=20.0, target_rate=5.0)
    >>> round(rule.alpha, 9), round(compute_inhibitory_drift(rule, pre_rate=10.0, post_rate=8.0), 9)
    (0.2, 0.012)
    """

    eta: float = 0.01
    tau: float = 20.0
    target_rate: float = 5.0
    w_min: float = 0.0
    w_max: float = math.inf

    def __post_init__(self) -> None:
        check.finite(self.eta, "eta"), check.positive(self.tau, "tau")
        check.non_negative(self.target_rate, "target_rate")
        check_bounds(self.w_min, self.w_max)

    @property
    def pairing(self) -> str:
        """All spikes make pairs."""
        return "all"

    @property
    def alpha(self) -> float:
        """2 r_0 tau, the part of eta by which each presynaptic spike lowers the weight."""
        return 2e-3 * self.target_rate * self.tau

    def coefficients(self) -> Coefficients:
        """The rule in numbers, for `simulate_stdp`."""
        return Coefficients(
            self.eta, -self.eta, 0.0, 0.0, -self.eta * self.alpha, 0.0, self.tau, self.tau, math.inf, math.inf,
            0.0, 0.0, self.w_min, self.w_max,
        )  # fmt: skip


def compute_inhibitory_drift(
    rule: InhibitoryRule, pre_rate: ArrayLike, post_rate: ArrayLike
) -> Array | float:
    """Mean change of the weight in a second under independent Poisson spikes: 2 eta tau r₁ (r₂ - r_0).

    Rates in Hz, broadcast; negative ones are an error.

    Examples
    --------
    >>> compute_inhibitory_drift(InhibitoryRule(target_rate=5.0), 10.0, 5.0)
    0.0
    """
    r1, r2 = check.matched(
        pre_rate=rates_per_ms(pre_rate, "pre_rate"), post_rate=rates_per_ms(post_rate, "post_rate")
    )
    drift = np.asarray(1e3 * 2 * rule.eta * rule.tau * r1 * (r2 - 1e-3 * rule.target_rate))
    return float(drift) if drift.ndim == 0 else drift


def simulate_scaling(
    w: ArrayLike, x: ArrayLike, *, target: float, eta: float, steps: int
) -> ScalingRun:
    """A linear unit r = w x whose weights are all multiplied by 1 + eta (target - r) in each step.

    Ratios of weights never change. The rate follows the logistic map r := r (1 + eta (target - r)): it comes to the
    target if eta target is below 2 (without swinging below 1), beyond that it swings between values, or without any
    order.

    Parameters
    ----------
    w, x : array_like of shape (inputs,)
        Weights at the start, and the constant inputs.
    target : float
        r_0, in the unit of the rate.
    eta : float
        In units of 1 / rate.
    steps : int

    Returns
    -------
    ScalingRun

    Raises
    ------
    ValueError
        For w and x of different shapes, a target or an eta not above 0, eta target of 3 or more, or a first rate
        outside (0, target + 1 / eta), from where one step would turn the sign of all weights.

    References
    ----------
    Turrigiano et al. 1998.

    Examples
    --------
    >>> run = simulate_scaling([0.2, 0.6], [1.0, 1.0], target=2.0, eta=0.1, steps=200)
    >>> round(float(run.rate[-1]), 9), run.w[-1].round(9).tolist()
    (2.0, [0.5, 1.5])
    """
    weights, inputs = check.finite_array(w, "w"), check.finite_array(x, "x")
    if weights.ndim != 1 or weights.shape != inputs.shape:
        raise ValueError(
            f"w and x must be 1-D and equally long, got shapes {weights.shape} and {inputs.shape}"
        )
    target, eta, steps = (
        check.positive(target, "target"),
        check.positive(eta, "eta"),
        check.whole(steps, "steps"),
    )
    if eta * target >= 3:
        raise ValueError(
            f"eta target must be below 3, got {eta * target:g}: beyond, swings turn the sign of all weights; lower eta"
        )
    rate = float(weights @ inputs)
    if not 0 < rate < target + 1 / eta:
        raise ValueError(
            f"w x must be a rate above 0 and below target + 1 / eta = {target + 1 / eta:g}, got {rate:g}; lower eta"
        )
    from neurolab.plasticity.hebbian_steps import scaling_steps  # loads numba

    kept, rates = np.empty((steps + 1, weights.size)), np.empty(steps + 1)
    scaling_steps(weights.copy(), inputs, eta, target, kept, rates)
    return ScalingRun(kept, rates)


def compute_scaling_response(
    t: ArrayLike, rate: float, *, target: float, tau_w: float
) -> Array | float:
    """Rate of a linear unit under slow scaling with an instant sensor, tau_w dr/dt = r (1 - r / r_0).

    r(t) = r_0 / (1 + (r_0 / r(0) - 1) exp(-t / tau_w)) for t from 0 on; t and tau_w in one unit, rates in another.

    Examples
    --------
    >>> compute_scaling_response([0.0, 48.0], 2.5, target=5.0, tau_w=12.0).round(3).tolist()
    [2.5, 4.91]
    """
    target, tau_w = check.positive(target, "target"), check.positive(tau_w, "tau_w")
    start = check.positive(rate, "rate")
    elapsed = _since(t) / tau_w
    # a mean of both rates, so that nothing cancels
    found = target * start / (target * np.exp(-elapsed) - start * np.expm1(-elapsed))
    return float(found) if found.ndim == 0 else np.asarray(found)


def compute_intrinsic_response(
    t: ArrayLike, rate: float, *, target: float, gain: float, tau_theta: float
) -> Array | float:
    """Rate of `intrinsic_unit` at constant input while it fires: r_0 + (r(0) - r_0) exp(-gain t / tau_theta), t >= 0.

    Examples
    --------
    >>> round(compute_intrinsic_response(10.0, 15.0, target=5.0, gain=1.0, tau_theta=10.0), 4)
    8.6788
    """
    target, start = check.finite(target, "target"), check.non_negative(rate, "rate")
    gain, tau_theta = check.positive(gain, "gain"), check.positive(tau_theta, "tau_theta")
    found = target + (start - target) * np.exp(-gain * _since(t) / tau_theta)
    return float(found) if found.ndim == 0 else np.asarray(found)


def _since(t: ArrayLike) -> Array:
    times = check.finite_array(t, "t")
    if np.any(times < 0):
        raise ValueError(f"t must be 0 or more, got {times.min():g}")
    return times


def compute_sensor_limit(
    stages: int | None = 2, *, target: float = 1.0, theta: float = 0.0, gain: float = 1.0
) -> SensorLimit:
    """How slow the sensor of the rate may be before homeostasis swings for ever, in units of tau_w.

    Near the target, deviations e of the rate obey de/dt = -(k / tau_w) s[e] with k = 1 + gain theta / r_0. With
    `stages` equal filters tau_s in a row, k tau_s / tau_w = tan(a) / cos(a)^stages with a = pi / (2 stages): never for
    one filter, 2 for two, 8/9 for three; with a pure delay D, k D / tau_w = pi / 2.

    Parameters
    ----------
    stages : int or None
        None for a pure delay.
    target, theta, gain : float
        As r_0, theta and gain of `homeostatic_unit`; theta = 0 is the linear unit.

    Returns
    -------
    SensorLimit

    Raises
    ------
    ValueError
        For stages below 1, a target or gain not above 0, or a negative theta.

    Examples
    --------
    >>> [round(compute_sensor_limit(n).sensor, 4) for n in (1, 2, 3, None)]
    [inf, 2.0, 0.8889, 1.5708]
    """
    target, gain = check.positive(target, "target"), check.positive(gain, "gain")
    k = 1 + gain * check.non_negative(theta, "theta") / target
    if stages is None:
        return SensorLimit(math.pi / (2 * k), 2 * math.pi / k)
    stages = check.whole(stages, "stages")
    if stages == 1:
        return SensorLimit(math.inf, math.inf)
    a = math.pi / (2 * stages)
    sensor = math.tan(a) / math.cos(a) ** stages / k
    return SensorLimit(sensor, 2 * math.pi * sensor / math.tan(a))
