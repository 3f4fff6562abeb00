"""Labs of chapter 3, one module a lesson; reach them as `nl.labs.plasticity.hebb_and_oja`."""

from neurolab.labs.plasticity.homeostasis import (
    after_the_lesion,
    hidden_time_scale,
    thermostat,
)
from neurolab.labs.plasticity.learning_rules import (
    hebb_and_oja,
    hidden_direction,
    two_patterns,
)
from neurolab.labs.plasticity.spike_timing import (
    competition,
    hidden_window,
    pair_of_spikes,
    pairing_protocol,
    triplets_and_bcm,
)

__all__ = [
    "after_the_lesion",
    "competition",
    "hebb_and_oja",
    "hidden_direction",
    "hidden_time_scale",
    "hidden_window",
    "pair_of_spikes",
    "pairing_protocol",
    "thermostat",
    "triplets_and_bcm",
    "two_patterns",
]
