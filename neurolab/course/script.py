"""What the texts of a lesson are made of: questions, exercises, mistakes, promises.

A chapter's texts live in `lessons/<chapter>.py` as instances of these classes: plain data, no
behaviour beyond the reference functions, so that a reader can check every question and a test can
walk through all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """One answer to a question and what to say to whoever chose it."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with options, exactly one of which is right.

    For a prediction `found` says what the lab shows; it stands beside the learner's choice in
    `lesson.outcome`.
    """

    key: str
    text: str
    options: tuple[Option, ...]
    found: str = ""

    @property
    def right(self) -> int:
        """Position of the right option."""
        return next(i for i, option in enumerate(self.options) if option.right)


@dataclass(frozen=True)
class Mistake:
    """A usual mistake: what a function with it returns (or raises), and what to say then."""

    name: str
    function: Callable[..., Any]
    message: str
    raises: type[Exception] | None = None


@dataclass(frozen=True)
class Exercise:
    """A short function that the learner writes, judged on inputs that the notebook does not show.

    `inputs` are the arguments of each call; an argument may be a NumPy array. `hints` go from a
    nudge to almost the answer; `{call}`, `{got}` and `{expected}` in them are filled from the
    learner's own first wrong value.
    """

    key: str
    title: str
    signature: str
    task: str
    reference: Callable[..., Any]
    inputs: tuple[tuple[Any, ...], ...]
    unit: str
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...] = ()
    rtol: float = 1e-6
    atol: float = 1e-9
    praise: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments, read from the signature."""
        inside = self.signature[self.signature.index("(") + 1 : self.signature.rindex(")")]
        return tuple(name.strip() for name in inside.split(","))


@dataclass(frozen=True)
class Slip:
    """A usual mistake in a number: which number it leads to, and what to say then."""

    name: str
    number: Callable[[], float]
    message: str


@dataclass(frozen=True)
class Measurement:
    """A number that the learner finds by experiment: right to `tolerance` of `answer()`."""

    key: str
    title: str
    task: str
    answer: Callable[[], float]
    tolerance: float
    unit: str
    hints: tuple[str, ...]
    slips: tuple[Slip, ...] = ()
    praise: str = ""


@dataclass(frozen=True)
class Promise:
    """What the learner will be able to do, and what must have been done for it to be kept.

    `needs` are words such as `check:gate`, `reproduce:hh-hopf`, `predict:ramp`, `recall`.
    """

    text: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """All texts of one lesson. `reading` pairs a key of references.toml with a chapter or section."""

    id: str
    title: str
    notebook: str
    minutes: int
    further: int
    needs: tuple[str, ...]
    remember: str
    promises: tuple[Promise, ...]
    predictions: tuple[Question, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    recall: tuple[Question, ...] = ()
    reproduces: tuple[str, ...] = ()
    reading: tuple[tuple[str, str], ...] = ()
