"""An event-driven network as a textbook writes it: a heap of single arrivals, and every unit between two of them."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import brentq


@dataclass
class Unit:
    """tau dV/dt = V_inf - V + sum of currents (in mV), each fading with its own time constant, which is not tau."""

    V: float
    V_inf: float
    tau: float
    theta: float
    V_reset: float
    t_ref: float
    taus: tuple[float, ...] = ()
    g: list[float] = field(default_factory=list)
    at: float = 0.0
    free: float = 0.0

    def after(self, wait: Any) -> Any:
        """V so long after `at`, of a unit that is not held."""
        V = self.V_inf + (self.V - self.V_inf) * np.exp(-wait / self.tau)
        for g, tau in zip(self.g, self.taus, strict=True):
            V += g * tau / (tau - self.tau) * (np.exp(-wait / tau) - np.exp(-wait / self.tau))
        return V

    def advance(self, t: float) -> None:
        """To the end of the refractory time, then on to t; or to t, if that is before."""
        for until in (min(t, self.free), t):
            if until > self.at:
                wait = until - self.at
                if until > self.free:
                    self.V = self.after(wait)
                self.g = [
                    g * math.exp(-wait / tau) for g, tau in zip(self.g, self.taus, strict=True)
                ]
                self.at = until

    def crossing(self, t: float) -> float:
        """When V reaches theta by itself before t, found on a grid of 300 points and by bisection; else infinity."""
        self.advance(min(self.free, t))
        waits = np.linspace(0.0, t - self.at, 300)
        above = self.after(waits) >= self.theta
        if not above.any() or t == self.at:
            return math.inf
        k = int(np.argmax(above))
        return self.at + brentq(
            lambda wait: self.after(wait) - self.theta, waits[k - 1], waits[k], xtol=1e-13
        )


def simulate(
    units: list[Unit],
    synapses: list[tuple[int, int, int, float, float]],
    arrivals: list[tuple[float, int, int, float]],
    stop: float,
) -> list[tuple[float, int]]:
    """Spikes (time, unit).

    `synapses` are (source, target, which current or -1 for V, weight, delay), `arrivals` from outside (time, target,
    which, weight). Leaves the units as they are at `stop`.
    """
    heap, spikes = sorted(arrivals), []

    def fire(k: int, t: float) -> None:
        units[k].V, units[k].free = units[k].V_reset, t + units[k].t_ref
        spikes.append((t, k))
        for source, target, which, weight, delay in synapses:
            if source == k:
                heapq.heappush(heap, (t + delay, target, which, weight))

    while True:
        t = min(heap[0][0], stop) if heap else stop
        first, k = min((unit.crossing(t), k) for k, unit in enumerate(units))
        if first < t:
            units[k].advance(first)
            fire(k, first)
            continue
        touched = set()
        while heap and heap[0][0] == t:
            _, target, which, weight = heapq.heappop(heap)
            units[target].advance(t)
            if which >= 0:
                units[target].g[which] += weight
            elif t >= units[target].free:
                units[target].V += weight
            touched.add(target)
        for k in sorted(touched):
            if units[k].V >= units[k].theta:
                fire(k, t)
        if not touched:
            for unit in units:
                unit.advance(stop)
            return spikes
