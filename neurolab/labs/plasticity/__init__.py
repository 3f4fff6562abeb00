"""Labs of chapter 3, one module a lesson; reach them as `nl.labs.plasticity.hebb_and_oja`."""

from neurolab.labs.plasticity.learning_rules import (
    hebb_and_oja,
    hidden_direction,
    two_patterns,
)

__all__ = ["hebb_and_oja", "hidden_direction", "two_patterns"]
