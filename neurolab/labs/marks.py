"""Marks and words that labs of several chapters share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.figures import Dots, Line

__all__ = ["fixed_points", "level", "outline", "spikes_in_words", "strokes"]

Array = NDArray[np.float64]


def fixed_points(points: ArrayLike, stable: ArrayLike, size: float = 9.0) -> tuple[Dots, Dots]:
    """Where a system rests, pairs (x, y): filled dots for the stable points, open ones for the others, each named."""
    x, y = np.asarray(points, float).reshape(-1, 2).T
    kept = np.asarray(stable, bool)
    return (
        Dots(np.where(kept, x, np.nan), y, "stable", color="ink", size=size),
        Dots(np.where(kept, np.nan, x), y, "unstable", color="ink", size=size, filled=False),
    )


def level(x: tuple[float, float], y: float, label: str = "") -> Line:
    """A horizontal line to compare with: rest, a threshold, zero."""
    return Line(x, [y, y], label=label, color="dim", dash=True, width=1)


def outline(edges: Array, heights: ArrayLike) -> tuple[Array, Array]:
    """A histogram as one line along the tops of its bars: x and y."""
    return np.repeat(edges, 2)[1:-1], np.repeat(np.asarray(heights, float), 2)


def strokes(x: ArrayLike, low: ArrayLike, high: ArrayLike) -> tuple[Array, Array]:
    """Upright strokes as one line with gaps, x and y: spikes that a reset cuts off, or the errors of measurements."""
    at = np.asarray(x, float)
    ends: Any = np.broadcast_arrays(at, low, high, np.nan)[1:]
    return np.repeat(at, 3), np.stack(ends, axis=-1).ravel()


def spikes_in_words(count: int) -> str:
    """A count of spikes as a summary says it: "no spike", "1 spike", "5 spikes"."""
    return {0: "no spike", 1: "1 spike"}.get(count, f"{count} spikes")
