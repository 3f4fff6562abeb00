"""The judge: runs a learner's function on unseen inputs and says in words what is wrong first.

The order is that in which a teacher would look: does it run, has it the right shape, the right unit
and scale, the right sign, the right values. A mistake that many people make is recognised by what
it computes and gets its own message. The function runs in a thread of its own with a budget of
steps, so that an endless loop ends at once, and nothing that a learner can write makes the judge
raise.
"""

from __future__ import annotations

import dis
import inspect
import linecache
import math
import sys
import sysconfig
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

from neurolab.course.cards import number, quantity
from neurolab.course.script import Exercise, Measurement

_STEPS = 1_000_000  # bytecodes: a fraction of a second of traced Python, far above what is needed
_LIBRARIES = (  # steps of others' code are not counted
    *{sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")},
    str(Path(__file__).parents[1]),
    "<frozen",
)
_SECONDS = 3.0  # for what cannot be counted in steps, such as one very long library call


@dataclass(frozen=True)
class Verdict:
    """What the judge found. `kind` is "passed", "blank", or the first thing that is wrong."""

    kind: str
    message: str
    call: str = ""
    got: str = ""
    expected: str = ""

    @property
    def passed(self) -> bool:
        """True where nothing is wrong."""
        return self.kind == "passed"


@dataclass
class _Run:
    """What came of the calls: the results so far, and what stopped them."""

    results: list[Any]
    error: BaseException | None = None
    endless: bool = False


def judge(exercise: Exercise, answer: object) -> Verdict:
    """Judge a learner's function.

    Parameters
    ----------
    exercise : Exercise
        What was asked, with the reference and the unseen inputs.
    answer : object
        What the learner handed in; anything.

    Returns
    -------
    Verdict
    """
    if answer is None or answer is ...:
        return Verdict("blank", f"Nothing is written yet. {exercise.task}")
    if not callable(answer):
        name = exercise.signature.split("(")[0]
        return Verdict(
            "crash",
            f"Give the function itself, without brackets: `{name}`, not the result of calling it.",
        )
    code = _code(answer)
    if code is not None and _is_blank(code):
        return Verdict("blank", f"Nothing is written yet. {exercise.task}")
    if (verdict := _signature(exercise, answer)) is not None:
        return verdict
    run = _call_all(answer, exercise.inputs)
    expected = [np.asarray(exercise.reference(*args), dtype=float) for args in exercise.inputs]
    if run.endless:
        return Verdict(
            "endless",
            "Your function does not come to an end. Look for a loop whose condition never becomes "
            "false.",
        )
    if run.error is not None:
        return _crash(exercise, run, code)
    if all(result is None or result is ... for result in run.results):
        if all(result is ... for result in run.results):
            return Verdict("blank", f"Nothing is written yet. {exercise.task}")
        return Verdict(
            "shape",
            "Your function computes something but gives nothing back. End it with `return` and "
            "the result.",
        )
    return (
        _shape(exercise, run.results, expected)
        or _mistake(exercise, run.results)
        or _numbers(exercise, run.results, expected)
        or Verdict(
            "passed",
            exercise.praise or "Right on every input tried, also on some you have not seen.",
        )
    )


def judge_number(measurement: Measurement, answer: object) -> Verdict:
    """Judge a number found by experiment; how far it is off is said, the number itself is not."""
    if answer is None or answer is ...:
        return Verdict("blank", f"No number yet. {measurement.task}")
    try:
        value = float(answer)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return Verdict(
            "shape",
            f"One number is wanted here{_in_brackets(measurement.unit)}, not {_kind_of(answer)}.",
        )
    except Exception as error:  # a learner's object may raise anything when it is made a number
        return Verdict(
            "shape", f"One number is wanted here, and what you gave raises {type(error).__name__}."
        )
    if not math.isfinite(value):
        return Verdict("shape", f"The number is {value}: something before it went wrong.")
    truth = measurement.answer()
    if abs(value - truth) <= measurement.tolerance:
        praise = f" {measurement.praise}" if measurement.praise else ""
        within = quantity(measurement.tolerance, measurement.unit)
        how = f" to {within}" if measurement.tolerance else ""  # a number that only counts or names
        return Verdict("passed", f"{quantity(value, measurement.unit)} is right{how}.{praise}")
    for slip in measurement.slips:
        # a slip can lead to another order of magnitude, where the tolerance of the truth is no guide
        reach = min(measurement.tolerance, 0.1 * abs(slip.number()))
        if abs(value - slip.number()) <= reach:
            return Verdict(f"mistake:{slip.name}", slip.message, got=number(value))
    side = "too small" if value < truth else "too large"
    far = "far " if abs(value - truth) > 4 * measurement.tolerance else ""
    return Verdict(
        "value", f"{quantity(value, measurement.unit)} is {far}{side}.", got=number(value)
    )


def _in_brackets(unit: str) -> str:
    return "" if unit == "1" else f" ({unit})"


def _code(function: Any) -> CodeType | None:
    """The code a learner wrote, under decorators and bound methods; None for other callables."""
    try:
        return getattr(inspect.unwrap(function), "__code__", None)
    except Exception:
        return None


def _is_blank(code: CodeType) -> bool:
    """True for a body that does nothing: `...`, `pass`, a docstring, `return ...`."""
    idle = {
        "RESUME",
        "NOP",
        "RETURN_VALUE",
        "LOAD_CONST",
        "RETURN_CONST",
        "CACHE",
        "COPY_FREE_VARS",
    }
    instructions = list(dis.get_instructions(code))
    if any(i.opname not in idle for i in instructions):
        return False
    return all(
        i.argval is None or i.argval is ...
        for i in instructions
        if i.opname in ("LOAD_CONST", "RETURN_CONST")
    )


def _signature(exercise: Exercise, function: Callable[..., Any]) -> Verdict | None:
    try:
        signature = inspect.signature(function)
    except Exception:
        return None  # some callables have none that can be read; the call itself will tell
    try:
        signature.bind(*exercise.inputs[0])
    except TypeError:
        return Verdict(
            "crash",
            f"Your function takes `{signature}`, and it is called as `{exercise.signature}`: "
            "keep the arguments of the given first line, in that order.",
        )
    return None


def _call_all(function: Callable[..., Any], inputs: Sequence[tuple[Any, ...]]) -> _Run:
    """Call the function with each of the inputs, in a thread with a budget of steps."""
    run = _Run(results=[])
    left = _STEPS
    finished = threading.Event()

    def count(frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename.startswith(_LIBRARIES):
            return None
        frame.f_trace_opcodes = True  # a loop on one line makes no line events
        left -= 1
        if left < 0:
            run.endless = True
            finished.set()
            threading.Event().wait()  # asleep for good: an exception could be swallowed by the loop
        return count

    def work() -> None:
        sys.settrace(count)  # of this thread alone: a debugger or coverage elsewhere keeps its own
        try:
            with np.errstate(all="ignore"):
                for args in inputs:
                    run.results.append(
                        function(*(np.array(a) if isinstance(a, np.ndarray) else a for a in args))
                    )
        except BaseException as error:  # SystemExit too: a learner's exit() must not end the judge
            run.error = error
        finally:
            sys.settrace(None)
            finished.set()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        worker = threading.Thread(target=work, name="neurolab-check", daemon=True)
        worker.start()
        in_time = finished.wait(_SECONDS)
    return _Run(list(run.results), run.error, run.endless or not in_time)


def _crash(exercise: Exercise, run: _Run, code: CodeType | None) -> Verdict:
    """Say which line of the learner's own function raised what; some mistakes are known by that."""
    error, call = run.error, _call_text(exercise, len(run.results))
    assert error is not None
    for mistake in exercise.mistakes:
        if (
            mistake.raises is not None
            and isinstance(error, mistake.raises)
            and _same_until_error(exercise, run, mistake.function)
        ):
            right = float(exercise.reference(*exercise.inputs[len(run.results)]))
            return Verdict(
                f"mistake:{mistake.name}",
                mistake.message,
                call=call,
                got=type(error).__name__,
                expected=number(right),
            )
    where = ""
    if code is not None:
        lines = [
            (f.f_code, n)
            for f, n in traceback.walk_tb(error.__traceback__)
            if f.f_code.co_filename == code.co_filename
        ]
        if lines:
            source = linecache.getline(lines[-1][0].co_filename, lines[-1][1]).strip()
            where = f" in line {lines[-1][1] - code.co_firstlineno + 1}" + (
                f", `{source}`" if source else ""
            )
    what = f"{type(error).__name__}: {_text(error)}".rstrip(": ")
    return Verdict(
        "crash",
        f"Your function stops{where}, when called as `{call}`. Python says: {what}.",
        call=call,
    )


def _same_until_error(exercise: Exercise, run: _Run, function: Callable[..., Any]) -> bool:
    """True if the mistaken function gives the same results up to the error, and raises there."""
    done = len(run.results)
    before = _mistaken(function, exercise.inputs[:done])
    try:
        function(*exercise.inputs[done])
    except Exception:
        return before is not None and all(
            _alike(exercise, g, e) for g, e in zip(run.results, before, strict=True)
        )
    return False


def _shape(exercise: Exercise, results: list[Any], expected: list[Any]) -> Verdict | None:
    for i, (result, want) in enumerate(zip(results, expected, strict=True)):
        call = _call_text(exercise, i)
        wanted = "one number" if want.ndim == 0 else f"an array of {want.size} numbers"
        got = _as_numbers(result)
        if got is None:
            return Verdict(
                "shape",
                f"`{call}` gives {_kind_of(result)}; {wanted} is wanted.",
                call=call,
                got=_kind_of(result),
                expected=wanted,
            )
        if got.shape != want.shape:
            have = "one number" if got.ndim == 0 else f"an array of shape {got.shape}"
            have = _kind_of(result) if isinstance(result, tuple | list) else have
            why = " Use NumPy's functions, which work on whole arrays." if want.ndim else ""
            return Verdict(
                "shape",
                f"`{call}` gives {have}; {wanted} is wanted.{why}",
                call=call,
                got=have,
                expected=wanted,
            )
    return None


def _mistake(exercise: Exercise, results: list[Any]) -> Verdict | None:
    for mistake in exercise.mistakes:
        theirs = _mistaken(mistake.function, exercise.inputs)
        if theirs is not None and all(
            _alike(exercise, g, t) for g, t in zip(results, theirs, strict=True)
        ):
            right = _mistaken(exercise.reference, exercise.inputs) or []
            i = next(
                (
                    i
                    for i, (g, e) in enumerate(zip(results, right, strict=True))
                    if not _alike(exercise, g, e)
                ),
                0,
            )
            return Verdict(
                f"mistake:{mistake.name}",
                mistake.message,
                **_example(exercise, i, results[i], right[i]),
            )
    return None


def _numbers(exercise: Exercise, results: list[Any], expected: list[Any]) -> Verdict | None:
    """Units and scale, then sign, then values."""
    wrong = [
        i
        for i, (g, e) in enumerate(zip(results, expected, strict=True))
        if not _alike(exercise, g, e)
    ]
    if not wrong:
        return None
    example = _example(exercise, wrong[0], results[wrong[0]], expected[wrong[0]])
    got = np.concatenate([np.ravel(np.asarray(g, dtype=float)) for g in results])
    want = np.concatenate([np.ravel(e) for e in expected])
    if not np.all(np.isfinite(got)):
        return Verdict(
            "value",
            f"`{example['call']}` gives {example['got']}, which is not a finite number: look for "
            "a 0 / 0.",
            **example,
        )
    some = (np.abs(want) > exercise.atol) & (np.abs(got) > exercise.atol)
    with np.errstate(all="ignore"):
        ratio = got[some] / want[some]
    if ratio.size and np.allclose(got[~some], want[~some], atol=exercise.atol):
        factor = float(ratio[0])
        if np.allclose(
            np.abs(ratio), abs(factor), rtol=max(exercise.rtol, 1e-6)
        ) and not math.isclose(abs(factor), 1, rel_tol=1e-6):
            flipped = " and the sign is wrong as well" if np.all(ratio < 0) else ""
            return Verdict("scale", f"Every value is {_factor(abs(factor))}{flipped}.", **example)
    if np.allclose(np.abs(got), np.abs(want), rtol=exercise.rtol, atol=exercise.atol):
        how = "every value has" if np.all(np.sign(got) == -np.sign(want)) else "some values have"
        return Verdict(
            "sign",
            f"The size is right, but {how} the wrong sign: first at `{example['call']}`, "
            f"{_beside(example, exercise)}.",
            **example,
        )
    offset = got - want
    if offset.size > 1 and np.allclose(offset, offset[0], rtol=1e-6, atol=exercise.atol):
        side = "large" if offset[0] > 0 else "small"
        return Verdict(
            "value",
            f"Every value is too {side} by the same amount, "
            f"{quantity(abs(float(offset[0])), exercise.unit)}.",
            **example,
        )
    many = (
        "No value is right"
        if len(wrong) == len(results)
        else f"{len(results) - len(wrong)} of {len(results)} calls are right"
    )
    return Verdict(
        "value",
        f"{many}. The first difference: `{example['call']}` {_beside(example, exercise)}.",
        **example,
    )


_FACTORS = {
    1000.0: "1000 times too large: check the units, perhaps a milli is missing or one too many",
    0.001: "1000 times too small: check the units, perhaps a milli is missing or one too many",
    1e6: "a million times too large: check the units",
    1e-6: "a million times too small: check the units",
    100.0: "100 times too large: is it in percent?",
    0.01: "100 times too small: is it in percent?",
    math.log(
        10.0
    ): "2.303 times too large, which is ln 10: natural logarithm and log10 are mixed up",
    1
    / math.log(
        10.0
    ): "2.303 times too small, which is ln 10: natural logarithm and log10 are mixed up",
    2 * math.pi: "2π times too large: radians and turns are mixed up",
    1 / (2 * math.pi): "2π times too small: radians and turns are mixed up",
    60.0: "60 times too large: seconds and minutes are mixed up",
    1 / 60.0: "60 times too small: seconds and minutes are mixed up",
}


def _factor(factor: float) -> str:
    for known, text in _FACTORS.items():
        if math.isclose(factor, known, rel_tol=1e-5):
            return text
    side = "large" if factor > 1 else "small"
    times = number(max(factor, 1 / factor))
    return f"{times} times too {side}: a constant factor is missing or too much"


def _beside(example: dict[str, str], exercise: Exercise) -> str:
    unit = "" if exercise.unit in ("", "1") else f" {exercise.unit}"
    return f"gives {example['got']}{unit} and should give {example['expected']}{unit}"


def _example(exercise: Exercise, i: int, got: Any, want: Any) -> dict[str, str]:
    """The first wrong number of call `i`: the call, the learner's value, the right one."""
    mine, right = np.ravel(np.asarray(got, dtype=float)), np.ravel(np.asarray(want, dtype=float))
    close = np.isclose(mine, right, rtol=exercise.rtol, atol=exercise.atol)
    k = int(np.argmin(close)) if mine.size else 0
    return {
        "call": _call_text(exercise, i, k),
        "got": number(float(mine[k])),
        "expected": number(float(right[k])),
    }


def _call_text(exercise: Exercise, i: int, k: int | None = None) -> str:
    """The call as a learner would type it; of an array argument the one element that matters."""
    name = exercise.signature.split("(")[0]
    args = []
    for arg in exercise.inputs[i]:
        if isinstance(arg, np.ndarray):
            args.append(
                f"[{', '.join(f'{x:.4g}' for x in arg)}]" if k is None else f"{float(arg[k]):.4g}"
            )
        else:
            short = f"{arg:.6g}" if isinstance(arg, int | float) else ""
            args.append(short if short and float(short) == arg else repr(arg))
    return f"{name}({', '.join(args)})"


def _mistaken(function: Callable[..., Any], inputs: Sequence[tuple[Any, ...]]) -> list[Any] | None:
    try:
        with np.errstate(all="ignore"):
            return [np.asarray(function(*args), dtype=float) for args in inputs]
    except Exception:
        return None


def _alike(exercise: Exercise, got: Any, want: Any) -> bool:
    g, w = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    return g.shape == w.shape and bool(
        np.allclose(g, w, rtol=exercise.rtol, atol=exercise.atol, equal_nan=True)
    )


def _as_numbers(result: Any) -> Any:
    """The result as an array of floats, or None where it is something else; True and False are
    something else.
    """
    try:
        array = np.asarray(result)
        if array.dtype.kind not in "iuf" and not (array.dtype.kind == "O" and array.ndim == 0):
            return None
        return array.astype(float)
    except Exception:
        return None


def _kind_of(thing: object) -> str:
    """What a thing is, in a learner's words."""
    match thing:
        case None:
            return "nothing (None)"
        case bool() | np.bool_():
            return "True or False"
        case str():
            return "a text"
        case tuple() | list():
            return f"a {type(thing).__name__} of {len(thing)}"
        case complex():
            return "a complex number"
        case _ if callable(thing):
            return "a function"
        case _:
            return f"a thing of type {type(thing).__name__}"


def _text(error: BaseException) -> str:
    try:
        return str(error).splitlines()[0] if str(error) else ""
    except Exception:
        return ""
