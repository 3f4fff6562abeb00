"""Labs of chapter 4, one module a lesson; reach them as `nl.labs.networks.memory_of_a_neuron`."""

from neurolab.labs.networks.feedforward import memory_of_a_neuron, perceptron

__all__ = ["memory_of_a_neuron", "perceptron"]
