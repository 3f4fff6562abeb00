"""`explore(lab)`: a lab with sliders, live while a kernel runs, a picture when none does.

The browser sends parameters with a running number, at most three ahead of the answers; a thread per
widget runs the lab on the newest of them and gives up what they made pointless.
"""

from __future__ import annotations

import base64
import linecache
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import isgeneratorfunction
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from neurolab.figures import Figure, palette
from neurolab.kernels.chunks import Superseded, superseded_when
from neurolab.labs.declare import Control, Lab
from neurolab.widgets import frames
from neurolab.widgets.worker import Worker

ASSETS = Path(__file__).parent / "assets"
PACKAGE = Path(__file__).parent.parent

IN_FLIGHT = 3
"""Frames asked for and not yet shown: hides the round trip of a slow link, builds no queue."""

PATIENCE = 0.1
"""Seconds for which a run goes on though newer parameters wait: it may be nearly done."""


@dataclass(frozen=True)
class Request:
    """What the browser asked for last."""

    params: Mapping[str, Any] = field(default_factory=dict)
    client: str = ""
    seq: int = 0
    resend: bool = False


class Explorer(anywidget.AnyWidget):
    """A lab on the page: made by `explore`.

    Attributes
    ----------
    lab : Lab
    figure : Figure, the last one shown
    params : dict, the parameters it was made with
    reached : list of bool, the targets that the learner has reached so far
    """

    _esm = ASSETS / "explorer.js"
    _css = ASSETS / "explorer.css"
    spec = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)

    def __init__(self, lab: Lab, start: Mapping[str, Any] | None = None) -> None:
        # first, because a widget that fails to start is closed too
        self._worker: Worker[Request] = Worker(self._serve)
        self.lab = lab
        self.params = lab.complete(start or {})
        self.patience = PATIENCE
        self._start = dict(self.params)
        self._progressive = isgeneratorfunction(lab.function)
        self._computing = threading.Lock()
        self._sent = frames.Sent()
        self._number = self._drawn = 0  # of the frame sent last, and of the last one drawn
        self._lost = False  # whether a page was loaded anew and has nothing
        self._moved = False  # past the first frame, which the page has from the start
        # the first figure is made in the cell: an error there is the cell's error, as everywhere
        self.figure = lab(**self.params)
        self.reached = [False] * len(lab.targets)
        content, arrays = self._content(Request(), settled=True)
        self._drawn = self._number
        super().__init__(spec=self._spec(), first=content | {"arrays": arrays})
        self.on_msg(self._on_message)

    def run(self, **params: Any) -> Figure:
        """Set parameters, wait for the figure, show it: for tests, and without a browser."""
        with self._computing:
            complete = self.lab.complete({**self.params, **params})
            figure = self.lab(**complete)
            self._show(figure, complete, Request(), settled=True)
        return figure

    def close(self) -> None:
        """End the thread and remove the widget from the page."""
        self._worker.close()
        super().close()

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Store and wake, nothing more: this runs in the kernel's own thread."""
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "shown":
            self._drawn = max(self._drawn, int(content["number"]))
        elif kind == "hello" and self._moved:
            self._lost = True
            self._worker.submit(Request(self.params, resend=True))
        elif kind == "set":
            self._worker.submit(
                Request(content["params"], str(content.get("client", "")), int(content["seq"]))
            )

    def _serve(self, request: Request) -> None:
        """Answer one request; what goes wrong is shown on the page, where the learner looks."""
        try:
            with self._computing:
                if request.resend:
                    self._show(self.figure, self.params, request, settled=True)
                else:
                    self._run_lab(request)
        except Superseded:
            pass
        except Exception as error:
            self._reply({"kind": "error", **_explain(error)}, request)

    def _run_lab(self, request: Request) -> None:
        """Show each figure of the lab until it ends or something newer waits."""
        started, begun = time.monotonic(), False

        def outdated() -> bool:
            patient = not begun and time.monotonic() - started < self.patience
            return self._worker.pending and not patient

        params = self.lab.complete(request.params)
        with superseded_when(outdated):
            for figure in self.lab.frames(**params):
                begun = True
                if not self._progressive:
                    self._show(figure, params, request, settled=not self._worker.pending)
                    return
                # a link that cannot keep up misses figures on the way, never the last one
                if self._number - self._drawn < IN_FLIGHT:
                    self._show(figure, params, request, settled=False)
                if outdated():
                    return
            self._show(figure, params, request, settled=True)

    def _show(
        self, figure: Figure, params: dict[str, Any], request: Request, settled: bool
    ) -> None:
        self.figure, self.params, self._moved = figure, params, True
        content, arrays = self._content(request, settled)
        self._reply(content | {"arrays": list(arrays)}, request, list(arrays.values()))

    def _content(self, request: Request, settled: bool) -> tuple[dict[str, Any], frames.Arrays]:
        """The frame of the present figure: what the browser lacks of it, words and targets."""
        if self._lost:
            self._lost = False
            self._sent.forget()
        layout, arrays = self._sent.news(*frames.encode(self.figure))
        now = [bool(t.reached(self.params, self.figure.values)) for t in self.lab.targets]
        if settled:
            # passing a target in mid-drag is not reaching it
            self.reached = [a or b for a, b in zip(self.reached, now, strict=True)]
        self._number += 1
        content = {
            "kind": "frame",
            "number": self._number,
            "settled": settled,
            "progressive": self._progressive,
            "summary": self.figure.summary,
            "alts": frames.alts(self.figure),
            "params": self.params,
            "code": self.lab.code(**self.params),
            "now": now,
            "reached": self.reached,
        }
        return content if layout is None else content | {"layout": layout}, arrays

    def _reply(
        self, content: dict[str, Any], request: Request, buffers: list[bytes] | None = None
    ) -> None:
        self.send(content | {"client": request.client, "seq": request.seq}, buffers or [])

    def _spec(self) -> dict[str, Any]:
        """What never changes: the controls and everything else around the figure."""
        lab = self.lab
        return {
            "id": uuid.uuid4().hex,
            "title": self.figure.title or lab.title,
            "window": IN_FLIGHT,
            "palette": {"light": palette.LIGHT, "dark": palette.DARK},
            "controls": [_describe(control, self._start) for control in lab.controls.values()],
            "presets": [
                {"name": name, "params": lab.complete(values)}
                for name, values in lab.presets.items()
            ],
            "targets": [{"text": target.text, "tip": target.tip} for target in lab.targets],
        }

    def __repr__(self) -> str:
        settings = [
            f"{control.name} = {self.params[control.name]:.4g} {control.unit}".rstrip()
            if control.kind in ("float", "int")
            else f"{control.name} = {self.params[control.name]}"
            for control in self.lab.controls.values()
        ]
        title = "" if self.figure.title else f"{self.lab.title}.\n"
        return f"{title}{self.figure.alt}\nSet to: {', '.join(settings)}."

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and for everyone without a kernel the same figure as picture and words."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        figure = self.figure.titled(self.figure.title or self.lab.title)
        picture = base64.b64encode(figure.png()).decode("ascii")
        words = repr(self)
        metadata = {**metadata, "image/png": {"alt": words}}
        return {**data, "text/plain": words, "image/png": picture}, metadata


def explore(lab: Lab | Callable[..., Any], /, **settings: Any) -> Explorer:
    """Show a lab, or any function that returns a Figure, with a control for each of its parameters.

    Parameters
    ----------
    lab : Lab or function
        Plain functions take their types from the defaults in their signature.
    **settings :
        For a parameter: a range (low, high) or (low, high, step), a list of choices, or one plain
        value to start from. A Lab brings its own ranges; a plain function needs them here.

    Returns
    -------
    Explorer

    Example
    -------
    >>> from neurolab.figures import Figure, Line, Panel
    >>> def ramp(slope=2.0):
    ...     return Figure(Panel(Line([0, 1], [0, slope])))
    >>> explore(ramp, slope=(0, 5)).run(slope=4).panels[0].marks[0].y
    array([0., 4.])
    """
    ranges = {name: value for name, value in settings.items() if isinstance(value, (tuple, list))}
    start = {name: value for name, value in settings.items() if name not in ranges}
    if not isinstance(lab, Lab):
        if not callable(lab):
            raise ValueError(
                f"explore takes a function that returns a Figure, got a {type(lab).__name__}; "
                "pass the function itself, without calling it"
            )
        lab = Lab(lab, ranges=ranges)
    elif ranges:
        lab = lab.ranged(ranges)
    return Explorer(lab, start)


def _describe(control: Control, start: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": control.name,
        "kind": control.kind,
        "value": start[control.name],
        "low": control.low,
        "high": control.high,
        "step": control.step,
        "choices": list(control.choices),
        "unit": control.unit,
        "doc": control.doc,
    }


def _explain(error: Exception) -> dict[str, str]:
    """The last line of the traceback and the learner's own line in it."""
    message = "".join(traceback.format_exception_only(error)).strip().splitlines()
    own = None
    for summary in traceback.extract_tb(error.__traceback__):
        if _is_learners(summary.filename):
            own = summary
    if own is None:
        own = traceback.extract_tb(error.__traceback__)[-1]
    line = own.line or linecache.getline(own.filename, own.lineno or 0).strip()
    where = f"line {own.lineno}, in {own.name}" + (f":\n    {line}" if line else "")
    return {"message": message[-1] if message else type(error).__name__, "where": where}


def _is_learners(filename: str) -> bool:
    """Whether a frame is the learner's: not ours, not an installed package, not Python's."""
    path = Path(filename)
    if filename.startswith("<") and not filename.startswith("<ipython"):
        return False
    installed = "site-packages" in path.parts or path.is_relative_to(Path(sys.base_prefix) / "lib")
    return not installed and not path.is_relative_to(PACKAGE)
