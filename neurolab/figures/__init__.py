"""Figures as data: panels of marks, drawn here by matplotlib, and live by `neurolab.widgets`."""

from neurolab.figures.figure import Figure, Panel
from neurolab.figures.marks import Arrows, Dots, Line, Mark, Span, Text, Ticks

__all__ = ["Arrows", "Dots", "Figure", "Line", "Mark", "Panel", "Span", "Text", "Ticks"]
