"""The labs of lesson 3.3 show what it says they show."""

from __future__ import annotations

import math

import pytest

from neurolab.labs import plasticity as labs
from neurolab.labs.plasticity.homeostasis import hidden_tau_w


def test_an_hour_changes_little_and_two_days_nearly_all() -> None:
    """2.5 Hz at once, 4.93 after 48 h (stories, 3.3); 2.53 after 1 h, with two sensors of half an hour.

    The stories' 2.54 is for one sensor of an hour.
    """
    rates = [labs.after_the_lesion(hour=hour).values["rate"] for hour in (0.0, 1.0, 48.0)]
    assert rates == pytest.approx([2.5, 2.528, 4.928], abs=0.001)


def test_with_a_threshold_it_falls_silent_and_comes_back() -> None:
    rates = [
        labs.after_the_lesion(hour=hour, theta=0.5).values["rate"] for hour in (0.0, 1.0, 48.0)
    ]
    assert rates == pytest.approx([0.0, 0.114, 5.0], abs=0.002)


def test_one_factor_for_all_weights() -> None:
    figure = labs.after_the_lesion(hour=48.0)
    before, now = (
        next(m for m in figure.panels[1].marks if m.label == name) for name in ("before", "now")
    )
    ratios = now.y / before.y[(now.x - 1).astype(int)]  # type: ignore[attr-defined]
    assert ratios == pytest.approx([figure.values["factor"]] * 5, rel=1e-12)
    assert labs.after_the_lesion(lost=0, hour=48.0).values["factor"] == pytest.approx(1.0)


def test_a_sensor_of_two_filters_may_be_twice_as_slow() -> None:
    calm, wild = (labs.thermostat(tau_w=5.0, tau_s=tau_s).values for tau_s in (9.5, 10.5))
    assert calm["settles"] and not wild["settles"]
    assert calm["high"] - calm["low"] < 1.0  # and still falling
    assert wild["low"] == pytest.approx(1.72, abs=0.01)
    assert wild["high"] == pytest.approx(10.47, abs=0.01)
    assert labs.thermostat(theta=0.5).values["limit"] == pytest.approx(1.0)


@pytest.mark.parametrize(("hour", "share"), [(24.0, 0.5), (48.0, 0.9), (12.0, 0.3)])
def test_one_measurement_gives_the_time_scale(hour: float, share: float) -> None:
    """From r(t) = r_0 / (1 + (r_0 / r(0) - 1) exp(-t / tau_w)); the sensor costs less than an hour of it."""
    values = labs.hidden_time_scale(hour=hour, share=share).values
    start, now = round(values["at_once"], 3), round(values["rate"], 3)
    found = hour / math.log((5 / start - 1) / (5 / now - 1))
    assert found == pytest.approx(hidden_tau_w(), abs=0.5)
