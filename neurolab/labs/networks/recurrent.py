"""Labs of lesson 4.2: what loops do. Balance and dice, Brunel's regimes, memory, a bump that stays, chaos."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.engine.model import param
from neurolab.figures import Dots, Figure, Line, Panel, Span, Text, Ticks
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import level, outline, strokes
from neurolab.networks import (
    BrunelState,
    Network,
    NetworkRegime,
    Population,
    RateNetwork,
    RingBump,
    brunel,
    compute_hopfield_overlap,
    compute_isi_cvs,
    compute_overlaps,
    compute_population_rate,
    compute_rate_spectrum,
    compute_ring_bump,
    find_brunel_rates,
    find_hopfield_capacity,
    find_regime,
    generate_hopfield_weights,
    generate_patterns,
    generate_random_weights,
    generate_ring_weights,
    recall_pattern,
    simulate_random_network,
    simulate_rates,
)

__all__ = [
    "balance",
    "brunel_network",
    "chaos",
    "hidden_network",
    "hopfield_recall",
    "ring_attractor",
]

Array = NDArray[np.float64]


@lru_cache(maxsize=4)
def _wires(size: int, epsilon: float) -> Any:
    """Who is connected to whom: the same for all g, eta and J."""
    drawn = brunel(size, epsilon=epsilon, seed=4)
    return {(p.source, p.target): p.wires for p in drawn.projections}


def _joined(first: SpikeTrains | None, then: SpikeTrains) -> SpikeTrains:
    """Two pieces of one run, end to end."""
    if first is None:
        return then
    return SpikeTrains(
        np.concatenate([first.times, then.times]),
        np.concatenate([first.ids, then.ids]),
        start=first.start,
        stop=then.stop,
        n=then.n,
    )


def _first_units(trains: SpikeTrains, n: int) -> SpikeTrains:
    """The spikes of units 0 to n - 1."""
    mine = trains.ids < n
    return replace(trains, times=trains.times[mine], ids=trains.ids[mine], n=n)


# Brunel's network

_SIZE, _J, _EPSILON = 5000, 0.25, 0.1  # C_E J = 100 mV, as in the paper with 12,500
_PIECE, _END, _SHOWN, _START = 100.0, 1000.0, 200.0, 100.0  # ms
_REGIMES = {
    "SR": "synchronous regular",
    "AR": "asynchronous regular",
    "AI": "asynchronous irregular",
    "SI fast": "synchronous irregular, fast",
    "SI slow": "synchronous irregular, slow",
    "silent": "silent",
}
_NUMBERS = {name: k for k, name in enumerate(_REGIMES)}


@lru_cache(maxsize=256)
def _brunel_theory(g: float, eta: float) -> BrunelState | None:
    """The stationary state that a network started from silence finds: the lowest stable one."""
    states = find_brunel_rates(g, eta, J=_J, C_E=_EPSILON * 0.8 * _SIZE)
    return next((state for state in states if state.stable), None)


@lab(
    title="Brunel's network",
    g=param(5.0, "", low=2.5, high=8, doc="strength of inhibition over excitation"),
    eta=param(2.0, "", low=0.5, high=8, doc="input from outside; at 1 it alone reaches threshold"),
    presets={
        "in step": dict(g=3.0, eta=2.0),
        "each for itself": dict(g=5.0, eta=2.0),
        "a fast rhythm": dict(g=7.0, eta=6.0),
        "slow waves": dict(g=4.5, eta=0.9),
    },
    targets=[
        Target(
            "Find asynchronous irregular firing below 20 Hz",
            reached=lambda params, values: (
                values["regime"] == _NUMBERS["AI"] and values["rate"] < 20 and values["t"] >= 500
            ),
            tip="More inhibition: g at 6 or above, eta near 2.",
        ),
        Target(
            "Find cells that take part in a rhythm of more than 150 Hz, each at less than 60 Hz",
            reached=lambda params, values: (
                values["regime"] == _NUMBERS["SI fast"]
                and values["rhythm"] > 150
                and values["rate"] < 60
                and values["t"] >= 500
            ),
            tip="Strong inhibition and much input: g near 8.",
        ),
    ],
)
def brunel_network(g: float = 5.0, eta: float = 2.0) -> Iterator[Figure]:
    """5000 cells, each with 400 excitatory and 100 inhibitory synapses drawn at random; click in the map to choose.

    It runs for a second while you watch. The regime's name follows from what is measured after the first 100 ms: how
    irregular the intervals are (CV), how much the population's rate swings, and whether a beat comes back as an echo.
    """
    theory = _brunel_theory(g, eta)
    for E, I in _brunel_runs(g, eta, seed=7):
        yield _brunel_figure(g, eta, E, I, theory)


def _brunel_runs(g: float, eta: float, seed: int) -> Iterator[tuple[SpikeTrains, SpikeTrains]]:
    """The spikes so far of a network's run, piece by piece."""
    network = brunel(_SIZE, g=g, eta=eta, J=_J, epsilon=_EPSILON, wires=_wires(_SIZE, _EPSILON))
    state, E, I = None, None, None
    for _ in range(round(_END / _PIECE)):
        run = network.simulate(_PIECE, 0.1, seed=seed, state=state)
        state = run.state
        E, I = _joined(E, run.spikes("E")), _joined(I, run.spikes("I"))
        yield E, I


def _measured(E: SpikeTrains) -> SpikeTrains:
    """Without the start, as soon as there is anything else."""
    return E.between(_START, E.stop) if E.stop > 2 * _START else E


def _brunel_figure(
    g: float, eta: float, E: SpikeTrains, I: SpikeTrains, theory: BrunelState | None
) -> Figure:
    late = _measured(E)
    # a thousand cells tell the regime as well as all, and sooner
    regime = find_regime(_first_units(late, 1000)) if late.duration >= 120 else None
    spectrum = compute_rate_spectrum(late, 1.0, segment=min(200.0, late.duration))
    floor = 2.0 * late.rate / late.n
    rhythm = 1e3 / regime.period if regime is not None else math.nan
    return Figure(
        *_activity_panels(E, I, None if theory is None else theory.rate),
        Panel(
            Line(spectrum.frequency, spectrum.power, color=0, label="measured"),
            level((0, 500), floor, "independent cells"),
            title="Power of the rate",
            x="frequency (Hz)",
            y="power (Hz²/Hz)",
            xlim=(0, 500),
            ylim=(1e-3, 1e3),
            log="y",
        ),
        Panel(
            Line([4, 4], [0, 8], color="dim", dash=True, width=1),
            level((2.5, 8), 1.0),
            Text(4.08, 7.2, "balance", color="dim"),
            Text(2.6, 1.2, "threshold", color="dim"),
            *(Text(x, y, name, align="center") for name, x, y in _PLACES),
            Dots([g], [eta], color=3, size=10),
            title="The map; click in it",
            x="g: inhibition",
            y="eta: input",
            xlim=(2.5, 8),
            ylim=(0, 8),
            pick=("g", "eta"),
        ),
        columns=2,
        summary=_brunel_words(E, late, regime, theory),
        values=dict(
            t=E.stop,
            rate=late.rate,
            cv=math.nan if regime is None else regime.cv,
            swing=math.nan if regime is None else regime.swing,
            echo=math.nan if regime is None else regime.echo,
            rhythm=rhythm,
            regime=-1 if regime is None else _NUMBERS[regime.name],
            theory=math.nan if theory is None else theory.rate,
        ),
    )


def _activity_panels(E: SpikeTrains, I: SpikeTrains, expected: float | None) -> list[Panel]:
    """The last 200 ms: spikes of a hundred cells, and the rate of all excitatory ones."""
    to = max(E.stop, _SHOWN)
    window = (to - _SHOWN, to)
    shown = E.between(window[0], E.stop)
    rows_E, rows_I = _first_units(shown, 80), _first_units(I.between(window[0], I.stop), 20)
    activity = compute_population_rate(shown, 1.0)
    guide = [] if expected is None else [
        Line(window, [expected, expected], color=1, dash=True, label="mean-field rate")
    ]  # fmt: skip
    return [
        Panel(
            Ticks(rows_E.times, rows_E.ids + 20, color="ink", label="80 excitatory"),
            Ticks(rows_I.times, rows_I.ids, color=1, label="20 inhibitory"),
            title="Spikes of a hundred cells",
            y="cell",
            xlim=window,
            ylim=(-1, 100),
            span=(1, 2),
            height=1.15,
        ),
        Panel(
            Line(activity.t, activity.rate, color=0, width=1.2, label="excitatory cells"),
            *guide,
            title="Rate of the population",
            y="rate (Hz)",
            xlim=window,
            ylim=(0, _round_up(max(20.0, float(activity.rate.max())))),
            span=(1, 2),
            height=0.75,
        ),
    ]


_PLACES = [
    ("SR: in step", 3.25, 4.0),
    ("AI: each for itself", 6.2, 1.5),
    ("SI: a fast rhythm", 6.3, 5.2),
    ("SI: slow waves", 6.0, 0.45),
]


def _brunel_words(
    E: SpikeTrains, late: SpikeTrains, regime: NetworkRegime | None, theory: BrunelState | None
) -> str:
    found = f"{E.stop:.0f} of {_END:.0f} ms: {late.rate:.3g} Hz"
    if theory is not None:
        found += f" (mean field {theory.rate:.3g})"
    if regime is None:
        return found + "; too early to name the regime"
    if regime.name == "silent":
        return found + "; silent, or too few spikes to name the regime"
    return (
        f"{_REGIMES[regime.name]} ({regime.name}); {found}, CV {regime.cv:.2f}, "
        f"swing {regime.swing:.2f}, echo {regime.echo:.2f}"
    )


def _round_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten: an axis that does not tremble."""
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= value * 0.999)


_HIDDEN = {"SR": (3.0, 2.0), "AI": (6.0, 2.0), "SI fast": (7.0, 6.0), "SI slow": (4.5, 0.9)}
_LETTERS = ["A", "B", "C", "D"]


def hidden_regime(network: str, seed: int = 2000) -> str:
    """Which regime a hidden network is in: drawn from a seed, the same for everyone."""
    order = np.random.default_rng(seed).permutation(len(_LETTERS))
    return list(_HIDDEN)[int(order[_LETTERS.index(network)])]


@lru_cache(maxsize=len(_LETTERS))
def _hidden_spikes(network: str) -> tuple[SpikeTrains, SpikeTrains]:
    *_, last = _brunel_runs(*_HIDDEN[hidden_regime(network)], seed=11)
    return last


@lab(
    title="Which regime is this?",
    network=_LETTERS,
    until=param(400, "ms", low=300, high=round(_END), doc="end of the 200 ms that are shown"),
)
def hidden_network(network: str = "A", until: int = 400) -> Figure:
    """Four runs of Brunel's network, without a word on g and eta. Do its cells fire in step or each for itself?

    And does each cell tick like a clock, or does it leave out beats as dice would have it?
    """
    E, I = (trains.between(0.0, until) for trains in _hidden_spikes(network))
    known = compute_isi_cvs(_first_units(_measured(E), 1000))
    known = known[np.isfinite(known)]
    words = f", CV of the intervals {known.mean():.2f}" if known.size else ""
    rate = E.between(_START, E.stop).rate
    return Figure(
        *_activity_panels(E, I, None),
        columns=2,
        summary=f"network {network}: from {_START:.0f} to {until} ms, {rate:.3g} Hz a cell{words}",
        values=dict(rate=rate),
    )


# dice from balance

_CELL: dict[str, float] = dict(tau_m=20.0, theta=20.0)
_UNITS, _DRIVE = 2500, 30.0
_PIECES = 8  # of 250 ms


@lru_cache(maxsize=1)
def _inputs_of_first() -> dict[str, Array]:
    """How often each cell reaches cell 0 of the excitatory ones."""
    wires = _wires(_UNITS, 0.1)
    return {
        name: np.bincount(own.sources[own.indices == 0], minlength=own.n_pre).astype(float)
        for name in ("E", "I")
        for own in (wires[name, "E"],)
    }


def _received(trains: SpikeTrains, synapses: Array, jump: float, bin: float) -> Array:
    """What spikes bring a cell, as the voltage at which they alone would hold it in each bin (mV)."""
    bins = round(trains.duration / bin)
    places = np.minimum(((trains.times - trains.start) / bin).astype(int), bins - 1)
    arrived = np.bincount(places, synapses[trains.ids], bins)
    return np.asarray(_CELL["tau_m"] * jump * arrived / bin, np.float64)


@lab(
    title="Dice from balance",
    g=param(5.0, "", low=4, high=8, doc="strength of inhibition over excitation"),
    J=param(0.4, "mV", low=0.05, high=0.6, doc="jump of the voltage by one excitatory spike"),
    presets={
        "inhibition just wins": dict(g=4.5),
        "more inhibition": dict(g=6.0),
        "much more": dict(g=8.0),
        "weak synapses: clocks": dict(J=0.05),
    },
    targets=[
        Target(
            "Make the cells fire as irregularly as dice, CV 1 to 0.05, at J 0.4",
            reached=lambda params, values: (
                params["J"] == 0.4 and abs(values["cv"] - 1.0) < 0.05 and values["t"] >= 2000
            ),
            tip="More inhibition.",
        ),
        Target(
            "Make them fire like clocks, CV below 0.2",
            reached=lambda params, values: values["cv"] < 0.2,
            tip="Let each spike count for less.",
        ),
    ],
)
def balance(g: float = 5.0, J: float = 0.4) -> Iterator[Figure]:
    """2500 cells that all receive the same constant current, enough to fire like clocks. No noise is put in anywhere.

    Each hears 200 excitatory and 50 inhibitory ones. Second row: what one cell receives, and what it does with it.
    """
    network = _driven(g, J)
    state, E, I, V, t = None, None, None, np.empty(0), np.empty(0)
    for _ in range(_PIECES):
        run = network.simulate(250.0, 0.1, state=state, record={"E": {"V": [0]}}, every=2)
        state = run.state
        E, I = _joined(E, run.spikes("E")), _joined(I, run.spikes("I"))
        V, t = np.append(V, run.traces["E"]["V"][0][:-1]), np.append(t, run.t[:-1])
        yield _balance_figure(g, J, E, I, t, V)


def _driven(g: float, J: float) -> Network:
    """Brunel's wiring with a constant current for its random input; the cells start anywhere below threshold."""
    network = brunel(_UNITS, g=g, eta=0.0, J=J, wires=_wires(_UNITS, 0.1))
    rng = np.random.default_rng(11)
    populations = {}
    for name, cells in network.populations.items():
        if isinstance(cells, Population):
            start = dict(I=_DRIVE, R=1.0, V=rng.uniform(0.0, _CELL["theta"], cells.size))
            populations[name] = replace(cells, values={**cells.values, **start})
    return Network(populations, network.projections)


def _balance_figure(
    g: float, J: float, E: SpikeTrains, I: SpikeTrains, t: Array, V: Array
) -> Figure:
    window, bin = (E.stop - 250.0, E.stop), 5.0
    recent_E, recent_I = E.between(*window), I.between(*window)
    synapses, theta = _inputs_of_first(), _CELL["theta"]
    push = _DRIVE + _received(recent_E, synapses["E"], J, bin)
    pull = _received(recent_I, synapses["I"], -g * J, bin)
    middles = window[0] + (np.arange(push.size) + 0.5) * bin
    late = E.between(min(200.0, E.stop - 200.0), E.stop)
    cvs = compute_isi_cvs(late)
    known = cvs[np.isfinite(cvs)]
    cv = float(known.mean()) if known.size else math.nan
    raster = _first_units(recent_E, 60)
    return Figure(
        Panel(
            Ticks(raster.times, raster.ids),
            title="Spikes of 60 excitatory cells",
            y="cell",
            xlim=window,
            ylim=(-1, 60),
            span=(1, 2),
        ),
        Panel(
            level(window, theta),
            Line(middles, push, color=1, label="drive and excitation"),
            Line(middles, pull, color=0, dash=True, label="inhibition"),
            Line(middles, push + pull, color="ink", width=2, label="sum"),
            title="What cell 0 receives",
            y="input (mV)",
            xlim=window,
            ylim=(-260, 260),
            height=1.3,
        ),
        Panel(
            level(window, theta, "threshold"),
            Line(*strokes(recent_E.train(0), theta, theta + 12.0), color=0),
            Line(t[t >= window[0]], V[t >= window[0]], color=0, width=1.2),
            title="What it does; strokes mark its spikes",
            y="V above rest (mV)",
            xlim=window,
            ylim=(-30, 40),
        ),
        _interval_panel(late),
        _cv_panel(known, cv),
        columns=2,
        summary=f"{E.stop:.0f} ms: {late.rate:.3g} Hz, CV of the intervals {cv:.2f} (0 a clock, 1 dice)",
        values=dict(t=E.stop, rate=late.rate, cv=cv),
    )


def _interval_panel(trains: SpikeTrains) -> Panel:
    """Intervals of all cells, each in units of its own mean, beside those of dice."""
    own = _first_units(trains, 150)
    gaps = [np.diff(own.train(unit)) for unit in range(150)]
    scaled = np.concatenate([gap / gap.mean() for gap in gaps if gap.size > 1] or [np.empty(0)])
    edges = np.linspace(0.0, 4.0, 33)
    density = np.histogram(scaled, edges)[0] / max(1, scaled.size) / (edges[1] - edges[0])
    x = np.linspace(0.0, 4.0, 81)
    return Panel(
        Line(x, np.exp(-x), color="dim", dash=True, label="dice"),
        Line(*outline(edges, density), color=0, label="150 cells"),
        title="Intervals between spikes",
        x="interval / mean interval",
        y="density",
        xlim=(0, 4),
        ylim=(0, max(1.5, _round_up(float(density.max(initial=1.0))))),
    )


def _cv_panel(cvs: Array, cv: float) -> Panel:
    """How irregular each cell is."""
    edges = np.linspace(0.0, 2.0, 51)
    share = np.histogram(cvs, edges)[0] / max(1, cvs.size) * 100.0
    return Panel(
        Line([1, 1], [0, 100], color="dim", dash=True, label="dice"),
        Line(*outline(edges, share), color=0, label="cells"),
        Dots([cv], [0], color=3, size=9, label="mean"),
        title="Irregularity of the cells",
        x="CV of the intervals",
        y="cells (%)",
        xlim=(0, 2),
        ylim=(0, max(20.0, 10.0 * math.ceil(float(share.max(initial=0.0)) / 10))),
    )


# memory

_SIDE = 30


@lru_cache(maxsize=1)
def _memories() -> Array:
    """The picture to recall, then random patterns; as many as the slider can ask for."""
    across = np.linspace(-1.0, 1.0, _SIDE)
    rings = np.cos(9.0 * np.hypot(across[:, None], across) + 0.25)
    picture = np.where(rings > np.median(rings), 1.0, -1.0).ravel()
    return np.vstack([picture, generate_patterns(round(0.25 * _SIDE**2), _SIDE**2, seed=3)])


@lru_cache(maxsize=4)
def _hebb(count: int) -> Array:
    return generate_hopfield_weights(_memories()[:count])


@lru_cache(maxsize=1)
def _forgetting() -> tuple[Array, Array]:
    alpha = np.linspace(0.0, 0.25, 251)
    return alpha, np.asarray(compute_hopfield_overlap(alpha))


@lab(
    title="A picture from memory",
    load=param(0.05, "", low=0.005, high=0.25, doc="stored patterns for each cell"),
    damage=param(0.25, "", low=0, high=0.5, doc="share of the cells that start wrong"),
    trial=param(1, low=1, high=20, doc="which cells start wrong"),
    presets={
        "a few memories": dict(load=0.02, damage=0.3),
        "many memories": dict(load=0.12, damage=0.15),
        "too many": dict(load=0.2, damage=0.0),
        "half of it gone": dict(load=0.02, damage=0.45),
    },
    targets=[
        Target(
            "Find the largest load at which it keeps a picture that it starts from, to 0.01",
            reached=lambda params, values: (
                params["damage"] == 0 and params["load"] >= 0.13 and values["overlap"] > 0.93
            ),
            tip="Damage 0; theory says 0.138 for very many cells.",
        ),
        Target(
            "Recall the picture exactly with 2 of 5 cells wrong at the start",
            reached=lambda params, values: params["damage"] >= 0.4 and values["overlap"] == 1.0,
            tip="Store little.",
        ),
    ],
)
def hopfield_recall(load: float = 0.05, damage: float = 0.25, trial: int = 1) -> Figure:
    """900 cells that have stored a picture and many random patterns by Hebb's rule; part of the picture is damaged.

    From the damaged start each cell follows the others, one at a time, until nothing changes.
    """
    count = max(1, round(load * _SIDE**2))
    picture = _memories()[0]
    flipped = np.random.default_rng(trial).permutation(_SIDE**2)[: round(damage * _SIDE**2)]
    start = picture.copy()
    start[flipped] *= -1.0
    run = recall_pattern(_hebb(count), start, sweeps=30, seed=trial)
    overlaps = compute_overlaps(run.states, picture)
    end, sweeps = float(overlaps[-1]), len(overlaps) - 1
    capacity = find_hopfield_capacity().alpha
    wrong = int(np.sum(run.end != picture))
    words = "the picture is back" if wrong == 0 else f"wrong cells: {wrong}"
    return Figure(
        _picture(picture, picture, "Stored"),
        _picture(start, picture, "Start"),
        _picture(run.end, picture, "End"),
        Panel(
            Line(np.arange(sweeps + 1), overlaps, color=0),
            Dots(np.arange(sweeps + 1), overlaps, color=0, size=5),
            title="Overlap with the picture",
            x="sweep over all cells",
            y="overlap",
            xlim=(0, max(10, sweeps)),
            ylim=(-0.1, 1.05),
        ),
        Panel(
            Line([capacity, capacity], [-0.1, 1.05], color="dim", dash=True, label="0.138"),
            Line(*_forgetting(), color="dim", width=2, label="theory, very many cells"),
            Dots([load], [end], color=3, size=9, label="this network"),
            title="How well a picture is kept",
            x="load: patterns / cells",
            y="overlap at the end",
            xlim=(0, 0.25),
            ylim=(-0.1, 1.05),
            span=(1, 2),
        ),
        columns=3,
        summary=f"{count} patterns in {_SIDE**2} cells, overlap {overlaps[0]:.2f} at the start and {end:.3g} "
        f"after {sweeps} sweeps: {words}",
        values=dict(count=count, overlap=end, wrong=wrong, sweeps=sweeps, settled=run.settled),
    )


def _picture(state: Array, stored: Array, title: str) -> Panel:
    """Cells that are on, as dots in a square; those that differ from what is stored in another colour and open."""
    row, column = np.divmod(np.arange(state.size), _SIDE)
    on, differs = state > 0, state != stored
    right = on & ~differs
    marks = [Dots(column[right], row[right], color="ink", size=4.5, label="on")]
    if differs.any():
        wrong = dict(filled=on[differs], label="wrong; open: off")
        marks.append(Dots(column[differs], row[differs], color=1, size=4.5, **wrong))
    return Panel(
        *marks,
        title=title,
        x="column",
        y="row",
        xlim=(-1, _SIDE),
        ylim=(-1, _SIDE),
        height=1.35,
    )


# the ring

_CELLS, _RING_J_0 = 72, -6.0
_CUE_ON, _CUE_OFF, _RING_END = 100.0, 400.0, 900.0


@lab(
    title="A bump on a ring",
    J_2=param(4.0, "", low=0, high=8, doc="how much cells of like preference excite each other"),
    cue=param(40.0, "°", low=-85, high=85, doc="where the cue points"),
    strength=param(0.1, "", low=0, high=0.5, doc="how much the cue says about the angle"),
    presets={
        "a cue, and the bump stays": dict(J_2=4.0),
        "no loop: it only follows": dict(J_2=0.0, strength=0.3),
        "below the border": dict(J_2=1.9, strength=0.1),
        "a weak cue far away": dict(J_2=4.0, cue=85.0, strength=0.02),
    },
    targets=[
        Target(
            "Find the smallest J_2 at which activity remembers the cue, to 0.1",
            reached=lambda params, values: params["J_2"] <= 2.1 and values["contrast"] > 0.3,
            tip="The uniform state gives way at J_2 = 2; close to it all is slow.",
        ),
        Target(
            "Let a cue at 40° or farther pull the bump less than half of its way",
            reached=lambda params, values: (
                params["J_2"] > 2
                and params["strength"] > 0
                and abs(params["cue"]) >= 40
                and abs(values["angle"]) < abs(params["cue"]) / 2
            ),
            tip="A weak cue: a strength of 0.01.",
        ),
    ],
)
def ring_attractor(J_2: float = 4.0, cue: float = 40.0, strength: float = 0.1) -> Figure:
    """Cells that prefer angles from -90° to 90°; like excite each other, all inhibit all (J_0 = -6).

    A bump stands at 0°. From 100 to 400 ms a cue points elsewhere; before and after, the input is the same for all.
    """
    theta = -90.0 + 180.0 * np.arange(_CELLS) / _CELLS
    dt, every = 0.5, 10
    steps = round(_RING_END / dt)
    I = np.ones((steps, _CELLS))
    on = slice(round(_CUE_ON / dt), round(_CUE_OFF / dt))
    I[on] += strength * (np.cos(np.deg2rad(2.0 * (theta - cue))) - 1.0)
    network = RateNetwork(generate_ring_weights(_CELLS, _RING_J_0, J_2))
    free = compute_ring_bump(_RING_J_0, J_2)
    start = np.full(_CELLS, 1.0 / (1.0 - _RING_J_0)) if free is None else free.rates(theta)
    run = simulate_rates(network, _RING_END, dt, I=I, r=start, every=every)
    angle, contrast = _bump_angle(run.r, theta)
    shown = np.where(contrast > 0.02, angle, np.nan)
    jumps = np.abs(np.diff(shown)) > 90.0  # the ring closes at 90°
    shown[1:][jumps] = np.nan
    last = run.r[-1]
    cued = run.r[round(_CUE_OFF / dt / every)]
    width = _half_width(last, theta)
    return Figure(
        Panel(
            Span(_CUE_ON, _CUE_OFF, label="cue"),
            Line(
                [_CUE_ON, _CUE_OFF],
                [cue, cue],
                color=1,
                dash=True,
                width=2,
                label="where it points",
            ),
            Line(run.t, shown, color=0, width=2.4, label="the bump"),
            title="Where the bump is; no line: activity is the same everywhere",
            y="angle (°)",
            xlim=(0, _RING_END),
            ylim=(-90, 90),
            span=(1, 2),
        ),
        Panel(
            Line([cue, cue], [0, 10], color=1, dash=True, label="cue"),
            Line(theta, cued, color=0, width=2),
            title="Activity at the end of the cue",
            x="preferred angle (°)",
            y="rate",
            xlim=(-90, 90),
            ylim=(0, _round_up(max(0.5, 1.05 * float(cued.max())))),
        ),
        Panel(
            Line(theta, last, color=0, width=2, label="activity"),
            *_steady(free, theta, float(angle[-1])),
            title="500 ms after it",
            x="preferred angle (°)",
            y="rate",
            xlim=(-90, 90),
            ylim=(0, _round_up(max(0.5, 1.05 * float(last.max())))),
        ),
        columns=2,
        summary=_ring_words(float(angle[-1]), float(contrast[-1]), width, cue),
        values=dict(
            angle=float(angle[-1]) if contrast[-1] > 0.02 else math.nan,
            contrast=float(contrast[-1]),
            half_width=width,
            cued=float(_bump_angle(cued[None], theta)[0][0]),
            peak=float(last.max()),
        ),
    )


def _bump_angle(rates: Array, theta: Array) -> tuple[Array, Array]:
    """Angle of the mean vector (°), and its length: 0 the same everywhere, 1 all in one cell."""
    mean = rates @ np.exp(2j * np.deg2rad(theta)) / np.maximum(rates.sum(axis=1), 1e-12)
    return np.round(np.rad2deg(np.angle(mean)) / 2.0, 6) + 0.0, np.abs(mean)


def _half_width(rates: Array, theta: Array) -> float:
    """Half of the range of active cells, °; 90 if all are."""
    return float(np.sum(rates > 1e-3 * rates.max())) * (180.0 / theta.size) / 2.0


def _steady(bump: RingBump | None, theta: Array, angle: float) -> list[Line]:
    if bump is None:
        return []
    return [Line(theta, bump.rates(theta, angle), color="dim", dash=True, label="theory")]


def _ring_words(angle: float, contrast: float, width: float, cue: float) -> str:
    if contrast < 0.02:
        return f"500 ms after the cue nothing is left of its {cue:.3g}°: activity is the same everywhere"
    return (
        f"500 ms after a cue at {cue:.3g}° the bump stands at {angle:.3g}°, half width {width:.3g}°"
    )


# chaos

_TAU, _N_CHAOS = 10.0, 200


@lru_cache(maxsize=1)
def _random_weights() -> tuple[Array, NDArray[np.complex128]]:
    """Weights for g = 1, and their eigenvalues."""
    J = generate_random_weights(_N_CHAOS, seed=3)
    return J, np.linalg.eigvals(J).astype(np.complex128)


@lab(
    title="Two starts that differ by a thousandth",
    g=param(2.0, "", low=0.2, high=3, doc="strength of the random weights"),
    presets={
        "too weak to live": dict(g=0.8),
        "alive and orderly": dict(g=1.3),
        "chaos": dict(g=2.0),
        "wild": dict(g=3.0),
    },
    targets=[
        Target(
            "Find the weakest weights that keep the network alive, to 0.1",
            reached=lambda params, values: params["g"] <= 1.1 and values["size"] > 0.05,
            tip="Where the disc of eigenvalues passes 1.",
        ),
        Target(
            "Make the two runs part within 800 ms",
            reached=lambda params, values: values["parted"] < 800.0,
            tip="Strong weights: g above 2.",
        ),
    ],
)
def chaos(g: float = 2.0) -> Figure:
    """200 rate cells with random weights, run twice: in the second run one cell starts 0.001 higher."""
    J, eigenvalues = _random_weights()
    duration, dt, every = 3000.0, 2.0, 3
    options: dict[str, Any] = dict(tau=_TAU, record=_N_CHAOS, every=every)
    start = simulate_random_network(g * J, 300.0, dt, seed=5, **options).x[-1]
    moved = start.copy()
    moved[0] += 1e-3
    one = simulate_random_network(g * J, duration, dt, seed=5, x=start, **options)
    other = simulate_random_network(g * J, duration, dt, seed=5, x=moved, **options)
    apart = np.linalg.norm(one.x - other.x, axis=1)
    size = float(one.x.std())
    far = np.flatnonzero(np.abs(one.x - other.x)[:, :3].max(axis=1) > 0.5)
    parted = float(one.t[far[0]]) if far.size else math.inf
    lines: list[Line] = []
    for k in range(3):
        lines.append(Line(one.t, one.x[:, k] + 6.0 * k, color=k, width=1.8))
        lines.append(Line(other.t, other.x[:, k] + 6.0 * k, color="ink", dash=True, width=1.2))
    turn = np.linspace(0.0, 2.0 * math.pi, 181)
    circle = np.round(g * np.cos(turn), 9), np.round(g * np.sin(turn), 9)
    fate = f"visibly apart after {parted:.0f} ms" if far.size else "never visibly apart"
    return Figure(
        Panel(
            *lines,
            title="Three cells in both runs; dashed: the second one",
            y="",
            xlim=(0, duration),
            ylim=(-6, 18),
            span=(1, 2),
            height=1.2,
        ),
        Panel(
            Line(one.t, np.maximum(apart, 1e-10), color=1, width=2, label="distance"),
            Line(
                one.t,
                np.maximum(1e-3 * np.exp(one.lyapunov * one.t), 1e-10),
                color="dim", dash=True, label=f"exp({one.lyapunov * 1e3:.3g} t / s)",
            ),
            title="How far the two runs are apart",
            y="distance",
            xlim=(0, duration),
            ylim=(1e-9, 1e3),
            log="y",
        ),
        Panel(
            Line(*circle, color="dim", dash=True, label="radius g"),
            Line([1, 1], [-4, 4], color=1, label="beyond this: growth"),
            Dots(g * eigenvalues.real, g * eigenvalues.imag, color=0, size=3),
            title="Eigenvalues of the weights",
            x="real part",
            y="imaginary part",
            xlim=(-4.5, 4.5),
            ylim=(-3.2, 3.2),
        ),
        columns=2,
        summary=f"cells vary by {size:.2g}; Lyapunov exponent {one.lyapunov * 1e3:.3g} per second: {fate}",
        values=dict(size=size, lyapunov=one.lyapunov * 1e3, parted=parted),
    )  # fmt: skip
