"""Thinning keeps spikes, loops, gaps and ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurolab.figures.decimate import arc_length, min_max, thin


def test_short_curves_are_left_alone():
    x = np.arange(10.0)
    assert thin(x, x, 1, 1)[0] is x


@given(arrays(float, st.integers(2000, 6000), elements=st.floats(-1e3, 1e3)))
def test_no_extreme_of_a_trace_is_lost(y):
    x = np.arange(y.size, dtype=float)
    tx, ty = thin(x, y, y.size, 1.0, points=200)
    assert tx.size <= 200 + y.size // 100 + 4
    assert ty.min() == y.min() and ty.max() == y.max()
    assert (tx[0], tx[-1]) == (x[0], x[-1]) and np.all(np.diff(tx) > 0)


def test_every_spike_of_one_sample_survives():
    y = np.zeros(50_000)
    y[137::1000] = 1.0
    kept = min_max(y, 800)
    assert y[kept].sum() == y.sum()


def test_a_gap_does_not_hide_its_neighbours():
    y = np.arange(4000.0)
    y[100:110] = np.nan
    kept = min_max(y, 400)
    assert not np.isnan(y[kept]).any() or np.isnan(y[kept]).sum() < 20
    assert 99 in kept and 3999 in kept


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
    assert np.isnan(thin(x, y, 2, 2)[0]).sum() == 1


@pytest.mark.parametrize("size", [1601, 1999, 3200, 10_007])
def test_any_length_gives_about_the_points_asked_for(size):
    t = np.linspace(0, 1, size)
    assert thin(t, np.sin(40 * t), 1, 2)[0].size <= 1600 + 4
