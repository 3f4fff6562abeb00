"""Pair rules: windows, pairings, bounds, drift; from spike to spike and by the clock."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from neurolab.data.connectivity import Connectivity
from neurolab.data.spikes import SpikeTrains
from neurolab.kernels.chunks import Interrupted
from neurolab.plasticity import (
    PAIRINGS,
    InhibitoryRule,
    PairRule,
    SpikeRule,
    TripletRule,
    compute_printed_stdp_window,
    compute_spike_trace,
    compute_stdp_area,
    compute_stdp_drift,
    compute_stdp_fixed_point,
    compute_stdp_window,
    generate_pairing,
    simulate_stdp,
)
from tests.reference import plasticity as naive

ALL_PAIRINGS = pytest.mark.parametrize("pairing", PAIRINGS)
# whole tenths of ms: on the clock's grid, with coincidences
spike_times = st.lists(st.integers(0, 400), max_size=12, unique=True).map(
    lambda ks: sorted(k / 10 for k in ks)
)
SOFT: dict[str, Any] = dict(
    A_plus=0.05, A_minus=0.06, tau_plus=11.0, tau_minus=17.0, mu_plus=0.4, mu_minus=0.7, w_min=0.0, w_max=1.5
)  # fmt: skip
RULES: list[SpikeRule] = [
    *(PairRule(0.01, 0.012, 15.0, 30.0, pairing=pairing) for pairing in PAIRINGS),
    *(PairRule(pairing=pairing, **SOFT) for pairing in PAIRINGS),
    PairRule(0.2, 0.3, w_min=0.2, w_max=0.6),
    TripletRule(0.005, 0.02, 0.006, 0.01, tau_x=50.0, tau_y=40.0),
    TripletRule(0.005, 0.02, 0.006, 0.01, tau_x=50.0, tau_y=40.0, pairing="nearest", w_min=0.0),
    InhibitoryRule(0.01, 20.0, 8.0),
]


def train(times: list[float]) -> SpikeTrains:
    return SpikeTrains(np.array(times), stop=50.0)


def poisson(rate: float, duration: float, seed: int, n: int = 1) -> SpikeTrains:
    """Independent Poisson trains."""
    rng = np.random.default_rng(seed)
    count = rng.poisson(rate * duration * 1e-3 * n)
    times = np.sort(rng.uniform(0, duration, count))
    return SpikeTrains(times, rng.integers(0, n, count), stop=duration, n=n)


def on_grid(trains: SpikeTrains, dt: float) -> SpikeTrains:
    steps = np.rint(trains.times / dt)
    order = np.lexsort((trains.ids, steps))
    return SpikeTrains(steps[order] * dt, trains.ids[order], stop=trains.stop, n=trains.n)


@ALL_PAIRINGS
@given(pre=spike_times, post=spike_times)
def test_traces_are_the_sum_over_pairs(pairing: str, pre: list[float], post: list[float]) -> None:
    """With soft bounds and coincident spikes; the tolerance is rounding."""
    found = simulate_stdp(PairRule(pairing=pairing, **SOFT), train(pre), train(post), 0.7).final
    assert found == pytest.approx(
        naive.simulate_stdp(pre, post, 0.7, pairing=pairing, **SOFT), abs=1e-12
    )


@given(pre=spike_times, post=spike_times, lag=st.floats(-30, 30))
def test_an_additive_rule_sums_its_window(pre: list[float], post: list[float], lag: float) -> None:
    rule = PairRule(0.01, 0.02, 11.0, 19.0)
    expected = sum(compute_stdp_window(b - a, rule) for a in pre for b in post)
    assert simulate_stdp(rule, train(pre), train(post)).change == pytest.approx(expected, abs=1e-12)
    alone = generate_pairing(1, 1.0, lag)
    assert simulate_stdp(rule, alone.pre, alone.post).change == pytest.approx(
        compute_stdp_window(lag, rule), abs=1e-12
    )


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_events_and_clock_agree(rule: SpikeRule) -> None:
    """Spikes on the grid: both ways are the same sum; the tolerance is rounding over 500 spikes."""
    dt = 0.5
    pre = on_grid(poisson(30.0, 500.0, 1, n=6), dt)
    post = on_grid(poisson(40.0, 500.0, 2, n=5), dt)
    wires = Connectivity.from_dense(np.random.default_rng(3).random((6, 5)) < 0.6)
    record = [0.0, 100.0, 250.0, 500.0]
    for wired in (None, wires):
        events = simulate_stdp(rule, pre, post, 0.5, wires=wired, record=record)
        clock = simulate_stdp(rule, pre, post, 0.5, wires=wired, record=record, dt=dt)
        assert np.abs(events.w - clock.w).max() < 1e-12
        assert np.ptp(events.w[-1]) > 0


@ALL_PAIRINGS
def test_many_synapses_are_many_single_ones(pairing: str) -> None:
    rule = PairRule(pairing=pairing, **SOFT)
    pre, post = poisson(30.0, 400.0, 5, n=4), poisson(30.0, 400.0, 6, n=3)
    start = np.random.default_rng(7).uniform(0, 1.5, (4, 3))
    both = simulate_stdp(rule, pre, post, start, record=100.0)
    assert both.t.tolist() == [0.0, 100.0, 200.0, 300.0, 400.0] and both.w.shape == (5, 4, 3)
    wires = Connectivity.from_pairs([3, 0, 1], [2, 1, 0], n_pre=4, n_post=3)
    wired = simulate_stdp(rule, pre, post, start[[0, 1, 3], [1, 0, 2]], wires=wires, record=100.0)
    assert np.array_equal(wired.w, both.w[:, [0, 1, 3], [1, 0, 2]])
    for i in range(4):
        for j in range(3):
            a, b = (SpikeTrains(x.train(k), stop=400.0) for x, k in ((pre, i), (post, j)))
            alone = simulate_stdp(rule, a, b, start[i, j], record=100.0)
            assert np.abs(alone.w - both.w[:, i, j]).max() < 1e-13


def test_long_silences_and_dense_trains_lose_nothing() -> None:
    """Traces whose reference time moves on; 3 s with 100 Hz, then a gap of 1000 time constants."""
    rule = PairRule(0.01, 0.012, 5.0, 20.0)
    rng = np.random.default_rng(4)
    pre, post = (np.sort(rng.uniform(0, 3000, 300)) for _ in range(2))
    pre, post = np.append(pre, [23000.0]), np.append(post, [23004.0])
    lags = post[None, :] - pre[:, None]
    expected = np.sum(compute_stdp_window(lags, rule))
    found = simulate_stdp(rule, SpikeTrains(pre, stop=3e4), SpikeTrains(post, stop=3e4)).change
    assert found == pytest.approx(expected, abs=1e-12)


@given(
    st.floats(-100, 100), st.floats(1e-3, 1), st.floats(1e-3, 1), st.floats(1, 50), st.floats(1, 50)
)
def test_the_printed_window_carries_the_sign_in_A_minus(
    lag: float, A_plus: float, A_minus: float, tau_plus: float, tau_minus: float
) -> None:
    rule = PairRule(A_plus, A_minus, tau_plus, tau_minus)
    window = compute_stdp_window(lag, rule)
    assert window == compute_printed_stdp_window(lag, A_plus, -A_minus, tau_plus, tau_minus)
    assert math.copysign(1, window) == math.copysign(1, lag) or window == 0
    mirrored = PairRule(-A_minus, -A_plus, tau_minus, tau_plus)
    assert compute_stdp_window(-lag, mirrored) == window


def test_spikes_at_one_moment_are_no_pair() -> None:
    assert compute_stdp_window(0.0, PairRule()) == 0.0
    assert compute_printed_stdp_window(0.0, 1.0, -1.0, 20.0, 20.0) == 0.0
    for pairing in PAIRINGS:
        for dt in (None, 0.1):
            run = simulate_stdp(PairRule(pairing=pairing), train([10.0]), train([10.0]), dt=dt)
            assert run.change == 0.0


def test_the_area_is_the_integral_of_the_window() -> None:
    for rule, w in ((PairRule(0.01, 0.012, 14.0, 34.0), None), (PairRule(**SOFT), 0.4)):
        halves = [
            quad(lambda s, r=rule, w=w: compute_stdp_window(s, r, w), *ends)[0]
            for ends in ((-800, 0), (0, 800))
        ]
        assert compute_stdp_area(rule, w) == pytest.approx(sum(halves), rel=1e-7)


@ALL_PAIRINGS
@pytest.mark.jit
def test_the_drift_is_that_of_poisson_trains(pairing: str) -> None:
    """4e4 s: the standard error over six seeds of 2e5 s runs is below 1 % of either side of the drift."""
    rule = PairRule(0.01, 0.012, 16.0, 30.0, pairing=pairing)
    pre, post = poisson(12.0, 4e7, 1), poisson(25.0, 4e7, 2)
    found = simulate_stdp(rule, pre, post).change / 4e4
    sides = compute_stdp_drift(PairRule(0.01, 0.0, 16.0, 30.0, pairing=pairing), 12.0, 25.0)
    assert found == pytest.approx(compute_stdp_drift(rule, 12.0, 25.0), abs=0.02 * sides)


@given(st.floats(0.1, 200), st.floats(0.1, 200))
def test_pairings_differ_only_at_high_rates(r1: float, r2: float) -> None:
    drifts = [compute_stdp_drift(PairRule(0.01, 0.0, pairing=p), r1, r2) for p in PAIRINGS]
    every, nearest, presynaptic, reduced = drifts
    assert reduced <= min(nearest, presynaptic) <= max(nearest, presynaptic) <= every
    assert reduced == pytest.approx(every / (1 + 20e-3 * (r1 + r2)))


def test_drift_broadcasts_and_starts_at_zero() -> None:
    table = compute_stdp_drift(PairRule(), [[0.0], [10.0]], [5.0, 20.0, 40.0])
    assert np.shape(table) == (2, 3)
    assert np.all(np.asarray(table)[0] == 0)


@pytest.mark.parametrize(("mu_plus", "mu_minus"), [(1.0, 1.0), (0.3, 0.3), (0.0, 1.0), (0.5, 1.0)])
def test_soft_bounds_have_a_fixed_point_where_the_drift_turns(
    mu_plus: float, mu_minus: float
) -> None:
    rule = PairRule(
        0.01, 0.013, 18.0, 21.0, mu_plus=mu_plus, mu_minus=mu_minus, w_min=-1.0, w_max=3.0
    )
    w = compute_stdp_fixed_point(rule, 10.0, 20.0)
    assert compute_stdp_drift(rule, 10.0, 20.0, w) == pytest.approx(0.0, abs=1e-12)
    below, above = (compute_stdp_drift(rule, 10.0, 20.0, w + d) for d in (-0.1, 0.1))
    assert below > 0 > above


def test_the_multiplicative_fixed_point_is_a_closed_form() -> None:
    """u = A₊ τ₊ / (A₊ τ₊ + A₋ τ₋) for mu = 1; with mu_plus = 0, u = A₊ τ₊ / (A₋ τ₋) or the upper bound."""
    rule = PairRule(0.01, 0.03, mu_plus=1.0, mu_minus=1.0, w_min=0.0, w_max=1.0)
    assert compute_stdp_fixed_point(rule) == pytest.approx(0.25)
    mixed = PairRule(0.01, 0.03, mu_minus=1.0, w_min=0.0, w_max=1.0)
    assert compute_stdp_fixed_point(mixed) == pytest.approx(1 / 3)
    assert compute_stdp_fixed_point(PairRule(0.03, 0.01, mu_minus=1.0, w_min=0.0, w_max=1.0)) == 1.0
    assert compute_stdp_fixed_point(PairRule(0.01, 0.03, mu_plus=1.0, w_min=0.0, w_max=1.0)) == 0.0


@pytest.mark.jit
def test_weights_gather_at_the_soft_fixed_point_and_at_hard_bounds() -> None:
    pre, post = poisson(20.0, 1e6, 8, n=20), poisson(20.0, 1e6, 9)
    soft = PairRule(0.005, 0.0055, mu_plus=1.0, mu_minus=1.0, w_min=0.0, w_max=1.0)
    start = np.linspace(0.02, 0.98, 20)[:, None]
    end = simulate_stdp(soft, pre, post, start).final
    assert np.abs(end - compute_stdp_fixed_point(soft)).max() < 0.15  # fluctuations of a few steps
    hard = PairRule(0.005, 0.0075, w_min=0.0, w_max=1.0)
    assert simulate_stdp(hard, pre, post, start).final.max() < 0.1


def test_bounds_hold() -> None:
    pre, post = poisson(50.0, 2000.0, 1), poisson(50.0, 2000.0, 2)
    for rule in (
        PairRule(0.9, 0.9, w_min=0.1, w_max=0.5),
        PairRule(0.9, 0.9, mu_plus=1, mu_minus=1, w_min=0.1, w_max=0.5),
    ):
        run = simulate_stdp(rule, pre, post, 0.3, record=1.0)
        assert run.w.min() >= 0.1 and run.w.max() <= 0.5


def test_records_are_taken_after_the_spikes_of_their_moment() -> None:
    run = simulate_stdp(PairRule(), train([10.0]), train([20.0]), record=[19.999, 20.0, 50.0])
    assert run.w[0] == 0.0 and run.w[1] == run.w[2] == run.final > 0
    silent = simulate_stdp(PairRule(), train([]), train([]), 0.4, record=10.0)
    assert silent.w.tolist() == [0.4] * 6 and silent.t[-1] == 50.0
    assert simulate_stdp(PairRule(), train([]), train([]), 0.4, dt=1.0).change == 0.0


def test_the_callers_weights_stay() -> None:
    start = np.full((1, 1), 0.5)
    simulate_stdp(PairRule(), train([10.0]), train([20.0]), start)
    assert start[0, 0] == 0.5


def test_windows_need_not_start_at_zero() -> None:
    a, b = (SpikeTrains(np.array(x), start=-5.0, stop=50.0) for x in ([-3.0], [7.0]))
    for dt in (None, 0.5):
        assert simulate_stdp(PairRule(), a, b, dt=dt).change == pytest.approx(
            0.005 * math.exp(-0.5)
        )


def test_progress_and_interrupt() -> None:
    pre, post = poisson(100.0, 1e5, 1), poisson(100.0, 1e5, 2)
    told: list[float] = []
    simulate_stdp(PairRule(), pre, post, progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0

    def stop(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="of 101 records") as caught:
        simulate_stdp(PairRule(), pre, post, record=1000.0, progress=stop)
    partial = caught.value.partial
    assert 0 < partial.t.size < 101 and partial.w.shape == partial.t.shape


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(tau_plus=0.0), "tau_plus must be above 0, got 0"),
        (dict(tau_minus=-1.0), "tau_minus must be above 0"),
        (dict(A_plus=math.nan), "A_plus must be finite"),
        (dict(pairing="neares"), "did you mean 'nearest'"),
        (dict(mu_plus=-1.0), "mu_plus must be 0 or more"),
        (dict(mu_minus=1.0), "w_min and w_max must be finite where mu_minus is above 0, got -inf and inf"),
        (dict(mu_plus=1.0, A_plus=-1.0, w_min=0.0, w_max=1.0), "A_plus must be 0 or more where mu_plus is above 0"),
        (dict(w_min=1.0, w_max=1.0), "w_min must be below w_max, got w_min=1.0, w_max=1.0"),
    ],
)  # fmt: skip
def test_messages_of_the_rule(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PairRule(**values)


def test_messages_of_windows_and_drift() -> None:
    soft = PairRule(**SOFT)
    with pytest.raises(ValueError, match="w must be given for a rule that depends on the weight"):
        compute_stdp_window(1.0, soft)
    with pytest.raises(ValueError, match=r"w must lie in the rule's bounds \[0, 1.5\], got 2"):
        compute_stdp_drift(soft, 1.0, 1.0, 2.0)
    with pytest.raises(ValueError, match="pre_rate must be 0 or more, got -1"):
        compute_stdp_drift(PairRule(), -1.0, 1.0)
    with pytest.raises(ValueError, match="post_rate must be 0 or more, got -1"):
        compute_stdp_drift(PairRule(), 1.0, [2.0, -1.0])
    with pytest.raises(ValueError, match="rule must depend on the weight"):
        compute_stdp_fixed_point(PairRule())
    with pytest.raises(ValueError, match="A_plus and A_minus must be above 0"):
        compute_stdp_fixed_point(PairRule(0.0, 1.0, mu_plus=1.0, w_min=0.0, w_max=1.0))
    with pytest.raises(ValueError, match="tau_plus must be above 0"):
        compute_printed_stdp_window(1.0, 1.0, -1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(post=SpikeTrains([1.0], stop=40.0)), r"pre and post must share one window, got \[0, 50\] and \[0, 40\]"),
        (dict(w=[1.0, 2.0]), r"w must be a number or have shape \(1, 1\), got \(2,\)"),
        (dict(w=2.0), r"w must lie in the rule's bounds \[0, 1\], got 2 to 2"),
        (dict(wires=Connectivity.from_pairs([0], [1], n_pre=1, n_post=2)), "wires must connect 1 to 1 units, got 1"),
        (dict(record=[60.0]), r"record must lie in the window \[0, 50\] ms, got 60 to 60"),
        (dict(record=[3.0, 2.0]), "record must be one interval or ascending times"),
        (dict(record=0.0), "record must be above 0"),
        (dict(dt=0.0), "dt must be above 0"),
    ],
)  # fmt: skip
def test_messages_of_the_simulation(values: dict[str, Any], message: str) -> None:
    arguments = dict(pre=train([1.0]), post=train([2.0]), w=0.5) | values
    with pytest.raises(ValueError, match=message):
        simulate_stdp(PairRule(w_min=0.0, w_max=1.0), **arguments)


@pytest.mark.parametrize("pairing", ["all", "nearest"])
@given(spikes=spike_times, at=st.lists(st.floats(-10, 60), max_size=5))
def test_a_trace_is_the_sum_over_the_spikes_before(
    pairing: str, spikes: list[float], at: list[float]
) -> None:
    found = compute_spike_trace(at, spikes, 7.0, pairing=pairing)
    for t, value in zip(at, np.atleast_1d(found), strict=True):
        seen = [t_k for t_k in spikes if t_k <= t]
        counted = seen if pairing == "all" else seen[-1:]
        assert value == pytest.approx(sum(math.exp((t_k - t) / 7.0) for t_k in counted), abs=1e-12)


def test_the_two_traces_make_the_rule() -> None:
    """Each spike reads the other neuron's trace: no more is needed."""
    rule = PairRule(0.01, 0.012, 15.0, 30.0)
    pre, post = [3.0, 20.0, 31.0], [5.0, 18.0, 40.0]
    read_x = compute_spike_trace(post, pre, rule.tau_plus)
    read_y = compute_spike_trace(pre, post, rule.tau_minus)
    change = rule.A_plus * np.sum(read_x) - rule.A_minus * np.sum(read_y)
    run = simulate_stdp(rule, SpikeTrains(pre, stop=50.0), SpikeTrains(post, stop=50.0))
    assert run.change == pytest.approx(change, abs=1e-15)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(spikes=[2.0, 1.0]), "spikes must be 1-D and in ascending order"),
        (dict(spikes=[[1.0]]), "spikes must be 1-D and in ascending order"),
        (dict(tau=0.0), "tau must be above 0"),
        (dict(pairing="reduced"), "pairing must be one of"),
    ],
)
def test_messages_of_traces(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compute_spike_trace(**(dict(t=1.0, spikes=[0.5], tau=10.0) | values))
