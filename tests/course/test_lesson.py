"""What a learner sees of a lesson: cards, widgets, hints, numbers beside published ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurolab as nl
from neurolab.course.cards import Bullets, Card, Fold, Table, number
from neurolab.course.lesson import Lesson
from neurolab.course.lessons import scripts
from neurolab.course.script import Exercise, Mistake, Option, Promise, Question, Script

QUESTION = Question(
    "up",
    "Up or down?",
    (Option("Up", "It went down."), Option("Down", "Yes.", right=True)),
    found="Down it goes.",
)
EXERCISE = Exercise(
    key="double",
    title="Doubling",
    signature="double(x)",
    task="Return twice x.",
    reference=lambda x: 2.0 * x,
    inputs=((1.5,), (3.0,)),
    unit="mV",
    hints=("Twice.", "Your function gave {got} for `{call}`, not {expected}."),
    mistakes=(Mistake("square", lambda x: x * x, "The square."),),
)
SCRIPT = Script(
    id="9.9",
    title="A test",
    notebook="none",
    minutes=1,
    further=0,
    needs=(),
    remember="Test.",
    promises=(
        Promise("double", ("check:double",)),
        Promise("foresee", ("predict:up",)),
        Promise("recall", ("recall",)),
        Promise("reproduce", ("reproduce:hh-hopf",)),
        Promise("recall one", ("recall:up",)),
    ),
    predictions=(QUESTION,),
    exercises=(EXERCISE,),
    recall=(QUESTION,),
    reproduces=("hh-hopf",),
)


@pytest.fixture
def lesson() -> Lesson:
    return Lesson(SCRIPT)


def test_open_by_number() -> None:
    assert repr(nl.lesson("1.1")) == "Lesson 1.1: The membrane"


def test_an_unknown_lesson_is_an_error_that_names_the_known() -> None:
    with pytest.raises(ValueError, match=r"must be one of 0\.1, 1\.1, .*got .1\.11.; did you"):
        nl.lesson("1.11")


def test_predict_shows_question_and_options_without_a_browser(lesson: Lesson) -> None:
    data, _ = lesson.predict("up")._repr_mimebundle_()
    for mime in ("text/plain", "text/html"):
        assert all(text in data[mime] for text in ("Up or down?", "Up", "Down", "a guess"))
    assert "Down it goes" not in str(data)


def test_a_prediction_is_kept_on_change_and_shown_beside_the_outcome(lesson: Lesson) -> None:
    assert "You made no prediction here" in str(lesson.outcome("up"))
    quiz = lesson.predict("up")
    assert "Choose one" in quiz.note
    quiz.choices = [0]
    assert quiz.note == "Noted. How sure are you?"
    quiz.confidence = 2
    assert quiz.note == "Noted."
    again = Lesson(SCRIPT)  # the kernel was restarted
    assert (again.predict("up").choices, again.predict("up").confidence) == ([0], 2)
    said = str(again.outcome("up"))
    assert "Not as you predicted" in said
    assert "You said: Up (certain)" in said
    assert "What happens: Down it goes." in said
    again.predict("up").choices = [1]
    assert "As you predicted" in str(again.outcome("up"))


def test_a_changed_mind_is_kept(lesson: Lesson) -> None:
    quiz = lesson.predict("up")
    quiz.choices = [0]
    quiz.choices = [1]
    quiz.choices = [0]
    assert Lesson(SCRIPT).predict("up").choices == [0]


def test_hints_come_one_by_one_and_look_at_the_learners_value(lesson: Lesson) -> None:
    assert "Twice." in str(lesson.hint("double"))
    assert "Your function gave" not in str(lesson.hint("double")).replace("Run your check", "")
    assert "Run your check first" in str(lesson.hint("double"))
    lesson.check("double", lambda x: x * x)
    text = str(lesson.hint("double"))
    assert "Your function gave 2.25 for `double(1.5)`, not 3." in text
    assert "That was the last hint." in text
    lesson.check("double", lambda x: 1 / 0)
    assert "mend what the check says first" in str(lesson.hint("double"))


def test_running_all_cells_after_a_restart_opens_no_further_hint(lesson: Lesson) -> None:
    lesson.hint("double")
    assert "Hint 2" not in str(Lesson(SCRIPT).hint("double"))


def test_use_gives_the_learners_function_only_if_it_passed(lesson: Lesson) -> None:
    def mine(x: Any) -> Any:
        return x + x

    assert lesson.use("double") is EXERCISE.reference
    lesson.check("double", lambda x: x)
    assert lesson.use("double") is EXERCISE.reference
    lesson.check("double", mine)
    assert lesson.use("double") is mine
    assert "There is no `zz`" in str(lesson.use("zz")(1, 2))


def test_a_worked_solution_is_not_the_learners(lesson: Lesson) -> None:
    card = lesson.solution("double", lambda x: 2 * x)
    assert card.passed
    assert lesson.report().kept[0] is False
    assert not lesson.solution("double", lambda x: x).passed


def test_blank_is_no_attempt(lesson: Lesson) -> None:
    lesson.check("double")
    assert lesson.report().data["checks"] == {}


def test_reproduce_sets_the_number_beside_the_published(lesson: Lesson) -> None:
    card = lesson.reproduce("hh-hopf", 9.7754)
    assert card.passed
    text = str(card)
    assert "9.775 µA/cm²" in text
    assert "J. Rinzel, R. N. Miller (1980)" in text
    assert "agrees" in text
    assert lesson.reproduce("hh-hopf", (9.7754, 154.52)).passed
    assert lesson.reproduce("hh-hopf", {"I_2": 154.52}).passed
    assert lesson.reproduce("hh-hopf", 154.52, "I_2").passed
    assert lesson.reproduce("hh-hopf", np.array([9.7754, 154.52])).passed
    wrong = lesson.reproduce("hh-hopf", 9.9)
    assert not wrong.passed
    assert "differs" in str(wrong)


@pytest.mark.parametrize(
    ("value", "name", "words"),
    [
        (None, None, "Compute it first"),
        ("ten", None, "A number is wanted"),
        ([], None, "Compute it first"),
        ([..., ...], None, "Compute it first"),
        ({"I_9": 1}, None, "There is no `I_9`"),
        (1.0, "I_9", "There is no `I_9`"),
        (float("nan"), None, "not finite"),
        (object(), None, "A number is wanted"),
    ],
)
def test_reproduce_answers_anything(
    lesson: Lesson, value: Any, name: str | None, words: str
) -> None:
    card = lesson.reproduce("hh-hopf", value, name)
    assert words in str(card)
    assert not card.passed


def test_unknown_keys_are_answered_with_the_known(lesson: Lesson) -> None:
    for card in (
        lesson.check("zz", 1),
        lesson.hint("zz"),
        lesson.predict("zz"),
        lesson.outcome("zz"),
        lesson.solution("zz", print),
        lesson.reproduce("zz", 1),
        lesson.check(["unhashable"], 1),  # type: ignore[arg-type]
    ):
        assert "zz" in str(card) or "unhashable" in str(card)
        assert "This lesson has `" in str(card)


def test_recall_explains_each_answer_and_keeps_it(lesson: Lesson) -> None:
    quiz = lesson.recall()
    assert "Yes." not in str(quiz._repr_mimebundle_()[0])
    quiz.choices = [0]
    assert quiz.replies == ["Not quite. It went down."]
    assert quiz.note == "0 of 1 right."
    quiz.choices = [1]
    assert quiz.replies == ["Right. Yes."]
    assert Lesson(SCRIPT).recall().choices == [1]
    assert Lesson(SCRIPT).recall().replies == ["Right. Yes."]


def test_report_ticks_what_was_done_and_is_json(lesson: Lesson, tmp_path: Path) -> None:
    assert lesson.report().kept == (False,) * 5
    assert "[ ] double (exercise double)" in str(lesson.report())
    lesson.check("double", lambda x: x)
    lesson.check("double", lambda x: 2 * x)
    lesson.predict("up").choices = [0]
    lesson.recall().choices = [1]
    lesson.reproduce("hh-hopf", 9.7754)
    report = lesson.report()
    assert report.kept == (True,) * 5
    data = json.loads(report.save(tmp_path / "report.json").read_text(encoding="utf-8"))
    assert data["version"] == nl.__version__
    assert data["checks"]["double"] == {"attempts": 2, "passed": True}
    assert data["reproduced"]["hh-hopf"] == {"names": ["I_1"]}
    assert "5 of 5 promises kept" in str(report)


def test_a_passed_check_stays_passed(lesson: Lesson) -> None:
    lesson.check("double", lambda x: 2 * x)
    lesson.check("double", lambda x: x)
    assert lesson.report().kept[0]


def test_a_record_edited_by_hand_does_not_break_a_lesson(home: Path) -> None:
    home.mkdir()
    record = {
        "format": 1,
        "predictions": {"up": {"choice": 17, "confidence": "very"}},
        "checks": {"double": {"attempts": "many", "hints": -3, "passed": 1}},
        "recall": {"up": {"choice": None}},
        "reproduced": {"hh-hopf": {"names": [3]}},
    }
    (home / "9.9.json").write_text(json.dumps(record))
    lesson = Lesson(SCRIPT)
    assert lesson.predict("up").choices == [-1]
    assert lesson.recall().choices == [-1]
    lesson.outcome("up")
    lesson.hint("double")
    lesson.check("double", lambda x: x)
    lesson.reproduce("hh-hopf", 9.7754)
    lesson.report()


def test_an_unreadable_record_is_said_on_the_next_card(home: Path) -> None:
    home.mkdir()
    (home / "9.9.json").write_text("{")
    lesson = Lesson(SCRIPT)
    assert "kept as 9.9.unreadable" in str(lesson.check("double"))
    assert "unreadable" not in str(lesson.check("double"))  # once is enough


def test_show_progress_has_a_row_for_each_lesson(home: Path) -> None:
    fresh = str(nl.course.show_progress())
    every = len(scripts())
    assert f"0 of {every} lessons done" in fresh
    assert fresh.count("not started") == every
    lesson = nl.lesson("0.1")
    lesson.predict("double").choices = [0]
    under_way = str(nl.course.show_progress())
    assert "1 of 3" in under_way
    assert "under way" in under_way
    lesson.check("rate", lambda interval: 1000 / interval)
    lesson.recall().choices = [q.right for q in lesson.script.recall]
    assert f"1 of {every} lessons done" in str(nl.course.show_progress())
    (home / "1.1.json").write_text("{")
    assert "kept as 1.1.unreadable" in str(nl.course.show_progress())


def test_cards_say_the_same_in_text_and_in_html() -> None:
    card = Card(
        "A `title` <b>",
        [
            "Words & `code`.",
            Table(("a", "b"), (("1", "2"),)),
            Fold("More", "Hidden."),
            Bullets(("one", ("two", "x.ipynb"))),
        ],
    )
    assert str(card) == (
        "A `title` <b>\nWords & `code`.\na  b\n1  2\nMore:\n  Hidden.\n- one\n- two"
    )
    html = card.html()
    assert "A <code>title</code> &lt;b&gt;" in html
    assert "<summary" in html and "<details" in html
    assert '<a href="x.ipynb">two</a>' in html
    assert '<th scope="col"' in html
    assert card._repr_mimebundle_() == {"text/plain": str(card), "text/html": html}


def test_numbers_have_four_digits() -> None:
    assert [number(x) for x in (68.32369, -65.0, 1e-7, float("nan"))] == [
        "68.32",
        "\N{MINUS SIGN}65",
        "1e\N{MINUS SIGN}07",
        "nan",
    ]
