"""Random numbers by counting: the same (seed, stream, position) gives the same number, in any order they are asked.

Philox4x32-10 (Salmon et al. 2011) turns a counter into four 32-bit words; two words make a uniform number of 52 bits,
two uniform numbers two normal ones (Box & Muller 1958). All of it is free of branches, so that the compiler makes SIMD
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
_32, _12, _63, _ODD = np.uint64(32), np.uint64(12), np.uint64(63), np.uint64(1)


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
def normal_pair(w0: Any, w1: Any, w2: Any, w3: Any) -> Any:
    """Two independent standard normal numbers from four words (Box & Muller 1958).

    52 bits give the radius, 52 the angle x from the middle of a quadrant, two of the rest the quadrant, as two signs.
    """
    direction = (w2 << _32) | w3
    u = uniform(w0, w1)
    x = (
        as_float(ONE_BITS | (direction >> _12)) - 1.5
    ) * 1.5707963267948966  # a quarter turn around 0
    z = x * x
    z2 = z * z
    z4 = z2 * z2
    s0 = (1.0 - z * (1 / 6)) + (1 / 120 - z * (1 / 5040)) * z2
    s1 = (1 / 362880 - z * (1 / 39916800)) + (1 / 6227020800 - z * (1 / 1307674368000)) * z2
    c0 = (1.0 - z * (1 / 2)) + (1 / 24 - z * (1 / 720)) * z2
    c1 = (1 / 40320 - z * (1 / 3628800)) + (1 / 479001600 - z * (1 / 87178291200)) * z2
    sine, cosine = x * (s0 + s1 * z4), c0 + c1 * z4
    radius = np.sqrt(-log_of_positive(u))  # sqrt(-2 ln u), and the sqrt(1/2) of the two sums below
    a, b = as_bits(radius * (cosine - sine)), as_bits(radius * (cosine + sine))
    return as_float(a ^ (direction << _63)), as_float(b ^ ((direction >> _ODD) << _63))


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
        first[i], second[i] = normal_pair(w0, w1, w2, w3)
