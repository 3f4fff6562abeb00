"""Thin long curves to what a screen can show, without losing a spike or bending a loop.

Uniform thinning does both wrong: it drops the peak of a spike between two kept samples, and turns a
loop in the phase plane into a polygon, because few samples fall on its fast part.
"""

from __future__ import annotations

import numpy as np

from neurolab.figures.marks import Values


def thin(
    x: Values, y: Values, width: float, height: float, points: int = 1600
) -> tuple[Values, Values]:
    """The curve in about `points` points: traces (x rising) by min/max, others by arc length.

    `width` and `height` are the data units that the panel shows; arc length is that of the page.
    """
    if x.size <= points:
        return x, y
    if np.all(np.diff(x) >= 0):
        kept = min_max(y, points // 2)
    else:
        kept = arc_length(x / width, y / height, points)
    return x[kept], y[kept]


def min_max(y: Values, bins: int) -> np.ndarray:
    """Indices of the lowest and highest sample of each of about `bins` stretches, and of both ends."""
    size = -(-y.size // bins)  # rounded up, so that what is left over is no longer than a stretch
    bins = y.size // size
    body = size * bins
    # NaN would win both argmin and argmax: a stretch with a gap shows its numbers
    low = np.where(np.isnan(y[:body]), np.inf, y[:body]).reshape(bins, size).argmin(axis=1)
    high = np.where(np.isnan(y[:body]), -np.inf, y[:body]).reshape(bins, size).argmax(axis=1)
    starts = np.arange(bins) * size
    tail = np.arange(body, y.size)
    if tail.size:
        rest = y[body:]
        if not np.isnan(rest).all():
            tail = body + np.array([np.nanargmin(rest), np.nanargmax(rest)])
    kept = np.concatenate([[0], starts + low, starts + high, tail, [y.size - 1]])
    return np.unique(kept)


def arc_length(x: Values, y: Values, points: int) -> np.ndarray:
    """Indices at equal steps of arc length, x and y in units of the page; ends and gaps kept."""
    steps = np.hypot(np.diff(x), np.diff(y))
    gaps = np.flatnonzero(np.isnan(x) | np.isnan(y))
    way = np.concatenate(([0.0], np.cumsum(np.nan_to_num(steps))))
    kept = np.searchsorted(way, np.linspace(0.0, way[-1], points)).clip(0, x.size - 1)
    return np.unique(np.concatenate(([0], kept, gaps, [x.size - 1])))
