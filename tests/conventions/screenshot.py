"""The README's picture, lesson 1.1 in a real JupyterLab: `run.py readme --screenshot`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.driver import FLAGS, Notebook, chromium
from tests.browser.lab_server import LabServer
from tests.notebooks.execute import CHAPTERS

PICTURE = CHAPTERS.parent / ".github" / "lesson.png"
LESSON, LAB = "01_membrane/1_the_membrane.ipynb", "The action potential"
WIDTH, HEIGHT = 1200, 1040


def take(picture: Path) -> None:
    """Open the lesson, run it, put one lab into view and photograph the window."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        copies = shutil.copytree(CHAPTERS, Path(folder) / "work")
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with LabServer(copies) as server:
            notebook = Notebook.open(server, browser, LESSON, width=WIDTH, height=HEIGHT)
            notebook.run_all()
            labs = notebook.labs(notebook.explorers())
            lab = next(lab for lab in labs if LAB in lab.title)
            notebook.command("application:toggle-left-area")
            notebook.page.evaluate("() => document.activeElement.blur()")
            lab.root.evaluate("(e) => e.closest('.jp-Cell').scrollIntoView({block: 'start'})")
            notebook.page.wait_for_timeout(1000)
            picture.parent.mkdir(exist_ok=True)
            notebook.page.screenshot(path=picture)
            if notebook.failures():
                raise RuntimeError(f"the lesson did not run cleanly: {notebook.failures()}")
            notebook.close()
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if sys.argv[1:] else PICTURE)
