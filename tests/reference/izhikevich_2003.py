"""Izhikevich's network as the appendix of the paper writes it, one step of 1 ms after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def simulate(
    a: Array, b: Array, c: Array, d: Array, S: Array, drive: Array, steps: int
) -> list[tuple[int, int]]:
    """(time, unit) of every spike: found at the start of a step, so at the end of the step before it."""
    v = np.full(a.size, -65.0)
    u = b * v
    spikes = []
    for t in range(steps + 1):
        fired = np.flatnonzero(v >= 30.0)
        spikes += [(t, int(i)) for i in fired]
        v[fired] = c[fired]
        u[fired] += d[fired]
        I = drive + S[:, fired].sum(axis=1)
        v = v + 0.5 * (0.04 * v**2 + 5 * v + 140 - u + I)
        v = v + 0.5 * (0.04 * v**2 + 5 * v + 140 - u + I)
        u = u + a * (b * v - u)
    return spikes
