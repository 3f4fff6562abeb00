"""Synapses of a network that tire and learn: the numbers that the maps and `simulate_stdp` give from outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurolab.data.connectivity import Connectivity
from neurolab.data.spikes import SpikeTrains
from neurolab.data.wiring import connect_all, connect_fixed_probability
from neurolab.engine.model import Model
from neurolab.kernels import chunks
from neurolab.membrane import lif
from neurolab.networks import Network, PoissonSource, Population, Projection, SpikeSource
from neurolab.plasticity import InhibitoryRule, PairRule, TripletRule, simulate_stdp
from neurolab.synapses import TsodyksMarkram, compute_short_term_release

DT = 0.1
counter = Model(lambda t, y, p, I: (0.0,), dict(x=0.0), {}, threshold=1e9, name="counter")
RULES = {
    "pairs": PairRule(0.02, 0.021, w_min=0.0, w_max=1.0),
    "soft bounds": PairRule(
        0.05, 0.05, 10.0, 30.0, mu_plus=1.0, mu_minus=0.3, w_min=0.0, w_max=1.0
    ),
    "nearest": PairRule(0.02, 0.03, pairing="nearest"),
    "presynaptic": PairRule(0.02, 0.03, pairing="presynaptic"),
    "reduced": PairRule(0.02, 0.03, pairing="reduced"),
    "triplets": TripletRule(5e-3, 6.2e-3, 7e-3, 2.3e-4),
    "inhibitory": InhibitoryRule(eta=0.01, target_rate=8.0, tau=20.0),
}


def grid_trains(rng: np.random.Generator, n: int, stop: float, rate: float) -> SpikeTrains:
    """Trains on the grid, at most one spike a unit and step."""
    fired = rng.random((round(stop / DT), n)) < rate * DT * 1e-3
    steps, ids = np.nonzero(fired)
    return SpikeTrains((steps + 1) * DT, ids, stop=stop, n=n)


@pytest.mark.jit
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("delay", [None, 0.7, "own"])
def test_a_network_learns_as_given_trains_do(name: str, delay: Any) -> None:
    """Weights after 1.5 s are those of `simulate_stdp` on the network's own spikes, shifted by the delay, to 1e-12."""
    rng, stop = np.random.default_rng(5), 1500.0
    rule = RULES[name]
    wires = connect_fixed_probability(12, 7, 0.6, seed=rng)
    start = rng.uniform(0.2, 0.8, wires.count)
    if delay == "own":
        delay = rng.integers(1, 20, wires.count) * DT
    late = np.broadcast_to(0.0 if delay is None else delay, wires.count)
    heard = grid_trains(rng, 12, stop, 40.0)
    cells = Population(lif, 7, "exact", dict(I=rng.uniform(1.6, 2.2, 7)))
    projection = Projection("heard", "cells", wires, "V", start, delay, plasticity=rule)
    run = Network({"cells": cells, "heard": SpikeSource(heard)}, [projection]).simulate(stop, DT)
    post = run.spikes("cells")
    assert post.count > 200
    # each synapse has a train of its own: that of its source, as it arrives
    arrived = [heard.train(i) + d for i, d in zip(wires.sources, late, strict=True)]
    # what arrives after the last step does nothing
    pre = SpikeTrains.from_lists([t[t < stop - DT / 2] for t in arrived], stop=stop)
    own = Connectivity(np.arange(wires.count + 1), wires.indices, wires.count, 7)
    seen = post.times < stop - DT / 2
    post = SpikeTrains(post.times[seen], post.ids[seen], stop=stop, n=7)
    # both count steps, so that equal moments are equal numbers
    expected = simulate_stdp(rule, pre, post, start, wires=own, dt=DT).final
    found = run.weights[0]
    assert np.abs(found - start).max() > 0.01
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.jit
def test_long_silence_between_spikes() -> None:
    """Traces fade through any silence: two bursts 9 s apart are two bursts alone."""
    rule = PairRule(0.02, 0.03)

    def weight(bursts: list[float], stop: float) -> float:
        times = [b + k for b in bursts for k in (10.0, 25.0, 31.0)]
        inputs = SpikeTrains(times, stop=stop)
        forced = SpikeTrains([t + 5.0 for t in times], stop=stop)
        cell = Population(lif, 1, "exact", dict(t_ref=0.0))
        network = Network(
            {"pre": SpikeSource(inputs), "teacher": SpikeSource(forced), "cell": cell},
            [
                Projection("pre", "cell", connect_all(1, 1), "V", 0.1, plasticity=rule),
                Projection("teacher", "cell", connect_all(1, 1), "V", 100.0),
            ],
        )
        return float(network.simulate(stop, DT).weights[0][0])

    once, twice = weight([0.0], 100.0) - 0.1, weight([0.0, 9000.0], 9100.0) - 0.1
    assert abs(once) > 1e-3 and twice == pytest.approx(2 * once, rel=1e-9)


@pytest.mark.jit
@settings(max_examples=10)
@given(st.integers(0, 999), st.booleans(), st.booleans(), st.booleans())
def test_tired_synapses_release_what_the_map_says(
    seed: int, mixed: bool, own: bool, learns: bool
) -> None:
    """The sum that has arrived is that of weight times release, over the spikes that had time to arrive."""
    rng, stop = np.random.default_rng(seed), 400.0
    heard = grid_trains(rng, 5, stop, 60.0)
    wires = connect_all(5, 3)
    weight: Any = rng.normal(size=15) if own else 0.5
    delay: Any = rng.integers(1, 40, 15) * DT if mixed else 2.0
    kind, rule = TsodyksMarkram(0.4, 150.0, 300.0), PairRule(0.0, 0.0) if learns else None
    run = Network(
        {"heard": SpikeSource(heard), "counters": Population(counter, 3, "euler")},
        [Projection("heard", "counters", wires, "x", weight, delay, kind, rule)],
    ).simulate(stop, DT)
    released = compute_short_term_release(heard, U=0.4, tau_D=150.0, tau_F=300.0)
    weights, delays = np.broadcast_to(weight, 15), np.broadcast_to(delay, 15)
    expected = np.zeros(3)
    for t, i, part in zip(released.times, released.ids, released.release, strict=True):
        for target in range(3):
            if t + delays[3 * i + target] < stop - DT / 2:
                expected[target] += weights[3 * i + target] * part
    assert run.final["counters"]["x"] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.jit
def test_learning_goes_on_as_if_it_had_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of one step, and a stop in the middle, change no bit: traces, releases and drawn gaps are remembered."""
    rng = np.random.default_rng(3)
    rule = PairRule(0.5, 0.52, w_min=0.0, w_max=2.0)
    cells = Population(lif, 5, "exact", dict(I=1.4))
    tired, backward = TsodyksMarkram(0.6, 50.0, 20.0), PairRule(0.01, 0.01, pairing="presynaptic")
    start, delays = rng.uniform(0.5, 1.5, 150), rng.integers(1, 9, 150) * DT
    network = Network(
        {"noise": PoissonSource(30, 80.0), "cells": cells},
        [
            Projection("noise", "cells", connect_all(30, 5), "V", start, delays, tired, rule),
            Projection("cells", "cells", connect_all(5, 5), "V", -0.5, plasticity=backward),
        ],
    )
    whole = network.simulate(400.0, DT, seed=4)
    assert whole.spikes("cells").count > 50 and np.ptp(whole.weights[0]) > 1.0
    first = network.simulate(130.0, DT, seed=4)
    rest = network.simulate(270.0, DT, seed=4, state=first.state)
    monkeypatch.setattr(chunks, "_FIRST_CHUNK", 1)
    monkeypatch.setattr(chunks, "CHUNK_SECONDS", 1e-9)
    again = network.simulate(400.0, DT, seed=4)
    for run in (rest, again):
        for k in range(2):
            assert np.array_equal(run.weights[k], whole.weights[k])
    assert again.spikes("noise") == whole.spikes("noise")
    assert first.spikes("noise").count + rest.spikes("noise").count == whole.spikes("noise").count


def test_messages() -> None:
    rule, wires = PairRule(w_min=0.0, w_max=1.0), connect_all(2, 2)
    with pytest.raises(ValueError, match=r"weight must lie in the bounds .*, got 2 to 2"):
        Projection("a", "a", wires, "V", 2.0, plasticity=rule)
    with pytest.raises(ValueError, match="U must be"):
        TsodyksMarkram(0.0, 100.0)
    with pytest.raises(ValueError, match="tau_D"):
        TsodyksMarkram(0.5, -1.0)
