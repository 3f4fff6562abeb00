"""How much current makes a neuron fire."""

from __future__ import annotations

from typing import Any

from neurolab.engine.model import Model
from neurolab.kernels import check

__all__ = ["find_rheobase"]


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
    if model.threshold is None:
        raise ValueError(
            f"{model.name} has no threshold, so it cannot be said to spike; give Model(threshold=...)"
        )
    if current not in model.inputs:
        raise check.unknown(current, model.inputs, f"current: {model.name}")
    low, high, tolerance = (
        check.finite(low, "low"),
        check.finite(high, "high"),
        check.positive(tolerance, "tolerance"),
    )
    settled = model.simulate(settle, dt, every=round(settle / dt), **{**values, current: 0.0})
    rest = {name: float(settled[name][-1]) for name in model.states}

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
