"""Chapter 2: synapses, from the conductance one spike opens to release by chance and plasticity within a second."""

from neurolab.synapses.driven import (
    simulate_driven,
)
from neurolab.synapses.kinetics import (
    AMPA,
    GABA_A,
    GABA_B,
    NMDA,
    Alpha,
    Biexponential,
    Exponential,
    Synapse,
    compute_rise_rate,
)
from neurolab.synapses.nmda import (
    compute_half_block_voltage,
    compute_magnesium_block,
    compute_nmda_current,
    compute_printed_magnesium_factor,
    compute_printed_nmda_current,
)
from neurolab.synapses.receptors import (
    add_synapses,
    find_entry,
)

__all__ = [
    "AMPA",
    "Alpha",
    "Biexponential",
    "Exponential",
    "GABA_A",
    "GABA_B",
    "NMDA",
    "Synapse",
    "add_synapses",
    "compute_half_block_voltage",
    "compute_magnesium_block",
    "compute_nmda_current",
    "compute_printed_magnesium_factor",
    "compute_printed_nmda_current",
    "compute_rise_rate",
    "find_entry",
    "simulate_driven",
]
