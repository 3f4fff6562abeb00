"""Hints that change no result: to the processor, what memory comes next; to the compiler, what is never negative.

The first is worth it for long rows in random order, whose first lines cannot be guessed. The second saves what an index
below zero, which counts from the end, would need at each access.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import extending, types

from neurolab.kernels.cache import borrowing, config

__all__ = ["natural", "prefetch_row"]

intrinsic: Callable[[Callable[..., Any]], Any] = extending.intrinsic
_LINE = 64  # bytes


@intrinsic
def _prefetch(typing_context: Any, array: Any, at: Any) -> Any:
    """The cache line of one item, to be read."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address, whole = ir.IntType(8).as_pointer(), ir.IntType(32)
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        item = builder.bitcast(builder.gep(data, [args[1]]), address)
        name, kind = (
            "llvm.prefetch.p0",
            ir.FunctionType(ir.VoidType(), [address, whole, whole, whole]),
        )
        function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        builder.call(function, [item, whole(0), whole(3), whole(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), codegen


@intrinsic
def natural(typing_context: Any, n: Any) -> Any:
    """The whole number n, which must be 0 or more."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(1)])
        name, known = "llvm.assume", builder.module.globals
        function = known.get(name) or ir.Function(builder.module, kind, name)
        builder.call(function, [builder.icmp_signed(">=", args[0], args[0].type(0))])
        return args[0]

    return n(n), codegen


if config.DISABLE_JIT:  # nothing to do in plain Python
    _prefetch = lambda array, at: None  # noqa: E731
    natural = lambda n: n  # noqa: E731


@borrowing
def prefetch_row(array: Any, start: int, stop: int) -> None:
    """Ask for array[start:stop]; changes nothing but the time that a later read takes."""
    for at in range(start, stop, _LINE // array.itemsize):
        _prefetch(array, at)
