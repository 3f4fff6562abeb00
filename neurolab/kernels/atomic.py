"""How threads in compiled code wait for each other: a number that one tells and others look up, and giving way.

What a thread wrote before it told the number is seen by those that look it up.
"""

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

__all__ = ["find_way", "give_way", "look_up", "tell"]

intrinsic: Callable[[Callable[..., Any]], Any] = extending.intrinsic


@cache
def find_way() -> int:
    """Address of the system's function that lets another thread have the core."""
    if sys.platform == "win32":
        function = ctypes.windll.kernel32.SwitchToThread
    else:
        function = ctypes.CDLL(None).sched_yield
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def _item(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    return builder.gep(context.make_array(kind)(context, builder, array).data, [at])


@intrinsic
def tell(typing_context: Any, array: Any, at: Any, number: Any) -> Any:
    """Item `at` of the flat array becomes this number, after all that this thread has written so far."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _item(context, builder, signature.args[0], args[0], args[1])
        builder.store_atomic(args[2], place, "release", 8)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), codegen


@intrinsic
def look_up(typing_context: Any, array: Any, at: Any) -> Any:
    """Item `at` of the flat array, before all that this thread reads from now on."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _item(context, builder, signature.args[0], args[0], args[1])
        return builder.load_atomic(place, "acquire", 8)

    return types.int64(array, types.int64), codegen


@intrinsic
def give_way(typing_context: Any, way: Any) -> Any:
    """Call the function that `find_way` found: an address is not the same in the next process, so none is compiled."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function = ir.FunctionType(ir.IntType(32), []).as_pointer()
        builder.call(builder.inttoptr(args[0], function), [])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


if config.DISABLE_JIT:
    tell = lambda array, at, number: array.reshape(-1).__setitem__(at, number)  # noqa: E731
    look_up = lambda array, at: array.reshape(-1)[at]  # noqa: E731
    give_way = lambda way: time.sleep(0)  # noqa: E731
