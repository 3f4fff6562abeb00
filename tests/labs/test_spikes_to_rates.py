"""The labs of lesson 1.3 show what it says they show."""

from __future__ import annotations

import math

import pytest

from neurolab.course.lessons import find_script
from neurolab.labs import membrane as labs
from neurolab.labs.membrane.spikes_to_rates import hidden_weight, naive_rate
from neurolab.membrane import compute_siegert_rate

CELL = dict(tau_m=20.0, theta=20.0, V_reset=10.0, t_ref=2.0)


@pytest.mark.parametrize(
    ("mu", "sigma", "expected"),
    [
        (15.0, 0.0, 0.0),
        (15.0, 5.0, 9.46),
        (15.0, 10.0, 24.6),
        (40.0, 0.0, 98.9),
        (40.0, 5.0, 100.5),
    ],
)
def test_noise_matters_below_threshold_and_hardly_above(
    mu: float, sigma: float, expected: float
) -> None:
    values = labs.noisy_neuron(mu=mu, sigma=sigma).values
    assert values["rate"] == pytest.approx(expected, abs=0.05)
    assert values["found"] == pytest.approx(values["rate"], rel=0.15, abs=0.1)  # about 3 errors


def test_below_threshold_it_fires_by_chance_and_above_like_a_clock() -> None:
    below, above = (labs.noisy_neuron(mu=mu, sigma=5.0).values["cv"] for mu in (10.0, 40.0))
    assert below > 0.7 and above < 0.35
    assert math.isnan(labs.noisy_neuron(mu=15.0, sigma=0.0).values["cv"])


def test_another_run_is_another_storm_of_the_same_strength() -> None:
    one, other = (labs.noisy_neuron(sigma=5.0, run=run) for run in (1, 2))
    assert one.values["found"] != other.values["found"]
    assert one.values["rate"] == other.values["rate"]
    assert labs.noisy_neuron(sigma=5.0, run=1).values["found"] == one.values["found"]


def test_the_crowd_follows_the_formula() -> None:
    for mu in (17.0, 20.0, 30.0):
        values = labs.crowd(mu=mu).values
        assert values["late"] == pytest.approx(values["after"], rel=0.15)
    assert labs.crowd(mu=17.0, sigma=0.0).values["late"] == 0.0


def test_the_naive_formula_is_right_then_wrong_then_none() -> None:
    """Numbers of the stories: 47.2 at sigma 5, 185 for 42.0 at 1, nan at 0.5."""
    assert naive_rate(25.0, 5.0) == pytest.approx(compute_siegert_rate(25.0, 5.0, **CELL), rel=1e-6)  # type: ignore[arg-type]
    assert naive_rate(25.0, 1.0) == pytest.approx(185.0, abs=1.0)
    assert math.isnan(naive_rate(25.0, 0.5))
    assert labs.naive_formula(sigma=1.0).values["rate"] == pytest.approx(42.02, abs=0.01)


def test_exciting_the_inhibitory_cells_of_a_strong_loop_lowers_their_rate() -> None:
    strong, border, weak = (labs.paradox(w_EE=w).values for w in (3.0, 1.0, 0.5))
    assert strong["change"] == pytest.approx(-3.0) and strong["peak"] == pytest.approx(
        21.0, abs=0.01
    )
    assert strong["I"] == pytest.approx(17.0) and strong["E"] == pytest.approx(7.0)
    assert border["change"] == pytest.approx(0.0, abs=1e-12)
    assert weak["change"] == pytest.approx(0.26, abs=0.005)
    assert labs.paradox(w_EE=1.1).values["change"] == pytest.approx(-0.07, abs=0.01)


def test_both_rates_stay_above_zero_over_all_sliders() -> None:
    """The closed forms of the lab hold only there."""
    for w_EE in (0.0, 1.5, 3.0):
        values = labs.paradox(w_EE=w_EE, extra=8.0).values
        assert min(values["E"], values["I"]) > 0
    for g_I in (0.0, 10.0):
        assert labs.hidden_pair(g_I=g_I).values["E"] > 1.0


def test_the_riddle_can_be_solved_with_what_is_printed() -> None:
    """The rates as they stand under the picture, to 0.1 Hz, give the weight to the tolerance asked for."""
    (E_1, I_1), (E_2, I_2) = (
        (round(v["E"], 1), round(v["I"], 1)) for v in (labs.hidden_pair(g_I=g).values for g in (0.0, 10.0))
    )  # fmt: skip
    found = 1 + 2 * (I_2 - I_1) / (E_2 - E_1)
    (measurement,) = find_script("1.3").measurements
    assert abs(found - hidden_weight()[0]) < 0.8 * measurement.tolerance
    assert measurement.answer() == hidden_weight()[0]


def test_wilson_and_cowans_plane() -> None:
    rhythm = labs.wilson_cowan_plane().values
    assert rhythm["swing"] == pytest.approx(0.167, abs=0.002) and rhythm["states"] == 1
    assert labs.wilson_cowan_plane(P=1.05).values["swing"] < 0.01
    two = dict(setting="two states", P=0.0)
    assert labs.wilson_cowan_plane(**two, E_0=0.15).values["E"] < 0.01
    assert labs.wilson_cowan_plane(**two, E_0=0.25).values["E"] == pytest.approx(0.4398, abs=1e-3)
    assert labs.wilson_cowan_plane(**two).values["states"] == 3


def test_the_clamp_takes_the_current_apart() -> None:
    clamp = labs.voltage_clamp
    assert clamp(V=0.0).values["peak"] < -1000 and clamp(V=0.0).values["late"] > 1000
    assert clamp(V=50.0).values["peak"] == pytest.approx(0.0, abs=1e-9)
    assert clamp(V=65.0).values["peak"] > 0
    assert clamp(V=0.0, poison="tetrodotoxin: no sodium").values["peak"] == 0.0
    assert clamp(V=0.0, poison="tetraethylammonium: no potassium").values["late"] == 0.0
    held = [clamp(V=0.0, holding=h).values["peak"] for h in (-90.0, -65.0, -50.0)]
    assert held == sorted(held)  # less and less inward current
