"""Synapses, a spike and an instant at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence


def summed(
    t: Sequence[float],
    spikes: Sequence[float],
    weights: Sequence[float],
    course: Callable[[float], float],
) -> list[float]:
    """The course of every spike that has come by t, added up."""
    return [
        sum(
            w * course(now - spike)
            for spike, w in zip(spikes, weights, strict=True)
            if spike <= now
        )
        for now in t
    ]


def biexponential(t: float, tau_rise: float, tau_decay: float) -> float:
    """The textbook's N (exp(-t/tau_decay) - exp(-t/tau_rise)), for two different time constants."""
    peak = tau_rise * tau_decay / (tau_decay - tau_rise) * math.log(tau_decay / tau_rise)
    N = 1.0 / (math.exp(-peak / tau_decay) - math.exp(-peak / tau_rise))
    return N * (math.exp(-t / tau_decay) - math.exp(-t / tau_rise))


def short_term_release(
    spikes: Sequence[float], U: float, tau_D: float, tau_F: float
) -> list[tuple[float, float]]:
    """(u, x) at each spike of one synapse at rest before: u jumps, then u x is released."""
    u, x, last, found = 0.0, 1.0, None, []
    for spike in spikes:
        if last is not None:
            u = u * math.exp(-(spike - last) / tau_F) if tau_F > 0 else 0.0
            x = 1 - (1 - x) * math.exp(-(spike - last) / tau_D) if tau_D > 0 else 1.0
        u = u + U * (1 - u)
        found.append((u, x))
        x, last = x - u * x, spike
    return found
