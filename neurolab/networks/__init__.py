"""Chapter 4: networks. So far the clock-driven simulator of spiking networks."""

from neurolab.networks.spiking import (
    Network,
    NetworkRun,
    PoissonInput,
    Population,
    Projection,
    compute_propagator,
)

__all__ = [
    "Network",
    "NetworkRun",
    "PoissonInput",
    "Population",
    "Projection",
    "compute_propagator",
]
