"""Plasticity by the letter: sums over all pairs and triplets of spikes, no traces."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Times = Sequence[float]


def pairs(pre: Times, post: Times, pairing: str) -> list[tuple[float, float]]:
    """The pairs (t_pre, t_post) that count; none with two spikes at one moment. Spikes of one neuron differ in time."""
    found = []
    for a in pre:
        for b in post:
            if a == b:
                continue
            first, last = min(a, b), max(a, b)
            no_pre = not any(first <= t < last and t != a for t in pre)
            no_post = not any(first <= t < last and t != b for t in post)
            if pairing == "all":
                counts = True
            elif (
                pairing == "nearest"
            ):  # the later spike looks back to the last one of the other side
                counts = no_pre if a < b else no_post
            elif pairing == "presynaptic":  # the presynaptic spike looks back, and ahead
                counts = not any(a < t < b for t in post) if a < b else no_post
            else:  # adjacent: nothing between them, and coincident spikes are neighbours of both sides
                between = [t for t in (*pre, *post) if first < t < last]
                counts = not between
            if counts:
                found.append((a, b))
    return found


def simulate_stdp(
    pre: Times, post: Times, w: float, *, A_plus: float, A_minus: float, tau_plus: float, tau_minus: float,
    pairing: str = "all", mu_plus: float = 0.0, mu_minus: float = 0.0, w_min: float = 0.0, w_max: float = 1.0,
) -> float:  # fmt: skip
    """The weight after all pairs, each counted when its later spike comes; all changes of one spike at once."""
    chosen = pairs(pre, post, pairing)
    for t, after in sorted([(t, False) for t in pre] + [(t, True) for t in post]):
        u = (w - w_min) / (w_max - w_min)
        if after:
            size = sum(math.exp((a - t) / tau_plus) for a, b in chosen if b == t and a < b)
            w += A_plus * size * (1 - u) ** mu_plus
        else:
            size = sum(math.exp((b - t) / tau_minus) for a, b in chosen if a == t and b < a)
            w -= A_minus * size * u**mu_minus
        w = min(max(w, w_min), w_max)
    return w


def compute_triplet_change(
    pre: Times, post: Times, *, A2_plus: float, A3_plus: float, A2_minus: float, A3_minus: float,
    tau_plus: float, tau_minus: float, tau_x: float, tau_y: float, pairing: str = "all",
) -> float:  # fmt: skip
    """Sum over all pairs and triplets of spikes (Pfister & Gerstner 2006, eqs. 3-4)."""

    def trace(times: Times, t: float, tau: float) -> float:
        past = [math.exp((s - t) / tau) for s in times if s < t]
        return sum(past) if pairing == "all" else max(past, default=0.0)

    up = sum(trace(pre, t, tau_plus) * (A2_plus + A3_plus * trace(post, t, tau_y)) for t in post)
    down = sum(
        trace(post, t, tau_minus) * (A2_minus + A3_minus * trace(pre, t, tau_x)) for t in pre
    )
    return up - down


def simulate_learning(
    rule: str, inputs: Sequence[Sequence[float]], w: list[list[float]], eta: float, alpha: float, tau: float
) -> list[list[float]]:  # fmt: skip
    """Weights after one pass over the inputs, an equation at a time."""
    n_out, n_in, count = len(w), len(w[0]), len(inputs)

    def answer(x: Sequence[float]) -> list[float]:
        return [sum(w[o][i] * x[i] for i in range(n_in)) for o in range(n_out)]

    answers = [answer(x) for x in inputs]
    theta = [sum(y[o] ** 2 for y in answers) / count for o in range(n_out)]
    mean_y = [sum(y[o] for y in answers) / count for o in range(n_out)]
    mean_x = [sum(x[i] for x in inputs) / count for i in range(n_in)]
    for x in inputs:
        y = answer(x)
        old = [row.copy() for row in w]
        for o in range(n_out):
            for i in range(n_in):
                change = {
                    "hebb": y[o] * x[i] - alpha * old[o][i],
                    "oja": y[o] * x[i] - alpha * y[o] ** 2 * old[o][i],
                    "sanger": y[o] * (x[i] - alpha * sum(y[k] * old[k][i] for k in range(o + 1))),
                    "bcm": y[o] * (y[o] - theta[o]) * x[i] - alpha * old[o][i],
                    "covariance": (y[o] - mean_y[o]) * (x[i] - mean_x[i]) - alpha * old[o][i],
                }[rule]
                w[o][i] = old[o][i] + eta * change
        theta = [m + (v * v - m) / tau for m, v in zip(theta, y, strict=True)]
        mean_y = [m + (v - m) / tau for m, v in zip(mean_y, y, strict=True)]
        mean_x = [m + (v - m) / tau for m, v in zip(mean_x, x, strict=True)]
    return w


def simulate_competition(
    w: Sequence[float], rate: float, duration: float, *, seed: int, gain: float, group: int, correlation: float,
    A_plus: float, A_minus: float, tau_plus: float, tau_minus: float, mu_plus: float, mu_minus: float,
    events: int = 100_000,
) -> tuple[list[float], int]:  # fmt: skip
    """Weights in the end, between 0 and 1, and how often the neuron fired: sums over all spikes so far, no traces."""
    gaps, sources, answers, copies = np.random.default_rng(seed).spawn(4)
    n, shared = len(w), math.sqrt(correlation)
    single, own = n - group, group * (1 - shared)
    total = single + own + (1 if group and shared else 0)
    weights, pre, post = list(w), [list[float]() for _ in w], list[float]()
    t = 0.0
    for gap, u, answer in zip(
        gaps.exponential(1e3 / rate / total, events),
        sources.random(events) * total,
        answers.random(events),
        strict=True,
    ):
        t += gap
        if t > duration:
            return weights, len(post)
        if u < single:
            active = [group + int(u)]
        elif u < single + own:
            active = [int((u - single) / own * group)]
        else:
            active = [i for i, v in enumerate(copies.random(group)) if v < shared]
        chance = sum(gain / n * weights[i] for i in active)
        for i in active:
            size = sum(math.exp((s - t) / tau_minus) for s in post)
            weights[i] = min(max(weights[i] - A_minus * size * weights[i] ** mu_minus, 0.0), 1.0)
            pre[i].append(t)
        if answer < chance:
            for i in range(n):
                size = sum(math.exp((s - t) / tau_plus) for s in pre[i])
                weights[i] = min(
                    max(weights[i] + A_plus * size * (1 - weights[i]) ** mu_plus, 0.0), 1.0
                )
            post.append(t)
    raise ValueError("more events are needed")
