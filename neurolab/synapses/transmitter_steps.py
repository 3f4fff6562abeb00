"""The compiled loops over the spikes of many synapses, apart from the rest because they load numba."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import inlined, kernel

__all__ = ["find_release", "release_at", "sum_courses"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


@inlined
def _fallen(g: float, x: float, d: float, rise: float, decay: float, k: float) -> float:
    """Conductance `d` ms later, of a g that decays and is fed by an x that does: exact, and no 0/0 for equal times."""
    fall = math.exp(-d / decay)
    if x == 0.0:
        return g * fall
    z = d * (decay - rise) / (rise * decay)
    part = -math.expm1(-z) / z if z > 1e-300 else 1.0
    return (g + k * x * d * part) * fall


@kernel
def sum_courses(
    t: Array, times: Array, ids: Whole, weights: Array, rise: float, decay: float, k: float, out: Array
) -> None:  # fmt: skip
    """Conductances (units, samples) of sorted spikes at the sorted instants `t`, a spike at t included."""
    n = out.shape[0]
    g, x, last = np.zeros(n), np.zeros(n), np.full(n, -np.inf)
    s = 0
    for i in range(t.size):
        while s < times.size and times[s] <= t[i]:
            j = ids[s]
            d = times[s] - last[j]
            g[j] = _fallen(g[j], x[j], d, rise, decay, k)
            if rise > 0.0:
                x[j] = x[j] * math.exp(-d / rise) + weights[s]
            else:
                g[j] += weights[s]
            last[j] = times[s]
            s += 1
        for j in range(n):
            out[j, i] = _fallen(g[j], x[j], t[i] - last[j], rise, decay, k)


@inlined
def find_release(u: float, x: float, d: float, U: float, tau_D: float, tau_F: float) -> Any:
    """u after its jump and x before the release, at a spike `d` after the one that left u and x behind."""
    kept = math.exp(-d / tau_F) if tau_F > 0.0 else 0.0
    missing = math.exp(-d / tau_D) if tau_D > 0.0 else 0.0
    return u * kept + U * (1.0 - u * kept), 1.0 - (1.0 - x) * missing


@kernel
def release_at(
    times: Array, ids: Whole, U: float, tau_D: float, tau_F: float, start: float, u: Array, x: Array, used: Array,
    available: Array,
) -> None:  # fmt: skip
    """u after its jump and x before the release at each sorted spike; `u` and `x` hold the state at `start`."""
    last = np.full(u.size, start)
    for s in range(times.size):
        j = ids[s]
        u[j], x[j] = find_release(u[j], x[j], times[s] - last[j], U, tau_D, tau_F)
        used[s], available[s] = u[j], x[j]
        x[j] -= u[j] * x[j]
        last[j] = times[s]
