"""Lessons as a learner meets them: run all, every lab alive, nothing red anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import CHAPTERS
from tests.browser.driver import Notebook
from tests.browser.lab_server import LabServer

pytestmark = pytest.mark.browser

ALWAYS = ("00_toolbox/1_", "01_membrane/1_")
"""Lessons 0.1 and 1.1 show the way for all; the others are driven by the whole suite only."""


def lessons() -> list[object]:
    found = sorted(CHAPTERS.glob("[0-9]*/*.ipynb"))
    return [
        pytest.param(name, marks=() if name.startswith(ALWAYS) else pytest.mark.slow, id=name)
        for name in (path.relative_to(CHAPTERS).as_posix() for path in found)
    ]


@pytest.mark.parametrize("name", lessons())
def test_lesson(server: LabServer, browser: Browser, shots: Path, name: str) -> None:
    notebook = Notebook.open(server, browser, name)
    notebook.run_all()
    labs = notebook.labs(notebook.explorers())
    dead = [
        f"{lab.title}: {lab.label(k)}"
        for lab in labs
        for k in range(lab.sliders())
        if not lab.nudge(k)
    ]
    assert not dead, f"sliders that change nothing: {dead}"
    stem = name.replace("/", "-").removesuffix(".ipynb")
    for lab in labs:
        lab.screenshot(shots / f"{stem}-{lab.index}.png")
    notebook.theme("JupyterLab Dark")
    notebook.narrow(480)
    wide = [lab.title for lab in labs if lab.overflow()]
    assert not wide, f"labs wider than a window of 480 pixels: {wide}"
    notebook.page.screenshot(path=shots / f"{stem}-narrow.png")
    assert notebook.failures() == []
    notebook.close()
