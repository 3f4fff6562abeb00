"""Marks that labs share."""

from __future__ import annotations

import numpy as np

from neurolab.labs.marks import level, outline, spikes_in_words, strokes


def test_an_outline_runs_along_the_tops_of_the_bars() -> None:
    x, y = outline(np.array([0.0, 1.0, 3.0]), [5, 2])
    assert x.tolist() == [0.0, 1.0, 1.0, 3.0] and y.tolist() == [5.0, 5.0, 2.0, 2.0]


def test_strokes_are_parted_by_gaps() -> None:
    x, y = strokes([1.0, 4.0], 0.0, [2.0, 3.0])
    assert x.tolist() == [1.0, 1.0, 1.0, 4.0, 4.0, 4.0]
    np.testing.assert_array_equal(y, [0.0, 2.0, np.nan, 0.0, 3.0, np.nan])
    assert strokes([], 0.0, 1.0)[1].size == 0


def test_a_level_is_level_and_words_count() -> None:
    assert level((0.0, 9.0), 2.0).y.tolist() == [2.0, 2.0]
    assert [spikes_in_words(n) for n in (0, 1, 2)] == ["no spike", "1 spike", "2 spikes"]
