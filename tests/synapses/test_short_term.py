"""Short-term plasticity: the map from spike to spike, its steady state, the mean field and its linear response."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurolab.data.spikes import SpikeTrains
from neurolab.engine.model import simulate
from neurolab.synapses import (
    compute_modulation_gain,
    compute_printed_depression,
    compute_short_term_release,
    compute_stationary_release,
    depressing_release,
    facilitating_release,
    find_peak_rate,
)
from tests.reference import synapses as naive

fractions, times, rates = st.floats(0.01, 1), st.floats(1, 2000), st.floats(0.1, 200)
DEPRESSING, FACILITATING = dict(U=0.5, tau_D=800.0, tau_F=0.0), dict(U=0.15, tau_D=50.0, tau_F=750.0)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e4), max_size=20), fractions, st.floats(0, 2000), st.floats(0, 2000))
def test_the_map_is_the_plain_loop(
    spikes: list[float], U: float, tau_D: float, tau_F: float
) -> None:
    run = compute_short_term_release(spikes, U=U, tau_D=tau_D, tau_F=tau_F)
    exact = naive.short_term_release(sorted(spikes), U, tau_D, tau_F)
    assert np.column_stack([run.u, run.x]) == pytest.approx(np.reshape(exact, (-1, 2)), abs=1e-13)
    assert np.all((run.u >= U * (1 - 1e-12)) & (run.u <= 1) & (run.x >= 0) & (run.x <= 1))


@settings(deadline=None)
@given(rates, fractions, times, st.floats(0, 2000))
def test_a_regular_train_reaches_the_steady_state(
    rate: float, U: float, tau_D: float, tau_F: float
) -> None:
    interval = 1e3 / rate
    count = 2 + int(40 * max(tau_D, tau_F) / interval)
    run = compute_short_term_release(np.arange(count) * interval, U=U, tau_D=tau_D, tau_F=tau_F)
    steady = compute_stationary_release(rate, U=U, tau_D=tau_D, tau_F=tau_F)
    assert run.u[-1] == pytest.approx(float(steady.u), rel=1e-9)
    assert run.x[-1] == pytest.approx(float(steady.x), rel=1e-9)


def test_units_have_synapses_of_their_own_and_start_in_their_window() -> None:
    rng = np.random.default_rng(2)
    trains = SpikeTrains(
        np.sort(rng.uniform(100, 900, 50)), rng.integers(0, 3, 50), start=100.0, stop=900.0, n=3
    )
    run = compute_short_term_release(trains, **FACILITATING, u=0.3, x=0.2)
    for unit in range(3):
        own = compute_short_term_release(trains.train(unit) - 100.0, **FACILITATING, u=0.3, x=0.2)
        assert run.release[run.ids == unit] == pytest.approx(own.release, rel=1e-12)
    assert np.array_equal(run.times, trains.times)


def test_u_jumps_before_the_release() -> None:
    """Released first, the first response of a rested synapse would be missing: 0, 0.14, 0.239 for this one."""
    run = compute_short_term_release([0.0, 50.0, 100.0], **FACILITATING)
    assert run.u == pytest.approx([0.15, 0.2693, 0.3641], abs=5e-5)
    assert run.release[0] == 0.15


def test_the_printed_form_only_depresses() -> None:
    spikes = np.cumsum(np.random.default_rng(0).exponential(40.0, 30))
    printed = compute_printed_depression(spikes, u=0.4, tau_D=300.0, x=0.9)
    assert np.all(printed.u == 0.4) and printed.release.max() == printed.release[0]
    same = compute_short_term_release(spikes, U=0.4, tau_D=300.0, tau_F=0.0, x=0.9)
    assert np.array_equal(printed.release, same.release)


def test_the_mean_field_is_where_the_models_settle() -> None:
    for rate in (2.0, 20.0, 60.0):
        run = simulate(depressing_release, 6000.0, 2.0, rate=rate, u=0.4, tau_D=500.0)
        exact = compute_stationary_release(rate, U=0.4, tau_D=500.0, train="poisson")
        assert run.x[-1] == pytest.approx(float(exact.x), rel=1e-6)
        both = simulate(facilitating_release, 6000.0, 2.0, rate=rate)
        exact = compute_stationary_release(rate, **FACILITATING, train="poisson")
        assert 0.15 + 0.85 * both.u[-1] == pytest.approx(float(exact.u), rel=1e-4)
        assert both.x[-1] == pytest.approx(float(exact.x), rel=1e-4)


def test_poisson_trains_have_the_mean_field_of_depression() -> None:
    """Exact without facilitation: x before a spike is independent of the spike. 40,000 spikes: error below 1 %."""
    spikes = np.cumsum(np.random.default_rng(4).exponential(50.0, 40_000))
    run = compute_short_term_release(spikes, **DEPRESSING)
    assert run.x[200:].mean() == pytest.approx(
        float(compute_stationary_release(20.0, **DEPRESSING, train="poisson").x), rel=0.02
    )


@given(rates, fractions, times, st.floats(0, 2000), st.sampled_from(["regular", "poisson"]))
def test_limits_of_the_rate(rate: float, U: float, tau_D: float, tau_F: float, train: str) -> None:
    """Single spikes release U; the release a second never reaches 1/tau_D."""
    s = compute_stationary_release([0.0, rate, 1e9], U=U, tau_D=tau_D, tau_F=tau_F, train=train)
    assert s.release[0] == pytest.approx(U) and s.drive[0] == 0
    assert s.drive[2] == pytest.approx(1e3 / tau_D, rel=1e-3)
    assert s.drive[1] * tau_D / 1e3 <= 1 + 1e-9
    assert np.all(np.diff(s.x) <= 1e-12)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.01, 0.9), st.floats(5, 500), st.floats(5, 2000))
def test_the_peak_rate_is_the_highest(U: float, tau_D: float, tau_F: float) -> None:
    for train in ("poisson", "regular"):
        found = find_peak_rate(U=U, tau_D=tau_D, tau_F=tau_F, train=train)
        others = np.geomspace(0.01, 5e3, 300)
        s = compute_stationary_release(
            np.append(others, found), U=U, tau_D=tau_D, tau_F=tau_F, train=train
        )
        assert s.release[-1] >= s.release[:-1].max() * (1 - 1e-9)
    if tau_F * (1 - U) <= U * tau_D:
        assert find_peak_rate(U=U, tau_D=tau_D, tau_F=tau_F) == 0.0


@pytest.mark.parametrize(
    "values", [DEPRESSING, FACILITATING, dict(U=1.0, tau_D=100.0, tau_F=300.0)]
)
def test_slow_modulations_follow_the_stationary_curve(values: dict[str, float]) -> None:
    """At frequency 0 the gain is the slope of ln(drive) over ln(rate); far up nothing follows and it is 1."""
    gain = compute_modulation_gain([0.0, 1e6], 20.0, **values)
    near = compute_stationary_release(
        [20.0 * (1 - 1e-5), 20.0 * (1 + 1e-5)], **values, train="poisson"
    )
    slope = np.log(near.drive[1] / near.drive[0]) / np.log((1 + 1e-5) / (1 - 1e-5))
    assert gain[0] == pytest.approx(slope, abs=1e-8)
    assert gain[1] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.jit
def test_the_gain_is_that_of_the_simulated_model() -> None:
    """A modulation of 1 percent at 2 Hz; the second harmonic is 1e-4 of it."""
    f, r = 2.0, 20.0
    drive = lambda t: 20.0 * (1 + 0.01 * np.cos(2e-3 * np.pi * 2.0 * t))  # noqa: E731
    run = simulate(facilitating_release, 12_000.0, 0.5, rate=drive)
    late = run.between(8000.0, 12_000.0 - 0.25)
    out = drive(late.t) * (0.15 + 0.85 * late.u) * late.x
    wave = np.exp(-2e-3j * np.pi * f * late.t)
    gain = 2 * (out * wave).mean() / out.mean() / 0.01
    assert gain == pytest.approx(compute_modulation_gain(f, r, **FACILITATING), abs=2e-3)


def test_a_jump_of_the_rate_is_told_in_relative_terms() -> None:
    """x and u are continuous, so the drive jumps with the rate: by 50, 25 and 12.5 percent."""
    for low, high in ((20.0, 30.0), (40.0, 50.0), (80.0, 90.0)):
        s = compute_stationary_release(low, **DEPRESSING, train="poisson")
        assert high * s.release / s.drive == pytest.approx(high / low)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compute_short_term_release([0.0], U=0.0), "U must be above 0"),
        (lambda: compute_short_term_release([0.0], U=1.2), "U must be a fraction from 0 to 1, got 1.2"),
        (lambda: compute_short_term_release([0.0], x=-0.1), "x must be a fraction"),
        (lambda: compute_short_term_release([0.0], u=np.nan), "u must be finite"),
        (lambda: compute_short_term_release([0.0], tau_D=-1.0), "tau_D must be 0 or more"),
        (lambda: compute_short_term_release([0.0], tau_F=-1.0), "tau_F must be 0 or more"),
        (lambda: compute_short_term_release([-5.0]), "spikes must not come before time 0, got -5"),
        (lambda: compute_stationary_release(-1.0), "rate must be 0 or more"),
        (lambda: compute_stationary_release(1.0, train="irregular"), "train must be one of regular, poisson"),
        (lambda: find_peak_rate(tau_D=0.0), "tau_D must be above 0: without depression"),
        (lambda: compute_modulation_gain(1.0, 10.0, tau_D=0.0), "tau_D must be above 0"),
        (lambda: compute_modulation_gain(1.0, 0.0), "rate must be above 0"),
    ],
)  # fmt: skip
def test_messages(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
