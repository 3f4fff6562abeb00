"""The same synapses in a network: spikes on the grid, conductances of their kinds."""

from __future__ import annotations

import numpy as np
import pytest

from neurolab.data.connectivity import Connectivity
from neurolab.data.spikes import SpikeTrains
from neurolab.engine.model import simulate
from neurolab.membrane import lif
from neurolab.networks import Network, Population, Projection, SpikeSource
from neurolab.synapses import (
    NMDA,
    Alpha,
    Biexponential,
    Exponential,
    add_synapses,
    find_entry,
    simulate_driven,
)

WEIGHTS = dict(E=0.2, S=0.3, N=0.01)


def run(model, method: str, times: np.ndarray):  # type: ignore[no-untyped-def]
    """Final states of two units that hear one train, and of one that does not."""
    wires = Connectivity.from_pairs([0, 0], [0, 2], n_pre=1, n_post=3)
    cells = Population(model, 3, method=method, values=dict(I=1.2, theta=1e3))
    projections = [
        Projection("train", "cells", wires, to=find_entry(model, name), weight=weight, delay=0.1)
        for name, weight in WEIGHTS.items()
    ]
    train = SpikeSource(SpikeTrains(times, stop=100.0))
    return simulate(Network(dict(train=train, cells=cells), projections), 100.0, 0.1).final["cells"]


@pytest.mark.jit
@pytest.mark.parametrize("method", ["rk4", "exact"])
def test_a_network_delivers_what_simulate_driven_does(method: str) -> None:
    """Subthreshold and with spikes on the grid both take the same steps; "exact" has no error of its own."""
    kinds = dict(
        S=Alpha(2.0, E=None), E=Biexponential(0.5, 5.0, E=None), N=Exponential(9.0, E=None)
    )
    if method == "rk4":
        kinds |= dict(E=Biexponential(0.5, 5.0, E=70.0), N=NMDA)
    model = add_synapses(lif, kinds)
    times = 0.1 * np.sort(np.random.default_rng(0).choice(np.arange(1, 900), 40, replace=False))
    found = run(model, method, times)
    fine = 0.1 if method == "rk4" else 0.005
    alone = simulate_driven(
        model, 100.0, fine, dict.fromkeys(WEIGHTS, times), weights=WEIGHTS, delay=0.1, I=1.2, theta=1e3
    )  # fmt: skip
    for name in model.states:
        assert found[name][[0, 2]] == pytest.approx([alone[name][-1]] * 2, rel=1e-8)
        assert found[name][1] == 0.0 or name == "V"
