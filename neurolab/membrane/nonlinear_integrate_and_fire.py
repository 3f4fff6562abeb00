"""Integrate-and-fire neurons whose spike begins by itself: quadratic, exponential, and exponential with adaptation.

    qif            tau_m dV/dt = V² + I
    theta_neuron   tau_m dθ/dt = (1 - cos θ) + (1 + cos θ) I,   the same with V = tan(θ / 2): a spike at θ = π
    eif            C dV/dt = -g_L (V - E_L) + g_L Delta_T exp((V - V_T) / Delta_T) + I
    adex           C dV/dt = -g_L (V - E_L) + g_L Delta_T exp((V - V_T) / Delta_T) - w + I
                   tau_w dw/dt = a (V - E_L) - w;     at V = V_peak: a spike, V := V_reset, w := w + b

The last millivolts of an exponential spike take no time, so the time of a spike is known to a part of the step only:
use dt of 0.01 ms or less, or `integrate`, which finds its own steps.

Below a certain current V has a rest and, above it, a point of no return; they meet and vanish in a saddle-node, which
is where firing begins. The quadratic neuron (V and I without unit) is what every neuron looks like near that point.

References
----------
Latham, Richmond, Nelson & Nirenberg 2000, J Neurophysiol 83:808-827 (quadratic). Ermentrout & Kopell 1986, SIAM J Appl
Math 46:233-253 (theta). Fourcaud-Trocmé, Hansel, van Vreeswijk & Brunel 2003, J Neurosci 23:11628-11640 (exponential).
Brette & Gerstner 2005, J Neurophysiol 94:3637-3642; Touboul & Brette 2008, Biol Cybern 99:319-334 (adaptive).
Gerstner et al. 2014, Neuronal Dynamics, sections 5.2, 5.3 and 6.1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, param
from neurolab.kernels import check

__all__ = [
    "ADEX_PATTERNS",
    "adex",
    "compute_adex_hopf_current",
    "compute_adex_saddle_node_current",
    "compute_eif_rheobase",
    "compute_qif_rate",
    "eif",
    "qif",
    "theta_neuron",
]


def _quadratic(t: float, y: Any, p: Any, I: float) -> Any:
    """tau_m dV/dt = V² + I."""
    (V,) = y
    return ((V * V + I) / p.tau_m,)


def _reset(y: Any, p: Any) -> Any:
    return (p.V_reset,)


qif = Model(
    _quadratic,
    name="qif",
    state=dict(V=param(-1.0, low=-20, high=20, doc="voltage-like, no unit")),
    params=dict(
        tau_m=param(1.0, "ms", low=0.5, high=50, doc="membrane time constant"),
        V_peak=param(100.0, low=2, high=1000, doc="where a spike is counted and V is reset"),
        V_reset=param(-100.0, low=-1000, high=1, doc="V after a spike"),
    ),
    inputs=dict(I=param(0.0, low=-2, high=10, doc="drive beyond the saddle-node at 0")),
    threshold="V_peak",
    reset=_reset,
)


def _on_the_circle(t: float, y: Any, p: Any, I: float) -> Any:
    """tau_m dθ/dt = (1 - cos θ) + (1 + cos θ) I."""
    (theta,) = y
    return ((1.0 - math.cos(theta) + (1.0 + math.cos(theta)) * I) / p.tau_m,)


def _above_half_turn(y: Any, p: Any) -> Any:
    (theta,) = y
    return theta - math.pi


def _one_turn_back(y: Any, p: Any) -> Any:
    (theta,) = y
    return (theta - 2.0 * math.pi,)


theta_neuron = Model(
    _on_the_circle,
    name="theta_neuron",
    state=dict(theta=param(-1.5, "rad", low=-math.pi, high=math.pi, doc="phase; V = tan(theta/2)")),
    params=dict(tau_m=param(1.0, "ms", low=0.5, high=50, doc="membrane time constant")),
    inputs=dict(I=param(0.0, low=-2, high=10, doc="drive beyond the saddle-node at 0")),
    threshold=_above_half_turn,
    reset=_one_turn_back,
)


def compute_qif_rate(
    I: ArrayLike, *, tau_m: float = 1.0, V_peak: float = math.inf, V_reset: float = -math.inf
) -> NDArray[np.float64] | float:
    """Firing rate of the quadratic neuron under a constant drive, Hz.

    The period is T = tau_m ∫ dV / (V² + I) from V_reset to V_peak, for I > 0 equal to
    (tau_m / √I) (arctan(V_peak / √I) - arctan(V_reset / √I)): tau_m π / √I without limits on V.
    For I <= 0 the rate is 0 where rest, -√-I, or the point of no return, √-I, lies between the two limits.

    Parameters
    ----------
    I : array_like, no unit
    tau_m : float, ms
    V_peak, V_reset : float, no unit
        Infinite if left out (the theta neuron).

    Returns
    -------
    float or array of the shape of I, Hz

    Raises
    ------
    ValueError
        For tau_m not above zero, a limit that is NaN, or a reset that is not below the peak.

    References
    ----------
    Ermentrout 1996, Neural Comput 8:979-1001; Latham et al. 2000.

    Examples
    --------
    >>> compute_qif_rate([-1.0, 0.25, 4.0]).round(4).tolist()
    [0.0, 159.1549, 636.6198]
    """
    current = check.finite_array(I, "I")
    tau_m = check.positive(tau_m, "tau_m")
    V_peak, V_reset = float(V_peak), float(V_reset)
    if not V_reset < V_peak:  # also where one of them is NaN
        raise ValueError(
            f"V_reset must be below V_peak, got V_reset={V_reset:g}, V_peak={V_peak:g}"
        )
    flat = np.array([_qif_period(x, V_peak, V_reset) for x in current.ravel().tolist()])
    rate = (1e3 / (tau_m * flat)).reshape(current.shape)
    return float(rate) if rate.ndim == 0 else rate


def _qif_period(I: float, top: float, bottom: float) -> float:
    """Time from `bottom` to `top` in units of tau_m; infinite if V never gets there."""
    if I > 0:
        root = math.sqrt(I)  # arctan(x) - arctan(y) in a form that keeps its digits for any root
        if math.isinf(top):
            return (math.pi if math.isinf(bottom) else math.atan2(root, bottom)) / root
        if math.isinf(bottom):
            return math.atan2(root, -top) / root
        return math.atan2(root * (top - bottom), I + top * bottom) / root
    root = math.sqrt(-I)  # V stands still at -root and root: both must lie outside the way
    if not (bottom > root or top < -root):
        return math.inf
    if I == 0:
        return 1.0 / bottom - 1.0 / top
    return (math.atanh(root / bottom) - math.atanh(root / top)) / root


def _upstroke(V: float, p: Any) -> float:
    """The exponential current, pA: held once it is e^20, or V_peak is passed, where a spike is a matter of nanoseconds.

    Otherwise a step that looks ahead would find infinity.
    """
    top = min(p.V_peak, p.V_T + 20.0 * p.Delta_T)
    upstroke: float = p.g_L * p.Delta_T * math.exp((min(V, top) - p.V_T) / p.Delta_T)
    return upstroke


def _exponential(t: float, y: Any, p: Any, I: float) -> Any:
    """C dV/dt = -g_L (V - E_L) + g_L Delta_T exp((V - V_T) / Delta_T) + I."""
    (V,) = y
    return ((-p.g_L * (V - p.E_L) + _upstroke(V, p) + I) / p.C,)


eif = Model(
    _exponential,
    name="eif",
    state=dict(V=param(-65.0, "mV", low=-90, high=-30, doc="membrane potential")),
    params=dict(
        C=param(100.0, "pF", low=20, high=400, doc="membrane capacitance"),
        g_L=param(10.0, "nS", low=1, high=40, doc="leak conductance"),
        E_L=param(-65.0, "mV", low=-80, high=-50, doc="leak reversal potential"),
        V_T=param(-59.9, "mV", low=-65, high=-40, doc="where the upstroke takes over"),
        Delta_T=param(3.48, "mV", low=0.2, high=6, doc="sharpness of the upstroke"),
        V_peak=param(-30.0, "mV", low=-40, high=40, doc="where a spike is counted"),
        V_reset=param(-68.0, "mV", low=-80, high=-50, doc="potential after a spike"),
        t_ref=param(1.7, "ms", low=0, high=10, doc="absolute refractory time"),
    ),
    inputs=dict(I=param(0.0, "pA", low=-50, high=300, doc="injected current")),
    threshold="V_peak",
    reset=_reset,
    refractory="t_ref",
)


def compute_eif_rheobase(
    *, g_L: float = 10.0, E_L: float = -65.0, V_T: float = -59.9, Delta_T: float = 3.48
) -> float:
    """Current (pA) above which the exponential neuron has no rest and fires: g_L (V_T - E_L - Delta_T).

    Rest and the point of no return meet at V = V_T, the bottom of the curve I = g_L (V - E_L) - g_L Delta_T exp(...).

    Parameters
    ----------
    g_L : float, nS
    E_L, V_T, Delta_T : float, mV

    Raises
    ------
    ValueError
        For g_L or Delta_T not above zero.

    References
    ----------
    Gerstner et al. 2014, Neuronal Dynamics, section 5.2.

    Examples
    --------
    >>> round(compute_eif_rheobase(), 4)
    16.2
    """
    return compute_adex_saddle_node_current(g_L=g_L, E_L=E_L, V_T=V_T, Delta_T=Delta_T, a=0.0)


def _adaptive(t: float, y: Any, p: Any, I: float) -> Any:
    """Brette & Gerstner 2005: the exponential neuron with an adaptation current w."""
    V, w = y
    return (
        (-p.g_L * (V - p.E_L) + _upstroke(V, p) - w + I) / p.C,
        (p.a * (V - p.E_L) - w) / p.tau_w,
    )


def _adaptive_reset(y: Any, p: Any) -> Any:
    V, w = y
    return p.V_reset, w + p.b


adex = Model(
    _adaptive,
    name="adex",
    state=dict(
        V=param(-70.6, "mV", low=-90, high=0, doc="membrane potential"),
        w=param(0.0, "pA", low=-200, high=600, doc="adaptation current"),
    ),
    params=dict(
        C=param(281.0, "pF", low=10, high=500, doc="membrane capacitance"),
        g_L=param(30.0, "nS", low=1, high=60, doc="leak conductance"),
        E_L=param(-70.6, "mV", low=-80, high=-50, doc="leak reversal potential"),
        V_T=param(-50.4, "mV", low=-60, high=-40, doc="where the upstroke takes over"),
        Delta_T=param(2.0, "mV", low=0.5, high=6, doc="sharpness of the upstroke"),
        tau_w=param(144.0, "ms", low=5, high=400, doc="time constant of adaptation"),
        a=param(4.0, "nS", low=-12, high=20, doc="adaptation driven by the voltage"),
        b=param(80.5, "pA", low=0, high=200, doc="adaptation added by each spike"),
        V_peak=param(20.0, "mV", low=-40, high=40, doc="where a spike is counted"),
        V_reset=param(-70.6, "mV", low=-80, high=-40, doc="potential after a spike"),
    ),
    inputs=dict(I=param(0.0, "pA", low=0, high=1500, doc="injected current")),
    threshold="V_peak",
    reset=_adaptive_reset,
)


def _pattern(tau_m: float, a: float, tau_w: float, b: float, V_reset: float) -> Mapping[str, float]:
    """A line of the table, which gives tau_m = C / g_L and R = 1 / g_L = 500 MΩ."""
    shared = dict(g_L=2.0, E_L=-70.0, V_T=-50.0, Delta_T=2.0, V_peak=0.0, V=-70.0)
    return MappingProxyType(dict(shared, C=2.0 * tau_m, a=a, tau_w=tau_w, b=b, V_reset=V_reset))


ADEX_PATTERNS = MappingProxyType(
    {
        "tonic": _pattern(20.0, 0.0, 30.0, 60.0, -55.0),
        "adapting": _pattern(20.0, 0.0, 100.0, 5.0, -55.0),
        "initial burst": _pattern(5.0, 0.5, 100.0, 7.0, -51.0),
        "bursting": _pattern(5.0, -0.5, 100.0, 7.0, -46.0),
        "irregular": _pattern(9.9, -0.5, 100.0, 7.0, -46.0),
        "transient": _pattern(10.0, 1.0, 100.0, 10.0, -60.0),
        "delayed": _pattern(5.0, -1.0, 100.0, 10.0, -60.0),
    }
)
"""Firing patterns of Neuronal Dynamics, Table 6.1: `simulate(adex, ..., I=65.0, **ADEX_PATTERNS["tonic"])`.

Start state included. The current of the figures is 65 pA; "delayed" shows its delay near 25 pA.
"""


def compute_adex_saddle_node_current(
    *,
    g_L: float = 30.0,
    E_L: float = -70.6,
    V_T: float = -50.4,
    Delta_T: float = 2.0,
    a: float = 4.0,
) -> float:
    """Current (pA) at which the equilibria of the adaptive exponential neuron meet and vanish.

    I = (g_L + a) (V_T - E_L - Delta_T + Delta_T ln(1 + a / g_L)). Above it there is no rest; rest may be lost before,
    at the current of `compute_adex_hopf_current`.

    Parameters
    ----------
    g_L, a : float, nS
        a must be above -g_L: otherwise there is no such current.
    E_L, V_T, Delta_T : float, mV

    Raises
    ------
    ValueError
        For g_L or Delta_T not above zero, or a not above -g_L.

    References
    ----------
    Touboul & Brette 2008.

    Examples
    --------
    >>> round(compute_adex_saddle_node_current(), 4)
    627.3111
    """
    g_L, Delta_T = check.positive(g_L, "g_L"), check.positive(Delta_T, "Delta_T")
    E_L, V_T, a = check.finite(E_L, "E_L"), check.finite(V_T, "V_T"), check.finite(a, "a")
    if a <= -g_L:
        raise ValueError(
            f"a must be above -g_L = {-g_L:g} nS, got {a:g}: below that rest is never lost in a saddle-node"
        )
    return (g_L + a) * (V_T - E_L - Delta_T + Delta_T * math.log1p(a / g_L))


def compute_adex_hopf_current(
    *,
    C: float = 281.0,
    g_L: float = 30.0,
    E_L: float = -70.6,
    V_T: float = -50.4,
    Delta_T: float = 2.0,
    tau_w: float = 144.0,
    a: float = 4.0,
) -> float:
    """Current (pA) at which rest of the adaptive exponential neuron becomes an unstable spiral; NaN if it never does.

    With tau_m = C / g_L: V = V_T + Delta_T ln(1 + tau_m / tau_w) there, and
    I = (g_L + a) (V - E_L) - g_L Delta_T (1 + tau_m / tau_w). This exists, below the saddle-node, where
    a / g_L > tau_m / tau_w: adaptation strong or slow enough to make the neuron ring.

    Parameters
    ----------
    C : float, pF
    g_L, a : float, nS
    E_L, V_T, Delta_T : float, mV
    tau_w : float, ms

    Raises
    ------
    ValueError
        For C, g_L, Delta_T or tau_w not above zero.

    References
    ----------
    Touboul & Brette 2008.

    Examples
    --------
    >>> round(compute_adex_hopf_current(), 4), compute_adex_hopf_current(a=1.0)
    (627.1825, nan)
    """
    g_L, Delta_T = check.positive(g_L, "g_L"), check.positive(Delta_T, "Delta_T")
    E_L, V_T, a = check.finite(E_L, "E_L"), check.finite(V_T, "V_T"), check.finite(a, "a")
    ratio = check.positive(C, "C") / g_L / check.positive(tau_w, "tau_w")
    if a <= g_L * ratio:
        return math.nan
    V = V_T + Delta_T * math.log1p(ratio)
    return (g_L + a) * (V - E_L) - g_L * Delta_T * (1.0 + ratio)
