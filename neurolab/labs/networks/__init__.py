"""Labs of chapter 4, one module a lesson; reach them as `nl.labs.networks.balance`."""

from neurolab.labs.networks.feedforward import hidden_lesson, memory_of_a_neuron, perceptron
from neurolab.labs.networks.recurrent import (
    balance,
    brunel_network,
    chaos,
    hidden_network,
    hopfield_recall,
    ring_attractor,
)
from neurolab.labs.networks.winner_takes_all import (
    drift_to_bound,
    hidden_race,
    two_choices,
    two_rivals,
)

__all__ = [
    "balance",
    "brunel_network",
    "chaos",
    "drift_to_bound",
    "hidden_lesson",
    "hidden_network",
    "hidden_race",
    "hopfield_recall",
    "memory_of_a_neuron",
    "perceptron",
    "ring_attractor",
    "two_choices",
    "two_rivals",
]
