"""Panels that several labs of this chapter share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.figures import Line, Panel
from neurolab.figures.marks import Mark

__all__ = [
    "CURRENT_LABEL",
    "command",
    "command_panel",
    "voltage_panel",
    "gates_panel",
]

Array = NDArray[np.float64]

CURRENT_LABEL = "I (µA/cm²)"


def command(duration: float, dt: float, base: float, *pulses: tuple[float, float, float]) -> Array:
    """A current command, one value a step: `base`, plus each (start, stop, amplitude)."""
    t = (np.arange(round(duration / dt)) + 0.5) * dt
    current = np.full(t.size, base)
    for start, stop, amplitude in pulses:
        current[(t > start) & (t < stop)] += amplitude
    return current


def command_panel(t: Array, current: Array, **kwargs: Any) -> Panel:
    """The current as the electrode delivers it; `current` has one value for each step between the samples `t`."""
    low, high = min(0.0, float(current.min())), max(0.0, float(current.max()))
    room = 0.1 * max(high - low, 1.0)
    line = Line(t, np.append(current, current[-1]), color="ink", width=1.2)
    return Panel(
        line,
        y=CURRENT_LABEL,
        ylim=(low - room, high + room),
        title="Injected current",
        height=0.45,
        **kwargs,
    )


def voltage_panel(run: Trajectory, *behind: Mark, low: float = -90.0, height: float = 1.0) -> Panel:
    """The membrane potential over the whole run, in front of the marks `behind`."""
    trace = Line(run.t, run.V, color=0, width=1.8)
    return Panel(
        *behind, trace, title="Membrane potential", ylim=(low, 60), xlim=run.window, height=height
    )


def gates_panel(run: Trajectory) -> Panel:
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
