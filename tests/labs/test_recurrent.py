"""The labs of lesson 4.2 show what it says they show."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurolab.figures import Figure, Ticks
from neurolab.labs import networks as labs
from neurolab.labs.networks.recurrent import (
    _HIDDEN,
    _NUMBERS,
    _driven,
    _hidden_spikes,
    hidden_regime,
)
from neurolab.networks import find_regime


@pytest.mark.jit
@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "regime"),
    [("in step", "SR"), ("each for itself", "AI"), ("a fast rhythm", "SI fast"), ("slow waves", "SI slow")],
)  # fmt: skip
def test_brunels_four_regimes_are_named(preset: str, regime: str) -> None:
    lab = labs.brunel_network
    figure = lab(**lab.presets[preset])
    assert figure.values["regime"] == _NUMBERS[regime] and f"({regime})" in figure.summary
    # the theory knows no rhythm and no chance: it comes close where there is little of them
    assert figure.values["rate"] == pytest.approx(figure.values["theory"], rel=0.3)


@pytest.mark.jit
@pytest.mark.slow
def test_the_network_goes_on_from_frame_to_frame() -> None:
    figures = list(labs.brunel_network.frames(g=6.0))
    times = [figure.values["t"] for figure in figures]
    assert times == pytest.approx(np.arange(100.0, 1001.0, 100.0))
    assert "too early" in figures[0].summary
    assert (
        raster(figures[4])[raster(figures[4]) < 400].tolist()
        == raster(figures[3])[raster(figures[3]) > 300].tolist()
    )


def raster(figure: Figure) -> np.ndarray:
    mark = figure.panels[0].marks[0]
    assert isinstance(mark, Ticks)
    return mark.x


@pytest.mark.jit
@pytest.mark.slow
def test_targets_of_brunels_network_can_be_reached() -> None:
    lab = labs.brunel_network
    ways = [dict(g=7.0, eta=2.0), dict(g=8.0, eta=6.0)]
    for target, params in zip(lab.targets, ways, strict=True):
        assert target.reached(lab.complete(params), lab(**params).values)


@pytest.mark.jit
@pytest.mark.slow
def test_balance_makes_dice_of_clocks() -> None:
    """Constant drive: the stories' numbers; theirs are of another network and seed, so within 0.1."""
    cvs = [labs.balance(g=g).values["cv"] for g in (4.5, 5.0, 6.0, 8.0)]
    assert cvs == pytest.approx([0.78, 0.87, 0.93, 1.01], abs=0.1)
    assert cvs == sorted(cvs)
    clocks = labs.balance(J=0.05).values["cv"]
    assert clocks < 0.05
    dice, clock = labs.balance.targets
    assert dice.reached(labs.balance.complete(dict(g=8.0)), labs.balance(g=8.0).values)
    assert clock.reached(labs.balance.complete(dict(J=0.05)), dict(cv=clocks))


def test_no_noise_is_put_in() -> None:
    assert _driven(5.0, 0.4).inputs == ()


@pytest.mark.jit
def test_memory_holds_until_it_does_not() -> None:
    lab = labs.hopfield_recall
    assert lab(load=0.02, damage=0.4).values["overlap"] == 1.0
    kept, lost = (lab(load=load, damage=0.0).values["overlap"] for load in (0.13, 0.2))
    assert kept > 0.93 and lost < 0.6
    first, second = lab.targets
    assert first.reached(lab.complete(dict(load=0.13, damage=0.0)), dict(overlap=kept))
    assert second.reached(lab.complete(dict(load=0.02, damage=0.4)), dict(overlap=1.0))
    assert "the picture is back" in lab(load=0.02, damage=0.4).summary


@pytest.mark.jit
def test_the_bump_stays_where_the_cue_has_put_it() -> None:
    lab = labs.ring_attractor
    stays = lab(J_2=4.0, cue=40.0, strength=0.1).values
    assert stays["half_width"] == pytest.approx(
        45.0, abs=180 / 72
    )  # pi/4; one cell of 72 at either end
    assert stays["angle"] == pytest.approx(stays["cued"], abs=0.1)
    assert stays["angle"] == pytest.approx(40.0, abs=1.0)
    gone = lab(J_2=1.0, strength=0.3).values
    assert math.isnan(gone["angle"]) and gone["cued"] == pytest.approx(40.0, abs=0.01)
    ways = [dict(J_2=2.1), dict(strength=0.01)]
    for target, params in zip(lab.targets, ways, strict=True):
        assert target.reached(lab.complete(params), lab(**params).values)


@pytest.mark.jit
def test_strong_weights_bring_life_and_then_chaos() -> None:
    lab = labs.chaos
    dead, alive, wild = (lab(g=g).values for g in (0.8, 1.3, 3.0))
    assert dead["size"] < 1e-3 and dead["lyapunov"] < 0
    assert alive["size"] > 0.3 and math.isinf(alive["parted"])
    assert wild["lyapunov"] > 5 and wild["parted"] < 1000
    ways = [dict(g=1.1), dict(g=3.0)]
    for target, params in zip(lab.targets, ways, strict=True):
        assert target.reached(lab.complete(params), lab(**params).values), target.text


@pytest.mark.jit
@pytest.mark.slow
def test_the_hidden_networks_are_four_regimes_and_their_words_give_none_away() -> None:
    assert sorted(map(hidden_regime, "ABCD")) == sorted(_HIDDEN)
    for letter in "ABCD":
        assert find_regime(_hidden_spikes(letter)[0]).name == hidden_regime(letter)
        summary = labs.hidden_network(network=letter).summary
        assert not any(word in summary for word in ("SR", "AI", "SI", "synchronous", "irregular"))
