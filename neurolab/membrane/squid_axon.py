"""The squid's giant axon as Hodgkin and Huxley described it in 1952.

    C dV/dt = I - g_Na m³h (V - E_Na) - g_K n⁴ (V - E_K) - g_L (V - E_L),    dx/dt = φ (α_x (1 - x) - β_x x)

for the gates x = m, h, n, with φ = Q10^((T - 6.3)/10). Voltages are absolute, in the modern sign convention: rest
lies at -65 mV, and the paper's V is our -(V + 65). A spike is a race: fast sodium (m) against slow potassium (n) and
inactivation (h).

References
----------
Hodgkin & Huxley 1952, J Physiol 117:500-544, eqs 7, 12-13, 15, 20-24 and Table 3.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, param

__all__ = [
    "compute_gate_steady_states",
    "compute_gate_time_constants",
    "hodgkin_huxley",
    "hodgkin_huxley_rates",
]


def _exprel(x: float) -> float:
    """x / (1 - exp(-x)), which is 0/0 at x = 0 and 1 + x/2 near it."""
    if abs(x) < 1e-6:
        return 1.0 + x / 2.0
    return x / (1.0 - math.exp(-x))


def hodgkin_huxley_rates(V: float) -> tuple[float, float, float, float, float, float]:
    """Opening and closing rates (alpha_m, beta_m, alpha_h, beta_h, alpha_n, beta_n), 1/ms, at V mV and 6.3 °C.

    Examples
    --------
    >>> [round(rate, 4) for rate in hodgkin_huxley_rates(-65.0)]
    [0.2236, 4.0, 0.07, 0.0474, 0.0582, 0.125]
    """
    return (
        _exprel(0.1 * (V + 40.0)),
        4.0 * math.exp(-(1 / 18) * (V + 65.0)),
        0.07 * math.exp(-0.05 * (V + 65.0)),
        1.0 / (1.0 + math.exp(-0.1 * (V + 35.0))),
        0.1 * _exprel(0.1 * (V + 55.0)),
        0.125 * math.exp(-0.0125 * (V + 65.0)),
    )


def _rhs(t: float, y: Any, p: Any, I: float) -> Any:
    """Hodgkin & Huxley 1952, eqs 7, 15, 20-24."""
    V, m, h, n = y
    alpha_m, beta_m, alpha_h, beta_h, alpha_n, beta_n = hodgkin_huxley_rates(V)
    I_Na = p.g_Na * m**3 * h * (V - p.E_Na)
    I_K = p.g_K * n**4 * (V - p.E_K)
    I_L = p.g_L * (V - p.E_L)
    return (
        (I - I_Na - I_K - I_L) / p.C,
        p.phi * (alpha_m * (1.0 - m) - beta_m * m),
        p.phi * (alpha_h * (1.0 - h) - beta_h * h),
        p.phi * (alpha_n * (1.0 - n) - beta_n * n),
    )


_M, _H, _N = (
    a / (a + b)
    for a, b in zip(
        hodgkin_huxley_rates(-65.0)[::2], hodgkin_huxley_rates(-65.0)[1::2], strict=True
    )
)

hodgkin_huxley = Model(
    _rhs,
    name="hodgkin_huxley",
    state=dict(
        V=param(-65.0, "mV", low=-100, high=60, doc="membrane potential"),
        m=param(_M, low=0, high=1, doc="sodium activation"),
        h=param(_H, low=0, high=1, doc="sodium inactivation (1 = available)"),
        n=param(_N, low=0, high=1, doc="potassium activation"),
    ),
    params=dict(
        C=param(1.0, "µF/cm²", low=0.2, high=3, doc="membrane capacitance"),
        g_Na=param(120.0, "mS/cm²", low=0, high=240, doc="maximal sodium conductance"),
        g_K=param(36.0, "mS/cm²", low=0, high=72, doc="maximal potassium conductance"),
        g_L=param(0.3, "mS/cm²", low=0, high=1, doc="leak conductance"),
        E_Na=param(50.0, "mV", low=0, high=80, doc="sodium equilibrium potential"),
        E_K=param(-77.0, "mV", low=-100, high=-50, doc="potassium equilibrium potential"),
        E_L=param(
            -54.387,
            "mV",
            low=-80,
            high=-40,
            doc="leak reversal potential, set so that the axon rests at -65 mV",
        ),
        T=param(6.3, "°C", low=0, high=30, doc="temperature"),
        Q10=param(3.0, "", low=1, high=4, doc="factor by which the gates speed up in 10 °C"),
    ),
    derived=dict(phi=lambda p: p.Q10 ** ((p.T - 6.3) / 10.0)),
    inputs=dict(
        I=param(0.0, "µA/cm²", low=-10, high=160, doc="injected current density, inward positive")
    ),
    threshold=0.0,
    gates=("m", "h", "n"),
)


def compute_gate_steady_states(V: ArrayLike) -> dict[str, NDArray[np.float64]]:
    """m, h and n after a long time at V (mV): x_inf = alpha / (alpha + beta), by name, each of the shape of V.

    Examples
    --------
    >>> {gate: round(float(x), 6) for gate, x in compute_gate_steady_states(-65.0).items()}
    {'m': 0.052932, 'h': 0.596121, 'n': 0.317677}
    """
    rates = _rates(V)
    return {gate: a / (a + b) for gate, a, b in zip("mhn", rates[::2], rates[1::2], strict=True)}


def compute_gate_time_constants(V: ArrayLike) -> dict[str, NDArray[np.float64]]:
    """Time constants 1 / (alpha + beta) of m, h and n (ms) at V (mV) and 6.3 °C, by name, each of the shape of V."""
    rates = _rates(V)
    return {gate: 1.0 / (a + b) for gate, a, b in zip("mhn", rates[::2], rates[1::2], strict=True)}


def _rates(V: ArrayLike) -> NDArray[np.float64]:
    volts = np.asarray(V, float)
    table = np.array([hodgkin_huxley_rates(v) for v in volts.ravel().tolist()], float).reshape(
        -1, 6
    )
    return table.T.reshape(6, *volts.shape)
