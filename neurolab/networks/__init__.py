"""Chapter 4: networks. So far the clock-driven simulator of spiking networks."""

from neurolab.networks.spiking import (
    Network,
    NetworkRun,
    NetworkState,
    PoissonInput,
    Population,
    Projection,
    SpikeSource,
    compute_propagator,
)

__all__ = [
    "Network",
    "NetworkRun",
    "NetworkState",
    "PoissonInput",
    "Population",
    "Projection",
    "SpikeSource",
    "compute_propagator",
]
