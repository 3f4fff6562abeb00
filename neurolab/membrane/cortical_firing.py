"""Izhikevich's neuron: a parabola, a slow variable and a reset, which fire like almost any neuron of the cortex.

    dV/dt = 0.04 V² + e V + f - u + I
    du/dt = a (b V - u);     at V = 30: a spike, V := c, u := u + d

V in mV, t in ms; u and I have the unit of dV/dt. In 2003 e = 5 and f = 140; two panels of 2004 use 4.1 and 108.

`izhikevich` is the model itself, for `simulate`. Published spike counts, however, belong to the model *together with*
the coarse forward-Euler steps of the papers' programs; `simulate_izhikevich_euler` repeats those, and
`simulate_izhikevich_panel` draws the twenty panels of the 2004 figure. At 1 ms the fast-spiking neuron of 2003 fires
half as often as the equations say.

References
----------
Izhikevich 2003, IEEE Trans Neural Netw 14:1569-1572. Izhikevich 2004, IEEE Trans Neural Netw 15:1063-1070, Fig. 1,
and the program figure1.m that drew it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.engine.model import Model, param
from neurolab.kernels import check

__all__ = [
    "IZHIKEVICH_PANELS",
    "IZHIKEVICH_TYPES",
    "IzhikevichPanel",
    "compute_izhikevich_hopf_current",
    "compute_izhikevich_rest",
    "compute_izhikevich_saddle_node_current",
    "izhikevich",
    "simulate_izhikevich_euler",
    "simulate_izhikevich_panel",
]

Array = NDArray[np.float64]
_K = 0.04  # mV/ms per mV², in all versions of the model


def _rhs(t: float, y: Any, p: Any, I: float) -> Any:
    """Izhikevich 2003, eqs 1-2."""
    V, u = y
    return 0.04 * V * V + p.e * V + p.f - u + I, p.a * (p.b * V - u)


def _reset(y: Any, p: Any) -> Any:
    """Izhikevich 2003, eq. 3."""
    V, u = y
    return p.c, u + p.d


izhikevich = Model(
    _rhs,
    name="izhikevich",
    state=dict(
        V=param(-65.0, "mV", low=-90, high=30, doc="membrane potential"),
        u=param(-13.0, "mV/ms", low=-25, high=80, doc="recovery"),
    ),
    params=dict(
        a=param(0.02, "1/ms", low=0.005, high=0.2, doc="speed of recovery"),
        b=param(0.2, "1/ms", low=-0.2, high=0.3, doc="pull of V on recovery"),
        c=param(-65.0, "mV", low=-70, high=-45, doc="V after a spike"),
        d=param(8.0, "mV/ms", low=-2, high=12, doc="jump of u at a spike"),
        e=param(5.0, "1/ms", low=4, high=6, doc="linear term of the parabola"),
        f=param(140.0, "mV/ms", low=100, high=150, doc="constant term of the parabola"),
    ),
    inputs=dict(I=param(0.0, "mV/ms", low=-20, high=40, doc="input current")),
    threshold=30.0,
    reset=_reset,
)


def _type(a: float, b: float, c: float, d: float) -> Mapping[str, float]:
    return MappingProxyType(dict(a=a, b=b, c=c, d=d))


IZHIKEVICH_TYPES = MappingProxyType(
    {
        "RS": _type(0.02, 0.2, -65.0, 8.0),
        "IB": _type(0.02, 0.2, -55.0, 4.0),
        "CH": _type(0.02, 0.2, -50.0, 2.0),
        "FS": _type(0.1, 0.2, -65.0, 2.0),
        "TC": _type(0.02, 0.25, -65.0, 0.05),
        "RZ": _type(0.1, 0.26, -65.0, 2.0),
        "LTS": _type(0.02, 0.25, -65.0, 2.0),
    }
)
"""The cell types of 2003: regular spiking, intrinsically bursting, chattering, fast spiking, thalamo-cortical,
resonator, low-threshold spiking. `simulate(izhikevich, ..., u=-65 * 0.2, **IZHIKEVICH_TYPES["FS"])`."""


def compute_izhikevich_saddle_node_current(
    b: float = 0.2, *, e: float = 5.0, f: float = 140.0
) -> float:
    """Current at which rest and the point of no return meet and vanish: (e - b)² / 0.16 - f.

    Rest can be lost before, at the current of `compute_izhikevich_hopf_current`.

    Parameters
    ----------
    b, e, f : float
        Of the model.

    Returns
    -------
    float, mV/ms

    References
    ----------
    Izhikevich 2007, Dynamical Systems in Neuroscience, chapter 8 (the model); the formula is its discriminant.

    Examples
    --------
    >>> round(compute_izhikevich_saddle_node_current(0.2), 9)
    4.0
    """
    b, e, f = check.finite(b, "b"), check.finite(e, "e"), check.finite(f, "f")
    return (e - b) ** 2 / (4.0 * _K) - f


def compute_izhikevich_hopf_current(
    a: float = 0.02, b: float = 0.2, *, e: float = 5.0, f: float = 140.0
) -> float:
    """Current at which rest becomes an unstable spiral; NaN if it is lost in the saddle-node alone.

    The trace of the Jacobian, 0.08 V + e - a, is zero at V = (a - e) / 0.08; this is a Hopf point where b > a.

    Parameters
    ----------
    a, b, e, f : float
        Of the model.

    Returns
    -------
    float, mV/ms

    Examples
    --------
    >>> round(compute_izhikevich_hopf_current(0.1, 0.26), 4), compute_izhikevich_hopf_current(0.02, -0.1)
    (0.2625, nan)
    """
    a, b = check.finite(a, "a"), check.finite(b, "b")
    e, f = check.finite(e, "e"), check.finite(f, "f")
    if b <= a or a <= 0:
        return math.nan
    V = (a - e) / (2.0 * _K)
    return -(_K * V * V + (e - b) * V + f)


def compute_izhikevich_rest(
    I: ArrayLike = 0.0, b: float = 0.2, *, e: float = 5.0, f: float = 140.0
) -> tuple[Array, Array]:
    """V and u at rest under a constant current: the lower root of 0.04 V² + (e - b) V + f + I = 0, and u = b V.

    Parameters
    ----------
    I : array_like, mV/ms
    b, e, f : float
        Of the model.

    Returns
    -------
    V, u : arrays of the shape of I
        NaN where there is no equilibrium. Whether the equilibrium is stable depends on a as well.

    Examples
    --------
    >>> V, u = compute_izhikevich_rest(0.0)
    >>> round(float(V), 9), round(float(u), 9)
    (-70.0, -14.0)
    """
    current = check.finite_array(I, "I")
    slope = check.finite(e, "e") - check.finite(b, "b")
    square = slope**2 - 4.0 * _K * (check.finite(f, "f") + current)
    root = np.sqrt(np.where(square < 0, np.nan, square))
    V = (-slope - root) / (2.0 * _K)
    return V, b * V


@dataclass(frozen=True)
class IzhikevichPanel:
    """One panel of Izhikevich's figure of 2004: a neuron, its start, its current and the step that drew it.

    `pieces` are (start, stop, level, slope): at start < t < stop the current is level + slope (t - start); else it is
    `base`. With `leaky` False, u follows a b (V + 65) alone (panel R).
    """

    letter: str
    title: str
    a: float
    b: float
    c: float
    d: float
    V: float
    dt: float
    duration: float
    pieces: tuple[tuple[float, float, float, float], ...]
    base: float = 0.0
    e: float = 5.0
    f: float = 140.0
    u: float | None = None
    leaky: bool = True

    @property
    def start(self) -> tuple[float, float]:
        """V and u at the start; u at b V unless the panel says otherwise."""
        return self.V, self.b * self.V if self.u is None else self.u

    def current(self, t: ArrayLike) -> Array:
        """The input current at the times t (ms)."""
        times = check.finite_array(t, "t")
        current = np.full(times.shape, float(self.base))
        for start, stop, level, slope in self.pieces:
            on = (times > start) & (times < stop)
            origin = start if math.isfinite(start) else 0.0
            current[on] = level + slope * (times[on] - origin)
        return current


_EVER = math.inf
_Pieces = tuple[tuple[float, float, float, float], ...]


def _step(start: float, level: float) -> _Pieces:
    return ((start, _EVER, level, 0.0),)


def _pulses(level: float, width: float, *starts: float) -> _Pieces:
    return tuple((start, start + width, level, 0.0) for start in starts)


_TWO_PAIRS = _pulses(9.0, 2.0, 100 / 11, 100 / 11 + 5, 70.0, 80.0)
_UP_DOWN_UP = (*_pulses(1.0, 5.0, 10.0), *_pulses(-6.0, 5.0, 70.0), *_pulses(1.0, 5.0, 80.0))
_TWO_RAMPS = ((0.0, 200.0, 0.0, 0.04), (300.0, 312.5, 0.0, 0.32))
_LESS_FOR_A_WHILE = ((-_EVER, 50.0, 80.0, 0.0), (250.0, _EVER, 80.0, 0.0))

# letter, title; a, b, c, d; V at the start, dt, duration; pieces of the current; what else is not the default
# fmt: off
_PANELS = (
    IzhikevichPanel("A", "tonic spiking", 0.02, 0.2, -65, 6, -70, 0.25, 100, _step(10, 14)),
    IzhikevichPanel("B", "phasic spiking", 0.02, 0.25, -65, 6, -64, 0.25, 200, _step(20, 0.5)),
    IzhikevichPanel("C", "tonic bursting", 0.02, 0.2, -50, 2, -70, 0.25, 220, _step(22, 15)),
    IzhikevichPanel("D", "phasic bursting", 0.02, 0.25, -55, 0.05, -64, 0.2, 200, _step(20, 0.6)),
    IzhikevichPanel("E", "mixed mode", 0.02, 0.2, -55, 4, -70, 0.25, 160, _step(16, 10)),
    IzhikevichPanel("F", "spike frequency adaptation", 0.01, 0.2, -65, 8, -70, 0.25, 85, _step(8.5, 30)),
    IzhikevichPanel("G", "class 1 excitable", 0.02, -0.1, -55, 6, -60, 0.25, 300,
                    ((30.0, _EVER, 0.0, 0.075),), e=4.1, f=108),
    IzhikevichPanel("H", "class 2 excitable", 0.2, 0.26, -65, 0, -64, 0.25, 300,
                    ((30.0, _EVER, -0.5, 0.015),), base=-0.5),
    IzhikevichPanel("I", "spike latency", 0.02, 0.2, -65, 6, -70, 0.2, 100, _pulses(7.04, 3, 10)),
    IzhikevichPanel("J", "subthreshold oscillations", 0.05, 0.26, -60, 0, -62, 0.25, 200, _pulses(2, 5, 20)),
    IzhikevichPanel("K", "resonator", 0.1, 0.26, -60, -1, -62, 0.25, 400, _pulses(0.65, 4, 40, 60, 280, 320)),
    IzhikevichPanel("L", "integrator", 0.02, -0.1, -55, 6, -60, 0.25, 100, _TWO_PAIRS, e=4.1, f=108),
    IzhikevichPanel("M", "rebound spike", 0.03, 0.25, -60, 4, -64, 0.2, 200, _pulses(-15, 5, 20)),
    IzhikevichPanel("N", "rebound burst", 0.03, 0.25, -52, 0, -64, 0.2, 200, _pulses(-15, 5, 20)),
    IzhikevichPanel("O", "threshold variability", 0.03, 0.25, -60, 4, -64, 0.25, 100, _UP_DOWN_UP),
    IzhikevichPanel("P", "bistability", 0.1, 0.26, -60, 0, -61, 0.25, 300, _pulses(1.24, 5, 37.5, 216), base=0.24),
    IzhikevichPanel("Q", "depolarising after-potential", 1, 0.2, -60, -21, -70, 0.1, 50, _pulses(20, 2, 9)),
    IzhikevichPanel("R", "accommodation", 0.02, 1, -55, 4, -65, 0.5, 400, _TWO_RAMPS, u=-16, leaky=False),
    IzhikevichPanel("S", "inhibition-induced spiking", -0.02, -1, -60, 8, -63.8, 0.5, 350,
                    _LESS_FOR_A_WHILE, base=75),
    IzhikevichPanel("T", "inhibition-induced bursting", -0.026, -1, -45, -2, -63.8, 0.5, 350,
                    _LESS_FOR_A_WHILE, base=75),
)
# fmt: on

IZHIKEVICH_PANELS: Mapping[str, IzhikevichPanel] = MappingProxyType(
    {panel.letter: panel for panel in _PANELS}
)
"""The twenty panels of Izhikevich 2004, Fig. 1, by letter, with the numbers of figure1.m."""


def simulate_izhikevich_panel(letter: str, *, strength: float = 1.0, refine: int = 1) -> Trajectory:
    """One panel of Izhikevich's figure of 2004, drawn as figure1.m drew it.

    Forward Euler, V before u, a spike where V ends a step above 30; its time is the start of that step, and the trace
    shows 30 there. These steps are coarse: some counts are theirs, not the equations'.

    Parameters
    ----------
    letter : str
        "A" to "T".
    strength : float
        Factor on the current's distance from its base; 1 as published.
    refine : int
        Divides the published step: 1 draws the figure, 100 comes close to the equations.

    Returns
    -------
    Trajectory
        V and u at every step, spikes, and the current in `inputs["I"]`.

    Raises
    ------
    ValueError
        For a letter that is no panel, a strength that is not finite, refine below 1.

    Examples
    --------
    >>> simulate_izhikevich_panel("A").spikes().times.tolist()
    [13.0, 17.0, 31.5, 59.25, 86.75]
    """
    panel = IZHIKEVICH_PANELS[check.choice(letter, IZHIKEVICH_PANELS, "letter")]
    dt = panel.dt / check.whole(refine, "refine")
    t = np.arange(round(panel.duration / dt) + 1, dtype=np.float64) * dt
    current = panel.base + check.finite(strength, "strength") * (panel.current(t) - panel.base)
    V, u = panel.start
    neuron = tuple(map(float, (panel.a, panel.b, panel.c, panel.d, panel.e, panel.f)))
    return _euler(t, dt, current, float(V), float(u), neuron, leaky=panel.leaky)


def simulate_izhikevich_euler(
    duration: float,
    dt: float,
    I: ArrayLike = 10.0,
    *,
    a: float = 0.02,
    b: float = 0.2,
    c: float = -65.0,
    d: float = 8.0,
    e: float = 5.0,
    f: float = 140.0,
    V: float = -65.0,
    u: float | None = None,
    substeps: int = 1,
) -> Trajectory:
    """The model with the forward-Euler steps of the papers' programs: V, then u, then the test for a spike.

    `simulate(izhikevich, ...)` solves the equations; this repeats what was published. With dt = 1 and substeps = 2
    it is the program of 2003.

    Parameters
    ----------
    duration, dt : float, ms
    I : float or array of shape (steps,), mV/ms
    a, b, c, d, e, f : float
        Of the model.
    V, u : float
        Start; u at b V if left out.
    substeps : int
        Steps of V in each step of u.

    Returns
    -------
    Trajectory
        Sampled after each step, at its start time; V shows 30 at a spike. Spike times are starts of steps.

    Raises
    ------
    ValueError
        For dt not in (0, duration], a current of another length, substeps below 1.

    Examples
    --------
    >>> [simulate_izhikevich_euler(1000.0, dt, **IZHIKEVICH_TYPES["FS"]).spikes().count for dt in (1.0, 0.1)]
    [69, 125]
    """
    duration, dt = check.positive(duration, "duration"), check.positive(dt, "dt")
    if dt > duration:
        raise ValueError(f"dt must be at most the duration of {duration:g} ms, got {dt:g}")
    t = np.arange(round(duration / dt), dtype=np.float64) * dt
    current = check.finite_array(I, "I")
    if current.ndim and current.shape != t.shape:
        raise ValueError(
            f"I must be a number or have one value for each of the {t.size} steps, got shape {current.shape}"
        )
    neuron = tuple(
        check.finite(value, name) for name, value in dict(a=a, b=b, c=c, d=d, e=e, f=f).items()
    )
    V = check.finite(V, "V")
    start = b * V if u is None else check.finite(u, "u")
    current = np.ascontiguousarray(np.broadcast_to(current, t.shape))
    return _euler(t, dt, current, V, start, neuron, check.whole(substeps, "substeps"))


def _euler(
    t: Array,
    dt: float,
    current: Array,
    V: float,
    u: float,
    neuron: tuple[float, ...],
    substeps: int = 1,
    leaky: bool = True,
) -> Trajectory:
    from neurolab.membrane.cortical_firing_steps import euler_steps  # loads numba

    samples, fired = np.empty((2, t.size)), np.zeros(t.size, np.bool_)
    euler_steps(dt, current, V, u, neuron, substeps, leaky, samples, fired)
    names = ("a", "b", "c", "d", "e", "f")
    return Trajectory(
        t=t,
        samples=samples,
        states=("V", "u"),
        model="izhikevich",
        params=dict(zip(names, neuron, strict=True)),
        inputs=dict(I=current),
        units=izhikevich.units,
        spike_times=t[fired],
        window=(0.0, float(t[-1])),
        steps=t.size,
    )
