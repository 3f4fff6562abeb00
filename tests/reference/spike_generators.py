"""Spike trains by chance, one spike at a time."""

from __future__ import annotations

import numpy as np


def thin(rate: list[float], width: float, top: float, rng: np.random.Generator) -> list[float]:
    """A Poisson process of piecewise constant rate (Hz, in bins of `width` ms) by thinning one of rate `top`."""
    spikes, t = [], 0.0
    while True:
        t += rng.exponential(1e3 / top)
        if t >= width * len(rate):
            return spikes
        if rng.random() * top < rate[int(t / width)]:
            spikes.append(t)


def gamma(
    rate: float, shape: float, dead_time: float, duration: float, rng: np.random.Generator
) -> list[float]:
    """A gamma process that began long before the window."""
    t, spikes = -50e3 / rate * rng.uniform(1, 2), []
    while t < duration:
        t += dead_time + rng.gamma(shape, (1e3 / rate - dead_time) / shape)
        if 0 <= t < duration:
            spikes.append(t)
    return spikes
