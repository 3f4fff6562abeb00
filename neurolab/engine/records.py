"""Named tuples by their field names: what rhs receives as `p`, and as `I` when a model has several inputs.

Compiled code carries the class in its types. The same names must therefore give the same class, also when a cached
kernel is read back in another process: pickle finds it again by its name in this module.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from functools import cache
from typing import Any

__all__ = ["record"]


@cache
def _made(kind: str, fields: tuple[str, ...]) -> Any:
    made: Any = namedtuple(kind, fields)  # type: ignore[misc]
    made.__module__ = __name__
    made.__qualname__ = made.__name__ = f"{kind}({','.join(fields)})"
    return made


def record(kind: str, fields: Iterable[str]) -> Any:
    """The named-tuple class of this kind ("Params", "Inputs") with these fields; always the same one."""
    return _made(kind, tuple(fields))


def __getattr__(name: str) -> Any:
    kind, opened, rest = name.partition("(")
    if not opened or not rest.endswith(")"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return record(kind, filter(None, rest[:-1].split(",")))
