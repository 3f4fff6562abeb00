"""Labs of chapter 1, one module a lesson; reach them as `nl.labs.membrane.action_potential`."""

from neurolab.labs.membrane.fewer_variables import (
    fitzhugh_nagumo_plane,
)
from neurolab.labs.membrane.spikes_to_rates import (
    integrate_and_fire,
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
    "firing_rate",
    "fitzhugh_nagumo_plane",
    "integrate_and_fire",
    "passive_membrane",
    "poisoned_axon",
    "start_and_stop",
    "step_or_ramp",
    "tetrodotoxin",
    "the_race",
]
