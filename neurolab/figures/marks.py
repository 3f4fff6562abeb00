"""The marks a panel may hold, each a frozen bundle of checked arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from neurolab.figures.palette import Colour

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Mark:
    """What all marks share: a name for the legend and a colour (None: the next of the panel)."""

    label: str
    color: Colour | None


def freeze(mark: object, **fields: object) -> None:
    """Set the fields of a frozen dataclass, once, from its own __init__."""
    for name, value in fields.items():
        object.__setattr__(mark, name, value)


def _values(values: npt.ArrayLike, name: str, owner: str) -> Values:
    """A one-dimensional float array; what is not finite becomes NaN, which draws as a gap."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{owner}: {name} must be numbers, got {values!r:.60}; {error}") from None
    if array.ndim == 0:
        array = array.reshape(1)
    if array.ndim != 1:
        raise ValueError(
            f"{owner}: {name} must have one dimension, got shape {array.shape}; "
            f"draw one {owner} per row, or use {name}.ravel()"
        )
    array[~np.isfinite(array)] = np.nan
    array.flags.writeable = False
    return array


def _same_length(owner: str, **arrays: Values) -> None:
    sizes = {name: array.size for name, array in arrays.items()}
    if len(set(sizes.values())) > 1:
        got = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise ValueError(f"{owner}: {' and '.join(sizes)} must be equally long, but {got}")


def _colour(color: Colour | None, owner: str) -> Colour | None:
    if color is None or color in ("ink", "dim"):
        return color
    if isinstance(color, int) and not isinstance(color, bool) and color >= 0:
        return color
    raise ValueError(
        f'{owner}: color must be an index into the palette (0, 1, ...), "ink" or "dim", '
        f"got {color!r}"
    )


@dataclass(frozen=True, eq=False, init=False)
class Line(Mark):
    """A curve through the points (x, y); NaN leaves a gap. `width` is in points of the page."""

    x: Values
    y: Values
    label: str
    color: Colour | None
    dash: bool
    width: float

    def __init__(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        label: str = "",
        color: Colour | None = None,
        dash: bool = False,
        width: float = 1.5,
    ) -> None:
        px, py = _values(x, "x", "Line"), _values(y, "y", "Line")
        _same_length("Line", x=px, y=py)
        colour = _colour(color, "Line")
        freeze(self, x=px, y=py, label=label, color=colour, dash=bool(dash), width=float(width))


@dataclass(frozen=True, eq=False, init=False)
class Ticks(Mark):
    """A raster: a short vertical stroke per event at (x, row); one number puts all in one row."""

    x: Values
    rows: Values
    label: str
    color: Colour | None

    def __init__(
        self,
        x: npt.ArrayLike,
        rows: npt.ArrayLike = 0.0,
        label: str = "",
        color: Colour | None = "ink",
    ) -> None:
        px = _values(x, "x", "Ticks")
        py = np.full(px.size, float(rows)) if np.isscalar(rows) else _values(rows, "rows", "Ticks")  # type: ignore[arg-type]
        _same_length("Ticks", x=px, rows=py)
        freeze(self, x=px, rows=py, label=label, color=_colour(color, "Ticks"))


@dataclass(frozen=True, eq=False, init=False)
class Dots(Mark):
    """Round markers at (x, y). Filled and open dots tell stable from unstable without colour."""

    x: Values
    y: Values
    label: str
    filled: Flags
    size: float
    color: Colour | None

    def __init__(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        label: str = "",
        filled: bool | npt.ArrayLike = True,
        size: float = 7.0,
        color: Colour | None = None,
    ) -> None:
        px, py = _values(x, "x", "Dots"), _values(y, "y", "Dots")
        _same_length("Dots", x=px, y=py)
        flags = np.asarray(filled, dtype=np.bool_)
        if flags.ndim and flags.shape != px.shape:
            raise ValueError(
                f"Dots: filled must be True, False or a flag per dot ({px.size}), got {flags.size}"
            )
        flags = np.broadcast_to(flags, px.shape).copy()
        colour = _colour(color, "Dots")
        freeze(self, x=px, y=py, label=label, filled=flags, size=float(size), color=colour)


@dataclass(frozen=True, eq=False, init=False)
class Arrows(Mark):
    """A vector field: at each (x, y) the direction of (u, v), in data units; any shape is taken.

    Directions are those on the page; lengths grow slowly with speed, so that slow regions still
    show their flow.
    """

    x: Values
    y: Values
    u: Values
    v: Values
    label: str
    color: Colour | None

    def __init__(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        u: npt.ArrayLike,
        v: npt.ArrayLike,
        label: str = "",
        color: Colour | None = "dim",
    ) -> None:
        flat = {
            name: _values(np.ravel(values), name, "Arrows")
            for name, values in {"x": x, "y": y, "u": u, "v": v}.items()
        }
        _same_length("Arrows", **flat)
        freeze(self, **flat, label=label, color=_colour(color, "Arrows"))

    def speeds(self, width: float, height: float) -> Values:
        """Lengths between 0 and 1 for a panel that shows `width` by `height` data units."""
        speed = np.hypot(self.u / width, self.v / height)
        top = np.nanmax(speed, initial=0.0)
        scaled: Values = (speed / top) ** 0.35 if top > 0 else np.zeros_like(speed)
        return scaled


@dataclass(frozen=True, eq=False, init=False)
class Span(Mark):
    """A shaded band from `low` to `high` along one axis: a stimulus, a forbidden range."""

    low: float
    high: float
    axis: Literal["x", "y"]
    label: str
    color: Colour | None

    def __init__(
        self,
        low: float,
        high: float,
        axis: Literal["x", "y"] = "x",
        label: str = "",
        color: Colour | None = "dim",
    ) -> None:
        if axis not in ("x", "y"):
            raise ValueError(f'Span: axis must be "x" or "y", got {axis!r}')
        if not (np.isfinite(low) and np.isfinite(high) and low <= high):
            raise ValueError(f"Span: low and high must be finite, low <= high, got {low}, {high}")
        colour = _colour(color, "Span")
        freeze(self, low=float(low), high=float(high), axis=axis, label=label, color=colour)


@dataclass(frozen=True, eq=False, init=False)
class Text(Mark):
    """Words at a point. Plain Unicode: no TeX is read."""

    x: float
    y: float
    text: str
    color: Colour | None
    align: Literal["left", "center", "right"]
    label: str = ""

    def __init__(
        self,
        x: float,
        y: float,
        text: str,
        color: Colour | None = "ink",
        align: Literal["left", "center", "right"] = "left",
    ) -> None:
        if align not in ("left", "center", "right"):
            raise ValueError(f'Text: align must be "left", "center" or "right", got {align!r}')
        if not (np.isfinite(x) and np.isfinite(y)):
            raise ValueError(f"Text: x and y must be finite, got {x}, {y}")
        colour = _colour(color, "Text")
        freeze(self, x=float(x), y=float(y), text=str(text), color=colour, align=align, label="")
