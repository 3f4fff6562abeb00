"""Figures drawn by matplotlib, for saved notebooks, print and the web. Imported on first use only.

Uses `matplotlib.figure.Figure`, not pyplot, which keeps every figure alive and is thread-unsafe.
"""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from PIL import Image

from neurolab.figures.decimate import thin
from neurolab.figures.marks import Arrows, Dots, Line, Mark, Span, Text, Ticks
from neurolab.figures.palette import AXIS, DIM, GRID, INK, LIGHT, PAGE, Colour, hex_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurolab.figures.figure import Figure, Panel, Place

WIDTH = 9.0  # inches: 720 pixels at the 80 dpi of saved notebooks, the width of GitHub's page
ROW = 2.35  # inches of a row of relative height 1
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelsize": 9.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": AXIS,
    "axes.linewidth": 0.8,
    "axes.facecolor": PAGE,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": AXIS,
    "ytick.color": AXIS,
    "xtick.labelcolor": DIM,
    "ytick.labelcolor": DIM,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "legend.fontsize": 8.5,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
    "lines.dash_capstyle": "butt",
    "path.simplify": True,
    "savefig.facecolor": PAGE,
    "svg.hashsalt": "neurolab",
}


def png(figure: Figure, dpi: int) -> bytes:
    """PNG bytes, without the program's version inside: equal figures give equal bytes.

    A picture with a palette takes a quarter of the room.
    """
    drawn, small = io.BytesIO(), io.BytesIO()
    with _style():
        render(figure).savefig(drawn, format="png", dpi=dpi, metadata={"Software": None})
    _with_palette(Image.open(drawn)).save(small, "PNG", optimize=True)
    return small.getvalue()


def save(figure: Figure, path: Path, dpi: int) -> None:
    """A file whose ending chooses the format."""
    with _style():
        render(figure).savefig(path, dpi=dpi)


def _with_palette(picture: Image.Image) -> Image.Image:
    """Each pixel in the nearest of our shades: averaging would lose a colour that is rare."""
    shades = _shades()
    pixels = np.asarray(picture.convert("RGB"), dtype=np.uint32)
    packed = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    seen, where = np.unique(packed, return_inverse=True)
    colours = np.stack([seen >> 16, seen >> 8 & 255, seen & 255], axis=1).astype(np.int64)
    nearest = ((colours[:, None, :] - shades[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    small = Image.fromarray(nearest.astype(np.uint8)[where].reshape(packed.shape))
    small.putpalette(shades.ravel().tolist())
    return small


@functools.cache
def _shades() -> npt.NDArray[np.int64]:
    """Our colours and their mixtures with the white page."""
    names = (*LIGHT, INK, DIM, AXIS, GRID)
    colours = np.array([list(bytes.fromhex(name.removeprefix("#"))) for name in names])
    parts = np.linspace(0.0, 1.0, 256 // len(names))[:, None, None]
    mixed: npt.NDArray[np.int64] = np.rint(255 + (colours - 255) * parts).astype(np.int64)
    return mixed.reshape(-1, 3)


@contextmanager
def _style() -> Iterator[None]:
    """Our style on matplotlib's defaults, whatever the user's own settings say."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def render(figure: Figure) -> Canvas:
    """The figure as a matplotlib Figure, in the style that is in force."""
    heights = figure.row_heights()
    inches = 0.35 * bool(figure.title) + ROW * sum(heights)
    canvas = Canvas(figsize=(WIDTH, inches))
    gaps = {"w_pad": 0.08, "h_pad": 0.08, "wspace": 0.03, "hspace": 0.05}
    canvas.set_layout_engine("constrained", **gaps)
    grid = canvas.add_gridspec(
        len(heights), len(figure.columns), height_ratios=heights, width_ratios=figure.columns
    )
    places = figure.places()
    legends = [
        _Legend(panel, place, figure) for panel, place in zip(figure.panels, places, strict=True)
    ]
    shares = figure.shares_x()
    for panel, place, legend, shared in zip(figure.panels, places, legends, shares, strict=True):
        # titles of one row stand on one baseline: if one legend needs a line of its own, all get it
        lines = max(
            other.lines for other, at in zip(legends, places, strict=True) if at.row == place.row
        )
        axes = canvas.add_subplot(grid[_cells(place)])
        _draw_panel(axes, panel, legend, lines)
        if shared:
            axes.set_xlabel("")
            axes.tick_params(labelbottom=False)
    if figure.title:
        canvas.suptitle(figure.title, x=0.012, ha="left", fontsize=11, fontweight="bold", color=INK)
    return canvas


class _Legend:
    """The named marks of a panel: beside its title if there is room, else on lines below it."""

    def __init__(self, panel: Panel, place: Place, figure: Figure) -> None:
        pairs = zip(panel.marks, panel.colours, strict=True)
        self.handles = [_legend_entry(mark, colour) for mark, colour in pairs if mark.label]
        share = sum(figure.columns[place.column : place.column + place.columns])
        room = WIDTH * share / sum(figure.columns) - 0.75
        # widths of DejaVu Sans on average; measuring would need a renderer
        entries = [0.42 + 0.072 * len(str(handle.get_label())) for handle in self.handles]
        self.beside = sum(entries) + 0.09 * len(panel.title) < room
        self.columns = len(entries)
        while self.columns > 1 and self.columns * max(entries) > room and sum(entries) > room:
            self.columns -= 1
        self.lines = 0 if self.beside or not entries else math.ceil(len(entries) / self.columns)

    def draw(self, axes: Axes, lines: int) -> None:
        """`lines` is what the longest legend of the row takes between titles and axes."""
        if self.handles:
            axes.legend(
                handles=self.handles,
                loc="lower right" if self.beside else "lower left",
                bbox_to_anchor=(1.0 if self.beside else 0.0, 1.0),
                ncols=self.columns,
                frameon=False,
                handlelength=1.6,
                handletextpad=0.5,
                columnspacing=1.2,
                borderpad=0.0,
                borderaxespad=0.35 + (lines * 14.0 / 8.5 if self.beside else 0.0),
                labelcolor=DIM,
            )


def _cells(place: Place) -> tuple[slice, slice]:
    return (
        slice(place.row, place.row + place.rows),
        slice(place.column, place.column + place.columns),
    )


def _draw_panel(axes: Axes, panel: Panel, legend: _Legend, lines: int) -> None:
    axes.set_xscale("log" if "x" in panel.log else "linear")
    axes.set_yscale("log" if "y" in panel.log else "linear")
    axes.set(xlabel=panel.x, ylabel=panel.y, xlim=panel.xlim, ylim=panel.ylim)
    axes.set_title(panel.title, pad=7.0 + 14.0 * lines)
    if not panel.log:
        width, height = _inches(axes)
        axes.xaxis.set_major_locator(MaxNLocator(np.clip(width / 0.6, 2, 11), steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(np.clip(height / 0.22, 2, 9), steps=[1, 2, 5, 10]))
    for mark, colour in zip(panel.marks, panel.colours, strict=True):
        _draw_mark(axes, panel, mark, hex_colour(colour))
    if not panel.y:
        axes.tick_params(left=False, labelleft=False)
    legend.draw(axes, lines)


def _draw_mark(axes: Axes, panel: Panel, mark: Mark, colour: str) -> None:
    width, height = panel.xlim[1] - panel.xlim[0], panel.ylim[1] - panel.ylim[0]
    match mark:
        case Line():
            x, y = thin(mark.x, mark.y, panel.xlim, panel.ylim, panel.log)
            style = (0, (5, 2.5)) if mark.dash else "-"
            axes.plot(x, y, color=colour, linewidth=mark.width, linestyle=style)
        case Ticks():
            axes.plot(
                mark.x, mark.rows, "|", color=colour, markersize=_tick_points(axes, panel), mew=1.0
            )
        case Dots():
            _draw_dots(axes, panel, mark, colour)
        case Arrows():
            _draw_arrows(axes, mark, width, height, colour)
        case Span():
            band = axes.axvspan if mark.axis == "x" else axes.axhspan
            band(mark.low, mark.high, color=colour, alpha=0.13, linewidth=0)
        case Text():
            axes.text(
                mark.x, mark.y, mark.text, color=colour, ha=mark.align, va="center", clip_on=True
            )


def _draw_dots(axes: Axes, panel: Panel, mark: Dots, colour: str) -> None:
    """Dots on the frame are drawn whole, dots beyond it not at all."""
    (left, right), (bottom, top) = panel.xlim, panel.ylim
    seen = (mark.x >= left) & (mark.x <= right) & (mark.y >= bottom) & (mark.y <= top)
    axes.scatter(
        mark.x[seen],
        mark.y[seen],
        s=mark.size**2,
        c=list(np.where(mark.filled[seen], colour, PAGE)),
        edgecolors=colour,
        linewidths=1.6,
        zorder=3,
        clip_on=False,
    )


def _inches(axes: Axes) -> tuple[float, float]:
    """About the size of the axes, before the layout has placed them."""
    box, page = axes.get_position(), axes.figure.bbox
    return box.width * page.width / 100.0, box.height * page.height / 100.0  # at 100 dpi


def _tick_points(axes: Axes, panel: Panel) -> float:
    """Length of a raster stroke: eight tenths of a row, never so short that it reads as a dot."""
    height = 72.0 * _inches(axes)[1]
    return float(np.clip(0.8 * height / (panel.ylim[1] - panel.ylim[0]), 3.5, 14.0))


def _draw_arrows(axes: Axes, mark: Arrows, width: float, height: float, colour: str) -> None:
    """Lengths in inches, just under the grid's spacing; directions as they run on the page."""
    speed = np.hypot(mark.u, mark.v)
    inches = 0.26 * mark.speeds(width, height) / np.where(speed > 0, speed, 1.0)
    axes.quiver(
        mark.x,
        mark.y,
        mark.u * inches,
        mark.v * inches,
        angles="xy",
        units="inches",
        scale_units="inches",
        scale=1.0,
        width=0.012,
        headwidth=4.0,
        headlength=4.5,
        headaxislength=4.0,
        minlength=0.5,
        color=colour,
        alpha=0.55,
        pivot="mid",
    )


def _legend_entry(mark: Mark, colour: Colour) -> Line2D | Patch:
    shade = hex_colour(colour)
    match mark:
        case Span():
            return Patch(color=shade, alpha=0.2, linewidth=0, label=mark.label)
        case Dots():
            face = shade if mark.filled.all() else PAGE
            return Line2D(
                [],
                [],
                linestyle="",
                marker="o",
                markersize=6,
                mec=shade,
                mfc=face,
                mew=1.6,
                label=mark.label,
            )
        case Ticks():
            return Line2D(
                [], [], linestyle="", marker="|", markersize=8, color=shade, label=mark.label
            )
        case Arrows():
            return Line2D(
                [], [], linestyle="", marker="$→$", markersize=10, color=shade, label=mark.label
            )
    dashed = isinstance(mark, Line) and mark.dash
    return Line2D(
        [],
        [],
        color=shade,
        linewidth=mark.width if isinstance(mark, Line) else 1.5,
        linestyle=(0, (4, 2)) if dashed else "-",
        label=mark.label,
    )
