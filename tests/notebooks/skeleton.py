"""Write the skeleton of a lesson: `python3 run.py new-lesson 2.1`.

It has every block of the template in order, with a line in each that says what belongs there, and
passes all rules for notebooks before a word is changed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat

from neurolab.course.lessons import CHAPTERS as COURSE
from tests.notebooks.execute import CHAPTERS, as_text, normalise


def skeleton(number: str, title: str) -> Any:
    """The notebook of a lesson that is still to be written."""
    cells = [
        _prose(
            "hook",
            f"# {title}",
            "A measured fact from a real nervous system, and the question it raises.",
            "**After this lesson you will be able to** say one thing that is checked below.",
            "30 minutes. You need: the lessons this one builds on.",
        ),
        _code("hook", "import neurolab as nl", "", f'lesson = nl.lesson("{number}")'),
        _prose("predict", "## What will happen?", "Describe the situation; do not give it away."),
        _code("predict", 'lesson.predict("first")'),
        _prose("explore", "## See for yourself", "One line on what the lab shows."),
        _code("explore", "nl.explore(nl.labs.membrane.action_potential)"),
        _prose("explain", "## What you saw", "The equation, a table of its symbols, its limits."),
        _prose("build", "## Build it", "Write one short function."),
        _code(
            "build",
            "def answer(x):",
            '    """What it returns, with its unit."""',
            "    return ...",
            nbgrader=_nbgrader(f"{number}-first", solution=True),
        ),
        _prose("build", "Check it; `lesson.hint` helps when you are stuck."),
        _code(
            "build",
            'lesson.check("first", answer)',
            nbgrader=_nbgrader(f"{number}-first-check", grade=True),
        ),
        _prose("reproduce", "## The classic result", "Whose, when, and what they measured."),
        _code("reproduce", 'lesson.reproduce("key-of-the-classic-result", 0.0)'),
        _prose("trust", "## Can you trust the number?", "Halve the time step."),
        _code("trust", "nl.labs.membrane.action_potential()"),
        _prose("recall", "## What stays", "A few questions, some from earlier lessons."),
        _code("recall", "lesson.recall()"),
        _prose("exit", "## Take with you", "The sentence to remember, what to read, what is next."),
        _code("exit", "lesson.report()"),
    ]
    return normalise(nbformat.v4.new_notebook(cells=cells))


def place(number: str, title: str, chapters: Path = CHAPTERS) -> Path:
    """Where a lesson lies: chapters/02_synapses/1_synaptic_currents.ipynb."""
    chapter, order = split(number)
    name = re.sub(r"\W+", "_", title.lower()).strip("_")
    return chapters / f"{chapter:02d}_{COURSE[chapter].name}" / f"{order}_{name}.ipynb"


def split(number: str) -> tuple[int, int]:
    """Chapter 2 and place 1 from 2.1."""
    found = re.fullmatch(r"(\d{1,2})\.([1-9])", number)
    if not found or int(found[1]) >= len(COURSE):
        raise ValueError(
            f"a lesson's number is chapter.place, from 0.1 to {len(COURSE) - 1}.9, got {number!r}"
        )
    return int(found[1]), int(found[2])


def planned_title(number: str) -> str:
    """The title that the map of the course has for a lesson."""
    chapter, order = split(number)
    titles = COURSE[chapter].lessons
    if order > len(titles):
        raise ValueError(f"the map of the course has no lesson {number}; give a title for it")
    return titles[order - 1]


def write(number: str, title: str, chapters: Path = CHAPTERS) -> Path:
    """Write the skeleton; never over a lesson that exists."""
    path = place(number, title, chapters)
    for taken in path.parent.glob(f"{path.name.partition('_')[0]}_*.ipynb"):
        raise ValueError(f"lesson {number} exists: {taken}; choose another number")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(skeleton(number, title)), encoding="utf-8", newline="\n")
    return path


def _prose(tag: str, *paragraphs: str) -> Any:
    return nbformat.v4.new_markdown_cell("\n\n".join(paragraphs), metadata={"tags": [tag]})


def _code(tag: str, *lines: str, **metadata: Any) -> Any:
    return nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": [tag], **metadata})


def _nbgrader(grade_id: str, *, solution: bool = False, grade: bool = False) -> dict[str, Any]:
    data: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": grade,
        "task": False,
    }
    return {**data, "points": 1} if grade else data


def main(arguments: list[str]) -> int:
    """Write a skeleton and say what comes next."""
    if not arguments:
        print("say which lesson: run.py new-lesson 2.1", file=sys.stderr)
        return 2
    number, title = arguments[0], " ".join(arguments[1:])
    try:
        path = write(number, title or planned_title(number))
    except ValueError as error:
        print(f"neurolab: {error}", file=sys.stderr)
        return 1
    texts = f"neurolab/course/lessons/{path.parent.name.partition('_')[2]}.py"
    print(
        f"{path.relative_to(CHAPTERS.parent).as_posix()} is there. Its questions, exercises and "
        f"hints go to {texts},\na link to chapters/index.ipynb; then: run.py execute, run.py check"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
