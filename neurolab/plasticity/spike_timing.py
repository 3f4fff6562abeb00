"""Spike-timing dependent plasticity: what a pair of spikes does to the synapse between two neurons.

    Δw = A_plus exp(-Δt / tau_plus)      for Δt > 0, the presynaptic spike first
    Δw = -A_minus exp(Δt / tau_minus)    for Δt < 0, the postsynaptic spike first        Δt = t_post - t_pre

A_minus is the size of depression, so it is positive. The source document prints the second line without the minus, as
A_- exp(-|Δt| / tau_-): there the sign sits in A_-, which must be negative (`compute_printed_stdp_window`). Two spikes
at the same moment, Δt = 0, are no pair: both forms leave that case open, and here it changes nothing.

Which spikes make pairs is a choice ("pairing", after Morrison et al. 2008):

    "all"          every presynaptic spike with every postsynaptic one
    "nearest"      each spike with the last spike of the other side before it
    "presynaptic"  each presynaptic spike with the last postsynaptic spike before it and the next one after it
    "reduced"      only pairs between which neither neuron fired

How far a change depends on the weight is a choice too: with u = (w - w_min) / (w_max - w_min), potentiation is
multiplied by (1 - u)^mu_plus and depression by u^mu_minus. At mu = 0 the rule is additive and needs hard bounds; at
mu = 1 it is multiplicative and its bounds are soft; mu_plus = 0 with mu_minus = 1 lies between.

References
----------
Song, Miller & Abbott 2000, Nat Neurosci 3:919-926 (additive); Rubin, Lee & Sompolinsky 2001, Phys Rev Lett 86:364-367
(multiplicative); Gütig et al. 2003, J Neurosci 23:3697-3714 (the exponent mu); Kempter, Gerstner & van Hemmen 1999,
Phys Rev E 59:4498-4514 (drift); Izhikevich & Desai 2003, Neural Comput 15:1511-1523 (nearest spikes);
Morrison, Diesmann & Gerstner 2008, Biol Cybern 98:459-478 (pairings, traces).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.connectivity import Connectivity, sort_by
from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check
from neurolab.kernels.chunks import Interrupted, run_chunked

__all__ = [
    "PAIRINGS",
    "PairRule",
    "PlasticityRun",
    "SpikeRule",
    "compute_printed_stdp_window",
    "compute_spike_trace",
    "compute_stdp_area",
    "compute_stdp_drift",
    "compute_stdp_fixed_point",
    "compute_stdp_window",
    "simulate_stdp",
]

Array = NDArray[np.float64]

PAIRINGS = ("all", "nearest", "presynaptic", "reduced")
"""Which spikes make pairs; see the top of this file."""


class Coefficients(NamedTuple):
    """Everything that a rule tells the compiled loop. Every rule here is a case of

    at a presynaptic spike   w += at_pre - (A_minus + A3_minus x₂) y₁ u^mu_minus
    at a postsynaptic spike  w += at_post + (A_plus + A3_plus y₂) x₁ (1 - u)^mu_plus

    with traces x₁, x₂ of the presynaptic spikes (tau_plus, tau_x), y₁, y₂ of the postsynaptic ones (tau_minus, tau_y).
    """

    A_plus: float
    A_minus: float
    A3_plus: float
    A3_minus: float
    at_pre: float
    at_post: float
    tau_plus: float
    tau_minus: float
    tau_x: float
    tau_y: float
    mu_plus: float
    mu_minus: float
    w_min: float
    w_max: float


class SpikeRule(Protocol):
    """What `simulate_stdp` asks of a rule: PairRule, TripletRule and InhibitoryRule have it."""

    @property
    def pairing(self) -> str:
        """One of PAIRINGS."""

    def coefficients(self) -> Coefficients:
        """The rule in numbers."""


@dataclass(frozen=True)
class PairRule:
    """A rule for pairs of spikes; `simulate_stdp` runs it.

    Parameters
    ----------
    A_plus, A_minus : float, unit of the weight
        Potentiation by a pair at Δt = 0+, and the size of the depression by a pair at Δt = 0-.
    tau_plus, tau_minus : float, ms
    pairing : {"all", "nearest", "presynaptic", "reduced"}
    mu_plus, mu_minus : float, 0 or more
        How far potentiation fades at the upper bound and depression at the lower one; 0 not at all, 1 linearly.
    w_min, w_max : float
        Bounds of the weight. An exponent mu above 0 needs both.

    Raises
    ------
    ValueError
        For a time constant not above 0, a negative mu, a mu without bounds or with a negative A, or w_min not
        below w_max.

    References
    ----------
    Song, Miller & Abbott 2000 (the defaults); Gütig et al. 2003; Morrison, Diesmann & Gerstner 2008.

    Examples
    --------
    >>> song = PairRule()
    >>> compute_stdp_window([10.0, -10.0], song).round(8).tolist()
    [0.00303265, -0.00318429]
    >>> soft = PairRule(mu_plus=1.0, mu_minus=1.0, w_min=0.0, w_max=1.0)
    """

    A_plus: float = 0.005
    A_minus: float = 0.00525
    tau_plus: float = 20.0
    tau_minus: float = 20.0
    pairing: str = "all"
    mu_plus: float = 0.0
    mu_minus: float = 0.0
    w_min: float = -math.inf
    w_max: float = math.inf

    def __post_init__(self) -> None:
        check.finite(self.A_plus, "A_plus"), check.finite(self.A_minus, "A_minus")
        check.positive(self.tau_plus, "tau_plus"), check.positive(self.tau_minus, "tau_minus")
        check.choice(self.pairing, PAIRINGS, "pairing")
        check_bounds(self.w_min, self.w_max)
        for name, mu, A in (
            ("plus", self.mu_plus, self.A_plus),
            ("minus", self.mu_minus, self.A_minus),
        ):
            if check.non_negative(mu, f"mu_{name}") > 0:
                if not math.isfinite(self.w_max - self.w_min):
                    raise ValueError(
                        f"w_min and w_max must be finite where mu_{name} is above 0, got {self.w_min:g} and "
                        f"{self.w_max:g}; give w_min=0, w_max=1"
                    )
                if A < 0:
                    raise ValueError(
                        f"A_{name} must be 0 or more where mu_{name} is above 0, got {A:g}: soft bounds hold only if "
                        "A_plus raises the weight and A_minus lowers it"
                    )

    def coefficients(self) -> Coefficients:
        """The rule in numbers, for `simulate_stdp`."""
        return Coefficients(
            self.A_plus, self.A_minus, 0.0, 0.0, 0.0, 0.0, self.tau_plus, self.tau_minus, math.inf, math.inf,
            self.mu_plus, self.mu_minus, self.w_min, self.w_max,
        )  # fmt: skip


def check_bounds(w_min: float, w_max: float) -> None:
    """An error unless w_min < w_max; either may be infinite."""
    try:
        ascending = float(w_min) < float(w_max)
    except (TypeError, ValueError):
        ascending = False
    if not ascending:
        raise ValueError(
            f"w_min must be below w_max, got w_min={check.shown(w_min)}, w_max={check.shown(w_max)}"
        )


def compute_stdp_window(lag: ArrayLike, rule: PairRule, w: float | None = None) -> Array | float:
    """Change of the weight by one pair of spikes Δt = t_post - t_pre apart; 0 at Δt = 0.

    Parameters
    ----------
    lag : array_like, ms
        t_post - t_pre.
    rule : PairRule
    w : float, optional
        The weight before, where the rule depends on it (mu above 0).

    Returns
    -------
    float or array of the shape of lag

    Raises
    ------
    ValueError
        For a rule with mu above 0 and no w, or a w outside its bounds.

    Examples
    --------
    >>> compute_stdp_window([-20.0, 0.0, 20.0], PairRule()).round(8).tolist()
    [-0.00193137, 0.0, 0.0018394]
    """
    up, down = _factors(rule, w)
    return _window(lag, rule.A_plus * up, -rule.A_minus * down, rule.tau_plus, rule.tau_minus)


def compute_printed_stdp_window(
    lag: ArrayLike, A_plus: float, A_minus: float, tau_plus: float, tau_minus: float
) -> Array | float:
    """The window as the source document prints it: A_- exp(-|Δt| / tau_-) for Δt < 0, so that A_- carries the sign.

    Depression needs A_minus below 0, which is the only difference from `compute_stdp_window`. Δt = t_post - t_pre in
    ms; the printed form leaves Δt = 0 undefined, here it changes nothing.

    Examples
    --------
    >>> compute_printed_stdp_window([10.0, -10.0], 0.005, -0.00525, 20.0, 20.0).round(8).tolist()
    [0.00303265, -0.00318429]
    """
    A_plus, A_minus = check.finite(A_plus, "A_plus"), check.finite(A_minus, "A_minus")
    tau_plus, tau_minus = (
        check.positive(tau_plus, "tau_plus"),
        check.positive(tau_minus, "tau_minus"),
    )
    return _window(lag, A_plus, A_minus, tau_plus, tau_minus)


def _window(
    lag: ArrayLike, after: float, before: float, tau_plus: float, tau_minus: float
) -> Array | float:
    lags = check.finite_array(lag, "lag")
    size = np.exp(-np.abs(lags) / np.where(lags > 0, tau_plus, tau_minus))
    change = np.where(lags > 0, after, np.where(lags < 0, before, 0.0)) * size
    return float(change) if change.ndim == 0 else change


def _factors(rule: PairRule, w: float | None) -> tuple[float, float]:
    """What the weight leaves of potentiation and of depression."""
    if rule.mu_plus == 0 and rule.mu_minus == 0:
        return 1.0, 1.0
    if w is None:
        raise ValueError(
            f"w must be given for a rule that depends on the weight (mu_plus={rule.mu_plus:g}, "
            f"mu_minus={rule.mu_minus:g}), got None"
        )
    u = (check.finite(w, "w") - rule.w_min) / (rule.w_max - rule.w_min)
    if not 0 <= u <= 1:
        raise ValueError(
            f"w must lie in the rule's bounds [{rule.w_min:g}, {rule.w_max:g}], got {w:g}"
        )
    return (1 - u) ** rule.mu_plus, u**rule.mu_minus


def compute_spike_trace(
    t: ArrayLike, spikes: ArrayLike, tau: float, *, pairing: str = "all"
) -> Array | float:
    """The trace that a neuron's spikes leave: each adds 1 to it ("all") or sets it to 1 ("nearest"), then it decays.

    "all": x(t) = Σ exp(-(t - t_k) / tau) over the spikes t_k <= t; "nearest": the last one of them alone. A spike of
    the other neuron reads the trace as it was just before: one at the same moment adds nothing to what is read.

    Parameters
    ----------
    t : array_like, ms
    spikes : array_like of shape (spikes,), ms
        In ascending order.
    tau : float, ms
    pairing : {"all", "nearest"}

    Returns
    -------
    float or array of the shape of t

    Raises
    ------
    ValueError
        For spikes that are not ascending, a tau not above 0, or another pairing.

    References
    ----------
    Morrison, Diesmann & Gerstner 2008, section 4.

    Examples
    --------
    >>> compute_spike_trace([0.0, 10.0, 20.0], [10.0, 20.0], tau=10.0).round(4).tolist()
    [0.0, 1.0, 1.3679]
    """
    at, times = check.finite_array(t, "t"), check.finite_array(spikes, "spikes")
    tau = check.positive(tau, "tau")
    check.choice(pairing, ("all", "nearest"), "pairing")
    if times.ndim != 1 or np.any(np.diff(times) < 0):
        raise ValueError(f"spikes must be 1-D and in ascending order, got shape {times.shape}")
    left = np.ones(times.size)  # right after each spike
    if pairing == "all":
        for k, fade in enumerate(np.exp(-np.diff(times) / tau), start=1):
            left[k] += left[k - 1] * fade
    last = np.searchsorted(times, at, side="right") - 1
    seen = last >= 0
    found = np.zeros(at.shape)
    found[seen] = left[last[seen]] * np.exp((times[last[seen]] - at[seen]) / tau)
    return float(found) if found.ndim == 0 else found


def compute_stdp_area(rule: PairRule, w: float | None = None) -> float:
    """Area under the window, A_plus tau_plus - A_minus tau_minus (unit of the weight times ms).

    Its sign says whether neurons that fire independently strengthen or weaken their synapse under all-to-all pairing.

    Examples
    --------
    >>> round(compute_stdp_area(PairRule()), 12)
    -0.005
    """
    up, down = _factors(rule, w)
    return rule.A_plus * up * rule.tau_plus - rule.A_minus * down * rule.tau_minus


def compute_stdp_drift(
    rule: PairRule, pre_rate: ArrayLike, post_rate: ArrayLike, w: float | None = None
) -> Array | float:
    """Mean change of the weight in a second, when both neurons fire as independent Poisson processes.

    "all"          r₁ r₂ (A₊ τ₊ - A₋ τ₋)
    "nearest"      r₁ r₂ (A₊ / (1/τ₊ + r₁) - A₋ / (1/τ₋ + r₂))
    "presynaptic"  r₁ r₂ (A₊ / (1/τ₊ + r₂) - A₋ / (1/τ₋ + r₂))
    "reduced"      r₁ r₂ (A₊ / (1/τ₊ + r₁ + r₂) - A₋ / (1/τ₋ + r₁ + r₂))

    Parameters
    ----------
    rule : PairRule
    pre_rate, post_rate : array_like, Hz
        r₁ and r₂; broadcast against each other.
    w : float, optional
        The weight, where the rule depends on it.

    Returns
    -------
    float or array, unit of the weight per second
        Away from hard bounds.

    Raises
    ------
    ValueError
        For a negative rate, or as `compute_stdp_window`.

    References
    ----------
    Kempter, Gerstner & van Hemmen 1999 ("all"); Izhikevich & Desai 2003, eq. 3.4 ("presynaptic", for each presynaptic
    spike).

    Examples
    --------
    >>> rule = PairRule(A_plus=0.01, A_minus=0.012)
    >>> round(compute_stdp_drift(rule, pre_rate=10.0, post_rate=20.0), 12)
    -0.008
    """
    up, down = _factors(rule, w)
    r1, r2 = check.matched(
        pre_rate=rates_per_ms(pre_rate, "pre_rate"), post_rate=rates_per_ms(post_rate, "post_rate")
    )
    extra: dict[str, tuple[Any, Any]] = {
        "all": (0.0, 0.0),
        "nearest": (r1, r2),
        "presynaptic": (r2, r2),
        "reduced": (r1 + r2, r1 + r2),
    }
    extra_plus, extra_minus = extra[rule.pairing]
    ltp = rule.A_plus * up / (1 / rule.tau_plus + extra_plus)
    ltd = rule.A_minus * down / (1 / rule.tau_minus + extra_minus)
    drift = np.asarray(1e3 * r1 * r2 * (ltp - ltd))
    return float(drift) if drift.ndim == 0 else drift


def rates_per_ms(rate: ArrayLike, name: str) -> Array:
    """Rates in Hz as spikes per ms; none may be negative."""
    rates = check.finite_array(rate, name)
    if np.any(rates < 0):
        raise ValueError(f"{name} must be 0 or more, got {rates.min():g}")
    return rates * 1e-3


def compute_stdp_fixed_point(
    rule: PairRule, pre_rate: float = 1.0, post_rate: float = 1.0
) -> float:
    """The weight at which the drift of `compute_stdp_drift` vanishes, which soft bounds make stable.

    u^mu_minus / (1 - u)^mu_plus = R, with R the drift's potentiation over its depression. For equal exponents
    u = 1 / (1 + R^(-1/mu)). With "all" pairing the rates do not matter.

    Parameters
    ----------
    rule : PairRule
        With A_plus and A_minus above 0 and at least one of mu_plus, mu_minus above 0.
    pre_rate, post_rate : float, Hz

    Returns
    -------
    float
        A bound, where potentiation or depression wins at every weight.

    Raises
    ------
    ValueError
        For an additive rule, which has no such weight: its drift has one sign, and the weight goes to a bound.

    References
    ----------
    Rubin, Lee & Sompolinsky 2001; Gütig et al. 2003.

    Examples
    --------
    >>> rule = PairRule(A_plus=0.01, A_minus=0.01, mu_plus=1.0, mu_minus=1.0, w_min=0.0, w_max=2.0)
    >>> compute_stdp_fixed_point(rule)
    1.0
    """
    if rule.mu_plus == 0 and rule.mu_minus == 0:
        raise ValueError(
            "rule must depend on the weight, got mu_plus=0 and mu_minus=0: its drift has one sign and the weight goes "
            "to a bound; look at the sign of compute_stdp_drift"
        )
    if not (rule.A_plus > 0 and rule.A_minus > 0):
        raise ValueError(
            f"A_plus and A_minus must be above 0, got A_plus={rule.A_plus:g}, A_minus={rule.A_minus:g}"
        )
    check.positive(pre_rate, "pre_rate"), check.positive(post_rate, "post_rate")
    plain = dict(tau_plus=rule.tau_plus, tau_minus=rule.tau_minus, pairing=rule.pairing)
    ltp = compute_stdp_drift(PairRule(rule.A_plus, 0.0, **plain), pre_rate, post_rate)  # type: ignore[arg-type]
    ltd = -compute_stdp_drift(PairRule(0.0, rule.A_minus, **plain), pre_rate, post_rate)  # type: ignore[arg-type]
    if rule.mu_plus == rule.mu_minus:
        u = 1 / (1 + (ltd / ltp) ** (1 / rule.mu_plus))
    else:
        from scipy.optimize import brentq

        def drift(u: float) -> float:
            return float(ltp * (1 - u) ** rule.mu_plus - ltd * u**rule.mu_minus)

        if drift(0.0) <= 0:
            u = 0.0
        elif drift(1.0) >= 0:
            u = 1.0
        else:
            u = brentq(drift, 0.0, 1.0, xtol=1e-15)
    return float(rule.w_min + u * (rule.w_max - rule.w_min))


@dataclass(frozen=True, eq=False)
class PlasticityRun:
    """Weights over time.

    Attributes
    ----------
    t : array of shape (records,), ms
    w : array of shape (records,), (records, n_pre, n_post) or (records, synapses)
        Of one synapse, of all pairs, or of the synapses of given wires. After the spikes of that moment.
    """

    t: Array
    w: Array

    @property
    def change(self) -> Any:
        """Last weight minus first, a float for one synapse."""
        return self.w[-1] - self.w[0]

    @property
    def final(self) -> Any:
        """The last weight, a float for one synapse."""
        return self.w[-1]


def simulate_stdp(
    rule: SpikeRule,
    pre: SpikeTrains,
    post: SpikeTrains,
    w: ArrayLike = 0.0,
    *,
    wires: Connectivity | None = None,
    record: float | ArrayLike | None = None,
    dt: float | None = None,
    progress: Callable[[float], object] | None = None,
) -> PlasticityRun:
    """Weights of the synapses between given spike trains under a rule.

    Traces decay exactly from spike to spike, so nothing depends on a step size. The same rule can be stepped by a clock
    instead, as many simulators do: give `dt`. Then spikes count at their nearest step, and where they lie on the grid
    both ways agree to rounding. Of spikes at the same moment the presynaptic ones act first; none of them sees the
    trace of another.

    Parameters
    ----------
    rule : PairRule, TripletRule or InhibitoryRule
    pre, post : SpikeTrains
        In the same window. Delays are the caller's: shift the times.
    w : float or array
        Weights at the start: shape (n_pre, n_post), or (synapses,) with wires; a number for all.
    wires : Connectivity, optional
        Which pairs have a synapse; all of them if left out.
    record : float or array of times, ms, optional
        How often, or when, the weights are stored; at the start and at the end if left out.
    dt : float, ms, optional
        Step by a clock.
    progress : callable of the fraction done, optional

    Returns
    -------
    PlasticityRun

    Raises
    ------
    ValueError
        For windows that differ, weights of the wrong shape or outside the rule's bounds, wires of other sizes, times to
        record outside the window or not ascending.
    Interrupted
        On an interrupt; `.partial` holds the weights recorded so far.

    References
    ----------
    Morrison, Diesmann & Gerstner 2008, section 4 (traces).

    Examples
    --------
    >>> pre, post = SpikeTrains([10.0], stop=100.0), SpikeTrains([20.0], stop=100.0)
    >>> round(float(simulate_stdp(PairRule(), pre, post).change), 8)
    0.00303265
    """
    if (pre.start, pre.stop) != (post.start, post.stop):
        raise ValueError(
            "pre and post must share one window, "
            f"got [{pre.start:g}, {pre.stop:g}] and [{post.start:g}, {post.stop:g}] ms; give both one start and stop"
        )
    numbers, code = rule.coefficients(), PAIRINGS.index(rule.pairing)
    weights, shape = _weights(w, pre.n, post.n, wires, numbers)
    times = _record_times(record, pre.start, pre.stop)
    table = _all_to_all(pre.n, post.n) if wires is None else wire_tables(wires)
    run = _Events if dt is None else _Clock
    stepper = run(numbers, code, pre, post, weights, table, times, dt)
    try:
        run_chunked(stepper.advance, progress)
    except KeyboardInterrupt:
        done = int(stepper.place[2])
        partial = PlasticityRun(times[:done], stepper.out[:done].reshape(done, *shape))
        raise Interrupted(
            f"interrupted after {done} of {times.size} records; .partial holds them", partial
        ) from None
    return PlasticityRun(times, stepper.out.reshape(times.size, *shape))


def _weights(
    w: ArrayLike, n_pre: int, n_post: int, wires: Connectivity | None, rule: Coefficients
) -> tuple[Array, tuple[int, ...]]:
    """Start weights, one for each synapse, and the shape in which the caller gets them back."""
    given = check.finite_array(w, "w")
    if wires is not None:
        if (wires.n_pre, wires.n_post) != (n_pre, n_post):
            raise ValueError(
                f"wires must connect {n_pre} to {n_post} units, got {wires.n_pre} to {wires.n_post}"
            )
        shape: tuple[int, ...] = (wires.count,)
    else:
        shape = (n_pre, n_post)
    if given.shape not in ((), shape):
        raise ValueError(f"w must be a number or have shape {shape}, got {given.shape}")
    if given.size and (given.min() < rule.w_min or given.max() > rule.w_max):
        raise ValueError(
            f"w must lie in the rule's bounds [{rule.w_min:g}, {rule.w_max:g}], got {given.min():g} to {given.max():g}"
        )
    weights = np.array(np.broadcast_to(given, shape), np.float64).ravel()
    single = wires is None and shape == (1, 1)
    return weights, (() if single else shape)


def _record_times(record: float | ArrayLike | None, start: float, stop: float) -> Array:
    if record is None:
        return np.array([start, stop])
    times = check.finite_array(record, "record")
    if times.ndim == 0:
        step = check.positive(record, "record")
        return start + step * np.arange(math.floor((stop - start) / step * (1 + 1e-12)) + 1.0)
    if times.ndim != 1 or not times.size or np.any(np.diff(times) < 0):
        raise ValueError(f"record must be one interval or ascending times, got shape {times.shape}")
    if times[0] < start or times[-1] > stop:
        raise ValueError(
            f"record must lie in the window [{start:g}, {stop:g}] ms, got {times[0]:g} to {times[-1]:g}"
        )
    return times


def _all_to_all(n_pre: int, n_post: int) -> tuple[Any, ...]:
    """`wire_tables` of a synapse between every two units."""
    synapses = np.arange(n_pre * n_post)
    arriving = synapses.reshape(n_pre, n_post).T.ravel()
    indptr, into = np.arange(n_pre + 1) * n_post, np.arange(n_post + 1) * n_pre
    return indptr, synapses % n_post, into, arriving, synapses // n_post


def wire_tables(wires: Connectivity) -> tuple[Any, ...]:
    """Synapses by source and by target: indptr, targets, into, arriving, sources."""
    into, arriving = sort_by(wires.indices, np.arange(wires.count), wires.n_post)
    return wires.indptr, wires.indices.astype(np.int64), into, arriving, wires.sources


class _Stepper:
    """Arrays that both compiled loops work on."""

    def __init__(
        self, rule: Coefficients, code: int, pre: SpikeTrains, post: SpikeTrains, w: Array, wires: Any,
        times: Array, dt: float | None,
    ) -> None:  # fmt: skip
        self.rule = Coefficients(*map(float, rule))
        self.code, self.pre, self.post, self.w, self.wires, self.times = (
            code,
            pre,
            post,
            w,
            wires,
            times,
        )
        self.traces = (
            np.zeros(pre.n), np.zeros(pre.n), np.zeros(post.n), np.zeros(post.n),
            np.full(pre.n, -np.inf), np.full(post.n, -np.inf), np.zeros(w.size if code == 2 else 0),
        )  # fmt: skip
        self.out = np.empty((times.size, w.size))
        self.place = np.zeros(3, np.int64)
        self.cost = max(1, w.size // max(pre.n, post.n))  # synapses a spike reaches, roughly
        self.prepare(dt)

    def prepare(self, dt: float | None) -> None:
        """What only one of the loops needs."""


class _Events(_Stepper):
    def prepare(self, dt: float | None) -> None:
        self.reference = np.array([self.pre.start])

    def advance(self, size: int) -> float:
        from neurolab.plasticity.spike_timing_steps import spike_events  # loads numba

        spike_events(
            self.rule, self.code, self.pre.times, self.pre.ids, self.post.times, self.post.ids, self.traces,
            self.wires, self.w, self.times, self.out, self.place, self.reference, max(1, size // self.cost),
        )  # fmt: skip
        spikes = self.pre.count + self.post.count
        return float(self.place[0] + self.place[1]) / spikes if spikes else 1.0


class _Clock(_Stepper):
    def prepare(self, dt: float | None) -> None:
        self.dt = check.positive(dt, "dt")
        self.pre_at, self.post_at, self.records = (
            np.rint((times - self.pre.start) / self.dt).astype(np.int64)
            for times in (self.pre.times, self.post.times, self.times)
        )
        self.steps = (
            int(max(a.max(initial=0) for a in (self.pre_at, self.post_at, self.records))) + 1
        )
        self.done = 0

    def advance(self, size: int) -> float:
        from neurolab.plasticity.spike_timing_steps import clock_steps  # loads numba

        stop = min(self.steps, self.done + max(1, size // (self.w.size + 1)))
        clock_steps(
            self.rule, self.code, self.pre_at, self.pre.ids, self.post_at, self.post.ids, self.traces, self.wires,
            self.w, self.records, self.out, self.place, self.dt, self.done, stop,
        )  # fmt: skip
        self.done = stop
        return self.done / self.steps
