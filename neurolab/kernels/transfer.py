"""Transfer functions: from the input of a neuron or a population to its rate, each with its slope.

Every function takes an array, or one number inside a Model's right-hand side, where numba compiles it; conditions are
factors of 0 or 1, so that a population of units stays SIMD code. None overflows, whatever the input. As inside of
any loop, parameters are not checked: `gain`, `half`, `exponent` are above 0.

References
----------
Wilson & Cowan 1972, Biophys J 12:1-24 (the sigmoid that is 0 at 0). Naka & Rushton 1966, J Physiol 185:536-555.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "hyperbolic_tangent",
    "hyperbolic_tangent_slope",
    "logistic",
    "logistic_slope",
    "naka_rushton",
    "naka_rushton_slope",
    "power_law",
    "power_law_slope",
    "threshold_linear",
    "threshold_linear_slope",
    "wilson_cowan",
    "wilson_cowan_inverse",
    "wilson_cowan_maximum",
    "wilson_cowan_slope",
]


def threshold_linear(x: Any, gain: float = 1.0, theta: float = 0.0) -> Any:
    """gain · (x - theta) above theta, 0 below.

    Examples
    --------
    >>> threshold_linear(np.array([-1.0, 0.5]), gain=2.0).tolist()
    [0.0, 1.0]
    """
    return gain * np.maximum(x - theta, 0.0)


def threshold_linear_slope(x: Any, gain: float = 1.0, theta: float = 0.0) -> Any:
    """`gain` above theta, 0 below; at theta itself half of it."""
    return gain * (0.5 + 0.5 * np.sign(x - theta))


def power_law(x: Any, gain: float = 1.0, exponent: float = 2.0, theta: float = 0.0) -> Any:
    """gain · (x - theta)^exponent above theta, 0 below: supralinear for an exponent above 1."""
    return gain * np.maximum(x - theta, 0.0) ** exponent


def power_law_slope(x: Any, gain: float = 1.0, exponent: float = 2.0, theta: float = 0.0) -> Any:
    """gain · exponent · (x - theta)^(exponent - 1) above theta, 0 below."""
    above = x > theta
    safe = np.maximum(x - theta, 0.0) + (1.0 - above)  # 0 to a negative power would be infinite
    return gain * exponent * above * safe ** (exponent - 1.0)


def logistic(x: Any, gain: float = 1.0, theta: float = 0.0, maximum: float = 1.0) -> Any:
    """maximum / (1 + exp(-gain (x - theta))): half of the maximum at theta, exact in both tails.

    Examples
    --------
    >>> float(logistic(3.0, theta=3.0)), float(logistic(-800.0)), float(logistic(800.0))
    (0.5, 0.0, 1.0)
    """
    z = gain * (x - theta)
    e = np.exp(-np.abs(z))
    return maximum * (e + (1.0 - e) * (z >= 0.0)) / (1.0 + e)


def logistic_slope(x: Any, gain: float = 1.0, theta: float = 0.0, maximum: float = 1.0) -> Any:
    """maximum · gain · s (1 - s) with s the logistic function; maximum · gain / 4 at theta."""
    e = np.exp(-np.abs(gain * (x - theta)))
    return maximum * gain * e / ((1.0 + e) * (1.0 + e))


def hyperbolic_tangent(x: Any, gain: float = 1.0, theta: float = 0.0, maximum: float = 1.0) -> Any:
    """maximum · tanh(gain (x - theta)): 0 at theta, between -maximum and maximum."""
    return maximum * np.tanh(gain * (x - theta))


def hyperbolic_tangent_slope(
    x: Any, gain: float = 1.0, theta: float = 0.0, maximum: float = 1.0
) -> Any:
    """maximum · gain / cosh²(gain (x - theta))."""
    e = np.exp(-2.0 * np.abs(gain * (x - theta)))
    return maximum * gain * 4.0 * e / ((1.0 + e) * (1.0 + e))


def wilson_cowan(x: Any, a: float = 1.2, theta: float = 2.8) -> Any:
    """1 / (1 + exp(-a (x - theta))) - 1 / (1 + exp(a theta)): a logistic function shifted down to 0 at 0.

    Its largest value is `wilson_cowan_maximum`, below 1 (Wilson & Cowan 1972, eq. 15).
    """
    return logistic(x, a, theta) - logistic(0.0, a, theta)


def wilson_cowan_slope(x: Any, a: float = 1.2, theta: float = 2.8) -> Any:
    """The slope of the shifted logistic function, steepest (a / 4) at theta."""
    return logistic_slope(x, a, theta)


def wilson_cowan_maximum(a: float = 1.2, theta: float = 2.8) -> Any:
    """What `wilson_cowan` tends to for a strong input: 1 - 1 / (1 + exp(a theta))."""
    return logistic(a * theta)


def wilson_cowan_inverse(y: Any, a: float = 1.2, theta: float = 2.8) -> Any:
    """The input at which `wilson_cowan` is `y`; NaN where y is no value it takes.

    Examples
    --------
    >>> round(float(wilson_cowan_inverse(wilson_cowan(1.7))), 12)
    1.7
    """
    level = y + logistic(0.0, a, theta)
    possible = (level > 0.0) & (level < 1.0)
    safe = np.where(possible, level, 0.5)
    return np.where(possible, theta + (np.log(safe) - np.log1p(-safe)) / a, np.nan)


def naka_rushton(x: Any, maximum: float = 1.0, half: float = 1.0, exponent: float = 2.0) -> Any:
    """maximum · x^n / (x^n + half^n) with n the exponent, 0 for x <= 0; also known as Hill's function."""
    above = x > 0.0
    safe = np.maximum(x, 0.0) + (1.0 - above)
    return above * logistic(exponent * np.log(safe / half), 1.0, 0.0, maximum)


def naka_rushton_slope(
    x: Any, maximum: float = 1.0, half: float = 1.0, exponent: float = 2.0
) -> Any:
    """The slope of Naka and Rushton's function: maximum · n · s (1 - s) / x, 0 for x <= 0."""
    above = x > 0.0
    safe = np.maximum(x, 0.0) + (1.0 - above)
    return (
        above * exponent * logistic_slope(exponent * np.log(safe / half), 1.0, 0.0, maximum) / safe
    )
