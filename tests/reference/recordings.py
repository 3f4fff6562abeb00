"""Spike detection in recordings by plain loops."""

from __future__ import annotations


def compute_noise_level(x: list[float]) -> float:
    """Median of |x| over that of a standard normal."""
    sizes = sorted(abs(value) for value in x)
    middle = len(sizes) // 2
    median = sizes[middle] if len(sizes) % 2 else (sizes[middle - 1] + sizes[middle]) / 2
    return median / 0.6745


def detect_recorded_spikes(
    x: list[float],
    sampling_rate: float,
    threshold: float,
    polarity: str,
    dead_time: float,
    align: str,
) -> list[float]:
    """Excursions one by one; then the largest of close ones, or the earliest."""

    def side(value: float) -> int:
        if value >= threshold and polarity != "negative":
            return 1
        return -1 if value <= -threshold and polarity != "positive" else 0

    spikes = []  # (time, height) of each excursion
    for k in range(1, len(x)):
        way = side(x[k])
        if way == 0 or side(x[k - 1]) == way:
            continue
        if align == "threshold":
            before, after = way * x[k - 1], way * x[k]
            part = (threshold - before) / (after - before)
            spikes.append(((k - 1 + part) / sampling_rate, 0.0))
            continue
        top = j = k
        while j < len(x) and side(x[j]) == way:
            top = j if abs(x[j]) > abs(x[top]) else top
            j += 1
        place, height = float(top), abs(x[top])
        if 0 < top < len(x) - 1:
            a, b, c = (way * x[top + offset] for offset in (-1, 0, 1))
            if a - 2 * b + c < 0:
                shift = 0.5 * (a - c) / (a - 2 * b + c)
                place, height = top + shift, b - 0.25 * (a - c) * shift
        spikes.append((place / sampling_rate, height))
    kept: list[tuple[float, float]] = []
    for spike in sorted(spikes, key=lambda spike: (-spike[1], spike[0])):
        if all(abs(spike[0] - other[0]) >= dead_time * (1 - 1e-12) for other in kept):
            kept.append(spike)
    return sorted(time for time, _ in kept)
