"""How fast, and how regularly, a leaky integrate-and-fire neuron fires when its input is noisy.

    tau_m dV/dt = -(V - mu) + sigma sqrt(tau_m) xi(t);    at V = theta: a spike, V := V_reset, held there for t_ref

mu is where the mean input alone would bring the voltage, xi is white noise. Beware of two conventions: sigma is sqrt(2)
times the standard deviation that the voltage would have without a threshold. In `simulate_stochastic` this neuron is
`lif` with V_rest = mu, I = 0 and noise=dict(V=sigma / sqrt(tau_m)).

The mean interval between spikes is an integral over exp(u²) (1 + erf u) = erfcx(-u), from a = (V_reset - mu) / sigma to
b = (theta - mu) / sigma. The first form is wrong long before it overflows: at u = -6 the bracket has lost all digits.
The second holds everywhere; here the part with u < 0 is a quadrature of erfcx, the part with u > 0 is written with
Dawson's function, and the factor exp(b²), which may be 10^10000, is carried as a logarithm.

References
----------
Siegert 1951, Phys Rev 81:617-623; Ricciardi 1977, Diffusion Processes and Related Topics in Biology;
Brunel 2000, J Comput Neurosci 8:183-208, eq. 21 (the rate) and appendix A.1 (the variability).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check

__all__ = ["compute_siegert_cv", "compute_siegert_gain", "compute_siegert_rate"]

Array = NDArray[np.float64]

_ROOT_PI = math.sqrt(math.pi)
_FAR = 30.0  # from here on four terms of erfcx's asymptotic series are exact to the last digit


@dataclass(frozen=True)
class _Neuron:
    """Checked arguments: mu and sigma as flat arrays of one shape, the rest as numbers."""

    mu: Array
    sigma: Array
    shape: tuple[int, ...]
    tau_m: float
    theta: float
    V_reset: float
    t_ref: float

    @property
    def noisy(self) -> NDArray[np.bool_]:
        """Where sigma is so large that dividing by it leaves a finite number."""
        far = np.maximum(np.abs(self.theta - self.mu), np.abs(self.V_reset - self.mu))
        return self.sigma > 1e-140 * far

    def shaped(self, flat: Array) -> Array | float:
        return flat.reshape(self.shape) if self.shape else float(flat[0])


def compute_siegert_rate(
    mu: ArrayLike,
    sigma: ArrayLike,
    *,
    tau_m: float = 10.0,
    theta: float = 15.0,
    V_reset: float = 0.0,
    t_ref: float = 2.0,
    log: bool = False,
) -> Array | float:
    """Firing rate of the leaky integrate-and-fire neuron under white noise, Hz.

    1/nu = t_ref + tau_m sqrt(pi) ∫ exp(u²) (1 + erf u) du from (V_reset - mu)/sigma to (theta - mu)/sigma

    Parameters
    ----------
    mu : array_like, mV
        Where the mean input alone would bring the voltage: V_rest + R I.
    sigma : array_like, mV
        sqrt(2) times the standard deviation of the voltage without a threshold; broadcast against mu. At 0 the rate is
        that of `compute_lif_rate`.
    tau_m, t_ref : float, ms
    theta, V_reset : float, mV
    log : bool
        Return the natural logarithm of the rate, which says how rare spikes are where the rate itself is 0.

    Returns
    -------
    float or array of the common shape, Hz (or ln Hz)
        To about 12 digits for any sigma, and any mu beside which theta - V_reset is not lost in rounding.

    Raises
    ------
    ValueError
        For sigma or t_ref below zero, tau_m not above zero, or a reset that is not below the threshold.

    References
    ----------
    Siegert 1951; Brunel 2000, eq. 21.

    Examples
    --------
    >>> neuron = dict(tau_m=20.0, theta=20.0, V_reset=10.0, t_ref=2.0)
    >>> compute_siegert_rate([15.0, 20.0, 25.0], 5.0, **neuron).round(5).tolist()
    [9.4608, 27.34057, 47.21744]
    >>> compute_siegert_rate(0.0, 0.1, **neuron), round(compute_siegert_rate(0.0, 0.1, **neuron, log=True))
    (0.0, -39991)
    """
    n = _checked(mu, sigma, tau_m, theta, V_reset, t_ref)
    with np.errstate(all="ignore"):  # underflow to a rate of 0 is the right answer
        log_rate = math.log(1e3) - _log_interval(n)
        return n.shaped(log_rate if log else np.exp(log_rate))


def compute_siegert_gain(
    mu: ArrayLike,
    sigma: ArrayLike,
    *,
    tau_m: float = 10.0,
    theta: float = 15.0,
    V_reset: float = 0.0,
    t_ref: float = 2.0,
) -> Array | float:
    """Slope of `compute_siegert_rate` over mu, Hz/mV; same arguments.

    dnu/dmu = nu² tau_m sqrt(pi) (f(b) - f(a)) / sigma with f(u) = exp(u²) (1 + erf u), in closed form.

    Examples
    --------
    >>> neuron = dict(tau_m=20.0, theta=20.0, V_reset=10.0, t_ref=2.0)
    >>> [round(compute_siegert_gain(20.0, sigma, **neuron), 3) for sigma in (0.1, 1.0, 10.0)]
    [27.248, 7.292, 3.261]
    """
    from scipy.special import erfcx

    n = _checked(mu, sigma, tau_m, theta, V_reset, t_ref)
    with np.errstate(all="ignore"):
        nu = np.exp(-_log_interval(n))
        above = n.mu > n.theta
        steady = nu**2 * n.tau_m * (1.0 / (n.mu - n.theta) - 1.0 / (n.mu - n.V_reset))
        a, b = _bounds(n)
        top = np.maximum(b, 0.0)  # exp(b²) comes with one of the two factors nu

        def f(u: Array) -> Array:
            """exp(u² - top²) (1 + erf u)."""
            rest = np.where(u > 0, -erfcx(np.abs(u)), erfcx(np.abs(u))) * np.exp(-(top**2))
            return np.asarray(rest + np.where(u > 0, 2.0 * np.exp((u - top) * (u + top)), 0.0))

        noisy = nu / _scaled_interval(n) * n.tau_m * _ROOT_PI * (f(b) - f(a)) / n.sigma
        gain = np.where(n.noisy, noisy, np.where(above, steady, 0.0))
        return n.shaped(1e3 * np.nan_to_num(gain, nan=0.0))


def compute_siegert_cv(
    mu: ArrayLike,
    sigma: ArrayLike,
    *,
    tau_m: float = 10.0,
    theta: float = 15.0,
    V_reset: float = 0.0,
    t_ref: float = 2.0,
) -> Array | float:
    """Coefficient of variation of the intervals between spikes of the noisy neuron: 0 a clock, 1 chance.

    CV² = 2 pi (nu tau_m)² ∫_a^b exp(x²) ∫_{-inf}^x exp(z²) (1 + erf z)² dz dx

    Parameters
    ----------
    mu, sigma, tau_m, theta, V_reset, t_ref
        As for `compute_siegert_rate`.

    Returns
    -------
    float or array of the common shape
        Without noise 0 if the neuron fires, and 1, the limit of rare spikes, if the mean stays below threshold.

    Raises
    ------
    ValueError
        As `compute_siegert_rate`.

    References
    ----------
    Brunel 2000, appendix A.1.

    Examples
    --------
    >>> neuron = dict(tau_m=20.0, theta=20.0, V_reset=10.0, t_ref=2.0)
    >>> compute_siegert_cv([10.0, 15.0, 20.0, 25.0], 5.0, **neuron).round(4).tolist()
    [0.9864, 0.8148, 0.5826, 0.4364]
    """
    n = _checked(mu, sigma, tau_m, theta, V_reset, t_ref)
    with np.errstate(all="ignore"):
        a, b = _bounds(n)
        blocks = [slice(i, i + 128) for i in range(0, a.size, 128)]  # 64 x 64 nodes an element
        squares = np.concatenate([_squares(a[i], b[i]) for i in blocks])
        cv = np.sqrt(2.0 * math.pi * squares) * n.tau_m / _scaled_interval(n)
        return n.shaped(np.where(n.noisy, cv, np.where(n.mu < n.theta, 1.0, 0.0)))


def _checked(
    mu: ArrayLike, sigma: ArrayLike, tau_m: float, theta: float, V_reset: float, t_ref: float
) -> _Neuron:
    means, spreads = check.finite_array(mu, "mu"), check.finite_array(sigma, "sigma")
    if np.any(spreads < 0):
        raise ValueError(
            f"sigma must be 0 or more, got {spreads.min():g}; give sqrt(2) times the free voltage's deviation"
        )
    try:
        both = np.broadcast_arrays(means, spreads)
    except ValueError:
        raise ValueError(
            f"mu and sigma must broadcast, got shapes {means.shape} and {spreads.shape}; "
            "use mu[:, None] for a table of both"
        ) from None
    tau_m, t_ref = check.positive(tau_m, "tau_m"), check.non_negative(t_ref, "t_ref")
    if not check.finite(V_reset, "V_reset") < check.finite(theta, "theta"):
        raise ValueError(f"V_reset must be below theta, got V_reset={V_reset:g}, theta={theta:g}")
    flat = [np.array(x, float).ravel() for x in both]
    return _Neuron(flat[0], flat[1], both[0].shape, tau_m, theta, V_reset, t_ref)


def _bounds(n: _Neuron) -> tuple[Array, Array]:
    """(V_reset - mu) / sigma and (theta - mu) / sigma."""
    sigma = np.where(n.noisy, n.sigma, 1.0)
    return (n.V_reset - n.mu) / sigma, (n.theta - n.mu) / sigma


def _log_interval(n: _Neuron) -> Array:
    """Natural logarithm of the mean interval (ms); infinite for a neuron that never fires."""
    above = n.mu > n.theta
    drive = np.where(above, n.mu, n.theta + 1.0)
    steady = n.t_ref + n.tau_m * np.log1p((n.theta - n.V_reset) / (drive - n.theta))
    noisy = np.maximum(_bounds(n)[1], 0.0) ** 2 + np.log(_scaled_interval(n))
    return np.where(n.noisy, noisy, np.where(above, np.log(steady), np.inf))


def _scaled_interval(n: _Neuron) -> Array:
    """The mean interval (ms), times exp(-b²) where b > 0, which keeps it finite."""
    a, b = _bounds(n)
    return np.asarray(
        n.t_ref * np.exp(-(np.maximum(b, 0.0) ** 2)) + n.tau_m * _ROOT_PI * _passage(a, b)
    )


def _passage(a: Array, b: Array) -> Array:
    """∫_a^b erfcx(-u) du, times exp(-b²) where b > 0."""
    from scipy.special import dawsn

    top, low = np.maximum(b, 0.0), np.maximum(a, 0.0)
    # for u > 0 erfcx(-u) = 2 exp(u²) - erfcx(u), and Dawson's D(x) = exp(-x²) ∫_0^x exp(u²) du
    rising = 2.0 * (dawsn(top) - np.exp((low - top) * (low + top)) * dawsn(low))
    falling = _area(low, top)
    return np.asarray(
        rising - np.exp(-(top**2)) * (falling - _area(np.maximum(-b, 0.0), np.maximum(-a, 0.0)))
    )


def _area(x: Array, y: Array) -> Array:
    """∫_x^y erfcx(t) dt for 0 <= x <= y, which grows like ln y."""
    from scipy.special import erfcx

    # erfcx(sinh s) cosh s is flat: one rule of Gauss and Legendre will do up to the border
    nodes, weights = _rule()
    low, high = np.arcsinh(np.minimum(x, _FAR)), np.arcsinh(np.minimum(y, _FAR))
    s = low[:, None] + (high - low)[:, None] * nodes
    near = (high - low) * ((erfcx(np.sinh(s)) * np.cosh(s)) @ weights)
    start, stop = np.maximum(x, _FAR), np.maximum(y, _FAR)

    def series(t: Array) -> Array:
        w = 1.0 / t**2
        return w * (1 / 4 + w * (-3 / 16 + w * (5 / 16 - w * 105 / 128)))

    far = np.log1p((stop - start) / start) + series(stop) - series(start)
    return np.asarray(near + far / _ROOT_PI)


def _squares(a: Array, b: Array) -> Array:
    """∫_a^b exp(x²) ∫_{-inf}^x exp(z²) (1 + erf z)² dz dx, times exp(-2 b²) where b > 0."""
    top, low = np.maximum(b, 0.0), np.maximum(a, 0.0)
    # below zero, x = -y: with v = 1 / (1 + y) a long tail becomes a short interval
    v_0, v_1 = 1.0 / (1.0 + np.maximum(-a, 0.0)), 1.0 / (1.0 + np.maximum(-b, 0.0))
    nodes, weights = _rule()
    v = v_0[:, None] + (v_1 - v_0)[:, None] * nodes
    below = (v_1 - v_0) * ((_tail(1.0 / v - 1.0) / v**2) @ weights)
    # above zero, x = b - r: only the last 20 / b count, the rest is smaller by exp(-40)
    reach = np.minimum(top - low, 20.0 / np.maximum(top, 1e-300))
    r = reach[:, None] * nodes
    weight = np.exp(-2.0 * r * (2.0 * top[:, None] - r))
    above = reach * ((weight * _head(top[:, None] - r)) @ weights)
    return np.asarray(below * np.exp(-2.0 * top**2) + above)


def _tail(y: Array) -> Array:
    """exp(y²) ∫_y^inf exp(-w²) erfcx(w)² dw for y >= 0, about 1 / (2 pi y³)."""
    from scipy.special import erfcx

    def integrand(s: Array) -> Array:
        return np.asarray(np.exp(-s * (2.0 * y[..., None] + s)) * erfcx(y[..., None] + s) ** 2)

    return _from_zero(integrand, np.minimum(6.2, 20.0 / np.maximum(y, 1e-300)))


def _head(x: Array) -> Array:
    """exp(-x²) ∫_{-inf}^x exp(z²) (1 + erf z)² dz for x >= 0."""
    from scipy.special import erf

    def integrand(s: Array) -> Array:
        return np.asarray(np.exp(-s * (2.0 * x[..., None] - s)) * (1 + erf(x[..., None] - s)) ** 2)

    whole = _from_zero(integrand, np.minimum(x, 40.0 / np.maximum(x, 1e-300)))
    return np.asarray(whole + np.exp(-(x**2)) * _tail(np.zeros((1,)))[0])


def _from_zero(integrand: Callable[[Array], Array], reach: Array) -> Array:
    """Integral from 0 to `reach`, elementwise."""
    nodes, weights = _rule()
    return reach * (integrand(reach[..., None] * nodes) @ weights)


@cache
def _rule() -> tuple[Array, Array]:
    """Nodes and weights of Gauss and Legendre on [0, 1]; their eigenvalues take milliseconds, so not before use."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    return 0.5 * (nodes + 1.0), 0.5 * weights
