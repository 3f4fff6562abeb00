"""The `SynapticPlasticity` of the source document: three mechanisms whose changes are added in each step of a clock.

    weights += (stdp + stp + homeostasis) dt

It is the plan of the source document made to run, for reading and for trying mechanisms of one's own; `simulate_stdp`
is exact, and needs microseconds where this needs milliseconds.

References
----------
Song, Miller & Abbott 2000, Nat Neurosci 3:919-926; Tsodyks, Pawelzik & Markram 1998, Neural Comput 10:821-835;
Turrigiano et al. 1998, Nature 391:892-896.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.spikes import SpikeTrains
from neurolab.kernels import check
from neurolab.kernels.chunks import Diverged
from neurolab.plasticity.spike_timing import PAIRINGS, PairRule

__all__ = [
    "HomeostaticPlasticity",
    "STDPMechanism",
    "ShortTermPlasticity",
    "SynapticPlasticity",
]

Array = NDArray[np.float64]
Spikes = SpikeTrains | ArrayLike | Sequence[ArrayLike]


class _StepSpikes:
    """Spikes sorted into the steps of a clock; the step that begins at t holds the spikes of [t, t + dt)."""

    def __init__(self, spikes: Any, dt: float, units: int, name: str) -> None:
        self.given = spikes
        lists = _unit_lists(spikes, units, name)
        times = np.concatenate(lists)
        ids = np.repeat(np.arange(units), [x.size for x in lists])
        order = np.lexsort((ids, times))
        self.times, self.ids, self.dt = times[order], ids[order], dt
        self.steps = np.floor(self.times / dt + 1e-9).astype(np.int64)

    def at(self, t: float) -> tuple[list[float], list[int]]:
        """Times and units of the spikes in the step that begins at t."""
        step = round(check.finite(check.finite(t, "t") / self.dt, "t / dt"))
        low, high = np.searchsorted(self.steps, [step, step + 1])
        return self.times[low:high].tolist(), self.ids[low:high].tolist()


def _unit_lists(spikes: Any, units: int, name: str) -> list[Array]:
    """One array of times for each unit, from any of the forms that are accepted."""
    try:
        lists = list(spikes)
    except TypeError:
        raise ValueError(
            f"{name} must be SpikeTrains, an array of times or a list of such arrays, got {check.shown(spikes)}"
        ) from None
    if np.ndim(lists[0] if lists else 0.0) == 0:
        lists = [check.finite_array(spikes, name).ravel()]
    elif not isinstance(spikes, SpikeTrains):
        lists = [
            check.finite_array(train, f"{name}[{i}]").ravel() for i, train in enumerate(spikes)
        ]
    if len(lists) != units:
        raise ValueError(
            f"{name} must hold one train for each of the {units} units that initial_weights name, got {len(lists)}"
        )
    if any(train.size and train.min() < 0 for train in lists):
        raise ValueError(f"{name} must be times from 0 on in ms, got a negative one")
    return lists


def _matrix(initial_weights: ArrayLike) -> tuple[Array, tuple[int, ...]]:
    """Weights of shape (n_pre, n_post), and the shape in which they were given."""
    weights = check.finite_array(initial_weights, "initial_weights")
    if weights.ndim > 2 or not weights.size:
        raise ValueError(
            f"initial_weights must be a number or have shape (n_pre,) or (n_pre, n_post), got {weights.shape}"
        )
    return weights.reshape(weights.shape[0] if weights.ndim else 1, -1).copy(), weights.shape


class _Mechanism:
    """What the three mechanisms share: the weights and the step they were set up with."""

    def setup(self, initial_weights: ArrayLike, dt: float = 0.1) -> None:
        """Forget the past, and start from these weights with this step (ms)."""
        self.initial, self.shape = _matrix(initial_weights)
        self.dt = check.positive(dt, "dt")
        self.total = np.zeros_like(self.initial)
        self._sorted: dict[str, _StepSpikes] = {}
        self.reset()

    def reset(self) -> None:
        """Set the mechanism's own state to its start."""

    def _in_step(self, spikes: Any, t: float, axis: int) -> tuple[list[float], list[int]]:
        name = ("pre_spikes", "post_spikes")[axis]
        known = self._sorted.get(name)
        if known is None or known.given is not spikes:
            known = _StepSpikes(spikes, self.dt, self.initial.shape[axis], name)
            self._sorted[name] = known
        return known.at(t)

    def _rate(self, change: Array) -> Array:
        """A change made in this step, as a rate per ms in the shape of the weights."""
        self.total += change
        return (change / self.dt).reshape(self.shape)


class STDPMechanism(_Mechanism):
    """Spike-timing dependent plasticity, by exact traces within the clock's steps.

    Parameters
    ----------
    rule : PairRule
        With "all" or "nearest" pairing. Its bounds and exponents refer to the part of the weight that this mechanism
        made: the printed interface does not tell it the others'.
    """

    def __init__(self, rule: PairRule | None = None) -> None:
        self.rule = PairRule() if rule is None else rule
        if self.rule.pairing not in PAIRINGS[:2]:
            raise ValueError(
                f'pairing must be "all" or "nearest" here, got {self.rule.pairing!r}; simulate_stdp has them all'
            )

    def reset(self) -> None:
        """No traces, no spikes yet."""
        n_pre, n_post = self.initial.shape
        self.x, self.y, self.now = np.zeros(n_pre), np.zeros(n_post), 0.0
        self.weights = np.clip(self.initial, self.rule.w_min, self.rule.w_max)
        self.potentiation = self.depression = 0.0
        self.pre_count = self.post_count = 0

    def compute_change(self, pre_spikes: Spikes, post_spikes: Spikes, t: float) -> Array:
        """Change of the weights per ms in the step [t, t + dt)."""
        pre, post = self._in_step(pre_spikes, t, 0), self._in_step(post_spikes, t, 1)
        if not pre[0] and not post[0]:
            return np.zeros(self.shape)
        before = self.weights.copy()
        for moment in sorted({*pre[0], *post[0]}):
            self._advance(
                moment,
                [i for time, i in zip(*pre, strict=True) if time == moment],
                [j for time, j in zip(*post, strict=True) if time == moment],
            )
        return self._rate(self.weights - before)

    def _advance(self, moment: float, pre: list[int], post: list[int]) -> None:
        """Spikes of one moment: they read the traces before any of them adds to one."""
        rule, interval = self.rule, moment - self.now
        self.x *= math.exp(-interval / rule.tau_plus)
        self.y *= math.exp(-interval / rule.tau_minus)
        self.now = moment
        for i in pre:
            lost = rule.A_minus * self.y * self._soft(self.weights[i], rule.mu_minus, True)
            self._apply((i, slice(None)), -lost)
        for j in post:
            won = rule.A_plus * self.x * self._soft(self.weights[:, j], rule.mu_plus, False)
            self._apply((slice(None), j), won)
        for trace, units in ((self.x, pre), (self.y, post)):
            for k in units:
                trace[k] = 1.0 + (trace[k] if rule.pairing == "all" else 0.0)
        self.pre_count += len(pre)
        self.post_count += len(post)

    def _soft(self, w: Array, mu: float, falling: bool) -> Array | float:
        if mu == 0:
            return 1.0
        u = (w - self.rule.w_min) / (self.rule.w_max - self.rule.w_min)
        return np.asarray((u if falling else 1 - u) ** mu)

    def _apply(self, where: Any, change: Array) -> None:
        old = self.weights[where].copy()
        self.weights[where] = np.clip(old + change, self.rule.w_min, self.rule.w_max)
        made = self.weights[where] - old
        self.potentiation += float(made[made > 0].sum())
        self.depression += float(made[made < 0].sum())

    def get_stats(self) -> dict[str, Any]:
        """Total change of each weight, potentiation and depression summed over weights, numbers of spikes."""
        return dict(
            total_change=self.total.reshape(self.shape).copy(),
            potentiation=self.potentiation,
            depression=self.depression,
            pre_spikes=self.pre_count,
            post_spikes=self.post_count,
        )


class ShortTermPlasticity(_Mechanism):
    """Depression and facilitation of release, as a passing change of the weight.

    x recovers to 1 with tau_D, u falls to 0 with tau_F; at a spike u rises first, u := u + U (1 - u), then u x is
    released. The weight carries w(0) (u x / U - 1), what a spike would release now against a rested one: so what this
    mechanism adds is given back in silence.

    Parameters
    ----------
    U : float, above 0 and at most 1
    tau_D, tau_F : float, ms
        tau_F = 0 keeps u constant, as the source document prints it.
    """

    def __init__(self, U: float = 0.5, tau_D: float = 800.0, tau_F: float = 0.0) -> None:
        self.U, self.tau_D = check.positive(U, "U"), check.positive(tau_D, "tau_D")
        self.tau_F = check.non_negative(tau_F, "tau_F")
        if self.U > 1:
            raise ValueError(f"U must be a fraction, above 0 and at most 1, got {self.U:g}")

    def reset(self) -> None:
        """Rested synapses."""
        n_pre = self.initial.shape[0]
        self.x, self.u, self.now = np.ones(n_pre), np.zeros(n_pre), 0.0
        self.efficacy, self.least, self.most = np.ones(n_pre), np.ones(n_pre), np.ones(n_pre)

    def compute_change(self, pre_spikes: Spikes, t: float) -> Array:
        """Change of the weights per ms in the step [t, t + dt)."""
        for moment, i in zip(*self._in_step(pre_spikes, t, 0), strict=True):
            self._recover(moment)
            self.u[i] += self.U * (1 - self.u[i])
            self.x[i] -= self.u[i] * self.x[i]
        self._recover(t + self.dt)
        efficacy = (self.u + self.U * (1 - self.u)) * self.x / self.U
        change = self.initial * (efficacy - self.efficacy)[:, None]
        self.efficacy = efficacy
        self.least, self.most = np.minimum(self.least, efficacy), np.maximum(self.most, efficacy)
        return self._rate(change)

    def _recover(self, t: float) -> None:
        """Exact steps of x and u to the time t."""
        interval = max(0.0, t - self.now)
        self.x = 1 - (1 - self.x) * math.exp(-interval / self.tau_D)
        self.u = self.u * math.exp(-interval / self.tau_F) if self.tau_F else np.zeros(self.u.size)
        self.now = t

    def get_stats(self) -> dict[str, Any]:
        """Efficacy of each presynaptic unit against rest: now, its least and its most; x and u."""
        return dict(
            efficacy=self.efficacy.copy(),
            least=self.least.copy(),
            most=self.most.copy(),
            x=self.x.copy(),
            u=self.u.copy(),
        )


class HomeostaticPlasticity(_Mechanism):
    """Multiplicative scaling of each target's weights towards the sum that they had at the start.

    dw_ij/dt = w_ij (1 - S_j / S_j(0)) / tau with S_j the sum over i. The printed interface passes the weights alone:
    the sum stands for the rate, which it is for a linear unit with steady inputs.

    Parameters
    ----------
    tau : float, ms
    """

    def __init__(self, tau: float = 10_000.0) -> None:
        self.tau = check.positive(tau, "tau")

    def reset(self) -> None:
        """The sums to hold."""
        self.target = self.initial.sum(axis=0)
        self.ratio = np.ones(self.target.size)

    def compute_change(self, current_weights: ArrayLike) -> Array:
        """Change of the weights per ms."""
        weights = check.finite_array(current_weights, "current_weights")
        if weights.shape not in (self.shape, self.initial.shape):
            raise ValueError(
                f"current_weights must have the shape {self.shape} of the initial ones, got {weights.shape}"
            )
        weights = weights.reshape(self.initial.shape)
        total = weights.sum(axis=0)
        held = self.target != 0  # without weights at the start there is nothing to hold
        self.ratio = np.where(held, total / np.where(held, self.target, 1.0), 1.0)
        return self._rate(weights * (1 - self.ratio) / self.tau * self.dt)

    def get_stats(self) -> dict[str, Any]:
        """Total change of each weight, and each target's sum over its target value."""
        return dict(total_change=self.total.reshape(self.shape).copy(), ratio=self.ratio.copy())


class SynapticPlasticity:
    """Spike-timing, short-term and homeostatic plasticity together, after the source document.

    The attributes `stdp`, `stp` and `homeostasis` may be replaced by any objects with the methods
    `setup(initial_weights)`, `compute_change` and `get_stats()`; each gets the arguments that the source document
    prints.

    Where this departs from the printed program, and why:

    - `dt` is an argument; the printed loop uses one that is not defined anywhere. `setup` gets it too, if it takes a
    `dt`,
      because a change that comes with a spike is a rate only over a known step.
    - The caller's `initial_weights` stay as they are; `current_weights += ...` would change them.
    - Steps are counted, t = k dt, not taken from `np.arange(0, time_span, dt)`, which may hold one too many.
    - The result names the times of the weights, `t`, at the end of each step, and stacks the weights in one array.

    Parameters
    ----------
    stdp, stp, homeostasis : optional
        STDPMechanism(), ShortTermPlasticity() and HomeostaticPlasticity() if left out.

    Examples
    --------
    >>> plasticity = SynapticPlasticity()
    >>> result = plasticity.simulate_plasticity([10.0, 60.0], [20.0, 70.0], 0.5, 200.0, dt=0.5)
    >>> result["weights"].shape, round(result["stdp"]["potentiation"], 4)
    ((400,), 0.0063)
    """

    def __init__(self, stdp: Any = None, stp: Any = None, homeostasis: Any = None) -> None:
        self.stdp = STDPMechanism() if stdp is None else stdp
        self.stp = ShortTermPlasticity() if stp is None else stp
        self.homeostasis = HomeostaticPlasticity() if homeostasis is None else homeostasis

    def simulate_plasticity(
        self,
        pre_spikes: Spikes,
        post_spikes: Spikes,
        initial_weights: ArrayLike,
        time_span: float,
        dt: float = 0.1,
    ) -> dict[str, Any]:
        """Weights over time under the three mechanisms.

        Parameters
        ----------
        pre_spikes, post_spikes : SpikeTrains, array of times (ms) of one unit, or list of such arrays
        initial_weights : float, or array of shape (n_pre,) or (n_pre, n_post)
            A vector is for one postsynaptic unit.
        time_span, dt : float, ms
            The step from t to t + dt takes in the spikes of [t, t + dt).

        Returns
        -------
        dict
            "weights": array of shape (steps, ...), after each step; "t": the times, ms; "stdp", "stp" and
            "homeostasis": what each mechanism's `get_stats` says.

        Raises
        ------
        ValueError
            For a number of trains that does not fit the weights, negative times, dt above time_span, or a mechanism
            that answers with another shape.
        Diverged
            A weight left the finite numbers.
        """
        weights, shape = _matrix(initial_weights)
        current = weights.reshape(shape)
        time_span, dt = check.positive(time_span, "time_span"), check.positive(dt, "dt")
        steps = math.floor(time_span / dt + 1e-9)
        if steps < 1:
            raise ValueError(f"dt must be at most time_span={time_span:g} ms, got {dt:g}")
        for mechanism in (self.stdp, self.stp, self.homeostasis):
            known = inspect.signature(mechanism.setup).parameters
            if "dt" in known:
                mechanism.setup(current.copy(), dt=dt)
            else:
                mechanism.setup(current.copy())
        history = np.empty((steps, *shape))
        with np.errstate(over="ignore", invalid="ignore"):  # found below
            for k in range(steps):
                t = k * dt
                changes = dict(
                    stdp=self.stdp.compute_change(pre_spikes, post_spikes, t),
                    stp=self.stp.compute_change(pre_spikes, t),
                    homeostasis=self.homeostasis.compute_change(current),
                )
                for name, change in changes.items():
                    if np.shape(change) not in ((), shape):
                        raise ValueError(
                            f"{name}.compute_change must return a number or shape {shape}, got {np.shape(change)}"
                        )
                current = current + sum(changes.values()) * dt
                if not np.all(np.isfinite(current)):
                    raise Diverged(
                        f"a weight left the finite numbers at t = {t + dt:g} ms; lower dt={dt:g}, or the mechanisms' "
                        "rates",
                        t + dt,
                    )
                history[k] = current
        return {
            "t": dt * np.arange(1.0, steps + 1.0),
            "weights": history,
            "stdp": self.stdp.get_stats(),
            "stp": self.stp.get_stats(),
            "homeostasis": self.homeostasis.get_stats(),
        }
