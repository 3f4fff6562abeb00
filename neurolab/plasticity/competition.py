"""Competition: many synapses on one neuron, whose firing they drive and which changes them in turn.

`n` inputs fire as Poisson processes at `rate`. The neuron is as simple as it can be (linear Poisson): it answers the
spikes of one moment with one spike, at once, with the probability gain Σ w_i / n over the synapses that were active. So
it fires at gain rate <w>, and a synapse takes part in causing a spike in proportion to its weight. Every pair of spikes
counts ("all" pairing); an answer is a pair at Δt = 0+ for those that caused it.

The first `group` inputs may be correlated: a common source fires at `rate`, each of them copies a spike of it with
probability sqrt(c), and fires on its own at rate (1 - sqrt(c)), so that any two of them have the correlation c.

With r₁ the rate of the inputs and r₂ = gain r₁ <w>, the mean change of a weight is

    r₁ r₂ (A₊ f₊ τ₊ - A₋ f₋ τ₋) + A₊ f₊ r₁ gain / n (w_i + c Σ_j w_j)      j: the others of its group, if it has one

with f₊ and f₋ what the weight leaves of potentiation and of depression. The second term makes the strong stronger. At
mu = 0 it splits the synapses into winners and losers; at mu = 1 the bounds hold against it and all weights stay alike.

References
----------
Song, Miller & Abbott 2000, Nat Neurosci 3:919-926; Rubin, Lee & Sompolinsky 2001, Phys Rev Lett 86:364-367;
Gütig et al. 2003, J Neurosci 23:3697-3714 (mu between the two; correlated groups on a linear Poisson neuron).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check
from neurolab.kernels.chunks import Interrupted, run_chunked
from neurolab.plasticity.spike_timing import Coefficients, PairRule, PlasticityRun

__all__ = ["compute_competition_drift", "simulate_competition"]

Array = NDArray[np.float64]


def compute_competition_drift(
    rule: PairRule,
    w: ArrayLike,
    rate: float,
    *,
    gain: float = 1.0,
    group: int = 0,
    correlation: float = 0.0,
) -> Array:
    """Mean change of each weight in a second, at given weights of all; the equation stands at the top of this file.

    Parameters
    ----------
    rule, w, rate, gain, group, correlation
        As for `simulate_competition`.

    Returns
    -------
    array of shape (n,), unit of the weight per second
        Away from hard bounds.

    Raises
    ------
    ValueError
        As `simulate_competition`.

    Examples
    --------
    >>> rule = PairRule(0.01, 0.0105, w_min=0.0, w_max=1.0)
    >>> compute_competition_drift(rule, [0.2, 0.8], rate=20.0).round(3).tolist()
    [0.018, 0.078]
    """
    weights, group = _checked(rule, w, rate, gain, group, correlation)
    n, r1 = weights.size, 1e-3 * rate
    r2 = gain * r1 * weights.mean()
    u = (weights - rule.w_min) / (rule.w_max - rule.w_min)
    up, down = rule.A_plus * (1 - u) ** rule.mu_plus, rule.A_minus * u**rule.mu_minus
    causing = weights.copy()
    causing[:group] += correlation * (weights[:group].sum() - weights[:group])
    drift = r1 * r2 * (up * rule.tau_plus - down * rule.tau_minus) + up * r1 * gain / n * causing
    return np.asarray(1e3 * drift)


def simulate_competition(
    rule: PairRule,
    w: ArrayLike,
    rate: float,
    duration: float,
    *,
    seed: int | np.random.Generator,
    gain: float = 1.0,
    group: int = 0,
    correlation: float = 0.0,
    record: float | None = None,
    progress: Callable[[float], object] | None = None,
) -> PlasticityRun:
    """Weights of many synapses that drive one neuron together.

    Parameters
    ----------
    rule : PairRule
        With "all" pairing and finite bounds, none of them below 0.
    w : array_like of shape (n,)
        Weights at the start.
    rate : float, Hz
        Of each input.
    duration : float, ms
    seed : int or numpy.random.Generator
    gain : float
        The neuron's rate over that of an input, if all weights are 1; gain times the largest weight is at most 1.
    group : int
        How many of the inputs, from the first on, are correlated.
    correlation : float, 0 to 1
        Between any two of them.
    record : float, ms, optional
        How often the weights are stored; at the start and at the end if left out.
    progress : callable of the fraction done, optional

    Returns
    -------
    PlasticityRun
        `w` has shape (records, n).

    Raises
    ------
    ValueError
        For another pairing, infinite bounds, weights outside them, a gain that is too large, a group of more than n, a
        correlation outside 0 to 1, or a record above duration.
    Interrupted
        On an interrupt; `.partial` holds the weights recorded so far.

    References
    ----------
    Gütig et al. 2003.

    Examples
    --------
    >>> rule = PairRule(0.015, 0.018, w_min=0.0, w_max=1.0)
    >>> run = simulate_competition(rule, [0.5] * 40, 10.0, 500e3, seed=1, group=20, correlation=0.2)
    >>> float(run.final[:20].mean().round(1)), bool(run.final[20:].mean() < 0.5)
    (1.0, True)
    """
    weights, group = _checked(rule, w, rate, gain, group, correlation)
    duration = check.positive(duration, "duration")
    step = duration if record is None else check.positive(record, "record")
    if step > duration:
        raise ValueError(f"record must be at most duration={duration:g} ms, got {step:g}")
    times = step * np.arange(math.floor(duration / step * (1 + 1e-12)) + 1.0)
    shared = math.sqrt(correlation) if group else 0.0
    # in units of the rate: inputs of their own, the group's own firing, the common source
    shares = (float(weights.size - group), group * (1 - shared), 1.0 if shared else 0.0)
    total = 1e-3 * rate * sum(shares)
    gaps, sources, answers, copies = check.generator(seed).spawn(4)
    numbers = Coefficients(*map(float, rule.coefficients()))
    out = np.empty((times.size, weights.size))
    out[0] = weights
    place = np.ones(1, np.int64)
    clock = np.zeros(3)  # now, the time to which x refers, y
    x = np.zeros(weights.size)

    def advance(size: int) -> float:
        from neurolab.plasticity.competition_steps import competition_events  # loads numba

        count = max(1, size // 4)
        drawn = sources.random(count) * sum(shares)
        common = int(np.sum(drawn >= shares[0] + shares[1])) if shared else 0
        competition_events(
            numbers, gain / weights.size, group, shares, gaps.exponential(1 / total, count), drawn,
            answers.random(count), copies.random((common, group)) < shared, weights, x, clock, times, out, place,
        )  # fmt: skip
        return min(1.0, float(clock[0] / times[-1]))

    try:
        run_chunked(advance, progress)
    except KeyboardInterrupt:
        done = int(place[0])
        raise Interrupted(
            f"interrupted after {done} of {times.size} records; .partial holds them",
            PlasticityRun(times[:done], out[:done]),
        ) from None
    return PlasticityRun(times, out)


def _checked(
    rule: PairRule, w: ArrayLike, rate: float, gain: float, group: int, correlation: float
) -> tuple[Array, int]:
    """The weights and the size of the group, if all arguments are as they should be."""
    weights = np.array(check.finite_array(w, "w"), np.float64)
    if weights.ndim != 1 or not weights.size:
        raise ValueError(f"w must have shape (n,), one weight for each input, got {weights.shape}")
    if rule.pairing != "all":
        raise ValueError(f'rule must have pairing "all" to compete, got {rule.pairing!r}')
    if rule.w_min < 0 or not math.isfinite(rule.w_max):
        raise ValueError(
            f"rule must have finite bounds of 0 or more, got {rule.w_min:g} and {rule.w_max:g}; give w_min=0, w_max=1"
        )
    if weights.min() < rule.w_min or weights.max() > rule.w_max:
        raise ValueError(
            f"w must lie in the rule's bounds [{rule.w_min:g}, {rule.w_max:g}], "
            f"got {weights.min():g} to {weights.max():g}"
        )
    check.positive(rate, "rate")
    if not check.positive(gain, "gain") * rule.w_max <= 1:
        raise ValueError(
            f"gain must be at most 1 / w_max = {1 / rule.w_max:g}, got {gain:g}: the answer has a probability"
        )
    group = check.whole(group, "group", 0)
    if group > weights.size:
        raise ValueError(f"group must be a whole number of 0 to {weights.size}, got {group}")
    if not 0 <= check.finite(correlation, "correlation") <= 1:
        raise ValueError(f"correlation must lie in 0 to 1, got {correlation:g}")
    return weights, group
