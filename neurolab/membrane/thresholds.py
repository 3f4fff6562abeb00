"""How much current makes a neuron fire: for a long step, and for a pulse of given width.

The shorter the pulse, the stronger it must be, and soon it is the charge that counts. Two classic curves describe it,
both with a rheobase (the current that just suffices, given for ever) and a chronaxie (the width at which twice the
rheobase suffices):

    Lapicque:  I = rheobase / (1 - exp(-width / tau)), chronaxie = tau ln 2, exact for a leaky capacitor
    Weiss:     I = rheobase (1 + chronaxie / width), so that the charge I width is a straight line over the width

References
----------
Weiss 1901, Arch Ital Biol 35:413-446; Lapicque 1907 (translated by Brunel & van Rossum 2007, Biol Cybern 97:341-349).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.engine.model import Model
from neurolab.kernels import check

__all__ = [
    "StrengthDuration",
    "compute_strength_duration",
    "find_rheobase",
    "find_threshold_current",
    "fit_strength_duration",
]

Array = NDArray[np.float64]


def find_rheobase(
    model: Model,
    low: float,
    high: float,
    *,
    duration: float = 200.0,
    dt: float = 0.01,
    settle: float = 500.0,
    tolerance: float = 1e-4,
    current: str = "I",
    **values: Any,
) -> float:
    """Smallest constant current, switched on at rest, that gives a spike within `duration`.

    Bisection between `low` (no spike) and `high` (a spike); the model's own threshold says what a spike is.

    Parameters
    ----------
    model : Model with a threshold
    low, high : float, in the unit of the input
    duration, dt : float, ms
    settle : float, ms
        How long the model first runs without current, from its start states, to find its rest.
    tolerance : float
        Width of the bracket at the end, in the unit of the input.
    current : str
        Name of the input.
    **values
        Start states, parameters and other inputs by name.

    Returns
    -------
    float
        The middle of the last bracket.

    Raises
    ------
    ValueError
        If the model fires at `low` already, not at `high` yet, or has no threshold.

    References
    ----------
    Lapicque 1909 (the word). The value for the squid axon's single spike, 2.24 µA/cm², is computed.
    """
    _check_spiking(model, current, None)
    low, high, tolerance = (
        check.finite(low, "low"),
        check.finite(high, "high"),
        check.positive(tolerance, "tolerance"),
    )
    rest = _settled(model, settle, dt, {**values, current: 0.0})

    def fires(level: float) -> bool:
        run = model.simulate(
            duration, dt, record=next(iter(rest)), **{**values, **rest, current: level}
        )
        return bool(run.spikes().count > 0)

    if not low < high or fires(low) or not fires(high):
        raise ValueError(
            f"low must give no spike and high one within {duration:g} ms, got low={low:g}, high={high:g}; "
            "widen the bracket"
        )
    while high - low > tolerance:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if fires(middle) else (middle, high)
    return 0.5 * (low + high)


def find_threshold_current(
    model: Model,
    width: float,
    *,
    level: float | None = None,
    latest: float = 30.0,
    dt: float = 0.01,
    settle: float = 500.0,
    tolerance: float = 1e-4,
    guess: float = 1.0,
    current: str = "I",
    **values: Any,
) -> float:
    """Smallest current of a pulse of `width` ms, given at rest, that makes the neuron fire.

    The current is doubled or halved from `guess` until the border is enclosed, then bisected.

    Parameters
    ----------
    model : Model
    width : float, ms
        The pulse is cut into whole steps of at most `dt`, so its charge is exact.
    level : float, optional
        A spike is a first state above this value (for a membrane in mV). If left out, the model's own threshold says
        what a spike is.
    latest : float, ms
        How long after the end of the pulse a spike still counts.
    dt : float, ms
    settle : float, ms
        How long the model first runs without the current, from its start states, to find its rest.
    tolerance : float
        Width of the bracket at the end, relative to the current.
    guess : float, in the unit of the input
        Where the search starts; negative to look for a spike after inhibition.
    current : str
        Name of the input.
    **values
        Start states, parameters and other inputs by name.

    Returns
    -------
    float
        The middle of the last bracket, in the unit of the input.

    Raises
    ------
    ValueError
        If the model has no threshold and no level is given, fires without a pulse, or does not fire at 10⁶ times the
        guess.

    References
    ----------
    Hodgkin & Huxley 1952, section on excitation; the values of the squid's axon are computed.

    Examples
    --------
    >>> from neurolab.membrane import lif
    >>> round(find_threshold_current(lif, 10.0), 2), round(1.5 / (1 - math.exp(-1)), 2)
    (2.37, 2.37)
    """
    _check_spiking(model, current, level)
    width, dt, latest = (
        check.positive(width, "width"),
        check.positive(dt, "dt"),
        check.non_negative(latest, "latest"),
    )
    tolerance, strong = check.positive(tolerance, "tolerance"), check.finite(guess, "guess")
    if strong == 0:
        raise ValueError("guess must not be 0: its size is doubled until the model fires; give 1.0")
    first = next(iter(model.states))
    rest = _settled(model, settle, dt, {**values, current: 0.0})
    pulse_dt = width / math.ceil(width / dt * (1 - 1e-9))
    tail = max(round(latest / dt), 1) * dt

    def spiked(run: Trajectory) -> bool:
        return bool(run.spikes().count > 0 if level is None else run[first].max() > level)

    def fires(strength: float) -> bool:
        pulse = model.simulate(width, pulse_dt, **{**values, **rest, current: strength})
        if spiked(pulse):
            return True
        end = {name: float(pulse[name][-1]) for name in model.states}
        return spiked(model.simulate(tail, dt, record=first, **{**values, **end, current: 0.0}))

    if fires(0.0):
        raise ValueError(
            f"{model.name} fires without a pulse; lower its other inputs, or raise level"
        )
    if fires(strong):
        while fires(strong / 2):
            strong /= 2
        weak = strong / 2
    else:
        for _ in range(20):
            weak, strong = strong, 2 * strong
            if fires(strong):
                break
        else:
            raise ValueError(
                f"{model.name} does not fire for a pulse of {width:g} ms up to {strong:g}; "
                "give a longer width, a larger guess or a lower level"
            )
    while abs(strong - weak) > tolerance * abs(strong):
        middle = 0.5 * (weak + strong)
        weak, strong = (weak, middle) if fires(middle) else (middle, strong)
    return 0.5 * (weak + strong)


@dataclass(frozen=True)
class StrengthDuration:
    """A strength-duration curve.

    Attributes
    ----------
    rheobase : float, in the unit of the currents
    chronaxie : float, ms
    form : "lapicque" or "weiss"
    error : float, root mean square of the relative errors of the fit
    """

    rheobase: float
    chronaxie: float
    form: str = "lapicque"
    error: float = 0.0

    @property
    def tau(self) -> float:
        """Lapicque's time constant, chronaxie / ln 2, in ms."""
        return self.chronaxie / math.log(2.0)

    def current(self, width: ArrayLike) -> Array | float:
        """Threshold current for a pulse of `width` ms."""
        return compute_strength_duration(
            width, rheobase=self.rheobase, chronaxie=self.chronaxie, form=self.form
        )

    def charge(self, width: ArrayLike) -> Array | float:
        """Threshold charge, current times width: µA/cm² times ms is nC/cm²."""
        return self.current(width) * np.asarray(width, float)


def compute_strength_duration(
    width: ArrayLike, *, rheobase: float, chronaxie: float, form: str = "lapicque"
) -> Array | float:
    """Threshold current for pulses of `width` ms: rheobase / (1 - 2^(-width / chronaxie)), or Weiss's curve.

    Parameters
    ----------
    width : array_like, ms, above zero
    rheobase : float
    chronaxie : float, ms
    form : {"lapicque", "weiss"}

    Returns
    -------
    float or array of the shape of width, in the unit of the rheobase

    Raises
    ------
    ValueError
        For a width, rheobase or chronaxie that is not above zero, or an unknown form.

    References
    ----------
    Weiss 1901; Lapicque 1907.

    Examples
    --------
    >>> [compute_strength_duration(2.0, rheobase=1.5, chronaxie=2.0, form=f) for f in ("lapicque", "weiss")]
    [3.0, 3.0]
    """
    widths = _widths(width)
    rheobase = check.positive(rheobase, "rheobase")
    shape = _SHAPES[check.choice(form, _SHAPES, "form")]
    currents = rheobase * shape(widths / check.positive(chronaxie, "chronaxie"))
    return float(currents) if currents.ndim == 0 else currents


def fit_strength_duration(
    width: ArrayLike, current: ArrayLike, form: str = "lapicque"
) -> StrengthDuration:
    """Rheobase and chronaxie of the curve that comes closest to measured threshold currents.

    The squared error of ln(current) is smallest: short and long pulses count alike.

    Parameters
    ----------
    width : array_like of shape (pulses,), ms
    current : array_like of shape (pulses,), above zero
    form : {"lapicque", "weiss"}

    Returns
    -------
    StrengthDuration

    Raises
    ------
    ValueError
        For fewer than two different widths, values that are not above zero, or shapes that differ.

    Examples
    --------
    >>> widths = np.array([0.5, 1.0, 4.0])
    >>> fit = fit_strength_duration(widths, 2.0 * (1 + 1.5 / widths), form="weiss")
    >>> round(fit.rheobase, 6), round(fit.chronaxie, 6)
    (2.0, 1.5)
    """
    from scipy.optimize import minimize_scalar

    shape = _SHAPES[check.choice(form, _SHAPES, "form")]
    widths, currents = np.atleast_1d(_widths(width)), check.finite_array(current, "current")
    if widths.shape != currents.shape or widths.ndim != 1 or np.ptp(widths) == 0:
        raise ValueError(
            "width and current must be equally long, with two different widths or more, "
            f"got shapes {widths.shape} and {currents.shape}"
        )
    if np.any(currents <= 0):
        raise ValueError(f"current must be above 0, got {currents.min():g}")

    def misfit(log_chronaxie: float) -> Array:
        """Relative errors for the best rheobase at this chronaxie."""
        errors = np.log(currents) - np.log(shape(widths / math.exp(log_chronaxie)))
        return np.asarray(errors - errors.mean())

    edges = math.log(widths.min() * 1e-3), math.log(widths.max() * 1e3)
    grid = np.linspace(*edges, 200)
    best = int(np.argmin([np.sum(misfit(x) ** 2) for x in grid]))
    around = grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)]
    found = minimize_scalar(
        lambda x: np.sum(misfit(x) ** 2), bounds=around, method="bounded", options=dict(xatol=1e-12)
    )
    chronaxie = math.exp(found.x)
    rheobase = math.exp(float(np.mean(np.log(currents / shape(widths / chronaxie)))))
    error = float(np.sqrt(np.mean(misfit(found.x) ** 2)))
    return StrengthDuration(rheobase, chronaxie, form, error)


_SHAPES: dict[str, Callable[[Array], Array]] = {  # of width / chronaxie
    "lapicque": lambda w: np.asarray(-1.0 / np.expm1(-w * math.log(2.0))),
    "weiss": lambda w: np.asarray(1.0 + 1.0 / w),
}


def _widths(width: ArrayLike) -> Array:
    widths = check.finite_array(width, "width")
    if np.any(widths <= 0):
        raise ValueError(f"width must be above 0 ms, got {widths.min():g}")
    return widths


def _check_spiking(model: Model, current: str, level: float | None) -> None:
    if model.threshold is None and level is None:
        raise ValueError(
            f"{model.name} has no threshold, so it cannot be said to spike; give Model(threshold=...)"
        )
    if current not in model.inputs:
        raise check.unknown(current, model.inputs, f"current: {model.name}")


def _settled(model: Model, settle: float, dt: float, values: dict[str, Any]) -> dict[str, float]:
    """The states after `settle` ms, by name."""
    run = model.simulate(settle, dt, every=round(settle / dt), **values)
    return {name: float(run[name][-1]) for name in model.states}
