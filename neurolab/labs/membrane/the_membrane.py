"""Labs of lesson 1.1: the leaky membrane and the squid axon's spike.

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
from neurolab.figures import Dots, Figure, Line, Panel, Span
from neurolab.figures.marks import Mark
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import level, spikes_in_words
from neurolab.labs.membrane.panels import (
    CURRENT_LABEL,
    command,
    command_panel,
    gates_panel,
    voltage_panel,
)
from neurolab.membrane import (
    CurrentVoltage,
    compute_current_voltage,
    compute_voltage_clamp,
    hodgkin_huxley,
    hodgkin_huxley_rates,
    passive,
)

__all__ = [
    "action_potential",
    "anode_break",
    "firing_rate",
    "passive_membrane",
    "poisoned_axon",
    "start_and_stop",
    "step_or_ramp",
    "tetrodotoxin",
    "the_race",
    "voltage_clamp",
]

Array = NDArray[np.float64]


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
    current = command(duration, dt, 0.0, (on, off, I))
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
        command_panel(run.t, current, xlim=(0, duration)),
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
        voltage_panel(run, level(run.window, 0.0), height=1.4),
        gates_panel(run),
        Panel(
            Line(run.t, I_Na, label="sodium, inward", color=1),
            Line(run.t, I_K, label="potassium, outward", color=2, dash=True),
            title="Ionic currents",
            y=CURRENT_LABEL,
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
                x=CURRENT_LABEL,
                y="rate (Hz)",
                xlim=(0, 180),
                ylim=(-5, 185),
            ),
            Panel(
                level((0, 180), 0.0),
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
                x=CURRENT_LABEL,
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
        voltage_panel(run),
        command_panel(run.t, current, xlim=(0, duration)),
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
        I=command(140.0, dt, hold, first),
        **rest.state,
    )
    times = alone.spikes().times
    pulse = None
    if times.size > 5:
        at = float(times[4] + phase * (times[5] - times[4]))
        pulse = (at, at + 1.0, stop)
    current = command(duration, dt, hold, first, *([pulse] if pulse else []))
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
        voltage_panel(run, *marks),
        command_panel(run.t, current, xlim=(0, duration)),
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
    current = command(duration, dt, 0.0, (on, on + length, I))
    run = simulate(hodgkin_huxley, duration=duration, dt=dt, I=current)
    count = run.spikes().count
    return Figure(
        voltage_panel(run, Span(on, on + length, label="current on"), low=-100.0),
        Panel(
            Line(run.t, run.h, label="h: sodium available", color=4, dash=True),
            Line(run.t, run.n, label="n: potassium opens", color=2),
            title="The slow gates",
            y="fraction",
            ylim=(0, 1),
            xlim=(0, duration),
            height=0.7,
        ),
        command_panel(run.t, current, xlim=(0, duration)),
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
        command(duration, dt, 0.0, (5.0, 5.5, 40.0))
        if shock
        else command(duration, dt, 0.0, (5.0, duration, 10.0))
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
        voltage_panel(run, level(run.window, 0.0)),
        command_panel(run.t, current, xlim=(0, duration)),
        summary=f"{block:.3g} % of the sodium channels blocked: {spikes_in_words(count)}, peak {peak:.3g} mV",
        values=dict(count=count, late=late, peak=peak),
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
    current = command(duration, dt, 0.0, (5.0, 5.5, shock), (40.0, duration, I))
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
        voltage_panel(run, level(run.window, 0.0)),
        command_panel(run.t, current, xlim=(0, duration)),
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
        voltage_panel(run, level(run.window, 0.0)),
        gates_panel(run),
        summary=f"h and n {haste:.3g} times as fast as the squid's: peak {peak:.3g} mV",
        values=dict(peak=peak),
    )


_POISONS = {
    "none": dict(),
    "tetrodotoxin: no sodium": dict(g_Na=0.0),
    "tetraethylammonium: no potassium": dict(g_K=0.0),
}


@lru_cache(maxsize=64)
def _current_voltage(holding: float, poison: str) -> CurrentVoltage:
    return compute_current_voltage(
        np.linspace(-100.0, 80.0, 181), 12.0, holding=holding, **_POISONS[poison]
    )


@lab(
    title="The voltage clamp",
    V=param(-20.0, "mV", low=-100, high=80, doc="the command"),
    holding=param(-65.0, "mV", low=-110, high=-40, doc="where the axon was held before"),
    poison=list(_POISONS),
    presets={
        "a step to 0 mV": dict(V=0.0),
        "sodium alone": dict(V=0.0, poison="tetraethylammonium: no potassium"),
        "potassium alone": dict(V=0.0, poison="tetrodotoxin: no sodium"),
        "held high before": dict(V=0.0, holding=-45.0),
        "to sodium's battery": dict(V=50.0),
    },
    targets=[
        Target(
            "Find the command at which sodium carries no current, to 1 mV",
            reached=lambda params, values: abs(params["V"] - 50.0) <= 1.0 and values["g_Na"] > 0,
            tip="It is sodium's battery: above it the early current flows outwards.",
        ),
        Target(
            "Find the command that draws the largest inward current, to 2 mV",
            reached=lambda params, values: (
                values["g_Na"] > 0 and values["peak"] < 0 and values["from_largest"] <= 2.0
            ),
            tip="Follow the sodium curve on the right to its lowest point, a little below 0 mV.",
        ),
    ],
)
def voltage_clamp(V: float = -20.0, holding: float = -65.0, poison: str = "none") -> Figure:
    """An amplifier holds the axon at one voltage, then at another, and measures the current that this takes.

    Left, the currents after the jump to V at 1 ms. Right, for every command: sodium's current at its peak, and
    potassium's after 12 ms. Outward currents are positive.
    """
    duration, before = 12.0, 1.0
    blocked = _POISONS[poison]
    clamp = compute_voltage_clamp(
        [(before, holding), (duration, V)], 0.02, holding=holding, **blocked
    )
    curve = _current_voltage(holding, poison)
    here = compute_current_voltage([V], duration, holding=holding, **blocked)
    peak, late = float(here.peak_Na[0]), float(here.steady_K[0])
    deepest = float(curve.V[curve.peak_Na.argmin()])
    way = "inward" if peak < 0 else "outward"
    return Figure(
        Panel(
            Line(clamp.t, clamp.V, color="ink"),
            title="Command",
            ylim=(-115, 85),
            xlim=(0, before + duration),
            height=0.6,
        ),
        Panel(
            level((-100, 80), 0.0),
            Line(curve.V, curve.peak_Na, label="sodium, peak", color=1, width=2),
            Line(curve.V, curve.steady_K, label="potassium, late", color=2, dash=True, width=2),
            Dots([V], [peak], color=1, size=9),
            Dots([V], [late], color=2, size=9),
            title="Current against voltage",
            x="V (mV)",
            y=CURRENT_LABEL,
            xlim=(-100, 80),
            ylim=(-2500, 5500),
            span=(2, 1),
        ),
        Panel(
            level((0, before + duration), 0.0),
            Line(clamp.t, clamp.I_Na, label="sodium", color=1),
            Line(clamp.t, clamp.I_K, label="potassium", color=2, dash=True),
            Line(clamp.t, clamp.I, label="all, as measured", color="ink", width=2),
            title="Currents",
            y=CURRENT_LABEL,
            xlim=(0, before + duration),
            height=1.5,
        ),
        columns=2,
        summary=f"to {V:.3g} mV: sodium's peak is {abs(peak):.0f} µA/cm² {way} after {here.time_Na[0]:.2g} ms, "
        f"potassium carries {late:.0f} µA/cm² in the end",
        values=dict(
            peak=peak,
            late=late,
            g_Na=blocked.get("g_Na", 120.0),
            from_largest=abs(V - deepest),
        ),
    )
