"""Random numbers by counting: the same (seed, stream, position) gives the same number, in any order they are asked.

Philox4x32-10 (Salmon et al. 2011) turns a counter into four 32-bit words; two words make a uniform number of 52 bits,
two uniform numbers two normal ones (Box & Muller 1958). All of it is free of branches, so that the compiler makes SIMD
code of it, and free of state, so that results do not depend on threads or chunks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from neurolab.kernels.cache import config, inlined, kernel

__all__ = ["BLOCK", "fill_normals", "philox", "seed_key"]

BLOCK = 256  # normal numbers made at a time: 2 kB, which stays in the first-level cache

_LOW = np.uint64(0xFFFFFFFF)
_32, _12, _63, _ODD = np.uint64(32), np.uint64(12), np.uint64(63), np.uint64(1)
_ONE = np.uint64(0x3FF0000000000000)  # bits of 1.0
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
_HALF_SQRT = np.uint64(0x3FE6A09E667F3BCD)  # bits of sqrt(1/2)


def seed_key(seed: int | np.random.Generator) -> NDArray[np.uint64]:
    """Two 32-bit words, as uint64, that stand for a seed; a Generator is asked for one, and so moves on."""
    if isinstance(seed, np.random.Generator):
        return seed.integers(0, 2**32, size=2, dtype=np.uint64)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(
            f"seed must be a whole number from 0 or a numpy Generator, got {seed!r}; give seed=1"
        )
    return np.random.SeedSequence(int(seed)).generate_state(2, np.uint32).astype(np.uint64)


@intrinsic
def _as_float(typing_context: Any, bits: Any) -> Any:
    """The float64 that has these bits."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.uint64), codegen


@intrinsic
def _as_bits(typing_context: Any, x: Any) -> Any:
    """The bits of a float64."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.uint64(types.float64), codegen


if config.DISABLE_JIT:

    def _as_float(bits: Any) -> Any:
        return np.uint64(bits).view(np.float64)

    def _as_bits(x: Any) -> Any:
        return np.float64(x).view(np.uint64)


@inlined
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Ten rounds of Philox4x32 on a counter of four words and a key of two; 32-bit words held in uint64."""
    for _ in range(10):
        a, b = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & _LOW, (k1 + np.uint64(0xBB67AE85)) & _LOW
    return c0, c1, c2, c3


@inlined
def _log(x: float) -> float:
    """Natural logarithm of a normal positive number, by the series of atanh for the mantissa; 2 ulp."""
    bits = _as_bits(x)
    shifted = bits - _HALF_SQRT + _ONE
    exponent = _as_float((shifted >> np.uint64(52)) | np.uint64(0x4330000000000000)) - (
        2.0**52 + 1023.0
    )
    m = _as_float((shifted & _MANTISSA) + _HALF_SQRT)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    a = (1 / 3 + z * (1 / 5)) + (1 / 7 + z * (1 / 9)) * z2
    b = (1 / 11 + z * (1 / 13)) + (1 / 15 + z * (1 / 17)) * z2
    series = a + (b + (1 / 19 + z * (1 / 21)) * z4) * z4
    return exponent * 0.6931471805599453 + 2.0 * s * (1.0 + z * series)


@inlined
def _normal_pair(w0: Any, w1: Any, w2: Any, w3: Any) -> Any:
    """Two independent standard normal numbers from four words (Box & Muller 1958).

    52 bits give the radius, 52 the angle x from the middle of a quadrant, two of the rest the quadrant, as two signs.
    """
    direction = (w2 << _32) | w3
    u = 2.0 - _as_float(_ONE | (((w0 << _32) | w1) >> _12))  # (0, 1]
    x = (_as_float(_ONE | (direction >> _12)) - 1.5) * 1.5707963267948966  # a quarter turn around 0
    z = x * x
    z2 = z * z
    z4 = z2 * z2
    s0 = (1.0 - z * (1 / 6)) + (1 / 120 - z * (1 / 5040)) * z2
    s1 = (1 / 362880 - z * (1 / 39916800)) + (1 / 6227020800 - z * (1 / 1307674368000)) * z2
    c0 = (1.0 - z * (1 / 2)) + (1 / 24 - z * (1 / 720)) * z2
    c1 = (1 / 40320 - z * (1 / 3628800)) + (1 / 479001600 - z * (1 / 87178291200)) * z2
    sine, cosine = x * (s0 + s1 * z4), c0 + c1 * z4
    radius = np.sqrt(-_log(u))  # sqrt(-2 ln u), and the sqrt(1/2) of the two sums below
    a, b = _as_bits(radius * (cosine - sine)), _as_bits(radius * (cosine + sine))
    return _as_float(a ^ (direction << _63)), _as_float(b ^ ((direction >> _ODD) << _63))


@kernel
def fill_normals(
    key: NDArray[np.uint64], stream: int, block: int, out: NDArray[np.float64]
) -> None:
    """Fill `out` (even length) with the normal numbers number block * out.size and following of a stream."""
    half = out.size // 2
    first, second = out[:half], out[half:]
    k0, k1, s = key[0], key[1], np.uint64(stream)
    start = np.uint64(block * half)
    for i in range(half):
        count = start + np.uint64(i)
        w0, w1, w2, w3 = philox(count & _LOW, count >> _32, s & _LOW, s >> _32, k0, k1)
        first[i], second[i] = _normal_pair(w0, w1, w2, w3)
