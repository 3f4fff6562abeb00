"""Spiking networks beside Brian2's C++ standalone mode, one core: `python run.py bench networks`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._measure import Row, report
from benchmarks._peers import Peer, Unavailable
from benchmarks.population import cpu_seconds, pairs_of
from neurolab.networks import Network, Population, brunel, cobahh, vogels_abbott

DT = 0.1


def _whole(network: Network, state: str) -> np.ndarray:
    """Start values of one state over both populations, E first."""
    return np.concatenate(
        [np.broadcast_to(p.values[state], p.size) for p in network.populations.values()]  # type: ignore[union-attr]
    )


def _pairs(network: Network, source: str) -> tuple[np.ndarray, np.ndarray]:
    """Sources and targets of the synapses of one population, numbered over both."""
    first = dict(
        zip(
            network.populations,
            np.cumsum([0, *[p.size for p in network.populations.values()]]),
            strict=False,
        )
    )
    pre, post = [], []
    for projection in network.projections:
        if projection.source == source:
            pre.append(projection.wires.sources + first[source])
            post.append(projection.wires.indices.astype(np.int64) + first[projection.target])
    return np.concatenate(pre), np.concatenate(post)


def _beside(
    name: str, title: str, network: Network, goal: float, folder: Path, work: dict[str, Any], *,
    same: bool, states: Sequence[str] = (), pairs: int = 7,
) -> Row:  # fmt: skip
    """One network here and there; `same` asks for the same number of spikes, else for 3 % agreement of the rate."""
    arrays = {state: _whole(network, state) for state in states}
    for source in ("E", "I"):
        arrays[f"pre_{source.lower()}"], arrays[f"post_{source.lower()}"] = _pairs(network, source)
    path = folder / f"{name}.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    sizes = [p.size for p in network.populations.values()]
    peer = Peer(
        "brian2",
        work
        | dict(
            network=name, arrays=str(path), size=sum(sizes), n_e=sizes[0], dt=DT, duration=1000.0
        ),
    )
    run = network.simulate(1000.0, DT, seed=1)
    count = sum(run.spikes(p).count for p in ("E", "I"))
    print(f"{title}: {count} spikes, Brian2 {peer.found['spikes']}")
    agrees = count == peer.found["spikes"] if same else abs(count / peer.found["spikes"] - 1) < 0.03
    row = pairs_of(
        title, lambda: cpu_seconds(lambda: network.simulate(1000.0, DT, seed=1)), peer.run, "Brian2 C++", goal,
        better="higher", agrees=agrees, pairs=pairs,
    )  # fmt: skip
    peer.close()
    return row


def _as_brian2_counts(network: Network) -> Network:
    """The network with refractory times a step shorter: Brian2 counts them from the start of the step of the spike."""

    def shorter(p: Population) -> Population:
        if p.dead_time:
            return replace(p, dead_time=p.dead_time - DT)
        return replace(p, values={**p.values, "t_ref": p.values["t_ref"] - DT})

    populations = {
        name: shorter(p) for name, p in network.populations.items() if isinstance(p, Population)
    }
    return Network(populations, network.projections, network.inputs)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            cuba = _as_brian2_counts(vogels_abbott("cuba", seed=3))
            rows.append(
                _beside(
                    "cuba", "CUBA, 4000 units, 1 s", cuba, 2.5, folder, {}, same=True, states=["V"]
                )
            )
            hh = _as_brian2_counts(cobahh(seed=4))
            rows.append(
                _beside(
                    "cobahh",
                    "COBAHH, 4000 units, 1 s",
                    hh,
                    6.0,
                    folder,
                    {},
                    same=True,
                    states=["V", "g_E", "g_I"],
                )
            )
            net = _as_brian2_counts(brunel(12_500, seed=5))
            work = dict(J=0.1, g=5.0, delay=1.5, c_e=1000, rate=20.0)
            rows.append(
                _beside(
                    "brunel",
                    "Brunel, 12 500 units, 1 s",
                    net,
                    10.0,
                    folder,
                    work,
                    same=False,
                    pairs=3,
                )
            )
        except Unavailable as error:
            print(f"no rows beside Brian2: {error}")
    return report(rows, argv)


if __name__ == "__main__":
    sys.exit(main())
