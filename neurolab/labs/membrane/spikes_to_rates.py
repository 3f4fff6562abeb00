"""Labs of lesson 1.3: from the current to the rate."""

from __future__ import annotations

import numpy as np

from neurolab.engine.model import simulate
from neurolab.figures import Dots, Figure, Line, Panel, Text
from neurolab.labs.declare import Target, lab
from neurolab.labs.membrane.panels import spikes_in_words
from neurolab.membrane import compute_lif_rate, lif

__all__ = ["integrate_and_fire"]


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
