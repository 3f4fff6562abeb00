"""How a Model enters compiled code: as a type without data, whose name holds the model's digest.

A kernel that takes a model is compiled once for each model type; numba finds `model.rhs(...)` through the overloads
below, inlines it, and the digest in the signature makes the disk cache hit in the next process. There are two
renderings of the same functions: for one cell, in double precision with libm's exp, and for `Lanes` of a population, in
double or single precision with our SIMD exp. Beside the kernels package the only place that touches numba's internals.
"""

from __future__ import annotations

import itertools
import linecache
import math
import re
import types as pytypes
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numba
import numpy as np
from numba import types
from numba.core.errors import NumbaError, UnsupportedBytecodeError
from numba.extending import (
    NativeValue,
    models,
    overload,
    overload_method,
    register_model,
    typeof_impl,
    unbox,
)

from neurolab.engine.model import Model
from neurolab.engine.records import record
from neurolab.kernels.cache import inlined
from neurolab.kernels.fastexp import SIMD
from neurolab.kernels.fingerprint import used_globals
from neurolab.kernels.pipeline import HELPER, WITHOUT_WRAPPERS
from neurolab.kernels.single import in_single_precision

__all__ = [
    "LANES",
    "ModelType",
    "COMPILE_ERRORS",
    "argument",
    "combined",
    "diffused",
    "explain",
    "lanes",
    "nudged",
    "put",
    "shifted",
    "weighted",
]

COMPILE_ERRORS = (NumbaError, UnsupportedBytecodeError)
LANES = 128  # units in a block of a population: a few vector registers of each state, far below the first-level cache

_types: WeakKeyDictionary[Model, ModelType] = WeakKeyDictionary()  # typeof runs at every call
_living: dict[
    str, Model
] = {}  # digest -> model; its functions are needed only when nothing is in the cache


class ModelType(types.Type):
    """numba's type of a Model: the names its code needs, the digest of that code, and how it is rendered.

    `real` is None for one cell; for lanes it is their float type, and `varied` names the parameters that differ between
    units. The slabs of a population hold states, states before the step, inputs and varied parameters; those of a
    network (`own` given) states, the inputs in `own`, varied parameters and how long each unit waits. `pattern` says
    which entries of a network's propagator are not zero.
    """

    def __init__(
        self,
        model: Model,
        real: Any = None,
        varied: tuple[str, ...] = (),
        own: tuple[str, ...] | None = None,
        pattern: str = "",
    ) -> None:
        self.states, self.params, self.inputs = (
            tuple(model.states),
            model.Params._fields,
            tuple(model.inputs),
        )
        self.digest, self.real, self.varied, self.pattern = model.digest, real, varied, pattern
        _living[self.digest] = model
        self.own = self.inputs if own is None else own
        self.first_input = len(self.states) * (2 if own is None else 1)
        self.first_varied = self.first_input + len(self.own)
        rendering = f",{real.__name__},{varied},{own},{pattern}" if real else ""
        names = f"{self.states},{self.params},{self.inputs}"
        super().__init__(f"Model({names},{self.digest}{rendering})")

    def compiled(self, function: Any) -> Any:
        """One of the model's functions, in this rendering."""
        return compile_plain(function, self.real)


@typeof_impl.register(Model)
def _typeof_model(model: Model, context: Any) -> ModelType:
    found = _types.get(model)
    if found is None:
        found = _types[model] = ModelType(model)
    return found


register_model(ModelType)(models.OpaqueModel)


@unbox(ModelType)
def _unbox_model(typ: ModelType, obj: Any, context: Any) -> Any:
    return NativeValue(context.context.get_dummy_value())


def compile_plain(
    function: Callable[..., Any], real: Any = None, seen: dict[Any, Any] | None = None
) -> Any:
    """`function` compiled, and with it every plain function that its globals and closure hold.

    For lanes of the type `real`, exp and its kin become ours, and numbers in single precision stay in it.
    """
    seen = {} if seen is None else seen
    function = getattr(function, "py_func", function)
    if function in seen:
        if seen[function] is None:
            raise ValueError(
                f"{function.__name__} must not call itself: compiled models cannot; write a loop instead"
            )
        return seen[function]
    seen[function] = None  # under way
    kin = SIMD[real] if real else {}

    def compiled(value: Any) -> Any:
        if isinstance(value, pytypes.ModuleType) and real:
            return _module_with(value, kin, real)
        if isinstance(value, (pytypes.BuiltinFunctionType, np.ufunc)):
            return kin.get(value, value)
        if isinstance(value, float) and real:
            return real(value)
        return (
            compile_plain(value, real, seen) if isinstance(value, pytypes.FunctionType) else value
        )

    namespace = dict(function.__globals__)
    for name in used_globals(function.__code__):
        if name in namespace:
            namespace[name] = compiled(namespace[name])
    cells = tuple(
        pytypes.CellType(compiled(cell.cell_contents)) for cell in function.__closure__ or ()
    )
    code = in_single_precision(function.__code__) if real is np.float32 else function.__code__
    copy = pytypes.FunctionType(
        code, namespace, function.__name__, function.__defaults__, cells or None
    )
    copy.__qualname__ = function.__qualname__
    # optimised by itself first: in a Hodgkin-Huxley step that is worth a tenth of the time
    seen[function] = numba.njit(error_model="numpy", forceinline=True, **WITHOUT_WRAPPERS)(copy)
    return seen[function]


def _module_with(module: Any, kin: dict[Any, Any], real: Any) -> Any:
    """`math` or `numpy` with the functions of `kin` in place of theirs, and constants of the type `real`."""
    if module not in (math, np):
        return module
    other = pytypes.ModuleType(module.__name__)
    for name, value in vars(module).items():
        if isinstance(value, float):
            setattr(other, name, real(value))
        else:
            replaced = isinstance(value, (pytypes.BuiltinFunctionType, np.ufunc))
            setattr(other, name, kin.get(value, value) if replaced else value)
    return other


def _method(name: str) -> Any:
    """Registers what compiled code does for `model.name(...)`."""
    register: Any = overload_method
    return register(ModelType, name, jit_options=HELPER)


def _written(source: str, **names: Any) -> Any:
    """The function `f` of a generated one-liner; numba wants tuples spelled out, not looped over."""
    exec(source, names)
    return names["f"]


@_method("rhs")
def _rhs(self, t, y, p, I, live):
    """dy/dt; `live` is 1.0, or 0.0 while the first state is held after a reset (a constant 1.0 costs nothing)."""
    function = self.compiled(_living[self.digest].rhs)
    others = range(1, len(self.states))
    if self.real is None:
        time, values = "t", ["live * slope[0]", *[f"slope[{j}]" for j in others]]
    else:
        time = "F(t)"
        values = ["F(live) * F(slope[0])", *[f"F(slope[{j}])" for j in others]]
    source = (
        f"def f(self, t, y, p, I, live):\n    slope = function({time}, y, p, I)\n"
        f"    return ({','.join(values)},)"
    )
    return _written(source, function=function, F=self.real)


@_method("bind")
def _bind(self, vector):
    """The parameter vector as a named tuple, in registers."""
    values = ",".join(f"vector[{j}]" for j in range(len(self.params)))
    return _written(f"def f(self, vector): return P({values})", P=record("Params", self.params))


@_method("drive")
def _drive(self, samples, column, stride):
    """The input at the start, middle and end of a step, from columns `stride` apart: floats, or named tuples."""

    def sample(column: str) -> str:
        values = [f"samples[{j}, {column}]" for j in range(len(self.inputs))]
        return values[0] if len(values) == 1 else f"U({','.join(values)})"

    three = ",".join(
        sample(column) for column in ("column", "column + stride", "column + 2 * stride")
    )
    source = f"def f(self, samples, column, stride): return ({three})"
    return _written(source, U=record("Inputs", self.inputs))


@_method("drive_at")
def _drive_at(self, t, constants):
    """The input at time t: functions of t are compiled in, the others stand in `constants`."""
    drives = _living[self.digest].drives
    functions = {f"drive_{name}": compile_plain(function) for name, function in drives.items()}
    values = [
        f"drive_{name}(t)" if name in drives else f"constants[{j}]"
        for j, name in enumerate(self.inputs)
    ]
    if len(values) == 1:
        return _written(f"def f(self, t, constants): return {values[0]}", **functions)
    source = f"def f(self, t, constants): return U({','.join(values)})"
    return _written(source, U=record("Inputs", self.inputs), **functions)


@_method("events_into")
def _events_into(self, t, y, p, out):
    """Write the value of every event function."""
    events = _living[self.digest].events
    functions = {
        f"event_{j}": compile_plain(function) for j, function in enumerate(events.values())
    }
    lines = "".join(f"\n    out[{j}] = event_{j}(t, y, p)" for j in range(len(events)))
    return _written(f"def f(self, t, y, p, out):{lines}\n    return", **functions)


@_method("excess")
def _excess(self, y, p):
    """Above zero means above threshold; minus infinity for a model without one."""
    level, real = _living[self.digest].threshold, self.real or float
    if level is None:
        nothing = real(-math.inf)
        return lambda self, y, p: nothing
    if callable(level):
        function = self.compiled(level)
        return lambda self, y, p: real(function(y, p))
    if isinstance(level, str):
        return _written(f"def f(self, y, p): return y[0] - p.{level}")
    fixed = real(level)
    return lambda self, y, p: y[0] - fixed


@_method("after_spike")
def _after_spike(self, y, p):
    reset = _living[self.digest].reset
    if reset is None:
        return lambda self, y, p: y
    values = ",".join(f"F(z[{j}])" for j in range(len(self.states)))
    source = f"def f(self, y, p):\n    z = function(y, p)\n    return ({values},)"
    return _written(source, function=self.compiled(reset), F=self.real or float)


@_method("resets")
def _resets(self):
    resets = _living[self.digest].reset is not None
    return lambda self: resets


@_method("dead_time")
def _dead_time(self, p):
    length = _living[self.digest].refractory
    if isinstance(length, str):
        return _written(f"def f(self, p): return p.{length}")
    fixed = 0.0 if length is None else float(length)
    return lambda self, p: fixed


@_method("amplitudes")
def _amplitudes(self, t, y, p, constant, live):
    """Noise amplitude of each state: by the model's own function, or as they stand in `constant`."""
    model = _living[self.digest]
    names = [f"g[{j}]" if state in model.noisy else "0.0" for j, state in enumerate(self.states)]
    values = ",".join([f"live * {names[0]}", *names[1:]])
    if model.noise is None:
        return _written(
            f"def f(self, t, y, p, constant, live):\n    g = constant\n    return ({values},)"
        )
    source = (
        f"def f(self, t, y, p, constant, live):\n    g = function(t, y, p)\n    return ({values},)"
    )
    return _written(source, function=compile_plain(model.noise))


@_method("draws")
def _draws(self, normals, column):
    """The normal number of each noisy state, from the rows of `normals`, and zero for the others."""
    noisy = _living[self.digest].noisy
    values = ",".join(
        f"normals[{noisy.index(name)}, column]" if name in noisy else "0.0" for name in self.states
    )
    return _written(f"def f(self, normals, column): return ({values},)")


@_method("exponential_step")
def _exponential_step(self, t, y, p, I, live, h):
    """Each state by the exact solution of dx/dt = a - b x over `h`, a and b held at their values now.

    A gate's a and b come from its slope at 0 and at 1; another state's b from a small step of that state alone (exact
    for the voltage of a channel model, whose equation is linear at fixed gates).
    """
    gates = _living[self.digest].gates
    states = list(enumerate(self.states))

    def with_gates(level: str) -> str:
        return ",".join(level if name in gates else f"y[{j}]" for j, name in states)

    lines = [
        "slope = self.rhs(t, y, p, I, live)",
        f"closed = self.rhs(t, ({with_gates('F(0.0)')},), p, I, live)",
        f"opened = self.rhs(t, ({with_gates('F(1.0)')},), p, I, live)",
    ]
    parts = []
    for j, name in states:
        if name in gates:
            parts.append(f"advance(y[{j}], slope[{j}], closed[{j}] - opened[{j}], F(h))")
        else:
            lines.append(f"by = F(1e-4) * max(F(1.0), abs(y[{j}]))")
            lines.append(
                f"rate = (slope[{j}] - self.rhs(t, nudged(y, {j}, by), p, I, live)[{j}]) / by"
            )
            lines.append(f"new_{j} = advance(y[{j}], slope[{j}], rate, F(h))")
            parts.append(f"new_{j}")
    body = "".join(f"\n    {line}" for line in [*lines, f"return ({','.join(parts)},)"])
    advance = self.compiled(_relax_lanes) if self.real else _relax
    return _written(
        f"def f(self, t, y, p, I, live, h):{body}",
        advance=advance, nudged=nudged, F=self.real or np.float64,
    )  # fmt: skip


@_method("staggered_step")
def _staggered_step(self, t, y, p, I, live, h):
    """The gates by the trapezoidal rule at this voltage, then the others at the new gates, each linearly implicit.

    One division serves all gates: 1 / a = b c / (a b c). A state that grows by itself is stepped explicitly.
    """
    gates = _living[self.digest].gates
    states = list(enumerate(self.states))
    moving = [j for j, name in states if name in gates]
    others = [j for j, name in states if name not in gates]

    def with_gates(level: str) -> str:
        return ",".join(level if j in moving else f"y[{j}]" for j, _ in states)

    lines = ["step = F(h)", "half = F(0.5) * step"]
    if moving:
        lines += [
            f"closed = self.rhs(t, ({with_gates('F(0.0)')},), p, I, live)",
            f"opened = self.rhs(t, ({with_gates('F(1.0)')},), p, I, live)",
            *[f"rate_{j} = closed[{j}] - opened[{j}]" for j in moving],
            *[f"d{j} = F(1.0) + half * rate_{j}" for j in moving],
            f"inverse = step / ({' * '.join(f'd{j}' for j in moving)})",
        ]
    for j in moving:
        rest = "".join(f" * d{k}" for k in moving if k != j)
        lines.append(f"new_{j} = y[{j}] + (closed[{j}] - rate_{j} * y[{j}]) * (inverse{rest})")
    lines.append(
        "z = (" + ",".join(f"new_{j}" if j in moving else f"y[{j}]" for j, _ in states) + ",)"
    )
    lines.append("at_z = self.rhs(t, z, p, I, live)")
    for j in others:
        lines += [
            f"decay = (at_z[{j}] - self.rhs(t, nudged(z, {j}, by), p, I, live)[{j}]) * per",
            f"new_{j} = z[{j}] + step * at_z[{j}] / (F(1.0) + half * max(decay, F(0.0)))",
        ]
    lines.append("return (" + ",".join(f"new_{j}" for j, _ in states) + ",)")
    body = "".join(f"\n    {line}" for line in lines)
    real = self.real or np.float64
    by = 2.0**-3 if real is np.float32 else 2.0**-10
    return _written(
        f"def f(self, t, y, p, I, live, h):{body}",
        nudged=nudged, F=real, by=real(by), per=real(1 / by),
    )  # fmt: skip


@inlined
def _relax(x: Any, slope: Any, rate: Any, h: Any) -> Any:
    """x after `h` when dx/dt = slope now and falls by `rate` for each unit of x."""
    if abs(rate * h) < 1e-9:  # neither decay nor growth to speak of: a plain Euler step
        return x + h * slope
    return x - slope / rate * math.expm1(-rate * h)


def _relax_lanes(x, slope, rate, h):
    """The same without a branch."""
    slow = abs(rate * h) < 1e-9
    exact = x - slope / rate * math.expm1(-rate * h)
    return x + h * slope if slow else exact


class Lanes:
    """A model as the kernels of populations and networks take it: many units side by side, in SIMD code."""

    def __init__(self, layout: ModelType) -> None:
        self.type = layout


@typeof_impl.register(Lanes)
def _typeof_lanes(found: Lanes, context: Any) -> ModelType:
    return found.type


def _rows(first: int, n: int) -> list[str]:
    """Places of unit i in `n` rows of a slab, from row `first` on."""
    return [f"slab[{(first + j) * LANES} + i]" for j in range(n)]


@_method("read")
def _read(self, slab, i):
    """The state of unit i."""
    return _written(f"def f(self, slab, i): return ({','.join(_rows(0, len(self.states)))},)")


@_method("read_old")
def _read_old(self, slab, i):
    """Its state before the step."""
    n = len(self.states)
    return _written(f"def f(self, slab, i): return ({','.join(_rows(n, n))},)")


@_method("write")
def _write(self, slab, i, y):
    lines = "".join(f"\n    {place} = y[{j}]" for j, place in enumerate(_rows(0, len(self.states))))
    return _written(f"def f(self, slab, i, y):{lines}")


@_method("write_old")
def _write_old(self, slab, i, y):
    n = len(self.states)
    lines = "".join(f"\n    {place} = y[{j}]" for j, place in enumerate(_rows(n, n)))
    return _written(f"def f(self, slab, i, y):{lines}")


@_method("course")
def _course(self, samples, column, stride):
    """What all units receive at the start, middle and end of a step: three tuples, one value an input."""
    three = [
        "(" + "".join(f"F(samples[{j}, {at}])," for j in range(len(self.inputs))) + ")"
        for at in ("column", "column + stride", "column + 2 * stride")
    ]
    return _written(
        f"def f(self, samples, column, stride): return ({','.join(three)})", F=self.real
    )


@_method("drive_unit")
def _drive_unit(self, slab, i, course):
    """The input of unit i at the start, middle and end of a step: its own, and what all receive."""
    place = dict(zip(self.own, _rows(self.first_input, len(self.own)), strict=True))

    def sample(k: int) -> str:
        values = [
            f"{place[name]} + course[{k}][{j}]" if name in place else f"course[{k}][{j}]"
            for j, name in enumerate(self.inputs)
        ]
        return values[0] if len(values) == 1 else f"U({','.join(values)})"

    three = ",".join(sample(k) for k in range(3))
    return _written(
        f"def f(self, slab, i, course): return ({three})", U=record("Inputs", self.inputs)
    )


@_method("bind_unit")
def _bind_unit(self, shared, slab, i):
    """The parameters of unit i: the shared ones, and those that vary from its rows."""
    own = _rows(self.first_varied, len(self.varied))
    place = dict(zip(self.varied, own, strict=True))
    values = ",".join(place.get(name, f"shared.{name}") for name in self.params)
    return _written(
        f"def f(self, shared, slab, i): return P({values})", P=record("Params", self.params)
    )


@_method("wait")
def _wait(self, slab, i):
    """For how many more steps unit i of a network is refractory; below zero if it has just fired."""
    (place,) = _rows(self.first_varied + len(self.varied), 1)
    return _written(f"def f(self, slab, i): return {place}")


@_method("set_wait")
def _set_wait(self, slab, i, steps):
    (place,) = _rows(self.first_varied + len(self.varied), 1)
    return _written(f"def f(self, slab, i, steps):\n    {place} = steps")


@_method("propagator")
def _propagator(self, matrix):
    """The entries of a propagator that are not zero, in registers."""
    places = [k for k, mark in enumerate(self.pattern) if mark == "1"]
    values = "".join(f"F(matrix[{k}])," for k in places)
    return _written(f"def f(self, matrix): return ({values})", F=self.real)


@_method("affine_step")
def _affine_step(self, y, I, live, m):
    """The exact step of a linear equation: m (y, I, 1), by the second half of m where the first state is held."""
    n, inputs = len(self.states), self.inputs
    drive = ["I"] if len(inputs) == 1 else [f"I.{name}" for name in inputs]
    terms = [*[f" * y[{k}]" for k in range(n)], *[f" * {name}" for name in drive], ""]
    count = itertools.count()

    def row() -> str:
        marks = [next(marked) for _ in terms]
        products = [
            f"m[{next(count)}]{term}"
            for term, mark in zip(terms, marks, strict=True)
            if mark == "1"
        ]
        return " + ".join(products) or "F(0.0)"

    marked = iter(self.pattern)
    free, held = ([row() for _ in range(n)] for _ in range(2))
    # a state whose rows hold the same numbers moves alike, held or not: the first does not
    values = [f"({a}) if live > F(0.0) else ({b})" for a, b in zip(free, held, strict=True)]
    return _written(f"def f(self, y, I, live, m): return ({','.join(values)},)", F=self.real)


@_method("number")
def _number(self, x):
    """A number in the float type of the lanes; another one beside it would make numba compute in double."""
    real = self.real
    return lambda self, x: real(x)


@_method("flag")
def _flag(self, before, now):
    """`before` or `now`, in an integer as wide as a lane: other widths would stop the vectoriser."""
    whole = np.int32 if self.real is np.float32 else np.int64
    return lambda self, before, now: whole(before | whole(now))


def combined(coefficients: Any, slopes: Any) -> Any:
    """sum_i coefficients[i] * slopes[i], on tuples."""
    return tuple(
        sum(c * k[j] for c, k in zip(coefficients, slopes, strict=True))
        for j in range(len(slopes[0]))
    )


def weighted(y: Any, h: Any, coefficients: Any, slopes: Any) -> Any:
    """y + h * sum_i coefficients[i] * slopes[i], on tuples."""
    return tuple(yj + h * s for yj, s in zip(y, combined(coefficients, slopes), strict=True))


def _term(j: int, n: int) -> str:
    return " + ".join(f"F(coefficients[{i}]) * slopes[{i}][{j}]" for i in range(n))


def _real(values: Any) -> Any:
    """The float type of a tuple of states; numbers beside it are cast to it, or numba computes in double."""
    return np.float32 if values[0] == types.float32 else np.float64


@overload(combined, jit_options=HELPER)
def _combined(coefficients, slopes):
    values = ",".join(_term(j, len(slopes)) for j in range(len(slopes[0])))
    return _written(f"def f(coefficients, slopes): return ({values},)", F=_real(slopes[0]))


@overload(weighted, jit_options=HELPER)
def _weighted(y, h, coefficients, slopes):
    values = ",".join(f"y[{j}] + F(h) * ({_term(j, len(slopes))})" for j in range(len(y)))
    return _written(f"def f(y, h, coefficients, slopes): return ({values},)", F=_real(y))


def diffused(y: Any, amplitudes: Any, by: Any, w: Any) -> Any:
    """y + by * amplitudes * w, state by state."""
    return tuple(x + by * g * draw for x, g, draw in zip(y, amplitudes, w, strict=True))


@overload(diffused, jit_options=HELPER)
def _diffused(y, amplitudes, by, w):
    values = ",".join(f"y[{j}] + by * amplitudes[{j}] * w[{j}]" for j in range(len(y)))
    return _written(f"def f(y, amplitudes, by, w): return ({values},)")


def nudged(y: Any, column: Any, by: Any) -> Any:
    """`y` with `by` added to the state number `column`."""
    return tuple(value + by * (j == column) for j, value in enumerate(y))


@overload(nudged, jit_options=HELPER)
def _nudged(y, column, by):
    values = ",".join(f"y[{j}] + (F(by) if column == {j} else F(0.0))" for j in range(len(y)))
    return _written(f"def f(y, column, by): return ({values},)", F=_real(y))


def shifted(y: Any, by: Any) -> Any:
    """`y` plus the array `by`, as a tuple."""
    return tuple(value + step for value, step in zip(y, by, strict=True))


@overload(shifted, jit_options=HELPER)
def _shifted(y, by):
    values = ",".join(f"y[{j}] + by[{j}]" for j in range(len(y)))
    return _written(f"def f(y, by): return ({values},)")


def put(out: Any, rows: Any, column: Any, y: Any) -> None:
    """Write state j into `out[rows[j], column]`, unless rows[j] is negative."""
    for row, value in zip(rows, y, strict=True):
        if row >= 0:
            out[row, column] = value


@overload(put, jit_options=HELPER)
def _put(out, rows, column, y):
    lines = "".join(
        f"\n    if rows[{j}] >= 0: out[rows[{j}], column] = y[{j}]" for j in range(len(y))
    )
    return _written(f"def f(out, rows, column, y):{lines}")


class Plain:
    """What compiled code sees of a model, in plain Python: used when the compiler is off (NUMBA_DISABLE_JIT=1)."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def rhs(self, t: float, y: Any, p: Any, I: Any, live: float) -> Any:
        slope = self.model.rhs(t, y, p, I)
        return (live * slope[0], *slope[1:])

    def bind(self, vector: Any) -> Any:
        return self.model.Params(*vector.tolist())

    def drive(self, samples: Any, column: int, stride: int) -> Any:
        rows = samples[: len(self.model.inputs)]
        columns = (column, column + stride, column + 2 * stride)
        return tuple(self.model.input_value(rows[:, k].tolist()) for k in columns)

    def drive_at(self, t: float, constants: Any) -> Any:
        drives = self.model.drives
        named = zip(self.model.inputs, constants.tolist(), strict=False)
        return self.model.input_value(
            [drives[n](t) if n in drives else value for n, value in named]
        )

    def events_into(self, t: float, y: Any, p: Any, out: Any) -> None:
        for j, event in enumerate(self.model.events.values()):
            out[j] = event(t, y, p)

    def excess(self, y: Any, p: Any) -> float:
        level = self.model.threshold
        if level is None:
            return -math.inf
        if callable(level):
            return float(level(y, p))
        return float(y[0] - (getattr(p, level) if isinstance(level, str) else level))

    def resets(self) -> bool:
        return self.model.reset is not None

    def after_spike(self, y: Any, p: Any) -> Any:
        return y if self.model.reset is None else tuple(map(float, self.model.reset(y, p)))

    def dead_time(self, p: Any) -> float:
        length = self.model.refractory
        return float(getattr(p, length)) if isinstance(length, str) else float(length or 0.0)

    def amplitudes(self, t: float, y: Any, p: Any, constant: Any, live: float) -> Any:
        model = self.model
        g = constant.tolist() if model.noise is None else model.noise(t, y, p)
        kept = [x if name in model.noisy else 0.0 for name, x in zip(model.states, g, strict=True)]
        return (live * kept[0], *kept[1:])

    def draws(self, normals: Any, column: int) -> Any:
        noisy = self.model.noisy
        return tuple(
            float(normals[noisy.index(name), column]) if name in noisy else 0.0
            for name in self.model.states
        )

    def staggered_step(self, t: float, y: Any, p: Any, I: Any, live: float, h: float) -> Any:
        names, gates, half, by = list(self.model.states), self.model.gates, 0.5 * h, 2.0**-10
        moving = [j for j, name in enumerate(names) if name in gates]
        levels = [tuple(x if j in moving else v for j, v in enumerate(y)) for x in (0.0, 1.0)]
        z = list(y)
        if moving:
            closed, opened = (self.rhs(t, level, p, I, live) for level in levels)
            d = {j: 1.0 + half * (closed[j] - opened[j]) for j in moving}
            inverse = h / math.prod(d.values())
            for j in moving:
                slope = closed[j] - (closed[j] - opened[j]) * y[j]
                z[j] += slope * (inverse * math.prod(d[k] for k in moving if k != j))
        after, at_z = list(z), self.rhs(t, tuple(z), p, I, live)
        for j in range(len(names)):
            if j not in moving:
                decay = (at_z[j] - self.rhs(t, nudged(tuple(z), j, by), p, I, live)[j]) / by
                after[j] = z[j] + h * at_z[j] / (1.0 + half * max(decay, 0.0))
        return tuple(after)

    def exponential_step(self, t: float, y: Any, p: Any, I: Any, live: float, h: float) -> Any:
        names, gates = list(self.model.states), self.model.gates
        levels = [
            tuple(x if n in gates else v for n, v in zip(names, y, strict=True)) for x in (0.0, 1.0)
        ]
        closed, opened = (self.rhs(t, level, p, I, live) for level in levels)
        slope, after = self.rhs(t, y, p, I, live), []
        for j, name in enumerate(names):
            if name in gates:
                rate = closed[j] - opened[j]
            else:
                by = 1e-4 * max(1.0, abs(y[j]))
                rate = (slope[j] - self.rhs(t, nudged(y, j, by), p, I, live)[j]) / by
            after.append(_relax(y[j], slope[j], rate, h))
        return tuple(after)


class PlainLanes(Plain):
    """The same for a population or a network."""

    def __init__(self, model: Model, layout: ModelType) -> None:
        super().__init__(model)
        self.real, self.varied, self.pattern = layout.real, layout.varied, layout.pattern
        self.own, self.first_input = layout.own, layout.first_input
        self.first_varied = layout.first_varied

    def _rows(self, slab: Any, first: int, n: int, i: int) -> Any:
        return tuple(slab[i::LANES][first : first + n].tolist())

    def read(self, slab: Any, i: int) -> Any:
        return self._rows(slab, 0, len(self.model.states), i)

    def read_old(self, slab: Any, i: int) -> Any:
        n = len(self.model.states)
        return self._rows(slab, n, n, i)

    def write(self, slab: Any, i: int, y: Any, first: int = 0) -> None:
        slab[i::LANES][first : first + len(y)] = y

    def write_old(self, slab: Any, i: int, y: Any) -> None:
        self.write(slab, i, y, len(y))

    def course(self, samples: Any, column: int, stride: int) -> Any:
        rows = samples[: len(self.model.inputs)]
        return tuple(rows[:, column + k * stride].tolist() for k in range(3))

    def drive_unit(self, slab: Any, i: int, course: Any) -> Any:
        own = dict(zip(self.own, self._rows(slab, self.first_input, len(self.own), i), strict=True))
        return tuple(
            self.model.input_value(
                [own.get(name, 0.0) + x for name, x in zip(self.model.inputs, now, strict=True)]
            )
            for now in course
        )

    def bind_unit(self, shared: Any, slab: Any, i: int) -> Any:
        own = self._rows(slab, self.first_varied, len(self.varied), i)
        return shared._replace(**dict(zip(self.varied, own, strict=True)))

    def wait(self, slab: Any, i: int) -> Any:
        return self._rows(slab, self.first_varied + len(self.varied), 1, i)[0]

    def set_wait(self, slab: Any, i: int, steps: float) -> None:
        self.write(slab, i, (steps,), self.first_varied + len(self.varied))

    def propagator(self, matrix: Any) -> Any:
        return matrix.reshape(2, len(self.model.states), -1) if self.pattern else ()

    def affine_step(self, y: Any, I: Any, live: float, m: Any) -> Any:
        drive = [I] if len(self.model.inputs) == 1 else list(I)
        return tuple((m[0 if live > 0 else 1] @ np.array([*y, *drive, 1.0])).tolist())

    def number(self, x: float) -> float:
        return x

    def flag(self, before: int, now: bool) -> int:
        return before | int(now)


def lanes(
    model: Model,
    real: Any,
    varied: tuple[str, ...],
    own: tuple[str, ...] | None = None,
    pattern: str = "",
) -> Any:
    """The model as the kernels of a population take it, or, with `own`, those of a network."""
    layout = ModelType(model, real, varied, own, pattern)
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return PlainLanes(model, layout)
    return Lanes(layout)


def argument(model: Model) -> Any:
    """The model as kernels take it."""
    return Plain(model) if numba.config.DISABLE_JIT else model  # type: ignore[attr-defined]


def explain(error: Exception, *models: Model) -> ValueError:
    """numba's seventy lines in one: the learner's own line and the reason.

    Compiles the models' functions one by one to find the culprit; an error that is not theirs is shown as it is.
    """
    for model in models:
        if (blame := _culprit(model)) is not None:
            return ValueError(
                f"{model.name} cannot be compiled{blame}. Use numbers, math and NumPy functions of numbers, ifs and "
                "for loops; no dicts, strings or other Python objects"
            )
    return ValueError(f"{models[0].name} cannot be compiled: {error}")


def _culprit(model: Model) -> str | None:
    """Line and reason of the function that cannot be compiled, if one is at fault."""
    setting = model.set({})
    state, p = numba.typeof(setting.state), numba.typeof(model.Params(*setting.params.tolist()))
    drive = numba.typeof(model.input_value([float(item.value) for item in model.inputs.values()]))
    functions = [
        (model.rhs, (types.float64, state, p, drive)),
        (model.reset, (state, p)),
        (model.threshold, (state, p)),
        (model.noise, (types.float64, state, p)),
    ]
    functions += [(event, (types.float64, state, p)) for event in model.events.values()]
    functions += [(driving, (types.float64,)) for driving in model.drives.values()]
    for function, signature in functions:
        if not callable(function):
            continue
        try:
            compile_plain(function).compile(signature)
        except COMPILE_ERRORS as found:
            return _blame(str(found))
    return None


def _blame(text: str) -> str:
    """Line and reason out of numba's message: ` at line 3, `x = ...`: reason`."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    lines = [line.strip() for line in text.splitlines()]
    reasons = [
        line
        for line in lines
        if line and not line.startswith(("Failed in nopython", "- Resolution", "File "))
    ]
    reason = reasons[0] if reasons else "numba gives no reason"
    if call := next((line for line in lines if line.startswith(">>> ")), None):
        reason = f"no compiled form of {call.removeprefix('>>> ')}"
    place = re.search(r"During: .* at (.+) \((\d+)\)", text) or re.search(
        r'File "(.+)", line (\d+)', text
    )
    if place is None:
        return f": {reason}"
    source = linecache.getline(place[1], int(place[2])).strip()
    quoted = f", `{source}`" if source else ""
    return f" at line {place[2]}{quoted}: {reason.rstrip('.:')}"
