"""The naive twin of `simulate_izhikevich_euler`: the program of the paper, line by line."""

from __future__ import annotations

from collections.abc import Sequence


def simulate_izhikevich_euler(
    dt: float,
    current: Sequence[float],
    V: float,
    u: float,
    a: float,
    b: float,
    c: float,
    d: float,
    e: float = 5.0,
    f: float = 140.0,
    substeps: int = 1,
) -> tuple[list[float], list[float], list[int]]:
    """V as it is drawn, u, and the steps in which a spike was noticed."""
    drawn, recovery, fired = [], [], []
    for i, I in enumerate(current):
        for _ in range(substeps):
            V += dt / substeps * (0.04 * V * V + e * V + f - u + I)
        u += dt * a * (b * V - u)
        if V > 30:
            fired.append(i)
            drawn.append(30.0)
            V = c
            u += d
        else:
            drawn.append(V)
        recovery.append(u)
    return drawn, recovery, fired
