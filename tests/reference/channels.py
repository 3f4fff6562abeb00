"""Two-state channels, a step and a trial at a time."""

from __future__ import annotations

import math

import numpy as np


def simulate_channels(
    count: int, steps: int, dt: float, alpha: float, beta: float, seed: int, start: int, trials: int
) -> list[list[int]]:
    """Open channels of each trial at each step; random numbers are asked for in the order of time."""
    rng = np.random.default_rng(seed)
    p, fade = alpha / (alpha + beta), math.exp(-(alpha + beta) * dt)
    runs = [[start] for _ in range(trials)]
    for _ in range(steps):
        for run in runs:
            stayed = rng.binomial(run[-1], p + (1 - p) * fade)
            came = rng.binomial(count - run[-1], p * (1 - fade))
            run.append(int(stayed + came))
    return runs
