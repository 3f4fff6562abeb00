"""Ions driven by concentration and voltage: Nernst's potential, and Goldman, Hodgkin and Katz's potential and current.

A membrane that one ion can pass settles at that ion's Nernst potential. One that several can pass settles between
theirs, where the currents add up to zero: for monovalent ions, and a field that is constant across the membrane, there
is a closed form, `ghk_voltage`. The current of one ion under the same assumption, `ghk_current`, is no straight line
over the voltage: it bends, as more ions stand ready on one side than on the other.

References
----------
Goldman 1943, J Gen Physiol 27:37-60; Hodgkin & Katz 1949, J Physiol 108:37-77.
Hille 2001, Ion Channels of Excitable Membranes, 3rd ed., chapters 1 and 14. Constants: CODATA 2018 (exact).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = [
    "FARADAY",
    "GAS_CONSTANT",
    "ghk_current",
    "ghk_voltage",
    "nernst",
    "thermal_voltage",
]

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
    volts = thermal_voltage(T) / _charge(z) * np.log(c_out / c_in)
    return float(volts) if volts.ndim == 0 else volts


def ghk_voltage(
    outside: ArrayLike,
    inside: ArrayLike,
    permeability: ArrayLike,
    z: ArrayLike = 1,
    T: float = 6.3,
) -> NDArray[np.float64] | float:
    """Voltage at which the currents of several monovalent ions add up to zero (Goldman, Hodgkin and Katz).

    V = RT/F ln(inward / outward), where each cation adds P c_outside to `inward` and P c_inside to `outward`, and each
    anion the reverse.

    Parameters
    ----------
    outside, inside : array_like, mM, last axis the ions
        Concentrations, zero or more.
    permeability : array_like, last axis the ions
        Relative is enough: only ratios matter. Zero or more. Further axes of these arguments broadcast.
    z : array_like of 1 and -1
        Charge of each ion: 1 for K+ and Na+, -1 for Cl-.
    T : float, °C

    Returns
    -------
    float or array, mV (inside relative to outside)

    Raises
    ------
    ValueError
        For a negative concentration or permeability, a charge other than 1 and -1, or no ion that can pass from one of
        the sides.

    References
    ----------
    Goldman 1943; Hodgkin & Katz 1949.

    Examples
    --------
    Potassium, sodium and chloride of the squid's axon, at rest and at the peak of a spike:

    >>> outside, inside = [20.0, 440.0, 560.0], [400.0, 50.0, 52.0]
    >>> for sodium in (0.04, 20.0):
    ...     print(round(ghk_voltage(outside, inside, [1.0, sodium, 0.45], z=[1, 1, -1], T=20.0), 4))
    -59.9267
    42.3812
    """
    c_out, c_in = _amounts(outside, "outside"), _amounts(inside, "inside")
    P, charge = _amounts(permeability, "permeability"), check.finite_array(z, "z")
    if np.any(np.abs(charge) != 1):
        odd = float(charge.ravel()[np.flatnonzero(np.abs(charge.ravel()) != 1)[0]])
        raise ValueError(
            f"z must be 1 or -1 for every ion, got {odd:g}; the closed form holds for monovalent ions: "
            "for others find the zero of the sum of ghk_current"
        )
    try:
        cation, _ = np.broadcast_arrays(charge > 0, c_out * c_in * P)
    except ValueError:
        raise ValueError(
            f"outside, inside, permeability and z must have one value for each ion, got shapes {c_out.shape}, "
            f"{c_in.shape}, {P.shape} and {charge.shape}"
        ) from None
    inward = np.sum(np.where(cation, P * c_out, P * c_in), axis=-1)
    outward = np.sum(np.where(cation, P * c_in, P * c_out), axis=-1)
    if np.any(inward <= 0) or np.any(outward <= 0):
        raise ValueError(
            "permeability and concentrations must let some charge pass each way, got a sum of 0; "
            "without one the voltage has no limit"
        )
    volts = thermal_voltage(T) * np.log(inward / outward)
    return float(volts) if volts.ndim == 0 else np.asarray(volts)


def ghk_current(
    V: ArrayLike,
    outside: ArrayLike,
    inside: ArrayLike,
    z: int = 1,
    permeability: ArrayLike = 1.0,
    T: float = 6.3,
) -> NDArray[np.float64] | float:
    """Current of one ion through a membrane in which the field is constant (Goldman, Hodgkin and Katz).

    I = P z F x (c_inside - c_outside exp(-x)) / (1 - exp(-x)) with x = z F V / (R T), outward positive: below zero, a
    current carries positive charge into the cell. It is zero at the Nernst potential, P z F (c_inside - c_outside) at
    V = 0, and a straight line far to either side, with the conductance of the side that the ions come from.

    Parameters
    ----------
    V : array_like, mV
    outside, inside : array_like, mM, zero or more; broadcast against V
    z : int
        Charge of the ion: 1 for K+ and Na+, 2 for Ca2+, -1 for Cl-.
    permeability : array_like
        In 10⁻³ cm/s for a current in µA/cm²; in cm/s for one in mA/cm².
    T : float, °C

    Returns
    -------
    float or array of the common shape, µA/cm² (mC/cm³ for each unit of permeability)

    Raises
    ------
    ValueError
        For a negative concentration or permeability, or z = 0.

    References
    ----------
    Goldman 1943; Hodgkin & Katz 1949; Hille 2001, chapter 14.

    Examples
    --------
    Calcium, 20 000 times as concentrated outside: no gap at V = 0.

    >>> [round(ghk_current(V, outside=2.0, inside=1e-4, z=2, T=37.0), 3) for V in (-50.0, 0.0, 50.0)]
    [-1479.109, -385.922, -35.005]
    """
    volts = check.finite_array(V, "V")
    c_out, c_in = _amounts(outside, "outside"), _amounts(inside, "inside")
    P = _amounts(permeability, "permeability")
    charge = _charge(z)
    x = charge * volts / thermal_voltage(T)
    # x / (1 - exp(-x)) = b(x): b(x) = b(-x) + x, so that neither side meets 0/0 or an overflow
    gap = np.abs(x)
    small = gap < 1e-9
    safe = np.where(small, 1.0, gap)
    b = np.where(small, 1.0 - gap / 2, safe * np.exp(-safe) / -np.expm1(-safe))
    current = (
        1e-3
        * FARADAY
        * charge
        * P
        * (c_in * (b + np.maximum(x, 0)) - c_out * (b + np.maximum(-x, 0)))
    )
    return float(current) if current.ndim == 0 else np.asarray(current)


def _amounts(values: ArrayLike, name: str) -> NDArray[np.float64]:
    array = check.finite_array(values, name)
    if np.any(array < 0):
        raise ValueError(f"{name} must be 0 or more, got {array.min():g}")
    return array


def _charge(z: float) -> float:
    charge = check.finite(z, "z")
    if charge == 0:
        raise ValueError(
            "z must not be 0: an uncharged particle feels no voltage; give the ion's charge, such as 1 or -1"
        )
    return charge
