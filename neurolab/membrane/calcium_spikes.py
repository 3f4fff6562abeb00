"""The barnacle's muscle fibre as Morris and Lecar described it: calcium against potassium, in two variables.

    C dV/dt = I - g_Ca m_inf(V) (V - E_Ca) - g_K w (V - E_K) - g_L (V - E_L)
    dw/dt = phi (w_inf(V) - w) / tau_w(V)

    m_inf = (1 + tanh((V - V_1) / V_2)) / 2,   w_inf = (1 + tanh((V - V_3) / V_4)) / 2,
    tau_w = 1 / cosh((V - V_3) / (2 V_4))

Calcium's gate is so fast that it is always where the voltage puts it; w opens potassium, slowly. With the same two
currents the fibre can lose its rest in three ways, by the parameters in `MORRIS_LECAR_SETS`:

"hopf"        rest becomes an unstable spiral; firing begins with a jump, at a rate above zero (class 2)
"snlc"        rest meets a saddle on what becomes the firing cycle, and both vanish; firing begins at 0 Hz (class 1)
"homoclinic"  as "snlc" with a faster w: rest and firing exist side by side over a range of currents

References
----------
Morris & Lecar 1981, Biophys J 35:193-213. Rinzel & Ermentrout 1998, in Koch & Segev, Methods in Neuronal Modeling,
2nd ed., chapter 7 (the three sets). Ermentrout & Terman 2010, Mathematical Foundations of Neuroscience, Table 3.1.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, param
from neurolab.kernels import check

__all__ = [
    "MORRIS_LECAR_SETS",
    "compute_morris_lecar_nullclines",
    "morris_lecar",
]


def _rhs(t: float, y: Any, p: Any, I: float) -> Any:
    """Morris & Lecar 1981, with calcium always at its steady state."""
    V, w = y
    m_inf = 0.5 * (1.0 + math.tanh((V - p.V_1) / p.V_2))
    w_inf = 0.5 * (1.0 + math.tanh((V - p.V_3) / p.V_4))
    rate = p.phi * math.cosh((V - p.V_3) / (2.0 * p.V_4))
    I_ion = p.g_Ca * m_inf * (V - p.E_Ca) + p.g_K * w * (V - p.E_K) + p.g_L * (V - p.E_L)
    return (I - I_ion) / p.C, rate * (w_inf - w)


morris_lecar = Model(
    _rhs,
    name="morris_lecar",
    state=dict(
        V=param(-60.85, "mV", low=-80, high=60, doc="membrane potential"),
        w=param(0.015, low=-0.1, high=0.8, doc="potassium activation"),
    ),
    params=dict(
        C=param(20.0, "µF/cm²", low=5, high=50, doc="membrane capacitance"),
        g_Ca=param(4.4, "mS/cm²", low=0, high=8, doc="maximal calcium conductance"),
        g_K=param(8.0, "mS/cm²", low=0, high=16, doc="maximal potassium conductance"),
        g_L=param(2.0, "mS/cm²", low=0, high=4, doc="leak conductance"),
        E_Ca=param(120.0, "mV", low=80, high=160, doc="calcium equilibrium potential"),
        E_K=param(-84.0, "mV", low=-100, high=-60, doc="potassium equilibrium potential"),
        E_L=param(-60.0, "mV", low=-80, high=-40, doc="leak reversal potential"),
        V_1=param(-1.2, "mV", low=-20, high=20, doc="where half of the calcium gates are open"),
        V_2=param(18.0, "mV", low=5, high=40, doc="spread of calcium's opening"),
        V_3=param(2.0, "mV", low=-20, high=30, doc="where half of the potassium gates are open"),
        V_4=param(30.0, "mV", low=5, high=40, doc="spread of potassium's opening"),
        phi=param(0.04, "1/ms", low=0.01, high=0.4, doc="speed of the potassium gates"),
    ),
    inputs=dict(
        I=param(0.0, "µA/cm²", low=0, high=250, doc="injected current density, inward positive")
    ),
    threshold=0.0,
    gates=("w",),
)

MORRIS_LECAR_SETS = MappingProxyType(
    {
        "hopf": MappingProxyType(dict(g_Ca=4.4, V_3=2.0, V_4=30.0, phi=0.04)),
        "snlc": MappingProxyType(dict(g_Ca=4.0, V_3=12.0, V_4=17.4, phi=1 / 15)),
        "homoclinic": MappingProxyType(dict(g_Ca=4.0, V_3=12.0, V_4=17.4, phi=0.23)),
    }
)
"""What differs between the textbook parameter sets: `simulate(morris_lecar, ..., **MORRIS_LECAR_SETS["snlc"])`."""


def compute_morris_lecar_nullclines(
    V: ArrayLike, I: float = 0.0, **params: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """w on the V-nullcline and on the w-nullcline at the voltages V, each of the shape of V.

    dV/dt = 0 at w = (I - g_Ca m_inf (V - E_Ca) - g_L (V - E_L)) / (g_K (V - E_K)); dw/dt = 0 at w = w_inf(V).

    Parameters
    ----------
    V : array_like, mV
        At E_K itself the first curve has a pole, given as NaN.
    I : float, µA/cm²
    **params
        Parameters of `morris_lecar` by name; its defaults are the set "hopf".

    Returns
    -------
    two arrays of the shape of V

    Raises
    ------
    ValueError
        For an unknown name, or g_K = 0, where potassium cannot balance anything.

    Examples
    --------
    >>> w_of_V, w_inf = compute_morris_lecar_nullclines([-30.0, 0.0], 60.0, **MORRIS_LECAR_SETS["snlc"])
    >>> w_of_V.round(4).tolist(), w_inf.round(4).tolist()
    ([0.0544, 0.2916], [0.0079, 0.2011])
    """
    volts = check.finite_array(V, "V")
    for name in params:
        if name not in morris_lecar.params:
            raise check.unknown(name, morris_lecar.params, "morris_lecar")
    p = morris_lecar.Params(*morris_lecar.set(params).params.tolist())
    if p.g_K == 0:
        raise ValueError("g_K must not be 0: without potassium the V-nullcline is a vertical line")
    m_inf, w_inf = morris_lecar_gates(volts, p.V_1, p.V_2, p.V_3, p.V_4)
    inward = check.finite(I, "I") - p.g_Ca * m_inf * (volts - p.E_Ca) - p.g_L * (volts - p.E_L)
    distance = np.where(volts == p.E_K, np.nan, volts - p.E_K)
    return inward / (p.g_K * distance), w_inf


def morris_lecar_gates(V: Any, V_1: Any, V_2: Any, V_3: Any, V_4: Any) -> tuple[Any, Any]:
    """m_inf and w_inf at voltages V, as in `_rhs` but for arrays."""
    return 0.5 * (1.0 + np.tanh((V - V_1) / V_2)), 0.5 * (1.0 + np.tanh((V - V_3) / V_4))
