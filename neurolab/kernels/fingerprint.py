"""A digest of everything that a function's compiled code depends on.

It names models and kernels in the disk cache: the same code typed again, in another process or after a kernel restart,
has the same digest; a changed constant, helper function or closure value has another.
"""

from __future__ import annotations

import builtins
import hashlib
import numbers
import opcode
import types
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["fingerprint", "source_digest", "used_globals"]

_EXTENDED_ARG, _LOAD_GLOBAL, _LOAD_NAME = (
    opcode.opmap[name] for name in ("EXTENDED_ARG", "LOAD_GLOBAL", "LOAD_NAME")
)


def used_globals(code: types.CodeType) -> list[str]:
    """Global names that the code reads, nested functions included; attribute names are not globals.

    Scans the bytecode itself: `dis` would take a third of the first call of a cached kernel.
    """
    operations, arguments, names = code.co_code[::2], code.co_code[1::2], set()
    for operation in (_LOAD_GLOBAL, _LOAD_NAME):
        at = operations.find(operation)
        while at >= 0:
            argument, before = arguments[at], at - 1
            while before >= 0 and operations[before] == _EXTENDED_ARG:
                argument |= arguments[before] << 8 * (at - before)
                before -= 1
            # the lowest bit says whether a global is called
            names.add(code.co_names[argument >> 1 if operation == _LOAD_GLOBAL else argument])
            at = operations.find(operation, at + 1)
    nested = [const for const in code.co_consts if isinstance(const, types.CodeType)]
    return sorted(names.union(*(used_globals(const) for const in nested)))


def fingerprint(*values: Any) -> str:
    """Hexadecimal digest of functions and plain values, following globals and closures."""
    digest = hashlib.sha256()
    for value in values:
        _feed(digest, value, {})
    return digest.hexdigest()[:24]


def source_digest(*folders: Path) -> str:
    """Digest of the Python sources in `folders`, for code that fingerprints cannot reach (numba overloads)."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.glob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _feed(digest: Any, value: Any, seen: dict[Any, int]) -> None:
    value = getattr(value, "py_func", value)  # a compiled function stands for its Python source
    value = getattr(value, "_defn", value)  # and so does a numba intrinsic
    if isinstance(value, types.FunctionType):
        if value in seen:
            digest.update(b"function %d" % seen[value])
            return
        seen[value] = len(seen)
        _feed_function(digest, value, seen)
    elif isinstance(value, types.CodeType):
        digest.update(value.co_code + repr((value.co_names, value.co_varnames)).encode())
        for const in value.co_consts:
            _feed(digest, const, seen)
    elif isinstance(value, np.ndarray):
        digest.update(repr((value.dtype.str, value.shape)).encode() + value.tobytes())
    elif isinstance(value, (tuple, list)):
        digest.update(f"{type(value).__name__}{len(value)}(".encode())
        for item in value:
            _feed(digest, item, seen)
    elif isinstance(value, (set, frozenset)):  # their order differs from process to process
        digest.update(repr(sorted(map(repr, value))).encode())
    elif isinstance(value, types.ModuleType):
        digest.update(f"module {value.__name__}".encode())
    elif isinstance(value, (type, types.BuiltinFunctionType, np.ufunc)):
        digest.update(
            f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', value.__name__)}".encode()
        )
    elif (
        value is None
        or value is Ellipsis
        or isinstance(value, (str, bytes, numbers.Number, np.generic))
    ):
        digest.update(f"{type(value).__name__} {value!r}".encode())
    else:
        raise ValueError(
            f"a compiled function may use numbers, strings, arrays, tuples and functions, got a "
            f"{type(value).__name__}: {value!r:.60}; pass it as a parameter or take the number out of it first"
        )


def _feed_function(digest: Any, function: types.FunctionType, seen: dict[Any, int]) -> None:
    code = function.__code__
    digest.update(code.co_code + repr((code.co_names, code.co_varnames, code.co_argcount)).encode())
    for const in code.co_consts:
        if const != function.__doc__:
            _feed(digest, const, seen)
    _feed(digest, function.__defaults__ or (), seen)
    for cell in function.__closure__ or ():
        _feed(digest, cell.cell_contents, seen)
    for name in used_globals(code):
        digest.update(name.encode())
        if name in function.__globals__:
            _feed(digest, function.__globals__[name], seen)
        elif not hasattr(builtins, name):
            digest.update(b" undefined")
