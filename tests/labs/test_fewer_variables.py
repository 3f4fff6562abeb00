"""The labs of lesson 1.2 show what the lesson says they show."""

from __future__ import annotations

import numpy as np
import pytest

from neurolab.labs import membrane as labs
from neurolab.labs.membrane.fewer_variables import hidden_model
from neurolab.membrane import IZHIKEVICH_PANELS


@pytest.mark.jit
def test_equal_thresholds_and_different_slowest_rates() -> None:
    below = labs.two_neurons(above=-0.05).values
    assert below["rate_A"] == below["rate_B"] == 0.0
    just = labs.two_neurons(above=0.05).values
    assert just["rate_A"] == pytest.approx(1.2, abs=0.2)
    assert just["rate_B"] == pytest.approx(8.3, abs=0.1)
    far = labs.two_neurons(above=10.0).values
    assert far["rate_A"] > far["rate_B"]  # the slow starter overtakes


def test_class_1_loses_its_rest_in_a_saddle_node_and_class_2_does_not() -> None:
    plane = labs.morris_lecar_plane
    assert plane(kind="class 1", I=39.5).values["fixed"] == 3
    assert plane(kind="class 1", I=40.2).values["fixed"] == 1
    for I in (30.0, 60.0, 90.0, 110.0):
        assert plane(kind="class 2", I=I).values["fixed"] == 1
    assert plane(kind="class 2", I=93.0).values["stable"] == 1
    assert plane(kind="class 2", I=95.0).values["stable"] == 0


def test_class_2_rests_and_fires_at_one_current() -> None:
    plane = labs.morris_lecar_plane
    assert plane(kind="class 2", I=90.0, V_0=-26.0, w_0=0.13).values["swing"] < 1.0
    assert plane(kind="class 2", I=90.0, V_0=-60.0, w_0=0.0).values["swing"] > 50.0


@pytest.mark.parametrize("letter", IZHIKEVICH_PANELS)
def test_every_panel_of_the_gallery(letter: str) -> None:
    (name,) = [n for n in labs.izhikevich_gallery.controls["panel"].choices if n[0] == letter]
    figure = labs.izhikevich_gallery(panel=name)
    assert figure.values["count"] == figure.values["published"] > 0
    assert IZHIKEVICH_PANELS[letter].title in figure.summary


def test_a_fast_neuron_is_halved_by_a_coarse_step_and_a_slow_one_is_not() -> None:
    fast = labs.coarse_step(cell="FS", dt="1.0").values
    assert (fast["count"], fast["exact"]) == (69, 137)
    slow = labs.coarse_step(cell="RS", dt="1.0").values
    assert (slow["count"], slow["exact"]) == (21, 23)


@pytest.mark.jit
def test_adaptation_patterns() -> None:
    values = {
        name: labs.adex_patterns(**p).values for name, p in labs.adex_patterns.presets.items()
    }
    assert values["tonic"]["longest"] < 1.15 * values["tonic"]["shortest"]
    assert values["adapting"]["last"] > 1.5 * values["adapting"]["first"]
    assert values["initial burst"]["last"] > 10 * values["initial burst"]["first"]
    assert values["bursting"]["bursts"] >= 5
    assert values["transient"]["count"] == 1


@pytest.mark.jit
def test_the_hidden_cells_differ_and_answer_their_models_riddles() -> None:
    cells = ("cell A", "cell B", "cell C")
    assert [hidden_model(cell) for cell in cells] == [2, 5, 1]
    glass = labs.neuron_behind_glass
    suspects = glass.controls["neuron"].choices[len(cells) :]
    assert [s[0] for s in suspects] == list("123456")
    rebounds = [s[0] for s in suspects if glass(neuron=s, before=-0.5, I=0.0).values["rebound"]]
    assert rebounds == ["3", "6"]
    strong = {s[0]: glass(neuron=s, I=3.0).values["count"] for s in suspects}
    assert strong["1"] > 50 and strong["4"] < 10 and strong["5"] < 10  # block, or none
    for cell in cells:
        hidden, model = glass(neuron=cell), glass(neuron=suspects[hidden_model(cell) - 1])
        traces = [figure.panels[0].marks[-2].y for figure in (hidden, model)]
        assert hidden.values["count"] > 0
        assert traces[0].size != traces[1].size or not np.allclose(*traces)
