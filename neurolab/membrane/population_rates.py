"""Populations of neurons described by their rates: one, an excitatory and an inhibitory one, Wilson and Cowan's.

    one population:   tau dr/dt = -r + g [w r + I]_+    or with a sigmoid:   tau dr/dt = -r + S(w r + I)
    a pair:           tau_E dE/dt = -E + [w_EE E - w_EI I + g_E]_+
                      tau_I dI/dt = -I + [w_IE E - w_II I + g_I]_+
    Wilson-Cowan:     tau_E dE/dt = -E + (k_E - r_E E) S_E(c_1 E - c_2 I + P)
                      tau_I dI/dt = -I + (k_I - r_I I) S_I(c_3 E - c_4 I + Q)

[x]_+ is x above 0 and 0 below. The first two are in Hz, with weights that say how many Hz of drive one Hz gives. In the
third E and I are fractions of the cells that fire, S(x) = 1/(1 + exp(-a (x - theta))) - 1/(1 + exp(a theta)) is 0 at 0,
k is its largest value, and r = 1 keeps cells that have just fired from firing again.

References
----------
Wilson & Cowan 1972, Biophys J 12:1-24, eqs 11-12, 15. Tsodyks, Skaggs, Sejnowski & McNaughton 1997, J Neurosci
17:4382-4388 (the paradoxical effect). Dayan & Abbott 2001, Theoretical Neuroscience, chapter 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, param
from neurolab.kernels import check
from neurolab.kernels.transfer import (
    logistic,
    threshold_linear,
    wilson_cowan,
    wilson_cowan_inverse,
    wilson_cowan_maximum,
)

__all__ = [
    "WILSON_COWAN_SETS",
    "PairResponse",
    "compute_pair_nullclines",
    "compute_pair_response",
    "compute_population_response",
    "compute_wilson_cowan_nullclines",
    "excitatory_inhibitory_pair",
    "rate_population",
    "sigmoid_population",
    "wilson_cowan_populations",
]

Array = NDArray[np.float64]


# one population


def _population(t: float, y: Any, p: Any, I: float) -> Any:
    """tau dr/dt = -r + g [w r + I]_+."""
    (r,) = y
    return ((-r + threshold_linear(p.w * r + I, p.g)) / p.tau,)


rate_population = Model(
    _population,
    name="rate_population",
    state=dict(r=param(0.0, "Hz", low=0, high=100, doc="rate of the population")),
    params=dict(
        tau=param(10.0, "ms", low=1, high=100, doc="time constant"),
        w=param(0.6, "", low=-2, high=1.2, doc="weight of the population on itself"),
        g=param(1.0, "", low=0.1, high=2, doc="gain: Hz of output for one Hz of drive"),
    ),
    inputs=dict(I=param(1.0, "Hz", low=0, high=50, doc="drive from outside")),
)


def _sigmoid_population(t: float, y: Any, p: Any, I: float) -> Any:
    """tau dr/dt = -r + S(w r + I) with a logistic S."""
    (r,) = y
    return ((-r + logistic(p.w * r + I, p.gain, p.theta, p.r_max)) / p.tau,)


sigmoid_population = Model(
    _sigmoid_population,
    name="sigmoid_population",
    state=dict(r=param(0.0, "Hz", low=0, high=100, doc="rate of the population")),
    params=dict(
        tau=param(10.0, "ms", low=1, high=100, doc="time constant"),
        w=param(1.0, "", low=-2, high=2, doc="weight of the population on itself"),
        r_max=param(100.0, "Hz", low=10, high=200, doc="highest rate"),
        gain=param(0.1, "1/Hz", low=0.01, high=1, doc="steepness of the sigmoid at its middle"),
        theta=param(50.0, "Hz", low=0, high=100, doc="drive that gives half of the highest rate"),
    ),
    inputs=dict(I=param(0.0, "Hz", low=-50, high=50, doc="drive from outside")),
)
"""One population with an S-shaped transfer function: for w r_max gain > 4 it can have two states, a memory."""


def compute_population_response(
    t: ArrayLike,
    I: float = 1.0,
    *,
    w: float = 0.6,
    tau: float = 10.0,
    g: float = 1.0,
    r_0: float = 0.0,
) -> Array | float:
    """Exact rate of `rate_population` after a drive I >= 0 is switched on at t = 0.

    r(t) = r_inf + (r_0 - r_inf) exp(-t / tau_eff) with r_inf = g I / (1 - g w) and tau_eff = tau / (1 - g w): feedback
    multiplies the rate and the time by the same factor.

    Parameters
    ----------
    t : array_like, ms, zero or more
    I, r_0 : float, Hz, zero or more
    w, g : float
        Weight and gain; g w = 1 keeps the rate where it is pushed (an integrator), above it the rate explodes.
    tau : float, ms

    Returns
    -------
    float or array of the shape of t, Hz

    Raises
    ------
    ValueError
        For a negative time, drive or start (the closed form needs a drive above threshold all along), or g w below 0
        with a drive that the rate could silence.

    References
    ----------
    Dayan & Abbott 2001, section 7.4.

    Examples
    --------
    >>> round(compute_population_response(25.0), 7)
    1.5803014
    """
    times = check.finite_array(t, "t")
    if np.any(times < 0):
        raise ValueError(f"t must be 0 or more (the drive comes at 0), got {times.min():g}")
    I, r_0 = check.non_negative(I, "I"), check.non_negative(r_0, "r_0")
    tau, g = check.positive(tau, "tau"), check.positive(g, "g")
    loop = g * check.finite(w, "w")
    if w * r_0 + I < 0:
        raise ValueError(
            f"r_0 must leave a drive of 0 or more, got w r_0 + I = {w * r_0 + I:g}; "
            "there the rate is cut off at 0: simulate it"
        )
    rate = (1.0 - loop) / tau
    # (1 - exp(-rate t)) / rate, which is t for a perfect integrator
    grown = times if rate == 0 else -np.expm1(-rate * times) / rate
    values = r_0 * np.exp(-rate * times) + g * I / tau * grown
    return float(values) if values.ndim == 0 else values


# an excitatory and an inhibitory population


def _pair(t: float, y: Any, p: Any, drive: Any) -> Any:
    """Threshold-linear rates of two populations."""
    E, I = y
    return (
        (-E + threshold_linear(p.w_EE * E - p.w_EI * I + drive.g_E)) / p.tau_E,
        (-I + threshold_linear(p.w_IE * E - p.w_II * I + drive.g_I)) / p.tau_I,
    )


excitatory_inhibitory_pair = Model(
    _pair,
    name="excitatory_inhibitory_pair",
    state=dict(
        E=param(10.0, "Hz", low=0, high=40, doc="rate of the excitatory cells"),
        I=param(20.0, "Hz", low=0, high=40, doc="rate of the inhibitory cells"),
    ),
    params=dict(
        w_EE=param(3.0, "", low=0, high=3, doc="excitatory cells on themselves"),
        w_EI=param(2.0, "", low=0, high=5, doc="inhibitory on excitatory cells (subtracted)"),
        w_IE=param(2.5, "", low=0, high=5, doc="excitatory on inhibitory cells"),
        w_II=param(0.5, "", low=0, high=3, doc="inhibitory cells on themselves (subtracted)"),
        tau_E=param(20.0, "ms", low=2, high=50, doc="time constant of the excitatory cells"),
        tau_I=param(10.0, "ms", low=2, high=50, doc="time constant of the inhibitory cells"),
    ),
    inputs=dict(
        g_E=param(20.0, "Hz", low=0, high=50, doc="drive of the excitatory cells"),
        g_I=param(5.0, "Hz", low=-10, high=50, doc="drive of the inhibitory cells"),
    ),
)


@dataclass(frozen=True)
class PairResponse:
    """What a little more drive does to a pair of populations that both fire.

    Attributes
    ----------
    matrix : array of shape (2, 2)
        Change of (E, I) in Hz for one Hz more of (g_E, g_I): column by column.
    eigenvalues : array of shape (2,), 1/ms
        Of the pair's return to its steady rates.
    """

    matrix: Array
    eigenvalues: NDArray[np.complex128]

    @property
    def stable(self) -> bool:
        """True if the pair returns after a push."""
        return bool(self.eigenvalues.real.max() < 0)

    @property
    def paradoxical(self) -> bool:
        """True if exciting the inhibitory cells lowers their rate: stable, with w_EE above 1."""
        return self.stable and bool(self.matrix[1, 1] < 0)


def compute_pair_response(
    w_EE: float = 3.0,
    w_EI: float = 2.0,
    w_IE: float = 2.5,
    w_II: float = 0.5,
    *,
    tau_E: float = 20.0,
    tau_I: float = 10.0,
) -> PairResponse:
    """Steady response of `excitatory_inhibitory_pair` to a change of its drives, where both populations fire.

    The matrix is (1 - W)^-1 with W = [[w_EE, -w_EI], [w_IE, -w_II]]. Its last entry, dI/dg_I = (1 - w_EE) / det(1 - W),
    is negative when w_EE > 1: without inhibition the excitatory cells would run away, and the more the inhibitory cells
    are driven, the less they fire. For populations with other gains, multiply each row's weights by that row's gain.

    Parameters
    ----------
    w_EE, w_EI, w_IE, w_II : float, zero or more
    tau_E, tau_I : float, ms
        They decide about stability only.

    Returns
    -------
    PairResponse

    Raises
    ------
    ValueError
        For a negative weight, a time constant that is not above zero, or det(1 - W) = 0.

    References
    ----------
    Tsodyks et al. 1997.

    Examples
    --------
    >>> response = compute_pair_response(w_EE=3.0)
    >>> response.matrix.round(6).tolist(), response.paradoxical
    ([[0.75, -1.0], [1.25, -1.0]], True)
    """
    weights = dict(w_EE=w_EE, w_EI=w_EI, w_IE=w_IE, w_II=w_II)
    for name, value in weights.items():
        check.non_negative(value, name)
    W = np.array([[w_EE, -w_EI], [w_IE, -w_II]], float)
    taus = np.array([check.positive(tau_E, "tau_E"), check.positive(tau_I, "tau_I")])
    open_loop = np.eye(2) - W
    determinant = (1 - w_EE) * (1 + w_II) + w_EI * w_IE
    if determinant == 0:
        raise ValueError(
            "the weights must not make det(1 - W) zero, where a small drive moves the rates without limit; "
            f"got {', '.join(f'{name}={value:g}' for name, value in weights.items())}"
        )
    inverse = np.array([[1.0 + w_II, -w_EI], [w_IE, 1.0 - w_EE]]) / determinant
    eigenvalues = np.linalg.eigvals(-open_loop / taus[:, None]).astype(np.complex128)
    return PairResponse(inverse, eigenvalues)


def compute_pair_nullclines(
    E: ArrayLike,
    *,
    w_EE: float = 3.0,
    w_EI: float = 2.0,
    w_IE: float = 2.5,
    w_II: float = 0.5,
    g_E: float = 20.0,
    g_I: float = 5.0,
) -> tuple[Array, Array]:
    """I on the nullcline of E and on the nullcline of I, at rates E (Hz, zero or more), each of the shape of E.

    Where both fire they are lines: I = ((w_EE - 1) E + g_E) / w_EI, which rises if w_EE > 1, and
    I = [w_IE E + g_I]_+ / (1 + w_II). At E = 0 the first goes straight up from g_E / w_EI.

    Raises
    ------
    ValueError
        For w_EI = 0, where the first nullcline is a vertical line, or a negative E.

    Examples
    --------
    >>> [line.tolist() for line in compute_pair_nullclines([0.0, 10.0])]
    [[10.0, 20.0], [3.3333333333333335, 20.0]]
    """
    rates = _amount(E, "E")
    if check.finite(w_EI, "w_EI") == 0:
        raise ValueError("w_EI must not be 0 here: the nullcline of E is then a vertical line")
    on_E = ((w_EE - 1.0) * rates + g_E) / w_EI
    return on_E, np.maximum(w_IE * rates + g_I, 0.0) / (1.0 + check.non_negative(w_II, "w_II"))


# Wilson and Cowan's populations


def _wilson_cowan(t: float, y: Any, p: Any, drive: Any) -> Any:
    """Wilson & Cowan 1972, eqs 11-12."""
    E, I = y
    S_E = wilson_cowan(p.c_1 * E - p.c_2 * I + drive.P, p.a_E, p.theta_E)
    S_I = wilson_cowan(p.c_3 * E - p.c_4 * I + drive.Q, p.a_I, p.theta_I)
    return (
        (-E + (p.k_E - p.r_E * E) * S_E) / p.tau_E,
        (-I + (p.k_I - p.r_I * I) * S_I) / p.tau_I,
    )


wilson_cowan_populations = Model(
    _wilson_cowan,
    name="wilson_cowan_populations",
    state=dict(
        E=param(0.0, low=0, high=0.5, doc="fraction of excitatory cells that fire"),
        I=param(0.0, low=0, high=0.5, doc="fraction of inhibitory cells that fire"),
    ),
    params=dict(
        c_1=param(16.0, low=0, high=25, doc="excitatory cells on themselves"),
        c_2=param(12.0, low=0, high=25, doc="inhibitory on excitatory cells"),
        c_3=param(15.0, low=0, high=25, doc="excitatory on inhibitory cells"),
        c_4=param(3.0, low=0, high=25, doc="inhibitory cells on themselves"),
        a_E=param(1.3, low=0.2, high=3, doc="steepness of the excitatory sigmoid"),
        theta_E=param(4.0, low=0, high=8, doc="threshold of the excitatory cells"),
        a_I=param(2.0, low=0.2, high=3, doc="steepness of the inhibitory sigmoid"),
        theta_I=param(3.7, low=0, high=8, doc="threshold of the inhibitory cells"),
        tau_E=param(10.0, "ms", low=1, high=50, doc="time constant of the excitatory cells"),
        tau_I=param(10.0, "ms", low=1, high=50, doc="time constant of the inhibitory cells"),
        r_E=param(1.0, low=0, high=2, doc="refractory factor of the excitatory cells"),
        r_I=param(1.0, low=0, high=2, doc="refractory factor of the inhibitory cells"),
    ),
    derived=dict(
        k_E=lambda p: float(wilson_cowan_maximum(p.a_E, p.theta_E)),
        k_I=lambda p: float(wilson_cowan_maximum(p.a_I, p.theta_I)),
    ),
    inputs=dict(
        P=param(1.25, low=-2, high=6, doc="drive of the excitatory cells"),
        Q=param(0.0, low=-2, high=6, doc="drive of the inhibitory cells"),
    ),
)

WILSON_COWAN_SETS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "two states": MappingProxyType(
            dict(c_1=12.0, c_2=4.0, c_3=13.0, c_4=11.0, a_E=1.2, theta_E=2.8, a_I=1.0, theta_I=4.0)
            | dict(P=0.0, Q=0.0)
        ),
        "rhythm": MappingProxyType(
            dict(c_1=16.0, c_2=12.0, c_3=15.0, c_4=3.0, a_E=1.3, theta_E=4.0, a_I=2.0, theta_I=3.7)
            | dict(P=1.25, Q=0.0)
        ),
    }
)
"""Settings of figure 4 (bistable) and figure 11 (limit cycle) of Wilson & Cowan 1972, for `simulate(..., **set)`."""


def compute_wilson_cowan_nullclines(
    E: ArrayLike, I: ArrayLike, **values: float
) -> tuple[Array, Array]:
    """I on the nullcline of E at the values E, and E on the nullcline of I at the values I.

    I = (c_1 E + P - S_E⁻¹(E / (k_E - r_E E))) / c_2    and    E = (c_4 I - Q + S_I⁻¹(I / (k_I - r_I I))) / c_3

    Parameters
    ----------
    E, I : array_like
    **values
        Parameters and inputs of `wilson_cowan_populations` by name.

    Returns
    -------
    tuple of two arrays, of the shapes of E and of I
        NaN where the nullcline does not pass.

    Raises
    ------
    ValueError
        For c_2 = 0 or c_3 = 0, where a nullcline is a straight line along an axis, or an unknown name.

    References
    ----------
    Wilson & Cowan 1972, eqs 13-14.

    Examples
    --------
    >>> on_E, on_I = compute_wilson_cowan_nullclines([0.201748], [0.106889])
    >>> on_E.round(4).tolist(), on_I.round(4).tolist()
    ([0.1069], [0.2017])
    """
    model = wilson_cowan_populations
    setting = model.set(values)
    p = model.Params(*setting.params.tolist())
    P, Q = (check.finite(setting.inputs[name], name) for name in ("P", "Q"))
    for name in ("c_2", "c_3"):
        if getattr(p, name) == 0:
            raise ValueError(f"{name} must not be 0 here: that nullcline is a line along an axis")
    e, i = check.finite_array(E, "E"), check.finite_array(I, "I")
    on_E = p.c_1 * e + P - _needed(e, p.k_E, p.r_E, p.a_E, p.theta_E)
    on_I = p.c_4 * i - Q + _needed(i, p.k_I, p.r_I, p.a_I, p.theta_I)
    return np.asarray(on_E / p.c_2), np.asarray(on_I / p.c_3)


def _needed(x: Array, k: float, r: float, a: float, theta: float) -> Array:
    """The input at which a population stays at activity x: S⁻¹(x / (k - r x))."""
    room = k - r * x
    share = np.where(room > 0, x / np.where(room > 0, room, 1.0), np.inf)
    return np.asarray(wilson_cowan_inverse(share, a, theta))


def _amount(values: ArrayLike, name: str) -> Array:
    array = check.finite_array(values, name)
    if np.any(array < 0):
        raise ValueError(f"{name} must be 0 or more, got {array.min():g}")
    return array
