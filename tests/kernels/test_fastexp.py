"""The SIMD exp: accuracy, edges, and that the compiler really vectorises it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core.caching import NullCache

from neurolab.kernels.cache import kernel
from neurolab.kernels.fastexp import SIMD, exp

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
    fresh._cache = NullCache()  # the assembly is only at hand after compiling
    fresh(x, x.copy())
    (assembly,) = fresh.inspect_asm().values()
    assert "mulpd" in assembly or "fmul" in assembly and ".2d" in assembly


@kernel
def map_over(x: np.ndarray, out: np.ndarray, function: object) -> None:
    for i in range(x.size):
        out[i] = function(x[i])  # type: ignore[operator]


@pytest.mark.parametrize("real", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["exp", "expm1", "tanh", "cosh", "sinh", "log"])
def test_kin_of_exp_in_both_precisions(name: str, real: type) -> None:
    """Relative error in units of the last place, on a grid from tiny to the edges, both signs."""
    if real is np.float32 and name == "log":
        assert math.log not in SIMD[np.float32]  # libm's serves
        return
    tiny = np.logspace(-12, 0, 4001)
    edge = dict(exp=87, expm1=87, tanh=30, cosh=86, sinh=86, log=1e30)[name]
    x = np.concatenate([tiny, np.linspace(1, edge, 40_001)]).astype(real)
    if name != "log":
        x = np.concatenate([-x, x, np.zeros(1, real)])
    out, exact = np.empty_like(x), getattr(np, name)(x.astype(np.float64))
    map_over(x, out, SIMD[real][getattr(math, name)])
    assert out.dtype == real
    scale = np.where(exact == 0, 1.0, np.abs(exact))
    assert (np.abs(out - exact) / scale).max() <= 4 * np.finfo(real).eps
    assert SIMD[real][getattr(np, name)] is SIMD[real][getattr(math, name)]


def test_log_at_its_edges() -> None:
    out = np.empty(4)
    map_over(np.array([0.0, -1.0, math.inf, math.nan]), out, SIMD[np.float64][math.log])
    assert out[0] == -math.inf and math.isnan(out[1]) and out[2] == math.inf and math.isnan(out[3])
