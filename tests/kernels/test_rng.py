"""Counter-based random numbers: the published test vectors, the laws of the normal law, and packed instructions."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from llvmlite import binding
from numba.core.caching import NullCache

from neurolab.kernels.cache import kernel
from neurolab.kernels.pipeline import KERNEL, is_wide
from neurolab.kernels.rng import BLOCK, fill_normals, philox, seed_key


def words(*values: int) -> tuple[np.uint64, ...]:
    return tuple(np.uint64(value) for value in values)


def test_known_answers() -> None:
    """Philox4x32-10 on zeros, ones and digits of pi: the vectors published with Random123 (Salmon et al. 2011)."""
    ones = 0xFFFFFFFF
    assert philox(*words(0, 0, 0, 0, 0, 0)) == words(0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    assert philox(*words(*[ones] * 6)) == words(0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)
    pi = words(0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0)
    assert philox(*pi) == words(0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)


def draw(seed: int, blocks: int, stream: int = 0) -> np.ndarray:
    out = np.empty((blocks, BLOCK))
    for block, row in enumerate(out):
        fill_normals(seed_key(seed), stream, block, row)
    return out


@pytest.mark.jit
def test_moments_and_tails_are_normal() -> None:
    x = draw(1, 20_000).ravel()
    n = x.size
    assert abs(x.mean()) < 4 / math.sqrt(n)
    assert x.var() == pytest.approx(1.0, abs=4 * math.sqrt(2 / n))
    assert (x**3).mean() == pytest.approx(0.0, abs=4 * math.sqrt(15 / n))
    assert (x**4).mean() == pytest.approx(3.0, abs=4 * math.sqrt(96 / n))
    for level in (1.0, 2.0, 3.0, 4.0):
        p = math.erfc(level / math.sqrt(2)) / 2
        for tail in ((x > level).mean(), (x < -level).mean()):
            assert tail == pytest.approx(p, abs=4.5 * math.sqrt(p / n))


@pytest.mark.jit
def test_uniform_after_the_normal_distribution_function() -> None:
    """Kolmogorov-Smirnov distance below its 0.1 % point, 1.95 / sqrt(n)."""
    from scipy.special import ndtr

    u = np.sort(ndtr(draw(2, 2000).ravel()))
    ranks = np.arange(u.size) / u.size
    assert np.abs(u - ranks).max() < 1.95 / math.sqrt(u.size)


@pytest.mark.jit
def test_no_pair_stream_or_seed_goes_with_another() -> None:
    x = draw(3, 2000)
    limit = 4.5 / math.sqrt(x.size / 2)
    others = [draw(3, 2000, stream=1), draw(4, 2000), np.roll(x, 1), np.roll(x, 1, axis=0)]
    for a in (x, x**2 - 1, np.abs(x) - math.sqrt(2 / math.pi)):
        quarters = a.reshape(len(a), 4, -1)
        for i, j in ((0, 1), (0, 2)):  # cosine and sine of one angle; two words of one count
            first, second = quarters[:, i].ravel(), quarters[:, j].ravel()
            assert abs(np.corrcoef(first, second)[0, 1]) < limit * math.sqrt(2)
        for other in others:
            assert abs(np.corrcoef(a.ravel(), other.ravel())[0, 1]) < limit


def test_any_place_can_be_asked_for_first() -> None:
    forward, one = draw(5, 3), np.empty(BLOCK)
    fill_normals(seed_key(5), 0, 2, one)
    assert np.array_equal(one, forward[2])


def test_seeds() -> None:
    assert not np.array_equal(seed_key(0), seed_key(1))
    assert seed_key(2**80).max() < 2**32
    assert seed_key(np.int64(7)).tolist() == seed_key(7).tolist()


@pytest.mark.jit
def test_packed_instructions() -> None:
    fresh: Any = kernel(fill_normals.py_func)  # type: ignore[attr-defined]
    fresh._cache = NullCache()  # the assembly is only at hand after compiling
    fresh(seed_key(0), 0, 0, np.empty(4))
    (code,) = fresh.inspect_asm().values()
    for packed in ("v?mulpd", "v?divpd", "v?sqrtpd", "v?pmuludq"):
        assert re.search(rf"\b{packed}\b", code), packed
    if KERNEL and is_wide() and binding.get_host_cpu_features().get("avx512f"):
        assert "%zmm" in code
