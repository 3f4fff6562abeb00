"""Labs of lesson 1.2: two-variable excitability."""

from __future__ import annotations

import numpy as np

from neurolab.dynamics import find_equilibria
from neurolab.engine.model import param, simulate
from neurolab.figures import Arrows, Dots, Figure, Line, Panel
from neurolab.labs.declare import Target, lab
from neurolab.membrane import compute_fitzhugh_nagumo_nullclines, fitzhugh_nagumo

__all__ = ["fitzhugh_nagumo_plane"]


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
