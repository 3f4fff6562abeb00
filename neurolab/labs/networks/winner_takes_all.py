"""Labs of lesson 4.3: rivals, and how a choice is made."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.dynamics import Equilibrium, find_equilibria
from neurolab.engine.model import param
from neurolab.figures import Arrows, Dots, Figure, Line, Panel, Span
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import fixed_points, outline
from neurolab.networks import (
    Decisions,
    RateNetwork,
    compute_decision_accuracy,
    compute_decision_density,
    compute_decision_time,
    compute_winner_take_all,
    compute_wong_wang_nullcline,
    find_rate_fixed_points,
    generate_winner_take_all_weights,
    simulate_decisions,
    simulate_rates,
    wong_wang,
)

__all__ = ["drift_to_bound", "hidden_race", "two_choices", "two_rivals"]

Array = NDArray[np.float64]

# two rivals

_TAU, _SHOWN, _STRONG = 10.0, 400.0, 1.0  # ms, ms, the input of the stronger one
_ALPHAS = np.linspace(0.0, 1.5, 151)
_NAMES = {
    "share": "both stay active",
    "fair winner": "the stronger one wins, whoever was ahead",
    "first come": "who was ahead wins",
    "tie": "the start decides how they divide",
}


def _rivals(alpha: float) -> RateNetwork:
    return RateNetwork(generate_winner_take_all_weights(2, alpha), tau=_TAU)


def _settling(t: Array, r: Array) -> float:
    """From when on both rates are within 0.001 of their end, ms; NaN if only at the end itself."""
    away = np.flatnonzero(np.abs(r - r[-1]) > 1e-3) // r.shape[1]
    if not away.size:
        return 0.0
    return float(t[away[-1] + 1]) if away[-1] + 2 < t.size else math.nan


@lru_cache(maxsize=64)
def _settling_times(I_2: float, r_1: float, r_2: float) -> Array:
    """For each alpha, from this start; runs are ten times as long as what is shown, or end at rest."""
    found = []
    for alpha in _ALPHAS.tolist():
        for duration in (2 * _SHOWN, 10 * _SHOWN):
            run = simulate_rates(_rivals(alpha), duration, 1.0, I=[_STRONG, I_2], r=[r_1, r_2])
            if np.abs(run.r[-1] - run.r[-10]).max() < 1e-9:
                break
        found.append(_settling(run.t, run.r))
    times = np.array(found)
    return np.where(times > 0, times, np.nan)


@lru_cache(maxsize=64)
def _ends(I_2: float) -> tuple[Array, Array, Array, Array]:
    """Stable rates for each alpha: of both while they share or the stronger wins, and of the weaker as a winner."""
    ends = np.full((4, _ALPHAS.size), np.nan)
    for k, alpha in enumerate(_ALPHAS.tolist()):
        found = compute_winner_take_all(_STRONG, I_2, alpha)
        ends[:2, k] = found.states[0]
        if len(found.states) > 1:
            ends[2:, k] = found.states[1]
    return ends[0], ends[1], ends[2], ends[3]


@lab(
    title="Two rivals",
    alpha=param(0.5, "", low=0, high=1.5, doc="how strongly each inhibits the other"),
    I_2=param(0.95, "", low=0.6, high=1, doc="input of the second; the first one has 1"),
    r_1=param(0.0, "", low=0, high=1.2, doc="where the first one starts"),
    r_2=param(0.95, "", low=0, high=1.2, doc="where the second one starts: its head start"),
    step=param(0.05, "tau", low=0.05, high=1.2, doc="step of the simulation; tau is 10 ms"),
    presets={
        "weak inhibition": dict(alpha=0.5),
        "almost a winner": dict(alpha=0.93),
        "strong": dict(alpha=1.0),
        "stronger still": dict(alpha=1.1),
        "steps too large": dict(alpha=0.9, step=1.0),
    },
    targets=[
        Target(
            "Let the weaker one win with its head start, with as little inhibition as possible",
            reached=lambda params, values: (
                params["I_2"] == 0.95 and values["second"] > 0.9 and params["alpha"] <= 1.07
            ),
            tip="Beyond 1 / 0.95.",
        ),
        Target(
            "Make settling take more than a second",
            reached=lambda params, values: values["settled"] > 1000.0 and params["step"] <= 0.1,
            tip="At the border where the weaker one falls silent, it takes longest.",
        ),
    ],
)
def two_rivals(
    alpha: float = 0.5, I_2: float = 0.95, r_1: float = 0.0, r_2: float = 0.95, step: float = 0.05
) -> Figure:
    """Two cells that inhibit each other, tau dr/dt = -r + [I - alpha r_other]; click in the plane to choose a start."""
    network, drive = _rivals(alpha), [_STRONG, I_2]
    dt = step * _TAU
    run = simulate_rates(network, _SHOWN, dt, I=drive, r=[r_1, r_2], method="euler")
    long = simulate_rates(network, 10 * _SHOWN, dt, I=drive, r=[r_1, r_2], method="euler")
    settled = _settling(long.t, long.r)
    regime = compute_winner_take_all(_STRONG, I_2, alpha)
    first, second = (round(float(rate), 6) for rate in long.r[-1])
    words = f"settled after {settled:.3g} ms"
    if settled == 0 or math.isnan(settled):
        words = "at rest from the start" if settled == 0 else "the rates never settle"
    return Figure(
        Panel(
            Line(run.t, run.r[:, 0], color=0, width=2, label="first, input 1"),
            Line(run.t, run.r[:, 1], color=1, width=2, dash=True, label=f"second, {I_2:g}"),
            title="Rates",
            y="rate",
            xlim=(0, _SHOWN),
            ylim=(-0.05, 1.25),
        ),
        _rival_plane(network, alpha, I_2, run.r),
        _rival_ends(alpha, I_2, regime.borders, long.r[-1]),
        Panel(
            Line(_ALPHAS, _settling_times(I_2, r_1, r_2), color=0),
            Dots([alpha], [settled], color=3, size=9),
            title="Time to settle from this start",
            x="alpha",
            y="time (ms)",
            xlim=(0, 1.5),
            ylim=(10, 4000),
            log="y",
        ),
        columns=2,
        summary=f"{regime.regime}: {_NAMES[regime.regime]}; rates {first:.3g} and {second:.3g}, {words}",
        values=dict(
            first=first,
            second=second,
            settled=settled,
            lower=regime.borders[0],
            upper=regime.borders[1],
        ),
    )


def _rival_plane(network: RateNetwork, alpha: float, I_2: float, r: Array) -> Panel:
    drive = np.array([_STRONG, I_2])
    fixed = find_rate_fixed_points(network, drive)
    along = np.linspace(0.0, 1.2, 121)
    x, y = np.meshgrid(np.linspace(0.06, 1.14, 10), np.linspace(0.06, 1.14, 8))
    flow = [
        network.output(drive[k] - alpha * other) - own
        for k, (own, other) in enumerate([(x, y), (y, x)])
    ]
    return Panel(
        Arrows(x, y, flow[0], flow[1]),
        Line(network.output(_STRONG - alpha * along), along, color=0, label="first stays"),
        Line(along, network.output(I_2 - alpha * along), color=1, dash=True, label="second stays"),
        Line(r[:, 0], r[:, 1], color="ink", width=2),
        Dots([r[0, 0]], [r[0, 1]], color=3, size=7),
        *fixed_points([e.r for e in fixed], [e.stable for e in fixed], size=8),
        title="The plane of the two rates",
        x="first",
        y="second",
        xlim=(-0.05, 1.2),
        ylim=(-0.05, 1.2),
        pick=("r_1", "r_2"),
        height=1.3,
    )


def _rival_ends(alpha: float, I_2: float, borders: tuple[float, float], end: Array) -> Panel:
    first, second, loser, winner = _ends(I_2)
    return Panel(
        Span(borders[0], borders[1], label="the stronger wins"),
        Line(_ALPHAS, first, color=0, width=2, label="first"),
        Line(_ALPHAS, second, color=1, width=2, dash=True, label="second"),
        Line(_ALPHAS, winner, color=1, width=1, dash=True),
        Line(_ALPHAS, loser, color=0, width=1),
        Dots([alpha, alpha], end, color=3, size=8, filled=[True, False]),
        title="Where they can end",
        x="alpha",
        y="rate",
        xlim=(0, 1.5),
        ylim=(-0.05, 1.25),
    )


# drift to a bound

_TRIALS = 4000
_EDGES = np.linspace(0.0, 4.0, 41)


@lab(
    title="A decision as a race to a bound",
    drift=param(1.0, "1/s", low=0, high=3, doc="evidence: how fast it piles up for the right side"),
    bound=param(1.0, "", low=0.3, high=2, doc="how much must be piled up; the noise is 1/√s"),
    step=param(10, "ms", low=5, high=100, doc="step of the simulation"),
    bridge=param(1, doc="asks whether the path touched the bound between two steps"),
    presets={
        "careful": dict(bound=1.8),
        "hasty": dict(bound=0.4),
        "clear evidence": dict(drift=2.5),
        "no evidence": dict(drift=0.0),
        "coarse steps": dict(step=100, bridge=False),
    },
    targets=[
        Target(
            "With a drift of 1, be right in 95 % of all choices, to 1 %",
            reached=lambda params, values: (
                params["drift"] == 1.0 and abs(values["accuracy"] - 0.95) < 0.01
            ),
            tip="Patience: a bound near 1.5.",
        ),
        Target(
            "Make the simulation wrong by 10 % in time, without touching drift or bound",
            reached=lambda params, values: (
                params["drift"] == 1.0
                and params["bound"] == 1.0
                and values["found_time"] > 1.1 * values["time"]
            ),
            tip="Untick bridge and take coarse steps: the path jumps over the bound.",
        ),
    ],
)
def drift_to_bound(
    drift: float = 1.0, bound: float = 1.0, step: int = 10, bridge: bool = True
) -> Iterator[Figure]:
    """Evidence piles up with noise until it reaches +bound (right) or -bound (wrong)."""
    for trials in (_TRIALS // 8, _TRIALS // 2, _TRIALS):
        run = simulate_decisions(trials, drift, bound, dt=step / 1e3, seed=3, bridge=bridge)
        yield _race_figure(drift, bound, step, run)


def _race_figure(drift: float, bound: float, step: int, run: Decisions) -> Figure:
    accuracy = float(compute_decision_accuracy(drift, bound))
    time = float(compute_decision_time(drift, bound))
    t = np.linspace(0.0, 4.0, 401)
    density = np.asarray(compute_decision_density(t, drift, bound))
    errors = np.asarray(compute_decision_density(t, drift, bound, upper=False))
    top = 1.15 * max(0.5, float(density.max()))
    bounds = np.geomspace(0.05, 2.5, 80)
    trade_time = [float(compute_decision_time(drift, a)) for a in bounds.tolist()]
    trade_accuracy = [float(compute_decision_accuracy(drift, a)) for a in bounds.tolist()]
    return Figure(
        Panel(
            Line([0, 4], [bound, bound], color=0, width=2, label="right"),
            Line([0, 4], [-bound, -bound], color=1, width=2, label="wrong"),
            *_paths(drift, bound, step),
            title="Ten of the races",
            x="time (s)",
            y="evidence",
            xlim=(0, 4),
            ylim=(-2.4, 2.4),
        ),
        Panel(
            Line([0, 4], [0, 0], color="dim", width=1),
            _bars(run.times[run.correct], run.times.size, 1.0, 0, "right, counted"),
            _bars(run.times[~run.correct], run.times.size, -1.0, 1, "wrong, downwards"),
            Line(t, density, color="ink", dash=True, label="exact"),
            Line(t, -errors, color="ink", dash=True),
            title=f"When {run.times.size} choices fell",
            x="time (s)",
            y="density (1/s)",
            xlim=(0, 4),
            ylim=(-max(0.3 * top, 1.15 * float(errors.max())), top),
        ),
        Panel(
            Line(trade_time, trade_accuracy, color="dim", dash=True, label="every bound, exact"),
            Dots([time], [accuracy], color="ink", filled=False, size=11, label="this one"),
            Dots([run.mean_time], [run.accuracy], color=3, size=7, label="counted"),
            title="Fast or right",
            x="mean time (s)",
            y="share of right choices",
            xlim=(0, 4),
            ylim=(0.45, 1.02),
            span=(1, 2),
        ),
        columns=2,
        summary=f"{run.accuracy * 100:.3g} % right after {run.mean_time:.3g} s on average; "
        f"exactly {accuracy * 100:.3g} % and {time:.3g} s",
        values=dict(
            accuracy=accuracy, time=time, found_accuracy=run.accuracy, found_time=run.mean_time,
            trials=run.times.size,
        ),
    )  # fmt: skip


def _paths(drift: float, bound: float, step: int) -> list[Line]:
    """Ten paths up to the first step (of `step` ms) beyond a bound, in the colour of that bound."""
    # the same path of 1 ms steps, seen more or less often: it keeps its shape when the step changes
    fine = np.random.default_rng(8).normal(drift * 1e-3, math.sqrt(1e-3), size=(10, 4000))
    x = np.cumsum(fine, axis=1)[:, step - 1 :: step]
    lines = []
    for path in x:
        out = np.flatnonzero(np.abs(path) >= bound)
        end = int(out[0]) + 1 if out.size else path.size
        way = np.concatenate([[0.0], path[:end]])
        colour: Any = "dim" if not out.size else 0 if way[-1] > 0 else 1
        lines.append(Line(np.arange(way.size) * step / 1e3, way, color=colour, width=1))
    return lines


def _bars(times: Array, trials: int, sign: float, colour: int, label: str) -> Line:
    width = float(_EDGES[1] - _EDGES[0])
    heights = sign * np.histogram(times[np.isfinite(times)], _EDGES)[0] / (trials * width)
    return Line(*outline(_EDGES, heights), color=colour, label=label)


def hidden_decision(seed: int = 1978) -> tuple[float, float]:
    """Drift (1/s) and bound of the hidden race: drawn from a seed, so that everyone measures the same."""
    draw = np.random.default_rng(seed).uniform
    return draw(0.6, 1.4), draw(0.6, 1.1)


@lab(
    title="A race that nobody has seen",
    trials=param(100, low=20, high=4000, doc="choices that are measured"),
    run=param(1, low=1, high=20, doc="which of twenty experiments of the same kind"),
    presets={"few choices": dict(trials=50), "many choices": dict(trials=4000)},
)
def hidden_race(trials: int = 100, run: int = 1) -> Figure:
    """Somebody chooses between right and wrong again and again; all that is known is how often, and how soon.

    If the choices are races to a bound, with noise of 1/√s: how fast is the drift, and how far away is the bound?
    """
    drift, bound = hidden_decision()
    found = simulate_decisions(trials, drift, bound, seed=run)
    return Figure(
        Panel(
            Line([0, 4], [0, 0], color="dim", width=1),
            _bars(found.times[found.correct], trials, 1.0, 0, "right, counted"),
            _bars(found.times[~found.correct], trials, -1.0, 1, "wrong, downwards"),
            title=f"When {trials} choices fell",
            x="time (s)",
            y="density (1/s)",
            xlim=(0, 4),
            ylim=(-0.5, 1.5),
            height=1.4,
        ),
        summary=f"{found.accuracy * 100:.1f} % right, after {found.mean_time:.3f} s on average",
        values=dict(accuracy=found.accuracy, time=found.mean_time),
    )


# Wong and Wang's network

_RUNS, _DURATION, _STEP = 10, 1500.0, 1.0
_S = np.linspace(0.004, 0.8, 400)


@lru_cache(maxsize=256)
def _choice_states(mu_0: float, coherence: float) -> tuple[Equilibrium, ...]:
    return tuple(find_equilibria(wong_wang, starts=24, mu_0=mu_0, coherence=coherence))


@lab(
    model=wong_wang,
    title="A network decides",
    mu_0=(0, 60, 1.0),
    coherence=(-0.5, 0.5, 0.01),
    noise=param(0.003, "1/√ms", low=0, high=0.008, doc="noise of each population"),
    S_1=(0.02, 0.75, 0.01),
    S_2=(0.02, 0.75, 0.01),
    presets={
        "before the stimulus": dict(mu_0=0.0),
        "a toss": dict(mu_0=30.0, coherence=0.0),
        "some evidence": dict(mu_0=30.0, coherence=0.1),
        "much evidence": dict(mu_0=30.0, coherence=0.4),
        "a choice kept in mind": dict(mu_0=0.0, S_1=0.5, S_2=0.05),
    },
    targets=[
        Target(
            "Let it choose the first side in all ten runs, with as little evidence as you can",
            reached=lambda params, values: (
                params["mu_0"] >= 20
                and 0 < params["coherence"] <= 0.3
                and values["first"] == 10
                and params["noise"] >= 0.003
                and abs(params["S_1"] - params["S_2"]) < 0.005
            ),
            tip="A coherence between 0.1 and 0.3.",
        ),
        Target(
            "Without a stimulus, start it so that it keeps a choice in mind",
            reached=lambda params, values: (
                params["mu_0"] == 0 and max(values["first"], values["second"]) >= 8
            ),
            tip="Click near one of the filled dots at the sides.",
        ),
    ],
)
def two_choices(
    mu_0: float = 30.0,
    coherence: float = 0.0,
    noise: float = 0.003,
    S_1: float = 0.1,
    S_2: float = 0.1,
) -> Figure:
    """Wong and Wang's two populations, each for one side, run ten times; click in the plane to choose the start.

    Each excites itself and inhibits the other. S is the fraction of its slow NMDA channels that are open.
    """
    paths = [_noisy_choice(mu_0, coherence, noise, S_1, S_2, seed) for seed in range(_RUNS)]
    last = np.array([[path[0][-1], path[1][-1]] for path in paths])
    lead = last[:, 0] - last[:, 1]
    first, second = int(np.sum(lead > 0.25)), int(np.sum(lead < -0.25))
    fixed = _choice_states(mu_0, coherence)
    grid_1, grid_2 = np.meshgrid(np.linspace(0.03, 0.72, 11), np.linspace(0.03, 0.72, 10))
    flow = wong_wang.derivative(np.stack([grid_1, grid_2]), mu_0=mu_0, coherence=coherence)
    t = np.arange(paths[0][0].size) * 5 * _STEP
    undecided = _RUNS - first - second
    open_ = f", {undecided} undecided" if undecided else ""
    return Figure(
        Panel(
            Arrows(grid_1, grid_2, flow[0], flow[1]),
            Line(compute_wong_wang_nullcline(_S, mu_0, -coherence), _S, color=1, width=2, dash=True,
                 label="S_2 stays"),
            Line(_S, compute_wong_wang_nullcline(_S, mu_0, coherence), color=0, width=2,
                 label="S_1 stays"),
            *(Line(a, b, color="dim", width=0.8) for a, b in paths),
            *fixed_points(
                [(e.state["S_1"], e.state["S_2"]) for e in fixed],
                [e.stable for e in fixed],
                size=8,
            ),
            Dots([S_1], [S_2], color=3, size=7),
            title="The plane of the two populations",
            x="S_1: first side",
            y="S_2: second side",
            xlim=(0, 0.75),
            ylim=(0, 0.75),
            pick=("S_1", "S_2"),
            span=(2, 1),
        ),
        Panel(
            *(Line(t, a, color=0, width=1) for a, _ in paths),
            title="First side, ten runs",
            y="S_1",
            xlim=(0, _DURATION),
            ylim=(0, 0.8),
        ),
        Panel(
            *(Line(t, b, color=1, width=1) for _, b in paths),
            title="Second side",
            y="S_2",
            xlim=(0, _DURATION),
            ylim=(0, 0.8),
        ),
        columns=2,
        summary=f"{first} of {_RUNS} runs chose the first side, {second} the second{open_}; "
        f"states at rest: {', '.join(e.kind for e in fixed)}",
        values=dict(
            first=first, second=second, states=len(fixed), stable=sum(e.stable for e in fixed)
        ),
    )  # fmt: skip


def _noisy_choice(
    mu_0: float, coherence: float, noise: float, S_1: float, S_2: float, seed: int
) -> tuple[Array, Array]:
    """S_1 and S_2 of one run, every 5 ms."""
    from neurolab.engine.stochastic import simulate_stochastic  # loads numba

    run = simulate_stochastic(
        wong_wang, _DURATION, _STEP, seed=seed, noise=dict(S_1=noise, S_2=noise),
        every=5, mu_0=mu_0, coherence=coherence, S_1=S_1, S_2=S_2,
    )  # fmt: skip
    return np.asarray(run.S_1), np.asarray(run.S_2)
