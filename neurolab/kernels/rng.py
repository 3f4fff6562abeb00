"""Random numbers by counting: the same (seed, stream, position) gives the same number, in any order they are asked.

Philox4x32-10 (Salmon et al. 2011) turns a counter into four 32-bit words; two words make a uniform number of 52 bits,
or two normal numbers (Box & Muller 1958). All of it is free of branches, so that the compiler makes SIMD
code of it, and free of state, so that results do not depend on threads or chunks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import inlined, kernel
from neurolab.kernels.fastexp import ONE_BITS, as_bits, as_float, log_of_positive

__all__ = ["BLOCK", "fill_normals", "normal_pair", "philox", "seed_key", "uniform"]

BLOCK = 256  # normal numbers made at a time: 2 kB, which stays in the first-level cache

_LOW = np.uint64(0xFFFFFFFF)
_32, _12, _28, _63, _ODD = np.uint64(32), np.uint64(12), np.uint64(28), np.uint64(63), np.uint64(1)
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)


def seed_key(seed: int | np.random.Generator) -> NDArray[np.uint64]:
    """Two 32-bit words, as uint64, that stand for a seed; a Generator is asked for one, and so moves on."""
    if isinstance(seed, np.random.Generator):
        return seed.integers(0, 2**32, size=2, dtype=np.uint64)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(
            f"seed must be a whole number from 0 or a numpy Generator, got {seed!r}; give seed=1"
        )
    return np.random.SeedSequence(int(seed)).generate_state(2, np.uint32).astype(np.uint64)


@inlined
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Ten rounds of Philox4x32 on a counter of four words and a key of two; 32-bit words held in uint64."""
    for _ in range(10):
        a, b = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = (b >> _32) ^ c1 ^ k0, b & _LOW, (a >> _32) ^ c3 ^ k1, a & _LOW
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & _LOW, (k1 + np.uint64(0xBB67AE85)) & _LOW
    return c0, c1, c2, c3


@inlined
def uniform(w0: Any, w1: Any) -> Any:
    """A uniform number above 0 and at most 1, of 52 bits, from two words."""
    return 2.0 - as_float(ONE_BITS | (((w0 << _32) | w1) >> _12))


@inlined
def normal_pair(w0: Any, w1: Any) -> Any:
    """Two independent standard normal numbers from two words (Box & Muller 1958).

    The first 52 bits give the radius, the last 24 the angle x from the middle of a quadrant, the last two as signs the
    quadrant. Twelve bits serve both radius and angle: they change the uniform number u by less than 2^-40.
    """
    bits = (w0 << _32) | w1
    fraction = as_float(ONE_BITS | ((bits << _28) & _MANTISSA)) - 1.5
    x = fraction * 1.5707963267948966  # a quarter turn around 0
    z = x * x
    z2 = z * z
    z4 = z2 * z2
    s = (1.0 - z * (1 / 6)) + (1 / 120 - z * (1 / 5040)) * z2
    c = (1.0 - z * (1 / 2)) + (1 / 24 - z * (1 / 720)) * z2
    # to 3e-8, as fine as the angle
    sine, cosine = x * (s + z4 * (1 / 362880)), c + z4 * (1 / 40320)
    # sqrt(-2 ln u), and the sqrt(1/2) of the two sums below
    radius = np.sqrt(-log_of_positive(uniform(w0, w1)))
    a, b = as_bits(radius * (cosine - sine)), as_bits(radius * (cosine + sine))
    return as_float(a ^ (bits << _63)), as_float(b ^ ((bits >> _ODD) << _63))


@kernel
def fill_normals(
    key: NDArray[np.uint64], stream: int, block: int, out: NDArray[np.float64]
) -> None:
    """Fill `out` (a multiple of four) with the normal numbers number block * out.size and following of a stream."""
    quarter = out.size // 4
    a, b = out[:quarter], out[quarter : 2 * quarter]
    c, d = out[2 * quarter : 3 * quarter], out[3 * quarter :]
    k0, k1, s = key[0], key[1], np.uint64(stream)
    start = np.uint64(block * quarter)
    for i in range(quarter):
        count = start + np.uint64(i)
        w0, w1, w2, w3 = philox(count & _LOW, count >> _32, s & _LOW, s >> _32, k0, k1)
        a[i], b[i] = normal_pair(w0, w1)
        c[i], d[i] = normal_pair(w2, w3)
