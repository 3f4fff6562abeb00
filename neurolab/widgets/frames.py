"""Figures on the wire: a description in JSON and arrays, of which only news is sent.

Arrays are float32; long curves travel as 16-bit steps of the range they span, which no screen can tell from it and
which is half as long: a picture on a slow line costs what its arrays weigh.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from neurolab.figures import Arrows, Dots, Figure, Line, Mark, Panel, Span, Text, Ticks
from neurolab.figures.alt import describe_panel
from neurolab.figures.decimate import thin

Layout = dict[str, Any]
Arrays = dict[str, bytes]

PACKED_FROM = 512  # values; shorter arrays weigh little
FINEST = 4096  # steps in what a panel shows, at least: more than it has pixels
GAP = 65535


def encode(figure: Figure) -> tuple[Layout, Arrays]:
    """What the browser needs to draw `figure`; arrays are named "panel.mark.field"."""
    arrays: Arrays = {}
    panels = [
        _panel(panel, index, arrays) | {"place": list(place), "shared": shared}
        for index, (panel, place, shared) in enumerate(
            zip(figure.panels, figure.places(), figure.shares_x(), strict=True)
        )
    ]
    layout = {"columns": figure.columns, "heights": figure.row_heights(), "panels": panels}
    return layout, arrays


def alts(figure: Figure) -> list[str]:
    """The words that stand for each panel's picture."""
    return [describe_panel(panel) for panel in figure.panels]


class Sent:
    """What the browser has by now: tells what of a new frame it still needs."""

    def __init__(self) -> None:
        self._layout: Layout | None = None
        self._arrays: Arrays = {}

    def forget(self) -> None:
        """Start again from nothing: the page was loaded anew."""
        self._layout, self._arrays = None, {}

    def news(self, layout: Layout, arrays: Arrays) -> tuple[Layout | None, Arrays]:
        """The layout if it differs from the last one, and the arrays that do."""
        changed = {name: data for name, data in arrays.items() if self._arrays.get(name) != data}
        fresh = layout if layout != self._layout else None
        self._layout, self._arrays = layout, arrays
        return fresh, changed


def _panel(panel: Panel, index: int, arrays: Arrays) -> Layout:
    marks = []
    shown = {"x": panel.xlim[1] - panel.xlim[0], "y": panel.ylim[1] - panel.ylim[0]}
    for number, (mark, colour) in enumerate(zip(panel.marks, panel.colours, strict=True)):
        fields, data = _mark(mark, panel)
        packed = []
        for name, values in data.items():
            short = pack(values, shown[name]) if name in _curves(mark, panel) else None
            if short is not None:
                packed.append(name)
            arrays[f"{index}.{number}.{name}"] = short or floats(values)
        marks.append({"label": mark.label, "color": colour, **fields, "packed": packed})
    return {
        "title": panel.title,
        "x": panel.x,
        "y": panel.y,
        "xlim": panel.xlim,
        "ylim": panel.ylim,
        "log": panel.log,
        "pick": panel.pick,
        "marks": marks,
    }


def floats(values: Any) -> bytes:
    """An array as float32."""
    return np.ascontiguousarray(values, "<f4").tobytes()


def pack(values: Any, shown: float) -> bytes | None:
    """An array as lowest value and step (float64), then the number of steps of each value (uint16, 65535 for a gap).

    None where that is not worth it or would show: short arrays, and values far beyond the `shown` range. The step is
    a power of two, so that zero and round numbers keep their value.
    """
    values = np.asarray(values, np.float64)
    if values.size < PACKED_FROM:
        return None
    low, high = float(values.min()), float(values.max())
    gaps = np.isnan(values) if math.isnan(low) else None
    if gaps is not None:
        if gaps.all():
            return None
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if math.isinf(low) or math.isinf(high):
        return None
    step = 2.0 ** math.ceil(math.log2(max(high - low, shown) / (GAP - 2)))
    if step > shown / FINEST:
        return None
    low = math.floor(low / step) * step
    steps = np.rint((values - low) / step)
    if gaps is not None:
        steps[gaps] = GAP
    packed: bytes = np.array([low, step], "<f8").tobytes() + steps.astype("<u2").tobytes()
    return packed


def _curves(mark: Mark, panel: Panel) -> str:
    """Which fields of a mark may be packed: on a logarithmic axis equal steps are not equally small."""
    if not isinstance(mark, Line):
        return ""
    return "".join(axis for axis in "xy" if axis not in (panel.log or ""))


def _mark(mark: Mark, panel: Panel) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plain fields of a mark and its arrays."""
    match mark:
        case Line():
            x, y = thin(mark.x, mark.y, panel.xlim, panel.ylim, panel.log)
            return {"kind": "line", "dash": mark.dash, "width": mark.width}, {"x": x, "y": y}
        case Ticks():
            return {"kind": "ticks"}, {"x": mark.x, "y": mark.rows}
        case Dots():
            data = {"x": mark.x, "y": mark.y, "filled": mark.filled}
            kinds = set(mark.filled.tolist()) or {True}
            return {"kind": "dots", "size": mark.size, "fill": sum(kinds) / len(kinds)}, data
        case Arrows():
            data = {"x": mark.x, "y": mark.y, "u": mark.u, "v": mark.v}
            return {"kind": "arrows"}, data
        case Span():
            return {"kind": "span", "axis": mark.axis, "low": mark.low, "high": mark.high}, {}
        case Text():
            text = {"text": mark.text, "x": mark.x, "y": mark.y, "align": mark.align}
            return {"kind": "text", **text}, {}
    raise TypeError(f"no wire form for a {type(mark).__name__}")
