"""How many threads may run, and how one in compiled code waits for what others write: by fences, giving way to them."""

from __future__ import annotations

import ctypes
import math
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from llvmlite import ir
from numba import extending, types

from neurolab.kernels.cache import config

__all__ = ["count_threads", "fence", "find_way", "give_way"]

intrinsic: Callable[[Callable[..., Any]], Any] = extending.intrinsic


def count_threads(folder: Path = Path("/sys/fs/cgroup")) -> int:
    """As many as numba uses (NUMBA_NUM_THREADS), but not more than the cores that a container on Linux is given."""
    most: int = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    for names in (("cpu.max", "cpu.max"), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            quota, period = ((folder / name).read_text().split() for name in names)
            cores = int(quota[0]) / int(period[-1])
        except (OSError, ValueError):  # no such file, or "max"
            continue
        if cores > 0:
            return max(1, min(most, math.ceil(cores)))
    return most


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
