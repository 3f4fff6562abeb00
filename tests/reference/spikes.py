"""Spike detection and binning by plain loops."""

from __future__ import annotations


def detect_spikes(
    t: list[float], V: list[float], threshold: float, refractory: float = 0.0
) -> list[float]:
    """Upward crossings, on the straight line between two samples."""
    found: list[float] = []
    for k in range(len(t) - 1):
        if V[k] < threshold <= V[k + 1]:
            time = t[k] + (threshold - V[k]) / (V[k + 1] - V[k]) * (t[k + 1] - t[k])
            if not found or time - found[-1] >= refractory:
                found.append(time)
    return found


def bin(trains: list[list[float]], start: float, stop: float, width: float) -> list[list[int]]:
    """Counts in [start + k width, start + (k + 1) width) for each train."""
    counts = []
    for train in trains:
        row = []
        k = 0
        while start + (k + 1) * width <= stop * (1 + 1e-12):
            row.append(sum(start + k * width <= time < start + (k + 1) * width for time in train))
            k += 1
        counts.append(row)
    return counts
