"""`nl.lesson("1.1")`: the thread through a notebook. It asks, judges, remembers and sums up.

Every method answers at once with something to look at and never raises, whatever it is given: a
mistyped key is answered with the keys there are. What is shown depends only on the arguments and on
the progress store.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from neurolab import __version__
from neurolab.course.cards import Bullets, Card, Fold, Part, Table, Tone, quantity
from neurolab.course.checks import Verdict, judge, judge_number
from neurolab.course.lessons import find_script
from neurolab.course.progress import SECTIONS, Progress
from neurolab.course.script import Exercise, Measurement, Promise, Question, Script
from neurolab.course.sources import Classic, Origin, classics, references

_T = TypeVar("_T", Question, Exercise, Exercise | Measurement)

_ORIGINS: dict[Origin, str] = {
    "published": "The expected numbers are the published ones.",
    "closed form": "The expected numbers are exact: they follow from a formula.",
    "computed": "The expected numbers were computed from the same equations by other programs.",
}
_TONES: dict[bool | None, Tone] = {True: "good", False: "open", None: "info"}
LEVELS = ("a guess", "fairly sure", "certain")


def lesson(id: str) -> Lesson:
    """Open a lesson.

    Parameters
    ----------
    id : str
        Chapter and number, such as "1.1".

    Returns
    -------
    Lesson

    Raises
    ------
    ValueError
        If there is no such lesson; the message names those there are.
    """
    return Lesson(find_script(id))


class Lesson:
    """One lesson as a learner meets it.

    `predict`, `outcome`: commit to an answer, see it beside what happened · `check`, `hint`, `use`:
    an exercise · `solution`: the worked one · `reproduce`: a classic result · `recall`: questions ·
    `report`: what was done.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self._progress = Progress(script.id)
        self._progress.read()  # a file that cannot be read is said on the first card
        self._passed: dict[str, Callable[..., Any]] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._opened: dict[str, int] = {}
        self._said = ""

    def __repr__(self) -> str:
        return f"Lesson {self.script.id}: {self.script.title}"

    def predict(self, key: str) -> Any:
        """Ask for a prediction; the choice is kept on every change and shown again by `outcome`."""
        question = _find(key, self.script.predictions)
        if question is None:
            return self._unknown(key, self.script.predictions)
        from neurolab.course.quiz import (
            Quiz,
        )  # pulls in the widget machinery, which only a notebook needs

        before = self._progress.read()["predictions"].get(key, {})
        choice = _index(before.get("choice"), len(question.options))
        confidence = _index(before.get("confidence"), len(LEVELS))

        def answered(quiz: Quiz) -> None:
            chosen, sure = quiz.choices[0], quiz.confidence
            if chosen < 0:
                quiz.note = "Choose one before you go on. A wrong guess teaches more than none."
                return
            if (chosen, sure) != (choice, confidence):
                entry = {"choice": chosen, "confidence": sure}
                self._progress.change(lambda record: record["predictions"].update({key: entry}))
            tail = "" if sure >= 0 else " How sure are you?"
            quiz.note = f"Noted.{tail} {self._progress.notice}".strip()

        return Quiz(
            [question],
            heading="Your prediction",
            answered=answered,
            choices=[choice],
            confidence=confidence,
            levels=LEVELS,
        )

    def outcome(self, key: str) -> Card:
        """Set a prediction beside what happened."""
        question = _find(key, self.script.predictions)
        if question is None:
            return self._unknown(key, self.script.predictions)
        before = self._progress.read()["predictions"].get(key, {})
        choice = _index(before.get("choice"), len(question.options))
        if choice < 0:
            return self._card(
                "What happened",
                [
                    question.found,
                    "You made no prediction here. Scroll up, choose one, and run this cell again "
                    "to see them side by side.",
                ],
            )
        option = question.options[choice]
        sure = _index(before.get("confidence"), len(LEVELS))
        said = f"{option.text} ({LEVELS[sure]})" if sure >= 0 else option.text
        title = "As you predicted" if option.right else "Not as you predicted"
        return self._card(
            title,
            [f"You said: {said}", f"What happens: {question.found}", option.why],
            good=option.right,
        )

    def check(self, key: str, answer: object = None) -> Card:
        """Judge an exercise: a function for a function, a number for a number.

        Parameters
        ----------
        key : str
            Name of the exercise, as the notebook gives it.
        answer : object
            The learner's function or number.

        Returns
        -------
        Card
            With `.passed`; what is wrong first is said in words.
        """
        exercise = _find(key, self._exercises)
        if exercise is None:
            return self._unknown(key, self._exercises)
        verdict = _judge(exercise, answer)
        if verdict.kind == "blank":
            return self._card(f"{exercise.title}: not written yet", [verdict.message])
        self._verdicts[key] = verdict
        if verdict.passed and callable(answer):
            self._passed[key] = answer

        def edit(record: dict[str, Any]) -> None:
            entry = record["checks"].setdefault(key, {})
            entry["attempts"] = _count(entry.get("attempts")) + 1
            entry["passed"] = bool(entry.get("passed")) or verdict.passed

        self._progress.change(edit)
        if verdict.passed:
            return self._card(f"{exercise.title}: right", [verdict.message], good=True, passed=True)
        more = f'For a hint run `lesson.hint("{key}")`.' if exercise.hints else ""
        return self._card(
            f"{exercise.title}: not yet", [verdict.message, more], good=False, passed=False
        )

    def hint(self, key: str) -> Card:
        """Open the hints of an exercise one by one: each run of the cell shows one more."""
        exercise = _find(key, self._exercises)
        if exercise is None:
            return self._unknown(key, self._exercises)
        taken = _count(self._progress.read()["checks"].get(key, {}).get("hints"))
        opened = min(
            self._opened[key] + 1 if key in self._opened else max(taken, 1), len(exercise.hints)
        )
        self._opened[key] = opened
        if opened > taken:
            self._progress.change(
                lambda record: record["checks"].setdefault(key, {}).update({"hints": opened})
            )
        total = len(exercise.hints)
        shown: list[Part] = [
            Fold(f"Hint {i + 1} of {total}", self._fill(key, hint))
            for i, hint in enumerate(exercise.hints[:opened])
        ]
        shown.append(
            "Run the cell again for the next one." if opened < total else "That was the last hint."
        )
        return self._card(f"{exercise.title}: hints", shown)

    def use(self, key: str) -> Callable[..., Any]:
        """The learner's function if it passed its check in this session, else the library's."""
        if key in self._passed:
            return self._passed[key]
        exercise = _find(key, self.script.exercises)
        if exercise is None:
            card = self._unknown(key, self.script.exercises)
            return lambda *_args, **_kwargs: card
        return exercise.reference

    def solution(self, key: str, function: Callable[..., Any]) -> Card:
        """Show that a worked solution passes; it is not counted as the learner's."""
        exercise = _find(key, self._exercises)
        if exercise is None:
            return self._unknown(key, self._exercises)
        verdict = _judge(exercise, function)
        title = (
            "The worked solution passes" if verdict.passed else "The worked solution does not pass"
        )
        return self._card(
            f"{title} ({exercise.title.lower()})",
            [] if verdict.passed else [verdict.message],
            passed=verdict.passed,
        )

    def reproduce(self, key: str, value: object = None, name: str | None = None) -> Card:
        """Set the learner's number beside the published one.

        Parameters
        ----------
        key : str
            A classic result, such as "hh-hopf".
        value : float, sequence or mapping
            One number, several in the order of the published ones, or numbers by name.
        name : str, optional
            Which of the published numbers `value` is; the first one if left out.

        Returns
        -------
        Card
        """
        known = {k: classics()[k] for k in self.script.reproduces}
        if key not in known:
            return self._card(
                f"There is no classic result `{key}` here", [f"This lesson has {_listed(known)}."]
            )
        classic = known[key]
        mine = _by_name(classic, value, name)
        if isinstance(mine, str):
            return self._card(f"{classic.title}: no number yet", [mine])
        rows, held = [], []
        for which, x in mine.items():
            published = classic.values[which]
            held.append(published.holds(x))
            word = "agrees" if held[-1] else "differs"
            rows.append(
                (
                    which,
                    *(
                        quantity(v, published.unit)
                        for v in (published.value, x, published.tolerance)
                    ),
                    word,
                )
            )
        good = all(held)
        if good:
            done = sorted(mine)
            self._progress.change(
                lambda record: _add(record["reproduced"].setdefault(key, {}), done)
            )
        cited: list[Part] = [f"Source: {references()[r]}" for r in classic.references]
        return self._card(
            f"{classic.title}: {'reproduced' if good else 'not reproduced'}",
            [
                Table(("", "expected", "yours", "may differ by", ""), tuple(rows)),
                f"{classic.protocol}.",
                _ORIGINS[classic.origin],
                *cited,
            ],
            good=good,
            passed=good,
        )

    def recall(self) -> Any:
        """A few questions to answer from memory; every answer is explained at once."""
        questions = self.script.recall
        if not questions:
            return self._card("No recall questions in this lesson")
        from neurolab.course.quiz import Quiz

        before = self._progress.read()["recall"]
        kept = [_index(before.get(q.key, {}).get("choice"), len(q.options)) for q in questions]

        def answered(quiz: Quiz) -> None:
            replies, changed = [], {}
            for i, (question, choice) in enumerate(zip(questions, quiz.choices, strict=False)):
                if not 0 <= choice < len(question.options):
                    replies.append("")
                    continue
                option = question.options[choice]
                replies.append(f"{'Right.' if option.right else 'Not quite.'} {option.why}")
                if choice != kept[i]:
                    kept[i] = choice
                    changed[question.key] = {"choice": choice, "right": option.right}
            if changed:
                self._progress.change(lambda record: record["recall"].update(changed))
            quiz.replies = replies
            right = sum(
                q.options[c].right
                for q, c in zip(questions, quiz.choices, strict=False)
                if 0 <= c < len(q.options)
            )
            score = f"{right} of {len(questions)} right." if any(replies) else ""
            quiz.note = f"{score} {self._progress.notice}".strip()

        return Quiz(questions, heading="From memory", answered=answered, choices=list(kept))

    def report(self) -> Report:
        """What was done in this lesson: promises kept, and everything as JSON for whoever collects
        it.
        """
        return Report(self.script, self._progress)

    @property
    def _exercises(self) -> tuple[Exercise | Measurement, ...]:
        return (*self.script.exercises, *self.script.measurements)

    def _fill(self, key: str, hint: str) -> str:
        """Put the learner's own first wrong value into a hint that asks for it."""
        if "{" not in hint:
            return hint
        verdict = self._verdicts.get(key)
        if verdict is None or verdict.passed:
            return "Run your check first: this hint looks at your own value."
        if not verdict.got:
            return "Your function does not run to its end yet: mend what the check says first."
        return hint.format(call=verdict.call, got=verdict.got, expected=verdict.expected)

    def _unknown(self, key: object, known: Sequence[Question | Exercise | Measurement]) -> Card:
        return self._card(
            f"There is no `{key}` here", [f"This lesson has {_listed(k.key for k in known)}."]
        )

    def _card(
        self,
        title: str,
        parts: Sequence[Part] = (),
        good: bool | None = None,
        passed: bool | None = None,
    ) -> Card:
        kept = [part for part in parts if part != ""]
        if self._progress.notice not in ("", self._said):
            self._said = self._progress.notice
            kept.append(self._said)
        return Card(title, tuple(kept), _TONES[good], passed)


class Report:
    """The record of a lesson: promises kept for the reader, `.data` and `.json` for whoever
    collects it.
    """

    def __init__(self, script: Script, progress: Progress) -> None:
        self.script = script
        record = progress.read()
        self.notice = progress.notice
        self.kept = tuple(is_kept(promise, record, script) for promise in script.promises)
        self.data: dict[str, Any] = {
            "lesson": script.id,
            "title": script.title,
            "version": __version__,
            "promises": [
                {"text": promise.text, "kept": kept}
                for promise, kept in zip(script.promises, self.kept, strict=True)
            ],
            **{section: record[section] for section in SECTIONS},
        }

    @property
    def json(self) -> str:
        """The record as JSON text."""
        return json.dumps(self.data, indent=1, sort_keys=True, ensure_ascii=False)

    def save(self, path: str | Path) -> Path:
        """Write the JSON to a file and return its path."""
        path = Path(path)
        path.write_text(self.json + "\n", encoding="utf-8")
        return path

    def card(self) -> Card:
        """The promises, ticked, and the sentence to remember."""
        lines = []
        for promise, kept in zip(self.script.promises, self.kept, strict=True):
            todo = "" if kept else f" ({_todo(promise)})"
            lines.append(f"{'[x]' if kept else '[ ]'} {promise.text}{todo}")
        done = sum(self.kept)
        parts: list[Part] = [Bullets(tuple(lines)), f"To remember: {self.script.remember}"]
        if self.script.reading:
            books = tuple(f"{references()[key]} {where}." for key, where in self.script.reading)
            parts += ["To read:", Bullets(books)]
        if self.notice:
            parts.append(self.notice)
        title = f"Lesson {self.script.id}: {done} of {len(lines)} promises kept"
        return Card(title, parts, "good" if done == len(lines) else "info")

    def __repr__(self) -> str:
        return str(self.card())

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return self.card()._repr_mimebundle_(**kwargs)


def is_kept(promise: Promise, record: Mapping[str, Any], script: Script) -> bool:
    """True once everything the promise needs stands in the record."""
    return all(_is_done(need, record, script) for need in promise.needs)


def _is_done(need: str, record: Mapping[str, Any], script: Script) -> bool:
    kind, _, key = need.partition(":")
    match kind:
        case "check":
            return bool(record["checks"].get(key, {}).get("passed"))
        case "predict":
            return _index(record["predictions"].get(key, {}).get("choice"), 99) >= 0
        case "reproduce":
            return bool(record["reproduced"].get(key))
        case "recall":
            asked = [key] if key else [q.key for q in script.recall]
            return all(record["recall"].get(k, {}).get("right") for k in asked)
    return False


def _todo(promise: Promise) -> str:
    """What is still to do for a promise, in a learner's words."""
    words = {
        "check": "exercise {}",
        "predict": "prediction {}",
        "reproduce": "reproduce {}",
        "recall": "recall questions",
    }
    needs = [need.partition(":") for need in promise.needs]
    return ", ".join(dict.fromkeys(words[kind].format(key) for kind, _, key in needs))


def _judge(exercise: Exercise | Measurement, answer: object) -> Verdict:
    try:
        return (
            judge(exercise, answer)
            if isinstance(exercise, Exercise)
            else judge_number(exercise, answer)
        )
    except Exception as error:  # whatever a learner hands in, the notebook goes on
        return Verdict(
            "crash",
            f"This could not be judged ({type(error).__name__}). Is it a plain function that "
            "returns a number?",
        )


def _by_name(classic: Classic, value: object, name: str | None) -> dict[str, float] | str:
    """The learner's numbers by the names of the published ones, or what to say if there are
    none.
    """
    names = list(classic.values)
    if name is not None and name not in names:
        return f"There is no `{name}` here; there are {_listed(names)}."
    try:
        if isinstance(value, Mapping):
            if unknown := [str(k) for k in value if k not in names]:
                return f"There is no `{unknown[0]}` here; there are {_listed(names)}."
            mine = {str(k): float(v) for k, v in value.items()}
        elif value is None or value is ...:
            mine = {}
        elif hasattr(value, "__len__") and not isinstance(value, str):
            if any(x is ... or x is None for x in value):  # type: ignore[attr-defined]
                return f"Compute it first, then give it here: {_listed(names)}."
            mine = {k: float(v) for k, v in zip(names, list(value), strict=False)}  # type: ignore
        else:
            mine = {name or classic.first: float(value)}  # type: ignore[arg-type]
    except Exception:
        return "A number is wanted, or several in a list; this is none."
    if not mine:
        return f"Compute it first, then give it here: {_listed(names)}."
    if not all(math.isfinite(x) for x in mine.values()):
        return "The number is not finite: something before it went wrong."
    return mine


def _find(key: object, known: Sequence[_T]) -> _T | None:
    return next((k for k in known if k.key == key), None)


def _listed(keys: Any) -> str:
    return ", ".join(f"`{key}`" for key in keys) or "none"


def _index(value: object, below: int) -> int:
    """A stored position if it is one, else -1; a file edited by hand must not break a lesson."""
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below
        else -1
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _add(entry: dict[str, Any], names: Sequence[str]) -> None:
    entry["names"] = sorted({*(n for n in entry.get("names", []) if isinstance(n, str)), *names})
