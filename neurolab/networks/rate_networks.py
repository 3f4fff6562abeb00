"""Networks of rate neurons: any weights, any transfer function, their steady states and the modes that they amplify.

    tau_i dr_i/dt = -r_i + f(sum_j W_ij r_j + I_i)

W_ij is the weight from j to i. Three motifs are special choices of W: feedforward (a layer drives the next one, W is
zero on and above its diagonal blocks), recurrent (any W), and winner-take-all (W_ij = -alpha for i ≠ j, 0 for i = j).
Around a steady state a small change of the inputs is answered by (1 - D W)^-1 D with D the slopes f'; an eigenvector of
D W with eigenvalue lambda is amplified 1/(1 - lambda) times and takes tau/(1 - lambda) to do so.

References
----------
Dayan & Abbott 2001, Theoretical Neuroscience, chapter 7. Hahnloser, Seung & Slotine 2003, Neural Comput 15:621-638
(threshold-linear networks: which sets of units can be active together).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.kernels import check, transfer
from neurolab.kernels.chunks import Diverged, run_chunked

__all__ = [
    "LinearModes",
    "RateCourse",
    "RateFixedPoint",
    "RateNetwork",
    "WinnerTakeAll",
    "compute_linear_modes",
    "compute_linear_response",
    "compute_winner_take_all",
    "find_rate_fixed_points",
    "generate_feedforward_weights",
    "generate_winner_take_all_weights",
    "simulate_rates",
]

Array = NDArray[np.float64]

_ENUMERATED = 12  # 2^12 sets of active units take a fifth of a second


# transfer functions by name


def _identity(x: Any, gain: float = 1.0) -> Any:
    return gain * x


def _constant(x: Any, gain: float = 1.0) -> Any:
    return gain + 0.0 * x


@dataclass(frozen=True)
class _Transfer:
    """A transfer function, its slope and the names and defaults of its parameters."""

    code: int
    f: Callable[..., Any]
    slope: Callable[..., Any]
    values: Mapping[str, float]


_SHIFTED = dict(gain=1.0, theta=0.0)
_TRANSFERS = {
    "linear": _Transfer(0, _identity, _constant, dict(gain=1.0)),
    "threshold_linear": _Transfer(
        1, transfer.threshold_linear, transfer.threshold_linear_slope, _SHIFTED
    ),
    "logistic": _Transfer(
        2, transfer.logistic, transfer.logistic_slope, _SHIFTED | dict(maximum=1.0)
    ),
    "hyperbolic_tangent": _Transfer(
        3,
        transfer.hyperbolic_tangent,
        transfer.hyperbolic_tangent_slope,
        _SHIFTED | dict(maximum=1.0),
    ),
    "power_law": _Transfer(
        4, transfer.power_law, transfer.power_law_slope, dict(gain=1.0, exponent=2.0, theta=0.0)
    ),
    "naka_rushton": _Transfer(
        5,
        transfer.naka_rushton,
        transfer.naka_rushton_slope,
        dict(maximum=1.0, half=1.0, exponent=2.0),
    ),
    "wilson_cowan": _Transfer(
        6, transfer.wilson_cowan, transfer.wilson_cowan_slope, dict(a=1.2, theta=2.8)
    ),
}

# the network


@dataclass(frozen=True, eq=False)
class RateNetwork:
    """n rate units: tau dr/dt = -r + f(W r + I).

    Parameters
    ----------
    W : array of shape (n, n)
        W[i, j] is the weight from unit j to unit i.
    tau : float or array of shape (n,), ms
    f : str
        "linear", "threshold_linear", "logistic", "hyperbolic_tangent", "power_law", "naka_rushton" or "wilson_cowan".
    values : dict, optional
        Parameters of f by name, as in `neurolab.kernels.transfer`; "linear" has a gain.

    Raises
    ------
    ValueError
        For a W that is not square, tau that is not above 0 or does not fit, an unknown f or parameter of it.

    Examples
    --------
    >>> network = RateNetwork([[0.0, -0.5], [-0.5, 0.0]], values=dict(gain=2.0))
    >>> network.n, network.output([1.0, -1.0]).tolist()
    (2, [2.0, 0.0])
    """

    W: Array
    tau: Any = field(default=10.0, kw_only=True)
    f: str = field(default="threshold_linear", kw_only=True)
    values: Mapping[str, float] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        W = _square(self.W)
        tau = check.finite_array(self.tau, "tau")
        if tau.ndim > 1 or (tau.ndim == 1 and tau.shape != (len(W),)):
            raise ValueError(
                f"tau must be one number or one for each of the {len(W)} units, got {tau.shape}"
            )
        if np.any(tau <= 0):
            raise ValueError(f"tau must be above 0, got {tau.min():g}")
        name = check.choice(self.f, _TRANSFERS, "f")
        known = _TRANSFERS[name].values
        for given in self.values:
            if given not in known:
                raise check.unknown(given, known, name)
        values = {key: check.finite(self.values.get(key, known[key]), key) for key in known}
        if "half" in values:
            check.positive(values["half"], "half")
        whole = np.broadcast_to(tau, (len(W),)).copy()
        for key, value in dict(W=W, tau=whole, f=name, values=values).items():
            object.__setattr__(self, key, value)

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.W)

    def output(self, x: ArrayLike) -> Array:
        """f(x), of the shape of x."""
        found: Array = _TRANSFERS[self.f].f(check.finite_array(x, "x"), **self.values)
        return found

    def slope(self, x: ArrayLike) -> Array:
        """f'(x), of the shape of x."""
        found: Array = _TRANSFERS[self.f].slope(check.finite_array(x, "x"), **self.values)
        return found

    def jacobian(self, r: ArrayLike, I: ArrayLike = 0.0) -> Array:
        """Derivatives of dr/dt at the rates r, shape (n, n), 1/ms."""
        rates, drive = self.rates(r, "r"), self.rates(I, "I")
        D = self.slope(self.W @ rates + drive)
        found: Array = (D[:, None] * self.W - np.eye(self.n)) / self.tau[:, None]
        return found

    def rates(self, given: ArrayLike, name: str) -> Array:
        """One number for each unit: checked, and repeated if only one is given."""
        array = check.finite_array(given, name)
        if array.ndim > 1 or (array.ndim == 1 and array.shape != (self.n,)):
            raise ValueError(
                f"{name} must be one number or one for each of the {self.n} units, got shape {array.shape}"
            )
        return np.broadcast_to(array, (self.n,)).copy()


@dataclass(frozen=True, eq=False)
class RateCourse:
    """Rates over time.

    Attributes
    ----------
    t : array of shape (samples,), ms
    r : array of shape (samples, n)
    """

    t: Array
    r: Array

    @property
    def end(self) -> Array:
        """Rates at the last sample."""
        last: Array = self.r[-1]
        return last


def simulate_rates(
    network: RateNetwork,
    duration: float,
    dt: float,
    *,
    I: ArrayLike = 0.0,
    r: ArrayLike = 0.0,
    method: str = "rk4",
    every: int = 1,
    progress: Callable[[float], object] | None = None,
) -> RateCourse:
    """The rates of a network from the start r, in compiled steps.

    Parameters
    ----------
    network : RateNetwork
    duration, dt : float, ms
    I : float, array of shape (n,), or array of shape (steps, n)
        Input; a row for each step is held during that step.
    r : float or array of shape (n,)
        Rates at the start.
    method : "rk4" or "euler"
    every : int
        A sample is kept after each `every` steps, and the start.
    progress : callable, optional
        Told the fraction done.

    Returns
    -------
    RateCourse

    Raises
    ------
    ValueError
        For sizes that do not fit, a duration below one step, an unknown method.
    Diverged
        When the rates leave the range of numbers: a linear network with an eigenvalue above 1 does.

    Examples
    --------
    >>> run = simulate_rates(RateNetwork([[0.5, 0.25], [0.25, 0.5]]), 600.0, 0.5, I=[1.0, 0.0])
    >>> run.end.round(4).tolist()
    [2.6667, 1.3333]
    """
    from neurolab.networks.steps import rate_steps  # loads numba

    steps = _steps(duration, dt)
    every = check.whole(every, "every")
    rk4 = check.choice(method, ("rk4", "euler"), "method") == "rk4"
    drive = check.finite_array(I, "I")
    if drive.ndim < 2:
        drive = network.rates(drive, "I")[None, :]
    elif drive.shape != (steps, network.n):
        raise ValueError(
            f"I must have a row for each step, shape {(steps, network.n)}, got {drive.shape}"
        )
    state = network.rates(r, "r")
    out = np.empty((1 + steps // every, network.n))
    out[0] = state
    a, b, c = [*network.values.values(), 0.0, 0.0][:3]
    code, work = _TRANSFERS[network.f].code, np.empty((4, network.n))
    WT = np.ascontiguousarray(network.W.T)
    done = 0

    def advance(size: int) -> float:
        nonlocal done
        stop = min(steps, done + size)
        rate_steps(WT, network.tau, drive, code, a, b, c, dt, rk4, done, stop, every, state, work, out)  # fmt: skip
        done = stop
        if not np.all(np.isfinite(state)):
            raise Diverged(
                f"the rates left the range of numbers before t = {done * dt:g} ms: the network runs away; "
                'weaken W, take dt below tau, or use an f with a ceiling such as "logistic"',
                done * dt,
            )
        return done / steps

    run_chunked(advance, progress)
    return RateCourse(np.arange(len(out), dtype=np.float64) * (dt * every), out)


# steady states


@dataclass(frozen=True, eq=False)
class RateFixedPoint:
    """Rates that stay as they are.

    Attributes
    ----------
    r : array of shape (n,)
    eigenvalues : array of shape (n,), 1/ms
        Of the return after a small push.
    """

    r: Array
    eigenvalues: NDArray[np.complex128]

    @property
    def stable(self) -> bool:
        """True if the rates return after any small push."""
        return bool(self.eigenvalues.real.max() < 0)


def find_rate_fixed_points(
    network: RateNetwork, I: ArrayLike = 0.0, *, starts: int = 200, seed: int = 0
) -> list[RateFixedPoint]:
    """Steady states r = f(W r + I), sorted by the rate of the first unit, then the second, ...

    A linear network has one, by one linear solve. A threshold-linear one with up to 12 units has at most one for each
    set of active units: all sets are tried, so none is missed. Otherwise Powell's method from `starts` starts: one may
    be missed, raise `starts` where many are expected.

    Parameters
    ----------
    network : RateNetwork
    I : float or array of shape (n,)
    starts, seed : int
        Number of starts, and the seed that draws them.

    Returns
    -------
    list of RateFixedPoint

    Raises
    ------
    ValueError
        For a linear network with an eigenvalue 1 of (gain W), which has none or a line of them.

    References
    ----------
    Hahnloser, Seung & Slotine 2003.

    Examples
    --------
    >>> rivals = RateNetwork(generate_winner_take_all_weights(2, 1.5))
    >>> [(point.r.round(3).tolist(), point.stable) for point in find_rate_fixed_points(rivals, 1.0)]
    [([0.0, 1.0], True), ([0.4, 0.4], False), ([1.0, 0.0], True)]
    """
    drive = network.rates(I, "I")
    if network.f == "linear":
        found = [_linear_state(network, drive)]
    elif network.f == "threshold_linear" and network.n <= _ENUMERATED:
        found = _active_sets(network, drive)
    else:
        found = _searched(network, drive, check.whole(starts, "starts"), seed)
    found.sort(key=lambda r: tuple(r.round(9)))
    return [
        RateFixedPoint(r, np.linalg.eigvals(network.jacobian(r, drive)).astype(np.complex128))
        for r in found
    ]


def _linear_state(network: RateNetwork, drive: Array) -> Array:
    gain = network.values["gain"]
    try:
        found = np.asarray(
            np.linalg.solve(np.eye(network.n) - gain * network.W, gain * drive), np.float64
        )
    except np.linalg.LinAlgError:
        raise ValueError(
            "gain W must have no eigenvalue 1, where a linear network has no steady state or a line of them; "
            "change W or the gain a little"
        ) from None
    return found


def _active_sets(network: RateNetwork, drive: Array) -> list[Array]:
    """Solve for each set of active units, and keep the solutions whose set is the assumed one."""
    gain, theta = network.values["gain"], network.values["theta"]
    above = drive - theta
    found: list[Array] = []
    for code in range(2**network.n):
        active = np.array([code >> i & 1 for i in range(network.n)], bool)
        r = np.zeros(network.n)
        own = network.W[np.ix_(active, active)]
        try:
            r[active] = np.linalg.solve(np.eye(len(own)) - gain * own, gain * above[active])
        except np.linalg.LinAlgError:
            continue  # a line of steady states at most, none of which attracts
        x = network.W @ r + above
        slack = 1e-12 * (1.0 + np.abs(x).max())
        known = any(np.allclose(r, other, rtol=1e-9, atol=slack) for other in found)
        if np.all(x[active] >= -slack) and np.all(x[~active] <= slack) and not known:
            found.append(r)
    return found


def _searched(network: RateNetwork, drive: Array, starts: int, seed: int) -> list[Array]:
    from scipy.optimize import root

    rng = check.generator(seed)
    # as many distances from 0 as there are starts: a saturating f is met at its ends, a growing one far out
    spread = rng.normal(size=(starts, network.n)) * np.geomspace(0.1, 1e3, starts)[:, None]
    ends = network.output(network.W @ network.output(spread).T + drive[:, None]).T
    candidates = ends + rng.random((starts, network.n)) * (rng.permutation(ends) - ends)
    found: list[Array] = []

    def field_(r: Array) -> Array:
        return network.output(network.W @ r + drive) - r

    def slope(r: Array) -> Array:
        D = network.slope(network.W @ r + drive)
        return D[:, None] * network.W - np.eye(network.n)

    for start in [np.zeros(network.n), *candidates]:
        with np.errstate(all="ignore"):
            try:
                solved = root(field_, start, jac=slope, tol=1e-13)
            except ValueError:  # it ran off to infinity
                continue
        r: Array = solved.x
        size = 1.0 + np.abs(r).max()
        if not np.all(np.isfinite(r)) or np.abs(field_(r)).max() > 1e-9 * size:
            continue
        if not any(np.abs(r - other).max() < 1e-6 * size for other in found):
            found.append(r)
    return found


def compute_linear_response(network: RateNetwork, r: ArrayLike, I: ArrayLike = 0.0) -> Array:
    """Change of the steady rates for a small change of the inputs: (1 - D W)^-1 D with D = f'(W r + I).

    Parameters
    ----------
    network : RateNetwork
    r, I : float or array of shape (n,)
        The steady state and its input.

    Returns
    -------
    array of shape (n, n)
        Column j: the change of every rate for one unit more of input to unit j.

    Raises
    ------
    ValueError
        Where an eigenvalue of D W is 1: the response has no bound.

    Examples
    --------
    >>> network = RateNetwork([[0.5, 0.25], [0.25, 0.5]])
    >>> compute_linear_response(network, [8/3, 4/3], [1.0, 0.0]).round(4).tolist()
    [[2.6667, 1.3333], [1.3333, 2.6667]]
    """
    D = network.slope(network.W @ network.rates(r, "r") + network.rates(I, "I"))
    try:
        found = np.asarray(
            np.linalg.solve(np.eye(network.n) - D[:, None] * network.W, np.diag(D)), np.float64
        )
    except np.linalg.LinAlgError:
        raise ValueError(
            "f' W must have no eigenvalue 1, where the response has no bound; move away from this state"
        ) from None
    return found


@dataclass(frozen=True, eq=False)
class LinearModes:
    """Patterns of input that a linear network answers with the same pattern, slowest first.

    Attributes
    ----------
    eigenvalues : array of shape (n,)
        Of W.
    gains : array of shape (n,)
        1 / (1 - lambda); infinite for an integrator, lambda = 1, and so is its time constant.
    time_constants : array of shape (n,), ms
        tau / (1 - Re lambda); negative for a mode that grows.
    patterns : array of shape (n, n)
        Pattern k is the column patterns[:, k], of length 1.
    """

    eigenvalues: NDArray[np.complex128]
    gains: NDArray[np.complex128]
    time_constants: Array
    patterns: NDArray[np.complex128]

    @property
    def stable(self) -> bool:
        """True if every mode dies out."""
        return bool(self.eigenvalues.real.max() < 1)


def compute_linear_modes(W: ArrayLike, tau: float = 10.0) -> LinearModes:
    """Modes of the linear network tau dr/dt = -r + W r + I.

    Parameters
    ----------
    W : array of shape (n, n)
        For another f, multiply each row of the weights by that unit's slope.
    tau : float, ms

    Returns
    -------
    LinearModes

    Raises
    ------
    ValueError
        For a W that is not square, tau not above 0.

    References
    ----------
    Dayan & Abbott 2001, section 7.4.

    Examples
    --------
    >>> modes = compute_linear_modes([[0.5, 0.25], [0.25, 0.5]])
    >>> modes.gains.real.round(4).tolist(), modes.time_constants.round(4).tolist()
    ([4.0, 1.3333], [40.0, 13.3333])
    """
    weights, tau = _square(W), check.positive(tau, "tau")
    if np.array_equal(weights, weights.T):
        values, vectors = np.linalg.eigh(weights)
    else:
        values, vectors = np.linalg.eig(weights)
    order = np.argsort(-values.real, kind="stable")
    eigenvalues = values[order].astype(np.complex128)
    with np.errstate(divide="ignore", invalid="ignore"):  # an integrator: infinitely slow
        gains = np.where(eigenvalues == 1.0, np.inf, 1.0 / (1.0 - eigenvalues))
        slow = tau / (1.0 - eigenvalues.real)
    return LinearModes(eigenvalues, gains, slow, vectors[:, order].astype(np.complex128))


# motifs


def generate_feedforward_weights(layers: Sequence[ArrayLike]) -> Array:
    """W of a chain of layers: layers[k] has shape (units of layer k + 1, units of layer k).

    Returns
    -------
    array of shape (n, n), n the number of units of all layers together
        Zero but for the blocks below the diagonal: no unit hears itself, so any feedforward network is stable.

    Raises
    ------
    ValueError
        For no layer, or layers that do not fit each other.

    Examples
    --------
    >>> generate_feedforward_weights([[[1.0, 2.0]], [[3.0]]]).tolist()
    [[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0]]
    """
    blocks = [check.finite_array(layer, f"layer {k}") for k, layer in enumerate(layers)]
    if not blocks:
        raise ValueError("layers must be a sequence of at least one matrix, got none")
    for k, block in enumerate(blocks):
        if block.ndim != 2 or (k and block.shape[1] != blocks[k - 1].shape[0]):
            rule = f"(units, {blocks[k - 1].shape[0]})" if k else "(units, units)"
            raise ValueError(f"layer {k} must have shape {rule}, got {block.shape}")
    sizes = [blocks[0].shape[1], *(block.shape[0] for block in blocks)]
    edges = np.concatenate([[0], np.cumsum(sizes)])
    W = np.zeros((edges[-1], edges[-1]))
    for k, block in enumerate(blocks):
        W[edges[k + 1] : edges[k + 2], edges[k] : edges[k + 1]] = block
    return W


def generate_winner_take_all_weights(n: int, alpha: float, *, self_weight: float = 0.0) -> Array:
    """W of n units that each inhibit all others: -alpha off the diagonal, `self_weight` on it.

    Examples
    --------
    >>> generate_winner_take_all_weights(2, 0.5).tolist()
    [[0.0, -0.5], [-0.5, 0.0]]
    """
    n, alpha = check.whole(n, "n"), check.non_negative(alpha, "alpha")
    W = np.full((n, n), 0.0 - alpha)
    np.fill_diagonal(W, check.finite(self_weight, "self_weight"))
    return W


@dataclass(frozen=True)
class WinnerTakeAll:
    """How two units that inhibit each other settle.

    Attributes
    ----------
    regime : str
        "share": both stay active. "fair winner": only the stronger one, whatever the start. "first come": either, the
        one with the head start. "tie": equal inputs and alpha = 1, where any division of the rate stays.
    states : tuple of pairs
        The stable rates; for a tie, the two ends of the line of them.
    borders : pair of float
        The alphas between which the stronger unit wins fairly: weaker/stronger and stronger/weaker input.
    """

    regime: str
    states: tuple[tuple[float, float], ...]
    borders: tuple[float, float]


def compute_winner_take_all(I_1: float, I_2: float, alpha: float) -> WinnerTakeAll:
    """Stable states of tau dr_i/dt = -r_i + [I_i - alpha r_j]_+ in closed form.

    Both are active, r_1 = (I_1 - alpha I_2) / (1 - alpha²), while alpha < weaker/stronger. From there on the weaker is
    silent and the stronger fires at its own input; beyond stronger/weaker the weaker can hold the stronger down as well
    and the start decides. With equal inputs both borders are at 1: share below, a winner above.

    Parameters
    ----------
    I_1, I_2 : float, above 0
        Inputs.
    alpha : float, 0 or more
        Strength of the mutual inhibition.

    Returns
    -------
    WinnerTakeAll

    Raises
    ------
    ValueError
        For an input not above 0 or a negative alpha.

    Examples
    --------
    >>> found = compute_winner_take_all(1.0, 0.95, 0.5)
    >>> found.regime, [round(r, 6) for r in found.states[0]]
    ('share', [0.7, 0.6])
    >>> compute_winner_take_all(1.0, 0.95, 1.0).regime, compute_winner_take_all(1.0, 0.95, 1.1).states
    ('fair winner', ((1.0, 0.0), (0.0, 0.95)))
    """
    I_1, I_2 = check.positive(I_1, "I_1"), check.positive(I_2, "I_2")
    alpha = check.non_negative(alpha, "alpha")
    weak, strong = sorted((I_1, I_2))
    borders = (weak / strong, strong / weak)
    first, second = (I_1, 0.0), (0.0, I_2)
    if alpha < borders[0]:
        scale = (1.0 - alpha) * (1.0 + alpha)
        both = ((I_1 - alpha * I_2) / scale, (I_2 - alpha * I_1) / scale)
        return WinnerTakeAll("share", (both,), borders)
    if alpha > borders[1]:
        return WinnerTakeAll("first come", (first, second), borders)
    if I_1 == I_2:
        return WinnerTakeAll("tie", (first, second), borders)
    return WinnerTakeAll("fair winner", (first if I_1 > I_2 else second,), borders)


def _square(W: ArrayLike) -> Array:
    weights = check.finite_array(W, "W")
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not weights.size:
        raise ValueError(f"W must be a square matrix, shape (n, n), got {weights.shape}")
    return weights


def _steps(duration: float, dt: float) -> int:
    dt, duration = check.positive(dt, "dt"), check.positive(duration, "duration")
    steps = round(duration / dt)
    if steps < 1:
        raise ValueError(f"duration must be at least one step, got {duration:g} with dt={dt:g}")
    return steps
