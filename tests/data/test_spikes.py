"""Spike trains: statistics, windows, and every way of getting them wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.data.spikes import SpikeTrains
from tests.reference import spikes as naive

times = st.lists(st.floats(0, 99.9), max_size=30)


@given(st.lists(times, min_size=1, max_size=4), st.sampled_from([0.5, 3.0, 7.0, 50.0]))
def test_binning_is_the_naive_count(lists: list[list[float]], width: float) -> None:
    trains = SpikeTrains.from_lists(lists, stop=100.0)
    # a spike within rounding of an edge may fall on either side: keep the naive twin's edges exact
    clean = [[t for t in train if abs(t / width - round(t / width)) > 1e-9] for train in lists]
    binned = SpikeTrains.from_lists(clean, stop=100.0).bin(width)
    assert binned.tolist() == naive.bin([sorted(train) for train in clean], 0.0, 100.0, width)
    assert trains.count == sum(map(len, lists))


@given(st.lists(times, min_size=1, max_size=4))
def test_trains_come_back_as_they_went_in(lists: list[list[float]]) -> None:
    trains = SpikeTrains.from_lists(lists, stop=100.0)
    assert [train.tolist() for train in trains] == [sorted(train) for train in lists]
    assert len(trains) == len(lists)
    assert trains.rates.mean() == pytest.approx(trains.rate)


def test_intervals_stay_within_a_unit() -> None:
    trains = SpikeTrains([1.0, 2.0, 4.0, 8.0], [0, 1, 0, 1], stop=10.0, n=2)
    assert trains.isi().tolist() == [3.0, 6.0]
    assert trains.train(1).tolist() == [2.0, 8.0]
    assert trains.rate == 200.0


def test_cv_of_known_intervals() -> None:
    """ISIs 1, 2, 4: population SD over mean = sqrt(14/9) / (7/3) = .5345225 (row C2a)."""
    assert SpikeTrains([0.0, 1.0, 3.0, 7.0], stop=10.0).cv() == pytest.approx(0.5345225, abs=1e-7)
    assert np.isnan(SpikeTrains([1.0, 2.0], stop=10.0).cv())


def test_between_cuts_spikes_and_window() -> None:
    part = SpikeTrains([1.0, 5.0, 9.0], stop=10.0).between(4.0, 9.0)
    assert part.times.tolist() == [5.0] and part.duration == 5.0 and part.rate == 200.0


def test_equality_and_words() -> None:
    a = SpikeTrains([1.0], stop=10.0)
    assert a == SpikeTrains([1.0], stop=10.0) and a != SpikeTrains([2.0], stop=10.0)
    assert repr(a) == "SpikeTrains(1 spike, 1 unit, 0 to 10 ms, 100 Hz)"


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        (([2.0, 1.0],), dict(stop=5.0), "ascending order; sort"),
        (([2.0, np.nan],), dict(stop=5.0), "times must be finite, got nan at position 1"),
        (([2.0, 9.0],), dict(stop=5.0), r"window \[0, 5\] ms, got 2 to 9"),
        (([2.0], [3]), dict(stop=5.0), "ids must be 0 to 0, got 3 to 3"),
        (([2.0, 3.0], [0]), dict(stop=5.0), "equally long"),
        (([2.0],), dict(stop=0.0), "stop must be above start"),
        (([2.0],), dict(stop=5.0, n=0), "n must be a whole number of at least 1"),
    ],
)
def test_messages(args: Any, kwargs: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SpikeTrains(*args, **kwargs)


def test_more_messages() -> None:
    trains = SpikeTrains([1.0], stop=10.0)
    with pytest.raises(ValueError, match="unit must be 0 to 0, got 1"):
        trains.train(1)
    with pytest.raises(ValueError, match="width must be at most the window of 10 ms, got 20"):
        trains.bin(20.0)


def test_unit_numbers_are_whole() -> None:
    assert SpikeTrains([1.0, 2.0], [1.0, 0.0], stop=5.0, n=2).ids.tolist() == [1, 0]
    with pytest.raises(ValueError, match=r"ids must be whole numbers, got \[0.5\]"):
        SpikeTrains([1.0], [0.5], stop=5.0)
    with pytest.raises(ValueError, match="unit must be a number, got 'x'"):
        SpikeTrains([1.0], stop=5.0).train("x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="stop must be finite, got nan"):
        SpikeTrains([1.0], stop=5.0).between(0.0, np.nan)
