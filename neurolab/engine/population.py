"""Many units of one Model at once: the parameters, inputs and start values of each may differ.

Units stand in blocks of LANES, one contiguous slab a block, and each block runs through all steps of a chunk before the
next begins, so its state stays in the first-level cache. The inner loop over the lanes is SIMD code; the few units that
fire are then looked at one by one. Blocks are dealt out to threads, and no result depends on which thread did which.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.ensemble import Ensemble
from neurolab.engine.compiled import COMPILE_ERRORS, LANES, explain, lanes, put
from neurolab.engine.fixed_step import MAX_SPIKES_PER_STEP, Drive, passing_spikes
from neurolab.engine.model import Model
from neurolab.engine.records import record as record_class
from neurolab.engine.steps import STEPS
from neurolab.kernels import check, chunks
from neurolab.kernels.cache import kernel
from neurolab.kernels.threads import count_threads

__all__ = ["Units", "simulate_population"]

Array = NDArray[np.float64]
METHODS = ("rk4", "heun", "euler", "exponential_euler", "staggered")
REALS = {"float64": np.float64, "float32": np.float32}
_SPIKES_OF_A_BLOCK = 4096


@cache
def _block_loop(method: str) -> Callable[..., Any]:
    """Steps i0 to i1 - 1 of one block; stops early, saying where, when the buffer of spikes is nearly full."""
    step = STEPS[method]
    pass_spikes = passing_spikes(step)

    @kernel
    def advance_block(
        model: Any, slab: Any, held: Array, vector: Any, course: Array, origin: int, width: int, stride: int, own: Any,
        own_rows: Any, dt: float, every: int, rows: Any, out: Any, first: int, units: int, spikes: Array, ids: Any,
        i0: int, i1: int,
    ) -> Any:  # fmt: skip
        shared = model.bind(vector)
        resets, zero, one = model.resets(), model.number(0.0), model.number(1.0)
        count = 0
        for i in range(i0, i1):
            if count > spikes.size - units * MAX_SPIKES_PER_STEP:
                return i, count, -1
            t, end = i * dt, (i + 1) * dt
            now = model.course(course, (i - origin) * width, stride)
            for j in range(own_rows.size):
                for lane in range(units):
                    slab[own_rows[j] * LANES + lane] = own[j, first + lane, i - origin]
            fired = model.flag(0, False)
            for lane in range(LANES):
                y = model.read(slab, lane)
                p = model.bind_unit(shared, slab, lane)
                z = step(model, t, y, p, dt, model.drive_unit(slab, lane, now), one)
                below = resets | (model.excess(y, p) < zero)
                fired = model.flag(fired, below & (model.excess(z, p) >= zero))
                model.write_old(slab, lane, y)
                model.write(slab, lane, z)
            if resets:
                for lane in range(units):
                    fired = fired | (held[lane] > t)
            if fired:
                for lane in range(units):
                    y, z = model.read_old(slab, lane), model.read(slab, lane)
                    p = model.bind_unit(shared, slab, lane)
                    before, after = model.excess(y, p), model.excess(z, p)
                    if resets:
                        if after >= 0.0 or held[lane] > t:
                            I = model.drive_unit(slab, lane, now)
                            y, held[lane], more, sound = pass_spikes(
                                model,
                                y,
                                p,
                                t,
                                end,
                                I,
                                held[lane],
                                model.dead_time(p),
                                spikes,
                                count,
                            )
                            model.write(slab, lane, y)
                            ids[count:more] = first + lane
                            count = more
                            if not sound:
                                return i, count, first + lane
                    elif before < 0.0 <= after:
                        spikes[count] = (i + before / (before - after)) * dt
                        ids[count] = first + lane
                        count += 1
            if out.shape[1] > 0 and (i + 1) % every == 0:
                for lane in range(units):
                    put(out[first + lane], rows, (i + 1) // every, model.read(slab, lane))
        return i1, count, -1

    return advance_block


def simulate_population(
    model: Model,
    duration: float,
    dt: float,
    *,
    size: int | None = None,
    method: str = "rk4",
    dtype: str = "float64",
    every: int = 1,
    record: Sequence[str] | str | None = (),
    threads: int | None = None,
    progress: Callable[[float], object] | None = None,
    **values: Any,
) -> Ensemble:
    """Integrate `size` independent units of `model`, each with inputs, parameters and start values of its own.

    Parameters
    ----------
    duration, dt : float, ms
        The run has round(duration / dt) steps.
    size : int, optional
        How many units; needed only if no value is an array.
    method : {"rk4", "heun", "euler", "exponential_euler", "staggered"}
        As for `simulate`. For channel models "staggered" is the fastest that is of second order: see there.
    dtype : {"float64", "float32"}
        Single precision takes half the memory and half the time or less; a state is then good to about six digits, and
        what grows from small differences is not.
    every : int
        Record the state every so many steps, the start included.
    record : state name or sequence of them
        Which states to record; none by default, None for all. Spikes and final states are always kept.
    threads : int, optional
        Default: as many as numba uses (NUMBA_NUM_THREADS) and a container allows. The result is the same, bit by bit,
        for any number.
    progress : function of the fraction done, optional
    **values
        Start states and parameters: a number, or an array of shape (size,). Inputs: a number, an array of shape
        (size,), an array of shape (size, steps) held over each step, or a function of t that all units receive.

    Returns
    -------
    Ensemble

    Raises
    ------
    ValueError
        A wrong shape, an unknown name, a value that is not finite, code that cannot be compiled.
    Diverged
        A unit's state left the finite numbers; the message names the first such unit.
    Interrupted
        A notebook interrupt; `.partial` is the ensemble so far.

    Examples
    --------
    >>> from neurolab.membrane import compute_lif_rate, lif
    >>> currents = np.linspace(1.4, 3.0, 5)
    >>> rates = simulate_population(lif, 1000.0, 0.05, I=currents).spikes().rates
    >>> bool(np.all(np.abs(rates - compute_lif_rate(currents)) < 1.5))
    True
    """
    duration, dt = check.positive(duration, "duration"), check.positive(dt, "dt")
    if dt > duration:
        raise ValueError(f"dt must be at most the duration of {duration:g} ms, got {dt:g}")
    every = check.whole(every, "every")
    method = check.choice(method, METHODS, "method")
    real = REALS[check.choice(dtype, tuple(REALS), "dtype")]
    workers = count_threads() if threads is None else check.whole(threads, "threads")
    steps = round(duration / dt)
    setting = Units.of(model, values, size, steps)
    kept = [] if record is not None and len(record) == 0 else record
    rows = np.full(len(model.states), -1) if kept == [] else model.rows(kept)
    blocks = _Blocks(model, setting, real)
    out = np.empty((setting.size, int(rows.max()) + 1, steps // every + 1), real)
    for row, name in zip(rows, model.states, strict=True):
        if row >= 0:
            out[:, row, 0] = blocks.state(name)
    compilable, loop = lanes(model, real, tuple(setting.varied)), _block_loop(method)
    drive = Drive.of(setting.common(), steps, dt)
    vector, own_rows = setting.vector(real), setting.course_rows(model)
    spikes: list[tuple[Array, NDArray[np.int64]]] = []
    done, final = 0, blocks.final()

    def advance(work: int) -> float:
        nonlocal done, final
        i0, i1 = done, min(steps, done + max(1, work // setting.size))
        course = drive.columns(i0, i1)
        own = setting.columns(i0, i1, real)

        def run(block: int) -> list[tuple[Array, NDArray[np.int64]]]:
            first, found, i = block * LANES, [], i0
            units = min(LANES, setting.size - first)
            times = np.empty(max(_SPIKES_OF_A_BLOCK, 2 * units * MAX_SPIKES_PER_STEP))
            ids = np.empty(times.size, np.int64)
            while i < i1:
                i, count, endless = loop(
                    compilable, blocks.slabs[block], blocks.held[block], vector, course, i0, drive.width,
                    int(drive.width == 3), own, own_rows, dt, every, rows, out, first, units, times, ids,
                    i, i1,
                )  # fmt: skip
                found.append((times[:count].copy(), ids[:count].copy()))
                if endless >= 0:
                    raise ValueError(
                        f"unit {endless} of {model.name} fires without end at t = {i * dt:g} ms: the reset must leave "
                        "it below its threshold; lower the reset or raise the threshold"
                    )
            return found

        try:
            found = list(pool.map(run, range(len(blocks.slabs))))
        except COMPILE_ERRORS as error:
            raise explain(error, model) from None
        spikes.extend(pair for one in found for pair in one)
        blocks.require_finite(model, i1 * dt)
        done, final = i1, blocks.final()
        return done / steps

    def finish() -> Ensemble:
        times = np.concatenate([times for times, _ in spikes] or [np.empty(0)])
        ids = np.concatenate([ids for _, ids in spikes] or [np.empty(0, np.int64)])
        order = np.lexsort((ids, times))
        order = order[times[order] <= done * dt]
        columns = done // every + 1
        return Ensemble(
            t=(np.arange(columns) * every).astype(np.float64) * dt,
            samples=out[:, :, :columns].transpose(1, 0, 2),
            states=tuple(name for name, row in zip(model.states, rows, strict=True) if row >= 0),
            size=setting.size,
            final=final,
            model=model.name,
            params={name: setting.params[name] for name in model.params},
            inputs=setting.inputs,
            units=model.units,
            spike_times=None if model.threshold is None else times[order],
            spike_ids=None if model.threshold is None else ids[order],
            window=(0.0, done * dt),
            steps=done,
        )

    with ThreadPoolExecutor(max(1, min(workers, len(blocks.slabs)))) as pool:
        try:
            chunks.run_chunked(advance, progress)
        except KeyboardInterrupt:
            message = f"interrupted at t = {done * dt:g} of {duration:g} ms; .partial holds the run so far"
            raise chunks.Interrupted(message, finish()) from None
    return finish()


@dataclass(frozen=True)
class Units:
    """The numbers of one run: each a float that all units share, or an array with one value a unit."""

    size: int
    state: Mapping[str, Any]
    params: Mapping[str, Any]  # derived ones included
    inputs: Mapping[str, Any]

    @classmethod
    def of(cls, model: Model, values: Mapping[str, Any], size: int | None, steps: int) -> Units:
        """Checked values; how many units there are follows from the arrays where `size` is None."""
        scalars = {k: v for k, v in values.items() if callable(v) or np.ndim(v) == 0}
        arrays = {k: check.finite_array(v, k) for k, v in values.items() if k not in scalars}
        base = model.set(scalars | {k: v.flat[0] for k, v in arrays.items() if v.size})
        units = size if size is None else check.whole(size, "size")
        for name, array in arrays.items():
            shape_right = array.ndim == 1 or (
                name in model.inputs and array.ndim == 2 and array.shape[1] == steps
            )
            units = len(array) if units is None else units
            if not shape_right or len(array) != units or units == 0:
                also = f" or ({units}, {steps})" if name in model.inputs else ""
                raise ValueError(
                    f"{name} must have shape ({units},){also}, one value a unit, got {array.shape}; for a course that "
                    "all units share give a function of t"
                )
        if units is None:
            raise ValueError("size must be given when no value is an array; say size=1000")
        params = dict(zip(model.params, base.params.tolist(), strict=False)) | {
            k: arrays[k] for k in model.params if k in arrays
        }
        return cls(
            size=units,
            state=dict(zip(model.states, base.state, strict=True))
            | {k: arrays[k] for k in model.states if k in arrays},
            params=params | _derived(model, params, units),
            inputs={k: arrays.get(k, scalars.get(k, v)) for k, v in base.inputs.items()},
        )

    @property
    def varied(self) -> list[str]:
        """Names of the parameters that differ between units."""
        return [name for name, value in self.params.items() if np.ndim(value)]

    @property
    def own(self) -> tuple[str, ...]:
        """Names of the inputs that differ between units."""
        return tuple(name for name, value in self.inputs.items() if np.ndim(value))

    def common(self, network: bool = False) -> dict[str, Any]:
        """What all units receive: functions of t, and, in a network, numbers; in a population these have rows."""
        shared = {k: callable(v) or (network and np.ndim(v) == 0) for k, v in self.inputs.items()}
        return {k: v if shared[k] else 0.0 for k, v in self.inputs.items()}

    @property
    def _courses(self) -> dict[str, Array]:
        return {name: v for name, v in self.inputs.items() if np.ndim(v) == 2}

    def course_rows(self, model: Model, network: bool = False) -> NDArray[np.int64]:
        """Rows of a slab that hold inputs with a course of their own."""
        names = self.own if network else tuple(self.inputs)
        first = len(model.states) * (1 if network else 2)
        return np.array([first + names.index(name) for name in self._courses], np.int64)

    def columns(self, i0: int, i1: int, real: Any) -> NDArray[Any]:
        """Those inputs for steps i0 to i1 - 1, shape (inputs, size, steps)."""
        if not self._courses:
            return np.empty((0, 0, 0), real)
        return np.array([course[:, i0:i1] for course in self._courses.values()], real)

    def slabs(self, real: Any, network: bool = False) -> NDArray[Any]:
        """The units as blocks of shape (rows, LANES), in the order of rows that `ModelType` gives for a population or
        for a network. Lanes without a unit do what the last one does, unseen.
        """
        inputs = {k: 0.0 if callable(v) or np.ndim(v) == 2 else v for k, v in self.inputs.items()}
        states, varied = list(self.state.values()), [self.params[name] for name in self.varied]
        if network:
            rows = [*states, *[inputs[name] for name in self.own], *varied, 0.0]
        else:
            rows = [*states, *states, *inputs.values(), *varied]
        blocks = math.ceil(self.size / LANES)
        table = np.empty((len(rows), blocks * LANES), real)
        for row, value in zip(table, rows, strict=True):
            row[: self.size] = value
            row[self.size :] = row[self.size - 1]
        return np.ascontiguousarray(table.reshape(len(table), blocks, LANES).transpose(1, 0, 2))

    def vector(self, real: Any) -> NDArray[Any]:
        """The shared parameters, in the order of the model's; a varied one has a placeholder."""
        return np.array([0.0 if np.ndim(value) else value for value in self.params.values()], real)


def _derived(model: Model, params: Mapping[str, Any], size: int) -> dict[str, Any]:
    if not model.derived:
        return {}
    given = record_class("Params", model.params)
    if not any(map(np.ndim, params.values())):
        return {k: check.finite(rule(given(**params)), k) for k, rule in model.derived.items()}
    table = np.array([np.broadcast_to(value, size) for value in params.values()]).T
    each = [given(*row) for row in table.tolist()]
    return {
        name: check.finite_array([rule(unit) for unit in each], name)
        for name, rule in model.derived.items()
    }


class _Blocks:
    """The units as slabs of shape (rows, LANES): states, states before the step, inputs, parameters that vary."""

    def __init__(self, model: Model, setting: Units, real: Any) -> None:
        self.states, self.size = tuple(model.states), setting.size
        slabs = setting.slabs(real)
        count = len(slabs)
        self.slabs = slabs.reshape(count, -1)
        self.held = np.full((count, LANES), -1.0)

    def state(self, name: str) -> NDArray[Any]:
        """One state of all units, a view or copy of shape (size,)."""
        row = self.states.index(name) * LANES
        return self.slabs[:, row : row + LANES].ravel()[: self.size]

    def final(self) -> dict[str, NDArray[Any]]:
        return {name: self.state(name).copy() for name in self.states}

    def require_finite(self, model: Model, t: float) -> None:
        for name in self.states:
            bad = np.flatnonzero(~np.isfinite(self.state(name)))
            if bad.size:
                raise chunks.Diverged(
                    f"{name} of unit {bad[0]} of {model.name} left the finite numbers before t = {t:g} ms; try a "
                    "smaller dt, or look at its parameters and at divisions by zero in the equations",
                    t,
                )
