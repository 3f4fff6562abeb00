"""The compiled loops of `simulate_driven`, apart from it because they load numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.compiled import nudged, put
from neurolab.engine.fixed_step import MAX_SPIKES_PER_STEP, passing_spikes
from neurolab.engine.steps import STEPS
from neurolab.kernels.cache import kernel

__all__ = ["RESETTING", "SMOOTH"]

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


def _smooth_loop(step: Callable[..., Any]) -> Callable[..., Any]:
    """Steps i0 to i1 - 1, each cut at the arrivals in it; spikes are upward crossings, in a step or by an arrival.

    Stops early where the first state is larger than `limit`, so that it can be examined.
    """

    @kernel
    def smooth(
        model: Any, y: Any, vector: Array, samples: Array, origin: int, width: int, stride: int, dt: float, every: int,
        rows: Array, out: Array, spikes: Array, held_until: float, i0: int, i1: int, first: Whole, times: Array,
        columns: Whole, weights: Array, limit: Array,
    ) -> Any:  # fmt: skip
        p = model.bind(vector)
        count = 0
        before = model.excess(y, p)
        for i in range(i0, i1):
            if count > spikes.size - 2 * (first[i + 1] - first[i]) - 1:
                return y, i, count, held_until, True
            I = model.drive(samples, (i - origin) * width, stride)
            t, end = i * dt, (i + 1) * dt
            for a in range(first[i], first[i + 1] + 1):
                arrives = a < first[i + 1]
                stop = min(max(times[a], t), end) if arrives else end
                if stop > t:
                    y = step(model, t, y, p, stop - t, I, 1.0)
                    after = model.excess(y, p)
                    if before < 0.0 <= after:
                        spikes[count] = t + before / (before - after) * (stop - t)
                        count += 1
                    before, t = after, stop
                if arrives:
                    y = nudged(y, columns[a], weights[a])
                    after = model.excess(y, p)
                    if before < 0.0 <= after:
                        spikes[count] = t
                        count += 1
                    before = after
            if (i + 1) % every == 0:
                put(out, rows, (i + 1) // every, y)
            if abs(y[0]) > limit[0]:
                return y, i + 1, count, held_until, True
        return y, i1, count, held_until, True

    return smooth


def _reset_loop(step: Callable[..., Any]) -> Callable[..., Any]:
    """The same with resets; an arrival that lifts the state over its threshold is a spike at that instant.

    What arrives at the first state while it is held is lost, as in a network.
    """
    pass_spikes = passing_spikes(step)

    @kernel
    def resetting(
        model: Any, y: Any, vector: Array, samples: Array, origin: int, width: int, stride: int, dt: float, every: int,
        rows: Array, out: Array, spikes: Array, held_until: float, i0: int, i1: int, first: Whole, times: Array,
        columns: Whole, weights: Array, limit: Array,
    ) -> Any:  # fmt: skip
        p = model.bind(vector)
        dead_time = model.dead_time(p)
        count = 0
        for i in range(i0, i1):
            arrivals = first[i + 1] - first[i]
            if count > 0 and count > spikes.size - MAX_SPIKES_PER_STEP * (arrivals + 1):
                return y, i, count, held_until, True
            I = model.drive(samples, (i - origin) * width, stride)
            t, end = i * dt, (i + 1) * dt
            for a in range(first[i], first[i + 1] + 1):
                arrives = a < first[i + 1]
                stop = min(max(times[a], t), end) if arrives else end
                y, held_until, count, sound = pass_spikes(
                    model, y, p, t, stop, I, held_until, dead_time, spikes, count
                )
                if not sound:
                    return y, i, count, held_until, False
                t = max(t, stop)
                if arrives and (columns[a] != 0 or held_until <= t):
                    y = nudged(y, columns[a], weights[a])
            if (i + 1) % every == 0:
                put(out, rows, (i + 1) // every, y)
            if abs(y[0]) > limit[0]:
                return y, i + 1, count, held_until, True
        return y, i1, count, held_until, True

    return resetting


SMOOTH = {name: _smooth_loop(step) for name, step in STEPS.items()}
RESETTING = {name: _reset_loop(step) for name, step in STEPS.items()}
