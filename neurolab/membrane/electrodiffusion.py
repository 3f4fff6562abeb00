"""Equilibrium potentials from ion concentrations.

References
----------
Hille 2001, Ion Channels of Excitable Membranes, 3rd ed., chapter 1. Constants: CODATA 2018 (exact).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = ["FARADAY", "GAS_CONSTANT", "nernst", "thermal_voltage"]

GAS_CONSTANT = 8.314462618  # J/(mol K)
FARADAY = 96485.33212  # C/mol
_ZERO_CELSIUS = 273.15


def thermal_voltage(T: float = 6.3) -> float:
    """RT/F in mV at T °C: 24.08 mV for the squid at 6.3 °C, 26.73 mV in a warm body.

    Examples
    --------
    >>> round(thermal_voltage(37.0), 4)
    26.7267
    """
    kelvin = check.finite(T, "T") + _ZERO_CELSIUS
    if kelvin <= 0:
        raise ValueError(f"T must be above -273.15 °C, got {T:g}; T is in degrees Celsius")
    return 1e3 * GAS_CONSTANT * kelvin / FARADAY


def nernst(
    outside: ArrayLike, inside: ArrayLike, z: int = 1, T: float = 6.3
) -> NDArray[np.float64] | float:
    """Nernst potential E = RT/(zF) ln(outside/inside): the voltage at which an ion has no reason to move.

    Parameters
    ----------
    outside, inside : array_like, mM
        Concentrations on the two sides, above zero; broadcast against each other.
    z : int
        Charge of the ion: 1 for K+ and Na+, 2 for Ca2+, -1 for Cl-.
    T : float, °C

    Returns
    -------
    float or array, mV (inside relative to outside)

    Raises
    ------
    ValueError
        For a concentration that is not above zero, or z = 0.

    References
    ----------
    Hille 2001, eq. 1.11a.

    Examples
    --------
    >>> round(nernst(20.0, 400.0, T=20.0), 4), round(nernst(440.0, 50.0, T=20.0), 4)
    (-75.6773, 54.938)
    """
    c_out, c_in = check.finite_array(outside, "outside"), check.finite_array(inside, "inside")
    for name, values in (("outside", c_out), ("inside", c_in)):
        if np.any(values <= 0):
            raise ValueError(
                f"{name} must be above 0 mM, got {values.min():g}; a trace of the ion is never quite zero"
            )
    if check.finite(z, "z") == 0:
        raise ValueError(
            "z must not be 0: an uncharged particle feels no voltage; give the ion's charge, such as 1 or -1"
        )
    volts = thermal_voltage(T) / z * np.log(c_out / c_in)
    return float(volts) if volts.ndim == 0 else volts
