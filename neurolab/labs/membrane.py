"""Labs of chapter 1: the leaky membrane, the squid axon's spike, two-variable excitability, integrate and fire.

Each is a function from a few numbers to a Figure; `nl.explore(nl.labs.membrane.action_potential)` makes it live.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.dynamics import Equilibrium, find_equilibria
from neurolab.engine.events import detect_spikes
from neurolab.engine.model import Model, param, simulate
from neurolab.figures import Arrows, Dots, Figure, Line, Panel, Span, Text
from neurolab.figures.marks import Mark
from neurolab.labs.declare import Target, lab
from neurolab.membrane import (
    compute_fitzhugh_nagumo_nullclines,
    compute_lif_rate,
    fitzhugh_nagumo,
    hodgkin_huxley,
    hodgkin_huxley_rates,
    lif,
    passive,
)

__all__ = [
    "action_potential",
    "anode_break",
    "firing_rate",
    "fitzhugh_nagumo_plane",
    "integrate_and_fire",
    "passive_membrane",
    "poisoned_axon",
    "start_and_stop",
    "step_or_ramp",
    "tetrodotoxin",
    "the_race",
]

Array = NDArray[np.float64]

_CURRENT = "I (µA/cm²)"


def _command(duration: float, dt: float, base: float, *pulses: tuple[float, float, float]) -> Array:
    """A current command, one value a step: `base`, plus each (start, stop, amplitude)."""
    t = (np.arange(round(duration / dt)) + 0.5) * dt
    current = np.full(t.size, base)
    for start, stop, amplitude in pulses:
        current[(t > start) & (t < stop)] += amplitude
    return current


def _command_panel(t: Array, current: Array, **kwargs: Any) -> Panel:
    """The current as the electrode delivers it; `current` has one value for each step between the samples `t`."""
    low, high = min(0.0, float(current.min())), max(0.0, float(current.max()))
    room = 0.1 * max(high - low, 1.0)
    line = Line(t, np.append(current, current[-1]), color="ink", width=1.2)
    return Panel(
        line,
        y=_CURRENT,
        ylim=(low - room, high + room),
        title="Injected current",
        height=0.45,
        **kwargs,
    )


def _zero(run: Trajectory) -> Line:
    """The line that a spike overshoots."""
    return Line(run.window, [0, 0], color="dim", dash=True, width=1)


def _voltage_panel(
    run: Trajectory, *behind: Mark, low: float = -90.0, height: float = 1.0
) -> Panel:
    """The membrane potential over the whole run, in front of the marks `behind`."""
    trace = Line(run.t, run.V, color=0, width=1.8)
    return Panel(
        *behind, trace, title="Membrane potential", ylim=(low, 60), xlim=run.window, height=height
    )


def _gates_panel(run: Trajectory) -> Panel:
    """The three gates over the whole run."""
    return Panel(
        Line(run.t, run.m, label="m: sodium opens", color=1),
        Line(run.t, run.h, label="h: sodium available", color=4, dash=True),
        Line(run.t, run.n, label="n: potassium opens", color=2),
        title="Gates",
        y="fraction open",
        ylim=(0, 1),
        xlim=run.window,
    )


def spikes_in_words(count: int) -> str:
    """A count of spikes as a summary says it: "no spike", "1 spike", "5 spikes"."""
    return {0: "no spike", 1: "1 spike"}.get(count, f"{count} spikes")


@lab(
    model=passive,
    title="The leaky membrane",
    I=(-2, 2, 0.05),
    presets={
        "a cell at rest": dict(I=0.0),
        "a leakier membrane": dict(g_L=0.2),
        "a larger capacitor": dict(C=2.0),
        "twice both": dict(g_L=0.2, C=2.0),
    },
    targets=[
        Target(
            "Bring the voltage to -50 mV at the end of the step, to 0.2 mV",
            reached=lambda params, values: abs(values["end"] + 50.0) < 0.2,
            tip="The steady change is I / g_L.",
        ),
        Target(
            "Make the time constant 20 ms without touching C",
            reached=lambda params, values: params["C"] == 1.0 and abs(values["tau"] - 20.0) < 0.5,
            tip="tau = C / g_L, so g_L = 0.05 mS/cm².",
        ),
    ],
)
def passive_membrane(I: float = 1.0, g_L: float = 0.1, C: float = 1.0) -> Figure:
    """A current step from 10 to 70 ms into a capacitor with a leak: the voltage follows exponentially."""
    duration, dt, on, off = 140.0, 0.1, 10.0, 70.0
    current = _command(duration, dt, 0.0, (on, off, I))
    run = simulate(passive, duration=duration, dt=dt, I=current, g_L=g_L, C=C)
    tau, V_inf = C / g_L, -65.0 + I / g_L
    V_tau = -65.0 + (1 - np.exp(-1.0)) * I / g_L
    end = float(run.V[round(off / dt)])
    return Figure(
        Panel(
            Span(on, off, label="current on"),
            Line([0, duration], [V_inf, V_inf], label="E_L + I / g_L", color="dim", dash=True),
            Line(run.t, run.V, label="V", color=0, width=2),
            Dots([on + tau], [V_tau], label="63 % after one time constant", color=1),
            title="Membrane potential",
            xlim=(0, duration),
            ylim=(-90, -40),
        ),
        _command_panel(run.t, current, xlim=(0, duration)),
        summary=f"tau = C / g_L = {tau:.3g} ms; the step ends at {end:.3g} mV, on its way to {V_inf:.3g} mV",
        values=dict(tau=tau, V_inf=V_inf, end=end),
    )


@lab(
    model=hodgkin_huxley,
    title="The action potential",
    I=(-5, 160, 0.1),
    presets={
        "rest": dict(I=0.0),
        "one spike": dict(I=4.0),
        "a train": dict(I=10.0),
        "half the sodium channels": dict(g_Na=60.0),
        "few potassium channels": dict(g_K=6.0),
        "a warm axon": dict(T=18.5),
        "too much current": dict(I=160.0),
    },
    targets=[
        Target(
            "Find the smallest I that gives a spike, to 0.1 µA/cm²",
            reached=lambda params, values: _defaults(params, "I") and 2.2 <= params["I"] <= 2.35,
            tip="Come from below: there is nothing, then all of it.",
        ),
        Target(
            "Silence the axon with more current",
            reached=lambda params, values: params["I"] > 20 and values["swing"] < 10,
            tip="Go on past 100 µA/cm², and watch the size of the spikes.",
        ),
    ],
)
def action_potential(
    I: float = 10.0, g_Na: float = 120.0, g_K: float = 36.0, T: float = 6.3
) -> Figure:
    """Hodgkin and Huxley's squid axon under a constant current: voltage, gates, currents."""
    duration, dt = 50.0, 0.01
    run = simulate(hodgkin_huxley, duration=duration, dt=dt, I=I, g_Na=g_Na, g_K=g_K, T=T)
    count, peak = run.spikes().count, float(run.V.max())
    late = run.between(25.0, duration).V
    rate = 1e3 / run.spikes().isi()[-1] if count > 1 else 0.0
    I_Na = g_Na * run.m**3 * run.h * (run.V - 50.0)
    I_K = g_K * run.n**4 * (run.V + 77.0)
    return Figure(
        _voltage_panel(run, _zero(run), height=1.4),
        _gates_panel(run),
        Panel(
            Line(run.t, I_Na, label="sodium, inward", color=1),
            Line(run.t, I_K, label="potassium, outward", color=2, dash=True),
            title="Ionic currents",
            y=_CURRENT,
            xlim=(0, duration),
        ),
        summary=f"{spikes_in_words(count)} in {duration:g} ms, peak {peak:.3g} mV"
        + (f", last interval gives {rate:.3g} Hz" if rate else ""),
        values=dict(count=count, peak=peak, rate=rate, swing=float(late.max() - late.min())),
    )


def _defaults(params: Any, *free: str) -> bool:
    """True if every parameter but the free ones stands at Hodgkin and Huxley's value."""
    usual = dict(g_Na=120.0, g_K=36.0, T=6.3)
    return all(
        params[name] == value
        for name, value in usual.items()
        if name in params and name not in free
    )


@lru_cache(maxsize=256)
def _rest(I: float) -> Equilibrium:
    """The axon's one equilibrium at a constant current, stable or not."""
    return find_equilibria(hodgkin_huxley, starts=3, I=I)[0]


@lru_cache(maxsize=16)
def _firing_curve(currents: tuple[float, ...]) -> tuple[Array, Array, Array]:
    """Rate (Hz, 0 if the oscillation dies), peak and trough (mV) of the axon after a step from rest to each current."""
    rows = [
        _late_behaviour(simulate(hodgkin_huxley, duration=400.0, dt=0.02, record="V", I=I))
        for I in currents
    ]
    rate, peak, trough = np.array(rows).T
    return rate, peak, trough


def _late_behaviour(run: Trajectory) -> tuple[float, float, float]:
    late = run.between(run.t[-1] - 200.0, run.t[-1])
    peak, trough = float(late.V.max()), float(late.V.min())
    if peak - trough < 3.0:
        return 0.0, peak, trough
    crossings = detect_spikes(late.t, late.V, threshold=0.5 * (peak + trough))
    gaps = crossings.isi()
    if gaps.size < 2 or 1.5 * abs(gaps[-1] - gaps[0]) > gaps[-1]:
        return 0.0, peak, trough
    return float(1e3 / gaps[-1]), peak, trough


@lab(
    model=hodgkin_huxley,
    title="How fast, and how large",
    I=(0, 180, 0.1),
    approach=["step from rest", "slow ramp"],
    presets={
        "two answers at 8": dict(I=8.0),
        "8 by a slow ramp": dict(I=8.0, approach="slow ramp"),
        "spikes that miss zero": dict(I=80.0),
        "beyond the end": dict(I=165.0),
    },
    targets=[
        Target(
            "Find the smallest I at which a step from rest fires for ever, to 0.05 µA/cm²",
            reached=lambda params, values: (
                params["approach"] == "step from rest" and 6.2 <= params["I"] <= 6.35
            ),
            tip="Look between 6 and 7. Below it the train stops after a few spikes.",
        ),
        Target(
            "Find a current at which a step fires and a slow ramp is silent",
            reached=lambda params, values: (
                6.3 <= params["I"] <= 9.7 and params["approach"] == "slow ramp"
            ),
            tip="Keep I below 9.8 and change the approach.",
        ),
        Target(
            "Find where the spikes stop crossing 0 mV, to 1 µA/cm²",
            reached=lambda params, values: (
                62.0 <= params["I"] <= 64.5 and params["approach"] == "step from rest"
            ),
            tip="Follow the peak in the lower left panel.",
        ),
    ],
)
def firing_rate(I: float = 20.0, approach: str = "step from rest") -> Iterator[Figure]:
    """The squid axon's rate and spike size against the current, and the trace behind one point of the curve.

    A slow ramp stays on the resting state until 9.78 µA/cm², where that loses its stability; a step from rest jumps
    straight on to the firing cycle, which exists from 6.26 on.
    """
    ramp = approach == "slow ramp"
    if ramp:
        rest = _rest(I)
        start = dict(rest.state) if rest.stable else {**rest.state, "V": rest.state["V"] + 0.01}
    else:
        start = {}
    run = simulate(hodgkin_huxley, duration=600.0, dt=0.02, record="V", I=I, **start)
    rate, peak, trough = _late_behaviour(run)
    shown = run.between(450.0, 550.0) if ramp else run.between(0.0, 100.0)
    trace = Panel(
        Line([shown.t[0], shown.t[-1]], [0, 0], color="dim", dash=True, width=1),
        Line(shown.t, shown.V, color=0, width=1.8),
        title="The trace at this current"
        + (", long after the ramp" if ramp else ", from the step on"),
        ylim=(-90, 60),
        span=(1, 2),
    )
    words = f"{rate:.3g} Hz, peak {peak:.3g} mV" if rate else "silent in the end"
    for points in (31, 91):
        currents = np.unique(
            np.concatenate(
                [np.linspace(0, 180, points), np.linspace(6, 7, 11 if points < 50 else 21)]
            )
        )
        f, top, bottom = _firing_curve(tuple(currents.tolist()))
        fires = f > 0
        yield Figure(
            Panel(
                Span(6.26, 9.78, label="two answers"),
                Line(currents, np.where(fires, f, np.nan), label="after a step", color=0, width=2),
                Line(
                    [0, 9.78],
                    [0, 0],
                    label="resting, after a slow ramp",
                    color=1,
                    dash=True,
                    width=2,
                ),
                Dots([I], [rate], color=3, size=9),
                title="Rate",
                x=_CURRENT,
                y="rate (Hz)",
                xlim=(0, 180),
                ylim=(-5, 185),
            ),
            Panel(
                Line([0, 180], [0, 0], color="dim", dash=True, width=1),
                Line(currents, np.where(fires, top, np.nan), label="peak", color=0, width=2),
                Line(
                    currents,
                    np.where(fires, bottom, np.nan),
                    label="trough",
                    color=2,
                    dash=True,
                    width=2,
                ),
                Dots([I], [peak], color=3, size=9),
                title="Size",
                x=_CURRENT,
                y="V (mV)",
                xlim=(0, 180),
                ylim=(-90, 60),
            ),
            trace,
            columns=2,
            summary=f"I = {I:.3g} µA/cm² by a {approach}: {words}",
            values=dict(rate=rate, peak=peak, swing=peak - trough),
        )


@lab(
    model=hodgkin_huxley,
    title="Step or ramp",
    I=(0, 20, 0.1),
    ramp=param(0.0, "ms", low=0, high=200, doc="time in which the current rises"),
    presets={
        "a step to 8": dict(I=8.0, ramp=0.0),
        "a quick ramp to 8": dict(I=8.0, ramp=20.0),
        "a slow ramp to 8": dict(I=8.0, ramp=100.0),
        "a slow ramp to 12": dict(I=12.0, ramp=100.0),
    },
    targets=[
        Target(
            "Reach 8 µA/cm² without a single spike",
            reached=lambda params, values: (
                params["I"] >= 8.0 and params["I"] < 9.5 and values["count"] == 0
            ),
            tip="Take your time.",
        ),
    ],
)
def step_or_ramp(I: float = 8.0, ramp: float = 0.0) -> Figure:
    """The same current, reached at once or slowly: a spike needs the current to arrive before the gates can answer."""
    duration, dt, on = 300.0, 0.02, 20.0
    t = (np.arange(round(duration / dt)) + 0.5) * dt
    current = I * np.clip((t - on) / max(ramp, dt), 0.0, 1.0)
    run = simulate(hodgkin_huxley, duration=duration, dt=dt, I=current)
    count = run.spikes().count
    return Figure(
        _voltage_panel(run),
        _command_panel(run.t, current, xlim=(0, duration)),
        summary=f"{I:.3g} µA/cm² reached in {ramp:.3g} ms: {spikes_in_words(count)}",
        values=dict(count=count),
    )


@lab(
    title="Start it, stop it",
    start=param(3.0, "µA/cm²", low=-10, high=10, doc="first pulse, 2 ms long"),
    stop=param(5.0, "µA/cm²", low=-10, high=10, doc="second pulse, 1 ms long"),
    phase=param(0.2, "cycle", low=0, high=1, doc="when the second pulse comes, after a spike"),
    presets={
        "left alone": dict(start=0.0, stop=0.0),
        "started": dict(start=3.0, stop=0.0),
        "a badly timed push": dict(start=3.0, stop=5.0, phase=0.2),
        "stopped by inhibition": dict(start=3.0, stop=-5.0, phase=0.87),
    },
    targets=[
        Target(
            "Start the silent cell",
            reached=lambda params, values: values["before"] > 0,
            tip="A pulse of about 3 µA/cm² is enough.",
        ),
        Target(
            "Stop it with an excitatory pulse",
            reached=lambda params, values: (
                values["before"] > 0 and values["after"] == 0 and params["stop"] > 0
            ),
            tip="5 µA/cm², a little after half of the cycle.",
        ),
        Target(
            "Stop it with an inhibitory pulse",
            reached=lambda params, values: (
                values["before"] > 0 and values["after"] == 0 and params["stop"] < 0
            ),
            tip="-5 µA/cm², shortly before the next spike.",
        ),
    ],
)
def start_and_stop(start: float = 3.0, stop: float = 5.0, phase: float = 0.2) -> Figure:
    """A constant 8 µA/cm² at which rest and firing are both stable: one pulse starts the cell, another may stop it.

    The first pulse (2 ms) comes at 20 ms. The second (1 ms) comes `phase` of a cycle after the fifth spike.
    """
    duration, dt, hold = 280.0, 0.01, 8.0
    rest = _rest(hold)
    first = (20.0, 22.0, start)
    alone = simulate(
        hodgkin_huxley,
        duration=140.0,
        dt=dt,
        record="V",
        I=_command(140.0, dt, hold, first),
        **rest.state,
    )
    times = alone.spikes().times
    pulse = None
    if times.size > 5:
        at = float(times[4] + phase * (times[5] - times[4]))
        pulse = (at, at + 1.0, stop)
    current = _command(duration, dt, hold, first, *([pulse] if pulse else []))
    run = simulate(hodgkin_huxley, duration=duration, dt=dt, record="V", I=current, **rest.state)
    fired = run.spikes().times
    switched = pulse[0] if pulse else duration
    before, after = int((fired < switched).sum()), int((fired > switched + 60.0).sum())
    if before == 0:
        words = "silent: the first pulse did not start it"
    elif stop == 0.0 or pulse is None:
        words = "the pulse starts a train that goes on"
    else:
        words = (
            "the second pulse stops it" if after == 0 else "the second pulse only shifts the spikes"
        )
    marks: list[Mark] = [Span(20.0, 22.0, label="first pulse")]
    if pulse and stop:
        marks.append(Span(pulse[0], pulse[1], label="second pulse"))
    return Figure(
        _voltage_panel(run, *marks),
        _command_panel(run.t, current, xlim=(0, duration)),
        summary=words,
        values=dict(before=before, after=after),
    )


@lab(
    model=hodgkin_huxley,
    title="After inhibition",
    I=(-10, 5, 0.1),
    length=param(30.0, "ms", low=1, high=100, doc="how long the current lasts"),
    presets={
        "weak and long": dict(I=-2.0, length=60.0),
        "strong and long": dict(I=-4.0, length=60.0),
        "strong and short": dict(I=-4.0, length=3.0),
    },
    targets=[
        Target(
            "Make the axon fire without ever exciting it",
            reached=lambda params, values: params["I"] < 0 and values["count"] > 0,
            tip="About -3 µA/cm², for 20 ms or more.",
        ),
    ],
)
def anode_break(I: float = -1.5, length: float = 30.0) -> Figure:
    """An inhibitory current is switched off: what the gates did meanwhile decides what follows."""
    duration, dt, on = 160.0, 0.01, 20.0
    current = _command(duration, dt, 0.0, (on, on + length, I))
    run = simulate(hodgkin_huxley, duration=duration, dt=dt, I=current)
    count = run.spikes().count
    return Figure(
        _voltage_panel(run, Span(on, on + length, label="current on"), low=-100.0),
        Panel(
            Line(run.t, run.h, label="h: sodium available", color=4, dash=True),
            Line(run.t, run.n, label="n: potassium opens", color=2),
            title="The slow gates",
            y="fraction",
            ylim=(0, 1),
            xlim=(0, duration),
            height=0.7,
        ),
        _command_panel(run.t, current, xlim=(0, duration)),
        summary=f"{spikes_in_words(count)}; lowest voltage {run.V.min():.3g} mV",
        values=dict(count=count, lowest=float(run.V.min())),
    )


@lab(
    title="Tetrodotoxin",
    block=param(0.0, "%", low=0, high=100, doc="share of sodium channels blocked"),
    stimulus=["constant current", "single shock"],
    presets={
        "no toxin": dict(block=0.0),
        "13 % blocked": dict(block=13.0),
        "13 %, one shock": dict(block=13.0, stimulus="single shock"),
        "70 %, one shock": dict(block=70.0, stimulus="single shock"),
    },
    targets=[
        Target(
            "Find the smallest dose that ends the train, to 1 %",
            reached=lambda params, values: (
                params["stimulus"] == "constant current" and 12.0 < params["block"] <= 13.0
            ),
            tip="It is a surprisingly small one.",
        ),
        Target(
            "Find the dose at which a single shock no longer overshoots 0 mV, to 2 %",
            reached=lambda params, values: (
                params["stimulus"] == "single shock"
                and params["block"] < 75.0
                and values["peak"] < 0.0
            ),
            tip="Much later than the train: between 70 and 75 %.",
        ),
    ],
)
def tetrodotoxin(block: float = 0.0, stimulus: str = "constant current") -> Figure:
    """A fraction of the sodium channels is blocked: the train dies long before the single spike does."""
    duration, dt = 120.0, 0.01
    shock = stimulus == "single shock"
    current = (
        _command(duration, dt, 0.0, (5.0, 5.5, 40.0))
        if shock
        else _command(duration, dt, 0.0, (5.0, duration, 10.0))
    )
    run = simulate(
        hodgkin_huxley,
        duration=duration,
        dt=dt,
        record="V",
        I=current,
        g_Na=120.0 * (1 - block / 100),
    )
    count, late = run.spikes().count, run.between(60.0, duration).spikes().count
    peak = float(run.between(5.5, duration).V.max())
    return Figure(
        _voltage_panel(run, _zero(run)),
        _command_panel(run.t, current, xlim=(0, duration)),
        summary=f"{block:.3g} % of the sodium channels blocked: {spikes_in_words(count)}, peak {peak:.3g} mV",
        values=dict(count=count, late=late, peak=peak),
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
            tip="The fixed point turns from filled to open a little to the left of the knee.",
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
        fitzhugh_nagumo, starts=20, low=dict(v=-3, w=-4), high=dict(v=3, w=4), I=I, eps=eps
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
            Dots(
                [e.state["v"] for e in fixed],
                [e.state["w"] for e in fixed],
                filled=stable,
                color="ink",
                size=9,
            ),
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


@lab(
    model=lif,
    title="Leaky integrate and fire",
    I=(0, 4, 0.01),
    tau_m=(2, 50, 0.5),
    theta=(5, 30, 0.5),
    t_ref=(0, 10, 0.1),
    presets={
        "just below threshold": dict(I=1.49),
        "just above threshold": dict(I=1.51),
        "no dead time": dict(I=3.0, t_ref=0.0),
        "a slow membrane": dict(tau_m=40.0),
    },
    targets=[
        Target(
            "Make it fire at 50 Hz, to 1 Hz",
            reached=lambda params, values: abs(values["rate"] - 50.0) < 1.0,
            tip="With the other values untouched, I lies between 1.7 and 1.8 nA.",
        ),
    ],
)
def integrate_and_fire(
    I: float = 2.0, tau_m: float = 10.0, theta: float = 15.0, t_ref: float = 2.0
) -> Figure:
    """A leak, a threshold, a reset: the trace, and the rate that follows from it in closed form."""
    duration, dt = 200.0, 0.05
    run = simulate(lif, duration=duration, dt=dt, I=I, tau_m=tau_m, theta=theta, t_ref=t_ref)
    spikes = run.spikes()
    currents = np.linspace(0, 4, 401)
    rates = np.asarray(compute_lif_rate(currents, tau_m=tau_m, theta=theta, t_ref=t_ref))
    rate = float(compute_lif_rate(I, tau_m=tau_m, theta=theta, t_ref=t_ref))
    strokes_t = np.repeat(spikes.times, 3)
    strokes_V = np.tile([theta, theta + 15.0, np.nan], spikes.count)
    return Figure(
        Panel(
            Line([0, duration], [theta, theta], label="threshold", color="dim", dash=True),
            Line(strokes_t, strokes_V, color=0, width=2),
            Line(run.t, run.V, label="V", color=0),
            title="Membrane potential; strokes mark the spikes",
            y="V above rest (mV)",
            ylim=(-2, 46),
            xlim=(0, duration),
        ),
        Panel(
            Line(currents, rates, label="closed form", color=1, width=2),
            Dots([I], [rate], color=3, size=9),
            Text(0.1, 260, f"threshold current {theta / 10:.3g} nA"),
            title="Rate",
            x="I (nA)",
            y="rate (Hz)",
            xlim=(0, 4),
            ylim=(0, 300),
        ),
        columns=(3, 2),
        summary=f"{spikes_in_words(spikes.count)} in {duration:g} ms; the formula gives {rate:.4g} Hz",
        values=dict(count=spikes.count, rate=rate),
    )


def hidden_block(seed: int = 1964) -> float:
    """The blocked fraction (%) of the poisoned axon: drawn from a seed, so that everyone solves the same riddle."""
    return float(np.random.default_rng(seed).uniform(25.0, 60.0))


@lab(
    title="An axon with an unknown dose",
    shock=param(0.0, "µA/cm²", low=0, high=100, doc="a shock of 0.5 ms, at 5 ms"),
    I=param(10.0, "µA/cm²", low=0, high=20, doc="a lasting current, from 40 ms on"),
    presets={
        "nothing": dict(shock=0.0, I=0.0),
        "one shock": dict(shock=40.0, I=0.0),
        "a lasting current": dict(shock=0.0, I=10.0),
    },
)
def poisoned_axon(shock: float = 0.0, I: float = 10.0) -> Figure:
    """Somebody has blocked some of this axon's sodium channels: find out how many, with a shock and a current."""
    duration, dt = 120.0, 0.01
    current = _command(duration, dt, 0.0, (5.0, 5.5, shock), (40.0, duration, I))
    run = simulate(
        hodgkin_huxley,
        duration=duration,
        dt=dt,
        record="V",
        I=current,
        g_Na=120.0 * (1 - hidden_block() / 100),
    )
    after_shock = float(run.between(5.5, 40.0).V.max())
    under_current = float(run.between(40.0, duration).V.max())
    count = run.between(40.0, duration).spikes().count
    return Figure(
        _voltage_panel(run, _zero(run)),
        _command_panel(run.t, current, xlim=(0, duration)),
        summary=f"highest after the shock {after_shock:.3g} mV; under the current {spikes_in_words(count)}, "
        f"peak {under_current:.3g} mV",
        values=dict(after_shock=after_shock, under_current=under_current, count=count),
    )


def _raced(t: float, y: Any, p: Any, I: float) -> Any:
    """Hodgkin and Huxley's axon at 6.3 °C, with h and n `haste` times as fast as they are."""
    V, m, h, n = y
    alpha_m, beta_m, alpha_h, beta_h, alpha_n, beta_n = hodgkin_huxley_rates(V)
    I_ion = 120.0 * m**3 * h * (V - 50.0) + 36.0 * n**4 * (V + 77.0) + 0.3 * (V + 54.387)
    return (
        I - I_ion,
        alpha_m * (1.0 - m) - beta_m * m,
        p.haste * (alpha_h * (1.0 - h) - beta_h * h),
        p.haste * (alpha_n * (1.0 - n) - beta_n * n),
    )


_race = Model(
    _raced,
    name="race of the gates",
    state={name: hodgkin_huxley.states[name] for name in ("V", "m", "h", "n")},
    params=dict(
        haste=param(1.0, "", low=0.2, high=10.0, doc="speed of h and n against the squid's")
    ),
    inputs=dict(I=hodgkin_huxley.inputs["I"]),
    threshold=0.0,
)


@lab(
    model=_race,
    title="The race of the gates",
    haste=(0.5, 10, 0.05),
    I=(0, 50, 0.5),
    presets={
        "the squid": dict(haste=1.0),
        "slow gates half as fast": dict(haste=0.5),
        "slow gates three times as fast": dict(haste=3.0),
        "all gates about equally fast": dict(haste=10.0),
    },
    targets=[
        Target(
            "Make the slow gates just fast enough that no spike passes 0 mV at 10 µA/cm²",
            reached=lambda params, values: params["I"] == 10.0 and -12.0 < values["peak"] < 0.0,
            tip="Between two and three times as fast.",
        ),
    ],
)
def the_race(haste: float = 1.0, I: float = 10.0) -> Figure:
    """What would a spike be if the slow gates were less slow? `haste` multiplies the speed of h and n."""
    duration = 50.0
    run = simulate(_race, duration=duration, dt=0.01, I=I, haste=haste)
    peak = float(run.V.max())
    return Figure(
        _voltage_panel(run, _zero(run)),
        _gates_panel(run),
        summary=f"h and n {haste:.3g} times as fast as the squid's: peak {peak:.3g} mV",
        values=dict(peak=peak),
    )
