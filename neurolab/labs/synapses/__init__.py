"""Labs of chapter 2, one module a lesson; reach them as `nl.labs.synapses.magnesium_block`."""

from neurolab.labs.synapses.release import (
    end_plate,
    hidden_release,
    three_estimates,
    variance_mean,
)
from neurolab.labs.synapses.short_term_plasticity import (
    depression_and_facilitation,
    hidden_train,
    one_axon_two_targets,
)
from neurolab.labs.synapses.synaptic_currents import (
    chloride_battery,
    hidden_battery,
    magnesium_block,
    receptors,
    shunting,
)

__all__ = [
    "chloride_battery",
    "depression_and_facilitation",
    "end_plate",
    "hidden_battery",
    "hidden_release",
    "hidden_train",
    "magnesium_block",
    "one_axon_two_targets",
    "receptors",
    "shunting",
    "three_estimates",
    "variance_mean",
]
