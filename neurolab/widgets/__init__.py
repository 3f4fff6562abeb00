"""The live view of labs in a notebook: `explore(lab)`."""

from neurolab.widgets.explorer import Explorer, explore

__all__ = ["Explorer", "explore"]
