"""Many synapses on one neuron: the compiled loop is the plain one, the drift is the closed form, and who wins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurolab.kernels.chunks import Interrupted
from neurolab.plasticity import (
    PairRule,
    compute_competition_drift,
    compute_stdp_drift,
    compute_stdp_fixed_point,
    simulate_competition,
)
from tests.reference import plasticity as naive

UNIT: dict[str, Any] = dict(w_min=0.0, w_max=1.0)


@pytest.mark.parametrize(("group", "correlation"), [(0, 0.0), (4, 0.3), (6, 1.0), (3, 0.0)])
@pytest.mark.parametrize("mu", [0.0, 0.4, 1.0])
def test_the_compiled_loop_is_the_plain_one(group: int, correlation: float, mu: float) -> None:
    rule: dict[str, Any] = dict(
        A_plus=0.05, A_minus=0.06, tau_plus=15.0, tau_minus=30.0, mu_plus=mu, mu_minus=mu / 2
    )
    drive: dict[str, Any] = dict(gain=0.9, group=group, correlation=correlation)
    start = np.linspace(0.1, 0.9, 6)
    run = simulate_competition(PairRule(**rule, **UNIT), start, 40.0, 4000.0, seed=3, **drive)
    final, fired = naive.simulate_competition(start.tolist(), 40.0, 4000.0, seed=3, **drive, **rule)
    assert fired > 20
    assert np.allclose(run.final, final, atol=1e-12)


@pytest.mark.jit
@pytest.mark.parametrize(("group", "correlation"), [(0, 0.0), (4, 0.3)])
def test_the_mean_change_is_the_closed_form(group: int, correlation: float) -> None:
    """Changes so small that the weights stay where they are, so the mean over 12 runs must be the drift."""
    tiny = 1e-8
    rule = PairRule(tiny, 1.05 * tiny, 20.0, 25.0, mu_plus=0.3, mu_minus=0.5, **UNIT)
    drive: dict[str, Any] = dict(gain=0.8, group=group, correlation=correlation)
    w = np.linspace(0.05, 0.95, 10)
    drift = compute_competition_drift(rule, w, 20.0, **drive) / tiny
    found = np.array([
        simulate_competition(rule, w, 20.0, 2e6, seed=s, **drive).change / 2e3 / tiny for s in range(12)
    ])  # fmt: skip
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert error.max() < 0.03
    assert np.all(np.abs(found.mean(axis=0) - drift) < 5 * error)


def test_without_causation_the_drift_is_that_of_independent_spikes() -> None:
    """The part by which a synapse causes spikes falls like 1 / n."""
    rule = PairRule(0.01, 0.0105, **UNIT)
    n = 100_000
    found = compute_competition_drift(rule, np.full(n, 0.5), 20.0)[0]
    assert found == pytest.approx(
        compute_stdp_drift(rule, 20.0, 10.0), rel=0.002
    )  # 1 / (0.05 * 20 Hz * 20 ms * n / 2)


@pytest.mark.jit
def test_without_the_weight_in_the_rule_there_are_winners_and_losers_and_with_it_none() -> None:
    """Song, Miller & Abbott 2000 against Rubin, Lee & Sompolinsky 2001."""

    def rule(mu: float) -> PairRule:
        return PairRule(0.015, 0.0165, mu_plus=mu, mu_minus=mu, **UNIT)

    additive, multiplicative = (
        simulate_competition(rule(mu), np.full(50, 0.5), 10.0, 1e6, seed=1).final
        for mu in (0.0, 1.0)
    )
    assert np.mean((additive < 0.2) | (additive > 0.8)) > 0.7
    alike = compute_stdp_fixed_point(rule(1.0))  # causation adds little
    assert np.abs(multiplicative - alike).max() < 0.15
    assert multiplicative.mean() == pytest.approx(alike, abs=0.03)


@pytest.mark.jit
def test_inputs_that_fire_together_win() -> None:
    rule = PairRule(0.02, 0.021, **UNIT)
    run = simulate_competition(
        rule, np.full(50, 0.5), 20.0, 500e3, seed=1, group=25, correlation=0.2
    )
    assert run.final[:25].mean() > 0.9 > 0.6 > run.final[25:].mean()


def test_records_and_chunks() -> None:
    rule = PairRule(0.02, 0.021, **UNIT)
    args: Any = (rule, np.full(5, 0.5), 30.0, 20e3)
    run = simulate_competition(*args, seed=2, record=1e3, group=2, correlation=0.5)
    assert run.w.shape == (21, 5) and run.t[-1] == 20e3
    assert np.all(run.w[0] == 0.5) and np.any(np.diff(run.w, axis=0))
    again = simulate_competition(*args, seed=2, group=2, correlation=0.5)
    assert np.array_equal(again.final, run.final)
    fractions: list[float] = []
    simulate_competition(*args, seed=2, progress=fractions.append)
    assert fractions[-1] == 1.0


def test_interrupt_keeps_the_records() -> None:
    def stop(fraction: float) -> None:
        raise KeyboardInterrupt

    rule = PairRule(0.02, 0.021, **UNIT)
    with pytest.raises(Interrupted, match="interrupted after") as caught:
        simulate_competition(rule, np.full(5, 0.5), 30.0, 1e7, seed=2, record=10.0, progress=stop)
    partial = caught.value.partial
    assert 1 < len(partial.t) == len(partial.w) < 1_000_001


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(w=[[0.5]]), r"w must have shape \(n,\)"),
        (dict(w=[]), r"w must have shape \(n,\)"),
        (dict(w=[1.5]), r"w must lie in the rule's bounds \[0, 1\], got 1.5 to 1.5"),
        (dict(rule=PairRule(pairing="nearest", **UNIT)), 'rule must have pairing "all"'),
        (dict(rule=PairRule()), "rule must have finite bounds of 0 or more, got -inf and inf"),
        (dict(rate=0.0), "rate must be above 0"),
        (dict(duration=-1.0), "duration must be above 0"),
        (dict(gain=1.5), "gain must be at most 1 / w_max = 1, got 1.5"),
        (dict(group=3), "group must be a whole number of 0 to 2, got 3"),
        (dict(correlation=1.5), "correlation must lie in 0 to 1, got 1.5"),
        (dict(record=0.0), "record must be above 0"),
        (dict(record=101.0), "record must be at most duration=100 ms, got 101"),
    ],
)
def test_messages(values: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = dict(
        rule=PairRule(**UNIT), w=[0.5, 0.5], rate=10.0, duration=100.0, seed=1
    )
    with pytest.raises(ValueError, match=message):
        simulate_competition(**(good | values))
