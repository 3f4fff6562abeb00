"""The judge: what it says about right, wrong, blank, broken and hostile answers."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neurolab.course.checks import judge, judge_number
from neurolab.course.script import Exercise, Measurement, Mistake, Slip


def double(x: Any) -> Any:
    return 2.0 * x


EXERCISE = Exercise(
    key="double",
    title="Doubling",
    signature="double(x)",
    task="Return twice x.",
    reference=double,
    inputs=((1.0,), (3.0,), (-4.0,), (np.array([0.5, 2.0]),)),
    unit="mV",
    hints=("Twice.",),
    mistakes=(Mistake("square", lambda x: x**2, "That is the square."),),
)


DOSE = Measurement(
    key="dose",
    title="The dose",
    task="Find the blocked fraction.",
    answer=lambda: 0.4,
    tolerance=0.02,
    unit="1",
    hints=("Look.",),
    slips=(Slip("open", lambda: 0.6, "That is the fraction left open."),),
)


def say(function: Callable[..., Any]) -> tuple[str, str]:
    verdict = judge(EXERCISE, function)
    return verdict.kind, verdict.message


def test_right() -> None:
    assert judge(EXERCISE, lambda x: x + x).passed


@pytest.mark.parametrize("nothing", [None, ...])
def test_nothing_points_to_the_task(nothing: object) -> None:
    verdict = judge(EXERCISE, nothing)
    assert verdict.kind == "blank"
    assert "Return twice x." in verdict.message


def test_stubs_point_to_the_task() -> None:
    def dots(x: float) -> Any:
        """A docstring."""
        return ...

    def empty(x: float) -> Any:
        """A docstring."""

    def body(x: float) -> Any: ...

    def passed(x: float) -> Any:
        pass

    for stub in (dots, empty, body, passed):
        kind, message = say(stub)
        assert kind == "blank"
        assert "Return twice x." in message


def test_forgotten_return() -> None:
    def forgot(x: float) -> Any:
        y = 2 * x  # noqa: F841

    assert say(forgot) == (
        "shape",
        "Your function computes something but gives nothing back. "
        "End it with `return` and the result.",
    )


def test_called_instead_of_given() -> None:
    kind, message = say(6.0)  # type: ignore[arg-type]
    assert kind == "crash"
    assert "without brackets: `double`" in message


def test_wrong_arguments() -> None:
    kind, message = say(lambda: 1)
    assert kind == "crash"
    assert "takes `()`, and it is called as `double(x)`" in message


def test_exception_names_the_learners_own_line() -> None:
    def broken(x: float) -> Any:
        y = 2
        return y * hertz  # type: ignore[name-defined]  # noqa: F821

    kind, message = say(broken)
    assert kind == "crash"
    assert "in line 3, `return y * hertz" in message
    assert "NameError: name 'hertz' is not defined" in message
    assert "`double(1)`" in message


def test_exception_inside_a_library_names_the_learners_line() -> None:
    def broken(x: float) -> Any:
        return np.linalg.inv(np.zeros((2, 2)))

    kind, message = say(broken)
    assert kind == "crash"
    assert "in line 2, `return np.linalg.inv" in message
    assert "Singular matrix" in message


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: "two", "gives a text; one number is wanted"),
        (lambda x: x > 0, "gives True or False"),
        (lambda x: (x, x), "gives a tuple of 2"),
        (lambda x: x + 0j, "gives a complex number"),
        (lambda x: double, "gives a function"),
        (lambda x: {}, "gives a thing of type dict"),
        (lambda x: np.array([x, x]), "gives an array of shape"),
        (lambda x: float(np.max(2 * x)), "an array of 2 numbers is wanted. Use NumPy's functions"),
    ],
)
def test_shape_comes_before_everything_else(function: Callable[..., Any], words: str) -> None:
    kind, message = say(function)
    assert kind == "shape"
    assert words in message


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: 2000 * x, "1000 times too large: check the units"),
        (lambda x: 0.002 * x, "1000 times too small: check the units"),
        (lambda x: 200 * x, "percent"),
        (lambda x: 2 * x / np.log(10), "ln 10"),
        (lambda x: 6 * x, "3 times too large: a constant factor"),
        (lambda x: x / 2, "4 times too small: a constant factor"),
        (lambda x: -2000 * x, "1000 times too large: check the units, perhaps a milli is missing "
         "or one too many and the sign is wrong as well"),
    ],
)  # fmt: skip
def test_scale_comes_before_sign(function: Callable[..., Any], words: str) -> None:
    kind, message = say(function)
    assert kind == "scale"
    assert words in message


def test_sign() -> None:
    kind, message = say(lambda x: -2 * x)
    assert (kind, "every value has the wrong sign" in message) == ("sign", True)
    kind, message = say(lambda x: 2 * abs(x))
    assert (kind, "some values have the wrong sign" in message) == ("sign", True)
    assert "`double(-4)`, gives 8 mV and should give \N{MINUS SIGN}8 mV" in message


def test_values_name_the_first_difference() -> None:
    kind, message = say(lambda x: np.where(np.asarray(x) > 2.5, x + 2, 2 * x))
    assert kind == "value"
    assert message == (
        "3 of 4 calls are right. The first difference: `double(3)` gives 5 mV and should give 6 mV."
    )


def test_a_constant_offset_is_recognised() -> None:
    kind, message = say(lambda x: 2 * x - 65)
    assert (kind, message) == ("value", "Every value is too small by the same amount, 65 mV.")


def test_nan_is_named() -> None:
    kind, message = say(lambda x: x * np.nan)
    assert kind == "value"
    assert "gives nan, which is not a finite number" in message


def test_usual_mistakes_come_before_the_general_words() -> None:
    assert say(lambda x: x * x) == ("mistake:square", "That is the square.")


def test_an_endless_loop_ends_at_once() -> None:
    def endless(x: float) -> Any:
        while True:
            pass

    start = time.monotonic()
    kind, message = say(endless)
    assert kind == "endless"
    assert "does not come to an end" in message
    assert time.monotonic() - start < 2.5  # a tenth of that on an idle machine


def test_an_endless_loop_in_a_function_that_is_called_ends_too() -> None:
    def helper() -> None:
        while True:
            pass

    namespace: dict[str, Any] = {}
    exec(compile("def forever():\n    while True: pass", "another cell", "exec"), namespace)
    for loop in (helper, namespace["forever"]):
        start = time.monotonic()
        assert say(lambda x, loop=loop: loop())[0] == "endless"
        assert time.monotonic() - start < 2.5


def test_a_loop_that_swallows_every_exception_ends_and_burns_no_time() -> None:
    def stubborn(x: float) -> Any:
        while True:
            try:
                x += 1
            except:  # noqa: E722
                pass

    assert say(stubborn)[0] == "endless"
    start = time.process_time()
    time.sleep(0.2)
    assert time.process_time() - start < 0.1


def test_an_endless_recursion_is_an_error_like_any_other() -> None:
    def deep(x: float) -> Any:
        return deep(x)

    kind, message = say(deep)
    assert kind == "crash"
    assert "RecursionError" in message


class Hostile:
    """Raises whatever is asked of it."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no")

    def __float__(self) -> float:
        raise RuntimeError("no")

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no")


def leave(x: float) -> Any:
    sys.exit(3)


def raise_hostile(x: float) -> Any:
    class Bad(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    raise Bad


@pytest.mark.parametrize(
    "answer",
    [
        leave,
        raise_hostile,
        lambda x: Hostile(),
        lambda x: [[1], [1, 2]],
        lambda *args: args,
        lambda x: 10**400,
        functools.partial(lambda y, x: y, 1),
        print,
        int,
        np.sin,
        "text",
    ],
)
def test_nothing_raises(answer: Any) -> None:
    assert not judge(EXERCISE, answer).passed


def test_nothing_raises_that_cannot_even_be_printed() -> None:
    assert not judge(EXERCISE, Hostile()).passed
    assert "raises RuntimeError" in judge_number(DOSE, Hostile()).message


def test_the_judge_leaves_tracing_as_it_was() -> None:
    before = sys.gettrace()
    judge(EXERCISE, double)
    assert sys.gettrace() is before


def test_arrays_are_copies_so_that_a_learner_cannot_spoil_them() -> None:
    def spoil(x: Any) -> Any:
        y = 2 * x
        if isinstance(x, np.ndarray):
            x[:] = 0
        return y

    assert judge(EXERCISE, spoil).passed
    assert judge(EXERCISE, double).passed


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (0.41, "passed", "0.41 is right to 0.02."),
        (None, "blank", "Find the blocked fraction."),
        (..., "blank", "Find the blocked fraction."),
        (0.6, "mistake:open", "left open"),
        (0.45, "value", "0.45 is too large."),
        (0.1, "value", "0.1 is far too small."),
        ("much", "shape", "not a text"),
        ([1, 2], "shape", "not a list of 2"),
        (float("nan"), "shape", "The number is nan"),
    ],
)
def test_numbers(answer: object, kind: str, words: str) -> None:
    verdict = judge_number(DOSE, answer)
    assert verdict.kind == kind
    assert words in verdict.message


def test_a_number_that_is_wrong_does_not_give_the_answer_away() -> None:
    assert "0.4 " not in judge_number(DOSE, 0.1).message
