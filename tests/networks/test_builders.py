"""Networks of the literature: what they are made of, and rates and irregularity near the published ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from neurolab.data.wiring import connect_fixed_probability
from neurolab.engine.model import simulate
from neurolab.membrane import traub_miles
from neurolab.networks import (
    Network,
    brunel,
    cobahh,
    izhikevich_2003,
    song_miller_abbott,
    vogels_abbott,
)
from tests.reference import izhikevich_2003 as printed


def in_degrees(network: Network, target: str, source: str) -> np.ndarray:
    (projection,) = (p for p in network.projections if (p.source, p.target) == (source, target))
    return projection.wires.in_degrees


def test_brunel_is_made_as_published() -> None:
    network = brunel(1000, g=6.0, eta=1.5, J=0.2, epsilon=0.2, seed=3)
    assert {name: p.size for name, p in network.populations.items()} == dict(E=800, I=200)
    for target in "EI":
        assert set(in_degrees(network, target, "E")) == {160} and set(
            in_degrees(network, target, "I")
        ) == {40}
    weights = {(p.source, p.target): p.weight for p in network.projections}
    assert weights["E", "I"] == 0.2 and weights["I", "E"] == pytest.approx(-1.2)
    drive = network.inputs[0]
    # C_E sources at the rate that, times eta, holds the mean input at threshold: J C_E rate tau = theta
    assert drive.n * drive.rate * drive.weight * 20e-3 == pytest.approx(1.5 * 20.0)


@pytest.mark.jit
@pytest.mark.slow
def test_brunel_fires_asynchronously_at_the_published_rate() -> None:
    """Figure 8C, g = 5, eta = 2: 37.7 Hz (row N9a); 3 % for 300 ms and a grid of 0.1 ms."""
    run = brunel(12_500, g=5.0, eta=2.0, J=0.1, seed=1).simulate(400.0, 0.1, seed=2)
    late = run.spikes("E").between(100.0, 400.0)
    assert late.rate == pytest.approx(37.7, rel=0.03)


@pytest.mark.jit
def test_inhibition_decides_the_state() -> None:
    """With g = 3 excitation wins and the units fire near 1 / t_ref; with g = 6 they fire slowly and irregularly."""
    fast, slow = (
        brunel(1000, g=g, eta=2.0, J=0.4, seed=1)
        .simulate(300.0, 0.1, seed=2)
        .spikes("E")
        .between(100.0, 300.0)
        for g in (3.0, 6.0)
    )
    assert fast.rate > 150.0 and 60.0 > slow.rate > 5.0
    assert fast.cv() < 0.3 < slow.cv()


@pytest.mark.jit
@pytest.mark.parametrize("kind", ["cuba", "coba"])
def test_vogels_abbott_keeps_itself_active(kind: str) -> None:
    """CUBA at 5.7 Hz (22826 spikes of 4000 units in a second, in two simulators); COBA around 20 Hz, irregular."""
    run = vogels_abbott(kind, seed=3).simulate(1000.0, 0.1)
    rate = (run.spikes("E").count + run.spikes("I").count) / 4000
    assert rate == pytest.approx(5.7, abs=1.0) if kind == "cuba" else 8.0 < rate < 40.0
    assert run.spikes("E").between(500.0, 1000.0).count > 500
    assert run.spikes("E").cv() > 0.7


@pytest.mark.jit
def test_cobahh_keeps_itself_active() -> None:
    """39.6 Hz in the second that other simulators run (158248 spikes, tied to their start and wires)."""
    run = cobahh(seed=4).simulate(500.0, 0.1)
    rate = (run.spikes("E").count + run.spikes("I").count) / 4000 / 0.5
    assert 20.0 < rate < 60.0


@pytest.mark.jit
def test_traub_miles_fires_by_itself() -> None:
    """At the benchmark's numbers it needs a little inhibition to be silent; its rate grows with the current."""
    quiet = simulate(traub_miles, 500.0, 0.01, I=-0.2)
    assert quiet.spikes().count == 0 and -65.0 < quiet.V[-1] < -62.0
    runs = [simulate(traub_miles, 500.0, 0.01, I=I) for I in (0.0, 0.5, 2.0)]
    counts = [run.spikes().count for run in runs]
    assert 0 < counts[0] < counts[1] < counts[2]
    assert 45.0 < runs[1].V.max() < 50.0  # just below E_Na


@pytest.mark.jit
def test_izhikevich_2003_is_the_printed_program() -> None:
    """Spike for spike, with the noise switched off and a current instead; and 7 Hz in rhythms with it."""
    network = izhikevich_2003(300, seed=1)
    p = [network.populations[name] for name in "EI"]
    units = {k: np.concatenate([np.broadcast_to(x.values[k], x.size) for x in p]) for k in "abcd"}  # type: ignore[union-attr]
    S = np.zeros((300, 300))
    first = dict(E=0, I=240)
    for projection in network.projections:
        a, b, wires = first[projection.source], first[projection.target], projection.wires
        S[b : b + wires.n_post, a : a + wires.n_pre] = wires.to_dense(projection.weight).T
    drive = np.linspace(2.0, 12.0, 300)
    quiet = Network(
        {n: replace(x, values=x.values | dict(I=drive[first[n]:][: x.size])) for n, x in zip("EI", p, strict=True)},  # type: ignore[type-var, union-attr]
        network.projections,
    )  # fmt: skip
    run = quiet.simulate(150.0, 1.0)
    found = [
        (round(t), first[n] + int(i))
        for n in "EI"
        for t, i in zip(run.spikes(n).times, run.spikes(n).ids, strict=True)
    ]
    expected = printed.simulate(
        **units, S=S, drive=drive, steps=150
    )  # later, rounding parts two chaotic runs
    assert sorted(found) == sorted(expected) and len(expected) > 700
    noisy = izhikevich_2003(seed=8).simulate(1000.0, 1.0, seed=2)
    assert sum(noisy.spikes(n).count for n in "EI") / 1000 == pytest.approx(7.2, abs=0.6)


@pytest.mark.jit
@pytest.mark.slow
def test_timing_makes_synapses_compete() -> None:
    """Song, Miller & Abbott 2000: weights end near 0 and near the bound. Another program, whose pairs in one step
    count, gave 2378 to 2698 spikes in 100 s and a mean weight of .471 to .478 of the bound.
    """
    run = song_miller_abbott(seed=7).simulate(100_000.0, 0.1, seed=1)
    w = run.weights[0] / 0.01
    assert run.spikes("inputs").rate == pytest.approx(15.0, rel=0.005)
    assert (
        np.mean(w < 0.2) > 0.3
        and np.mean(w > 0.8) > 0.25
        and w.mean() == pytest.approx(0.472, abs=0.015)
    )
    assert 1800 < run.spikes("cell").count < 2700


def test_wires_may_be_given() -> None:
    drawn = vogels_abbott("cuba", 100, p=0.3, seed=1)
    wires = {(p.source, p.target): p.wires for p in drawn.projections}
    again = vogels_abbott("cuba", 100, seed=2, wires=wires)
    assert all(p.wires is wires[p.source, p.target] for p in again.projections)
    first = brunel(100, seed=1)
    wires = {(p.source, p.target): p.wires for p in first.projections}
    same = brunel(100, g=6.0, seed=2, wires=wires)
    assert all(p.wires is wires[p.source, p.target] for p in same.projections)


def test_messages() -> None:
    with pytest.raises(ValueError, match="kind"):
        vogels_abbott("cub")
    with pytest.raises(ValueError, match="epsilon must be a share"):
        brunel(1000, epsilon=1.5)
    with pytest.raises(ValueError, match="J must be"):
        brunel(1000, J=0.0)
    with pytest.raises(ValueError, match="size"):
        brunel(3)


def test_given_wires_are_all_there() -> None:
    lacking = {("E", "E"): connect_fixed_probability(16, 16, 0.5, seed=1)}
    for builder in (brunel, cobahh, vogels_abbott):
        with pytest.raises(ValueError, match=r"wires must lead .*, got none for \('E', 'I'\)"):
            builder(size=20, wires=lacking)
