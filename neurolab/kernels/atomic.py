"""A number by which threads tell each other how far they are: what was written before it is seen by who reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import extending, types

from neurolab.kernels.cache import config

__all__ = ["look_up", "tell"]

intrinsic: Callable[[Callable[..., Any]], Any] = extending.intrinsic


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


if config.DISABLE_JIT:
    tell = lambda array, at, number: array.reshape(-1).__setitem__(at, number)  # noqa: E731
    look_up = lambda array, at: array.reshape(-1)[at]  # noqa: E731
