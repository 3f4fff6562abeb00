"""Wires by plain loops over pairs of units."""

from __future__ import annotations

import math

Pairs = list[tuple[int, int]]


def degrees(pairs: Pairs, n_pre: int, n_post: int) -> tuple[list[int], list[int]]:
    """Synapses of each source, and on each target."""
    out, into = [0] * n_pre, [0] * n_post
    for source, target in pairs:
        out[source] += 1
        into[target] += 1
    return out, into


def reciprocity(pairs: Pairs) -> float:
    """Of the connected pairs of different units, the share that is connected back."""
    connected = {(a, b) for a, b in pairs if a != b}
    mutual = sum((b, a) in connected for a, b in connected)
    return mutual / len(connected) if connected else math.nan


def reverse(pairs: Pairs, n_post: int) -> tuple[Pairs, list[int]]:
    """Synapses turned round, in order of their new sources, and the old number of each."""
    numbered = [(b, a, number) for number, (a, b) in enumerate(pairs)]
    found = [row for unit in range(n_post) for row in numbered if row[0] == unit]
    return [(b, a) for b, a, _ in found], [number for _, _, number in found]


def subset(pairs: Pairs, sources: list[int], targets: list[int]) -> tuple[Pairs, list[int]]:
    """Synapses among some units, numbered anew, and the old number of each."""
    found = []
    for new, source in enumerate(sources):
        for number, (a, b) in enumerate(pairs):
            if a == source and b in targets:
                found.append((new, targets.index(b), number))
    return [(a, b) for a, b, _ in found], [number for _, _, number in found]


def connection_probability(
    pre: list[tuple[float, ...]], post: list[tuple[float, ...]], p: float, width: float, profile: str,
    period: tuple[float, ...] | None, autapses: bool,
) -> list[list[float]]:  # fmt: skip
    """p f(d) of every pair."""
    table = []
    for i, here in enumerate(pre):
        row = []
        for j, there in enumerate(post):
            square = 0.0
            for k in range(len(here)):
                gap = abs(here[k] - there[k])
                if period is not None:
                    gap = min(abs(gap + turns * period[k]) for turns in range(-3, 4))
                square += gap**2
            d = math.sqrt(square)
            if profile == "gaussian":
                f = math.exp(-(d**2) / (2 * width**2))
            elif profile == "exponential":
                f = math.exp(-d / width)
            else:
                f = float(d <= width * (1 + 1e-9))
            row.append(p * f if autapses or i != j else 0.0)
        table.append(row)
    return table


def small_world_degrees(k: int, beta: float, top: int) -> list[float]:
    """P(degree) of large small worlds: of k/2 own far ends none leave, of k/2 arriving some do, and others arrive.

    Barrat, Weigt 2000, European Physical Journal B 13:547-560, eq. 5 (their k is k / 2 here).
    """
    half = k // 2
    chances = []
    for degree in range(top):
        total = 0.0
        for stayed in range(min(degree - half, half) + 1):
            arrived = degree - half - stayed
            binomial = math.comb(half, stayed) * (1 - beta) ** stayed * beta ** (half - stayed)
            mean = beta * half
            total += binomial * mean**arrived * math.exp(-mean) / math.factorial(arrived)
        chances.append(total)
    return chances
