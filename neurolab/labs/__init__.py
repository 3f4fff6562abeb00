"""Ready-made explorable functions, one package or module a chapter; ranges, presets, targets are data."""

from neurolab.labs import membrane, networks, plasticity, synapses, toolbox

__all__ = ["membrane", "networks", "plasticity", "synapses", "toolbox"]
