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
    "finite",
    "finite_array",
    "nearest",
    "non_negative",
    "positive",
    "unknown",
    "whole",
]


def finite(value: Any, name: str) -> float:
    """`value` as a finite float."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must be a number, got {value!r:.60}; give one plain number"
        ) from None
    if not math.isfinite(number):
        raise ValueError(
            f"{name} must be finite, got {number}; look for a division by zero before it"
        )
    return number


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
        raise ValueError(f"{name} must be a whole number of at least {low}, got {value!r}")
    return int(number)


def choice(value: Any, options: Iterable[str], name: str) -> str:
    """`value` if it is one of `options`."""
    known = list(options)
    if value not in known:
        hint = nearest(str(value), known)
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}{hint}")
    return str(value)


def finite_array(values: Any, name: str) -> NDArray[np.float64]:
    """`values` as a contiguous float64 array without NaN or infinity."""
    try:
        array = np.asarray(values, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, got {values!r}") from None
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        first = float(array.ravel()[bad[0]])
        where = f"at position {bad[0]} ({bad.size} in all)"
        raise ValueError(f"{name} must be finite, got {first} {where}; clean it before the run")
    return array


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'g_Na'?` or an empty string."""
    close = difflib.get_close_matches(word.lower(), [k.lower() for k in known], n=1, cutoff=0.5)
    original = {k.lower(): k for k in known}
    return f"; did you mean {original[close[0]]!r}?" if close else ""


def unknown(name: str, known: Iterable[str], what: str) -> ValueError:
    """The error for a name that nothing answers to, with the nearest known one; the caller raises it."""
    names = list(known)
    hint = nearest(name, names) or "."
    return ValueError(f"{what} has no {name!r}{hint} It has: {', '.join(names) or 'nothing'}")
