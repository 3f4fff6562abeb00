"""The fixed-step methods: each takes a Model's state from t to t + h.

A step is called with (model, t, y, p, h, I, live): `I` holds the input at the start, in the middle and at the end of
the step, `live` is 0 while the first state is held after a reset. A new method is a function here and a line in STEPS.

References
----------
Hairer, Nørsett & Wanner 1993, Solving Ordinary Differential Equations I, 2nd ed., section II.1. Hairer & Wanner 1996,
Solving Ordinary Differential Equations II, 2nd ed., sections IV.3 and IV.8 (the implicit methods). Rush & Larsen 1978,
IEEE Trans Biomed Eng 25:389-392 (exponential gates). Hines 1984, Int J Biomed Comput 15:69-76 (staggered gates).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.compiled import nudged, shifted, weighted
from neurolab.kernels.cache import inlined

__all__ = ["METHODS", "STEPS"]

_NEWTON_STEPS = 20


@inlined
def _euler(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: float) -> Any:
    k1 = model.rhs(t, y, p, I[0], live)
    return weighted(y, h, (1.0,), (k1,))


@inlined
def _heun(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: float) -> Any:
    k1 = model.rhs(t, y, p, I[0], live)
    k2 = model.rhs(t + h, weighted(y, h, (1.0,), (k1,)), p, I[2], live)
    return weighted(y, h, (0.5, 0.5), (k1, k2))


@inlined
def _rk4(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: float) -> Any:
    k1 = model.rhs(t, y, p, I[0], live)
    k2 = model.rhs(t + h / 2, weighted(y, h, (0.5,), (k1,)), p, I[1], live)
    k3 = model.rhs(t + h / 2, weighted(y, h, (0.5,), (k2,)), p, I[1], live)
    k4 = model.rhs(t + h, weighted(y, h, (1.0,), (k3,)), p, I[2], live)
    return weighted(y, h, (1 / 6, 1 / 3, 1 / 3, 1 / 6), (k1, k2, k3, k4))


@inlined
def _exponential_euler(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: float) -> Any:
    return model.exponential_step(t, y, p, I[0], live, h)


@inlined
def _staggered(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: float) -> Any:
    return model.staggered_step(t + h / 2, y, p, I[1], live, h)


@inlined
def _backward_euler(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: float) -> Any:
    return _implicit(model, t + h, y, y, p, h, I[2], live)


@inlined
def _crank_nicolson(model: Any, t: float, y: Any, p: Any, h: float, I: Any, live: float) -> Any:
    half = weighted(y, h, (0.5,), (model.rhs(t, y, p, I[0], live),))
    return _implicit(model, t + h, y, half, p, h / 2, I[2], live)


@inlined
def _implicit(
    model: Any, t: float, y: Any, base: Any, p: Any, h: float, u: Any, live: float
) -> Any:
    """The z for which z = base + h f(t, z), by Newton's method from y; NaN if it does not converge."""
    n = len(y)
    matrix, move = np.empty((n, n + 1)), np.empty(n)
    z = y
    for _ in range(_NEWTON_STEPS):
        slope = model.rhs(t, z, p, u, live)
        for j in range(n):
            by = 1e-7 * max(1.0, abs(z[j]))
            other = model.rhs(t, nudged(z, j, by), p, u, live)
            for i in range(n):
                matrix[i, j] = (1.0 if i == j else 0.0) - h * (other[i] - slope[i]) / by
        for i in range(n):
            matrix[i, n] = base[i] + h * slope[i] - z[i]
        _solve(matrix, move)
        z = shifted(z, move)
        worst = 0.0
        for j in range(n):
            worst = max(worst, abs(move[j]) / (1.0 + abs(z[j])))
        if worst < 1e-12:
            return z
    if worst < 1e-8:  # as near as rounding lets it come
        return z
    for j in range(n):
        move[j] = np.nan
    return shifted(z, move)


@inlined
def _solve(matrix: NDArray[np.float64], x: NDArray[np.float64]) -> None:
    """Gaussian elimination with row exchanges on the n by n + 1 matrix (A | b); x is the solution."""
    n = x.size
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        for j in range(k, n + 1):
            matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
        for i in range(k + 1, n):
            factor = matrix[i, k] / matrix[k, k]
            for j in range(k, n + 1):
                matrix[i, j] -= factor * matrix[k, j]
    for k in range(n - 1, -1, -1):
        total = matrix[k, n]
        for j in range(k + 1, n):
            total -= matrix[k, j] * x[j]
        x[k] = total / matrix[k, k]


STEPS = dict(
    rk4=_rk4,
    heun=_heun,
    euler=_euler,
    exponential_euler=_exponential_euler,
    staggered=_staggered,
    backward_euler=_backward_euler,
    crank_nicolson=_crank_nicolson,
)
METHODS = tuple(STEPS)
