"""The labs of chapter 1 show what the lessons say they show; the numbers are those of the stories' own computation."""

from __future__ import annotations

import pytest

from neurolab.labs import membrane as labs
from neurolab.labs.declare import Lab

ALL = [getattr(labs, name) for name in labs.__all__]


REACHING = [
    (labs.passive_membrane, 0, dict(I=1.5)),
    (labs.passive_membrane, 1, dict(g_L=0.05)),
    (labs.action_potential, 0, dict(I=2.3)),
    (labs.action_potential, 1, dict(I=160.0)),
    (labs.firing_rate, 0, dict(I=6.3)),
    (labs.firing_rate, 1, dict(I=8.0, approach="slow ramp")),
    (labs.firing_rate, 2, dict(I=63.0)),
    (labs.step_or_ramp, 0, dict(I=8.0, ramp=100.0)),
    (labs.start_and_stop, 0, dict(start=3.0, stop=0.0)),
    (labs.start_and_stop, 1, dict(start=3.0, stop=5.0, phase=0.53)),
    (labs.start_and_stop, 2, dict(start=3.0, stop=-5.0, phase=0.87)),
    (labs.anode_break, 0, dict(I=-3.0, length=30.0)),
    (labs.tetrodotoxin, 0, dict(block=13.0)),
    (labs.tetrodotoxin, 1, dict(block=74.0, stimulus="single shock")),
    (labs.fitzhugh_nagumo_plane, 0, dict(I=0.34)),
    (labs.fitzhugh_nagumo_plane, 1, dict(I=0.5, v_0=2.4)),
    (labs.two_neurons, 0, dict(above=0.1)),
    (labs.two_neurons, 1, dict(above=0.05)),
    (labs.morris_lecar_plane, 0, dict(I=40.0)),
    (labs.morris_lecar_plane, 1, dict(kind="class 2", I=90.0, V_0=-26.0, w_0=0.13)),
    (labs.izhikevich_gallery, 0, dict(panel="M  rebound spike")),
    (labs.izhikevich_gallery, 1, dict(panel="Q  depolarising after-potential", fine=True)),
    (labs.adex_patterns, 0, dict(V_reset=-46.0, b=30.0)),
    (labs.adex_patterns, 1, dict(b=20.0, tau_w=200.0)),
    (labs.coarse_step, 0, dict(dt="0.01")),
    (labs.coarse_step, 1, dict(cell="RS", dt="0.5")),
    (labs.neuron_behind_glass, 0, dict(neuron="cell B", I=1.09)),
    (labs.integrate_and_fire, 0, dict(I=1.8)),
    (labs.the_race, 0, dict(haste=2.6)),
    (labs.voltage_clamp, 0, dict(V=50.0)),
    (labs.voltage_clamp, 1, dict(V=-5.0)),
    (labs.noisy_neuron, 0, dict(mu=15.0, sigma=8.4)),
    (labs.noisy_neuron, 1, dict(mu=39.0, sigma=5.0)),
    (labs.crowd, 0, dict(mu=18.8)),
    (labs.naive_formula, 0, dict(sigma=1.0)),
    (labs.paradox, 0, dict(w_EE=1.0)),
    (labs.paradox, 1, dict(w_EE=2.8)),
    (labs.wilson_cowan_plane, 0, dict(P=1.1)),
    (labs.wilson_cowan_plane, 1, dict(setting="two states", P=0.0, E_0=0.3)),
]


@pytest.mark.parametrize(("lab", "index", "params"), REACHING)
def test_every_target_can_be_reached(lab: Lab, index: int, params: dict[str, float]) -> None:
    assert lab.targets[index].reached(lab.complete(params), lab(**params).values)


def test_no_target_is_missing_from_that_list() -> None:
    listed = {(lab.name, index) for lab, index, _ in REACHING}
    own = [lab for lab in ALL if lab.name not in ("poisoned_axon", "hidden_pair")]
    assert listed == {(lab.name, index) for lab in own for index in range(len(lab.targets))}


def test_the_surprises_of_the_squid() -> None:
    assert labs.step_or_ramp(I=8.0, ramp=0.0).values["count"] > 10
    assert labs.step_or_ramp(I=8.0, ramp=50.0).values["count"] == 0
    assert labs.anode_break(I=-2.0, length=60.0).values["count"] == 0
    assert labs.anode_break(I=-3.0, length=20.0).values["count"] == 1
    assert labs.tetrodotoxin(block=12.0).values["late"] > 0
    assert labs.tetrodotoxin(block=13.0).values["late"] == 0
    assert labs.tetrodotoxin(block=70.0, stimulus="single shock").values["peak"] > 0
    rates = [labs.firing_rate(I=I).values for I in (10.0, 60.0, 100.0, 150.0)]
    assert [v["rate"] for v in rates] == sorted(v["rate"] for v in rates)
    assert [v["peak"] for v in rates] == sorted((v["peak"] for v in rates), reverse=True)
    assert labs.firing_rate(I=160.0).values["rate"] == 0
