"""Ready-made explorable functions, one module a chapter; ranges, presets, targets are data."""

from neurolab.labs import membrane, toolbox

__all__ = ["membrane", "toolbox"]
