"""Labs of chapter 0, the toolbox: first contact, so each has one or two controls and one picture."""

from __future__ import annotations

import numpy as np

from neurolab.engine.model import simulate
from neurolab.figures import Figure, Line, Panel, Ticks
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import level, spikes_in_words
from neurolab.membrane import hodgkin_huxley

__all__ = ["first_neuron"]


@lab(
    model=hodgkin_huxley,
    title="A neuron",
    I=(0, 40, 0.1),
    presets={
        "silence": dict(I=0.0),
        "one spike": dict(I=4.0),
        "current 10": dict(I=10.0),
        "current 20": dict(I=20.0),
    },
    targets=[
        Target(
            "Make it fire 80 times a second, to 1 Hz",
            reached=lambda params, values: abs(values["rate"] - 80.0) <= 1.0,
            tip="At 10 it fires 68 times a second, at 20 about 86.",
        ),
        Target(
            "Find the smallest current that gives a spike, to 0.1 µA/cm²",
            reached=lambda params, values: 2.2 < params["I"] <= 2.35,
            tip="Come from below: there is nothing, then all of it.",
        ),
    ],
)
def first_neuron(I: float = 10.0) -> Figure:
    """A neuron under a constant current: its voltage, and its spikes as ticks, one row of a raster."""
    duration = 200.0
    run = simulate(hodgkin_huxley, duration=duration, dt=0.01, record="V", I=I)
    spikes = run.spikes()
    rate = float(1e3 / spikes.isi()[-1]) if spikes.count > 3 else 0.0
    return Figure(
        Panel(
            level((0, duration), 0.0),
            Line(run.t, run.V, color=0, width=1.8),
            title="Voltage of the inside",
            ylim=(-90, 60),
            xlim=(0, duration),
        ),
        Panel(
            Ticks(spikes.times, np.zeros(spikes.count)),
            title="The same spikes as ticks",
            y="spikes",
            ylim=(-1, 1),
            xlim=(0, duration),
            height=0.4,
        ),
        summary=f"{spikes_in_words(spikes.count)} in {duration:g} ms"
        + (f"; the last interval gives {rate:.3g} Hz" if rate else ""),
        values=dict(count=spikes.count, rate=rate),
    )
