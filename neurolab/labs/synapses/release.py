"""Labs of lesson 2.2: transmitter comes in packets, and chance decides how many."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.model import param
from neurolab.figures import Dots, Figure, Line, Panel
from neurolab.labs.declare import Target, lab
from neurolab.labs.marks import level, outline
from neurolab.synapses import (
    BOYD_MARTIN_MINIATURES,
    BOYD_MARTIN_RESPONSES,
    VarianceMeanFit,
    compute_amplitude_density,
    compute_quantal_statistics,
    compute_release_probabilities,
    compute_variance_mean,
    estimate_quantal_content,
    fit_variance_mean,
    simulate_release,
)

__all__ = ["end_plate", "hidden_release", "three_estimates", "variance_mean"]

Array = NDArray[np.float64]

_MINIATURES, _RESPONSES = (
    np.repeat(list(counts), list(counts.values()))
    for counts in (BOYD_MARTIN_MINIATURES, BOYD_MARTIN_RESPONSES)
)
_BIN = 0.1  # mV, of their histograms
_SPREAD = float(_MINIATURES.std(ddof=1) / _MINIATURES.mean())
_RUN = param(1, low=1, high=20, doc="which of twenty experiments of the same kind")


def _steps(values: Array, width: float, low: float, high: float) -> tuple[Array, Array]:
    """The outline of a histogram with bins around the multiples of `width`."""
    edges = np.arange(low - width / 2, high + width, width)
    return outline(edges, np.histogram(values, edges)[0])


@lab(
    title="The end plate's packets",
    m=param(
        1.0, "packets", low=0.2, high=5, doc="mean number of packets that one impulse releases"
    ),
    q=param(0.3, "mV", low=0.2, high=0.6, doc="mean response to one packet"),
    presets={
        "one packet an impulse": dict(m=1.0, q=0.4),
        "as the means say": dict(m=2.35, q=0.395),
        "as the failures say": dict(m=2.4, q=0.395),
        "many small packets": dict(m=4.0, q=0.235),
    },
    targets=[
        Target(
            "Put q on the mean miniature, and then m where m q is the mean response",
            reached=lambda params, values: (
                abs(params["q"] - values["mini"]) <= 0.01
                and abs(values["mean"] - values["mean_seen"]) <= 0.02
            ),
            tip="The miniatures have a mean of 0.396 mV, the responses one of 0.933 mV.",
        ),
        Target(
            "Find the m that expects the 18 failures which were seen, to half a failure",
            reached=lambda params, values: abs(values["failures"] - values["failures_seen"]) <= 0.5,
            tip="m = ln(198/18).",
        ),
    ],
)
def end_plate(m: float = 1.0, q: float = 0.3) -> Figure:
    """Boyd and Martin's muscle of a cat: 198 responses to its nerve, and 78 blips without any impulse.

    Steps are what they counted, curves what a synapse expects that releases packets by Poisson's law. An impulse that
    releases none is a failure.
    """
    trials = _RESPONSES.size
    theory = compute_quantal_statistics(m=m, q=q)
    seen = int((_RESPONSES == 0).sum())
    found = estimate_quantal_content(_RESPONSES, float(_MINIATURES.mean()), quantal_cv=_SPREAD)
    fine, small = np.linspace(0.0, 3.2, 321), np.linspace(0.0, 0.8, 161)
    packet: dict[str, Any] = dict(q=q, quantal_cv=_SPREAD)
    expected = trials * _BIN * np.round(compute_amplitude_density(fine, m=m, **packet), 4)
    single = (
        _MINIATURES.size * _BIN * np.round(compute_amplitude_density(small, 1, 1.0, **packet), 4)
    )
    contents = np.linspace(0.2, 5.0, 97)
    failing = [trials * compute_quantal_statistics(m=content).failures for content in contents]
    failures = trials * theory.failures
    return Figure(
        Panel(
            Line(*_steps(_RESPONSES[_RESPONSES > 0], _BIN, 0.1, 3.1), label="counted", color="dim"),
            Line(fine, expected, label="expected", color=0, width=2),
            Dots([0], [seen], label="failures", color="ink", size=9),
            Dots([0], [failures], label="failures expected", color=0, size=10, filled=False),
            title="198 impulses",
            x="response (mV)",
            y="impulses in 0.1 mV",
            xlim=(-0.1, 3.2),
            ylim=(0, max(40.0, 1.1 * failures)),
            span=(2, 1),
        ),
        Panel(
            Line(*_steps(_MINIATURES, _BIN, 0.1, 0.7), label="counted", color="dim"),
            Line(small, single, label="expected", color=1, width=2),
            title="78 blips",
            x="response (mV)",
            y="blips in 0.1 mV",
            xlim=(0, 0.8),
            ylim=(0, max(45.0, 1.1 * float(single.max()))),
        ),
        Panel(
            level((0.2, 5), seen, "seen"),
            Line(contents, failing, label="expected", color=0, width=2),
            Dots([m], [failures], color=3, size=9),
            title="Failures",
            x="m (packets)",
            y="failures of 198",
            xlim=(0.2, 5),
            ylim=(0, 170),
        ),
        columns=(3, 2),
        summary=f"expected: mean response {theory.mean:.3g} mV and {failures:.1f} failures; "
        f"seen: {_RESPONSES.mean():.3g} mV and {seen}, so m is {found.by_mean:.2f} by the mean, "
        f"{found.by_failures:.2f} by the failures, {found.by_variance:.2f} by the variance",
        values=dict(
            failures=failures,
            failures_seen=seen,
            mean=theory.mean,
            mean_seen=float(_RESPONSES.mean()),
            mini=float(_MINIATURES.mean()),
            by_mean=found.by_mean,
            by_failures=found.by_failures,
            by_variance=found.by_variance,
        ),
    )


@lab(
    title="Three ways to count packets",
    p=param(0.3, low=0.02, high=0.98, doc="probability that a packet is released"),
    n=param(5, "packets", low=1, high=20, doc="packets that can be released"),
    trials=param(200, low=50, high=2000, doc="impulses"),
    run=_RUN,
    presets={
        "rare release: Poisson": dict(p=0.05, n=20),
        "half of them": dict(p=0.5),
        "frequent release": dict(p=0.8, n=3),
        "no failure to count": dict(p=0.8, n=10),
    },
    targets=[
        Target(
            "Find a p at which the three methods agree to 10 %, however many the trials",
            reached=lambda params, values: values["true_variance"] <= 1.1 * values["m"],
            tip="All three are Poisson's at a small p.",
        ),
        Target(
            "Find the p at which the failures promise twice as many packets as there are, to 3 %",
            reached=lambda params, values: abs(values["true_failures"] / values["m"] - 2) <= 0.06,
            tip="Follow the curve of the failures to 2: about 0.8.",
        ),
    ],
)
def three_estimates(p: float = 0.3, n: int = 5, trials: int = 200, run: int = 1) -> Figure:
    """A synapse with n packets: how many does it release on average? By the mean, by the failures, by the variance.

    The last two, ln(N/N_0) and 1/CV², hold for Poisson's law, that of many packets with a small p. Right, what each
    method says over the truth, for every p; dots are what these trials say.
    """
    responses = simulate_release(trials, n, p, seed=run)
    found = estimate_quantal_content(responses, 1.0)
    true = compute_quantal_statistics(n, p)
    poisson = compute_release_probabilities(m=true.content, most=n + 3)
    chances = np.linspace(0.02, 0.98, 97)
    each = [compute_quantal_statistics(n, chance) for chance in chances.tolist()]
    by_failures = [-math.log(s.failures) / s.content for s in each]
    by_variance = [s.inverse_square_cv / s.content for s in each]
    said = {"mean": found.by_mean, "failures": found.by_failures, "variance": found.by_variance}
    words = ", ".join(
        f"by the {name} {value:.3g}" if math.isfinite(value) else f"by the {name} no answer"
        for name, value in said.items()
    )
    return Figure(
        Panel(
            Line(*_steps(responses, 1.0, 0.0, n + 3.0), label="counted", color="dim"),
            Line(np.arange(n + 4), trials * poisson, label="Poisson", color=1, dash=True),
            Dots(
                np.arange(n + 1),
                trials * compute_release_probabilities(n, p),
                label="binomial",
                color=0,
            ),
            title=f"{trials} impulses",
            x="packets released",
            y="impulses",
            xlim=(-0.5, n + 3),
            height=1.4,
        ),
        Panel(
            Line([0, 1], [1, 1], label="mean", color=0),
            Line(chances, by_failures, label="failures", color=1, dash=True, width=2),
            Line(chances, by_variance, label="variance", color=2, width=2),
            *(
                Dots([p], [value / true.content], color=color, size=9)
                for color, value in enumerate(said.values())
            ),
            title="Estimate over truth",
            x="p",
            y="m / (n p)",
            xlim=(0, 1),
            ylim=(0.5, 20),
            log="y",
        ),
        columns=2,
        summary=f"true m {true.content:.3g}; {words}",
        values=dict(
            m=true.content,
            by_mean=found.by_mean,
            by_failures=found.by_failures,
            by_variance=found.by_variance,
            true_failures=-math.log(true.failures),
            true_variance=true.inverse_square_cv,
        ),
    )


_LEVELS = 5
_PACKET = 0.4  # mV
_NOISE = 0.2  # mV, of the hidden synapse's electrode


def _fit(means: Array, variances: Array, trials: int, quantal_cv: float) -> VarianceMeanFit | None:
    """The parabola; None where the points do not bend down enough to tell one."""
    try:
        return fit_variance_mean(
            means, variances, trials=np.full(means.size, trials), quantal_cv=quantal_cv
        )
    except ValueError:
        return None


@lab(
    title="The parabola",
    p_max=param(0.2, low=0.1, high=0.95, doc="probability of release at the highest calcium"),
    n=param(8, "packets", low=2, high=20, doc="packets that can be released"),
    quantal_cv=param(0.0, low=0, high=0.6, doc="how much one packet varies: SD over mean"),
    corrected=param(0, doc="the fit knows how much one packet varies"),
    trials=param(400, low=50, high=2000, doc="impulses at each calcium"),
    run=_RUN,
    presets={
        "little calcium": dict(p_max=0.2),
        "much calcium": dict(p_max=0.9),
        "packets that vary": dict(p_max=0.9, quantal_cv=0.3),
        "the same, corrected": dict(p_max=0.9, quantal_cv=0.3, corrected=True),
        "few trials": dict(p_max=0.9, trials=50),
    },
    targets=[
        Target(
            "Let the responses tell n to 10 %",
            reached=lambda params, values: abs(values["n"] / params["n"] - 1) <= 0.1,
            tip="Only a bend tells n: raise the calcium, then the number of trials.",
        ),
        Target(
            "With packets that vary by 0.3 or more, let them tell q to 3 %",
            reached=lambda params, values: (
                params["quantal_cv"] >= 0.3 and abs(values["q"] / _PACKET - 1) <= 0.03
            ),
            tip="The slope is q (1 + CV²): tick corrected.",
        ),
    ],
)
def variance_mean(
    p_max: float = 0.2,
    n: int = 8,
    quantal_cv: float = 0.0,
    corrected: bool = False,
    trials: int = 400,
    run: int = 1,
) -> Figure:
    """Responses of one synapse at five levels of calcium: what variance and mean alone say of n, p and q.

    Its packets make 0.4 mV each. Left, the first hundred responses at each level. Right, their variance against their
    mean: the slope at 0 tells q, the bend tells n.
    """
    rng = np.random.default_rng(run)
    p = p_max * np.arange(1, _LEVELS + 1) / _LEVELS
    responses = [
        simulate_release(trials, n, chance, q=_PACKET, quantal_cv=quantal_cv, seed=rng)
        for chance in p.tolist()
    ]
    means = np.array([r.mean() for r in responses])
    variances = np.array([r.var(ddof=1) for r in responses])
    known = quantal_cv if corrected else 0.0
    fit = _fit(means, variances, trials, known)
    shown = min(100, trials)
    at = np.repeat(np.arange(1.0, _LEVELS + 1), shown) + np.tile(
        np.linspace(-0.3, 0.3, shown), _LEVELS
    )
    most = n * _PACKET
    along = np.linspace(0.0, most, 121)
    true = np.asarray(compute_variance_mean(along, n, _PACKET, quantal_cv=quantal_cv))
    words, curve, told = "the points do not bend down: n cannot be told", [], [math.nan] * 3
    if fit is not None:
        told = [fit.n, fit.q, float(fit.p[-1])]
        words = f"fitted n {fit.n:.3g}, q {fit.q:.3g} mV, p at the highest calcium {fit.p[-1]:.2g}"
        bent = compute_variance_mean(along, fit.n, fit.q, quantal_cv=known)
        curve = [Line(along, bent, label="fitted", color=0, width=2)]
    return Figure(
        Panel(
            Dots(at, np.concatenate([r[:shown] for r in responses]), color=1, size=2.5),
            Dots(np.arange(1.0, _LEVELS + 1), means, label="mean of all", color="ink", size=8),
            title="Responses",
            x="level of calcium",
            y="response (mV)",
            xlim=(0.5, _LEVELS + 0.5),
            height=1.5,
        ),
        Panel(
            Line(along, true, label="true", color="dim", dash=True),
            *curve,
            Dots(means, variances, color=3, size=8),
            title="Parabola",
            x="mean (mV)",
            y="variance (mV²)",
            xlim=(0, most),
            ylim=(0, 1.6 * float(true.max())),
        ),
        columns=2,
        summary=f"{words}; true {n}, {_PACKET}, {p_max:.2g}",
        values=dict(zip("nqp", told, strict=True)),
    )


@dataclass(frozen=True)
class HiddenRelease:
    """The synapse of `hidden_release`: packets, the probability at the highest calcium, mV."""

    n: int
    p: float
    q: float


def hidden_quanta(seed: int = 1954) -> HiddenRelease:
    """n, p and q of the hidden synapse: drawn from a seed, so that everyone measures the same."""
    rng = np.random.default_rng(seed)
    return HiddenRelease(
        int(rng.integers(5, 13)), float(rng.uniform(0.8, 0.95)), float(rng.uniform(0.2, 0.5))
    )


@lab(
    title="A synapse behind noise",
    calcium=param(1, low=1, high=_LEVELS, doc="level of calcium; p grows in proportion"),
    trials=param(400, low=50, high=4000, doc="impulses"),
    run=_RUN,
    presets={
        "little calcium": dict(calcium=1),
        "much calcium": dict(calcium=_LEVELS),
        "much calcium, many impulses": dict(calcium=_LEVELS, trials=4000),
    },
)
def hidden_release(calcium: int = 1, trials: int = 400, run: int = 1) -> Figure:
    """Responses of a synapse whose n, p and q nobody knows. Its packets are alike; the electrode adds 0.2 mV of noise.

    The noise hides the packets, and adds a variance of its own to that of the responses: 0.04 mV².
    """
    hidden = hidden_quanta()
    responses = simulate_release(
        trials, hidden.n, hidden.p * calcium / _LEVELS, q=hidden.q, noise=_NOISE,
        seed=np.random.default_rng([run, calcium]),
    )  # fmt: skip
    mean, variance = float(responses.mean()), float(responses.var(ddof=1))
    return Figure(
        Panel(
            Line(*_steps(responses, 0.2, -1.0, 7.0), color=0),
            Line([mean, mean], [0, trials], label="mean", color="dim", dash=True),
            title=f"{trials} responses",
            x="response (mV)",
            y="impulses in 0.2 mV",
            xlim=(-1, 7),
            ylim=(0, 0.4 * trials),
            height=1.4,
        ),
        summary=f"calcium {calcium} of {_LEVELS}: mean {mean:.3f} mV, variance {variance:.3f} mV²",
        values=dict(mean=mean, variance=variance),
    )
