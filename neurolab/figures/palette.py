"""The colours of every figure: Okabe and Ito's palette, adjusted to stand out from the page.

Three of the eight (orange, sky blue, yellow) are too pale for thin lines on white and are darkened;
all are lifted for dark pages. Each has a contrast of at least 3:1 with its page, the limit that
WCAG 2.1 sets for graphics.

References: Okabe M. and Ito K. (2008), "Color universal design".
"""

from typing import Literal

Colour = int | Literal["ink", "dim"]
"""An index into the palette, or the page's foreground ("ink"), or its muted foreground ("dim")."""

LIGHT = ("#0072B2", "#D55E00", "#009E73", "#C0609A", "#B07A00", "#2E8BC0", "#8A7F00", "#6F6F6F")
DARK = ("#56B4E9", "#FF8A3D", "#2CCB9A", "#E79CC9", "#F0B429", "#8FD0F5", "#F0E442", "#A8A8A8")
INK, DIM, AXIS, GRID, PAGE = "#1F2328", "#656D76", "#9AA1A9", "#DFE3E8", "#FFFFFF"


def hex_colour(colour: Colour) -> str:
    """The colour on a white page, for pictures in saved notebooks."""
    if colour == "ink":
        return INK
    if colour == "dim":
        return DIM
    return LIGHT[colour % len(LIGHT)]
