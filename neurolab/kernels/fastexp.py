"""Branch-free exp, log and their kin that the compiler turns into SIMD code, for kernels that update many units.

exp(x) = 2^k exp(r) with r = x - k ln 2 and |r| <= ln(2)/2, and a Taylor polynomial for exp(r), evaluated in Estrin's
scheme. Accurate to 2 units in the last place (exp) or a few (the others), in double and in single precision; arguments
of exp are clamped to [-708, 709] and [-87, 88]. The same bits on every processor, at speed on those with fused
multiply-add (all x86-64-v3 and Arm). In a scalar loop libm is faster
(shorter latency): use these over arrays. `SIMD` says which function replaces which.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import extending, types

from neurolab.kernels.cache import config, inlined

__all__ = ["SIMD", "as_bits", "as_float", "exp", "expm1", "log"]

intrinsic: Callable[[Callable[..., Any]], Any] = extending.intrinsic

LOG2_E = 1.4426950408889634
LN2 = 0.6931471805599453
LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two pieces, so that k * ln 2 is exact enough
LN2_LOW = 1.90821492927058770002e-10
ROUND = (
    6755399441055744.0  # 1.5 * 2^52: adding and subtracting it rounds to the nearest whole number
)
ONE_BITS = np.uint64(0x3FF0000000000000)
_HALF_SQRT = np.uint64(0x3FE6A09E667F3BCD)  # bits of sqrt(1/2)
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
_TWO_52 = np.uint64(0x4330000000000000)
_52 = np.uint64(52)


@intrinsic
def as_float(typing_context: Any, bits: Any) -> Any:
    """The float64 that has these bits."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.uint64), codegen


@intrinsic
def as_bits(typing_context: Any, x: Any) -> Any:
    """The bits of a float64."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.uint64(types.float64), codegen


@intrinsic
def _fma(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """A * b + c, rounded once: half the instructions of a polynomial, and the same bits on every processor."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return a(a, a, a), codegen


@intrinsic
def _power_of_two(typing_context: Any, k: Any) -> Any:
    """2.0**k for a whole-numbered float k, by writing the exponent bits; in k's precision."""
    bits, bias, shift = (32, 127, 23) if k == types.float32 else (64, 1023, 52)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        whole = ir.IntType(bits)
        exponent = builder.add(builder.fptosi(args[0], whole), whole(bias))
        real = ir.FloatType() if bits == 32 else ir.DoubleType()
        return builder.bitcast(builder.shl(exponent, whole(shift)), real)

    return k(k), codegen


if config.DISABLE_JIT:  # the same in plain Python
    as_float = lambda bits: np.uint64(bits).view(np.float64)  # noqa: E731
    as_bits = lambda x: np.float64(x).view(np.uint64)  # noqa: E731
    _fma = lambda a, b, c: type(c)(np.longdouble(a) * np.longdouble(b) + np.longdouble(c))  # noqa: E731
    _power_of_two = lambda k: np.ldexp(type(k)(1.0), int(k))  # noqa: E731


@inlined
def _reduced(x: Any) -> Any:
    """The whole number k and the rest r of x = k ln 2 + r."""
    k = _fma(x, LOG2_E, ROUND) - ROUND
    return k, _fma(-k, LN2_LOW, _fma(-k, LN2_HIGH, x))


@inlined
def exp(x: Any) -> Any:
    """e**x for float64, 2 ulp, without branches."""
    k, r = _reduced(min(max(x, -708.0), 709.0))
    r2 = r * r
    r4 = r2 * r2
    a = _fma(_fma(r, 1 / 6, 1 / 2), r2, 1.0 + r)
    b = _fma(_fma(r, 1 / 5040, 1 / 720), r2, _fma(r, 1 / 120, 1 / 24))
    c = _fma(_fma(r, 1 / 39916800, 1 / 3628800), r2, _fma(r, 1 / 362880, 1 / 40320))
    d = _fma(r, 1 / 6227020800, 1 / 479001600)
    return _fma(_fma(d, r4, c), r4 * r4, _fma(b, r4, a)) * _power_of_two(k)


@inlined
def expm1(x: Any) -> Any:
    """e**x - 1 for float64, to a few ulp also near 0."""
    k, r = _reduced(min(max(x, -708.0), 709.0))
    r2 = r * r
    r4 = r2 * r2
    a = _fma(_fma(r, 1 / 120, 1 / 24), r2, _fma(r, 1 / 6, 1 / 2))
    b = _fma(_fma(r, 1 / 362880, 1 / 40320), r2, _fma(r, 1 / 5040, 1 / 720))
    c = _fma(_fma(r, 1 / 6227020800, 1 / 479001600), r2, _fma(r, 1 / 39916800, 1 / 3628800))
    power = _power_of_two(k)
    return _fma(_fma(_fma(_fma(c, r4, b), r4, a), r2, r), power, power - 1.0)


@inlined
def log_of_positive(x: Any) -> Any:
    """Natural logarithm of a positive normal float64, by the series of atanh for the mantissa; 2 ulp."""
    bits = as_bits(x)
    shifted = bits + (ONE_BITS - _HALF_SQRT)
    exponent = as_float((shifted >> _52) | _TWO_52) - (2.0**52 + 1023.0)
    m = as_float((shifted & _MANTISSA) + _HALF_SQRT)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    a = _fma(_fma(z, 1 / 9, 1 / 7), z2, _fma(z, 1 / 5, 1 / 3))
    b = _fma(_fma(z, 1 / 17, 1 / 15), z2, _fma(z, 1 / 13, 1 / 11))
    series = _fma(_fma(_fma(z, 1 / 21, 1 / 19), z4, b), z4, a)
    return _fma(exponent, LN2, 2.0 * s * _fma(z, series, 1.0))


@inlined
def log(x: Any) -> Any:
    """Natural logarithm of a float64; -inf at 0, NaN below."""
    value = log_of_positive(x) if x < math.inf else x
    return value if x > 0.0 else (-math.inf if x == 0.0 else math.nan)


def _kin(exp: Any, expm1: Any, real: Any) -> dict[Callable[..., Any], Any]:
    """What follows from exp and expm1 in one precision."""
    half, one, two, far = real(0.5), real(1), real(2), real(20)

    @inlined
    def tanh(x: Any) -> Any:
        e = expm1(two * min(max(x, -far), far))
        return e / (e + two)

    @inlined
    def cosh(x: Any) -> Any:
        e = exp(x)
        return half * (e + one / e)

    @inlined
    def sinh(x: Any) -> Any:
        e = expm1(abs(x))
        size = half * (e + e / (e + one))
        return size if x > 0 else -size

    return {math.exp: exp, math.expm1: expm1, math.tanh: tanh, math.cosh: cosh, math.sinh: sinh}


def _single(value: float) -> np.float32:
    return np.float32(value)


# single precision: every constant a float32, or numba computes in double
_LOW32, _TOP32 = _single(-87.0), _single(88.0)
_LOG2_E32, _ROUND32 = _single(LOG2_E), _single(12582912.0)  # 1.5 * 2^23
_HIGH32, _LAST32 = _single(0.693359375), _single(-2.12194440e-4)  # ln 2 in two pieces
_C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7 = (_single(1 / math.factorial(k)) for k in range(8))


@inlined
def _reduced32(x: Any) -> Any:
    k = _fma(x, _LOG2_E32, _ROUND32) - _ROUND32
    return k, _fma(-k, _LAST32, _fma(-k, _HIGH32, x))


@inlined
def exp32(x: Any) -> Any:
    """e**x for float32."""
    k, r = _reduced32(min(max(x, _LOW32), _TOP32))
    r2 = r * r
    a = _fma(_fma(r, _C3, _C2), r2, _C0 + r)
    b = _fma(_fma(r, _C7, _C6), r2, _fma(r, _C5, _C4))
    return _fma(b, r2 * r2, a) * _power_of_two(k)


@inlined
def expm1_32(x: Any) -> Any:
    """e**x - 1 for float32."""
    k, r = _reduced32(min(max(x, _LOW32), _TOP32))
    r2 = r * r
    power = _power_of_two(k)
    series = _fma(_fma(_fma(r, _C7, _C6), r2, _fma(r, _C5, _C4)), r2, _fma(r, _C3, _C2))
    return _fma(_fma(series, r2, r), power, power - _C0)


SIMD: dict[Any, dict[Callable[..., Any], Any]] = {
    np.float64: _kin(exp, expm1, np.float64) | {math.log: log},
    np.float32: _kin(exp32, expm1_32, np.float32),
}
for _replaced in SIMD.values():  # NumPy's functions of numbers as well
    _replaced |= {getattr(np, f.__name__): ours for f, ours in list(_replaced.items())}
