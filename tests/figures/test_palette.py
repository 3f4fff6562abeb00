"""Every colour stands out from its page."""

import pytest

from neurolab.figures.palette import DARK, LIGHT, hex_colour


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.1."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("colour", "page"), [(c, "#FFFFFF") for c in LIGHT] + [(c, "#111111") for c in DARK]
)
def test_contrast_is_at_least_three_to_one(colour, page):
    """WCAG 2.1, success criterion 1.4.11."""
    assert contrast(colour, page) >= 3.0


def test_colours_go_round():
    assert hex_colour(0) == hex_colour(len(LIGHT)) and hex_colour("ink") != hex_colour("dim")
