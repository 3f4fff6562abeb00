"""Chapter 1: single-compartment neurons, from the leaky membrane to the squid axon and its simpler cousins."""

from neurolab.membrane.bursting import hindmarsh_rose
from neurolab.membrane.calcium_spikes import (
    MORRIS_LECAR_SETS,
    compute_morris_lecar_nullclines,
    morris_lecar,
)
from neurolab.membrane.channels import (
    ChannelRun,
    ChannelStatistics,
    compute_channel_autocovariance,
    compute_channel_statistics,
    simulate_channels,
)
from neurolab.membrane.cortical_firing import (
    IZHIKEVICH_PANELS,
    IZHIKEVICH_TYPES,
    IzhikevichPanel,
    compute_izhikevich_hopf_current,
    compute_izhikevich_rest,
    compute_izhikevich_saddle_node_current,
    izhikevich,
    simulate_izhikevich_euler,
    simulate_izhikevich_panel,
)
from neurolab.membrane.electrodiffusion import ghk_current, ghk_voltage, nernst, thermal_voltage
from neurolab.membrane.excitability import (
    compute_fitzhugh_nagumo_nullclines,
    fitzhugh_nagumo,
    fitzhugh_nagumo_from_slope,
    fitzhugh_nagumo_slope,
)
from neurolab.membrane.integrate_and_fire import compute_lif_rate, lif
from neurolab.membrane.nonlinear_integrate_and_fire import (
    ADEX_PATTERNS,
    adex,
    compute_adex_hopf_current,
    compute_adex_saddle_node_current,
    compute_eif_rheobase,
    compute_qif_rate,
    eif,
    qif,
    theta_neuron,
)
from neurolab.membrane.population_rates import (
    WILSON_COWAN_SETS,
    PairResponse,
    compute_pair_nullclines,
    compute_pair_response,
    compute_population_response,
    compute_wilson_cowan_nullclines,
    excitatory_inhibitory_pair,
    rate_population,
    sigmoid_population,
    wilson_cowan_populations,
)
from neurolab.membrane.pyramidal_cell import traub_miles
from neurolab.membrane.rates import (
    compute_siegert_cv,
    compute_siegert_gain,
    compute_siegert_rate,
)
from neurolab.membrane.rc_circuit import compute_passive_response, passive
from neurolab.membrane.squid_axon import (
    compute_gate_steady_states,
    compute_gate_time_constants,
    hodgkin_huxley,
    hodgkin_huxley_rates,
)
from neurolab.membrane.thresholds import (
    StrengthDuration,
    compute_strength_duration,
    find_rheobase,
    find_threshold_current,
    fit_strength_duration,
)
from neurolab.membrane.voltage_clamp import (
    CurrentVoltage,
    VoltageClamp,
    compute_current_voltage,
    compute_voltage_clamp,
)

__all__ = [
    "ADEX_PATTERNS",
    "IZHIKEVICH_PANELS",
    "IZHIKEVICH_TYPES",
    "MORRIS_LECAR_SETS",
    "WILSON_COWAN_SETS",
    "ChannelRun",
    "ChannelStatistics",
    "CurrentVoltage",
    "IzhikevichPanel",
    "PairResponse",
    "StrengthDuration",
    "VoltageClamp",
    "adex",
    "compute_adex_hopf_current",
    "compute_adex_saddle_node_current",
    "compute_channel_autocovariance",
    "compute_channel_statistics",
    "compute_current_voltage",
    "compute_eif_rheobase",
    "compute_fitzhugh_nagumo_nullclines",
    "compute_gate_steady_states",
    "compute_gate_time_constants",
    "compute_izhikevich_hopf_current",
    "compute_izhikevich_rest",
    "compute_izhikevich_saddle_node_current",
    "compute_lif_rate",
    "compute_morris_lecar_nullclines",
    "compute_pair_nullclines",
    "compute_pair_response",
    "compute_passive_response",
    "compute_population_response",
    "compute_qif_rate",
    "compute_siegert_cv",
    "compute_siegert_gain",
    "compute_siegert_rate",
    "compute_strength_duration",
    "compute_voltage_clamp",
    "compute_wilson_cowan_nullclines",
    "eif",
    "excitatory_inhibitory_pair",
    "find_rheobase",
    "find_threshold_current",
    "fit_strength_duration",
    "fitzhugh_nagumo",
    "fitzhugh_nagumo_from_slope",
    "fitzhugh_nagumo_slope",
    "ghk_current",
    "ghk_voltage",
    "hindmarsh_rose",
    "hodgkin_huxley",
    "hodgkin_huxley_rates",
    "izhikevich",
    "lif",
    "morris_lecar",
    "nernst",
    "passive",
    "qif",
    "rate_population",
    "sigmoid_population",
    "simulate_channels",
    "simulate_izhikevich_euler",
    "simulate_izhikevich_panel",
    "thermal_voltage",
    "traub_miles",
    "theta_neuron",
    "wilson_cowan_populations",
]
