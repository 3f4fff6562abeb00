"""Each lesson walked through as by a learner, and its texts read as by an editor."""

from __future__ import annotations

import math
import string
from typing import Any

import numpy as np
import pytest

import neurolab as nl
from neurolab.course.checks import judge, judge_number
from neurolab.course.lessons import CHAPTERS, scripts
from neurolab.course.script import Exercise, Measurement, Question, Script

SCRIPTS = list(scripts().values())
EXERCISES = [(s, e) for s in SCRIPTS for e in s.exercises]
MEASUREMENTS = [(s, m) for s in SCRIPTS for m in s.measurements]
QUESTIONS = [(s, q) for s in SCRIPTS for q in (*s.predictions, *s.recall)]


def named(pair: Any) -> str:
    return f"{pair[0].id}-{pair[1].key}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.id)
def test_a_learner_who_does_everything_keeps_every_promise(script: Script) -> None:
    lesson = nl.lesson(script.id)
    assert not any(lesson.report().kept)
    for question in script.predictions:
        lesson.predict(question.key).choices = [0]
        assert question.options[0].text in str(lesson.outcome(question.key))
    for exercise in script.exercises:
        blank = lesson.check(exercise.key)
        assert exercise.task in " ".join(str(blank).split())
        assert blank.passed is None
        assert lesson.check(exercise.key, exercise.reference).passed
        assert lesson.use(exercise.key) is exercise.reference
    for measurement in script.measurements:
        assert lesson.check(measurement.key, measurement.answer()).passed
    for key in script.reproduces:
        published = nl.course.classics()[key].values
        assert lesson.reproduce(key, {name: v.value for name, v in published.items()}).passed
    if script.recall:
        lesson.recall().choices = [question.right for question in script.recall]
    assert all(lesson.report().kept)


@pytest.mark.parametrize("pair", EXERCISES, ids=named)
def test_every_listed_mistake_yields_its_own_message(pair: tuple[Script, Exercise]) -> None:
    script, exercise = pair
    assert exercise.mistakes
    for mistake in exercise.mistakes:
        verdict = judge(exercise, mistake.function)
        assert verdict.kind == f"mistake:{mistake.name}"
        assert verdict.message == mistake.message
    by_name = {m.name: m.message for m in exercise.mistakes}
    assert len(set(by_name.values())) == len(by_name)


@pytest.mark.parametrize("pair", EXERCISES, ids=named)
def test_a_wrong_answer_gets_its_hints_with_its_own_value(pair: tuple[Script, Exercise]) -> None:
    script, exercise = pair
    lesson = nl.lesson(script.id)
    card = lesson.check(exercise.key, lambda *args: 12345.0 + 0 * args[0])
    assert card.passed is False
    assert f'lesson.hint("{exercise.key}")' in str(card)
    for _ in exercise.hints:
        text = " ".join(str(lesson.hint(exercise.key)).split())
    assert any("{got}" in hint for hint in exercise.hints)
    assert "12345" in text.replace("1.234e+04", "12345")


@pytest.mark.parametrize("pair", [*EXERCISES, *MEASUREMENTS], ids=named)
def test_hints_hold_only_known_places(pair: tuple[Script, Any]) -> None:
    for hint in pair[1].hints:
        places = {name for _, name, _, _ in string.Formatter().parse(hint) if name}
        assert places <= {"call", "got", "expected"}


@pytest.mark.parametrize("pair", MEASUREMENTS, ids=named)
def test_every_listed_slip_yields_its_own_message(pair: tuple[Script, Measurement]) -> None:
    for slip in pair[1].slips:
        assert judge_number(pair[1], slip.number()).kind == f"mistake:{slip.name}"


@pytest.mark.parametrize("pair", QUESTIONS, ids=named)
def test_questions_have_one_right_option_and_explain_each(pair: tuple[Script, Question]) -> None:
    script, question = pair
    assert sum(option.right for option in question.options) == 1
    assert len(question.options) >= 3
    assert len({option.text for option in question.options}) == len(question.options)
    assert all(len(option.why) > 20 for option in question.options)
    assert bool(question.found) == (question in script.predictions)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.id)
def test_promises_rest_on_things_that_exist(script: Script) -> None:
    there = {
        *(f"predict:{q.key}" for q in script.predictions),
        *(f"check:{e.key}" for e in (*script.exercises, *script.measurements)),
        *(f"reproduce:{key}" for key in script.reproduces),
        *(f"recall:{q.key}" for q in script.recall),
        *(["recall"] if script.recall else []),
    }
    for promise in script.promises:
        assert promise.needs
        assert set(promise.needs) <= there, promise.text
    keys = [k.key for k in (*script.predictions, *script.exercises, *script.measurements)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.id)
def test_a_lesson_stands_in_the_map(script: Script) -> None:
    chapter, number = script.id.split(".")
    assert CHAPTERS[int(chapter)].lessons[int(number) - 1] == script.title
    assert script.notebook.startswith(f"{int(chapter):02d}_{CHAPTERS[int(chapter)].name}/")
    assert set(script.needs) <= set(scripts())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.id)
def test_reading_is_listed(script: Script) -> None:
    assert {key for key, _ in script.reading} <= set(nl.course.references())
    assert all(where in str(nl.lesson(script.id).report()).replace("\n  ", " ")
               for _, where in script.reading)  # fmt: skip


def test_rate_from_interval_by_hand() -> None:
    exercise = scripts()["0.1"].exercises[0]
    assert judge(exercise, lambda interval: 1000 / interval).passed


def test_membrane_exercises_by_hand() -> None:
    """The worked answers, written here without the library."""
    gate, alpha_n, nernst = scripts()["1.1"].exercises

    def rate(V: float) -> float:
        if abs(V + 55) < 1e-6:
            return 0.1
        return 0.01 * (V + 55) / (1 - math.exp(-(V + 55) / 10))

    def voltage(outside: float, inside: float, z: int, T: float) -> float:
        kelvin = T + 273.15
        return float(1000 * 8.314462618 * kelvin / (z * 96485.33212) * np.log(outside / inside))

    assert judge(gate, lambda a, b: a / (a + b)).passed
    assert judge(alpha_n, rate).passed
    assert judge(nernst, voltage).passed


def test_fewer_variables_by_hand() -> None:
    """The worked answers, written here without the library, and the three cells behind the glass."""
    script = scripts()["1.2"]
    v_null, w_null, next_V = script.exercises
    assert judge(v_null, lambda v, I: v - v * v * v / 3 + I).passed
    assert judge(w_null, lambda v, a, b: (v + a) / b).passed
    assert judge(next_V, lambda V, u, I, dt: V + dt * (0.04 * V * V + 5 * V + 140 - u + I)).passed
    for cell in script.measurements:
        verdicts = [judge_number(cell, number) for number in range(1, 7)]
        assert [v.passed for v in verdicts] == [n == cell.answer() for n in range(1, 7)]
        (right,) = (v for v in verdicts if v.passed)
        assert "right to" not in right.message  # a name is right, not right to within something
        assert all(v.kind.startswith("mistake:") for v in verdicts if not v.passed)
