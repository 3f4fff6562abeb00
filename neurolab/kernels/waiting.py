"""How a thread in compiled code waits for what others write: fences around it, and giving way to them meanwhile."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir
from numba import extending, types

from neurolab.kernels.cache import config

__all__ = ["fence", "find_way", "give_way"]

intrinsic: Callable[[Callable[..., Any]], Any] = extending.intrinsic


@cache
def find_way() -> int:
    """Address of the system's function that lets another thread have the core."""
    if sys.platform == "win32":
        function = ctypes.windll.kernel32.SwitchToThread
    else:
        function = ctypes.CDLL(None).sched_yield
    return ctypes.cast(function, ctypes.c_void_p).value or 0


@intrinsic
def fence(typing_context: Any) -> Any:
    """No read or write is moved across, by compiler or processor."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def give_way(typing_context: Any, way: Any) -> Any:
    """Call what `find_way` found; compiled code is kept for later processes, so the address is not in it."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function = ir.FunctionType(ir.IntType(32), []).as_pointer()
        builder.call(builder.inttoptr(args[0], function), [])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


if config.DISABLE_JIT:
    fence, give_way = lambda: None, lambda way: time.sleep(0)
