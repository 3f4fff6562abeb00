"""Labs of chapter 1, one module a lesson; reach them as `nl.labs.membrane.action_potential`."""

from neurolab.labs.membrane.fewer_variables import (
    fitzhugh_nagumo_plane,
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
)

__all__ = [
    "action_potential",
    "anode_break",
    "crowd",
    "firing_rate",
    "fitzhugh_nagumo_plane",
    "hidden_pair",
    "integrate_and_fire",
    "naive_formula",
    "noisy_neuron",
    "paradox",
    "passive_membrane",
    "poisoned_axon",
    "start_and_stop",
    "step_or_ramp",
    "tetrodotoxin",
    "the_race",
    "wilson_cowan_plane",
]
