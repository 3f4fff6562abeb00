"""Curves on the wire: half as long, and no screen can tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.figures import Dots, Figure, Line, Panel
from neurolab.widgets import frames

T = np.linspace(0.0, 200.0, 1000)


def unpacked(data: bytes) -> Any:
    """What the page makes of it."""
    low, step = np.frombuffer(data, "<f8", 2)
    steps = np.frombuffer(data, "<u2", offset=16)
    return np.where(steps == 65535, np.nan, low + step * steps)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(0, 2**32 - 1), st.floats(1.0, 7.0))
def test_values_are_kept_to_a_fraction_of_a_pixel(
    low: float, span: float, seed: int, beyond: float
) -> None:
    values = low + span * np.random.default_rng(seed).random(600)
    shown = span / beyond
    data = frames.pack(values, shown)
    assert data is not None and len(data) == 16 + 2 * values.size
    rounding = 1e-15 * abs(low)
    assert np.abs(unpacked(data) - values).max() <= shown / frames.FINEST / 2 + rounding


def test_zero_and_round_numbers_keep_their_value() -> None:
    values = np.concatenate([[0.0, 1.0, 0.5, -64.0, 55.0], np.linspace(-70, 60, 600)])
    data = frames.pack(values, 140.0)
    assert data is not None
    assert unpacked(data)[:5].tolist() == values[:5].tolist()


def test_gaps_stay_gaps() -> None:
    values = np.where(T > 100, np.nan, np.sin(T))
    data = frames.pack(values, 2.0)
    assert data is not None
    assert np.array_equal(np.isnan(unpacked(data)), np.isnan(values))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (T[:500], 200.0),  # short
        (np.exp(T / 4), 2.0),  # far beyond what is shown
        (np.where(T > 100, np.inf, T), 200.0),
        (np.full(1000, np.nan), 1.0),
    ],
)
def test_other_arrays_travel_as_they_are(values: Any, shown: float) -> None:
    assert frames.pack(values, shown) is None


def test_a_constant_is_packed_too() -> None:
    data = frames.pack(np.full(600, -65.0), 100.0)
    assert data is not None and set(unpacked(data)) == {-65.0}


def test_the_layout_says_what_is_packed() -> None:
    figure = Figure(
        Panel(Line(T, np.cos(T)), Dots(T, np.sin(T)), Line([0, 1], [0, 1])),
        Panel(Line(T + 1.0, np.exp(-T / 50)), log="y"),
    )
    layout, arrays = frames.encode(figure)
    packed = [mark["packed"] for panel in layout["panels"] for mark in panel["marks"]]
    assert packed == [["x", "y"], [], [], ["x"]]
    assert len(arrays["0.0.y"]) == 16 + 2 * T.size and len(arrays["1.0.y"]) == 4 * T.size
    assert np.allclose(unpacked(arrays["0.0.y"]), np.cos(T), atol=2 / frames.FINEST)
