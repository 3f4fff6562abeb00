"""The compiled loops of `simulate_learning` and `simulate_scaling`, apart from them because they load numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import kernel

__all__ = ["learning_steps", "scaling_steps"]

Array = NDArray[np.float64]


@kernel
def learning_steps(
    rule: int, rectify: bool, clamped: bool, inputs: Array, outputs: Array, order: NDArray[np.int64], w: Array,
    theta: Array, mean_x: Array, mean_y: Array, numbers: Any, every: int, first: int, kept_w: Array, kept_theta: Array,
) -> int:  # fmt: skip
    """A step for each entry of `order`, counted from `first`; the first step with a weight that is no number, or -1."""
    eta, alpha, rate = numbers  # rate = 1 / tau, of the running means
    n_out, n_in = w.shape
    y, rest = np.empty(n_out), np.empty(n_in)
    for k in range(order.size):
        x = inputs[order[k]]
        for o in range(n_out):
            if clamped:
                y[o] = outputs[order[k], o]
            else:
                total = 0.0
                for i in range(n_in):
                    total += w[o, i] * x[i]
                y[o] = max(total, 0.0) if rectify else total
        largest = 0.0
        for i in range(n_in):
            rest[i] = x[i]
        for o in range(n_out):
            v = y[o]
            for i in range(n_in):
                if rule == 0:
                    change = v * x[i] - alpha * w[o, i]
                elif rule == 1:
                    change = v * (x[i] - alpha * v * w[o, i])
                elif rule == 2:
                    rest[i] -= alpha * v * w[o, i]
                    change = v * rest[i]
                elif rule == 3:
                    change = v * (v - theta[o]) * x[i] - alpha * w[o, i]
                else:
                    change = (v - mean_y[o]) * (x[i] - mean_x[i]) - alpha * w[o, i]
                w[o, i] += eta * change
                largest = max(largest, abs(w[o, i])) if w[o, i] == w[o, i] else np.inf
            if rule == 3:
                theta[o] += rate * (v * v - theta[o])
            elif rule == 4:
                mean_y[o] += rate * (v - mean_y[o])
        if rule == 4:
            for i in range(n_in):
                mean_x[i] += rate * (x[i] - mean_x[i])
        step = first + k + 1
        if not largest < 1e150:
            return step
        if step % every == 0:
            kept_w[step // every] = w
            kept_theta[step // every] = theta
    return -1


@kernel
def scaling_steps(w: Array, x: Array, eta: float, target: float, kept: Array, rates: Array) -> None:
    """w := w (1 + eta (target - w x)), row by row of `kept`; the start stands in row 0."""
    for k in range(kept.shape[0]):
        rate = 0.0
        for i in range(w.size):
            kept[k, i] = w[i]
            rate += w[i] * x[i]
        rates[k] = rate
        factor = 1.0 + eta * (target - rate)
        for i in range(w.size):
            w[i] *= factor
