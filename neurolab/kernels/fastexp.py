"""A branch-free exp that the compiler turns into SIMD code, for kernels that update many units at once.

exp(x) = 2^k exp(r) with r = x - k ln 2 and |r| <= ln(2)/2, and a Taylor polynomial of degree 13 for exp(r), evaluated
in Estrin's scheme. Accurate to 2 units in the last place on [-708, 709], clamped outside; the same bits on every
processor. In a scalar loop libm's exp is faster (shorter latency): use this one over arrays.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from neurolab.kernels.cache import kernel

__all__ = ["exp"]

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two pieces, so that k * ln 2 is exact enough
LN2_LOW = 1.90821492927058770002e-10
ROUND = (
    6755399441055744.0  # 1.5 * 2^52: adding and subtracting it rounds to the nearest whole number
)


@intrinsic
def _power_of_two(typing_context: Any, k: Any) -> Any:
    """2.0**k for a whole-numbered float k, by writing the exponent bits."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        int64 = ir.IntType(64)
        exponent = builder.add(builder.fptosi(args[0], int64), int64(1023))
        return builder.bitcast(builder.shl(exponent, int64(52)), ir.DoubleType())

    return types.float64(types.float64), codegen


@kernel
def exp(x: float) -> float:
    """e**x for float64, 2 ulp, without branches."""
    x = min(max(x, -708.0), 709.0)
    k = (x * LOG2_E + ROUND) - ROUND
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    a = (1.0 + r) + (1 / 2 + r * (1 / 6)) * r2
    b = (1 / 24 + r * (1 / 120)) + (1 / 720 + r * (1 / 5040)) * r2
    c = (1 / 40320 + r * (1 / 362880)) + (1 / 3628800 + r * (1 / 39916800)) * r2
    d = 1 / 479001600 + r * (1 / 6227020800)
    return ((a + b * r4) + (c + d * r4) * (r4 * r4)) * _power_of_two(k)  # type: ignore[call-arg]
