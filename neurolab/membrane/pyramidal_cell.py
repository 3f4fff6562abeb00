"""A hippocampal pyramidal cell's fast spike, in the form that network benchmarks use (Traub & Miles 1991, simplified).

    C dV/dt = -g_L (V - E_L) - g_Na m³ h (V - E_Na) - g_K n⁴ (V - E_K) + I
    dx/dt = alpha_x(V - V_T) (1 - x) - beta_x(V - V_T) x    for x = m, h, n

V_T shifts the threshold; at the default the cell fires by itself, about 14 times a second. The numbers are those of the
COBAHH benchmark: 20 000 µm² of membrane, given there as a whole (200 pF, 10 nS, 20 µS, 6 µS), here per cm².

References
----------
Traub & Miles 1991, Neuronal Networks of the Hippocampus; Brette et al. 2007, J Comput Neurosci 23:349-398, appendix 2.
"""

from __future__ import annotations

import math
from typing import Any

from neurolab.engine.model import Model, param

__all__ = ["traub_miles"]


def _exprel(x: float) -> float:
    """(exp(x) - 1) / x, which is 0/0 at x = 0."""
    if abs(x) < 1e-6:
        return 1.0 + 0.5 * x
    return (math.exp(x) - 1.0) / x


def _rhs(t: float, y: Any, p: Any, I: float) -> Any:
    """Brette et al. 2007, benchmark 3."""
    V, m, h, n = y
    u = V - p.V_T
    alpha_m, beta_m = 1.28 / _exprel(0.25 * (13.0 - u)), 1.4 / _exprel(0.2 * (u - 40.0))
    alpha_h, beta_h = (
        0.128 * math.exp((1 / 18) * (17.0 - u)),
        4.0 / (1.0 + math.exp(0.2 * (40.0 - u))),
    )
    alpha_n, beta_n = 0.16 / _exprel(0.2 * (15.0 - u)), 0.5 * math.exp(0.025 * (10.0 - u))
    I_Na = p.g_Na * m**3 * h * (V - p.E_Na)
    I_K = p.g_K * n**4 * (V - p.E_K)
    return (
        (I - I_Na - I_K - p.g_L * (V - p.E_L)) / p.C,
        alpha_m * (1.0 - m) - beta_m * m,
        alpha_h * (1.0 - h) - beta_h * h,
        alpha_n * (1.0 - n) - beta_n * n,
    )


traub_miles = Model(
    _rhs,
    name="traub_miles",
    state=dict(
        V=param(-60.0, "mV", low=-100, high=60, doc="membrane potential"),
        m=param(0.0, low=0, high=1, doc="sodium activation"),
        h=param(0.0, low=0, high=1, doc="sodium inactivation (1 = available)"),
        n=param(0.0, low=0, high=1, doc="potassium activation"),
    ),
    params=dict(
        C=param(1.0, "µF/cm²", low=0.2, high=3, doc="membrane capacitance"),
        g_Na=param(100.0, "mS/cm²", low=0, high=200, doc="maximal sodium conductance"),
        g_K=param(30.0, "mS/cm²", low=0, high=60, doc="maximal potassium conductance"),
        g_L=param(0.05, "mS/cm²", low=0, high=0.5, doc="leak conductance"),
        E_Na=param(50.0, "mV", low=0, high=80, doc="sodium equilibrium potential"),
        E_K=param(-90.0, "mV", low=-110, high=-60, doc="potassium equilibrium potential"),
        E_L=param(-60.0, "mV", low=-80, high=-40, doc="leak reversal potential"),
        V_T=param(-63.0, "mV", low=-80, high=-40, doc="where the rates are shifted to"),
    ),
    inputs=dict(
        I=param(0.0, "µA/cm²", low=-2, high=10, doc="injected current density, inward positive")
    ),
    threshold=-20.0,
    gates=("m", "h", "n"),
)
