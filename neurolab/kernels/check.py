"""Argument checks, used once at the border of every public function.

Each returns the cleaned value or raises a ValueError in one form: what is wrong, the rule, the value got, what to do.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "choice",
    "earlier",
    "finite",
    "finite_array",
    "generator",
    "matched",
    "nearest",
    "non_negative",
    "positive",
    "shown",
    "unknown",
    "whole",
]


def shown(value: Any) -> str:
    """`value` as it is typed, on one line of at most 60 characters."""
    return " ".join(repr(value).split())[:60]


def finite(value: Any, name: str) -> float:
    """`value` as a finite float."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must be a number, got {shown(value)}; give one plain number"
        ) from None
    if not math.isfinite(number):
        raise ValueError(
            f"{name} must be finite, got {number}; look for a division by zero before it"
        )
    return number


def earlier(state: Any, kind: type) -> None:
    """Where a run goes on from: nothing, or what an earlier run of the same kind ended with."""
    if not (state is None or isinstance(state, kind)):
        raise ValueError(
            f"state must be the state of an earlier run, a {kind.__name__}, got {shown(state)}"
        )


def positive(value: Any, name: str) -> float:
    """`value` as a finite float above zero."""
    number = finite(value, name)
    if number <= 0:
        raise ValueError(f"{name} must be above 0, got {number:g}")
    return number


def non_negative(value: Any, name: str) -> float:
    """`value` as a finite float of zero or more."""
    number = finite(value, name)
    if number < 0:
        raise ValueError(f"{name} must be 0 or more, got {number:g}")
    return number


def whole(value: Any, name: str, low: int = 1) -> int:
    """`value` as an int of at least `low`; 3.0 counts as whole, 3.5 does not."""
    number = finite(value, name)
    if number != int(number) or number < low:
        raise ValueError(f"{name} must be a whole number of at least {low}, got {shown(value)}")
    return int(number)


def choice(value: Any, options: Iterable[str], name: str) -> str:
    """`value` if it is one of `options`."""
    known = list(options)
    if value not in known:
        hint = nearest(value, known)
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {shown(value)}{hint}")
    return str(value)


def finite_array(values: Any, name: str) -> NDArray[np.float64]:
    """`values` as a contiguous float64 array without NaN or infinity."""
    try:
        array = np.asarray(values, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, got {shown(values)}") from None
    finite = np.isfinite(array)
    if not finite.all():
        bad = np.flatnonzero(~finite)
        first = float(array.ravel()[bad[0]])
        where = f"at position {bad[0]} ({bad.size} in all)"
        raise ValueError(f"{name} must be finite, got {first} {where}; clean it before the run")
    return array


def matched(**arrays: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The arrays broadcast against each other, in their order."""
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = " and ".join(str(array.shape) for array in arrays.values())
        raise ValueError(
            f"{' and '.join(arrays)} must broadcast, got shapes {shapes}; use x[:, None] for a table of all pairs"
        ) from None


def generator(seed: Any) -> np.random.Generator:
    """The generator of a seed: itself if it is one, else a new one; an error for what NumPy takes as none."""
    try:
        if seed is not None:
            return np.random.default_rng(seed)
    except (TypeError, ValueError):
        pass
    raise ValueError(
        f"seed must be a whole number from 0 or a numpy Generator, got {shown(seed)}; give seed=1"
    )


def nearest(word: Any, known: Iterable[str]) -> str:
    """`; did you mean 'g_Na'?` or an empty string."""
    close = difflib.get_close_matches(
        str(word).lower(), [k.lower() for k in known], n=1, cutoff=0.5
    )
    original = {k.lower(): k for k in known}
    return f"; did you mean {original[close[0]]!r}?" if close else ""


def unknown(name: Any, known: Iterable[str], what: str) -> ValueError:
    """The error for a name that nothing answers to, with the nearest known one; the caller raises it."""
    names = list(known)
    hint = nearest(name, names) or "."
    return ValueError(f"{what} has no {shown(name)}{hint} It has: {', '.join(names) or 'nothing'}")
