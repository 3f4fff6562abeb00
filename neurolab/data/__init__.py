"""What simulations take and give: trajectories, spike trains, wires, and the ways to draw them."""

from neurolab.data.connectivity import Connectivity
from neurolab.data.spike_generators import (
    generate_gamma,
    generate_inhomogeneous_poisson,
    generate_poisson,
    generate_renewal,
)
from neurolab.data.spikes import SpikeTrains
from neurolab.data.topology import (
    connect_by_distance,
    connect_watts_strogatz,
    place_on_ring,
    place_on_sheet,
    rewire,
)
from neurolab.data.wire_files import SavedWires, load_wires, save_wires
from neurolab.data.wiring import (
    connect_all,
    connect_blocks,
    connect_fixed_in_degree,
    connect_fixed_out_degree,
    connect_fixed_probability,
    connect_fixed_total,
    connect_layers,
    connect_one_to_one,
)

__all__ = [
    "Connectivity",
    "SavedWires",
    "SpikeTrains",
    "connect_all",
    "connect_blocks",
    "connect_by_distance",
    "connect_fixed_in_degree",
    "connect_fixed_out_degree",
    "connect_fixed_probability",
    "connect_fixed_total",
    "connect_layers",
    "connect_one_to_one",
    "connect_watts_strogatz",
    "generate_gamma",
    "generate_inhomogeneous_poisson",
    "generate_poisson",
    "generate_renewal",
    "load_wires",
    "place_on_ring",
    "place_on_sheet",
    "rewire",
    "save_wires",
]
