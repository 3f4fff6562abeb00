"""Chapter 3: plasticity. How activity changes synapses: rates, spike times, and what keeps them in bounds."""

from neurolab.plasticity.protocols import Protocol, generate_pairing, generate_spike_motifs
from neurolab.plasticity.spike_timing import (
    PAIRINGS,
    PairRule,
    PlasticityRun,
    SpikeRule,
    compute_printed_stdp_window,
    compute_stdp_area,
    compute_stdp_drift,
    compute_stdp_fixed_point,
    compute_stdp_window,
    simulate_stdp,
)
from neurolab.plasticity.triplets import (
    TRIPLET_SETS,
    TripletRule,
    compute_triplet_drift,
    compute_triplet_threshold,
)

__all__ = [
    "PAIRINGS",
    "TRIPLET_SETS",
    "PairRule",
    "PlasticityRun",
    "Protocol",
    "SpikeRule",
    "TripletRule",
    "compute_printed_stdp_window",
    "compute_stdp_area",
    "compute_stdp_drift",
    "compute_stdp_fixed_point",
    "compute_stdp_window",
    "compute_triplet_drift",
    "compute_triplet_threshold",
    "generate_pairing",
    "generate_spike_motifs",
    "simulate_stdp",
]
