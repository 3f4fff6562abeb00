"""Thin long curves to what a screen can show, without losing a spike or bending a loop.

Uniform thinning does both wrong: it drops the peak of a spike between two kept samples, and turns a
loop in the phase plane into a polygon, because few samples fall on its fast part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from neurolab.figures.marks import Flags, Values

if TYPE_CHECKING:
    from neurolab.figures.figure import Limits

Indices = npt.NDArray[np.intp]


def thin(
    x: Values, y: Values, xlim: Limits, ylim: Limits, log: str = "", points: int = 1600
) -> tuple[Values, Values]:
    """The curve in about `points` points: traces (x rising) by min/max, others by arc length.

    `xlim`, `ylim` and `log` are those of its panel: a step of the page counts, not one of the data.
    """
    if x.size <= points:
        return x, y
    across = _on_page(x, xlim, "x" in log)
    if np.all(np.diff(x) >= 0):
        kept = min_max(across, y, points // 2)
    else:
        kept = arc_length(across, _on_page(y, ylim, "y" in log), points)
    return x[kept], y[kept]


def _on_page(values: Values, limits: Limits, log: bool) -> Values:
    """Values as shares of the panel: 0 at its low end, 1 at its high one."""
    low, high = np.log10(limits) if log else limits
    if log:
        values = np.log10(np.maximum(values, 1e-300))
    return (values - low) / (high - low)


def min_max(x: Values, y: Values, bins: int) -> Indices:
    """Indices of the lowest and highest sample of each of `bins` stretches of the page.

    Gaps are kept, and so are both samples on either side of an empty stretch: the line between them
    is long, and would show if it began elsewhere. What lies left or right of the page is one stretch.
    """
    stretch = np.floor(x * bins).clip(-2, bins + 2).astype(int)
    starts = np.flatnonzero(np.diff(stretch, prepend=stretch[0] - 1))
    owner = np.repeat(np.arange(starts.size), np.diff(starts, append=y.size))

    def first(found: Flags) -> Indices:
        """The first index of each stretch."""
        at = np.flatnonzero(found)
        return at[np.diff(owner[at], prepend=-1) > 0]

    low, high = np.fmin.reduceat(y, starts)[owner], np.fmax.reduceat(y, starts)[owner]
    far = np.flatnonzero(np.diff(stretch) > 1)
    kept = (first(y == low), first(y == high), first(np.isnan(y)), far, far + 1)
    return np.unique(np.concatenate([[0], *kept, [y.size - 1]]))


def arc_length(x: Values, y: Values, points: int) -> Indices:
    """Indices at equal steps of arc length, x and y in units of the page; ends and gaps kept."""
    steps = np.hypot(np.diff(x), np.diff(y))
    gaps = np.flatnonzero(np.isnan(x) | np.isnan(y))
    way = np.concatenate(([0.0], np.cumsum(np.nan_to_num(steps))))
    kept = np.searchsorted(way, np.linspace(0.0, way[-1], points)).clip(0, x.size - 1)
    return np.unique(np.concatenate(([0], kept, gaps, [x.size - 1])))
