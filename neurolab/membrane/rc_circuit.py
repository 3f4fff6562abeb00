"""The passive membrane: a capacitor and a leak in parallel.

    C dV/dt = -g_L (V - E_L) + I

A step of current I moves V exponentially, with time constant tau = C / g_L, from where it is to E_L + I / g_L.

References
----------
Gerstner, Kistler, Naud & Paninski 2014, Neuronal Dynamics, section 1.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, param
from neurolab.kernels import check

__all__ = ["compute_passive_response", "passive"]


def _rhs(t: float, y: Any, p: Any, I: float) -> Any:
    """C dV/dt = -g_L (V - E_L) + I."""
    (V,) = y
    return ((I - p.g_L * (V - p.E_L)) / p.C,)


passive = Model(
    _rhs,
    name="passive",
    state=dict(V=param(-65.0, "mV", low=-100, high=0, doc="membrane potential")),
    params=dict(
        C=param(1.0, "µF/cm²", low=0.2, high=3, doc="membrane capacitance"),
        g_L=param(0.1, "mS/cm²", low=0.02, high=0.5, doc="leak conductance"),
        E_L=param(-65.0, "mV", low=-90, high=-40, doc="leak reversal potential"),
    ),
    inputs=dict(
        I=param(0.0, "µA/cm²", low=-2, high=2, doc="injected current density, inward positive")
    ),
)


def compute_passive_response(
    t: ArrayLike,
    I: float = 1.0,
    *,
    V_0: float | None = None,
    C: float = 1.0,
    g_L: float = 0.1,
    E_L: float = -65.0,
) -> NDArray[np.float64]:
    """Exact voltage of the passive membrane after a current step at t = 0.

    V(t) = V_inf + (V_0 - V_inf) exp(-t / tau) with V_inf = E_L + I / g_L and tau = C / g_L.

    Parameters
    ----------
    t : array_like, ms
        Times since the step, zero or more.
    I : float, µA/cm²
    V_0 : float, mV, optional
        Voltage at t = 0; E_L if left out.
    C : float, µF/cm²
    g_L : float, mS/cm²
    E_L : float, mV

    Returns
    -------
    array of the shape of t, mV

    Raises
    ------
    ValueError
        For a negative time, or C or g_L that is not above zero.

    Examples
    --------
    >>> compute_passive_response([10.0, 20.0, 30.0], 1.0).round(6).tolist()
    [-58.678794, -56.353353, -55.497871]
    """
    times = check.finite_array(t, "t")
    if np.any(times < 0):
        raise ValueError(f"t must be 0 or more (the step comes at 0), got {times.min():g}")
    g_L, tau = check.positive(g_L, "g_L"), check.positive(C, "C") / check.positive(g_L, "g_L")
    V_inf = check.finite(E_L, "E_L") + check.finite(I, "I") / g_L
    start = check.finite(E_L if V_0 is None else V_0, "V_0")
    return V_inf + (start - V_inf) * np.exp(-times / tau)
