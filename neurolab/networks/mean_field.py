"""Rates of large networks from self-consistency: balance, and spiking neurons in their own noise.

Balanced (van Vreeswijk & Sompolinsky 1996): each unit hears K units of each kind with weights of order 1/sqrt(K). The
mean inputs, of order sqrt(K), must cancel, so the rates solve a linear equation whatever the neurons are:
W r + w_ext = 0, r = -W^-1 w_ext. What is left is noise, of order 1, which makes the units irregular.

Diffusion (Brunel 2000): a leaky integrate-and-fire neuron that hears many weak Poisson trains has a mean input mu and
noise sigma that depend on the rates of the network, and Siegert's formula gives its own rate, which must be the same.
    mu_k = tau sum_l C_kl J_kl nu_l,    sigma_k² = tau sum_l C_kl J_kl² nu_l

References
----------
van Vreeswijk & Sompolinsky 1996, Science 274:1724-1726; 1998, Neural Comput 10:1321-1371. Amit & Brunel 1997, Cereb
Cortex 7:237-252. Brunel 2000, J Comput Neurosci 8:183-208.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check
from neurolab.membrane import compute_siegert_cv, compute_siegert_rate

__all__ = [
    "BalancedRates",
    "BrunelState",
    "compute_balanced_rates",
    "compute_binary_balance",
    "compute_brunel_drive",
    "find_brunel_rates",
    "solve_siegert_rates",
]

Array = NDArray[np.float64]


# balance


@dataclass(frozen=True, eq=False)
class BalancedRates:
    """Rates at which a strongly coupled network cancels its own mean input.

    Attributes
    ----------
    rates : array of shape (populations,)
        -W^-1 w_ext; in the unit of the external rate.
    possible : bool
        True if no rate is negative: otherwise a population falls silent and there is no balance.
    """

    rates: Array
    possible: bool


def compute_balanced_rates(W: ArrayLike, w_ext: ArrayLike) -> BalancedRates:
    """Rates r = -W^-1 w_ext of a balanced network of any number of populations, for K without bound.

    Parameters
    ----------
    W : array of shape (populations, populations)
        W[k, l] is the summed weight from population l to k, negative from inhibitory ones, in units of sqrt(K).
    w_ext : array of shape (populations,)
        External drive in the same units: weight times external rate.

    Returns
    -------
    BalancedRates

    Raises
    ------
    ValueError
        For shapes that do not fit or a W without inverse.

    References
    ----------
    van Vreeswijk & Sompolinsky 1996.

    Examples
    --------
    >>> compute_balanced_rates([[1.0, -2.0], [1.0, -1.8]], [1.0, 0.8]).rates.round(12).tolist()
    [1.0, 1.0]
    """
    weights, drive = check.finite_array(W, "W"), check.finite_array(w_ext, "w_ext")
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not weights.size:
        raise ValueError(f"W must be a square matrix, shape (n, n), got {weights.shape}")
    if drive.shape != (len(weights),):
        raise ValueError(
            f"w_ext must have one entry for each of the {len(weights)} populations, got {drive.shape}"
        )
    try:
        rates = np.asarray(-np.linalg.solve(weights, drive), np.float64)
    except np.linalg.LinAlgError:
        raise ValueError(
            "W must have an inverse: as it is, some rates add up to no input and cannot balance the drive"
        ) from None
    return BalancedRates(rates, bool(np.all(rates >= 0)))


def compute_binary_balance(
    m_0: float,
    K: float = 1000.0,
    *,
    J_E: float = 2.0,
    J_I: float = 1.8,
    E: float = 1.0,
    I: float = 0.8,
    theta_E: float = 1.0,
    theta_I: float = 0.7,
) -> Array:
    """Mean activities (m_E, m_I) of the balanced network of binary units, for K inputs of each kind.

    Weights are 1/sqrt(K) from excitatory units, -J_E/sqrt(K) and -J_I/sqrt(K) from inhibitory to excitatory and to
    inhibitory ones. Inputs are normal numbers with the mean u_k = sqrt(K) (m_E - J_k m_I + X_k m_0) - theta_k (X = E,
    I) and the variance alpha_k = m_E + J_k² m_I, so m_k is the normal distribution at u_k / sqrt(alpha_k). For K
    without bound they tend to m_E = (J_I E - J_E I) / (J_E - J_I) m_0 and m_I = (E - I) / (J_E - J_I) m_0.

    Parameters
    ----------
    m_0 : float, 0 to 1
        Activity of the external units.
    K : float
        Inputs from each population.
    J_E, J_I : float
        Strength of the inhibitory weights on excitatory and inhibitory units.
    E, I : float
        Strength of the external weights.
    theta_E, theta_I : float
        Thresholds.

    Returns
    -------
    array of shape (2,)

    Raises
    ------
    ValueError
        Unless E/I > J_E/J_I > 1, the condition for balance; for m_0 outside 0 to 1; where no solution is found.

    References
    ----------
    van Vreeswijk & Sompolinsky 1998.

    Examples
    --------
    >>> compute_binary_balance(0.1, 1e8).round(3).tolist()
    [0.1, 0.1]
    """
    from scipy.optimize import root
    from scipy.special import ndtr, ndtri

    m_0, K = check.finite(m_0, "m_0"), check.positive(K, "K")
    if not 0 < m_0 <= 1:
        raise ValueError(f"m_0 must be above 0 and at most 1, got {m_0:g}")
    J = np.array([check.positive(J_E, "J_E"), check.positive(J_I, "J_I")])
    X = np.array([check.positive(E, "E"), check.positive(I, "I")])
    theta = np.array([check.finite(theta_E, "theta_E"), check.finite(theta_I, "theta_I")])
    if not X[0] / X[1] > J[0] / J[1] > 1:
        raise ValueError(
            "weights must have E/I > J_E/J_I > 1 for a balance, "
            f"got E/I = {X[0] / X[1]:g} and J_E/J_I = {J[0] / J[1]:g}"
        )

    def unbalance(x: Array, inputs: float) -> Array:
        """What is left of the mean inputs, over sqrt(K); x are the inputs in units of their noise."""
        m = ndtr(x)
        noise = np.sqrt(m[0] + J * J * m[1])
        return np.asarray(
            m[0] - J * m[1] + X * m_0 - (theta + x * noise) / math.sqrt(inputs), float
        )

    limit = compute_balanced_rates([[1.0, -J[0]], [1.0, -J[1]]], X * m_0).rates
    balanced = ndtri(np.clip(limit, 1e-9, 1.0 - 1e-9))
    for path in ([K], np.geomspace(max(1e10, K), K, 60), np.geomspace(min(1e-2, K), K, 60)):
        x = balanced if path[0] >= K else np.zeros(2)
        for inputs in path:
            x = root(unbalance, x, args=(float(inputs),), tol=1e-14).x
        if np.abs(unbalance(x, K)).max() < 1e-12:
            return np.asarray(ndtr(x), np.float64)
    raise ValueError(
        "K and the weights must leave activities that can be followed from many inputs to K, and these do not; "
        "raise K, or make E/I larger than J_E/J_I by more"
    )


# leaky integrate-and-fire neurons in the noise that they make


def solve_siegert_rates(
    C: ArrayLike,
    J: ArrayLike,
    *,
    rate_ext: ArrayLike,
    C_ext: ArrayLike,
    J_ext: ArrayLike,
    start: ArrayLike | None = None,
    tau_m: float = 20.0,
    theta: float = 20.0,
    V_reset: float = 10.0,
    t_ref: float = 2.0,
) -> Array:
    """Self-consistent rates of any number of populations of leaky integrate-and-fire neurons, Hz.

    nu_k = Siegert(mu_k, sigma_k) with mu_k = tau (sum_l C_kl J_kl nu_l + C_ext J_ext nu_ext), sigma_k² likewise with
    J². Rates are followed from `start` by d nu/ds = -nu + Siegert until they rest, then made exact by Newton's method:
    the solution found is the one that relaxation reaches.

    Parameters
    ----------
    C : array of shape (populations, populations)
        C[k, l]: synapses on a neuron of population k from population l.
    J : array of shape (populations, populations), mV
        Jump of the voltage; negative for inhibition.
    rate_ext : float or array of shape (populations,), Hz
    C_ext, J_ext : float or array of shape (populations,)
        External synapses on a neuron, and their jump (mV).
    start : array of shape (populations,), Hz, optional
        0 if left out.
    tau_m, theta, V_reset, t_ref : float
        As in `compute_siegert_rate`.

    Returns
    -------
    array of shape (populations,), Hz

    Raises
    ------
    ValueError
        For shapes that do not fit, negative counts or rates, or where the rates do not come to rest.

    References
    ----------
    Amit & Brunel 1997; Brunel 2000.

    Examples
    --------
    >>> C, J = [[1000, 250], [1000, 250]], [[0.1, -0.5], [0.1, -0.5]]
    >>> solve_siegert_rates(C, J, rate_ext=20.0, C_ext=1000, J_ext=0.1).round(3).tolist()
    [37.95, 37.95]
    """
    from scipy.integrate import solve_ivp
    from scipy.optimize import root

    counts, jumps = check.finite_array(C, "C"), check.finite_array(J, "J")
    n = len(counts) if counts.ndim else 0
    if counts.shape != (n, n) or jumps.shape != (n, n) or not n:
        raise ValueError(
            f"C and J must be square matrices of one shape, got {counts.shape} and {jumps.shape}"
        )
    outside = {}
    for name, given in dict(rate_ext=rate_ext, C_ext=C_ext, J_ext=J_ext, start=start).items():
        values = check.finite_array(0.0 if given is None else given, name)
        if values.ndim > 1 or (values.ndim == 1 and values.shape != (n,)):
            raise ValueError(
                f"{name} must be one number or one for each of the {n} populations, got {values.shape}"
            )
        outside[name] = np.broadcast_to(values, (n,))
    for name, values in dict(
        C=counts, rate_ext=outside["rate_ext"], C_ext=outside["C_ext"]
    ).items():
        if np.any(values < 0):
            raise ValueError(f"{name} must be 0 or more, got {values.min():g}")
    neuron: dict[str, Any] = dict(tau_m=tau_m, theta=theta, V_reset=V_reset, t_ref=t_ref)
    seconds = check.positive(tau_m, "tau_m") * 1e-3
    first = outside["C_ext"] * outside["J_ext"] * outside["rate_ext"]
    second = first * outside["J_ext"]

    def excess(nu: Array) -> Array:
        rates = np.maximum(nu, 0.0)
        mu = seconds * (counts * jumps @ rates + first)
        sigma = np.sqrt(seconds * (counts * jumps**2 @ rates + second))
        return np.asarray(compute_siegert_rate(mu, sigma, **neuron), np.float64) - nu

    relaxed = solve_ivp(
        lambda s, nu: excess(nu),
        (0.0, 200.0),
        outside["start"],
        method="LSODA",
        rtol=1e-6,
        atol=1e-9,
    )
    solved = root(excess, relaxed.y[:, -1], tol=1e-13)
    size = 1.0 + np.abs(solved.x).max()
    wrong, moved = np.abs(excess(solved.x)).max(), np.abs(solved.x - relaxed.y[:, -1]).max()
    if wrong > 1e-8 * size or moved > 0.05 * size:
        raise ValueError(
            "the rates must come to rest, but these do not: they go round in a cycle; "
            "start elsewhere, or weaken the weights"
        )
    return np.asarray(solved.x, np.float64)


def compute_brunel_drive(
    rate: ArrayLike,
    g: float,
    eta: float,
    *,
    J: float = 0.1,
    C_E: float = 1000.0,
    gamma: float = 0.25,
    tau_m: float = 20.0,
    theta: float = 20.0,
) -> tuple[Array, Array]:
    """Mean mu and noise sigma (mV) of a neuron of Brunel's model A whose network fires at `rate` (Hz).

    mu = C_E J tau (nu_ext + nu (1 - g gamma)), sigma² = C_E J² tau (nu_ext + nu (1 + g² gamma)); nu_ext is eta times
    theta / (C_E J tau), the rate at which external spikes alone bring the mean to threshold.

    Parameters
    ----------
    rate : array_like, Hz
    g : float
        Inhibitory over excitatory weight.
    eta : float
        External rate over threshold rate.
    J : float, mV
    C_E : float
        Excitatory synapses on a neuron, as many as external ones.
    gamma : float
        Inhibitory over excitatory synapses.
    tau_m, theta : float, ms and mV

    Returns
    -------
    tuple of two arrays of the shape of rate, mV
        mu and sigma.

    References
    ----------
    Brunel 2000.

    Examples
    --------
    >>> mu, sigma = compute_brunel_drive(0.0, 5.0, 2.0)
    >>> float(mu), float(sigma)
    (40.0, 2.0)
    """
    nu = check.finite_array(rate, "rate")
    J, C_E = check.positive(J, "J"), check.positive(C_E, "C_E")
    g, eta = check.non_negative(g, "g"), check.non_negative(eta, "eta")
    gamma, seconds = check.non_negative(gamma, "gamma"), check.positive(tau_m, "tau_m") * 1e-3
    outside = eta * check.positive(theta, "theta") / (C_E * J * seconds)
    mu = C_E * J * seconds * (outside + nu * (1.0 - g * gamma))
    sigma = J * np.sqrt(C_E * seconds * (outside + nu * (1.0 + g * g * gamma)))
    return np.asarray(mu), np.asarray(sigma)


@dataclass(frozen=True)
class BrunelState:
    """A rate of Brunel's network that reproduces itself.

    Attributes
    ----------
    rate : float, Hz
    cv : float
        Coefficient of variation of the intervals.
    slope : float
        Of the neuron's rate as a function of the network's: below 1 the state is stable against slow changes (rhythms
        are another matter).
    """

    rate: float
    cv: float
    slope: float

    @property
    def stable(self) -> bool:
        """True if a slightly higher rate of the network makes its neurons fire at less than that."""
        return self.slope < 1.0


def find_brunel_rates(
    g: float,
    eta: float,
    *,
    J: float = 0.1,
    C_E: float = 1000.0,
    gamma: float = 0.25,
    tau_m: float = 20.0,
    theta: float = 20.0,
    V_reset: float = 10.0,
    t_ref: float = 2.0,
) -> list[BrunelState]:
    """All stationary rates of Brunel's model A, ascending: excitatory and inhibitory neurons are alike.

    nu = Siegert(mu(nu), sigma(nu)) is looked for between 0 and 1 / t_ref on a grid, fine near 0. At g < 4 (for gamma
    1/4) excitation wins and rates are high: there mu is far above threshold, and with the integrand exp(u²) (1 + erf
    u), whose bracket is lost in rounding, one finds 1 / t_ref instead.

    Parameters
    ----------
    g, eta, J, C_E, gamma
        As in `compute_brunel_drive`.
    tau_m, theta, V_reset, t_ref
        As in `compute_siegert_rate`; t_ref above 0.

    Returns
    -------
    list of BrunelState

    Raises
    ------
    ValueError
        For arguments out of their range.

    References
    ----------
    Brunel 2000, eq. 21.

    Examples
    --------
    >>> [round(state.rate, 3) for state in find_brunel_rates(5.0, 2.0)]
    [37.95]
    """
    from scipy.optimize import brentq

    ceiling = 1e3 / check.positive(t_ref, "t_ref")
    neuron: dict[str, Any] = dict(tau_m=tau_m, theta=theta, V_reset=V_reset, t_ref=t_ref)
    network = dict(J=J, C_E=C_E, gamma=gamma, tau_m=tau_m, theta=theta)

    def excess(nu: ArrayLike) -> Array:
        mu, sigma = compute_brunel_drive(nu, g, eta, **network)
        found = np.asarray(compute_siegert_rate(mu, sigma, **neuron), np.float64)
        return np.asarray(found - np.asarray(nu, np.float64), np.float64)

    grid = np.concatenate(
        [[0.0], np.geomspace(1e-12, 1.0, 500), np.linspace(1.0, ceiling, 1500)[1:]]
    )
    values = excess(grid)
    found = [0.0] if values[0] == 0 else []
    for k in np.flatnonzero(values[:-1] * values[1:] < 0):
        found.append(float(brentq(lambda nu: float(excess(nu)), grid[k], grid[k + 1], xtol=1e-13)))
    states = []
    for nu in found:
        mu, sigma = compute_brunel_drive(nu, g, eta, **network)
        low, high = max(nu - 1e-5 * (nu + 1e-3), 0.0), nu + 1e-5 * (nu + 1e-3)
        slope = 1.0 + float(excess(high) - excess(low)) / (high - low)
        cv = float(compute_siegert_cv(float(mu), float(sigma), **neuron))
        states.append(BrunelState(nu, cv, slope))
    return states
