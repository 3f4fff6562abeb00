"""The printed loop of the source document, unit by unit in plain numbers, with the library's models for the neurons."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from neurolab.membrane import fitzhugh_nagumo_slope, morris_lecar

Units = list[float]


def slopes(neuron: dict[str, Any], V: float, w: float) -> tuple[float, float]:
    """(I_ionic, dw/dt) of one unit."""
    if neuron["kind"] == "fitzhugh_nagumo":
        dv, dw = fitzhugh_nagumo_slope.derivative([V, w], eps=neuron["a"], a=0.0, b=neuron["b"])
        return -dv, dw
    values = {k: v for k, v in neuron.items() if k not in ("kind", "C_m")}
    dV, dw = morris_lecar.derivative([V, w], C=1.0, **values)
    return -dV, dw


def simulate_dynamics(
    neurons: Sequence[dict[str, Any]], synapses: Sequence[dict[str, float]], W: Sequence[Sequence[float]],
    start: tuple[Units, Units, Units], I_ext: Callable[[int, int], float], steps: int, dt: float,
) -> list[tuple[Units, Units, Units]]:  # fmt: skip
    """V, w and s of all units at the start and after each step; `I_ext(step, unit)`."""
    V, w, s = start
    found = [start]
    for k in range(steps):
        new_V = []
        for i, p in enumerate(neurons):
            I_syn = sum(q["g"] * W[i][j] * s[j] * (V[i] - q["E"]) for j, q in enumerate(synapses))
            dV = (-slopes(p, V[i], w[i])[0] - I_syn + I_ext(k, i)) / p["C_m"]
            new_V.append(V[i] + dV * dt)
        V = new_V
        w = [w[i] + slopes(p, V[i], w[i])[1] * dt for i, p in enumerate(neurons)]
        released = [
            1 / (1 + math.exp(-(V[j] - q["V_p"]) / q["K_p"])) for j, q in enumerate(synapses)
        ]
        s = [
            s[j] + (q["alpha"] * released[j] * (1 - s[j]) - q["beta"] * s[j]) * dt
            for j, q in enumerate(synapses)
        ]
        found.append((V, w, s))
    return found
