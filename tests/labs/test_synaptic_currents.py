"""The labs of lesson 2.1 show what it says they show, and every target of chapter 2 can be reached."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurolab.figures import Line
from neurolab.labs import synapses as labs
from neurolab.labs.declare import Lab
from neurolab.labs.synapses.synaptic_currents import hidden_synapse
from neurolab.synapses import AMPA, compute_steady_voltage

ALL = [getattr(labs, name) for name in labs.__all__]


REACHING: list[tuple[Lab, int, dict[str, Any]]] = [
    (labs.magnesium_block, 0, dict(V=-27.0)),
    (labs.magnesium_block, 1, dict(V=-40.0, Mg=0.3)),
    (labs.shunting, 0, dict(g_I=1.2)),
    (labs.shunting, 1, dict(g_I=4.0, I=13.5)),
    (labs.chloride_battery, 0, dict(Cl_in=30.0)),
    (labs.chloride_battery, 1, dict(Cl_in=15.0)),
    (labs.receptors, 0, dict(rate=200.0, weight=5.0)),
    (labs.receptors, 1, dict(receptor="GABA_B", rate=5.0)),
    (labs.end_plate, 0, dict(q=0.396, m=2.35)),
    (labs.end_plate, 1, dict(m=2.4)),
    (labs.three_estimates, 0, dict(p=0.05)),
    (labs.three_estimates, 1, dict(p=0.8)),
    (labs.variance_mean, 0, dict(p_max=0.9)),
    (labs.variance_mean, 1, dict(p_max=0.9, quantal_cv=0.3, corrected=True)),
    (labs.depression_and_facilitation, 0, dict(rate=20.0)),
    (labs.depression_and_facilitation, 1, dict(U=0.15, tau_D=50.0, tau_F=750.0)),
    (labs.one_axon_two_targets, 0, dict(before=50.0)),
    (labs.one_axon_two_targets, 1, dict(before=40.0, step=20.0)),
    (labs.hidden_train, 0, dict(U=0.24, tau_D=180.0, tau_F=530.0)),
]


@pytest.mark.parametrize(("lab", "index", "params"), REACHING)
def test_every_target_can_be_reached(lab: Lab, index: int, params: dict[str, Any]) -> None:
    assert lab.targets[index].reached(lab.complete(params), lab(**params).values)


def test_no_target_is_missing_from_that_list() -> None:
    listed = {(lab.name, index) for lab, index, _ in REACHING}
    assert listed == {(lab.name, index) for lab in ALL for index in range(len(lab.targets))}


def test_magnesium_plugs_the_receptor_and_the_printed_form_unplugs_it() -> None:
    """Half block at -20.525 mV for 1 mmol/l (row S7a); printed, it grows with magnesium (row S8)."""
    block = labs.magnesium_block
    assert block().values["half"] == pytest.approx(-20.525, abs=0.001)
    assert block(V=-70.0).values["open"] == pytest.approx(0.0444707, abs=1e-7)
    right, printed = (
        [block(Mg=Mg, form=form).values["open"] for Mg in (0.0, 0.5, 1.0, 2.0, 4.0)]
        for form in block.controls["form"].choices
    )
    assert right[0] == pytest.approx(1.0) and right == sorted(right, reverse=True)
    assert printed[0] < 1e-9 and printed == sorted(printed)


def test_the_current_turns_round_between_rest_and_zero() -> None:
    currents = [labs.magnesium_block(V=V).values["current"] for V in (-80.0, -27.0, 0.0, 30.0)]
    assert currents[1] < currents[0] < currents[2] == 0.0 < currents[3]


@pytest.mark.parametrize(("g_I", "volts"), [(0.0, 11.67), (1.0, 6.36), (2.0, 4.38), (4.0, 2.69)])
def test_shunting_divides_the_epsp(g_I: float, volts: float) -> None:
    values = labs.shunting(g_I=g_I).values
    assert values["epsp"] == pytest.approx(volts, abs=0.006)
    assert values["peak"] == pytest.approx(
        values["epsp"], rel=0.01
    )  # 100 ms are six time constants


@pytest.mark.parametrize(("I", "rates"), [(4.0, (87.7, 76.8, 63.0)), (10.0, (190.5, 185.2, 179.6))])
def test_shunting_subtracts_from_the_rate(I: float, rates: tuple[float, ...]) -> None:
    """Counted under a barrage, and by the formula at its mean conductance; numbers of the stories."""
    for g_I, rate in zip((0.0, 0.5, 1.0), rates, strict=True):
        values = labs.shunting(g_I=g_I, I=I).values
        assert values["rate"] == pytest.approx(rate, abs=0.05)
        assert values["count"] == pytest.approx(rate, abs=1.5)  # a second, whole spikes
    halved = labs.shunting(g_I=1.2, I=10.0).values
    assert halved["volts_left"] == pytest.approx(0.5) and halved["rate_left"] > 0.9


def test_an_inhibition_at_rest_moves_nothing_by_itself() -> None:
    curves = {
        mark.label: mark
        for mark in labs.shunting(g_I=4.0).panels[0].marks
        if isinstance(mark, Line)
    }
    inhibited = curves["inhibited"]
    assert np.abs(inhibited.y[inhibited.x < 50.0]).max() == 0.0


def test_gaba_inhibits_the_adult_and_excites_the_young() -> None:
    """E_Cl of the stories: -78 mV at 7 mmol/l, -44 at 25, -39 at 30; all of them negative."""
    adult, between, young = (labs.chloride_battery(Cl_in=c).values for c in (7.0, 15.0, 30.0))
    assert adult["E_Cl"] == pytest.approx(-78.1, abs=0.1)
    assert young["E_Cl"] == pytest.approx(-39.2, abs=0.1)
    assert labs.chloride_battery(Cl_in=25.0).values["E_Cl"] == pytest.approx(-44.1, abs=0.1)
    assert adult["reach"] < -65.0 < between["reach"] < -50.0
    assert adult["by_gaba"] == between["by_gaba"] == 0 < young["by_gaba"]
    assert adult["by_both"] == 0 < between["by_both"] < between["by_glutamate"]
    assert young["by_both"] > young["by_glutamate"]


def test_without_gaba_the_chloride_does_not_matter() -> None:
    for inside in (7.0, 30.0):
        values = labs.chloride_battery(Cl_in=inside, w_I=0.0).values
        assert values["by_both"] == values["by_glutamate"] and values["reach"] == -65.0


def test_a_fast_train_pulls_the_voltage_to_its_weighted_mean() -> None:
    """At 200 Hz the ripple of a 5.5 ms conductance hardly moves a 10 ms membrane."""
    strong = labs.receptors(rate=200.0, weight=1.0).values["extreme"]
    mean = 0.1 * 0.2 * AMPA.area
    assert strong == pytest.approx(compute_steady_voltage(mean, 0.0), abs=1.5)


def test_no_receptor_pulls_past_its_battery() -> None:
    for name in labs.receptors.controls["receptor"].choices:
        values = labs.receptors(receptor=name, rate=200.0, weight=5.0).values
        battery = {"GABA_A": -80.0, "GABA_B": -95.0}.get(name, 0.0)
        assert min(-65.0, battery) <= values["extreme"] <= max(-65.0, battery)


def test_the_hidden_battery_is_where_transmitter_changes_nothing() -> None:
    """Two voltages with and without transmitter give it; the zero of the current as measured is another voltage."""

    def line(transmitter: bool) -> tuple[float, float]:
        low, high = (
            labs.hidden_battery(V=V, transmitter=transmitter).values["current"]
            for V in (-60.0, 0.0)
        )
        return (high - low) / 60.0, high

    (leak, at_0), (both, open_at_0) = line(False), line(True)
    assert -(open_at_0 - at_0) / (both - leak) == pytest.approx(hidden_synapse().E)
    assert -open_at_0 / both > hidden_synapse().E + 10.0
