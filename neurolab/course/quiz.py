"""Radio-button questions as a widget: predictions with a confidence, recall questions answered at
once.

The widget holds no knowledge of right and wrong: it reports choices, and whoever made it sets the
replies. A saved notebook shows the questions as a list, because the bundle carries HTML and text
besides the live view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from neurolab.course.cards import Bullets, Card, Part
from neurolab.course.script import Question

_ASSETS = Path(str(files("neurolab.course") / "assets"))


class Quiz(anywidget.AnyWidget):
    """Questions with options; `choices[i]` is the option taken for question i, or -1.

    Parameters
    ----------
    questions : sequence of Question
        Their texts and options are shown in the given order.
    heading : str
        A line above the questions.
    choices, confidence : list of int, int
        What was answered before; -1 for nothing.
    levels : sequence of str
        Words for the confidence; empty to ask for none.
    answered : callable
        Called with the widget after each change by the learner; it may set `replies` and `note`.
    """

    _esm = _ASSETS / "quiz.js"
    _css = _ASSETS / "quiz.css"
    heading = traitlets.Unicode().tag(sync=True)
    questions: Any = traitlets.List().tag(sync=True)
    choices = traitlets.List(traitlets.Int()).tag(sync=True)
    levels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    confidence = traitlets.Int(-1).tag(sync=True)
    replies = traitlets.List(traitlets.Unicode()).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        questions: Sequence[Question],
        *,
        heading: str,
        answered: Callable[[Quiz], None],
        choices: Sequence[int] = (),
        confidence: int = -1,
        levels: Sequence[str] = (),
    ) -> None:
        super().__init__(
            heading=heading,
            questions=[
                {"text": q.text, "options": [option.text for option in q.options]}
                for q in questions
            ],
            choices=list(choices) or [-1] * len(questions),
            confidence=confidence,
            levels=list(levels),
            replies=[""] * len(questions),
        )
        self.observe(lambda _change: answered(self), names=["choices", "confidence"])
        answered(self)

    def card(self) -> Card:
        """The questions as a card: what a saved notebook, a terminal and a test see."""
        parts: list[Part] = []
        for question in self.questions:
            parts += [
                question["text"],
                Bullets(tuple(f"( ) {option}" for option in question["options"])),
            ]
        if self.levels:
            parts.append("How sure are you? " + ", ".join(f"( ) {level}" for level in self.levels))
        return Card(self.heading, parts)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        card = self.card()
        return {**(data or {}), "text/plain": str(card), "text/html": card.html()}, metadata
