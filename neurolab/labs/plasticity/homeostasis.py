"""Labs of lesson 3.3: what brings a neuron's rate back, what survives it, and when it overshoots."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from neurolab.data.trajectory import Trajectory
from neurolab.engine.model import param, simulate
from neurolab.figures import Dots, Figure, Line, Panel, Span
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import level
from neurolab.plasticity import compute_sensor_limit, homeostatic_unit

__all__ = ["after_the_lesion", "hidden_time_scale", "thermostat"]

Array = NDArray[np.float64]

_TARGET = 5.0  # Hz
_WEIGHTS = np.array([0.6, 1.4, 0.2, 0.8, 2.0])
_PATTERN = np.concatenate([_WEIGHTS, _WEIGHTS[::-1]]) / 10.0  # ten inputs, sum 1
# in which inputs are lost: the first five are half of the drive
_ORDER = [*range(5, 10), *range(4)]

_THETA = param(0.0, low=0, high=0.8, doc="threshold, as a share of the drive before the lesion")


def _recover(
    drive: float, duration: float, dt: float, theta: float, tau_w: float, tau_s: float
) -> tuple[Trajectory, Array]:
    """The unit after its drive has fallen from 1 to `drive`, and its rate; before, it fires at the target rate."""
    gain = _TARGET / (1.0 - theta)
    run = simulate(
        homeostatic_unit, duration, dt, x=drive, theta=theta, gain=gain, tau_w=tau_w, tau_s=tau_s, r_0=_TARGET,
        W=1.0, s_1=_TARGET, s_2=_TARGET,
    )  # fmt: skip
    return run, gain * np.maximum(run.W * drive - theta, 0.0)


@lab(
    model=homeostatic_unit,
    title="After a lesion",
    hour=param(0.0, "h", low=0, high=96, doc="when you look, after the lesion"),
    lost=param(5, low=0, high=9, doc="how many of ten inputs are lost"),
    theta=_THETA,
    tau_w=(2, 48, 0.5),
    presets={
        "at once": dict(hour=0.0),
        "an hour later": dict(hour=1.0),
        "two days later": dict(hour=48.0),
        "with a threshold, at once": dict(theta=0.5, hour=0.0),
        "with a threshold, an hour later": dict(theta=0.5, hour=1.0),
        "with a threshold, two days later": dict(theta=0.5, hour=48.0),
        "nine of ten lost": dict(lost=9, hour=96.0),
    },
    targets=[
        Target(
            "Without a threshold, find the hour at which the rate has made half of its way back",
            reached=lambda params, values: (
                params["lost"] == 5
                and params["theta"] == 0.0
                and params["tau_w"] == 12.0
                and abs(values["rate"] - 3.75) < 0.055
            ),
            tip="Half-way between 2.5 and 5 Hz is 3.75 Hz: about 14 hours.",
        ),
        Target(
            "Let the cell fall silent and come back",
            reached=lambda params, values: values["at_once"] == 0.0 and values["rate"] > 4.5,
            tip="With a threshold of a half, half of the drive is nothing. Then wait for a day.",
        ),
    ],
)
def after_the_lesion(
    hour: float = 0.0, lost: int = 5, theta: float = 0.0, tau_w: float = 12.0
) -> Figure:
    """A neuron fires at its target rate, 5 Hz. Then some of its inputs are lost, and it scales those that are left.

    All remaining weights are multiplied by one factor, which grows while the rate, as seen by two sensors of half an
    hour each, is below the target. Left, the rate. Right, the weight of each input before the lesion (open) and at the
    hour that you choose (filled), and the one against the other.
    """
    duration = 96.0
    alive = np.ones(10, bool)
    alive[_ORDER[:lost]] = False
    run, rate = _recover(float(_PATTERN[alive].sum()), duration, 0.02, theta, tau_w, 0.5)
    now, W = float(np.interp(hour, run.t, rate)), float(np.interp(hour, run.t, run.W))
    weights = np.where(alive, W * _PATTERN, 0.0)
    top = max(0.5, 0.25 * np.ceil(float(weights.max()) / 0.25 + 1e-9))
    number = np.arange(1, 11)
    return Figure(
        Panel(
            level((-12, duration), _TARGET, "target"),
            Line([-12, 0, 0], [_TARGET, _TARGET, rate[0]], color=0, width=2),
            Line(run.t, rate, label="rate", color=0, width=2),
            Dots([hour], [now], color=3, size=9, label="you look"),
            title="Rate",
            x="hours after the lesion",
            y="rate (Hz)",
            xlim=(-12, duration),
            ylim=(0, 7),
            span=(2, 1),
        ),
        Panel(
            Dots(number, _PATTERN, filled=False, color="dim", label="before"),
            Dots(number[alive], weights[alive], color=0, label="now"),
            title="Weight of each input",
            x="input",
            y="weight",
            xlim=(0.5, 10.5),
            ylim=(0, top),
        ),
        Panel(
            Line([0, 0.25], [0, 0.25 * W], label=f"{W:.2f} times as large", color=1, dash=True),
            Dots(_PATTERN[alive], weights[alive], color=0),
            title="Now against before",
            x="weight before",
            y="weight now",
            xlim=(0, 0.25),
            ylim=(0, top),
        ),
        columns=2,
        summary=f"{lost} of 10 inputs lost: {rate[0]:.2f} Hz at once, {now:.2f} Hz after {hour:.3g} h; the remaining "
        f"weights are {W:.2f} times as large, their ratios the same",
        values=dict(
            rate=now,
            at_once=float(rate[0]),
            factor=W,
        ),
    )


def _swing(ratio: float, theta: float) -> tuple[float, float]:
    """Lowest and highest rate late after half of the drive is lost; time in units of tau_w."""
    _, rate = _recover(0.5, 400.0, 0.04, theta, 1.0, ratio)
    late = rate[rate.size * 3 // 4 :]
    return float(late.min()), float(late.max())


@lru_cache(maxsize=32)
def _swings(theta: float) -> tuple[Array, Array, Array]:
    """Lowest and highest rate in the end for every ratio of the two time constants."""
    ratios = np.linspace(0.1, 4.0, 40)
    low, high = np.array([_swing(ratio, theta) for ratio in ratios.tolist()]).T
    return ratios, low, high


@lab(
    model=homeostatic_unit,
    title="A thermostat for a neuron",
    tau_w=(2, 24, 0.1),
    tau_s=(0.5, 12, 0.1),
    theta=_THETA,
    presets={
        "slow and calm": dict(tau_w=24.0),
        "as fast as its sensor": dict(tau_w=6.0),
        "faster: it overshoots": dict(tau_w=4.0),
        "just below the limit": dict(tau_w=5.0, tau_s=9.5),
        "just above the limit": dict(tau_w=5.0, tau_s=10.5),
        "far above": dict(tau_w=3.0, tau_s=12.0),
    },
    targets=[
        Target(
            "Leave the sensor at 6 h and find the fastest homeostasis that still settles, to 0.2 h",
            reached=lambda params, values: (
                params["tau_s"] == 6.0
                and params["theta"] == 0.0
                and values["settles"] == 1
                and params["tau_w"] <= 3.2
            ),
            tip="Two filters may each be up to twice as slow as the homeostasis that listens to them.",
        ),
        Target(
            "Make it swing for ever although tau_s is below 1.5 tau_w",
            reached=lambda params, values: values["settles"] == 0 and values["ratio"] < 1.5,
            tip="A threshold makes the rate answer more strongly to the weights.",
        ),
    ],
)
def thermostat(tau_w: float = 24.0, tau_s: float = 6.0, theta: float = 0.0) -> Figure:
    """Half of the drive is lost at time 0. Homeostasis corrects the rate that its sensor reports, and the sensor lags.

    tau_w says how slowly the weights are scaled, tau_s how slowly each of the sensor's two filters follows. Left, the
    rate and what the sensor reports, and the factor of the weights. Right, between which rates it swings in the end,
    for every ratio of the two time constants.
    """
    duration, ratio = 240.0, tau_s / tau_w
    run, rate = _recover(0.5, duration, 0.04, theta, tau_w, tau_s)
    limit = compute_sensor_limit(target=_TARGET, theta=theta, gain=_TARGET / (1.0 - theta)).sensor
    low, high = _swing(ratio, theta)
    ratios, lows, highs = _swings(theta)
    settles = ratio < limit
    peak = float(rate.max())
    top = 10.0 * np.ceil(max(peak, 7.0) / 10.0)
    course = "with an overshoot" if peak > 1.02 * _TARGET else "without an overshoot"
    words = (
        f"it settles {course}"
        if settles
        else f"it swings for ever, between {low:.1f} and {high:.1f} Hz"
    )
    days = run.t / 24.0
    return Figure(
        Panel(
            level((0, duration / 24), _TARGET),
            Line(days, rate, label="rate", color=0, width=2),
            Line(days, run["s_2"], label="the sensor's report", color=1, dash=True),
            title="Rate",
            x="days after the loss",
            y="rate (Hz)",
            xlim=(0, duration / 24),
            ylim=(0, top),
        ),
        Panel(
            Span(limit, 4.0, label="swings"),
            Line(ratios, highs, label="highest", color=0, width=2),
            Line(ratios, lows, label="lowest", color=0, dash=True, width=2),
            Dots([min(ratio, 4.0)] * 2, [low, high], color=3, size=9),
            title="Rate in the end",
            x="tau_s / tau_w",
            y="rate (Hz)",
            xlim=(0, 4),
            ylim=(0, 60),
            span=(2, 1),
        ),
        Panel(
            Line(days, run.W, color=2, width=2),
            title="Factor of all weights",
            x="days after the loss",
            y="W",
            xlim=(0, duration / 24),
            ylim=(0, max(3.0, np.ceil(1.05 * float(run.W.max())))),
            height=0.7,
        ),
        columns=2,
        summary=f"tau_s is {ratio:.2f} tau_w, the limit is {limit:.2f}: {words}",
        values=dict(
            ratio=ratio, limit=limit, settles=settles, low=low, high=high, peak=peak
        ),
    )  # fmt: skip


def hidden_tau_w(seed: int = 1998) -> float:
    """Time constant (h) of the culture's homeostasis: drawn from a seed, so that everyone measures the same."""
    return float(np.random.default_rng(seed).uniform(8.0, 30.0))


@lab(
    title="A culture of unknown temper",
    hour=param(0.0, "h", low=0, high=72, doc="when the rate is measured, after the loss"),
    share=param(0.5, low=0.1, high=0.9, doc="share of the drive that is lost"),
    presets={
        "half lost, at once": dict(share=0.5, hour=0.0),
        "half lost, a day later": dict(share=0.5, hour=24.0),
        "nearly all lost, a day later": dict(share=0.9, hour=24.0),
    },
)
def hidden_time_scale(hour: float = 0.0, share: float = 0.5) -> Figure:
    """A culture fired at 5 Hz, its target. Take away a share of its drive, and measure its rate once, later.

    The cells have no threshold, and their sensor is fast (0.05 h). How slow is the scaling of their weights?
    """
    _, rate = _recover(1.0 - share, max(hour, 1.0), 0.01, 0.0, hidden_tau_w(), 0.05)
    now = float(rate[round(hour / 0.01)])
    return Figure(
        Panel(
            level((-12, 72), _TARGET, "target"),
            Line([-12, 0, 0], [_TARGET, _TARGET, rate[0]], label="before and at once", color=0, width=2),
            Dots([hour], [now], color=3, size=9, label="measured"),
            title="Rate",
            x="hours after the loss",
            y="rate (Hz)",
            xlim=(-12, 72),
            ylim=(0, 6),
        ),
        summary=f"{100 * share:.3g} % of the drive lost: {rate[0]:.3f} Hz at once, {now:.3f} Hz after {hour:.3g} h",
        values=dict(at_once=float(rate[0]), rate=now),
    )  # fmt: skip
