"""Marks check their arrays once and refuse in words what they cannot draw."""

import numpy as np
import pytest

from neurolab.figures import Arrows, Dots, Line, Span, Text, Ticks


def test_arrays_are_copied_and_frozen():
    x = np.arange(3.0)
    line = Line(x, x)
    x[0] = 99.0
    assert line.x[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        line.x[0] = 1.0
    with pytest.raises(AttributeError):
        line.x = x


def test_what_is_not_finite_becomes_a_gap():
    np.testing.assert_array_equal(Line([0, 1, 2], [1.0, np.inf, np.nan]).y, [1.0, np.nan, np.nan])


def test_one_number_puts_all_ticks_in_one_row():
    np.testing.assert_array_equal(Ticks([1, 2, 3], 4).rows, [4.0, 4.0, 4.0])
    assert Ticks([], []).x.size == 0


def test_arrows_take_grids():
    x, y = np.meshgrid(np.arange(3.0), np.arange(2.0))
    assert Arrows(x, y, x, y).u.shape == (6,)


def test_arrow_lengths_lie_between_zero_and_one_and_grow_with_speed():
    lengths = Arrows([0, 1, 2], [0, 0, 0], [0, 1, 8], [0, 0, 0]).speeds(10.0, 1.0)
    assert lengths[0] == 0 and lengths[2] == 1 and 0 < lengths[1] < 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Line([0, 1], [0, 1, 2]), "x and y must be equally long, but x has 2, y has 3"),
        (lambda: Line(["a"], [1]), "x must be numbers"),
        (lambda: Line(np.zeros((2, 2)), np.zeros((2, 2))), r"one dimension, got shape \(2, 2\)"),
        (lambda: Line([0], [0], color="red"), "color must be an index .* got 'red'"),
        (lambda: Line([0], [0], color=True), "color must be an index"),
        (lambda: Dots([0, 1], [0, 1], filled=[True]), r"a flag per dot \(2\), got 1"),
        (lambda: Span(2, 1), "low <= high, got 2, 1"),
        (lambda: Span(0, 1, axis="z"), 'axis must be "x" or "y"'),
        (lambda: Text(0, np.nan, "?"), "must be finite"),
        (lambda: Text(0, 0, "?", align="middle"), "align must be"),
    ],
)
def test_errors_say_what_is_wrong(make, message):
    with pytest.raises(ValueError, match=message):
        make()
