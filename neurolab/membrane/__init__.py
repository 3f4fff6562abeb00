"""Chapter 1: single-compartment neurons, from the leaky membrane to the squid axon and its simpler cousins."""

from neurolab.membrane.electrodiffusion import nernst, thermal_voltage
from neurolab.membrane.excitability import (
    compute_fitzhugh_nagumo_nullclines,
    fitzhugh_nagumo,
    fitzhugh_nagumo_from_slope,
    fitzhugh_nagumo_slope,
)
from neurolab.membrane.integrate_and_fire import compute_lif_rate, lif
from neurolab.membrane.rc_circuit import compute_passive_response, passive
from neurolab.membrane.squid_axon import (
    compute_gate_steady_states,
    compute_gate_time_constants,
    hodgkin_huxley,
    hodgkin_huxley_rates,
)
from neurolab.membrane.thresholds import find_rheobase

__all__ = [
    "compute_fitzhugh_nagumo_nullclines",
    "compute_gate_steady_states",
    "compute_gate_time_constants",
    "compute_lif_rate",
    "compute_passive_response",
    "find_rheobase",
    "fitzhugh_nagumo",
    "fitzhugh_nagumo_from_slope",
    "fitzhugh_nagumo_slope",
    "hodgkin_huxley",
    "hodgkin_huxley_rates",
    "lif",
    "nernst",
    "passive",
    "thermal_voltage",
]
