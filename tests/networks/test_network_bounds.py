"""Networks of any shape stay in their arrays (`NUMBA_BOUNDSCHECK=1`), and two parts of a run are the whole.

Without the bounds check these are still laws: units and times in their ranges, replayed spikes all there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurolab.data.connectivity import Connectivity
from neurolab.data.spikes import SpikeTrains
from neurolab.membrane import lif
from neurolab.networks import Network, PoissonInput, Population, Projection, SpikeSource

DT = 0.5


@st.composite
def networks(draw: Any) -> Network:
    """Two populations and a spike source; wires with multapses, none, to one unit; delays to beyond the run."""
    sizes = {name: draw(st.integers(1, 70)) for name in ("a", "b", "s")}
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    populations: dict[str, Any] = {
        "a": Population(lif, sizes["a"], "exact", dict(I=draw(st.sampled_from([0.0, 3.0])))),
        "b": Population(lif, sizes["b"], "euler", dict(I=rng.uniform(0, 6, sizes["b"]))),
    }
    count = draw(st.integers(0, 40))
    times = np.sort(rng.integers(0, 20, count) * draw(st.sampled_from([0.1, 0.5])))
    trains = SpikeTrains(times, rng.integers(0, sizes["s"], count), stop=10.0, n=sizes["s"])
    populations["s"] = SpikeSource(trains)
    projections = []
    for _ in range(draw(st.integers(0, 4))):
        source, target = draw(st.sampled_from("abs")), draw(st.sampled_from("ab"))
        synapses = draw(st.sampled_from([0, 1, 50]))
        wires = Connectivity.from_pairs(
            rng.integers(0, sizes[source], synapses),
            rng.integers(0, sizes[target], synapses),
            n_pre=sizes[source],
            n_post=sizes[target],
        )
        weight = draw(st.sampled_from([0.0, -3.0, 40.0, "each"]))
        delay = draw(st.sampled_from([None, DT, 0.7, 3 * DT, 30.0, "each"]))
        projections.append(
            Projection(
                source,
                target,
                wires,
                "V",
                rng.normal(0, 20, synapses) if weight == "each" else weight,
                rng.uniform(DT, 20 * DT, synapses) if delay == "each" else delay,
            )
        )
    inputs = [PoissonInput("b", "V", 900.0, 5.0, n=2)] if draw(st.booleans()) else []
    return Network(populations, projections, inputs)


@pytest.mark.jit
@settings(max_examples=60)
@given(networks(), st.integers(1, 40), st.integers(0, 39), st.integers(1, 7))
def test_any_network_stays_in_its_arrays(
    network: Network, steps: int, first: int, every: int
) -> None:
    sizes = {name: p.size for name, p in network.populations.items()}
    record: dict[str, Any] = {"a": {"V": [0, sizes["a"] - 1]}, "b": {"V": range(sizes["b"])}}
    whole = network.simulate(steps * DT, DT, seed=1, record=record, every=every)
    for name, size in sizes.items():
        spikes = whole.spikes(name)
        assert spikes.n == size and spikes.stop == pytest.approx(steps * DT)
        per_step = np.bincount(np.round(spikes.times / DT).astype(int) * size + spikes.ids)
        if name != "s":
            assert per_step.max(initial=0) <= 1  # a unit fires once a step at most
    replayed = network.populations["s"].trains
    assert whole.spikes("s").count == np.sum(replayed.times <= steps * DT * (1 + 1e-9))
    assert whole.traces["b"]["V"].shape == (sizes["b"], steps // every + 1)
    if not 0 < first < steps:
        return
    start = network.simulate(first * DT, DT, seed=1)
    rest = network.simulate((steps - first) * DT, DT, seed=1, state=start.state)
    for name in sizes:
        both = [*start.spikes(name).times, *rest.spikes(name).times]
        assert both == pytest.approx(whole.spikes(name).times)
        ids = [*start.spikes(name).ids, *rest.spikes(name).ids]
        assert ids == whole.spikes(name).ids.tolist()
    for name in "ab":
        assert np.array_equal(rest.final[name]["V"], whole.final[name]["V"])
