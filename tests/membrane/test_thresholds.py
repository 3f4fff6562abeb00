"""Threshold currents: closed forms of the leaky neuron, and what must hold for any."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.membrane import (
    compute_strength_duration,
    find_rheobase,
    find_threshold_current,
    fit_strength_duration,
    hodgkin_huxley,
    lif,
    passive,
)

FORMS = ("lapicque", "weiss")


@pytest.mark.parametrize("width", [0.013, 0.5, 7.0, 60.0])
def test_the_leaky_neuron_is_lapicques(width: float) -> None:
    """I = (theta / R) / (1 - exp(-width / tau)), also for widths that are no multiple of the step."""
    found = find_threshold_current(lif, width, tolerance=1e-6, settle=10.0, latest=0.0)
    assert found == pytest.approx(1.5 / -math.expm1(-width / 10.0), rel=2e-6)
    exact = compute_strength_duration(width, rheobase=1.5, chronaxie=10.0 * math.log(2.0))
    assert found == pytest.approx(exact, rel=2e-6)


def test_any_guess_leads_to_it() -> None:
    found = [
        find_threshold_current(lif, 5.0, guess=g, tolerance=1e-5, settle=10.0)
        for g in (1e-3, 3.0, 500.0)
    ]
    assert np.ptp(found) < 1e-4


@pytest.mark.jit
def test_a_long_pulse_is_the_rheobase() -> None:
    long = find_threshold_current(hodgkin_huxley, 200.0, tolerance=1e-5, settle=200.0)
    assert long == pytest.approx(find_rheobase(hodgkin_huxley, 0.0, 10.0), abs=2e-4)


@pytest.mark.jit
def test_release_from_inhibition_has_a_threshold_too() -> None:
    """Anode break: between -2.5 and -3 µA/cm² for 20 ms or more (lesson 1.1)."""
    found = find_threshold_current(hodgkin_huxley, 60.0, guess=-1.0, settle=200.0)
    assert -3.0 < found < -2.5


@pytest.mark.jit
def test_a_spike_is_what_the_level_says() -> None:
    low, high = (
        find_threshold_current(
            hodgkin_huxley, 0.5, level=level, settle=200.0, guess=5.0, tolerance=1e-3
        )
        for level in (-60.0, 30.0)
    )
    assert low < high
    # a membrane without spikes: what brings it to a level
    found = find_threshold_current(passive, 10.0, level=-60.0, latest=0.0, tolerance=1e-6)
    assert found == pytest.approx(5.0 * 0.1 / -math.expm1(-1.0), rel=1e-4)


@pytest.mark.parametrize("form", FORMS)
@given(st.floats(0.1, 100), st.floats(0.05, 20))
def test_the_chronaxie_takes_twice_the_rheobase(
    form: str, rheobase: float, chronaxie: float
) -> None:
    curve = dict(rheobase=rheobase, chronaxie=chronaxie, form=form)
    assert compute_strength_duration(chronaxie, **curve) == pytest.approx(2 * rheobase)  # type: ignore[arg-type]
    assert compute_strength_duration(1e6 * chronaxie, **curve) == pytest.approx(rheobase, rel=1e-5)  # type: ignore[arg-type]
    widths = chronaxie * np.array([0.1, 0.9, 5.0])
    fit = fit_strength_duration(widths, compute_strength_duration(widths, **curve), form)  # type: ignore[arg-type]
    assert fit.rheobase == pytest.approx(rheobase, rel=1e-5)
    assert fit.chronaxie == pytest.approx(chronaxie, rel=1e-5)
    assert fit.error < 1e-5 and fit.tau == pytest.approx(fit.chronaxie / math.log(2))
    assert fit.current(widths) == pytest.approx(compute_strength_duration(widths, **curve))  # type: ignore[arg-type]


def test_weiss_charge_is_a_line() -> None:
    widths = np.array([0.1, 0.2, 0.3])
    fit = fit_strength_duration(widths, 3.0 * (1 + 0.4 / widths), "weiss")
    assert fit.charge(widths) == pytest.approx(3.0 * (widths + 0.4), rel=1e-6)
    short = compute_strength_duration(1e-9, rheobase=3.0, chronaxie=0.4) * 1e-9
    assert short == pytest.approx(3.0 * 0.4 / math.log(2.0))  # Lapicque's charge has a floor


def test_noise_in_the_currents_shows_as_error() -> None:
    rng = np.random.default_rng(2)
    widths = np.geomspace(0.1, 20, 30)
    currents = 2.0 * (1 + 1.0 / widths) * np.exp(0.05 * rng.standard_normal(30))
    fit = fit_strength_duration(widths, currents, "weiss")
    assert fit.error == pytest.approx(0.05, abs=0.02)
    assert fit.chronaxie == pytest.approx(1.0, rel=0.1)
    assert fit_strength_duration(widths, currents, "lapicque").error > fit.error


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: find_threshold_current(passive, 1.0), "passive has no threshold"),
        (lambda: find_threshold_current(lif, 1.0, current="J"), "lif has no 'J'"),
        (lambda: find_threshold_current(lif, 0.0), "width must be above 0"),
        (lambda: find_threshold_current(lif, 1.0, guess=0.0), "guess must not be 0"),
        (
            lambda: find_threshold_current(lif, 1.0, guess=-1.0, settle=1.0),
            "does not fire for a pulse",
        ),
        (lambda: find_threshold_current(lif, 1.0, V_rest=20.0), "fires without a pulse"),
        (
            lambda: compute_strength_duration(0.0, rheobase=1.0, chronaxie=1.0),
            "width must be above 0",
        ),
        (
            lambda: compute_strength_duration(1.0, rheobase=0.0, chronaxie=1.0),
            "rheobase must be above 0",
        ),
        (
            lambda: compute_strength_duration(1.0, rheobase=1.0, chronaxie=1.0, form="weis"),
            "did you mean",
        ),
        (lambda: fit_strength_duration([1.0, 1.0], [1.0, 1.0]), "two different widths"),
        (lambda: fit_strength_duration([1.0, 2.0], [1.0]), "equally long"),
        (lambda: fit_strength_duration([1.0, 2.0], [1.0, -1.0]), "current must be above 0"),
    ],
)
def test_messages(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
