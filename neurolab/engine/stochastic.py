"""Stochastic differential equations: a Model with white noise on its states, dy = f(t, y) dt + g(t, y) dW (Itô).

Euler-Maruyama, and Milstein's method in the form without derivatives. The noise is diagonal: each state has a Wiener
process of its own, and its number at a step depends on the seed and on the step alone (kernels/rng.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.engine.compiled import combined, diffused, put, weighted
from neurolab.engine.fixed_step import run_loop
from neurolab.engine.model import Model
from neurolab.kernels import check
from neurolab.kernels.cache import kernel
from neurolab.kernels.rng import BLOCK, fill_normals, seed_key

__all__ = ["simulate_stochastic"]

Array = NDArray[np.float64]


@kernel
def _euler_maruyama(
    model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: float, constant: Array, w: Any
) -> Any:
    """Y + f h + g dW, with dW = w sqrt(h); the noise is added first, while the processor still waits for f."""
    slope = model.rhs(t, y, p, I, live)
    g = model.amplitudes(t, y, p, constant, live)
    return weighted(diffused(y, g, math.sqrt(h), w), h, (1.0,), (slope,))


@kernel
def _milstein(
    model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: float, constant: Array, w: Any
) -> Any:
    """Euler-Maruyama plus (g(y + f h + g sqrt(h)) - g(y)) (dW^2 - h) / (2 sqrt(h))."""
    root = math.sqrt(h)
    slope = model.rhs(t, y, p, I, live)
    g = model.amplitudes(t, y, p, constant, live)
    drifted = weighted(y, h, (1.0,), (slope,))
    ahead = model.amplitudes(t, weighted(drifted, root, (1.0,), (g,)), p, constant, live)
    difference = combined((1.0, -1.0), (ahead, g))
    w_squared = diffused(combined((0.0,), (w,)), w, 1.0, w)
    moved = weighted(diffused(drifted, g, root, w), -0.5 * root, (1.0,), (difference,))
    return diffused(moved, difference, 0.5 * root, w_squared)


def _noisy_loop(step: Callable[..., Any]) -> Callable[..., Any]:
    """Steps i0 to i1 - 1 of a path; a spike is looked for at the end of each step."""

    @kernel
    def wandering(
        model: Any, y: Any, vector: Array, samples: Array, origin: int, width: int, stride: int, dt: float, every: int,
        rows: Array, out: Array, spikes: Array, held_until: float, i0: int, i1: int,
        key: Any, constant: Array, normals: Array,
    ) -> Any:  # fmt: skip
        p = model.bind(vector)
        dead_time, resets = model.dead_time(p), model.resets()
        count, column, until_kept = 0, i0 // every + 1, every - i0 % every
        before = model.excess(y, p)
        for i in range(i0, i1):
            t, place = i * dt, i % BLOCK
            if place == 0 or i == i0:
                for row in range(normals.shape[0]):
                    fill_normals(key, row, i // BLOCK, normals[row])
            I = model.drive(samples, (i - origin) * width, stride)
            live = 0.0 if resets and t < held_until - 0.5 * dt else 1.0
            y = step(model, t, y, p, dt, I[0], live, constant, model.draws(normals, place))
            after = model.excess(y, p)
            if after >= 0.0:
                if resets:
                    spikes[count] = (i + 1) * dt
                    count += 1
                    held_until = (i + 1) * dt + dead_time
                    y = model.after_spike(y, p)
                    after = model.excess(y, p)
                    if after >= 0.0:
                        return y, i, count, held_until, False
                elif before < 0.0:
                    spikes[count] = (i + before / (before - after)) * dt
                    count += 1
            before = after
            until_kept -= 1
            if until_kept == 0:
                put(out, rows, column, y)
                column, until_kept = column + 1, every
            if count == spikes.size:
                return y, i + 1, count, held_until, True
        return y, i1, count, held_until, True

    return wandering


_LOOPS = {
    "euler_maruyama": _noisy_loop(_euler_maruyama),
    "milstein": _noisy_loop(_milstein),
}
METHODS = tuple(_LOOPS)


def simulate_stochastic(
    model: Model,
    duration: float,
    dt: float,
    *,
    seed: int | np.random.Generator,
    noise: Mapping[str, float] | None = None,
    method: str = "euler_maruyama",
    every: int = 1,
    record: Sequence[str] | str | None = None,
    progress: Callable[[float], object] | None = None,
    **values: Any,
) -> Trajectory:
    """One path of `model` with white noise, dy = f dt + g dW (Itô), by steps of `dt`.

    Parameters
    ----------
    duration, dt : float, ms
        The run has round(duration / dt) steps.
    seed : int or numpy.random.Generator
        The same seed gives the same path; a Generator is asked for a seed.
    noise : dict of state names and amplitudes, optional
        Additive noise: the amplitude in the state's unit over √ms, so that without any other force the state's variance
        after t ms is amplitude² t. Without it the model's own `noise` function gives the amplitudes.
    method : {"euler_maruyama", "milstein"}
        Strong order 1/2 and 1; weak order 1. With additive noise they are the same method, of strong order 1.
        Milstein's order holds if each state's amplitude depends on that state alone.
    every, record, progress, **values
        As for `simulate`; an input that is a function of t is sampled at the start of each step.

    Returns
    -------
    Trajectory
        A spike is looked for at the end of each step. A path may cross its threshold unseen between two steps: compared
        with the continuous process, thresholds act as if 0.58 amplitude √dt higher (Broadie, Glasserman & Kou 1997).

    Raises
    ------
    ValueError
        No noise at all, an unknown state or method, a negative amplitude, and what `simulate` raises.
    Diverged, Interrupted
        As in `simulate`.

    References
    ----------
    Kloeden & Platen 1992, Numerical Solution of Stochastic Differential Equations, sections 10.2 and 11.1.

    Examples
    --------
    >>> walk = Model(lambda t, y, p, I: (0.0,), state=dict(x=0.0), params={}, name="walk")
    >>> paths = [simulate_stochastic(walk, 9.0, 0.1, seed=k, noise=dict(x=2.0)).x[-1] for k in range(200)]
    >>> 5 < np.std(paths) < 7  # 2 sqrt(9)
    np.True_
    """
    every = check.whole(every, "every")
    method = check.choice(method, METHODS, "method")
    constant = np.zeros(len(model.states))
    if noise is None:
        if model.noise is None:
            raise ValueError(
                f"{model.name} has no noise; give noise=dict({next(iter(model.states))}=1.0), or Model(noise=...)"
            )
    elif model.noise is not None:
        raise ValueError(
            f"noise must be left out for {model.name}, which has a noise function of its own; change its parameters"
        )
    else:
        for name, amplitude in noise.items():
            if name not in model.states:
                raise check.unknown(name, model.states, f"noise: {model.name}")
            constant[list(model.states).index(name)] = check.non_negative(
                amplitude, f"noise[{name!r}]"
            )
        if not noise:
            raise ValueError("noise must name at least one state, got none; use simulate instead")
        model = model.extended(noisy=[name for name in model.states if name in noise])
    noises = (seed_key(seed), constant, np.empty((len(model.noisy), BLOCK)))
    return run_loop(_LOOPS[method], model, duration, dt, every, record, progress, values, noises)
