"""The labs of lesson 2.3 show what it says they show."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from neurolab.labs import synapses as labs
from neurolab.labs.synapses.short_term_plasticity import hidden_dynamics

FACILITATING = dict(U=0.15, tau_D=50.0, tau_F=750.0)


def test_doubling_the_rate_of_a_tired_synapse_hardly_matters() -> None:
    """U 0.5, tau_D 800 ms: 1.05, 1.14, 1.19 a second at 10, 20, 40 Hz: doubling adds 4.5 % at 20 Hz, 52 % at 1 Hz."""
    lab = labs.depression_and_facilitation
    drives = [lab(rate=rate).values["drive"] for rate in (10.0, 20.0, 40.0)]
    assert drives == pytest.approx([1.05, 1.14, 1.19], abs=0.005)
    assert lab(rate=20.0).values["doubling"] == pytest.approx(4.5, abs=0.05)
    assert lab(rate=1.0).values["doubling"] == pytest.approx(52.4, abs=0.05)
    assert lab(rate=20.0, tau_D=300.0).values["doubling"] == pytest.approx(11.0, abs=0.5)
    assert lab(rate=20.0, U=0.1, tau_D=200.0).values["doubling"] == pytest.approx(54.0, abs=0.5)


def test_one_synapse_tires_and_the_other_warms_up() -> None:
    tired = labs.depression_and_facilitation(rate=20.0).values
    warm = labs.depression_and_facilitation(rate=20.0, **FACILITATING).values
    assert tired["last"] < tired["recovered"] < tired["first"] == 0.5
    assert warm["first"] == 0.15 < warm["recovered"] < warm["last"]
    assert tired["peak_rate"] == 0.0 and warm["peak_rate"] == pytest.approx(12.9, abs=0.1)


def test_the_train_ends_in_the_steady_release() -> None:
    """Rows S4a and S4b: 0.0571 and 0.2150 at 20 Hz."""
    lab = labs.depression_and_facilitation
    depressing = lab(rate=20.0).values
    assert depressing["steady"] == pytest.approx(0.05712586, abs=1e-8)
    assert depressing["last"] == pytest.approx(depressing["steady"], rel=1e-3)
    both = lab(rate=20.0, U=0.2, tau_D=200.0, tau_F=1500.0).values
    assert both["steady"] == pytest.approx(0.21496374, abs=1e-8)


@pytest.mark.parametrize(("before", "jump"), [(20.0, 50.0), (40.0, 25.0), (80.0, 12.5)])
def test_a_tiring_synapse_reports_relative_change(before: float, jump: float) -> None:
    values = labs.one_axon_two_targets(before=before).values
    assert values["jump"] == pytest.approx(jump, rel=1e-4)
    assert 0 < values["end"] < 0.1 * jump


def test_the_same_step_is_forgotten_by_one_and_kept_by_the_other() -> None:
    values = labs.one_axon_two_targets(before=5.0).values
    assert values["end"] < 30.0 and values["warmed"] > values["jump"] == pytest.approx(200.0)


def test_a_step_down_is_reported_as_one() -> None:
    values = labs.one_axon_two_targets(before=20.0, step=-10.0).values
    assert values["jump"] == pytest.approx(-50.0, rel=1e-4) and -11.0 < values["end"] < 0.0


def test_the_hidden_synapse_answers_all_three_trains_and_its_neighbours_do_not() -> None:
    """Each measurement has an error of 3 %, so the truth misses them by about that."""
    truth = asdict(hidden_dynamics())
    assert labs.hidden_train(**truth).values["worst"] == pytest.approx(3.0, abs=1.0)
    for name, factor in (("U", 1.15), ("tau_D", 1.25), ("tau_F", 1.25)):
        assert labs.hidden_train(**truth | {name: truth[name] * factor}).values["worst"] > 5.0
