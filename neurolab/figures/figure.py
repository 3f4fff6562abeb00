"""Figure and Panel: what a lab returns.

Data only: drawing is in `draw`, words are in `alt`, the live view in `neurolab.widgets`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np

from neurolab.figures.marks import Arrows, Dots, Line, Mark, Span, Text, Ticks, Values, freeze
from neurolab.figures.palette import Colour

Limits = tuple[float, float]


class Place(NamedTuple):
    """Where a panel sits in the grid of its figure, counted from zero."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, eq=False, init=False)
class Panel:
    """One pair of axes and its marks.

    Parameters
    ----------
    *marks : the marks, drawn in this order
    title, x, y : texts of the panel and of its axes, with units: "V (mV)"
    xlim, ylim : (low, high); None follows the data and rounds to whole ticks
    log : "", "x", "y" or "xy": the logarithmic axes
    pick : names of two lab parameters that a click in the panel sets
    height : height of the panel's row, relative to the others
    span : (rows, columns) of the grid that the panel covers
    """

    marks: tuple[Mark, ...]
    colours: tuple[Colour, ...]
    title: str
    x: str
    y: str
    xlim: Limits
    ylim: Limits
    log: Literal["", "x", "y", "xy"]
    pick: tuple[str, str] | None
    height: float
    span: tuple[int, int]

    def __init__(
        self,
        *marks: Mark,
        title: str = "",
        x: str = "time (ms)",
        y: str = "V (mV)",
        xlim: Sequence[float] | None = None,
        ylim: Sequence[float] | None = None,
        log: Literal["", "x", "y", "xy"] = "",
        pick: tuple[str, str] | None = None,
        height: float = 1.0,
        span: tuple[int, int] = (1, 1),
    ) -> None:
        for mark in marks:
            if not isinstance(mark, Mark):
                raise ValueError(
                    f"Panel: marks must be Line, Ticks, Dots, Arrows, Span or Text, "
                    f"got {type(mark).__name__}; wrap arrays as Line(x, y)"
                )
        if log not in ("", "x", "y", "xy"):
            raise ValueError(f'Panel: log must be "", "x", "y" or "xy", got {log!r}')
        if pick is not None and len(pick) != 2:
            raise ValueError(f"Panel: pick must name two parameters, got {pick!r}")
        if height <= 0:
            raise ValueError(f"Panel: height must be positive, got {height}")
        if min(span) < 1:
            raise ValueError(f"Panel: span must be (rows, columns) of at least 1, got {span}")
        extents = [_extent(mark) for mark in marks]
        rows = any(isinstance(mark, Ticks) for mark in marks)  # are counted, not measured
        freeze(
            self,
            marks=marks,
            colours=_assign_colours(marks),
            title=title,
            x=x,
            y=y,
            xlim=_limits(xlim, [e[0] for e in extents], "x", log, tight=True),
            ylim=_limits(ylim, [e[1] for e in extents], "y", log, tight=rows),
            log=log,
            pick=None if pick is None else tuple(pick),
            height=float(height),
            span=tuple(span),
        )


@dataclass(frozen=True, eq=False, init=False)
class Figure:
    """Panels in a grid, one sentence that says what is seen, and named numbers.

    Parameters
    ----------
    *panels : from left to right, then downwards, skipping what earlier panels cover
    summary : the sentence read aloud and shown under the controls: "3 spikes in 50 ms"
    title : text above everything; a lab's own title stands in when this is empty
    columns : number of columns, or their relative widths; None: one, two from four panels on
    values : named numbers for tests and targets: `fig.values["rate"]`

    Example
    -------
    >>> fig = Figure(Panel(Line([0, 1], [2, 3])), summary="A straight line.")
    >>> print(fig.alt)
    A straight line.
    V (mV) from 2 to 3 against time (ms) from 0 to 1.
    - line: from 2 to 3.
    """

    panels: tuple[Panel, ...]
    summary: str
    title: str
    columns: tuple[float, ...]
    values: Mapping[str, float]

    def __init__(
        self,
        *panels: Panel,
        summary: str = "",
        title: str = "",
        columns: int | Sequence[float] | None = None,
        values: Mapping[str, float] | None = None,
    ) -> None:
        for panel in panels:
            if not isinstance(panel, Panel):
                raise ValueError(
                    f"Figure: panels must be Panel objects, got {type(panel).__name__}; "
                    "write Figure(Panel(Line(x, y)))"
                )
        if not panels:
            raise ValueError(
                "Figure: at least one panel is needed; write Figure(Panel(Line(x, y)))"
            )
        widths = _column_widths(columns, len(panels))
        for panel in panels:
            if panel.span[1] > len(widths):
                raise ValueError(
                    f"Figure: a panel spans {panel.span[1]} columns, the figure has {len(widths)}"
                )
        freeze(
            self,
            panels=panels,
            summary=summary,
            title=title,
            columns=widths,
            values=MappingProxyType({name: float(v) for name, v in (values or {}).items()}),
        )

    def titled(self, title: str) -> Figure:
        """The same figure under another title."""
        return Figure(
            *self.panels,
            summary=self.summary,
            title=title,
            columns=self.columns,
            values=self.values,
        )

    def places(self) -> list[Place]:
        """The cell of each panel: first free place in reading order that it fits into."""
        taken: set[tuple[int, int]] = set()
        places = []
        for panel in self.panels:
            rows, columns = panel.span
            at = 0
            while True:
                row, column = divmod(at, len(self.columns))
                cells = {(row + i, column + j) for i in range(rows) for j in range(columns)}
                if column + columns <= len(self.columns) and not cells & taken:
                    break
                at += 1
            taken |= cells
            places.append(Place(row, column, rows, columns))
        return places

    def row_heights(self) -> list[float]:
        """Relative height of each row: that of the tallest panel in it; spans share theirs out."""
        places = self.places()
        heights = [0.0] * max(place.row + place.rows for place in places)
        for panel, place in zip(self.panels, places, strict=True):
            for row in range(place.row, place.row + place.rows):
                heights[row] = max(heights[row], panel.height / place.rows)
        return heights

    def shares_x(self) -> list[bool]:
        """Whether each panel stands right above one with its x axis, which then labels both."""
        cells = list(zip(self.panels, self.places(), strict=True))
        return [
            any(
                below.row == place.row + place.rows
                and (below.column, below.columns) == (place.column, place.columns)
                and (other.x, other.xlim, "x" in other.log)
                == (panel.x, panel.xlim, "x" in panel.log)
                for other, below in cells
            )
            for panel, place in cells
        ]

    @property
    def alt(self) -> str:
        """The figure in words: made from the data, the same on every machine."""
        from neurolab.figures import alt

        return alt.describe(self)

    def png(self, dpi: int = 80) -> bytes:
        """A PNG picture, drawn by matplotlib on white; equal figures give equal bytes."""
        from neurolab.figures import draw

        return draw.png(self, dpi)

    def save(self, path: str | Path, dpi: int = 200) -> None:
        """Write the figure to a file; the ending (.png, .pdf, .svg) chooses the format."""
        from neurolab.figures import draw

        draw.save(self, Path(path), dpi)

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        import base64

        picture = base64.b64encode(self.png()).decode("ascii")
        # the words stand in the picture's metadata too: exporters write them as its alt text
        return {"text/plain": self.alt, "image/png": picture}, {"image/png": {"alt": self.alt}}


def _extent(mark: Mark) -> tuple[Values, Values]:
    """The x and y values that automatic limits must show."""
    none = np.array([])
    match mark:
        case Line() | Dots() | Arrows():
            return mark.x, mark.y
        case Ticks():
            # half a row of air above and below, or a raster of one row would lie on the frame
            edges = [mark.rows.min() - 0.5, mark.rows.max() + 0.5] if mark.rows.size else []
            return mark.x, np.array(edges)
        case Span():
            band = np.array([mark.low, mark.high])
            return (band, none) if mark.axis == "x" else (none, band)
        case Text():
            return np.array([mark.x]), np.array([mark.y])
    return none, none


def _assign_colours(marks: Sequence[Mark]) -> tuple[Colour, ...]:
    """Give each mark without a colour the next one that no mark of the panel asks for."""
    asked = {mark.color for mark in marks if isinstance(mark.color, int)}
    free = (index for index in range(len(marks) + len(asked)) if index not in asked)
    return tuple(next(free) if mark.color is None else mark.color for mark in marks)


def _column_widths(columns: int | Sequence[float] | None, panels: int) -> tuple[float, ...]:
    if columns is None:
        columns = 1 if panels < 4 else 2
    widths = (1.0,) * columns if isinstance(columns, int) else tuple(float(w) for w in columns)
    if not widths or min(widths) <= 0:
        raise ValueError(
            f"Figure: columns must be a positive number or positive widths, got {columns!r}"
        )
    return widths


def _limits(
    asked: Sequence[float] | None, data: Sequence[Any], axis: str, log: str, tight: bool
) -> Limits:
    """The limits asked for, or those of the data: exact along x, in whole ticks along y."""
    if asked is not None:
        low, high = (float(value) for value in asked)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"Panel: {axis}lim must be (low, high) with low < high, got {asked!r}")
        if axis in log and low <= 0:
            raise ValueError(f"Panel: {axis}lim must be positive on a log axis, got {asked!r}")
        return low, high
    values = np.concatenate([np.asarray(d, dtype=float) for d in data]) if data else np.array([])
    values = values[np.isfinite(values) & ((values > 0) if axis in log else True)]
    if not values.size:
        return (1.0, 10.0) if axis in log else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if axis in log:
        return 10.0 ** math.floor(math.log10(low)), 10.0 ** max(
            math.ceil(math.log10(high)), math.floor(math.log10(low)) + 1
        )
    if low == high:
        pad = abs(low) * 0.1 or 1.0
        low, high, tight = low - pad, high + pad, False
    if tight:
        return low, high
    step = tick_step(high - low, 4)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def tick_step(width: float, count: float) -> float:
    """The step of 1, 2 or 5 times a power of ten that puts about `count` ticks into `width`."""
    raw = width / count
    power: float = 10.0 ** math.floor(math.log10(raw))
    ratio = raw / power
    return power * (1 if ratio < 1.5 else 2 if ratio < 3.5 else 5 if ratio < 7.5 else 10)
