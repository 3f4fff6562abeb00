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


def test_unknown_suggests_the_nearest_name() -> None:
    assert "did you mean 'g_Na'?" in str(check.unknown("gna", ["g_Na", "g_K"], "the model"))
    assert "did you mean" not in str(check.unknown("zzz", ["g_Na"], "the model"))
    assert "It has: nothing" in str(check.unknown("zzz", [], "the model"))
