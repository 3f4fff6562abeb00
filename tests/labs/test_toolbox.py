"""The labs of chapter 0, and those that lessons 0.1 and 1.1 lean on for a number in their prose."""

from __future__ import annotations

import pytest

from neurolab.labs import membrane, toolbox
from neurolab.labs.membrane.the_membrane import hidden_block


def test_first_neuron_draws_and_its_targets_can_be_reached() -> None:
    lab = toolbox.first_neuron
    for params in [{}, *lab.presets.values()]:
        figure = lab(**params)
        assert figure.summary and figure.alt
    for target, I in zip(lab.targets, (16.0, 2.3), strict=True):
        assert target.reached(lab.complete(dict(I=I)), lab(I=I).values)
        assert not target.reached(lab.complete({}), lab().values)


def test_twice_the_current_gives_a_quarter_more_spikes() -> None:
    """Rates of the standard model: 68.324 and 86.470 Hz (row H4a)."""
    rates = [toolbox.first_neuron(I=I).values["rate"] for I in (10.0, 20.0)]
    assert rates == pytest.approx([68.324, 86.470], abs=0.05)


def test_slow_gates_two_and_a_half_times_as_fast_end_the_overshoot() -> None:
    assert membrane.the_race(haste=1.0).values["peak"] == pytest.approx(40.3, abs=0.1)
    assert membrane.the_race(haste=2.25).values["peak"] > 0
    assert membrane.the_race(haste=2.5).values["peak"] < 0
    assert membrane.the_race(haste=0.5).values["peak"] > 45


def test_the_race_at_the_squids_own_speed_is_the_squids() -> None:
    race, squid = membrane.the_race(), membrane.action_potential()
    assert race.values["peak"] == pytest.approx(squid.values["peak"], abs=1e-9)


def test_the_hidden_dose_can_be_found_by_comparing_shocks() -> None:
    """As the hint says: the same shock into both axons, until the peaks agree."""
    seen = membrane.poisoned_axon(shock=40.0, I=0.0).values["after_shock"]
    peaks = {
        block: membrane.tetrodotoxin(block=float(block), stimulus="single shock").values["peak"]
        for block in range(101)
    }
    found = min(peaks, key=lambda block: abs(peaks[block] - seen))
    assert found == pytest.approx(hidden_block(), abs=1.0)
