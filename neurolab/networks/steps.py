"""The compiled loops of rate networks, random networks, Hopfield's network, perceptrons and decisions.

They stand apart from their public functions because they load numba.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from neurolab.kernels import transfer
from neurolab.kernels.cache import inlined, kernel
from neurolab.kernels.rng import fill_normals

__all__ = ["chaos_steps", "decide", "hopfield_sweep", "perceptron_passes", "rate_steps"]

_logistic = inlined(transfer.logistic)


@inlined
def _output(x: Any, code: Any, a: Any, b: Any, c: Any) -> Any:
    """The transfer functions again, for one number: a branch costs less here than a pass over the array."""
    if code == 0:
        return a * x
    if code == 1:
        return a * max(x - b, 0.0)
    if code == 2:
        return _logistic(x, a, b, c)
    if code == 3:
        return c * np.tanh(a * (x - b))
    if code == 4:
        return a * max(x - c, 0.0) ** b
    if code == 5:
        if x <= 0.0:
            return 0.0
        return _logistic(c * np.log(x / b), 1.0, 0.0, a)
    return _logistic(x, a, b, 1.0) - _logistic(0.0, a, b, 1.0)


@kernel
def rate_steps(
    WT: Any, tau: Any, I: Any, code: Any, a: Any, b: Any, c: Any, dt: Any, rk4: Any, first: Any, stop: Any,
    every: Any, r: Any, work: Any, out: Any,
) -> None:  # fmt: skip
    """Steps `first` to `stop`; `work` holds the stage, its input, its slope and the sum of slopes."""
    n = r.size
    stage, x, k, total = work[0], work[1], work[2], work[3]
    for step in range(first, stop):
        row = I[min(step, I.shape[0] - 1)]
        for s in range(4 if rk4 else 1):
            if s == 0:
                stage[:] = r
                total[:] = 0.0
            else:
                part = dt if s == 3 else 0.5 * dt
                for i in range(n):
                    stage[i] = r[i] + part * k[i]
            x[:] = 0.0
            # column by column: SIMD code, and the same bits on any number of threads
            for j in range(n):
                column, rate = WT[j], stage[j]
                for i in range(n):
                    x[i] += column[i] * rate
            weight = 1.0 if not rk4 else (1.0 / 3.0 if s == 1 or s == 2 else 1.0 / 6.0)
            for i in range(n):
                k[i] = (_output(x[i] + row[i], code, a, b, c) - stage[i]) / tau[i]
                total[i] += weight * k[i]
        for i in range(n):
            r[i] += dt * total[i]
        if (step + 1) % every == 0:
            out[(step + 1) // every] = r


@kernel
def hopfield_sweep(columns: Any, order: Any, state: Any, field: Any) -> Any:
    """Update the units in this order; a flip changes the inputs of all others by one column of W."""
    changed = 0
    for i in order:
        if field[i] * state[i] < 0.0:
            state[i] = -state[i]
            changed += 1
            twice = 2.0 * state[i]
            column = columns[i]
            for j in range(field.size):
                field[j] += twice * column[j]
    return changed


@inlined
def _products(JT: Any, r: Any, d: Any, Jr: Any, Jd: Any) -> None:
    """J r and J d in one pass over J, with the same bits on any number of threads; BLAS has no such call."""
    Jr[:] = 0.0
    Jd[:] = 0.0
    for j in range(r.size):
        row, a, b = JT[j], r[j], d[j]
        for i in range(r.size):
            Jr[i] += row[i] * a
            Jd[i] += row[i] * b


@kernel
def chaos_steps(
    JT: Any, h: Any, first: Any, stop: Any, every: Any, x: Any, y: Any, logs: Any, kept: Any, squares: Any, work: Any
) -> None:  # fmt: skip
    """Steps `first` to `stop`, those below 0 unmeasured; h = dt / tau. One product with J serves x and y."""
    n = x.size
    r, d, Jr, Jd, kx, ky = work[0], work[1], work[2], work[3], work[4], work[5]
    for step in range(first, stop):
        for i in range(n):
            r[i] = np.tanh(x[i])
            d[i] = (1.0 - r[i] * r[i]) * y[i]
        _products(JT, r, d, Jr, Jd)
        for i in range(n):
            kx[i] = Jr[i] - x[i]
            ky[i] = Jd[i] - y[i]
            r[i] = np.tanh(x[i] + h * kx[i])
            d[i] = (1.0 - r[i] * r[i]) * (y[i] + h * ky[i])
        _products(JT, r, d, Jr, Jd)
        length, square = 0.0, 0.0
        for i in range(n):
            x_end = x[i] + h * kx[i]
            y_end = y[i] + h * ky[i]
            x[i] += 0.5 * h * (kx[i] + Jr[i] - x_end)
            y[i] += 0.5 * h * (ky[i] + Jd[i] - y_end)
            length += y[i] * y[i]
            square += x[i] * x[i]
        length = np.sqrt(length)
        for i in range(n):
            y[i] /= length
        if step >= 0:
            logs[step] = np.log(length)
            squares[0] += square / n
        after = step + 1
        if after >= 0 and after % every == 0:
            kept[after // every] = x[: kept.shape[1]]


@kernel
def perceptron_passes(signed: Any, w: Any, mistakes: Any, history: Any) -> Any:
    """Passes run, and corrections made; w and the records are filled in place."""
    corrections = 0
    for epoch in range(mistakes.size):
        for i in range(signed.shape[0]):
            z = signed[i]
            total = 0.0
            for j in range(w.size):
                total += w[j] * z[j]
            if total <= 0.0:
                for j in range(w.size):
                    w[j] += z[j]
                corrections += 1
                mistakes[epoch] += 1
                if corrections < history.shape[0]:
                    history[corrections] = w
        if mistakes[epoch] == 0:
            return epoch + 1, corrections
    return mistakes.size, corrections


@kernel
def decide(
    key: Any, first: Any, stop: Any, v: Any, a: Any, s: Any, z: Any, dt: Any, steps: Any, bridge: Any,
    normals: Any, correct: Any, times: Any,
) -> None:  # fmt: skip
    """Trials `first` to `stop`; two normal numbers a step, the second one for the bridge."""
    half, push, kick = normals.size // 2, v * dt, s * np.sqrt(dt)
    scale = -2.0 / (s * s * dt)
    for trial in range(first, stop):
        x = z
        for step in range(steps):
            place = step % half
            if place == 0:
                fill_normals(key, trial, step // half, normals)
            before = x
            x += push + kick * normals[place]
            up, down = x >= a, x <= -a
            if bridge and not up and not down:
                over = np.exp(scale * (a - before) * (a - x))
                under = np.exp(scale * (a + before) * (a + x))
                # the chance that a normal number lies below this one is uniform
                draw = 0.5 * (1.0 + math.erf(normals[half + place] / np.sqrt(2.0)))
                up, down = draw < over, draw > 1.0 - under
            if up or down:
                correct[trial] = up
                # somewhere within the step
                times[trial] = (step + 0.5) * dt if bridge else (step + 1) * dt
                break
