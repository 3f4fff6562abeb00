"""Labs of lesson 3.1: what Hebb's rule does to a neuron's weights, and what keeps it in bounds."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.model import param
from neurolab.figures import Arrows, Dots, Figure, Line, Panel
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import fixed_points, level, outline
from neurolab.plasticity import (
    LearningRun,
    compute_learning_drift,
    find_bcm_fixed_points,
    find_oja_fixed_points,
    simulate_learning,
)

__all__ = ["hebb_and_oja", "hidden_direction", "two_patterns"]

Array = NDArray[np.float64]

_RULES = {"Hebb": "hebb", "Oja": "oja", "covariance": "covariance", "BCM": "bcm"}
_W: dict[str, Any] = dict(
    low=-1.5, high=1.5, doc="where the weight starts; a click in the plane sets both"
)


def _axis(vector: Any, length: float, *, at: Any = (0.0, 0.0)) -> tuple[Array, Array]:
    """The ends of a line through a point along a direction, as x and y."""
    unit = np.asarray(vector) / max(float(np.linalg.norm(vector)), 1e-300)
    x, y = np.stack([at - length * unit, at + length * unit], axis=1)
    return x, y


def _angle(w: Any, direction: Any) -> float:
    """Degrees between two directions, 0 to 90: a weight vector and its negative listen to the same thing."""
    cosine = abs(np.dot(w, direction)) / np.linalg.norm(w) / np.linalg.norm(direction)
    return float(np.degrees(np.arccos(min(1.0, cosine))))


@lru_cache(maxsize=64)
def _cloud(c: float, m: float) -> Array:
    """300 points whose covariance is [[3, c], [c, 2]] and whose mean is (m, -m), both exactly."""
    z = np.random.default_rng(31).standard_normal((300, 2))
    z -= z.mean(axis=0)
    z = z @ np.linalg.inv(np.linalg.cholesky(z.T @ z / len(z))).T
    return z @ np.linalg.cholesky([[3.0, c], [c, 2.0]]).T + [m, -m]


@lab(
    title="One neuron, two inputs, one rule",
    rule=list(_RULES),
    alpha=param(0.0, low=0, high=6, doc="how fast Hebb's rule forgets"),
    c=param(1.0, low=-2, high=2, doc="covariance of the two inputs"),
    m=param(0.0, low=0, high=3, doc="their mean is (m, -m)"),
    w_1=param(0.2, **_W),
    w_2=param(-0.4, **_W),
    presets={
        "Hebb": dict(rule="Hebb"),
        "Hebb forgets": dict(rule="Hebb", alpha=2.0),
        "Hebb forgets too fast": dict(rule="Hebb", alpha=5.0),
        "Oja": dict(rule="Oja"),
        "Oja, inputs with a mean": dict(rule="Oja", m=1.0),
        "Oja, a large mean": dict(rule="Oja", m=3.0),
        "covariance, a large mean": dict(rule="covariance", m=3.0),
        "BCM": dict(rule="BCM"),
    },
    targets=[
        Target(
            "With Hebb's rule, find the forgetting at which the weights neither explode nor vanish",
            reached=lambda params, values: (
                params["rule"] == "Hebb" and params["m"] == 0.0 and 0.05 < values["length"] < 20.0
            ),
            tip="The straight line in the picture of the length must lie flat; at c = 1 that is near 3.5.",
        ),
        Target(
            "Let Oja's rule find that the neuron should compare its inputs: weights of opposite sign",
            reached=lambda params, values: (
                params["rule"] == "Oja" and params["m"] == 0.0 and values["w_1"] * values["w_2"] < 0
            ),
            tip="The weights follow the cloud: tilt it the other way, with a covariance below 0.",
        ),
        Target(
            "Lead Oja's rule astray by more than 70 degrees",
            reached=lambda params, values: params["rule"] == "Oja" and values["angle"] > 70.0,
            tip="Give the inputs a mean.",
        ),
    ],
)
def hebb_and_oja(
    rule: str = "Hebb",
    alpha: float = 0.0,
    c: float = 1.0,
    m: float = 0.0,
    w_1: float = 0.2,
    w_2: float = -0.4,
) -> Figure:
    """A neuron answers y = w x to one input after the other, and learns from each: 20,000 steps.

    Top left, the inputs, with the direction in which they vary most and the one that the weights have found. Top right,
    the weights themselves; arrows show where the rule drives them on average. Click there to choose a start. Below, the
    length of the weight vector, and its angle to the direction of most variance.
    """
    name = _RULES[rule]
    cloud = _cloud(c, m)
    forgets: dict[str, Any] = dict(alpha=alpha) if name == "hebb" else {}
    run = simulate_learning(
        name, cloud, [w_1, w_2], eta=5e-4, steps=20_000, seed=1, every=50, **forgets
    )
    principal = find_oja_fixed_points([[3.0, c], [c, 2.0]])[0].w
    lengths = np.linalg.norm(run.w, axis=1)
    seen = lengths > 1e-6
    cosines = np.abs(run.w @ principal)[seen] / lengths[seen]
    angles = np.degrees(np.arccos(np.minimum(cosines, 1.0)))
    shown = lengths < 1e7  # the live picture has 32 bits
    length, angle = float(lengths[-1]), float(angles[-1]) if angles.size else 90.0
    grid = np.stack(np.meshgrid(np.linspace(-1.4, 1.4, 11), np.linspace(-1.4, 1.4, 9)), axis=-1)
    flow = compute_learning_drift(name, cloud, grid, **forgets)
    words = ", growing without end" if length > 10 else ", fading away" if length < 0.05 else ""
    if not angles.size:
        words = ", and without weights there is nothing to learn from"
    return Figure(
        Panel(
            Dots(cloud[:, 0], cloud[:, 1], size=2, color="dim"),
            Line(*_axis(principal, 12.0, at=(m, -m)), label="most variance", color=2, dash=True, width=2),
            Line(*_axis(run.final, 12.0), label="weights", color=0, width=2.5),
            title="Inputs",
            x="x₁",
            y="x₂",
            xlim=(-8, 8),
            ylim=(-8, 8),
            height=1.4,
        ),
        Panel(
            Arrows(grid[..., 0], grid[..., 1], flow[..., 0], flow[..., 1], color="dim"),
            Line(*_axis(principal, 3.0), color=2, dash=True, width=1.2),
            Line(run.w[shown, 0], run.w[shown, 1], label="weights", color=0, width=2),
            Dots(run.w[shown, 0][-1:], run.w[shown, 1][-1:], color=0, size=9),
            Dots([w_1], [w_2], color=3, size=7, label="start"),
            title="Weights",
            x="w₁",
            y="w₂",
            xlim=(-1.5, 1.5),
            ylim=(-1.5, 1.5),
            pick=("w_1", "w_2"),
        ),
        Panel(
            Line(run.step[shown] / 1e3, lengths[shown], color=0, width=2),
            title="Length of the weight vector",
            x="steps (thousands)",
            y="length",
            xlim=(0, 20),
            ylim=(1e-3, 1e6),
            log="y",
        ),
        Panel(
            Line(run.step[seen] / 1e3, angles, color=0, width=2),
            title="Angle to the direction of most variance",
            x="steps (thousands)",
            y="angle (°)",
            xlim=(0, 20),
            ylim=(0, 90),
        ),
        columns=2,
        summary=f"{rule}: after {run.step[-1]:,} steps the weights point {angle:.1f}° away from the direction of most "
        f"variance; their length is {length:.3g}{words}",
        values=dict(angle=angle, length=length, w_1=float(run.final[0]), w_2=float(run.final[1])),
    )  # fmt: skip


_START: dict[str, Any] = dict(
    low=-2.0, high=4.0, doc="where the weight starts; a click in the plane sets both"
)


@lab(
    title="Two patterns, one neuron",
    overlap=param(0.3, low=0, high=0.6, doc="how much each pattern holds of the other"),
    tau=param(30.0, "steps", low=1, high=500, doc="over how many steps the threshold averages y²"),
    w_1=param(0.6, **_START),
    w_2=param(0.4, **_START),
    presets={
        "patterns alike by 0.3": dict(overlap=0.3),
        "patterns alike by 0.6": dict(overlap=0.6),
        "nothing in common": dict(overlap=0.0),
        "a start nearer to B": dict(w_1=0.4, w_2=0.6),
        "a threshold that lags": dict(tau=300.0),
        "a threshold too slow": dict(tau=500.0),
    },
    targets=[
        Target(
            "Make BCM's neuron choose pattern B, and answer nothing to A",
            reached=lambda params, values: values["bcm_B"] > 1.5 and abs(values["bcm_A"]) < 0.3,
            tip="It keeps what it has a little more of: start below the diagonal of the plane, or above it?",
        ),
        Target(
            "Make Oja's neuron tell the patterns apart: answers that differ by more than 1",
            reached=lambda params, values: abs(values["oja_A"] - values["oja_B"]) > 1.0,
            tip="Only if they have nothing in common: then every direction is as good to it, and the start decides. "
            "Try weights of opposite sign.",
        ),
        Target(
            "Find a threshold so slow that BCM no longer settles",
            reached=lambda params, values: values["settled"] == 0,
            tip="Raise tau above 250 steps: the weights have run away before the threshold has noticed.",
        ),
    ],
)
def two_patterns(
    overlap: float = 0.3, tau: float = 30.0, w_1: float = 0.6, w_2: float = 0.4
) -> Figure:
    """A neuron meets pattern A = (1, overlap) or B = (overlap, 1), each half of the time, and learns from each.

    Left, the weights under the rules of BCM and of Oja. Dots are where BCM's rule rests: filled if it is stable, open
    if not. Click to choose a start. Right, the neuron's answers to A and to B under both rules.
    """
    patterns = np.array([[1.0, overlap], [overlap, 1.0]])
    options: dict[str, Any] = dict(w=[w_1, w_2], eta=0.005, steps=20_000, seed=1, every=40)
    bcm = simulate_learning("bcm", patterns, tau=tau, **options)
    oja = simulate_learning("oja", patterns, **options)
    fixed = find_bcm_fixed_points(patterns)
    answers = {name: run.w @ patterns.T for name, run in (("bcm", bcm), ("oja", oja))}
    late = {name: y[-50:].mean(axis=0) for name, y in answers.items()}
    half = answers["bcm"][len(bcm.step) // 2 :]
    settled = any(np.abs(half - point.responses).max() < 1.0 for point in fixed if point.stable)
    grid = np.stack(np.meshgrid(np.linspace(-1.8, 3.8, 11), np.linspace(-1.8, 3.8, 11)), axis=-1)
    flow = compute_learning_drift("bcm", patterns, grid)
    of_bcm, of_oja = (
        "A {:.2f}, B {:.2f}".format(*(y.round(2) + 0.0)) for y in (late["bcm"], late["oja"])
    )

    def panel(name: str, title: str, run: LearningRun, *more: Line) -> Panel:
        y = answers[name]
        return Panel(
            *more,
            Line(run.step / 1e3, y[:, 0], label="to A", color=0, width=2),
            Line(run.step / 1e3, y[:, 1], label="to B", color=1, dash=True, width=2),
            title=title,
            x="steps (thousands)",
            y="answer",
            xlim=(0, 20),
            ylim=(-1, 4),
        )

    return Figure(
        Panel(
            Arrows(grid[..., 0], grid[..., 1], flow[..., 0], flow[..., 1], color="dim"),
            Line(oja.w[:, 0], oja.w[:, 1], label="Oja", color=4, dash=True, width=2),
            Line(bcm.w[:, 0], bcm.w[:, 1], label="BCM", color=2, width=2),
            *fixed_points([e.w for e in fixed], [e.stable for e in fixed]),
            Dots([w_1], [w_2], color=3, size=7, label="start"),
            title="Weights, and where BCM rests",
            x="w₁",
            y="w₂",
            xlim=(-2, 4),
            ylim=(-2, 4),
            pick=("w_1", "w_2"),
            span=(2, 1),
        ),
        panel(
            "bcm",
            "BCM",
            bcm,
            Line(bcm.step / 1e3, bcm.theta, label="threshold", color="dim", width=1.2),
        ),
        panel("oja", "Oja", oja),
        columns=(1.2, 1),
        summary=f"answers under BCM: {of_bcm if settled else 'never at rest'}; under Oja: {of_oja}",
        values={f"{name}_{pattern}": y for name in late for pattern, y in zip("AB", late[name], strict=True)}
        | dict(settled=settled),
    )  # fmt: skip


def hidden_angle(seed: int = 1982) -> float:
    """The direction (degrees) in which the hidden inputs vary most: drawn from a seed, the same for everyone."""
    return float(np.random.default_rng(seed).uniform(-80.0, 80.0))


@lru_cache(maxsize=1)
def _hidden_cloud() -> Array:
    angle = np.radians(hidden_angle())
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    cloud = _cloud(0.0, 0.0) @ np.diag([1.0, 0.8])  # variances 3 and 1.28
    return np.asarray(cloud @ turn)


@lab(
    title="Inputs that nobody has seen",
    angle=param(0.0, "°", low=-90, high=90, doc="direction of the weights, of length 1"),
    presets={
        "first input alone": dict(angle=0.0),
        "second input alone": dict(angle=90.0),
        "their sum": dict(angle=45.0),
    },
)
def hidden_direction(angle: float = 0.0) -> Figure:
    """Only the neuron's answers are seen, not its inputs. In which direction do the inputs vary most?

    Turn the weights and watch how widely the answers spread. Left, the answers to 300 inputs; right, how often each
    answer comes.
    """
    w = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    y = _hidden_cloud() @ w
    edges = np.linspace(-6.0, 6.0, 25)
    heights = np.histogram(y, edges)[0]
    spread = float(y.std())
    return Figure(
        Panel(
            level((1, y.size), 0.0),
            Dots(np.arange(1, y.size + 1), y, size=3, color=0),
            title="Answers",
            x="input",
            y="answer",
            xlim=(1, y.size),
            ylim=(-6, 6),
        ),
        Panel(
            Line(*outline(edges, heights)[::-1], color=0),
            title="How often each comes",
            x="count",
            y="answer",
            xlim=(0, 80),
            ylim=(-6, 6),
        ),
        columns=(3, 1),
        summary=f"weights at {angle:.3g}°: the answers spread by {spread:.3f} (their standard deviation)",
        values=dict(spread=spread),
    )
