"""How a choice between two is made: Wong and Wang's network, and the drift to a bound.

Wong & Wang 2006, reduced: S_1 and S_2 are the fractions of open NMDA channels of two populations that stand for two
choices; each excites itself and inhibits the other,
    dS_i/dt = -S_i / tau_S + (1 - S_i) gamma H(x_i)
    x_1 = J_11 S_1 - J_12 S_2 + I_0 + J_ext mu_0 (1 + coherence)    (x_2 likewise, with 1 - coherence)
    H(x) = (a x - b) / (1 - exp(-d (a x - b)))
Drift-diffusion: dx = v dt + s dW from x = z, until x reaches +a (right for v > 0) or -a.

References
----------
Wong & Wang 2006, J Neurosci 26:1314-1328. Bogacz, Brown, Moehlis, Holmes & Cohen 2006, Psychol Rev 113:700-765.
Navarro & Fuss 2009, J Math Psychol 53:222-230 (the two series for the density of decision times).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.engine.model import Model, param
from neurolab.kernels import check
from neurolab.kernels.chunks import run_chunked

__all__ = [
    "Decisions",
    "compute_decision_accuracy",
    "compute_decision_density",
    "compute_decision_time",
    "compute_wong_wang_nullcline",
    "compute_wong_wang_rate",
    "simulate_decisions",
    "wong_wang",
]

Array = NDArray[np.float64]

_MOST_STEPS = 1e9  # of one trial, which no interrupt can stop: 20 seconds


# Wong and Wang's network


def _rate(x: Any, a: Any, b: Any, d: Any) -> Any:
    """H(x) in Hz, with (1 - exp(-z)) / z for z = d (a x - b) written so that z = 0 is no hole."""
    z = d * (a * x - b)
    far = np.abs(z) > 1e-4
    safe = z * far + (1.0 - far)
    # z / (1 - exp(-z)) = 1 + z/2 + z²/12 - z⁴/720 near 0
    ratio = far * (safe / -np.expm1(-safe)) + (1.0 - far) * (1.0 + z / 2 + z * z / 12)
    return ratio / d


def _wong_wang(t: float, y: Any, p: Any, drive: Any) -> Any:
    """Rates in Hz, time in ms: gamma H gives 0.641 a second for each Hz."""
    S_1, S_2 = y
    x_1 = p.J_11 * S_1 - p.J_12 * S_2 + p.I_0 + p.J_ext * drive.mu_0 * (1.0 + drive.coherence)
    x_2 = p.J_11 * S_2 - p.J_12 * S_1 + p.I_0 + p.J_ext * drive.mu_0 * (1.0 - drive.coherence)
    H_1, H_2 = _rate(x_1, p.a, p.b, p.d), _rate(x_2, p.a, p.b, p.d)
    return (
        -S_1 / p.tau_S + (1.0 - S_1) * p.gamma * H_1 / 1000.0,
        -S_2 / p.tau_S + (1.0 - S_2) * p.gamma * H_2 / 1000.0,
    )


wong_wang = Model(
    _wong_wang,
    name="wong_wang",
    state=dict(
        S_1=param(0.1, low=0, high=1, doc="open NMDA channels, choice 1"),
        S_2=param(0.1, low=0, high=1, doc="open NMDA channels, choice 2"),
    ),
    params=dict(
        J_11=param(0.2609, "nA", low=0, high=0.5, doc="a population on itself"),
        J_12=param(0.0497, "nA", low=0, high=0.2, doc="one population on the other (subtracted)"),
        J_ext=param(0.00052, "nA/Hz", low=0, high=0.001, doc="current for each Hz of stimulus"),
        I_0=param(0.3255, "nA", low=0.2, high=0.5, doc="current from elsewhere"),
        a=param(270.0, "Hz/nA", low=100, high=400, doc="slope of the rate at strong input"),
        b=param(108.0, "Hz", low=50, high=200, doc="threshold of the rate"),
        d=param(0.154, "s", low=0.05, high=0.5, doc="sharpness of the threshold"),
        gamma=param(0.641, "", low=0.1, high=1, doc="channels opened by a spike"),
        tau_S=param(100.0, "ms", low=20, high=300, doc="time constant of NMDA channels"),
    ),
    inputs=dict(
        mu_0=param(0.0, "Hz", low=0, high=100, doc="strength of the stimulus"),
        coherence=param(0.0, "", low=-1, high=1, doc="evidence for choice 1"),
    ),
)
"""Bistable choices and memory: with mu_0 = 0, one low state and two in which one choice is held."""


def compute_wong_wang_rate(
    x: ArrayLike, *, a: float = 270.0, b: float = 108.0, d: float = 0.154
) -> Array | float:
    """Firing rate H(x) = (a x - b) / (1 - exp(-d (a x - b))) in Hz of a population with an input current x in nA.

    Examples
    --------
    >>> round(compute_wong_wang_rate(0.4), 6)    # at a x = b: 1 / d
    6.493506
    """
    d = check.positive(d, "d")
    with np.errstate(over="ignore"):  # far below threshold the rate is 0
        found = _rate(check.finite_array(x, "x"), check.finite(a, "a"), check.finite(b, "b"), d)
    return float(found) if np.ndim(found) == 0 else np.asarray(found)


def compute_wong_wang_nullcline(
    S: ArrayLike, mu_0: float = 0.0, coherence: float = 0.0, **values: float
) -> Array:
    """Where dS_1/dt = 0: the S_2 at which each S_1 stays as it is.

    S_1 fixes the rate that holds it, S_1 / (tau_S (1 - S_1) gamma); H turned round (by Lambert's W) gives the current
    of that rate, and what is missing in the current is -J_12 S_2. The other nullcline is the mirror image: the same
    function of S_2 with -coherence.

    Parameters
    ----------
    S : array_like, above 0 and below 1
    mu_0, coherence : float
        Inputs of `wong_wang`.
    **values : float
        Parameters of `wong_wang`.

    Returns
    -------
    array of the shape of S
        May lie outside 0 to 1: then no S_2 that can occur holds this S_1.

    Raises
    ------
    ValueError
        For an S outside its range or an unknown parameter.

    References
    ----------
    Wong & Wang 2006.

    Examples
    --------
    >>> wong_wang.derivative([0.3, float(compute_wong_wang_nullcline(0.3, 30.0))], mu_0=30.0).round(9).tolist()[0]
    0.0
    """
    from scipy.special import lambertw

    held = check.finite_array(S, "S")
    if np.any((held <= 0) | (held >= 1)):
        raise ValueError(f"S must be above 0 and below 1, got {held.min():g} to {held.max():g}")
    p = wong_wang.Params(*wong_wang.set(values).params.tolist())
    rate = 1e3 * held / (p.tau_S * (1.0 - held) * p.gamma)
    q = rate * p.d
    # z = q (1 - exp(-z)) has the solutions q + W(-q exp(-q)); the branch is the one on which z is not always 0
    inside = np.maximum(-q * np.exp(-q), -math.exp(-1.0))
    z = q + np.where(q > 1.0, lambertw(inside, 0).real, lambertw(inside, -1).real)
    x = (z / p.d + p.b) / p.a
    drive = p.I_0 + p.J_ext * check.finite(mu_0, "mu_0") * (
        1.0 + check.finite(coherence, "coherence")
    )
    return np.asarray((p.J_11 * held + drive - x) / p.J_12)


# drift to a bound


def compute_decision_accuracy(
    drift: ArrayLike, bound: float = 1.0, noise: float = 1.0, *, start: float = 0.0
) -> Array | float:
    """Probability that dx = v dt + s dW reaches +a before -a.

    P = (1 - exp(-2 v (a + z) / s²)) / (1 - exp(-4 v a / s²)), which is 1 / (1 + exp(-2 v a / s²)) from the middle.

    Parameters
    ----------
    drift : array_like
        v, per unit of time.
    bound, noise : float, above 0
        a and s.
    start : float, between -a and a
        z.

    Returns
    -------
    float or array of the shape of drift

    Raises
    ------
    ValueError
        For a bound or noise not above 0, or a start beyond the bounds.

    References
    ----------
    Bogacz et al. 2006, appendix.

    Examples
    --------
    >>> round(compute_decision_accuracy(1.0), 7)
    0.8807971
    """
    v, a, s, z = _checked(drift, bound, noise, start)
    # both ends times exp(-…) of the larger exponent: no overflow for either sign of v
    k = 2.0 * v / s**2
    below, width = a + z, 2.0 * a
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        up = np.expm1(-k * below) / np.expm1(-k * width)
        down = np.exp(k * (width - below)) * np.expm1(k * below) / np.expm1(k * width)
        far = np.exp(k * (width - below))  # v so negative that the last quotient is inf / inf
    found = np.where(k > 0, up, np.where(k * width < -700, far, down))
    found = np.where(k == 0, below / width, found)
    return float(found) if found.ndim == 0 else found


def compute_decision_time(
    drift: ArrayLike,
    bound: float = 1.0,
    noise: float = 1.0,
    *,
    start: float = 0.0,
    residual: float = 0.0,
) -> Array | float:
    """Mean time until dx = v dt + s dW from z first reaches +a or -a, plus a residual time for seeing and moving.

    T = (a (2 P - 1) - z) / v, which is (a / v) tanh(a v / s²) from the middle and (a² - z²) / s² without drift.

    Parameters
    ----------
    drift, bound, noise, start
        As in `compute_decision_accuracy`.
    residual : float, 0 or more
        The time that is no deciding, added.

    Returns
    -------
    float or array of the shape of drift, in the unit of time of v and s

    Raises
    ------
    ValueError
        As `compute_decision_accuracy`, or for a negative residual.

    References
    ----------
    Bogacz et al. 2006, appendix.

    Examples
    --------
    >>> round(compute_decision_time(1.0), 7), compute_decision_time(0.0, 2.0)
    (0.7615942, 4.0)
    """
    v, a, s, z = _checked(drift, bound, noise, start)
    residual = check.non_negative(residual, "residual")
    P = np.asarray(compute_decision_accuracy(v, a, s, start=z))
    still = (
        np.abs(v) * a < 1e-5 * s * s
    )  # here 2 P - 1 - z/a has lost digits, and the next term in v is below 1e-10
    safe = np.where(still, 1.0, v)
    without_drift = (a * a - z * z) / s**2 * (1.0 - 2.0 * v * z / (3.0 * s**2))
    found = residual + np.where(still, without_drift, (a * (2.0 * P - 1.0) - z) / safe)
    return float(found) if found.ndim == 0 else found


def compute_decision_density(
    t: ArrayLike,
    drift: float = 1.0,
    bound: float = 1.0,
    noise: float = 1.0,
    *,
    start: float = 0.0,
    upper: bool = True,
) -> Array | float:
    """Density of the times at which dx = v dt + s dW from z reaches one bound first.

    With the way to go d = a - z (a + z for the lower bound, where v counts the other way), the width 2 a and
    u = s² t / (2 a)²: s² / (2 a)² exp(v d / s² - v² t / (2 s²)) times the density without drift,
    sum over k of (w + 2 k) exp(-(w + 2 k)² / (2 u)) / sqrt(2 pi u³) with w = d / (2 a), or, by images turned into
    waves, pi sum over k of k exp(-k² pi² u / 2) sin(k pi w). The first serves small u, the second large u.

    From the middle, z = 0, errors take as long as correct choices: the densities differ by a factor exp(2 v a / s²).

    Parameters
    ----------
    t : array_like
        0 or below has the density 0.
    drift, bound, noise, start
        As in `compute_decision_accuracy`.
    upper : bool
        Which bound.

    Returns
    -------
    float or array of the shape of t
        Its integral is the probability to reach that bound first.

    Raises
    ------
    ValueError
        As `compute_decision_accuracy`.

    References
    ----------
    Navarro & Fuss 2009.

    Examples
    --------
    >>> t = np.linspace(0.0, 20.0, 20001)
    >>> round(float(np.trapezoid(compute_decision_density(t), t)), 7)
    0.8807971
    """
    times = check.finite_array(t, "t")
    v, a, s, z = _checked(check.finite(drift, "drift"), bound, noise, start)
    way, v = (a - z, v) if upper else (a + z, -v)
    w = way / (2.0 * a)
    u = np.maximum(times, 0.0) * (s / (2.0 * a)) ** 2
    early, late = np.maximum(u, 1e-100), np.maximum(u, _LATE)
    images = w + 2.0 * np.arange(-_TERMS, _TERMS + 1)
    waves = np.arange(1, 2 * _TERMS + 1)
    x = (
        2.0 * a * v / s**2
    )  # the drift tilts both by exp(x w - x² u / 2), which alone may be too large for a number
    lift = x * w - x * x * early[..., None] / 2.0
    soon = np.sum(images * np.exp(lift - images**2 / (2.0 * early[..., None])), axis=-1)
    soon /= np.sqrt(2.0 * math.pi * early**3)
    fall = x * w - (x * x + (waves * math.pi) ** 2) * late[..., None] / 2.0
    later = math.pi * np.sum(waves * np.sin(waves * math.pi * w) * np.exp(fall), axis=-1)
    both = np.where(u < _LATE, np.where(times > 0, soon, 0.0), later)
    found = np.asarray(both * (s / (2.0 * a)) ** 2)
    return float(found) if found.ndim == 0 else found


_LATE = 0.25  # of the time to diffuse across: with six terms either series is exact here to the last digit
_TERMS = 6


def _checked(
    drift: ArrayLike, bound: float, noise: float, start: float
) -> tuple[Array, float, float, float]:
    v = check.finite_array(drift, "drift")
    a, s = check.positive(bound, "bound"), check.positive(noise, "noise")
    z = check.finite(start, "start")
    if abs(z) >= a:
        raise ValueError(f"start must lie between the bounds -{a:g} and {a:g}, got {z:g}")
    return v, a, s, z


@dataclass(frozen=True, eq=False)
class Decisions:
    """Simulated choices.

    Attributes
    ----------
    correct : array of shape (trials,), bool
        True where the upper bound was reached first.
    times : array of shape (trials,)
        When; NaN where no bound was reached in the time given.
    """

    correct: NDArray[np.bool_]
    times: Array

    @property
    def accuracy(self) -> float:
        """Fraction of the decided trials that ended at the upper bound; NaN if there are none."""
        decided = np.isfinite(self.times)
        return float(self.correct[decided].mean()) if decided.any() else math.nan

    @property
    def mean_time(self) -> float:
        """Mean time of the decided trials; NaN if there are none."""
        decided = np.isfinite(self.times)
        return float(self.times[decided].mean()) if decided.any() else math.nan


def simulate_decisions(
    trials: int,
    drift: float = 1.0,
    bound: float = 1.0,
    noise: float = 1.0,
    *,
    dt: float = 0.01,
    seed: int | np.random.Generator,
    start: float = 0.0,
    longest: float | None = None,
    bridge: bool = True,
    progress: Callable[[float], object] | None = None,
) -> Decisions:
    """Run many trials of drift to a bound.

    A path looked at only every dt may cross a bound and come back unseen: accuracy and time come out too large, by a
    term in sqrt(dt). With `bridge`, a path from x to x' within the bounds is taken to have crossed a with the
    probability exp(-2 (a - x) (a - x') / (s² dt)) of a Brownian bridge.

    Parameters
    ----------
    trials : int
    drift, bound, noise, start
        As in `compute_decision_accuracy`.
    dt : float
    seed : int or Generator
        Every trial has a stream of its own: the same trial for any number of trials.
    longest : float, optional
        When a trial is given up; 50 times the mean time without drift if left out.
    bridge : bool
    progress : callable, optional
        Told the fraction done.

    Returns
    -------
    Decisions

    Raises
    ------
    ValueError
        As `compute_decision_accuracy`, or for no trial, dt not above 0, more than 1e9 steps in a trial.

    References
    ----------
    Bogacz et al. 2006.

    Examples
    --------
    >>> run = simulate_decisions(2000, seed=1)
    >>> abs(run.accuracy - 0.881) < 0.02, abs(run.mean_time - 0.762) < 0.04
    (True, True)
    """
    from neurolab.kernels.rng import BLOCK, seed_key  # loads numba
    from neurolab.networks.steps import decide

    trials, dt = check.whole(trials, "trials"), check.positive(dt, "dt")
    _, a, s, z = _checked(drift, bound, noise, start)
    v = check.finite(drift, "drift")
    longest = 50.0 * (a / s) ** 2 if longest is None else check.positive(longest, "longest")
    if longest / dt > _MOST_STEPS:
        raise ValueError(
            f"longest must be at most {_MOST_STEPS:g} steps of dt={dt:g}, got {longest / dt:g}; give a shorter "
            "longest, or a larger dt"
        )
    steps, key = max(1, round(longest / dt)), seed_key(seed)
    correct, times, normals = np.zeros(trials, bool), np.full(trials, np.nan), np.empty(BLOCK)
    done = 0

    def advance(size: int) -> float:
        nonlocal done
        stop = min(trials, done + max(1, size // 100))
        decide(key, done, stop, v, a, s, z, dt, steps, bridge, normals, correct, times)
        done = stop
        return done / trials

    run_chunked(advance, progress)
    return Decisions(correct, times)
