"""The perceptron's rule by plain loops."""

from __future__ import annotations


def train_perceptron(
    patterns: list[list[float]], labels: list[float], epochs: int
) -> tuple[list[float], list[int]]:
    """Weights at the end, and the mistakes of each pass."""
    w = [0.0] * len(patterns[0])
    mistakes: list[int] = []
    while len(mistakes) < epochs and (not mistakes or mistakes[-1] > 0):
        wrong = 0
        for x, y in zip(patterns, labels, strict=True):
            if y * sum(a * b for a, b in zip(w, x, strict=True)) <= 0:
                w = [a + y * b for a, b in zip(w, x, strict=True)]
                wrong += 1
        mistakes.append(wrong)
    return w, mistakes
