"""Labs of lesson 1.2: neurons of two variables and less, and how each of them loses its rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.dynamics import compute_jacobian, find_equilibria
from neurolab.engine.model import Model, param, simulate
from neurolab.figures import Arrows, Dots, Figure, Line, Panel, Span
from neurolab.figures.marks import Mark
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import fixed_points, spikes_in_words, strokes
from neurolab.labs.membrane.panels import CURRENT_LABEL
from neurolab.membrane import (
    ADEX_PATTERNS,
    IZHIKEVICH_PANELS,
    IZHIKEVICH_TYPES,
    MORRIS_LECAR_SETS,
    adex,
    compute_adex_hopf_current,
    compute_adex_saddle_node_current,
    compute_fitzhugh_nagumo_nullclines,
    compute_morris_lecar_nullclines,
    fitzhugh_nagumo,
    hindmarsh_rose,
    izhikevich,
    lif,
    morris_lecar,
    simulate_izhikevich_euler,
    simulate_izhikevich_panel,
)

__all__ = [
    "adex_patterns",
    "coarse_step",
    "fitzhugh_nagumo_plane",
    "izhikevich_gallery",
    "morris_lecar_plane",
    "neuron_behind_glass",
    "two_neurons",
]

Array = NDArray[np.float64]

# The smallest lasting step of current that makes each fibre fire for ever, from its rest without current. For class 1
# it is the saddle-node; for class 2 the fold of cycles, found by bisection to 0.001.
_THRESHOLDS = {"snlc": 39.9632, "hopf": 88.2935}
_REST = {"snlc": (-59.474, 0.00027), "hopf": (-60.8554, 0.014915), "homoclinic": (-59.474, 0.00027)}
_KINDS = {"class 1": "snlc", "class 2": "hopf", "fast potassium": "homoclinic"}


def _late_rate(set_name: str, I: float, duration: float = 3000.0) -> tuple[Any, float]:
    """A run from rest, and its rate (Hz) by the last interval of its later two thirds; 0 for a train that ends."""
    V, w = _REST[set_name]
    run = simulate(
        morris_lecar, duration, 0.2, record="V", I=I, V=V, w=w, **MORRIS_LECAR_SETS[set_name]
    )
    late = run.spikes().times
    late = late[late > duration / 3]
    return run, float(1e3 / (late[-1] - late[-2])) if late.size > 1 else 0.0


@lru_cache(maxsize=2)
def _rate_curve(set_name: str) -> tuple[Array, Array]:
    """Rate of a fibre against the current beyond its threshold: 0 up to it, then dense where it begins."""
    above = np.concatenate([np.geomspace(0.02, 0.5, 9), np.linspace(0.7, 10.0, 16)])
    rates = [_late_rate(set_name, _THRESHOLDS[set_name] + x)[1] for x in above.tolist()]
    return above, np.array(rates)


@lab(
    title="Two neurons, one threshold",
    above=param(-1.0, "µA/cm²", low=-2, high=10, doc="current beyond the threshold, in both"),
    presets={
        "just below": dict(above=-0.05),
        "just above": dict(above=0.05),
        "a little more": dict(above=1.0),
        "well above": dict(above=4.0),
        "far above": dict(above=10.0),
    },
    targets=[
        Target(
            "Make neuron A fire for ever, at less than 2 spikes per second",
            reached=lambda params, values: 0.0 < values["rate_A"] < 2.0,
            tip="Come down to the threshold from above, in the smallest steps: the arrow keys help.",
        ),
        Target(
            "Find the slowest train that neuron B can keep up",
            reached=lambda params, values: 0.0 < values["rate_B"] < 8.6,
            tip="There is a step: below it nothing, above it more than 7 spikes per second.",
        ),
    ],
)
def two_neurons(above: float = -1.0) -> Figure:
    """A lasting current is switched on in two neurons whose thresholds are set equal: how slowly can each one fire?

    Both are the barnacle fibre of Morris and Lecar with the same two currents; a holding current shifts A's threshold
    to that of B.
    """
    shown = 1000.0
    traces, dots, curves, rates = [], [], [], {}
    for letter, set_name, colour in (("A", "snlc", 0), ("B", "hopf", 1)):
        run, rate = _late_rate(set_name, _THRESHOLDS[set_name] + above)
        early = run.between(0.0, shown)
        rates[letter] = rate
        traces.append(
            Panel(
                Line(early.t, early.V, color=colour, width=1.8),
                title=f"Neuron {letter}",
                xlim=(0, shown),
                ylim=(-70, 50),
            )
        )
        x, f = _rate_curve(set_name)
        curves.append(
            Line(
                np.concatenate([[-2.0, 0.0], x]),
                np.concatenate([[0.0, 0.0], f]),
                label=letter,
                color=colour,
                dash=letter == "B",
                width=2,
            )
        )
        dots.append(Dots([above], [rate], color=colour, size=9))
    words = ", ".join(
        f"{letter} fires at {rate:.3g} Hz" if rate else f"{letter} is silent in the end"
        for letter, rate in rates.items()
    )
    return Figure(
        traces[0],
        Panel(
            *curves,
            *dots,
            title="Rate in the end",
            x="current beyond the threshold (µA/cm²)",
            y="rate (Hz)",
            xlim=(-2, 10),
            ylim=(-0.5, 15),
            span=(2, 1),
        ),
        traces[1],
        columns=(3, 2),
        summary=f"{above:+.3g} µA/cm² from the threshold: {words}",
        values=dict(rate_A=rates["A"], rate_B=rates["B"]),
    )


@lab(
    model=fitzhugh_nagumo,
    title="The phase plane of excitability",
    I=(-0.5, 2, 0.01),
    eps=(0.01, 0.5, 0.01),
    v_0=param(-1.2, low=-2.5, high=2.5, doc="where v starts"),
    w_0=param(-0.6, low=-1.5, high=2.5, doc="where w starts"),
    presets={
        "rest": dict(I=0.0, v_0=-1.2, w_0=-0.6),
        "a kick too small": dict(I=0.0, v_0=-0.75, w_0=-0.6),
        "a kick large enough": dict(I=0.0, v_0=-0.5, w_0=-0.6),
        "a cycle": dict(I=0.5),
        "too much current": dict(I=1.5),
        "no clear threshold": dict(I=0.0, eps=0.3, v_0=-0.5, w_0=-0.6),
    },
    targets=[
        Target(
            "Find the smallest I at which rest is unstable, to 0.01",
            reached=lambda params, values: (
                values["stable"] == 0 and params["I"] <= 0.345 and params["eps"] == 0.08
            ),
            tip="The fixed point turns from filled to open just behind the knee of the bent curve.",
        ),
        Target(
            "Click a start far from the cycle that still ends on it",
            reached=lambda params, values: values["stable"] == 0 and abs(params["v_0"]) > 2.2,
            tip="Any start will do: the cycle attracts them all.",
        ),
    ],
)
def fitzhugh_nagumo_plane(
    I: float = 0.5, eps: float = 0.08, v_0: float = -1.2, w_0: float = -0.6
) -> Figure:
    """Two variables, two nullclines: click in the left panel to choose where the trajectory starts."""
    duration, dt = 150.0, 0.05
    run = simulate(fitzhugh_nagumo, duration=duration, dt=dt, I=I, eps=eps, v=v_0, w=w_0)
    fixed = find_equilibria(
        fitzhugh_nagumo, starts=4, low=dict(v=-3, w=-4), high=dict(v=3, w=4), I=I, eps=eps
    )
    v = np.linspace(-2.6, 2.6, 200)
    v_null, w_null = compute_fitzhugh_nagumo_nullclines(v, I=I)
    grid_v, grid_w = np.meshgrid(np.linspace(-2.4, 2.4, 13), np.linspace(-1.3, 2.3, 10))
    flow = fitzhugh_nagumo.derivative(np.stack([grid_v, grid_w]), I=I, eps=eps)
    stable = np.array([e.stable for e in fixed])
    swing = float(np.ptp(run.between(100.0, duration).v))
    words = "firing for ever" if swing > 1.0 else "resting"
    return Figure(
        Panel(
            Arrows(grid_v, grid_w, flow[0], flow[1], color="dim"),
            Line(v, v_null, label="dv/dt = 0", color=1, width=2),
            Line(v, w_null, label="dw/dt = 0", color=2, dash=True, width=2),
            Line(run.v, run.w, label="trajectory", color=0, width=1.6),
            *fixed_points([(e.state["v"], e.state["w"]) for e in fixed], stable),
            Dots([v_0], [w_0], color=3, size=7),
            title="Phase plane",
            x="v (fast)",
            y="w (slow)",
            xlim=(-2.5, 2.5),
            ylim=(-1.5, 2.5),
            pick=("v_0", "w_0"),
            span=(2, 1),
        ),
        Panel(
            Line(run.t, run.v, color=0),
            title="Fast variable",
            x="time",
            y="v",
            ylim=(-2.5, 2.5),
            xlim=(0, duration),
        ),
        Panel(
            Line(run.t, run.w, color=2, dash=True),
            title="Slow variable",
            x="time",
            y="w",
            ylim=(-1.5, 2.5),
            xlim=(0, duration),
        ),
        columns=2,
        summary=f"{words}; fixed point: {', '.join(e.kind for e in fixed)}",
        values=dict(swing=swing, stable=float(stable.all()), count=run.spikes().count),
    )


@lru_cache(maxsize=4)
def _equilibrium_curve(set_name: str) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The equilibria of a fibre, one for each voltage: V, the current that holds it there, and whether it is stable."""
    values = MORRIS_LECAR_SETS[set_name]
    V = np.linspace(-75.0, 25.0, 201)
    w = compute_morris_lecar_nullclines(V, 0.0, **values)[1]
    slopes = morris_lecar.derivative(np.stack([V, w]), I=0.0, **values)
    current = -slopes[0] * morris_lecar.params["C"].value
    stable = [
        np.linalg.eigvals(compute_jacobian(morris_lecar, state, I=0.0, **values)).real.max() < 0
        for state in zip(V.tolist(), w.tolist(), strict=True)
    ]
    return V, current, np.array(stable)


@lab(
    model=morris_lecar,
    title="How rest is lost",
    kind=list(_KINDS),
    I=(0, 120, 0.1),
    V_0=param(-60.0, "mV", low=-75, high=50, doc="where V starts"),
    w_0=param(0.0, low=-0.05, high=0.6, doc="where w starts"),
    presets={
        "class 1 at rest": dict(kind="class 1", I=30.0),
        "class 1, almost": dict(kind="class 1", I=39.5),
        "class 1, the ghost of rest": dict(kind="class 1", I=40.2),
        "class 2 at rest": dict(kind="class 2", I=80.0),
        "class 2, rest and firing": dict(kind="class 2", I=90.0, V_0=-26.0, w_0=0.13),
        "class 2, fires": dict(kind="class 2", I=95.0),
        "fast potassium, rest and firing": dict(kind="fast potassium", I=38.0, V_0=0.0, w_0=0.1),
    },
    targets=[
        Target(
            "Class 1: find the current at which two of the three fixed points meet, to 0.1",
            reached=lambda params, values: (
                params["kind"] == "class 1" and abs(params["I"] - 39.96) < 0.11
            ),
            tip="Watch the filled dot and the open one next to it while you raise I towards 40.",
        ),
        Target(
            "Class 2: find a current and a start from which it rests, although it can also fire",
            reached=lambda params, values: (
                params["kind"] == "class 2"
                and 88.3 <= params["I"] <= 93.8
                and values["swing"] < 1.0
            ),
            tip="Between 88.3 and 93.8. Click very near the fixed point.",
        ),
    ],
)
def morris_lecar_plane(
    I: float = 30.0, kind: str = "class 1", V_0: float = -60.0, w_0: float = 0.0
) -> Figure:
    """Two nullclines of the barnacle fibre: where they cross nothing moves. Click to choose a start.

    On the right below is every fixed point that there is, for all currents: lines where it is stable, dashed where not.
    """
    values = MORRIS_LECAR_SETS[_KINDS[kind]]
    duration = 600.0
    run = simulate(morris_lecar, duration, 0.1, I=I, V=V_0, w=w_0, **values)
    V = np.linspace(-78.0, 55.0, 240)
    w_of_V, w_inf = compute_morris_lecar_nullclines(V, I, **values)
    grid_V, grid_w = np.meshgrid(np.linspace(-70, 45, 13), np.linspace(0.0, 0.55, 9))
    flow = morris_lecar.derivative(np.stack([grid_V, grid_w]), I=I, **values)
    V_all, currents, stable_all = _equilibrium_curve(_KINDS[kind])
    V_fixed, w_fixed, stable = _fixed_points(V_all, currents, stable_all, I, values)
    late = run.between(duration / 2, duration).V
    swing = float(np.ptp(late))
    words = "it fires" if run.between(duration / 2, duration).spikes().count else "no train"
    return Figure(
        Panel(
            Arrows(grid_V, grid_w, flow[0], flow[1], color="dim"),
            Line(V, w_of_V, label="dV/dt = 0", color=1, width=2),
            Line(V, w_inf, label="dw/dt = 0", color=2, dash=True, width=2),
            Line(run.V, run.w, label="trajectory", color=0, width=1.6),
            *fixed_points(np.stack([V_fixed, w_fixed], axis=-1), stable),
            Dots([V_0], [w_0], color=3, size=7),
            title="Phase plane",
            x="V (mV)",
            y="w (potassium open)",
            xlim=(-75, 50),
            ylim=(-0.05, 0.6),
            pick=("V_0", "w_0"),
            span=(2, 1),
        ),
        Panel(
            Line(run.t, run.V, color=0, width=1.8),
            title="Voltage",
            xlim=(0, duration),
            ylim=(-75, 50),
        ),
        Panel(
            Line(np.where(stable_all, currents, np.nan), V_all, label="stable", color=0, width=2),
            Line(
                np.where(_shrunk(stable_all), np.nan, currents),
                V_all,
                label="unstable",
                color="dim",
                dash=True,
                width=2,
            ),
            Dots(np.full(V_fixed.size, I), V_fixed, filled=stable, color="ink", size=9),
            title="Fixed points at every current",
            x=CURRENT_LABEL,
            xlim=(0, 120),
            ylim=(-75, 25),
        ),
        columns=2,
        summary=f"{kind}: {_fixed_in_words(stable)}; {words}",
        values=dict(
            fixed=float(V_fixed.size),
            stable=float(stable.sum()),
            swing=swing,
            count=run.spikes().count,
        ),
    )


def _fixed_points(
    V: Array, currents: Array, stable: NDArray[np.bool_], I: float, values: Mapping[str, float]
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Where the curve of equilibria crosses the current I, by linear interpolation."""
    excess = currents - I
    k = np.flatnonzero(excess[:-1] * excess[1:] <= 0)
    part = excess[k] / (excess[k] - excess[k + 1])
    V_fixed = V[k] + part * (V[k + 1] - V[k])
    w_fixed = compute_morris_lecar_nullclines(V_fixed, I, **values)[1]
    return V_fixed, w_fixed, stable[np.where(part < 0.5, k, k + 1)]


def _shrunk(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`flags` without the ends of each run, so that the two lines drawn by them touch."""
    padded = np.pad(flags, 1, mode="edge")
    return np.asarray(padded[:-2] & flags & padded[2:])


def _fixed_in_words(stable: NDArray[np.bool_]) -> str:
    kept, lost = int(stable.sum()), int((~stable).sum())
    points = "fixed point" if stable.size == 1 else "fixed points"
    return f"{stable.size} {points}, {kept} stable and {lost} unstable"


_PANEL_NAMES = {f"{letter}  {panel.title}": letter for letter, panel in IZHIKEVICH_PANELS.items()}


@lab(
    title="Twenty neurons from one equation",
    panel=list(_PANEL_NAMES),
    strength=param(1.0, "", low=0, high=2, doc="factor on the input current"),
    fine=param(0, doc="steps 20 times as fine"),
    presets={
        "a train": dict(panel="A  tonic spiking"),
        "class 1": dict(panel="G  class 1 excitable"),
        "class 2": dict(panel="H  class 2 excitable"),
        "it waits for the right rhythm": dict(panel="K  resonator"),
        "it fires when let go": dict(panel="M  rebound spike"),
        "two states, one current": dict(panel="P  bistability"),
    },
    targets=[
        Target(
            "Find a neuron that fires because it is inhibited",
            reached=lambda params, values: (
                params["panel"][0] in "MNST" and values["count"] > 0 and params["strength"] > 0
            ),
            tip="M, N, S or T. How can less current make a spike?",
        ),
        Target(
            "Find a panel that is another neuron when the steps are small",
            reached=lambda params, values: (
                params["fine"]
                and values["published"] > 0
                and values["count"] > 1.5 * values["published"]
            ),
            tip="Tick `fine` on N, Q or T.",
        ),
    ],
)
def izhikevich_gallery(
    panel: str = "A  tonic spiking", strength: float = 1.0, fine: bool = False
) -> Figure:
    """Izhikevich's figure of 2004, panel by panel, with the coarse steps that drew it, or in steps 20 times as fine."""
    letter = _PANEL_NAMES[panel]
    published = simulate_izhikevich_panel(letter, strength=strength)
    run = simulate_izhikevich_panel(letter, strength=strength, refine=20) if fine else published
    count = run.spikes().count
    chosen = IZHIKEVICH_PANELS[letter]
    step = "as published" if not fine else "20 times finer"
    window = (0.0, chosen.duration)
    current = published.inputs["I"]
    low, high = float(current.min()), float(current.max())
    room = 0.15 * max(high - low, 1.0)
    return Figure(
        Panel(
            Line(run.t, run.V, color=0),
            title="Membrane potential",
            xlim=window,
            ylim=(-95, 40),
            height=1.4,
        ),
        Panel(
            Line(run.t, run.u, color=2, dash=True),
            title="Recovery",
            y="u (mV/ms)",
            xlim=window,
            height=0.7,
        ),
        Panel(
            Line(published.t, current, color="ink", width=1.2),
            title="Input",
            y="I (mV/ms)",
            xlim=window,
            ylim=(low - room, high + room),
            height=0.45,
        ),
        summary=f"{letter}, {chosen.title}: {spikes_in_words(count)}; step {step}, "
        f"{chosen.dt / (20 if fine else 1):.3g} ms",
        values=dict(count=count, published=published.spikes().count),
    )


def _table(name: str, I: float) -> dict[str, float]:
    """A line of the book's table as the sliders of the lab show it."""
    line = ADEX_PATTERNS[name]
    shown = {key: line[key] for key in ("a", "tau_w", "b", "V_reset")}
    return {**shown, "tau_m": line["C"] / line["g_L"], "I": I}


@lab(
    model=adex,
    title="Adaptation makes patterns",
    I=(0, 120, 0.5),
    tau_m=param(20.0, "ms", low=2, high=50, doc="membrane time constant"),
    a=(-1.5, 4, 0.05),
    tau_w=(5, 300, 1),
    b=(0, 80, 0.5),
    V_reset=(-65, -42, 0.5),
    presets={
        "tonic": _table("tonic", 65.0),
        "adapting": _table("adapting", 65.0),
        "initial burst": _table("initial burst", 65.0),
        "bursting": _table("bursting", 65.0),
        "irregular": _table("irregular", 65.0),
        "transient": _table("transient", 50.0),
        "delayed": _table("delayed", 25.0),
    },
    targets=[
        Target(
            "Turn the tonic neuron into a bursting one with V_reset and b alone",
            reached=lambda params, values: (
                params["a"] == 0.0
                and params["tau_m"] == 20.0
                and values["count"] > 5
                and values["longest"] > 4 * values["shortest"] > 0
                and values["bursts"] >= 2
            ),
            tip="Lift V_reset above the threshold, to -46 or so: each spike then starts the next one.",
        ),
        Target(
            "Make the last interval at least three times as long as the first",
            reached=lambda params, values: (
                values["count"] >= 4 and values["last"] > 3 * values["first"] > 0
            ),
            tip="A spike must leave its mark (b) and the mark must last (tau_w).",
        ),
    ],
)
def adex_patterns(
    I: float = 65.0,
    tau_m: float = 20.0,
    a: float = 0.0,
    tau_w: float = 30.0,
    b: float = 60.0,
    V_reset: float = -55.0,
) -> Figure:
    """One current of 65 pA, one exponential spike, one adaptation: which pattern depends on how the two are coupled.

    The patterns are those of Neuronal Dynamics, Table 6.1; leak 2 nS, rest -70 mV, V_T -50 mV, Delta_T 2 mV.
    """
    duration = 500.0
    shared = dict(g_L=2.0, E_L=-70.0, V_T=-50.0, Delta_T=2.0)
    run = simulate(
        adex, duration, 0.02, I=I, V=-70.0, C=2.0 * tau_m, a=a, tau_w=tau_w, b=b,
        V_reset=V_reset, V_peak=0.0, **shared,
    )  # fmt: skip
    spikes = run.spikes()
    intervals = spikes.isi()
    V = np.linspace(-80.0, -42.0, 160)
    rise = I - 2.0 * (V + 70.0) + 4.0 * np.exp((V + 50.0) / 2.0)
    fold = compute_adex_saddle_node_current(a=a, **shared)
    hopf = compute_adex_hopf_current(C=2.0 * tau_m, tau_w=tau_w, a=a, **shared)
    lost = (
        f"rest is lost at {hopf:.3g} pA, ringing"
        if np.isfinite(hopf)
        else f"rest is lost at {fold:.3g} pA, in a saddle-node"
    )
    w_high = max(60.0, float(run.w.max()) * 1.15)
    w_low = min(-20.0, float(run.w.min()) * 1.3)
    plane_V = np.where(run.V > -42.0, np.nan, run.V)
    bursts = 1 + int((intervals > 3 * np.median(intervals)).sum()) if intervals.size else 0
    return Figure(
        Panel(
            Line(V, rise, label="dV/dt = 0", color=1, width=2),
            Line(V, a * (V + 70.0), label="dw/dt = 0", color=2, dash=True, width=2),
            Line(plane_V, run.w, label="trajectory", color=0, width=1.2),
            title="Phase plane",
            x="V (mV)",
            y="w (pA)",
            xlim=(-80, -42),
            ylim=(w_low, w_high),
            span=(2, 1),
        ),
        Panel(
            Line(*strokes(spikes.times, -42.0, 0.0), color=0, width=1.6),
            Line(run.t, np.minimum(run.V, -42.0), color=0),
            title="Voltage",
            xlim=(0, duration),
            ylim=(-85, 10),
        ),
        Panel(
            Line(run.t, run.w, color=2, dash=True),
            title="Adaptation",
            y="w (pA)",
            xlim=(0, duration),
            ylim=(w_low, w_high),
        ),
        columns=2,
        summary=f"{spikes_in_words(spikes.count)} in {duration:g} ms; {lost}",
        values=dict(
            count=spikes.count,
            first=float(intervals[0]) if intervals.size else 0.0,
            last=float(intervals[-1]) if intervals.size else 0.0,
            shortest=float(intervals.min()) if intervals.size else 0.0,
            longest=float(intervals.max()) if intervals.size else 0.0,
            bursts=float(bursts),
        ),
    )


_STEPS = (1.0, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01)
_EXACT = 0.002


@lru_cache(maxsize=256)
def _count(cell: str, I: float, dt: float) -> int:
    return _stepped(cell, I, dt, 1000.0).spikes().count


def _stepped(cell: str, I: float, dt: float, duration: float) -> Trajectory:
    """A cell type with the papers' forward Euler."""
    n = IZHIKEVICH_TYPES[cell]
    return simulate_izhikevich_euler(duration, dt, I, a=n["a"], b=n["b"], c=n["c"], d=n["d"])


@lab(
    title="A neuron and its step",
    cell=["FS", "RS", "IB", "CH", "LTS", "RZ"],
    dt=[str(dt) for dt in _STEPS],
    I=param(10.0, "mV/ms", low=5, high=20, doc="input current"),
    presets={
        "fast spiking, 1 ms": dict(cell="FS", dt="1.0"),
        "fast spiking, 0.1 ms": dict(cell="FS", dt="0.1"),
        "fast spiking, 0.01 ms": dict(cell="FS", dt="0.01"),
        "regular spiking, 1 ms": dict(cell="RS", dt="1.0"),
    },
    targets=[
        Target(
            "Fast spiking: find a step that gives the right count to 2 %",
            reached=lambda params, values: (
                params["cell"] == "FS" and abs(values["count"] / values["exact"] - 1) < 0.02
            ),
            tip="It takes a far smaller step than you think.",
        ),
        Target(
            "Find a cell that loses hardly anything at 0.5 ms",
            reached=lambda params, values: (
                params["dt"] == "0.5" and abs(values["count"] / values["exact"] - 1) < 0.06
            ),
            tip="A slow one.",
        ),
    ],
)
def coarse_step(cell: str = "FS", dt: str = "1.0", I: float = 10.0) -> Figure:
    """Izhikevich's cell types of 2003 with the papers' forward Euler: is it the neuron that fires, or the step?"""
    step, shown = float(dt), 120.0
    run, fine = _stepped(cell, I, step, shown), _stepped(cell, I, _EXACT, shown)
    counts = [_count(cell, I, h) for h in _STEPS]
    count, exact = _count(cell, I, step), _count(cell, I, _EXACT)
    return Figure(
        Panel(
            Line(run.t, run.V, color=0, width=1.8),
            title=f"{cell} with steps of {step:g} ms",
            xlim=(0, shown),
            ylim=(-85, 40),
        ),
        Panel(
            Line([_STEPS[-1], 1.0], [exact, exact], label="the equations", color="dim", dash=True),
            Line(_STEPS, counts, color=1, width=2),
            Dots(_STEPS, counts, color=1, size=6),
            Dots([step], [count], color=3, size=10),
            title="Spikes in one second",
            x="dt (ms)",
            y="count",
            log="x",
            xlim=(0.008, 1.3),
            ylim=(0, 1.15 * max(exact, *counts)),
            span=(2, 1),
        ),
        Panel(
            Line(fine.t[::10], _with_peaks(fine.V, 10), color=2, width=1.2),
            title="the same equations, solved finely",
            xlim=(0, shown),
            ylim=(-85, 40),
        ),
        columns=(3, 2),
        summary=f"{cell}, I = {I:.3g}: {spikes_in_words(count)} in a second with steps of {step:g} ms; "
        f"the equations give {exact}",
        values=dict(count=count, exact=exact),
    )


def _with_peaks(V: Array, every: int) -> Array:
    """Every so many samples, each the highest of its group, so that no spike is lost."""
    size = -(-V.size // every) * every
    padded = np.pad(V, (0, size - V.size), mode="edge")
    return np.asarray(padded.reshape(-1, every).max(axis=1))


@dataclass(frozen=True)
class _Suspect:
    """A model that may stand behind the glass.

    `threshold` is the smallest lasting step that makes it fire; a current of `pull` takes it about as far below rest as
    `cut` lies above. Above `cut` only a stroke is drawn. Its own time runs `speed` times as fast as the picture's.
    """

    model: Model
    values: Mapping[str, float]
    threshold: float
    pull: float
    rest: float
    cut: float
    speed: float = 1.0
    dt: float = 0.05


_ADAPTING = {**ADEX_PATTERNS["adapting"], "b": 10.0}
_RESONATOR = {**IZHIKEVICH_TYPES["RZ"], "V": -62.5, "u": -16.25}
_CLASS_1 = {**MORRIS_LECAR_SETS["snlc"], "V": -59.474, "w": 0.00027}
_CLASS_2 = {**MORRIS_LECAR_SETS["hopf"], "V": -60.8554, "w": 0.014915}
_BURSTER = dict(x=-1.6045, y=-11.8727, z=-0.0181)
_SUSPECTS = {
    "1 leaky integrate-and-fire": _Suspect(lif, dict(tau_m=20.0), 1.5, 1.5, 0.0, 15.0),
    "2 adaptive exponential": _Suspect(adex, _ADAPTING, 36.0, 44.0, -70.0, -48.0),
    "3 Izhikevich resonator": _Suspect(izhikevich, _RESONATOR, 0.2064, 16.8, -62.5, -45.0),
    "4 Morris-Lecar, class 1": _Suspect(
        *(morris_lecar, _CLASS_1, _THRESHOLDS["snlc"], 90.0, -59.474, -15.0, 4.0, 0.1)
    ),
    "5 Morris-Lecar, class 2": _Suspect(
        *(morris_lecar, _CLASS_2, _THRESHOLDS["hopf"], 100.0, -60.8554, -10.0, 4.0, 0.1)
    ),
    "6 Hindmarsh-Rose": _Suspect(hindmarsh_rose, _BURSTER, 1.3124, 4.0, -1.6045, 0.0),
}
_CELLS = ("cell A", "cell B", "cell C")
_SEED = 1961


def hidden_model(cell: str) -> int:
    """Which of the six models, counted from 1, a hidden cell is: drawn from a seed, the same for everyone."""
    return 1 + int(np.random.default_rng(_SEED).permutation(6)[_CELLS.index(cell)])


def _disguise(cell: str) -> tuple[float, float]:
    """Factors on a hidden cell's threshold and speed, so that its trace lies on none of the six."""
    draw = np.random.default_rng([_SEED, _CELLS.index(cell)])
    return float(draw.uniform(0.8, 1.25)), float(draw.uniform(0.8, 1.2))


@lab(
    title="The neuron behind the glass",
    neuron=[*_CELLS, *_SUSPECTS],
    before=param(0.0, "depth", low=-1, high=0, doc="inhibition from 50 to 250 ms"),
    I=param(1.5, "thresholds", low=0, high=3, doc="a current from 250 ms on"),
    presets={
        "nothing": dict(I=0.0),
        "a weak current": dict(I=1.1),
        "a strong current": dict(I=2.2),
        "inhibited, then let go": dict(before=-0.5, I=0.0),
        "a resonator, let go": dict(neuron="3 Izhikevich resonator", before=-0.5, I=0.0),
        "a burster": dict(neuron="6 Hindmarsh-Rose", I=1.2),
    },
    targets=[
        Target(
            "Find the slowest train of one of the hidden cells",
            reached=lambda params, values: (
                params["neuron"] in _CELLS and values["count"] > 0 and values["near"] < 0.04
            ),
            tip="Lower I until it falls silent, then go back by the smallest step.",
        ),
    ],
)
def neuron_behind_glass(neuron: str = "cell A", before: float = 0.0, I: float = 1.5) -> Figure:
    """Three hidden cells and six suspects, all seen through the same bad electrode: choose a current and look.

    The electrode has no scale: 0 is rest, 1 is where a spike begins, and each spike is drawn as a stroke. `I` is in
    thresholds (a hidden cell's own differs a little), `before` in depths: -1 pulls the voltage as far below
    rest as 1 lies above. The recordings of the hidden cells are noisy.
    """
    hidden = neuron in _CELLS
    harder, faster = _disguise(neuron) if hidden else (1.0, 1.0)
    suspect = list(_SUSPECTS.values())[hidden_model(neuron) - 1] if hidden else _SUSPECTS[neuron]
    on, middle, duration = 50.0, 250.0, 800.0
    speed = suspect.speed * faster
    steps = round(duration * speed / suspect.dt)
    t = (np.arange(steps) + 0.5) * suspect.dt / speed
    pulled, pushed = before * suspect.pull, I * suspect.threshold * harder
    current = np.where(t < on, 0.0, np.where(t < middle, pulled, pushed))
    first = next(iter(suspect.model.states))
    run = simulate(
        suspect.model,
        steps * suspect.dt,
        suspect.dt,
        record=first,
        I=current,
        **suspect.values,
    )
    trace = np.clip((run[first] - suspect.rest) / (suspect.cut - suspect.rest), -1.2, 1.0)
    if hidden:
        trace = trace + 0.015 * np.random.default_rng(0).standard_normal(trace.size)
    times = run.spikes().times / speed
    times = times[times > on]
    marks: list[Mark] = [Span(on, middle, label="inhibited")] if before else []
    intervals = np.diff(times[times > middle])
    slow = f", last interval {intervals[-1]:.3g} ms" if intervals.size else ""
    return Figure(
        Panel(
            *marks,
            Line(run.t / speed, trace, color=0, width=1.2),
            Line(*strokes(times, 0.9, 2.0), color=0, width=1.8),
            title=neuron,
            y="V (0 rest, 1 spike)",
            xlim=(0, duration),
            ylim=(-1.3, 2.2),
            height=1.4,
        ),
        Panel(
            Line([0, on, on, middle, middle, duration], [0, 0, before, before, I, I], color="ink"),
            title="Current (depth, then thresholds)",
            y="I",
            xlim=(0, duration),
            ylim=(-1.2, 3.2),
            height=0.5,
        ),
        summary=f"{neuron}: {spikes_in_words(times.size)}{slow}",
        values=dict(
            count=times.size,
            rebound=float(((times > middle) & (times < middle + 100)).sum()) if I == 0 else 0.0,
            near=abs(I * harder - 1.0),
        ),
    )
