"""Labs of lesson 1.3: from the current to the rate, from the rate of one cell to populations."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.dynamics import Equilibrium, find_equilibria
from neurolab.engine.model import param, simulate
from neurolab.figures import Arrows, Dots, Figure, Line, Panel, Span, Text, Ticks
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import fixed_points, outline, spikes_in_words, strokes
from neurolab.membrane import (
    WILSON_COWAN_SETS,
    compute_lif_rate,
    compute_pair_nullclines,
    compute_pair_response,
    compute_siegert_rate,
    compute_wilson_cowan_nullclines,
    excitatory_inhibitory_pair,
    lif,
    wilson_cowan_populations,
)

__all__ = [
    "crowd",
    "hidden_pair",
    "integrate_and_fire",
    "naive_formula",
    "noisy_neuron",
    "paradox",
    "wilson_cowan_plane",
]

Array = NDArray[np.float64]

CELL: dict[str, Any] = dict(
    tau_m=20.0, theta=20.0, V_reset=10.0, t_ref=2.0
)  # ms, mV above rest, mV, ms
_MU = param(15.0, "mV", low=0, high=40, doc="where the mean input alone would hold the voltage")
_SIGMA = param(5.0, "mV", low=0, high=15, doc="strength of the noise")


def _noisy(duration: float, dt: float, mu: Any, sigma: float, seed: int, every: int) -> Any:
    """The noisy cell, with spikes that a step of dt cannot hide.

    A path that is looked at every dt only crosses its threshold unseen in between, as if that lay 0.58 amplitude
    sqrt(dt) higher (Broadie, Glasserman & Kou 1997): so it is put lower by that.
    """
    from neurolab.engine.stochastic import simulate_stochastic  # loads numba

    amplitude = sigma / math.sqrt(CELL["tau_m"])
    theta = CELL["theta"] - 0.5826 * amplitude * math.sqrt(dt)
    drive = dict(I=np.asarray(mu)) if np.ndim(mu) else dict(I=float(mu))
    return simulate_stochastic(
        lif, duration, dt, seed=seed, noise=dict(V=amplitude), every=every, R=1.0,
        V=min(float(np.ravel(mu)[0]), CELL["V_reset"]), **(CELL | dict(theta=theta)), **drive,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _rate_curve(sigma: float) -> tuple[Array, Array]:
    mu = np.linspace(0.0, 40.0, 241)
    return mu, np.asarray(compute_siegert_rate(mu, sigma, **CELL))


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
    return Figure(
        Panel(
            Line([0, duration], [theta, theta], label="threshold", color="dim", dash=True),
            Line(*strokes(spikes.times, theta, theta + 15.0), color=0, width=2),
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


@lab(
    title="A neuron in the storm",
    mu=_MU,
    sigma=_SIGMA,
    run=param(1, low=1, high=20, doc="which of twenty storms of the same strength"),
    presets={
        "below threshold, quiet": dict(mu=15.0, sigma=0.0),
        "below threshold, noisy": dict(mu=15.0, sigma=5.0),
        "at threshold, noisy": dict(mu=20.0, sigma=5.0),
        "far above, quiet": dict(mu=40.0, sigma=0.0),
        "far above, noisy": dict(mu=40.0, sigma=5.0),
    },
    targets=[
        Target(
            "Make it fire at 20 Hz, to 1 Hz, with its mean below threshold",
            reached=lambda params, values: params["mu"] < 20.0 and abs(values["rate"] - 20.0) < 1.0,
            tip="Keep the mean at 15 mV and turn up the noise to between 8 and 9 mV.",
        ),
        Target(
            "Find a mean at which noise of 5 mV changes the rate by less than 2 %",
            reached=lambda params, values: (
                params["sigma"] >= 5.0 and 0 < values["rate"] < 1.02 * values["quiet"]
            ),
            tip="Far above threshold: try 38 mV.",
        ),
    ],
)
def noisy_neuron(mu: float = 15.0, sigma: float = 0.0, run: int = 1) -> Figure:
    """A leaky neuron with a threshold of 20 mV. Its input has a mean, mu, and a noise, sigma.

    Above, half a second of its voltage. Below, its rate for every mean, at this noise: the curve is the formula, the
    dot what was counted in 40 s; and the intervals between its spikes in those 40 s.
    """
    shown, long = 500.0, 40_000.0
    trace = _noisy(shown, 0.05, mu, sigma, seed=run, every=4)
    spikes = trace.spikes().times
    counted = _noisy(long, 0.1, mu, sigma, seed=1000 + run, every=400_000).spikes()
    rate, quiet = (float(compute_siegert_rate(mu, s, **CELL)) for s in (sigma, 0.0))
    found = counted.count / long * 1e3
    gaps = counted.isi()
    spread = float(gaps.std() / gaps.mean()) if gaps.size > 1 else math.nan
    mean_drive, curve = _rate_curve(sigma)
    _, sharp = _rate_curve(0.0)
    edges = np.arange(0.0, 202.0, 4.0)
    heights = np.histogram(gaps, edges)[0] / max(gaps.size, 1) * 100
    regular = f", CV {spread:.2f}" if gaps.size > 1 else ""
    return Figure(
        Panel(
            Line([0, shown], [20, 20], label="threshold", color="dim", dash=True),
            Line([0, shown], [mu, mu], label="mean", color=1, dash=True),
            Line(*strokes(spikes, 20.0, 35.0), color=0, width=1.6),
            Line(trace.t, trace.V, label="V", color=0, width=1.2),
            title="Half a second of it; strokes mark the spikes",
            y="V above rest (mV)",
            xlim=(0, shown),
            ylim=(-5, 45),
            span=(1, 2),
        ),
        Panel(
            Line(mean_drive, sharp, label="without noise", color="dim", dash=True),
            Line(mean_drive, curve, label="with it", color=0, width=2),
            Dots([mu], [found], color=3, size=9, label="counted"),
            title="Rate",
            x="mu: mean input (mV)",
            y="rate (Hz)",
            xlim=(0, 40),
            ylim=(0, 120),
        ),
        Panel(
            Line(*outline(edges, heights), color=0),
            title="Intervals between spikes" + regular,
            x="interval (ms)",
            y="share (%)",
            xlim=(0, 200),
            ylim=(0, max(20.0, 10.0 * math.ceil(float(heights.max()) / 10))),
        ),
        columns=2,
        summary=f"counted {found:.3g} Hz{regular}; the formula gives {rate:.3g} Hz, "
        f"without noise {quiet:.3g} Hz",
        values=dict(count=len(spikes), found=found, rate=rate, quiet=quiet, cv=spread),
    )


@lab(
    title="A hundred cells",
    mu=param(20.0, "mV", low=0, high=40, doc="mean input after the step"),
    sigma=_SIGMA,
    presets={
        "a weak step": dict(mu=17.0),
        "a strong step": dict(mu=30.0),
        "the same without noise": dict(mu=30.0, sigma=0.0),
        "a step that stays below threshold": dict(mu=18.0, sigma=5.0),
    },
    targets=[
        Target(
            "Let the step raise the crowd's rate by 20 Hz, to 1 Hz",
            reached=lambda params, values: abs(values["after"] - values["before"] - 20.0) < 1.0,
            tip="With noise of 5 mV the mean after the step lies a little above threshold.",
        ),
    ],
)
def crowd(mu: float = 20.0, sigma: float = 5.0) -> Figure:
    """A hundred cells, each with its own noise; at 100 ms their mean input steps up from 12 mV.

    Each row is a cell. Below, the spikes of all of them in every 10 ms, as a rate, and what the formula gives.
    """
    cells, run_in, shown, dt, low = 100, 100.0, 300.0, 0.1, 12.0
    steps = round((run_in + shown) / dt)
    once = np.full(steps, low)
    once[round((run_in + 100.0) / dt) :] = mu
    # one cell, a hundred times over, is a hundred cells once: nothing links them, and each starts afresh long before
    run = _noisy(cells * steps * dt, dt, np.tile(once, cells), sigma, seed=7, every=steps)
    rows, times = np.divmod(run.spikes().times, steps * dt)
    inside = times > run_in
    rows, times = rows[inside], times[inside] - run_in
    edges = np.arange(0.0, shown + 1, 10.0)
    rate = np.histogram(times, edges)[0] / (cells * 0.01)
    before, after = (float(compute_siegert_rate(m, sigma, **CELL)) for m in (low, mu))
    late = float(np.sum(times > 150.0)) / (cells * 0.15)
    return Figure(
        Panel(
            Ticks(times, rows),
            title="Spikes of the hundred cells",
            y="cell",
            xlim=(0, shown),
            ylim=(-1, cells),
            height=1.3,
        ),
        Panel(
            Line([0, 100, 100, shown], [before, before, after, after], label="formula, steady",
                 color=1, dash=True, width=2),
            Line(*outline(edges, rate), label="counted", color=0),
            title="Rate of the crowd",
            y="rate (Hz)",
            xlim=(0, shown),
            ylim=(0, max(40.0, 20.0 * math.ceil(float(rate.max()) / 20))),
        ),
        summary=f"{late:.3g} Hz counted late after the step; the formula gives {after:.3g} Hz, {before:.3g} before it",
        values=dict(before=before, after=after, late=late),
    )  # fmt: skip


def naive_rate(mu: float, sigma: float, points: int = 20_001) -> float:
    """Siegert's formula as it stands in the books, Hz: wrong without a word where sigma is small."""
    from scipy.special import erf

    with np.errstate(all="ignore"):
        u = np.linspace((CELL["V_reset"] - mu) / sigma, (CELL["theta"] - mu) / sigma, points)
        area = np.trapezoid(np.exp(u**2) * (1 + erf(u)), u)
        return float(1e3 / (CELL["t_ref"] + CELL["tau_m"] * math.sqrt(math.pi) * area))


@lru_cache(maxsize=64)
def _naive_curve(mu: float) -> tuple[Array, Array, Array]:
    sigma = np.geomspace(0.2, 10.0, 81)
    naive = np.array([naive_rate(mu, s, 2001) for s in sigma.tolist()])
    return sigma, naive, np.asarray(compute_siegert_rate(mu, sigma, **CELL))


@lab(
    title="The formula as it stands in the books",
    mu=param(25.0, "mV", low=0, high=40, doc="mean input"),
    sigma=param(2.0, "mV", low=0.2, high=10, doc="strength of the noise"),
    presets={
        "much noise": dict(mu=25.0, sigma=5.0),
        "less noise": dict(mu=25.0, sigma=1.0),
        "little noise": dict(mu=25.0, sigma=0.3),
        "below threshold": dict(mu=15.0, sigma=0.2),
    },
    targets=[
        Target(
            "Find a noise at which the naive rate is wrong by more than a factor of 2, and yet a number",
            reached=lambda params, values: values["naive"] > 2 * values["rate"] > 0,
            tip="At a mean of 25 mV, try sigma between 0.6 and 1.2 mV.",
        ),
    ],
)
def naive_formula(mu: float = 25.0, sigma: float = 5.0) -> Figure:
    """The rate by the formula as printed, computed naively, beside the right one; and what is being integrated."""
    from scipy.special import erf, erfcx

    sigmas, naive, right = _naive_curve(mu)
    mine, rate = naive_rate(mu, sigma), float(compute_siegert_rate(mu, sigma, **CELL))
    u = np.linspace((CELL["V_reset"] - mu) / sigma, (CELL["theta"] - mu) / sigma, 401)
    with np.errstate(all="ignore"):
        printed = np.exp(u**2) * (1 + erf(u))
        exact = erfcx(-u)
    floor = 1e-3  # of the picture
    words = "not a number" if math.isnan(mine) else f"{mine:.3g} Hz"
    return Figure(
        Panel(
            Line(sigmas, np.where(naive < 600, naive, np.nan), label="computed naively", color=1,
                 width=2, dash=True),
            Line(sigmas, right, label="right", color=0, width=2),
            Dots([sigma], [mine if mine < 600 else np.nan], color=1, size=9, filled=False),
            Dots([sigma], [rate], color=3, size=9),
            title="Rate at this mean",
            x="sigma: noise (mV)",
            y="rate (Hz)",
            xlim=(0.2, 10),
            ylim=(0, 520),
            log="x",
            height=1.6,
        ),
        Panel(
            Line(u, np.maximum(printed, floor), label="exp(u²) (1 + erf u)", color=1,
                 width=2, dash=True),
            Line(u, exact, label="the same, no digit lost", color=0),
            title="What is integrated at this noise",
            x="u",
            y="integrand",
            ylim=(floor, 1e2),
            log="y",
        ),
        columns=2,
        summary=f"naive: {words}; right: {rate:.3g} Hz",
        values=dict(naive=mine, rate=rate),
    )  # fmt: skip


_PAIR = dict(w_EI=2.0, w_IE=2.5, w_II=0.5)
_DRIVE_E, _DRIVE_I = 20.0, 5.0


def _steady(w_EE: float, g_E: float, g_I: float) -> tuple[float, float]:
    """Rates at which the pair rests, both above zero."""
    E, I = compute_pair_response(w_EE, **_PAIR).matrix @ [g_E, g_I]
    return float(E), float(I)


@lab(
    model=excitatory_inhibitory_pair,
    title="Driving the brakes",
    w_EE=(0, 3, 0.05),
    extra=param(3.0, "Hz", low=0, high=8, doc="more drive for the inhibitory cells, from 50 ms on"),
    presets={
        "hardly coupled": dict(w_EE=0.5),
        "at the border": dict(w_EE=1.0),
        "strongly coupled": dict(w_EE=3.0),
    },
    targets=[
        Target(
            "Find the w_EE at which more drive changes the inhibitory rate not at all in the end",
            reached=lambda params, values: params["extra"] >= 1 and abs(values["change"]) < 0.02,
            tip="Follow the curve at the lower right to where it crosses zero.",
        ),
        Target(
            "Let 3 Hz more drive lower the inhibitory rate by more than 2 Hz",
            reached=lambda params, values: params["extra"] <= 3.0 and values["change"] < -2.0,
            tip="The excitatory cells must excite each other strongly: w_EE above 2.",
        ),
    ],
)
def paradox(w_EE: float = 0.5, extra: float = 3.0) -> Figure:
    """An excitatory and an inhibitory population; from 50 ms on the inhibitory one gets more drive.

    Left, their rates. Right, where each rate would stay as it is (its nullcline), before and after; and how the
    inhibitory rate changes in the end, for every w_EE.
    """
    before = _steady(w_EE, _DRIVE_E, _DRIVE_I)
    after = _steady(w_EE, _DRIVE_E, _DRIVE_I + extra)
    run = simulate(
        excitatory_inhibitory_pair, duration=350.0, dt=0.1, w_EE=w_EE, g_E=_DRIVE_E,
        g_I=_DRIVE_I + extra, E=before[0], I=before[1], **_PAIR,
    )  # fmt: skip
    quiet = np.arange(50.0)
    t = np.concatenate([quiet, run.t + 50.0])
    E = np.concatenate([np.full(quiet.size, before[0]), run.E])
    I = np.concatenate([np.full(quiet.size, before[1]), run.I])
    weights = np.linspace(0.0, 3.0, 121)
    change = [compute_pair_response(w, **_PAIR).matrix[1, 1] for w in weights]
    top = 28.0
    rates = np.array([0.0, 16.0])
    settled = dict(w_EE=w_EE, g_E=_DRIVE_E, **_PAIR)
    on_E, on_I = compute_pair_nullclines(rates, g_I=_DRIVE_I, **settled)
    _, on_I_after = compute_pair_nullclines(rates, g_I=_DRIVE_I + extra, **settled)
    difference = after[1] - before[1]
    words = "rises" if difference > 0.005 else "falls" if difference < -0.005 else "stays"
    peak = float(run.I.max())
    return Figure(
        Panel(
            Span(50.0, 300.0, label="more drive for I"),
            Line(t, E, label="E: excitatory", color=1, width=2),
            Line(t, I, label="I: inhibitory", color=0, width=2, dash=True),
            title="Rates",
            y="rate (Hz)",
            xlim=(0, 300),
            ylim=(0, top),
            span=(2, 1),
        ),
        Panel(
            Line(rates, on_E, label="E stays on it", color=1),
            Line(rates, on_I, label="I stays on it", color=0, dash=True),
            Line(rates, on_I_after, label="the same, after", color=4, dash=True),
            Line(run.E, run.I, color="ink", width=2),
            Dots(
                [before[0], after[0]],
                [before[1], after[1]],
                filled=[False, True],
                color="ink",
                size=8,
            ),
            title="The plane of the two rates",
            x="E (Hz)",
            y="I (Hz)",
            xlim=(0, 16),
            ylim=(0, top),
            height=1.4,
        ),
        Panel(
            Line([0, 3], [0, 0], color="dim", dash=True),
            Line(weights, change, color=0, width=2),
            Dots([w_EE], [compute_pair_response(w_EE, **_PAIR).matrix[1, 1]], color=3, size=9),
            title="In the end, for each Hz of drive",
            x="w_EE",
            y="change of I (Hz)",
            xlim=(0, 3),
            ylim=(-1.2, 0.4),
        ),
        columns=2,
        summary=f"inhibitory rate {before[1]:.3g} Hz, at most {peak:.3g}, in the end {after[1]:.3g}: it {words}; "
        f"excitatory rate {before[0]:.3g} to {after[0]:.3g} Hz",
        values=dict(change=difference, peak=peak, E=after[0], I=after[1]),
    )


def hidden_weight(seed: int = 1997) -> tuple[float, float]:
    """The unknown w_EE, and the drive of the excitatory cells (Hz): drawn from a seed, the same for everyone."""
    rng = np.random.default_rng(seed)
    return round(float(rng.uniform(1.4, 2.4)), 2), round(float(rng.uniform(16.0, 24.0)), 1)


@lab(
    title="A pair with an unknown weight",
    g_I=param(5.0, "Hz", low=0, high=10, doc="drive of the inhibitory cells"),
    presets={
        "no drive": dict(g_I=0.0),
        "some drive": dict(g_I=5.0),
        "strong drive": dict(g_I=10.0),
    },
)
def hidden_pair(g_I: float = 5.0) -> Figure:
    """Two populations that you can record from; only the drive of the inhibitory cells is in your hand."""
    w_EE, g_E = hidden_weight()
    E, I = _steady(w_EE, g_E, g_I)
    run = simulate(
        excitatory_inhibitory_pair, duration=400.0, dt=0.2, w_EE=w_EE, g_E=g_E, g_I=g_I,
        E=0.0, I=0.0, **_PAIR,
    )  # fmt: skip
    return Figure(
        Panel(
            Line(run.t, run.E, label="E: excitatory", color=1, width=2),
            Line(run.t, run.I, label="I: inhibitory", color=0, width=2, dash=True),
            title="Rates, switched on at 0",
            y="rate (Hz)",
            xlim=(0, 400),
            ylim=(0, 25),
            height=1.4,
        ),
        summary=f"in the end E {E:.1f} Hz, I {I:.1f} Hz",
        values=dict(E=E, I=I),
    )


@lab(
    title="Wilson and Cowan's plane",
    setting=["rhythm", "two states"],
    P=param(1.25, low=0, high=4, doc="drive of the excitatory cells"),
    E_0=param(0.1, low=0, high=0.5, doc="where E starts"),
    I_0=param(0.05, low=0, high=0.5, doc="where I starts"),
    presets={
        "a rhythm": dict(setting="rhythm", P=1.25),
        "too little drive": dict(setting="rhythm", P=0.6),
        "two states, started low": dict(setting="two states", P=0.0, E_0=0.15, I_0=0.05),
        "two states, started high": dict(setting="two states", P=0.0, E_0=0.25, I_0=0.05),
    },
    targets=[
        Target(
            "Find the smallest P at which the rhythm goes on for ever, to 0.02",
            reached=lambda params, values: (
                params["setting"] == "rhythm" and values["swing"] > 0.05 and params["P"] <= 1.1
            ),
            tip="Between 1 and 1.2: watch two of the fixed points meet and vanish.",
        ),
        Target(
            "With two states and no drive, find a start that ends in the active one",
            reached=lambda params, values: (
                params["setting"] == "two states" and params["P"] == 0.0 and values["E"] > 0.3
            ),
            tip="Choose the setting, set P to 0, and click to the right of the open dot.",
        ),
    ],
)
def wilson_cowan_plane(
    setting: str = "rhythm", P: float = 1.25, E_0: float = 0.1, I_0: float = 0.05
) -> Figure:
    """Excitatory and inhibitory cells: on its nullcline a population stays as it is. Click to choose a start."""
    values = dict(WILSON_COWAN_SETS[setting]) | dict(P=P)
    duration = 300.0
    run = simulate(wilson_cowan_populations, duration=duration, dt=0.1, E=E_0, I=I_0, **values)
    fixed = _wilson_cowan_equilibria(setting, P)
    along = np.linspace(0.0, 0.5, 401)
    on_E, on_I = compute_wilson_cowan_nullclines(along, along, **values)
    grid_E, grid_I = np.meshgrid(np.linspace(0.02, 0.48, 12), np.linspace(0.02, 0.48, 10))
    flow = wilson_cowan_populations.derivative(np.stack([grid_E, grid_I]), **values)
    late = run.between(200.0, duration)
    swing = float(np.ptp(late.E))
    words = (
        f"a rhythm, E swings by {swing:.2g}"
        if swing > 0.01
        else f"E comes to rest at {run.E[-1]:.2g}"
    )
    return Figure(
        Panel(
            Arrows(grid_E, grid_I, flow[0], flow[1], color="dim"),
            Line(along, on_E, label="dE/dt = 0", color=1, width=2),
            Line(on_I, along, label="dI/dt = 0", color=0, width=2, dash=True),
            Line(run.E, run.I, label="trajectory", color="ink", width=1.6),
            *fixed_points(
                [(e.state["E"], e.state["I"]) for e in fixed],
                [e.stable for e in fixed],
            ),
            Dots([E_0], [I_0], color=3, size=7),
            title="Phase plane",
            x="E: excitatory cells that fire (fraction)",
            y="I: inhibitory (fraction)",
            xlim=(-0.02, 0.5),
            ylim=(-0.02, 0.5),
            pick=("E_0", "I_0"),
            span=(2, 1),
        ),
        Panel(
            Line(run.t, run.E, color=1),
            title="Excitatory cells",
            y="E",
            xlim=(0, duration),
            ylim=(0, 0.5),
        ),
        Panel(
            Line(run.t, run.I, color=0, dash=True),
            title="Inhibitory cells",
            y="I",
            xlim=(0, duration),
            ylim=(0, 0.5),
        ),
        columns=2,
        summary=f"{words}; fixed points: {', '.join(e.kind for e in fixed)}",
        values=dict(swing=swing, E=float(run.E[-1]), states=len(fixed)),
    )


@lru_cache(maxsize=256)
def _wilson_cowan_equilibria(setting: str, P: float) -> tuple[Equilibrium, ...]:
    values: dict[str, Any] = dict(WILSON_COWAN_SETS[setting]) | dict(P=P)
    high = dict(E=0.6, I=0.6)
    return tuple(
        find_equilibria(
            wilson_cowan_populations, starts=16, low=dict(E=-0.01, I=-0.01), high=high, **values
        )
    )
