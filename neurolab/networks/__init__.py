"""Chapter 4: networks. Spiking networks, rate networks."""

from neurolab.networks.builders import brunel, cobahh, vogels_abbott
from neurolab.networks.rate_networks import (
    LinearModes,
    RateCourse,
    RateFixedPoint,
    RateNetwork,
    WinnerTakeAll,
    compute_linear_modes,
    compute_linear_response,
    compute_winner_take_all,
    find_rate_fixed_points,
    generate_feedforward_weights,
    generate_winner_take_all_weights,
    simulate_rates,
)
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
    "brunel",
    "cobahh",
    "vogels_abbott",
    "Network",
    "NetworkRun",
    "NetworkState",
    "PoissonInput",
    "Population",
    "Projection",
    "SpikeSource",
    "compute_propagator",
    "LinearModes",
    "RateCourse",
    "RateFixedPoint",
    "RateNetwork",
    "WinnerTakeAll",
    "compute_linear_modes",
    "compute_linear_response",
    "compute_winner_take_all",
    "find_rate_fixed_points",
    "generate_feedforward_weights",
    "generate_winner_take_all_weights",
    "simulate_rates",
]
