"""The compiled loop of `simulate_channels`, apart from it because it loads numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import kernel

__all__ = ["binomial_steps"]


@kernel
def binomial_steps(
    rng: Any, opened: NDArray[np.int64], count: int, stay: NDArray[np.float64],
    come: NDArray[np.float64], i0: int, i1: int,
) -> int:  # fmt: skip
    """Rows i0 + 1 to i1 of `opened` (samples, trials): each open channel stays with one probability, each closed one
    comes with another.
    """
    for i in range(i0, i1):
        for j in range(opened.shape[1]):
            now = opened[i, j]
            opened[i + 1, j] = rng.binomial(now, stay[i]) + rng.binomial(count - now, come[i])
    return i1
