"""Labs of lesson 2.3: a synapse's release depends on what it released within the last second."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.model import param, simulate
from neurolab.figures import Dots, Figure, Line, Panel, Text
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import level
from neurolab.synapses import (
    Exponential,
    TsodyksMarkram,
    compute_conductance,
    compute_short_term_release,
    compute_stationary_release,
    depressing_release,
    facilitating_release,
    find_peak_rate,
)

__all__ = ["depression_and_facilitation", "hidden_train", "one_axon_two_targets"]

Array = NDArray[np.float64]


@lab(
    model=facilitating_release,
    title="A synapse that remembers",
    rate=param(10.0, "Hz", low=1, high=50, doc="of the presynaptic train"),
    tau_F=(0, 2000),
    presets={
        "it tires": dict(rate=20.0),
        "it warms up": dict(rate=20.0, U=0.15, tau_D=50.0, tau_F=750.0),
        "first up, then down": dict(rate=20.0, U=0.2, tau_D=200.0, tau_F=1500.0),
        "it hardly changes": dict(rate=20.0, U=0.5, tau_D=20.0),
    },
    targets=[
        Target(
            "Find a rate whose doubling adds less than 5 % to the drive of the synapse that tires",
            reached=lambda params, values: (
                (params["U"], params["tau_D"], params["tau_F"]) == (0.5, 800.0, 0.0)
                and values["doubling"] < 5.0
            ),
            tip="Between 15 and 20 Hz: the drive cannot pass 1/tau_D.",
        ),
        Target(
            "Make a synapse whose single spike releases most at a rate between 5 and 15 Hz",
            reached=lambda params, values: 5.0 <= values["peak_rate"] <= 15.0,
            tip="A small U, a short tau_D and a long tau_F: it listens to a band of rates.",
        ),
    ],
)
def depression_and_facilitation(
    rate: float = 10.0, U: float = 0.5, tau_D: float = 800.0, tau_F: float = 0.0
) -> Figure:
    """A second of regular spikes, and one more half a second later: what each of them finds and releases.

    x is the fraction of vesicles that is ready, u the fraction of these that a spike releases. Right, after many
    spikes: what is released in a second, and by one spike, for every rate.
    """
    duration, late = 1700.0, 1500.0
    synapse: dict[str, Any] = dict(U=U, tau_D=tau_D, tau_F=tau_F)
    spikes = np.append(np.arange(0.0, 1000.0, 1e3 / rate), late)
    train = compute_short_term_release(spikes, **synapse)
    t = np.union1d(np.arange(0.0, duration, 1.0), spikes)
    response = np.round(compute_conductance(Exponential(10.0), t, spikes, train.release), 4)
    rates = np.append(0.0, np.geomspace(0.2, 100.0, 200))
    steady, here, twice = (
        compute_stationary_release(r, **synapse) for r in (rates, rate, 2 * rate)
    )
    drive = float(here.drive)
    doubling = 100 * (float(twice.drive) / drive - 1)
    peak_rate = find_peak_rate(**synapse, train="regular")
    limit = 1e3 / tau_D
    top, highest = 1.15 * float(steady.drive.max()), float(steady.release.max())
    ceiling = level((0.0, 100.0), limit, "1/tau_D")
    peak = Text(98, 1.06 * highest, f"peak at {peak_rate:.3g} Hz", align="right")
    return Figure(
        Panel(
            Line(t, response, color=0),
            title="Response, fading in 10 ms",
            y="release",
            xlim=(-20, duration),
            ylim=(0, max(0.6, 1.1 * float(response.max()))),
            height=1.2,
        ),
        Panel(
            *([ceiling] if limit < top else []),
            Line(rates, steady.drive, label="rate u x", color=1, width=2),
            Dots(
                [rate, 2 * rate], [drive, float(twice.drive)], color=3, size=9, filled=[True, False]
            ),
            title="Drive",
            x="rate (Hz)",
            y="release (1/s)",
            xlim=(0, 100),
            ylim=(0, top),
        ),
        Panel(
            Line(train.times, train.x, color=2, dash=True, width=1),
            Dots(train.times, train.x, label="x: ready", color=2, size=5),
            Line(train.times, train.u, color=1, dash=True, width=1),
            Dots(train.times, train.u, label="u: released of these", color=1, size=5, filled=False),
            title="At each spike",
            y="fraction",
            xlim=(-20, duration),
            ylim=(0, 1.05),
        ),
        Panel(
            Line(rates, steady.release, color=0, width=2),
            Dots([rate], [float(here.release)], color=3, size=9),
            *([peak] if peak_rate else []),
            title="One spike",
            x="rate (Hz)",
            y="release: u x",
            xlim=(0, 100),
            ylim=(0, 1.15 * highest),
        ),
        columns=(3, 2),
        summary=f"in the end a spike at {rate:.3g} Hz releases {float(here.release):.3g} of its vesicles, "
        f"{drive:.3g} in a second; at twice the rate {float(twice.drive):.3g}: {doubling:+.1f} %",
        values=dict(
            first=float(train.release[0]),
            last=float(train.release[-2]),
            recovered=float(train.release[-1]),
            steady=float(here.release),
            drive=drive,
            doubling=doubling,
            peak_rate=peak_rate,
        ),
    )


_TIRING: dict[str, float] = dict(U=0.5, tau_D=800.0)
_WARMING: dict[str, float] = dict(U=0.15, tau_D=50.0, tau_F=750.0)


def _change(before: Any, after: Any) -> Array:
    """Change in percent."""
    return np.asarray(100 * (np.asarray(after) / np.asarray(before) - 1))


@lab(
    title="One axon, two targets",
    before=param(10.0, "Hz", low=5, high=80, doc="rate of the axon before the step"),
    step=param(10.0, "Hz", low=-40, high=40, doc="what is added to it at 500 ms"),
    presets={
        "20 to 30 Hz": dict(before=20.0),
        "40 to 50 Hz": dict(before=40.0),
        "80 to 90 Hz": dict(before=80.0),
        "5 to 15 Hz": dict(before=5.0),
        "20 to 10 Hz": dict(before=20.0, step=-10.0),
    },
    targets=[
        Target(
            "Let a step of 10 Hz make the tiring synapse jump by 20 %, to 1 %",
            reached=lambda params, values: (
                params["step"] == 10.0 and abs(values["jump"] - 20.0) <= 1.0
            ),
            tip="It reports 10 Hz over the rate before.",
        ),
        Target(
            "From 40 Hz, find the step that makes it jump by 50 %, to 1 %",
            reached=lambda params, values: (
                params["before"] == 40.0 and abs(values["jump"] - 50.0) <= 1.0
            ),
            tip="20 to 30 Hz did: keep the ratio.",
        ),
    ],
)
def one_axon_two_targets(before: float = 10.0, step: float = 10.0) -> Figure:
    """The same axon ends on two cells: one of its synapses tires (U 0.5, 800 ms), the other warms up (U 0.15, 750 ms).

    Its rate steps at 500 ms. Left, what each synapse releases in a second, averaged over many irregular trains
    (mean field). Right, how the tiring one reports this step from every rate: at once, and in the end.
    """
    settle, at, shown, dt = 6000.0, 500.0, 2500.0, 1.0
    after = max(before + step, 0.5)
    steps = round((settle + shown) / dt)
    rates = np.where(np.arange(steps) * dt < settle + at, before, after)
    tiring = simulate(
        depressing_release, settle + shown, dt, rate=rates, u=_TIRING["U"], tau_D=_TIRING["tau_D"]
    )
    warming = simulate(facilitating_release, settle + shown, dt, rate=rates, **_WARMING)
    kept = slice(round(settle / dt), None)
    t, r = tiring.t[kept] - settle, np.append(rates, after)[kept]
    used = warming.u + _WARMING["U"] * (1 - warming.u)  # a spike releases after its jump of u
    drives = r * _TIRING["U"] * tiring.x[kept], r * (used * warming.x)[kept]
    last = round(at / dt) - 1
    jump, end = (float(_change(drives[0][last], drives[0][i])) for i in (last + 1, -1))
    warmed = float(_change(drives[1][last], drives[1][-1]))
    bases = np.linspace(max(5.0, 0.5 - step), 80.0, 151)
    settled = [
        compute_stationary_release(b, **_TIRING, train="poisson").drive
        for b in (bases, bases + step)
    ]
    at_once = _change(bases, bases + step)
    panels = [
        Panel(
            level((0.0, shown), float(drive[last])),
            Line(t, drive, color=color, width=2),
            title=title,
            y="release (1/s)",
            xlim=(0, shown),
            ylim=(0, 1.15 * float(drive.max())),
        )
        for drive, color, title in zip(
            drives, (0, 1), ("The one that tires", "The one that warms up"), strict=True
        )
    ]
    return Figure(
        Panel(
            Line(t, r, color="ink"),
            title="Rate of the axon",
            y="rate (Hz)",
            xlim=(0, shown),
            ylim=(0, 1.15 * max(before, after)),
            height=0.5,
        ),
        Panel(
            level((5, 80), 0.0),
            Line(bases, at_once, label="at once", color=0, width=2),
            Line(bases, _change(*settled), label="later", color=0, dash=True),
            Dots([before, before], [jump, end], color=3, size=9),
            title=f"Step {step:+.3g} Hz",
            x="rate before (Hz)",
            y="change (%)",
            xlim=(5, 80),
            span=(3, 1),
        ),
        *panels,
        columns=(3, 2),
        summary=f"{before:.3g} to {after:.3g} Hz: the tiring synapse jumps by {jump:+.1f} % and ends at {end:+.1f} %; "
        f"the one that warms up ends at {warmed:+.0f} %",
        values=dict(jump=jump, end=end, warmed=warmed),
    )


def hidden_dynamics(seed: int = 1997) -> TsodyksMarkram:
    """U, tau_D and tau_F of the hidden synapse: drawn from a seed, so that everyone measures the same."""
    draw = np.random.default_rng(seed).uniform
    return TsodyksMarkram(draw(0.1, 0.3), draw(100, 300), draw(400, 900))


_TRAINS = (5.0, 20.0, 50.0)  # Hz
_ERROR = 0.03  # of each measured response


def _responses(synapse: TsodyksMarkram, rate: float) -> tuple[Array, Array]:
    """Ten spikes at a rate and one 500 ms after them: when, and what each releases."""
    times = np.append(np.arange(10), 9.0 + 0.5 * rate) * 1e3 / rate
    return times, compute_short_term_release(times, **asdict(synapse)).release


@lru_cache(maxsize=4)
def _measured_train(rate: float) -> tuple[Array, Array]:
    times, release = _responses(hidden_dynamics(), rate)
    noise = np.random.default_rng([1997, round(rate)]).normal(1.0, _ERROR, times.size)
    return times, release * noise


def _missed(synapse: TsodyksMarkram, rate: float) -> float:
    """How far a synapse's responses are from the measured ones (root mean square, %)."""
    share = _responses(synapse, rate)[1] / _measured_train(rate)[1]
    return float(100 * np.sqrt(np.mean((share - 1) ** 2)))


@lab(
    model=facilitating_release,
    title="A train to be fitted",
    rate=[f"{rate:g} Hz" for rate in _TRAINS],
    tau_F=(0, 2000),
    presets={
        "a slow train": dict(rate="5 Hz"),
        "a fast train": dict(rate="50 Hz"),
        "try one that tires": dict(),
        "try one that warms up": dict(U=0.1, tau_D=50.0, tau_F=750.0),
    },
    targets=[
        Target(
            "Bring your synapse to the measurements: miss them by less than 5 % at all three rates",
            reached=lambda params, values: values["worst"] < 5.0,
            tip="The first response tells U. Growth from spike to spike asks for a long tau_F; how far the response "
            "has come back half a second later tells tau_D.",
        ),
    ],
)
def hidden_train(
    rate: str = "20 Hz", U: float = 0.5, tau_D: float = 800.0, tau_F: float = 0.0
) -> Figure:
    """Ten spikes and one more half a second later, measured at three rates; your synapse answers the same trains.

    Every measurement has an error of 3 %. Which U, tau_D and tau_F are behind them?
    """
    at, mine = float(rate.removesuffix(" Hz")), TsodyksMarkram(U, tau_D, tau_F)
    times, data = _measured_train(at)
    release = _responses(mine, at)[1]
    missed = {r: _missed(mine, r) for r in _TRAINS}
    words = ", ".join(f"{value:.1f} % at {r:g} Hz" for r, value in missed.items())
    return Figure(
        Panel(
            Line(times, release, color=0, dash=True, width=1),
            Dots(times, release, label="yours", color=0, size=7, filled=False),
            Dots(times, data, label="measured", color="ink", size=6),
            title="Response to each spike",
            y="fraction released",
            xlim=(-0.03 * times[-1], 1.03 * times[-1]),
            ylim=(0, max(0.6, 1.1 * float(max(release.max(), data.max())))),
            height=1.5,
        ),
        summary=f"your synapse misses the measurements by {words} (root mean square)",
        values=dict(worst=max(missed.values())) | {f"at_{r:g}": v for r, v in missed.items()},
    )
