"""Quantal release: a synapse gives its transmitter in packets of one size, and each packet is given by chance.

Of `n` packets each is released with probability `p`, each makes a response of mean `q` whose standard deviation is
`quantal_cv` q (del Castillo & Katz 1954). For many packets and a small p the counts are Poisson's,
of mean m = n p.

    mean n p q        variance n p q² (1 - p + CV²)        failures (1 - p)ⁿ, or exp(-m)

Where p changes, variance over mean is a parabola, q (1 + CV²) mean - mean²/n: its slope at 0 tells q, its bend n.

References
----------
del Castillo & Katz 1954, J Physiol 124:560-573. Boyd & Martin 1956, J Physiol 132:74-91. Clements & Silver 2000, Trends
Neurosci 23:105-113 (the parabola).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = [
    "BOYD_MARTIN_MINIATURES",
    "BOYD_MARTIN_RESPONSES",
    "QuantalContent",
    "QuantalStatistics",
    "VarianceMeanFit",
    "compute_amplitude_density",
    "compute_quantal_statistics",
    "compute_release_probabilities",
    "compute_variance_mean",
    "estimate_quantal_content",
    "fit_variance_mean",
    "simulate_release",
]

Array = NDArray[np.float64]

BOYD_MARTIN_MINIATURES = MappingProxyType({0.2: 1, 0.3: 25, 0.4: 30, 0.5: 20, 0.6: 2})
"""Spontaneous end-plate potentials in a muscle of the cat: amplitude (mV) and how many (Boyd & Martin 1956, Fig. 8)."""

BOYD_MARTIN_RESPONSES = MappingProxyType(
    {0.0: 18, 0.3: 11, 0.4: 20, 0.5: 13, 0.6: 6, 0.7: 14, 0.8: 18, 0.9: 17, 1.0: 6, 1.1: 11, 1.2: 10, 1.3: 9, 1.4: 4,
     1.5: 7, 1.6: 9, 1.7: 5, 1.8: 5, 1.9: 3, 2.0: 2, 2.1: 2, 2.2: 1, 2.3: 1, 2.4: 2, 2.5: 1, 2.6: 1, 2.7: 1, 3.0: 1}
)  # fmt: skip
"""The same end plate's responses to 198 nerve impulses: amplitude (mV) and how many; those of 0 are failures."""


@dataclass(frozen=True)
class QuantalStatistics:
    """Responses of a quantal synapse over many trials.

    Attributes
    ----------
    content : float
        Mean number m of packets released.
    mean, variance : float
        Of the response, in the unit of q and its square.
    failures : float
        Probability that nothing is released.
    """

    content: float
    mean: float
    variance: float
    failures: float

    @property
    def cv(self) -> float:
        """Standard deviation over mean; infinite for a mean of 0."""
        return math.sqrt(self.variance) / abs(self.mean) if self.mean else math.inf

    @property
    def inverse_square_cv(self) -> float:
        """1/CV², which is m for a Poisson synapse with packets of one size; infinite where nothing varies."""
        return self.mean**2 / self.variance if self.variance else math.inf


@dataclass(frozen=True)
class QuantalContent:
    """The mean number of packets m, by three methods that agree for a Poisson synapse.

    Attributes
    ----------
    by_mean : float
        Mean response over mean miniature.
    by_failures : float
        ln(N/N_0), from N trials of which N_0 failed; infinite without failures.
    by_variance : float
        (1 + quantal CV²)/CV².
    """

    by_mean: float
    by_failures: float
    by_variance: float


@dataclass(frozen=True)
class VarianceMeanFit:
    """The parabola's n and q, and the probability p of each condition."""

    n: float
    q: float
    p: Array


def compute_quantal_statistics(
    n: int | None = None,
    p: float | None = None,
    *,
    m: float | None = None,
    q: float = 1.0,
    quantal_cv: float = 0.0,
) -> QuantalStatistics:
    """Mean, variance and failures of a binomial synapse (`n`, `p`) or of a Poisson synapse (`m`).

    Parameters
    ----------
    n : int
        Packets that can be released.
    p : float
        Probability of each.
    m : float
        Mean number released, given in place of n and p.
    q : float
        Mean response to one packet, in mV, pA or any unit.
    quantal_cv : float
        Standard deviation over mean of the response to one packet.

    Raises
    ------
    ValueError
        For neither or both of (n, p) and m, a p outside 0 to 1, a negative m or quantal_cv.

    Examples
    --------
    >>> s = compute_quantal_statistics(5, 0.4, q=1.0, quantal_cv=0.3)
    >>> s.mean, round(s.variance, 9), round(s.failures, 9)
    (2.0, 1.38, 0.07776)
    >>> round(compute_quantal_statistics(m=2.33).failures * 198, 2)
    19.26
    """
    n, p, m = _release(n, p, m)
    q, quantal_cv = check.finite(q, "q"), check.non_negative(quantal_cv, "quantal_cv")
    failures = math.exp(-m) if n is None else (1 - p) ** n
    return QuantalStatistics(m, m * q, m * q**2 * (1 - p + quantal_cv**2), failures)


def compute_release_probabilities(
    n: int | None = None, p: float | None = None, *, m: float | None = None, most: int | None = None
) -> Array:
    """Probability that 0, 1, 2, ... packets are released: binomial for `n` and `p`, Poisson for `m`.

    Parameters
    ----------
    n, p, m
        As in `compute_quantal_statistics`.
    most : int, optional
        Highest count; n, or where nothing is left for the last digit, if not given.

    Returns
    -------
    array of shape (most + 1,)

    Examples
    --------
    >>> compute_release_probabilities(2, 0.5).round(12).tolist()
    [0.25, 0.5, 0.25]
    """
    from scipy.special import gammaln, xlog1py, xlogy

    n, p, m = _release(n, p, m)
    if most is not None:
        most = check.whole(most, "most", low=0)
    else:
        most = math.ceil(m + 10 * math.sqrt(m) + 20) if n is None else n
    k = np.arange(most + 1.0)
    if n is None:
        return np.asarray(np.exp(xlogy(k, m) - m - gammaln(k + 1)), np.float64)
    k = k[: n + 1]
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    found = np.zeros(most + 1)
    found[: k.size] = np.exp(ways + xlogy(k, p) + xlog1py(n - k, -p))
    return found


def compute_amplitude_density(
    amplitude: ArrayLike,
    n: int | None = None,
    p: float | None = None,
    *,
    m: float | None = None,
    q: float = 1.0,
    quantal_cv: float = 0.3,
    noise: float = 0.0,
) -> Array | float:
    """Probability density of the response: a normal curve for each number of packets, weighted by its probability.

    k packets have mean k q and variance k (quantal_cv q)² + noise². Without noise a failure is exactly 0, so failures
    are left out of the density, whose area then is 1 - failures.

    Parameters
    ----------
    amplitude : array_like, in the unit of q
    n, p, m, q, quantal_cv
        As in `compute_quantal_statistics`.
    noise : float
        Standard deviation of the recording's noise.

    Examples
    --------
    >>> density = compute_amplitude_density(np.linspace(0, 4, 401), m=2.33, q=0.4, quantal_cv=0.25)
    >>> float(np.round(np.sum(density) * 0.01, 2))
    0.9
    """
    values = check.finite_array(amplitude, "amplitude")
    q, noise = check.finite(q, "q"), check.non_negative(noise, "noise")
    quantal_cv = check.non_negative(quantal_cv, "quantal_cv")
    if quantal_cv == 0 and noise == 0:
        raise ValueError(
            "quantal_cv or noise must be above 0: else the responses are single values; use "
            "compute_release_probabilities"
        )
    found = np.zeros_like(values)
    for k, chance in enumerate(compute_release_probabilities(n, p, m=m).tolist()):
        sd = math.sqrt(k * (quantal_cv * q) ** 2 + noise**2)
        if sd > 0:
            found += chance * np.exp(-(((values - k * q) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))  # fmt: skip
    return float(found) if found.ndim == 0 else found


def simulate_release(
    trials: int,
    n: int | None = None,
    p: float | None = None,
    *,
    m: float | None = None,
    q: float = 1.0,
    quantal_cv: float = 0.0,
    noise: float = 0.0,
    seed: int | np.random.Generator,
) -> Array:
    """Responses of a quantal synapse to `trials` spikes.

    Parameters
    ----------
    trials : int
    n, p, m, q, quantal_cv
        As in `compute_quantal_statistics`. Packets vary normally, as in Boyd & Martin 1956.
    noise : float
        Standard deviation of the recording's noise, added to every response.
    seed : int or Generator

    Returns
    -------
    array of shape (trials,), in the unit of q
        Without noise a failure is exactly 0.

    Examples
    --------
    >>> responses = simulate_release(10_000, 5, 0.4, quantal_cv=0.3, seed=1)
    >>> float(responses.mean().round(1)), float(np.mean(responses == 0).round(2))
    (2.0, 0.08)
    """
    trials = check.whole(trials, "trials")
    n, p, m = _release(n, p, m)
    q, quantal_cv = check.finite(q, "q"), check.non_negative(quantal_cv, "quantal_cv")
    noise = check.non_negative(noise, "noise")
    rng = check.generator(seed)
    counts = rng.poisson(m, trials) if n is None else rng.binomial(n, p, trials)
    varied = rng.standard_normal(trials) * np.sqrt(counts) * quantal_cv * q
    measured = rng.standard_normal(trials) * noise
    return np.asarray(counts * q + varied + measured, np.float64)


def estimate_quantal_content(
    amplitudes: ArrayLike,
    mini: float,
    *,
    failure_below: float = 0.0,
    quantal_cv: float = 0.0,
    noise: float = 0.0,
) -> QuantalContent:
    """The mean number of packets from measured responses, by the mean, by the failures and by the variance.

    The last two hold for a Poisson synapse; where p is large, both are far too high (n 10, p 0.8: 16.1 and 40 for 8).

    Parameters
    ----------
    amplitudes : array of shape (trials,)
        Failures included.
    mini : float
        Mean response to one packet, from spontaneous release, in the same unit.
    failure_below : float
        Responses of this size (without sign) or smaller count as failures.
    quantal_cv : float
        Of the spontaneous responses; corrects the method of variance.
    noise : float
        Standard deviation of the recording's noise; its square is taken off the variance.

    Raises
    ------
    ValueError
        For fewer than two trials, values that are not finite, a mini of zero.

    Examples
    --------
    >>> found = estimate_quantal_content(simulate_release(20_000, m=2.33, q=0.4, seed=1), 0.4)
    >>> round(found.by_mean, 1), round(found.by_failures, 1), round(found.by_variance, 1)
    (2.3, 2.3, 2.3)
    """
    values = check.finite_array(amplitudes, "amplitudes").ravel()
    if values.size < 2:
        raise ValueError(f"amplitudes must hold at least 2 trials, got {values.size}")
    mini = check.finite(mini, "mini")
    if mini == 0:
        raise ValueError("mini must not be 0: give the mean response to one packet")
    failure_below = check.non_negative(failure_below, "failure_below")
    quantal_cv = check.non_negative(quantal_cv, "quantal_cv")
    failed = int(np.count_nonzero(np.abs(values) <= failure_below))
    variance = float(values.var(ddof=1)) - check.non_negative(noise, "noise") ** 2
    return QuantalContent(
        by_mean=float(values.mean()) / mini,
        by_failures=math.log(values.size / failed) if failed else math.inf,
        by_variance=(1 + quantal_cv**2) * float(values.mean()) ** 2 / variance
        if variance > 0
        else math.inf,
    )


def compute_variance_mean(
    mean: ArrayLike, n: float, q: float = 1.0, *, quantal_cv: float = 0.0
) -> Array | float:
    """The parabola of a binomial synapse: variance q (1 + CV²) mean - mean²/n for each mean response.

    Examples
    --------
    >>> compute_variance_mean([0.0, 2.5, 5.0], n=5).tolist()
    [0.0, 1.25, 0.0]
    """
    means, n = check.finite_array(mean, "mean"), check.positive(n, "n")
    slope = check.finite(q, "q") * (1 + check.non_negative(quantal_cv, "quantal_cv") ** 2)
    found = slope * means - means**2 / n
    return float(found) if found.ndim == 0 else found


def fit_variance_mean(
    means: ArrayLike,
    variances: ArrayLike,
    *,
    trials: ArrayLike | None = None,
    quantal_cv: float = 0.0,
) -> VarianceMeanFit:
    """n and q of a binomial synapse from its mean and variance under conditions that differ in p.

    Least squares of variance = a mean - b mean², q = a / (1 + CV²), n = 1/b. With `trials` each condition weighs by
    their number over its squared variance, as the sampling error of a variance does.

    Parameters
    ----------
    means, variances : arrays of shape (conditions,)
        For example at several concentrations of calcium; the recording's noise already taken off.
    trials : array of shape (conditions,), optional
        If left out, all conditions weigh the same.
    quantal_cv : float
        Left out, a quantal CV of 0.3 makes q 9 % too high.

    Raises
    ------
    ValueError
        For fewer than two different means, arrays of different lengths, a parabola that does not bend down.

    Examples
    --------
    >>> p = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    >>> fit = fit_variance_mean(8 * p * 0.4, 8 * p * (1 - p) * 0.16)
    >>> round(fit.n, 9), round(fit.q, 9), fit.p.round(9).tolist()
    (8.0, 0.4, [0.1, 0.3, 0.5, 0.7, 0.9])
    """
    mean, variance = check.finite_array(means, "means"), check.finite_array(variances, "variances")
    if mean.ndim != 1 or mean.shape != variance.shape:
        raise ValueError(
            f"means and variances must be 1-D and equally long, got shapes {mean.shape} and {variance.shape}"
        )
    if np.unique(mean[mean != 0]).size < 2:
        raise ValueError(
            "means must hold at least two different values that are not 0: n and q need conditions with different p"
        )
    weight = np.ones_like(mean)
    if trials is not None:
        count = check.finite_array(trials, "trials")
        if count.shape != mean.shape or np.any(count < 2):
            raise ValueError(
                f"trials must have one number of at least 2 for each of the {mean.size} conditions, got shape "
                f"{count.shape}"
            )
        if np.any(variance <= 0):
            raise ValueError("variances must be above 0 where trials weigh them; leave trials out")
        weight = np.sqrt(count - 1) / variance
    columns = np.column_stack([mean, -(mean**2)]) * weight[:, None]
    (a, b), *_ = np.linalg.lstsq(columns, variance * weight, rcond=None)
    if not b > 0:
        raise ValueError(
            f"the parabola must bend down to tell n, got a bend of {-b:.3g}: p is too small throughout, or the trials "
            "too few; add a condition with a larger p"
        )
    q = float(a) / (1 + check.non_negative(quantal_cv, "quantal_cv") ** 2)
    return VarianceMeanFit(n=float(1 / b), q=q, p=mean * float(b) / q)


def _release(n: int | None, p: float | None, m: float | None) -> tuple[int | None, float, float]:
    """(n, p, n p) of a binomial synapse, (None, 0, m) of a Poisson one."""
    if (n is None) != (p is None) or (n is None) == (m is None):
        raise ValueError(
            "give either n and p (binomial) or m (Poisson), got "
            + (", ".join(k for k, v in dict(n=n, p=p, m=m).items() if v is not None) or "none")
        )
    if m is not None:
        return None, 0.0, check.non_negative(m, "m")
    n, p = check.whole(n, "n"), check.finite(p, "p")
    if not 0 <= p <= 1:
        raise ValueError(f"p must be a probability from 0 to 1, got {p:g}")
    return n, p, n * p
