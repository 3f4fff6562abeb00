"""Labs of lesson 4.1: what one neuron can learn, and how much of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.model import param
from neurolab.figures import Dots, Figure, Line, Panel
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import level
from neurolab.networks import (
    compute_correction_bound,
    compute_separable_fraction,
    find_separating_weights,
    train_perceptron,
)

__all__ = ["hidden_lesson", "memory_of_a_neuron", "perceptron"]

Array = NDArray[np.float64]

_SETS, _AT_A_TIME = 80, 4
_EPOCHS = 300
_CURVES = (10, 50, 500)


@lru_cache(maxsize=64)
def _capacity_curve(N: int) -> tuple[Array, Array]:
    """Patterns per synapse, for every whole number of patterns, and the exact fraction."""
    P = np.arange(1, 4 * N + 1)
    return P / N, np.round(compute_separable_fraction(P, N), 6)


def _random_set(P: int, N: int, number: int) -> tuple[Array, Array]:
    rng = np.random.default_rng([number, N, P])
    return rng.normal(size=(P, N)), rng.choice([-1.0, 1.0], P)


@lab(
    title="How many facts can one neuron hold?",
    N=[2, 10, 50, 100],
    load=param(1.5, low=0.5, high=3.5, doc="facts for each synapse"),
    presets={
        "10 synapses, 15 facts": dict(N=10, load=1.5),
        "100 synapses, 150 facts": dict(N=100, load=1.5),
        "100 synapses, 200 facts": dict(N=100, load=2.0),
        "100 synapses, 250 facts": dict(N=100, load=2.5),
    },
    targets=[
        Target(
            "Find a neuron that holds 9 of 10 sets with 1.8 facts a synapse",
            reached=lambda params, values: params["load"] >= 1.8 and values["exact"] > 0.9,
            tip="Not a small one.",
        ),
        Target(
            "Find the load at which half of all sets fit, whatever the number of synapses",
            reached=lambda params, values: params["N"] >= 50 and abs(values["exact"] - 0.5) < 0.01,
            tip="All curves cross at one point.",
        ),
    ],
)
def memory_of_a_neuron(N: int = 10, load: float = 1.5) -> Iterator[Figure]:
    """A neuron with N synapses is to answer yes or no to random inputs, as random labels say: P = load N of them.

    Left, how often a set fits: exactly, and for 80 random sets, each judged by whether weights exist. Right, how many
    passes the perceptron's learning rule needed for the sets that fit.
    """
    P = max(1, round(load * N))
    exact = float(compute_separable_fraction(P, N))
    fits: list[bool] = []
    passes: list[float] = []
    for first in range(0, _SETS, _AT_A_TIME):
        for number in range(first, first + _AT_A_TIME):
            patterns, labels = _random_set(P, N, number)
            fits.append(find_separating_weights(patterns, labels) is not None)
            if fits[-1]:
                run = train_perceptron(patterns, labels, epochs=_EPOCHS)
                passes.append(float(len(run.mistakes)) if run.learnt else math.nan)
        yield _memory_figure(N, P, exact, fits, passes)


def _memory_figure(N: int, P: int, exact: float, fits: list[bool], passes: list[float]) -> Figure:
    share = float(np.mean(fits))
    needed = np.array(passes)
    late = int(np.isnan(needed).sum())
    others = [n for n in _CURVES if n != N]
    named = ", ".join(map(str, others))
    words = f"{sum(fits)} of {len(fits)} random sets of {P} facts fit into {N} synapses"
    slow = f"; {late} of those the rule did not learn in {_EPOCHS} passes" if late else ""
    order = np.arange(1.0, needed.size + 1)
    return Figure(
        Panel(
            *(
                Line(*_capacity_curve(n), label=label, color="dim", dash=True, width=1.2)
                for n, label in zip(others, (f"{named} synapses", "", ""), strict=False)
            ),
            Line(*_capacity_curve(N), label=f"{N} synapses, exact", color=0, width=2.4),
            Dots([P / N], [share], color=1, size=10, label=f"found in {len(fits)} sets"),
            title="Share of all sets that fit",
            x="facts for each synapse, P / N",
            y="share",
            xlim=(0.5, 3.5),
            ylim=(-0.03, 1.03),
            height=1.5,
        ),
        Panel(
            level((0, _SETS + 1), _EPOCHS),
            Dots(
                order,
                np.where(np.isnan(needed), float(_EPOCHS), needed),
                filled=~np.isnan(needed),
                color=0,
                size=6,
            ),
            title="Learning the sets that fit; open: not done in time",
            x="set that fits",
            y="passes over the facts",
            xlim=(0, _SETS + 1),
            ylim=(1, 2 * _EPOCHS),
            log="y",
        ),
        columns=2,
        summary=f"{words} ({share * 100:.3g} %; exactly {exact * 100:.3g} %){slow}",
        values=dict(P=P, share=share, exact=exact, late=late, sets=len(fits)),
    )


_CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
_GATES = {"AND": [-1.0, -1.0, -1.0, 1.0], "XOR": [-1.0, 1.0, 1.0, -1.0]}


@lru_cache(maxsize=64)
def _task(task: str, gap: float) -> tuple[Array, Array]:
    """Inputs with a third one that is always 1, and their labels."""
    if task == "two clouds":
        rng = np.random.default_rng(5)
        labels = np.tile([-1.0, 1.0], 20)
        middles = np.array([1.2, 0.8]) + labels[:, None] * gap / 2 * np.array([0.8, 0.6])
        points = middles + 0.42 * rng.normal(size=(40, 2))
    else:
        labels, points = np.array(_GATES[task]), _CORNERS
    return np.column_stack([points, np.ones(len(points))]), labels


_MOST = 120


@lab(
    title="The perceptron learns",
    task=["two clouds", "AND", "XOR"],
    gap=param(1.8, low=0, high=4, doc="between the middles of the two clouds"),
    corrections=param(5, low=0, high=_MOST, doc="how often the rule has corrected the weights"),
    presets={
        "at the start": dict(corrections=0),
        "clouds well apart": dict(gap=2.4, corrections=20),
        "clouds that mix": dict(gap=1.2, corrections=60),
        "AND": dict(task="AND", corrections=18),
        "XOR": dict(task="XOR", corrections=61),
    },
    targets=[
        Target(
            "Let the rule separate the two clouds without a mistake",
            reached=lambda params, values: (
                params["task"] == "two clouds" and values["wrong"] == 0 and params["gap"] > 0
            ),
            tip="Move corrections to the right, until the curve below stays at 0.",
        ),
        Target(
            "Let it learn AND with as few corrections as it needs",
            reached=lambda params, values: (
                params["task"] == "AND"
                and values["wrong"] == 0
                and params["corrections"] == values["corrections"]
            ),
            tip="Between 10 and 20. The last one settles it.",
        ),
        Target(
            "Move the clouds so close together that no line is left",
            reached=lambda params, values: (
                params["task"] == "two clouds" and math.isinf(values["bound"])
            ),
            tip="A gap between 1 and 1.4 is enough.",
        ),
    ],
)
def perceptron(task: str = "two clouds", gap: float = 1.8, corrections: int = 5) -> Figure:
    """Two inputs and a bias; filled dots want the answer yes, open ones no. Each mistake turns the border a little.

    The tick on the border points to the side of yes. The rule takes the dots in order: where the answer is wrong it
    adds the input to the weights, or takes it away.
    """
    patterns, labels = _task(task, gap)
    run = train_perceptron(patterns, labels, epochs=_MOST + 1, record=_MOST)
    wrong = np.sum(run.history @ (patterns * labels[:, None]).T <= 0, axis=1)
    made = min(corrections, len(wrong) - 1)
    w = run.history[made]
    missed = (patterns @ w) * labels <= 0
    bound = compute_correction_bound(patterns, labels)
    x, y = patterns[:, 0], patterns[:, 1]
    if math.isfinite(bound):
        known = f"no more than {bound:.4g} corrections can be needed"
    else:
        known = "no line separates these dots"
    done = f"; it stopped after {run.corrections}" if run.learnt and made == run.corrections else ""
    line_x, line_y = _border(w)
    low, high = (-1.2, 3.6) if task == "two clouds" else (-0.8, 1.8)
    return Figure(
        Panel(
            Line(line_x, line_y, color="ink", width=2, label="border"),
            Line(*_arrow(w), color="ink", width=2),
            Dots(x[missed], y[missed], filled=False, color=1, size=14, label="wrong"),
            Dots(x, y, filled=labels > 0, color=0, size=8, label="filled: yes, open: no"),
            title="The dots and the line of the weights",
            x="input 1",
            y="input 2",
            xlim=(low, high),
            ylim=(low, high),
            height=1.7,
        ),
        Panel(
            level((0, _MOST), 0.0),
            Line(np.arange(len(wrong)), wrong, color=1, width=1.8),
            Dots([made], [wrong[made]], color=3, size=9),
            title="Wrong answers",
            x="corrections made",
            y="dots that are wrong",
            xlim=(0, _MOST),
            ylim=(-0.03 * len(labels), max(4.0, 1.05 * float(wrong.max()))),
        ),
        columns=(5, 4),
        summary=f"{int(wrong[made])} of {len(labels)} wrong after {made} corrections{done}; {known}",
        values=dict(
            wrong=int(wrong[made]),
            made=made,
            learnt=float(run.learnt),
            corrections=run.corrections,
            bound=bound,
        ),
    )


def _border(w: Array) -> tuple[Array, Array]:
    """Two points far out on the line w·x = 0."""
    size = float(np.hypot(w[0], w[1]))
    if size == 0:
        return np.full(2, np.nan), np.full(2, np.nan)
    foot, along = -w[2] * w[:2] / size**2, np.array([-w[1], w[0]]) / size
    ends = foot + np.array([[-10.0], [10.0]]) * along
    return ends[:, 0], ends[:, 1]


def _arrow(w: Array) -> tuple[Array, Array]:
    """A short stroke from the line towards the side of yes."""
    size = float(np.hypot(w[0], w[1]))
    if size == 0:
        return np.full(2, np.nan), np.full(2, np.nan)
    foot, across = -w[2] * w[:2] / size**2, w[:2] / size
    return np.array([foot[0], foot[0] + 0.5 * across[0]]), np.array(
        [foot[1], foot[1] + 0.5 * across[1]]
    )


@lru_cache(maxsize=1)
def _taught(seed: int = 1958) -> Array:
    """Weights of a neuron that the perceptron's rule has taught to tell dots on either side of a line."""
    rng = np.random.default_rng(seed)
    points, ends = rng.uniform(0.0, 2.0, (60, 2)), rng.uniform(0.8, 1.8, 2)
    side = points @ (1.0 / ends) - 1.0
    known = np.abs(side) > 0.15
    patterns = np.column_stack([points, np.ones(60)])[known]
    return train_perceptron(patterns, np.sign(side[known])).weights


def hidden_border() -> tuple[float, float]:
    """Where the hidden neuron's border crosses the axes of input 1 and of input 2."""
    w = _taught()
    return float(-w[2] / w[0]), float(-w[2] / w[1])


@lab(
    title="What was it taught?",
    input_1=param(1.5, low=0, high=2, doc="a click in the plane sets both"),
    input_2=param(1.5, low=0, high=2, doc="a click in the plane sets both"),
    presets={
        "nothing": dict(input_1=0.0, input_2=0.0),
        "first input alone": dict(input_1=1.0, input_2=0.0),
        "second input alone": dict(input_1=0.0, input_2=1.0),
    },
)
def hidden_lesson(input_1: float = 1.5, input_2: float = 1.5) -> Figure:
    """Ask a neuron that somebody has taught: it answers yes or no. Where is the border between its answers?

    It is a straight line, as every neuron of this kind has one.
    """
    yes = bool(_taught() @ [input_1, input_2, 1.0] > 0)
    return Figure(
        Panel(
            Dots([input_1], [input_2], color=0, size=11, filled=yes, label="yes" if yes else "no"),
            title="The answer: filled is yes, open is no",
            x="input 1",
            y="input 2",
            xlim=(0, 2),
            ylim=(0, 2),
            pick=("input_1", "input_2"),
            height=1.7,
        ),
        summary=f"inputs {input_1:.3g} and {input_2:.3g}: {'yes' if yes else 'no'}",
        values=dict(yes=yes),
    )
