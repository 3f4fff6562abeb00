"""Adaptive integration of a Model: Dormand and Prince's pair of orders 5 and 4, with dense output and events.

The solver chooses its steps from the tolerances; samples, spikes and events are read from a polynomial of order 4
inside each step, so none of them depends on where the steps happen to end.

References
----------
Dormand & Prince 1980, J Comput Appl Math 6:19-26 (the pair). Shampine 1986, Math Comp 46:135-150 (the interpolant).
Hairer, Nørsett & Wanner 1993, Solving Ordinary Differential Equations I, 2nd ed., section II.4 (step control).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.engine.compiled import COMPILE_ERRORS, argument, combined, explain, put, weighted
from neurolab.engine.model import Model
from neurolab.kernels import check, chunks
from neurolab.kernels.cache import kernel

__all__ = ["integrate"]

Array = NDArray[np.float64]

# Dense output: y(t + s h) = y + h (Q1 s + Q2 s² + Q3 s³ + Q4 s⁴), Q1 the first stage, the others sums over
# the stages 1, 3, 4, 5, 6, 7.
_Q2 = (-8048581381 / 2820520608, 131558114200 / 32700410799, -1754552775 / 470086768, 127303824393 / 49829197408,
       -282668133 / 205662961, 40617522 / 29380423)  # fmt: skip
_Q3 = (8663915743 / 2820520608, -68118460800 / 10900136933, 14199869525 / 1410260304, -318862633887 / 49829197408,
       2019193451 / 616988883, -110615467 / 29380423)  # fmt: skip
_Q4 = (-12715105075 / 11282082432, 87487479700 / 32700410799, -10690763975 / 1880347072, 701980252875 / 199316789632,
       -1453857185 / 822651844, 69997945 / 29380423)  # fmt: skip
_ERROR = (-71 / 57600, 71 / 16695, -71 / 1920, 17253 / 339200, -22 / 525, 1 / 40)

OK, FULL, TINY, ENDLESS = 0, 1, 2, 3
_BUFFER = 4096


@kernel
def _between(y: Any, h: float, s: float, q1: Any, q2: Any, q3: Any, q4: Any) -> Any:
    """The interpolant at fraction s of the step."""
    return weighted(y, h * s, (1.0, s, s * s, s * s * s), (q1, q2, q3, q4))


@kernel
def _mean_square(e: Any, y: Any, z: Any, rtol: float, atol: float) -> float:
    """Mean square of e's components, each in units of its tolerance (Hairer et al., eq. II.4.11)."""
    total = 0.0
    for j in range(len(y)):
        size = e[j] / (atol + rtol * max(abs(y[j]), abs(z[j])))
        total += size * size
    return total / len(y)


@kernel
def _dormand_prince(
    model: Any, t: float, y: Any, h: float, vector: Array, constants: Array, t_end: float, rtol: float, atol: float,
    max_step: float, spacing: float, rows: Any, out: Array, i: int, held_until: float, budget: int,
    spikes: Array, event_times: Array, event_ids: Any, old: Array, new: Array, probe: Array,
) -> Any:  # fmt: skip
    """At most `budget` steps from t towards t_end; samples i, i + 1, ... are written on the way."""
    p = model.bind(vector)
    dead_time = model.dead_time(p)
    n_spikes, n_events = 0, 0
    live = 0.0 if held_until > t else 1.0
    k1 = model.rhs(t, y, p, model.drive_at(t, constants), live)
    before = model.excess(y, p)
    model.events_into(t, y, p, old)
    if h <= 0.0:
        speed = np.sqrt(_mean_square(k1, y, y, rtol, atol))
        h = 0.01 * np.sqrt(_mean_square(y, y, y, rtol, atol)) / speed if speed > 1e-10 else t_end
        h = min(max(h, 1e-6 * (t_end - t)), 1e-2 * (t_end - t))
    reject = False
    for _ in range(budget):
        if t >= t_end:
            break
        if n_spikes == spikes.size or n_events + old.size > event_times.size:
            return t, y, h, i, held_until, n_spikes, n_events, FULL
        limit = min(t_end, held_until) if live == 0.0 else t_end
        step = min(h, max_step, limit - t)
        u = model.drive_at(t + step / 5, constants)
        k2 = model.rhs(t + step / 5, weighted(y, step, (1 / 5,), (k1,)), p, u, live)
        u = model.drive_at(t + 3 * step / 10, constants)
        k3 = model.rhs(t + 3 * step / 10, weighted(y, step, (3 / 40, 9 / 40), (k1, k2)), p, u, live)
        u = model.drive_at(t + 4 * step / 5, constants)
        z = weighted(y, step, (44 / 45, -56 / 15, 32 / 9), (k1, k2, k3))
        k4 = model.rhs(t + 4 * step / 5, z, p, u, live)
        u = model.drive_at(t + 8 * step / 9, constants)
        z = weighted(
            y, step, (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729), (k1, k2, k3, k4)
        )
        k5 = model.rhs(t + 8 * step / 9, z, p, u, live)
        u = model.drive_at(t + step, constants)
        z = weighted(
            y,
            step,
            (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
            (k1, k2, k3, k4, k5),
        )
        k6 = model.rhs(t + step, z, p, u, live)
        z = weighted(
            y, step, (35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84), (k1, k3, k4, k5, k6)
        )
        k7 = model.rhs(t + step, z, p, u, live)
        stages = (k1, k3, k4, k5, k6, k7)
        square = step * step * _mean_square(combined(_ERROR, stages), y, z, rtol, atol)
        if not square <= 1.0:  # NaN too: come closer before giving up
            h = step * (max(0.2, 0.9 * square**-0.1) if square < 1e300 else 0.1)
            reject = True
            if h < 1e-13 * max(abs(t), 1e-3 * t_end):
                return t, y, h, i, held_until, n_spikes, n_events, TINY
            continue
        growth = min(1.0 if reject else 5.0, max(0.2, 0.9 * (square + 1e-24) ** -0.1))
        reject = False
        if step == h:
            h *= growth
        elif growth < 1.0:
            h = step * growth
        q1, q2, q3, q4 = k1, combined(_Q2, stages), combined(_Q3, stages), combined(_Q4, stages)
        stop = step
        after = model.excess(z, p) if live == 1.0 else before
        spiked = live == 1.0 and before < 0.0 <= after
        if spiked:
            low, high = 0.0, 1.0
            for _ in range(50):
                middle = 0.5 * (low + high)
                if model.excess(_between(y, step, middle, q1, q2, q3, q4), p) < 0.0:
                    low = middle
                else:
                    high = middle
            spikes[n_spikes] = t + high * step
            n_spikes += 1
            if model.resets():
                stop = high * step
                z = _between(y, step, high, q1, q2, q3, q4)
        ending = t + stop
        if limit - ending < 1e-12 * max(abs(limit), 1.0):
            ending = limit
        model.events_into(ending, z, p, new)
        for e in range(old.size):
            if old[e] < 0.0 <= new[e] or old[e] > 0.0 >= new[e]:
                low, high = 0.0, stop / step
                for _ in range(50):
                    middle = 0.5 * (low + high)
                    model.events_into(
                        t + middle * step, _between(y, step, middle, q1, q2, q3, q4), p, probe
                    )
                    if probe[e] * old[e] > 0.0:
                        low = middle
                    else:
                        high = middle
                event_times[n_events] = t + high * step
                event_ids[n_events] = e
                n_events += 1
        per_step = 1.0 / step
        while i < out.shape[1] and i * spacing <= ending:
            put(out, rows, i, _between(y, step, (i * spacing - t) * per_step, q1, q2, q3, q4))
            i += 1
        t, y, k1, before = ending, z, k7, after
        if spiked and model.resets():
            y = model.after_spike(y, p)
            held_until = t + dead_time
            before = model.excess(y, p)
            if before >= 0.0:
                return t, y, h, i, held_until, n_spikes, n_events, ENDLESS
            model.events_into(t, y, p, new)
        restart = live
        live = 0.0 if held_until > t else 1.0
        if live != restart or (spiked and model.resets()):
            k1 = model.rhs(t, y, p, model.drive_at(t, constants), live)
            before = model.excess(y, p)
        for e in range(old.size):
            old[e] = new[e]
    return t, y, h, i, held_until, n_spikes, n_events, OK


def integrate(
    model: Model,
    duration: float,
    dt: float | None = None,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    max_step: float = np.inf,
    record: Any = None,
    events: Mapping[str, Callable[..., float]] | None = None,
    progress: Callable[[float], object] | None = None,
    **values: Any,
) -> Trajectory:
    """Integrate `model` from 0 to `duration` with steps chosen from the tolerances.

    Parameters
    ----------
    duration : float, ms
    dt : float, ms, optional
        Spacing of the samples returned (not of the steps); duration / 1000 if left out.
    rtol, atol : float
        Each step's estimated error in every state stays below atol + rtol |state|.
    max_step : float, ms
        No longer step is taken: for inputs with short pulses that a long step would jump over.
    record : state name or sequence of them, optional
        Which states to return; all if left out.
    events : dict of functions of (t, y, p), optional
        `run.events[name]` holds the times at which each changes sign. Compiled, like rhs.
    progress : function of the fraction done, optional
    **values
        Start states, parameters and inputs by name; an input is a number or a function of t that numba can compile.

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        Arguments out of range, unknown names, inputs given as arrays, code that cannot be compiled.
    Diverged
        No step is small enough: a singularity, or a state that leaves the finite numbers.
    Interrupted
        A notebook interrupt; `.partial` is the trajectory so far.

    Examples
    --------
    >>> decay = Model(lambda t, y, p, I: (-y[0],), state=dict(x=1.0), params={}, name="decay")
    >>> float(integrate(decay, duration=1.0, rtol=1e-9).x[-1].round(8))
    0.36787944
    """
    duration = check.positive(duration, "duration")
    spacing = check.positive(duration / 1000 if dt is None else dt, "dt")
    if spacing > duration:
        raise ValueError(f"dt must be at most the duration of {duration:g} ms, got {spacing:g}")
    rtol, atol = check.positive(rtol, "rtol"), check.positive(atol, "atol")
    if rtol < 1e-13:
        raise ValueError(f"rtol must be at least 1e-13, where rounding takes over, got {rtol:g}")
    if not max_step > 0:
        raise ValueError(f"max_step must be above 0, got {max_step:g}")
    events = dict(events or {})
    setting = model.set(values)
    drives = {name: value for name, value in setting.inputs.items() if callable(value)}
    for name, value in setting.inputs.items():
        if not callable(value) and np.ndim(value):
            raise ValueError(
                f"{name} must be a number or a function of t for integrate, got an array; simulate takes arrays"
            )
    constants = np.array(
        [0.0 if n in drives else check.finite(v, n) for n, v in setting.inputs.items()] or [0.0]
    )
    full = model.extended(events, drives)
    compilable = argument(full)
    rows = model.rows(record)
    out = np.empty((int(rows.max()) + 1, int(np.floor(duration / spacing * (1 + 1e-12))) + 1))
    for row, start in zip(rows, setting.state, strict=True):
        if row >= 0:
            out[row, 0] = start
    spikes, event_times, event_ids = (
        np.empty(_BUFFER),
        np.empty(_BUFFER),
        np.empty(_BUFFER, np.int64),
    )
    old, new, probe = np.empty(len(events)), np.empty(len(events)), np.empty(len(events))
    found: list[Array] = []
    met: list[tuple[Array, NDArray[np.int64]]] = []
    t, y, h, i, held_until = 0.0, setting.state, 0.0, 1, -1.0

    def advance(size: int) -> float:
        nonlocal t, y, h, i, held_until
        try:
            t, y, h, i, held_until, n_spikes, n_events, status = _dormand_prince(
                compilable, t, y, h, setting.params, constants, duration, rtol, atol, float(max_step), spacing,
                rows, out, i, held_until, size, spikes, event_times, event_ids, old, new, probe,
            )  # fmt: skip
        except COMPILE_ERRORS as error:
            raise explain(error, full) from None
        found.append(spikes[:n_spikes].copy())
        met.append((event_times[:n_events].copy(), event_ids[:n_events].copy()))
        if status == TINY:
            message = (
                f"{model.name} needs steps below rounding at t = {t:g} ms: its state or its equations run to infinity "
                "there; look at the parameters and at divisions by zero; .partial holds the run up to there"
            )
            raise chunks.Diverged(message, t, finish())
        if status == ENDLESS:
            raise ValueError(
                f"{model.name} fires without end at t = {t:g} ms: the reset must leave it below its threshold; lower "
                "the reset or raise the threshold"
            )
        return float(t / duration)

    def finish() -> Trajectory:
        times = np.concatenate([a for a, _ in met] or [np.empty(0)])
        ids = np.concatenate([b for _, b in met] or [np.empty(0, np.int64)])
        return model.trajectory(
            setting,
            rows,
            found,
            window=(0.0, t),
            t=np.arange(i, dtype=np.float64) * spacing,
            samples=out[:, :i],
            events={name: np.sort(times[ids == k]) for k, name in enumerate(events)},
        )

    try:
        chunks.run_chunked(advance, progress)
    except KeyboardInterrupt:
        message = f"interrupted at t = {t:g} of {duration:g} ms; .partial holds the run so far"
        raise chunks.Interrupted(message, finish()) from None
    return finish()
