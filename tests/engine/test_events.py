"""Spikes in sampled traces."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.engine.events import INTERPOLATIONS, detect_spikes
from tests.reference import spikes as naive


@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=60),
    st.floats(-2, 2),
    st.sampled_from([0.0, 3.5]),
)
def test_linear_is_the_naive_twin(V: list[float], threshold: float, refractory: float) -> None:
    t = np.arange(len(V), dtype=float)
    found = detect_spikes(t, V, threshold, refractory=refractory).times
    assert found == pytest.approx(
        naive.detect_spikes(t.tolist(), V, threshold, refractory), abs=1e-9
    )


@pytest.mark.parametrize(("interpolation", "order"), [("grid", 1), ("linear", 2), ("cubic", 4)])
def test_order_over_phases(interpolation: str, order: int) -> None:
    """Root mean square over many phases; a single crossing may be lucky."""

    def error(dt: float) -> float:
        squares = []
        for phase in np.linspace(0, 1, 101):
            t = (np.arange(round(2 * math.pi / dt)) + phase) * dt
            (time,) = detect_spikes(t, np.sin(t - 1.0) - 0.3, interpolation=interpolation).times
            squares.append((time - 1.0 - math.asin(0.3)) ** 2)
        return math.sqrt(np.mean(squares))

    assert math.log2(error(0.2) / error(0.1)) == pytest.approx(order, abs=0.25)
    assert set(INTERPOLATIONS) == {"grid", "linear", "cubic"}


def test_window_and_dead_time() -> None:
    trains = detect_spikes([0.0, 1.0, 2.0, 3.0, 4.0], [-1, 1, -1, 1, -1], refractory=3.0)
    assert trains.times.tolist() == [0.5] and (trains.start, trains.stop) == (0.0, 4.0)


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        (([0.0, 1.0], [0.0]), {}, "equally long"),
        (([0.0, 0.0], [0.0, 1.0]), {}, "t must be in ascending order"),
        (([0.0, 1.0], [0.0, math.nan]), {}, "V must be finite"),
        (([0.0], [0.0]), {}, "two samples or more"),
        (([0.0, 1.0], [0.0, 1.0]), dict(interpolation="quintic"), "interpolation must be one of"),
        (([0.0, 1.0], [0.0, 1.0]), dict(refractory=-1.0), "refractory must be 0 or more"),
    ],
)
def test_messages(args: Any, kwargs: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        detect_spikes(*args, **kwargs)
