"""Labs of lesson 3.2: what the order of two spikes does to a synapse, and what comes of it for a neuron."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.data.spike_generators import generate_poisson
from neurolab.data.spikes import SpikeTrains
from neurolab.engine.model import param
from neurolab.figures import Dots, Figure, Line, Panel, Ticks
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import outline, strokes
from neurolab.plasticity import (
    PAIRING_DATA,
    PairRule,
    SpikeRule,
    TripletRule,
    compute_competition_drift,
    compute_spike_trace,
    compute_stdp_drift,
    compute_stdp_window,
    compute_triplet_drift,
    compute_triplet_threshold,
    generate_pairing,
    simulate_competition,
    simulate_stdp,
)

__all__ = ["competition", "hidden_window", "pair_of_spikes", "pairing_protocol", "triplets_and_bcm"]

Array = NDArray[np.float64]


def _window(rule: PairRule, w: float | None = None) -> tuple[Array, Array]:
    """Lags from -80 to 80 ms and what a pair does at each, with a gap at 0."""
    side = np.linspace(0.01, 80.0, 161)
    lags = np.concatenate([-side[::-1], side])
    change = np.asarray(compute_stdp_window(lags, rule, w))
    return np.insert(lags, side.size, np.nan), np.insert(change, side.size, np.nan)


@lab(
    title="Two spikes",
    lag=param(10.0, "ms", low=-80, high=80, doc="postsynaptic spike after the presynaptic one"),
    w=param(0.5, low=0, high=1, doc="weight before"),
    mu=param(0.0, low=0, high=1, doc="how much the change depends on the weight"),
    presets={
        "pre first, by 10 ms": dict(lag=10.0),
        "post first, by 10 ms": dict(lag=-10.0),
        "at once": dict(lag=0.0),
        "hard bounds": dict(lag=5.0, w=0.7),
        "soft bounds": dict(lag=5.0, w=0.7, mu=1.0),
        "a strong synapse, soft bounds": dict(lag=-10.0, w=0.9, mu=1.0),
    },
    targets=[
        Target(
            "Without soft bounds, find the lag at which a pair does half of what it can do at most",
            reached=lambda params, values: (
                params["mu"] == 0.0 and params["lag"] > 0 and abs(values["change"] - 0.5) < 0.02
            ),
            tip="The window falls by half in 20 ln 2 ms.",
        ),
        Target(
            "Find the lag that weakens the synapse most",
            reached=lambda params, values: values["change"] < -0.95,
            tip="Let the postsynaptic spike come just before the presynaptic one.",
        ),
        Target(
            "With soft bounds, find a weight that 60 pairs at +10 ms leave within 0.02 of where it was",
            reached=lambda params, values: (
                params["mu"] == 1.0
                and params["lag"] == 10.0
                and abs(values["after"] - params["w"]) < 0.02
            ),
            tip="Near the upper bound there is little left to gain.",
        ),
    ],
)
def pair_of_spikes(lag: float = 10.0, w: float = 0.5, mu: float = 0.0) -> Figure:
    """One presynaptic and one postsynaptic spike, the second `lag` ms after the first, or before it.

    Left, what a pair does for every lag; 1 is the most that it can do to strengthen. Right, how the synapse knows: each
    spike leaves a trace, and each reads the trace of the other. Below, the weight while the pair is repeated 60 times,
    once a second.
    """
    rule = PairRule(0.01, 0.0105, mu_plus=mu, mu_minus=mu, w_min=0.0, w_max=1.0)
    lags, window = _window(rule, w)
    _, additive = _window(PairRule(rule.A_plus, rule.A_minus))
    change = float(compute_stdp_window(lag, rule, w)) / rule.A_plus
    pairs = generate_pairing(60, 1.0, lag)
    times = np.arange(0.0, 60_001.0, 500.0)
    run = simulate_stdp(rule, pairs.pre, pairs.post, w, record=times)
    after = float(run.final)
    t = np.sort(np.concatenate([np.linspace(-100, 100, 401), [-1e-6, lag - 1e-6]]))
    x = np.asarray(compute_spike_trace(t, [0.0], rule.tau_plus))
    y = np.asarray(compute_spike_trace(t, [lag], rule.tau_minus))
    reader = [lag, np.interp(lag - 1e-6, t, x)] if lag > 0 else [0.0, np.interp(-1e-6, t, y)]
    order = (
        "both at once"
        if lag == 0
        else f"pre first, post {lag:g} ms later"
        if lag > 0
        else f"post first, pre {-lag:g} ms later"
    )
    return Figure(
        Panel(
            Line([-80, 80], [0, 0], color="dim", width=1),
            Line(lags, additive / rule.A_plus, label="with mu = 0", color="dim", dash=True),
            Line(lags, window / rule.A_plus, label="at this weight", color=2, width=2),
            Dots([lag], [change], color=3, size=10),
            title="What a pair does",
            x="lag: post after pre (ms)",
            y="change (1: the most)",
            xlim=(-80, 80),
            ylim=(-1.2, 1.2),
            span=(2, 1),
        ),
        Panel(
            Line(t, x, label="presynaptic", color=0, width=2),
            Line(t, y, label="postsynaptic", color=1, dash=True, width=2),
            Dots(reader[:1], reader[1:], color=3, size=10, label="read"),
            title="Traces",
            x="time after the presynaptic spike (ms)",
            y="trace",
            xlim=(-100, 100),
            ylim=(0, 1.2),
        ),
        Panel(
            Line(run.t / 1e3, run.w, color=2, width=2),
            title="Weight, a pair a second",
            x="time (s)",
            y="weight",
            xlim=(0, 60),
            ylim=(0, 1),
        ),
        columns=2,
        summary=f"{order}: a change of {change:+.2f}, 1 being the most; 60 such pairs "
        f"take the weight from {w:.2f} to {after:.2f}",
        values=dict(change=change, after=after),
    )  # fmt: skip


def _after_pairing(rule: SpikeRule, rate: float, lag: float) -> float:
    """What 60 pairs at this rate and lag change."""
    pairs = generate_pairing(60, rate, lag)
    return float(simulate_stdp(rule, pairs.pre, pairs.post).change)


_RATES = np.concatenate([[0.1], np.arange(2.5, 51.0, 2.5)])
_LAGS = np.concatenate([np.arange(-25.0, 0.0, 1.0), [-0.01, 0.01], np.arange(1.0, 26.0, 1.0)])


@lru_cache(maxsize=256)
def _over_rates(rule: SpikeRule, lag: float) -> Array:
    return np.array([_after_pairing(rule, rate, lag) for rate in _RATES.tolist()])


@lru_cache(maxsize=256)
def _over_lags(rule: SpikeRule, rate: float) -> Array:
    return np.array([_after_pairing(rule, rate, lag) for lag in _LAGS.tolist()])


@lru_cache(maxsize=256)
def _misfit(rule: SpikeRule) -> float:
    """Root mean square distance from what was measured with the presynaptic spike 10 ms ahead."""
    data = PAIRING_DATA[10.0]
    found = [_after_pairing(rule, rate, 10.0) for rate in data.rate.tolist()]
    return float(np.sqrt(np.mean((found - data.change) ** 2)))


@lab(
    title="The same pair, slowly and fast",
    rate=param(1.0, "Hz", low=0.1, high=50, doc="pairs per second"),
    lag=param(10.0, "ms", low=-25, high=25, doc="postsynaptic spike after the presynaptic one"),
    A_plus=param(0.01, low=0, high=0.02, doc="potentiation by a pair, in the pair rule"),
    A_minus=param(0.01, low=0, high=0.02, doc="depression by a pair, in the pair rule"),
    presets={
        "+10 ms, 0.1 Hz": dict(rate=0.1),
        "+10 ms, 20 Hz": dict(rate=20.0),
        "+10 ms, 50 Hz": dict(rate=50.0),
        "-10 ms, 0.1 Hz": dict(rate=0.1, lag=-10.0),
        "-10 ms, 50 Hz": dict(rate=50.0, lag=-10.0),
        "the best pair rule": dict(A_plus=0.0084, A_minus=0.0),
    },
    targets=[
        Target(
            "Let the pair rule miss the five measured points at +10 ms by less than 0.2 on average",
            reached=lambda params, values: values["pair_misfit"] < 0.2,
            tip="It must give up depression, and it still strengthens where nothing was seen. The triplet rule: 0.1.",
        ),
        Target(
            "Find pairs with the postsynaptic spike first that strengthen, under the triplet rule",
            reached=lambda params, values: params["lag"] < 0 and values["triplet"] > 0.1,
            tip="At a high rate the next postsynaptic spike follows soon: 40 Hz and more.",
        ),
    ],
)
def pairing_protocol(
    rate: float = 1.0, lag: float = 10.0, A_plus: float = 0.01, A_minus: float = 0.01
) -> Figure:
    """60 pairs of spikes, `lag` ms apart, repeated at `rate`. What becomes of the synapse?

    Left, the change against the rate at this lag, by the pair rule (change its two amplitudes), by the triplet rule,
    and as measured in visual cortex at +10 or at -10 ms, with standard errors. Right, the change against the lag, at
    this rate.
    """
    pair, triplet = PairRule(A_plus, A_minus, tau_plus=16.8, tau_minus=33.7), TripletRule()
    by_pair, by_triplet = (_after_pairing(rule, rate, lag) for rule in (pair, triplet))
    data, when = (PAIRING_DATA[10.0], "+10") if lag >= 0 else (PAIRING_DATA[-10.0], "-10")
    bars = strokes(data.rate, data.change - data.error, data.change + data.error)
    missed = _misfit(pair)
    pairs = generate_pairing(60, rate, lag)
    frame: dict[str, Any] = dict(y="change of the weight", ylim=(-1, 1.5), height=1.4)
    here: dict[str, Any] = dict(color=3, size=9)
    return Figure(
        Panel(
            Line([0, 50], [0, 0], color="dim", width=1),
            Line(*bars, color="ink", width=1),
            Dots(data.rate, data.change, filled=False, color="ink", label=f"measured, {when} ms"),
            Line(_RATES, _over_rates(pair, lag), label="pair rule", color=1, dash=True, width=2),
            Line(_RATES, _over_rates(triplet, lag), label="triplets", color=0, width=2),
            Dots([rate, rate], [by_pair, by_triplet], **here),
            title="Against the rate",
            x="pairs per second (Hz)",
            xlim=(-1, 51),
            **frame,
        ),
        Panel(
            Line([-25, 25], [0, 0], color="dim", width=1),
            Line(_LAGS, _over_lags(pair, rate), label="pair rule", color=1, dash=True, width=2),
            Line(_LAGS, _over_lags(triplet, rate), label="triplets", color=0, width=2),
            Dots([lag, lag], [by_pair, by_triplet], **here),
            title="Against the lag",
            x="lag: post after pre (ms)",
            xlim=(-25, 25),
            **frame,
        ),
        Panel(
            Ticks(pairs.pre.times, 1, label="presynaptic", color=0),
            Ticks(pairs.post.times, 0, label="postsynaptic", color=1),
            title="The first 0.3 s: pre above, post below",
            y="",
            xlim=(-10, 310),
            ylim=(-0.6, 1.6),
            height=0.5,
            span=(1, 2),
        ),
        columns=2,
        summary=f"60 pairs at {lag:+.3g} ms, {rate:.3g} per second: {by_pair:+.2f} by the pair rule, {by_triplet:+.2f} "
        f"by the triplet rule; at +10 ms the pair rule misses what was measured by {missed:.2f}",
        values=dict(
            pair=by_pair, triplet=by_triplet, pair_misfit=missed, triplet_misfit=_misfit(triplet)
        ),
    )  # fmt: skip


_SECONDS = 60.0
_MEASURED = np.array([4.0, 12.0, 20.0, 28.0, 36.0, 44.0])


@lru_cache(maxsize=32)
def _poisson(pre_rate: float, post_rate: float) -> tuple[SpikeTrains, SpikeTrains]:
    """Twenty presynaptic neurons and one postsynaptic neuron that know nothing of each other."""
    ms = 1e3 * _SECONDS
    seed = round(10 * post_rate)
    pre = generate_poisson(pre_rate, ms, seed=seed, n=20)
    return pre, generate_poisson(post_rate, ms, seed=seed + 1)


@lab(
    title="Triplets and the sliding threshold",
    post_rate=param(10.0, "Hz", low=0, high=50, doc="of the postsynaptic neuron, now"),
    mean_rate=param(10.0, "Hz", low=2, high=18, doc="of the same neuron, over the last hours"),
    pre_rate=param(10.0, "Hz", low=1, high=30, doc="of the presynaptic neurons"),
    slides=param(1, doc="depression grows with the mean rate, to the second power"),
    presets={
        "a slow neuron": dict(post_rate=10.0),
        "a fast neuron": dict(post_rate=30.0),
        "after busy hours": dict(post_rate=30.0, mean_rate=15.0),
        "after quiet hours": dict(post_rate=10.0, mean_rate=5.0),
        "busy, but the threshold is fixed": dict(post_rate=30.0, mean_rate=15.0, slides=False),
    },
    targets=[
        Target(
            "Find the rate at which nothing changes, to 0.3 Hz, with a mean rate of 10 Hz",
            reached=lambda params, values: (
                params["mean_rate"] == 10.0 and abs(params["post_rate"] - values["threshold"]) < 0.3
            ),
            tip="Where the curve crosses zero: a little below 20 Hz.",
        ),
        Target(
            "Find the mean rate at which a neuron that fires at it neither gains nor loses",
            reached=lambda params, values: (
                params["slides"] and abs(params["mean_rate"] - values["threshold"]) < 0.3
            ),
            tip="Right panel: where the threshold equals the mean rate, near 5 Hz.",
        ),
    ],
)
def triplets_and_bcm(
    post_rate: float = 10.0, mean_rate: float = 10.0, pre_rate: float = 10.0, slides: bool = True
) -> Figure:
    """Both neurons fire at random, by the triplet rule. Does the synapse between them grow?

    Left, the drift of the weight against the postsynaptic rate: the curve is the formula, open dots are the mean of 20
    synapses over 60 s of Poisson spikes. Under the pair rule the sign is always the same. Right, the rate at which the
    drift changes its sign: if depression grows with the neuron's mean rate (to the second power, and at 10 Hz the rule
    is the fitted one), this threshold slides, as in the theory of BCM. Where the two lines meet, a neuron that fires at
    its mean rate stays as it is: for ever (filled), or until the first push (open).
    """

    def after(mean: float) -> TripletRule:
        """The rule, after hours at a mean rate."""
        return TripletRule().slid(mean, 10.0) if slides else TripletRule()

    rule = after(mean_rate)
    pair = PairRule(0.01, 0.01, tau_plus=16.8, tau_minus=33.7)
    threshold = compute_triplet_threshold(rule)
    rates = np.linspace(0.0, 50.0, 101)
    drift = float(compute_triplet_drift(rule, pre_rate, post_rate))
    measured = [
        float(np.mean(simulate_stdp(rule, *_poisson(pre_rate, r)).change)) / _SECONDS
        for r in _MEASURED.tolist()
    ]
    means = np.linspace(0.5, 20.0, 118)
    thresholds = np.array([compute_triplet_threshold(after(mean)) for mean in means.tolist()])
    excess = thresholds - means
    k = np.flatnonzero(np.diff(np.sign(excess)))
    meets = means[k] + excess[k] / (excess[k] - excess[k + 1]) * (means[1] - means[0])
    words = "grows" if drift > 0 else "shrinks" if drift < 0 else "stays as it is"
    return Figure(
        Panel(
            Line([0, 50], [0, 0], color="dim", width=1),
            Line(rates, np.asarray(compute_stdp_drift(pair, pre_rate, rates)), label="pair rule", color=1, dash=True),
            Line(rates, np.asarray(compute_triplet_drift(rule, pre_rate, rates)), label="triplets", color=0, width=2),
            Dots(_MEASURED, measured, filled=False, color=0, label="simulated"),
            Dots([post_rate], [drift], color=3, size=10),
            title="Drift",
            x="postsynaptic rate, now (Hz)",
            y="change of the weight per second",
            xlim=(0, 50),
            ylim=(-0.015 * pre_rate, 0.02 * pre_rate),
            height=1.6,
        ),
        Panel(
            Line([0, 20], [0, 20], label="threshold = mean rate", color="dim", dash=True),
            Line(means, thresholds, label="threshold", color=2, width=2),
            Dots(meets, meets, filled=slides, color="ink", size=9),
            Dots([mean_rate], [threshold], color=3, size=10),
            title="Threshold",
            x="postsynaptic rate, mean of hours (Hz)",
            y="threshold (Hz)",
            xlim=(0, 20),
            ylim=(0, 50),
        ),
        columns=2,
        summary=f"at {post_rate:.3g} Hz the weight {words} by {abs(drift):.3f} per second; "
        f"the threshold is {threshold:.1f} Hz",
        values=dict(drift=drift, threshold=threshold)
        | {f"simulated_{r:.0f}": m for r, m in zip(_MEASURED, measured, strict=True)},
    )  # fmt: skip


@lab(
    title="Fifty synapses, one neuron",
    mu=param(0.0, low=0, high=1, doc="how much the change depends on the weight"),
    correlation=param(0.0, low=0, high=0.3, doc="between the first 25 inputs"),
    balance=param(1.1, low=1, high=1.3, doc="A_minus / A_plus"),
    presets={
        "all alike, additive": dict(mu=0.0),
        "a little dependence": dict(mu=0.05),
        "all alike, multiplicative": dict(mu=1.0),
        "half correlated, additive": dict(correlation=0.2),
        "half correlated, in between": dict(correlation=0.2, mu=0.1),
        "half correlated, multiplicative": dict(correlation=0.2, mu=1.0),
        "more depression": dict(balance=1.3),
    },
    targets=[
        Target(
            "With inputs all alike, find the smallest mu with which no weight falls below 0.2, to 0.05",
            reached=lambda params, values: (
                params["correlation"] == 0.0 and params["mu"] <= 0.2 and values["lowest"] > 0.2
            ),
            tip="Near 0.15 the two heaps have become one.",
        ),
        Target(
            "Let the correlated inputs win, with weights 4 times those of the others on average",
            reached=lambda params, values: values["first"] > 4.0 * values["second"],
            tip="Additive, a correlation of 0.1 or more, and more depression.",
        ),
    ],
)
def competition(mu: float = 0.0, correlation: float = 0.0, balance: float = 1.1) -> Figure:
    """Fifty inputs fire at 10 Hz and drive a neuron; each of its spikes rewards the inputs that came just before.

    Nothing tells the synapses apart, unless the first 25 inputs often fire together. Above, some of the weights over
    1000 s, and all of them in the end. Below, how many synapses have which weight in the end, and where a synapse of
    any weight drifts to, by the formula, among the others as they are then.
    """
    n, rate = 50, 10.0
    rule = PairRule(0.015, 0.015 * balance, mu_plus=mu, mu_minus=mu, w_min=0.0, w_max=1.0)
    inputs: dict[str, Any] = dict(group=n // 2, correlation=correlation)
    run = simulate_competition(rule, np.full(n, 0.5), rate, 1e6, seed=5, record=1e4, **inputs)
    first, second = run.final[: n // 2], run.final[n // 2 :]
    edges = np.linspace(0.0, 1.0, 21)
    heights = np.histogram(run.final, edges)[0]
    tried = np.linspace(0.0, 1.0, 41)

    def drift(unit: int) -> list[float]:
        """Of one synapse, at each weight that it could have."""
        w = run.final.copy()
        found = []
        for w[unit] in tried:
            found.append(float(compute_competition_drift(rule, w, rate, **inputs)[unit]))
        return found

    def bundle(weights: Array) -> tuple[Array, Array]:
        """Several curves as one, with gaps between them."""
        x = np.tile(np.append(run.t / 1e3, np.nan), weights.shape[1])
        return x, np.vstack([weights, np.full(weights.shape[1], np.nan)]).T.ravel()

    lost, won = int(np.sum(run.final < 0.2)), int(np.sum(run.final > 0.8))
    return Figure(
        Panel(
            Line(*bundle(run.w[:, : n // 2 : 4]), label="first 25", color=0, width=1),
            Line(*bundle(run.w[:, n // 2 :: 4]), label="others", color=1, width=1, dash=True),
            title="Some of the weights",
            x="time (s)",
            y="weight",
            xlim=(0, 1000),
            ylim=(0, 1),
        ),
        Panel(
            Dots(np.arange(1, n // 2 + 1), first, color=0, label="first 25"),
            Dots(np.arange(n // 2 + 1, n + 1), second, filled=False, color=1, label="others"),
            title="Weights in the end",
            x="input",
            y="weight",
            xlim=(0, n + 1),
            ylim=(-0.05, 1.05),
        ),
        Panel(
            Line(*outline(edges, heights), color=2, width=2),
            title="How many of each weight",
            x="weight",
            y="synapses",
            xlim=(0, 1),
            ylim=(0, max(20.0, 10.0 * np.ceil(float(heights.max()) / 10))),
        ),
        Panel(
            Line([0, 1], [0, 0], color="dim", width=1),
            Line(tried, drift(0), label="first 25", color=0, width=2),
            Line(tried, drift(n - 1), label="others", color=1, dash=True, width=2),
            title="Drift",
            x="weight",
            y="change per second",
            xlim=(0, 1),
            ylim=(-0.005, 0.005),
        ),
        columns=2,
        summary=f"after 1000 s, {lost} of {n} weights are below 0.2 and {won} above 0.8; the first 25 have "
        f"{first.mean():.2f} on average, the others {second.mean():.2f}",
        values=dict(
            lost=lost, won=won, first=first.mean(), second=second.mean(), lowest=run.final.min()
        ),
    )  # fmt: skip


def hidden_rule(seed: int = 1997) -> PairRule:
    """The synapse's window, in % for 60 pairs: drawn from a seed, so that everyone fits the same one."""
    draw = np.random.default_rng(seed).uniform
    return PairRule(draw(50, 110), draw(25, 60), draw(10, 22), draw(22, 40))


_TRIED = np.array([-70.0, -50.0, -35.0, -25.0, -18.0, -12.0, -8.0, -5.0, -2.0])
_TRIED = np.concatenate([_TRIED, -_TRIED[::-1]])


@lru_cache(maxsize=1)
def _noisy_window() -> Array:
    """The change (%) by 60 pairs at each lag, with what cells add to it (5 %)."""
    noise = np.random.default_rng(28).normal(0.0, 5.0, _TRIED.size)
    return np.asarray(compute_stdp_window(_TRIED, hidden_rule())) + noise


@lab(
    title="A window to be fitted",
    A_plus=param(40.0, "%", low=0, high=150, doc="potentiation by 60 pairs just before"),
    tau_plus=param(40.0, "ms", low=5, high=60, doc="time constant: how fast it falls with the lag"),
    A_minus=param(80.0, "%", low=0, high=150, doc="depression by 60 pairs just after"),
    tau_minus=param(
        10.0, "ms", low=5, high=60, doc="time constant: how fast it falls with the lag"
    ),
    targets=[
        Target(
            "Bring your window to the measurements: miss them by less than 5 % on average",
            reached=lambda params, values: values["misfit"] < 5.0,
            tip="Fit one side at a time. The dots next to zero tell A, those that are half as high tell tau.",
        ),
    ],
)
def hidden_window(
    A_plus: float = 40.0, tau_plus: float = 40.0, A_minus: float = 80.0, tau_minus: float = 10.0
) -> Figure:
    """Eighteen synapses, each measured once after 60 pairs at its own lag; your window runs through them.

    Every measurement has an error of 5 %. What are the amplitudes and the time constants behind them?
    """
    data, mine = _noisy_window(), PairRule(A_plus, A_minus, tau_plus, tau_minus)
    left = np.asarray(compute_stdp_window(_TRIED, mine)) - data
    misfit = float(np.sqrt(np.mean(left**2)))
    return Figure(
        Panel(
            Line([-80, 80], [0, 0], color="dim", width=1),
            Line(*_window(mine), label="yours", color=2, width=2),
            Dots(_TRIED, data, color="ink", label="measured"),
            title="Change by 60 pairs",
            x="lag: post after pre (ms)",
            y="change (%)",
            xlim=(-80, 80),
            ylim=(-100, 150),
            height=1.6,
        ),
        Panel(
            Line([-80, 80], [0, 0], color="dim", width=1),
            Dots(_TRIED, left, color=3),
            title="Yours minus measured",
            x="lag: post after pre (ms)",
            y="difference (%)",
            xlim=(-80, 80),
            ylim=(-60, 60),
            height=0.8,
        ),
        summary=f"your window misses the measurements by {misfit:.1f} % on average (root mean square)",
        values=dict(misfit=misfit),
    )  # fmt: skip
