"""Labs of chapter 1, one module a lesson; reach them as `nl.labs.membrane.action_potential`."""

from neurolab.labs.membrane.fewer_variables import (
    adex_patterns,
    coarse_step,
    fitzhugh_nagumo_plane,
    izhikevich_gallery,
    morris_lecar_plane,
    neuron_behind_glass,
    two_neurons,
)
from neurolab.labs.membrane.spikes_to_rates import (
    crowd,
    hidden_pair,
    integrate_and_fire,
    naive_formula,
    noisy_neuron,
    paradox,
    wilson_cowan_plane,
)
from neurolab.labs.membrane.the_membrane import (
    action_potential,
    anode_break,
    firing_rate,
    passive_membrane,
    poisoned_axon,
    start_and_stop,
    step_or_ramp,
    tetrodotoxin,
    the_race,
    voltage_clamp,
)

__all__ = [
    "adex_patterns",
    "anode_break",
    "coarse_step",
    "crowd",
    "firing_rate",
    "fitzhugh_nagumo_plane",
    "hidden_pair",
    "integrate_and_fire",
    "izhikevich_gallery",
    "morris_lecar_plane",
    "naive_formula",
    "neuron_behind_glass",
    "noisy_neuron",
    "paradox",
    "passive_membrane",
    "poisoned_axon",
    "start_and_stop",
    "step_or_ramp",
    "tetrodotoxin",
    "the_race",
    "voltage_clamp",
    "two_neurons",
    "wilson_cowan_plane",
    "action_potential",
]
