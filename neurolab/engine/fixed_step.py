"""Fixed-step integration of a Model, explicit and implicit; spikes, resets and refractoriness on the way.

A method is one step function (engine/steps.py); two loops, with and without resets, are compiled around each.
Everything is chunked, so an interrupt, a progress report or a newer request acts within about 50 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.engine.compiled import COMPILE_ERRORS, argument, explain, put, weighted
from neurolab.engine.model import Model
from neurolab.engine.steps import METHODS, STEPS
from neurolab.kernels import check, chunks
from neurolab.kernels.cache import inlined, kernel

__all__ = [
    "Drive",
    "MAX_SPIKES_PER_STEP",
    "passing_spikes",
    "run_loop",
    "sampled",
    "simulate_fixed",
]

Array = NDArray[np.float64]
MAX_SPIKES_PER_STEP = 32
_SPIKE_BUFFER = 4096


def _smooth_loop(step: Callable[..., Any]) -> Callable[..., Any]:
    """Steps i0 to i1 - 1 without resets; spikes are upward crossings, their times interpolated linearly."""

    @kernel
    def smooth(
        model: Any, y: Any, vector: Array, samples: Array, origin: int, width: int, stride: int, dt: float, every: int,
        rows: Array, out: Array, spikes: Array, held_until: float, i0: int, i1: int,
    ) -> Any:  # fmt: skip
        p = model.bind(vector)
        count, column, until_kept = 0, i0 // every + 1, every - i0 % every
        before = model.excess(y, p)
        for i in range(i0, i1):
            I = model.drive(samples, (i - origin) * width, stride)
            y = step(model, i * dt, y, p, dt, I, 1.0)
            after = model.excess(y, p)
            if before < 0.0 <= after:
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

    return smooth


def passing_spikes(step: Callable[..., Any]) -> Callable[..., Any]:
    """One step, cut at each spike and at the end of each refractory time."""

    @inlined
    def pass_spikes(
        model: Any, y: Any, p: Any, t: float, end: float, I: Any, held_until: float, dead_time: float, spikes: Array,
        count: int,
    ) -> Any:  # fmt: skip
        full = count + MAX_SPIKES_PER_STEP
        while t < end:
            if held_until > t:
                stop = min(end, held_until)
                y = step(model, t, y, p, stop - t, I, 0.0)
                t = stop
                continue
            z = step(model, t, y, p, end - t, I, 1.0)
            after = model.excess(z, p)
            if not after >= 0.0:
                y, t = z, end
                continue
            before = model.excess(y, p)
            part = before / (before - after) if before < 0.0 else 0.0
            t += part * (end - t)
            y = model.after_spike(weighted(y, part, (1.0, -1.0), (z, y)), p)
            held_until = t + dead_time
            spikes[count] = t
            count += 1
            if count == full or model.excess(y, p) >= 0.0:
                return y, held_until, count, False
        return y, held_until, count, True

    return pass_spikes


def _reset_loop(step: Callable[..., Any]) -> Callable[..., Any]:
    """The same with resets."""
    pass_spikes = passing_spikes(step)

    @kernel
    def resetting(
        model: Any, y: Any, vector: Array, samples: Array, origin: int, width: int, stride: int, dt: float, every: int,
        rows: Array, out: Array, spikes: Array, held_until: float, i0: int, i1: int,
    ) -> Any:  # fmt: skip
        p = model.bind(vector)
        dead_time = model.dead_time(p)
        count, column, until_kept = 0, i0 // every + 1, every - i0 % every
        for i in range(i0, i1):
            if count > spikes.size - MAX_SPIKES_PER_STEP:
                return y, i, count, held_until, True
            I = model.drive(samples, (i - origin) * width, stride)
            y, held_until, count, sound = pass_spikes(
                model, y, p, i * dt, (i + 1) * dt, I, held_until, dead_time, spikes, count
            )
            if not sound:
                return y, i, count, held_until, False
            until_kept -= 1
            if until_kept == 0:
                put(out, rows, column, y)
                column, until_kept = column + 1, every
        return y, i1, count, held_until, True

    return resetting


_SMOOTH = {name: _smooth_loop(step) for name, step in STEPS.items()}
_RESETTING = {name: _reset_loop(step) for name, step in STEPS.items()}


@dataclass(frozen=True)
class Drive:
    """Inputs as columns: one for all (width 0), one a step (1), or start, middle and end of each step (3)."""

    values: tuple[Any, ...]
    names: tuple[str, ...]
    width: int
    dt: float

    @classmethod
    def of(cls, inputs: Mapping[str, Any], n: int, dt: float) -> Drive:
        """The drive of a run of `n` steps."""
        values: list[Any] = []
        for name, value in inputs.items():
            if callable(value):
                values.append(value)
            elif np.ndim(value) == 0:
                values.append(check.finite(value, name))
            else:
                array = check.finite_array(value, name)
                if array.shape != (n,):
                    raise ValueError(
                        f"{name} must have one value for each of the {n} steps, got shape {array.shape}; "
                        "give a number, a function of t, or an array of that length"
                    )
                values.append(array)
        width = (
            3
            if any(map(callable, values))
            else max((int(np.ndim(value) > 0) for value in values), default=0)
        )
        return cls(tuple(values), tuple(inputs), width, dt)

    def columns(self, i0: int, i1: int) -> Array:
        """Samples for steps i0 to i1 - 1, shape (inputs, columns)."""
        size = max(1, (i1 - i0) * self.width)
        samples = np.zeros((max(1, len(self.values)), size))
        for row, name, value in zip(samples, self.names, self.values, strict=False):
            if callable(value):
                instants = (np.arange(i0, i1)[:, None] + np.array([0.0, 0.5, 1.0])) * self.dt
                row[:] = sampled(value, instants.ravel(), name)
            elif np.ndim(value):
                row[:] = np.repeat(value[i0:i1], self.width)
            else:
                row[:] = value
        return samples


def sampled(function: Callable[[float], float], instants: Array, name: str) -> list[float]:
    """A function of t at these instants; an error for what is no finite number."""
    try:
        values = [float(function(t)) for t in instants.tolist()]
    except (TypeError, ValueError):
        raise ValueError(
            f"{name}(t) must be a number for every t, got {check.shown(function(float(instants[0])))}"
        ) from None
    if not np.all(np.isfinite(values)):
        bad = int(np.argmin(np.isfinite(values)))
        raise ValueError(f"{name}(t) must be finite, got {values[bad]} at t = {instants[bad]:g} ms")
    return values


def simulate_fixed(
    model: Model,
    duration: float,
    dt: float,
    *,
    method: str = "rk4",
    every: int = 1,
    record: Sequence[str] | str | None = None,
    progress: Callable[[float], object] | None = None,
    **values: Any,
) -> Trajectory:
    """Integrate `model` from 0 to `duration` with steps of `dt`; called as `simulate(model, ...)`.

    Parameters
    ----------
    duration, dt : float, ms
        The run has round(duration / dt) steps.
    method : {"rk4", "heun", "euler", "exponential_euler", "staggered", "backward_euler", "crank_nicolson"}
        Orders 4, 2, 1, 1, 2, 1, 2. The exponential one solves each state's equation exactly with the others held, and
        stands large steps (Rush & Larsen 1978). "staggered" steps gates and voltage in turn by the trapezoidal rule,
        for little more than the price of Euler: a channel model's gates then stand for t + dt / 2 (Hines 1984), which
        shifts a run by less than dt and leaves periods and rates of second order. The last two are implicit (Newton's
        method, differences for the Jacobian): slower, and stable for stiff equations.
    every : int
        Keep the state every so many steps, the start included; spikes are looked for at every step all the same.
    record : state name or sequence of them, optional
        Which states to keep; all if left out.
    progress : function of the fraction done, optional
    **values
        Start states, parameters and inputs by name; see Model.simulate.

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        dt not in (0, duration], an unknown name, a value or input that is not finite, code that cannot be compiled.
    Diverged
        The state left the finite numbers; `.time` and `.partial` tell when and what came before.
    Interrupted
        A notebook interrupt; `.partial` is the trajectory so far.
    """
    every = check.whole(every, "every")
    method = check.choice(method, METHODS, "method")
    loop = (_RESETTING if model.reset else _SMOOTH)[method]
    return run_loop(loop, model, duration, dt, every, record, progress, values)


def run_loop(
    loop: Callable[..., Any],
    model: Model,
    duration: float,
    dt: float,
    every: int,
    record: Sequence[str] | str | None,
    progress: Callable[[float], object] | None,
    values: Mapping[str, Any],
    extra: tuple[Any, ...] = (),
    examine: Callable[[float, tuple[float, ...], Array], str] | None = None,
) -> Trajectory:
    """Drive a compiled loop over all steps in chunks and wrap what it wrote; `extra` goes to the loop as it is.

    `examine(t, state, inputs)` may say after a chunk, in words, what has made the run worthless.
    """
    duration, dt = check.positive(duration, "duration"), check.positive(dt, "dt")
    if dt > duration:
        raise ValueError(f"dt must be at most the duration of {duration:g} ms, got {dt:g}")
    rows = model.rows(record)
    setting = model.set(values)
    n = round(duration / dt)
    drive = Drive.of(setting.inputs, n, dt)
    out = np.empty((int(rows.max()) + 1, n // every + 1))
    for row, value in zip(rows, setting.state, strict=True):
        if row >= 0:
            out[row, 0] = value
    compilable = argument(model)
    spikes: list[Array] = []
    buffer = np.empty(_SPIKE_BUFFER)
    state, held_until, done = setting.state, -1.0, 0

    def advance(size: int) -> float:
        nonlocal state, held_until, done
        i0, i1 = done, min(n, done + size)
        samples = drive.columns(i0, i1)
        try:
            state, done, count, held_until, sound = loop(
                compilable, state, setting.params, samples, i0, drive.width, int(drive.width == 3), dt, every,
                rows, out, buffer, held_until, i0, i1, *extra,
            )  # fmt: skip
        except COMPILE_ERRORS as error:
            raise explain(error, model) from None
        spikes.append(buffer[:count].copy())
        if not sound:
            raise ValueError(
                f"{model.name} fires without end at t = {done * dt:g} ms: the reset must leave it below its threshold; "
                "lower the reset or raise the threshold"
            )
        if not np.all(np.isfinite(state)):
            raise _diverged(model, out, i0, done, every, dt, finish)
        if examine and (
            why := examine(done * dt, state, samples[:, (done - 1 - i0) * drive.width])
        ):
            raise chunks.Diverged(f"{why}; .partial holds the run so far", done * dt, finish(done))
        return float(done / n)

    def finish(last: int) -> Trajectory:
        columns = last // every + 1
        return model.trajectory(
            setting,
            rows,
            spikes,
            window=(0.0, last * dt),
            t=(np.arange(columns) * every).astype(np.float64) * dt,
            samples=out[:, :columns],
            steps=last,
        )

    try:
        chunks.run_chunked(advance, progress)
    except KeyboardInterrupt:
        message = (
            f"interrupted at t = {done * dt:g} of {duration:g} ms; .partial holds the run so far"
        )
        raise chunks.Interrupted(message, finish(done)) from None
    return finish(n)


def _diverged(
    model: Model,
    out: Array,
    i0: int,
    done: int,
    every: int,
    dt: float,
    finish: Callable[[int], Trajectory],
) -> chunks.Diverged:
    first, last = i0 // every + 1, done // every
    bad = np.flatnonzero(~np.isfinite(out[:, first : last + 1]).all(axis=0))
    column = first + int(bad[0]) if bad.size else last + 1
    time = min(column * every, done) * dt
    message = (
        f"{model.name} left the finite numbers at t = {time:g} ms; try dt below {dt:g}, or look at the parameters and "
        "at divisions by zero in its equations; .partial holds the run up to there"
    )
    return chunks.Diverged(message, time, finish((column - 1) * every))
