"""The magnesium block of NMDA receptors: they conduct only where glutamate has come and the membrane is depolarised.

    I = g B(V) (V - E),    B(V) = 1 / (1 + [Mg]/3.57 exp(-0.062 V))

with [Mg] in mmol/l and V in mV. The course's source document prints another form, `compute_printed_nmda_current`: it
has no driving force, and its block goes down where magnesium goes up.

References
----------
Jahr & Stevens 1990, J Neurosci 10:3178-3182.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = [
    "compute_half_block_voltage",
    "compute_magnesium_block",
    "compute_nmda_current",
    "compute_printed_magnesium_factor",
    "compute_printed_nmda_current",
]

Array = NDArray[np.float64]


def unblocked(V: float, Mg: float) -> float:
    """Jahr and Stevens's B(V), for equations: unchecked, compiled where it is used."""
    return 1.0 / (1.0 + Mg / 3.57 * math.exp(-0.062 * V))


def compute_magnesium_block(V: ArrayLike, Mg: ArrayLike = 1.0) -> Array | float:
    """Fraction B(V) of NMDA receptors' conductance that magnesium leaves open.

    B(V) = 1 / (1 + [Mg]/3.57 exp(-0.062 V))

    Parameters
    ----------
    V : array_like, mV
    Mg : array_like, mmol/l
        Outside the cell; shapes broadcast.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        For a negative concentration, or values that are not finite.

    References
    ----------
    Jahr & Stevens 1990, J Neurosci 10:3178-3182.

    Examples
    --------
    >>> compute_magnesium_block([-70.0, -40.0, 0.0]).round(7).tolist()
    [0.0444707, 0.2301553, 0.7811816]
    """
    volts, found = check.matched(V=_voltage(V), Mg=_concentration(Mg, positive=False))
    # far below any voltage exp is infinite, and B is 0; without magnesium it is 1 all the same
    with np.errstate(over="ignore", invalid="ignore"):
        blocked = np.where(found > 0, found / 3.57 * np.exp(-0.062 * volts), 0.0)
    return _plain(1.0 / (1.0 + blocked))


def compute_half_block_voltage(Mg: ArrayLike = 1.0) -> Array | float:
    """Voltage (mV) at which magnesium blocks half of the conductance: ln([Mg]/3.57) / 0.062.

    Examples
    --------
    >>> round(compute_half_block_voltage(1.0), 5)
    -20.52525
    """
    return _plain(np.log(_concentration(Mg) / 3.57) / 0.062)


def compute_nmda_current(
    V: ArrayLike, g: ArrayLike = 1.0, *, Mg: ArrayLike = 1.0, E: float = 0.0
) -> Array | float:
    """Current I = g B(V) (V - E) through NMDA receptors, outward positive, in the unit of g times mV.

    It has a minimum between rest and `E`: there the membrane's conductance is negative.

    Examples
    --------
    >>> compute_nmda_current([-70.0, -25.0, 0.0, 20.0]).round(2).tolist()
    [-3.11, -10.78, 0.0, 18.5]
    """
    open_part = np.asarray(compute_magnesium_block(V, Mg))
    conductance, block = check.matched(g=check.finite_array(g, "g"), B=open_part)
    return _plain(conductance * block * (_voltage(V) - check.finite(E, "E")))


def compute_printed_magnesium_factor(
    V: ArrayLike, Mg: ArrayLike = 1.0, V_0: float = 1 / 0.062
) -> Array | float:
    """The factor [Mg] exp(V/V_0) / (1 + [Mg] exp(V/V_0)) as the course's source document prints it.

    It INCREASES with [Mg], where magnesium truly blocks. With V_0 = 1/0.062 mV it is Jahr and Stevens's B(V) if
    3.57/[Mg] is put in the place of [Mg]: half at V = -V_0 ln [Mg]. It is here to be compared with
    `compute_magnesium_block`, not to be used.

    Examples
    --------
    >>> round(compute_printed_magnesium_factor(-20.0, Mg=3.57 / 2.0), 9)
    0.340608979
    >>> round(compute_magnesium_block(-20.0, Mg=2.0), 9)
    0.340608979
    """
    V_0 = check.positive(V_0, "V_0")
    volts, found = check.matched(V=_voltage(V), Mg=_concentration(Mg))
    exponent = volts / V_0 + np.log(found)
    with np.errstate(over="ignore"):
        return _plain(1.0 / (1.0 + np.exp(-exponent)))


def compute_printed_nmda_current(
    V: ArrayLike, g: ArrayLike = 1.0, *, Mg: ArrayLike = 1.0, V_0: float = 1 / 0.062
) -> Array | float:
    """The source document's I = g [Mg] exp(V/V_0) / (1 + [Mg] exp(V/V_0)): no driving force, and up with [Mg].

    See `compute_printed_magnesium_factor`; the current of the receptors is `compute_nmda_current`.

    Examples
    --------
    >>> compute_printed_nmda_current(0.0, 2.0)
    1.0
    """
    factor = np.asarray(compute_printed_magnesium_factor(V, Mg, V_0))
    conductance, factor = check.matched(g=check.finite_array(g, "g"), factor=factor)
    return _plain(conductance * factor)


def _voltage(V: ArrayLike) -> Array:
    return check.finite_array(V, "V")


def _concentration(Mg: ArrayLike, positive: bool = True) -> Array:
    found = check.finite_array(Mg, "Mg")
    if np.any(found < 0) or (positive and np.any(found == 0)):
        rule = "above 0" if positive else "0 or more"
        raise ValueError(f"Mg must be {rule}, got {found.min():g}; give it in mmol/l")
    return found


def _plain(values: Array | float) -> Array | float:
    return float(values) if np.ndim(values) == 0 else values
