"""Plain functions in single precision: which literals become float32, seen by the type that numba infers."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numba
import numpy as np
import pytest

from neurolab.kernels.single import in_single_precision

SHARED = 2.5  # a global is the caller's business: compile_plain casts it


def power(x: Any) -> Any:
    return 2 * x**3 - x / 3 + 0.5 * (1 - x) ** 2


def branch(x: Any) -> Any:
    if x > 0 and 3 >= x:
        return 1.0 + x
    return -x * 4


def chosen(x: Any) -> Any:
    y = (x, 2.0 * x)
    return 3 * y[1] - 7 * y[0]


def looped(x: Any) -> Any:
    total = 0.0
    for _ in range(3):
        total += 2 * x
    return total


def called(x: Any) -> Any:
    return 2 * math.sqrt(abs(x)) + max(x, 0.0)


@pytest.mark.parametrize("function", [power, branch, chosen, looped, called])
def test_stays_in_single_precision_and_means_the_same(function: Callable[[Any], Any]) -> None:
    single = FunctionType(in_single_precision(function.__code__), function.__globals__)
    for x in (0.25, -1.5, 2.0):
        assert single(np.float32(x)) == pytest.approx(function(x), rel=1e-6)


@pytest.mark.jit
@pytest.mark.parametrize("function", [power, branch, chosen, looped, called])
def test_numba_infers_float32(function: Callable[[Any], Any]) -> None:
    single = numba.njit(FunctionType(in_single_precision(function.__code__), function.__globals__))
    single(np.float32(0.5))
    assert single.nopython_signatures[0].return_type == numba.float32


def test_counts_and_exponents_stay_whole() -> None:
    consts = in_single_precision(looped.__code__).co_consts
    assert 3 in [c for c in consts if type(c) is int]
    assert [type(c) for c in in_single_precision(power.__code__).co_consts].count(np.float32) >= 4
