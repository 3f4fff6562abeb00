"""The SIMD exp: accuracy, edges, and that the compiler really vectorises it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.kernels.cache import kernel
from neurolab.kernels.fastexp import exp

pytestmark = pytest.mark.jit


@kernel
def exp_of(x: np.ndarray, out: np.ndarray) -> None:
    for i in range(x.size):
        out[i] = exp(x[i])


def test_two_units_in_the_last_place() -> None:
    x = np.linspace(-708, 709, 200_001)
    out = np.empty_like(x)
    exp_of(x, out)
    assert np.abs(out / np.exp(x) - 1).max() <= 2 * 2.0**-52


@given(st.floats(-700, 700), st.floats(0, 1))
def test_grows_and_turns_sums_into_products(x: float, step: float) -> None:
    assert exp(x + step) >= exp(x) * (1 - 1e-15)
    assert exp(x) * exp(-x) == pytest.approx(1.0, rel=1e-15 * 4)


def test_edges() -> None:
    assert exp(0.0) == 1.0
    assert exp(-1e6) < 1e-307 and exp(1e6) == pytest.approx(math.exp(709.0), rel=1e-15)
    assert math.isnan(exp(math.nan))


def test_it_is_vectorised() -> None:
    """Packed multiplications in the compiler's output, on x86 and on Arm."""
    x = np.zeros(8)
    exp_of.py_func(x, x.copy())
    fresh = kernel(exp_of.py_func)
    fresh._cache = type(fresh._cache)(exp_of.py_func)
    fresh._cache.load_overload = lambda *args: None  # the assembly is only at hand after compiling
    fresh(x, x.copy())
    (assembly,) = fresh.inspect_asm().values()
    assert "mulpd" in assembly or "fmul" in assembly and ".2d" in assembly
