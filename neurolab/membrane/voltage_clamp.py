"""The voltage clamp: an amplifier holds the squid axon's voltage still, and injects what the membrane lets through.

With V held, the rates of the gates are constant, so each gate relaxes exponentially and each current has a closed form:

    x(t) = x_inf + (x_0 - x_inf) exp(-t / tau_x),    I_Na = g_Na m³ h (V - E_Na),    I_K = g_K n⁴ (V - E_K)

This is how Hodgkin and Huxley took the spike apart. The clamp is ideal: the voltage jumps at once, and the charge that
this takes (C times the jump, in no time) is left out. Currents are outward positive, as today; in 1952 it was inward.

References
----------
Hodgkin, Huxley & Katz 1952, J Physiol 116:424-448; Hodgkin & Huxley 1952, J Physiol 117:500-544, part II.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check
from neurolab.membrane.squid_axon import (
    compute_gate_steady_states,
    compute_gate_time_constants,
    hodgkin_huxley,
)

__all__ = [
    "CurrentVoltage",
    "VoltageClamp",
    "compute_current_voltage",
    "compute_voltage_clamp",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class VoltageClamp:
    """What the membrane does under a commanded voltage; every array has shape (samples,).

    Attributes
    ----------
    t : ms, 0 at the start of the first step
    V : mV, the command
    m, h, n : gates
    I_Na, I_K, I_L, I : µA/cm², the currents of the ions and their sum, outward positive
    """

    t: Array
    V: Array
    m: Array
    h: Array
    n: Array
    I_Na: Array
    I_K: Array
    I_L: Array
    I: Array


@dataclass(frozen=True)
class CurrentVoltage:
    """Current against voltage, one entry a command level, each of shape (levels,).

    Attributes
    ----------
    V : mV
    peak_Na : µA/cm², the sodium current where it is largest in size, inward negative
    time_Na : ms, when that is
    steady_K : µA/cm², the potassium current at the end of the step
    steady : µA/cm², all ionic currents at the end of the step
    """

    V: Array
    peak_Na: Array
    time_Na: Array
    steady_K: Array
    steady: Array

    @property
    def reversal_Na(self) -> float:
        """Voltage (mV) at which the sodium peak changes sign, on a line between two levels; NaN if it never does."""
        order = np.argsort(self.V)
        V, peak = self.V[order], self.peak_Na[order]
        if np.any(peak == 0.0):
            return float(V[peak == 0.0][-1])
        turns = np.flatnonzero(peak[:-1] * peak[1:] < 0)
        if not turns.size:
            return float("nan")
        k = turns[-1]
        return float(V[k] - peak[k] * (V[k + 1] - V[k]) / (peak[k + 1] - peak[k]))


def compute_voltage_clamp(
    steps: Sequence[tuple[float, float]], dt: float = 0.01, *, holding: float = -65.0, **params: Any
) -> VoltageClamp:
    """Gates and currents of the squid axon under a command that jumps from level to level; exact at every sample.

    Parameters
    ----------
    steps : sequence of (duration ms, V mV)
        One command after the other.
    dt : float, ms
        Distance of the samples; nothing depends on it but their number. A sample at a jump belongs to the new level.
    holding : float, mV
        Where the axon was held for a long time before.
    **params
        Parameters of `hodgkin_huxley` by name: g_Na, g_K, g_L, E_Na, E_K, E_L, T, Q10.

    Returns
    -------
    VoltageClamp

    Raises
    ------
    ValueError
        For no step, a duration or dt that is not above zero, or an unknown parameter.

    References
    ----------
    Hodgkin & Huxley 1952, eqs 7-25.

    Examples
    --------
    >>> clamp = compute_voltage_clamp([(5.0, -9.0)])
    >>> k = abs(clamp.I_Na).argmax()
    >>> round(float(clamp.t[k]), 2), round(float(clamp.I_Na[k])), round(float(clamp.I_K[-1]))
    (0.71, -1437, 1228)
    """
    p, dt = _params(params), check.positive(dt, "dt")
    segments = _segments(steps)
    ends = np.cumsum([duration for duration, _ in segments])
    t = dt * np.arange(np.floor(ends[-1] / dt * (1 + 1e-12)) + 1.0)
    V = np.empty(t.size)
    gates = {gate: np.empty(t.size) for gate in "mhn"}
    now = {gate: float(x) for gate, x in compute_gate_steady_states(holding).items()}
    start = 0.0
    for (duration, level), end in zip(segments, ends, strict=True):
        last = end == ends[-1]
        inside = (t >= start - 1e-9 * dt) & ((t < end - 1e-9 * dt) | last)
        V[inside] = level
        for gate, values in _relax(now, level, t[inside] - start, p["phi"]).items():
            gates[gate][inside] = values
        now = {gate: float(x) for gate, x in _relax(now, level, duration, p["phi"]).items()}
        start = float(end)
    I_Na, I_K, I_L = _currents(V, gates, p)
    return VoltageClamp(t, V, **gates, I_Na=I_Na, I_K=I_K, I_L=I_L, I=I_Na + I_K + I_L)


def compute_current_voltage(
    levels: ArrayLike, duration: float = 10.0, *, holding: float = -65.0, **params: Any
) -> CurrentVoltage:
    """Peak and steady currents for steps of `duration` from `holding` to each of `levels`.

    Parameters
    ----------
    levels : array_like of shape (levels,), mV
    duration : float, ms
        Length of each step; the steady values are those at its end.
    holding, **params
        As for `compute_voltage_clamp`.

    Returns
    -------
    CurrentVoltage

    Raises
    ------
    ValueError
        As `compute_voltage_clamp`; for levels of more than one dimension.

    Examples
    --------
    >>> iv = compute_current_voltage([-40.0, 0.0, 49.0, 52.0])
    >>> iv.peak_Na.round().tolist(), round(iv.reversal_Na, 1)
    ([-416.0, -1457.0, -44.0, 90.0], 50.0)
    """
    p, V = _params(params), np.atleast_1d(check.finite_array(levels, "levels"))
    if V.ndim != 1:
        raise ValueError(f"levels must have one dimension, got shape {V.shape}")
    duration = check.positive(duration, "duration")
    start = {gate: float(x) for gate, x in compute_gate_steady_states(holding).items()}
    # the peak is looked for on a grid that is fine at the start, then on a finer one around it
    t = np.broadcast_to(duration * np.linspace(0.0, 1.0, 1001) ** 2, (V.size, 1001))
    for _ in range(3):
        gates = _relax(start, V[:, None], t, p["phi"])
        k = np.argmax(gates["m"] ** 3 * gates["h"], axis=1)
        rows = np.arange(V.size)
        low, high = t[rows, np.maximum(k - 1, 0)], t[rows, np.minimum(k + 1, t.shape[1] - 1)]
        t = np.linspace(low, high, 1001, axis=1)
    time = t[rows, 500]
    peak = _currents(V, _relax(start, V, time, p["phi"]), p)[0]
    end = _currents(V, _relax(start, V, np.full(V.size, duration), p["phi"]), p)
    return CurrentVoltage(V, peak, time, end[1], end[0] + end[1] + end[2])


def _params(given: dict[str, Any]) -> dict[str, float]:
    """The axon's parameters by name, with phi."""
    for name in given:
        if name not in hodgkin_huxley.params:
            raise check.unknown(name, hodgkin_huxley.params, "the squid axon")
    values = hodgkin_huxley.set(given).params.tolist()
    return dict(zip(hodgkin_huxley.Params._fields, values, strict=True))


def _segments(steps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    try:
        pairs = [(duration, level) for duration, level in steps]
    except (TypeError, ValueError):
        raise ValueError(
            f"steps must be pairs (duration, V), got {steps!r:.60}; for a step to 0 mV: [(10.0, 0.0)]"
        ) from None
    if not pairs:
        raise ValueError("steps must hold at least one (duration, V), got none")
    return [
        (check.positive(duration, "duration"), check.finite(level, "V"))
        for duration, level in pairs
    ]


def _relax(start: dict[str, float], V: Any, t: Any, phi: float) -> dict[str, Array]:
    """Each gate `t` ms after the voltage was put to V."""
    steady, slow = compute_gate_steady_states(V), compute_gate_time_constants(V)
    return {
        gate: steady[gate] + (start[gate] - steady[gate]) * np.exp(-t * phi / slow[gate])
        for gate in "mhn"
    }


def _currents(V: Array, gates: dict[str, Array], p: dict[str, float]) -> tuple[Array, Array, Array]:
    return (
        p["g_Na"] * gates["m"] ** 3 * gates["h"] * (V - p["E_Na"]),
        p["g_K"] * gates["n"] ** 4 * (V - p["E_K"]),
        p["g_L"] * (V - p["E_L"]),
    )
