"""Fixed-step integration of a Model by plain Python loops over lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from neurolab.engine.model import Model


def simulate(
    model: Model,
    duration: float,
    dt: float,
    method: str = "rk4",
    inputs: dict[str, Callable[[float], float]] | None = None,
    **values: Any,
) -> np.ndarray:
    """States at every step, shape (states, steps + 1); no resets."""
    setting = model.set(values)
    p = model.Params(*setting.params.tolist())
    drives = {name: (lambda t, v=value: v) for name, value in setting.inputs.items()}
    drives |= inputs or {}

    def f(t: float, y: np.ndarray) -> np.ndarray:
        drive = model.input_value([drives[name](t) for name in model.inputs])
        return np.array(model.rhs(t, tuple(y), p, drive), float)

    y = np.array(setting.state)
    states = [y]
    for i in range(round(duration / dt)):
        t = i * dt
        if method == "euler":
            y = y + dt * f(t, y)
        elif method == "heun":
            k1 = f(t, y)
            k2 = f(t + dt, y + dt * k1)
            y = y + dt / 2 * (k1 + k2)
        else:
            k1 = f(t, y)
            k2 = f(t + dt / 2, y + dt / 2 * k1)
            k3 = f(t + dt / 2, y + dt / 2 * k2)
            k4 = f(t + dt, y + dt * k3)
            y = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        states.append(y)
    return np.array(states).T
