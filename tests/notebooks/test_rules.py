"""The rules bite: a sound notebook passes, and each single fault is found and named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tests.notebooks import skeleton
from tests.notebooks.execute import as_text, normalise
from tests.notebooks.rules import ROOT, problems


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    return skeleton.write("2.1", "Synaptic currents", tmp_path)


def test_the_skeleton_passes_every_rule(lesson: Path) -> None:
    assert lesson.parts[-2:] == ("02_synapses", "1_synaptic_currents.ipynb")
    assert problems(lesson) == []


def test_the_skeleton_passes_the_linter(lesson: Path) -> None:
    for command in (["check", "--quiet"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml")]
        assert subprocess.run([*ruff, str(lesson)]).returncode == 0


def test_the_map_of_the_course_knows_the_title() -> None:
    assert skeleton.planned_title("2.1") == "Synaptic currents"
    with pytest.raises(ValueError, match=r"the map of the course has no lesson 2\.9; give a title"):
        skeleton.planned_title("2.9")


def test_the_skeleton_never_overwrites(lesson: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lesson 2.1 exists"):
        skeleton.write("2.1", "Another title", tmp_path)


@pytest.mark.parametrize("number", ["14.1", "2", "2.0", "two"])
def test_a_lesson_number_is_checked(number: str) -> None:
    with pytest.raises(ValueError, match=r"from 0\.1 to 13\.9"):
        skeleton.place(number, "x")


def _find(notebook: Any, text: str) -> Any:
    return next(cell for cell in notebook.cells if text in cell.source)


def _output(notebook: Any, **data: Any) -> None:
    mime = {key.replace("_", "/"): value for key, value in data.items()}
    _find(notebook, "nl.explore").outputs.append(new_output("display_data", data=mime))


def _stream(notebook: Any, name: str, text: str) -> None:
    _find(notebook, "nl.explore").outputs.append(new_output("stream", name=name, text=text))


def _append(text: str, find: str) -> Callable[[Any], None]:
    def fault(notebook: Any) -> None:
        _find(notebook, find).source += "\n" + text

    return fault


def _drop(*blocks: str) -> Callable[[Any], None]:
    def fault(notebook: Any) -> None:
        cells = [c for c in notebook.cells if not set(blocks) & set(c.metadata.tags)]
        notebook.cells = cells

    return fault


def _swap_first_and_last(notebook: Any) -> None:
    notebook.cells = [*notebook.cells[-2:], *notebook.cells[2:-2], *notebook.cells[:2]]


def _untag(notebook: Any) -> None:
    notebook.cells[3].metadata.tags = []


def _add_code(notebook: Any) -> None:
    notebook.cells.insert(2, new_code_cell("1 + 1", metadata={"tags": ["hook"]}))


def _spoil_nbgrader(notebook: Any) -> None:
    del _find(notebook, "def answer").metadata.nbgrader["locked"]


def _strip_nbgrader(notebook: Any) -> None:
    del _find(notebook, "def answer").metadata["nbgrader"]


def _take_points(notebook: Any) -> None:
    del _find(notebook, "lesson.check(").metadata.nbgrader["points"]


def _ignore_twice(notebook: Any) -> None:
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"][:2]:
        cell.metadata.tags.append("nbval-ignore-output")


def _long_prose(notebook: Any) -> None:
    prose = new_markdown_cell("word " * 300, metadata={"tags": ["hook"]})
    notebook.cells.insert(1, prose)


FAULTS: dict[str, tuple[Callable[[Any], None], str]] = {
    "two titles": (_append("# Again", "## What stays"), "exactly one H1"),
    "skipped level": (_append("#### Deep", "## What stays"), "skips from heading level 2 to 4"),
    "long cell": (_append("\n".join(["x = 1"] * 15), "nl.explore"), "more than 15"),
    "no prose": (_add_code, "no prose before it"),
    "magic": (_append("%time 1", "nl.explore"), "a magic or shell command"),
    "shell": (_append("!ls", "nl.explore"), "a magic or shell command"),
    "pip": (_append("import pip", "nl.explore"), "uses pip"),
    "network": (_append("import urllib.request", "nl.explore"), "uses the network"),
    "path": (_append('open("/home/me/data")', "nl.explore"), "names an absolute path"),
    "path shown": (lambda n: _stream(n, "stdout", "/Users/me/x"), "shows an absolute path"),
    "stderr": (lambda n: _stream(n, "stderr", "careful"), "writes to standard error"),
    "address": (lambda n: _stream(n, "stdout", "<a at 0x7f00aa11bb>"), "an object's address"),
    "digits": (lambda n: _stream(n, "stdout", "0.123456789"), "too many digits"),
    "no alt": (lambda n: _output(n, image_png="AAAA", text_plain="<Figure>"), "no description"),
    "image without alt": (_append("![](index.png)", "## What stays"), "no alternative text"),
    "huge": (lambda n: _output(n, text_plain="x" * 600_000), "more than 500"),
    "dead link": (_append("[lesson](../nowhere.ipynb)", "## What stays"), "does not exist"),
    "dead anchor": (_append("[below](#nowhere)", "## What stays"), "no such heading"),
    "here": (_append("[here](https://example.org)", "## What stays"), "a link that says only"),
    "ignored outputs": (_ignore_twice, "one is allowed"),
    "no tag": (_untag, "needs exactly one tag"),
    "no recall": (_drop("recall"), "has no block recall"),
    "no hook first": (_swap_first_and_last, "must start with the block hook"),
    "no exit last": (_swap_first_and_last, "must end with the block exit"),
    "nothing further": (_drop("trust"), "needs at least two of"),
    "idle block": (
        lambda n: setattr(_find(n, "lesson.predict("), "source", "lesson"),
        "never calls lesson.predict(",
    ),
    "another lesson": (
        lambda n: setattr(_find(n, "nl.lesson"), "source", 'lesson = nl.lesson("2.2")'),
        'has no line lesson = nl.lesson("2.1")',
    ),
    "no minutes": (
        lambda n: setattr(n.cells[0], "source", "# Synaptic currents"),
        "how many minutes",
    ),
    "long introduction": (_long_prose, "before the learner does anything"),
    "half nbgrader": (_spoil_nbgrader, "needs nbgrader's keys"),
    "no nbgrader": (_strip_nbgrader, "whose nbgrader metadata say solution"),
    "no points": (_take_points, "is graded and has no points"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found(lesson: Path, fault: str) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    spoil, message = FAULTS[fault]
    spoil(notebook)
    lesson.write_text(as_text(normalise(notebook)), encoding="utf-8")
    assert any(message in problem for problem in problems(lesson)), problems(lesson)


def test_what_jupyter_saves_is_not_in_normal_form(lesson: Path) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells[1].metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
    lesson.write_text(as_text(notebook), encoding="utf-8")
    assert problems(lesson) == ["is not in normal form; run: python3 run.py execute"]
