"""What makes a function a lab: `@lab` adds ranges, presets and targets as data.

A lab returns a `Figure`, or yields several, each better than the one before. Ranges, units and
meanings that are not given here come from the model's own `param`s, so that they live in one place.
"""

from __future__ import annotations

import collections
import functools
import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol, overload

from neurolab.figures import Figure
from neurolab.figures.figure import tick_step
from neurolab.kernels import check

__all__ = ["Control", "Lab", "Target", "lab"]

Value = float | int | bool | str
Reached = Callable[[Mapping[str, Any], Mapping[str, float]], bool]


class _Described(Protocol):
    """The part of a Param that a control reads."""

    @property
    def unit(self) -> str: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def doc(self) -> str: ...


class _Model(Protocol):
    """The part of a Model that a lab reads."""

    @property
    def states(self) -> Mapping[str, Any]: ...
    @property
    def params(self) -> Mapping[str, Any]: ...
    @property
    def inputs(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Control:
    """One parameter of a lab: its type, its default and the values that a learner may choose."""

    name: str
    kind: Literal["float", "int", "bool", "choice"]
    default: Any
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    choices: tuple[Any, ...] = ()
    unit: str = ""
    doc: str = ""

    def coerce(self, value: Any) -> Any:
        """`value` in the declared type.

        A browser sends 9.0 as 9, and an int would make numba compile anew in mid-drag.
        """
        if self.kind == "choice":
            for choice in self.choices:
                if choice == value and isinstance(choice, bool) == isinstance(value, bool):
                    return choice
            known = ", ".join(repr(choice) for choice in self.choices)
            raise ValueError(
                f"{self.name} must be one of {known}, got {value!r}{_nearest(value, self.choices)}"
            )
        if self.kind == "bool":
            if value in (0, 1):
                return bool(value)
            raise ValueError(f"{self.name} must be True or False, got {value!r}")
        number = check.finite(value, self.name)
        if self.kind == "int":
            if number != round(number):
                raise ValueError(f"{self.name} must be a whole number, got {value!r}")
            return round(number)
        return number


@dataclass(frozen=True)
class Target:
    """A task that the lab checks while the learner plays.

    `reached(params, values)` sees the parameters and the named numbers of the figure; `tip` is
    shown on demand.
    """

    text: str
    reached: Reached
    tip: str = ""


class Lab:
    """A function that returns figures, with its controls, presets and targets.

    Attributes
    ----------
    name, title, doc : str
    controls : dict of Control, in the order of the function's parameters
    presets : dict of dict of parameter values, by the preset's name
    targets : tuple of Target
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        model: _Model | None = None,
        title: str = "",
        presets: Mapping[str, Mapping[str, Value]] | None = None,
        targets: Sequence[Target] = (),
        ranges: Mapping[str, Any] | None = None,
    ) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self._model, self._ranges = model, dict(ranges or {})
        self.name = getattr(function, "__name__", "lab")
        self.title = title or self.name.replace("_", " ").strip().capitalize()
        self.doc = inspect.getdoc(function) or ""
        parameters = inspect.signature(function).parameters
        for name in ranges or {}:
            if name not in parameters:
                raise check.unknown(name, parameters, f"the lab {self.name}")
        self.controls: Mapping[str, Control] = MappingProxyType(
            {
                name: _control(self.name, parameter, (ranges or {}).get(name), model)
                for name, parameter in parameters.items()
            }
        )
        self.presets: Mapping[str, Mapping[str, Any]] = MappingProxyType(
            {
                preset: MappingProxyType(self._given(values))
                for preset, values in (presets or {}).items()
            }
        )
        self.targets = tuple(targets)

    def __call__(self, **params: Any) -> Figure:
        """The lab's figure at these parameters; the last and best one if it yields several."""
        figures = collections.deque(self.frames(**params), maxlen=1)
        if not figures:
            raise ValueError(f"{self.name} yielded no figure; yield at least one")
        return figures[0]

    def frames(self, **params: Any) -> Iterator[Figure]:
        """Each figure as it comes; names and types of the parameters are put right first."""
        result = self.function(**self.complete(params))
        figures = result if inspect.isgenerator(result) else iter((result,))
        for figure in figures:
            if not isinstance(figure, Figure):
                raise TypeError(
                    f"{self.name} must return a Figure, got {type(figure).__name__}; "
                    "end it with: return nl.Figure(nl.Panel(nl.Line(x, y)))"
                )
            yield figure

    def ranged(self, ranges: Mapping[str, Any]) -> Lab:
        """The same lab with other ranges for some of its parameters."""
        return Lab(
            self.function,
            model=self._model,
            title=self.title,
            presets=self.presets,
            targets=self.targets,
            ranges=self._ranges | dict(ranges),
        )

    def complete(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters of a run: the given ones, checked, and the defaults of the others."""
        return {name: control.default for name, control in self.controls.items()} | self._given(
            params
        )

    def code(self, **params: Any) -> str:
        """The line of Python that gives this figure, without defaults: `f(I=9.2)`.

        For a ready-made lab the line runs as it stands after `import neurolab as nl`.
        """
        changed = [
            f"{name}={value!r}"
            for name, value in self.complete(params).items()
            if value != self.controls[name].default
        ]
        _, inside, path = getattr(self.function, "__module__", "").partition("neurolab.labs.")
        chapter = path.partition(".")[0]
        home = f"nl.labs.{chapter}." if inside and chapter != "declare" else ""
        return f"{home}{self.name}({', '.join(changed)})"

    def _given(self, params: Mapping[str, Any]) -> dict[str, Any]:
        for name in params:
            if name not in self.controls:
                raise check.unknown(name, self.controls, f"the lab {self.name}")
        return {name: self.controls[name].coerce(value) for name, value in params.items()}

    def __repr__(self) -> str:
        ranges = ", ".join(f"{name}={c.default!r}" for name, c in self.controls.items())
        return f"Lab({self.name}({ranges}))"


@overload
def lab(function: Callable[..., Any], /) -> Lab: ...


@overload
def lab(
    *,
    model: _Model | None = None,
    title: str = "",
    presets: Mapping[str, Mapping[str, Value]] | None = None,
    targets: Sequence[Target] = (),
    **ranges: Any,
) -> Callable[[Callable[..., Any]], Lab]: ...


def lab(
    function: Callable[..., Any] | None = None,
    /,
    *,
    model: _Model | None = None,
    title: str = "",
    presets: Mapping[str, Mapping[str, Value]] | None = None,
    targets: Sequence[Target] = (),
    **ranges: Any,
) -> Any:
    """Make a function that returns a Figure explorable: `@lab(model=hodgkin_huxley, I=(0, 20))`.

    Parameters
    ----------
    function :
        Given when `@lab` stands without parentheses.
    model : Model, optional
        Gives range, unit and meaning of the parameters, inputs and states that bear its names.
    title : str, optional
        The function's name if left out.
    presets : dict of dict, optional
        Parameter values by the preset's name; what a preset leaves out returns to its default.
    targets : sequence of Target, optional
        Tasks checked while the learner plays.
    **ranges :
        For a parameter of the function: (low, high), (low, high, step), a list of choices, or the
        engine's `param(value, unit, low=..., high=..., doc=...)` where unit and meaning are its
        own. True or False as a default makes a tick box, which needs none.

    Returns
    -------
    Lab

    Example
    -------
    >>> from neurolab.figures import Figure, Line, Panel
    >>> @lab(slope=(0, 5))
    ... def ramp(slope: float = 2.0) -> Figure:
    ...     return Figure(Panel(Line([0, 1], [0, slope])))
    >>> ramp.code(slope=3)
    'ramp(slope=3.0)'
    """

    def declare(function: Callable[..., Any]) -> Lab:
        return Lab(
            function, model=model, title=title, presets=presets, targets=targets, ranges=ranges
        )

    return declare if function is None else declare(function)


def _control(owner: str, parameter: inspect.Parameter, spec: Any, model: _Model | None) -> Control:
    """The control of one parameter: from its range, else from the model, else from its type."""
    name, default = parameter.name, parameter.default
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise ValueError(f"{owner}: a lab names all its parameters, got *{name}; write them out")
    if default is parameter.empty:
        raise ValueError(f"{owner}: {name} needs a default; write {name}=1.0 in its signature")
    described = _from_model(name, model)
    if hasattr(spec, "unit"):  # a param of the engine: range, unit and meaning in one
        described, spec = spec, None
    unit, doc = (described.unit, described.doc) if described is not None else ("", "")
    if isinstance(default, bool) and spec is None:
        return Control(name, "bool", default, unit=unit, doc=doc)
    if _is_choice(spec):
        control = Control(name, "choice", default, choices=tuple(spec), unit=unit, doc=doc)
        control.coerce(default)
        return control
    if isinstance(default, str):
        raise ValueError(f'{owner}: {name} is text and needs its choices; give {name}=["a", "b"]')
    if spec is None and described is not None and None not in (described.low, described.high):
        spec = (described.low, described.high)
    if spec is None:
        raise ValueError(f"{owner}: {name} needs a range; give {name}=(low, high)")
    return _slider(owner, name, check.finite(default, name), default, spec, unit, doc)


def _slider(
    owner: str, name: str, start: float, default: Any, spec: Any, unit: str, doc: str
) -> Control:
    if not isinstance(spec, tuple) or len(spec) not in (2, 3):
        raise ValueError(
            f"{owner}: the range of {name} must be (low, high), (low, high, step) or a list of "
            f"choices, got {spec!r}"
        )
    low, high = check.finite(spec[0], name), check.finite(spec[1], name)
    if not low < high:
        raise ValueError(f"{owner}: the range of {name} must have low < high, got {spec!r}")
    if not low <= start <= high:
        raise ValueError(
            f"{owner}: the default of {name} must lie in {low:g} to {high:g}, got {start:g}"
        )
    step = check.positive(spec[2], f"the step of {name}") if len(spec) == 3 else 0.0
    whole = isinstance(default, int) and all(float(bound).is_integer() for bound in (*spec,))
    if whole:
        step = step or max(1.0, tick_step(high - low, 200))
        return Control(name, "int", int(start), low, high, step, unit=unit, doc=doc)
    step = step or tick_step(high - low, 200)
    return Control(name, "float", float(start), low, high, _tidy(step), unit=unit, doc=doc)


def _from_model(name: str, model: _Model | None) -> _Described | None:
    if model is None:
        return None
    for home in (model.inputs, model.params, model.states):
        if name in home:
            found: _Described = home[name]
            return found
    return None


def _is_choice(spec: Any) -> bool:
    """A list is always a choice, a tuple only if it is not all numbers."""
    if isinstance(spec, list):
        return True
    return isinstance(spec, tuple) and any(isinstance(item, (str, bool)) for item in spec)


def _tidy(step: float) -> float:
    """0.05 rather than 0.05000000000000001: the browser counts its steps with it."""
    return float(f"{step:.12g}") if math.isfinite(step) else step


def _nearest(value: Any, choices: tuple[Any, ...]) -> str:
    if isinstance(value, str) and all(isinstance(choice, str) for choice in choices):
        return check.nearest(value, choices)
    return ""
