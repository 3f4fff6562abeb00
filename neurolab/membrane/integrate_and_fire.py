"""The leaky integrate-and-fire neuron: a passive membrane that is reset when it reaches a threshold.

    tau_m dV/dt = -(V - V_rest) + R I;    at V = theta: a spike, V := V_reset, and V is held there for t_ref

Under constant input its rate has a closed form, `compute_lif_rate`.

References
----------
Lapicque 1907 (translated by Brunel & van Rossum 2007, Biol Cybern 97:337-339); Gerstner et al. 2014, section 1.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, param
from neurolab.kernels import check

__all__ = ["compute_lif_rate", "lif"]


def _rhs(t: float, y: Any, p: Any, I: float) -> Any:
    """tau_m dV/dt = -(V - V_rest) + R I (Gerstner et al. 2014, eq. 1.5)."""
    (V,) = y
    return ((p.V_rest - V + p.R * I) / p.tau_m,)


def _reset(y: Any, p: Any) -> Any:
    return (p.V_reset,)


lif = Model(
    _rhs,
    name="lif",
    state=dict(V=param(0.0, "mV", low=-10, high=20, doc="membrane potential above rest")),
    params=dict(
        tau_m=param(10.0, "ms", low=2, high=50, doc="membrane time constant"),
        R=param(10.0, "MΩ", low=1, high=50, doc="input resistance"),
        V_rest=param(0.0, "mV", low=-10, high=10, doc="resting potential"),
        theta=param(15.0, "mV", low=5, high=30, doc="threshold"),
        V_reset=param(0.0, "mV", low=-10, high=14, doc="potential after a spike"),
        t_ref=param(2.0, "ms", low=0, high=10, doc="absolute refractory time"),
    ),
    inputs=dict(I=param(0.0, "nA", low=0, high=4, doc="injected current")),
    threshold="theta",
    reset=_reset,
    refractory="t_ref",
)


def compute_lif_rate(
    I: ArrayLike,
    *,
    tau_m: float = 10.0,
    R: float = 10.0,
    V_rest: float = 0.0,
    theta: float = 15.0,
    V_reset: float = 0.0,
    t_ref: float = 2.0,
) -> NDArray[np.float64] | float:
    """Firing rate of the LIF neuron under a constant current, Hz.

    f = 1 / (t_ref + tau_m ln((V_inf - V_reset) / (V_inf - theta))) with V_inf = V_rest + R I; 0 if V_inf <= theta.

    Parameters
    ----------
    I : array_like, nA
    tau_m, t_ref : float, ms
    R : float, MΩ
    V_rest, theta, V_reset : float, mV

    Returns
    -------
    float or array of the shape of I, Hz

    Raises
    ------
    ValueError
        For tau_m not above zero, t_ref below zero, or a reset that is not below the threshold.

    References
    ----------
    Gerstner et al. 2014, Neuronal Dynamics, section 1.3.

    Examples
    --------
    >>> compute_lif_rate([1.5, 1.55, 1.6, 2.0, 3.0]).round(4).tolist()
    [0.0, 27.518, 33.6407, 63.04, 111.9636]
    """
    current = check.finite_array(I, "I")
    tau_m, t_ref = check.positive(tau_m, "tau_m"), check.non_negative(t_ref, "t_ref")
    if not V_reset < theta:
        raise ValueError(f"V_reset must be below theta, got V_reset={V_reset:g}, theta={theta:g}")
    V_inf = V_rest + R * current
    above = V_inf > theta
    safe = np.where(
        above, V_inf, theta + 1.0
    )  # any value above threshold: those rates are replaced by 0
    rate = np.where(above, 1e3 / (t_ref + tau_m * np.log((safe - V_reset) / (safe - theta))), 0.0)
    return float(rate) if rate.ndim == 0 else rate
