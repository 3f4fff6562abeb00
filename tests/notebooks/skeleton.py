"""Write the skeleton of a lesson: `python3 run.py new-lesson 2.1 "Synaptic currents"`.

It has every block of the template in order, with a line in each that says what belongs there, and
passes all rules for notebooks before a word is changed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat

from tests.notebooks.execute import CHAPTERS, as_text, normalise

NAMES = (
    *("toolbox", "membrane", "synapses", "plasticity", "networks", "dendrites", "coding"),
    *("information", "fields", "dynamics", "engineering", "clinical", "cognitive", "circuits"),
)


def skeleton(number: str, title: str) -> Any:
    """The notebook of a lesson that is still to be written."""
    cells = [
        _prose(
            "hook",
            f"# {number} {title}",
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
            "    ...",
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
    found = re.fullmatch(r"(\d{1,2})\.([1-9])", number)
    if not found or int(found[1]) >= len(NAMES):
        raise ValueError(
            f"a lesson's number is chapter.place, from 0.1 to {len(NAMES) - 1}.9, got {number!r}"
        )
    chapter = int(found[1])
    name = re.sub(r"\W+", "_", title.lower()).strip("_")
    return chapters / f"{chapter:02d}_{NAMES[chapter]}" / f"{found[2]}_{name}.ipynb"


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
        print('say which lesson: run.py new-lesson 2.1 "Synaptic currents"', file=sys.stderr)
        return 2
    try:
        path = write(arguments[0], " ".join(arguments[1:]) or "Untitled")
    except ValueError as error:
        print(f"neurolab: {error}", file=sys.stderr)
        return 1
    chapter = path.parent.name.partition("_")[2]
    print(f"{path.relative_to(CHAPTERS.parent)} is there; its questions, exercises and hints go to")
    print(f"neurolab/course/lessons/{chapter}.py; then: python3 run.py execute, run.py check")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
