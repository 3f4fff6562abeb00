"""Large networks fit: 15.6 million synapses (Brunel) into 1 GB, 100 million into 2 GB, built and run, all included."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows keeps no peak that a process can read"),
]

SCRIPT = """
import resource, sys
from neurolab.networks import brunel
network = brunel({arguments}, seed=1)
run = network.simulate(100.0, 0.1)
assert run.spikes("E").count > 0
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(sum(p.wires.count for p in network.projections), peak * (1 if sys.platform == "darwin" else 1024))
"""


@pytest.mark.jit
@pytest.mark.parametrize(
    ("arguments", "synapses", "limit"),
    [("12_500", 15_625_000, 1e9), ("50_000, g=5.0, eta=1.5, J=0.05, epsilon=0.04", 100_000_000, 2e9)],
)  # fmt: skip
def test_peak_of_a_large_network(arguments: str, synapses: int, limit: float) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(arguments=arguments)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    count, peak = map(int, done.stdout.split())
    assert count == synapses and peak < limit
