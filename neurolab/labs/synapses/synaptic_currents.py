"""Labs of lesson 2.1: a synapse opens a conductance, which pulls the voltage towards a battery of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.model import param
from neurolab.figures import Dots, Figure, Line, Panel, Span, Text
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import level, spikes_in_words, strokes
from neurolab.membrane import compute_lif_rate, lif, nernst, passive
from neurolab.synapses import (
    AMPA,
    GABA_A,
    GABA_B,
    NMDA,
    Alpha,
    Exponential,
    Synapse,
    add_synapses,
    compute_conductance,
    compute_half_block_voltage,
    compute_magnesium_block,
    compute_poisson_conductance,
    compute_printed_magnesium_factor,
    compute_steady_voltage,
    simulate_driven,
)

__all__ = ["chloride_battery", "hidden_battery", "magnesium_block", "receptors", "shunting"]

Array = NDArray[np.float64]

_LEAK = 0.1  # µS or mS/cm²: conductances of the labs are multiples of it


def _train(start: float, stop: float, rate: float) -> Array:
    """A regular train of `rate` Hz from `start` to `stop`, ms."""
    return np.arange(start, stop, 1e3 / rate)


def _lasting(kind: Synapse, conductance: float, rate: float) -> float:
    """The weight with which a train of `rate` Hz holds `kind` at this mean conductance."""
    return conductance / compute_poisson_conductance(kind, rate).mean


_FORMS = {
    "Jahr and Stevens": compute_magnesium_block,
    "often misprinted": compute_printed_magnesium_factor,
}


@lab(
    title="The plug in the NMDA receptor",
    V=param(-65.0, "mV", low=-100, high=40, doc="voltage at which the cell is held"),
    Mg=param(1.0, "mmol/l", low=0, high=4, doc="magnesium outside the cell"),
    form=list(_FORMS),
    presets={
        "a cell at rest": dict(V=-65.0),
        "largest inward current": dict(V=-27.0),
        "magnesium washed out": dict(Mg=0.0),
        "four times the magnesium": dict(Mg=4.0),
        "upside down": dict(Mg=0.1, form="often misprinted"),
    },
    targets=[
        Target(
            "At 1 mmol/l, find the voltage of the largest inward current, to 1 mV",
            reached=lambda params, values: (
                params["form"] == "Jahr and Stevens"
                and params["Mg"] == 1.0
                and abs(values["from_peak"]) <= 1.0
            ),
            tip="Follow the curve on the left to its lowest point.",
        ),
        Target(
            "Leave half of the receptors open at -40 mV, to 2 %",
            reached=lambda params, values: (
                params["form"] == "Jahr and Stevens"
                and params["V"] == -40.0
                and abs(values["open"] - 0.5) <= 0.02
            ),
            tip="It takes about a third of the usual magnesium.",
        ),
    ],
)
def magnesium_block(V: float = -65.0, Mg: float = 1.0, form: str = "Jahr and Stevens") -> Figure:
    """NMDA receptors under a voltage clamp, all of them bound by glutamate; 1 nS if none were plugged.

    Left, their current. Right, the fraction that magnesium leaves open: for every voltage, and for every concentration
    at the voltage of the clamp.
    """
    factor, printed = _FORMS[form], form != "Jahr and Stevens"
    dose = max(Mg, 1e-12)  # the printed form takes a logarithm
    volts, doses = np.linspace(-100.0, 40.0, 281), np.geomspace(0.005, 5.0, 121)
    fraction, here = np.asarray(factor(volts, dose)), float(factor(V, dose))
    current = fraction * volts
    peak = float(volts[current.argmin()])
    # upside down, the printed form has 3.57/[Mg] where the block has [Mg]
    half = float(compute_half_block_voltage(3.57 / dose if printed else dose))
    shown = bool(volts[0] <= half <= volts[-1])
    more, right = "more magnesium blocks", []
    if printed:
        more = (
            "more magnesium opens: it is upside down (its missing driving force is put back here)"
        )
        true = compute_magnesium_block(V, doses)
        right = [Line(doses, true, label="Jahr and Stevens", color="dim", dash=True)]
    return Figure(
        Panel(
            Line(volts, volts, label="no magnesium", color="dim", dash=True),
            Line(volts, current, label=f"{Mg:.3g} mmol/l", color=0, width=2),
            Dots([V], [here * V], color=3, size=9),
            title="Current of 1 nS",
            x="V (mV)",
            y="I (pA), outward positive",
            xlim=(-100, 40),
            ylim=(-100, 40),
            span=(2, 1),
        ),
        Panel(
            *([Line([half, half], [0, 0.5], color="dim", dash=True, width=1)] if shown else []),
            Line(volts, fraction, color=0, width=2),
            Dots([V], [here], color=3, size=9),
            title=f"Open at {Mg:.3g} mmol/l" + (f": half at {half:.1f} mV" if shown else ""),
            x="V (mV)",
            y="fraction",
            xlim=(-100, 40),
            ylim=(0, 1),
        ),
        Panel(
            *right,
            Line(doses, factor(V, doses), color=1, width=2),
            Dots([max(Mg, 0.005)], [here], color=3, size=9),
            title=f"Open at {V:.3g} mV",
            x="[Mg] (mmol/l)",
            y="fraction",
            xlim=(0.005, 5),
            ylim=(0, 1),
            log="x",
        ),
        columns=2,
        summary=f"at {V:.3g} mV {100 * here:.3g} % are open and carry {here * V:.3g} pA; "
        + (f"half are open at {half:.3g} mV; " if shown else "")
        + more,
        values=dict(open=here, half=half, current=here * V, from_peak=V - peak),
    )


_SHUNTED = add_synapses(lif, {"E": Exponential(5.0, E=70.0), "I": Exponential(5.0, E=0.0)})
_CELL: dict[str, Any] = dict(tau_m=20.0, theta=15.0, V_reset=0.0, t_ref=2.0)
_EXCITATION = 0.2  # of the leak


def _shunted_rate(I: Array | float, g_I: Array | float) -> Array:
    """Rate (Hz) of the cell whose leak is 1 + g_I times as large: its time constant and resistance shrink alike."""
    rates = [
        compute_lif_rate(current, R=10.0 / (1 + g), **_CELL | dict(tau_m=20.0 / (1 + g)))
        for current, g in np.broadcast(I, g_I)
    ]
    return np.asarray(rates)


@lab(
    title="An inhibition that moves nothing",
    g_I=param(1.0, "g_L", low=0, high=4, doc="inhibitory conductance, which reverses at rest"),
    I=param(10.0, "nA", low=0, high=15, doc="current into the cell, for its rate"),
    presets={
        "no inhibition": dict(g_I=0.0),
        "as much as the leak": dict(g_I=1.0),
        "twice the leak": dict(g_I=2.0),
        "four times the leak": dict(g_I=4.0),
        "a weak current": dict(g_I=1.0, I=4.0),
    },
    targets=[
        Target(
            "Halve the EPSP, to 2 %",
            reached=lambda params, values: abs(values["volts_left"] - 0.5) <= 0.01,
            tip="All the conductances divide: 1.2 g_L must become 2.4 g_L.",
        ),
        Target(
            "With g_I at 4, find the current that makes the cell fire at 190 Hz, to 2 Hz",
            reached=lambda params, values: (
                params["g_I"] == 4.0 and abs(values["rate"] - 190.0) <= 2.0
            ),
            tip="Without inhibition 10 nA do it. Division by 5 would ask for 50 nA.",
        ),
    ],
)
def shunting(g_I: float = 1.0, I: float = 10.0) -> Figure:
    """An inhibitory synapse that reverses exactly at rest: what it does to an EPSP, and to the firing rate.

    Left, a volley of excitatory spikes from 50 to 150 ms (0.2 g_L), with the inhibition and without; and what the
    inhibition leaves of the EPSP and of the rate. Right, the rate against the current: curves are the formula at a
    constant conductance, the dot is counted in a second under 2000 inhibitory spikes a second.
    """
    duration, dt, often = 200.0, 0.1, 2000.0
    weights = {
        name: _lasting(Exponential(5.0), g * _LEAK, often)
        for name, g in (("E", _EXCITATION), ("I", g_I))
    }
    volley, barrage = _train(50.0, 150.0, often), _train(0.0, 1000.0, often)
    inhibited, alone = (
        simulate_driven(
            _SHUNTED,
            duration,
            dt,
            {"E": volley, "I": barrage},
            record="V",
            weights=weights | {"I": w},
            g_I=g * _LEAK,
            **_CELL,
        )
        for w, g in ((weights["I"], g_I), (0.0, 0.0))
    )
    counted = (
        simulate_driven(
            _SHUNTED,
            1000.0,
            dt,
            {"I": barrage},
            weights={"I": weights["I"]},
            record="V",
            every=100,
            I=I,
            g_I=g_I * _LEAK,
            **_CELL,
        )
        .spikes()
        .count
    )
    conductances = np.linspace(0.0, 4.0, 81)
    columns = np.column_stack([np.full(82, _EXCITATION), np.append(conductances, g_I)]) * _LEAK
    epsp = np.asarray(compute_steady_voltage(columns, [[70.0, 0.0]], g_L=_LEAK, E_L=0.0))
    currents = np.linspace(0.0, 15.0, 301)
    free, shunted = _shunted_rate(currents, 0.0), _shunted_rate(currents, g_I)
    full, rate = float(_shunted_rate(I, 0.0)[0]), float(_shunted_rate(I, g_I)[0])
    left = _shunted_rate(I, conductances) / full if full else np.full(81, np.nan)
    volts_left, rate_left = float(epsp[-1] / epsp[0]), rate / full if full else np.nan
    return Figure(
        Panel(
            Span(50.0, 150.0, label="excitation"),
            Line(alone.t, alone.V, label="alone", color="dim", dash=True),
            Line(inhibited.t, inhibited.V, label="inhibited", color=0, width=2),
            title="EPSP",
            y="V above rest (mV)",
            xlim=(0, duration),
            ylim=(-1, 14),
        ),
        Panel(
            Line(currents, free, label="free", color="dim"),
            Line(currents, free / (1 + g_I), label="if divided", color=1, dash=True),
            Line(currents, shunted, label="inhibited", color=0, width=2),
            Dots([I], [counted], color=3, size=9),
            title="Rate",
            x="I (nA)",
            y="rate (Hz)",
            xlim=(0, 15),
            ylim=(0, 250),
            span=(2, 1),
        ),
        Panel(
            Line(conductances, epsp[:-1] / epsp[0], label="EPSP", color=0, width=2),
            Line(conductances, left, label="rate", color=2, dash=True, width=2),
            Dots([g_I, g_I], [volts_left, rate_left], color=3, size=9),
            title=f"What is left, at {I:.3g} nA",
            x="inhibition (g_L)",
            y="share",
            xlim=(0, 4),
            ylim=(0, 1.05),
        ),
        columns=2,
        summary=f"EPSP {epsp[0]:.2f} mV becomes {epsp[-1]:.2f}; the rate at {I:.3g} nA, {full:.1f} Hz, becomes "
        f"{rate:.1f} ({counted} counted); the threshold moves from 1.5 to {1.5 * (1 + g_I):.3g} nA",
        values=dict(
            epsp=float(epsp[-1]),
            peak=float(inhibited.V.max()),
            rate=rate,
            full=full,
            count=counted,
            volts_left=volts_left,
            rate_left=rate_left,
        ),
    )


_CHLORIDE_CELL = add_synapses(lif, {"E": AMPA, "I": GABA_A})
_BODY: dict[str, Any] = dict(tau_m=20.0, V_rest=-65.0, theta=-50.0, V_reset=-65.0, t_ref=2.0)


def _chloride_battery(inside: Any) -> Any:
    """E_Cl (mV) at body temperature, with 130 mmol/l outside."""
    return nernst(130.0, inside, z=-1, T=37.0)


@lab(
    title="The chloride battery",
    Cl_in=param(7.0, "mmol/l", low=4, high=40, doc="chloride inside the cell"),
    w_I=param(3.0, "g_L", low=0, high=6, doc="peak conductance that one GABA spike opens"),
    presets={
        "an adult neuron": dict(Cl_in=7.0),
        "reversal at rest": dict(Cl_in=11.4),
        "in between": dict(Cl_in=15.0),
        "a young neuron": dict(Cl_in=30.0),
    },
    targets=[
        Target(
            "Let GABA alone fire the cell",
            reached=lambda params, values: values["by_gaba"] > 0,
            tip="Raise the chloride until its battery lies above the threshold of -50 mV.",
        ),
        Target(
            "Find a chloride with which GABA depolarises, and yet takes spikes away",
            reached=lambda params, values: (
                values["E_Cl"] > -64.0 and values["by_both"] < values["by_glutamate"]
            ),
            tip="Its battery must lie between rest and threshold: about 15 mmol/l.",
        ),
    ],
)
def chloride_battery(Cl_in: float = 7.0, w_I: float = 3.0) -> Figure:
    """GABA opens chloride channels; which way the current goes depends on the chloride inside (130 mmol/l outside).

    First GABA alone, then glutamate alone, then both: trains of 100 Hz. Strokes mark the spikes.
    """
    duration, dt, rest, theta = 480.0, 0.1, -65.0, -50.0
    acts = {"GABA": (30.0, 130.0), "glutamate": (180.0, 280.0), "both": (330.0, 430.0)}
    first, second, third = (_train(*act, 100.0) for act in acts.values())
    E_Cl = float(_chloride_battery(Cl_in))
    run = simulate_driven(
        _CHLORIDE_CELL,
        duration,
        dt,
        {"I": np.append(first, third), "E": np.append(second, third)},
        weights={"I": w_I * _LEAK, "E": _LEAK},
        V=rest,
        E_I=E_Cl,
        record="V",
        **_BODY,
    )
    times = run.spikes().times
    by_gaba, by_glutamate, by_both = (
        int(((times >= start) & (times < stop + 20)).sum()) for start, stop in acts.values()
    )
    alone = run.between(*acts["GABA"]).V
    reach = float(alone[np.abs(alone - rest).argmax()])
    inside = np.linspace(4.0, 40.0, 145)
    shades = [
        mark
        for (name, act), color in zip(acts.items(), (0, 1, 3), strict=True)
        for mark in (Span(*act, color=color), Text(sum(act) / 2, -28, name, align="center"))
    ]
    effect = by_both - by_glutamate
    words = "excites" if effect > 0 else "inhibits" if effect < 0 else "changes no spike"
    return Figure(
        Panel(
            *shades,
            level((0, duration), theta, "threshold"),
            Line([0, duration], [E_Cl, E_Cl], label="E_Cl", color=0, dash=True),
            Line(*strokes(times, theta, -34.0), color="ink", width=1.6),
            Line(run.t, run.V, label="V", color="ink"),
            title="Membrane potential",
            xlim=(0, duration),
            ylim=(-100, -24),
            height=1.5,
        ),
        Panel(
            Span(-100.0, rest, axis="y", color=0),
            Span(theta, -24.0, axis="y", color=1),
            Line(inside, _chloride_battery(inside), color=0, width=2),
            Dots([Cl_in], [E_Cl], color=3, size=9),
            Text(39, -94, "below rest", align="right"),
            Text(5, -30, "above threshold"),
            title="Nernst",
            x="[Cl] inside (mmol/l)",
            y="E_Cl (mV)",
            xlim=(4, 40),
            ylim=(-100, -24),
        ),
        columns=(5, 2),
        summary=f"E_Cl {E_Cl:.1f} mV: GABA alone takes the cell to {reach:.1f} mV, {spikes_in_words(by_gaba)}; "
        f"glutamate gives {spikes_in_words(by_glutamate)}, with GABA {by_both}: here GABA {words}",
        values=dict(
            E_Cl=E_Cl, reach=reach, by_gaba=by_gaba, by_glutamate=by_glutamate, by_both=by_both
        ),
    )


_RECEPTORS: dict[str, Synapse] = {
    "AMPA": AMPA,
    "NMDA": NMDA,
    "GABA_A": GABA_A,
    "GABA_B": GABA_B,
    "alpha": Alpha(2.0),
}
_RECEIVING = add_synapses(passive, _RECEPTORS)
_PEAKS = {"AMPA, GABA_A": 0.11, "alpha": 2.0, "NMDA": 12.5, "GABA_B": 90.0}  # ms, where names stand


@lab(
    title="Receptors and their courses",
    receptor=list(_RECEPTORS),
    rate=param(20.0, "Hz", low=1, high=200, doc="of the presynaptic train, from 50 to 550 ms"),
    weight=param(1.0, "g_L", low=0, high=5, doc="peak conductance that one spike opens"),
    presets={
        "AMPA: one spike at a time": dict(receptor="AMPA"),
        "AMPA: a fast train": dict(receptor="AMPA", rate=200.0),
        "NMDA: slow, and plugged at rest": dict(receptor="NMDA"),
        "GABA_A": dict(receptor="GABA_A"),
        "GABA_B: slower than all": dict(receptor="GABA_B"),
    },
    targets=[
        Target(
            "Let AMPA take the cell to within 10 mV of its battery",
            reached=lambda params, values: params["receptor"] == "AMPA" and values["missing"] <= 10,
            tip="As fast and as strong as it goes: the nearer the battery, the weaker the pull.",
        ),
        Target(
            "At 5 Hz or less, find a receptor whose conductance adds up to 1.5 times that of one spike",
            reached=lambda params, values: params["rate"] <= 5.0 and values["summation"] >= 1.5,
            tip="It must remember the last spike for longer than 200 ms.",
        ),
    ],
)
def receptors(receptor: str = "AMPA", rate: float = 20.0, weight: float = 1.0) -> Figure:
    """A train of spikes at one receptor of a passive cell: its conductance, and the voltage that this pulls along.

    Below, all of them after one spike, on a logarithmic scale of time; AMPA and GABA_A have one course and two
    batteries. The alpha function is no receptor, but what models often take for one.
    """
    # GABA_B can add up to 300 g_L, which makes the membrane that much faster
    duration, dt = 700.0, 0.02
    kind, spikes = _RECEPTORS[receptor], _train(50.0, 550.0, rate)
    run = simulate_driven(
        _RECEIVING,
        duration,
        dt,
        {receptor: spikes},
        weights={receptor: weight * _LEAK},
        every=25,
        record="V",
    )
    conductance = np.round(weight * compute_conductance(kind, run.t, spikes), 4)
    battery = float(kind.E or 0.0)
    extreme = float(run.V[np.abs(run.V - run.V[0]).argmax()])
    summation = float(conductance.max()) / weight if weight else 1.0
    once = np.geomspace(0.1, 2000.0, 301)
    return Figure(
        Panel(
            Line(run.t, conductance, color=1, width=1.8),
            title=f"Conductance of {receptor}",
            y="g (g_L)",
            xlim=(0, duration),
        ),
        Panel(
            Line([0, duration], [battery, battery], label="its battery", color=1, dash=True),
            level((0, duration), -65.0, "rest"),
            Line(run.t, run.V, label="V", color=0, width=2),
            title="Voltage",
            xlim=(0, duration),
            ylim=(-100, 10),
        ),
        Panel(
            *(
                Line(
                    once,
                    np.round(other.conductance(once), 4),
                    label=name,
                    color=index,
                    width=2.5 if name == receptor else 1.2,
                    dash=name != receptor,
                )
                for index, (name, other) in enumerate(_RECEPTORS.items())
            ),
            *(
                Text(at, 1.1, name, align="left" if at < 1 else "center")
                for name, at in _PEAKS.items()
            ),
            title="After one spike",
            y="g, its peak 1",
            xlim=(0.1, 2000),
            ylim=(0, 1.2),
            log="x",
        ),
        summary=f"{receptor}, {rate:.3g} Hz: the conductance reaches {summation:.2f} times that of one spike; "
        f"V goes from -65 to {extreme:.1f} mV, towards {battery:.3g}",
        values=dict(extreme=extreme, missing=abs(extreme - battery), summation=summation),
    )


@dataclass(frozen=True)
class HiddenSynapse:
    """What the clamped cell of `hidden_battery` consists of: nS and mV."""

    g_L: float
    E_L: float
    g: float
    E: float


def hidden_synapse(seed: int = 1952) -> HiddenSynapse:
    """The leak and the synapse of the clamped cell: drawn from a seed, so that everyone measures the same."""
    draw = np.random.default_rng(seed).uniform
    return HiddenSynapse(draw(6, 14), draw(-68, -60), draw(8, 20), draw(-95, -75))


@lab(
    title="A synapse of unknown battery",
    V=param(-50.0, "mV", low=-60, high=0, doc="voltage at which the cell is held"),
    transmitter=param(0, doc="keeps the synapse open"),
    presets={
        "synapse closed": dict(V=-50.0),
        "synapse open": dict(V=-50.0, transmitter=True),
        "held higher": dict(V=-10.0, transmitter=True),
    },
)
def hidden_battery(V: float = -50.0, transmitter: bool = False) -> Figure:
    """A clamped cell has a leak, and a synapse that stays open while there is transmitter. Where does it reverse?

    What the amplifier measures is the current of both together, and it cannot hold this cell below -60 mV.
    """
    cell = hidden_synapse()
    current = cell.g_L * (V - cell.E_L) + transmitter * cell.g * (V - cell.E)
    return Figure(
        Panel(
            Span(-100.0, -60.0, label="out of reach"),
            level((-100.0, 0.0), 0.0),
            Dots([V], [current], color=3, size=9, filled=transmitter, label="open" if transmitter else "closed"),
            title="Current that holds the cell",
            x="V (mV)",
            y="I (pA), outward positive",
            xlim=(-100, 0),
            ylim=(-500, 2000),
            height=1.4,
        ),
        summary=f"at {V:.3g} mV, with the synapse {'open' if transmitter else 'closed'}: {current:.1f} pA",
        values=dict(current=current),
    )  # fmt: skip
