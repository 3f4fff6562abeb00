"""Thinning keeps spikes, loops, gaps and ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurolab.figures.decimate import arc_length, min_max, thin


def test_short_curves_are_left_alone():
    x = np.arange(10.0)
    assert thin(x, x, (0, 9), (0, 9))[0] is x


@given(arrays(float, st.integers(2000, 6000), elements=st.floats(-1e3, 1e3)))
def test_no_extreme_of_a_trace_is_lost(y):
    x = np.arange(y.size, dtype=float)
    tx, ty = thin(x, y, (0, y.size), (-1e3, 1e3), points=200)
    assert tx.size <= 200 + y.size // 100 + 4
    assert ty.min() == y.min() and ty.max() == y.max()
    assert (tx[0], tx[-1]) == (x[0], x[-1]) and np.all(np.diff(tx) > 0)


def test_every_spike_of_one_sample_survives():
    y = np.zeros(50_000)
    y[137::1000] = 1.0
    kept = min_max(np.linspace(0, 1, y.size), y, 800)
    assert y[kept].sum() == y.sum()


def test_a_gap_stays_and_does_not_hide_its_neighbours():
    y = np.arange(4000.0)
    y[100:110] = np.nan
    kept = min_max(np.linspace(0, 1, 4000), y, 400)
    assert 0 < np.isnan(y[kept]).sum() < 5
    assert 99 in kept and 3999 in kept


def test_a_jump_stays_upright_however_the_samples_are_spaced():
    """A level in two samples, then a fall, then 5000 samples: one line, as a lab would draw it."""
    late = np.linspace(0.0, 95.0, 5000)
    x = np.concatenate([[-12.0, 0.0], late])
    y = np.concatenate([[5.0, 5.0], 5.0 - 2.5 * np.exp(-late / 12.0)])
    tx, ty = thin(x, y, (-12, 96), (0, 7))
    assert list(zip(tx[:3], ty[:3], strict=True)) == [(-12.0, 5.0), (0.0, 5.0), (0.0, 2.5)]


def test_a_long_way_between_two_samples_begins_and_ends_where_they_are():
    crowd = np.linspace(0.0, 1e-4, 3000)
    x = np.concatenate([crowd, 1.0 + crowd])
    y = np.concatenate([np.sin(crowd * 1e6), np.cos(crowd * 1e6)])
    tx, ty = thin(x, y, (0, 1.001), (-1, 1))
    before = np.flatnonzero(tx < 0.5)[-1]
    assert (ty[before], ty[before + 1]) == (y[2999], y[3000])


def test_on_a_logarithmic_axis_every_decade_gets_its_share():
    x = np.geomspace(1e-4, 1e4, 8000)
    tx = thin(x, np.sin(30 * np.log(x)), (1e-4, 1e4), (-1, 1), log="x")[0]
    counts = np.histogram(np.log10(tx), np.arange(-4, 5))[0]
    assert counts.min() > 0.8 * counts.mean()


def test_what_the_panel_does_not_show_costs_nothing():
    t = np.linspace(0.0, 100.0, 100_000)
    tx = thin(t, np.sin(3 * t), (50, 51), (-1, 1))[0]
    inside = (tx >= 50) & (tx <= 51)
    assert inside.sum() > 900 and (~inside).sum() < 12


def test_a_loop_stays_round_where_it_is_fast():
    """A relaxation cycle spends few samples on its jumps; steps along the page stay even."""
    phase = np.linspace(0, 2 * np.pi, 20_000)
    angle = phase - 0.98 * np.sin(phase)
    x, y = np.cos(angle), np.sin(angle)
    kept = arc_length(x, y, 400)
    steps = np.hypot(np.diff(x[kept]), np.diff(y[kept]))
    assert steps.max() < 1.5 * 2 * np.pi / 400
    assert kept[0] == 0 and kept[-1] == phase.size - 1


def test_gaps_in_a_phase_curve_stay_gaps():
    angle = np.linspace(0, 6, 5000)
    x, y = np.cos(angle), np.sin(angle)
    x[2500] = np.nan
    assert np.isnan(thin(x, y, (-1, 1), (-1, 1))[0]).sum() == 1


@pytest.mark.parametrize("size", [1601, 1999, 3200, 10_007])
def test_any_length_gives_about_the_points_asked_for(size):
    t = np.linspace(0, 1, size)
    assert thin(t, np.sin(40 * t), (0, 1), (-1, 1))[0].size <= 1600 + 4


@given(
    st.lists(st.floats(0, 1), min_size=3, max_size=40),
    st.integers(1, 60),
    st.integers(0, 2**32 - 1),
)
def test_a_thinned_trace_runs_through_the_same_places(centres, spread, seed):
    """In each of 50 stretches it reaches as high and as low; across empty ones it is the same line."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.choice(centres, 400) + rng.exponential(spread * 1e-5, 400))
    x = x / x[-1]
    y = rng.normal(size=x.size)
    tx, ty = thin(x, y, (0, 1), (-3, 3), points=100)
    for stretch in np.unique(np.floor(50 * x)):
        own, kept = y[np.floor(50 * x) == stretch], ty[np.floor(50 * tx) == stretch]
        assert (kept.min(), kept.max()) == (own.min(), own.max())
    far = np.flatnonzero(np.diff(np.floor(50 * x)) > 1)
    middles = (x[far] + x[far + 1]) / 2
    assert np.allclose(np.interp(middles, tx, ty), np.interp(middles, x, y))
