"""The compiled loop of `simulate_competition`, apart from it because it loads numba."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import kernel
from neurolab.plasticity.spike_timing_steps import bounded, power

__all__ = ["competition_events"]

Array = NDArray[np.float64]


@kernel
def competition_events(
    rule: Any, gain: float, group: int, shares: Any, gaps: Array, drawn: Array, answers: Array,
    copies: NDArray[np.bool_], w: Array, x: Array, clock: Array, times: Array, out: Array, place: NDArray[np.int64],
) -> None:  # fmt: skip
    """One event after the other, until the draws or the times to record are used up.

    `x` holds the inputs' traces as they would have been at the time clock[1], so that one exponential an event serves
    them all; clock[2] is the neuron's own trace.
    """
    alone, own, _ = shares
    n, span = w.size, rule.w_max - rule.w_min
    active = np.empty(n, np.int64)
    sources = 0
    for k in range(gaps.size):
        clock[0] += gaps[k]
        while place[0] < times.size and times[place[0]] < clock[0]:
            out[place[0]] = w
            place[0] += 1
        if place[0] == times.size:
            return
        clock[2] *= math.exp(-gaps[k] / rule.tau_minus)
        if clock[0] - clock[1] > 20.0 * rule.tau_plus:  # exp(20) costs no digit
            fade = math.exp((clock[1] - clock[0]) / rule.tau_plus)
            for i in range(n):
                x[i] *= fade
            clock[1] = clock[0]
        grown = math.exp((clock[0] - clock[1]) / rule.tau_plus)
        count = 0
        if drawn[k] < alone:
            active[0] = min(group + int(drawn[k]), n - 1)
            count = 1
        elif drawn[k] < alone + own:
            active[0] = min(int((drawn[k] - alone) / own * group), group - 1)
            count = 1
        else:
            for i in range(group):
                if copies[sources, i]:
                    active[count] = i
                    count += 1
            sources += 1
        chance = 0.0
        for a in range(count):
            i = active[a]
            chance += gain * w[i]
            change = -rule.A_minus * clock[2] * power((w[i] - rule.w_min) / span, rule.mu_minus)
            w[i] = bounded(w[i], change, rule)
            x[i] += grown
        if answers[k] < chance:
            for i in range(n):
                trace = x[i] / grown
                change = rule.A_plus * trace * power((rule.w_max - w[i]) / span, rule.mu_plus)
                w[i] = bounded(w[i], change, rule)
            clock[2] += 1.0
