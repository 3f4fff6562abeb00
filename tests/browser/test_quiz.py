"""Predictions and recall in a real JupyterLab: by keyboard alone, answered at once, kept on disk."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.driver import Notebook
from tests.browser.lab_server import LabServer

pytestmark = pytest.mark.browser


def write_notebook(path: Path, home: Path) -> None:
    sources = [
        f"import os\nos.environ['NEUROLAB_HOME'] = {str(home)!r}",
        'import neurolab as nl\nlesson = nl.lesson("0.1")',
        'lesson.predict("double")',
        "lesson.recall()",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_questions_by_keyboard(
    server: LabServer, browser: Browser, shots: Path, tmp_path: Path
) -> None:
    write_notebook(server.root / "quiz.ipynb", tmp_path)
    notebook = Notebook.open(server, browser, "quiz.ipynb")
    notebook.run_all()
    predict, recall = notebook.page.locator(".nl-quiz").all()

    group = predict.get_by_role("group", name="You double the current")
    group.get_by_role("radio").first.focus()
    notebook.page.keyboard.press("Space")
    notebook.page.keyboard.press("ArrowDown")
    expect(group.get_by_role("radio").nth(1)).to_be_checked()
    expect(predict.get_by_text("Noted. How sure are you?")).to_be_visible()
    sure = predict.get_by_role("group", name="How sure are you?")
    sure.get_by_label("certain").focus()
    notebook.page.keyboard.press("Space")
    expect(predict.get_by_text("Noted.", exact=True)).to_be_visible()

    recall.get_by_role("radio", name="50 Hz", exact=True).check()
    expect(recall.get_by_text("Right. Five in a tenth of a second")).to_be_visible()
    recall.get_by_role("radio", name="Its spikes grow taller.").check()
    expect(recall.get_by_text("Not quite. A raster shows when")).to_be_visible()
    expect(recall.get_by_text("1 of 3 right.")).to_be_visible()

    kept = json.loads((tmp_path / "0.1.json").read_text(encoding="utf-8"))
    assert kept["predictions"]["double"] == {"choice": 1, "confidence": 2}
    assert kept["recall"]["trace"] == {"choice": 1, "right": True}
    notebook.theme("JupyterLab Dark")
    notebook.page.screenshot(path=shots / "quiz-dark.png")
    assert notebook.failures() == []
    notebook.close()
