"""The compiled loops of `connect_fixed_in_degree`, apart from it because they load numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import kernel

__all__ = ["draw_sources", "transpose"]


@kernel
def draw_sources(rng: Any, n_pre: int, autapses: bool, out: NDArray[np.uint32]) -> None:
    """Different sources for each target (a row of `out`): drawn until all are new, or, if most are wanted, left out."""
    n_post, wanted = out.shape
    taken = np.zeros(n_pre, np.uint8)
    possible = n_pre
    for target in range(n_post):
        taken[:] = 0
        if not autapses and target < n_pre:
            taken[target] = 2  # neither drawn nor counted
            possible = n_pre - 1
        else:
            possible = n_pre
        invert = 2 * wanted > possible
        left = possible - wanted if invert else wanted
        while left > 0:
            source = rng.integers(0, n_pre)
            if taken[source] == 0:
                taken[source] = 1
                left -= 1
        keep, k = 0 if invert else 1, 0
        for source in range(n_pre):
            if taken[source] == keep:
                out[target, k] = source
                k += 1


@kernel
def transpose(
    sources: NDArray[np.uint32], indptr: NDArray[np.int64], indices: NDArray[np.uint32]
) -> None:
    """From the sources of each target to the targets of each source, ascending; `indptr` starts as zeros."""
    n_post, wanted = sources.shape
    for target in range(n_post):
        for k in range(wanted):
            indptr[sources[target, k] + 1] += 1
    for source in range(indptr.size - 1):
        indptr[source + 1] += indptr[source]
    place = indptr[:-1].copy()
    for target in range(n_post):
        for k in range(wanted):
            source = sources[target, k]
            indices[place[source]] = target
            place[source] += 1
