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

__all__ = [
    "after_the_lesion",
    "hebb_and_oja",
    "hidden_direction",
    "hidden_time_scale",
    "thermostat",
    "two_patterns",
]
