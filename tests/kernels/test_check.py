"""Argument checks: each message says what, the rule, the value got."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neurolab.kernels import check


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check.finite("x", "dt"), "dt must be a number, got 'x'"),
        (lambda: check.finite(math.nan, "dt"), "dt must be finite, got nan"),
        (lambda: check.positive(0, "dt"), "dt must be above 0, got 0"),
        (lambda: check.non_negative(-1, "t_ref"), "t_ref must be 0 or more, got -1"),
        (lambda: check.whole(2.5, "every"), "every must be a whole number of at least 1, got 2.5"),
        (lambda: check.whole(0, "every"), "at least 1, got 0"),
        (
            lambda: check.choice("rk5", ["rk4", "euler"], "method"),
            "one of rk4, euler, got 'rk5'; did you mean 'rk4'?",
        ),
        (
            lambda: check.finite_array([1, math.inf], "I"),
            r"I must be finite, got inf at position 1 \(1 in all\)",
        ),
        (lambda: check.finite_array(["a"], "I"), "I must be an array of numbers"),
        (
            lambda: check.finite(np.eye(3), "dt"),
            r"dt must be a number, got array\(\[\[1., 0., 0.\], \[0., 1",
        ),
        (lambda: check.choice(3, ["rk4"], "method"), "one of rk4, got 3"),
        (
            lambda: check.matched(V=np.ones(2), Mg=np.ones(3)),
            r"V and Mg must broadcast, got shapes \(2,\) and \(3,\); use x",
        ),
        (
            lambda: check.generator(-1),
            "seed must be a whole number from 0 or a numpy Generator, got -1",
        ),
        (lambda: check.generator(1.5), "seed must be a whole number .* got 1.5; give seed=1"),
        (lambda: check.generator(None), "seed must be a whole number .* got None"),
    ],
)
def test_messages(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_good_values_pass_through() -> None:
    assert check.positive("2.5", "x") == 2.5
    assert check.whole(3.0, "n") == 3
    assert check.choice("rk4", ["rk4"], "method") == "rk4"
    array = check.finite_array([1, 2], "x")
    assert array.dtype == np.float64 and array.flags.c_contiguous
    assert check.finite_array(3.0, "x").ndim == 0


def test_what_is_shown_is_one_short_line() -> None:
    assert check.shown(np.zeros((3, 9))).startswith("array([[0., 0.") and "\n" not in check.shown(
        np.eye(4)
    )
    assert len(check.shown("x" * 99)) == 60


def test_matched_broadcasts() -> None:
    a, b = check.matched(a=np.ones((2, 1)), b=np.arange(3.0))
    assert a.shape == b.shape == (2, 3) and b[1].tolist() == [0.0, 1.0, 2.0]


def test_generator_takes_over_or_begins() -> None:
    rng = np.random.default_rng(5)
    assert check.generator(rng) is rng
    assert check.generator(5).random() == np.random.default_rng(5).random()


def test_unknown_suggests_the_nearest_name() -> None:
    assert "did you mean 'g_Na'?" in str(check.unknown("gna", ["g_Na", "g_K"], "the model"))
    assert "did you mean" not in str(check.unknown("zzz", ["g_Na"], "the model"))
    assert "It has: nothing" in str(check.unknown("zzz", [], "the model"))
