"""Figures in words: the alternative text of pictures, and what strict notebook tests compare.

Three significant digits, and nothing that depends on the day, the machine or the thinning of
curves: the same data give the same sentences everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurolab.figures.marks import Arrows, Dots, Line, Mark, Span, Text, Ticks

if TYPE_CHECKING:
    from neurolab.figures.figure import Figure, Panel
    from neurolab.figures.marks import Values


def describe(figure: Figure) -> str:
    """All of a figure: title, summary, then each panel with its marks."""
    head = [text for text in (_sentence(figure.title), _sentence(figure.summary)) if text]
    return "\n".join(head + [describe_panel(panel) for panel in figure.panels])


def describe_panel(panel: Panel) -> str:
    """One panel: its axes, then a line for each mark."""
    name = f"{panel.title}: " if panel.title else ""
    up, along = (
        f"from {_number(low)} to {_number(high)}" for low, high in (panel.ylim, panel.xlim)
    )
    measured = f"{panel.y} {up} against " if panel.y else "along "
    axes = f"{name}{measured}{panel.x} {along}."
    return "\n".join([axes, *(f"- {describe_mark(mark, bool(panel.y))}." for mark in panel.marks)])


def describe_mark(mark: Mark, measured: bool) -> str:
    """One mark: what it is, its name, and the range of its data; where heights measure nothing, how far it swings."""
    name = f" ({mark.label})" if mark.label else ""
    match mark:
        case Line():
            return f"{'dashed line' if mark.dash else 'line'}{name}: {_course(mark.y, measured)}"
        case Ticks():
            rows = np.unique(mark.rows).size
            where = "" if rows < 2 else f" in {rows} rows"
            return f"ticks{name}: {_count(mark.x.size, 'event')}{where}"
        case Dots():
            return f"dots{name}: {_dots(mark)}"
        case Arrows():
            return f"arrows{name}: the flow at {_count(mark.x.size, 'point')}"
        case Span():
            return f"shaded{name}: {mark.axis} from {_number(mark.low)} to {_number(mark.high)}"
        case Text():
            return f"text: {mark.text}"
    raise TypeError(f"no words for a {type(mark).__name__}")


def _course(y: Values, measured: bool) -> str:
    """How a curve goes: its first and last value, and its extremes where they lie between."""
    seen = y[~np.isnan(y)]
    if not seen.size:
        return "no data"
    if not measured:
        return f"swings by {_number(seen.max() - seen.min())}"
    first, last, low, high = (_number(v) for v in (seen[0], seen[-1], seen.min(), seen.max()))
    if low == high:
        return f"constant at {low}"
    extremes = [
        f"{word} {value}"
        for word, value in (("lowest", low), ("highest", high))
        if value not in (first, last)
    ]
    return ", ".join([f"from {first} to {last}", *extremes])


def _dots(dots: Dots) -> str:
    seen = ~(np.isnan(dots.x) | np.isnan(dots.y))
    x, y, filled = dots.x[seen], dots.y[seen], dots.filled[seen]
    if x.size == 0:
        return "none"
    if x.size > 6:
        opened = int((~filled).sum())
        return _count(x.size, "dot") + (f", {opened} open" if opened else "")
    return ", ".join(
        f"{'' if full else 'open '}({_number(a)}, {_number(b)})"
        for a, b, full in zip(x, y, filled, strict=True)
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _number(value: float) -> str:
    text = f"{value:.3g}"
    if "e+" in text and abs(value) < 1e6:
        text = f"{float(text):.0f}"  # 3000 is easier to hear than 3e+03
    return "0" if text == "-0" else text


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else text + "."
