"""The kernel behind `simulate_izhikevich_euler`, in a file of its own: importing it loads numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurolab.kernels.cache import kernel

__all__ = ["euler_steps"]


@kernel
def euler_steps(
    dt: float, current: NDArray[np.float64], V: float, u: float, neuron: tuple[float, ...],
    substeps: int, leaky: bool, samples: NDArray[np.float64], fired: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Each step: V (in `substeps` parts), then u with the new V, then the test for a spike and the reset."""
    a, b, c, d, e, f = neuron
    part = dt / substeps
    for i in range(current.size):
        for _ in range(substeps):
            V = V + part * (0.04 * V * V + e * V + f - u + current[i])
        u = u + dt * a * (b * V - u if leaky else b * (V + 65.0))
        samples[0, i] = V
        if V > 30.0:
            samples[0, i], fired[i] = 30.0, True
            V, u = c, u + d
        samples[1, i] = u
