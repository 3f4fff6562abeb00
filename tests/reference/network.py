"""A clock-driven network as a textbook writes it: lists of arrivals, one unit and one synapse at a time."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np


def simulate(
    sizes: dict[str, int], decay: float, theta: float, reset: float, held: int, drive: dict[str, Any],
    synapses: list[tuple[str, int, str, int, float, int]], steps: int,
) -> dict[str, list[tuple[int, int]]]:  # fmt: skip
    """Leaky units V <- decay V + (1 - decay) drive, silent for `held` steps after a spike.

    `synapses` are (source, unit, target, unit, weight, delay in steps). Returns (step, unit) of every spike.
    """
    V = {name: np.zeros(n) for name, n in sizes.items()}
    wait = {name: np.zeros(n, int) for name, n in sizes.items()}
    due: dict[int, list[tuple[str, int, float]]] = defaultdict(list)
    spikes: dict[str, list[tuple[int, int]]] = {name: [] for name in sizes}
    for i in range(steps):
        for target, unit, weight in due.pop(i, []):
            if wait[target][unit] == 0:
                V[target][unit] += weight
        fired = []
        for name, n in sizes.items():
            for k in range(n):
                if wait[name][k] > 0:
                    wait[name][k] -= 1
                    continue
                V[name][k] = decay * V[name][k] + (1 - decay) * drive[name][k]
                if V[name][k] >= theta:
                    V[name][k], wait[name][k] = reset, held
                    fired.append((name, k))
                    spikes[name].append((i, k))
        for name, k in fired:
            for source, unit, target, other, weight, delay in synapses:
                if (source, unit) == (name, k):
                    due[i + 1 + delay].append((target, other, weight))
    return spikes
