"""The course of a conductance: closed forms against the equations, the textbook's formula, and each other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from neurolab.synapses import (
    AMPA,
    GABA_A,
    GABA_B,
    NMDA,
    Alpha,
    Biexponential,
    Exponential,
    Synapse,
    compute_rise_rate,
)
from tests.reference import synapses as naive

KINDS = [Exponential(5.0), Alpha(2.0), Biexponential(0.5, 5.0), Biexponential(3.0, 3.0)]
KINDS += [AMPA, NMDA, GABA_A, GABA_B]
times = st.floats(0.01, 100)
WITH_KINDS = pytest.mark.parametrize("kind", KINDS, ids=repr)


@WITH_KINDS
def test_peak_and_areas_are_those_of_the_course(kind: Synapse) -> None:
    """Against quadrature; the course is smooth after the spike."""
    assert kind.conductance(kind.peak_time) == pytest.approx(1.0, abs=1e-14)
    t = np.linspace(0, 10 * kind.pair[1], 20_001)
    assert np.max(kind.conductance(t)) <= 1 + 1e-14
    end = 60 * kind.pair[1]
    area, _ = quad(lambda s: kind.conductance(s), 0, end, points=[kind.pair[1]], limit=200)
    square, _ = quad(lambda s: kind.conductance(s) ** 2, 0, end, points=[kind.pair[1]], limit=200)
    assert kind.area == pytest.approx(area, rel=1e-8)
    assert kind.square_area == pytest.approx(square, rel=1e-8)


@given(times, st.floats(1.001, 100))
def test_biexponential_is_the_textbook_formula(tau_rise: float, ratio: float) -> None:
    """The textbook's form loses digits as the time constants approach: 1e-16 / 0.001 at most here."""
    kind = Biexponential(tau_rise, tau_rise * ratio)
    for t in (0.0, 0.3 * tau_rise, kind.peak_time, 3 * kind.tau_decay):
        exact = naive.biexponential(t, kind.tau_rise, kind.tau_decay)
        assert kind.conductance(t) == pytest.approx(exact, rel=1e-9, abs=1e-12)
    assert kind.normalisation * (
        math.exp(-kind.peak_time / kind.tau_decay) - math.exp(-kind.peak_time / tau_rise)
    ) == pytest.approx(1.0, rel=1e-9)


@given(times, st.sampled_from([0.0, 1e-15, 1e-12, 1e-9, 1e-6]))
def test_equal_time_constants_are_no_exception(tau: float, part: float) -> None:
    """The alpha function is reached without a step, an overflow or a 0/0."""
    near, alpha = Biexponential(tau, tau * (1 + part)), Alpha(tau)
    t = np.linspace(0, 8 * tau, 50)
    assert np.abs(near.conductance(t) - alpha.conductance(t)).max() <= 2 * part + 1e-13
    assert near.peak_time == pytest.approx(tau, rel=part + 1e-14)
    assert near.area == pytest.approx(math.e * tau, rel=2 * part + 1e-13)
    assert compute_rise_rate(tau, tau) == pytest.approx(math.e / tau, rel=1e-14)


@given(times, times, st.floats(0.1, 10))
def test_courses_scale_with_time(a: float, b: float, factor: float) -> None:
    rise, decay = sorted((a, b))
    one, other = Biexponential(rise, decay), Biexponential(factor * rise, factor * decay)
    assert other.peak_time == pytest.approx(factor * one.peak_time, rel=1e-9)
    assert other.area == pytest.approx(factor * one.area, rel=1e-9)
    assert other.conductance(factor * 2.0) == pytest.approx(
        one.conductance(2.0), rel=1e-9, abs=1e-300
    )


def test_a_fast_rise_is_an_exponential() -> None:
    t = np.linspace(0.5, 20, 40)
    fast = Biexponential(1e-6, 5.0).conductance(t)
    assert np.abs(fast - Exponential(5.0).conductance(t)).max() < 1e-5
    assert Biexponential(1e-9, 1e9).conductance(1.0) == pytest.approx(1.0)


def test_before_the_spike_and_far_after_it_there_is_nothing() -> None:
    for kind in KINDS:
        assert kind.conductance(-1e-9) == 0.0
        assert kind.conductance(1e6) < 1e-300
        assert kind.conductance([[-1.0], [1.0]]).shape == (2, 1)  # type: ignore[union-attr]
    assert Exponential(5.0).conductance(0.0) == 1.0
    assert math.isinf(Alpha(1.0).normalisation) and Exponential(1.0).normalisation == 1.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Exponential(0.0), "tau must be above 0, got 0"),
        (lambda: Alpha(-1.0), "tau must be above 0, got -1"),
        (lambda: Biexponential(5.0, 0.5), "tau_rise must be at most tau_decay.*exchange them"),
        (lambda: Exponential(5.0, E=math.nan), "E must be finite"),
        (lambda: Exponential(5.0, Mg=-1.0), "Mg must be 0 or more, got -1"),
        (lambda: Exponential(5.0, E=None, Mg=1.0), "Mg needs a reversal potential"),
        (lambda: Alpha(1.0).conductance([math.inf]), "t must be finite"),
    ],
)  # fmt: skip
def test_messages(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("taus", "message"),
    [
        ((0.0, 5.0), "tau_rise must be above 0, got 0"),
        ((1.0, -5.0), "tau_decay must be above 0, got -5"),
    ],
)
def test_rise_rate_asks_for_time_constants(taus: tuple[float, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compute_rise_rate(*taus)


def test_rise_rate_of_a_rise_that_is_slower() -> None:
    """The course is symmetric in its two time constants, and so is k."""
    for rise, decay in ((0.5, 5.0), (1e-3, 1e3), (1.0, 2.1)):
        assert compute_rise_rate(decay, rise) == pytest.approx(compute_rise_rate(rise, decay))
